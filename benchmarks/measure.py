"""What the benchmarks share: environments with an installed wheel, and the cost of a process."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parent.parent


_COUNT = ("perf", "stat", "--field-separator", ",", "--event", "instructions:u", "--output")


class Cost(NamedTuple):
    """What a process took, in seconds: by the clock, and of the processors (user and system, children included).

    ``memory`` is the peak of the largest single process, its own or a child's, in bytes of resident memory.
    ``instructions`` are those that the programs themselves had the processors execute, where Linux's ``perf`` counts
    them: unlike seconds, they hardly depend on what else the machine does.
    """

    wall: float
    cpu: float
    memory: int
    instructions: int | None = None


def build_wheel(target: Path) -> Path:
    """The project's wheel, as a user would get it."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(target), str(PROJECT)]
    subprocess.run(pip, check=True)
    (wheel,) = target.glob("picketlint-*.whl")
    return wheel


def make_environment(directory: Path, *requirements: str | Path) -> Path:
    """A new virtual environment with these packages, compiled; returns its folder of programs.

    The newest pip installs them: what it writes to launch a program is a part of the cost.
    """
    venv.create(directory, with_pip=True)
    programs = directory / ("Scripts" if os.name == "nt" else "bin")
    install = [str(programs / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*install, "--upgrade", "pip"], check=True)
    if requirements:
        subprocess.run([*install, *map(str, requirements)], check=True)
    return programs


def run(command: Sequence[str | Path], cwd: Path, *, counted: bool = False) -> Cost:
    """Run a program once, its output thrown away. Compiled modules may be written and are used.

    It has to exit with 0 (ask for that where it finds something), because one that breaks down is fast as well.
    ``counted``: its instructions are counted, if that can be done, which adds some milliseconds.
    """
    if counted and _counts():
        with tempfile.TemporaryDirectory() as name:
            told = Path(name) / "told"
            cost = run([*_COUNT, str(told), "--", *command], cwd)
            return cost._replace(instructions=int(told.read_text().strip().splitlines()[-1].partition(",")[0]))
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} exited with {process.returncode}")
    # Linux counts kibibytes, macOS bytes.
    memory = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Cost(wall, usage.ru_utime + usage.ru_stime, memory)


@cache
def _counts() -> bool:
    """Whether instructions can be counted here."""
    try:
        run([*_COUNT, os.devnull, "--", sys.executable, "-c", "pass"], Path.cwd())
    except (OSError, RuntimeError):
        return False
    return True


def alternate(commands: Sequence[Sequence[str | Path]], cwd: Path, rounds: int) -> list[Cost]:
    """The median cost of each command, run in turns so that what else the machine does hits all of them alike."""
    for command in commands:
        run(command, cwd)
    costs: list[list[Cost]] = [[] for _ in commands]
    for _ in range(rounds):
        for command, taken in zip(commands, costs, strict=True):
            taken.append(run(command, cwd))
    return [median(taken) for taken in costs]


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure by itself."""
    instructions = [cost.instructions for cost in costs if cost.instructions is not None]
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        int(statistics.median(cost.memory for cost in costs)),
        int(statistics.median(instructions)) if instructions else None,
    )


def machine() -> dict[str, object]:
    """What the figures of a run have to be read with: the processors, the system, Python, and what else is going on."""
    return {
        "processors": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "load": [round(value, 2) for value in os.getloadavg()],
    }
