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

from picketlint.engine import Checks, analyze
from picketlint.model import Lifecycle, Status
from picketlint.registry import load
from picketlint.requirements import bounds

DATA = Path(__file__).with_name("advisories.toml")
# Any build will do, for only the Python files are read; old releases have wheels for old versions of Python alone.
PYTHONS = ("3.11", "3.12", "3.9", "3.7")
PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in (35, 31, 28, 27, 24)]
PLATFORMS += [f"manylinux{year}_x86_64" for year in ("2014", "2010", "1")]
BEGIN = "<!-- advisories: written by benchmarks/advisories.py, changes are lost -->"
END = "<!-- advisories: end -->"
# What Bandit and ruff have for the kind of flaw each rule is about, beyond that rule's own subject.
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

    ``within`` is the dotted name of the function, empty for the module's own level. ``moved`` and ``successor`` are
    the file and the function that do its work in the fixed release, where those are others.
    """

    file: str
    within: str
    code: str
    moved: str
    successor: str


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
    sites = tuple(
        Site(
            site["file"],
            site["within"],
            site["code"],
            site.get("moved", site["file"]),
            site.get("successor", site["within"]),
        )
        for site in entry["sites"]
    )
    names = ("id", "package", "vulnerable", "fixed")
    return Advisory(*(entry[name] for name in names), tuple(entry["rules"]), entry["mended"], entry["source"], sites)


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
    for python in PYTHONS:
        attempt = [*command, "--python-version", python, "--dest", str(folder), requirement]
        process = subprocess.run(attempt, capture_output=True, text=True, check=False)
        if process.returncode == 0:
            return
    raise RuntimeError(f"no wheel of {requirement}: {process.stderr.strip()[-500:]}")


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
    return _grouped(
        files, ((result["filename"], str(result["code"]), result["location"]["row"]) for result in results)
    )


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


def statements(source: bytes, site: Site) -> list[range]:
    """The lines of each statement of the site's function that holds the fragment; an error if there is none."""
    found = []
    for node in _functions(ast.parse(source)).get(site.within, []):
        for statement in _simple(node):
            text = ast.unparse(statement)
            if site.code in text:
                found.append(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
    if not found:
        raise LookupError(f"no `{site.code}` in `{site.within}` of {site.file}")
    return found


def function(source: bytes, name: str) -> list[range]:
    """The lines of the function of that dotted name, of each where it is defined more than once; of the module: all."""
    nodes = _functions(ast.parse(source)).get(name, [])
    if not name:
        return [range(1, source.count(b"\n") + 2)]
    return [range(node.lineno, (node.end_lineno or node.lineno) + 1) for node in nodes if isinstance(node, ast.stmt)]


def _functions(tree: ast.Module) -> dict[str, list[ast.AST]]:
    found: dict[str, list[ast.AST]] = {"": [tree]}
    pending: list[tuple[ast.AST, str]] = [(tree, "")]
    while pending:
        parent, prefix = pending.pop()
        for node in ast.iter_child_nodes(parent):
            name = prefix
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                name = f"{prefix}.{node.name}" if prefix else node.name
                found.setdefault(name, []).append(node)
            pending.append((node, name))
    return found


def _simple(root: ast.AST) -> Iterator[ast.stmt | ast.arguments]:
    """The statements below a node without those that hold others, of which only the head counts, and its signature."""
    for node in ast.walk(root):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node is root:
            every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if every:
                yield ast.Expr(ast.Constant(ast.unparse(node.args)), lineno=node.lineno, end_lineno=every[-1].lineno)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            heads = ", ".join(map(ast.unparse, node.items))
            last = node.items[-1].context_expr.end_lineno
            yield ast.Expr(ast.Constant(heads), lineno=node.lineno, end_lineno=last)
        elif isinstance(node, ast.If):
            yield ast.Expr(node.test, lineno=node.lineno, end_lineno=node.test.end_lineno)
        elif isinstance(node, ast.stmt) and not hasattr(node, "body"):
            yield node
