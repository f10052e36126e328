"""The text behind findings, read again when a report wants to show some of it."""

from __future__ import annotations

from picketlint.files import read
from picketlint.reporting import Sources
from picketlint.source import Source, UnreadableSourceError, decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def sources(given: Mapping[str, bytes]) -> Sources:
    """From paths to texts: those of ``given`` as they are, others from disk. Only the last one is kept."""
    last: dict[str, Source | None] = {}

    def source(path: str) -> Source | None:
        if path not in last:
            last.clear()
            last[path] = _source(path, given.get(path))
        return last[path]

    return source


def _source(path: str, data: bytes | None) -> Source | None:
    try:
        data = read(path) if data is None else data
    except (OSError, ValueError):
        return None
    try:
        return Source(decode(data))
    except UnreadableSourceError:
        # Stray bytes are shown as escapes.
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
        return Source(text.replace("\r\n", "\n").replace("\r", "\n"))
