"""Whether the work on a text grows no faster than the text.

The steps of a regular expression cannot be counted, so processor time is compared: that for a text with that for one
eight times as long. What is linear takes eight times as long, what is quadratic sixty-four times. The least of several
runs counts, so other work on the machine does not decide.
"""

from __future__ import annotations

import time
from collections.abc import Callable

TIMES = 8
MOST = 24
# In less, it is the clock and the caches that are measured: seconds.
LEAST = 0.002
ROUNDS = 5


def is_linear(work: Callable[[bytes], object], text: Callable[[int], bytes], size: int) -> bool:
    """Whether ``work`` on ``text(size)`` takes about eight times what it takes on ``text(size // 8)``."""
    short, long = text(size // TIMES), text(size)
    least = most = float("inf")
    for _ in range(ROUNDS):
        least, most = min(least, _seconds(work, short)), min(most, _seconds(work, long))
        if most <= MOST * max(least, LEAST):
            return True
    return False


def repeated(head: bytes, piece: bytes) -> Callable[[int], bytes]:
    """A text of any size: the piece so many times, behind the head."""
    return lambda size: head + piece * size


def _seconds(work: Callable[[bytes], object], text: bytes) -> float:
    started = time.process_time()
    work(text)
    return time.process_time() - started
