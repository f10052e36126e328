"""What one file of 300 lines costs: `picketlint check`, as a multiple of starting Python for nothing.

    python benchmarks/startup.py [--rounds 41]

The program is installed by the newest pip, as by pre-commit, pipx or uv. The launcher that pip wrote before release 25
imports `re`, which is a third of the start of Python itself: whatever program it launches.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from measure import Cost, alternate, build_wheel, make_environment

LINES = 300
PLAIN = '"""Adds numbers."""\n\nimport json\n'
BLOCK = '''

class Sum{n}:
    """The sum of some numbers, called {n}."""

    def __init__(self, numbers, name="sum-{n}"):
        self.numbers = list(numbers)
        self.name = name

    def total(self, start=0, *, positive=False):
        result = start
        for index, number in enumerate(self.numbers):
            if positive and number < 0:
                raise ValueError(f"number {{index}} of {{self.name}} is {{number}}")
            result += number
        return {{"name": self.name, "total": result, "parts": [str(one) for one in self.numbers]}}

    def write(self, path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.total(), file)
'''
UNSAFE = "\n\ndef load(path):\n    return torch.load(path, weights_only=False){comment}\n"
COMMENT = "  # Written by our own exporter in this job, never supplied by the user."
IMPORT = "import torch\n"


def source(head: str, tail: str = "") -> str:
    """A module of 300 lines that begins and ends with these."""
    blocks, rest = divmod(LINES - head.count("\n") - tail.count("\n"), BLOCK.count("\n"))
    return head + "".join(BLOCK.format(n=number) for number in range(blocks)) + "# The end.\n" * rest + tail


FILES = {
    "clean.py": source(PLAIN),
    "finding.py": source(PLAIN + IMPORT, UNSAFE.format(comment="")),
    "excepted.py": source(PLAIN + IMPORT, UNSAFE.format(comment=COMMENT)),
}


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description="start-up time of picketlint")
    parser.add_argument("--rounds", type=int, default=41, help="runs of each command")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        programs = make_environment(folder / "environment", build_wheel(folder))
        project = folder / "project"
        project.mkdir()
        for file, text in FILES.items():
            (project / file).write_text(text, encoding="utf-8")
        commands: dict[str, list[str | Path]] = {
            "python -c pass": [programs / "python", "-c", "pass"],
            "picketlint --version": [programs / "picketlint", "--version"],
            **{f"picketlint check {file}": [programs / "picketlint", "check", "--exit-zero", file] for file in FILES},
        }
        medians = alternate(list(commands.values()), project, arguments.rounds)
        report(dict(zip(commands, medians, strict=True)))


def report(medians: dict[str, Cost]) -> None:
    """Print the table; the first row is what the others are multiples of."""
    bare = next(iter(medians.values()))
    print("| command | wall ms | CPU ms | x wall | x CPU |")
    print("|---|---|---|---|---|")
    for command, cost in medians.items():
        multiples = f"{cost.wall / bare.wall:.1f} | {cost.cpu / bare.cpu:.1f}"
        print(f"| `{command}` | {cost.wall * 1e3:.0f} | {cost.cpu * 1e3:.0f} | {multiples} |")


if __name__ == "__main__":
    main()
