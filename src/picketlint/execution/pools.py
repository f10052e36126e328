"""Which workers a run gets: as many processes as pay, or a cluster that was asked for."""

from __future__ import annotations

import os

from picketlint.execution import ExecutionError, Pool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

ENGINES = ("auto", "fork", "spawn", "dask")
"""What can do the work: processes, made in one of two ways, or a cluster; with ``auto`` whatever pays here."""

# For fewer bytes of files one process is done before others are under way (docs/performance.md has the measurement).
_WORTH_FORKING, _WORTH_SPAWNING = 1 << 18, 1 << 20
# A worker for fewer bytes than this costs more than it does.
_SHARE = 1 << 17


def pool(
    size: int,
    engine: str = ENGINES[0],
    jobs: int | None = None,
    scheduler: str = "",
    ready: Callable[[], object] = lambda: None,
) -> Pool | None:
    """The workers for ``size`` bytes of files; None if they are checked as quickly without.

    ``engine`` is one of ENGINES, ``jobs`` how many workers there may be (default: one for each core), ``scheduler`` the
    address of the cluster for ``dask``. ``ready`` is called before this process is forked, to get what all workers will
    take; a thread may be under way until it returns. Raises ExecutionError if an engine that was asked for is not to be
    had.
    """
    if engine == "dask":
        from picketlint.execution import cluster

        return cluster.connect(scheduler)
    workers = jobs or available_cores()
    if engine == "auto":
        workers = min(workers, size // _SHARE)
        if workers < 2 or size < _WORTH_FORKING:
            return None
    if engine != "spawn":
        from picketlint.execution import forked

        if forked.is_possible():
            ready()
        if forked.is_safe():
            return Pool(forked.ForkExecutor(workers), workers, inherits=True)
        if engine == "fork":
            raise ExecutionError("--executor fork is not safe here: use spawn, or leave the choice to picketlint")
        if size < _WORTH_SPAWNING:
            return None
    from picketlint.execution.spawned import SpawnExecutor

    return Pool(SpawnExecutor(workers), workers)


def available_cores() -> int:
    """How many cores this process may use: those it is bound to, and no more than its control group's share."""
    try:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    except OSError:
        cores = os.cpu_count() or 1
    try:
        # What containers are limited by (control groups, version 2): microseconds of work per period, or "max".
        with open("/sys/fs/cgroup/cpu.max", encoding="ascii") as file:
            quota, period = file.read().split()
    except (OSError, ValueError):
        return cores
    return max(1, min(cores, -(-int(quota) // int(period)))) if quota.isdecimal() and int(period) else cores
