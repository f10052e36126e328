"""Documented exceptions as a table for the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from picketlint.reporting import place
from picketlint.reporting.ledger import INCOMPLETE, Listing, Row, when
from picketlint.reporting.summary import count
from picketlint.reporting.terminal import Terminal

_HEADINGS = ("RULE", "PLACE", "SINCE", "BY", "REASON")
_GAP = "  "


def render(listing: Listing, terminal: Terminal) -> Iterator[str]:
    """The table, then how many there are and who is to review them."""
    if listing.rows:
        cells = [_cells(row, terminal) for row in listing.rows]
        columns = [number for number in range(len(_HEADINGS)) if listing.dated or number not in (2, 3)]
        widths = {number: max(_width(row[number]) for row in (_HEADINGS, *cells)) for number in columns}
        for row in (_HEADINGS, *cells):
            padded = [row[number] + " " * (widths[number] - _width(row[number])) for number in columns[:-1]]
            yield _GAP.join([*padded, row[columns[-1]]])
        yield ""
    yield _summary(listing, terminal)
    if listing.incomplete:
        yield INCOMPLETE
    if listing.rows and listing.owners:
        yield f"Code owners to review {'it' if len(listing.rows) == 1 else 'them'}: {' '.join(listing.owners)}"


def _cells(row: Row, terminal: Terminal) -> tuple[str, ...]:
    finding = row.finding
    where = place(finding, finding.span.line, finding.span.column, terminal)
    author = row.origin.author if row.origin is not None else ""
    return finding.rule, where, when(row.origin), terminal.escape(author), terminal.escape(finding.justification or "")


def _summary(listing: Listing, terminal: Terminal) -> str:
    number = len(listing.rows)
    if listing.since is None:
        if not number:
            return "No documented exceptions."
        return f"{count(number, 'documented exception')} in {_files(listing)}."
    since = terminal.escape(listing.since)
    if not number:
        return f"No documented exceptions are new since {since}."
    return f"{count(number, 'documented exception')} in {_files(listing)} new since {since}."


def _files(listing: Listing) -> str:
    return count(len({row.finding.path for row in listing.rows}), "file")


def _width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) != 0 for character in text)
