"""What fills the parameters of a module's functions, and what those return.

A function is closed where all its calls are in sight: it is private by its name, nested, or left out of ``__all__``,
and every mention of it is one of the calls. What fills a parameter of any other function is the caller's choice.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.base.records import NamedTuple
from picketlint.knowledge.origins import KEEPING_DECORATORS
from picketlint.semantics.arguments import State
from picketlint.semantics.entries import Entries
from picketlint.semantics.functions import Functions
from picketlint.semantics.pieces import Origin
from picketlint.semantics.tree import FUNCTIONS, FunctionNode

# A function called or left in more places than these is not followed.
MAX_CALLS = 24
MAX_RETURNS = 12
_TOO_MANY_CALLS = f"what a function is given is looked for in {MAX_CALLS} calls of it"
_TOO_MANY_RETURNS = f"a function is followed into {MAX_RETURNS} return statements"


class Given(NamedTuple):
    """What one call hands to a parameter, or its default where the call leaves it out."""

    call: ast.Call
    value: ast.expr


class Filling(NamedTuple):
    """What is known of a parameter. ``closed``: it is one of ``given``; else it can be anything, from ``origin``."""

    given: tuple[Given, ...]
    closed: bool
    origin: Origin


NOBODY = Filling((), False, Origin.PARAMETER)


class Callers:
    """Answers who fills the parameters of a module's functions, and what the functions return."""

    def __init__(self, functions: Functions, entries: Entries) -> None:
        self.functions = functions
        self.resolver = functions.resolver
        self.tree = functions.resolver.tree
        self.entries = entries
        self._fillings: dict[ast.arg, Filling] = {}
        self._closed: dict[FunctionNode, bool] = {}
        self._returned: dict[FunctionNode, list[ast.expr] | None] = {}
        self._leaving: dict[ast.AST, list[ast.Return]] | None = None
        self._yielding: set[ast.AST] = set()
        self._several: dict[str, bool] = {}

    def filling(self, parameter: ast.arg) -> Filling:
        """What fills a parameter, as far as this module tells."""
        found = self._fillings.get(parameter)
        if found is None:
            found = self._fillings[parameter] = self._fill(parameter)
        return found

    def _fill(self, parameter: ast.arg) -> Filling:
        function = self.functions.owner(parameter)
        if function is None or parameter in (function.args.vararg, function.args.kwarg):
            return NOBODY
        entry = self.entries.origin(function, parameter)
        sites = self.functions.sites(function)
        if len(sites) > MAX_CALLS:
            self.tree.limits.reached(_TOO_MANY_CALLS, parameter)
        given: list[Given] = []
        complete = entry is None and self.closed(function)
        for call, bound in sites[:MAX_CALLS]:
            values, sure = self.at(parameter, call, bound)
            given += [Given(call, value) for value in values]
            complete = complete and sure
        return Filling(tuple(given), complete, entry or Origin.PARAMETER)

    def at(self, parameter: ast.arg, call: ast.Call, bound: int) -> tuple[list[ast.expr], bool]:
        """What one call of its function hands to a parameter, and whether it can be nothing else."""
        function = self.functions.owner(parameter)
        if function is None or parameter in (function.args.vararg, function.args.kwarg):
            return [], False
        place = self.resolver.place_of(parameter)
        found = self.functions.calls.argument(call, parameter.arg, -1 if place is None else place - bound)
        if found.state is State.ABSENT:
            default = self.resolver.default_of(parameter)
            return ([default], True) if default is not None else ([], False)
        return [candidate.value for candidate in found.candidates], found.state is State.GIVEN

    # -- who can call --------------------------------------------------------------------------------------------------

    def closed(self, function: FunctionNode) -> bool:
        """Whether every call of a function is in sight."""
        found = self._closed.get(function)
        if found is None:
            found = self._closed[function] = self._is_closed(function)
        return found

    def _is_closed(self, function: FunctionNode) -> bool:
        sites = self.functions.sites(function)
        if not 0 < len(sites) <= MAX_CALLS or isinstance(function, ast.Lambda) or not self.plain(function):
            return False
        owner = self.tree.scope(function)
        called: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef = function
        if isinstance(owner, ast.ClassDef) and function.name.startswith("__"):
            if function.name != "__init__":
                return False
            called, owner = owner, self.tree.scope(owner)
        if not self._private(called.name, owner):
            return False
        callees = {call.func for call, _ in sites}
        return all(mention in callees for mention in self.functions.mentions.of(called.name))

    def _private(self, name: str, owner: ast.AST) -> bool:
        """Whether nobody outside the module is meant to call a function or class."""
        if name.startswith("_"):
            return True
        if isinstance(owner, FUNCTIONS):
            return True
        root = self.tree.root
        # A name that `__all__` lists is mentioned there.
        return owner is root and root in self.resolver.bindings.by_scope("__all__")

    def plain(self, function: ast.AST) -> bool:
        """Whether no decorator makes something else of a function."""
        decorators = getattr(function, "decorator_list", [])
        return all(self.resolver.names(decorator).certain in KEEPING_DECORATORS for decorator in decorators)

    # -- what comes out ------------------------------------------------------------------------------------------------

    def returned(self, function: FunctionNode) -> list[ast.expr] | None:
        """The expressions that a function returns; None where it makes a generator, is abstract, or is not followed."""
        if function not in self._returned:
            self._returned[function] = self._find_returned(function)
        return self._returned[function]

    def _find_returned(self, function: FunctionNode) -> list[ast.expr] | None:
        if isinstance(function, ast.Lambda):
            return [function.body]
        if not self.plain(function) or function.name == "__init__":
            return None
        if self._leaving is None:
            self._leaving = {}
            self._index(self._leaving)
        values = [statement.value for statement in self._leaving.get(function, ()) if statement.value is not None]
        if len(values) > MAX_RETURNS:
            self.tree.limits.reached(_TOO_MANY_RETURNS, function)
        if function in self._yielding or not 0 < len(values) <= MAX_RETURNS:
            return None
        return values

    def _index(self, leaving: dict[ast.AST, list[ast.Return]]) -> None:
        for statement in self.tree.nodes(ast.Return):
            leaving.setdefault(self.tree.scope(statement), []).append(statement)
        yields: Iterator[ast.AST] = (node for kind in (ast.Yield, ast.YieldFrom) for node in self.tree.nodes(kind))
        self._yielding = {self.tree.scope(node) for node in yields}

    def overridden(self, function: FunctionNode) -> bool:
        """Whether another class of the module has a method of the same name: ``self.method()`` can mean that."""
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        if not isinstance(self.tree.scope(function), ast.ClassDef):
            return False
        name = function.name
        if name not in self._several:
            scopes = self.resolver.bindings.by_scope(name)
            self._several[name] = sum(isinstance(scope, ast.ClassDef) for scope in scopes) > 1
        return self._several[name]
