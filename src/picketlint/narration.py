"""What a run says beside its findings: why files were left out, and what governs the others."""

from __future__ import annotations

import os

from picketlint.config import ConfigError
from picketlint.discovery import Target
from picketlint.engine import UNREADABLE
from picketlint.files import below
from picketlint.model import Note, Report
from picketlint.reporting.summary import count
from picketlint.settings import Resolver, Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST_NAMES = 3
_TEST, _EXCLUDED, _NO_RULE = (
    "a test; `--include-tests` checks it",
    "excluded, and `--force-exclude` is given",
    "no selected rule applies to it",
)


def named_but_left_out(paths: Iterable[str], resolver: Resolver, *, force_exclude: bool) -> Iterator[str]:
    """One line per reason why paths that were named are not checked."""
    reasons: dict[str, list[str]] = {}
    for path in paths:
        reason = _reason(os.path.normpath(os.path.join(resolver.cwd, path)), resolver, force_exclude)
        if reason is not None:
            reasons.setdefault(reason, []).append(path)
    for reason, named in reasons.items():
        if reason is _TEST and force_exclude and len(named) < len(list(paths)):
            # A hook names whatever was changed; that tests are left out is no news then.
            continue
        names = ", ".join(named[:_MOST_NAMES])
        more = f" and {len(named) - _MOST_NAMES} more" if len(named) > _MOST_NAMES else ""
        yield f"{names}{more}: not checked ({reason})"


def _reason(path: str, resolver: Resolver, force_exclude: bool) -> str | None:
    is_directory = os.path.isdir(path)
    try:
        settings = resolver.for_directory(path) if is_directory else resolver.for_file(path)
    except ConfigError:
        return None
    if force_exclude and settings.is_excluded(path, is_directory=is_directory):
        return _EXCLUDED
    if is_directory or settings.checks_for(path).codes:
        return None
    return _TEST if settings.is_test(path) else _NO_RULE


def nothing_checked(targets: Iterable[Target]) -> str:
    """Why a run over directories came to nothing."""
    targets = list(targets)
    if any(target.settings is not None and not target.settings.codes for target in targets):
        return "no rule is selected: see `--select` and `--ignore`, and those keys in [tool.picketlint]"
    tests = _tests(targets)
    if tests:
        return f"there is nothing to check but {count(tests, 'test')}; `--include-tests` checks tests as well"
    return "there are no Python files or notebooks to check under the given paths"


def background(targets: Iterable[Target], files: int, cwd: str) -> Iterator[str]:
    """What governs the files, and how many there are."""
    targets = list(targets)
    shown: list[Settings] = []
    for target in targets:
        if target.settings is not None and not any(target.settings is one for one in shown):
            shown.append(target.settings)
            yield from governing(target.settings, cwd)
    left_out = f"; {count(tests, 'test')} left out" if (tests := _tests(targets)) else ""
    yield f"files: {files} checked{left_out}"


def unparsed(targets: Iterable[Target]) -> Iterator[str]:
    """How many files of a large run are not parsed just to tell whether they are Python."""
    lenient = sum(not one.strict and one.settings is not None and UNREADABLE in one.settings.codes for one in targets)
    if lenient:
        yield (
            f"large run: {count(lenient, 'file')} parsed only if another rule can find something there, going by the "
            f"words; else PKT000 sees the bytes alone (`--extend-select PKT000` has all parsed)"
        )


def given_up(reports: Iterable[Report]) -> Iterator[str]:
    """One line per file in which the analysis came to its limits."""
    for report in reports:
        if report.notes:
            values = count(sum(note.values for note in report.notes), "value")
            if len(report.notes) == 1:
                told = f"{report.notes[0].what} (first in {_first(report.notes[0])})"
            else:
                told = "; ".join(f"{note.what} ({note.values}, first in {_first(note)})" for note in report.notes)
            yield f"{report.path}: {values} taken as unknown: {told}"


def _first(note: Note) -> str:
    return f"line {note.line}" if note.cell is None else f"cell {note.cell}, line {note.line}"


def governing(settings: Settings, cwd: str) -> Iterator[str]:
    """The configuration, the project's root, the rules and the torch release that one project is checked for."""
    config = "none, so the defaults" if settings.config_path is None else _shown(settings.config_path, cwd)
    yield f"configuration: {config}; project root: {_shown(settings.root, cwd)}"
    yield f"rules: {', '.join(sorted(settings.codes)) or 'none'}"
    floor = settings.torch_floor(settings.root)
    if floor is None:
        yield "torch: lowest supported release unknown, so any"
    else:
        release = ".".join(map(str, floor))
        origin = "torch-floor" if settings.declared_floor is not None else "the project's packaging metadata"
        yield f"torch: {release} or later, from {origin}"


def _tests(targets: Iterable[Target]) -> int:
    return sum(
        target.settings is not None
        and target.settings.is_test(target.path)
        and not target.settings.checks_for(target.path).codes
        for target in targets
    )


def _shown(path: str, cwd: str) -> str:
    relative = below(cwd, path)
    return path if relative is None else relative or "."
