"""What a call of a function of the module gives back, where the function surely is the one that runs."""

from __future__ import annotations

import ast

from picketlint.semantics.bindings import Binding
from picketlint.semantics.names import Resolver

_PLAIN_DECORATORS = frozenset({"staticmethod", "classmethod"})
MAX_RETURNS = 12
_TOO_MANY = f"a function is followed into {MAX_RETURNS} return statements"


class Returned:
    """Answers what calls return, without looking into how the functions get there."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.tree = resolver.tree
        self._by_function: dict[ast.AST, list[ast.expr]] | None = None
        self._yielding: set[ast.AST] = set()

    def to(self, call: ast.Call) -> list[ast.expr]:
        """The expressions that one function returns to a call; empty where they are not known."""
        binding = self._only(call.func)
        function = binding.node if binding is not None else None
        if not isinstance(function, ast.FunctionDef) or not self._plain(function):
            return []
        if self._by_function is None:
            self._by_function = self._index()
        values = self._by_function.get(function, [])
        if len(values) > MAX_RETURNS:
            self.tree.limits.reached(_TOO_MANY, function)
        return values if function not in self._yielding and len(values) <= MAX_RETURNS else []

    def _index(self) -> dict[ast.AST, list[ast.expr]]:
        found: dict[ast.AST, list[ast.expr]] = {}
        for statement in self.tree.nodes(ast.Return):
            if statement.value is not None:
                found.setdefault(self.tree.scope(statement), []).append(statement.value)
        self._yielding.update(self.tree.scope(node) for node in self.tree.nodes(ast.Yield))
        self._yielding.update(self.tree.scope(node) for node in self.tree.nodes(ast.YieldFrom))
        return found

    def _only(self, node: ast.expr) -> Binding | None:
        """The one binding of a function's name; None where it can be something else."""
        found: list[Binding] = []
        if isinstance(node, ast.Name):
            reaching = self.resolver.bindings.lookup(node.id, node)
            found = [*reaching.bindings] if reaching is not None and reaching.complete else []
        elif isinstance(node, ast.Attribute):
            owner = self.resolver.class_of(node.value)
            if owner is not None and not self.resolver.classes.overridden(owner, node.attr):
                found = self.resolver.members(owner, node.attr)
        return found[0] if len(found) == 1 else None

    @staticmethod
    def _plain(function: ast.FunctionDef) -> bool:
        """Whether no decorator makes something else of a function."""
        return all(isinstance(d, ast.Name) and d.id in _PLAIN_DECORATORS for d in function.decorator_list)
