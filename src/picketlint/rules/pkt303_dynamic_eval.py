"""`eval` or `exec` of something that is not constant.

## What it does
Reports the builtins `eval` and `exec` where the code they run is not fixed by the file itself; also where one of them
is handed to something that calls it (`map(eval, xs)`, `df.apply(eval)`, `add_argument(type=eval)`).
Confidence is high where the code visibly comes from outside (`input()`, the command line, the environment, a file, the
network), else medium. An element of a constant table, `eval(FORMULAS[name])`, is constant. Methods called `eval`, such
as `model.eval()`, are never meant.

## Why is this bad?
Whoever has a say in the text runs code with the rights of the program. Empty globals, `{"__builtins__": {}}`, are no
sandbox: every object leads back to all classes.

## Instead
`ast.literal_eval` for literals, `json.loads` for data, `getattr(torch, name)` after looking `name` up in a tuple of
allowed names, a dict of functions for a choice, `importlib` for modules.

## Documented exception
Say beside the call where the text comes from and what it was checked against.

## References
- [ast.literal_eval](https://docs.python.org/3/library/ast.html#ast.literal_eval)
- [CWE-95](https://cwe.mitre.org/data/definitions/95.html)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.rule import (
    HANDERS,
    Call,
    Confidence,
    Hit,
    Module,
    Origin,
    Rule,
    Severity,
    bad,
    good,
    handed_over,
    on_call,
    on_callee,
    on_passing,
)

SINKS = ("builtins.eval", "builtins.exec")
_WANTED = frozenset(SINKS)
# Keywords that take a function from a text to a value: argparse, click, pandas.read_csv(converters={...}).
CONVERTERS = frozenset({"converter", "converters", "type"})
_FIXED = (Origin.CONSTANT, Origin.NUMBER)


class DynamicEval(Rule):
    """`eval(text)`."""

    id = "PKT303"
    name = "dynamic-eval"
    since = "0.1"
    severity = Severity.HIGH
    confidence = Confidence.HIGH
    cwe = 95
    policy = "Other patterns to avoid"
    triggers = (b"eval", b"exec")
    supersedes = ("B102", "B307", "S102", "S307")
    examples = (
        bad("eval(text)", at="1:1", confidence=Confidence.MEDIUM),
        bad("def f(code, scope):\n    exec(code, scope)", at="2:5", confidence=Confidence.MEDIUM),
        bad("eval(input())", confidence=Confidence.HIGH),
        bad("import sys\neval(sys.argv[1])", confidence=Confidence.HIGH),
        bad('import os\neval(os.environ["EXPR"])', confidence=Confidence.HIGH),
        bad('exec(compile(open(p).read(), p, "exec"))', at="1:1", confidence=Confidence.HIGH),
        bad("with open(p) as f:\n    exec(f.read())", at="2:5", confidence=Confidence.HIGH),
        bad("import requests\nexec(requests.get(url).text)", confidence=Confidence.HIGH),
        bad(
            "import argparse\nargs = argparse.ArgumentParser().parse_args()\neval(args.formula)",
            at="3:1",
            confidence=Confidence.HIGH,
        ),
        bad('eval(f"torch.{name}")', confidence=Confidence.MEDIUM),
        bad('eval(text, {"__builtins__": {}})', at="1:1", why="not a sandbox"),
        bad("import builtins\nbuiltins.exec(code)", at="2:1"),
        bad("__builtins__.eval(text)", at="1:1"),
        bad("run = eval\nrun(text)", at="2:1"),
        bad('import builtins\ngetattr(builtins, "eval")(text)', at="2:1"),
        bad("list(map(eval, rows))", at="1:6"),
        bad('df["x"].apply(eval)', at="1:1"),
        bad('parser.add_argument("--fn", type=eval)', at="1:1", confidence=Confidence.HIGH),
        bad('parts = ["a = 1"]\nparts.append(line)\nexec("\\n".join(parts))', at="3:1"),
        good('eval("1 + 1")'),
        good('CODE = "x = 1"\nexec(CODE)'),
        good('exec(compile("x = 1", "<string>", "exec"))'),
        good("model.eval()", why="a method"),
        good("class M:\n    def eval(self, x): ...\n    def f(self, x):\n        self.eval(x)"),
        good("cursor.exec(query)"),
        good("import ast\nast.literal_eval(text)"),
        good("def f(eval, x):\n    return eval(x)", why="a parameter"),
        good("from mine import eval\neval(x)"),
        good("def exec(x): ...\nexec(command)", why="a function of this file"),
        good('FORMULAS = {"double": "2 * x"}\ndef f(name, x):\n    return eval(FORMULAS[name])', why="an allow-list"),
        good('for name in ("float32", "float16"):\n    eval(f"torch.{name}")'),
        good("df.eval(expression)"),
    )

    @on_call(*SINKS)
    def call(self, call: Call, module: Module) -> Iterator[Hit]:
        """The builtin, under whatever name."""
        target = module.calls.target(call.node)
        if target.partials and not target.unfinished:
            return
        given = module.argument(call.node, "source", 0)
        pieces = [piece for candidate in given.candidates for piece in module.pieces(candidate.value)]
        if given.candidates and all(piece.origin in _FIXED for piece in pieces):
            return
        if not given.candidates and not call.node.args:
            return
        sure = call.certain and any(piece.origin is Origin.OUTSIDE for piece in pieces)
        focus = given.candidates[0].focus if given.candidates else None
        yield self._report(call.node, call.name, sure, _sandboxed(call.node), focus)

    @on_callee(*HANDERS)
    @on_passing(*CONVERTERS)
    def handed(self, call: ast.Call, module: Module) -> Iterator[Hit]:
        """The builtin given to something that calls it."""
        later = handed_over(call)
        if later is not None and module.may_mean(later.func, _WANTED):
            yield from self._applied(call, later, module)
        for keyword in call.keywords:
            if keyword.arg in CONVERTERS:
                values = keyword.value.values if isinstance(keyword.value, ast.Dict) else [keyword.value]
                name = next((n for value in values for n in module.names(value).names if n in SINKS), None)
                if name is not None:
                    yield self._report(call, name, True, False, keyword)

    def _applied(self, call: ast.Call, later: ast.Call, module: Module) -> Iterator[Hit]:
        name = next((name for name in module.names(later.func).names if name in SINKS), None)
        pieces = [piece for argument in later.args[:1] for piece in module.pieces(argument)]
        if name is not None and not (pieces and all(piece.origin in _FIXED for piece in pieces)):
            sure = any(piece.origin is Origin.OUTSIDE for piece in pieces)
            yield self._report(call, name, sure, False, later.func)

    def _report(self, anchor: ast.Call, name: str, sure: bool, sandboxed: bool, focus: ast.AST | None) -> Hit:
        short = name.rpartition(".")[2]
        origin = " given from outside" if sure else " that is not constant"
        message = f"`{short}` runs code{origin}"
        message += ", and globals without builtins are no sandbox; " if sandboxed else "; "
        if short == "eval":
            message += "use `ast.literal_eval` for literals, or look the name up in a table of what is allowed"
        else:
            message += "import the module, or choose from a table of functions"
        return self.at(anchor, message, focus=focus, confidence=None if sure else Confidence.MEDIUM)


def _sandboxed(call: ast.Call) -> bool:
    """Whether the call takes the builtins away, which looks like a sandbox."""
    return any(
        isinstance(key, ast.Constant) and key.value == "__builtins__"
        for scope in [*call.args[1:], *(keyword.value for keyword in call.keywords)]
        if isinstance(scope, ast.Dict)
        for key in scope.keys
    )
