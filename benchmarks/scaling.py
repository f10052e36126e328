"""How picketlint's cost grows: with the number of files, and with the size of one.

    python benchmarks/scaling.py --cache /tmp/ecosystem [--write docs/performance.md --plot docs/scaling.svg]

A package (NeMo, as a wheel, unpacked) is checked once, twice, four and eight times over. Files of 1,000 to 1,000,000
generated lines are checked and, for comparison, read by ``ast.parse`` alone: one kind in which every rule has to look
at nearly every function, one in which no rule can fire. Some shapes that tools are known to stumble over come on top.
The plot needs matplotlib.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from flake8_overhead import generate
from measure import PROJECT, Cost, alternate, build_wheel, machine, make_environment

sys.path.insert(0, str(PROJECT / "scripts"))

from ecosystem import PACKAGES, fetch, rewrite

PACKAGE = "nemo_toolkit"
COPIES = (1, 2, 4, 8)
LINES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
BEGIN = "<!-- scaling: written by benchmarks/scaling.py, changes are lost -->"
END = "<!-- scaling: end -->"
# Reads and parses as picketlint does, and keeps the tree until it ends.
PARSE = "import ast, sys; tree = ast.parse(open(sys.argv[1], encoding='utf-8').read())"


class Point(NamedTuple):
    """One measured size: what was checked, its lines and bytes, and the cost of picketlint and of ``ast.parse``."""

    name: str
    lines: int
    size: int
    check: Cost
    parse: Cost


def clean(lines: int) -> str:
    """A module in which no rule can fire."""
    block = "def scale_{n}(value, factor={n}):\n    total = value * factor + {n}\n    return [total, factor]\n\n\n"
    text = "".join(block.format(n=number) for number in range(lines // block.count("\n") + 1))
    return "".join(text.splitlines(keepends=True)[:lines])


def mapping(entries: int) -> str:
    """One dict with an unsafe flag at its end."""
    return "TABLE = {\n" + "".join(f'    "name-{n}": {n},\n' for n in range(entries)) + '    "weights_only": 0,\n}\n'


def one_line(size: int) -> str:
    """One line of about so many bytes, with an unsafe call at its end."""
    return "import torch; x = [" + "1234567, " * (size // 9) + "torch.load(p, weights_only=False)]\n"


SHAPES: dict[str, Callable[[], str]] = {
    "a dict of 14,000 entries": lambda: mapping(14_000),
    "a dict of 140,000 entries": lambda: mapping(140_000),
    "one line of 5 MB": lambda: one_line(5_000_000),
    "a file of 10 MB": lambda: generate(270_000),
}


def files_table(programs: Path, folder: Path, package: Path, rounds: int) -> Iterator[str]:
    """Markdown: the cost of one, two, four and eight copies of a package."""
    yield "| copies | files | MB | wall s | CPU s | CPU s per MB | one process, wall s | per MB | peak MB |"
    yield "|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    tree = folder / "tree"
    for copies in COPIES:
        for number in range(copies):
            if not (tree / str(number)).exists():
                shutil.copytree(package, tree / str(number))
        files = list(tree.rglob("*.py"))
        size = sum(file.stat().st_size for file in files) / 1e6
        check: list[str | Path] = [programs / "picketlint", "check", "--isolated", "--exit-zero", "--no-cache", tree]
        many, one = alternate([check, [*check, "--jobs", "1"]], folder, rounds)
        row = f"| {copies} | {len(files):,} | {size:.1f} | {many.wall:.2f} | {many.cpu:.2f} | {many.cpu / size:.3f} "
        yield f"{row}| {one.wall:.2f} | {one.wall / size:.3f} | {max(many.memory, one.memory) / 1e6:.0f} |"


def measure(name: str, make: Callable[[], str], programs: Path, folder: Path, rounds: int) -> Point:
    """The cost of one file."""
    file = folder / "generated.py"
    # Not by this process: what it ever held, the system counts as memory of each program that it starts.
    writer = get_context("fork").Process(target=lambda: file.write_text(make(), encoding="utf-8"))
    writer.start()
    writer.join()
    with file.open("rb") as written:
        lines = sum(1 for _ in written)
    commands: Sequence[list[str | Path]] = (
        [programs / "picketlint", "check", "--isolated", "--exit-zero", "--no-cache", "--quiet", file],
        [programs / "python", "-c", PARSE, file],
    )
    check, parse = alternate(commands, folder, rounds)
    return Point(name, lines, file.stat().st_size, check, parse)


def points_table(points: Sequence[Point], first: str) -> Iterator[str]:
    """Markdown: a row per file."""
    yield f"| {first} | lines | MB | CPU s | x `ast.parse` | s per MB | peak MB | x `ast.parse` |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for name, lines, size, check, parse in points:
        time = f"{check.cpu:.2f} | {check.cpu / parse.cpu:.2f} | {check.cpu / size * 1e6:.2f}"
        memory = f"{check.memory / 1e6:.0f} | {check.memory / parse.memory:.2f}"
        yield f"| {name} | {lines:,} | {size / 1e6:.2f} | {time} | {memory} |"


def plot(points: Sequence[Point], target: Path) -> None:
    """Cost against size on two logarithmic axes, where what is linear is straight and rises by one in one."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "picketlint"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    for name, marker in (("every rule looks", "o"), ("no rule can fire", "s")):
        fitting = [point for point in points if point.name == name]
        axes.plot(
            [p.lines for p in fitting], [p.check.cpu for p in fitting], marker=marker, label=f"picketlint, {name}"
        )
        axes.plot([p.lines for p in fitting], [p.parse.cpu for p in fitting], linestyle=":", label=f"ast.parse, {name}")
    axes.set(xscale="log", yscale="log", xlabel="lines of one file", ylabel="CPU seconds, whole process")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})


def main() -> None:
    """Measure, print the tables, draw the plot."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cache", type=Path, required=True, help="where wheels are kept and unpacked")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each command")
    parser.add_argument("--most-lines", type=int, default=LINES[-1], help="the largest generated file")
    parser.add_argument("--write", type=Path, metavar="DOCUMENT", help="put the tables there, too")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the cost of single files")
    options = parser.parse_args()
    about = machine()
    package = fetch(PACKAGE, PACKAGES[PACKAGE], options.cache)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        programs = make_environment(folder / "environment", build_wheel(folder))
        content = [
            f"{about['processors']} processors, CPython {about['python']}; load at the start {about['load']}.",
            "",
        ]
        content += [*files_table(programs, folder, package, options.rounds), ""]
        points = [
            measure(name, partial(make, lines), programs, folder, options.rounds)
            for name, make in (("every rule looks", generate), ("no rule can fire", clean))
            for lines in LINES
            if lines <= options.most_lines
        ]
        content += [*points_table(points, "kind"), ""]
        shapes = [measure(name, make, programs, folder, options.rounds) for name, make in SHAPES.items()]
        content += points_table(shapes, "shape")
    print(*content, sep="\n")
    if options.plot:
        plot(points, options.plot)
    if options.write:
        rewrite(options.write, BEGIN, END, "\n".join(content))


if __name__ == "__main__":
    main()
