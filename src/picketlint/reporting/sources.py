"""The text behind findings, read again when a report wants to show some of it."""

from __future__ import annotations

from picketlint.base.files import is_notebook, read
from picketlint.reporting import Sources
from picketlint.source import Source, UnreadableSourceError, decode, lines_ended

_Texts = dict["int | None", Source]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def sources(given: Mapping[str, bytes]) -> Sources:
    """From paths and cells to texts: those of ``given`` as they are, others from disk. Only the last file is kept."""
    last: dict[str, bytes | None] = {}
    texts: _Texts = {}

    def source(path: str, cell: int | None) -> Source | None:
        if path not in last:
            last.clear()
            texts.clear()
            last[path] = _data(path, given.get(path))
        data = last[path]
        if data is not None and cell not in texts:
            texts.update(_whole(path, data) if cell is None else _cells(data))
        return texts.get(cell)

    return source


def _data(path: str, data: bytes | None) -> bytes | None:
    try:
        return read(path) if data is None else data
    except (OSError, ValueError):
        return None


def _whole(path: str, data: bytes) -> _Texts:
    """The text of a file; of a notebook only if it is no JSON: what is found beside cells is in none of its lines."""
    return {} if is_notebook(path) and _cells(data) else {None: _source(data)}


def _source(data: bytes) -> Source:
    try:
        return Source(decode(data))
    except UnreadableSourceError:
        # Stray bytes are shown as escapes.
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
        return Source(lines_ended(text))


def _cells(data: bytes) -> _Texts:
    from picketlint.notebooks.reading import read as read_notebook

    try:
        return {cell.number: Source(cell.source) for cell in read_notebook(data).cells}
    except UnreadableSourceError:
        return {}
