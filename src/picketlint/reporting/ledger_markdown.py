"""Documented exceptions as a comment on a pull request: a table that GitHub and GitLab both render.

Reasons, paths and names come from whoever wrote the change: none of it may become markup, a mention or a reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from picketlint.reporting import place
from picketlint.reporting.ledger import INCOMPLETE, Listing, Row, when
from picketlint.reporting.summary import count
from picketlint.reporting.terminal import Terminal

MARK = "<!-- picketlint exceptions -->"
"""The first line: a job that posts the comment can find its earlier one by it."""

_MOST_ROWS = 200
_LONGEST = 400
_MARKUP = re.compile(r"[\\`*_{}\[\]()#+!|~$:-]")
# Both hosts look for mentions and references once the markup is gone; a comment between keeps them from seeing any.
_REFERENCE = re.compile(r"(?:[@#!$~%^]|&amp;)(?=\w)")
_BREAK = "<!-- -->"


def render(listing: Listing, terminal: Terminal) -> Iterator[str]:
    """The comment."""
    yield MARK
    yield f"### {_title(listing, terminal)}"
    if listing.incomplete:
        yield ""
        yield f"**{INCOMPLETE}**"
    if not listing.rows:
        return
    yield ""
    if listing.owners:
        yield f"Review by the code owners: {' '.join(listing.owners)}"
        yield ""
    headings = ["Rule", "Place", *(["Since", "By"] if listing.dated else []), "Reason"]
    yield _row(headings)
    yield _row(["---"] * len(headings))
    for row in listing.rows[:_MOST_ROWS]:
        yield _row(_cells(row, terminal, dated=listing.dated))
    if len(listing.rows) > _MOST_ROWS:
        yield ""
        yield f"...and {len(listing.rows) - _MOST_ROWS:,} more: run `picketlint exceptions`."


def _title(listing: Listing, terminal: Terminal) -> str:
    new = "" if listing.since is None else "new "
    since = "" if listing.since is None else f" since {_text(listing.since, terminal)}"
    number = len(listing.rows)
    return f"{count(number, f'{new}documented exception') if number else f'No {new}documented exceptions'}{since}"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(row: Row, terminal: Terminal, *, dated: bool) -> list[str]:
    finding = row.finding
    where = place(finding, finding.span.line, finding.span.column, terminal)
    rule = f'[{finding.rule}]({finding.url} "{finding.name}")'
    origin = [when(row.origin), _text(row.origin.author if row.origin else "", terminal)] if dated else []
    return [rule, _text(where, terminal), *origin, _text(finding.justification or "", terminal)]


def _text(text: str, terminal: Terminal) -> str:
    """Text from outside, to be shown as it is."""
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    plain = terminal.escape(cut).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _REFERENCE.sub(rf"\g<0>{_BREAK}", _MARKUP.sub(r"\\\g<0>", plain))
