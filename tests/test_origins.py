"""Where texts come from: the pieces of an expression, their origins, severity, confidence and the way they came."""

from __future__ import annotations

import ast
import random
import sys
from types import FrameType

import pytest
from probing import Case, module_of, probed, table

from picketlint.engine import Checks, analyze
from picketlint.model import Finding
from picketlint.semantics.search import MAX_PIECES

CHECKS = Checks(frozenset({"PKT301", "PKT303"}))


def origins(code: str) -> str:
    """The origins of the probe's pieces, each once, in reading order."""
    module = module_of(code)
    return " ".join(dict.fromkeys(piece.origin.name for piece in module.pieces(probed(module))))


def only(code: str) -> Finding:
    (finding,) = analyze(code.encode(), "example.py", CHECKS).findings
    return finding


ARGUMENTS = "import argparse\np = argparse.ArgumentParser()\n"


@table(
    Case("constant", "probe('a' + 'b')", "CONSTANT"),
    Case("parameter", "def f(x):\n probe(x)", "PARAMETER"),
    Case("attribute-of-parameter", "def f(x):\n probe(x.y.z)", "PARAMETER"),
    Case("entry-of-parameter", "def f(x):\n probe(x['y'])", "PARAMETER"),
    Case("method-of-parameter", "def f(x):\n probe(x.render())", "PARAMETER"),
    Case("annotated-number", "def f(x: int):\n probe(x)", "CLAIMED"),
    Case("number-by-name", "probe(process.pid)", "CLAIMED"),
    Case("constant-by-name", "from mine import TOOL\nprobe(TOOL)", "NAMED"),
    Case("constant-of-a-module", "from . import settings\nprobe(settings.paths.TOOL)", "NAMED"),
    Case("entry-of-a-constant", "from mine import TOOLS\nprobe(TOOLS[x])", "NAMED"),
    Case("entry-of-settings", "from mine import APP_CONFIG\nprobe(APP_CONFIG['tool'])", "UNKNOWN"),
    Case("constant-of-a-parameter", "def f(settings):\n probe(settings.TOOL)", "PARAMETER"),
    Case("constant-from-the-environment", "import os\nTOOL = os.environ['TOOL']\nprobe(TOOL)", "ENVIRONMENT"),
    Case("no-constant-by-name", "from mine import tool\nprobe(tool)", "UNKNOWN"),
    Case("unknown", "from m import x\nprobe(x)", "UNKNOWN"),
    Case("argv", "import sys\nprobe(sys.argv[1])", "COMMAND_LINE"),
    Case("argv-part", "import sys\nfor a in sys.argv[1:]:\n probe(a.strip())", "COMMAND_LINE"),
    Case("argparse", f"{ARGUMENTS}args = p.parse_args()\nprobe(args.x)", "COMMAND_LINE"),
    Case("argparse-rest", f"{ARGUMENTS}args, rest = p.parse_known_args()\nprobe(rest[0])", "COMMAND_LINE"),
    Case("absl", "from absl import flags\nprobe(flags.FLAGS.x)", "COMMAND_LINE"),
    Case("environment", "import os\nprobe(os.environ['A'])", "ENVIRONMENT"),
    Case("getenv", "from os import getenv\nprobe(getenv('A', 'b'))", "ENVIRONMENT"),
    Case("typed", "probe(input().lower())", "TYPED"),
    Case("file", "probe(open(p).read())", "FILE"),
    Case("file-with", "with open(p) as f:\n probe(f.read())", "FILE"),
    Case("file-lines", "with open(p) as f:\n for line in f:\n  probe(line)", "FILE"),
    Case("yaml", "import yaml\nwith open(p) as f:\n c = yaml.safe_load(f)\nprobe(c['x'])", "FILE"),
    Case("file-beside", "probe(open(__file__).read())", "SURROUNDINGS"),
    Case(
        "file-installed",
        "import os\nhere = os.path.dirname(__file__)\nwith open(os.path.join(here, 'v.py')) as f:\n probe(f.read())",
        "SURROUNDINGS",
    ),
    Case(
        "path-installed", "from pathlib import Path\nprobe((Path(__file__).parent / 'v').read_text())", "SURROUNDINGS"
    ),
    Case("network", "import requests\nr = requests.get(u)\nprobe(r.json()['x'])", "NETWORK"),
    Case("flask-request", "import flask\nprobe(flask.request.args.get('x'))", "NETWORK"),
    Case("temporary-file", "import tempfile\nwith tempfile.NamedTemporaryFile() as t:\n probe(t.name)", "SURROUNDINGS"),
    Case("openai", "import openai\nc = openai.OpenAI()\nprobe(c.responses.create(m).output_text)", "MODEL"),
    Case("openai-shape", "probe(self.client.create(m).choices[0].message.content)", "MODEL"),
    Case(
        "anthropic", "import anthropic\nc = anthropic.Anthropic()\nprobe(c.messages.create(m).content[0].text)", "MODEL"
    ),
    Case("pipeline", "from transformers import pipeline\ng = pipeline('x')\nprobe(g(p)[0]['generated_text'])", "MODEL"),
    Case("langchain", "probe(self.llm.invoke(p).content)", "MODEL"),
    Case("langchain-called", "probe(llm(p))", "MODEL"),
    Case("decoded", "probe(tokenizer.decode(model.generate(x)[0]))", "MODEL"),
    Case("decoded-bytes", "def f(x):\n probe(x.decode())", "PARAMETER"),
    Case("predictor", "probe(classifier.predict(x))", "UNKNOWN"),
    Case("click", "import click\n@click.command()\n@click.argument('x')\ndef f(x):\n probe(x)", "COMMAND_LINE"),
    Case(
        "click-group", "import click\n@click.group()\ndef g(): ...\n@g.command()\ndef f(x):\n probe(x)", "COMMAND_LINE"
    ),
    Case(
        "click-number", "import click\n@click.command()\n@click.option('--x', type=int)\ndef f(x):\n probe(x)", "NUMBER"
    ),
    Case(
        "click-choice",
        "import click\n@click.command()\n@click.option('--x', type=click.Choice(['a', 'b']))\ndef f(x):\n probe(x)",
        "LISTED",
    ),
    Case("typer", "import typer\napp = typer.Typer()\n@app.command()\ndef f(x: str):\n probe(x)", "COMMAND_LINE"),
    Case("typer-number", "import typer\napp = typer.Typer()\n@app.command()\ndef f(x: int):\n probe(x)", "NUMBER"),
    Case("typer-run", "import typer\ndef f(x):\n probe(x)\ntyper.run(f)", "COMMAND_LINE"),
    Case("fire", "import fire\ndef f(x):\n probe(x)\nfire.Fire(f)", "COMMAND_LINE"),
    Case(
        "fastapi",
        "from fastapi import FastAPI\napp = FastAPI()\n@app.post('/')\nasync def f(x: str):\n probe(x)",
        "NETWORK",
    ),
    Case("flask", "from flask import Flask\napp = Flask('a')\n@app.route('/<x>')\ndef f(x):\n probe(x)", "NETWORK"),
    Case("tool", "from langchain_core.tools import tool\n@tool\ndef f(x):\n probe(x)", "MODEL"),
)
def test_sources(code: str, expected: str) -> None:
    assert origins(code) == expected


@table(
    Case("private-constant", "def _f(x):\n probe(x)\n_f('a')\n_f(x='b')", "CONSTANT"),
    Case("private-default", "def _f(x='a'):\n probe(x)\n_f()", "CONSTANT"),
    Case("private-number", "def _f(x):\n probe(x)\n_f(1)\n_f(len(y))", "CONSTANT NUMBER"),
    Case("private-unused", "def _f(x):\n probe(x)", "PARAMETER"),
    Case("private-handed-on", "def _f(x):\n probe(x)\n_f('a')\ng(_f)", "PARAMETER"),
    Case("private-decorated", "@m.cached\ndef _f(x):\n probe(x)\n_f('a')", "PARAMETER"),
    Case("private-listed", "__all__ = ['_f']\ndef _f(x):\n probe(x)\n_f('a')", "PARAMETER"),
    Case("private-spread", "def _f(x):\n probe(x)\n_f(*xs)", "PARAMETER"),
    Case("private-unknown", "def _f(x):\n probe(x)\n_f('a')\n_f(m.y)", "CONSTANT UNKNOWN"),
    Case("public", "def f(x):\n probe(x)\nf('a')", "PARAMETER"),
    Case("not-exported", "__all__ = ['g']\ndef f(x):\n probe(x)\nf('a')", "CONSTANT"),
    Case("exported", "__all__ = ['f']\ndef f(x):\n probe(x)\nf('a')", "PARAMETER"),
    Case("nested", "def g():\n def f(x):\n  probe(x)\n f('a')", "CONSTANT"),
    Case("nested-returned", "def g():\n def f(x):\n  probe(x)\n f('a')\n return f", "PARAMETER"),
    Case("private-method", "class A:\n def _f(self, x):\n  probe(x)\n def g(self):\n  self._f('a')", "CONSTANT"),
    Case("public-method", "class A:\n def f(self, x):\n  probe(x)\n def g(self):\n  self.f('a')", "PARAMETER"),
    Case("private-class", "class _A:\n def __init__(self, x):\n  probe(x)\n_A('a')", "CONSTANT"),
    Case("private-base", "class _A:\n def __init__(self, x):\n  probe(x)\n_A('a')\nclass B(_A): ...", "PARAMETER"),
    Case("public-input", "import sys\ndef f(x):\n probe(x)\nf(sys.argv[1])", "PARAMETER COMMAND_LINE"),
    Case("public-opaque", "def f(x):\n probe(x)\nf('a' + m.y)", "PARAMETER"),
    Case("private-input", "import sys\ndef _f(x):\n probe('a' + x)\n_f(sys.argv[1])", "CONSTANT COMMAND_LINE"),
    Case("through-two", "def _g(y):\n _f(y + 'b')\ndef _f(x):\n probe(x)\n_g('a')\n_f('c')", "CONSTANT"),
    Case("through-two-input", "def _g(y):\n _f(y)\ndef _f(x):\n probe(x)\n_g(input())", "TYPED"),
    Case("through-arguments", f"{ARGUMENTS}def _f(args):\n probe(args.x)\n_f(p.parse_args())", "COMMAND_LINE"),
    Case("circle", "def _f(x):\n probe(x)\n _g(x)\ndef _g(x):\n _f(x)\n_f('a')", "CONSTANT"),
    Case("returned", "def f(x):\n return 'ls ' + x\nprobe(f('a'))", "CONSTANT"),
    Case("returned-per-call", "def f(x):\n return 'ls ' + x\nf(input())\nprobe(f('a'))", "CONSTANT"),
    Case("returned-input", "def f(x):\n return 'ls ' + x\nprobe(f(input()))", "CONSTANT TYPED"),
    Case("returned-parameter", "def f(x):\n return x\ndef g(y):\n probe(f(y))", "PARAMETER"),
    Case("returned-either", "def f(x):\n if x:\n  return 'a'\n return m.y\nprobe(f(1))", "CONSTANT UNKNOWN"),
    Case("returned-nothing", "def f(x):\n print(x)\nprobe(f(1))", "UNKNOWN"),
    Case("returned-generator", "def f(x):\n yield m.y\n return 'a'\nprobe(f(1))", "UNKNOWN"),
    Case("returned-decorated", "@m.d\ndef f(x):\n return 'a'\nprobe(f(1))", "UNKNOWN"),
    Case(
        "returned-cached", "import functools\n@functools.lru_cache()\ndef f(x):\n return 'a'\nprobe(f(1))", "CONSTANT"
    ),
    Case("returned-tuple", "def f(x):\n return 'a', x\na, b = f(input())\nprobe(a)", "CONSTANT"),
    Case("returned-tuple-other", "def f(x):\n return 'a', x\na, b = f(input())\nprobe(b)", "TYPED"),
    Case(
        "returned-tuple-or-not", "def f(x):\n if x:\n  return m.z\n return 'a', 'b'\na, b = f(1)\nprobe(b)", "UNKNOWN"
    ),
    Case("returned-lambda", "f = lambda x: 'a' + x\nprobe(f(input()))", "CONSTANT TYPED"),
    Case("returned-awaited", "async def f(x):\n return x\nasync def g():\n probe(await f('a'))", "CONSTANT"),
    Case("returned-recursive", "def f(x):\n return f(x) if x else 'a'\nprobe(f('b'))", "UNKNOWN CONSTANT"),
    Case("method-returned", "class A:\n def f(self):\n  return 'a'\n def g(self):\n  probe(self.f())", "CONSTANT"),
    Case(
        "method-overridden",
        "class A:\n def f(self):\n  return 'a'\n def g(self):\n  probe(self.f())\nclass B:\n def f(s):\n  return m.y",
        "UNKNOWN CONSTANT",
    ),
    Case("property", "class A:\n @property\n def f(self):\n  return input()\n def g(self):\n  probe(self.f)", "TYPED"),
    Case(
        "constructor",
        "class _A:\n def __init__(self, x):\n  self.x = x\n def g(self):\n  probe(self.x)\n_A('a')",
        "CONSTANT",
    ),
    Case(
        "constructor-input",
        "import sys\nclass A:\n def __init__(self, x):\n  self.x = x\n def g(self):\n  probe(self.x)\nA(sys.argv[1])",
        "PARAMETER COMMAND_LINE",
    ),
    Case("instance-made", "class A:\n def __init__(self):\n  return None\nprobe(A())", "UNKNOWN"),
)
def test_functions(code: str, expected: str) -> None:
    assert origins(code) == expected


@table(
    Case("choices", f"{ARGUMENTS}p.add_argument('--x-y', choices=['a', 'b'])\nprobe(p.parse_args().x_y)", "LISTED"),
    Case(
        "choices-named", f"A = ('a', 'b')\n{ARGUMENTS}p.add_argument('x', choices=A)\nprobe(p.parse_args().x)", "LISTED"
    ),
    Case("choices-unknown", f"{ARGUMENTS}p.add_argument('--x', choices=m.A)\nprobe(p.parse_args().x)", "COMMAND_LINE"),
    Case(
        "choices-open-default",
        f"import os\n{ARGUMENTS}p.add_argument('--x', choices=['a'], default=os.getenv('A'))\nprobe(p.parse_args().x)",
        "COMMAND_LINE",
    ),
    Case("number", f"{ARGUMENTS}p.add_argument('--x', type=int, default=-1)\nprobe(p.parse_args().x)", "NUMBER"),
    Case("switch", f"{ARGUMENTS}p.add_argument('--x', action='store_true')\nprobe(p.parse_args().x)", "NUMBER"),
    Case(
        "destination", f"{ARGUMENTS}p.add_argument('-a', '--b', dest='x', type=int)\nprobe(p.parse_args().x)", "NUMBER"
    ),
    Case(
        "one-of-two",
        f"{ARGUMENTS}p.add_argument('--x', type=int)\np.add_argument('--x')\nprobe(p.parse_args().x)",
        "COMMAND_LINE",
    ),
    Case(
        "through-parameter",
        f"{ARGUMENTS}p.add_argument('--x', choices=['a'])\ndef _f(args):\n probe(args.x)\n_f(p.parse_args())",
        "LISTED",
    ),
    Case(
        "circle",
        f"{ARGUMENTS}a = p.parse_args()\np.add_argument('--x', choices=['a'], default=a.x)\nprobe(a.x)",
        "COMMAND_LINE",
    ),
)
def test_options(code: str, expected: str) -> None:
    assert origins(code) == expected


@pytest.mark.parametrize(
    ("code", "severity", "confidence", "words"),
    [
        ("import os, sys\nos.system(sys.argv[1])", "high", "high", "comes from the command line"),
        ("import os\nos.system('a' + os.environ['B'])", "high", "high", "comes from the environment"),
        ("import os\nos.system(open(p).read())", "high", "high", "is read from a file"),
        ("import os, requests\nos.system(requests.get(u).text)", "high", "high", "comes from the network"),
        ("import os\nos.system(llm.predict(p))", "high", "high", "is written by a language model"),
        ("import os\ndef f(x):\n os.system('a' + x)", "medium", "high", "is chosen by the caller"),
        ("import os\ndef f(x):\n os.system(x)", "medium", "medium", "is chosen by the caller"),
        ("import os\nos.system('a' + m.x)", "medium", "high", "with `m.x` put into it, so a"),
        ("import os, sys\nos.system(sys.executable + ' -V')", "low", "medium", "depends on the installation"),
        ("import os\ndef f(x):\n if x in y:\n  os.system(x)", "medium", "low", "that is not in sight"),
        ("eval(input())", "high", "high", "code that is typed in by somebody;"),
        ("def f(x):\n eval('a.' + x)", "medium", "medium", "is made with `x`, which is chosen by the caller;"),
        ("import os\nx = m.y\nif a:\n x = os.environ['X']\nos.system('a' + x)", "high", "high", "the environment"),
    ],
)
def test_severity(code: str, severity: str, confidence: str, words: str) -> None:
    finding = only(code)
    assert (finding.severity.value, finding.confidence.value) == (severity, confidence)
    assert words in finding.message


@pytest.mark.parametrize(
    ("code", "steps"),
    [
        (
            "import os\ndef f(x):\n cmd = f'ls {x}'\n os.system(cmd)",
            ["2 `x` is what the caller passes", "3 `cmd` is built here from parameter `x`"],
        ),
        (
            "import os, sys\ndef f(x):\n cmd = f'ls {x}'\n os.system(cmd)\nf(sys.argv[1])",
            [
                "5 called with `sys.argv[1]` here",
                "2 `x` is what the caller passes",
                "3 `cmd` is built here from parameter `x`",
            ],
        ),
        (
            "import os\ndef b(x):\n return 'ls ' + x\ny = input()\ncmd = b(y)\nos.system(cmd)",
            [
                "4 `y` gets `input()` here",
                "5 called with `y` here",
                "2 `x` is what the caller passes",
                "3 `b` returns parameter `x` here",
                "5 `cmd` gets the result of `b` here",
            ],
        ),
        ("import os\nos.system(\n 'a'\n + x)", ["4 `x` goes into the command"]),
        (
            "import click, os\n@click.command()\ndef f(x):\n os.system(x)",
            ["3 parameter `x` comes from the command line"],
        ),
        ("import os\nos.system(input())", []),
        ("reply = llm.invoke(p)\nexec(reply.content)", ["1 `reply` gets `llm.invoke(p)` here"]),
    ],
)
def test_trace(code: str, steps: list[str]) -> None:
    told = [f"{step.line} {step.message}" for step in only(code).trace]
    assert told == steps


# -- bounds ------------------------------------------------------------------------------------------------------------


def test_beyond_the_bound_is_unknown() -> None:
    code = "x = 'a'\n" + "\n".join(f"x{i + 1} = x{i} + x{i}" for i in range(200)) + "\nx0 = x\nprobe(x200)"
    module = module_of(code)
    assert module.pieces(probed(module))[-1].origin.name == "UNKNOWN"


def test_too_many_calls_are_nobodys() -> None:
    code = "def _f(x):\n probe(x)\n" + "_f('a')\n" * (MAX_PIECES + 1)
    assert origins(code) == "PARAMETER"


def test_deep_chains_of_calls_end() -> None:
    code = "def _f0(x):\n probe(x)\n" + "\n".join(f"def _f{i + 1}(x):\n _f{i}(x)" for i in range(500)) + "\n_f500('a')"
    assert origins(code) == "PARAMETER"


def cost(code: str) -> int:
    """How many Python functions are called to check a module."""
    data, count = code.encode(), 0
    tree = ast.parse(code)

    def counted(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event == "call"

    assert tree.body
    analyze(b"import os", "example.py", CHECKS)
    sys.setprofile(counted)
    try:
        analyze(data, "example.py", CHECKS)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "template",
    [
        pytest.param("def f#(x):\n os.system(g#(x))\ndef g#(x):\n return 'a' + x\nf#(y)", id="functions"),
        pytest.param("def f#(x):\n os.system(x)\n f@(x)", id="chain"),
        pytest.param(
            "class C#:\n def __init__(s, x):\n  s.x = x\n def f(s):\n  os.system(s.c())\n def c(s):\n  return s.x\n"
            "C#(y).f()",
            id="classes",
        ),
        pytest.param("if x in A#: raise E\nos.system(x)", id="tests"),
        pytest.param("def f():\n if h.hexdigest() != d: raise E\n os.system(x)", id="same-names"),
        pytest.param("p.add_argument('--a#', choices=['x'])\nos.system(p.parse_args().a#)", id="options"),
    ],
)
def test_cost_grows_with_the_code(template: str) -> None:
    head = "import argparse, os\nx = input()\np = argparse.ArgumentParser()\n"

    def code(count: int) -> str:
        return head + "\n".join(template.replace("#", str(i)).replace("@", str(i + 1)) for i in range(count))

    assert cost(code(400)) < 2.6 * cost(code(200))


@pytest.mark.parametrize("seed", range(20))
def test_no_answer_depends_on_the_one_before(seed: int) -> None:
    """The pieces of an expression are the same whatever was asked for earlier."""
    rng = random.Random(seed)
    names = [f"_f{i}" for i in range(6)]
    lines = ["import sys"]
    for name in names:
        given = [f"{rng.choice(names)}({rng.choice(['x', 'sys.argv', chr(39) * 2, 'x + y', 'm.z'])})" for _ in range(2)]
        lines.append(f"def {name}(x, y='b'):\n for a in x:\n  {given[0]}\n probe(x + y)\n return {given[1]}")
    lines += [f"{rng.choice(names)}({rng.choice(['input()', '1', 'm.q'])})" for _ in range(3)]
    code = "\n".join(lines)

    def asked(order: random.Random) -> dict[int, list[str]]:
        module = module_of(code)
        calls = [c for c in module.tree.nodes(ast.Call) if getattr(c.func, "id", "") == "probe"]
        order.shuffle(calls)
        return {call.lineno: [piece.origin.name for piece in module.pieces(call.args[0])] for call in calls}

    assert asked(random.Random(1)) == asked(random.Random(2))
