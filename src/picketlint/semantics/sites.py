"""The places of a module that bind names, and the scope that each binding belongs to."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.base.records import Enum, NamedTuple
from picketlint.semantics.tree import COMPREHENSIONS, FUNCTIONS, Position, Tree, end, start

_TYPE_PARAMETERS = tuple(getattr(ast, name) for name in ("TypeVar", "ParamSpec", "TypeVarTuple") if hasattr(ast, name))
# An element's place in a tuple; None where a starred one makes it unknown.
_Places = dict[ast.AST, int] | None


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

    ``node`` is where a person finds it; ``position`` when it takes effect (line, byte offset). A weak one may leave the
    name as it was (a star import); a remote one stands in a function and binds a name of a scope around it.
    """

    kind: Kind
    node: ast.AST
    scope: ast.AST
    position: Position
    value: ast.expr | None = None
    target: str = ""
    weak: bool = False
    remote: bool = False


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


class Sites:
    """The bindings of one module by name and scope; each name's are made when it is asked for."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._sites: dict[str, list[ast.AST]] | None = None
        self._scoped: dict[str, dict[ast.AST, list[Binding]]] = {}
        self._declared: dict[tuple[str, ast.AST], type[ast.AST]] = {}
        self._type_parameters: dict[str, list[tuple[ast.AST, ast.AST]]] = {}
        self._places: dict[ast.AST, _Places] = {}

    def _index(self) -> dict[str, list[ast.AST]]:
        """Binding nodes by the name they bind, built once."""
        if self._sites is None:
            sites: dict[str, list[ast.AST]] = {}
            for name, site in self._named():
                sites.setdefault(name, []).append(site)
            self._sites = sites
            self._index_declarations()
        return self._sites

    def _index_declarations(self) -> None:
        tree = self.tree
        declarations: list[ast.Global | ast.Nonlocal] = [*tree.nodes(ast.Global), *tree.nodes(ast.Nonlocal)]
        for declaration in declarations:
            scope = tree.scope(declaration)
            for name in declaration.names:
                self._declared[name, scope] = type(declaration)
        for kind in _TYPE_PARAMETERS:
            for parameter in tree.nodes(kind):
                owner = tree.parent(parameter)
                if owner is not None:
                    self._type_parameters.setdefault(parameter.name, []).append((owner, parameter))

    def _named(self) -> Iterator[tuple[str, ast.AST]]:
        """Every node that binds a name, with that name."""
        tree = self.tree
        for name in tree.writes:
            yield name.id, name
        for parameter in tree.nodes(ast.arg):
            yield parameter.arg, parameter
        definitions: list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]
        definitions = [*tree.nodes(ast.FunctionDef), *tree.nodes(ast.AsyncFunctionDef), *tree.nodes(ast.ClassDef)]
        for definition in definitions:
            yield definition.name, definition
        for alias in tree.nodes(ast.alias):
            if alias.name != "*":
                yield import_target(self._statement(alias), alias)[0], alias
        captures: list[ast.ExceptHandler | ast.MatchAs | ast.MatchStar]
        captures = [*tree.nodes(ast.ExceptHandler), *tree.nodes(ast.MatchAs), *tree.nodes(ast.MatchStar)]
        for capture in captures:
            if capture.name:
                yield capture.name, capture
        for mapping in tree.nodes(ast.MatchMapping):
            if mapping.rest:
                yield mapping.rest, mapping

    def _statement(self, alias: ast.alias) -> ast.Import | ast.ImportFrom:
        statement = self.tree.parent(alias)
        assert isinstance(statement, (ast.Import, ast.ImportFrom))
        return statement

    # -- scopes --------------------------------------------------------------------------------------------------------

    def is_global(self, name: str, scope: ast.AST) -> bool:
        """Whether a scope declares a name ``global``."""
        self._index()
        return self._declared.get((name, scope)) is ast.Global

    def type_parameter(self, name: str, use: ast.AST) -> Binding | None:
        """The type parameter (``def f[T]``, ``class A[T]``, ``type X[T]``) that a name stands for at a place of use."""
        if self._sites is None:
            self._index()
        for owner, parameter in self._type_parameters.get(name, ()) if self._type_parameters else ():
            child = use
            for around in self.tree.ancestors(use):
                if around is owner:
                    if child not in getattr(owner, "decorator_list", ()):
                        return Binding(Kind.OPAQUE, parameter, owner, start(parameter))
                    break
                child = around
        return None

    def by_scope(self, name: str) -> dict[ast.AST, list[Binding]]:
        """The bindings of a name, grouped by the scope that owns it, each group in source order."""
        found = self._scoped.get(name)
        if found is None:
            own = [binding for site in self._index().get(name, ()) if (binding := self._binding(site)) is not None]
            scopes = {b.scope for b in own if (name, b.scope) not in self._declared}
            found = {}
            for binding in own:
                binding = self._redirect(name, binding, scopes)
                found.setdefault(binding.scope, []).append(binding)
            for group in found.values():
                group.sort(key=lambda binding: binding.position)
            self._scoped[name] = found
        return found

    def _redirect(self, name: str, binding: Binding, scopes: set[ast.AST]) -> Binding:
        """The binding as its owner sees it: ``global`` and ``nonlocal`` names belong to a scope further out."""
        declared = self._declared.get((name, binding.scope))
        root = self.tree.root
        if declared is None or binding.scope is root:
            return binding
        if declared is ast.Global:
            return binding._replace(scope=root, remote=True)
        outer = self.tree.scope(binding.scope)
        while outer is not root and not (isinstance(outer, FUNCTIONS) and outer in scopes):
            outer = self.tree.scope(outer)
        return binding._replace(scope=outer, remote=True)

    # -- single bindings -----------------------------------------------------------------------------------------------

    def _binding(self, site: ast.AST) -> Binding | None:
        if isinstance(site, ast.Name):
            return self._assigned(site)
        if isinstance(site, ast.arg):
            function = self.tree.owner(site)
            return None if function is None else Binding(Kind.PARAMETER, site, function, start(function))
        scope = self.tree.scope(site)
        if isinstance(site, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return Binding(Kind.FUNCTION, site, scope, start(site))
        if isinstance(site, ast.ClassDef):
            return Binding(Kind.CLASS, site, scope, end(site))
        if isinstance(site, ast.alias):
            statement = self._statement(site)
            return Binding(Kind.IMPORT, site, scope, end(statement), target=import_target(statement, site)[1])
        return Binding(Kind.OPAQUE, site, scope, start(site) if isinstance(site, ast.ExceptHandler) else end(site))

    def _assigned(self, site: ast.Name) -> Binding | None:
        """The binding that a name in store or delete position makes."""
        parent, path = self._target(site)
        scope = self.tree.scope(site)
        if isinstance(parent, ast.Delete):
            return Binding(Kind.DELETED, site, scope, end(parent))
        if isinstance(parent, ast.Assign):
            value = self._element(parent.value, path)
            return Binding(Kind.VALUE if value else Kind.OPAQUE, site, scope, end(parent), value)
        if isinstance(parent, ast.AnnAssign):
            return Binding(Kind.VALUE, site, scope, end(parent), parent.value) if parent.value else None
        if isinstance(parent, ast.AugAssign):
            return Binding(Kind.AUGMENTED, site, scope, end(parent), parent.value)
        if isinstance(parent, ast.NamedExpr):
            while isinstance(scope, COMPREHENSIONS):
                scope = self.tree.scope(scope)
            return Binding(Kind.VALUE, site, scope, end(parent), parent.value)
        if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
            kind = Kind.ELEMENT if path == [] else Kind.OPAQUE
            return Binding(kind, site, scope, end(parent.iter), parent.iter if path == [] else None)
        return Binding(Kind.OPAQUE, site, scope, end(site))

    def _target(self, site: ast.Name) -> tuple[ast.AST | None, list[int] | None]:
        """The statement that assigns to a name, and the name's place in its target; None where that is not fixed."""
        child: ast.AST = site
        parent = self.tree.parent(site)
        path: list[int] | None = []
        while isinstance(parent, (ast.Tuple, ast.List, ast.Starred)):
            places = None if isinstance(parent, ast.Starred) else self.places_in(parent)
            path = None if places is None or path is None else [places[child], *path]
            child, parent = parent, self.tree.parent(parent)
        return parent, path

    def places_in(self, sequence: ast.Tuple | ast.List) -> _Places:
        """The 0-based places of the elements of a sequence; None where a starred one makes them unknown."""
        if sequence not in self._places:
            starred = any(isinstance(element, ast.Starred) for element in sequence.elts)
            self._places[sequence] = None if starred else {e: index for index, e in enumerate(sequence.elts)}
        return self._places[sequence]

    def _element(self, value: ast.expr, path: list[int] | None) -> ast.expr | None:
        """The part of a literal tuple that an unpacking target takes; None where that cannot be told."""
        if path is None:
            return None
        for index in path:
            if not isinstance(value, (ast.Tuple, ast.List)) or index >= len(value.elts):
                return None
            if self.places_in(value) is None:
                return None
            value = value.elts[index]
        return value
