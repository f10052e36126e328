"""Run picketlint over released ML packages and print what it finds, as Markdown.

Packages are wheels from PyPI, pinned, downloaded once into ``--cache``, and unpacked: never installed, imported or
executed (``pip download`` of a source distribution would run its build, so there are none in the list).

    python scripts/ecosystem.py --cache /tmp/ecosystem                    findings per package and rule
    python scripts/ecosystem.py --cache /tmp/ecosystem --sample 20        and 20 random findings per rule, to read
    python scripts/ecosystem.py --cache /tmp/ecosystem --only nemo_toolkit --list
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from picketlint.model import Finding, Status
from picketlint.registry import load
from picketlint.scan import Scan
from picketlint.settings import Overrides, Resolver

PACKAGES = {
    "accelerate": "1.15.0",
    "datasets": "5.2.0",
    "diffusers": "0.42.1",
    "gradio": "6.31.0",
    "langchain": "1.5.0",
    "lightning": "2.6.6",
    "llama_index_core": "0.14.25",
    "mlflow": "3.18.0",
    "nemo_toolkit": "3.0.0",
    "nvidia_modelopt": "0.47.0",
    "peft": "0.21.2",
    "sentence_transformers": "6.2.0",
    "sglang": "0.5.23",
    "timm": "1.0.31",
    "torchtune": "0.6.1",
    "transformers": "5.23.0",
    "trl": "1.16.0",
    "vllm": "0.33.0",
}
# Some are built per platform; any one will do, for only the Python files are read.
PLATFORM = ("--python-version", "3.11", "--platform", "manylinux_2_34_x86_64", "--platform", "manylinux_2_28_x86_64")
SUFFIXES = (".py", ".pyi", ".ipynb")


class Outcome(NamedTuple):
    """What one package came to. ``lines`` counts the physical lines of its Python files, tests included."""

    package: str
    version: str
    files: int
    lines: int
    findings: list[Finding]
    problems: list[str]


def fetch(package: str, version: str, cache: Path) -> Path:
    """Download and unpack one wheel, unless that is done already; the folder that holds its Python files."""
    target = cache / f"{package}-{version}"
    if target.is_dir():
        return target
    wheels = cache / "wheels"
    if not any(wheels.glob(f"{package}-{version}-*.whl")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*command, *PLATFORM, "--dest", str(wheels), f"{package}=={version}"], check=True)
    wheel = next(wheels.glob(f"{package}-{version}-*.whl"))
    partial = target.with_suffix(".partial")
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            inside = PurePosixPath(member.filename)
            if inside.suffix in SUFFIXES and not inside.is_absolute() and ".." not in inside.parts:
                archive.extract(member, partial)
    partial.rename(target)
    return target


def check(package: str, version: str, folder: Path) -> Outcome:
    """Scan one unpacked package with every rule that is on by default, as a project of its own."""
    scan = Scan([str(folder)], Resolver(Overrides(isolated=True)))
    findings: list[Finding] = []
    problems: list[str] = []
    for report in scan:
        findings += [finding._replace(path=_inside(finding.path, folder)) for finding in report.findings]
        problems += [f"{problem.path}: {problem.message}" for problem in report.problems]
    lines = sum(path.read_bytes().count(b"\n") for path in folder.rglob("*.py"))
    return Outcome(package, version, scan.files, lines, findings, problems)


def _inside(path: str, folder: Path) -> str:
    return Path(path).resolve().relative_to(folder.resolve()).as_posix()


def table(outcomes: list[Outcome]) -> Iterator[str]:
    """Markdown: a row per package, a column per rule; documented exceptions in brackets."""
    codes = [rule.id for rule in load().rules if any(f.rule == rule.id for o in outcomes for f in o.findings)]
    yield f"| package | version | files | lines | {' | '.join(codes)} |"
    yield f"|---|---|---:|---:|{'---:|' * len(codes)}"
    for outcome in outcomes:
        counted = [_cell(outcome.findings, code) for code in codes]
        row = f"| {outcome.package} | {outcome.version} | {outcome.files:,} | {outcome.lines:,} | "
        yield row + " | ".join(counted) + " |"
    everything = [finding for outcome in outcomes for finding in outcome.findings]
    files, lines = sum(o.files for o in outcomes), sum(o.lines for o in outcomes)
    yield f"| **all** | | {files:,} | {lines:,} | {' | '.join(_cell(everything, code) for code in codes)} |"


def _cell(findings: list[Finding], code: str) -> str:
    counts = Counter(finding.status for finding in findings if finding.rule == code)
    excepted = f" ({counts[Status.EXCEPTED]})" if counts[Status.EXCEPTED] else ""
    return f"{counts[Status.OPEN]}{excepted}" if counts else ""


def listing(outcome: Outcome, findings: list[Finding], folder: Path) -> Iterator[str]:
    """Findings with their code line, for reading."""
    for finding in findings:
        place = f"{outcome.package}/{finding.path}:{finding.span.line}"
        source = (folder / finding.path).read_text("utf-8", "replace").split("\n")
        code = source[finding.focus.line - 1].strip() if finding.focus.line <= len(source) else ""
        level = f"{finding.severity.value}/{finding.confidence.value}/{finding.status.value}"
        yield f"- {finding.rule} {place} ({level}): `{code[:160]}`"


def main() -> int:
    """Print the table, and what else is asked for; exit 1 where a file could not be analysed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cache", type=Path, required=True, help="where wheels are kept and unpacked")
    parser.add_argument("--only", action="append", choices=sorted(PACKAGES), help="this package (repeatable)")
    parser.add_argument("--list", action="store_true", help="print every finding")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="print N random findings per rule")
    parser.add_argument("--seed", type=int, default=0, help="seed of the sample")
    options = parser.parse_args()
    outcomes: list[tuple[Outcome, Path]] = []
    for package in options.only or PACKAGES:
        folder = fetch(package, PACKAGES[package], options.cache)
        outcomes.append((check(package, PACKAGES[package], folder), folder))
        print(f"{package}: {len(outcomes[-1][0].findings)} findings", file=sys.stderr)
    print("\n".join(table([outcome for outcome, _ in outcomes])))
    generator = random.Random(options.seed)
    chosen = {id(f) for o, _ in outcomes for f in o.findings} if options.list else set()
    for code in [rule.id for rule in load().rules] if options.sample else []:
        fitting = [f for o, _ in outcomes for f in o.findings if f.rule == code]
        chosen |= {id(f) for f in generator.sample(fitting, min(options.sample, len(fitting)))}
    for outcome, folder in outcomes:
        for line in listing(outcome, [f for f in outcome.findings if id(f) in chosen], folder):
            print(line)
    problems = [problem for outcome, _ in outcomes for problem in outcome.problems]
    print(*problems, sep="\n", file=sys.stderr)
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
