"""The rule that CONTRIBUTING.md shows works as shown: one file, and every front-end has it.

That it becomes a test of Bandit when the distribution is built is shown in test_packaging.py.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
FILE = "pkt501_unverified_tls.py"


@pytest.fixture(scope="module")
def shown() -> str:
    (rule,) = re.findall(r"^```python\n(.*?)^```", (PROJECT / "CONTRIBUTING.md").read_text("utf-8"), re.M | re.S)
    return str(rule)


@pytest.fixture(scope="module")
def source(shown: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with that one file more, and code that breaks its rule."""
    root = tmp_path_factory.mktemp("one_file")
    src = shutil.copytree(PROJECT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (src / "picketlint/rules" / FILE).write_text(shown, "utf-8")
    (root / "a.py").write_text("import requests\n\nrequests.get(url, verify=False)\n", "utf-8")
    return src


def run(source: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=source.parent,
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_passes_what_is_asked_of_every_rule(shown: str, source: Path) -> None:
    shutil.copytree(PROJECT / "tests", source.parent / "tests")
    shutil.copytree(PROJECT / "docs", source.parent / "docs")
    asked = ("contracts", "lockfile", "notebooks", "policy_docs", "prefilter", "rule_command", "rules")
    files = [f"tests/test_{name}.py" for name in asked]
    chosen = "PKT501 or pkt501 or codes_and_names or lockfile or policy_docs or rule_command"
    ran = run(source, "pytest", "-q", "-rA", "-p", "no:cacheprovider", "-k", chosen, *files)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert set(re.findall(r"^PASSED (\S+?)::", ran.stdout, re.M)) == set(files)
    examples = re.findall(r"^        (?:bad|good)\(", shown, re.M)
    assert ran.stdout.count("PASSED tests/test_rules.py::test_example[PKT501") == len(examples) >= 6


def test_the_command_line_has_it(source: Path) -> None:
    ran = run(source, "picketlint", "check", "--output-format", "json", "a.py")
    assert ran.returncode == 1, ran.stderr
    assert [(found["rule"], found["line"]) for found in json.loads(ran.stdout)["findings"]] == [("PKT501", 3)]


def test_its_page_is_there(shown: str, source: Path) -> None:
    page = run(source, "picketlint", "rule", "PKT501").stdout
    assert page.startswith("# PKT501 unverified-tls")
    for section in re.findall(r"^## .*$", shown, re.M):
        assert section in page
    assert "PKT501" in run(source, "picketlint", "rule").stdout


def test_flake8_has_it(source: Path) -> None:
    pytest.importorskip("flake8")
    ran = run(source, "flake8", "--isolated", "--select", "PKT501", "a.py")
    assert ran.stdout.startswith("a.py:3:1: PKT501 "), ran.stdout + ran.stderr
