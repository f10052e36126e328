"""One walk over a syntax tree: its nodes by type, in source order, and every node's parent.

All later questions (scopes, bindings, guards) climb from a node of interest instead of walking again.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from picketlint.semantics.limits import Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    Node = TypeVar("Node", bound=ast.AST)

Position = tuple[int, int]
Unit = ast.stmt | ast.ExceptHandler | ast.match_case
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
UNITS = (ast.stmt, ast.ExceptHandler, ast.match_case)

_CHILDLESS_FIELDS = frozenset(
    {"arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "level", "module", "op", "ops", "rest"}
    | {"simple", "tag", "type_comment", "type_ignores"}
)
_SIDE_BRANCHES = frozenset({"orelse", "finalbody", "handlers"})
_fields_of: dict[type[ast.AST], tuple[str, ...]] = {}
# What opens a scope for some of its children, or, being a part of what does, sees the scope around.
_OPENING = frozenset({ast.ClassDef, ast.comprehension, *FUNCTIONS, *COMPREHENSIONS})
# Climbing from every node of an expression this deep or deeper is remembered on the way: it would be quadratic.
_DEEP = 16


def start(node: ast.AST) -> Position:
    """Where a node begins (line, byte offset); a ``case`` has no place of its own and begins at its pattern."""
    placed = node.pattern if isinstance(node, ast.match_case) else node
    return (getattr(placed, "lineno", 0), getattr(placed, "col_offset", 0))


def end(node: ast.AST) -> Position:
    """Where a node ends (line, byte offset)."""
    return (getattr(node, "end_lineno", None) or 0, getattr(node, "end_col_offset", None) or 0)


def any_between(places: list[Position], low: Position, high: Position | None) -> bool:
    """Whether a sorted list holds a position above ``low`` and below ``high`` (None: no upper bound)."""
    index = bisect_right(places, low)
    return index < len(places) and (high is None or places[index] < high)


def first_term(node: ast.expr) -> ast.expr | None:
    """The first term of a sum, the node itself where it is none; None for a chain with other operators in it."""
    while isinstance(node, ast.BinOp):
        if not isinstance(node.op, ast.Add):
            return None
        node = node.left
    return node


def starred(node: ast.expr) -> ast.expr:
    """``*node``, or the node itself if it is starred already; no node of the tree."""
    return node if isinstance(node, ast.Starred) else ast.copy_location(ast.Starred(node, ast.Load()), node)


def last_name(node: ast.expr) -> str:
    """The last part of a name as it is written: ``load`` of ``torch.load``; empty for what is no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _child_fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a node type that can hold nodes, last first (the walk keeps a stack)."""
    names = () if kind is ast.Constant else tuple(f for f in reversed(kind._fields) if f not in _CHILDLESS_FIELDS)
    _fields_of[kind] = names
    return names


class Tree:
    """A module's nodes, indexed. ``root`` is the module; nothing is written into the nodes, which a host may own."""

    def __init__(self, root: ast.Module) -> None:
        self.root = root
        self.limits = Limits()
        self._parents: dict[ast.AST, ast.AST] = {}
        # The node that holds this one; None for the module, or a node of another tree. Asked for at every step up.
        self.parent: Callable[[ast.AST], ast.AST | None] = self._parents.get
        self._by_type: dict[type[ast.AST], list[ast.AST]] = {}
        self._branches: dict[ast.AST, str] = {}
        self._scopes: dict[ast.AST, ast.AST] = {}
        self._units: dict[ast.AST, Unit | None] = {}
        self._walk()

    def _walk(self) -> None:
        parents, by_type, branches, fields_of = self._parents, self._by_type, self._branches, _fields_of
        # Two thirds of all nodes are of these types.
        name_node, attribute_node, constant = ast.Name, ast.Attribute, ast.Constant
        names, attributes, constants = (
            by_type.setdefault(kind, []).append for kind in (name_node, attribute_node, constant)
        )
        stack: list[Any] = [self.root]
        pop, push, any_node = stack.pop, stack.append, ast.AST
        while stack:
            node = pop()
            kind = node.__class__
            while kind is attribute_node:
                attributes(node)
                parents[node.value] = node
                node = node.value
                kind = node.__class__
            if kind is name_node:
                names(node)
                continue
            if kind is constant:
                constants(node)
                continue
            try:
                by_type[kind].append(node)
            except KeyError:
                by_type[kind] = [node]
            fields = fields_of.get(kind)
            for name in _child_fields(kind) if fields is None else fields:
                value = getattr(node, name, None)
                if value.__class__ is list:
                    if not value:
                        continue
                    for child in value[::-1]:
                        if isinstance(child, any_node):
                            parents[child] = node
                            push(child)
                    if name in _SIDE_BRANCHES:
                        branches.update(dict.fromkeys(value, name))
                elif value is not None and isinstance(value, any_node):
                    parents[value] = node
                    push(value)

    def insert(self, node: ast.AST, parent: ast.AST) -> None:
        """Let a node that was made up stand in one of the tree: what is asked of places holds for it, too."""
        self._parents[node] = parent

    def nodes(self, kind: type[Node]) -> list[Node]:
        """All nodes of exactly one type, in source order."""
        return self._by_type.get(kind, [])  # type: ignore[return-value]

    @cached_property
    def texts(self) -> list[ast.Constant]:
        """The literals that are strings or bytes, but not the pieces of f-strings, in source order."""
        constants, parent, joined = self.nodes(ast.Constant), self.parent, ast.JoinedStr
        return [one for one in constants if one.value.__class__ in (str, bytes) and parent(one).__class__ is not joined]

    @cached_property
    def _names(self) -> tuple[dict[str, list[ast.Name]], list[ast.Name]]:
        reads: dict[str, list[ast.Name]] = {}
        writes: list[ast.Name] = []
        for name in self.nodes(ast.Name):
            if not isinstance(name.ctx, ast.Load):
                writes.append(name)
            elif name.id in reads:
                reads[name.id].append(name)
            else:
                reads[name.id] = [name]
        return reads, writes

    @property
    def reads(self) -> Mapping[str, list[ast.Name]]:
        """The places where a plain name is read, by name and in source order."""
        return self._names[0]

    @property
    def writes(self) -> list[ast.Name]:
        """The plain names that are bound or deleted, in source order."""
        return self._names[1]

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
            current = self.unit(current) if isinstance(current, ast.expr) else self._parents.get(current)
        return current

    def unit(self, node: ast.AST) -> Unit | None:
        """The innermost statement, ``except`` or ``case`` clause around a node, or the node itself if it is one."""
        passed: list[ast.AST] = []
        current: ast.AST | None = node
        while current is not None and not isinstance(current, UNITS):
            if current in self._units:
                current = self._units[current]
                break
            passed.append(current)
            current = self._parents.get(current)
        if len(passed) >= _DEEP:
            self._units.update(dict.fromkeys(passed, current))
        return current

    def beginnings(self, node: ast.AST) -> set[int]:
        """The lines (1-based) that the statement around a node, or its clause, can be said to begin on."""
        unit = self.unit(node)
        if unit is None:
            return set()
        decorators: list[ast.expr] = getattr(unit, "decorator_list", [])
        lines = {start(unit)[0]}
        if decorators:
            # The "@" of the topmost: a comment stands above all of them, or between them and the definition.
            lines.add(min(decorator.lineno for decorator in decorators))
        return lines

    def scope(self, node: ast.AST) -> ast.AST:
        """The module, class, function, lambda or comprehension whose names a node sees first.

        Decorators, defaults, annotations, base classes and the first iterable of a comprehension see the scope around.
        """
        passed: list[ast.AST] = []
        parent, scopes = self.parent, self._scopes
        child, current = node, parent(node)
        found: ast.AST = self.root
        while current is not None:
            if child in scopes:
                known = scopes[child]
                if len(passed) < _DEEP:
                    # So near to what is known it is found again as quickly.
                    return known
                found = known
                break
            passed.append(child)
            if current.__class__ not in _OPENING:
                child, current = current, parent(current)
                continue
            if self._opens(current, child):
                found = current
                break
            if isinstance(current, ast.comprehension):
                owner = self._parents[current]
                if child is current.iter and _first_generator(owner) is current:
                    child, current = owner, parent(owner)
                    continue
            child, current = current, parent(current)
        if len(passed) >= _DEEP:
            self._scopes.update(dict.fromkeys(passed, found))
        else:
            for step in passed:
                if isinstance(step, ast.stmt):
                    self._scopes[step] = found
        return found

    @staticmethod
    def _opens(node: ast.AST, child: ast.AST) -> bool:
        """Whether a child of a node stands in a scope that the node opens."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return isinstance(child, ast.stmt)
        if isinstance(node, ast.Lambda):
            return child is node.body
        return isinstance(node, COMPREHENSIONS)

    def owner(self, parameter: ast.arg) -> FunctionNode | None:
        """The function or lambda that a parameter belongs to."""
        arguments = self._parents.get(parameter)
        owner = self._parents.get(arguments) if arguments is not None else None
        return owner if isinstance(owner, FUNCTIONS) else None

    def function(self, node: ast.AST) -> FunctionNode | None:
        """The innermost function or lambda in whose body a node stands; None at module or class level."""
        scope = self.scope(node)
        while not isinstance(scope, FUNCTIONS):
            if scope is self.root or isinstance(scope, ast.ClassDef):
                return None
            scope = self.scope(scope)
        return scope


def _first_generator(node: ast.AST) -> ast.comprehension | None:
    return node.generators[0] if isinstance(node, COMPREHENSIONS) else None
