"""Reports for people and for programs: one module per format, each a function from an Outcome to lines of text."""

from __future__ import annotations

from picketlint.base.records import NamedTuple
from picketlint.model import Finding, Problem, Report, Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from picketlint.reporting.terminal import Terminal
    from picketlint.source import Source

FORMATS = ("text", "concise", "json")
"""The names ``--output-format`` takes; the first is the default."""

Sources: TypeAlias = "Callable[[str, int | None], Source | None]"
"""From the path and the notebook cell of a finding to the text that its lines are counted in.

None where it is not to be had any more."""


class Outcome(NamedTuple):
    """One run, as every format gets it: findings of every status, in the order of reports; files that were checked."""

    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: int = 0

    @property
    def open(self) -> list[Finding]:
        """The findings that make the run fail."""
        return [finding for finding in self.findings if finding.status is Status.OPEN]

    @property
    def incomplete(self) -> bool:
        """Whether something that was to be checked could not be."""
        return any(problem.fatal for problem in self.problems)

    @classmethod
    def of(cls, reports: list[Report], files: int) -> Outcome:
        """The outcome of a run that made these reports."""
        findings = tuple(finding for report in reports for finding in report.findings)
        return cls(findings, tuple(problem for report in reports for problem in report.problems), files)


def render(name: str, outcome: Outcome, terminal: Terminal, sources: Sources) -> Iterator[str]:
    """The findings of a run in one of FORMATS, line by line and without line ends."""
    if name == "json":
        from picketlint.reporting import json_

        return json_.render(outcome)
    if not outcome.open:
        return iter(())
    if name == "concise":
        from picketlint.reporting import concise

        return concise.render(outcome, terminal)
    from picketlint.reporting import text

    return text.render(outcome, terminal, sources)


def place(finding: Finding, line: int, column: int, terminal: Terminal) -> str:
    """``path:line:column``, with the cell of a notebook: ``x.ipynb:cell 4:2:5``."""
    cell = "" if finding.cell is None else f"cell {finding.cell}:"
    return f"{terminal.escape(finding.path)}:{cell}{line}:{column}"
