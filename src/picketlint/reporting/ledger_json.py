"""Documented exceptions for programs. The keys are a contract: they may be added to, never renamed or removed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from picketlint import __version__
from picketlint.git import TRUNCATED, UNCOMMITTED, Origin
from picketlint.model import Problem
from picketlint.reporting.ledger import Listing, Row, moment_of
from picketlint.reporting.sanitize import without_surrogates


def render(listing: Listing) -> Iterator[str]:
    """One document, pure ASCII."""
    document = {
        "version": __version__,
        "since": listing.since,
        "code_owners": list(listing.owners),
        "exceptions": [_exception(row) for row in listing.rows],
        "problems": [_problem(problem) for problem in listing.problems],
    }
    yield json.dumps(document, ensure_ascii=True, indent=2)


def _exception(row: Row) -> dict[str, object]:
    finding = row.finding
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
        "code": without_surrogates(finding.code),
        "reason": without_surrogates(finding.justification or ""),
        "history": _history(row.origin),
        "introduced": _introduced(row.origin),
    }


def _history(origin: Origin | None) -> str:
    """What git knows: ``known``, ``uncommitted``, ``truncated`` (before the clone's history) or ``unknown``."""
    if origin is None:
        return "unknown"
    return {UNCOMMITTED: "uncommitted", TRUNCATED: "truncated"}.get(origin, "known")


def _introduced(origin: Origin | None) -> dict[str, object] | None:
    if origin is None or origin in (UNCOMMITTED, TRUNCATED):
        return None
    moment = moment_of(origin)
    return {
        "commit": origin.commit,
        "date": None if moment is None else moment.isoformat(),
        "author": without_surrogates(origin.author),
    }


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "path": without_surrogates(problem.path),
        "kind": problem.kind,
        "message": without_surrogates(problem.message),
    }
