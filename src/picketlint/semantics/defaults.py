"""Where code gives a name the value it has when nobody chooses one.

Parameters of every kind, class-level fields (dataclass, pydantic, attrs), and command-line options (argparse, click,
typer, absl). A default is what most runs of a program use, so an unsafe one is a violation by itself.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from picketlint.knowledge.defaults import FIELD_CALLS, FLAG_DEFINERS
from picketlint.semantics.calls import Calls, State
from picketlint.semantics.names import Resolver
from picketlint.semantics.tree import FUNCTIONS, FunctionNode

PARAMETER = "parameter"
FIELD = "field"
OPTION = "option"


class Default(NamedTuple):
    """One default. ``value`` is its expression, None for one that an option's action implies (then ``implied``).

    ``anchor`` is the parameter, the statement of the field or the call that declares the option; ``owner`` the
    function or class it belongs to, None for an option.
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

    def find(self, wanted: frozenset[str]) -> Iterator[Default]:
        """Every default whose name is one of ``wanted``, by kind and then in source order."""
        tree = self.resolver.tree
        for parameter in tree.nodes(ast.arg):
            if parameter.arg in wanted:
                yield from self._parameter(parameter)
        for name in tree.nodes(ast.Name):
            if name.id in wanted and not isinstance(name.ctx, ast.Load):
                yield from self._field(name)
        for call in tree.nodes(ast.Call):
            yield from self._option(call, wanted)

    def _parameter(self, node: ast.arg) -> Iterator[Default]:
        function: FunctionNode = next(a for a in self.resolver.tree.ancestors(node) if isinstance(a, FUNCTIONS))
        default = self.resolver.default_of(function.args, node)
        if default is not None:
            yield from self._unwrapped(node.arg, PARAMETER, node, default, function)

    def _field(self, node: ast.Name) -> Iterator[Default]:
        statement = self.resolver.tree.parent(node)
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
            return
        owner = self.resolver.tree.parent(statement)
        if isinstance(owner, ast.ClassDef):
            yield from self._unwrapped(node.id, FIELD, statement, statement.value, owner)

    def _unwrapped(
        self, name: str, kind: str, anchor: ast.AST, value: ast.expr, owner: ast.AST
    ) -> Iterator[Default]:
        """``field(default=X)``, ``Field(X)``, ``Option(X)`` and the like declare X; a factory declares what it returns."""
        if isinstance(value, ast.Call):
            callee = self.resolver.names(value.func)
            if any(_last(found) in FIELD_CALLS for found in callee.names) or _written(value.func) in FIELD_CALLS:
                inner = self._declared(value)
                if inner is not None:
                    yield Default(name, kind, anchor, inner, owner=owner)
                return
        yield Default(name, kind, anchor, value, owner=owner)

    def _declared(self, call: ast.Call) -> ast.expr | None:
        position = FIELD_CALLS[_written(call.func)] if _written(call.func) in FIELD_CALLS else None
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
        called = _written(call.func)
        if called in FLAG_DEFINERS:
            if call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value in wanted:
                given = self.calls.argument(call, "default", 1)
                if given.candidates:
                    yield Default(str(call.args[0].value), OPTION, call, given.candidates[0].value)
            return
        if called not in ("add_argument", "option", "Option"):
            return
        spelled = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        name = self._destination(call, spelled)
        if name not in wanted:
            return
        given = self.calls.argument(call, "default", -1)
        if given.state is not State.ABSENT:
            if given.candidates:
                yield Default(name, OPTION, call, given.candidates[0].value)
            return
        implied = self._implied(call)
        if implied is not None:
            yield Default(name, OPTION, call, None, implied)

    def _destination(self, call: ast.Call, spelled: list[str]) -> str:
        """The name an option's value gets: ``dest``, else click's bare name, else the first long option."""
        dest = self.calls.argument(call, "dest", -1)
        if dest.candidates and isinstance(dest.candidates[0].value, ast.Constant):
            return str(dest.candidates[0].value.value)
        bare = [text for text in spelled if text.isidentifier()]
        long = [text for text in spelled if text.startswith("--")]
        chosen = (bare or long or spelled or [""])[0]
        return chosen.split("/")[0].lstrip("-").replace("-", "_")

    def _implied(self, call: ast.Call) -> bool | None:
        """What argparse (``store_true``/``store_false``) or click (``is_flag``) takes when the option is not given."""
        action = self.calls.argument(call, "action", -1)
        if action.candidates and isinstance(action.candidates[0].value, ast.Constant):
            return {"store_true": False, "store_false": True}.get(str(action.candidates[0].value.value))
        return None


def _written(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _last(name: str) -> str:
    return name.rpartition(".")[2]
