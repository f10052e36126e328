"""Workers of every kind, and what to give them."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from commandline import UNSAFE

from picketlint.engine import Checks
from picketlint.execution import forked
from picketlint.execution.batches import Job
from picketlint.execution.spawned import SpawnExecutor

CAN_FORK = forked.is_possible()
ALONE = "this process has threads beside the test: test_what_forks_is_tested_where_that_is_safe runs this in another"
PKT101 = Checks(frozenset({"PKT101"}))


def executor(kind: str, workers: int = 2) -> forked.ForkExecutor | SpawnExecutor:
    return forked.ForkExecutor(workers) if kind == "fork" else SpawnExecutor(workers)


def per_kind() -> pytest.MarkDecorator:
    """For tests that start programs with workers of a kind."""
    return _each(not CAN_FORK, "systems such as this one do not survive a fork")


def per_kind_of_this_process() -> pytest.MarkDecorator:
    """For tests whose workers are this process's own."""
    return _each(not forked.is_safe(), ALONE)


def _each(skipped: bool, why: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "kind", [pytest.param("fork", marks=pytest.mark.skipif(skipped, reason=why)), "spawn"]
    )


def project(root: Path, files: int = 40) -> Path:
    """Some files with findings, some without, some that cannot be parsed, below one that is not UTF-8."""
    for number in range(files):
        folder = root / f"d{number % 7}"
        folder.mkdir(exist_ok=True)
        code = [UNSAFE, "x = 1\n", "def f(:\n", f"{UNSAFE}# own file\n"][number % 4]
        (folder / f"f{number}.py").write_text(code + "y = 2\n" * random.Random(number).randrange(2000), "utf-8")
    (root / "pyproject.toml").write_text('[project]\nname = "p"\ndependencies = ["torch>=2.1"]\n', "utf-8")
    (root / "floor.py").write_text("import torch\ntorch.load(p)\n", "utf-8")
    (root / "bad.py").write_bytes(b"# \xff\n")
    return root


def runs(pid: int) -> bool:
    """Whether a process is there that has not ended yet."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def jobs_of(sizes: list[int]) -> list[Job]:
    return [Job(number, f"{number}.py", f"/{number}.py", PKT101, size) for number, size in enumerate(sizes)]


DEADLY = "import torch\ntorch.load(p)\n"


class Deadly(tuple[int, ...]):
    """A torch release that ends the process in which a rule compares it."""

    def __lt__(self, other: object) -> bool:
        os._exit(7)

    __ge__ = __gt__ = __le__ = __lt__
