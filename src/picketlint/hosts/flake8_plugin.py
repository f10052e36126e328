"""The flake8 plugin: picketlint's open findings under flake8's own selection, on the tree flake8 parsed anyway.

Nothing of flake8 is imported while files are checked: what a plugin is to flake8 is a matter of names and shapes.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fnmatch import fnmatch

from picketlint import __version__
from picketlint.catalog import BANNED_NOQA
from picketlint.configuration.config import ConfigError, selectors
from picketlint.configuration.settings import Overrides, Resolver
from picketlint.engine import analyze, prepare
from picketlint.model import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    import ast
    from typing import Any, ClassVar, NoReturn

    from picketlint.model import Finding

Reported = tuple[int, int, str, type]
# From so many bytes on, nearly all that can be imported is needed sooner or later, in every process.
_MANY = 1 << 22


class CheckFailedError(Exception):
    """What flake8 shows when a file could not be checked; one string, so that it survives the way between processes."""

    def __repr__(self) -> str:
        return str(self)


class Plugin:
    """One file's check. flake8 makes an instance per file and iterates over ``run()``.

    All the work is done when the instance is made, because there flake8 names plugin and file for whatever is raised,
    prints it as one line and exits with 1; an exception out of ``run()`` would be a bare traceback.
    """

    name: ClassVar[str] = "picketlint"
    version: ClassVar[str] = __version__
    _resolver: ClassVar[Resolver | None] = None
    _bans_noqa: ClassVar[bool] = True

    def __init__(self, tree: ast.Module, lines: list[str], filename: str) -> None:
        try:
            self._findings = self._check(tree, lines, filename)
        except ConfigError as error:
            raise CheckFailedError(f"its configuration: {error}") from error
        except Exception as error:
            from picketlint.credentials.tokens import starred
            from picketlint.reporting.sanitize import escape

            text = escape(starred(f"{type(error).__name__}: {error}"))
            raise CheckFailedError(
                f"a bug in picketlint, please report it ({text}); {filename} is not checked"
            ) from error

    def run(self) -> Iterator[Reported]:
        """Line, 0-based column, code with message, and type of every open finding."""
        if not self._findings:
            return
        from picketlint.reporting.sanitize import escape

        for finding, line in self._findings:
            true_line, column = finding.span[:2]
            if line == true_line:
                yield line, column - 1, f"{finding.rule} {escape(finding.message)}", type(self)
            else:
                told = f"{finding.rule} (line {true_line}, where a noqa would hide this) {escape(finding.message)}"
                yield line, 0, told, type(self)

    @staticmethod
    def add_options(parser: Any) -> None:
        """Tell flake8 about the one option there is; flake8's option manager is not typed."""
        parser.add_option(
            "--picketlint-config",
            metavar="FILE",
            default=None,
            parse_from_config=True,
            normalize_paths=True,
            help="TOML file whose [tool.picketlint] table takes the place of every other",
        )

    @classmethod
    def parse_options(cls, manager: object, options: argparse.Namespace, paths: object) -> None:
        """Take flake8's options, in every process of its pool; a configuration that is broken stops flake8 here."""
        selected = [*(options.select or ()), *(options.extend_select or ())]
        overrides = Overrides(
            # A prefix leaves off what is off by default, and flake8 tells nobody why it kept a code: so only a code
            # that is written out turns a rule on, exactly as --extend-select does on picketlint's own command line.
            extend_select=sorted({code for code in selected if _is_full(code)}),
            config=options.picketlint_config,
        )
        try:
            selectors(overrides.extend_select)
        except ValueError as error:
            _stop(f"select, extend-select: {error}")
        named = options.filenames or ["."]
        try:
            resolver = Resolver(overrides)
            settings = [
                resolver.for_directory(path) if os.path.isdir(path) else resolver.for_file(path) for path in named
            ]
        except ConfigError as error:
            _stop(str(error))
        if cls._resolver is None:
            if _are_many(named, [*options.exclude, *options.extend_exclude]):
                prepare(frozenset[str]().union(*(one.codes for one in settings)))
            # What is there by now stays, flake8's and ours: Python's collector need not go through it for each file,
            # and workers that are forked off go on sharing it.
            gc.freeze()
        cls._resolver = resolver
        cls._bans_noqa = _bans_noqa(options)

    @classmethod
    def _check(cls, tree: ast.Module, lines: Iterable[str], filename: str) -> tuple[tuple[Finding, int], ...]:
        if cls._resolver is None:
            cls._resolver = Resolver()
        checks = cls._resolver.checks_for(filename, force_exclude=True)
        if not checks.codes:
            return ()
        text = "".join(lines)
        findings = [one for one in analyze(text, filename, checks, tree=tree).findings if one.status is Status.OPEN]
        if not (findings and cls._bans_noqa and BANNED_NOQA in checks.codes):
            return tuple((finding, finding.span.line) for finding in findings)
        from picketlint.exceptions.suppressions import shown_by_flake8

        return tuple(shown_by_flake8(findings, text))


def _are_many(paths: Iterable[str], excluded: Iterable[str]) -> bool:
    """Whether files and directories hold many bytes of Python."""
    size = 0
    for path in _files(paths, excluded):
        with suppress(OSError):
            size += os.path.getsize(path)
        if size > _MANY:
            return True
    return False


def _files(paths: Iterable[str], excluded: Iterable[str]) -> Iterator[str]:
    for path in paths:
        if not os.path.isdir(path):
            yield path
        elif not _is_left_out(path, excluded):
            for folder, folders, names in os.walk(path):
                folders[:] = (name for name in folders if not _is_left_out(os.path.join(folder, name), excluded))
                yield from (os.path.join(folder, name) for name in names if name.endswith(".py"))


def _is_left_out(folder: str, excluded: Iterable[str]) -> bool:
    """Whether flake8 passes a directory over: it holds patterns against its name, and against its absolute path."""
    name, path = os.path.basename(folder), os.path.abspath(folder)
    return any((name not in (".", "..") and fnmatch(name, one)) or fnmatch(path, one) for one in excluded)


def _is_full(code: str) -> bool:
    return len(code) == 6 and code.startswith("PKT") and code[3:].isdecimal()


def _bans_noqa(options: argparse.Namespace) -> bool:
    """Whether flake8 obeys a noqa and shows the rule that bans it; if not, no report has to be put elsewhere."""
    selected = [*(options.select or ()), *(options.extend_select or ())]
    ignored = [*(options.ignore or ()), *(options.extend_ignore or ())]
    chosen = not options.select or BANNED_NOQA.startswith(tuple(selected))
    return chosen and not options.disable_noqa and not BANNED_NOQA.startswith(tuple(ignored))


def _stop(message: str) -> NoReturn:
    """Make flake8 print the message as its own and exit with 1."""
    from flake8.exceptions import ExecutionError

    raise ExecutionError(f"picketlint: {message}")
