"""The flake8 plugin: picketlint's open findings under flake8's own selection, on the tree flake8 parsed anyway.

Nothing of flake8 is imported while files are checked: what a plugin is to flake8 is a matter of names and shapes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from picketlint import __version__
from picketlint.config import ConfigError
from picketlint.engine import analyze
from picketlint.model import Finding, Status
from picketlint.reporting.sanitize import escape
from picketlint.settings import Overrides, Resolver

if TYPE_CHECKING:
    import argparse
    import ast

Reported = tuple[int, int, str, type]

_FULL_CODE = re.compile(r"PKT\d{3}")


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

    def __init__(self, tree: ast.Module, lines: list[str], filename: str) -> None:
        try:
            self._findings = self._check(tree, lines, filename)
        except ConfigError as error:
            raise CheckFailedError(f"its configuration: {error}") from error
        except Exception as error:
            text = escape(f"{type(error).__name__}: {error}")
            raise CheckFailedError(
                f"a bug in picketlint, please report it ({text}); {filename} is not checked"
            ) from error

    def run(self) -> Iterator[Reported]:
        """Line, 0-based column, code with message, and type of every open finding."""
        for finding in self._findings:
            yield (
                finding.span.line,
                finding.span.column - 1,
                f"{finding.rule} {escape(finding.message)}",
                type(self),
            )

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
            extend_select=sorted({code for code in selected if _FULL_CODE.fullmatch(code)}),
            config=options.picketlint_config,
        )
        try:
            resolver = Resolver(overrides)
            for path in options.filenames or ["."]:
                if os.path.isdir(path):
                    resolver.for_directory(path)
                else:
                    resolver.for_file(path)
        except ConfigError as error:
            _stop(error)
        cls._resolver = resolver

    @classmethod
    def _check(cls, tree: ast.Module, lines: Iterable[str], filename: str) -> tuple[Finding, ...]:
        if cls._resolver is None:
            cls._resolver = Resolver()
        checks = cls._resolver.checks_for(filename, force_exclude=True)
        if not checks.codes:
            return ()
        findings = analyze("".join(lines), filename, checks, tree=tree).findings
        return tuple(finding for finding in findings if finding.status is Status.OPEN)


def _stop(error: ConfigError) -> NoReturn:
    """Make flake8 print the error as its own and exit with 1."""
    from flake8.exceptions import ExecutionError

    raise ExecutionError(f"picketlint: {error}") from error
