"""The lines of code a finding is about, with a caret under every column of its focus, whatever the columns hold."""

from __future__ import annotations

from collections.abc import Iterator

from picketlint.model import Finding
from picketlint.reporting.terminal import Terminal
from picketlint.source import Source

_WIDEST = 200
_LEAD = 60
_TAB = 4
_CUT = "..."
_MOST_LINES = 6

Row = tuple[str, str]
"""What stands left and right of the bar: a line's number or nothing, or GAP, and what is shown of the line."""

GAP = "..."
"""Stands on the left where lines are left out."""


def snippet(finding: Finding, source: Source, terminal: Terminal) -> Iterator[Row]:
    """From the line that is reported to the end of the focus; nothing if the text has no such lines (any more)."""
    focus, first = finding.focus, finding.span.line
    if not (0 < focus.line <= focus.end_line <= len(source.lines)) or first < 1:
        return
    view = _View(source, finding, terminal)
    if focus.end_line == focus.line:
        yield from view.context(first, focus.line)
        yield from view.underlined(focus.line, focus.column - 1, focus.end_column - 1)
    else:
        yield from view.context(first, focus.line, margin="  ")
        yield from view.bracketed(focus.line, focus.column - 1, focus.end_line, focus.end_column - 1)


class _View:
    """Lines of one text, rendered for one terminal. Columns are 0-based here."""

    def __init__(self, source: Source, finding: Finding, terminal: Terminal) -> None:
        self._source = source
        self._secrets = finding.secrets
        self._terminal = terminal

    def context(self, first: int, before: int, margin: str = "") -> Iterator[Row]:
        """The lines from ``first`` up to ``before``, which is not included; the middle is left out if it is long."""
        many = before - first >= _MOST_LINES
        for number in [first] if many else range(first, before):
            yield self._plain(number, margin)
        if many:
            yield GAP, ""

    def underlined(self, number: int, start: int, end: int) -> Iterator[Row]:
        """A line and the carets below it."""
        text, offset, width = self._cut(self._line(number), start, end)
        yield str(number), text
        yield "", " " * offset + self._mark("^" * max(width, 1))

    def bracketed(self, line: int, start: int, end_line: int, end: int) -> Iterator[Row]:
        """Several lines, held together by a bracket on their left."""
        text, offset, _ = self._cut(self._line(line), start, start + 1)
        if text[:offset].strip():
            yield str(line), f"  {text}"
            yield "", " " + self._mark("_" * (offset + 1) + "^")
        else:
            yield str(line), f"{self._mark('/')} {text}"
        bracket = self._mark("|")
        many = end_line - line >= _MOST_LINES
        for number in range(line + 1, line + 3 if many else end_line):
            yield self._plain(number, f"{bracket} ")
        if many:
            yield GAP, bracket
        text, offset, width = self._cut(self._line(end_line), max(end - 1, 0), end)
        yield str(end_line), f"{bracket} {text}"
        yield "", self._mark("|" + "_" * (offset + max(width, 1)) + "^")

    def _line(self, number: int) -> str:
        return self._source.masked(number, self._secrets)

    def _plain(self, number: int, margin: str) -> Row:
        return str(number), (margin + self._cut(self._line(number), 0, 0)[0]).rstrip()

    def _mark(self, text: str) -> str:
        return self._terminal.style("code", text)

    def _cut(self, line: str, start: int, end: int) -> tuple[str, int, int]:
        """The part of a line to show, the display column of ``start`` in it, and the display width up to ``end``."""
        left = start - _LEAD if len(line) > _WIDEST and start > _WIDEST - _LEAD else 0
        shown = _CUT if left else ""
        column = offset = len(shown)
        width = 0
        cells = _cells(line[left : left + _WIDEST], column, self._terminal)
        for position, (text, cell_width) in enumerate(cells, left):
            if column >= _WIDEST:
                return shown + _CUT, offset, width
            shown += text
            column += cell_width
            if position < start:
                offset = column
            elif position < end:
                width = column - offset
        cut = left + _WIDEST < len(line)
        return (shown + _CUT if cut else shown.rstrip()), offset, width


def _cells(text: str, column: int, terminal: Terminal) -> Iterator[tuple[str, int]]:
    """Each character as it is shown, and how many columns it takes."""
    if text.isascii() and text.isprintable():
        yield from ((character, 1) for character in text)
        return
    import unicodedata

    for character in text:
        shown = " " * (_TAB - column % _TAB) if character == "\t" else terminal.escape(character)
        width = len(shown)
        if shown == character and not character.isascii():
            if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
                width = 0
            elif unicodedata.east_asian_width(character) in {"W", "F"}:
                width = 2
        yield shown, width
        column += width
