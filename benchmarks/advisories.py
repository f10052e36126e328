"""Whether published vulnerabilities of ML packages are found, and whether their fixes are left alone.

``advisories.toml`` names the releases before and after each fix and where the code was. Both are fetched from PyPI as
wheels and their Python files unpacked: nothing is installed, imported or executed. A site counts as found if one of the
rules for its kind reports a statement of the site, and as still reported if one reports anything in the same function
of the fixed release. Bandit and ruff read the same files with the same measure.

    python benchmarks/advisories.py --cache /tmp/advisories                             the table
    python benchmarks/advisories.py --cache /tmp/advisories --write docs/accuracy.md    and into the document
    python benchmarks/advisories.py --cache /tmp/advisories --only CVE-2025-24357
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import tomli

from picketlint.configuration.requirements import bounds
from picketlint.engine import Checks, analyze
from picketlint.model import Lifecycle, Status
from picketlint.registry import load

DATA = Path(__file__).with_name("advisories.toml")
# Any build will do, for only the Python files are read; old releases have wheels for old versions of Python alone.
PYTHONS = ("3.11", "3.12", "3.9", "3.7")
PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in (35, 31, 28, 27, 24)]
PLATFORMS += [f"manylinux{year}_x86_64" for year in ("2014", "2010", "1")]
BEGIN = "<!-- advisories: written by benchmarks/advisories.py, changes are lost -->"
END = "<!-- advisories: end -->"
INTRODUCTION = """\
## Published vulnerabilities

Each row is a published vulnerability of a Python package of the machine-learning stack whose fix changed the code. A
tool has *found* it if, in the last vulnerable release looked at, it reports the very line with a rule about that kind
of flaw. It is *still reported* if, in the fixed release, such a rule reports anything in the function that had the
flaw or in its successor. Of Bandit and ruff the rules about the same kind of flaw count, whatever their severity;
their suppression comments are ignored in the vulnerable release and honoured in the fixed one. picketlint runs with
its default rules and takes the torch the release requires from its metadata.

The shares are no estimate of recall. The advisories are those we knew of in the classes the rules cover; those whose
fix left the flawed code as it was (authentication, configuration, a check elsewhere) are not listed; and where an
advisory does not name the lines, they were looked for among the findings that the fixed release no longer has.

""".splitlines()
# What Bandit and ruff have for the kind of flaw that each of our rules is about.
BANDIT = {
    "PKT101": ("B614",),
    "PKT102": ("B614",),
    "PKT103": (),
    "PKT104": ("B506",),
    "PKT106": ("B301", "B302"),
    "PKT201": (),
    "PKT301": ("B602", "B604", "B605"),
    "PKT303": ("B102", "B307"),
}
RUFF = {
    "PKT101": (),
    "PKT102": (),
    "PKT103": (),
    "PKT104": ("S506",),
    "PKT106": ("S301", "S302"),
    "PKT201": (),
    "PKT301": ("S602", "S604", "S605"),
    "PKT303": ("S102", "S307"),
}

Report = tuple[str, int]
"""The code of a finding and the first line it is about."""
Reader = Callable[[list[Path], Path, bool], dict[Path, set[Report]]]
"""A tool: what it reports in files of a release; the flag says whether the files are those of the fixed one."""


class Site(NamedTuple):
    """Where the flaw was: a function of a file, and a part of the statements in it that are meant.

    ``within`` is the dotted name of the function, empty for the whole module. ``moved`` and ``successor`` are the file
    and the function that do its work in the fixed release, where those are others, and ``after`` is a part of its
    lines there, empty for the whole function.
    """

    file: str
    within: str
    code: str
    moved: str
    successor: str
    after: str


class Advisory(NamedTuple):
    """One published vulnerability; ``rules`` are those of picketlint that are about its kind of flaw."""

    id: str
    package: str
    vulnerable: str
    fixed: str
    rules: tuple[str, ...]
    mended: str
    source: str
    sites: tuple[Site, ...]


class Outcome(NamedTuple):
    """What one tool made of one advisory: how many of the sites it found, and how many it still reports when fixed."""

    found: int
    still: int


def advisories() -> list[Advisory]:
    """The table, as it stands in the data file."""
    entries = tomli.loads(DATA.read_text("utf-8"))["advisory"]
    return [_advisory(entry) for entry in entries]


def _advisory(entry: dict[str, Any]) -> Advisory:
    return Advisory(
        id=entry["id"],
        package=entry["package"],
        vulnerable=entry["vulnerable"],
        fixed=entry["fixed"],
        rules=tuple(entry["rules"]),
        mended=entry["mended"],
        source=entry["source"],
        sites=tuple(_site(site) for site in entry["sites"]),
    )


def _site(entry: dict[str, str]) -> Site:
    return Site(
        file=entry["file"],
        within=entry["within"],
        code=entry["code"],
        moved=entry.get("moved", entry["file"]),
        successor=entry.get("successor", entry["within"]),
        after=entry.get("after", ""),
    )


def fetch(package: str, version: str, cache: Path) -> Path:
    """The folder with the Python files and the metadata of a release, downloaded unless it is there already."""
    target = cache / f"{package}-{version}"
    if target.is_dir():
        return target
    download, partial = cache / f"{package}-{version}.download", cache / f"{package}-{version}.partial"
    for folder in (download, partial):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    try:
        _download(f"{package}=={version}", download)
        (wheel,) = download.glob("*.whl")
        _unpack(wheel, partial)
        partial.rename(target)
    finally:
        shutil.rmtree(download)
    return target


def _download(requirement: str, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += [part for platform in PLATFORMS for part in ("--platform", platform)]
    message = ""
    for python in PYTHONS:
        attempt = [*command, "--python-version", python, "--dest", str(folder), requirement]
        process = subprocess.run(attempt, capture_output=True, text=True, check=False)
        if process.returncode == 0:
            return
        message = message or process.stderr.strip()[-500:]
    raise RuntimeError(f"no wheel of {requirement}: {message}")


def _unpack(wheel: Path, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            inside = PurePosixPath(member.filename)
            wanted = inside.suffix == ".py" or inside.name == "METADATA"
            if wanted and not inside.is_absolute() and ".." not in inside.parts:
                archive.extract(member, folder)


def picketlint(files: list[Path], folder: Path, fixed: bool) -> dict[Path, set[Report]]:
    """What picketlint reports with its default rules; documented exceptions are no findings."""
    codes = frozenset(entry.id for entry in load().entries if entry.rule.status is Lifecycle.DEFAULT)
    floor = _torch_floor(folder)
    found: dict[Path, set[Report]] = {}
    for file in files:
        report = analyze(file.read_bytes(), str(file), Checks(codes, lambda: floor))
        open_ones = [finding for finding in report.findings if finding.status is Status.OPEN]
        found[file] = {(finding.rule, finding.span.line) for finding in open_ones}
    return found


def _torch_floor(folder: Path) -> tuple[int, ...] | None:
    """The lowest torch the release asks for in any case, as the project itself would declare it."""
    metadata = next(folder.glob("*.dist-info/METADATA"))
    required = HeaderParser().parsestr(metadata.read_text("utf-8", "replace")).get_all("Requires-Dist", [])
    floors = [bound.floor for bound in bounds(required) if bound.floor and not bound.conditional]
    return max(floors, default=None)


def bandit(files: list[Path], folder: Path, fixed: bool) -> dict[Path, set[Report]]:
    """What Bandit reports; its suppression comments count in the fixed release alone."""
    suppressions = [] if fixed else ["--ignore-nosec"]
    command = [sys.executable, "-m", "bandit", "--quiet", "--exit-zero", "--format", "json", *suppressions]
    results = json.loads(_run([*command, *map(str, files)]))["results"]
    return _grouped(files, ((result["filename"], result["test_id"], result["line_number"]) for result in results))


def ruff(files: list[Path], folder: Path, fixed: bool) -> dict[Path, set[Report]]:
    """What ruff's security rules report; its suppression comments count in the fixed release alone."""
    suppressions = [] if fixed else ["--ignore-noqa"]
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--exit-zero", "--select", "S"]
    results = json.loads(_run([*command, "--output-format", "json", *suppressions, *map(str, files)]))
    return _grouped(files, ((result["filename"], str(result["code"]), result["location"]["row"]) for result in results))


def _run(command: list[str]) -> str:
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


def _grouped(files: Iterable[Path], results: Iterable[tuple[str, str, int]]) -> dict[Path, set[Report]]:
    found: dict[Path, set[Report]] = {file: set() for file in files}
    for name, code, line in results:
        found[Path(name)].add((code, line))
    return found


TOOLS: dict[str, tuple[Reader, dict[str, tuple[str, ...]]]] = {
    "picketlint": (picketlint, {}),
    "Bandit": (bandit, BANDIT),
    "ruff": (ruff, RUFF),
}


def lines_of(source: bytes, name: str, fragment: str) -> set[int]:
    """The lines of a function that hold a fragment; none if there is no such function."""
    text = [b"", *source.split(b"\n"), b""]
    return {line for lines in function(source, name) for line in lines if fragment.encode() in text[line]}


def function(source: bytes, name: str) -> list[range]:
    """The lines of the function of that dotted name, of each if there are several; of the whole module if empty."""
    if not name:
        return [range(1, source.count(b"\n") + 2)]
    found: list[range] = []
    pending: list[tuple[ast.AST, str]] = [(ast.parse(source), "")]
    while pending:
        parent, prefix = pending.pop()
        for node in ast.iter_child_nodes(parent):
            inner = prefix
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                inner = f"{prefix}.{node.name}".lstrip(".")
                if inner == name:
                    found.append(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            pending.append((node, inner))
    return found


class Releases:
    """What each tool reports in the files that matter, each release read once."""

    def __init__(self, chosen: list[Advisory], cache: Path) -> None:
        self.folders: dict[tuple[str, str], Path] = {}
        self._reports: dict[tuple[str, Path], set[Report]] = {}
        wanted: dict[tuple[str, str, bool], set[str]] = {}
        for one in chosen:
            wanted.setdefault((one.package, one.vulnerable, False), set()).update(site.file for site in one.sites)
            wanted.setdefault((one.package, one.fixed, True), set()).update(site.moved for site in one.sites)
        for (package, version, fixed), names in wanted.items():
            print(f"{package} {version}", file=sys.stderr)
            folder = self.folders[package, version] = fetch(package, version, cache)
            files = [folder / name for name in sorted(names) if (folder / name).is_file()]
            for tool, (read, _) in TOOLS.items() if files else ():
                for file, found in read(files, folder, fixed).items():
                    self._reports[tool, file] = found

    def outcome(self, one: Advisory, tool: str) -> Outcome:
        """What the tool made of the advisory."""
        table = TOOLS[tool][1]
        codes = {code for rule in one.rules for code in (table[rule] if table else (rule,))}
        before, after = (self.folders[one.package, version] for version in (one.vulnerable, one.fixed))
        found = still = 0
        for site in one.sites:
            file = before / site.file
            lines = lines_of(file.read_bytes(), site.within, site.code)
            if not lines:
                raise LookupError(f"{one.id}: no `{site.code}` in `{site.within}` of {site.file}")
            found += any(code in codes and line in lines for code, line in self._reports[tool, file])
            file = after / site.moved
            if file.is_file():
                lines = lines_of(file.read_bytes(), site.successor, site.after)
                still += any(code in codes and line in lines for code, line in self._reports[tool, file])
        return Outcome(found, still)


def table(chosen: list[Advisory], releases: Releases) -> Iterator[str]:
    """The Markdown table: for each tool whether the vulnerable site was found and the fixed one left alone."""
    yield f"| advisory | package | releases | site | fix | rule | {' | '.join(TOOLS)} |"
    yield f"|---|---|---|---|---|---|{'---|' * len(TOOLS)}"
    outcomes = {tool: [releases.outcome(one, tool) for one in chosen] for tool in TOOLS}
    for number, one in enumerate(chosen):
        sites = ", ".join(f"`{site.within or PurePosixPath(site.file).name}`" for site in one.sites)
        row = [f"[{one.id}]({one.source})", one.package, f"{one.vulnerable} → {one.fixed}", sites, one.mended]
        row.append(", ".join(one.rules))
        row += [_cell(outcomes[tool][number], len(one.sites)) for tool in TOOLS]
        yield f"| {' | '.join(row)} |"
    for label, count in (("found", _found), ("still reported in the fixed release", _still), ("both right", _right)):
        counts = [
            sum(count(outcome, len(one.sites)) for outcome, one in zip(outcomes[tool], chosen, strict=True))
            for tool in TOOLS
        ]
        yield f"| **{label}** | | | | | | {' | '.join(f'**{number}** of {len(chosen)}' for number in counts)} |"


def _found(outcome: Outcome, sites: int) -> bool:
    return outcome.found == sites


def _still(outcome: Outcome, sites: int) -> bool:
    return _found(outcome, sites) and outcome.still > 0


def _right(outcome: Outcome, sites: int) -> bool:
    return _found(outcome, sites) and not outcome.still


def _cell(outcome: Outcome, sites: int) -> str:
    if not outcome.found:
        return "missed"
    found = "found" if outcome.found == sites else f"{outcome.found} of {sites} found"
    return f"{found}, still reported" if outcome.still else found


def write(document: Path, lines: list[str]) -> None:
    """Replace the marked section of a document, or append it; the rest of the document belongs to others."""
    section = "\n".join([BEGIN, "", *lines, "", END])
    text = document.read_text("utf-8") if document.exists() else "# Accuracy\n"
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if begin and not end:
        raise ValueError(f"{document} has the beginning of the section but not its end")
    text = before + section + after if begin else f"{text.rstrip()}\n\n{section}\n"
    document.write_text(text, "utf-8")


def main() -> int:
    """Print the table and write it where asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cache", type=Path, required=True, help="where the unpacked releases are kept")
    parser.add_argument("--only", action="append", metavar="ID", help="this advisory (repeatable)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="the document whose section is replaced")
    options = parser.parse_args()
    chosen = [one for one in advisories() if not options.only or one.id in options.only]
    lines = list(table(chosen, Releases(chosen, options.cache.resolve())))
    print("\n".join(lines))
    if options.write:
        write(options.write, [*INTRODUCTION, *lines])
    return 0


if __name__ == "__main__":
    sys.exit(main())
