"""Which files a run is about: the paths it was given, directories walked, everything else left out.

Files named one by one are always taken, whatever they are called and whatever excludes or ``.gitignore`` say. In
directories the ``.py``, ``.pyi`` and ``.ipynb`` files are taken that neither excludes nor git leave out; symbolic links
to directories are not followed, so a walk always ends. Git leaves out what its ignore files match unless it tracks that
all the same: a line there is no way past the rules. Naming a directory that is left out itself waives what leaves it
out: the user means it.
"""

from __future__ import annotations

import os
import stat

from picketlint.catalog import COMMITTED_ENV_FILE
from picketlint.config import ConfigError
from picketlint.files import below, is_dotenv
from picketlint.model import Problem
from picketlint.records import NamedTuple
from picketlint.settings import Resolver, Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

SUFFIXES = (".py", ".pyi", ".ipynb")
"""What the names of files end in that are taken from directories."""
SMALL = 2_000_000
"""A run over no more bytes than that parses every file: see ``is_strict``."""
IGNORED = "ignored by git"
"""Why a file or directory is left out that git does not track, and that an ignore file names."""
LINKED = "a link to a directory"
"""Why a link is left out: what it leads to is checked where it is, or is none of the project's."""
_UNTRACKED = "git does not track it, which is as it should be"


class Target(NamedTuple):
    """One path of a run. ``path`` is absolute, ``display`` what reports call it.

    ``settings`` are those that govern it, None if it cannot be checked; then ``problem`` says why. ``strict`` is what
    ``is_strict`` says of it.
    """

    display: str
    path: str
    settings: Settings | None = None
    problem: Problem | None = None
    strict: bool = True


class LeftOut(NamedTuple):
    """A directory, or a file to be checked by its name, that was come across and not taken.

    ``reason`` is what ``Settings.excluded_by`` says, ``IGNORED`` or ``LINKED``. ``start`` is the directory in whose
    repository it is; ``tracked`` tells whether git tracks it, None if git was not asked.
    """

    display: str
    path: str
    reason: str
    start: str
    tracked: bool | None = None


def discover(
    paths: Iterable[str], resolver: Resolver, *, force_exclude: bool = False, left_out: list[LeftOut] | None = None
) -> list[Target]:
    """The targets that ``paths`` (relative to the resolver's working directory) lead to, sorted, each once.

    ``force_exclude`` makes excludes apply to paths that are named, too. What was come across and not taken is added to
    ``left_out``. Never raises: a path that is missing or cannot be read, and a configuration that cannot be used, is a
    target with a problem.
    """
    search = _Search(resolver, force_exclude)
    for path in paths:
        search.add(os.path.normpath(os.path.join(resolver.cwd, path)))
    search.settle()
    if left_out is not None:
        left_out += search.left_out
    targets = sorted(search.targets.values(), key=lambda target: target.display)
    return [one._replace(strict=is_strict(one, one.path in search.named, search.size)) for one in targets]


def is_strict(target: Target, named: bool, size: int) -> bool:
    """Whether a file is parsed, to tell whether it is Python at all, though no other rule can fire in it.

    So is every file that the user named, every file of a run over few bytes (``size``), and every file where PKT000 is
    selected by its own code. Others are judged by their bytes; parsing them would be most of the cost of a large run.
    """
    return named or size <= SMALL or (target.settings is not None and target.settings.strict)


class _Search:
    """One search: what it found so far, by path.

    ``named`` are the files that the user named, ``size`` is how many bytes there are to check: that many or, above
    ``SMALL``, at least that many. ``left_out`` is what walks came across and did not take.
    """

    def __init__(self, resolver: Resolver, force_exclude: bool) -> None:
        self.targets: dict[str, Target] = {}
        self.named: set[str] = set()
        self.size = 0
        self.left_out: list[LeftOut] = []
        self._dotenvs: dict[str, dict[str, tuple[Settings, bool]]] = {}
        # The directories that walks or repositories began at in which something is ignored, with the settings whose
        # excludes do not count there.
        self._ignoring: dict[str, Settings | None] = {}
        self._resolver = resolver
        self._force_exclude = force_exclude

    def add(self, path: str) -> None:
        """Take a path that the user named."""
        try:
            is_directory = stat.S_ISDIR(os.stat(path).st_mode)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            self._problem(path, "missing-path", "no such file or directory: check its spelling or leave it out")
            return
        except OSError as error:
            self._unreadable(path, error)
            return
        settings = self._settings(path if is_directory else os.path.dirname(path))
        if settings is None:
            return
        excluded = settings.is_excluded(path, is_directory=is_directory)
        if excluded and self._force_exclude:
            return
        if is_directory:
            self._walk(path, settings, waived=settings if excluded else None)
        elif is_dotenv(path):
            self._note(path, settings, named=True)
        else:
            self.named.add(path)
            self._take(path, settings)

    def settle(self) -> None:
        """Take what git tracks of the files of environment variables, and of what is ignored."""
        self._settle_ignored()
        for directory, found in self._dotenvs.items():
            # Few runs come across one.
            from picketlint import git

            tracked, why = frozenset[str](), _UNTRACKED
            try:
                tracked = git.tracked(directory, found)
            except git.GitError as error:
                why = str(error)
            for name, (settings, named) in found.items():
                path = os.path.join(directory, name)
                if name in tracked:
                    self._take(path, settings)
                elif named or why not in (_UNTRACKED, git.NO_REPOSITORY):
                    self._problem(path, "untracked-env-file", f"not checked: {why}", fatal=False)

    def _settle_ignored(self) -> None:
        """Take the tracked ones of the files that are ignored or in a directory that is, unless they are excluded."""
        for top, waived in sorted(self._ignoring.items()):
            from picketlint import git

            try:
                tracked = git.ignored_but_tracked(top)
            except git.GitError as error:
                if str(error) != git.NO_REPOSITORY:
                    self._problem(top, "unknown-to-git", f"what is ignored is not checked: {error}", fatal=False)
                continue
            for name in tracked:
                if name.endswith(SUFFIXES):
                    self._take_tracked(top, os.path.join(top, *name.split("/")), waived)

    def _take_tracked(self, top: str, path: str, waived: Settings | None) -> None:
        """Take a file below a directory as a walk would that knows of no ignore files."""
        step, *rest = (below(top, path) or "").split("/")
        directory = top
        while rest:
            settings = self._settings(directory)
            directory = os.path.join(directory, step)
            if settings is None:
                return
            excluded = None if settings is waived else settings.excluded_by(directory, is_directory=True)
            if excluded is not None:
                self._leave_out(path, excluded, top, tracked=True)
                return
            step, *rest = rest
        settings = self._settings(directory)
        if settings is None or not os.path.lexists(path):
            return
        excluded = None if settings is waived else settings.excluded_by(path)
        if excluded is None:
            self._take(path, settings)
        else:
            self._leave_out(path, excluded, top, tracked=True)

    def _walk(self, top: str, governing: Settings, waived: Settings | None) -> None:
        """Take what is to be checked below a directory, which ``governing`` governs.

        The excludes of ``waived`` do not count.
        """
        from picketlint.gitignore import rules_above

        pending = [(top, top, rules_above(top, fallback=governing.root))]
        while pending:
            directory, start, rules = pending.pop()
            settings = self._settings(directory)
            if settings is None:
                continue
            try:
                entries = _entries(directory)
            except OSError as error:
                self._unreadable(directory, error)
                continue
            if any(name in {".git", ".gitignore"} for name, _, _ in entries):
                rules = rules.entering(directory)
                start = directory if any(name == ".git" for name, _, _ in entries) else start
            for name, path, is_directory in entries:
                if is_directory is None:
                    self._leave_out(path, LINKED, start)
                    continue
                dotenv = not is_directory and is_dotenv(path)
                if not (is_directory or dotenv or path.endswith(SUFFIXES)):
                    continue
                excluded = None if settings is waived else settings.excluded_by(path, is_directory=is_directory)
                if excluded is not None:
                    ignored = rules.ignores(path, is_directory=is_directory)
                    if ignored and is_directory and name.isidentifier() and name != "__pycache__":
                        # What can be imported from there may be code of the project that was added all the same.
                        self._ignoring.setdefault(start, waived)
                    self._leave_out(path, excluded, start, tracked=False if ignored else None)
                    continue
                if dotenv:
                    # One that is ignored may have been committed before.
                    self._note(path, settings, named=False)
                    continue
                if rules.ignores(path, is_directory=is_directory):
                    self._ignoring[start] = waived
                    self._leave_out(path, IGNORED, start)
                    continue
                if is_directory:
                    pending.append((path, start, rules))
                else:
                    self._take(path, settings)

    def _settings(self, directory: str) -> Settings | None:
        """What governs a directory; a configuration that cannot be used is noted once, and nothing below is taken."""
        try:
            return self._resolver.for_directory(directory)
        except ConfigError as error:
            self._problem(error.path or directory, "broken-configuration", error.message)
            return None

    def _note(self, path: str, settings: Settings, *, named: bool) -> None:
        """Remember a file of environment variables, if a rule looks at those."""
        if COMMITTED_ENV_FILE in settings.checks_for(path).codes:
            directory, name = os.path.split(path)
            self._dotenvs.setdefault(directory, {}).setdefault(name, (settings, named))

    def _take(self, path: str, settings: Settings) -> None:
        if path not in self.targets:
            self.targets[path] = Target(self._display(path), path, settings)
            if self.size <= SMALL:
                self.size += _size(path)

    def _leave_out(self, path: str, reason: str, start: str, *, tracked: bool | None = None) -> None:
        self.left_out.append(LeftOut(self._display(path), path, reason, start, tracked))

    def _unreadable(self, path: str, error: OSError) -> None:
        self._problem(path, "unreadable-path", f"cannot be read ({error.strerror}): mend that or exclude it")

    def _problem(self, path: str, kind: str, message: str, *, fatal: bool = True) -> None:
        display = self._display(path)
        self.targets[path] = Target(display, path, problem=Problem(display, kind, message, fatal))

    def _display(self, path: str) -> str:
        return shown(path, self._resolver.cwd)


def shown(path: str, cwd: str) -> str:
    """An absolute path as reports show it: with ``/``, and relative to the working directory."""
    relative = below(cwd, path)
    if relative is not None:
        return relative or "."
    try:
        return os.path.relpath(path, cwd).replace(os.sep, "/")
    except ValueError:
        # On Windows nothing leads from one drive to another.
        return path.replace(os.sep, "/")


def _entries(directory: str) -> list[tuple[str, str, bool | None]]:
    """Name, path and "is it a directory" of what is in a directory; None for a link to one. Raises OSError."""
    with os.scandir(directory) as listing:
        return [
            (entry.name, entry.path, True if entry.is_dir(follow_symlinks=False) else _links_to_directory(entry))
            for entry in listing
        ]


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        # Reading it will tell.
        return 0


def _links_to_directory(entry: os.DirEntry[str]) -> bool | None:
    """None for a link to a directory; False for anything else that is none."""
    try:
        return None if entry.is_symlink() and entry.is_dir() else False
    except OSError:
        # A link in a circle, say: reading it will tell.
        return False
