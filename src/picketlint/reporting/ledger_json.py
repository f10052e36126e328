"""Documented exceptions for programs. The keys are a contract: they may be added to, never renamed or removed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from picketlint import __version__
from picketlint.discovery.git import TRUNCATED, UNCOMMITTED, Origin
from picketlint.reporting.json_ import described, identified
from picketlint.reporting.ledger import Listing, Row, moment_of
from picketlint.reporting.sanitize import without_surrogates


def render(listing: Listing) -> Iterator[str]:
    """One document, pure ASCII."""
    document = {
        "version": __version__,
        "since": listing.since,
        "code_owners": list(listing.owners),
        "exceptions": [_exception(row) for row in listing.rows],
        "problems": [described(problem) for problem in listing.problems],
    }
    yield json.dumps(document, ensure_ascii=True, indent=2)


def _exception(row: Row) -> dict[str, object]:
    finding = row.finding
    return {
        **identified(finding),
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
