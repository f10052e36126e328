"""Broken and hostile notebooks: a clear finding, or what can be read is checked; never a crash, never a silent pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
from commandline import picketlint
from hypothesis import example, given, settings
from hypothesis import strategies as st
from notebooks import ALL, code, document, found, markdown, notebook, place

from picketlint.engine import analyze
from picketlint.model import Report
from picketlint.notebooks.magics import rewrite
from picketlint.reporting import FORMATS, Outcome, render
from picketlint.reporting.sources import sources
from picketlint.reporting.terminal import Terminal

LOAD = "import torch\ntorch.load(p, weights_only=False)"
DEEP = 100_000
UNREADABLE: dict[str, tuple[bytes, str]] = {
    "half": (b'{"cells": [', "1:12 a notebook has to be JSON, and this is not: Expecting value"),
    "python": (b"x = 1\n", "1:1 a notebook has to be JSON, and this is not: Expecting value"),
    "conflict": (b"{\n<<<<<<< HEAD\n", "2:1 a notebook has to be JSON, and this is not: Expecting property name"),
    "list": (b"[]", "1:1 a notebook has to be a JSON object with `cells`, and this is none"),
    "number": (b"5", "1:1 a notebook has to be a JSON object"),
    "null": (b"null", "1:1 a notebook has to be a JSON object"),
    "no-cells": (b"{}", "1:1 it has neither `cells` nor `worksheets`"),
    "cells-null": (b'{"cells": null}', "1:1 its `cells` are not a list"),
    "cells-object": (b'{"cells": {}}', "1:1 its `cells` are not a list"),
    "cells-text": (b'{"cells": "x"}', "1:1 its `cells` are not a list"),
    "worksheets": (b'{"worksheets": {"cells": []}}', "1:1 its `worksheets` are not a list"),
    "worksheet": (b'{"worksheets": [5]}', "1:1 one of its `worksheets` is not an object"),
    "worksheet-cells": (b'{"worksheets": [{"cells": 5}]}', "1:1 its `cells` are not a list"),
    "deep": (b"[" * DEEP + b"]" * DEEP, "1:1 its JSON is nested too deeply"),
    "deep-metadata": (
        b'{"cells": [], "metadata": ' + b"[" * DEEP + b"]" * DEEP + b"}",
        "1:1 its JSON is nested",
    ),
    "latin-1": (b'{"cells": [],\n "\xe9": 1}', "2:3 byte 0xe9 is not valid utf-8"),
    "utf-16": ('{"cells": []}'.encode("utf-16"), "1:1 byte 0xff is not valid utf-8"),
    "nul": (b"\0" * 9, "1:1 a notebook has to be JSON"),
}


@pytest.mark.parametrize(("data", "told"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_notebook(data: bytes, told: str) -> None:
    [finding] = analyze(data, "x.ipynb", ALL).findings
    line, column = finding.span[:2]
    assert f"{line}:{column} {finding.message.removeprefix('Not checked, ')}".startswith(told)
    assert (finding.rule, finding.cell) == ("PKT000", None)


@pytest.mark.parametrize("data", [b"", b" \r\n"])
def test_an_empty_file_is_a_notebook_without_cells(data: bytes) -> None:
    assert analyze(data, "x.ipynb", ALL) == Report("x.ipynb")


BROKEN_CELLS: dict[str, object] = {
    "number": 5,
    "null": None,
    "list": [],
    "empty": {},
    "no-type": {"source": LOAD},
    "type": {"cell_type": "Code", "source": LOAD},
    "type-number": {"cell_type": 5, "source": LOAD},
    "type-list": {"cell_type": ["code"], "source": LOAD},
    "no-source": {"cell_type": "code"},
    "source-number": code(5),
    "source-null": code(None),
    "source-object": code({}),
    "source-numbers": code([5]),
    "source-nested": code([["x = 1"]]),
    "nul": code("x = '\0'"),
    "surrogate": code("x = '\ud800'"),
    "deep-expression": code("(" * 300 + ")" * 300),
    "long-expression": code("-" * DEEP + "1"),
    "quotes": code("'\"x" * 999),
    "backslashes": code("\\" * 999),
}


@pytest.mark.parametrize("cell", BROKEN_CELLS.values(), ids=BROKEN_CELLS)
def test_one_cell_that_cannot_be_read(cell: object) -> None:
    places = found(markdown("x"), cell, LOAD)
    assert places[0].startswith("2:1:")
    assert [one.partition(" ")[2] for one in places] == ["PKT000", "PKT101"]
    assert places[1] == "3:2:1 PKT101"


ODD: dict[str, Any] = {
    "outputs-number": code(LOAD, outputs=5),
    "outputs-text": code(LOAD, outputs="x"),
    "outputs-object": code(LOAD, outputs={"a": {}}),
    "outputs-mixed": code(LOAD, outputs=[5, None, [], {"text": 5}, {"data": None}, {"data": [{"text/plain": {}}]}]),
    "metadata-list": code(LOAD, metadata=[5]),
    "metadata-null": code(LOAD, metadata=None),
    "same-ids": code(LOAD, id="a"),
    "not-a-number": code(LOAD, execution_count=float("nan")),
    "infinite": code(LOAD, outputs=[float("inf")]),
    "surrogates-elsewhere": code(LOAD, outputs=[{"text": "\ud800"}], metadata={"\udfff": "\udc80"}),
    "surrogate-in-a-comment": code([LOAD]),
    "deep-output": code(LOAD, outputs=json.loads("[" * 500 + "]" * 500)),
    "source-in-pieces": code(["import t", "orch\ntorch.load(p, weights_", "", "only=False)\n"]),
    "both-formats": {**code(LOAD), "input": "x = 1"},
}


@pytest.mark.parametrize("cell", ODD.values(), ids=ODD)
def test_what_does_not_matter(cell: object) -> None:
    assert found({"cell_type": "raw", "source": "\ud800", "metadata": {}, "id": "a"}, cell) == ["2:2:1 PKT101"]


@pytest.mark.parametrize("metadata", [[], 5, "x", {"kernelspec": None, "language_info": {"name": {}}}])
def test_metadata_of_any_kind(metadata: object) -> None:
    assert found(LOAD, metadata=metadata) == ["1:2:1 PKT101"]


@pytest.mark.parametrize("quotes", ["'''", '"""'])
def test_strings_with_code_in_several_lines(quotes: str) -> None:
    inner = LOAD.partition("\n")[2]
    places = found("import torch", f"f{quotes}\n\n{{\n{inner}}}\n{{x}}{quotes}", "x = 1")
    assert [(one[0], one.partition(" ")[2]) for one in places] == [("2", "PKT101")]
    assert len(found("import torch", *[f"%time f{quotes}{{{inner}}}{quotes}"] * 3)) == 3


def test_numbers_of_any_length() -> None:
    data = notebook(LOAD).replace(b'"execution_count": null', b'"execution_count": ' + b"7" * 200_000)
    assert [place(one) for one in analyze(data, "x.ipynb", ALL).findings] == ["1:2:1 PKT101"]


def test_the_last_of_several_keys_counts_as_in_jupyter() -> None:
    cells = json.dumps(document(LOAD)["cells"]).encode()
    assert [place(one) for one in analyze(b'{"cells": [], "cells": %s}' % cells, "x.ipynb", ALL).findings] == [
        "1:2:1 PKT101"
    ]


def test_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(LOAD)
    for name, (data, _) in UNREADABLE.items():
        (tmp_path / f"{name}.ipynb").write_bytes(data)
    for name, cell in BROKEN_CELLS.items():
        (tmp_path / f"cell-{name}.ipynb").write_bytes(notebook(cell))
    outcome = picketlint("check", "--isolated", "--output-format", "concise", cwd=tmp_path)
    assert outcome.code == 1
    assert outcome.err == ""
    lines = outcome.out.splitlines()
    assert [line.partition(":")[0] for line in lines[:-3]] == sorted(path.name for path in tmp_path.iterdir())
    assert sum("PKT000 Not checked, " in line for line in lines) == len(UNREADABLE) + len(BROKEN_CELLS)


# -- anything at all ---------------------------------------------------------------------------------------------------

KEYS = st.text(max_size=3) | st.sampled_from(["cells", "source", "cell_type", "outputs"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["code", "markdown", LOAD]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
MAGIC = [
    "!",
    "%",
    "%%",
    "?",
    "!!",
    "%%sx",
    "%time ",
    "%env ",
    "%%time",
    "%%bash",
    "pip install ",
    "/f x",
    ">>> ",
    "In [1]: ",
]
SIGNS = [
    "\\",
    "'",
    '"',
    '"""',
    "'''",
    "#",
    "(",
    ")",
    "{",
    "}",
    "{x}",
    "$x",
    "=",
    ";",
    ",",
    "@",
    ":",
    "... ",
    "-n 5 ",
    "f",
]
SPACE = [" ", "    ", "\n", "\n\n", "\\\n", "\t", "\x0c", "\r", "\0"]
CODE = ["x", "if x:", "pass", "os.system(x)", "1", "é", "日", "\ud800"]
WORDS = st.sampled_from([*MAGIC, *SIGNS, *SPACE, *CODE])
SOURCES = st.lists(WORDS, max_size=12).map("".join)


def mutated(data: st.DataObject) -> Any:
    """A notebook with something else in one place, or more."""
    found: Any = document(LOAD, code("!ls {x}", outputs=[{"text": ["a"]}]), markdown("x"), metadata={"kernelspec": {}})
    for _ in range(data.draw(st.integers(1, 3))):
        holder: Any = {"": found}
        key: Any = ""
        while data.draw(st.booleans()) and isinstance(holder[key], (dict, list)) and holder[key]:
            holder = holder[key]
            key = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else list(range(len(holder)))))
        if key != "":
            holder[key] = data.draw(VALUES)
    return found


# Of characters: controls, surrogates, and what ends lines and paragraphs. Others are shown, at worst as a box.
_OBEYED = {"Cc", "Cs", "Zl", "Zp"}


def check(data: bytes) -> None:
    """Everything that is done with a notebook, and that its findings are in it."""
    outcome = analyze(data, "x.ipynb", ALL)
    for one in outcome.findings:
        assert 1 <= one.span.line <= one.span.end_line
        assert one.span[:2] <= one.focus[:2]
        assert one.cell is None or one.cell >= 1
    for name in FORMATS:
        lines = [*render(name, Outcome.of([outcome], 1), Terminal(), sources({"x.ipynb": data}))]
        # JSON is one text of several lines.
        assert [line for line in "\n".join(lines).split("\n") if _OBEYED & {*map(category, line)}] == []
        "\n".join(lines).encode()


@settings(max_examples=300)
@given(st.data())
def test_notebooks_with_anything_in_them(data: st.DataObject) -> None:
    check(json.dumps(mutated(data)).encode())


@settings(max_examples=200)
@given(st.integers(0, 400), st.binary(max_size=3))
def test_notebooks_with_stray_bytes(offset: int, stray: bytes) -> None:
    data = notebook(LOAD, "!ls {x}")
    check(data[:offset] + stray + data[offset + len(stray) :])


@settings(max_examples=500)
@given(st.lists(SOURCES, min_size=1, max_size=4))
def test_cells_with_anything_in_them(cells: list[str]) -> None:
    check(notebook(*cells))
    last = analyze(notebook(*cells, LOAD), "x.ipynb", ALL).findings
    assert any(one.cell == len(cells) + 1 and one.rule == "PKT101" for one in last)


@settings(max_examples=500)
@example(">>> %%bash\n>>> ls")
@given(SOURCES)
def test_lines_stay_where_they_are(source: str) -> None:
    source = source.replace("\r", "")
    one = rewrite(source)
    lines = source.split("\n")
    assert len(one.shown) == len(one.parsed) == len(lines)
    for number, (line, shown, parsed) in enumerate(zip(lines, one.shown, one.parsed, strict=True)):
        assert shown.endswith(parsed.lstrip())
        assert len(shown) == len(parsed) + one.cut.get(number, 0)
        assert not shown.strip() or len(line) <= len(shown) <= len(line) + 4
