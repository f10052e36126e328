"""Runs the real command line in a process of its own, as users do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).parent.parent / "src"
UNSAFE = "import torch\ntorch.load(p, weights_only=False)\n"
"""Two lines with one finding of PKT101, at 2:1."""


class Outcome:
    """What a run came to. Output is decoded as UTF-8 without forgiving anything."""

    def __init__(self, process: subprocess.CompletedProcess[bytes]) -> None:
        self.code = process.returncode
        self.raw = process.stdout
        self.out = process.stdout.decode().replace("\r\n", "\n")
        self.err = process.stderr.decode().replace("\r\n", "\n")

    def __repr__(self) -> str:
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def environment(**changes: str) -> dict[str, str]:
    """The environment of a run: nothing of the caller's that changes how picketlint or Python speaks."""
    dropped = ("PYTHON", "NO_COLOR", "FORCE_COLOR", "TERM")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**inherited, "PYTHONPATH": str(SRC), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", **changes}


def picketlint(
    *arguments: str | bytes, cwd: Path, stdin: bytes = b"", python: tuple[str, ...] = (), **environ: str
) -> Outcome:
    """Run ``picketlint`` with these arguments; ``python`` are options of the interpreter."""
    command = [sys.executable, *python, "-m", "picketlint", *arguments]
    return Outcome(
        subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, env=environment(**environ), timeout=120)
    )


def add(project: Path, name: str, content: str = UNSAFE) -> None:
    """Write a file of a project."""
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
