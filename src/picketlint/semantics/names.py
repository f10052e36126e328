"""Qualified names: which imported things an expression can stand for.

``ld`` after ``from torch import load as ld`` is ``torch.load``; a function of this module is ``<here>.name``; what a
call returns is ``callee()``. An answer lists every name the expression can have, in source order, and says whether it
can be anything else: what is not known is never taken for absent.
"""

from __future__ import annotations

import ast
import builtins
from typing import NamedTuple

from picketlint.semantics.bindings import Binding, Bindings, Kind
from picketlint.semantics.tree import Tree

HERE = "<here>."
MAX_DEPTH = 24
MAX_NAMES = 16
_BUILTINS = frozenset(dir(builtins))
_TRANSPARENT = frozenset({"builtins.staticmethod", "builtins.classmethod", "functools.lru_cache()", "functools.cache"})


class Names(NamedTuple):
    """The qualified names an expression can have. ``complete``: it can have no other."""

    names: tuple[str, ...]
    complete: bool

    @property
    def certain(self) -> str | None:
        """The one name the expression surely has, if there is one."""
        return self.names[0] if self.complete and len(self.names) == 1 else None


UNKNOWN = Names((), False)


def _union(parts: list[Names], complete: bool = True) -> Names:
    names: dict[str, None] = {}
    for part in parts:
        complete = complete and part.complete
        names.update(dict.fromkeys(part.names))
    if len(names) > MAX_NAMES:
        return Names(tuple(names)[:MAX_NAMES], False)
    return Names(tuple(names), complete and bool(names))


class Resolver:
    """Answers which qualified names an expression of one module can have; every answer is remembered."""

    def __init__(self, tree: Tree, bindings: Bindings) -> None:
        self.tree = tree
        self.bindings = bindings
        self._known: dict[ast.AST, Names] = {}
        self._stores: dict[str, list[ast.Attribute]] | None = None

    def names(self, node: ast.AST, depth: int = 0) -> Names:
        """The qualified names of an expression; UNKNOWN beyond a fixed depth and inside a cycle."""
        known = self._known.get(node)
        if known is not None:
            return known
        if depth > MAX_DEPTH:
            return UNKNOWN
        self._known[node] = UNKNOWN
        answer = self._compute(node, depth)
        self._known[node] = answer
        return answer

    def _compute(self, node: ast.AST, depth: int) -> Names:
        if isinstance(node, ast.Name):
            return self._name(node, depth)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, depth)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, ast.Subscript):
            return self._entry(node, depth)
        if isinstance(node, ast.Constant) and node.value is None:
            # The `yaml = None` of a failed import: it has no name, and nothing can be called on it either.
            return Names((), True)
        if isinstance(node, ast.IfExp):
            return _union([self.names(node.body, depth + 1), self.names(node.orelse, depth + 1)])
        if isinstance(node, ast.BoolOp):
            return _union([self.names(value, depth + 1) for value in node.values])
        if isinstance(node, ast.NamedExpr):
            return self.names(node.value, depth + 1)
        return UNKNOWN

    def _name(self, node: ast.Name, depth: int) -> Names:
        reaching = self.bindings.lookup(node.id, node)
        if reaching is not None:
            return _union([self._bound(binding, depth) for binding in reaching.bindings], reaching.complete)
        if node.id == "__builtins__":
            return Names(("builtins",), True)
        stars = [f"{module}.{node.id}" for module in self.bindings.star_modules]
        if node.id in _BUILTINS:
            return Names((f"builtins.{node.id}", *stars), not stars)
        return Names(tuple(stars), len(stars) == 1)

    def _bound(self, binding: Binding, depth: int) -> Names:
        if binding.kind is Kind.IMPORT:
            return Names((binding.target,), True)
        if binding.kind is Kind.VALUE and binding.value is not None:
            return self.names(binding.value, depth + 1)
        if binding.kind in (Kind.FUNCTION, Kind.CLASS):
            return Names((HERE + binding.node.name,), True)  # type: ignore[attr-defined]
        if binding.kind is Kind.PARAMETER:
            default = self.parameter_default(binding)
            return self.names(default, depth + 1)._replace(complete=False) if default is not None else UNKNOWN
        return UNKNOWN

    def parameter_default(self, binding: Binding) -> ast.expr | None:
        """The default of the parameter that a PARAMETER binding stands for; None without one."""
        arguments = binding.scope.args  # type: ignore[attr-defined]
        return self.default_of(arguments, binding.node)

    @staticmethod
    def default_of(arguments: ast.arguments, parameter: ast.AST) -> ast.expr | None:
        """The default expression of a parameter in a signature; None for one without a default."""
        positional = [*arguments.posonlyargs, *arguments.args]
        for index, argument in enumerate(positional):
            if argument is parameter:
                back = index - len(positional)
                return arguments.defaults[back] if -back <= len(arguments.defaults) else None
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if argument is parameter:
                return default
        return None

    def _attribute(self, node: ast.Attribute, depth: int) -> Names:
        owner = self.class_of(node.value, depth)
        if owner is not None:
            members = self.members(owner, node.attr)
            return _union([self._bound(member, depth) for member in members]) if members else UNKNOWN
        base = self.names(node.value, depth + 1)
        return Names(tuple(f"{name}.{node.attr}" for name in base.names), base.complete)

    def _entry(self, node: ast.Subscript, depth: int) -> Names:
        """``__builtins__["eval"]``, ``pickle.__dict__["loads"]``, ``sys.modules["pickle"]``."""
        key, base = _text(node.slice), self.names(node.value, depth + 1).certain
        if key is None or base is None:
            return UNKNOWN
        if base == "sys.modules":
            return Names((key,), True)
        if base == "builtins" or base.endswith(".__dict__"):
            return Names((f"{base.removesuffix('.__dict__')}.{key}",), True)
        return UNKNOWN

    def _call(self, node: ast.Call, depth: int) -> Names:
        callee = self.names(node.func, depth + 1)
        certain = callee.certain
        if certain == "builtins.getattr" and len(node.args) >= 2 and _text(node.args[1]):
            base = self.names(node.args[0], depth + 1)
            attribute = _text(node.args[1])
            found = Names(tuple(f"{name}.{attribute}" for name in base.names), base.complete)
            return found if len(node.args) == 2 else _union([found, self.names(node.args[2], depth + 1)])
        if certain in ("importlib.import_module", "builtins.__import__") and node.args and _text(node.args[0]):
            module = _text(node.args[0]) or ""
            if certain == "builtins.__import__" and len(node.args) < 4:
                module = module.split(".")[0]
            return Names((module,), True)
        if certain in _TRANSPARENT and len(node.args) == 1:
            return self.names(node.args[0], depth + 1)
        return Names(tuple(f"{name}()" for name in callee.names), callee.complete)

    # -- classes of this module ---------------------------------------------------------------------------------------

    def class_of(self, node: ast.AST, depth: int = 0) -> ast.ClassDef | None:
        """The class of this module whose members ``node.attribute`` means: ``self``, ``cls``, ``Name``, ``Name()``."""
        if depth > MAX_DEPTH:
            return None
        if isinstance(node, ast.Call):
            return self.class_of(node.func, depth + 1)
        if not isinstance(node, ast.Name):
            return None
        reaching = self.bindings.lookup(node.id, node)
        if reaching is None or not reaching.complete or len(reaching.bindings) != 1:
            return None
        binding = reaching.bindings[0]
        if isinstance(binding.node, ast.ClassDef):
            return binding.node
        if binding.kind is Kind.VALUE and isinstance(binding.value, ast.Call):
            return self.class_of(binding.value.func, depth + 1)
        return self._class_of_first_parameter(binding) if binding.kind is Kind.PARAMETER else None

    def _class_of_first_parameter(self, binding: Binding) -> ast.ClassDef | None:
        function = binding.scope
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return None
        positional = [*function.args.posonlyargs, *function.args.args]
        if not positional or positional[0] is not binding.node:
            return None
        if any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in function.decorator_list):
            return None
        owner = self.tree.scope(function)
        return owner if isinstance(owner, ast.ClassDef) else None

    def members(self, owner: ast.ClassDef, attribute: str) -> list[Binding]:
        """What a class of this module binds to an attribute: in its body and through ``self.attribute = ...``.

        Base classes of this module are followed; an empty list means that the class says nothing about it.
        """
        seen: set[ast.AST] = set()
        queue = [owner]
        while queue and len(seen) < MAX_DEPTH:
            current = queue.pop(0)
            if current in seen:
                continue
            seen.add(current)
            found = [*self.bindings.by_scope(attribute).get(current, ()), *self._stored(current, attribute)]
            if found:
                return found
            queue += [parent for parent in map(self.class_of, current.bases) if parent is not None]
        return []

    def _stored(self, owner: ast.ClassDef, attribute: str) -> list[Binding]:
        found: list[Binding] = []
        for store in self.attribute_stores().get(attribute, ()):
            if self.class_of(store.value) is not owner:
                continue
            statement = self.tree.parent(store)
            value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
            kind = Kind.VALUE if value is not None else Kind.OPAQUE
            found.append(Binding(kind, store, owner, (store.lineno, store.col_offset), value))
        return found

    def attribute_stores(self) -> dict[str, list[ast.Attribute]]:
        """Every place of the module that assigns to ``something.attribute``, by attribute; built once."""
        if self._stores is None:
            stores: dict[str, list[ast.Attribute]] = {}
            for node in self.tree.nodes(ast.Attribute):
                if isinstance(node.ctx, ast.Store):
                    stores.setdefault(node.attr, []).append(node)
            self._stores = stores
        return self._stores


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
