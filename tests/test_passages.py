"""Where rules that look through text find something in a module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from picketlint.credentials.tokens import sample
from picketlint.dispatch import passages
from picketlint.registry import load
from picketlint.semantics.module import Module
from picketlint.semantics.passages import Passage, Texts
from picketlint.source import Source


def canaries(text: str) -> Iterator[Passage]:
    for match in re.finditer(r"(?<!\w)canary(?!\w)", text):
        yield Passage(*match.span(), "found", secret=match.span())


def places(code: str) -> list[str]:
    """The anchors: an expression as it is unparsed, a place as line and column."""
    module = Module(ast.parse(code), Source(code))
    found = [placed.anchor for placed in Texts(module).passages(canaries)]
    return [
        f"{type(anchor).__name__} {anchor.lineno}" if isinstance(anchor, ast.AST) else f"{anchor.line}:{anchor.column}"
        for anchor in found
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("# canary", ["1:3"]),
        ("x = 'canary'", ["Constant 1"]),
        ("x = b'a canary'", ["Constant 1"]),
        ("x = 'canary canary'", ["Constant 1", "1:13"]),
        ("x = '''\ncanary'''", ["2:1"]),
        ("x = f'{y} canary {z}'", ["JoinedStr 1"]),
        ("x = 'can' 'ary'", ["Constant 1"]),
        ("x = (\n    'can'\n    'ary')", ["Constant 2"]),
        ("x = 'can' + 'ary'", ["BinOp 1"]),
        ("x = 'can' + ('ar' + 'y')", ["BinOp 1"]),
        ("x = 'c' + 'an' + 'ary' + y", ["BinOp 1"]),
        ("x = f'can{\"ary\"}'", ["JoinedStr 1"]),
        ("x = f'can' 'ary'", ["JoinedStr 1"]),
        ("x = 'can\\x61ry'", ["Constant 1"]),
        ("x = b'can\\141ry'", ["Constant 1"]),
        ("x = ''.join(['can', 'ary'])", ["Call 1"]),
        ("x = ' '.join(('a', 'canary'))", ["Constant 1"]),
        ("x = 'can' + y + 'ary'", []),
        ("x = f'can{y}ary'", []),
        ("x = ['can', 'ary']", []),
        ("canary = 1 + 2", ["1:1"]),
        ("x = 'a\\n' 'canary'", ["Constant 1"]),
        ("x = 1 + '' + 'ü ' 'can' 'ary'", ["BinOp 1"]),
    ],
)
def test_places(code: str, expected: list[str]) -> None:
    assert places(code) == expected


def test_a_value_is_read_with_the_beginning_of_its_statement() -> None:
    code = f'import os\nos.environ["WANDB_API_KEY"] = (\n    "{sample("wandb")[:9]}"\n    "{sample("wandb")[9:]}"\n)\n'
    rule = load().get("PKT401")
    assert rule is not None
    module = Module(ast.parse(code), Source(code))
    found = Texts(module).passages(rule.check)  # type: ignore[attr-defined]
    assert [placed.passage.end - placed.passage.start for placed in found] == [40]


def test_many_values_and_deep_sums() -> None:
    many = "\n".join(f"x = 'can' 'ary{number}'" for number in range(20_000)) + "\nx = 'can' 'ary'"
    assert places(many) == ["Constant 20001"]
    assert places("x = " + " + ".join(["'a '"] * 900) + " + 'can' + 'ary'") == ["BinOp 1"]


def test_any_text_can_be_looked_through() -> None:
    secret = sample("hf_")
    found = [(rule.id, passage.start, passage.end) for rule, passage in passages(load().rules, f"token: {secret}")]
    assert found == [("PKT401", 7, 7 + len(secret))]
