"""The scanners that are compared: how each is run, with its rules about credentials alone, and what it reports."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from measure import build_wheel, make_environment

PICKETLINT = ("PKT401", "PKT402", "PKT403", "PKT404")
RUFF = "S105,S106,S107"
BANDIT = "B105,B106,B107"
REQUIREMENTS = ("bandit==1.9.4", "detect-secrets==1.5.0", "ruff==0.17.6")
# Bandit reads no notebooks and says of each one it is given that it has a syntax error.
NOTEBOOK = ".ipynb"


class Report(NamedTuple):
    """A finding. ``line`` is 1-based and, in a notebook, counted as the tool counts; ``level`` is its confidence."""

    file: str
    line: int
    rule: str
    level: str = ""
    status: str = "open"


class Tool(NamedTuple):
    """A scanner in an environment: its name for tables, its version, and the run over files below a directory."""

    name: str
    version: str
    run: Callable[[Sequence[str], Path], list[Report]]


def install(directory: Path) -> list[Tool]:
    """A new environment with all scanners; picketlint is built from this checkout."""
    programs = make_environment(directory / "environment", build_wheel(directory), *REQUIREMENTS)
    rules = _output([programs / "picketlint", "rule", "--output-format", "json"], directory)
    codes = [rule["id"] for rule in json.loads(rules) if rule["id"] in PICKETLINT]
    listed = json.loads(_output([programs / "python", "-m", "pip", "list", "--format", "json"], directory))
    versions = {package["name"]: package["version"] for package in listed}

    def tool(name: str, distribution: str, run: Callable[[Path, Sequence[str], Path], Iterator[Report]]) -> Tool:
        def reports(files: Sequence[str], root: Path) -> list[Report]:
            return sorted(run(programs, files, root)) if files else []

        return Tool(name, versions[distribution], reports)

    def picketlint(programs: Path, files: Sequence[str], root: Path) -> Iterator[Report]:
        return _picketlint(programs, codes, files, root)

    return [
        tool("picketlint", "picketlint", picketlint),
        tool("ruff", "ruff", _ruff),
        tool("Bandit", "bandit", _bandit),
        tool("detect-secrets", "detect-secrets", _detect_secrets),
    ]


def _picketlint(programs: Path, codes: Sequence[str], files: Sequence[str], root: Path) -> Iterator[Report]:
    if not codes:
        return
    command: list[str | Path] = [
        programs / "picketlint",
        "check",
        "--select",
        ",".join(codes),
        "--output-format",
        "json",
    ]
    configuration = root / "pyproject.toml"
    command += ["--config", configuration] if configuration.exists() else ["--isolated"]
    document = json.loads(_output([*command, *files], root, accepted=(0, 1)))
    for problem in document["problems"]:
        raise RuntimeError(f"picketlint: {problem['path']}: {problem['message']}")
    for one in document["findings"]:
        if one["rule"] in codes:
            yield Report(one["path"], one["line"], one["rule"], one["confidence"], one["status"])


def _ruff(programs: Path, files: Sequence[str], root: Path) -> Iterator[Report]:
    command: list[str | Path] = [programs / "ruff", "check", "--isolated", "--no-cache", "--ignore-noqa", "--exit-zero"]
    output = _output([*command, "--select", RUFF, "--output-format", "json", *files], root)
    for one in json.loads(output):
        # Files that do not parse have findings without a code of ours.
        if one["code"] in RUFF.split(","):
            file = Path(one["filename"]).resolve().relative_to(root.resolve()).as_posix()
            yield Report(file, one["location"]["row"], one["code"])


def _bandit(programs: Path, files: Sequence[str], root: Path) -> Iterator[Report]:
    modules = [file for file in files if not file.endswith(NOTEBOOK)]
    if not modules:
        return
    command: list[str | Path] = [programs / "bandit", "-q", "--ignore-nosec", "--exit-zero", "-f", "json", "-t", BANDIT]
    for one in json.loads(_output([*command, *modules], root))["results"]:
        yield Report(Path(one["filename"]).as_posix(), one["line_number"], one["test_id"], one["issue_confidence"])


def _detect_secrets(programs: Path, files: Sequence[str], root: Path) -> Iterator[Report]:
    # Nothing that looks like a credential is to be sent to anybody.
    command: list[str | Path] = [programs / "detect-secrets", "scan", "--no-verify", "--all-files"]
    results: dict[str, list[dict[str, Any]]] = json.loads(_output([*command, *files], root))["results"]
    for file, found in results.items():
        for one in found:
            yield Report(Path(file).as_posix(), one["line_number"], one["type"])


def _output(command: Sequence[str | Path], cwd: Path, accepted: Sequence[int] = (0,)) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, encoding="utf-8")
    if done.returncode not in accepted:
        raise RuntimeError(f"{Path(command[0]).name} exited with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout
