"""What a run says beside its findings: why files were left out, and what governs the others."""

from __future__ import annotations

import os

from picketlint.base.files import below
from picketlint.configuration.config import ConfigError
from picketlint.configuration.settings import BY_DEFAULT, Resolver, Settings, upwards
from picketlint.discovery.targets import SUFFIXES, LeftOut, Target, shown
from picketlint.engine import UNREADABLE
from picketlint.model import Note, Report
from picketlint.reporting.summary import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from picketlint.reporting import Outcome
    from picketlint.scan import Scan

_MOST_NAMES = 3
_BUT = ", but for what git tracks or the command line names"
# No file of a project can be in these, and asking git takes a while: it tracks nothing below the first.
_METADATA = frozenset({".git", ".hg", ".svn", ".bzr", ".mypy_cache", ".pytest_cache", ".ruff_cache"})
_TEST, _EXCLUDED, _NO_RULE = (
    "a test; `--include-tests` checks it",
    "excluded, and `--force-exclude` is given",
    "no selected rule applies to it",
)


def remarks(
    scan: Scan, outcome: Outcome, paths: Sequence[str], resolver: Resolver, *, force_exclude: bool
) -> Iterator[tuple[str, str]]:
    """What a user should know of what a run over paths did not check: kinds of message, and lines."""
    left_out = list(named_but_left_out(paths, resolver, force_exclude=force_exclude))
    if not (left_out or outcome.files or outcome.problems):
        left_out = [_nothing_checked(scan)]
    yield from (("warning", line) for line in left_out)
    yield from (("note", line) for line in (*_unparsed(scan.targets), *_tracked_but_excluded(scan, resolver.cwd)))


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
        yield f"{_listed(named)}: not checked ({reason})"


def _listed(names: list[str]) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


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


def _nothing_checked(scan: Scan) -> str:
    """Why a run over directories came to nothing."""
    tests = _tests(scan.targets)
    if tests:
        return f"there is nothing to check but {count(tests, 'test')}; `--include-tests` checks tests as well"
    hint = "; `-v` lists what was left out" if any(_is_told(one) for one in scan.left_out) else ""
    return f"there are no Python files or notebooks to check under the given paths{hint}"


def _tracked_but_excluded(scan: Scan, cwd: str) -> Iterator[str]:
    """What git tracks though nothing but the built-in list of excludes leaves it out, in one line."""
    by_default = [one for one in scan.left_out if one.reason is BY_DEFAULT and _is_told(one)]
    tracked = {one.path for one in by_default if one.tracked}
    unsure: dict[str, list[LeftOut]] = {}
    for one in by_default:
        if one.tracked is None:
            unsure.setdefault(one.start, []).append(one)
    for start, found in unsure.items():
        if not any(os.path.lexists(os.path.join(directory, ".git")) for directory in upwards(start)):
            continue
        from picketlint.discovery import git

        try:
            names = git.tracked(start, [below(start, one.path) or "." for one in found])
        except git.GitError as error:
            if str(error) != git.NO_REPOSITORY:
                yield f"{_listed([one.display for one in found])}: not checked ({BY_DEFAULT}), and {error}"
            continue
        tracked.update(os.path.join(start, *name.split("/")) for name in names if name.endswith(SUFFIXES))
    tracked -= {target.path for target in scan.targets}
    if tracked:
        files = _listed([shown(path, cwd) for path in sorted(tracked)])
        yield (
            f"{files}: tracked by git, but {BY_DEFAULT} and so not checked; to settle it, have `extend-exclude` in "
            f'[tool.picketlint] name the directory ("dist/") or take it in ("!dist/")'
        )


def _passed_over(scan: Scan) -> Iterator[str]:
    """One line for every test, and everything else, that is not checked, and why."""
    told = {one.display: one.reason for one in scan.left_out if _is_told(one)}
    for target in scan.targets:
        told.pop(target.display, None)
        if target.settings is not None and not target.settings.checks_for(target.path).codes:
            told[target.display] = "a test" if target.settings.is_test(target.path) else _NO_RULE
            continue
        for end, character in enumerate(target.display):
            directory = target.display[:end] if character == "/" else ""
            if directory in told:
                told[directory] = f"{told[directory].removesuffix(_BUT)}{_BUT}"
    for display, reason in sorted(told.items()):
        yield f"left out: {display} ({reason})"


def _is_told(one: LeftOut) -> bool:
    return os.path.basename(one.path) not in _METADATA


def background(scan: Scan, cwd: str) -> Iterator[str]:
    """What governs the files, how many there are, and everything that was left out."""
    governed: dict[tuple[str, ...], list[str]] = {}
    for settings in {id(one.settings): one.settings for one in scan.targets if one.settings is not None}.values():
        # Without a configuration or a repository, each directory is a root.
        governed.setdefault(_checked_for(settings, cwd), []).append(_shown(settings.root, cwd))
    for (config, *rest), roots in governed.items():
        yield f"{config}; project root: {_listed(roots)}"
        yield from rest
    left_out = f"; {count(tests, 'test')} left out" if (tests := _tests(scan.targets)) else ""
    yield f"files: {scan.files} checked{left_out}"
    yield from _passed_over(scan)


def _unparsed(targets: Iterable[Target]) -> Iterator[str]:
    """How many files of a large run are not parsed just to tell whether they are Python."""
    checked = (one.checks for one in targets if one.checks is not None)
    lenient = sum(not checks.strict and UNREADABLE in checks.codes for checks in checked)
    if lenient:
        yield (
            f"large run: files in which no other rule can find anything are not parsed, so PKT000 may miss a syntax "
            f"error there; `--extend-select PKT000` has all {count(lenient, 'file')} parsed"
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
    config, *rest = _checked_for(settings, cwd)
    yield f"{config}; project root: {_shown(settings.root, cwd)}"
    yield from rest


def _checked_for(settings: Settings, cwd: str) -> tuple[str, str, str]:
    """The same without the root, which tells projects apart that are checked alike."""
    config = "none, so the defaults" if settings.config_path is None else _shown(settings.config_path, cwd)
    floor = settings.torch_floor(settings.root)
    if floor is None:
        torch = "torch: lowest supported release unknown, so any"
    else:
        release = ".".join(map(str, floor))
        origin = "torch-floor" if settings.declared_floor is not None else "the project's dependencies"
        torch = f"torch: {release} or later, from {origin}"
    return f"configuration: {config}", f"rules: {', '.join(sorted(settings.codes))}", torch


def _tests(targets: Iterable[Target]) -> int:
    return sum(
        target.checks is not None
        and not target.checks.codes
        and target.settings is not None
        and target.settings.is_test(target.path)
        for target in targets
    )


def _shown(path: str, cwd: str) -> str:
    relative = below(cwd, path)
    return path if relative is None else relative or "."
