"""Which calls can mean one of some qualified names at all, told from the identifiers they are written with.

Resolving every callee of a module costs more than everything else together, and few can be what a rule asks for. An
identifier can stand for a wanted name only if it is that name's last part, or was given something that mentions such an
identifier: by an import, an assignment, a default. The answer errs on the side of more calls; none is lost.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from picketlint.semantics.calls import PARTIALS
from picketlint.semantics.tree import Tree

_BINDERS = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)


def calls_of(wanted: Iterable[str], tree: Tree) -> Iterator[ast.Call]:
    """The calls whose callee can have one of the qualified names, in source order."""
    identifiers = _identifiers({name.rpartition(".")[2].removesuffix("()") for name in (*wanted, *PARTIALS)}, tree)
    for call in tree.nodes(ast.Call):
        func = call.func
        if isinstance(func, ast.Name):
            if func.id in identifiers:
                yield call
        elif not isinstance(func, ast.Attribute) or func.attr in identifiers:
            yield call


def _identifiers(last_parts: set[str], tree: Tree) -> set[str]:
    """The identifiers that can stand for a name with one of these last parts."""
    mentions = _mentions(tree)
    found: set[str] = set()
    pending = list(last_parts)
    while pending:
        identifier = pending.pop()
        if identifier in found:
            continue
        found.add(identifier)
        for node in mentions.get(identifier, ()):
            pending += _given(node, tree)
    return found


def _mentions(tree: Tree) -> dict[str, list[ast.AST]]:
    """Every node that reads or imports something, or names it in a string, by the identifier it is written with."""
    mentions: dict[str, list[ast.AST]] = {}
    for name in tree.nodes(ast.Name):
        if isinstance(name.ctx, ast.Load):
            mentions.setdefault(name.id, []).append(name)
    for attribute in tree.nodes(ast.Attribute):
        if isinstance(attribute.ctx, ast.Load):
            mentions.setdefault(attribute.attr, []).append(attribute)
    for constant in tree.nodes(ast.Constant):
        if isinstance(constant.value, str) and len(constant.value) < 64:
            mentions.setdefault(constant.value.rpartition(".")[2], []).append(constant)
    for alias in tree.nodes(ast.alias):
        mentions.setdefault(alias.name.rpartition(".")[2], []).append(alias)
    return mentions


def _given(node: ast.AST, tree: Tree) -> list[str]:
    """The identifiers that are given what a mention stands in: none, where it is only called or compared."""
    if isinstance(node, ast.alias):
        return [node.asname] if node.asname else []
    child = node
    given: list[str] = []
    for parent in tree.ancestors(node):
        if isinstance(parent, ast.Call) and child is parent.func:
            break
        if isinstance(parent, _BINDERS):
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            given += [written for target in targets for written in _written(target)]
        elif isinstance(parent, ast.arguments):
            given += [arg.arg for arg in (*parent.posonlyargs, *parent.args, *parent.kwonlyargs)]
            break
        if isinstance(parent, (ast.stmt, ast.Lambda)):
            break
        child = parent
    return given


def _written(target: ast.expr) -> Iterator[str]:
    """The names and attributes an assignment target sets."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Attribute):
        yield target.attr
    elif isinstance(target, ast.Starred):
        yield from _written(target.value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from _written(element)
