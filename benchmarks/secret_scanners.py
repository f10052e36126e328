"""How well hard-coded credentials are found, and how many findings are none: picketlint beside three other scanners.

*Precision*: all four read the same files of the packages of ``scripts/ecosystem.py``, tests left out; whether a finding
of picketlint is right, ``judgements.csv`` says. *Recall*: they read a generated set of planted credentials and
look-alikes (the package ``planted``), the same for the same seed. Every scanner is run by its command, with its rules
about credentials alone, its suppression comments ignored and nothing sent anywhere.

    python benchmarks/secret_scanners.py --cache /tmp/ecosystem                             both
    python benchmarks/secret_scanners.py --cache /tmp/ecosystem --write docs/accuracy.md    and into the document
    python benchmarks/secret_scanners.py --cache /tmp/ecosystem --only precision --package nemo_toolkit
    python benchmarks/secret_scanners.py --only recall --seed 7 --keep /tmp/planted         and leave the files there
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from planted.build import GROUPS, Item, planted, silent, write
from secret_tools import PICKETLINT, Report, Tool, install

PROJECT = Path(__file__).resolve().parent.parent
sys.path.append(str(PROJECT / "scripts"))

from ecosystem import PACKAGES, configure, fetch, rewrite  # noqa: E402
from precision import Judged, match, read  # noqa: E402
from precision import write as record  # noqa: E402

from picketlint.configuration.settings import Overrides, Resolver  # noqa: E402
from picketlint.discovery.targets import discover  # noqa: E402

BEGIN = "<!-- secrets: written by benchmarks/secret_scanners.py, changes are lost -->"
END = "<!-- secrets: end -->"
SEED = "2026-11"
LEAST_RECALL = 0.98
MOST_LOOK_ALIKES = 0.01
# Where a single wrong finding is one too many.
CLEAN = ("nemo_toolkit", "nvidia_modelopt")
SUFFIXES = (".py", ".ipynb")


class Run(NamedTuple):
    """What a tool made of the generated set: the items it found, and findings that are about none of them."""

    tool: Tool
    found: frozenset[str]
    stray: list[Report]


class Package(NamedTuple):
    """What the tools found in a package; ``judgements`` has the verdict on every finding of picketlint, or none."""

    name: str
    version: str
    files: int
    findings: dict[str, list[Report]]
    judgements: list[Judged]


def run_on_set(tools: Sequence[Tool], items: Sequence[Item], root: Path) -> list[Run]:
    """Run the tools over the generated files. Every item has a file of its own, by which it is known."""
    by_file = {item.file: item for item in items}
    runs = []
    for tool in tools:
        reports = tool.run(sorted(by_file), root)
        hits = [report for report in reports if by_file[report.file].holds(report.line)]
        stray = [report for report in reports if not by_file[report.file].holds(report.line)]
        runs.append(Run(tool, frozenset(report.file for report in hits), stray))
    return runs


def share_table(title: str, items: Sequence[Item], runs: Sequence[Run], key: Callable[[Item], str]) -> Iterator[str]:
    """Markdown: of the items of each kind, in the order they come, how many each tool reports."""
    yield f"| {title} | items | {' | '.join(run.tool.name for run in runs)} |"
    yield f"|---|---:|{'---:|' * len(runs)}"
    for name in dict.fromkeys(map(key, items)):
        chosen = [item for item in items if key(item) == name]
        yield f"| {name} | {len(chosen)} | {' | '.join(str(_found(run, chosen)) for run in runs)} |"


def summary(credentials: Sequence[Item], look_alikes: Sequence[Item], runs: Sequence[Run]) -> Iterator[str]:
    """Markdown: recall by group and in all, and how many look-alikes are reported."""
    yield f"| | items | {' | '.join(f'{run.tool.name} {run.tool.version}' for run in runs)} |"
    yield f"|---|---:|{'---:|' * len(runs)}"
    for group in GROUPS:
        chosen = [item for item in credentials if item.group == group]
        yield f"| found: {group} | {len(chosen)} | {_shares(runs, chosen)} |"
    yield f"| **found** | {len(credentials)} | {_shares(runs, credentials)} |"
    yield f"| **look-alikes reported** | {len(look_alikes)} | {_shares(runs, look_alikes)} |"
    yield f"| findings on other lines | | {' | '.join(str(len(run.stray)) for run in runs)} |"


def _shares(runs: Sequence[Run], items: Sequence[Item]) -> str:
    return " | ".join(f"{_found(run, items)} ({_found(run, items) / len(items):.1%})" for run in runs)


def _found(run: Run, items: Sequence[Item]) -> int:
    return sum(item.file in run.found for item in items)


def details(credentials: Sequence[Item], look_alikes: Sequence[Item], ours: Run) -> Iterator[str]:
    """What picketlint misses and what it should not report, item by item, without any credential."""
    missed = [item for item in credentials if item.file not in ours.found]
    yield f"missed by {ours.tool.name}: {len(missed)}"
    yield from (f"  {item.file} {item.provider or item.group} ({item.kind}): {item.form}" for item in missed)
    wrong = [item for item in look_alikes if item.file in ours.found]
    yield f"look-alikes reported by {ours.tool.name}: {len(wrong)}"
    yield from (f"  {item.file} {item.kind}: {item.form[:100]}" for item in wrong)
    yield f"findings of {ours.tool.name} on other lines: {len(ours.stray)}"
    yield from (f"  {report.file}:{report.line} {report.rule}" for report in ours.stray)


def recall(tools: Sequence[Tool], seed: str, root: Path, document: list[str]) -> list[str]:
    """Make the set, run the tools over it and print; the bars that picketlint misses."""
    credentials, look_alikes = list(planted(seed)), list(silent(seed))
    items = [*credentials, *look_alikes]
    write(items, root)
    runs = run_on_set(tools, items, root)
    ours = runs[0]
    lines = [f"Seed `{seed}`.", "", *summary(credentials, look_alikes, runs), ""]
    providers = [item for item in credentials if item.provider]
    lines += [*share_table("provider", providers, runs, lambda item: item.provider), ""]
    others = [item for item in credentials if not item.provider]
    lines += [*share_table("credential", others, runs, lambda item: item.kind), ""]
    lines += [*share_table("form", credentials, runs, lambda item: item.form), ""]
    lines += share_table("look-alikes", look_alikes, runs, lambda item: item.kind)
    document += ["### Planted credentials and look-alikes", "", *lines, ""]
    print(*lines, "", *details(credentials, look_alikes, ours), "", sep="\n")
    share, wrong = _found(ours, credentials) / len(credentials), _found(ours, look_alikes) / len(look_alikes)
    missed = [f"recall is {share:.1%}, not {LEAST_RECALL:.0%}"] if share < LEAST_RECALL else []
    return missed + ([f"{wrong:.1%} of the look-alikes are reported"] if wrong > MOST_LOOK_ALIKES else [])


def files_of(folder: Path) -> list[str]:
    """The modules and notebooks of an unpacked package that picketlint takes for no tests, relative to the folder."""
    resolver = Resolver(Overrides(config=str(configure(folder))))
    targets = [target for target in discover([str(folder)], resolver) if target.path.endswith(SUFFIXES)]
    chosen = [target.path for target in targets if target.settings and not target.settings.is_test(target.path)]
    return sorted(Path(path).relative_to(folder).as_posix() for path in chosen)


def check_package(tools: Sequence[Tool], name: str, cache: Path) -> Package:
    """Run the tools over a package and look up the judgements on what picketlint reports."""
    version = PACKAGES[name]
    folder = fetch(name, version, cache).resolve()
    files = files_of(folder)
    findings = {tool.name: tool.run(files, folder) for tool in tools}
    print(f"{name}: {', '.join(f'{tool} {len(found)}' for tool, found in findings.items())}", file=sys.stderr)
    rows = [
        Judged(name, version, report.file, str(report.line), report.rule, report.level, report.status, "")
        for report in findings[tools[0].name]
    ]
    judgement, _ = match(rows, [row for row in read() if row.verdict and row.package == name])
    return Package(name, version, len(files), findings, [judgement.get(id(row), row) for row in rows])


def precision_table(packages: Sequence[Package], tools: Sequence[Tool]) -> Iterator[str]:
    """Markdown: findings of each tool in each package, those of picketlint by rule and by verdict."""
    columns = [*PICKETLINT, "right", "wrong", "not judged", *(f"{tool.name} {tool.version}" for tool in tools[1:])]
    yield f"| package | version | files | {' | '.join(columns)} |"
    yield f"|---|---|---:|{'---:|' * len(columns)}"
    total: Counter[str] = Counter()
    for package in packages:
        counted = Counter(row.rule for row in package.judgements)
        counted.update(row.verdict or "not judged" for row in package.judgements)
        counted.update({f"{tool.name} {tool.version}": len(package.findings[tool.name]) for tool in tools[1:]})
        total += counted
        numbers = " | ".join(str(counted[column]) for column in columns)
        yield f"| {package.name} | {package.version} | {package.files:,} | {numbers} |"
    files = sum(package.files for package in packages)
    yield f"| **all** | | {files:,} | {' | '.join(str(total[column]) for column in columns)} |"


def precision(tools: Sequence[Tool], names: Collection[str], cache: Path, draw: bool, document: list[str]) -> list[str]:
    """Run the tools over packages and print; the bars that picketlint misses."""
    packages = [check_package(tools, name, cache) for name in names]
    lines = list(precision_table(packages, tools))
    document += ["### Findings in released packages", "", *lines, ""]
    print(*lines, "", sep="\n")
    rows = [row for package in packages for row in package.judgements]
    open_ones = [row for row in rows if not row.verdict]
    for row in [*(row for row in rows if row.verdict == "wrong"), *open_ones]:
        print(f"{row.verdict or 'not judged'}: {row.rule} {row.package} {row.file}:{row.line} {row.why}".rstrip())
    if draw:
        record([*(row for row in read() if row.verdict), *open_ones])
    return [
        f"{name}: {len(bad)} findings that are wrong or not judged"
        for name in CLEAN
        if (bad := [row for row in rows if row.package == name and row.verdict != "right"])
    ]


def main() -> int:
    """Print the tables, and put them where asked to; exit 1 where picketlint misses a bar."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cache", type=Path, metavar="DIR", help="where wheels are kept and unpacked")
    parser.add_argument("--package", action="append", choices=sorted(PACKAGES), help="this package (repeatable)")
    parser.add_argument("--only", choices=("recall", "precision"), help="one half")
    parser.add_argument("--seed", default=SEED, help="seed of the generated set (default %(default)s)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write the generated set there and leave it")
    parser.add_argument("--draw", action="store_true", help="add what nobody has judged to the data")
    parser.add_argument("--write", type=Path, metavar="DOCUMENT", help="put the tables there, too")
    options = parser.parse_args()
    if options.only != "recall" and not options.cache:
        parser.error("--cache is needed for precision")
    if options.write and (options.only or options.package):
        parser.error("--write needs both halves and every package")
    document: list[str] = []
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        tools = install(Path(temporary))
        if options.only != "precision":
            root = options.keep or Path(temporary) / "set"
            root.mkdir(parents=True, exist_ok=True)
            missed += recall(tools, options.seed, root.resolve(), document)
        if options.only != "recall":
            missed += precision(tools, options.package or PACKAGES, options.cache, options.draw, document)
    if options.write:
        rewrite(options.write, BEGIN, END, "\n".join(document).rstrip())
    print(*(f"bar missed: {line}" for line in missed), sep="\n", file=sys.stderr)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
