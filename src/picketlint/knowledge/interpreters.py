"""What runs Python code that it is given as text, other than ``eval`` and ``exec``, each row with its source."""

from __future__ import annotations

from picketlint.base.records import NamedTuple
from picketlint.matching.triggers import GAP


class Interpreter(NamedTuple):
    """Functions that run the text of their first parameter, whose name differs: ``parameter``.

    ``expressions``: they are there for the expressions of a program, so that only what comes from outside is amiss.
    ``values``: of these, they take numbers and the like too, and run nothing then: a parameter that is annotated as a
    text is amiss as well. ``compiled``: they take code that was compiled, and as a rule not from a text.
    """

    names: tuple[str, ...]
    parameter: str
    source: str
    expressions: bool = False
    values: bool = False
    compiled: bool = False


_IPYTHON = "https://ipython.readthedocs.io/en/stable/api/generated/IPython.core.interactiveshell.html"
_SHELLS = (
    "IPython.get_ipython()",
    "IPython.core.getipython.get_ipython()",
    "IPython.InteractiveShell.instance()",
    "IPython.core.interactiveshell.InteractiveShell()",
    "IPython.core.interactiveshell.InteractiveShell.instance()",
)
_CONSOLES = ("code.InteractiveInterpreter()", "code.InteractiveConsole()")
_KERNELS = (
    "jupyter_client.KernelManager().client()",
    "jupyter_client.BlockingKernelClient()",
    "jupyter_client.manager.KernelManager().client()",
    "jupyter_client.blocking.BlockingKernelClient()",
    "jupyter_client.blocking.client.BlockingKernelClient()",
)
_TOOLS = ("langchain_experimental.tools", "langchain_experimental.tools.python.tool", "langchain.tools.python.tool")
_REPLS = (
    "langchain_experimental.utilities.PythonREPL()",
    "langchain_experimental.utilities.python.PythonREPL()",
    "langchain.utilities.PythonREPL()",
)
_FRAMES = tuple(
    f"pandas.{made}()"
    for made in ("DataFrame", "read_csv", "read_excel", "read_feather", "read_json", "read_parquet", "read_table")
)

INTERPRETERS: tuple[Interpreter, ...] = (
    Interpreter(
        tuple(f"{console}.runsource" for console in _CONSOLES), "source", "https://docs.python.org/3/library/code.html"
    ),
    Interpreter(
        tuple(f"{console}.runcode" for console in _CONSOLES), "code", "https://docs.python.org/3/library/code.html"
    ),
    Interpreter(
        ("code.InteractiveConsole().push",),
        "line",
        "https://docs.python.org/3/library/code.html#code.InteractiveConsole.push",
    ),
    Interpreter(tuple(f"{shell}.run_cell" for shell in _SHELLS), "raw_cell", _IPYTHON),
    Interpreter(tuple(f"{shell}.run_code" for shell in _SHELLS), "code_obj", _IPYTHON),
    Interpreter(
        tuple(f"{kernel}.execute" for kernel in _KERNELS),
        "code",
        "https://jupyter-client.readthedocs.io/en/stable/api/client.html",
    ),
    Interpreter(
        tuple(f"{repl}.run" for repl in _REPLS),
        "command",
        "https://github.com/langchain-ai/langchain-experimental: utilities/python.py, exec",
    ),
    # "Note that this function uses eval, and thus shouldn't be used on unsanitized input."
    Interpreter(
        ("sympy.parse_expr", "sympy.parsing.parse_expr", "sympy.parsing.sympy_parser.parse_expr"),
        "s",
        "https://docs.sympy.org/latest/modules/parsing.html#sympy.parsing.sympy_parser.parse_expr",
    ),
    # A function of that code, which runs when it is called.
    Interpreter(
        ("types.FunctionType",),
        "code",
        "https://docs.python.org/3/library/types.html#types.FunctionType",
        compiled=True,
    ),
    # The same warning as that of parse_expr, but it takes numbers and expressions just as well.
    Interpreter(
        ("sympy.core.sympify.sympify", "sympy.sympify"),
        "a",
        "https://docs.sympy.org/latest/modules/core.html#sympy.core.sympify.sympify",
        expressions=True,
        values=True,
    ),
    # "This can run arbitrary code which can make you vulnerable to code injection if you pass user input to this
    # function": `@name.attribute` in the text reaches whatever the caller's names lead to.
    Interpreter(
        ("pandas.eval", *(f"{frame}.{method}" for frame in _FRAMES for method in ("eval", "query"))),
        "expr",
        "https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.query.html",
        expressions=True,
    ),
)
RUNNERS: dict[str, Interpreter] = {name: row for row in INTERPRETERS for name in row.names}
COMPILED = frozenset(name for name, row in RUNNERS.items() if row.compiled)
EXPRESSIONS = frozenset(name for name, row in RUNNERS.items() if row.expressions)
# Tools that give a model an interpreter: whatever it writes is run. Same source as PythonREPL.
INTERPRETER_TOOLS = tuple(f"{module}.{name}" for module in _TOOLS for name in ("PythonREPLTool", "PythonAstREPLTool"))
# The flag without which agents that run what a model writes refuse to be made; False by default.
# How the method of a data frame is asked for; as a name by itself the word is in many files.
QUERIED = rf"\.{GAP}query(?!\w)"
# https://github.com/langchain-ai/langchain-experimental: agents/agent_toolkits/pandas/base.py, pal_chain/base.py.
# Not here: allow_dangerous_requests, which lets a model send HTTP requests or change a database, but runs no code.
ALLOWING_FLAGS = ("allow_dangerous_code",)
