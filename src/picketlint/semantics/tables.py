"""Containers that the code fixes, and names that stand for them."""

from __future__ import annotations

import ast

from picketlint.semantics.guards import Guards
from picketlint.semantics.names import Resolver

_COPIES = frozenset({f"builtins.{name}" for name in ("frozenset", "list", "set", "sorted", "tuple")})
_MAX_STEPS = 8
_TOO_FAR = f"what a container holds is looked for in {_MAX_STEPS} steps"


class Tables:
    """Answers which expressions of one module are constants, or containers of such."""

    def __init__(self, resolver: Resolver, guards: Guards) -> None:
        self.resolver = resolver
        self.guards = guards
        self._tables: dict[ast.expr, bool] = {}

    def is_fixed(self, node: ast.expr) -> bool:
        """Whether an expression is plainly a constant or a container of such, also through a name."""
        for _ in range(_MAX_STEPS):
            if isinstance(node, ast.Constant) or self.is_table(node):
                return True
            if isinstance(node, ast.Call):
                method = isinstance(node.func, ast.Attribute) and node.func.attr == "keys"
                made = node.args[0] if len(node.args) == 1 and self._is_copy(node) else None
                inner = node.func.value if isinstance(node.func, ast.Attribute) and method else made
            else:
                inner = node.operand if isinstance(node, ast.UnaryOp) else self.guards.alias(node)
            if inner is None:
                return False
            node = inner
        self.resolver.tree.limits.reached(_TOO_FAR, node)
        return False

    def _is_copy(self, node: ast.Call) -> bool:
        return self.resolver.names(node.func).certain in _COPIES

    def is_table(self, node: ast.expr) -> bool:
        """Whether a container holds literals only; such a one is one piece, however long."""
        if not isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict)):
            return False
        known = self._tables.get(node)
        if known is None:
            elements = [*node.keys, *node.values] if isinstance(node, ast.Dict) else node.elts
            known = self._tables[node] = all(isinstance(element, ast.Constant) for element in elements)
        return known
