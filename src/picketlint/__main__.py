"""The command as a program of its own: ``picketlint``, and ``python -m picketlint``."""

# No `from __future__` here: it is an import like any other, and the path is not safe yet.
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def run() -> "NoReturn":
    """Run the command line on the arguments of the process, and end the process."""
    import gc

    # Syntax trees are many objects and no garbage: with the default of 700, looking for some is a tenth of a run.
    gc.set_threshold(50_000)

    from picketlint.commandline.cli import main

    _end(main())


def _end(code: int) -> "NoReturn":
    """End the process without taking everything apart first, which takes as long as checking a small file.

    Only where nobody waits for the interpreter's end (a profiler, a measure of coverage), and all output is written.
    """
    import atexit
    import os

    if not (atexit._ncallbacks() or sys.gettrace() or sys.getprofile()):
        try:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
        except (OSError, ValueError):
            sys.exit(code)
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    # `python -m` puts the working directory first on the path. It may be the project that is scanned, whose own ast.py
    # or typing.py must never be run.
    if not getattr(sys.flags, "safe_path", False) and not sys.flags.isolated:
        del sys.path[0]
    run()
