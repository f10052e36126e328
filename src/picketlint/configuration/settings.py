"""From a path to what applies to it: the project it belongs to, the rules that run on it, what is left out.

Test patterns and excludes are matched on the path below the *root* of the project, so that a checkout in
``/home/me/tests/project`` is not all tests. The root is the directory of the configuration that governs the file.
Without one, or where ``--config`` names a file that is not above, it is the top of the git repository; outside any,
the nearest directory with a pyproject.toml, setup.py or setup.cfg; failing that, the nearest with a requirements.txt
(last, because ``tests/`` and ``docs/`` often have their own); failing that, the working directory or, for files that
are not below it, the directory of the file itself.
"""

from __future__ import annotations

import os

from picketlint import registry
from picketlint.base.files import below, is_test_by_default
from picketlint.base.records import NamedTuple
from picketlint.configuration.config import Config, ConfigError, covered, included_tests, read_config, selectors
from picketlint.engine import UNREADABLE, Checks
from picketlint.model import Lifecycle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from picketlint.configuration.lockfile import Lock
    from picketlint.configuration.patterns import Patterns
    from picketlint.configuration.project import Declaration
    from picketlint.exceptions.wording import Policy

DEFAULT_TEST_PATTERNS = (
    "tests/", "test/", "testing/",
    "test_*.py", "*_test.py", "conftest.py",
    "test_*.pyi", "*_test.pyi", "conftest.pyi",
    "test_*.ipynb", "*_test.ipynb", "conftest.ipynb",
)  # fmt: skip
"""What is a test unless ``test-patterns`` says otherwise, as gitignore patterns below the root."""

DEFAULT_EXCLUDES = frozenset({
    ".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pants.d",
    ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", ".vscode", "__pycache__",
    "__pypackages__", "_build", "buck-out", "dist", "node_modules", "site-packages", "venv",
})  # fmt: skip
"""The names of directories that are left out unless ``exclude`` says otherwise (ruff's list, and __pycache__).

``build`` is none of them, because packages are called that (https://github.com/astral-sh/ruff/pull/10093).
"""
BY_DEFAULT = "excluded by default"
"""What ``Settings.excluded_by`` says of what only that list leaves out."""

_NO_RULE_LEFT = "`select` and `ignore` leave no rule to check for: to leave files out, use `extend-exclude` instead"
_LOCK_RULES = frozenset({"PKT904", "PKT905"})
_ROOT_MARKERS = (("requirements.txt",), ("pyproject.toml", "setup.py", "setup.cfg"), (".git",))
_MEANINGFUL = frozenset({marker for markers in _ROOT_MARKERS for marker in markers})


class Overrides(NamedTuple):
    """What the command line says about configuration; every default means that it says nothing.

    ``config`` is a TOML file that takes the place of every other; ``isolated`` means no file at all. Of the rules that
    are selected in the end, ``only`` these are run, even if that leaves none.
    """

    select: Sequence[str] | None = None
    ignore: Sequence[str] = ()
    extend_select: Sequence[str] = ()
    include_tests: bool | Sequence[str] | None = None
    config: str | None = None
    isolated: bool = False
    only: frozenset[str] | None = None


NO_OVERRIDES = Overrides()
"""A command line that leaves all to the configuration."""


class Settings(NamedTuple):
    """What applies to the files of one project. Paths are absolute and normalised (``os.path.abspath``).

    ``codes`` are the rules selected, ``test_codes`` those that run on tests too. ``excludes`` and ``tests`` take the
    place of the defaults; ``extra_excludes`` come on top, and may take a default back with ``!``. ``declared_floor`` is
    the configuration's ``torch-floor``, ``declarations`` what was read of packaging metadata so far. ``lock_path`` is
    where the lock file of approved exceptions is configured to be, ``lock`` its content if the rules selected want it;
    ``exceptions`` is how they are judged (None: by the words picketlint ships). ``strict`` says that PKT000 is selected
    for its own sake: no file goes unparsed then.
    """

    root: str
    config_path: str | None
    codes: frozenset[str]
    test_codes: frozenset[str]
    tests: Patterns | None
    excludes: Patterns | None
    extra_excludes: Patterns | None
    per_path_ignores: tuple[tuple[Patterns, frozenset[str]], ...]
    declared_floor: tuple[int, ...] | None
    declarations: dict[str, Declaration | None]
    lock_path: str | None = None
    lock: Lock | None = None
    code_owners: tuple[str, ...] = ()
    exceptions: Policy | None = None
    strict: bool = False

    def checks_for(self, path: str, *, strict: bool = True) -> Checks:
        """The rules to run on a file: none at all for a test, unless it is included. For ``strict`` see Checks."""
        relative = self._relative(path)
        codes = self.codes & self.test_codes if self._is_test(relative) else self.codes
        for patterns, ignored in self.per_path_ignores:
            if patterns.verdict(relative):
                codes -= ignored
        approved = self.lock.approved(path) if self.lock is not None and codes & _LOCK_RULES else None
        return Checks(codes, lambda: self.torch_floor(os.path.dirname(path)), self.exceptions, approved, strict)

    def torch_floor(self, directory: str) -> tuple[int, ...] | None:
        """The lowest torch release the code in ``directory`` has to work with; None if that is not known."""
        if self.declared_floor is not None:
            return self.declared_floor
        from picketlint.configuration.project import torch_floor

        return torch_floor(directory, self.root, self.declarations)

    def is_test(self, path: str) -> bool:
        """Whether a file is a test, going by its path below the root."""
        return self._is_test(self._relative(path))

    def is_excluded(self, path: str, *, is_directory: bool = False) -> bool:
        """Whether a file or directory, or one that it is in, is left out, going by its path below the root."""
        return self.excluded_by(path, is_directory=is_directory) is not None

    def excluded_by(self, path: str, *, is_directory: bool = False) -> str | None:
        """What leaves a file or directory out, in words: one of two keys, or ``BY_DEFAULT``; None if nothing does."""
        relative = self._relative(path)
        if not relative:
            return None
        relative += "/" if is_directory else ""
        for key, patterns in (("extend-exclude", self.extra_excludes), ("exclude", self.excludes)):
            verdict = None if patterns is None else patterns.verdict(relative)
            if verdict is not None:
                return f"excluded by `{key}`" if verdict else None
        by_default = self.excludes is None and not DEFAULT_EXCLUDES.isdisjoint(relative.split("/")[:-1])
        return BY_DEFAULT if by_default else None

    def _is_test(self, relative: str) -> bool:
        return is_test_by_default(relative) if self.tests is None else bool(self.tests.verdict(relative))

    @property
    def excludes_by_pattern(self) -> bool:
        """Whether a file can be left out that is in no directory that is."""
        return self.excludes is not None or self.extra_excludes is not None

    def _relative(self, path: str) -> str:
        relative = below(self.root, path)
        return os.path.basename(path) if relative is None else relative


class Resolver:
    """Finds the Settings of any path. The cost is per directory: each is looked at once, however many files it has.

    Relative paths are taken from the directory that is the working directory when the Resolver is made. What is on
    disk then holds: a Resolver does not notice changes. Raises ConfigError for overrides that cannot be used.
    """

    def __init__(self, overrides: Overrides = NO_OVERRIDES) -> None:
        try:
            self.cwd = os.getcwd()
        except OSError as error:
            raise ConfigError("the working directory is gone: change to one that exists") from error
        self._select = None if overrides.select is None else _option("--select", overrides.select)
        self._ignore = _option("--ignore", overrides.ignore)
        self._extend_select = _option("--extend-select", overrides.extend_select)
        every = frozenset(rule.id for rule in registry.load().entries)
        if not _refine(every, self._select, self._extend_select, self._ignore):
            raise ConfigError("--ignore leaves no rule to check for: take out of it what is to be checked")
        tests = overrides.include_tests
        tests = tests if tests is None or isinstance(tests, bool) else _option("--include-tests", tests)
        self._test_codes = None if tests is None else included_tests(tests)
        self._only = overrides.only
        self._isolated = overrides.isolated
        self._explicit = None if overrides.config is None else self._read_explicit(overrides.config)
        self._configs: dict[str, _Found | ConfigError] = {}
        self._roots: dict[str, tuple[int, str]] = {}
        self._settings: dict[tuple[str | None, str], Settings] = {}
        # By the path of the configuration, whatever the root.
        self._governing: dict[str | None, Settings] = {}
        self._declarations: dict[str, Declaration | None] = {}
        self._locks: dict[str, Lock | ConfigError] = {}

    def checks_for(self, path: str, *, force_exclude: bool = False) -> Checks:
        """What to check a file for, which need not exist. Raises ConfigError.

        ``force_exclude`` is for hosts that find files on their own: what is excluded is checked for nothing.
        """
        absolute = os.path.normpath(os.path.join(self.cwd, path))
        settings = self.for_file(absolute)
        excluded = force_exclude and settings.is_excluded(absolute)
        return Checks(frozenset()) if excluded else settings.checks_for(absolute)

    def for_file(self, path: str) -> Settings:
        """The Settings that govern a file, which need not exist. Raises ConfigError."""
        return self.for_directory(os.path.dirname(os.path.join(self.cwd, path)))

    def for_directory(self, directory: str) -> Settings:
        """The Settings that govern the files right in a directory, which need not exist. Raises ConfigError."""
        return self._governing_in(os.path.normpath(os.path.join(self.cwd, directory)))

    def _governing_in(self, directory: str) -> Settings:
        found = self._explicit or (_NOTHING if self._isolated else self._nearest(directory))
        return self._build(found, self._root(directory, found.path))

    def for_subdirectory(self, directory: str, names: Collection[str], above: Settings) -> Settings:
        """``for_directory``, for one right in a directory that ``above`` governs; ``names`` are all that are in it.

        Where none of them matters nobody looks for those that would. Raises ConfigError.
        """
        # To some file systems names that are not ASCII, or in other letters, are the same as others.
        told = "/".join(names).lower()
        if told.isascii() and not any(map(told.__contains__, _MEANINGFUL)):
            parent = os.path.dirname(directory)
            if len(above.root) < len(parent):
                # The root is further up, and so it is of both.
                return above
            if parent in self._configs:
                self._configs.setdefault(directory, self._configs[parent])
            if parent in self._roots:
                self._roots.setdefault(directory, self._roots[parent])
        return self._governing_in(directory)

    def _read_explicit(self, path: str) -> _Found:
        if self._isolated:
            raise ConfigError("--config and --isolated contradict each other: leave one out")
        if not path:
            raise ConfigError("the name of the configuration file is empty: is a variable in the command not set?")
        absolute = os.path.normpath(os.path.join(self.cwd, path))
        if not os.path.isfile(absolute):
            what = "not a file" if os.path.exists(absolute) else "no such file"
            raise ConfigError(f"{what}: name a TOML file with a [tool.picketlint] table", path)
        if (config := read_config(absolute)) is None:
            raise ConfigError("has no [tool.picketlint] table: name a TOML file that has one", path)
        return _Found(absolute, config)

    def _nearest(self, directory: str) -> _Found:
        """The configuration at or above ``directory``, or ``_NOTHING``. A broken one breaks all it would govern."""
        climbed = []
        found: _Found | ConfigError = _NOTHING
        for candidate in upwards(directory):
            if candidate in self._configs:
                found = self._configs[candidate]
                break
            climbed.append(candidate)
            path = os.path.join(candidate, "pyproject.toml")
            try:
                config = read_config(path)
            except ConfigError as error:
                found = error
                break
            if config is not None:
                found = _Found(path, config)
                break
        self._configs.update(dict.fromkeys(climbed, found))
        if isinstance(found, ConfigError):
            raise ConfigError(found.message, found.path)
        return found

    def _root(self, directory: str, config_path: str | None) -> str:
        """The root of the project a directory belongs to; see the module's docstring."""
        if config_path is not None and below(os.path.dirname(config_path), directory) is not None:
            return os.path.dirname(config_path)
        climbed = []
        best = (0, "")
        for candidate in upwards(directory):
            if candidate in self._roots:
                best = self._roots[candidate]
                break
            climbed.append(candidate)
        for candidate in reversed(climbed):
            best = self._roots[candidate] = _stronger(best, candidate)
        if best[0]:
            return best[1]
        return self.cwd if below(self.cwd, directory) is not None else directory

    def _build(self, found: _Found, root: str) -> Settings:
        key = (found.path, root)
        settings = self._settings.get(key)
        if settings is None and found.path in self._governing:
            settings = self._settings[key] = self._governing[found.path]._replace(root=root)
        if settings is None:
            config = found.config
            codes = frozenset(rule.id for rule in registry.load().entries if rule.status is Lifecycle.DEFAULT)
            codes = _refine(codes, config.select, config.extend_select, config.ignore)
            codes = _refine(codes, self._select, self._extend_select, self._ignore)
            if not codes:
                raise ConfigError(_NO_RULE_LEFT, found.path)
            codes = codes if self._only is None else codes & self._only
            lock_path = _beside(found.path, config.exceptions_lock)
            settings = self._settings[key] = self._governing[found.path] = Settings(
                root=root,
                config_path=found.path,
                codes=codes,
                test_codes=config.include_tests if self._test_codes is None else self._test_codes,
                tests=config.test_patterns,
                excludes=config.exclude,
                extra_excludes=config.extend_exclude,
                per_path_ignores=config.per_path_ignores,
                declared_floor=config.torch_floor,
                declarations=self._declarations,
                lock_path=lock_path,
                lock=self._lock(lock_path) if lock_path is not None and codes & _LOCK_RULES else None,
                code_owners=config.code_owners,
                exceptions=config.exceptions,
                strict=_asks_for_unreadable(config.select, config.extend_select, self._select, self._extend_select),
            )
        return settings

    def _lock(self, path: str) -> Lock:
        """The lock file at a path, which is read once. Raises ConfigError."""
        found = self._locks.get(path)
        if found is None:
            from picketlint.configuration import lockfile

            try:
                found = lockfile.load(path)
            except ConfigError as error:
                found = error
            self._locks[path] = found
        if isinstance(found, ConfigError):
            raise type(found)(found.message, found.path)
        return found


class _Found(NamedTuple):
    """A configuration and the file it is from."""

    path: str | None
    config: Config


_NOTHING = _Found(None, Config())


def _beside(config_path: str | None, relative: str | None) -> str | None:
    """The absolute path of what a configuration file names relative to itself."""
    if config_path is None or relative is None:
        return None
    return os.path.normpath(os.path.join(os.path.dirname(config_path), relative))


def upwards(directory: str) -> Iterator[str]:
    """A directory and all above it, nearest first."""
    while True:
        yield directory
        parent = os.path.dirname(directory)
        if parent == directory:
            return
        directory = parent


def _stronger(best: tuple[int, str], directory: str) -> tuple[int, str]:
    """``best``, or this directory below it if it has a marker of a project's root that is worth as much."""
    for worth in range(len(_ROOT_MARKERS), max(best[0], 1) - 1, -1):
        if any(os.path.lexists(os.path.join(directory, marker)) for marker in _ROOT_MARKERS[worth - 1]):
            return (worth, directory)
    return best


def _refine(
    codes: frozenset[str], select: Sequence[str] | None, extend_select: Sequence[str], ignore: Sequence[str]
) -> frozenset[str]:
    """``codes`` after one layer of selection: a ``select`` replaces them, the other two change them.

    Within a layer the most specific selector that covers a rule decides, as in ruff; on a tie ``ignore`` does.
    """
    known = registry.load()
    selected = (*(select or ()), *extend_select)
    wanted = [(_specificity(one), True, known.expand(one) or frozenset()) for one in selected]
    unwanted = [(_specificity(one), False, covered([one])) for one in ignore]
    decisions: dict[str, bool] = {}
    for _, decision, ids in sorted([*wanted, *unwanted], key=lambda row: (row[0], not row[1])):
        decisions.update(dict.fromkeys(ids, decision))
    base = codes if select is None else frozenset()
    return (base | {code for code, on in decisions.items() if on}) - {code for code, on in decisions.items() if not on}


def _asks_for_unreadable(*selections: Sequence[str] | None) -> bool:
    """Whether PKT000 is selected by what stands for no other rule."""
    known, alone = registry.load(), frozenset({UNREADABLE})
    return any(known.expand(selector) == alone for selection in selections for selector in selection or ())


def _specificity(selector: str) -> int:
    """How precise a selector is: ALL is the least, then prefixes by their length, then ids and names."""
    if selector in registry.load():
        return 1000
    return 0 if selector == "ALL" else len(selector)


def _option(option: str, codes: Iterable[str]) -> tuple[str, ...]:
    try:
        return selectors(list(codes))
    except ValueError as error:
        raise ConfigError(f"{option}: {error}") from error
