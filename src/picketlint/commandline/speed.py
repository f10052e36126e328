"""The options of ``picketlint check`` that change how long it takes, and nothing else."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from picketlint.discovery.targets import Target
    from picketlint.execution.runner import Options
    from picketlint.model import Report

_EXECUTORS = ("auto", "fork", "spawn", "dask")
_KEYS = ("mtime", "content")
# So few files are done before anything that would speed them up is imported.
_FEW = 8
# So many bytes are looked through in a way that takes long to get ready, though part of them may be tests.
_MANY = 1 << 23


def add_options(parser: Any) -> None:
    """Give the parser of the command these options."""
    speed = parser.add_argument_group("speed")
    speed.add_argument("-j", "--jobs", type=_jobs, metavar="N", help="number of processes; default: one for each core")
    speed.add_argument("--no-cache", action="store_true", help="neither use results of earlier runs nor keep any")
    speed.add_argument(
        "--cache-dir", type=directory, metavar="DIR", help="where results are kept; default: see `picketlint cache dir`"
    )
    speed.add_argument("--cache-by", choices=_KEYS, help="how to tell that a file has not changed; default: mtime")
    speed.add_argument(
        "--executor",
        choices=_EXECUTORS,
        default=_EXECUTORS[0],
        help="what the files are checked by; default: chosen for the run",
    )
    speed.add_argument("--scheduler", metavar="ADDRESS", help="address of the cluster, for `--executor dask`")


class Checking:
    """Checks the files of a run, which are still to be found, as the command line has it. Raises ConfigError.

    ``note`` is told in a line what is wrong with the cache.
    """

    def __init__(self, options: argparse.Namespace, note: Callable[[str], None]) -> None:
        _reject_contradictions(options)
        self._options = options
        self._note = note
        self._began = time.time_ns()
        self._foreseen = False

    def foresee(self, size: int) -> None:
        """Be told, while files are looked for, how many bytes there are in those that were found so far."""
        if size > _MANY and not self._foreseen:
            self._foreseen = True
            from picketlint.execution.runner import foresee

            foresee(self._chosen(), size)

    def __call__(self, targets: Sequence[Target]) -> Iterable[Report | None]:
        """What ``scan.check`` says of each of the targets, in the same order. Raises ConfigError."""
        options = self._options
        if len(targets) < _FEW and options.executor == _EXECUTORS[0] and not self._asks_for_cache():
            from picketlint.scan import one_by_one

            return one_by_one(targets)
        from picketlint.execution.runner import Runner

        if options.quiet or sys.stderr is None or not sys.stderr.isatty():
            return Runner(self._chosen(), self._note, began=self._began)(targets)
        from picketlint.commandline.progress import Bar

        bar = Bar(sys.stderr)
        try:
            return Runner(self._chosen(), self._note, bar, began=self._began)(targets)
        finally:
            bar.close()

    def _chosen(self) -> Options:
        from picketlint.execution.runner import Options

        options = self._options
        return Options(
            engine=options.executor,
            jobs=options.jobs,
            scheduler=options.scheduler or "",
            cache=not options.no_cache,
            cache_directory=options.cache_dir,
            by_content=options.cache_by == "content",
            always_cached=self._asks_for_cache(),
        )

    def _asks_for_cache(self) -> bool:
        return self._options.cache_dir is not None or self._options.cache_by is not None


def _reject_contradictions(options: argparse.Namespace) -> None:
    """Raises ConfigError for options of which one could only be passed over."""
    on_cluster = options.executor == "dask"
    contradiction = ""
    if on_cluster != (options.scheduler is not None):
        contradiction = "--executor dask and --scheduler ADDRESS go together: give both or none"
    elif on_cluster and options.jobs is not None:
        contradiction = "--jobs is for processes here, and the cluster has its own: leave it out with --executor dask"
    elif options.no_cache and (options.cache_dir is not None or options.cache_by is not None):
        contradiction = "--no-cache and what says which cache to use contradict each other: leave one out"
    if contradiction:
        from picketlint.configuration.config import ConfigError

        raise ConfigError(contradiction)


def directory(text: str) -> str:
    """The value of an option that names a directory: not empty, as that of a variable is that is not set."""
    if not text:
        from argparse import ArgumentTypeError

        raise ArgumentTypeError("wants a directory, and this is empty: is a variable in the command line not set?")
    return text


def _jobs(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        from argparse import ArgumentTypeError

        raise ArgumentTypeError("wants a number of processes, as in 4")
    return int(text)
