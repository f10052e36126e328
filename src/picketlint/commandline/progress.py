"""A progress bar on the terminal for runs that take their time; the one place that imports rich, which draws it."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from rich.progress import Progress, TaskID

# In seconds: a run that is over by then needs no bar, and nobody sees more than ten a second.
_PATIENCE, _PAUSE = 1.0, 0.1


class Bar:
    """Called with how many files are done, and of how many; drawn on ``stream`` until it is closed."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._next = time.monotonic() + _PATIENCE
        self._drawn: tuple[Progress, TaskID] | None = None

    def __call__(self, done: int, total: int) -> None:
        """Say how far it is."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _PAUSE
        if self._drawn is None:
            self._drawn = _begun(self._stream, total)
            if self._drawn is None:
                self._next = float("inf")
                return
        bar, task = self._drawn
        bar.update(task, completed=done, total=total)
        bar.refresh()

    def close(self) -> None:
        """Take the bar off the terminal."""
        if self._drawn is not None:
            self._drawn[0].stop()
            self._drawn = None


def _begun(stream: TextIO, total: int) -> tuple[Progress, TaskID] | None:
    """A bar on the stream; None without rich, or on a terminal on which nothing can be drawn."""
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    except ImportError:
        return None
    console = Console(file=stream)
    if not console.is_terminal or console.is_dumb_terminal:
        return None
    columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn(), TextColumn("files"))
    # No thread of its own: a worker may yet have to be forked.
    bar = Progress(
        *columns, console=console, transient=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
    )
    bar.start()
    return bar, bar.add_task("", total=total)
