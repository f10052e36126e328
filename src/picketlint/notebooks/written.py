"""Magics where they are written as calls: so IPython makes them itself, and so ``jupyter nbconvert`` exports them.

``get_ipython().run_line_magic("sx", "ls {name}")`` is what ``%sx ls {name}`` is: code and commands stand in texts, and
IPython puts values into the latter.

Source: ``InteractiveShell`` of IPython 9, ``IPython/core/interactiveshell.py``; ``magic`` is that of IPython 7.
"""

from __future__ import annotations

import ast
from bisect import bisect_left

from picketlint.base.records import NamedTuple
from picketlint.notebooks.effects import Known, Place, filled
from picketlint.notebooks.magics import Rewritten, rewrite
from picketlint.notebooks.mending import Tree, bodies, bound
from picketlint.source import UnreadableSourceError, parse

_SHELL = "get_ipython"
_COMMANDS = frozenset({"getoutput", "system", "system_piped", "system_raw"})
# How deep magics are looked for in the texts of magics.
_MOST_NESTED = 4
# What their parameters are called.
_MAGICS = {
    "magic": ("arg_s",),
    "run_line_magic": ("magic_name", "line"),
    "run_cell_magic": ("magic_name", "line", "cell"),
}


class _Calls(NamedTuple):
    """The calls of the shell's methods in a tree, by the names of the methods, and those of them that are magics."""

    named: list[tuple[ast.Call, str]]
    magics: list[_Magic]


class _Magic(NamedTuple):
    """A call of a magic, what is Python in the texts that it is given, and the calls in that."""

    call: ast.Call
    rewritten: Rewritten
    inner: ast.Module
    calls: _Calls


class _Names:
    """What is known of the names in a tree and in the texts of its magics: those with a meaning, those of the shell.

    ``more``: there can be names that nobody sees.
    """

    def __init__(self, *, more: bool) -> None:
        self.bound: set[str] = set()
        self.shells: set[str] = set()
        self.more = more

    def known(self) -> Known:
        """The same for those who put values into commands."""
        return Known(frozenset(self.bound), self.more)


def understand(root: ast.Module, *, more: bool = False) -> None:
    """Put what calls of magics do in their place, in a tree that is the caller's own; it stands where the call does.

    ``more``: there can be names that the tree does not show.
    """
    names = _Names(more=more)
    calls = _calls(root, names, _MOST_NESTED)
    _put_in_place(root, calls, names.known())
    if _SHELL not in names.bound:
        _import_shell(root)


def _calls(root: ast.Module, names: _Names, depth: int) -> _Calls:
    """The calls in a tree, and in the texts of its magics down to a depth; what they name is added to ``names``."""
    methods: list[tuple[ast.Call, ast.Attribute]] = []
    for node in ast.walk(root):
        names.bound.update(bound(node))
        names.shells.update(_shells(node))
        names.more = names.more or (isinstance(node, ast.ImportFrom) and node.names[0].name == "*")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            methods.append((node, node.func))
    found = [(call, method.attr) for call, method in methods if _is_shell(method.value, names.shells)]
    magics = [magic for call, name in found if (magic := _magic(call, name, names, depth)) is not None]
    return _Calls(found, magics)


def _put_in_place(root: ast.Module, calls: _Calls, known: Known) -> None:
    """Put what the calls in a tree do in their place, and values into commands."""
    for call, name in calls.named:
        if name in _COMMANDS and call.args:
            call.args[0] = filled(call.args[0], _place(call), known)
    _replace(root, {magic.call: _body(magic, known) for magic in calls.magics})


def _shells(node: ast.AST) -> list[str]:
    """The names that an assignment gives to the shell."""
    if isinstance(node, ast.Assign) and _is_shell(node.value, set()):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _is_shell(node: ast.expr, names: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in names
    function = node.func if isinstance(node, ast.Call) else None
    return (isinstance(function, ast.Name) and function.id == _SHELL) or (
        isinstance(function, ast.Attribute) and function.attr == _SHELL
    )


def _magic(call: ast.Call, name: str, names: _Names, depth: int) -> _Magic | None:
    """What a call of a method of the shell runs, if that is a magic and its texts are constants."""
    parameters = _MAGICS.get(name) if depth else None
    if parameters is None:
        return None
    given = dict(zip(parameters, call.args, strict=False))
    given.update((keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg is not None)
    texts = []
    for parameter in parameters:
        value = given.get(parameter)
        if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
            return None
        texts.append(value.value)
    sign = "%%" if len(texts) == len(_MAGICS["run_cell_magic"]) else "%"
    source = "\n".join([sign + " ".join(texts[:2]).lstrip("%"), *texts[2:]])
    rewritten = rewrite(source)
    try:
        inner = parse("\n".join(rewritten.parsed))
    except UnreadableSourceError:
        return None
    names.more = names.more or rewritten.binds
    return _Magic(call, rewritten, inner, _calls(inner, names, depth - 1))


def _body(magic: _Magic, known: Known) -> list[ast.stmt]:
    """The statements that a magic runs; none if it runs none that rules are about."""
    text = "\n".join(magic.rewritten.shown)
    Tree(magic.inner, text, [magic.rewritten], [1], more=known.more, names=known.names).mend()
    _put_in_place(magic.inner, magic.calls, known)
    magic.inner.body = [statement for statement in magic.inner.body if not _is_text(statement)]
    cell = magic.call.args[-1] if magic.call.args else None
    if isinstance(cell, ast.Constant) and 0 < (cell.end_lineno or 0) - cell.lineno == str(cell.value).count("\n"):
        _put_below(magic.inner, cell)
    else:
        _put_into(magic.inner, _place(magic.call))
    return magic.inner.body


def _put_below(root: ast.Module, text: ast.Constant) -> None:
    """Put the tree of a cell where it is in a text of several lines; the line with the magic is the one above."""
    for node in ast.walk(root):
        if hasattr(node, "lineno"):
            begin, end = max(node.lineno - 2, 0), max((node.end_lineno or 0) - 2, 0)  # type: ignore[attr-defined]
            node.col_offset += 0 if begin else text.col_offset + 3  # type: ignore[attr-defined]
            node.end_col_offset += 0 if end else text.col_offset + 3  # type: ignore[attr-defined]
            node.lineno, node.end_lineno = text.lineno + begin, text.lineno + end  # type: ignore[attr-defined]


def _put_into(root: ast.Module, place: Place) -> None:
    """Put a tree into a place; of several statements, each a column behind the one above: order is told by places."""
    statements = [node for node in ast.walk(root) if isinstance(node, ast.stmt)]
    statements.sort(key=lambda statement: (statement.lineno, statement.col_offset))
    starts = [(statement.lineno, statement.col_offset) for statement in statements]
    places: dict[ast.AST, Place] = {}
    for number, statement in enumerate(statements):
        beyond = bisect_left(starts, (statement.end_lineno or 0, statement.end_col_offset or 0))
        begin, end = place.column + number, place.column + max(beyond, number + 1)
        places[statement] = Place(place.line, begin, place.line, end)
    if len(statements) == 1:
        places[statements[0]] = place
    pending: list[tuple[ast.AST, Place]] = [(root, place)]
    while pending:
        node, own = pending.pop()
        own = places.get(node, own)
        if hasattr(node, "lineno"):
            node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = own  # type: ignore[attr-defined]
        pending.extend((child, own) for child in ast.iter_child_nodes(node))


def _is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a line of IPython that does nothing rules are about."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _replace(root: ast.Module, found: dict[ast.Call, list[ast.stmt]]) -> None:
    """Put statements in the place of calls, or one expression where a call is no statement of its own."""
    for node in list(ast.walk(root)):
        for body in bodies(node):
            for index in range(len(body) - 1, -1, -1):
                statement = body[index]
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
                    body[index : index + 1] = found.pop(statement.value, []) or [statement]
    for call, statements in found.items():
        value = statements[0].value if len(statements) == 1 and isinstance(statements[0], ast.Expr) else None
        if isinstance(value, ast.Call):
            call.func, call.args, call.keywords = value.func, value.args, value.keywords


def _import_shell(root: ast.Module) -> None:
    """Say where the shell is from: IPython makes it a builtin."""
    for node in ast.walk(root):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == _SHELL:
            function = node.func
            module = ast.Call(ast.Name("__import__", ast.Load()), [ast.Constant("IPython")], [])
            node.func = ast.Attribute(module, _SHELL, ast.Load())
            for part in ast.walk(node.func):
                if isinstance(part, ast.expr):
                    ast.copy_location(part, function)


def _place(call: ast.Call) -> Place:
    return Place(call.lineno, call.col_offset, call.end_lineno or 0, call.end_col_offset or 0)
