"""Cells are run in any order: what one imports, those above it have as well, once a notebook was run twice."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from picketlint.notebooks.mending import bound

_BUILTINS = frozenset(dir(builtins))
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def import_first(root: ast.Module, *, more: bool) -> None:
    """Begin a module with what it imports below where it is used, of names that mean nothing else in it.

    ``more``: names can have a meaning that the module does not show; then only modules are taken for what they are.
    """
    found: dict[str, tuple[ast.stmt, ast.alias]] = {}
    meanings: dict[str, set[str]] = {}
    for statement in root.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            for alias in statement.names:
                name = alias.asname or alias.name.split(".")[0]
                found.setdefault(name, (statement, alias))
                meanings.setdefault(name, set()).add(_meaning(statement, alias))
    if not found:
        return
    others = set(_bound_otherwise(root))
    first_use: dict[str, int] = {}
    for node in ast.walk(root):
        more = more or (isinstance(node, ast.ImportFrom) and node.names[0].name == "*")
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in found:
            first_use[node.id] = min(node.lineno, first_use.get(node.id, node.lineno))
    early = []
    for name, (statement, alias) in found.items():
        known = isinstance(statement, ast.Import) or not more
        if not known or name in others or name in _BUILTINS or len(meanings[name]) > 1:
            continue
        if first_use.get(name, statement.lineno) < statement.lineno:
            early.append(_at_the_top(statement, alias))
    root.body[:0] = early


def _meaning(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    if isinstance(statement, ast.ImportFrom):
        return f"{'.' * statement.level}{statement.module or ''}:{alias.name}"
    return alias.name if alias.asname else alias.name.split(".")[0]


def _at_the_top(statement: ast.stmt, alias: ast.alias) -> ast.stmt:
    """One import, in the line that is above all cells."""
    names = [ast.alias(alias.name, alias.asname)]
    if isinstance(statement, ast.ImportFrom):
        copy: ast.stmt = ast.ImportFrom(statement.module, names, statement.level)
    else:
        copy = ast.Import(names)
    for node in (copy, names[0]):
        node.lineno = node.end_lineno = 1
        node.col_offset = node.end_col_offset = 0
    return copy


def _bound_otherwise(root: ast.Module) -> Iterator[str]:
    """The names that the module itself binds but for its own imports, and those that a function declares global."""
    imports = {id(alias) for one in root.body if isinstance(one, (ast.Import, ast.ImportFrom)) for alias in one.names}
    for node in ast.walk(root):
        if isinstance(node, ast.Global):
            yield from node.names
    pending: list[ast.AST] = [root]
    while pending:
        node = pending.pop()
        if id(node) not in imports:
            yield from bound(node)
        if not isinstance(node, (*_SCOPES, *_COMPREHENSIONS)):
            pending.extend(ast.iter_child_nodes(node))
