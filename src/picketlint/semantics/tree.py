"""One walk over a syntax tree: its nodes by type, in source order, and every node's parent.

All later questions (scopes, bindings, guards) climb from a node of interest instead of walking again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
LOOPS = (ast.For, ast.AsyncFor, ast.While)

_CHILDLESS_FIELDS = frozenset(
    {"ctx", "op", "ops", "id", "attr", "kind", "type_comment", "lineno", "col_offset", "end_lineno", "end_col_offset"}
)
_SIDE_BRANCHES = frozenset({"orelse", "finalbody", "handlers"})
_fields_of: dict[type[ast.AST], tuple[str, ...]] = {}


def _child_fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a node type that can hold nodes, last first (the walk keeps a stack)."""
    names = () if kind is ast.Constant else tuple(f for f in reversed(kind._fields) if f not in _CHILDLESS_FIELDS)
    _fields_of[kind] = names
    return names


class Tree:
    """A module's nodes, indexed. ``root`` is the module; nothing is written into the nodes, which a host may own."""

    def __init__(self, root: ast.Module) -> None:
        self.root = root
        self._parents: dict[ast.AST, ast.AST] = {}
        self._by_type: dict[type[ast.AST], list[ast.AST]] = {}
        self._branches: dict[ast.AST, str] = {}
        self._walk()

    def _walk(self) -> None:
        parents, by_type, branches, fields_of = self._parents, self._by_type, self._branches, _fields_of
        stack: list[ast.AST] = [self.root]
        pop, push = stack.pop, stack.append
        while stack:
            node = pop()
            kind = node.__class__
            if kind in by_type:
                by_type[kind].append(node)
            else:
                by_type[kind] = [node]
            fields = fields_of.get(kind)
            for name in _child_fields(kind) if fields is None else fields:
                value = getattr(node, name, None)
                if value.__class__ is list:
                    for child in reversed(value):
                        if isinstance(child, ast.AST):
                            parents[child] = node
                            push(child)
                            if name in _SIDE_BRANCHES:
                                branches[child] = name
                elif isinstance(value, ast.AST):
                    parents[value] = node
                    push(value)

    def nodes(self, kind: type[Node]) -> list[Node]:
        """All nodes of exactly one type, in source order."""
        return self._by_type.get(kind, [])  # type: ignore[return-value]

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that holds this one; None for the module, or a node of another tree."""
        return self._parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, innermost first, ending with the module."""
        current = self._parents.get(node)
        while current is not None:
            yield current
            current = self._parents.get(current)

    def branch(self, statement: ast.AST) -> str:
        """The field of its parent that holds a statement: body, orelse, finalbody or handlers."""
        return self._branches.get(statement, "body")

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """The innermost statement around a node, or the node itself if it is one."""
        current: ast.AST | None = node
        while current is not None and not isinstance(current, ast.stmt):
            current = self._parents.get(current)
        return current

    def scope(self, node: ast.AST) -> ast.AST:
        """The module, class, function, lambda or comprehension whose names a node sees first.

        Decorators, defaults, annotations, base classes and the first iterable of a comprehension see the scope around.
        """
        child, current = node, self._parents.get(node)
        while current is not None:
            if isinstance(current, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                if isinstance(child, ast.stmt):
                    return current
            elif isinstance(current, ast.Lambda):
                if child is current.body:
                    return current
            elif isinstance(current, COMPREHENSIONS):
                return current
            elif isinstance(current, ast.comprehension):
                owner = self._parents[current]
                if child is current.iter and current is owner.generators[0]:  # type: ignore[attr-defined]
                    child, current = owner, self._parents.get(owner)
                    continue
            child, current = current, self._parents.get(current)
        return self.root

    def function(self, node: ast.AST) -> FunctionNode | None:
        """The innermost function or lambda in whose body a node stands; None at module or class level."""
        scope = self.scope(node)
        while not isinstance(scope, FUNCTIONS):
            if scope is self.root or isinstance(scope, ast.ClassDef):
                return None
            scope = self.scope(scope)
        return scope
