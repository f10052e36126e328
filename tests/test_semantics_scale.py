"""Cost and order: work grows with the code, nothing recurses without bound, no answer depends on the one before."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable
from types import FrameType

import pytest
from probing import argument, module_of, names, probed, value

from picketlint.semantics.module import Module
from picketlint.source import Source

Samples = Callable[[int], str]


def lines(count: int, template: str) -> str:
    return "\n".join(template.replace("#", str(i)) for i in range(count))


def cost(code: str) -> int:
    """How many Python functions are called to answer everything about a module, without what the parser does."""
    module = module_of(code)
    count = 0

    def counted(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(counted)
    try:
        for call in module.tree.nodes(ast.Call):
            module.names(call)
            module.argument(call, "flag")
            for given in call.args:
                module.names(given)
                module.value(given)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "sample",
    [
        pytest.param(lambda n: "c = 'x'\n" + lines(n, "if y: c += str(#)") + "\nf(c)", id="conditional-augmented"),
        pytest.param(lambda n: lines(n, "x = #") + "\n" + lines(n, "f(x)"), id="assignments-then-uses"),
        pytest.param(lambda n: lines(n, "if y: x = #\nf(x)"), id="conditional-assignments-and-uses"),
        pytest.param(lambda n: lines(n, "x = #\nf(x)"), id="assignments-and-uses"),
        pytest.param(lambda n: lines(n, "f(x)\nx = #\ndel x"), id="deletions"),
        pytest.param(lambda n: "kw = {}\n" + lines(n, "kw['k#'] = 1") + "\n" + lines(n, "f(**kw)"), id="stores"),
        pytest.param(lambda n: "kw = {}\n" + lines(n, "kw[k#] = 1\nf(**kw)"), id="computed-stores"),
        pytest.param(lambda n: "kw = {}\n" + lines(n, "if c: kw['flag'] = #\nf(**kw)"), id="conditional-stores"),
        pytest.param(lambda n: "kw = {}\n" + lines(n, "f(kw)") + "\nf(**kw)", id="handed-over"),
        pytest.param(lambda n: "kw0 = {}\n" + lines(n, "kw# = {**kw#, **kw#}\nf(**kw#)"), id="spread-in-itself"),
        pytest.param(lambda n: "import m\n" + lines(n, "def f#(): m.g(m, X)") + "\nX = 1", id="functions"),
        pytest.param(lambda n: lines(n, "def f#():\n global X\n X = #\n g(X)"), id="globals"),
        pytest.param(lambda n: lines(n, "KW['k#'] = 1\ndef f#(): g(**KW)") + "\nKW = {}", id="module-dict"),
        pytest.param(lambda n: "class A:\n x = 1\n" + lines(n, " def m#(self): f(self.x)"), id="methods"),
        pytest.param(lambda n: "class A:\n" + lines(n, " def m#(self): self.x = #; f(self.x)"), id="stores-on-self"),
        pytest.param(
            lambda n: lines(n, "class A#:\n def __init__(self): self.x = #\n def m(self): f(self.x)"), id="classes"
        ),
        pytest.param(
            lambda n: "class A0: x = 1\n" + lines(n, "class B#(A0):\n def m(self): f(self.x)"), id="subclasses"
        ),
        pytest.param(lambda n: "if c: x = 0\n" + lines(n, "elif y: x = #; f(x)") + "\nf(x)", id="elif"),
        pytest.param(lambda n: lines(n, "from m# import *") + "\n" + lines(n, "f(x#)"), id="stars"),
        pytest.param(
            lambda n: ", ".join(f"a{i}" for i in range(n)) + " = " + "0, " * n + "\nf(a0, a1)", id="unpacking"
        ),
        pytest.param(lambda n: "d = {" + lines(n, "'k#': 1,") + "}\nf(**d)\nf(d)", id="large-dict"),
        pytest.param(lambda n: "f(" + " + ".join(["'x'"] * n) + ")", id="long-sum"),
        pytest.param(lambda n: "f(" + " or ".join(["x"] * n) + ")", id="long-or"),
        pytest.param(lambda n: "f(" + " if c else ".join(["x"] * (n + 1)) + ")", id="long-conditional"),
        pytest.param(lambda n: "x = 1\nf(" + ", ".join("(x := x)" for _ in range(n)) + ")", id="walruses"),
        pytest.param(lambda n: "f(" + " + ".join(["x"] * n) + ", *[x, " + "g(x), " * n + "])\nx = 1", id="wide-call"),
        pytest.param(lambda n: "a0 = 1\n" + lines(n, "a# = a# or b\nf(a#)"), id="own-values"),
        pytest.param(lambda n: "def g():\n" + lines(n, " f(a#)") + "\n" + lines(n, "a# = a0 or a#"), id="circle"),
        pytest.param(lambda n: lines(n, "try: import m# as x\nexcept E: pass\nf(x)"), id="tries"),
        pytest.param(lambda n: "while c:\n" + lines(n, " if c: x = #; continue\n f(x)"), id="continues"),
        pytest.param(lambda n: "for x in [" + "'a', " * n + "]:\n" + lines(n, " f(x)"), id="long-loop"),
        pytest.param(lambda n: "a = " + "[" * 50 + "]" * 50 + "\n" + lines(n, "f(a)"), id="nested-lists"),
    ],
)
def test_work_grows_with_the_code(sample: Samples) -> None:
    small, large = cost(sample(300)), cost(sample(600))
    assert large < 2.4 * small, f"{small} calls for 300, {large} for 600"


def test_nested_loops_are_walked_once() -> None:
    def nested(depth: int) -> str:
        loops = "".join(" " * i + "for i in y:\n" for i in range(depth))
        return f"x = 0\n{loops}{' ' * depth}f(x)\n{' ' * depth}x = 1\nf(x)"

    assert cost(nested(80)) < 2.6 * cost(nested(40))


@pytest.mark.parametrize(
    "head", ["if c:", "for i in y:", "while c:", "with c:", "try:", "def f():", "class A:", "async def f():"]
)
def test_the_deepest_blocks_the_parser_takes(head: str) -> None:
    depth = 98
    opened = "".join(" " * level + head + "\n" for level in range(depth))
    inner = " " * depth
    closed = "".join(" " * level + "finally: x = 2\n" for level in reversed(range(depth))) if head == "try:" else ""
    code = f"import m as x\n{opened}{inner}probe(x)\n{inner}import n as x\n{closed}"
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 650)
    try:
        assert "m" in names(code) or head in ("def f():", "async def f():")
    finally:
        sys.setrecursionlimit(limit)


def test_doubling_does_not_explode() -> None:
    code = "kw0 = {'flag': 0}\n" + "\n".join(f"kw{i} = {{**kw{i - 1}, **kw{i - 1}}}" for i in range(1, 200))
    assert argument(code + "\nprobe(**kw199)") == "GIVEN 0"
    code = "a0 = x\n" + "\n".join(f"a{i} = a{i - 1} if c else a{i - 1}" for i in range(1, 200))
    assert value(code + "\nprobe(a199)") == "UNKNOWN"


def test_long_chains_of_names_are_followed_to_their_end() -> None:
    code = "import torch\na0 = torch.load\n" + "\n".join(f"a{i} = a{i - 1}" for i in range(1, 3000))
    assert names(code + "\nprobe(a2999)") == "torch.load"
    code = "kw0 = {'flag': 1}\n" + "\n".join(f"kw{i} = kw{i - 1}" for i in range(1, 3000))
    assert argument(code + "\nprobe(**kw2999)") == "GIVEN 1"


def test_circles_of_names() -> None:
    code = "while c:\n" + "\n".join(f" a{i} = a{(i + 1) % 500}" for i in range(500)) + "\n probe(a0)"
    assert names(code) == "?"
    assert value(code) == "UNKNOWN"


def deep(depth: int, wrap: Callable[[ast.expr], ast.expr]) -> Module:
    """A module that holds ``probe(expression)`` with an expression nested deeper than the parser allows."""
    expression: ast.expr = ast.Name("a", ast.Load())
    for _ in range(depth):
        expression = wrap(expression)
    call = ast.Call(ast.Name("probe", ast.Load()), [expression], [], lineno=1, col_offset=0)
    return Module(ast.Module([ast.Expr(call)], []), Source("probe(a)"))


@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda e: ast.Attribute(e, "b", ast.Load()), id="attribute"),
        pytest.param(lambda e: ast.Call(e, [], []), id="callee"),
        pytest.param(lambda e: ast.Call(ast.Name("f", ast.Load()), [e], []), id="argument"),
        pytest.param(lambda e: ast.BinOp(e, ast.Add(), ast.Constant("x")), id="left-sum"),
        pytest.param(lambda e: ast.BinOp(ast.Constant("x"), ast.Add(), e), id="right-sum"),
        pytest.param(lambda e: ast.UnaryOp(ast.Not(), e), id="not"),
        pytest.param(lambda e: ast.IfExp(ast.Name("c", ast.Load()), e, ast.Constant(1)), id="conditional"),
        pytest.param(lambda e: ast.BoolOp(ast.Or(), [ast.Constant(0), e]), id="or"),
        pytest.param(lambda e: ast.Subscript(e, ast.Constant("x"), ast.Load()), id="subscript"),
        pytest.param(lambda e: ast.List([e], ast.Load()), id="list"),
        pytest.param(lambda e: ast.Dict([None], [e]), id="spread"),
        pytest.param(lambda e: ast.JoinedStr([ast.FormattedValue(e, -1, None)]), id="f-string"),
        pytest.param(lambda e: ast.NamedExpr(ast.Name("a", ast.Store()), e), id="walrus"),
        pytest.param(lambda e: ast.Await(e), id="await"),
    ],
)
def test_depth_is_no_recursion(wrap: Callable[[ast.expr], ast.expr]) -> None:
    module = deep(5000, wrap)
    expression = probed(module)
    assert not module.names(expression).complete
    assert module.value(expression).options
    assert module.calls.entry(expression, "flag").state is not None
    module.tree.scope(expression)


CIRCLES = [
    "while c:\n a = b.x\n b = a.y if c else d\n d = (a or b)\n f(a, b, d, **k)\n k = {**k, 'flag': a}",
    "import m\nx = m.n\nfor i in y:\n x = x.p if i else q\n q = x\n f(x, q)",
    "kw = {}\nother = {}\nwhile c:\n kw.update(other)\n other.update(kw)\n kw['flag'] = f(**other)\n f(**kw)",
    "class A(B):\n x = 1\n def g(self): self.x = self.y; f(self.x)\n"
    " def h(self): self.y = self.x; f(self.y)\nclass B(A): pass",
    "a = 'x'\nwhile c:\n a += b\n b = a + 'y'\n f(a, b)",
]


@pytest.mark.parametrize("code", CIRCLES)
def test_no_answer_depends_on_the_question_before(code: str) -> None:
    def ask(module: Module, nodes: list[ast.expr]) -> list[str]:
        answers = []
        for node in nodes:
            options = [(repr(o.value), o.chosen, ast.unparse(o.node)) for o in module.value(node).options]
            found = module.calls.entry(node, "flag")
            given = [ast.unparse(candidate.value) for candidate in found.candidates]
            answers.append(f"{module.names(node)} {options} {found.state} {given}")
        return answers

    def expressions(module: Module) -> list[ast.expr]:
        return [node for node in ast.walk(module.root) if isinstance(node, ast.expr)]

    forward, backward = module_of(code), module_of(code)
    first = ask(forward, expressions(forward))
    assert first == ask(backward, expressions(backward)[::-1])[::-1]
    for index, answer in enumerate(first):
        alone = module_of(code)
        assert ask(alone, [expressions(alone)[index]]) == [answer]
