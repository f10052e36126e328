"""How Bandit reads nosec, held against Bandit itself."""

from __future__ import annotations

import ast
import logging
import random
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from chance import sentences

from picketlint.catalog import BANNED_NOSEC
from picketlint.engine import Checks, analyze
from picketlint.exceptions.suppressions import (
    Nosec,
    nosec,
    nosecs,
)
from picketlint.knowledge.bandit import IDS, TESTS
from picketlint.matching.comments import comments
from picketlint.rule import bandit_tests

BANDIT_WORDS = (
    *(
        " ",
        " ",
        "  ",
        "\t",
        "\u00a0",
        "#",
        "# ",
        "#",
        ":",
        ",",
        ", ",
        ";",
        "-",
        "nosec",
        "nosec",
        "# nosec",
        "# nosec ",
    ),
    *("#nosec", "# nosec: ", "# NOSEC", "nosecs", "x", "like", "B101", "B101", "B307", "B603", "b101", "B9999", "B"),
    *(
        "B101x",
        "pickle",
        "Pickle",
        "eval",
        "assert_used",
        "exec_used",
        "random",
        "we",
        "B_1",
        "7",
        "_",
        "(",
        ")",
        "'",
        "é",
    ),
    *(
        "\u017f",
        "\u212a",
        "PKT101",
        "PKT1",
        "unsafe_torch_load",
        "type: ignore",
        "noqa",
        "because it is safe",
        "漢",
        ".",
    ),
)


@pytest.fixture(scope="module")
def manager() -> Any:
    """Bandit's module that reads nosec, without its warnings about every word it does not know."""
    logging.getLogger("bandit").setLevel(logging.ERROR)
    from bandit.core import manager

    return manager


@pytest.fixture(scope="module")
def own(manager: Any) -> Mapping[str, str]:
    """picketlint's tests, as far as this Bandit knows of them."""
    known = manager.extension_loader.MANAGER.plugins_by_id
    return {name: code for name, code in bandit_tests().items() if code in known}


def ours(comment: str, own: Mapping[str, str]) -> set[str] | None:
    found = nosec(comment, own)
    return None if found is None else set(found.ids)


def test_the_tests_of_bandit_are_known(manager: Any) -> None:
    loaded = manager.extension_loader.MANAGER
    shipped = {
        name: one.plugin._test_id
        for name, one in loaded.plugins_by_name.items()
        if one.module_name.startswith("bandit.")
    }
    shipped |= {name: row["id"] for name, row in loaded.blacklist_by_name.items()}
    assert shipped.items() <= TESTS.items()
    assert {*loaded.builtin, *shipped.values()} <= IDS


@pytest.mark.parametrize("seed", range(4))
def test_nosec_is_read_as_bandit_reads_it(manager: Any, own: Mapping[str, str], seed: int) -> None:
    honoured = 0
    for comment in sentences(BANDIT_WORDS, 1500, seed):
        theirs = manager._parse_nosec_comment(comment)
        assert ours(comment, own) == theirs, comment
        honoured += theirs is not None
    assert honoured > 300


@pytest.mark.parametrize(
    ("comment", "ids"),
    [
        ("# nosec", set()),
        ("#nosec", set()),
        ("# nosec:B101", {"B101"}),
        ("# nosec B101 B307", {"B101", "B307"}),
        ("# nosec B101, B307", {"B101", "B307"}),
        ("# nosec B101,B307", {"B307"}),
        ("# nosec B9999", set()),
        ("# nosec b101", set()),
        ("# nosec B101x", set()),
        ("# nosec B101 we pickle it", {"B101", "B301"}),
        ("# nosec # B101", set()),
        ("# nosec B101 # B307", {"B101"}),
        ("# nosec B101 # nosec", {"B101"}),
        ("# noseclike", set()),
        ("# x = 1  # nosec", set()),
        ("# nosec assert_used", {"B101"}),
        ("# NOSEC", None),
        ("# no nosec", None),
        ("# nose c", None),
    ],
)
def test_nosec(manager: Any, own: Mapping[str, str], comment: str, ids: set[str] | None) -> None:
    assert ours(comment, own) == ids == manager._parse_nosec_comment(comment)


def test_what_a_nosec_loses_and_does_not_know() -> None:
    assert nosec("#  nosec: B101,B307 nope pickle # x", {}) == Nosec(
        0, "#  nosec: B101,B307 nope pickle", (("B307", "B307"), ("pickle", "B301")), ("nope",), ("B101",)
    )
    assert nosec("# a #nosec unsafe_torch_load", {"unsafe_torch_load": "PKT101"}) == Nosec(
        4, "#nosec unsafe_torch_load", (("unsafe_torch_load", "PKT101"),), (), ()
    )


def bandit_file(seed: int) -> str:
    """A file in which B101 has something to say about every statement, with comments that may hide it."""
    chance = random.Random(seed)
    lines = []
    for number, comment in enumerate(sentences(BANDIT_WORDS, 150, seed)):
        inside = re.sub(r"[^\w #:,]", "", comment)
        form = chance.choice(
            ("assert x{n}  {c}", 'assert "{i}", x{n}', "assert (  {c}\n    x{n}\n)", "assert (\n    x{n}  {c}\n)")
        )
        lines.append(form.format(n=number, c=comment, i=inside))
        lines += [comment] * (chance.random() < 0.2)
    return "\n".join(lines) + "\n"


def test_whole_files_in_bandit(manager: Any, own: Mapping[str, str], tmp_path: Path) -> None:
    from bandit.core.config import BanditConfig

    read: dict[str, dict[int, set[str] | None]] = {}

    class Recorder(manager.BanditManager):  # type: ignore[misc]
        def _execute_ast_visitor(self, name: str, file: object, data: bytes, lines: dict[int, set[str] | None]) -> Any:
            read[Path(name).name] = lines
            return super()._execute_ast_visitor(name, file, data, lines)

    texts = {f"f{seed}.py": bandit_file(seed) for seed in range(8)}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    one = Recorder(BanditConfig(), "file", profile={"include": {"B101"}, "exclude": set()})
    one.discover_files([str(tmp_path)], recursive=True)
    one.run_tests()
    assert not one.skipped
    shown = {(Path(issue.fname).name, issue.lineno) for issue in one.results}
    hidden = 0
    for name, text in texts.items():
        silenced = nosecs(comments(text), own)
        assert {line: set(found.ids) for line, found in silenced.items()} == {
            line: ids for line, ids in read[name].items() if ids is not None
        }
        report = analyze(text, name, Checks(frozenset({BANNED_NOSEC})))
        assert {finding.span.line for finding in report.findings} == set(silenced)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Assert):
                lines = range(node.lineno, (node.end_lineno or 0) + 1)
                first = next((silenced[line] for line in lines if line in silenced), None)
                silent = first is not None and first.hides("B101")
                assert ((name, node.lineno) not in shown) == silent, (name, node.lineno)
                hidden += silent
    assert hidden > 100
