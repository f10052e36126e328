"""docs/policy.md: every comment and piece of code in it is judged as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from picketlint import registry
from picketlint.configuration.config import read_config
from picketlint.engine import Checks, analyze
from picketlint.model import Status

TEXT = (Path(__file__).parent.parent / "docs" / "policy.md").read_text("utf-8")
_ROW = re.compile(r"^\| `(#.*?)` \| (.*?) ?\|$", re.M)


def _table(heading: str) -> list[str]:
    part = TEXT.split(f"\n| {heading} |")[1].split("\n\n")[0]
    return [comment for comment, _ in _ROW.findall(part)]


def _blocks(language: str, text: str = TEXT) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def _section(heading: str) -> str:
    return re.split(r"^#{2,3} ", TEXT.split(f"\n### {heading}\n")[1], maxsplit=1, flags=re.M)[0]


def _statuses(code: str) -> list[Status]:
    found = analyze(f"import torch\n{code}".encode(), "a.py", Checks(frozenset({"PKT101"}))).findings
    return [each.status for each in found]


@pytest.mark.parametrize("comment", _table("accepted"))
def test_accepted(comment: str) -> None:
    assert _statuses(f"torch.load(p, weights_only=False)  {comment}") == [Status.EXCEPTED]


@pytest.mark.parametrize("comment", _table("refused"))
def test_refused(comment: str) -> None:
    assert _statuses(f"torch.load(p, weights_only=False)  {comment}") == [Status.OPEN]


@pytest.mark.parametrize("code", _blocks("python", _section("These count")))
def test_place_that_counts(code: str) -> None:
    assert Status.EXCEPTED in _statuses(code)
    assert Status.OPEN not in _statuses(code)


@pytest.mark.parametrize("code", _blocks("python", _section("These do not")))
def test_place_that_does_not_count(code: str) -> None:
    assert _statuses(code) == [Status.OPEN]


@pytest.mark.parametrize("table", [block for block in _blocks("toml") if block.startswith("[tool.picketlint")])
def test_configuration(tmp_path: Path, table: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(table, encoding="utf-8")
    config = read_config(str(path))
    assert config is not None
    assert (config.exceptions is not None) is bool(re.search(r"\bexceptions(\]| =)", table))


def test_the_tables_are_read_in_full() -> None:
    rows = [line for line in TEXT.split("\n") if line.startswith("| `#")]
    assert len(rows) == len(_table("accepted")) + len(_table("refused")) > 30
    assert len(_blocks("python")) >= 9


def test_the_rules_without_exceptions_are_the_ones_named() -> None:
    paragraph = next(part for part in TEXT.split("\n\n") if "have no exceptions" in part)
    for rule in registry.load().rules:
        if not rule.documentable and not rule.reviews:
            assert rule.id in paragraph or rule.id == "PKT402"  # between the two that are named
