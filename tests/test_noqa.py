"""How flake8 reads noqa, held against flake8 itself; and what ruff is told."""

from __future__ import annotations

import ast
import random
import re
import sys
from pathlib import Path

import pytest
from chance import sentences
from hosts import run

from picketlint.exceptions.suppressions import (
    file_noqas,
    noqas,
    ruff_directive,
)
from picketlint.matching.comments import Comment
from picketlint.model import Span

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
