"""``picketlint exceptions``: the documented exceptions of a project, what is new among them, and the lock file."""

from __future__ import annotations

import os
from collections.abc import Iterator

from picketlint.base.records import NamedTuple
from picketlint.commandline.arguments import add_rule_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from picketlint.commandline.arguments import Plain
    from picketlint.commandline.ledger import Change, Ledger
    from picketlint.reporting.ledger import Listing
    from picketlint.reporting.terminal import Terminal

TOLD, FAILURE = 0, 2

USAGE = "picketlint exceptions [options] [PATH ...]"
DESCRIPTION = (
    "List the documented exceptions to the security policy, or write the lock file for the code owners to review."
)
EPILOG = """\
Paths, tests and settings are taken as in `picketlint check`. `--lock` writes the file that `exceptions-lock` in
[tool.picketlint] names, else picketlint-exceptions.toml at the project's root; `picketlint check` then reports what is
not in it. Entries of files that PATH does not cover are kept, and so are those of rules that are not selected. Where
`picketlint check` is given rules by options, give `--lock` the same.

exit codes:
  0  the exceptions are listed, or the lock file is up to date
  2  wrong use, or a file could not be read: the list is incomplete, and nothing is locked"""
_FORMATS = ("text", "json", "markdown")
_NOT_WORTH_A_WORD = frozenset({"this is not a git repository", "git is not installed, or not on PATH"})


class Result(NamedTuple):
    """What the command has to say: the exit code, lines of output, and messages with their kind."""

    code: int
    lines: tuple[str, ...]
    messages: tuple[tuple[str, str], ...] = ()


def add_options(parser: argparse.ArgumentParser | Plain) -> None:
    """Declare the command's options."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="file or directory; default: the whole project")
    parser.add_argument("--since", metavar="REV", help="only those that are new since this git revision")
    parser.add_argument("--lock", action="store_true", help="write the lock file, for the code owners to review")
    output = parser.add_argument_group("output")
    output.add_argument("--output-format", choices=_FORMATS, default=None, help=f"default: {_FORMATS[0]}")
    output.add_argument("--no-blame", action="store_true", help="do not ask git who wrote them and when (faster)")
    add_rule_options(parser)
    files = parser.add_argument_group("which files")
    files.add_argument("--include-tests", action="store_true", help="look at tests as well")
    files.add_argument("--force-exclude", action="store_true", help="apply excludes to files that are named, too")
    settings = parser.add_argument_group("settings")
    settings.add_argument("--config", metavar="FILE", help="use this TOML file and no other")
    settings.add_argument("--isolated", action="store_true", help="use no configuration file")


def run(options: argparse.Namespace, terminal: Terminal) -> Result:
    """Do what the command line asks for. Raises ConfigError."""
    from picketlint.commandline import ledger
    from picketlint.configuration.config import ConfigError
    from picketlint.configuration.settings import Overrides

    if options.lock and (options.since is not None or options.output_format is not None):
        other = "--output-format" if options.since is None else "--since"
        raise ConfigError(f"--lock and {other} do not go together: leave one out")
    overrides = Overrides(
        select=options.select, ignore=options.ignore or (), extend_select=options.extend_select or (),
        include_tests=True if options.include_tests else None, config=options.config, isolated=options.isolated,
    )  # fmt: skip
    found = ledger.Ledger(options.paths, overrides, force_exclude=options.force_exclude, locking=options.lock)
    messages = [
        ("error" if problem.fatal else "warning", f"{problem.path}: {problem.message}") for problem in found.problems
    ]
    incomplete = any(problem.fatal for problem in found.problems)
    if options.lock and incomplete:
        return Result(FAILURE, (), (*messages, ("error", "nothing was locked: fix the above first")))
    if options.lock:
        changes, told = found.lock()
        messages += told
        return Result(TOLD, tuple(_changes(changes, terminal)), tuple(messages))
    listing, warnings = _listing(found, options)
    messages += [("warning", warning) for warning in warnings]
    from picketlint.reporting.ledger import render

    lines = tuple(render(options.output_format or _FORMATS[0], listing, terminal))
    return Result(FAILURE if incomplete else TOLD, lines, tuple(messages))


def _listing(found: Ledger, options: argparse.Namespace) -> tuple[Listing, list[str]]:
    """What to list; and warnings."""
    from picketlint.commandline.ledger import origins
    from picketlint.reporting.ledger import Listing, Row

    documented = found.documented if options.since is None else found.since(options.since)
    told, why = ([None] * len(documented), None) if options.no_blame else origins(documented)
    rows = tuple(Row(one.finding, origin) for one, origin in zip(documented, told, strict=True))
    listing = Listing(
        rows, tuple(found.problems), options.since, tuple(found.owners(documented)), dated=not options.no_blame
    )
    odd = why is not None and why not in _NOT_WORTH_A_WORD
    return listing, [f"git could not tell who wrote every exception: {why}"] if odd else []


def _changes(changes: list[Change], terminal: Terminal) -> Iterator[str]:
    """What became of each lock file."""
    from picketlint.base.files import below
    from picketlint.reporting.summary import count

    for change in changes:
        relative = below(os.getcwd(), change.path)
        path = terminal.escape(relative or change.path)
        total = count(change.added + change.kept, "exception")
        if not change.written:
            yield f"{path} is up to date: {total}."
            continue
        yield f"{path} written: {total} ({change.added} added, {change.removed} removed, {change.kept} unchanged)."
    if not changes:
        yield "There are no exceptions to lock."
