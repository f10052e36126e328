"""The default format: each open finding with its place, the code it is about, and how the value came there."""

from __future__ import annotations

from collections.abc import Iterator

from picketlint.model import Confidence, Finding
from picketlint.reporting import Outcome, Sources, place
from picketlint.reporting.snippet import GAP, snippet
from picketlint.reporting.terminal import Terminal


def render(outcome: Outcome, terminal: Terminal, sources: Sources) -> Iterator[str]:
    """The open findings, each with an empty line after it."""
    for finding in outcome.open:
        yield from _finding(finding, terminal, sources)
        yield ""


def _finding(finding: Finding, terminal: Terminal, sources: Sources) -> Iterator[str]:
    code = terminal.style("code", finding.rule)
    yield f"{code} [{_weight(finding)}] {terminal.escape(finding.message)}"
    source = sources(finding.path, finding.cell)
    rows = list(snippet(finding, source, terminal)) if source is not None else []
    margin = max((len(number) for number, _ in rows if number != GAP), default=1)
    arrow = terminal.style("gutter", f"{'':{margin}}-->")
    yield f"{arrow} {place(finding, finding.span.line, finding.span.column, terminal)}"
    bar = terminal.style("gutter", f"{'':{margin}} |")
    if rows:
        yield bar
    for number, shown in rows:
        gutter = number if number == GAP else f"{number:>{margin}} |"
        yield f"{terminal.style('gutter', gutter)}{' ' if shown else ''}{shown}"
    if rows:
        yield bar
    sign = terminal.style("gutter", f"{'':{margin}} =")
    for step in finding.trace:
        where = place(finding._replace(cell=step.cell), step.line, step.column, terminal)
        yield f"{sign} {terminal.style('note', 'note:')} {where}: {terminal.escape(step.message)}"


def _weight(finding: Finding) -> str:
    """The severity and, where the analysis is not sure, how sure it is."""
    if finding.confidence is Confidence.HIGH:
        return finding.severity.value
    return f"{finding.severity.value}, {finding.confidence.value} confidence"
