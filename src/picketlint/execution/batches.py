"""Portions of work: about as many bytes in each, few enough that handing them out costs little."""

from __future__ import annotations

from collections.abc import Iterable

from picketlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os

    from picketlint.engine import Checks

# A task costs about a fifth of a millisecond; so that the workers end together there are many more than workers.
_PER_WORKER = 16
_SMALLEST, _LARGEST = 1 << 15, 1 << 22
_LEAST = 1 << 8


class Job(NamedTuple):
    """One file to check: its number among the targets of the run, what it is called, where it is and for what.

    ``root`` is that of its project, ``state`` that of the file before it was read (None if it cannot be had). ``data``
    is its content where a worker cannot read it.
    """

    number: int
    display: str
    path: str
    root: str
    checks: Checks
    state: os.stat_result | None = None
    data: bytes | None = None

    @property
    def size(self) -> int:
        """How many bytes there are to check."""
        return 0 if self.state is None else self.state.st_size


def balanced(jobs: Iterable[Job], workers: int) -> list[list[Job]]:
    """The jobs in batches for that many workers, the largest first, so that no large one is left over at the end.

    Files that are close together stay so: a batch is a stretch of the order they came in.
    """
    jobs = list(jobs)
    total = bytes_in(jobs)
    limit = min(max(total // (workers * _PER_WORKER), _SMALLEST), _LARGEST)
    batches: list[list[Job]] = []
    filled = limit
    for job in jobs:
        # An empty file costs something, too.
        size = max(job.size, _LEAST)
        if filled + size > limit:
            batches.append([])
            filled = 0
        batches[-1].append(job)
        filled += size
    return sorted(batches, key=bytes_in, reverse=True)


def bytes_in(jobs: Iterable[Job]) -> int:
    """How many bytes there are to check."""
    return sum(job.size for job in jobs)
