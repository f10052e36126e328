"""An executor whose workers are fresh interpreters: where forking is not safe, and on systems that cannot fork.

``multiprocessing`` would start them with the working directory first on the path of modules. That may be the project
that is checked, whose own ``pickle.py`` would then be run. These are started isolated (``-I``) and are given the path
of this process instead.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import picketlint
from picketlint.execution import LostWorkerError
from picketlint.execution.pipes import ending, outcome, receive, send

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BOOT = "import sys; sys.path[:] = sys.argv[1:]; from picketlint.execution.spawned import serve; serve()"
_PIPE = subprocess.PIPE
_CLOSED = "the workers were told to end"


class SpawnExecutor(ThreadPoolExecutor):
    """Up to ``workers`` interpreters, each started by a task, with a thread that speaks to it.

    Functions have to be importable, and their arguments to be picklable. A task whose worker ends early fails with
    LostWorkerError, and a new worker goes on with the rest.
    """

    def __init__(self, workers: int) -> None:
        super().__init__(workers)
        self._own = threading.local()
        self._lock = threading.Lock()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Have ``function(*arguments, **named)`` called in a worker."""
        return super().submit(self._call, partial(function, **named) if named else function, arguments)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers: with ``wait`` when all tasks are done, else now, in the middle of whatever they do."""
        if wait:
            super().shutdown(wait=True, cancel_futures=cancel_futures)
        with self._lock:
            self._closed = True
            processes = list(self._processes)
        for process in processes:
            process.kill()
        # What the threads wait for ends now, so this takes no time.
        super().shutdown(wait=True, cancel_futures=True)
        for process in processes:
            _ended(process)

    def _call(self, function: Callable[..., Any], arguments: tuple[object, ...]) -> Any:
        """In a thread: have its worker call the function."""
        process: subprocess.Popen[bytes] = getattr(self._own, "process", None) or self._started()
        reading, writing = _pipes(process)
        try:
            send(writing, (function, arguments))
            value, error = receive(reading)
        except (EOFError, OSError):
            del self._own.process
            with self._lock:
                self._processes.discard(process)
            raise LostWorkerError(_CLOSED if self._closed else _ended(process)) from None
        if error is not None:
            raise error
        return value

    def _started(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise LostWorkerError(_CLOSED)
            process = self._own.process = start()
            self._processes.add(process)
        return process


def start() -> subprocess.Popen[bytes]:
    """A new worker, which takes calls from its standard input and answers on its standard output.

    It is in a process group of its own, so that Ctrl-C is for this process alone, which answers it for all.
    """
    # Where picketlint was found, even if that was the working directory.
    path = [entry for entry in sys.path if entry] + [os.path.dirname(os.path.dirname(picketlint.__file__))]
    options = ["-B"] if sys.dont_write_bytecode else []
    options += ["-X", f"utf8={int(sys.flags.utf8_mode)}"]
    command = [sys.executable, "-I", *options, "-c", _BOOT, *path]
    if sys.platform == "win32":
        group = subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.Popen(command, bufsize=0, stdin=_PIPE, stdout=_PIPE, creationflags=group)
    return subprocess.Popen(command, bufsize=0, stdin=_PIPE, stdout=_PIPE, start_new_session=True)


def serve() -> None:
    """The life of a worker: call after call, until nobody writes to its standard input any more."""
    reading, writing = os.dup(0), os.dup(1)
    # What anything prints must not get between the answers.
    os.dup2(2, 1)
    try:
        while True:
            function, arguments = receive(reading)
            send(writing, outcome(function, arguments))
    except (EOFError, OSError):
        # The process that started this one is done, or gone.
        return


def _pipes(process: subprocess.Popen[bytes]) -> tuple[int, int]:
    """The descriptors to read answers from, and to write calls to."""
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdout.fileno(), process.stdin.fileno()


def _ended(process: subprocess.Popen[bytes]) -> str:
    """Close the pipes of a worker that has nothing left to do, and wait for its end; how it ended."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    return ending(process.wait())
