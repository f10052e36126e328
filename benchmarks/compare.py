"""picketlint beside its peers on three released ML packages: time, processor time and memory, in one run.

    python benchmarks/compare.py --cache /tmp/ecosystem [--write docs/performance.md]

The packages (NeMo, Model-Optimizer, transformers) are wheels from PyPI, unpacked, never installed. Every tool has a
new environment of its own. The fast ones run in turns, ``--rounds`` times, and so do the slow ones, ``--slow-rounds``
times (TorchFix once); the table has medians. What each single run took, and the load of the machine before it, goes
into ``results/compare.json`` beside this script.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from measure import PROJECT, Cost, build_wheel, machine, make_environment, median, run

sys.path.insert(0, str(PROJECT / "scripts"))

from ecosystem import PACKAGES, fetch, rewrite

CORPUS = ("nemo_toolkit", "nvidia_modelopt", "transformers")
BEGIN = "<!-- compare: written by benchmarks/compare.py, changes are lost -->"
END = "<!-- compare: end -->"
RESULTS = Path(__file__).with_name("results") / "compare.json"
BASE = "ruff"
# The tool that each pair of rows is about: what a plugin adds to its host.
SLOWEST = "flake8 + TorchFix"
HOSTS = {"flake8 + picketlint": "flake8", "flake8 + TorchFix": "flake8", "Bandit + picketlint": "Bandit"}


Command = list[str | Path]


class Program(NamedTuple):
    """One row: the command that checks the corpus, and what is removed before each run.

    Slow ones are measured apart from the others; one that is slower than all is run ``once``.
    """

    name: str
    command: Command
    slow: bool = False
    once: bool = False
    removed: Path | None = None


class Run(NamedTuple):
    """One run of one program, and the load of the machine (the average over a minute) when it began."""

    name: str
    load: float
    cost: Cost


def programs(folder: Path, corpus: Path) -> list[Program]:
    """Every program there is to compare, each in an environment of its own."""
    wheel = build_wheel(folder)
    ours = make_environment(folder / "picketlint", wheel) / "picketlint"
    ruff = make_environment(folder / "ruff", "ruff") / "ruff"
    plain = make_environment(folder / "plain", wheel) / "picketlint"
    subprocess.run([plain.with_name("pip"), "uninstall", "--quiet", "--yes", "hyperscan"], check=True)
    options: Command = ["check", "--isolated", "--exit-zero", "--quiet", "--output-format", "concise", corpus]
    check: Command = [ours, *options]
    caches = folder / "caches"
    security: Command = [
        ruff,
        "check",
        "--isolated",
        "--exit-zero",
        "--quiet",
        "--select",
        "S",
        "--output-format",
        "concise",
    ]
    rows = [
        Program("ruff", [*security, "--select", "S", "--no-cache", corpus]),
        Program("picketlint", [*check, "--no-cache"]),
        Program("picketlint without Hyperscan", [plain, *options, "--no-cache"]),
        Program("picketlint, one process", [*check, "--no-cache", "--jobs", "1"]),
        Program("picketlint, filling its cache", [*check, "--cache-dir", caches / "new"], removed=caches / "new"),
        Program("picketlint, warm", [*check, "--cache-dir", caches / "warm"]),
    ]
    bandit: Command = ["--quiet", "--recursive", "--exit-zero", "--format", "json", corpus]
    flake8: Command = ["--isolated", "--exit-zero", corpus]
    hosts: dict[str, tuple[str, Command, Command]] = {
        "Bandit": ("bandit", ["bandit"], bandit),
        "Bandit + picketlint": ("bandit", ["bandit", wheel], bandit),
        "flake8": ("flake8", ["flake8"], flake8),
        "flake8 + picketlint": ("flake8", ["flake8", wheel], flake8),
        "flake8 + TorchFix": ("flake8", ["flake8", "torchfix"], flake8),
    }
    for name, (program, requirements, how) in hosts.items():
        place = folder / name.lower().replace(" + ", "-")
        command: Command = [make_environment(place, *requirements) / program, *how]
        rows.append(Program(name, command, slow=True, once=name == SLOWEST))
    return rows


def measured(rows: Sequence[Program], rounds: int, folder: Path) -> Iterator[Run]:
    """Each of the programs so many times, in turns; each once before, which does not count, if it is fast.

    Every second round is in the reverse order: one program leaves the processors hot for the next.
    """
    if not rows[0].slow:
        for row in rows:
            run(row.command, folder)
    for number in range(rounds):
        for row in rows[:: -1 if number % 2 else 1]:
            if number and row.once:
                continue
            if row.removed is not None:
                shutil.rmtree(row.removed, ignore_errors=True)
            load = os.getloadavg()[0]
            yield Run(row.name, load, run(row.command, folder, counted=row.slow))
        print(f"round {number + 1} of {rounds}", file=sys.stderr)


def table(runs: Sequence[Run]) -> Iterator[str]:
    """Markdown: a row per program, with the medians of its runs and their ratios to ruff's."""
    taken: dict[str, list[Cost]] = {}
    for one in runs:
        taken.setdefault(one.name, []).append(one.cost)
    medians = {name: median(costs) for name, costs in taken.items()}
    base = medians[BASE]
    yield "| program | runs | wall s | x ruff | CPU s | x ruff | peak MB | more CPU than its host | instructions |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for name, cost in medians.items():
        host = medians.get(HOSTS.get(name, ""))
        more = "" if host is None else f"{_more(cost.cpu, host.cpu)} | {_more(cost.instructions, host.instructions)}"
        wall = f"{cost.wall:.2f} | {cost.wall / base.wall:.2f}"
        cpu = f"{cost.cpu:.2f} | {cost.cpu / base.cpu:.2f}"
        yield f"| {name} | {len(taken[name])} | {wall} | {cpu} | {cost.memory / 1e6:.0f} | {more or ' | '} |"
    bandit, ours = medians.get("Bandit"), medians.get("picketlint")
    if bandit is not None and ours is not None:
        yield f"\nBandit takes {bandit.wall / ours.wall:.0f} times as long as picketlint."


def _more(figure: float | None, host: float | None) -> str:
    return "" if figure is None or host is None else f"{figure / host - 1:+.1%}"


def described(files: Sequence[Path], about: Mapping[str, object]) -> str:
    """What was checked, and where."""
    size = sum(file.stat().st_size for file in files)
    lines = sum(file.read_bytes().count(b"\n") for file in files)
    names = ", ".join(f"{package} {PACKAGES[package]}" for package in CORPUS)
    return (
        f"{names}: {len(files):,} files, {size / 1e6:.0f} MB, {lines:,} lines. {about['processors']} processors, "
        f"CPython {about['python']}, {about['system']}; load at the start {about['load']}.\n"
    )


def main() -> None:
    """Measure, print the table, keep the single runs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cache", type=Path, required=True, help="where wheels are kept and unpacked")
    parser.add_argument("--rounds", type=int, default=11, help="runs of each fast program")
    parser.add_argument("--slow-rounds", type=int, default=1, help="runs of each slow one; 0 leaves them out")
    parser.add_argument("--write", type=Path, metavar="DOCUMENT", help="put the table there, too")
    options = parser.parse_args()
    about = machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus = folder / "corpus"
        for package in CORPUS:
            shutil.copytree(fetch(package, PACKAGES[package], options.cache), corpus / package)
        files = sorted(corpus.rglob("*.py"))
        rows = programs(folder, corpus)
        runs = list(measured([row for row in rows if not row.slow], options.rounds, folder))
        if options.slow_rounds:
            runs += measured([row for row in rows if row.slow], options.slow_rounds, folder)
        heading = described(files, about)
    content = "\n".join([heading, *table(runs)])
    print(content)
    RESULTS.parent.mkdir(exist_ok=True)
    kept = {"machine": about, "runs": [{"program": one.name, "load": one.load, **one.cost._asdict()} for one in runs]}
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    if options.write:
        rewrite(options.write, BEGIN, END, content)


if __name__ == "__main__":
    main()
