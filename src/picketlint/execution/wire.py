"""Reports as plain lists, for JSON: what is in them and nothing that follows from where the file is."""

from __future__ import annotations

from picketlint.model import Confidence, Finding, Note, Report, Severity, Span, Status, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def pack(report: Report) -> list[list[list[Any]]]:
    """The findings and notes of a report about one file, which must have no problems."""
    return [[_row(finding) for finding in report.findings], [list(note) for note in report.notes]]


def unpack(packed: list[list[list[Any]]], path: str) -> Report:
    """The report that was packed, about a file that is now called ``path``."""
    findings, notes = packed or ((), ())
    return Report(path, tuple(_finding(row, path) for row in findings), notes=tuple(Note(*note) for note in notes))


def _row(finding: Finding) -> list[Any]:
    values = finding._asdict()
    values.update(
        path=None,
        severity=finding.severity.value,
        confidence=finding.confidence.value,
        status=finding.status.value,
    )
    return list(values.values())


def _finding(row: list[Any], path: str) -> Finding:
    raw = Finding(*row)
    return raw._replace(
        path=path,
        span=Span(*raw.span),
        focus=Span(*raw.focus),
        severity=Severity(raw.severity),
        confidence=Confidence(raw.confidence),
        status=Status(raw.status),
        trace=tuple(Step(*step) for step in raw.trace),
        excuse=None if raw.excuse is None else Span(*raw.excuse),
        secrets=tuple(Span(*secret) for secret in raw.secrets),
    )
