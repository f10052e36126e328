"""Handing out batches to the workers of a pool, and finding out which file it is that ends a worker."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from picketlint.execution import Pool
from picketlint.execution.batches import Job, balanced
from picketlint.execution.work import Checked, check_batch, lost, portable
from picketlint.model import Report
from picketlint.scan import content

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.execution import Future

    _Told = tuple[list[Job], list[Checked] | Exception]

# Where tasks hold the content of files: so many are under way for each worker, so that none waits for the next.
_AHEAD = 2


def handed_out(pool: Pool, jobs: list[Job], *, digests: bool) -> Iterator[tuple[int, list[Checked]]]:
    """What becomes of the jobs, batch by batch, and how many are done.

    A job whose worker is lost is told as a problem of its file. Ends the workers, at once if the caller gives up.
    """
    done = 0
    finished = False
    batches = balanced(jobs, pool.workers)
    ahead = pool.workers * _AHEAD if pool.remote else len(batches)
    try:
        # One of a batch took its worker along, or stood beside one that did. File by file it shows which, and the
        # others get their results; in the end one at a time, because a cluster blames all that a lost worker had.
        for under_way, last in ((ahead, False), (ahead, False), (1, True)):
            again: list[list[Job]] = []
            for batch, checked in _round(pool, batches, digests, max(under_way, 1)):
                if not isinstance(checked, Exception):
                    done += len(batch)
                    yield done, checked
                elif last:
                    done += len(batch)
                    yield done, [lost(job, str(checked)) for job in batch]
                else:
                    again += [[job] for job in batch]
            batches = again
        finished = True
    finally:
        pool.executor.shutdown(wait=finished, cancel_futures=not finished)


def _round(pool: Pool, batches: list[list[Job]], digests: bool, most: int) -> Iterator[_Told]:
    """Every batch with what became of it, in the order given; ``most`` are under way at a time."""
    waiting = deque(batches)
    under_way: deque[tuple[list[Job], list[Checked], Future[list[Checked]] | Exception]] = deque()
    while waiting or under_way:
        while waiting and len(under_way) < most:
            batch = waiting.popleft()
            packed, unread = _packed(pool, batch)
            under_way.append((batch, unread, _submitted(pool, packed, digests)))
        batch, unread, future = under_way.popleft()
        yield batch, future if isinstance(future, Exception) else _result(future, unread)


def _submitted(pool: Pool, jobs: list[Job], digests: bool) -> Future[list[Checked]] | Exception:
    try:
        return pool.executor.submit(check_batch, jobs, digests)
    except Exception as error:
        return error


def _result(future: Future[list[Checked]], unread: list[Checked]) -> list[Checked] | Exception:
    try:
        return [*future.result(), *unread]
    except Exception as error:
        # ``check_batch`` raises nothing: it is the worker that failed, or the way to it.
        return error


def _packed(pool: Pool, jobs: list[Job]) -> tuple[list[Job], list[Checked]]:
    """The jobs as the workers of a pool can take them, and what is to be told of those that they cannot take."""
    if pool.inherits:
        return jobs, []
    packed, unread = [], []
    for job in jobs:
        data = content(job.path, job.display) if pool.remote else None
        if isinstance(data, Report):
            unread.append(Checked(job.number, data))
        else:
            packed.append(job._replace(checks=portable(job.checks), data=data))
    return packed, unread
