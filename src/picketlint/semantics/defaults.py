"""Where code gives a name the value it has when nobody chooses one.

Parameters of every kind, class-level fields (dataclass, pydantic, attrs), and command-line options (argparse, click,
typer, absl). A default is what most runs of a program use, so an unsafe one is a violation by itself.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.base.records import NamedTuple
from picketlint.knowledge.defaults import FIELD_CALLS, FLAG_DEFINERS, OPTION_CALLS
from picketlint.semantics.calls import Calls, State
from picketlint.semantics.names import Resolver
from picketlint.semantics.tree import last_name

PARAMETER = "parameter"
FIELD = "field"
OPTION = "option"


class Default(NamedTuple):
    """One default. ``value`` is its expression, None for one that an option's action implies (then ``implied``).

    ``kind`` is PARAMETER, FIELD or OPTION, each a word for messages; ``anchor`` the parameter, the statement of the
    field or the call that declares the option; ``owner`` the function or class it belongs to, None for an option.
    """

    name: str
    kind: str
    anchor: ast.AST
    value: ast.expr | None
    implied: object = None
    owner: ast.AST | None = None


class Defaults:
    """Finds the defaults of one module."""

    def __init__(self, resolver: Resolver, calls: Calls) -> None:
        self.resolver = resolver
        self.calls = calls
        self._by_destination: dict[str, ast.Call] | None = None

    def find(self, wanted: frozenset[str]) -> Iterator[Default]:
        """Every default whose name is one of ``wanted``, by kind and then in source order."""
        tree = self.resolver.tree
        for parameter in tree.nodes(ast.arg):
            if parameter.arg in wanted:
                yield from self._parameter(parameter)
        for name in tree.writes:
            if name.id in wanted:
                yield from self._field(name)
        for call in tree.nodes(ast.Call):
            called = last_name(call.func)
            if called in OPTION_CALLS:
                yield from self._option(call, wanted)
            elif called == "set_defaults":
                for keyword in call.keywords:
                    if keyword.arg in wanted:
                        yield Default(str(keyword.arg), OPTION, call, keyword.value)
            elif called == "namedtuple":
                yield from self._of_tuple(call, wanted)

    def _parameter(self, node: ast.arg) -> Iterator[Default]:
        function, default = self.resolver.tree.owner(node), self.resolver.default_of(node)
        # Of the signatures with `@overload` none is called: the function's own follows them, with the default in force.
        decorators = getattr(function, "decorator_list", ())
        overloaded = any(last_name(decorator) == "overload" for decorator in decorators)
        if function is not None and default is not None and not overloaded:
            yield from self._unwrapped(node.arg, PARAMETER, node, default, function)

    def _field(self, node: ast.Name) -> Iterator[Default]:
        statement = self.resolver.tree.parent(node)
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
            return
        owner = self.resolver.tree.parent(statement)
        if isinstance(owner, ast.ClassDef):
            yield from self._unwrapped(node.id, FIELD, statement, statement.value, owner)

    def _of_tuple(self, call: ast.Call, wanted: frozenset[str]) -> Iterator[Default]:
        """``namedtuple(name, fields, defaults=values)``, where the values are those of the last fields."""
        fields = self._elements(call, "field_names", 1)
        values = self._elements(call, "defaults", -1)
        for field, value in zip(reversed(fields), reversed(values), strict=False):
            if _text(field) in wanted:
                yield Default(_text(field), FIELD, call, value)

    def _elements(self, call: ast.Call, name: str, position: int) -> list[ast.expr]:
        """The elements of a sequence that an argument is; none where they are not all in sight."""
        given = [candidate.value for candidate in self.calls.argument(call, name, position).candidates]
        if len(given) != 1 or not isinstance(given[0], (ast.List, ast.Tuple)):
            return []
        return [] if any(isinstance(element, ast.Starred) for element in given[0].elts) else given[0].elts

    def _unwrapped(self, name: str, kind: str, anchor: ast.AST, value: ast.expr, owner: ast.AST) -> Iterator[Default]:
        """``field(default=X)``, ``Field(X)``, ``Option(X)`` declare X; a factory declares what it returns."""
        if isinstance(value, ast.Call):
            callee = self.resolver.names(value.func)
            if any(_last(found) in FIELD_CALLS for found in callee.names) or last_name(value.func) in FIELD_CALLS:
                inner = self._declared(value)
                if inner is not None:
                    yield Default(name, kind, anchor, inner, owner=owner)
                return
        yield Default(name, kind, anchor, value, owner=owner)

    def _declared(self, call: ast.Call) -> ast.expr | None:
        position = FIELD_CALLS.get(last_name(call.func))
        given = self.calls.argument(call, "default", position)
        if given.state is not State.ABSENT:
            return given.candidates[0].value if given.candidates else None
        for name in ("default_factory", "factory"):
            factory = self.calls.argument(call, name, -1)
            if factory.candidates and isinstance(factory.candidates[0].value, ast.Lambda):
                return factory.candidates[0].value.body
        return None

    # -- command-line options ------------------------------------------------------------------------------------------

    def _option(self, call: ast.Call, wanted: frozenset[str]) -> Iterator[Default]:
        called = last_name(call.func)
        position = OPTION_CALLS[called]
        if called in FLAG_DEFINERS:
            names = [_text(candidate.value) for candidate in self.calls.argument(call, "name", 0).candidates]
        else:
            names = [self._destination(call), *self._spelled(call)]
        name = next((name for name in names if name in wanted), None)
        if name is None or (called == "Option" and self._declares(call, wanted)):
            return
        given = self.calls.argument(call, "default", position)
        if given.state is not State.ABSENT:
            if given.candidates:
                yield Default(name, OPTION, call, given.candidates[0].value)
            return
        implied = self._implied(call)
        if implied is not None and name == names[0] and self._decides(call, name):
            yield Default(name, OPTION, call, None, implied)

    def _declares(self, call: ast.Call, wanted: frozenset[str]) -> bool:
        """Whether the parameter or field that an ``Option(...)`` is the default of is reported by itself."""
        parent = self.resolver.tree.parent(call)
        if isinstance(parent, ast.AnnAssign):
            return isinstance(parent.target, ast.Name) and parent.target.id in wanted
        if not isinstance(parent, ast.arguments):
            return True
        owner = self.resolver.owner_of(parent, call)
        return owner is None or owner.arg in wanted

    def _spelled(self, call: ast.Call) -> list[str]:
        """The names an option goes by on the command line, as identifiers; of ``--x/--no-x`` the first."""
        texts = [_text(argument).split("/")[0].strip() for argument in call.args]
        return [text.lstrip("-").replace("-", "_") for text in texts if text]

    def _destination(self, call: ast.Call) -> str:
        """The name an option's value gets: ``dest``, else click's bare name, else the first long option."""
        dest = self.calls.argument(call, "dest", -1)
        if dest.candidates:
            return _text(dest.candidates[0].value)
        texts = [_text(argument) for argument in call.args]
        bare = [text for text in texts if text.isidentifier()]
        long = [text.split("/")[0].strip().lstrip("-").replace("-", "_") for text in texts if text.startswith("--")]
        return next(iter([*bare, *long]), "")

    def _implied(self, call: ast.Call) -> bool | None:
        """What argparse takes for ``store_true`` and ``store_false``, click for ``is_flag``, when nothing is given."""
        for flag in self.calls.argument(call, "is_flag", -1).candidates:
            if isinstance(flag.value, ast.Constant) and flag.value.value is True:
                return False
        action = self.calls.argument(call, "action", -1)
        if action.candidates:
            return {"store_true": False, "store_false": True}.get(_text(action.candidates[0].value))
        return None

    def _decides(self, call: ast.Call, name: str) -> bool:
        """Whether an implied default is what counts: of several options for one name the first, and no set_defaults."""
        if self._by_destination is None:
            first: dict[str, ast.Call] = {}
            for other in self.resolver.tree.nodes(ast.Call):
                called = last_name(other.func)
                if called in ("add_argument", "add_option"):
                    first.setdefault(self._destination(other), other)
                elif called == "set_defaults":
                    first.update((keyword.arg, other) for keyword in other.keywords if keyword.arg)
            self._by_destination = first
        return self._by_destination.get(name) is call


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
