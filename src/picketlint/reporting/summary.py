"""The last words of a run, and the counts of ``--statistics``."""

from __future__ import annotations

from picketlint.model import Finding, Status
from picketlint.reporting import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def summary(outcome: Outcome) -> Iterator[str]:
    """How the run ended, for a person."""
    excepted = sum(finding.status is Status.EXCEPTED for finding in outcome.findings)
    exceptions = f" {count(excepted, 'documented exception')}." if excepted else ""
    found = outcome.open
    if found:
        files = len({finding.path for finding in found})
        yield f"Found {count(len(found), 'error')} in {count(files, 'file')} ({outcome.files} checked).{exceptions}"
        yield from _footer(found)
    elif outcome.incomplete and outcome.files:
        yield f"Found no errors in {count(outcome.files, 'file')}.{exceptions}"
    else:
        yield f"All checks passed!{exceptions}" if outcome.files else "Nothing was checked."
    if outcome.incomplete:
        yield "The check is incomplete: see the errors above."


def _footer(found: list[Finding]) -> Iterator[str]:
    """Where to read what to do. Not `picketlint rule`: a hook's environment has that command, and it is not on PATH."""
    from picketlint.registry import load

    documentable = {entry.id for entry in load().entries if entry.documentable}
    told = next((one for one in found if one.rule in documentable), found[0])
    yield f"{told.rule} explained, with what to write instead: {told.url}"
    if told.rule in documentable:
        yield "An exception is a comment beside the code that says why it is needed and why it is safe there."


def statistics(outcome: Outcome, *, as_json: bool) -> Iterator[str]:
    """How many open findings each rule has, the most frequent first."""
    rows = _rows(outcome.open)
    if as_json:
        import json

        yield json.dumps([{"rule": rule, "name": name, "count": number} for number, rule, name in rows], indent=2)
        return
    for number, rule, name in rows:
        yield f"{number}\t{rule}\t{name}"


def _rows(findings: list[Finding]) -> list[tuple[int, str, str]]:
    numbers: dict[tuple[str, str], int] = {}
    for finding in findings:
        key = (finding.rule, finding.name)
        numbers[key] = numbers.get(key, 0) + 1
    return sorted(((number, *key) for key, number in numbers.items()), key=lambda row: (-row[0], row[1]))


def count(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
