"""Which bindings of a name can be in force where it is used.

A binding is whatever gives a name its meaning: an import, an assignment, a parameter, a definition, a loop target.
Bindings are found by name, on demand; ``reaching`` leaves out those that a later one has surely replaced and those in
a branch that excludes the place of use. Whatever cannot be followed is kept as a binding of unknown meaning.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from picketlint.semantics.tree import COMPREHENSIONS, FUNCTIONS, LOOPS, Tree

Position = tuple[int, int]
Block = tuple[ast.AST, str]

# A name bound this often in one scope is generated code: following every binding would be quadratic.
MAX_REACHING = 64


class Kind(Enum):
    """What kind of statement binds a name."""

    IMPORT = "import"
    VALUE = "value"
    AUGMENTED = "augmented"
    ELEMENT = "element"
    PARAMETER = "parameter"
    FUNCTION = "function"
    CLASS = "class"
    DELETED = "deleted"
    OPAQUE = "opaque"


class Binding(NamedTuple):
    """One binding. ``value`` is the bound expression (for ELEMENT the iterable); ``target`` an import's full name.

    ``node`` is where a person finds it; ``position`` when it takes effect (line, byte offset).
    """

    kind: Kind
    node: ast.AST
    scope: ast.AST
    position: Position
    value: ast.expr | None = None
    target: str = ""


class Reaching(NamedTuple):
    """The bindings that may be in force, in source order, and whether there can be others than these."""

    bindings: tuple[Binding, ...]
    complete: bool


NOTHING = Reaching((), False)


def _end(node: ast.AST) -> Position:
    return (node.end_lineno or 0, node.end_col_offset or 0)  # type: ignore[attr-defined]


def _start(node: ast.AST) -> Position:
    return (node.lineno, node.col_offset)  # type: ignore[attr-defined]


def import_target(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> tuple[str, str]:
    """The local name an import binds and the full name it stands for (``.x`` for what is relative to a package)."""
    if isinstance(node, ast.Import):
        if alias.asname:
            return alias.asname, alias.name
        top = alias.name.split(".")[0]
        return top, top
    module = "." * node.level + (node.module or "")
    separator = "" if module.endswith(".") or not module else "."
    return alias.asname or alias.name, f"{module}{separator}{alias.name}"


class Bindings:
    """All bindings of one module, looked up by name."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._sites: dict[str, list[ast.AST]] | None = None
        self._scoped: dict[str, dict[ast.AST, list[Binding]]] = {}
        self._declared: dict[str, list[ast.AST]] = {}
        self._stars: tuple[str, ...] | None = None

    @property
    def star_modules(self) -> tuple[str, ...]:
        """The modules imported with ``*``, in source order."""
        if self._stars is None:
            found = [node for node in self.tree.nodes(ast.ImportFrom) if node.names[0].name == "*"]
            self._stars = tuple("." * node.level + (node.module or "") for node in found)
        return self._stars

    def _index(self) -> dict[str, list[ast.AST]]:
        """Binding nodes by the name they bind; built once, the bindings themselves only when a name is asked for."""
        if self._sites is None:
            sites: dict[str, list[ast.AST]] = {}
            for name, site in self._named():
                sites.setdefault(name, []).append(site)
            for kind in (ast.Global, ast.Nonlocal):
                for declaration in self.tree.nodes(kind):
                    for name in declaration.names:
                        self._declared.setdefault(name, []).append(declaration)
            self._sites = sites
        return self._sites

    def _named(self) -> Iterator[tuple[str, ast.AST]]:
        """Every node that binds a name, with that name."""
        tree = self.tree
        for name in tree.nodes(ast.Name):
            if not isinstance(name.ctx, ast.Load):
                yield name.id, name
        for parameter in tree.nodes(ast.arg):
            yield parameter.arg, parameter
        for definition in (*tree.nodes(ast.FunctionDef), *tree.nodes(ast.AsyncFunctionDef), *tree.nodes(ast.ClassDef)):
            yield definition.name, definition
        for alias in tree.nodes(ast.alias):
            statement = tree.parent(alias)
            assert isinstance(statement, (ast.Import, ast.ImportFrom))
            yield import_target(statement, alias)[0], alias
        for capture in (*tree.nodes(ast.ExceptHandler), *tree.nodes(ast.MatchAs), *tree.nodes(ast.MatchStar)):
            if capture.name:
                yield capture.name, capture
        for mapping in tree.nodes(ast.MatchMapping):
            if mapping.rest:
                yield mapping.rest, mapping

    def by_scope(self, name: str) -> dict[ast.AST, list[Binding]]:
        """The bindings of a name, grouped by the scope that owns it, each group in source order."""
        found = self._scoped.get(name)
        if found is None:
            found = {}
            for site in self._index().get(name, ()):
                binding = self._binding(site)
                if binding is not None:
                    binding = self._redirect(name, binding)
                    found.setdefault(binding.scope, []).append(binding)
            for group in found.values():
                group.sort(key=lambda binding: binding.position)
            self._scoped[name] = found
        return found

    def _redirect(self, name: str, binding: Binding) -> Binding:
        """The binding as its owner sees it: ``global`` and ``nonlocal`` names belong to a scope further out."""
        for declaration in self._declared.get(name, ()):
            if self.tree.scope(declaration) is not binding.scope:
                continue
            if isinstance(declaration, ast.Global):
                return binding._replace(scope=self.tree.root)
            outer = self.tree.scope(binding.scope)
            while not isinstance(outer, FUNCTIONS) and outer is not self.tree.root:
                outer = self.tree.scope(outer)
            return binding._replace(scope=outer)
        return binding

    def _binding(self, site: ast.AST) -> Binding | None:
        scope = self.tree.scope(site)
        if isinstance(site, ast.Name):
            return self._assigned(site, scope)
        if isinstance(site, ast.arg):
            function = self._owner_of_parameter(site)
            return Binding(Kind.PARAMETER, site, function, _start(function))
        if isinstance(site, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return Binding(Kind.FUNCTION, site, scope, _start(site))
        if isinstance(site, ast.ClassDef):
            return Binding(Kind.CLASS, site, scope, _end(site))
        if isinstance(site, ast.alias):
            statement = self.tree.parent(site)
            assert isinstance(statement, (ast.Import, ast.ImportFrom))
            _, target = import_target(statement, site)
            return Binding(Kind.IMPORT, site, scope, _end(statement), target=target)
        if isinstance(site, ast.ExceptHandler):
            return Binding(Kind.OPAQUE, site, self.tree.scope(site), _start(site))
        return Binding(Kind.OPAQUE, site, scope, _end(site))

    def _owner_of_parameter(self, site: ast.AST) -> ast.AST:
        return next(node for node in self.tree.ancestors(site) if isinstance(node, FUNCTIONS))

    def _assigned(self, site: ast.Name, scope: ast.AST) -> Binding | None:
        """The binding that a name in store or delete position makes."""
        child: ast.AST = site
        parent = self.tree.parent(site)
        path: list[int] | None = []
        while isinstance(parent, (ast.Tuple, ast.List, ast.Starred)):
            if isinstance(parent, ast.Starred):
                path = None
            elif path is not None:
                starred = any(isinstance(element, ast.Starred) for element in parent.elts)
                path = None if starred else [parent.elts.index(child), *path]  # type: ignore[arg-type]
            child, parent = parent, self.tree.parent(parent)
        if isinstance(parent, ast.Delete):
            return Binding(Kind.DELETED, site, scope, _end(parent))
        if isinstance(parent, ast.Assign):
            value = _element(parent.value, path)
            return Binding(Kind.VALUE if value else Kind.OPAQUE, site, scope, _end(parent), value)
        if isinstance(parent, ast.AnnAssign):
            if parent.value is None:
                return None
            return Binding(Kind.VALUE, site, scope, _end(parent), parent.value)
        if isinstance(parent, ast.AugAssign):
            return Binding(Kind.AUGMENTED, site, scope, _end(parent), parent.value)
        if isinstance(parent, ast.NamedExpr):
            while isinstance(scope, COMPREHENSIONS):
                scope = self.tree.scope(scope)
            return Binding(Kind.VALUE, site, scope, _end(parent), parent.value)
        if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
            simple = path == []
            kind = Kind.ELEMENT if simple else Kind.OPAQUE
            return Binding(kind, site, scope, _end(parent.iter), parent.iter if simple else None)
        return Binding(Kind.OPAQUE, site, scope, _end(site))

    def lookup(self, name: str, use: ast.AST) -> Reaching | None:
        """The bindings of ``name`` that can be in force at ``use``; None when no scope around it binds the name."""
        groups = self.by_scope(name)
        if not groups:
            return None
        scope = self.tree.scope(use)
        first, deferred = True, False
        while True:
            group = groups.get(scope)
            if group and (first or not isinstance(scope, ast.ClassDef)):
                if deferred or isinstance(scope, COMPREHENSIONS):
                    return Reaching(tuple(group), True)
                return self._reaching(group, use)
            if scope is self.tree.root:
                return None
            if isinstance(scope, FUNCTIONS):
                deferred = True
            first = False
            scope = self.tree.scope(scope)

    def always_before(self, site: ast.AST, use: ast.AST) -> bool:
        """Whether a place above a use, in the same scope, has surely been passed when control reaches the use."""
        scope = self.tree.scope(use)
        blocks = self._chain(site, scope)
        return blocks == self._chain(use, scope)[: len(blocks)]

    # -- control flow ---------------------------------------------------------------------------------------------

    def _chain(self, node: ast.AST, scope: ast.AST) -> list[Block]:
        """The blocks of ``scope`` around a node, outermost first; ``with`` is left out, for its body always runs."""
        blocks: list[Block] = []
        current: ast.AST | None = node
        while current is not None and current is not scope:
            parent = self.tree.parent(current)
            if parent is None or parent is scope:
                break
            if isinstance(current, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                if not isinstance(parent, (ast.With, ast.AsyncWith)):
                    blocks.append((parent, self.tree.branch(current)))
            elif isinstance(parent, ast.IfExp) and current is not parent.test:
                blocks.append((parent, "body" if current is parent.body else "orelse"))
            current = parent
        blocks.reverse()
        return blocks

    def _reaching(self, group: list[Binding], use: ast.AST) -> Reaching:
        """What of one scope's bindings can be in force at a use in that same scope."""
        scope = group[0].scope
        here = _start(use)
        around = self._chain(use, scope)
        reached: list[Binding] = []
        loops_closed: set[ast.AST] = set()
        killed = False
        visited = 0
        for binding in reversed(group):
            if binding.position > here:
                continue
            visited += 1
            if visited > MAX_REACHING:
                return Reaching(tuple(reversed(reached)), False)
            blocks = self._chain(binding.node, scope)
            if not self._can_reach(blocks, around):
                continue
            reached.append(binding)
            if blocks == around[: len(blocks)]:
                loops_closed = {owner for owner, _ in blocks if isinstance(owner, LOOPS)}
                killed = True
                break
        later = self._around_the_loop(group, here, around, loops_closed if killed else set())
        if later is None:
            return Reaching(tuple(reversed(reached)), False)
        reached.reverse()
        bindings = [b for b in (*reached, *later) if b.kind is not Kind.DELETED]
        return Reaching(tuple(bindings), bool(bindings))

    def _around_the_loop(
        self, group: list[Binding], here: Position, around: list[Block], closed: set[ast.AST]
    ) -> list[Binding] | None:
        """Bindings below the use that an enclosing loop brings back; None where there are too many to follow."""
        loops = {owner for owner, field in around if isinstance(owner, LOOPS) and field == "body"} - closed
        if not loops:
            return []
        later: list[Binding] = []
        visited = 0
        for binding in group:
            if binding.position <= here:
                continue
            visited += 1
            if visited > MAX_REACHING:
                return None
            blocks = self._chain(binding.node, binding.scope)
            if any(owner in loops and field == "body" for owner, field in blocks):
                later.append(binding)
        return later

    def _can_reach(self, source: list[Block], use: list[Block]) -> bool:
        """Whether control can pass from a binding's blocks to a use's blocks further down."""
        shared = 0
        while shared < min(len(source), len(use)) and source[shared] == use[shared]:
            shared += 1
        in_loop = any(isinstance(owner, LOOPS) and field == "body" for owner, field in source[:shared])
        if shared < len(source) and shared < len(use) and not in_loop:
            (owner, field), (other, _) = source[shared], use[shared]
            if owner is other and isinstance(owner, (ast.If, ast.IfExp)):
                return False
            if isinstance(owner, (ast.match_case, ast.ExceptHandler)) and type(owner) is type(other):
                return self.tree.parent(owner) is not self.tree.parent(other)
            if owner is other and field in {"handlers", "orelse"} and use[shared][1] in {"handlers", "orelse"}:
                return field == use[shared][1]
        return not any(self._ends(owner, field) for owner, field in source[shared:])

    def _ends(self, owner: ast.AST, field: str) -> bool:
        """Whether a block leaves the function, so that nothing bound in it is seen after it."""
        statements = getattr(owner, field, None)
        return isinstance(statements, list) and bool(statements) and isinstance(statements[-1], (ast.Return, ast.Raise))


def _element(value: ast.expr, path: list[int] | None) -> ast.expr | None:
    """The part of a literal tuple that an unpacking target takes; None where that cannot be told."""
    if path is None:
        return None
    for index in path:
        if not isinstance(value, (ast.Tuple, ast.List)) or index >= len(value.elts):
            return None
        if any(isinstance(element, ast.Starred) for element in value.elts):
            return None
        value = value.elts[index]
    return value
