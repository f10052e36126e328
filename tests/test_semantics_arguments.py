"""Arguments: given, absent or not known. The parameter asked for is ``flag``."""

from __future__ import annotations

import ast

import pytest
from probing import Case, argument, calls_of, module_of, table

from picketlint.semantics.calls import State


@table(
    Case("keyword", "probe(flag=1)", "GIVEN 1"),
    Case("keyword-order", "probe(b=2, flag=1, a=3)", "GIVEN 1"),
    Case("absent", "probe(x, b=2)", "ABSENT"),
    Case("star-args", "probe(*a)", "MAYBE"),
    Case("star-args-and-keyword", "probe(*a, flag=1)", "GIVEN 1"),
    Case("literal", "probe(**{'flag': 1})", "GIVEN 1"),
    Case("literal-other", "probe(**{'x': 1})", "ABSENT"),
    Case("literal-twice", "probe(**{'flag': 1, 'flag': 2})", "GIVEN 2"),
    Case("literal-computed-key", "probe(**{k: 1})", "MAYBE"),
    Case("literal-computed-key-before", "probe(**{k: 1, 'flag': 2})", "GIVEN 2"),
    Case("literal-computed-key-after", "probe(**{'flag': 2, k: 1})", "MAYBE 2"),
    Case("nested", "a = {}\nprobe(**{**a, 'flag': 1})", "GIVEN 1"),
    Case("nested-after", "a = {'flag': 2}\nprobe(**{'flag': 1, **a})", "GIVEN 2"),
    Case("nested-unknown", "probe(**{'flag': 1, **x})", "MAYBE 1"),
    Case("dict", "probe(**dict(flag=1))", "GIVEN 1"),
    Case("dict-of", "probe(**dict({'flag': 1}, x=2))", "GIVEN 1"),
    Case("dict-of-overridden", "probe(**dict({'flag': 1}, flag=2))", "GIVEN 2"),
    Case("dict-of-unknown", "probe(**dict(x, a=2))", "MAYBE"),
    Case("dict-empty", "probe(**dict())", "ABSENT"),
    Case("dict-rebound", "from a import dict\nprobe(**dict(flag=1))", "MAYBE"),
    Case("dict-spread", "probe(**dict(**{'flag': 1}))", "GIVEN 1"),
    Case("union", "probe(**({'flag': 1} | {'flag': 2}))", "GIVEN 2"),
    Case("union-unknown", "probe(**({'flag': 1} | x))", "MAYBE 1"),
    Case("conditional", "probe(**({'flag': 1} if x else {}))", "MAYBE 1"),
    Case("conditional-both", "probe(**({'flag': 1} if x else {'flag': 2}))", "GIVEN 1 2"),
    Case("or", "def f(kw=None):\n    probe(**(kw or {}))", "MAYBE"),
    Case("copy", "a = {'flag': 1}\nprobe(**a.copy())", "GIVEN 1"),
    Case("deepcopy", "import copy\na = {'flag': 1}\nprobe(**copy.deepcopy(a))", "GIVEN 1"),
    Case("comprehension", "probe(**{k: v for k, v in x})", "MAYBE"),
    Case("function", "probe(**f())", "MAYBE"),
    Case("unknown-name", "probe(**x)", "MAYBE"),
    Case("parameter", "def f(**kw):\n    probe(**kw)", "MAYBE"),
    Case("parameter-store", "def f(**kw):\n    kw['flag'] = 1\n    probe(**kw)", "GIVEN 1"),
    Case("parameter-setdefault", "def f(**kw):\n    kw.setdefault('flag', 1)\n    probe(**kw)", "MAYBE 1"),
    Case("parameter-pop", "def f(**kw):\n    kw.pop('flag', None)\n    probe(**kw)", "ABSENT"),
    Case("two-spreads", "probe(**{'flag': 1}, **{'x': 2})", "GIVEN 1"),
    Case("written-beside-unknown", "probe(flag=1, **x)", "GIVEN 1"),
    Case("comprehension-target", "[probe(**kw) for kw in x]", "MAYBE"),
    Case("walrus", "probe(**(kw := {'flag': 1}))", "GIVEN 1"),
)
def test_keywords(code: str, expected: str) -> None:
    assert argument(code) == expected


@table(
    Case("name", "kw = {'flag': 1}\nprobe(**kw)", "GIVEN 1"),
    Case("empty", "kw = {}\nprobe(**kw)", "ABSENT"),
    Case("store", "kw = {}\nkw['flag'] = 1\nprobe(**kw)", "GIVEN 1"),
    Case("store-other", "kw = {}\nkw['x'] = 1\nprobe(**kw)", "ABSENT"),
    Case("store-twice", "kw = {}\nkw['flag'] = 1\nkw['flag'] = 2\nprobe(**kw)", "GIVEN 2"),
    Case("store-after", "kw = {}\nprobe(**kw)\nkw['flag'] = 1", "ABSENT"),
    Case("store-back", "kw = {}\nfor i in y:\n    probe(**kw)\n    kw['flag'] = 1", "MAYBE 1"),
    Case("store-back-fresh", "for i in y:\n    kw = {}\n    probe(**kw)\n    kw['flag'] = 1", "ABSENT"),
    Case("store-annotated", "kw = {}\nkw['flag']: int = 1\nprobe(**kw)", "GIVEN 1"),
    Case("store-unpacked", "kw = {}\nkw['flag'], b = 1, 2\nprobe(**kw)", "MAYBE"),
    Case("store-augmented", "kw = {'flag': 1}\nkw['flag'] += 1\nprobe(**kw)", "MAYBE"),
    Case("store-computed", "kw = {'flag': 1}\nkw[k] = 2\nprobe(**kw)", "MAYBE 1"),
    Case("store-own-value", "kw = {}\nkw['flag'] = probe(**kw)", "ABSENT"),
    Case("conditional-store", "kw = {}\nif c:\n    kw['flag'] = 1\nprobe(**kw)", "MAYBE 1"),
    Case("both-branches", "kw = {}\nif c:\n    kw['flag'] = 1\nelse:\n    kw['flag'] = 2\nprobe(**kw)", "GIVEN 1 2"),
    Case("exclusive", "kw = {}\nif c:\n    kw['flag'] = 1\nelse:\n    probe(**kw)", "ABSENT"),
    Case(
        "early-return",
        "def f():\n    kw = {}\n    if c:\n        kw['flag'] = 1\n        return\n    probe(**kw)",
        "ABSENT",
    ),
    Case("try-store", "kw = {}\ntry:\n    kw['flag'] = g()\nexcept E:\n    pass\nprobe(**kw)", "MAYBE g()"),
    Case("and-store", "kw = {}\nc and kw.update(flag=1)\nprobe(**kw)", "MAYBE 1"),
    Case("update-keyword", "kw = {}\nkw.update(flag=1)\nprobe(**kw)", "GIVEN 1"),
    Case("update-dict", "kw = {'flag': 2}\nkw.update({'flag': 1})\nprobe(**kw)", "GIVEN 1"),
    Case("update-other", "kw = {'flag': 2}\nkw.update({'x': 1})\nprobe(**kw)", "GIVEN 2"),
    Case("update-unknown", "kw = {'flag': 2}\nkw.update(x)\nprobe(**kw)", "MAYBE 2"),
    Case("update-spread", "kw = {}\nkw.update(**{'flag': 1})\nprobe(**kw)", "GIVEN 1"),
    Case("update-starred", "kw = {}\nkw.update(*x)\nprobe(**kw)", "MAYBE"),
    Case("setdefault", "kw = {}\nkw.setdefault('flag', 1)\nprobe(**kw)", "GIVEN 1"),
    Case("setdefault-kept", "kw = {'flag': 2}\nkw.setdefault('flag', 1)\nprobe(**kw)", "GIVEN 2"),
    Case("setdefault-computed", "kw = {}\nkw.setdefault(k, 1)\nprobe(**kw)", "MAYBE"),
    Case("augmented", "kw = {}\nkw |= {'flag': 1}\nprobe(**kw)", "GIVEN 1"),
    Case("augmented-other", "kw = {'flag': 1}\nkw |= {'x': 1}\nprobe(**kw)", "GIVEN 1"),
    Case("pop", "kw = {'flag': 1}\nkw.pop('flag')\nprobe(**kw)", "ABSENT"),
    Case("pop-conditional", "kw = {'flag': 1}\nif c:\n    kw.pop('flag')\nprobe(**kw)", "MAYBE 1"),
    Case("pop-computed", "kw = {'flag': 1}\nkw.pop(k)\nprobe(**kw)", "MAYBE 1"),
    Case("del", "kw = {'flag': 1}\ndel kw['flag']\nprobe(**kw)", "ABSENT"),
    Case("clear", "kw = {'flag': 1}\nkw.clear()\nprobe(**kw)", "ABSENT"),
    Case("read", "kw = {}\nprint(kw, kw['flag'], kw.get('flag'), len(kw))\nprobe(**kw)", "ABSENT"),
    Case("handed-over", "kw = {}\nfill(kw)\nprobe(**kw)", "MAYBE"),
    Case("handed-over-by-keyword", "kw = {}\nfill(x=kw)\nprobe(**kw)", "MAYBE"),
    Case("handed-over-given", "kw = {'flag': 1}\nfill(kw)\nprobe(**kw)", "GIVEN 1"),
    Case("handed-over-after", "kw = {}\nprobe(**kw)\nfill(kw)", "ABSENT"),
    Case("alias", "kw = {}\na = kw\na['flag'] = 1\nprobe(**kw)", "MAYBE"),
    Case("alias-read", "kw = {'flag': 1}\na = kw\nprobe(**a)", "GIVEN 1"),
    Case("in-container", "kw = {}\nfill([kw])\nprobe(**kw)", "MAYBE"),
    Case("unknown-method", "kw = {}\nkw.fill()\nprobe(**kw)", "MAYBE"),
    Case("spread-elsewhere", "kw = {}\nfill(**kw)\nprobe(**kw)", "ABSENT"),
    Case("rebound", "kw = {'flag': 1}\nkw = {}\nprobe(**kw)", "ABSENT"),
    Case("rebound-either", "if c:\n    kw = {'flag': 1}\nelse:\n    kw = {}\nprobe(**kw)", "MAYBE 1"),
    Case("module-dict", "KW = {'flag': 1}\ndef f():\n    probe(**KW)", "GIVEN 1"),
    Case("module-dict-store", "KW = {}\nKW['flag'] = 1\ndef f():\n    probe(**KW)", "GIVEN 1"),
    Case("module-dict-store-after", "KW = {}\ndef f():\n    probe(**KW)\nKW['flag'] = 1", "MAYBE 1"),
    Case("module-dict-elsewhere", "KW = {}\ndef g():\n    KW['flag'] = 1\ndef f():\n    probe(**KW)", "MAYBE 1"),
    Case("module-dict-here", "KW = {}\ndef f():\n    KW['flag'] = 1\n    probe(**KW)", "MAYBE 1"),
    Case(
        "nested-function",
        "def f():\n    kw = {}\n    def g():\n        kw['flag'] = 1\n    g()\n    probe(**kw)",
        "MAYBE 1",
    ),
    Case("other-scope", "def g():\n    kw = {}\n    kw['flag'] = 1\ndef f():\n    kw = {}\n    probe(**kw)", "ABSENT"),
    Case("loop-store", "kw = {}\nfor k in x:\n    kw['flag'] = k\nprobe(**kw)", "MAYBE k"),
    Case("comprehension-store", "kw = {}\n[kw.update(flag=i) for i in x]\nprobe(**kw)", "MAYBE i"),
    Case("lambda-store", "kw = {}\nf = lambda: kw.update(flag=1)\nprobe(**kw)", "MAYBE 1"),
    Case("class-body", "class A:\n    kw = {}\n    kw['flag'] = 1\n    x = probe(**kw)", "GIVEN 1"),
    Case("circle", "kw = {}\nwhile c:\n    kw = {**kw, 'flag': 1}\nprobe(**kw)", "MAYBE 1"),
    Case("with-parameter", "def f(kw={'flag': 1}):\n    probe(**kw)", "MAYBE"),
)
def test_dicts_built_before_the_call(code: str, expected: str) -> None:
    assert argument(code) == expected


@pytest.mark.parametrize(
    ("call", "position", "expected"),
    [
        ("probe(a, b)", 1, "GIVEN b"),
        ("probe(a)", 1, "ABSENT"),
        ("probe(*x, b)", 1, "MAYBE"),
        ("probe(a, *x)", 0, "GIVEN a"),
        ("probe(a, flag=c)", 1, "GIVEN c"),
        ("probe(*x)", -1, "ABSENT"),
        ("probe(a, b)", -1, "ABSENT"),
    ],
)
def test_positions(call: str, position: int, expected: str) -> None:
    assert argument(call, position=position) == expected


@table(
    Case("positional", "from torch import load as probe\nprobe(a, b)", "GIVEN b"),
    Case("keyword", "from torch import load as probe\nprobe(a, map_location=b)", "GIVEN b"),
    Case("starred", "from torch import load as probe\nprobe(*a)", "MAYBE"),
    Case("partial", "import functools, torch\nprobe = functools.partial(torch.load, a)\nprobe(b)", "GIVEN b"),
    Case("partial-both", "import functools, torch\nprobe = functools.partial(torch.load, a, b)\nprobe()", "GIVEN b"),
)
def test_positions_by_signature(code: str, expected: str) -> None:
    assert argument(code, "map_location") == expected


PARTIAL = "from functools import partial, partialmethod\nimport torch\n"


@table(
    Case("keyword", "probe = partial(torch.load, flag=1)\nprobe(x)", "torch.load GIVEN 1"),
    Case("overridden", "probe = partial(torch.load, flag=1)\nprobe(x, flag=2)", "torch.load GIVEN 2"),
    Case("other", "probe = partial(torch.load, x=1)\nprobe(x)", "torch.load ABSENT"),
    Case("of-partial", "probe = partial(partial(torch.load, flag=1), x=2)\nprobe()", "torch.load GIVEN 1"),
    Case("of-named", "p = partial(torch.load, flag=1)\nprobe = partial(p, flag=2)\nprobe()", "torch.load GIVEN 2"),
    Case("spread", "probe = partial(torch.load, **{'flag': 1})\nprobe()", "torch.load GIVEN 1"),
    Case("static", "probe = staticmethod(partial(torch.load, flag=1))\nprobe()", "torch.load GIVEN 1"),
    Case("either", "probe = partial(torch.load, flag=1) if c else torch.load\nprobe()", "functools.partial() MAYBE"),
    Case("itself", "partial(probe, 1)\nprobe = torch.load\nprobe(flag=1)", "torch.load GIVEN 1"),
)
def test_partial(code: str, expected: str) -> None:
    module = module_of(PARTIAL + code)
    call = calls_of(module, "probe")[-1]
    found = module.argument(call, "flag")
    values = [ast.unparse(candidate.value) for candidate in found.candidates]
    assert " ".join([module.calls.target(call).names.names[0], found.state.name, *values]) == expected


def test_an_unfinished_partial_may_get_more() -> None:
    module = module_of(PARTIAL + "partial(torch.load, x)")
    (call,) = calls_of(module, "partial")
    assert module.calls.target(call).names.certain == "torch.load"
    assert module.argument(call, "flag").state is State.MAYBE


@pytest.mark.parametrize("made", ["partial(torch.load, flag=1)", "staticmethod(partial(torch.load, flag=1))"])
def test_partial_in_a_class_attribute(made: str) -> None:
    code = PARTIAL + f"class A:\n    loader = {made}\n    def f(self):\n        return self.loader(2)"
    module = module_of(code)
    call = next(c for c in module.tree.nodes(ast.Call) if c.lineno == 6)
    assert module.calls.target(call).names.certain == "torch.load"
    assert module.argument(call, "flag").state is State.GIVEN
