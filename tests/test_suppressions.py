"""Where the hosts show what a nosec or a noqa would hide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Tree
from hosts import bandit, bandit_issues, flake8

from picketlint.catalog import BANNED_NOQA, BANNED_NOSEC
from picketlint.exceptions.suppressions import (
    free_lines,
    nearest,
    nosecs,
    shown_by_bandit,
    shown_by_flake8,
)
from picketlint.matching.comments import comments
from picketlint.model import Confidence, Finding, Severity, Span


def test_the_nearest_line() -> None:
    assert free_lines({2, 3}, 4) == [1, 4]
    assert free_lines({1, 2}, 2) == [0]
    assert [nearest(line, [1, 4]) for line in range(1, 6)] == [1, 1, 4, 4, 4]
    assert nearest(5, [3, 7]) == 3
    assert nearest(9, [2]) == 2


def finding(code: str, line: int) -> Finding:
    span = Span(line, 1, line, 5)
    return Finding(code, "name", "a.py", None, span, span, "message", Severity.HIGH, Confidence.HIGH, 1, "")


def test_where_flake8_shows_what_is_banned() -> None:
    text = "a\nb  # noqa\nc  # noqa\nd  # noqa: PKT101,PKT902\ne  # noqa: PKT101\n"
    shown = shown_by_flake8(
        [
            finding("PKT101", 1),
            finding("PKT101", 2),
            finding(BANNED_NOQA, 3),
            finding("PKT101", 4),
            finding(BANNED_NOQA, 4),
        ],
        text,
    )
    # Of what a noqa names, PKT902 alone tells.
    assert [line for _, line in shown] == [1, 1, 1, 4, 5]
    assert [line for _, line in shown_by_flake8([finding("PKT101", 1)], "a  # noqa")] == [0]


def test_where_bandit_shows_what_is_banned() -> None:
    silenced = nosecs(comments("x\na  # nosec\n# nosec B101\n# nosec PKT901\n"), {"PKT901": "PKT901"})
    ones = [finding("PKT101", 2), *(finding(BANNED_NOSEC, line) for line in (2, 3, 4))]
    assert [line for _, line in shown_by_bandit(ones, silenced, 5)] == [2, 1, 3, 3]
    assert [line for _, line in shown_by_bandit(ones[1:2], {2: silenced[2]}, 2)] == [1]


UNSAFE = "import torch\n\n\ndef load(p):\n    return torch.load(p, weights_only=False)"


def flake8_lines(root: Path, *arguments: str) -> list[tuple[int, str]]:
    out = flake8("--select=PKT", *arguments, "a.py", cwd=root).out
    return [(int(line), text) for line, text in re.findall(r"^a\.py:(\d+):\d+: (PKT.*)$", out, re.MULTILINE)]


def test_flake8_shows_what_a_blanket_noqa_hides(tree: Tree) -> None:
    found = flake8_lines(tree({"a.py": f"{UNSAFE}  # noqa\n"}))
    assert [(line, text[:6]) for line, text in found] == [(4, "PKT101"), (4, "PKT902")]
    assert all("(line 5, where a noqa would hide this)" in text for _, text in found)


@pytest.mark.parametrize(
    ("noqa", "arguments", "expected"),
    [
        ("# noqa: PKT101", (), [(5, "PKT902")]),
        ("# noqa: PKT101, PKT902", (), [(4, "PKT902")]),
        ("# noqa: PKT1", (), [(5, "PKT902")]),
        ("# noqa: E501", (), [(5, "PKT101")]),
        ("# noqa", ("--ignore=PKT902",), []),
        ("# noqa", ("--disable-noqa",), [(5, "PKT101"), (5, "PKT902")]),
    ],
)
def test_noqa_in_flake8(tree: Tree, noqa: str, arguments: tuple[str, ...], expected: list[tuple[int, str]]) -> None:
    found = flake8_lines(tree({"a.py": f"{UNSAFE}  {noqa}\n"}), *arguments)
    assert [(line, text[:6]) for line, text in found] == expected


def bandit_lines(root: Path) -> list[tuple[int, str, str]]:
    issues = bandit_issues(bandit("-q", "-f", "json", "a.py", cwd=root).out)
    return [(issue["line_number"], issue["test_id"], issue["issue_text"]) for issue in issues]


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# nosec", [(4, "PKT901")]),
        ("# nosec B301", [(5, "PKT101"), (5, "PKT901")]),
        ("# nosec PKT101", [(5, "PKT901")]),
        ("# nosec PKT901 PKT101", [(4, "PKT901")]),
        ("# nosec banned_nosec", [(4, "PKT901"), (5, "PKT101")]),
        ("# nosec B301,nothing", [(4, "PKT901")]),
    ],
)
def test_nosec_in_bandit(tree: Tree, comment: str, expected: list[tuple[int, str]]) -> None:
    found = bandit_lines(tree({"a.py": f"{UNSAFE}  {comment}\n"}))
    assert sorted((line, code) for line, code, _ in found) == expected
    assert all(("(line 5, where a nosec would hide this)" in text) == (line == 4) for line, _, text in found)


def test_bandit_shows_a_nosec_where_every_line_has_one(tree: Tree) -> None:
    found = bandit_lines(tree({"a.py": "import os  # nosec"}))
    assert [(line, code) for line, code, _ in found] == [(0, "PKT901")]


def test_flake8_shows_a_noqa_where_every_line_has_one(tree: Tree) -> None:
    found = flake8_lines(tree({"a.py": "import torch; torch.load(p, weights_only=False)  # noqa"}))
    assert [(line, text[:6]) for line, text in found] == [(0, "PKT101"), (0, "PKT902")]
