"""Where the analysis gives up: what lies beyond a limit is unknown, and ``--verbose`` says so; nothing is guessed."""

from __future__ import annotations

import json
import pickle
import re
from importlib import import_module
from pathlib import Path

import pytest
from commandline import picketlint

import picketlint as package
from picketlint import registry
from picketlint.engine import Checks, analyze
from picketlint.model import Report

SOURCE = Path(package.__file__).parent
HEADER = """\
import argparse, functools, hashlib, os, pickle, re, subprocess, torch, yaml
from functools import partial
from multiprocessing.connection import Client
"""


def lines(count: int, template: str, first: int = 0) -> str:
    return "\n".join(template.replace("#", str(i)).replace("@", str(i - 1)) for i in range(first, first + count))


def checked(code: str) -> Report:
    return analyze(HEADER + code, "a.py", Checks(frozenset(entry.id for entry in registry.load().entries)))


def load(flag: str) -> str:
    return f"\ntorch.load(p, weights_only={flag})"


LONG_TEST = " and ".join(f"a{i}.b" for i in range(200))
# What reaches a limit, where the limit is told, and in which words.
CASES = [
    pytest.param(
        "print(" + ", ".join(f"a{i}" for i in range(500)) + ", api_key)", "credentials.logged._TOO_MANY", id="log"
    ),
    pytest.param(
        'a0 = f"{api_key}"\n' + lines(10, 'a# = f"{a@}"', 1) + "\nprint(a10)",
        "credentials.logged._TOO_DEEP",
        id="logged-names",
    ),
    pytest.param(lines(70, "if c: x = y") + load("x"), "semantics.limits.TOO_MANY_REACH", id="assignments"),
    pytest.param(
        "class A:\n"
        + lines(70, " def m#(self): self.w = False")
        + "\n def n(self):"
        + load("self.w").replace("\n", " "),
        "semantics.limits.TOO_MANY_REACH",
        id="members",
    ),
    pytest.param(
        "def kw(x):\n" + lines(20, " if x == #: return {'weights_only': False}") + "\ntorch.load(p, **kw(1))",
        "semantics.returned._TOO_MANY",
        id="returned-mappings",
    ),
    pytest.param(
        "d = {}\ntorch.load(p, **d['a']['b']['c']['d']['e'])",
        "semantics.mappings._TOO_NESTED",
        id="mappings-in-mappings",
    ),
    pytest.param(
        "d = {}\n" + lines(600, "torch.load(p, weights_only=d['#'])"),
        "semantics.mappings._TOO_MANY_LOOKUPS",
        id="keys",
    ),
    pytest.param(
        "TABLE = {" + lines(70, "#: pickle.load,") + "}\nTABLE[k](x)",
        "semantics.dispatching._TOO_MANY",
        id="tables-of-functions",
    ),
    pytest.param(
        "class A0: w = False\n" + lines(30, "class A#(A@): pass", 1) + load("A30.w"),
        "semantics.classes.TOO_DEEP",
        id="base-classes",
    ),
    pytest.param(
        "class A: w = False\na0 = A\n" + lines(30, "a# = a@", 1) + load("a30.w"),
        "semantics.classes.TOO_DEEP",
        id="names",
    ),
    pytest.param(
        "a0 = torch.load\n" + lines(30, "a# = partial(a@)", 1) + "\na30(p, weights_only=False)",
        "semantics.classes.TOO_DEEP",
        id="partials",
    ),
    pytest.param(
        "def f(x): os.system('a' + x)\n" + lines(300, "f(v#)"), "semantics.functions._TOO_MANY_SITES", id="call-sites"
    ),
    pytest.param(
        "def f(): return 'ls'\na0 = f\n" + lines(10, "a# = a@", 1) + "\nos.system(a10())",
        "semantics.functions._TOO_MANY_NAMES",
        id="names-of-functions",
    ),
    pytest.param(
        "c0 = Client(a)\n" + lines(14, "c# = c@", 1) + "\nc14.recv()", "semantics.makers._TOO_FAR", id="what-made-it"
    ),
    pytest.param(
        "a0 = allow_pickle\n" + lines(8, "a# = a@", 1) + "\nif a8:" + load("False").replace("\n", " "),
        "semantics.guards._TOO_NESTED",
        id="aliases-of-tests",
    ),
    pytest.param(
        "class A:\n def __init__(self, a0):\n"
        + lines(8, "  a# = a@", 1)
        + "\n  self.trust = a8\n def f(self):\n  if self.trust:"
        + load("False").replace("\n", " "),
        "semantics.trust._TOO_MANY_NAMES",
        id="names-of-trust",
    ),
    pytest.param(
        "def f0(trust):\n if trust:"
        + load("False").replace("\n", " ")
        + "\n"
        + lines(40, "def f#(trust): f@(trust)", 1),
        "semantics.trust._TOO_MANY",
        id="who-trusts",
    ),
    pytest.param(
        "def f(p):\n" + lines(40, " if a#: return") + load("False").replace("\n", "\n "),
        "semantics.guards._TOO_MANY_TESTS",
        id="early-returns",
    ),
    pytest.param(
        " and ".join(f"a{i}" for i in range(40)) + " and " + load("False").strip(),
        "semantics.guards._TOO_MANY_TESTS",
        id="operands-before",
    ),
    pytest.param(
        "if a: pass\n" + lines(80, "elif a#: pass") + "\nelse:" + load("False").replace("\n", " "),
        "semantics.guards._TOO_MANY_TESTS",
        id="elif",
    ),
    pytest.param(
        "os.system(" + " + ".join(f"v{i}" for i in range(130)) + ")", "semantics.search.TOO_MANY_PIECES", id="long-sum"
    ),
    pytest.param(
        "c = []\n" + lines(130, "c.append('x')") + "\nos.system(' '.join(c))",
        "semantics.search.TOO_MANY_PIECES",
        id="container",
    ),
    pytest.param(
        "def _f0(x): os.system(x)\n" + lines(8, "def _f#(x): _f@(x)", 1) + "\n_f8('ls')",
        "semantics.search.TOO_DEEP",
        id="callers",
    ),
    pytest.param(
        "def _f0(): return 'ls'\n" + lines(8, "def _f#(): return _f@()", 1) + "\nos.system(_f8())",
        "semantics.search.TOO_DEEP",
        id="callees",
    ),
    pytest.param(lines(17, "if c: x = 'a#'") + "\nx.f" + load("x"), "semantics.values._TOO_MANY", id="values"),
    pytest.param("x = [" + "y, " * 17 + "]" + load("bool(x)"), "semantics.values._TOO_MANY", id="elements"),
    pytest.param(
        "x = " + " + ".join(["'" + "a" * 1000 + "'"] * 70) + "\nsubprocess.run([x, '-c', y], shell=False)",
        "semantics.values._TOO_LONG",
        id="long-text",
    ),
    pytest.param("eval(v" + ".read()" * 10 + ")", "semantics.inputs._TOO_LONG", id="chain-of-calls"),
    pytest.param("eval(v" + ".b" * 10 + ".content)", "semantics.inputs._TOO_LONG", id="chain-of-attributes"),
    pytest.param(
        lines(17, "if c: import m# as x") + "\nx.load(p, weights_only=False)",
        "semantics.names._TOO_MANY",
        id="qualified-names",
    ),
    pytest.param(
        "import m\nx = m" + ".abcdefghij" * 110 + "\nx.load(p, weights_only=False)",
        "semantics.names._TOO_LONG",
        id="long-name",
    ),
    pytest.param(
        "d0 = h.hexdigest()\n" + lines(8, "d# = d@", 1) + "\nif d8 == e: pickle.loads(d)",
        "semantics.verification._TOO_FAR",
        id="digest-through-names",
    ),
    pytest.param(
        "if sha256(" + " + ".join(f"v{i}" for i in range(210)) + ").digest() == e: pickle.loads(v1)",
        "semantics.verification._TOO_LARGE",
        id="digest-of-much",
    ),
    pytest.param(
        "if " + " and ".join(f"a{i}" for i in range(10)) + ": pickle.loads(d)",
        "semantics.verification._TOO_FAR",
        id="digest-among-operands",
    ),
    pytest.param(
        lines(20, "from m# import *") + "\nload(p, weights_only=False)",
        "semantics.bindings._TOO_MANY_STARS",
        id="star-imports",
    ),
    pytest.param(
        "t0 = ('a', 'b')\n" + lines(10, "t# = t@", 1) + "\nif x in t10: eval(x)\n"
        "p = argparse.ArgumentParser()\np.add_argument('--o', choices=t10)\neval(p.parse_args().o)",
        "semantics.tables._TOO_FAR",
        id="choices",
    ),
    pytest.param(
        "d0 = {'weights_only': a}\n"
        + lines(70, "d# = d@ if c# else {'weights_only': a#}", 1)
        + "\ntorch.load(p, **d70)",
        "semantics.arguments.TOO_MANY",
        id="candidates",
    ),
    pytest.param("def _f(x): os.system(x)\n" + lines(30, "_f('ls')"), "semantics.callers._TOO_MANY_CALLS", id="calls"),
    pytest.param(
        "def _f(x):\n" + lines(14, " if x: return 'ls'") + "\nos.system(_f(y))",
        "semantics.callers._TOO_MANY_RETURNS",
        id="returns",
    ),
    pytest.param(
        "t0 = x in ('a', 'b')\n" + lines(10, "t# = t@", 1) + "\nif t10: eval(x)",
        "semantics.checks._TOO_DEEP",
        id="tests",
    ),
    pytest.param(
        "if " + " and ".join(f"a{i}" for i in range(20)) + ": eval(x)", "semantics.checks._TOO_MANY", id="operands"
    ),
    pytest.param("if re.fullmatch('" + "[a-z]" * 100 + "', x): eval(x)", "semantics.checks._TOO_LONG", id="pattern"),
    pytest.param("subprocess.run([" + "'a', " * 70 + "'bash', '-c'])", "semantics.argvs.TOO_MANY", id="words"),
    pytest.param(
        "a0 = ['bash', '-c']\n" + lines(30, "a# = a@ + ['x']", 1) + "\nsubprocess.run(a30)",
        "semantics.argvs.TOO_MANY",
        id="steps",
    ),
    pytest.param(
        "subprocess.run(x, shell=len(x" + ".a" * 70 + ") == 1)", "semantics.shellflags._TOO_LONG", id="conditions"
    ),
    pytest.param(
        "def f0(p, w=True): torch.load(p, weights_only=w)\n"
        + lines(8, "def f#(p, w=True): f@(p, w)", 1)
        + "\nf8(p, False)",
        "semantics.wrappers._TOO_MANY",
        id="hops",
    ),
    pytest.param(
        "def f0(p, **k): torch.load(p, **k)\n"
        + lines(8, "def f#(p, **k): f@(p, **k)", 1)
        + "\nf8(p, weights_only=False)",
        "semantics.wrappers._TOO_MANY",
        id="hops-of-keywords",
    ),
    pytest.param(
        "class L0(yaml.Loader): pass\n" + lines(30, "class L#(L@): pass", 1) + "\nyaml.load(f, Loader=L30)",
        "rules.pkt104_unsafe_yaml_load._TOO_MANY",
        id="loaders",
    ),
    pytest.param(
        "def choose():\n" + lines(200, " x = f(#)") + "\n return yaml.Loader\nyaml.load(f, Loader=choose())",
        "rules.pkt104_unsafe_yaml_load._TOO_LARGE",
        id="function-that-chooses",
    ),
    pytest.param(
        "class U0(pickle.Unpickler): pass\n" + lines(70, "class U#(U@): pass", 1) + "\nU70(f).load()",
        "semantics.unpicklers._TOO_LARGE",
        id="unpicklers",
    ),
    pytest.param(
        f"class U(pickle.Unpickler):\n def find_class(self, m, n):\n  if {LONG_TEST}: raise E\n"
        "  return super().find_class(m, n)\nU(f).load()",
        "semantics.unpicklers._TOO_LARGE",
        id="long-refusal",
    ),
    pytest.param(f"if {LONG_TEST}: torch.load(p)", "rules.pkt102_implicit_torch_load._TOO_LARGE", id="long-condition"),
]


@pytest.mark.parametrize(("code", "limit"), CASES)
def test_a_limit_is_told(code: str, limit: str) -> None:
    module, _, name = f"picketlint.{limit}".rpartition(".")
    words = getattr(import_module(module), name)
    notes = {note.what: note for note in checked(code).notes}
    assert words in notes, [*notes]
    assert notes[words].values >= 1
    assert notes[words].line > HEADER.count("\n")


def test_every_limit_is_tried() -> None:
    written = {
        f"{path.relative_to(SOURCE).with_suffix('').as_posix().replace('/', '.')}.{name}"
        for path in SOURCE.rglob("*.py")
        for name in re.findall(r'^(_?TOO_\w+) = f?"', path.read_text("utf-8"), re.MULTILINE)
    }
    assert written == {str(case.values[1]) for case in CASES}


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("x = True\n" + lines(70, "if c#: x = False") + load("x"), id="assignments"),
        pytest.param("class A0: w = False\n" + lines(30, "class A#(A@): pass", 1) + load("A30.w"), id="base-classes"),
        pytest.param(
            "class U0(pickle.Unpickler): pass\n" + lines(70, "class U#(U@): pass", 1) + "\nU70(f)", id="bases"
        ),
        pytest.param(f"if {LONG_TEST}: torch.load(p)", id="long-condition"),
        pytest.param("eval(" + " + ".join(["'a'"] * 130) + ")", id="constants"),
    ],
)
def test_what_lies_beyond_a_limit_is_no_certain_finding(code: str) -> None:
    report = checked(code)
    assert report.notes
    assert all(finding.confidence.value != "high" for finding in report.findings)


def test_an_ordinary_file_has_no_notes() -> None:
    report = checked("x = False" + load("x"))
    assert report.findings
    assert report.notes == ()


def test_notes_survive_a_process_and_come_by_line() -> None:
    report = checked(lines(70, "if c: x = y") + load("x") + "\neval(" + " + ".join(f"v{i}" for i in range(130)) + ")")
    assert [note.line for note in report.notes] == sorted(note.line for note in report.notes)
    assert len(report.notes) == 2
    assert pickle.loads(pickle.dumps(report)) == report


def test_the_command_line_tells_with_verbose_alone(tmp_path: Path) -> None:
    code = f"import torch\n{lines(70, 'if c: x = y')}{load('x')}{load('x')}\n"
    (tmp_path / "a.py").write_text(code)
    (tmp_path / "b.py").write_text(f"{code}eval({' + '.join(f'v{i}' for i in range(130))})\n")
    reach = "more than 64 assignments or changes can be the last before them"
    outcome = picketlint("check", "-v", "--isolated", "--output-format", "json", ".", cwd=tmp_path)
    assert f"\na.py: 2 values taken as unknown: {reach} (first in line 72)\n" in outcome.err
    both = f"{reach} (2, first in line 72); a text is taken apart in 120 steps (1, first in line 74)"
    assert f"\nb.py: 3 values taken as unknown: {both}\n" in outcome.err
    assert json.loads(outcome.out).keys() == {"version", "files", "findings", "problems"}
    assert "taken as unknown" not in picketlint("check", "--isolated", ".", cwd=tmp_path).err
    piped = picketlint("check", "-v", "--isolated", "-", cwd=tmp_path, stdin=code.encode())
    assert f"<stdin>: 2 values taken as unknown: {reach}" in piped.err


def test_in_a_notebook_the_place_is_that_in_its_cell(tmp_path: Path) -> None:
    sources = ["import torch", f"{lines(70, 'if c: x = y')}{load('x')}"]
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook))
    outcome = picketlint("check", "-v", "--isolated", "a.ipynb", cwd=tmp_path)
    assert "a.ipynb: 1 value taken as unknown: " in outcome.err
    assert "(first in cell 2, line 71)" in outcome.err
