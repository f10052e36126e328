"""The cost of whole-module analysis, every rule running: it grows with the code. Work is counted, no time is taken."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from types import FrameType

import pytest

from picketlint import registry
from picketlint.engine import Checks, analyze

Samples = Callable[[int], str]
CACHE = type(lru_cache(lambda: None))
CHECKS = Checks(frozenset(entry.id for entry in registry.load().entries))
HEADER = "import argparse, os, pickle, re, subprocess, torch, yaml\nfrom transformers import AutoModel\n"


def lines(count: int, template: str, first: int = 0) -> str:
    return "\n".join(template.replace("#", str(i)).replace("@", str(i - 1)) for i in range(first, first + count))


def listed(count: int, template: str) -> str:
    return ", ".join(template.replace("#", str(i)) for i in range(count))


def secrets(count: int, template: str) -> str:
    made = ((i, sha256(str(i).encode()).hexdigest()[:34]) for i in range(count))
    return "\n".join(template.replace("#", str(i)).replace("@", secret) for i, secret in made)


def forget() -> None:
    """Empty all caches: what a test before this one has asked must not make one of two modules cheaper."""
    for name, module in [*sys.modules.items()]:
        if name.startswith("picketlint."):
            for value in vars(module).values():
                if isinstance(value, CACHE):
                    value.cache_clear()


def cost(code: str) -> int:
    """How many calls, of Python functions and of builtins, the analysis of a module takes."""
    calls = 0
    forget()

    def counted(frame: FrameType, event: str, arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        report = analyze(HEADER + code, "generated.py", CHECKS)
    finally:
        sys.setprofile(None)
    assert report.findings, "no rule had anything to do"
    return calls


SINKS = "os.system('a' + v); eval(v); torch.load(v, weights_only=False); pickle.load(v)"


@pytest.mark.parametrize(
    "sample",
    [
        pytest.param(lambda n: lines(n, f"v = f(#); {SINKS}"), id="sinks"),
        pytest.param(lambda n: "def g(v):\n" + lines(n, f" w = f(#, v); {SINKS}"), id="one-function"),
        pytest.param(
            lambda n: "class A:\n" + lines(n, f" def m#(self, v, safe=False):\n  self.x = v; {SINKS}"), id="methods"
        ),
        pytest.param(lambda n: lines(n, "v = 'a#'") + "\n" + lines(n, SINKS), id="assignments"),
        pytest.param(lambda n: lines(n, "if c: v = f(#)") + "\n" + lines(n, SINKS), id="conditional-assignments"),
        pytest.param(lambda n: "if t: pass\n" + lines(n, f"elif t == 'a#': {SINKS}"), id="elif"),
        pytest.param(lambda n: "match t:\n" + lines(n, f" case ['a#', v]: {SINKS}"), id="match"),
        pytest.param(lambda n: "def g(v):\n" + lines(n, f" if t == #: return\n {SINKS}"), id="early-returns"),
        pytest.param(lambda n: lines(n, f"with open(p#) as v: {SINKS}"), id="with"),
        pytest.param(
            lambda n: "T = {" + listed(n, "'weights_only': False, 'k#': f(#)") + "}\n" + lines(n, "torch.load(p, **T)"),
            id="dict",
        ),
        pytest.param(
            lambda n: f"def g({listed(n, 'p#=1')}):\n" + lines(n, " eval(p#); torch.load(x, weights_only=p#)"),
            id="parameters",
        ),
        pytest.param(
            lambda n: f"def _g({listed(n, 'p#=1')}):\n" + lines(n, " eval(p#)") + f"\n_g({listed(n, 'p#=x#')})",
            id="keywords",
        ),
        pytest.param(
            lambda n: (
                "class A:\n" + lines(n, " def m#(self):\n  self.c = self.c + 'x'\n  if self.c in T: eval(self.c)")
            ),
            id="stores-on-self",
        ),
        pytest.param(
            lambda n: (
                "@dataclass\nclass A:\n"
                + lines(n, " w#: bool = True")
                + "\n def m(self):\n"
                + lines(n, "  torch.load(p, weights_only=self.w#)")
                + "\n"
                + lines(n, "A(w#=False)")
            ),
            id="fields",
        ),
        pytest.param(
            lambda n: "def _g(c):\n" + lines(n, " if c: return c + '#'") + "\n" + lines(n, "eval(_g(v#))"), id="returns"
        ),
        pytest.param(
            lambda n: (
                "p = argparse.ArgumentParser()\n"
                + lines(n, "p.add_argument('--o', choices=['a'])")
                + "\na = p.parse_args()\n"
                + lines(n, "eval(a.o + v)")
            ),
            id="options",
        ),
        pytest.param(lambda n: "c = []\n" + lines(n, "c.append(v#); os.system(' '.join(c))"), id="appends"),
        pytest.param(lambda n: "c = ''\n" + lines(n, "c += v#; os.system(c)"), id="augmented"),
        pytest.param(
            lambda n: "class U0(pickle.Unpickler): pass\n" + lines(n, "class U#(U@): pass\nU#(f)", 1), id="unpicklers"
        ),
        pytest.param(
            lambda n: "def _f0(c): os.system(c)\n" + lines(n, "def _f#(c): _f@(c + 'x'); os.system(c)", 1), id="callers"
        ),
        pytest.param(
            lambda n: (
                "def f0(p, w=True): torch.load(p, weights_only=w)\n"
                + lines(n, "def f#(p, w=True): f@(p, w)", 1)
                + "\nf3(p, False)"
            ),
            id="wrappers",
        ),
        pytest.param(lambda n: "eval(" + " + ".join(f"'a' + v{i}" for i in range(n)) + ")", id="concatenations"),
        pytest.param(lambda n: "; ".join(f"os.system('a' + v{i}); eval(v{i})" for i in range(n)), id="one-line"),
        pytest.param(
            lambda n: (
                f"def _g(x):\n return ({listed(n, 'x + #')})\n({listed(n, 'a#')}) = _g(v)\n" + lines(n, "eval(a#)")
            ),
            id="tuple",
        ),
        pytest.param(
            lambda n: (
                "from transformers.dynamic_module_utils import get_class_from_dynamic_module as g\ndef f():\n"
                + lines(n, " g(x, y)")
            ),
            id="dynamic-imports",
        ),
        pytest.param(
            lambda n: "passwords = {" + secrets(n, "'u#': '@',") + "'x': torch.load(p)}", id="secrets-in-a-dict"
        ),
        pytest.param(lambda n: secrets(n, "password_# = '@'; torch.load(p)"), id="secrets"),
        pytest.param(
            lambda n: "t = [" + secrets(n, "'hf_@',").replace("\n", "") + "torch.load(p)]", id="secrets-in-one-line"
        ),
    ],
)
def test_work_grows_with_the_code(sample: Samples) -> None:
    small, large = cost(sample(400)), cost(sample(800))
    assert large < 2.3 * small, f"{small} calls for 400, {large} for 800"


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("eval(" + "f(" * 90 + "v" + ")" * 90 + ")", id="calls"),
        pytest.param("torch.load(" * 90 + "v" + ", weights_only=False)" * 90, id="sinks-in-sinks"),
        pytest.param("if " + "not " * 190 + "allow_pickle:\n eval(v)\n torch.load(v, weights_only=False)", id="not"),
        pytest.param("eval(v" + ".content" * 700 + ")", id="attributes"),
        pytest.param("eval(v" + ".strip()" * 400 + ")", id="methods"),
        pytest.param("eval(v" + "[0]" * 700 + ")", id="subscripts"),
        pytest.param("f = " + "lambda a: " * 90 + "eval(a)", id="lambdas"),
        pytest.param("eval(" + " if c else ".join(["v"] * 90) + ")", id="conditionals"),
        pytest.param("x = " + "[" * 90 + "eval(v)" + "]" * 90, id="lists"),
    ],
)
def test_the_deepest_expressions_the_parser_takes(code: str) -> None:
    found = {finding.rule for finding in analyze(HEADER + code, "deep.py", CHECKS).findings}
    assert found & {"PKT101", "PKT303"}
    assert "PKT000" not in found
