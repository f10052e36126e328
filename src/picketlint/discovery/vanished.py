"""Entries of lock files for files that are gone: no file is there any more to report them in.

Only what lies below a directory that the run was given is looked for. A run over single files, as pre-commit makes
them, says nothing of others; and a file that is there but left out (a test, say) is not gone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from picketlint import registry
from picketlint.base.files import below
from picketlint.configuration.lockfile import Entry, Lock, places
from picketlint.configuration.settings import Settings
from picketlint.model import Finding, Report, Span

UNUSED = "PKT905"


def reports(settings: Iterable[Settings], directories: Iterable[str], cwd: str) -> list[Report]:
    """A report for each lock file in use that approves exceptions in files that are gone from these directories."""
    locks: dict[str, Lock] = {}
    for one in settings:
        if one.lock is not None and UNUSED in one.checks_for(one.lock.path).codes:
            locks[one.lock.path] = one.lock
    directories = list(directories)
    found = [_report(lock, directories, cwd) for lock in locks.values()]
    return sorted((report for report in found if report.findings), key=lambda report: report.path)


def _report(lock: Lock, directories: list[str], cwd: str) -> Report:
    relative = below(cwd, lock.path)
    display = lock.path.replace(os.sep, "/") if relative is None else relative
    gone: dict[str, list[Entry]] = {}
    kept: set[str] = set()
    for entry in lock.entries:
        if entry.path not in kept and entry.path not in gone and not _is_gone(lock.path, entry.path, directories):
            kept.add(entry.path)
        elif entry.path not in kept:
            gone.setdefault(entry.path, []).append(entry)
    findings = [_finding(lock, display, path, entries) for path, entries in gone.items()]
    return Report(display, tuple(sorted(findings, key=lambda finding: finding.sort_key)))


def _is_gone(lock: str, path: str, directories: list[str]) -> bool:
    """Whether a file in one of the directories is certainly not there."""
    return all(
        any(below(directory, place) for directory in directories) and _is_missing(place) for place in places(lock, path)
    )


def _is_missing(path: str) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        # It cannot be told.
        return False
    return False


def _finding(lock: Lock, display: str, path: str, entries: list[Entry]) -> Finding:
    rule = registry.load().get(UNUSED)
    assert rule is not None
    count = sum(lock.entries[entry] for entry in entries)
    exceptions = "an exception" if count == 1 else f"{count} exceptions"
    line = min(lock.lines[entry] for entry in entries)
    place = Span(line, 1, line, 1)
    message = f"The lock file approves {exceptions} in `{path}`, which is gone; run `picketlint exceptions --lock`"
    return rule.finding(display, place, message)
