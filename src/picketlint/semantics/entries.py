"""Functions that a framework calls with input, and command-line options whose values the parser restricts.

``@click.command()``, ``@app.post(...)``, ``@tool``, ``fire.Fire(main)``; ``add_argument("--mode", choices=[...])``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.knowledge.inputs import COMMAND_DECORATORS, CONVERTING, ENTRY_POINTS, LAUNCHERS
from picketlint.semantics.checks import weakest
from picketlint.semantics.mentions import Mentions, last_parts
from picketlint.semantics.names import Resolver
from picketlint.semantics.pieces import Origin
from picketlint.semantics.tables import Tables
from picketlint.semantics.texts import text
from picketlint.semantics.tree import FunctionNode

_NUMERIC = frozenset({"builtins.int", "builtins.float", "builtins.bool", "click.INT", "click.FLOAT", "click.BOOL"})
_NUMERIC_NAMES = frozenset({"int", "float", "bool"})
_SWITCHES = frozenset({"store_true", "store_false", "count", "append_const", "store_const"})


class Entries:
    """Answers what calls a function from outside, and what an option can hold."""

    def __init__(self, resolver: Resolver, mentions: Mentions, tables: Tables) -> None:
        self.resolver = resolver
        self.mentions = mentions
        self.tables = tables
        self._origins: dict[FunctionNode, Origin | None] = {}
        self._options: dict[str, list[ast.Call]] | None = None
        self._restrictions: dict[str, Origin | None] = {}
        self._launches: set[str] | None = None

    def origin(self, function: FunctionNode, parameter: ast.arg) -> Origin | None:
        """What a framework fills a parameter with; None for a function that is called by none."""
        if isinstance(function, ast.Lambda):
            return None
        if function not in self._origins:
            self._origins[function] = self._decorated(function) or self._launched(function)
        origin = self._origins[function]
        if origin is None:
            return None
        if getattr(parameter.annotation, "id", None) in _NUMERIC_NAMES and self._converts(function):
            return Origin.NUMBER
        options = [call for call in self._decorations(function) if _destination(call) == parameter.arg]
        return self._restriction(options) or origin

    def _decorated(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Origin | None:
        for decorator in function.decorator_list:
            for name in self.resolver.names(decorator).names:
                for kind, prefixes in ENTRY_POINTS.items():
                    if name.startswith(prefixes):
                        return Origin[kind]
                beginning, endings = COMMAND_DECORATORS
                if name.startswith(beginning) and name.endswith(endings):
                    return Origin.COMMAND_LINE
        return None

    def _launched(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Origin | None:
        """``fire.Fire(function)``, ``typer.run(function)``."""
        if self._launches is None:
            callees = self.mentions.calls_of(last_parts(LAUNCHERS))
            launches = [c for c in callees if LAUNCHERS.intersection(self.resolver.names(c.func).names)]
            given = (argument for call in launches for argument in call.args)
            self._launches = {argument.id for argument in given if isinstance(argument, ast.Name)}
        return Origin.COMMAND_LINE if function.name in self._launches else None

    def _converts(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        names = [name for decorator in function.decorator_list for name in self.resolver.names(decorator).names]
        return any(name.startswith(CONVERTING) for name in names)

    @staticmethod
    def _decorations(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.Call]:
        return (decorator for decorator in function.decorator_list if isinstance(decorator, ast.Call))

    # -- options -------------------------------------------------------------------------------------------------------

    def option(self, name: str) -> Origin | None:
        """What every ``add_argument`` of this module for an option restricts it to; None where one leaves it open."""
        if self._options is None:
            options: dict[str, list[ast.Call]] = {}
            for call in self.mentions.calls_of(frozenset({"add_argument"})):
                destination = _destination(call)
                if isinstance(call.func, ast.Attribute) and call.func.attr == "add_argument" and destination:
                    options.setdefault(destination, []).append(call)
            self._options = options
        if name not in self._restrictions:
            self._restrictions[name] = self._restriction(self._options.get(name, []))
        return self._restrictions[name]

    def _restriction(self, calls: list[ast.Call]) -> Origin | None:
        found = [self._restricted(call) for call in calls]
        return None if None in found else weakest(found)

    def _restricted(self, call: ast.Call) -> Origin | None:
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        default = given.get("default")
        if None in given or (default is not None and not self.tables.is_fixed(default)):
            return None
        kind = given.get("type")
        if text(given.get("action")) in _SWITCHES:
            return Origin.NUMBER
        if kind is not None and self.resolver.names(kind).certain in _NUMERIC:
            return Origin.NUMBER
        if isinstance(kind, ast.Call) and self.resolver.names(kind.func).certain == "click.Choice" and kind.args:
            return Origin.LISTED if self.tables.is_fixed(kind.args[0]) else None
        choices = given.get("choices")
        return Origin.LISTED if choices is not None and self.tables.is_fixed(choices) else None


def _destination(call: ast.Call) -> str | None:
    """The name under which the value of an option is found."""
    named = next((text(keyword.value) for keyword in call.keywords if keyword.arg == "dest"), None)
    spelled = [written for argument in call.args if (written := text(argument))]
    if named is not None or not spelled:
        return named
    long = next((option for option in spelled if option.startswith("--")), spelled[0])
    return long.lstrip("-").split("/")[0].replace("-", "_")
