"""An executor whose workers are forks of this process: the quickest there is, where forking is safe.

A worker is born with every task that was submitted by then, so a number is all it has to be told, and its memory is
shared until it is written to. With pipes and nothing else, four workers cost a sixth of what ``multiprocessing`` takes.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from picketlint.base.records import NamedTuple
from picketlint.execution import LostWorkerError
from picketlint.execution.pipes import ending, outcome, receive, send

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

_NUMBER = 8


def is_possible() -> bool:
    """Whether a process with a single thread may fork here without running anything else.

    On macOS system libraries do not survive that.
    """
    return hasattr(os, "fork") and hasattr(select, "poll") and sys.platform != "darwin"


def is_safe() -> bool:
    """Whether this process may fork as it is: only with a single thread."""
    if not is_possible():
        return False
    import _thread

    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return _thread._count() == 0


class ForkFuture:
    """What became of a task; the part of ``concurrent.futures.Future`` that a single thread can use."""

    def __init__(self, wait: Callable[[ForkFuture], None]) -> None:
        self._wait = wait
        self._value: Any = None
        self._error: Exception | None = None
        self._done = False

    def done(self) -> bool:
        """Whether ``result`` would answer at once."""
        return self._done

    def result(self) -> Any:
        """The value, waited for. Raises the task's exception, or LostWorkerError."""
        if not self._done:
            self._wait(self)
        if self._error is not None:
            raise self._error
        return self._value

    def settle(self, value: object = None, error: Exception | None = None) -> None:
        """For the executor: the end of the task."""
        self._value, self._error, self._done = value, error, True


class _Task(NamedTuple):
    """One call to make, and who is told."""

    function: Callable[..., Any]
    arguments: tuple[object, ...]
    future: ForkFuture


class _Worker(NamedTuple):
    """A fork, the pipes to and from it, and how many tasks it was born with."""

    pid: int
    commands: int
    results: int
    knows: int


class ForkExecutor:
    """Up to ``workers`` forks of this process, the first of which start when the first result is waited for.

    Values and exceptions come back pickled; nothing but these processes writes to their pipes. A task whose worker
    ends early fails with LostWorkerError, and another worker goes on with the rest. A worker that nothing is left for
    ends while others are still busy.
    """

    def __init__(self, workers: int) -> None:
        self._limit = workers
        self._tasks: list[_Task] = []
        self._queue: deque[int] = deque()
        # By the descriptor that their results come from; the busy ones with the number of their task.
        self._workers: dict[int, _Worker] = {}
        self._busy: dict[int, int] = {}
        # Those that have been told to end.
        self._leaving: list[_Worker] = []
        self._poll = select.poll()

    def __enter__(self) -> ForkExecutor:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.shutdown(wait=kind is None)

    def submit(self, function: Callable[..., Any], /, *arguments: object) -> ForkFuture:
        """Have ``function(*arguments)`` called in a worker, which gets both by being forked, not by pickling."""
        future = ForkFuture(self._wait_for)
        self._queue.append(len(self._tasks))
        self._tasks.append(_Task(function, arguments, future))
        return future

    def map(self, function: Callable[..., Any], *iterables: Iterable[object]) -> Iterator[Any]:
        """The values of ``function`` for the items of the iterables, in their order."""
        futures = [self.submit(function, *arguments) for arguments in zip(*iterables, strict=False)]
        return (future.result() for future in futures)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers: with ``wait`` when all tasks are done, else now, in the middle of whatever they do."""
        if cancel_futures:
            self._queue.clear()
        while wait and (self._queue or self._busy):
            self._turn()
        if not wait:
            for worker in self._workers.values():
                os.kill(worker.pid, signal.SIGKILL)
        for worker in list(self._workers.values()):
            self._dismiss(worker)
        while self._leaving:
            _end_of(self._leaving.pop())

    def _wait_for(self, future: ForkFuture) -> None:
        while not future.done():
            self._turn()

    def _turn(self) -> None:
        """Give every worker something to do, then take what the next of them comes to."""
        while self._queue and len(self._busy) < self._limit:
            number = self._queue.popleft()
            try:
                self._start(number)
            except OSError as refused:
                if not self._busy:
                    self._tasks[number].future.settle(error=refused)
                    return
                # No more processes are to be had: those there are do it all.
                self._queue.appendleft(number)
                self._limit = len(self._busy)
        for descriptor, _ in self._poll.poll():
            try:
                value, error = receive(descriptor)
            except EOFError:
                lost = self._workers[descriptor]
                self._dismiss(lost)
                self._leaving.remove(lost)
                value, error = None, LostWorkerError(_end_of(lost))
            number = self._busy.pop(descriptor)
            self._poll.unregister(descriptor)
            self._tasks[number].future.settle(value, error)
            if not self._queue and descriptor in self._workers:
                # Nothing that it knows will ever be submitted.
                self._dismiss(self._workers[descriptor])

    def _start(self, number: int) -> None:
        """Have a worker do a task: an idle one that knows it, else a new one."""
        idle = next((worker for end, worker in self._workers.items() if end not in self._busy), None)
        if idle is not None and idle.knows <= number:
            self._dismiss(idle)
            idle = None
        worker = idle or self._undisturbed()
        self._busy[worker.results] = number
        self._poll.register(worker.results, select.POLLIN)
        try:
            os.write(worker.commands, number.to_bytes(_NUMBER, "little"))
        except BrokenPipeError:
            # It died idle: the end of its other pipe will tell.
            return

    def _undisturbed(self) -> _Worker:
        """A new worker. Ctrl-C waits until it ignores that, and until it is known to be there."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return self._fork()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _fork(self) -> _Worker:
        receiving, commands = os.pipe()
        results, sending = os.pipe()
        # A collection in a worker would write to all objects, and so copy all memory that it shares.
        gc.freeze()
        try:
            pid = os.fork()
        except OSError:
            gc.unfreeze()
            for end in (receiving, commands, results, sending):
                os.close(end)
            raise
        if not pid:
            self._serve(receiving, sending, (commands, results))
        gc.unfreeze()
        os.close(receiving)
        os.close(sending)
        worker = self._workers[results] = _Worker(pid, commands, results, len(self._tasks))
        return worker

    def _serve(self, receiving: int, sending: int, foreign: tuple[int, ...]) -> NoReturn:
        """The life of a worker. It never returns into the code that forked it, and runs none of its clean-up."""
        code = 1
        try:
            # The process that forked it answers Ctrl-C, for all.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            # Whoever holds the other ends of its siblings' pipes would keep them from seeing the end of the parent.
            siblings = self._workers.values()
            for end in (*foreign, *(end for worker in siblings for end in (worker.commands, worker.results))):
                os.close(end)
            while number := os.read(receiving, _NUMBER):
                task = self._tasks[int.from_bytes(number, "little")]
                send(sending, outcome(task.function, task.arguments))
            code = 0
        finally:
            os._exit(code)

    def _dismiss(self, worker: _Worker) -> None:
        """Let a worker end that has nothing left to do."""
        del self._workers[worker.results]
        os.close(worker.commands)
        os.close(worker.results)
        self._leaving.append(worker)


def _end_of(worker: _Worker) -> str:
    """Wait for the end of a worker that was dismissed; how it ended."""
    _, status = os.waitpid(worker.pid, 0)
    return ending(os.waitstatus_to_exitcode(status))
