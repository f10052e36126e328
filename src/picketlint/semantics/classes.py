"""The classes of a module, seen through ``self``, ``cls``, their names and their instances."""

from __future__ import annotations

import ast

from picketlint.base.records import NamedTuple
from picketlint.semantics.bindings import Binding, Bindings, Kind
from picketlint.semantics.limits import MAX_REACHING, TOO_MANY_REACH
from picketlint.semantics.tree import Position, Tree, any_between, start

# Longer chains of names and base classes than this are not followed.
MAX_DEPTH = 24
TOO_DEEP = f"names, partial objects and base classes are followed for {MAX_DEPTH} steps"


class Meaning(NamedTuple):
    """What an expression has to do with a class of this module: it is the class, or an instance of it."""

    owner: ast.ClassDef
    instance: bool


class Classes:
    """Answers which class of this module an expression means, and what the class binds to an attribute."""

    def __init__(self, tree: Tree, bindings: Bindings) -> None:
        self.tree = tree
        self.bindings = bindings
        self._stores: dict[str, list[ast.Attribute]] | None = None
        self._stored: dict[str, dict[ast.ClassDef | None, list[Binding]]] = {}
        self._store_places: dict[str, list[Position]] = {}
        self._bases: dict[ast.ClassDef, list[ast.ClassDef]] = {}
        self._overridden: dict[str, set[ast.ClassDef]] = {}
        self._members: dict[tuple[ast.ClassDef, str], list[Binding]] = {}

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        """The class whose members ``node.attribute`` means: ``self``, ``cls``, ``Name``, ``Name()``."""
        meaning = self._meaning(node)
        return None if meaning is None else meaning.owner

    def is_instance(self, node: ast.AST) -> bool:
        """Whether an expression is known to be an instance of a class of this module."""
        meaning = self._meaning(node)
        return meaning is not None and meaning.instance

    def _meaning(self, node: ast.AST) -> Meaning | None:
        """Follows names that stand for one expression only, as far as MAX_DEPTH."""
        if not self.tree.nodes(ast.ClassDef):
            return None
        calls = 0
        for _ in range(MAX_DEPTH):
            typed = _typed(node)
            if typed is not None and self.bindings.lookup("type", node) is None:
                meaning = self._meaning(typed)
                known = meaning is not None and meaning.instance and calls < 2
                return Meaning(meaning.owner, calls == 1) if meaning is not None and known else None
            if isinstance(node, ast.Call):
                calls += 1
                node = node.func
                continue
            if not isinstance(node, ast.Name):
                return None
            binding = self._only(node)
            if binding is None:
                return None
            if isinstance(binding.node, ast.ClassDef):
                return Meaning(binding.node, calls == 1) if calls < 2 else None
            if binding.kind is Kind.PARAMETER:
                return self._first_parameter(binding, calls)
            if binding.kind is not Kind.VALUE or binding.value is None:
                return None
            node = binding.value
        self.tree.limits.reached(TOO_DEEP, node)
        return None

    def _only(self, node: ast.Name) -> Binding | None:
        reaching = self.bindings.lookup(node.id, node)
        if reaching is None or not reaching.complete or len(reaching.bindings) != 1:
            return None
        return reaching.bindings[0]

    def _first_parameter(self, binding: Binding, calls: int) -> Meaning | None:
        """What ``self`` or ``cls`` stands for; ``cls()`` is an instance, ``self()`` is not known."""
        function = binding.scope
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return None
        positional = [*function.args.posonlyargs, *function.args.args]
        if not positional or positional[0] is not binding.node:
            return None
        decorators = {d.id for d in function.decorator_list if isinstance(d, ast.Name)}
        owner = self.tree.scope(function)
        if not isinstance(owner, ast.ClassDef) or "staticmethod" in decorators:
            return None
        is_class = "classmethod" in decorators or function.name in ("__new__", "__init_subclass__", "__class_getitem__")
        if calls > (1 if is_class else 0):
            return None
        return Meaning(owner, not is_class or calls == 1)

    # -- members -------------------------------------------------------------------------------------------------------

    def members(self, owner: ast.ClassDef, attribute: str) -> list[Binding]:
        """What a class binds to an attribute: in its body, else in that of a base class, and on its instances."""
        key = (owner, attribute)
        found = self._members.get(key)
        if found is None:
            found = self._members[key] = self._find(owner, attribute)
        return found

    def _find(self, owner: ast.ClassDef, attribute: str) -> list[Binding]:
        own: list[Binding] = []
        on_instances: list[Binding] = []
        stored = self._stored_in(attribute)
        for current in self._lineage(owner):
            own = own or list(self.bindings.final(attribute, current))
            on_instances += stored.get(current, ())
        found = [*own, *on_instances]
        if len(found) <= MAX_REACHING:
            return found
        self.tree.limits.reached(TOO_MANY_REACH, owner)
        return [found[0]._replace(kind=Kind.OPAQUE, value=None)]

    def _lineage(self, owner: ast.ClassDef) -> list[ast.ClassDef]:
        """A class and its base classes in this module, nearest first."""
        lineage = [owner]
        seen: set[ast.AST] = {owner}
        for current in lineage:
            if len(lineage) > MAX_DEPTH:
                self.tree.limits.reached(TOO_DEEP, owner)
                break
            for base in self._bases_of(current):
                if base not in seen:
                    seen.add(base)
                    lineage.append(base)
        return lineage

    def _bases_of(self, owner: ast.ClassDef) -> list[ast.ClassDef]:
        found = self._bases.get(owner)
        if found is None:
            found = self._bases[owner] = [base for base in map(self.class_of, owner.bases) if base is not None]
        return found

    def foreign(self, attribute: str) -> bool:
        """Whether the module assigns to this attribute of an object that is not known."""
        return None in self._stored_in(attribute)

    def overridden(self, owner: ast.ClassDef, attribute: str) -> bool:
        """Whether a class of the module that is derived from this one has an attribute of its own."""
        found = self._overridden.get(attribute)
        if found is None:
            scopes: list[ast.AST | None] = [*self.bindings.by_scope(attribute), *self._stored_in(attribute)]
            classes = [scope for scope in dict.fromkeys(scopes) if isinstance(scope, ast.ClassDef)]
            found = self._overridden[attribute] = {base for one in classes for base in self._lineage(one)[1:]}
        return owner in found

    def is_field(self, binding: Binding) -> bool:
        """Whether a class-level binding is a field whose value each instance may choose (dataclass, pydantic)."""
        owner = binding.scope
        if isinstance(owner, ast.ClassDef) and isinstance(self.tree.parent(binding.node), ast.AnnAssign):
            return isinstance(binding.node, ast.Name) and bool(owner.decorator_list or owner.bases)
        return False

    def _stored_in(self, attribute: str) -> dict[ast.ClassDef | None, list[Binding]]:
        """What is assigned to ``something.attribute``, by the class that something is an instance of."""
        found = self._stored.get(attribute)
        if found is None:
            found = self._stored[attribute] = {}
            for store in self.attribute_stores().get(attribute, ()):
                statement = self.tree.parent(store)
                value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
                if isinstance(statement, ast.AnnAssign) and value is None:
                    continue
                owner = self.class_of(store.value)
                kind = Kind.VALUE if value is not None else Kind.OPAQUE
                found.setdefault(owner, []).append(Binding(kind, store, owner or store, start(store), value))
        return found

    def stored_between(self, attribute: str, low: Position, high: Position) -> bool:
        """Whether the module assigns to ``something.attribute`` below one place and above another."""
        places = self._store_places.get(attribute)
        if places is None:
            places = self._store_places[attribute] = sorted(map(start, self.attribute_stores().get(attribute, ())))
        return any_between(places, low, high)

    def attribute_stores(self) -> dict[str, list[ast.Attribute]]:
        """Every place of the module that assigns to ``something.attribute``, by attribute; built once."""
        if self._stores is None:
            stores: dict[str, list[ast.Attribute]] = {}
            for node in self.tree.nodes(ast.Attribute):
                if isinstance(node.ctx, ast.Store):
                    stores.setdefault(node.attr, []).append(node)
            self._stores = stores
        return self._stores


def _typed(node: ast.AST) -> ast.Name | None:
    """The name whose class is meant: ``type(self)``, ``self.__class__``."""
    found: ast.AST | None = None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type":
        found = node.args[0] if len(node.args) == 1 and not node.keywords else None
    elif isinstance(node, ast.Attribute) and node.attr == "__class__":
        found = node.value
    return found if isinstance(found, ast.Name) else None
