"""The lines that only IPython understands, as nodes of a syntax tree: what has a shell run, what sets a variable.

IPython puts values into a command before a shell gets it: ``{expression}`` and ``$name``, all of them or, where one
cannot be evaluated, none (``DollarFormatter`` of ``IPython/utils/text.py`` and ``InteractiveShell.var_expand``).
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from picketlint.base.records import NamedTuple
from picketlint.notebooks.magics import Line
from picketlint.source import UnreadableSourceError, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    Node = TypeVar("Node", bound=ast.AST)

_BUILTINS = frozenset(dir(builtins))
# `{print}` is meant for awk; `{sys.executable} -m pip` is what `%pip` stands for and as safe.
_HARMLESS = _BUILTINS | {"sys.executable"}
_METHODS = {"run": "system", "capture": "getoutput", "connect": "run_line_magic"}
_DOLLAR = re.compile(r"\$(\$?)([\w.]+)")
_CONVERSION = re.compile(r"!([rsa])\Z")
_BRACE = re.compile(r"\{\{|\}\}|[{}]")
_VARIABLE = re.compile(r"[ \t]*([A-Za-z_]\w*)[ \t]*(?:=|[ \t])[ \t]*(.*)", re.DOTALL)


class _Field(NamedTuple):
    """Something that IPython evaluates: the text that is replaced, from ``start`` to ``end``, and the expression."""

    start: int
    end: int
    code: str
    braces: bool
    conversion: int = -1


class Known(NamedTuple):
    """The names that a notebook gives a meaning; ``more``: there can be others, which nobody sees in its code."""

    names: frozenset[str]
    more: bool


class Place(NamedTuple):
    """Where a node is to be, in the terms of ``ast``: lines from 1, columns in bytes from 0."""

    line: int
    column: int
    end_line: int
    end_column: int


def value_of(line: Line, at: Place, known: Known) -> ast.expr | None:
    """The expression that a line of IPython stands for; None if it is nothing that rules are about.

    ``environ`` lines have none: see ``statement_of``.
    """
    if line.effect == "evaluate":
        return _expression(line.text, at)
    if line.effect == "environ":
        return None
    shell = _call(_name("get_ipython", at), [], at)
    function = _put(ast.Attribute(shell, _METHODS[line.effect], ast.Load()), at)
    return _call(function, [_text(line.text, at, known)], at)


def statement_of(line: Line, at: Place, known: Known) -> ast.stmt | None:
    """The assignment to ``os.environ`` that a line of IPython stands for; None if it sets nothing."""
    found = _VARIABLE.fullmatch(line.text) if line.effect == "environ" else None
    if found is None or not found.group(2):
        return None
    module = _call(_name("__import__", at), [_put(ast.Constant("os"), at)], at)
    environ = _put(ast.Attribute(module, "environ", ast.Load()), at)
    entry = _put(ast.Subscript(environ, _put(ast.Constant(found.group(1)), at), ast.Store()), at)
    return _put(ast.Assign([entry], _text(found.group(2).rstrip(), at, known)), at)


def filled(argument: ast.expr, at: Place, known: Known) -> ast.expr:
    """What a shell gets where IPython is given a command, which is a constant or, as it is, anything else."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return _text(argument.value, at, known)
    return argument


def _text(text: str, at: Place, known: Known) -> ast.expr:
    """A text with the values that IPython puts in: an f-string, or the one value; a constant if there are none."""
    flat = text.replace("\\\n", "  ")
    pieces: list[ast.expr] = []
    position = 0
    for field in _fields(flat, known):
        value = _expression(field.code, at)
        if value is None:
            return _put(ast.Constant(text), at)
        if field.conversion == -1 and flat.strip() == flat[field.start : field.end]:
            return value
        pieces.append(_put(ast.Constant(flat[position : field.start]), at))
        pieces.append(_put(ast.FormattedValue(value, field.conversion), at))
        position = field.end
    if not pieces:
        return _put(ast.Constant(text), at)
    return _put(ast.JoinedStr([*pieces, _put(ast.Constant(flat[position:]), at)]), at)


def _fields(text: str, known: Known) -> list[_Field]:
    """What IPython evaluates in a text; nothing if it would give up."""
    found: list[_Field] = []
    for field in _written(text):
        if field is None or not _evaluates(field, known):
            return []
        if field.code.strip() not in _HARMLESS or field.code in known.names:
            found.append(field)
    return found


def _evaluates(field: _Field, known: Known) -> bool:
    """Whether an expression can have a value: it is one, and its names mean something in the notebook."""
    statement = _parsed(field.code)
    if statement is None:
        return False
    loaded: set[str] = set()
    own: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            (loaded if isinstance(node.ctx, ast.Load) else own).add(node.id)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
    unseen = loaded - own - known.names - _BUILTINS
    # A shell has names in `$`, hardly any in braces: those will be what a star import or `%run` brings.
    return not unseen or (known.more and field.braces)


def _written(text: str) -> Iterator[_Field | None]:
    """The fields of a text in order; None where its braces do not match, or hold nothing."""
    position = literal = 0
    while (brace := _BRACE.search(text, position)) is not None:
        position = brace.end()
        if brace.group() in ("{{", "}}"):
            continue
        end = _closing(text, position) if brace.group() == "{" else None
        if end is None:
            yield None
            return
        yield from _dollars(text, literal, brace.start())
        code = text[position : end - 1]
        converted = _CONVERSION.search(code)
        if converted is None:
            yield _Field(brace.start(), end, code, True)
        else:
            yield _Field(brace.start(), end, code[: converted.start()], True, ord(converted.group(1)))
        position = literal = end
    yield from _dollars(text, literal, len(text))


def _closing(text: str, position: int) -> int | None:
    """Where the field ends whose inside begins at a position."""
    depth = 1
    for brace in re.compile("[{}]").finditer(text, position):
        depth += 1 if brace.group() == "{" else -1
        if not depth:
            return brace.end()
    return None


def _dollars(text: str, start: int, end: int) -> Iterator[_Field]:
    """The ``$name`` in a stretch of text that holds no braces, but for those between single quotes."""
    quotes, counted = text.count("'", start, end), start
    for match in _DOLLAR.finditer(text, start, end):
        quotes, counted = quotes - text.count("'", counted, match.end()), match.end()
        if not match.group(1) and quotes % 2 == 0:
            yield _Field(match.start(), match.end(), match.group(2), False)


def _parsed(code: str) -> ast.expr | None:
    """An expression as IPython's ``eval`` would take it; None for anything else."""
    if not code.strip():
        return None
    try:
        body = parse(f"({code.strip()})").body
    except UnreadableSourceError:
        return None
    return body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None


def _expression(code: str, at: Place) -> ast.expr | None:
    """An expression, all of it in one place."""
    found = _parsed(code)
    for node in ast.walk(found) if found is not None else ():
        if hasattr(node, "lineno"):
            _put(node, at)
    return found


def _call(function: ast.expr, arguments: list[ast.expr], at: Place) -> ast.Call:
    return _put(ast.Call(function, arguments, []), at)


def _name(name: str, at: Place) -> ast.Name:
    return _put(ast.Name(name, ast.Load()), at)


def _put(node: Node, at: Place) -> Node:
    """A node, put in a place."""
    node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = at  # type: ignore[attr-defined]
    return node
