"""One line per open finding: ``path:line:column: CODE message``."""

from __future__ import annotations

from collections.abc import Iterator

from picketlint.reporting import Outcome, place
from picketlint.reporting.terminal import Terminal


def render(outcome: Outcome, terminal: Terminal) -> Iterator[str]:
    """The open findings."""
    for finding in outcome.open:
        where = place(finding, finding.span.line, finding.span.column, terminal)
        code = terminal.style("code", finding.rule)
        yield f"{terminal.style('place', where)}: {code} {terminal.escape(finding.message)}"
