"""Run picketlint over released ML packages and print what it finds, as Markdown.

Packages are wheels from PyPI, pinned, downloaded once into ``--cache``, and unpacked: never installed, imported or
executed (``pip download`` of a source distribution would run its build, so there are none in the list). Every package
is a project of its own, with no configuration. A wheel has none of the files that the torch floor is read from in a
repository, so the floor is unknown and PKT102 reports whatever the package demands in its repository.

    python scripts/ecosystem.py --cache /tmp/ecosystem                              findings per package and rule
    python scripts/ecosystem.py --cache /tmp/ecosystem --write docs/ecosystem.md    and into the document
    python scripts/ecosystem.py --cache /tmp/ecosystem --sample 20                  and 20 random findings per rule
    python scripts/ecosystem.py --cache /tmp/ecosystem --only nemo_toolkit --list
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from picketlint.configuration.settings import Overrides, Resolver
from picketlint.model import Finding, Status
from picketlint.registry import load
from picketlint.scan import Scan

PACKAGES = {
    "accelerate": "1.15.0",
    "bentoml": "1.4.40",
    "datasets": "5.2.0",
    "diffusers": "0.42.1",
    "espnet": "202511",
    "gradio": "6.31.0",
    "keras": "3.15.1",
    "langchain": "1.5.0",
    "lightning": "2.6.6",
    "llama_index_core": "0.14.25",
    "llamafactory": "0.9.5",
    "lmdeploy": "0.18.0",
    "megatron_core": "0.16.1",
    "mlflow": "3.18.0",
    "modelscope": "1.40.2",
    "monai": "1.6.1",
    "nemo_toolkit": "3.0.0",
    "nvidia_modelopt": "0.47.0",
    "peft": "0.21.2",
    "ray": "2.60.0",
    "sentence_transformers": "6.2.0",
    "sglang": "0.5.23",
    "timm": "1.0.31",
    "torchtune": "0.6.1",
    "transformers": "5.23.0",
    "trl": "1.16.0",
    "vllm": "0.33.0",
}
# Some are built per platform; any one will do, for only the Python files are read.
PLATFORMS = [f"--platform={name}_x86_64" for name in ("manylinux_2_34", "manylinux_2_28", "manylinux2014")]
SUFFIXES = (".py", ".pyi", ".ipynb")
# The rules whose findings may stand on a line with a credential, which is copied nowhere.
CREDENTIALS = "PKT4"
BEGIN = "<!-- ecosystem: written by scripts/ecosystem.py, changes are lost -->"
END = "<!-- ecosystem: end -->"


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
        command += ["--python-version", "3.11", *PLATFORMS, "--dest", str(wheels), f"{package}=={version}"]
        subprocess.run(command, check=True)
    wheel = next(wheels.glob(f"{package}-{version}-*.whl"))
    partial = target.with_suffix(".partial")
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            inside = PurePosixPath(member.filename)
            if inside.suffix in SUFFIXES and not inside.is_absolute() and ".." not in inside.parts:
                archive.extract(member, partial)
    partial.rename(target)
    return target


def configure(folder: Path) -> Path:
    """Make the folder the root of a project, for what is a test goes by the path below that; its configuration."""
    configuration = folder / "pyproject.toml"
    configuration.write_text("[tool.picketlint]\n", "utf-8")
    return configuration


def check(package: str, version: str, folder: Path) -> Outcome:
    """Scan one unpacked package with every rule that is on by default, as a project of its own."""
    scan = Scan([str(folder)], Resolver(Overrides(config=str(configure(folder)))))
    findings: list[Finding] = []
    problems: list[str] = []
    for report in scan:
        findings += [finding._replace(path=_inside(finding.path, folder)) for finding in report.findings]
        problems += [f"{problem.path}: {problem.message}" for problem in report.problems]
    lines = sum(path.read_bytes().count(b"\n") for path in folder.rglob("*.py"))
    return Outcome(package, version, scan.files, lines, findings, problems)


def _inside(path: str, folder: Path) -> str:
    return Path(path).resolve().relative_to(folder.resolve()).as_posix()


def check_all(cache: Path, packages: Iterable[str] = PACKAGES) -> Iterator[tuple[Outcome, Path]]:
    """Fetch and check packages one by one, with the folder of each."""
    for package in packages:
        folder = fetch(package, PACKAGES[package], cache)
        outcome = check(package, PACKAGES[package], folder)
        print(f"{package}: {len(outcome.findings)} findings", *outcome.problems, sep="\n  ", file=sys.stderr)
        yield outcome, folder


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


def rewrite(document: Path, begin: str, end: str, content: str) -> None:
    """Put content between two marker lines of a document, in the place of what is there."""
    before, found, rest = document.read_text("utf-8").partition(f"{begin}\n")
    _, closed, after = rest.partition(f"{end}\n")
    if not found or not closed:
        raise LookupError(f"{document} has no `{begin}` ... `{end}`")
    document.write_text(f"{before}{begin}\n\n{content}\n\n{end}\n{after}", "utf-8")


def code_line(finding: Finding, folder: Path) -> str:
    """The line of the package's code that a finding points at; empty where that may hold a credential."""
    if finding.rule.startswith(CREDENTIALS):
        return ""
    source = (folder / finding.path).read_text("utf-8", "replace").split("\n")
    return source[finding.focus.line - 1].strip() if finding.focus.line <= len(source) else ""


def listing(outcome: Outcome, findings: list[Finding], folder: Path) -> Iterator[str]:
    """Findings with their code line, for reading."""
    for finding in findings:
        place = f"{outcome.package}/{finding.path}:{finding.span.line}"
        level = f"{finding.severity.value}/{finding.confidence.value}/{finding.status.value}"
        yield f"- {finding.rule} {place} ({level}): `{code_line(finding, folder)[:160]}`"


def main() -> int:
    """Print the table, and what else is asked for; exit 1 where a file could not be analysed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cache", type=Path, required=True, help="where wheels are kept and unpacked")
    parser.add_argument("--only", action="append", choices=sorted(PACKAGES), help="this package (repeatable)")
    parser.add_argument("--write", type=Path, metavar="DOCUMENT", help="put the table of all packages there, too")
    parser.add_argument("--list", action="store_true", help="print every finding")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="print N random findings per rule")
    parser.add_argument("--seed", type=int, default=0, help="seed of the sample")
    options = parser.parse_args()
    if options.write and options.only:
        parser.error("--write needs every package")
    outcomes = list(check_all(options.cache, options.only or PACKAGES))
    rows = "\n".join(table([outcome for outcome, _ in outcomes]))
    print(rows)
    if options.write:
        rewrite(options.write, BEGIN, END, rows)
    generator = random.Random(options.seed)
    chosen = {id(f) for o, _ in outcomes for f in o.findings} if options.list else set()
    for code in [rule.id for rule in load().rules] if options.sample else []:
        fitting = [f for o, _ in outcomes for f in o.findings if f.rule == code]
        chosen |= {id(f) for f in generator.sample(fitting, min(options.sample, len(fitting)))}
    for outcome, folder in outcomes:
        for line in listing(outcome, [f for f in outcome.findings if id(f) in chosen], folder):
            print(line)
    return int(any(outcome.problems for outcome, _ in outcomes))


if __name__ == "__main__":
    sys.exit(main())
