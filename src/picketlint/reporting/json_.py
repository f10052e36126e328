"""The JSON document other programs read. Its keys are a contract: they may be added to, never renamed or removed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from picketlint import __version__
from picketlint.model import Finding, Problem
from picketlint.reporting import Outcome
from picketlint.reporting.sanitize import without_surrogates


def render(outcome: Outcome) -> Iterator[str]:
    """One document, pure ASCII, with the findings of every status."""
    document = {
        "version": __version__,
        "files": outcome.files,
        "findings": [_finding(finding) for finding in outcome.findings],
        "problems": [described(problem) for problem in outcome.problems],
    }
    yield json.dumps(document, ensure_ascii=True, indent=2)


def identified(finding: Finding) -> dict[str, object]:
    """What says which finding it is and where: the part that every JSON document about findings has."""
    return {
        "rule": finding.rule,
        "name": finding.name,
        "path": without_surrogates(finding.path),
        "cell": finding.cell,
        "line": finding.span.line,
        "column": finding.span.column,
        "end_line": finding.span.end_line,
        "end_column": finding.span.end_column,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": without_surrogates(finding.message),
    }


def _finding(finding: Finding) -> dict[str, object]:
    justification = finding.justification
    return {
        **identified(finding),
        "status": finding.status.value,
        "justification": None if justification is None else without_surrogates(justification),
        "trace": [
            {
                "cell": step.cell,
                "line": step.line,
                "column": step.column,
                "message": without_surrogates(step.message),
            }
            for step in finding.trace
        ],
        # No rule offers a fix.
        "fixable": False,
        "cwe": finding.cwe,
        "url": finding.url,
    }


def described(problem: Problem) -> dict[str, object]:
    """A problem, as every JSON document tells it."""
    return {
        "path": without_surrogates(problem.path),
        "kind": problem.kind,
        "message": without_surrogates(problem.message),
    }
