"""The lines of a notebook's file that the lines of its cells stand in, for what knows nothing but the file: git."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from picketlint.base.records import NamedTuple
from picketlint.source import lines_ended

TYPE_CHECKING = False
if TYPE_CHECKING:
    from json import JSONDecoder

_BLANK = re.compile(r"[ \t\n\r]*")
_CLOSING = {"{": "}", "[": "]"}
_MOST_BEFORE = 200
# What may stand in a line of the file beside a line of a cell: what does not change when something else does.
_BEFORE = re.compile(r"[ \t]*(?:\"source\"[ \t]*:[ \t]*\[?[ \t]*)?\Z")
_BEHIND = re.compile(r"[ \t\r\],]*(?:\n|\Z)")


class _Value(NamedTuple):
    """A value in a JSON document, and where it begins and ends (0-based, exclusive)."""

    value: object
    start: int
    end: int


def lines_of_cells(data: bytes, wanted: Collection[int]) -> dict[int, list[int | None]]:
    """For each wanted cell (1-based, among all) the line of the file (1-based) that each of its lines has for itself.

    None for a line that has none: the text of a cell need not be written as a list of lines, one below the other. Of
    what is no notebook of format 4 there is nothing to tell.
    """
    from json import JSONDecoder

    found: dict[int, list[int | None]] = {}
    line, counted = 1, 0
    try:
        text = data.decode("utf-8-sig")
        # A number of a million digits would take minutes to become an integer.
        for cell, pieces in _sources(text, JSONDecoder(parse_int=float), wanted):
            lines, begun = found.setdefault(cell, []), False
            for piece in pieces:
                line += text.count("\n", counted, piece.start)
                counted = piece.start
                *ended, rest = lines_ended(str(piece.value)).split("\n")
                shared = begun or len(ended) + bool(rest) > 1 or not _is_alone(text, piece)
                if begun:
                    lines[-1] = None
                lines += [None if shared else line] * (len(ended) + bool(rest) - begun)
                begun = bool(rest)
    except (ValueError, IndexError, RecursionError):
        return {}
    return found


def _is_alone(text: str, piece: _Value) -> bool:
    """Whether nothing else stands in the line of a file with what does."""
    first = max(piece.start - _MOST_BEFORE, 0)
    before = text[max(text.rfind("\n", first, piece.start) + 1, first) : piece.start]
    return _BEFORE.match(before) is not None and _BEHIND.match(text, piece.end) is not None


def _sources(text: str, decoder: JSONDecoder, wanted: Collection[int]) -> Iterator[tuple[int, list[_Value]]]:
    """The wanted cells of a notebook, and the texts that each of them is written in, in order."""
    cells = dict(_parts(text, _solid(text, 0), decoder)).get("cells")
    for number, (_, cell) in enumerate(_parts(text, cells.start, decoder) if cells is not None else (), 1):
        source = dict(_parts(text, cell.start, decoder)).get("source") if number in wanted else None
        if source is not None:
            listed = isinstance(source.value, list)
            yield number, [one for _, one in _parts(text, source.start, decoder)] if listed else [source]


def _parts(text: str, start: int, decoder: JSONDecoder) -> Iterator[tuple[object, _Value]]:
    """The entries of the object, or the elements of the list, that begins at a place; the latter have no key.

    Raises ValueError or IndexError where there is neither.
    """
    if text[start] not in _CLOSING:
        raise ValueError
    closing = _CLOSING[text[start]]
    at = _solid(text, start + 1)
    while text[at] != closing:
        key = None
        if closing == _CLOSING["{"]:
            key, at = decoder.raw_decode(text, at)
            at = _solid(text, _solid(text, at) + 1)
        value, end = decoder.raw_decode(text, at)
        yield key, _Value(value, at, end)
        at = _solid(text, end)
        at = _solid(text, at + 1) if text[at] == "," else at


def _solid(text: str, at: int) -> int:
    """The first place from one on that holds no blank."""
    found = _BLANK.match(text, at)
    return at if found is None else found.end()
