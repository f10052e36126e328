"""The command line: options in, exit code out. What it decides is how to say things, never what is a finding."""

from __future__ import annotations

import os
import sys

from picketlint import __version__
from picketlint.commandline.arguments import Plain, add_rule_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from picketlint.configuration.settings import Resolver
    from picketlint.reporting import Outcome, Sources

CLEAN, FINDINGS, FAILURE, INTERRUPTED = 0, 1, 2, 130

_FORMATS = ("text", "concise", "json")
_STDIN = "-"
# The last run lives on until the process ends, all at once: to take it apart takes longer than to print what it found.
_held: list[object] = []
_ISSUES = "https://github.com/picketlint/picketlint/issues"

_DESCRIPTION = """\
Checks Python code against a machine-learning project's security policy: unsafe loading of checkpoints, remote code,
shell injection, credentials, and exceptions that nobody explained.

commands:
  check        check files and directories: `picketlint check`, `picketlint check src train.py`
  exceptions   list the documented exceptions, or lock them: `picketlint exceptions --since main`
  rule         list the rules, or explain one: `picketlint rule`, `picketlint rule PKT101`
  cache        print where results are kept, or remove them: `picketlint cache dir`, `picketlint cache clear`

`picketlint COMMAND --help` lists the options of a command."""

_CHECK_EPILOG = """\
RULES is a comma-separated list of codes (PKT101), names (unsafe-torch-load), beginnings of codes (PKT1) or ALL.
Settings are read from [tool.picketlint] in the closest pyproject.toml above each file. Tests are left out, and so are
files that git ignores and does not track.

exit codes:
  0  nothing found
  1  something found
  2  wrong use, a missing path, a broken configuration, or a failure of picketlint: not everything was checked
  130  interrupted"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the result is the exit code. ``argv`` leaves out the program's name."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    for stream in (sys.stdout, sys.stderr):
        # What is printed is escaped for the stream's encoding; this is for what argparse and tracebacks print.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED


class _StreamError(Exception):
    """Standard input or output, or the file for the report, is of no use."""


class _UsageError(Exception):
    """The command line asks for what cannot be done."""


def _run(arguments: list[str]) -> int:
    verbose = False
    try:
        command, options = _parse(arguments)
        verbose = getattr(options, "verbose", False)
        return command(options)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else FAILURE
    except Exception as error:
        return _failed(error, verbose=verbose)


def _parse(arguments: list[str]) -> tuple[Callable[[Any], int], Any]:
    """The command to run and its options. Raises SystemExit after help was printed, or an error."""
    first = arguments[0] if arguments else ""
    if first in _COMMANDS:
        declared, command = _COMMANDS[first]
        rest = arguments[1:]
        plain = declared(Plain).read(rest)
        if plain is not None:
            return command, plain
        end = rest.index("--") if first in _TAKING_PATHS and "--" in rest else len(rest)
        # Paths may stand before, between and after options, which argparse allows only where no `--` is.
        options = declared(_parser).parse_intermixed_args(rest[:end])
        if end < len(rest):
            options.paths += rest[end + 1 :]
        return command, options
    version = f"picketlint {__version__}"
    if first in ("-V", "--version"):
        _print([version])
        raise SystemExit(CLEAN)
    general = _parser(prog="picketlint", usage="picketlint COMMAND [options]", description=_DESCRIPTION)
    general.add_argument("-V", "--version", action="version", version=version)
    if first and not first.startswith("-"):
        from difflib import get_close_matches

        close = [] if os.path.lexists(first) else get_close_matches(first, (*_COMMANDS, *_INSTEAD), n=1)
        meant = _INSTEAD.get(close[0], close[0]) if close else f"check {first}"
        general.error(f"there is no command {first}: did you mean `picketlint {meant}`?")
    named = [one for one in arguments if one in _COMMANDS]
    if named and first not in ("-h", "--help"):
        general.error(f"options stand behind the command, as in `picketlint {named[0]} {first}`")
    general.parse_args(arguments)
    _say("error", "a command is missing: to check the current directory, `picketlint check` (see `picketlint --help`)")
    raise SystemExit(FAILURE)


def _failed(error: Exception, *, verbose: bool) -> int:
    """Say why a command gave up. The exit code is never that of a clean run."""
    if isinstance(error, (_StreamError, _UsageError)) or _is_config_error(error):
        _say("error", str(error))
        return FAILURE
    if verbose:
        import traceback

        for line in "".join(traceback.format_exception(error)).splitlines():
            _say("", line)
    what = f"{type(error).__name__}: {error}"
    _say("error", f"picketlint failed ({what}): please report it at {_ISSUES} with what `--verbose` prints")
    return FAILURE


def _is_config_error(error: Exception) -> bool:
    """Whether ``error`` is a ConfigError; if even its module cannot be imported, it is not."""
    config = sys.modules.get("picketlint.configuration.config")
    return config is not None and isinstance(error, config.ConfigError)


def _say(kind: str, message: str) -> None:
    """One line to standard error: an ``error``, a ``warning``, or without a label."""
    from picketlint.reporting.terminal import terminal_of, write

    terminal = terminal_of(sys.stderr, os.environ)
    label = f"{terminal.style('code' if kind == 'error' else 'warning', kind)}: " if kind else ""
    try:
        write(sys.stderr, f"{label}{terminal.escape(message)}\n")
    except OSError:
        # Nobody is left to tell; the exit code still does.
        return


def _parser(**described: object) -> argparse.ArgumentParser:
    from picketlint.commandline.usage import Parser

    return Parser(_print, _say, **described)


def _check_parser(kind: Callable[..., Any]) -> Any:
    from picketlint.commandline.speed import add_options

    check = kind(
        prog="picketlint check",
        usage="picketlint check [options] [PATH ...]",
        description="Check Python files and notebooks against the security policy.",
        epilog=_CHECK_EPILOG,
    )
    check.add_argument(
        "paths", nargs="*", metavar="PATH", help="file or directory; default: the current one; `-`: standard input"
    )
    add_rule_options(check)
    files = check.add_argument_group("which files")
    files.add_argument("--include-tests", action="store_true", help="check tests as well")
    files.add_argument("--force-exclude", action="store_true", help="apply excludes to files that are named, too")
    files.add_argument("--stdin-filename", metavar="FILE", help="the file name to assume for standard input")
    output = check.add_argument_group("output")
    output.add_argument("--output-format", choices=_FORMATS, default=_FORMATS[0], help=f"default: {_FORMATS[0]}")
    output.add_argument("-o", "--output-file", type=_output_file, metavar="FILE", help="write what was found to a file")
    output.add_argument(
        "--statistics", action="store_true", help="count the findings of each rule instead of listing them"
    )
    output.add_argument("--exit-zero", action="store_true", help="exit with 0 even if something was found")
    volume = output.add_mutually_exclusive_group()
    volume.add_argument("-q", "--quiet", action="store_true", help="print findings and errors, nothing else")
    volume.add_argument("-v", "--verbose", action="store_true", help="say which settings apply and what was left out")
    settings = check.add_argument_group("settings")
    settings.add_argument("--config", metavar="FILE", help="use this TOML file and no other")
    settings.add_argument("--isolated", action="store_true", help="use no configuration file")
    add_options(check)
    return check


def _rule_parser(kind: Callable[..., Any]) -> Any:
    from picketlint.commandline import rule_command

    return _described("picketlint rule", rule_command, kind)


def _exceptions_parser(kind: Callable[..., Any]) -> Any:
    from picketlint.commandline import exceptions_command

    return _described("picketlint exceptions", exceptions_command, kind)


def _cache_parser(kind: Callable[..., Any]) -> Any:
    from picketlint.commandline import cache_command

    return _described("picketlint cache", cache_command, kind)


def _described(program: str, command: Any, kind: Callable[..., Any]) -> Any:
    """The parser of a command that is a module of its own."""
    parser = kind(prog=program, usage=command.USAGE, description=command.DESCRIPTION, epilog=command.EPILOG)
    command.add_options(parser)
    return parser


def _output_file(text: str) -> str:
    from picketlint.discovery.targets import SUFFIXES

    # `-o train.py` would be the end of train.py.
    if not text or text.endswith(SUFFIXES):
        import argparse

        raise argparse.ArgumentTypeError(f"wants a file for the report, and this is {'code' if text else 'empty'}")
    return text


def _check(options: argparse.Namespace) -> int:
    from picketlint.configuration.settings import Overrides, Resolver

    resolver = Resolver(Overrides(
        select=options.select, ignore=options.ignore or (), extend_select=options.extend_select or (),
        include_tests=True if options.include_tests else None, config=options.config, isolated=options.isolated,
    ))  # fmt: skip
    name = options.stdin_filename
    if _STDIN in options.paths or (name is not None and not options.paths):
        if options.paths not in ([], [_STDIN]):
            _say("error", "`-` stands for standard input and cannot be combined with other paths: leave one out")
            return FAILURE
        outcome, sources = _check_stdin(options, resolver)
    elif name is not None:
        _say("error", "--stdin-filename is for code on standard input: give `-` as the only path")
        return FAILURE
    else:
        outcome, sources = _check_paths(options, resolver)
    return _report(options, outcome, sources)


def _check_paths(options: argparse.Namespace, resolver: Resolver) -> tuple[Outcome, Sources]:
    from picketlint.commandline import narration
    from picketlint.commandline.speed import Checking
    from picketlint.reporting import Outcome
    from picketlint.reporting.sources import sources
    from picketlint.scan import Scan

    paths = options.paths or ["."]
    if "" in paths:
        raise _UsageError("a path is empty: is a variable in the command line not set?")
    checking = Checking(options, lambda line: None if options.quiet else _say("warning", line))
    scan = Scan(paths, resolver, force_exclude=options.force_exclude, runner=checking, found=checking.foresee)
    _held[:] = [scan]
    reports = list(scan)
    outcome = Outcome.of(reports, scan.files)
    # That nothing was checked is said in any case.
    if not options.quiet or not (outcome.files or outcome.problems):
        for kind, line in narration.remarks(scan, outcome, paths, resolver, force_exclude=options.force_exclude):
            _say(kind, line)
    if options.verbose:
        for line in (*narration.background(scan, resolver.cwd), *narration.given_up(reports)):
            _say("", line)
    return outcome, sources({})


def _check_stdin(options: argparse.Namespace, resolver: Resolver) -> tuple[Outcome, Sources]:
    from picketlint.commandline import narration
    from picketlint.reporting import Outcome
    from picketlint.reporting.sources import sources
    from picketlint.scan import check_data

    name = options.stdin_filename or "<stdin>"
    if sys.stdin is None:
        raise _StreamError("standard input is closed: there is nothing to check")
    try:
        data = sys.stdin.buffer.read()
    except OSError as error:
        raise _StreamError(f"standard input cannot be read: {error.strerror}") from error
    checks = resolver.checks_for(name, force_exclude=options.force_exclude)
    if not options.quiet:
        for line in narration.named_but_left_out([name], resolver, force_exclude=options.force_exclude):
            _say("warning", line)
    if options.verbose:
        for line in narration.governing(resolver.for_file(name), resolver.cwd):
            _say("", line)
    if not checks.codes:
        return Outcome(), sources({})
    display = name.replace(os.sep, "/")
    report = check_data(data, display, checks)
    if options.verbose:
        for line in narration.given_up([report]):
            _say("", line)
    return Outcome.of([report], 1), sources({display: data})


def _report(options: argparse.Namespace, outcome: Outcome, sources: Sources) -> int:
    """Print the outcome; the result is the exit code it stands for."""
    from picketlint.reporting import render
    from picketlint.reporting.summary import statistics, summary
    from picketlint.reporting.terminal import Terminal, terminal_of

    as_json = options.output_format == "json"
    path = options.output_file
    terminal = terminal_of(sys.stdout, os.environ) if path is None else Terminal()
    if options.statistics:
        lines = statistics(outcome, as_json=as_json)
    else:
        lines = render(options.output_format, outcome, terminal, sources)
    _print(lines, path)
    for problem in outcome.problems:
        _say("error" if problem.fatal else "warning", f"{problem.path}: {problem.message}")
    if not (options.quiet or (as_json and path is None)):
        _print(summary(outcome))
    if outcome.incomplete:
        return FAILURE
    return FINDINGS if outcome.open and not options.exit_zero else CLEAN


def _print(lines: Iterable[str], path: str | None = None) -> None:
    """Lines to standard output, or a file. That nobody reads them (any more) changes no exit code; a full disk does."""
    from picketlint.reporting.terminal import abandon, save, write

    try:
        if path is None:
            write(sys.stdout, "".join(f"{line}\n" for line in lines))
        else:
            save(path, lines)
    except OSError as error:
        if path is None:
            abandon(sys.stdout)
        if path is not None or not isinstance(error, BrokenPipeError):
            raise _StreamError(f"{path or 'standard output'} cannot be written: {error.strerror}") from error


def _rule(options: argparse.Namespace) -> int:
    from picketlint.commandline import rule_command

    _print(rule_command.run(options))
    return CLEAN


def _exceptions(options: argparse.Namespace) -> int:
    from picketlint.commandline import exceptions_command as command
    from picketlint.reporting.terminal import terminal_of

    result = command.run(options, terminal_of(sys.stdout, os.environ))
    _print(result.lines)
    for kind, message in result.messages:
        _say(kind, message)
    return result.code


def _cache(options: argparse.Namespace) -> int:
    from picketlint.commandline import cache_command as command
    from picketlint.reporting.terminal import terminal_of

    terminal = terminal_of(sys.stdout, os.environ)
    _print(terminal.escape(line) for line in command.run(options))
    return CLEAN


_TAKING_PATHS = frozenset({"check", "exceptions"})
# What commands of ruff and others are called here.
_INSTEAD = {"clean": "cache clear", "explain": "rule", "help": "--help", "linter": "rule", "version": "--version"}
# Of each command: what declares its options, to a parser of any kind, and what does it.
_COMMANDS: Mapping[str, tuple[Callable[[Callable[..., Any]], Any], Callable[[argparse.Namespace], int]]] = {
    "cache": (_cache_parser, _cache),
    "check": (_check_parser, _check),
    "exceptions": (_exceptions_parser, _exceptions),
    "rule": (_rule_parser, _rule),
}
