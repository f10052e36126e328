"""What calls the callbacks that it is given, by the last part of its name."""

from __future__ import annotations

# Functions that call a function they are given: its place among the arguments; what follows it is handed to it.
# concurrent.futures, asyncio, multiprocessing.pool, builtins, functools, pandas (Series.map, DataFrame.apply); atexit
# and weakref, for when something ends.
CALLERS = {
    "apply": 0,
    "apply_async": 0,
    "applymap": 0,
    "call_at": 1,
    "call_later": 1,
    "call_soon": 0,
    "call_soon_threadsafe": 0,
    "filter": 0,
    "finalize": 1,
    "imap": 0,
    "imap_unordered": 0,
    "map": 0,
    "map_async": 0,
    "process_map": 0,
    "register": 0,
    "run_in_executor": 1,
    "run_sync": 0,
    "starmap": 0,
    "submit": 0,
    "thread_map": 0,
    "to_thread": 0,
}
# Those that hand each element of what they are given to the function, not what they are given.
ELEMENTWISE = frozenset(
    {"applymap", "filter", "imap", "imap_unordered", "map", "map_async", "process_map", "starmap", "thread_map"}
)
# Those of so common a name that it has to stand behind its module's.
# https://docs.python.org/3/library/atexit.html#atexit.register, https://docs.python.org/3/library/weakref.html
MODULES = {"finalize": "weakref", "register": "atexit"}
# Classes that run ``target(*args, **kwargs)``: threading, multiprocessing.
RUNNERS = frozenset({"Process", "Thread"})
# What starts a function in another process: ``ray.remote(f).remote(x)``.
# https://docs.ray.io/en/latest/ray-core/tasks.html
REMOTE = "remote"
