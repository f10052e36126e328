"""Magics that are written as calls, as `jupyter nbconvert` exports them."""

from __future__ import annotations

import ast

import pytest
from notebooks import DEFAULT, INPUT, UNSAFE, found, of

from picketlint.engine import analyze
from picketlint.model import Status

WRITTEN_OUT = {
    "system": ("get_ipython().system('ls {p}')", "1:1 PKT301"),
    "asked-first": ("k = get_ipython().__class__\nget_ipython().system('ls {p}')", "2:1 PKT301"),
    "renamed": ("from IPython import get_ipython as g\ng().system(f'ls {p}')", "2:1 PKT301"),
    "renamed-below": ("from IPython import get_ipython \\\n    as g\ng().system(f'ls {p}')", "3:1 PKT301"),
    "assigned-first": ("from IPython import get_ipython\ng = get_ipython()\ng.system('ls {p}')", "3:1 PKT301"),
    "dollar": ("get_ipython().system('ls $p')", "1:1 PKT301"),
    "getoutput": ("x = get_ipython().getoutput('ls {p}')", "1:5 PKT301"),
    "sx": ("get_ipython().run_line_magic('sx', 'ls {p}')", "1:1 PKT301"),
    "assigned": ("x = get_ipython().run_line_magic('system', 'ls {p}')", "1:5 PKT301"),
    "inside": ("for x in get_ipython().run_line_magic('sx', 'ls {p}'):\n    pass", "1:10 PKT301"),
    "pip": ("get_ipython().run_line_magic('pip', 'install {p}')", "1:1 PKT301"),
    "keywords": ("get_ipython().run_line_magic(line='ls {p}', magic_name='sx')", "1:1 PKT301"),
    "time": (f"get_ipython().run_line_magic('time', '{UNSAFE}')", "1:1 PKT101"),
    "options": (f"get_ipython().run_line_magic('timeit', '-n 5 {UNSAFE}')", "1:1 PKT101"),
    "old": (f"get_ipython().magic('time {UNSAFE}')", "1:1 PKT101"),
    "cell": (f"get_ipython().run_cell_magic('time', '', 'x = 1\\n{UNSAFE}\\n')", "1:2 PKT101"),
    "cell-alone": (f"get_ipython().run_cell_magic('time', '', '{UNSAFE}\\n')", "1:1 PKT101"),
    "cell-of-lines": (f'get_ipython().run_cell_magic(\'time\', \'\', """x = 1\n  \n{UNSAFE}\n""")', "3:1 PKT101"),
    "cell-first-line": (f'get_ipython().run_cell_magic(\'time\', \'\', """{UNSAFE}\n""")', "1:45 PKT101"),
    "cell-with-import": (
        "get_ipython().run_cell_magic('time', '', 'import os as o\\nif p:\\n\\to.system(p)\\n')",
        "1:3 PKT301",
    ),
    "capture": ("get_ipython().run_cell_magic('capture', 'out', '!ls {p}\\n')", "1:2 PKT301"),
    "cell-sx": ("get_ipython().run_cell_magic('sx', '', 'ls\\nrm {p}')", "1:1 PKT301"),
    "in-a-function": (f"def f(p):\n    get_ipython().run_cell_magic('time', '', '{UNSAFE}')", "2:5 PKT101"),
    "environ": ("get_ipython().run_line_magic('env', 'TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1')", "1:1 PKT107"),
    "magic-in-a-magic": ("get_ipython().run_line_magic('time', '!ls {p}')", "1:1 PKT301"),
    "call-in-a-magic": (
        "get_ipython().run_cell_magic('time', '', 'get_ipython().system(\"ls {p}\")\\n')",
        "1:1 PKT301",
    ),
    "call-in-a-call": (
        f"get_ipython().run_cell_magic('time', '', 'get_ipython().run_line_magic(\"time\", \"{UNSAFE}\")')",
        "1:1 PKT101",
    ),
    "call-behind-a-magic": (
        "get_ipython().run_line_magic('time', 'get_ipython().getoutput(\"ls {p}\")')",
        "1:1 PKT301",
    ),
    "import-in-a-call": (
        "get_ipython().run_cell_magic('time', '', 'get_ipython().magic(\"time import os\")\\nos.system(p)')",
        "1:2 PKT301",
    ),
    "kept": ("ip = get_ipython()\nip.run_line_magic('sx', 'ls {p}')", "2:1 PKT301"),
    "imported": ("import IPython\nIPython.get_ipython().run_line_magic('sx', 'ls {p}')", "2:1 PKT301"),
}


@pytest.mark.parametrize(("source", "expected"), WRITTEN_OUT.values(), ids=WRITTEN_OUT)
def test_magics_that_are_written_as_calls(source: str, expected: str) -> None:
    assert of(source) == [expected]
    # As `jupyter nbconvert --to script` exports it: nothing says where get_ipython is from.
    script = f"{INPUT}\n{source}\n"
    place, _, rule = expected.partition(" ")
    line, _, column = place.partition(":")
    for tree in (None, ast.parse(script)):
        shown = None if tree is None else ast.dump(tree, include_attributes=True)
        findings = analyze(script.encode(), "x.py", DEFAULT, tree=tree).findings
        assert [(one.rule, one.span.line, one.span.column) for one in findings] == [(rule, int(line) + 2, int(column))]
        assert tree is None or ast.dump(tree, include_attributes=True) == shown


@pytest.mark.parametrize(
    "source",
    [
        "get_ipython().system('ls $HOME ${PATH}')",
        "get_ipython().system('awk {print} {nowhere}')",
        "get_ipython().run_line_magic('matplotlib', 'inline')",
        "get_ipython().run_line_magic('load_ext', 'autoreload')",
        "get_ipython().run_line_magic(p, p)",
        "get_ipython().run_line_magic(*p)",
        "get_ipython().run_cell_magic('bash', '', 'ls {p}')",
        f"get_ipython().run_cell_magic('writefile', 'x.py', '{UNSAFE}')",
        "get_ipython().run_cell_magic('time', '', 'this is (no Python')",
        "get_ipython().run_cell_magic('time', '', 'x = ' + '(' * 500)",
        "get_ipython().run_line_magic('run', 'other.py')",
        f"other().run_line_magic('time', '{UNSAFE}')",
        "def get_ipython(): ...\nget_ipython().system(p)",
        "get_ipython().magic()",
        "get_ipython().system()",
    ],
)
def test_calls_that_are_no_magics_or_do_nothing(source: str) -> None:
    findings = analyze(f"{INPUT}\n{source}\n".encode(), "x.py", DEFAULT).findings
    assert [one.rule for one in findings] == []


def test_escaped_line_ends_hide_nothing_from_the_prefilter() -> None:
    cell = r"get_ipython().run_cell_magic('time', '', '\nimport os\nos.system(p)\n')"
    for first in ("", "from IPython import get_ipython\n", "# coding: utf-8\n"):
        findings = analyze(f"{first}{cell}\n".encode(), "x.py", DEFAULT).findings
        assert [one.rule for one in findings] == ["PKT301"]


def test_an_exception_beside_a_magic_that_is_written_as_a_call() -> None:
    reason = "# our own checkpoint, written by this job a moment ago and verified by checksum"
    script = f"{INPUT}\nget_ipython().run_line_magic('time', '{UNSAFE}')  {reason}\n"
    [finding] = analyze(script.encode(), "x.py", DEFAULT).findings
    assert finding.status is Status.EXCEPTED


def test_magics_behind_and_within_one_another_without_end() -> None:
    behind = "%time " * 50_000 + "!ls {p}"
    within = UNSAFE
    for _ in range(8):
        within = f"get_ipython().run_line_magic('time', {within!r})"
    for source in (behind, within, f"get_ipython().run_line_magic('time', {behind!r})"):
        assert found(INPUT, source) == []


def test_many_statements_in_one_magic() -> None:
    cell = "".join(f"if x{number}:\n    {UNSAFE}\n" for number in range(300))
    for text in (repr(cell), f'"""{cell}"""'):
        script = f"{INPUT}\nget_ipython().run_cell_magic('time', '', {text})\n"
        findings = analyze(script.encode(), "x.py", DEFAULT).findings
        assert len({one.span for one in findings}) == 300
