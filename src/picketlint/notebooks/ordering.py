"""Cells are run in any order: what one imports, those above it have as well, once a notebook was run twice."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from picketlint.base.records import NamedTuple
from picketlint.notebooks.mending import bodies, bound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    Node = TypeVar("Node", ast.stmt, ast.Import, ast.ImportFrom, ast.Try, ast.ExceptHandler, ast.alias)

_BUILTINS = frozenset(dir(builtins))
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
# What is imported for one name, each where the one before it is not installed.
_MOST_MEANINGS = 4
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class _Import(NamedTuple):
    """One name that is imported, and the outermost `try` that this is done in."""

    statement: ast.Import | ast.ImportFrom
    alias: ast.alias
    attempt: ast.Try | None


def import_first(root: ast.Module, *, more: bool) -> None:
    """Begin a module with what it imports below where it is used, of names that mean nothing else in it.

    ``more``: names can have a meaning that the module does not show; then only modules are taken for what they are.
    """
    found: dict[str, list[_Import]] = {}
    for one in _imports(root):
        found.setdefault(one.alias.asname or one.alias.name.split(".")[0], []).append(one)
    if not found:
        return
    others = set(_bound_otherwise(root, {id(one.alias) for imports in found.values() for one in imports}))
    first_use: dict[str, int] = {}
    for node in ast.walk(root):
        more = more or (isinstance(node, ast.ImportFrom) and node.names[0].name == "*")
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in found:
            first_use[node.id] = min(node.lineno, first_use.get(node.id, node.lineno))
    early = []
    for name, imports in found.items():
        known = all(isinstance(one.statement, ast.Import) for one in imports) or not more
        meanings = list({_meaning(one.statement, one.alias): one for one in reversed(imports)}.values())[::-1]
        if not known or name in others or name in _BUILTINS or not _agree(meanings):
            continue
        line = imports[0].statement.lineno
        if first_use.get(name, line) < line:
            early.append(_at_the_top(meanings))
    root.body[:0] = early


def _imports(root: ast.Module) -> Iterator[_Import]:
    """What a module itself imports, in order: also in a `try` or a condition, but in no function and no class."""
    pending: list[tuple[ast.stmt, ast.Try | None]] = [(statement, None) for statement in reversed(root.body)]
    while pending:
        statement, attempt = pending.pop()
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield from (_Import(statement, alias, attempt) for alias in statement.names)
        elif not isinstance(statement, _SCOPES):
            attempt = attempt or (statement if isinstance(statement, ast.Try) else None)
            below = [one for body in (*bodies(statement), *_further_bodies(statement)) for one in body]
            pending.extend((one, attempt) for one in reversed(below))


def _further_bodies(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    yield from (handler.body for handler in getattr(statement, "handlers", ()))
    yield from (case.body for case in getattr(statement, "cases", ()))


def _agree(meanings: list[_Import]) -> bool:
    """Whether a name means one thing, or what one `try` makes it mean: ``pickle5``, or else ``pickle``."""
    if len(meanings) == 1:
        return True
    attempt = meanings[0].attempt
    return attempt is not None and len(meanings) <= _MOST_MEANINGS and all(one.attempt is attempt for one in meanings)


def _meaning(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    if isinstance(statement, ast.ImportFrom):
        return f"{'.' * statement.level}{statement.module or ''}:{alias.name}"
    return alias.name if alias.asname else alias.name.split(".")[0]


def _at_the_top(imports: list[_Import]) -> ast.stmt:
    """The import of a name, in the line that is above all cells; where it can mean several things, one or the other."""
    copies = [_copy(one.statement, one.alias) for one in imports]
    while len(copies) > 1:
        handler = _put_first(ast.ExceptHandler(None, None, [copies.pop()]))
        copies[-1] = _put_first(ast.Try([copies[-1]], [handler], [], []))
    return copies[0]


def _copy(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.stmt:
    names = [_put_first(ast.alias(alias.name, alias.asname))]
    if isinstance(statement, ast.ImportFrom):
        return _put_first(ast.ImportFrom(statement.module, names, statement.level))
    return _put_first(ast.Import(names))


def _put_first(node: Node) -> Node:
    """A node, put in front of everything."""
    node.lineno = node.end_lineno = 1
    node.col_offset = node.end_col_offset = 0
    return node


def _bound_otherwise(root: ast.Module, imports: set[int]) -> Iterator[str]:
    """The names that the module itself binds but by its ``imports``, and those that a function declares global."""
    for node in ast.walk(root):
        if isinstance(node, ast.Global):
            yield from node.names
    pending: list[ast.AST] = [root]
    while pending:
        node = pending.pop()
        if id(node) not in imports:
            yield from bound(node)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value is None:
            # As where a module is not installed: nothing is done by this name.
            continue
        if not isinstance(node, (*_SCOPES, *_COMPREHENSIONS)):
            pending.extend(ast.iter_child_nodes(node))
