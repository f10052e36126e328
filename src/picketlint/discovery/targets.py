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

from picketlint.base.files import below, is_dotenv
from picketlint.base.records import NamedTuple
from picketlint.catalog import COMMITTED_ENV_FILE
from picketlint.configuration.config import ConfigError
from picketlint.configuration.settings import DEFAULT_EXCLUDES, Resolver, Settings
from picketlint.model import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from picketlint.discovery.gitignore import IgnoreRules
    from picketlint.engine import Checks

    # Of a walk: a directory, the one that it is in unless the walk began here, where the ignore files begin that count
    # here, and they themselves.
    _Step = tuple[str, "_Folder | None", str, IgnoreRules]

SUFFIXES = (".py", ".pyi", ".ipynb")
"""What the names of files end in that are taken from directories."""
SMALL = 2_000_000
"""A run over no more bytes than that parses every file, to tell whether it is Python at all.

So is every file that the user named, and every file where PKT000 is selected by its own code. In a larger run others in
which no other rule can fire are judged by their bytes; parsing them would be most of its cost.
"""
IGNORED = "ignored by git"
"""Why a file or directory is left out that git does not track, and that an ignore file names."""
LINKED = "a link to a directory"
"""Why a link is left out: what it leads to is checked where it is, or is none of the project's."""
_UNTRACKED = "git does not track it, which is as it should be"


class Target(NamedTuple):
    """One path of a run. ``path`` is absolute, ``display`` what reports call it.

    ``settings`` are those that govern it, None if it cannot be checked; then ``problem`` says why. ``checks`` says what
    it is checked for, which may be nothing; neighbours share theirs. ``state`` is that of the file when it was found,
    None if it could not be had: reading it will tell why.
    """

    display: str
    path: str
    settings: Settings | None = None
    problem: Problem | None = None
    checks: Checks | None = None
    state: os.stat_result | None = None


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
    paths: Iterable[str],
    resolver: Resolver,
    *,
    force_exclude: bool = False,
    left_out: list[LeftOut] | None = None,
    found: Callable[[int], object] | None = None,
) -> list[Target]:
    """The targets that ``paths`` (relative to the resolver's working directory) lead to, sorted, each once.

    ``force_exclude`` makes excludes apply to paths that are named, too. What was come across and not taken is added to
    ``left_out``. ``found`` is told now and then how many bytes there are in what was taken so far. Never raises: a path
    that is missing or cannot be read, and a configuration that cannot be used, is a target with a problem.
    """
    search = _Search(resolver, force_exclude, found)
    for path in paths:
        search.add(os.path.normpath(os.path.join(resolver.cwd, path)))
    search.settle()
    if left_out is not None:
        left_out += search.left_out
    return search.targets()


class _Folder:
    """A directory, the files in it that were found, and what is the same for all of those.

    ``shown`` is what reports put before their names. ``files`` has their states by their names, ``named`` which of them
    the user named.
    """

    def __init__(self, path: str, shown: str, settings: Settings) -> None:
        self.path = path
        self.shown = shown
        self.settings = settings
        self.files: dict[str, os.stat_result | None] = {}
        self.named: set[str] = set()
        self._before = path if path.endswith(os.sep) else path + os.sep
        # The defaults go by the names of directories, and for tests by those of files that have a "test" in them.
        self._alike = settings.tests is None and not settings.per_path_ignores and settings.lock is None

    def path_of(self, name: str) -> str:
        """The path of what is called so in it."""
        return self._before + name

    def take(self, names: Iterable[str]) -> int:
        """Take files in it; how many bytes there are in those that were not taken yet."""
        files, before, size = self.files, self._before, 0
        for name in names:
            if name not in files:
                try:
                    state = files[name] = os.stat(before + name)
                    size += state.st_size
                except OSError:
                    # Reading it will tell why.
                    files[name] = None
        return size

    def targets(self, *, strict: bool, but: Collection[str]) -> Iterator[Target]:
        """The files that were taken, ``but`` some paths. ``strict``: even those that the user did not name."""
        settings, shown, before, named, alike = self.settings, self.shown, self._before, self.named, self._alike
        strict = strict or settings.strict
        usual: Checks | None = None
        for name, state in self.files.items():
            path = before + name
            if but and path in but:
                continue
            if not alike or "test" in name or name in named:
                checks = settings.checks_for(path, strict=strict or name in named)
            else:
                if usual is None:
                    usual = settings.checks_for(path, strict=strict)
                checks = usual
            yield Target(shown + name, path, settings, None, checks, state)


class _Search:
    """One search, and what it found so far. ``left_out`` is what walks came across and did not take."""

    def __init__(self, resolver: Resolver, force_exclude: bool, found: Callable[[int], object] | None) -> None:
        self.left_out: list[LeftOut] = []
        self._problems: dict[str, Target] = {}
        self._folders: dict[str, _Folder] = {}
        self._dotenvs: dict[str, dict[str, bool]] = {}
        # The directories that walks or repositories began at in which something is ignored, with the settings whose
        # excludes do not count there.
        self._ignoring: dict[str, Settings | None] = {}
        self._resolver = resolver
        self._force_exclude = force_exclude
        self._size = 0
        self._found = found

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
        folder = self._folder(path if is_directory else os.path.dirname(path))
        if folder is None:
            return
        settings = folder.settings
        excluded = settings.is_excluded(path, is_directory=is_directory)
        if excluded and self._force_exclude:
            return
        if is_directory:
            self._walk(path, settings, waived=settings if excluded else None)
        elif is_dotenv(path):
            self._note(path, folder, named=True)
        else:
            name = os.path.basename(path)
            folder.named.add(name)
            self._take(folder, [name])

    def settle(self) -> None:
        """Take what git tracks of the files of environment variables, and of what is ignored."""
        self._settle_ignored()
        for directory, found in self._dotenvs.items():
            # Few runs come across one.
            from picketlint.discovery import git

            tracked, why = frozenset[str](), _UNTRACKED
            try:
                tracked = git.tracked(directory, found)
            except git.GitError as error:
                why = str(error)
            for name, named in found.items():
                if name in tracked:
                    self._take(self._folders[directory], [name])
                elif named or why not in (_UNTRACKED, git.NO_REPOSITORY):
                    path = os.path.join(directory, name)
                    self._problem(path, "untracked-env-file", f"not checked: {why}", fatal=False)

    def _settle_ignored(self) -> None:
        """Take the tracked ones of the files that are ignored or in a directory that is, unless they are excluded."""
        for top, waived in sorted(self._ignoring.items()):
            from picketlint.discovery import git

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
            folder = self._folder(directory)
            directory = os.path.join(directory, step)
            if folder is None:
                return
            settings = folder.settings
            excluded = None if settings is waived else settings.excluded_by(directory, is_directory=True)
            if excluded is not None:
                self._leave_out(path, excluded, top, tracked=True)
                return
            step, *rest = rest
        folder = self._folder(directory)
        if folder is None or not os.path.lexists(path):
            return
        excluded = None if folder.settings is waived else folder.settings.excluded_by(path)
        if excluded is None:
            self._take(folder, [step])
        else:
            self._leave_out(path, excluded, top, tracked=True)

    def _walk(self, top: str, governing: Settings, waived: Settings | None) -> None:
        """Take what is to be checked below a directory, which ``governing`` governs.

        The excludes of ``waived`` do not count.
        """
        from picketlint.discovery.gitignore import rules_above
        from picketlint.discovery.listing import listed

        pending: list[_Step] = [(top, None, top, rules_above(top, fallback=governing.root))]
        while pending:
            directory, above, start, rules = pending.pop()
            try:
                found = listed(directory, SUFFIXES)
            except OSError as error:
                if self._folder(directory) is not None:
                    self._unreadable(directory, error)
                continue
            folder = self._folder(directory, above, found.names)
            if folder is None:
                continue
            if ".git" in found.names or ".gitignore" in found.names:
                rules = rules.entering(directory)
                start = directory if ".git" in found.names else start
            for name in found.links:
                self._leave_out(folder.path_of(name), LINKED, start)
            for name in self._kept(folder, found.directories, start, rules, waived, are_directories=True):
                pending.append((folder.path_of(name), folder, start, rules))
            for name in self._kept(folder, found.dotenvs, start, rules, waived, are_dotenvs=True):
                self._note(folder.path_of(name), folder, named=False)
            self._take(folder, self._kept(folder, found.files, start, rules, waived))
            for name in self._kept(folder, found.special, start, rules, waived) if found.special else ():
                self._problem(folder.path_of(name), "not-a-file", "left out: not a regular file", fatal=False)
            if self._found is not None:
                self._found(self._size)

    def _take(self, folder: _Folder, names: Iterable[str]) -> None:
        self._size += folder.take(names)

    def _kept(
        self,
        folder: _Folder,
        names: list[str],
        start: str,
        rules: IgnoreRules,
        waived: Settings | None,
        *,
        are_directories: bool = False,
        are_dotenvs: bool = False,
    ) -> list[str]:
        """Those of some names in a directory that neither excludes, if they count, nor ignore files leave out."""
        settings = folder.settings
        # Going by the defaults, a file is left out only with the directory that it is in, and that by its name.
        excluding = settings is not waived and (
            settings.excludes_by_pattern or (are_directories and not DEFAULT_EXCLUDES.isdisjoint(names))
        )
        if not (excluding or rules):
            return names
        kept = []
        for name in names:
            path = folder.path_of(name)
            excluded = settings.excluded_by(path, is_directory=are_directories) if excluding else None
            ignored = rules.ignores(path, is_directory=are_directories)
            if excluded is not None:
                if ignored and are_directories and name.isidentifier() and name != "__pycache__":
                    # What can be imported from there may be code of the project that was added all the same.
                    self._ignoring.setdefault(start, waived)
                self._leave_out(path, excluded, start, tracked=False if ignored else None)
            elif ignored and not are_dotenvs:
                self._ignoring[start] = waived
                self._leave_out(path, IGNORED, start)
            else:
                # A file of environment variables that is ignored may have been committed before.
                kept.append(name)
        return kept

    def _folder(self, directory: str, above: _Folder | None = None, names: Collection[str] = ()) -> _Folder | None:
        """A directory and what governs it; a configuration that cannot be used is noted, and nothing below is taken.

        ``above`` is the one that it is in, if that was looked at; ``names`` are then all that are in this one.
        """
        folder = self._folders.get(directory)
        if folder is not None:
            return folder
        try:
            if above is None:
                settings = self._resolver.for_directory(directory)
            else:
                settings = self._resolver.for_subdirectory(directory, names, above.settings)
        except ConfigError as error:
            self._problem(error.path or directory, "broken-configuration", error.message)
            return None
        if above is None or self._resolver.cwd.startswith(directory):
            display = self._display(os.path.join(directory, "_"))[:-1]
        else:
            display = f"{above.shown}{directory[len(above.path_of('')) :]}/"
        folder = self._folders[directory] = _Folder(directory, display, settings)
        return folder

    def _note(self, path: str, folder: _Folder, *, named: bool) -> None:
        """Remember a file of environment variables, if a rule looks at those."""
        if COMMITTED_ENV_FILE in folder.settings.checks_for(path).codes:
            directory, name = os.path.split(path)
            self._dotenvs.setdefault(directory, {}).setdefault(name, named)

    def targets(self) -> list[Target]:
        """All that was found, sorted."""
        small = self._size <= SMALL
        found = list(self._problems.values())
        for folder in self._folders.values():
            found += folder.targets(strict=small, but=self._problems)
        return sorted(found, key=lambda target: target.display)

    def _leave_out(self, path: str, reason: str, start: str, *, tracked: bool | None = None) -> None:
        self.left_out.append(LeftOut(self._display(path), path, reason, start, tracked))

    def _unreadable(self, path: str, error: OSError) -> None:
        self._problem(path, "unreadable-path", f"cannot be read ({error.strerror}): make it readable or exclude it")

    def _problem(self, path: str, kind: str, message: str, *, fatal: bool = True) -> None:
        display = self._display(path)
        self._problems[path] = Target(display, path, problem=Problem(display, kind, message, fatal))

    def _display(self, path: str) -> str:
        return shown(path, self._resolver.cwd)


def shown(path: str, cwd: str) -> str:
    """An absolute path as reports show it: with ``/``, relative below the working directory, absolute elsewhere.

    As in ruff, so that paths such as ``../../x.py`` need not be counted out by the reader.
    """
    relative = below(cwd, path)
    return path.replace(os.sep, "/") if relative is None else relative or "."
