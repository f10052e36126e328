"""The functions of a module and the calls of them: which call hands what to which parameter.

Plain functions, lambdas that got a name, methods through ``self``, ``cls``, a class or an instance, and constructors
(``__init__`` and the fields of a dataclass). A callee that can be something else is left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.base.records import NamedTuple
from picketlint.semantics.arguments import ABSENT, Argument
from picketlint.semantics.bindings import Binding, Kind
from picketlint.semantics.calls import PARTIALS, WRITTEN_PARTIALS, Calls
from picketlint.semantics.mentions import Mentions
from picketlint.semantics.names import Resolver
from picketlint.semantics.tree import FunctionNode, last_name, start

_MAX_ALIASES = 8
# A function called this often is a language of its own; what lies beyond is not looked at.
MAX_SITES = 256
_TOO_MANY_NAMES = f"names of functions are followed for {_MAX_ALIASES} steps"
_TOO_MANY_SITES = f"of the calls of a function {MAX_SITES} are looked at"


class Callee(NamedTuple):
    """What a call runs: a function of this module, and how many of its first parameters are filled in already."""

    function: FunctionNode
    bound: int


class Functions:
    """Answers which calls run a function of this module."""

    def __init__(self, resolver: Resolver, calls: Calls, mentions: Mentions) -> None:
        self.resolver = resolver
        self.calls = calls
        self.mentions = mentions
        self._sites: dict[FunctionNode, tuple[tuple[ast.Call, int], ...]] = {}
        # Calls of a class by the keywords they give, None for `**`, and by their place among all.
        self._built: dict[ast.ClassDef, dict[str | None, dict[int, ast.Call]]] = {}
        self._later: dict[str, list[ast.Call]] | None = None
        self._by_identifier: dict[str, dict[FunctionNode, list[tuple[ast.Call, int]]]] = {}

    def owner(self, parameter: ast.arg) -> FunctionNode | None:
        """The function that a parameter belongs to."""
        return self.resolver.tree.owner(parameter)

    def handed(self, parameter: ast.arg) -> Iterator[tuple[ast.Call, Argument]]:
        """The calls of the parameter's function with what they hand to it; those that leave it out are left out.

        Among them are those that something else makes: ``submit(f, x)``, ``Thread(target=f, kwargs=options)``.
        """
        function = self.owner(parameter)
        if function is None:
            return
        place = self.resolver.place_of(parameter)
        for call, bound in (*self.sites(function), *self._called_back(function)):
            found = self.calls.argument(call, parameter.arg, -1 if place is None else place - bound)
            if found is not ABSENT:
                yield call, found

    def handed_by_name(self, keywords: ast.arg, name: str) -> Iterator[tuple[ast.Call, Argument]]:
        """The calls that hand ``name`` to a function through its ``**keywords`` parameter."""
        function = self.owner(keywords)
        if function is None or any(argument.arg == name for argument in _named(function.args)):
            return
        for call, _ in (*self.sites(function), *self._called_back(function)):
            found = self.calls.argument(call, name, -1)
            if found is not ABSENT:
                yield call, found

    def built_with(self, field: Binding) -> Iterator[tuple[ast.Call, Argument]]:
        """The calls of a class that hand a value to one of its fields by keyword."""
        owner = field.scope
        if not isinstance(owner, ast.ClassDef) or not isinstance(field.node, ast.Name):
            return
        built = self._built.get(owner)
        if built is None:
            built = self._built[owner] = {}
            for place, call in enumerate(self.mentions.calls_of(frozenset({owner.name}))):
                for keyword in call.keywords if self._class(call.func) is owner else ():
                    built.setdefault(keyword.arg, {})[place] = call
        given = {**built.get(field.node.id, {}), **built.get(None, {})}
        for _, call in sorted(given.items()):
            found = self.calls.argument(call, field.node.id, -1)
            if found is not ABSENT:
                yield call, found

    def stands_in(self, call: ast.Call, name: str) -> bool:
        """Whether a call only hands on what its function was given, in a module that sets an attribute ``name``.

        With the name of what is called, that is a patch: its callers know no more than that they call the original.
        """
        function = self.resolver.tree.function(call)
        if function is None or not self.resolver.attribute_stores().get(name):
            return False
        own = {parameter.arg for parameter in ast.walk(function.args) if isinstance(parameter, ast.arg)}
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        plain = [value.value if isinstance(value, ast.Starred) else value for value in given]
        return all(isinstance(value, ast.Name) and value.id in own for value in plain)

    def sites(self, function: FunctionNode) -> tuple[tuple[ast.Call, int], ...]:
        """The calls of a function, in source order, each with the number of parameters that are bound already."""
        found = self._sites.get(function)
        if found is None:
            found = tuple(self._find(function))
            if len(found) > MAX_SITES:
                self.resolver.tree.limits.reached(_TOO_MANY_SITES, function)
            found = self._sites[function] = found[:MAX_SITES]
        return found

    def _find(self, function: FunctionNode) -> Iterator[tuple[ast.Call, int]]:
        identifiers = self.mentions.identifiers(self._names_of(function))
        found = [site for identifier in identifiers for site in self._called_by(identifier).get(function, ())]
        return iter(sorted(found, key=lambda site: start(site[0])))

    def _called_back(self, function: FunctionNode) -> list[tuple[ast.Call, int]]:
        """The calls of a function by callbacks and ``partial`` objects, with the very arguments that are written."""
        if self._later is None:
            self._later = {}
            for later in self._handed_on():
                self._later.setdefault(last_name(later.func), []).append(later)
        found: list[tuple[ast.Call, int]] = []
        for identifier in self.mentions.identifiers(self._names_of(function)) if self._later else ():
            for later in self._later.get(identifier, ()):
                callee = self.callee(later)
                if callee is not None and callee.function is function:
                    found.append((later, callee.bound))
        return sorted(found[:MAX_SITES], key=lambda site: start(site[0]))

    def _handed_on(self) -> Iterator[ast.Call]:
        """What something else calls, with the arguments that it is given along with the function."""
        from picketlint.knowledge.callbacks import ELEMENTWISE

        for call, later in self.mentions.callback_calls.items():
            if last_name(call.func) not in ELEMENTWISE:
                yield later
        for partial in self.mentions.calls_written(WRITTEN_PARTIALS):
            if partial.args and self.resolver.names(partial.func).certain in PARTIALS:
                later = ast.copy_location(ast.Call(partial.args[0], partial.args[1:], partial.keywords), partial)
                self.resolver.tree.insert(later, partial)
                yield later

    def _called_by(self, identifier: str) -> dict[FunctionNode, list[tuple[ast.Call, int]]]:
        """The calls whose callee is written with an identifier, by the function of this module that they run."""
        known = self._by_identifier.get(identifier)
        if known is None:
            known = self._by_identifier[identifier] = {}
            for call in self.mentions.written(identifier):
                callee = self.callee(call)
                if callee is not None:
                    known.setdefault(callee.function, []).append((call, callee.bound))
        return known

    def _names_of(self, function: FunctionNode) -> frozenset[str]:
        """What the function can be called by before it gets other names."""
        tree = self.resolver.tree
        if isinstance(function, ast.Lambda):
            parent = tree.parent(function)
            targets = parent.targets if isinstance(parent, ast.Assign) else [getattr(parent, "target", None)]
            named = [target for target in targets if isinstance(target, (ast.Name, ast.Attribute))]
            return frozenset(target.attr if isinstance(target, ast.Attribute) else target.id for target in named)
        owner = tree.scope(function)
        if function.name == "__init__" and isinstance(owner, ast.ClassDef):
            return frozenset({owner.name})
        return frozenset({function.name})

    def callee(self, call: ast.Call) -> Callee | None:
        """The function of this module that a call surely runs; None where it runs another, or may."""
        return self._function(call.func)

    def _function(self, node: ast.expr) -> Callee | None:
        for _ in range(_MAX_ALIASES):
            if isinstance(node, ast.Lambda):
                return Callee(node, 0)
            binding = self._only(node)
            if binding is None:
                return None
            if isinstance(binding.node, ast.ClassDef):
                members = self.resolver.members(binding.node, "__init__")
                inits = [member.node for member in members if isinstance(member.node, ast.FunctionDef)]
                return Callee(inits[0], 1) if len(inits) == len(members) == 1 else None
            if isinstance(binding.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return self._method(binding.node, node)
            if binding.kind is not Kind.VALUE or binding.value is None:
                return None
            node = binding.value
        self.resolver.tree.limits.reached(_TOO_MANY_NAMES, node)
        return None

    def _only(self, node: ast.expr) -> Binding | None:
        """The one binding that an expression stands for."""
        if isinstance(node, ast.Name):
            reaching = self.resolver.bindings.lookup(node.id, node)
            complete = reaching is not None and reaching.complete and len(reaching.bindings) == 1
            return reaching.bindings[0] if reaching is not None and complete else None
        if isinstance(node, ast.Attribute):
            owner = self.resolver.class_of(node.value)
            members = self.resolver.members(owner, node.attr) if owner is not None else []
            return members[0] if len(members) == 1 else None
        return None

    def _method(self, function: ast.FunctionDef | ast.AsyncFunctionDef, node: ast.expr) -> Callee:
        """A function as it is reached: through an instance or a class, its first parameter is filled in already."""
        if not isinstance(self.resolver.tree.scope(function), ast.ClassDef) or not isinstance(node, ast.Attribute):
            return Callee(function, 0)
        decorators = {d.id for d in function.decorator_list if isinstance(d, ast.Name)}
        if "staticmethod" in decorators:
            return Callee(function, 0)
        through_instance = self.resolver.classes.is_instance(node.value)
        return Callee(function, 1 if through_instance or "classmethod" in decorators else 0)

    def _class(self, node: ast.expr) -> ast.ClassDef | None:
        binding = self._only(node)
        return binding.node if binding is not None and isinstance(binding.node, ast.ClassDef) else None


def _named(arguments: ast.arguments) -> tuple[ast.arg, ...]:
    return (*arguments.args, *arguments.kwonlyargs)
