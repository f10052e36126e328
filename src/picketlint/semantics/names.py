"""Qualified names: which imported things an expression can stand for.

``ld`` after ``from torch import load as ld`` is ``torch.load``; a function of this module is ``<here>.name``; what a
call returns is ``callee()``. An answer lists every name the expression can have, in source order, and says whether it
can be anything else: what is not known is never taken for absent.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from picketlint.base.records import NamedTuple
from picketlint.semantics.bindings import BUILTINS, Binding, Bindings, Kind
from picketlint.semantics.classes import Classes
from picketlint.semantics.dispatching import FunctionTables
from picketlint.semantics.solver import Solver
from picketlint.semantics.tree import FUNCTIONS, Tree, last_name

HERE = "<here>."
MAX_NAMES = 16
MAX_LENGTH = 1024
_TOO_MANY = f"more than {MAX_NAMES} qualified names are possible"
_TOO_LONG = f"qualified names have up to {MAX_LENGTH} characters"
# A function that brings a module is short: a `try`, an import or two, the words of an error.
_MAX_STATEMENTS = 24
# What calls of these return is what they were given, to be called in the same way.
TRANSPARENT = frozenset(
    {
        "builtins.staticmethod",
        "builtins.classmethod",
        "functools.lru_cache()",
        "functools.cache",
        "joblib.delayed",
        "joblib.parallel.delayed",
        "sklearn.utils.fixes.delayed",
        "sklearn.utils.parallel.delayed",
        "dask.delayed",
        "dask.delayed.delayed",
        "ray.remote",
    }
)


# Decorators that leave what a function returns as it is.
_REMEMBERING = frozenset({"cache", "lru_cache", "staticmethod"})
_OTHER_STATEMENTS = (*FUNCTIONS, ast.ClassDef, ast.For, ast.AsyncFor, ast.While, ast.Match)


class Names(NamedTuple):
    """The qualified names an expression can have. ``complete``: it can have no other."""

    names: tuple[str, ...]
    complete: bool

    @property
    def certain(self) -> str | None:
        """The one name the expression surely has, if there is one."""
        return self.names[0] if self.complete and len(self.names) == 1 else None


class Parameter(NamedTuple):
    """A parameter in a signature: its 0-based place among the positional ones, if it is one, and its default."""

    node: ast.arg
    place: int | None
    default: ast.expr | None


UNKNOWN = Names((), False)
NO_NAME = Names((), True)
Get = Callable[[ast.AST], Names]


class Resolver(Solver[ast.AST, Names]):
    """Answers which qualified names an expression of one module can have; every answer is remembered."""

    def __init__(self, tree: Tree, bindings: Bindings) -> None:
        super().__init__()
        self.tree = tree
        self.bindings = bindings
        self._signatures: dict[ast.arguments, dict[ast.AST, Parameter]] = {}
        self._classes: dict[ast.AST, ast.ClassDef | None] = {}
        self._brought: dict[ast.AST, list[ast.expr]] = {}
        self.classes = Classes(tree, bindings)
        self.tables = FunctionTables(tree, bindings, self.classes)

    def names(self, node: ast.AST) -> Names:
        """The qualified names of an expression; UNKNOWN where it depends on itself."""
        return self.solve(node)

    def _unknown(self, key: ast.AST) -> Names:
        return UNKNOWN

    # -- what an answer depends on -------------------------------------------------------------------------------------

    def _dependencies(self, node: ast.AST) -> list[ast.AST]:
        """Every expression whose names ``_combine`` may ask for."""
        if isinstance(node, ast.Name):
            reaching = self.bindings.lookup(node.id, node)
            return self._values_of(reaching.bindings) if reaching is not None else []
        if isinstance(node, ast.Attribute):
            owner = self.class_of(node.value)
            return [node.value] if owner is None else self._values_of(self.members(owner, node.attr))
        if isinstance(node, ast.Call):
            values = self.tables.entries(node).values
            return [node.func, *node.args[:1], *node.args[2:3], *values, *self._brought_by(node)]
        if isinstance(node, ast.Subscript):
            return [node.value, *self.tables.entries(node).values]
        if isinstance(node, ast.IfExp):
            return [node.body, node.orelse]
        if isinstance(node, ast.BoolOp):
            return [*node.values]
        return [node.value] if isinstance(node, ast.NamedExpr) else []

    def _values_of(self, bindings: Iterable[Binding]) -> list[ast.AST]:
        values = (self._value_of(binding) for binding in bindings)
        return [value for value in values if value is not None]

    def _value_of(self, binding: Binding) -> ast.expr | None:
        """The expression that a binding takes its names from, if it is one."""
        if binding.kind is Kind.PARAMETER:
            return self.default_of(binding.node)
        return binding.value if binding.kind is Kind.VALUE else None

    # -- answers -------------------------------------------------------------------------------------------------------

    def _combine(self, node: ast.AST, get: Get) -> Names:
        if isinstance(node, ast.Name):
            return self._name(node, get)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, get)
        if isinstance(node, ast.Call):
            return self._call(node, get)
        if isinstance(node, ast.Subscript):
            return self._entry(node, get)
        if isinstance(node, (ast.IfExp, ast.BoolOp, ast.NamedExpr)):
            return self._union(node, [get(part) for part in self._dependencies(node)])
        if isinstance(node, ast.Constant) and node.value is None:
            # The `yaml = None` of a failed import: it has no name, and nothing can be called on it either.
            return NO_NAME
        return UNKNOWN

    def _name(self, node: ast.Name, get: Get) -> Names:
        reaching = self.bindings.lookup(node.id, node)
        if reaching is not None:
            return self._union(node, [self._bound(binding, get) for binding in reaching.bindings], reaching.complete)
        if node.id == "__builtins__":
            return Names(("builtins",), True)
        return Names((f"builtins.{node.id}",), True) if node.id in BUILTINS else UNKNOWN

    def _bound(self, binding: Binding, get: Get) -> Names:
        if binding.kind is Kind.IMPORT:
            return Names((binding.target,), True)
        if isinstance(binding.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return Names((HERE + binding.node.name,), True)
        value = self._value_of(binding)
        if value is None:
            return UNKNOWN
        names = get(value)
        return names._replace(complete=False) if binding.kind is Kind.PARAMETER else names

    def default_of(self, parameter: ast.AST) -> ast.expr | None:
        """The default expression of a parameter; None for one without a default."""
        found = self._parameter(parameter)
        return found.default if found is not None else None

    def place_of(self, parameter: ast.AST) -> int | None:
        """The 0-based place of a parameter among the positional ones of its signature; None for any other."""
        found = self._parameter(parameter)
        return found.place if found is not None else None

    def _parameter(self, node: ast.AST) -> Parameter | None:
        arguments = self.tree.parent(node)
        return self._parameters(arguments).get(node) if isinstance(arguments, ast.arguments) else None

    def owner_of(self, arguments: ast.arguments, default: ast.AST) -> ast.arg | None:
        """The parameter in a signature that an expression is the default of."""
        return next((one.node for one in self.signature(arguments) if one.default is default), None)

    def signature(self, arguments: ast.arguments) -> Iterable[Parameter]:
        """The parameters of a signature but ``*args`` and ``**kwargs``, in order."""
        return self._parameters(arguments).values()

    def _parameters(self, arguments: ast.arguments) -> dict[ast.AST, Parameter]:
        found = self._signatures.get(arguments)
        if found is None:
            positional = [*arguments.posonlyargs, *arguments.args]
            without = len(positional) - len(arguments.defaults)
            found = {
                argument: Parameter(argument, place, arguments.defaults[place - without] if place >= without else None)
                for place, argument in enumerate(positional)
            }
            for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
                found[argument] = Parameter(argument, None, default)
            self._signatures[arguments] = found
        return found

    def _attribute(self, node: ast.Attribute, get: Get) -> Names:
        owner = self.class_of(node.value)
        if owner is None:
            return self._suffixed(node, get(node.value), f".{node.attr}")
        members = self.members(owner, node.attr)
        return self._union(node, [self._bound(member, get) for member in members]) if members else UNKNOWN

    def _entry(self, node: ast.Subscript, get: Get) -> Names:
        """``__builtins__["eval"]``, ``pickle.__dict__["loads"]``, ``sys.modules["pickle"]``."""
        key, base = _text(node.slice), get(node.value).certain
        if self.tables.entries(node).values:
            return self._of_table(node, get)
        if key is None or base is None:
            return UNKNOWN
        if base == "sys.modules":
            return Names((key,), True)
        if base == "builtins" or base.endswith(".__dict__"):
            return Names((f"{base.removesuffix('.__dict__')}.{key}",), True)
        return UNKNOWN

    def _of_table(self, node: ast.Subscript | ast.Call, get: Get) -> Names:
        """The names of the functions in a table."""
        values, fixed = self.tables.entries(node)
        return self._union(node, [get(value) for value in values], fixed)

    def _call(self, node: ast.Call, get: Get) -> Names:
        if self.tables.entries(node).values:
            return self._of_table(node, get)
        callee = get(node.func)
        certain = callee.certain
        attribute = self._constant(node.args[1]) if certain == "builtins.getattr" and len(node.args) >= 2 else None
        if attribute:
            found = self._suffixed(node, get(node.args[0]), f".{attribute}")
            return found if len(node.args) == 2 else self._union(node, [found, get(node.args[2])])
        if certain in ("importlib.import_module", "builtins.__import__"):
            module = _imported(node, whole=certain == "importlib.import_module")
            if module:
                return Names((module,), True)
        if certain in TRANSPARENT and len(node.args) == 1:
            return get(node.args[0])
        brought = self._union(node, [get(value) for value in self._brought_by(node)])
        return brought if brought.names else self._suffixed(node, callee, "()")

    def _brought_by(self, node: ast.Call) -> list[ast.expr]:
        """The names under which a function of this module returns what it imports: ``torch = _import_torch()``."""
        reaching = self.bindings.lookup(node.func.id, node.func) if isinstance(node.func, ast.Name) else None
        found = reaching.bindings if reaching is not None and reaching.complete else ()
        function = next(iter(found)).node if len(found) == 1 else None
        if not isinstance(function, ast.FunctionDef):
            return []
        if function not in self._brought:
            self._brought[function] = _imports_returned(function)
        return self._brought[function]

    def _constant(self, node: ast.expr) -> str | None:
        """The text that an expression is, or that a name in capitals surely stands for."""
        if not isinstance(node, ast.Name) or not (node.id.isupper() and node.id.isascii()):
            return _text(node)
        reaching = self.bindings.lookup(node.id, node)
        if reaching is None or not reaching.complete or len(reaching.bindings) != 1:
            return None
        binding = reaching.bindings[0]
        return _text(binding.value) if binding.kind is Kind.VALUE and binding.value is not None else None

    # -- putting names together ----------------------------------------------------------------------------------------

    def _union(self, node: ast.AST, parts: list[Names], complete: bool = True) -> Names:
        if len(parts) == 1 and complete:
            return parts[0] if parts[0].names or not parts[0].complete else UNKNOWN
        names: dict[str, None] = {}
        for part in parts:
            complete = complete and part.complete
            names.update(dict.fromkeys(part.names))
        if len(names) > MAX_NAMES:
            self.tree.limits.reached(_TOO_MANY, node)
            return Names(tuple(names)[:MAX_NAMES], False)
        return Names(tuple(names), complete and bool(names))

    def _suffixed(self, node: ast.AST, names: Names, suffix: str) -> Names:
        """The names with something hung on each; a chain too long to be anybody's name is not followed."""
        if len(names.names) == 1 and len(names.names[0]) <= MAX_LENGTH:
            return Names((names.names[0] + suffix,), names.complete)
        if any(len(name) > MAX_LENGTH for name in names.names):
            self.tree.limits.reached(_TOO_LONG, node)
            return UNKNOWN
        return Names(tuple(name + suffix for name in names.names), names.complete)

    # -- classes of this module ----------------------------------------------------------------------------------------

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        """The class of this module whose members ``node.attribute`` means: ``self``, ``cls``, ``Name``, ``Name()``."""
        if node not in self._classes:
            self._classes[node] = self.classes.class_of(node)
        return self._classes[node]

    def members(self, owner: ast.ClassDef, attribute: str) -> list[Binding]:
        """What a class of this module binds to an attribute: in its body and through ``self.attribute = ...``.

        Base classes of this module are followed; an empty list means that the class says nothing about it.
        """
        return self.classes.members(owner, attribute)

    def attribute_stores(self) -> dict[str, list[ast.Attribute]]:
        """Every place of the module that assigns to ``something.attribute``, by attribute; built once."""
        return self.classes.attribute_stores()


def _imported(node: ast.Call, *, whole: bool) -> str | None:
    """The module a call of ``import_module`` (``whole``) or ``__import__`` gives: the latter's is the top package."""
    given = node.args[:1] or [keyword.value for keyword in node.keywords if keyword.arg == "name"]
    module = _text(given[0]) if given else None
    if module is None or whole:
        return module
    listed = node.args[3:4] or [keyword.value for keyword in node.keywords if keyword.arg == "fromlist"]
    return module if listed and getattr(listed[0], "elts", None) else module.split(".")[0]


def _imports_returned(function: ast.FunctionDef) -> list[ast.expr]:
    """The names that a function returns if all it does is to import something; empty if it does more."""
    if any(last_name(getattr(d, "func", d)) not in _REMEMBERING for d in function.decorator_list):
        return []
    returned: list[ast.expr] = []
    pending: list[ast.AST] = [*function.body]
    imports, seen = False, 0
    while pending:
        statement = pending.pop()
        seen += 1
        if seen > _MAX_STATEMENTS or isinstance(statement, _OTHER_STATEMENTS):
            return []
        if isinstance(statement, ast.Return) and statement.value is not None:
            returned.append(statement.value)
        imports = imports or isinstance(statement, (ast.Import, ast.ImportFrom))
        pending += (part for part in ast.iter_child_nodes(statement) if isinstance(part, (ast.stmt, ast.ExceptHandler)))
    plain = all(isinstance(value, ast.Name) or getattr(value, "value", 0) is None for value in returned)
    return returned if imports and plain else []


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
