"""The documented exceptions of a project: collecting them, what is new since a revision, and keeping the lock file."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from picketlint import registry
from picketlint.base.files import below, read
from picketlint.base.records import NamedTuple
from picketlint.configuration import lockfile
from picketlint.configuration.config import ConfigError
from picketlint.configuration.lockfile import Entry, NotALockError
from picketlint.configuration.settings import Overrides, Resolver, Settings
from picketlint.discovery import git
from picketlint.discovery.git import GitError, Origin, Snapshot
from picketlint.discovery.targets import Target
from picketlint.engine import UNREADABLE
from picketlint.model import Finding, Problem, Report, Span, Status
from picketlint.notebooks.lines import lines_of_cells
from picketlint.reporting.summary import count
from picketlint.scan import Scan, check_data

_MOST_AT_ONCE = 8

Identity = tuple[str, str, str]


class Documented(NamedTuple):
    """A documented exception and the file it is in."""

    finding: Finding
    target: Target

    @property
    def identity(self) -> Identity:
        """What it is known by within its file: rule, code and reason."""
        return _identity(self.finding)


class Change(NamedTuple):
    """What became of a lock file: how many exceptions came, went and stayed, and whether it was written."""

    path: str
    added: int
    removed: int
    kept: int
    written: bool


class Ledger:
    """The documented exceptions below some paths; below the whole project around the working directory without any.

    ``problems`` say where it cannot be told what there is. Where ``locking``, exceptions to rules that are not selected
    are looked for as well, for ``lock`` to keep what is approved of them: ``unselected``. Raises ConfigError.
    """

    def __init__(
        self, paths: Sequence[str], overrides: Overrides, *, force_exclude: bool = False, locking: bool = False
    ) -> None:
        documentable = [rule.id for rule in registry.load().entries if rule.documentable]
        # The rules about lock files are not among them: the lock file may be missing, or broken.
        narrow = overrides._replace(only=frozenset({*documentable, UNREADABLE}))
        selected = resolver = self._resolver = Resolver(narrow)
        if locking:
            resolver = self._resolver = Resolver(narrow._replace(select=None, extend_select=documentable, ignore=()))
        named = paths or [resolver.for_directory(resolver.cwd).root]
        self.paths = [os.path.normpath(os.path.join(resolver.cwd, path)) for path in named]
        scan = Scan(named, resolver, force_exclude=force_exclude)
        reports = list(scan)
        self.targets = scan.targets
        by_display = {target.display: target for target in scan.targets}
        self.problems = [problem for report in reports for problem in _problems(report)]
        self.documented: list[Documented] = []
        self.unselected: list[Documented] = []
        for finding in (one for report in reports for one in report.findings if one.status is Status.EXCEPTED):
            target = by_display[finding.path]
            known = finding.rule in selected.for_file(target.path).checks_for(target.path).codes
            (self.documented if known else self.unselected).append(Documented(finding, target))

    def since(self, revision: str) -> list[Documented]:
        """Those that were not there at a git revision. Raises ConfigError where git cannot tell."""
        try:
            snapshots = self._snapshots(revision)
            new: list[Documented] = []
            for group in _by_file(self.documented):
                left = _identities_at(snapshots, group[0].target)
                for one in group:
                    left[one.identity] -= 1
                    if left[one.identity] < 0:
                        new.append(one)
        except GitError as error:
            raise ConfigError(f"--since: {error}") from error
        return new

    def _snapshots(self, revision: str) -> list[Snapshot]:
        """The revision in every repository that a path is in, the innermost first."""
        folders = {path if os.path.isdir(path) else os.path.dirname(path) for path in self.paths}
        there = sorted(folder for folder in folders if os.path.isdir(folder)) or [self._resolver.cwd]
        found = {snapshot.top: snapshot for snapshot in (git.snapshot(folder, revision) for folder in there)}
        return sorted(found.values(), key=lambda snapshot: (-len(snapshot.top), snapshot.top))

    def owners(self, documented: Iterable[Documented]) -> list[str]:
        """The code owners of the projects that exceptions are in, each once."""
        settings = [one.target.settings for one in documented]
        return list(dict.fromkeys(owner for one in settings if one is not None for owner in one.code_owners))

    def lock(self) -> tuple[list[Change], list[tuple[str, str]]]:
        """Bring the lock files up to date; what became of each, and messages with their kind. Raises ConfigError.

        Entries of paths that were not looked at stay as they are, and so do those to rules that are not selected as
        long as the code has them.
        """
        projects, warnings = self._projects()
        changes = []
        passed_over: Counter[Entry] = Counter()
        for path, settings in sorted(projects.items()):
            before, warning = self._before(path, settings)
            warnings += warning
            kept = {entry: number for entry, number in before.items() if not self._covers(path, entry)}
            others = Counter(_entries(path, settings, self.unselected))
            passed_over += others - Counter(before)
            after = Counter(_entries(path, settings, self.documented)) + (others & Counter(before)) + Counter(kept)
            added, removed, same = lockfile.count_changes(before, after)
            changes.append(Change(path, added, removed, same, lockfile.write(path, after)))
        notes = [("note", _not_locked(passed_over))] if passed_over else []
        return changes, [*(("warning", warning) for warning in warnings), *notes]

    def _projects(self) -> tuple[dict[str, list[Settings]], list[str]]:
        """Lock files by path, with the settings of the projects that each is for; and warnings."""
        known: dict[int, Settings] = {id(one.settings): one.settings for one in self.targets if one.settings}
        for path in self.paths:
            one = self._resolver.for_directory(path) if os.path.isdir(path) else self._resolver.for_file(path)
            known[id(one)] = one
        found: dict[str, list[Settings]] = {}
        if any(settings.lock_path is not None for settings in known.values()):
            without = []
            for settings in known.values():
                if settings.lock_path is not None:
                    found.setdefault(settings.lock_path, []).append(settings)
                elif self._of(settings):
                    without.append(settings.root)
            return found, [f"{root}: has exceptions, but no `exceptions-lock` is configured there" for root in without]
        for settings in known.values():
            # One project without an exception needs its lock file all the same; of several only those that have some.
            if len(known) == 1 or self._of(settings):
                found.setdefault(os.path.join(settings.root, lockfile.DEFAULT_NAME), []).append(settings)
        example = f'`exceptions-lock = "{lockfile.DEFAULT_NAME}"`'
        return found, [f"`picketlint check` does not use a lock file yet: set {example} in [tool.picketlint]"]

    def _of(self, settings: Settings) -> list[Documented]:
        return [one for one in self.documented if one.target.settings is settings]

    def _before(self, path: str, settings: Iterable[Settings]) -> tuple[Mapping[Entry, int], list[str]]:
        """The entries of a lock file so far; with a warning, none of one that is broken and will be written anew."""
        if not os.path.lexists(path):
            return {}, []
        try:
            return lockfile.load(path).entries, []
        except NotALockError as error:
            if self._contains(os.path.dirname(path)) and all(self._contains(one.root) for one in settings):
                return {}, [f"{error.path}: is written anew, for it {error.message}"]
            raise ConfigError(f"{error.message}, without PATH", error.path) from error

    def _covers(self, lock: str, entry: Entry) -> bool:
        """Whether an entry is about a file that was looked at, or would have been if it were there."""
        return any(self._contains(place) for place in lockfile.places(lock, entry.path))

    def _contains(self, path: str) -> bool:
        return any(below(one, path) is not None for one in self.paths)


def _not_locked(passed_over: Counter[Entry]) -> str:
    """What to do about exceptions to rules that are not selected."""
    rules = ",".join(sorted({entry.rule for entry in passed_over}))
    total = count(passed_over.total(), "exception")
    return f"not locked: {total} to rules that are not selected; `--extend-select {rules}` locks them too"


def _entries(lock: str, settings: Sequence[Settings], documented: Iterable[Documented]) -> Iterator[Entry]:
    """Those of the exceptions in some projects, as a lock file has them."""
    for one in documented:
        if any(one.target.settings is project for project in settings):
            rule, code, reason = one.identity
            path = lockfile.path_in_lock(lock, one.target.path)
            yield Entry(path, rule, lockfile.writable(code), lockfile.writable(reason))


def origins(documented: Sequence[Documented]) -> tuple[list[Origin | None], str | None]:
    """Who wrote the comments of exceptions and when: None where git does not know, with the reason it gives."""
    from concurrent.futures import ThreadPoolExecutor

    groups = _by_file(documented)
    told: dict[Finding, Origin | None] = {}
    why = None
    with ThreadPoolExecutor(_MOST_AT_ONCE) as pool:
        for found, failure in pool.map(_origins, groups):
            told.update(found)
            why = why or failure
    return [told.get(one.finding) for one in documented], why


def _origins(group: list[Documented]) -> tuple[dict[Finding, Origin | None], str | None]:
    try:
        excuses = dict(_in_file(group))
        if not excuses:
            return {}, None
        lines = git.blame(group[0].target.path, ((excuse.line, excuse.end_line) for excuse in excuses.values()))
    except (GitError, OSError) as error:
        return {}, str(error)
    return {finding: _latest(lines, excuse) for finding, excuse in excuses.items()}, None


def _in_file(group: list[Documented]) -> Iterator[tuple[Finding, Span]]:
    """The lines of a file in which the comments of its exceptions are, also where cells count their own."""
    excuses = [(one.finding, one.finding.excuse) for one in group if one.finding.excuse is not None]
    cells = {finding.cell for finding, _ in excuses if finding.cell is not None}
    lines = lines_of_cells(read(group[0].target.path), cells) if cells else {}
    for finding, excuse in excuses:
        if finding.cell is None:
            yield finding, excuse
            continue
        within = lines.get(finding.cell, [])[excuse.line - 1 : excuse.end_line]
        if within and within[0] is not None and within[-1] is not None and None not in within:
            yield finding, excuse._replace(line=within[0], end_line=within[-1])


def _latest(lines: Mapping[int, Origin], excuse: Span) -> Origin | None:
    """The origin of a comment as it stands: that of its line that was changed last."""
    known = [lines[line] for line in range(excuse.line, excuse.end_line + 1) if line in lines]
    if git.UNCOMMITTED in known:
        return git.UNCOMMITTED
    return max(known, key=lambda origin: origin.time, default=None)


def _by_file(documented: Iterable[Documented]) -> list[list[Documented]]:
    """Exceptions by file, those of one file in the order of their places."""
    groups: dict[str, list[Documented]] = {}
    for one in documented:
        groups.setdefault(one.target.path, []).append(one)
    return [sorted(group, key=lambda one: one.finding.sort_key) for group in groups.values()]


def _identities_at(snapshots: Iterable[Snapshot], target: Target) -> Counter[Identity]:
    """The exceptions that a file had at a revision."""
    for snapshot in snapshots:
        path = snapshot.path_of(target.path)
        data = None if path is None else snapshot.read(path)
        if data is not None and target.settings is not None:
            report = check_data(data, target.display, target.settings.checks_for(target.path))
            return Counter(_identity(one) for one in report.findings if one.status is Status.EXCEPTED)
    return Counter()


def _identity(finding: Finding) -> Identity:
    return finding.rule, finding.code, finding.justification or ""


def _problems(report: Report) -> Iterable[Problem]:
    """What kept a file from being looked at, its own mistakes included."""
    yield from report.problems
    for finding in report.findings:
        if finding.rule == UNREADABLE:
            cell = "" if finding.cell is None else f"cell {finding.cell}, "
            yield Problem(report.path, "unreadable", f"{cell}line {finding.span.line}: {finding.message}")
