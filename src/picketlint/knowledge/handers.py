"""What calls functions that it is given, by the last part of its name."""

from __future__ import annotations

# Functions that call a function they are given: its place among the arguments; what follows it is handed to it.
# concurrent.futures, asyncio, multiprocessing.pool, builtins, functools, pandas (Series.map, DataFrame.apply).
CALLERS = {
    "apply": 0,
    "apply_async": 0,
    "applymap": 0,
    "filter": 0,
    "imap": 0,
    "imap_unordered": 0,
    "map": 0,
    "map_async": 0,
    "process_map": 0,
    "run_in_executor": 1,
    "run_sync": 0,
    "starmap": 0,
    "submit": 0,
    "thread_map": 0,
    "to_thread": 0,
}
# Classes that run ``target(*args, **kwargs)``: threading, multiprocessing.
RUNNERS = frozenset({"Process", "Thread"})
# What starts a function in another process: ``ray.remote(f).remote(x)``.
# https://docs.ray.io/en/latest/ray-core/tasks.html
REMOTE = "remote"
