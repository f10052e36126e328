"""What one file costs: `picketlint check` on a small file, as a multiple of starting Python for nothing.

python benchmarks/startup.py [--rounds 41]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from measure import Cost, alternate, build_wheel, make_environment

FILES = {
    "clean.py": '"""Adds numbers."""\n\n\ndef add(left, right):\n    return left + right\n',
    "finding.py": "import torch\n\n\ndef load(path):\n    return torch.load(path, weights_only=False)\n",
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
