"""A run over many files: what is known from an earlier one is taken from there, the rest is handed out to workers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence

from picketlint.discovery import Target
from picketlint.execution.batches import Job, bytes_in
from picketlint.execution.handout import handed_out
from picketlint.execution.pools import ENGINES, pool
from picketlint.execution.work import Checked, check_batch
from picketlint.model import Report
from picketlint.records import NamedTuple

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


class Runner:
    """Checks targets with workers and a cache, as the options of a run have it.

    ``note`` is told in a line what is wrong with the cache, ``progress`` how many files are done, and of how many.
    """

    def __init__(self, options: Options, note: Callable[[str], None], progress: Progress | None = None) -> None:
        self._options = options
        self._note = note
        self._progress = progress or _unwatched

    def __call__(self, targets: Sequence[Target]) -> Iterator[Report | None]:
        """What ``scan.check`` says of each target, in the same order. Raises ExecutionError."""
        began = time.time_ns()
        reports: list[Report | None] = [None] * len(targets)
        jobs = []
        for number, target in enumerate(targets):
            if target.problem is not None:
                reports[number] = Report(target.display, problems=(target.problem,))
            elif target.settings is not None:
                checks = target.settings.checks_for(target.path, strict=target.strict)
                if checks.codes:
                    root, state = target.settings.root, _state(target.path)
                    jobs.append(Job(number, target.display, target.path, root, checks, state))
        cache = self._cache(jobs, began)
        pending = []
        for job in jobs:
            reports[job.number] = known = cache.find(job) if cache else None
            if known is None:
                pending.append(job)
        told = self._told(pending, len(jobs), digests=cache is not None and cache.by_content)
        for job in pending:
            checked = told.get(job.number)
            reports[job.number] = (checked and checked.report) or Report(job.display)
            if cache is not None:
                cache.keep(job, checked)
        if cache is not None:
            cache.save()
        return iter(reports)

    def _cache(self, jobs: list[Job], began: int) -> Cache | None:
        options = self._options
        if not options.cache or (bytes_in(jobs) < _WORTH_CACHING and not options.always_cached):
            return None
        from picketlint.execution import cache

        return cache.opened(options.cache_directory, jobs, began, self._note, by_content=options.by_content)

    def _told(self, jobs: list[Job], total: int, *, digests: bool) -> dict[int, Checked]:
        """What there is to tell of the jobs, by their numbers."""
        known = total - len(jobs)
        self._progress(known, total)
        options = self._options
        workers = pool(bytes_in(jobs), options.engine, options.jobs, options.scheduler) if jobs else None
        told: dict[int, Checked] = {}
        for done, checked in _here(jobs, digests) if workers is None else handed_out(workers, jobs, digests=digests):
            told.update((one.number, one) for one in checked)
            self._progress(known + done, total)
        return told


def _here(jobs: list[Job], digests: bool) -> Iterator[tuple[int, list[Checked]]]:
    """What becomes of the jobs in this process, and how many are done."""
    for done, job in enumerate(jobs, 1):
        yield done, check_batch([job], digests)


def _state(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        # Reading it will tell why.
        return None


def _unwatched(done: int, total: int) -> None:
    """Nobody wants to know."""
