"""Portions of work: large ones first, few enough that handing them out costs little."""

from __future__ import annotations

from collections.abc import Iterable

from picketlint.base.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.engine import Checks

# Batches become smaller towards the end, each a twelfth of a worker's share of what is left: what files cost cannot be
# told from their size, and so the workers end together all the same. A task costs about a fifth of a millisecond.
_PARTS = 12
_SMALLEST, _LARGEST = 1 << 15, 1 << 22
_LEAST = 1 << 8
# A file that is parsed and analysed takes so many times as long as one that is not.
_DEAR = 32


class Job(NamedTuple):
    """One file to check: its number among the targets of the run, what it is called, where it is and for what.

    ``size`` is how many bytes there are to check, as far as that can be had, ``data`` its content where a worker
    cannot read it.
    """

    number: int
    display: str
    path: str
    checks: Checks
    size: int = 0
    data: bytes | None = None


def balanced(jobs: Iterable[Job], workers: int) -> list[list[Job]]:
    """The jobs in batches for that many workers; what may take longest comes first, so that nothing long is left over.

    Files that are close together stay so: a batch is a stretch of the order they came in.
    """
    jobs = list(jobs)
    left = bytes_in(jobs)
    batches: list[list[Job]] = []
    room = 0
    for job in jobs:
        # An empty file costs something, too.
        size = max(job.size, _LEAST)
        if size > room:
            batches.append([])
            room = min(max(left // (workers * _PARTS), _SMALLEST), _LARGEST)
        batches[-1].append(job)
        room -= size
        left -= job.size
    return sorted(batches, key=_longest, reverse=True)


def _longest(batch: list[Job]) -> int:
    """How long a batch may take, in bytes of files that are not parsed: its largest may be one that is."""
    return bytes_in(batch) + _DEAR * max(job.size for job in batch)


def bytes_in(jobs: Iterable[Job]) -> int:
    """How many bytes there are to check."""
    return sum(job.size for job in jobs)
