"""How the hosts read nosec and noqa, held against the hosts themselves; and the reports that neither may hide."""

from __future__ import annotations

import ast
import logging
import random
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import Tree
from hosts import bandit, bandit_issues, flake8, run

from picketlint.catalog import BANNED_NOQA, BANNED_NOSEC
from picketlint.comments import Comment, comments
from picketlint.engine import Checks, analyze
from picketlint.knowledge.bandit import IDS, TESTS
from picketlint.model import Confidence, Finding, Severity, Span
from picketlint.rule import bandit_tests
from picketlint.suppressions import (
    Nosec,
    file_noqas,
    free_lines,
    nearest,
    noqas,
    nosec,
    nosecs,
    ruff_directive,
    shown_by_bandit,
    shown_by_flake8,
)

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
FLAKE8_WORDS = (
    *(
        " ",
        " ",
        "  ",
        "\t",
        "#",
        "# ",
        ":",
        ": ",
        ",",
        ", ",
        ";",
        "-",
        "noqa",
        "# noqa",
        "# noqa",
        "# noqa:",
        "# noqa: ",
    ),
    *(
        "# NOQA",
        "# NoQa: ",
        "#noqa",
        "#  noqa",
        "# noqa : ",
        "PKT101",
        "PKT101",
        "PKT1",
        "PKT",
        "PKT10",
        "pkt101",
        "E501",
    ),
    *(
        "S301",
        "P1",
        "PKT1011",
        "because",
        "1",
        "é",
        "\u212a1",
        "\u017f1",
        "# flake8: noqa",
        "flake8",
        "ruff: noqa",
        "x",
        ".",
    ),
)


def sentences(words: tuple[str, ...], number: int, seed: int) -> Iterator[str]:
    chance = random.Random(seed)
    for _ in range(number):
        yield "#" + "".join(chance.choices(words, k=chance.randint(1, 8)))


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


PROBE = '''
import ast


class Probe:
    """Reports every line of a file, and a few past it."""

    name, version = "probe", "1"

    def __init__(self, tree: ast.AST, lines: list) -> None:
        self.number = len(lines)

    def run(self):
        for line in range(1, self.number + 3):
            yield line, 0, "PKT101 probe", type(self)
'''
LINES = (
    "x = 1  {c}",
    'x = "{i}"',
    'x = """{i}\n{i}\n"""  {c}',
    "x = '''\n{i}'''; y = 2",
    "x = 1 + \\\n    2  {c}",
    'x = "{i}" \\\n    "{i}"',
    "f(\n    1,  {c}\n    2,\n)  {c}",
    "if x:\n    {c}\n    y = 1  {c}\n",
    'x = f"""{{y}} {i}\n{i}"""',
    "x = f'''{{\ny}}'''  {c}",
    "{c}",
    "\x0cx = 2  {c}",
    "",
)
WHOLE = (
    "# flake8: noqa",
    "# flake8:noqa: E501",
    "# FLAKE8=NoQA",
    "# flake8: noqasure",
    "#flake8: noqa",
    "#  flake8: noqa",
    "# flake8 : noqa",
    "x = 1  # flake8: noqa",
    "x = '''\n # flake8: noqa\n'''",
    "# flake\u212a8: noqa",
    "# fla\u212ae8: noqa",
)


def flake8_file(seed: int) -> str | None:
    """A file full of comments and strings that may be noqa to flake8; None if it does not parse."""
    chance = random.Random(seed)
    lines = []
    for comment in sentences(FLAKE8_WORDS, 12, seed):
        lines.append(chance.choice(LINES).format(c=comment, i=re.sub(r"[\\\"'{}]", "", comment)))
    if chance.random() < 0.3:
        lines.insert(chance.randrange(12), chance.choice(WHOLE))
    # Where a file ends within a line that begins like a comment, tokenize tells Python 3.10 and 3.11 of no line end
    # and the versions of flake8 differ.
    text = "\n".join(lines) + "\n" * (chance.random() < 0.8 or lines[-1].rpartition("\n")[2].startswith("#"))
    try:
        ast.parse(text)
    except SyntaxError:
        return None
    return text


def test_whole_files_in_flake8(tmp_path: Path) -> None:
    texts = {f"f{seed}.py": text for seed in range(400) if (text := flake8_file(seed)) is not None}
    assert len(texts) > 300
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "probe.py").write_text(PROBE, encoding="utf-8")
    (tmp_path / "flake8.ini").write_text(
        "[flake8:local-plugins]\nextension =\n  PKT1 = probe:Probe\npaths = .\n", encoding="utf-8"
    )
    found = run(
        *(sys.executable, "-m", "flake8", "--config=flake8.ini", "--select=PKT1", "--jobs=1"),
        *("--exclude=probe.py", "."),
        cwd=tmp_path,
    )
    assert found.err == ""
    shown = set(re.findall(r"^\./(f\d+\.py):(\d+):1: PKT101 probe$", found.out, re.MULTILINE))
    hidden = whole = 0
    for name, text in texts.items():
        left_out = bool(file_noqas(text))
        governing = noqas(text)
        for line in range(1, text.count("\n") + 2):
            silent = left_out or (line in governing and governing[line].hides("PKT101"))
            assert ((name, str(line)) not in shown) == silent, (name, line, text)
            hidden += silent and not left_out
        whole += left_out
    assert hidden > 500
    assert whole > 10


@pytest.mark.parametrize(
    ("line", "hides"),
    [
        ("x = 1  # noqa", True),
        ("x = 1  # NOQA", True),
        ("x = 1  # noqa: PKT101", True),
        ("x = 1  # noqa:E501,PKT1", True),
        ("x = 1  # noqa: E501 PKT101", True),
        ("x = 1  # noqa:  E501", True),
        ("x = 1  # noqa : E501", True),
        ("x = 1  # noqa: PKT", True),
        ("x = 1  # noqa: unsafe-torch-load", True),
        ("x = 1  # nolint # noqa", True),
        ("x = '# noqa'", True),
        ("x = 1  # noqa: E501", False),
        ("x = 1  # noqa: pkt101", False),
        ("x = 1  # noqa: PKT101PKT102", False),
        ("x = 1  # noqa: E501  # noqa", False),
        ("x = 1  #noqa", False),
        ("x = 1  # ruff: noqa", False),
        ("x = 1  # flake8: noqa", False),
        ("x = 1  # nosec", False),
    ],
)
def test_noqa(line: str, hides: bool) -> None:
    found = noqas(f"{line}\n").get(1)
    assert (found is not None and found.hides("PKT101")) == hides


def test_noqa_joins_what_flake8_joins() -> None:
    text = 'f("""\n# noqa: E501\n""",  # noqa\n  1)  # noqa: S1\ny = \\\n  2  # noqa: PKT1, PKT2\n'
    found = noqas(text)
    assert {line: one.codes for line, one in found.items()} == {
        1: ("E501",),
        2: ("E501",),
        3: ("E501",),
        4: ("S1",),
        5: ("PKT1", "PKT2"),
        6: ("PKT1", "PKT2"),
    }
    assert found[1].place == Span(2, 1, 2, 13)
    assert found[5].place == Span(6, 6, 6, 24)


def test_noqa_where_nothing_can_be_joined() -> None:
    assert sorted(noqas('x = """\n# noqa\ny = 1  # noqa\n')) == [2, 3]


@pytest.mark.parametrize(
    ("comment", "kind", "codes"),
    [
        ("# ruff: noqa: PKT101", "noqa", ("PKT101",)),
        ("#ruff:noqa:E501, PKT1", "noqa", ("PKT1",)),
        ("# ruff: ignore[PKT101,F401] because", "ignore", ("PKT101",)),
        ("# ruff: file-ignore[F401, PKT101, PKT102]", "file-ignore", ("PKT101", "PKT102")),
        ("# x # ruff: disable[PKT101]", "disable", ("PKT101",)),
        ("# ruff: enable[PKT101]", "", ()),
        ("# ruff: noqa", "", ()),
        ("# ruff: noqa: E501 # PKT101", "", ()),
        ("# ruff: ignore[F401] PKT101", "", ()),
        ("# PKT101 is what ruff lacks", "", ()),
    ],
)
def test_ruff_directives(comment: str, kind: str, codes: tuple[str, ...]) -> None:
    found = ruff_directive(Comment(3, 5, comment, False))
    assert (found.kind if found else "", found.codes if found else ()) == (kind, codes)


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
