"""`eval` or `exec` of something that is not constant.

## What it does
Reports the builtins `eval` and `exec` where the code they run is not fixed by the file itself; also where one of them
is handed to something that calls it (`map(eval, xs)`, `df.apply(eval)`, `add_argument(type=eval)`).

The message says where the code comes from, and the trace how it came there, through the functions of the module as
well: into what they return, and out to the calls that fill their parameters. Severity goes by that: high for input
(command line, environment, files, network, what a person types or a language model wrote), medium for a parameter and
for what is not known, low for what the installation decides (a file beside `__file__`) and for what only its name says
to be a constant of another module. Confidence is high for input, else medium; low where the value was looked up in
something whose contents are not in sight or by an `assert`, and where it was checked to be a word
(`name.isidentifier()`), which runs nothing by itself but can name anything.

Fine are constants and what was looked up or tested on the way: an element of a constant table, `eval(FORMULAS[name])`,
`if name not in ("float16", "float32"): raise`, a member of an `Enum` of the module, an argparse option with constant
`choices`, digits and operators (`re.fullmatch(r"[-+*/0-9. ()]+", text)`), and a parameter that every call of a private
function fills with a constant. Methods called `eval`, such as `model.eval()`, are never meant.

Interpreters other than the builtins are reported in the same way: `code.InteractiveInterpreter().runsource`,
`get_ipython().run_cell`, `execute` of a Jupyter kernel's client, `run` of LangChain's `PythonREPL`, and
`sympy.parse_expr`, and `types.FunctionType` of what was compiled; `sympy.sympify`, `pandas.eval`, `query` and `eval` of
a data frame only where they are given input, `sympify` also where it is given a parameter annotated as `str`. So is
what hands one to a model, whose output is nobody's to check: the tools `PythonREPLTool` and `PythonAstREPLTool`, and
`allow_dangerous_code=True`, in calls and as a default. `allow_dangerous_requests=True` is not: it
lets a model send requests, not run code.

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
import re
from collections.abc import Iterator

from picketlint.knowledge.interpreters import (
    ALLOWING_FLAGS,
    COMPILED,
    EXPRESSIONS,
    INTERPRETER_TOOLS,
    QUERIED,
    RUNNERS,
)
from picketlint.rule import (
    CODE,
    Call,
    Confidence,
    Default,
    Hit,
    Module,
    Origin,
    Piece,
    Rule,
    Severity,
    Step,
    bad,
    builtin,
    called,
    danger,
    enabled,
    good,
    named,
    on_call,
    on_default,
    on_keyword,
    on_passing,
    qualified,
    rank,
    turned,
)

SINKS = ("builtins.eval", "builtins.exec")
# Keywords that take a function from a text to a value: argparse, click, pandas.read_csv(converters={...}).
CONVERTERS = frozenset({"converter", "converters", "type"})
# What is said of texts, alone or several.
_TEXTS = frozenset(
    {
        "Iterable",
        "List",
        "None",
        "Optional",
        "Sequence",
        "Set",
        "Tuple",
        "Union",
        "list",
        "set",
        "str",
        "tuple",
        "typing",
    }
)
_FIXED = (Origin.CONSTANT, Origin.NUMBER, Origin.LISTED, Origin.ARITHMETIC)


class DynamicEval(Rule):
    """`eval(text)`."""

    id = "PKT303"
    name = "dynamic-eval"
    since = "0.1"
    severity = Severity.HIGH
    confidence = Confidence.HIGH
    cwe = 95
    policy = "Other patterns to avoid"
    triggers = (
        *builtin("eval"),
        *builtin("exec"),
        *qualified(*(name for name in RUNNERS if not name.startswith(("pandas.", "types."))), *INTERPRETER_TOOLS),
        (CODE, "FunctionType", "compile"),
        # Not `model.eval()`, which most files with such a word mean.
        (CODE, "pandas", "eval", r"eval(?!\w)(?!\s{0,40}\(\s{0,40}\))"),
        (CODE, "pandas", "query", QUERIED),
        (CODE, "pandas", "getattr", r"query['\"]"),
        *(trigger for name in ALLOWING_FLAGS for trigger in turned(name, on=True)),
    )
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
        bad('import builtins\nRUN="eval"\ngetattr(builtins, RUN)(text)', at="3:1"),
        bad('import builtins\nRUN ="eval"\ngetattr(builtins, RUN)(text)', at="3:1"),
        bad("list(map(eval, rows))", at="1:6"),
        bad('df["x"].apply(eval)', at="1:1"),
        bad('parser.add_argument("--fn", type=eval)', at="1:1", confidence=Confidence.HIGH),
        bad('parts = ["a = 1"]\nparts.append(line)\nexec("\\n".join(parts))', at="3:1"),
        bad(
            "import sys\ndef _run(text):\n    return eval(text)\n_run(sys.argv[1])",
            at="3:12",
            confidence=Confidence.HIGH,
            why="a call in the module hands the command line over",
        ),
        bad("reply = self.llm.invoke(prompt)\nexec(reply.content)", at="2:1", confidence=Confidence.HIGH),
        bad(
            "from mcp.server.fastmcp import FastMCP\nmcp = FastMCP()\n@mcp.tool()\ndef calculate(text):\n"
            "    return eval(text)",
            confidence=Confidence.HIGH,
            why="a language model calls it",
        ),
        bad('if not name.isidentifier():\n    raise ValueError\neval(f"torch.{name}")', confidence=Confidence.LOW),
        bad('assert name in ("a", "b")\neval(name)', confidence=Confidence.LOW, why="`python -O` asserts nothing"),
        bad('if name in ("os", "sys"):\n    raise ValueError\neval(name)', why="a list of what is forbidden"),
        good('eval("1 + 1")'),
        good(
            'DTYPES = ("float16", "float32")\ndef f(name):\n    if name not in DTYPES:\n        raise KeyError(name)\n'
            '    return eval(f"torch.{name}")',
            why="an allow-list",
        ),
        good('def f(op, x):\n    if op == "double" or op == "half":\n        return eval(op)'),
        good('import re\ndef f(text):\n    if re.fullmatch(r"[-+*/0-9. ()]+", text):\n        return eval(text)'),
        good('import re\nweeks = re.search(r"(\\d+) (weeks|days)", text)\neval(f"{weeks.group(1)} * 7")'),
        good('def f(text):\n    if all(c in "0123456789+-*/(). " for c in text):\n        return eval(text)'),
        good('def _make(code):\n    exec(code)\n_make("x = 1")\n_make("y = 2")', why="both calls are constant"),
        good('CODE = "x = 1"\nexec(CODE)'),
        good('exec(compile("x = 1", "<string>", "exec"))'),
        good('import sys\nexec(compile("x = 1", sys.argv[1], "exec"))', why="the name of a file is no code"),
        good('NAMES = ["a", "b"]\nfor name in sorted(NAMES, key=len, reverse=down):\n    eval(name)'),
        bad("import ast, sys\nexec(compile(ast.parse(text, p), sys.argv[1], 'exec'))", confidence=Confidence.MEDIUM),
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
        bad("import code\nshell = code.InteractiveInterpreter()\nshell.runsource(text)", at="3:1"),
        bad(
            "from code import InteractiveConsole\nclass Tool:\n    def __init__(self):\n"
            "        self.console = InteractiveConsole()\n    def run(self, line):\n        self.console.push(line)",
            at="6:9",
        ),
        bad("from IPython import get_ipython\nget_ipython().run_cell(reply)", at="2:1", confidence=Confidence.MEDIUM),
        bad("from jupyter_client import KernelManager\nkernel = KernelManager()\nkernel.client().execute(code)"),
        bad("from langchain_experimental.utilities import PythonREPL\nPythonREPL().run(answer)", at="2:1"),
        bad("from sympy.parsing.sympy_parser import parse_expr\nparse_expr(formula)", at="2:1"),
        bad("from langchain_experimental.tools import PythonAstREPLTool\ntools = [PythonAstREPLTool()]", at="2:10"),
        bad("agent = create_pandas_dataframe_agent(llm, df, allow_dangerous_code=True)", at="1:9"),
        bad("def make(llm, allow_dangerous_code: bool = True):\n    ...", at="1:15"),
        bad("get_ipython().run_cell(reply)", at="1:1", why="where IPython runs it"),
        good('from IPython import get_ipython\nget_ipython().run_cell("x = 1")'),
        good("agent = create_pandas_dataframe_agent(llm, df, allow_dangerous_code=args.run_code)"),
        good("toolkit = RequestsToolkit(allow_dangerous_requests=True)", why="sends requests, runs no code"),
        bad("import sympy\ndef simplify(formula: str):\n    return sympy.sympify(formula)", at="3:12"),
        bad("import sympy\ndef f(texts: List[str]):\n    return [sympy.sympify(t) for t in texts]", at="3:13"),
        good("import sympy\ndef f(term: str | sympy.Expr):\n    return sympy.sympify(term)", why="as a rule no text"),
        good("import sympy\ndef f(n: str):\n    return sympy.sympify(float(n))", why="a number by now"),
        good("import sympy\nsympy.sympify(2)\nsympy.sympify(expression)"),
        bad("import types\nf = types.FunctionType(compile(text, 'f', 'exec'), {})", at="2:5"),
        good("import types\ncode = compile('x', 'f', 'eval')\ntypes.FunctionType(g.__code__, {})"),
        bad("import sympy\nsympy.sympify(input())", at="2:1", confidence=Confidence.HIGH),
        bad("import pandas as pd, sys\npd.eval(sys.argv[1])", at="2:1", confidence=Confidence.HIGH),
        bad('import pandas as pd\ndf = pd.read_csv("a.csv")\ndf.query(input())', at="3:1"),
        good('import pandas as pd\ndf = pd.DataFrame()\ndf.query(f"price > {limit}")', why="nothing from outside"),
    )

    @on_call(*SINKS)
    def call(self, call: Call, module: Module) -> Iterator[Hit]:
        """The builtin, under whatever name, also where it is given to something that calls it."""
        if call.callback:
            yield from self._applied(call, module)
            return
        target = module.calls.target(call.node)
        if target.partials and not target.unfinished:
            return
        given = module.argument(call.node, "source", 0)
        if not given.candidates and not call.node.args:
            return
        pieces = [piece for candidate in given.candidates for piece in module.pieces(candidate.value)]
        worst = _worst(pieces)
        if given.candidates and worst is None:
            return
        focus = given.candidates[0].focus if given.candidates else None
        code = given.candidates[0].value if given.candidates else call.node
        yield self._report(call.node, call.name, worst, code, module, focus, sure=call.certain)

    @on_passing(*CONVERTERS)
    def handed(self, call: ast.Call, module: Module) -> Iterator[Hit]:
        """The builtin given to something that calls it, under a name that says so."""
        for keyword in call.keywords:
            if keyword.arg in CONVERTERS:
                values = keyword.value.values if isinstance(keyword.value, ast.Dict) else [keyword.value]
                name = next((n for value in values for n in module.names(value).names if n in SINKS), None)
                if name is not None:
                    yield self._converter(call, name, keyword)

    @on_call(*RUNNERS)
    def run(self, call: Call, module: Module) -> Iterator[Hit]:
        """Another interpreter."""
        runner = RUNNERS[call.name]
        given = module.argument(call.node, runner.parameter, 0)
        worst = _worst([piece for candidate in given.candidates for piece in module.pieces(candidate.value)])
        if worst is not None and runner.expressions and not worst.origin.external:
            worst = worst if runner.values and _is_text(worst, module) else None
        if call.name in COMPILED and not any(_is_compiled(candidate.value, module) for candidate in given.candidates):
            return
        if given.candidates and worst is not None and not module.calls.target(call.node).unfinished:
            code, focus = given.candidates[0]
            yield self._report(call.node, call.name, worst, code, module, focus, sure=call.certain)

    @on_call(*INTERPRETER_TOOLS)
    def tool(self, call: Call, module: Module) -> Iterator[Hit]:
        """An interpreter made for a model."""
        message = f"`{call.name.rpartition('.')[2]}` runs whatever Python code the model writes; give the model tools "
        message += "with a purpose of their own, or run its code in a sandbox"
        yield self.at(call.node, message, confidence=Confidence.MEDIUM)

    @on_keyword(*ALLOWING_FLAGS)
    def allowed(self, keyword: ast.keyword, module: Module) -> Iterator[Hit]:
        """The flag of agents that run what a model writes."""
        for call, judgement in module.judge_keyword(keyword, enabled):
            message = f"`{called(call)}` {judgement.describe(str(keyword.arg), 'True')} runs whatever Python code the "
            message += "model writes; run it in a sandbox, or let the caller decide"
            yield self.at(call, message, judgement=judgement)

    @on_default(*ALLOWING_FLAGS)
    def default(self, default: Default, module: Module) -> Iterator[Hit]:
        """The same flag's default in a signature, a class or a command line."""
        judgement = module.judge_default(default, enabled)
        if judgement is not None:
            message = (
                f"`{default.name}` is `True` by default, so whatever Python code the model writes runs unless the "
            )
            message += "caller objects; make the default `False`"
            yield self.at(default.anchor, message, judgement=judgement)

    def _applied(self, call: Call, module: Module) -> Iterator[Hit]:
        func = call.node.func
        pieces = [piece for argument in call.node.args[:1] for piece in module.pieces(argument)]
        worst = _worst(pieces)
        if worst is not None or not pieces:
            yield self._report(call.node, call.name, worst, func, module, func)

    def _converter(self, call: ast.Call, name: str, keyword: ast.keyword) -> Hit:
        message = f"`{_short(name)}` runs code given from outside; {_instead(name)}"
        return self.at(call, message, focus=keyword, confidence=Confidence.HIGH)

    def _report(
        self,
        anchor: ast.Call,
        name: str,
        piece: Piece | None,
        code: ast.expr,
        module: Module,
        focus: ast.AST | None,
        *,
        sure: bool = True,
    ) -> Hit:
        told = "is not constant"
        trace: tuple[Step, ...] = ()
        grade, confidence = Severity.MEDIUM, Confidence.MEDIUM
        if piece is not None:
            grade, confidence = danger(piece.origin), _confidence(piece, sure)
            trace = module.trail(piece, anchor, "code")
            told = piece.origin.value
            if piece.joined or (piece.node is not code and piece.origin is not Origin.UNKNOWN):
                told = f"is made with {named(piece)}, which {piece.origin.value}"
        sandboxed = ", and globals without builtins are not a sandbox" if _sandboxed(anchor) else ""
        message = f"`{_short(name)}` runs code that {told}{sandboxed}; {_instead(name)}"
        return self.at(anchor, message, focus=focus, severity=grade, confidence=confidence, trace=trace)


def _worst(pieces: list[Piece]) -> Piece | None:
    """The most dangerous of the pieces that the code leaves open; None where it leaves none."""
    # What is quoted for a shell is code like any other.
    dynamic = [
        piece._replace(origin=Origin.UNKNOWN) if piece.origin is Origin.QUOTED else piece
        for piece in pieces
        if piece.origin not in _FIXED
    ]
    return min(dynamic, key=rank, default=None)


def _is_text(piece: Piece, module: Module) -> bool:
    """Whether a piece is a parameter that is annotated as a text, or as some."""
    node = piece.node
    reaching = module.resolver.bindings.lookup(node.id, node) if isinstance(node, ast.Name) else None
    bindings = list(reaching.bindings) if reaching is not None else []
    annotations = [getattr(binding.node, "annotation", None) for binding in bindings]
    said = [set(re.findall(r"\w+", ast.unparse(annotation))) if annotation else set() for annotation in annotations]
    return bool(said) and all("str" in words and words <= _TEXTS for words in said)


def _confidence(piece: Piece, sure: bool) -> Confidence:
    if piece.origin in (Origin.TESTED, Origin.WORD):
        return Confidence.LOW
    return Confidence.HIGH if sure and piece.origin.external else Confidence.MEDIUM


def _is_compiled(code: ast.expr, module: Module) -> bool:
    """Whether code is what ``compile`` made of a text, and not that of a function."""
    nodes = [option.node for option in module.value(code).options]
    return any(isinstance(node, ast.Call) and "builtins.compile" in module.names(node.func).names for node in nodes)


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _instead(name: str) -> str:
    if name in EXPRESSIONS:
        return "choose from a table of expressions, or compute from values that were checked"
    if _short(name) == "eval":
        return "use `ast.literal_eval` for literals, or look the name up in a table of what is allowed"
    return "import the module, or choose from a table of functions"


def _sandboxed(call: ast.Call) -> bool:
    """Whether the call takes the builtins away, which looks like a sandbox."""
    return any(
        isinstance(key, ast.Constant) and key.value == "__builtins__"
        for scope in [*call.args[1:], *(keyword.value for keyword in call.keywords)]
        if isinstance(scope, ast.Dict)
        for key in scope.keys
    )
