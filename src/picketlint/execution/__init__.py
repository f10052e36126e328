"""Checking many files at a time: who does the work, in which portions, and what is already known from an earlier run.

Work is handed out through the interface of ``concurrent.futures.Executor``, so that another engine can take the place
of the two that picketlint brings. None of the modules here is imported by a run over a few files.
"""

from __future__ import annotations

from picketlint.base.records import NamedTuple
from picketlint.configuration.config import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol, TypeVar

    Result = TypeVar("Result")
    Result_co = TypeVar("Result_co", covariant=True)

    class Future(Protocol[Result_co]):
        """What is asked of ``concurrent.futures.Future``."""

        def result(self) -> Result_co:
            """The value, waited for. Raises what the task raised, or why it came to nothing."""
            ...

    class Executor(Protocol):
        """What is asked of ``concurrent.futures.Executor``."""

        def submit(self, fn: Callable[..., Result], /, *args: object) -> Future[Result]:
            """Have ``fn(*args)`` done."""
            ...

        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            """Give up the resources; without ``wait`` and with ``cancel_futures`` at once, whatever is under way."""
            ...


class ExecutionError(ConfigError):
    """Workers that were asked for cannot be had; ``str()`` is one line that says why and what to do."""


class LostWorkerError(Exception):
    """A worker process ended in the middle of a task; ``str()`` says how."""


class Pool(NamedTuple):
    """An executor with what has to be known to hand out work to it.

    ``workers`` is how many tasks it can do at a time. Tasks for a ``remote`` one hold the content of files, because it
    may see none of them, and only so many are under way as keep it busy. ``inherits``: its workers have this process's
    memory, so that tasks may hold anything; for others they hold what can be pickled.
    """

    executor: Executor
    workers: int
    inherits: bool = False
    remote: bool = False
