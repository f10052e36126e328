"""A run over many files: what is known from an earlier one is taken from there, the rest is handed out to workers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from picketlint import engine
from picketlint.base.records import NamedTuple
from picketlint.discovery.targets import Target
from picketlint.execution.batches import Job, bytes_in
from picketlint.execution.handout import handed_out
from picketlint.execution.pools import ENGINES, pool
from picketlint.execution.work import Checked, check_batch, ready
from picketlint.model import Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.execution.cache import Cache

    Progress = Callable[[int, int], None]

# Below so many bytes of files, checking them takes no longer than looking them up.
_WORTH_CACHING = 1 << 18


class Options(NamedTuple):
    """With what a run is made fast. What it reports depends on none of it.

    ``engine``, ``jobs`` and ``scheduler`` choose the workers, as in ``pools.pool``. ``cache`` says if there is one,
    ``cache_directory`` where, if not in the user's own, ``by_content`` that unchanged files are known by their bytes.
    ``always_cached``: even so few files that looking them up takes as long as checking them.
    """

    engine: str = ENGINES[0]
    jobs: int | None = None
    scheduler: str = ""
    cache: bool = True
    cache_directory: str | None = None
    by_content: bool = False
    always_cached: bool = False


def foresee(options: Options, size: int) -> None:
    """Begin what checking so many bytes takes, if this process or forks of it will do so, and not a cache instead.

    What is begun ends when a Runner is called.
    """
    if options.engine not in ("auto", "fork"):
        return
    if options.cache:
        from picketlint.execution.storage import exists

        if exists(options.cache_directory):
            return
    from picketlint.execution.forked import is_safe

    if options.jobs == 1 or is_safe():
        engine.foresee(size)


class Runner:
    """Checks targets with workers and a cache, as the options of a run have it.

    ``note`` is told in a line what is wrong with the cache, ``progress`` how many files are done, and of how many.
    ``began`` is a time before the targets were looked for, in nanoseconds since 1970; without it, that is still to be
    done.
    """

    def __init__(
        self,
        options: Options,
        note: Callable[[str], None],
        progress: Progress | None = None,
        *,
        began: int | None = None,
    ) -> None:
        self._options = options
        self._note = note
        self._progress = progress or _unwatched
        self._began = time.time_ns() if began is None else began

    def __call__(self, targets: Sequence[Target]) -> Iterator[Report | None]:
        """What ``scan.check`` says of each target, in the same order. Raises ExecutionError."""
        wanted = [target for target in targets if target.checks is not None and target.checks.codes]
        cache = self._cache(wanted)
        reports: list[Report | None] = []
        pending = []
        for number, target in enumerate(targets):
            known = None
            if target.problem is not None:
                known = Report(target.display, problems=(target.problem,))
            elif target.checks is not None and target.checks.codes:
                known = cache.find(target) if cache else None
                if known is None:
                    size = 0 if target.state is None else target.state.st_size
                    pending.append(Job(number, target.display, target.path, target.checks, size))
            reports.append(known)
        told = self._told(pending, len(wanted), digests=cache is not None and cache.by_content)
        for job in pending:
            checked = told.get(job.number)
            reports[job.number] = (checked and checked.report) or Report(job.display)
            if cache is not None:
                cache.keep(targets[job.number], checked)
        if cache is not None:
            cache.save(wanted)
        return iter(reports)

    def _cache(self, targets: list[Target]) -> Cache | None:
        options = self._options
        if not options.cache or (_bytes_in(targets) < _WORTH_CACHING and not options.always_cached):
            return None
        from picketlint.execution import cache

        return cache.opened(options.cache_directory, targets, self._began, self._note, by_content=options.by_content)

    def _told(self, jobs: list[Job], total: int, *, digests: bool) -> dict[int, Checked]:
        """What there is to tell of the jobs, by their numbers."""
        known = total - len(jobs)
        self._progress(known, total)
        options = self._options
        told: dict[int, Checked] = {}
        if not jobs:
            return told
        workers = pool(bytes_in(jobs), options.engine, options.jobs, options.scheduler, partial(ready, jobs))
        for done, checked in _here(jobs, digests) if workers is None else handed_out(workers, jobs, digests=digests):
            told.update((one.number, one) for one in checked)
            self._progress(known + done, total)
        return told


def _here(jobs: list[Job], digests: bool) -> Iterator[tuple[int, list[Checked]]]:
    """What becomes of the jobs in this process, and how many are done."""
    engine.expect(bytes_in(jobs))
    for done, job in enumerate(jobs, 1):
        yield done, check_batch([job], digests)


def _bytes_in(targets: list[Target]) -> int:
    return sum(target.state.st_size for target in targets if target.state is not None)


def _unwatched(done: int, total: int) -> None:
    """Nobody wants to know."""
