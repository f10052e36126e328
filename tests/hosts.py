"""Runs the real programs that picketlint is used through, as a user does: installed, in a process of their own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

_FLAKE8_LINE = re.compile(r"(?P<path>.+?):(?P<line>\d+):(?P<column>\d+): (?P<code>[A-Z]+\d+) (?P<message>.+)")

_DISPLACED = re.compile(r"\(line (?P<line>\d+), where a nosec would hide this\) ")


class Run(NamedTuple):
    """What a process left behind."""

    code: int
    out: str
    err: str


class Place(NamedTuple):
    """One finding as every program can tell it; line and column are 1-based."""

    path: str
    rule: str
    line: int
    column: int


def run(*command: str | Path, cwd: Path, stdin: str | None = None, env: Mapping[str, str] | None = None) -> Run:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        input=None if stdin is None else stdin.encode(),
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **(env or {})},
        capture_output=True,
        check=False,
        timeout=600,
    )
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


def flake8(*arguments: str, cwd: Path, stdin: str | None = None, env: Mapping[str, str] | None = None) -> Run:
    return run(sys.executable, "-m", "flake8", *arguments, cwd=cwd, stdin=stdin, env=env)


def bandit(*arguments: str, cwd: Path, stdin: str | None = None, env: Mapping[str, str] | None = None) -> Run:
    return run(sys.executable, "-m", "bandit", *arguments, cwd=cwd, stdin=stdin, env=env)


def picketlint(*arguments: str, cwd: Path) -> Run:
    return run(sys.executable, "-m", "picketlint", *arguments, cwd=cwd)


def flake8_places(output: str) -> list[Place]:
    """The picketlint findings in flake8's default output, in its order."""
    found = [match for line in output.splitlines() if (match := _FLAKE8_LINE.fullmatch(line))]
    return [
        Place(_relative(match["path"]), match["code"], int(match["line"]), int(match["column"]))
        for match in found
        if match["code"].startswith("PKT")
    ]


def bandit_issues(output: str) -> list[dict[str, Any]]:
    """The picketlint issues in Bandit's JSON report, in its order."""
    results: list[dict[str, Any]] = json.loads(output)["results"]
    return [result for result in results if result["test_id"].startswith("PKT")]


def bandit_places(output: str) -> list[Place]:
    """The same as places; column 0 for one that is shown elsewhere and tells its true line in the text."""
    return [_bandit_place(issue) for issue in bandit_issues(output)]


def _bandit_place(issue: dict[str, Any]) -> Place:
    path, rule = _relative(issue["filename"]), issue["test_id"]
    elsewhere = _DISPLACED.match(issue["issue_text"])
    if elsewhere:
        return Place(path, rule, int(elsewhere["line"]), 0)
    return Place(path, rule, issue["line_number"], issue["col_offset"] + 1)


def picketlint_places(output: str) -> list[Place]:
    """The open findings in the command line's JSON report, in its order."""
    return [
        Place(finding["path"], finding["rule"], finding["line"], finding["column"])
        for finding in json.loads(output)["findings"]
        if finding["status"] == "open"
    ]


def _relative(path: str) -> str:
    return path.removeprefix("./")
