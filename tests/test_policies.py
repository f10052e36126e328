"""The key ``exceptions``: how a project changes what documents an exception."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Tree

from picketlint.configuration.config import ConfigError, read_config
from picketlint.configuration.settings import Resolver
from picketlint.engine import analyze
from picketlint.exceptions.wording import Policy, judge

ROOT = Path(__file__).parent.parent
LOAD = "import torch\ntorch.load(p, weights_only=False)"


def policy(directory: Path, value: str) -> Policy:
    path = directory / "pyproject.toml"
    path.write_text(f"[tool.picketlint]\nexceptions = {value}\n", encoding="utf-8")
    config = read_config(str(path))
    assert config is not None
    assert config.exceptions is not None
    return config.exceptions


def accepts(directory: Path, value: str, comment: str) -> bool:
    return judge(comment, policy(directory, value).vocabulary).accepted


EXTENDED = '{accept = ["freigegeben von Team Alpha", "SEC-\\\\d+"], refuse = ["partner data", "trusted source"]}'


@pytest.mark.parametrize(
    ("comment", "accepted"),
    [
        ("# freigegeben von Team Alpha, Format des Herstellers", True),
        ("# Freigegeben  von team alpha, Format des Herstellers", True),
        ("# ticket SEC-1422, vendor format of the scanner", True),
        ("# ticket SEC-none, vendor format of the scanner", False),
        ("# no SEC-1422 for this vendor format of the scanner", False),
        ("# if SEC-1422 covers this vendor format of the scanner", False),
        ("# SEC-1422", False),
        ("# written by our own exporter in this job", True),
        ("# written by our own exporter in this job from partner data", False),
        ("# written by our own exporter in this job, no partner data", True),
        ("# no partner data is in this file of the scanner", False),
        ("# trusted source of the optimizer state and the scheduler", False),
        ("# user-supplied, but SEC-1422 covers the vendor format", False),
    ],
)
def test_words_of_the_project_come_on_top(tmp_path: Path, comment: str, accepted: bool) -> None:
    assert accepts(tmp_path, EXTENDED, comment) is accepted


@pytest.mark.parametrize(
    ("comment", "accepted"),
    [
        ("# ticket SEC-1422, vendor format of the scanner", True),
        ("# written by our own exporter in this job", False),
        ("# not supplied by the user of the service, ever", False),
        ("# ticket SEC-1422, file supplied by the user", False),
    ],
)
def test_words_of_the_project_alone(tmp_path: Path, comment: str, accepted: bool) -> None:
    assert accepts(tmp_path, '{accept = ["SEC-\\\\d+"], replace = true}', comment) is accepted


@pytest.mark.parametrize(
    ("comment", "signs"),
    [
        ("# security-exception: approved in SEC-1422, vendor format", "+"),
        ("# written by our own exporter in this job", "-"),
        ("# security-exception: TODO", "-"),
    ],
)
def test_the_marker_alone(tree: Tree, comment: str, signs: str) -> None:
    tree({"pyproject.toml": '[tool.picketlint]\nexceptions = "marker"\n'})
    report = analyze(f"{LOAD}  {comment}", "a.py", Resolver().checks_for("a.py"))
    assert ["+" if found.justification else "-" for found in report.findings if found.rule == "PKT101"] == [signs]
    told = [found.message for found in report.findings if found.rule == "PKT903"]
    assert bool(told) is (signs == "-")
    if "TODO" not in comment and told:
        assert "accepts only the marker" in told[0]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("true", 'must be "marker" or a table'),
        ('"markers"', 'must be "marker" or a table'),
        ('{acept = ["a"]}', 'unknown key "acept"'),
        ('{accept = "SEC"}', '"accept": must be a list of strings'),
        ("{refuse = [1]}", '"refuse": must be a list of strings'),
        ('{accept = ["fine", "SEC-("]}', '"accept": "SEC-(" is not a regular expression'),
        ('{refuse = ["*"]}', '"refuse": "*" is not a regular expression'),
        ('{accept = [""]}', '"accept": "" fits every comment'),
        ('{accept = ["x?"]}', '"accept": "x?" fits every comment'),
        ('{accept = ["a"], replace = "yes"}', '"replace": must be true or false'),
        ("{replace = true}", '"replace" leaves no words that state trust'),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, value: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        policy(tmp_path, value)
    text = str(raised.value)
    assert str(tmp_path / "pyproject.toml") in text
    assert 'key "exceptions"' in text
    assert words in text
    assert "\n" not in text


def test_the_same_from_any_directory_through_api_and_command_line(tree: Tree) -> None:
    root = tree(
        {
            "project/pyproject.toml": """
                [tool.picketlint.exceptions]
                accept = ['SEC-\\d+']
                refuse = ["our own"]
            """,
            "project/src/a.py": f"{LOAD}  # ticket SEC-1422, vendor format of the scanner\n",
            "project/src/b.py": f"{LOAD}  # written by our own exporter in this job\n",
            "elsewhere/": "",
        }
    )
    for directory in (root, root / "project", root / "project/src", root / "elsewhere"):
        os.chdir(directory)
        names = [os.path.relpath(root / "project/src" / name) for name in ("a.py", "b.py")]
        statuses = []
        for name in names:
            found = analyze(Path(name).read_bytes(), name, Resolver().checks_for(name)).findings
            statuses.append([each.status.value for each in found if each.rule == "PKT101"])
        assert statuses == [["excepted"], ["open"]]
        run = subprocess.run(
            [sys.executable, "-m", "picketlint", "check", "--output-format", "json", *names],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 1, run.stderr
        shown = [
            (each["path"][-4:], each["status"])
            for each in json.loads(run.stdout)["findings"]
            if each["rule"] == "PKT101"
        ]
        assert shown == [("a.py", "excepted"), ("b.py", "open")]
