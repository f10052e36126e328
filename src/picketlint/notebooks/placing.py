"""From places in the module of a notebook to places in its cells."""

from __future__ import annotations

from picketlint.model import Finding, Note, Span, Step
from picketlint.notebooks.joining import Joined, Part
from picketlint.notebooks.reading import Cell

BEGINNING = Span(1, 1, 1, 1)
"""Where a finding about a notebook as a whole is."""


def placed(finding: Finding, joined: Joined) -> Finding:
    """A finding in the module as one in the cell that it stands in; without a cell where it stands in none."""
    part = joined.part_at(finding.span.line)
    trace = tuple(_step(step, joined) for step in finding.trace)
    if part is None:
        return finding._replace(span=BEGINNING, focus=BEGINNING, trace=trace, excuse=None, secrets=())
    return finding._replace(
        cell=part.number,
        span=_inside(finding.span, part),
        focus=_inside(finding.focus, part),
        trace=trace,
        excuse=None if finding.excuse is None else _inside(finding.excuse, part),
        secrets=tuple(_inside(secret, part) for secret in finding.secrets),
    )


def placed_note(note: Note, joined: Joined) -> Note:
    """A limit of the analysis, told of the cell in which it was reached first."""
    part = joined.part_at(note.line)
    return note if part is None else note._replace(line=note.line - part.above, cell=part.number)


def first_line(cell: Cell | None) -> Span:
    """The first line of a cell: where something is that belongs to the cell and has no place in its text."""
    return BEGINNING if cell is None else Span(1, 1, 1, len(cell.source.partition("\n")[0]) + 1)


def _inside(span: Span, part: Part) -> Span:
    """A span of the module in a cell, within the lines of the cell: Python before 3.12 misplaces parts of f-strings."""
    line, end_line = (min(max(number - part.above, 1), len(part.lines)) for number in (span.line, span.end_line))
    widths = len(part.lines[line - 1]) + 1, len(part.lines[end_line - 1]) + 1
    return Span(line, min(span.column, widths[0]), end_line, min(span.end_column, widths[1]))


def _step(step: Step, joined: Joined) -> Step:
    part = joined.part_at(step.line)
    if part is None:
        return step._replace(line=1, column=1)
    return step._replace(line=step.line - part.above, cell=part.number)
