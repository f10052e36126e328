"""Which bindings of a name can be in force where it is used.

A binding is whatever gives a name its meaning: an import, an assignment, a parameter, a definition, a loop target.
Bindings are found by name, on demand; control flow leaves out those that a later one has surely replaced and those
that control cannot carry to the place of use. Whatever cannot be followed is kept as a binding of unknown meaning.
"""

from __future__ import annotations

import ast
import builtins
from functools import cached_property

from picketlint.base.records import NamedTuple
from picketlint.semantics.sites import Binding, Kind, Sites, import_target
from picketlint.semantics.tree import COMPREHENSIONS, FUNCTIONS, Tree, start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.control import Control
    from picketlint.semantics.flow import Flow

BUILTINS = frozenset(dir(builtins))
# More star imports than this and a name could come from anywhere.
_MAX_STARS = 16
_TOO_MANY_STARS = f"a name can come from more than {_MAX_STARS} star imports"
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Reaching(NamedTuple):
    """The bindings that may be in force, in source order, and whether there can be others than these."""

    bindings: tuple[Binding, ...]
    complete: bool


NOTHING = Reaching((), False)


class Owner(NamedTuple):
    """The scope that a name belongs to. ``deferred``: the use stands in a function nested in it."""

    scope: ast.AST
    deferred: bool


class Bindings:
    """All bindings of one module, looked up by name."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._sites = Sites(tree)
        self._groups: dict[tuple[str, ast.AST], list[Binding]] = {}
        self._flows: dict[tuple[str, ast.AST], Flow] = {}
        self._straight: dict[tuple[str, ast.AST], Reaching | None] = {}
        self._known: dict[ast.AST, Reaching | None] = {}
        self._owners: dict[tuple[str, ast.AST], Owner | None] = {}

    @cached_property
    def control(self) -> Control:
        """Answers for how control leaves statements; most names are bound once, and ask for none of it."""
        from picketlint.semantics.control import Control

        return Control(self.tree)

    @cached_property
    def _stars(self) -> tuple[ast.ImportFrom, ...]:
        """The imports with ``*``, in source order."""
        return tuple(node for node in self.tree.nodes(ast.ImportFrom) if node.names[0].name == "*")

    def by_scope(self, name: str) -> dict[ast.AST, list[Binding]]:
        """The bindings of a name, grouped by the scope that owns it, each group in source order."""
        return self._sites.by_scope(name)

    def places_in(self, sequence: ast.Tuple | ast.List) -> dict[ast.AST, int] | None:
        """The 0-based places of the elements of a sequence; None where a starred one makes them unknown."""
        return self._sites.places_in(sequence)

    def group(self, name: str, scope: ast.AST) -> list[Binding]:
        """The bindings of a name in one scope; in the module also the star imports that may bind it."""
        key = (name, scope)
        found = self._groups.get(key)
        if found is None:
            found = self.by_scope(name).get(scope, [])
            if scope is self.tree.root and self._stars:
                found = sorted([*found, *self._from_stars(name)], key=lambda binding: binding.position)
            self._groups[key] = found
        return found

    def _from_stars(self, name: str) -> list[Binding]:
        stars = self._stars
        if len(stars) > _MAX_STARS:
            self.tree.limits.reached(_TOO_MANY_STARS, stars[0])
            return [Binding(Kind.OPAQUE, stars[0], self.tree.root, start(stars[0]), weak=True)]
        return [
            Binding(
                Kind.IMPORT,
                node,
                self.tree.root,
                start(node),
                target=import_target(node, ast.alias(name, None))[1],
                weak=True,
            )
            for node in stars
        ]

    # -- questions -----------------------------------------------------------------------------------------------------

    def lookup(self, name: str, use: ast.AST) -> Reaching | None:
        """The bindings of ``name`` that can be in force at ``use``; None when no scope around it binds the name."""
        if isinstance(use, ast.Name) and use.id == name:
            if use not in self._known:
                self._known[use] = self._lookup(name, use)
            return self._known[use]
        return self._lookup(name, use)

    def _lookup(self, name: str, use: ast.AST) -> Reaching | None:
        parameter = self._sites.type_parameter(name, use)
        if parameter is not None:
            return Reaching((parameter,), True)
        owner = self.owner(name, use)
        return None if owner is None else self._reaching(name, owner, use)

    def owner(self, name: str, use: ast.AST) -> Owner | None:
        """The scope in which a name is looked up at a place of use; None when no scope around binds it."""
        if not self.by_scope(name) and not self._stars:
            return None
        scope = self.tree.scope(use)
        key = (name, scope)
        if key not in self._owners:
            self._owners[key] = self._owner(name, scope)
        return self._owners[key]

    def _owner(self, name: str, innermost: ast.AST) -> Owner | None:
        """The same for all uses whose innermost scope is this."""
        groups, root = self.by_scope(name), self.tree.root
        scope, deferred = innermost, False
        while True:
            bound = scope in groups or (scope is root and self._stars)
            if bound and (scope is innermost or not isinstance(scope, ast.ClassDef)):
                return Owner(scope, deferred)
            if scope is root:
                return None
            deferred = deferred or isinstance(scope, FUNCTIONS) or self._lazy(scope)
            scope = root if self._sites.is_global(name, scope) else self.tree.scope(scope)

    def _lazy(self, scope: ast.AST) -> bool:
        """Whether a scope is a generator that may run later than where it is written."""
        if not isinstance(scope, ast.GeneratorExp):
            return False
        return not isinstance(self.tree.parent(scope), (ast.Call, ast.For, ast.AsyncFor, ast.comprehension))

    def _reaching(self, name: str, owner: Owner, use: ast.AST) -> Reaching:
        """What of one scope's bindings can be in force at a use in it or in a scope nested in it."""
        scope = owner.scope
        straight = self._only_one(name, scope)
        if straight is not None:
            only = straight.bindings[0]
            if owner.deferred or only.kind is Kind.PARAMETER or only.position <= start(use):
                return straight
            outside = self._outside(name, owner, use)
            return Reaching(outside.bindings, outside.complete and bool(outside.bindings))
        group = self.group(name, scope)
        if isinstance(scope, COMPREHENSIONS):
            return Reaching(tuple(group), True)
        reached = self._flow(name, scope).reaching(use, deferred=owner.deferred)
        found = _without_echoes([group[index] for index in reached.events])
        complete = not reached.many
        if reached.unset and not reached.many:
            outside = self._outside(name, owner, use)
            found += outside.bindings
            complete = complete and (outside.complete or not outside.bindings)
        return Reaching(tuple(found), complete and bool(found))

    def _outside(self, name: str, owner: Owner, use: ast.AST) -> Reaching:
        """What a name means where its scope has not bound it: globals for a class body, then builtins."""
        root = self.tree.root
        if isinstance(owner.scope, ast.ClassDef):
            if self.group(name, root):
                deferred = owner.deferred or self.tree.function(owner.scope) is not None
                return self._reaching(name, Owner(root, deferred), use)
        elif owner.scope is not root:
            return Reaching((), True)
        if name not in BUILTINS:
            return Reaching((), True)
        return Reaching((Binding(Kind.IMPORT, root, root, (0, 0), target=f"builtins.{name}"),), True)

    def _only_one(self, name: str, scope: ast.AST) -> Reaching | None:
        """What a name means below its only binding, where places alone tell whether that is in force."""
        key = (name, scope)
        if key not in self._straight:
            group = self.group(name, scope)
            plain = len(group) == 1 and not isinstance(scope, COMPREHENSIONS) and self._always_bound(scope, group[0])
            self._straight[key] = Reaching((group[0],), True) if plain else None
        return self._straight[key]

    def _always_bound(self, scope: ast.AST, only: Binding) -> bool:
        """Whether a name's only binding stands straight in the scope's body, so that places alone tell all."""
        if only.weak or only.remote or only.kind is Kind.DELETED:
            return False
        if only.kind is Kind.PARAMETER:
            return True
        unit = self.tree.unit(only.node)
        if not isinstance(unit, _SIMPLE) or self.tree.parent(unit) is not scope:
            return False
        return not isinstance(self.tree.parent(only.node), ast.NamedExpr)

    def _flow(self, name: str, scope: ast.AST) -> Flow:
        key = (name, scope)
        found = self._flows.get(key)
        if found is None:
            from picketlint.semantics.flow import Flow, event

            found = self._flows[key] = Flow(self.control, scope, [event(b) for b in self.group(name, scope)])
        return found

    def final(self, name: str, scope: ast.AST) -> tuple[Binding, ...]:
        """The bindings of a name that can be in force when the body of a class or module has run."""
        group = self.group(name, scope)
        if not group:
            return ()
        reached = self._flow(name, scope).final()
        return tuple(group) if reached.many else tuple(group[index] for index in reached.events)


def _without_echoes(found: list[Binding]) -> list[Binding]:
    """A star import after ``import torch`` binds ``torch`` again only if its module imported the same thing."""
    if any(binding.kind is Kind.IMPORT and not binding.weak for binding in found):
        return [binding for binding in found if not binding.weak]
    return found


__all__ = ["NOTHING", "Binding", "Bindings", "Kind", "Reaching", "import_target"]
