"""Calls that a thread makes while this one goes on: for native code, which leaves Python to others meanwhile."""

from __future__ import annotations

import os
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Value = TypeVar("Value")

# In bytes. Where the C library is musl, a thread has no more than 128 KiB unless that is asked for.
_STACK = 1 << 23
# In seconds: to the system a thread that is done is there for some microseconds more.
_PAUSE, _PATIENCE = 0.000_1, 0.5


def begun(call: Callable[[], Value]) -> Callable[[], Value]:
    """Have a call begin in a thread of its own; what is returned waits for its end, and returns its value.

    After that the thread is gone, so that this process can be forked. Where there is no thread to be had, or the call
    raises, it is made when its value is asked for, and raises there.
    """
    values: list[Value] = []

    def run() -> None:
        try:
            values.append(call())
        except Exception:
            return

    def value() -> Value:
        if thread is not None:
            thread.join()
            _wait_for_end(thread)
        return values[0] if values else call()

    thread = _started(run)
    return value


def _started(run: Callable[[], None]) -> threading.Thread | None:
    thread = threading.Thread(target=run)
    try:
        before = threading.stack_size(_STACK)
        try:
            thread.start()
        finally:
            threading.stack_size(before)
    except (RuntimeError, ValueError):
        return None
    return thread


def _wait_for_end(thread: threading.Thread) -> None:
    """Wait for the end of a thread that has been joined: Python lets go of one before the system does."""
    task, patience = f"/proc/self/task/{thread.native_id}", _PATIENCE
    while os.path.exists(task) and patience > 0:
        time.sleep(_PAUSE)
        patience -= _PAUSE
