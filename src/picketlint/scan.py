"""From paths to reports: every target is read, analysed and reported, in the order of the paths."""

from __future__ import annotations

import os

from picketlint.base.files import NotRegularFileError, read
from picketlint.configuration.config import ConfigError
from picketlint.configuration.settings import Resolver
from picketlint.discovery.targets import LeftOut, Target, discover
from picketlint.engine import Checks, analyze
from picketlint.model import Problem, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Runner = Callable[[Sequence[Target]], Iterable[Report | None]]
    """From targets to what ``check`` says of each, in the same order."""

_NO_ROOM = "cannot be read (it does not fit into memory): exclude it, or check it where there is more"


class Scan:
    """One run over paths; iterate over it, once, for a Report per file that is checked or cannot be.

    Reports come sorted by path, and the outcome depends neither on the order of ``paths`` nor, but for how paths are
    spelled, on the working directory. ``files`` counts the files that were read and analysed so far; tests that no
    rule applies to are not among them. ``targets`` are all that was found, those included, ``left_out`` is what was
    come across and is none. ``runner`` has the targets checked; without one they are checked here, one after the other.
    ``found`` is told while targets are looked for, as ``discover`` tells it.
    """

    def __init__(
        self,
        paths: Iterable[str],
        resolver: Resolver,
        *,
        force_exclude: bool = False,
        runner: Runner | None = None,
        found: Callable[[int], object] | None = None,
    ) -> None:
        self.files = 0
        self._runner = runner or one_by_one
        self.left_out: list[LeftOut] = []
        named = list(paths)
        self.targets = discover(named, resolver, force_exclude=force_exclude, left_out=self.left_out, found=found)
        self._vanished = _vanished(named, self.targets, resolver)

    def __iter__(self) -> Iterator[Report]:
        if not self._vanished:
            return self._checked()
        from heapq import merge

        return merge(self._checked(), self._vanished, key=lambda report: report.path)

    def _checked(self) -> Iterator[Report]:
        for report in self._runner(self.targets):
            if report is not None:
                self.files += not report.problems
                yield report


def _vanished(paths: Iterable[str], targets: Iterable[Target], resolver: Resolver) -> list[Report]:
    """The reports on lock files that approve exceptions in files that are gone from a directory of the run."""
    settings = {id(target.settings): target.settings for target in targets if target.settings is not None}
    directories = []
    for path in paths:
        absolute = os.path.normpath(os.path.join(resolver.cwd, path))
        if os.path.isdir(absolute):
            directories.append(absolute)
            try:
                governing = resolver.for_directory(absolute)
            except ConfigError:
                # Discovery has told of a configuration that cannot be used.
                continue
            settings[id(governing)] = governing
    if not directories or all(one.lock is None for one in settings.values()):
        return []
    from picketlint.discovery import vanished

    return vanished.reports(settings.values(), directories, resolver.cwd)


def one_by_one(targets: Sequence[Target]) -> Iterator[Report | None]:
    """Check targets here, one after the other."""
    return map(check, targets)


def check(target: Target) -> Report | None:
    """The report on one target; None if no rule applies to it. Never raises: what goes wrong is a Problem."""
    if target.problem is not None:
        return Report(target.display, problems=(target.problem,))
    if target.checks is None or not target.checks.codes:
        return None
    data = content(target.path, target.display)
    return data if isinstance(data, Report) else check_data(data, target.display, target.checks)


def content(path: str, display: str) -> bytes | Report:
    """What is in a file, or the report that says why it cannot be read. Never raises."""
    try:
        return read(path)
    except OSError as error:
        return Report(display, problems=(_unread(display, error),))
    except MemoryError:
        return Report(display, problems=(Problem(display, "unreadable-path", _NO_ROOM),))


def check_data(data: bytes, display: str, checks: Checks) -> Report:
    """The report on the content of one file. Never raises: a failure of the tool is a Problem."""
    try:
        return analyze(data, display, checks)
    except Exception as error:
        from picketlint.credentials.tokens import starred

        text = starred(" ".join(f"{type(error).__name__}: {error}".split()))
        message = f"picketlint failed on this file ({text}): please report it as a bug; the file is not checked"
        return Report(display, problems=(Problem(display, "internal-error", message),))


def _unread(display: str, error: OSError) -> Problem:
    """Why a file that discovery found could not be read."""
    if isinstance(error, NotRegularFileError):
        message = "not a regular file: check what comes out of it with `picketlint check -`"
        return Problem(display, "not-a-file", message)
    if isinstance(error, FileNotFoundError):
        message = "gone before it could be read: deleted meanwhile, or a broken symbolic link"
        return Problem(display, "vanished", message, fatal=False)
    return Problem(display, "unreadable-path", f"cannot be read ({error.strerror}): make it readable or exclude it")
