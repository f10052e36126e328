"""Whether data was compared with a digest before it is used: ``if sha256(data).hexdigest() != expected: raise``.

That somebody verifies what is loaded makes a load less of a danger, not a safe one: the digest can come from the same
place as the data.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from itertools import islice

from picketlint.semantics.bindings import Kind
from picketlint.semantics.guards import Guards
from picketlint.semantics.names import Resolver
from picketlint.semantics.tree import last_name

_DIGEST = r"(?i)sha\d|sha_|md5|digest|checksum|hash(?!able)|hmac|blake|signature"
_VERIFY = r"(?i)verif|check|valid|match|compare|same"
_COMPARERS = frozenset({"hmac.compare_digest", "secrets.compare_digest"})
_MAX_NODES = 200
_MAX_STEPS = 4
_MAX_OPERANDS = 8
_TOO_FAR = f"a comparison of digests is looked into for {_MAX_STEPS} steps and {_MAX_OPERANDS} operands"
_TOO_LARGE = f"what a digest is made of is looked for in {_MAX_NODES} nodes"


class Verification:
    """Answers whether the data of a call was verified before the call is reached."""

    def __init__(self, resolver: Resolver, guards: Guards) -> None:
        self.resolver = resolver
        self.guards = guards
        self._limits = resolver.tree.limits
        self._updates: dict[str, list[ast.expr]] | None = None

    def verified(self, call: ast.Call) -> bool:
        """Whether a comparison of digests, of what the call is given or of the file it is in, came out well."""
        tests = [test for fact in self.guards.facts(call) for test in self._verifying(fact.test, fact.outcome)]
        if not tests:
            return False
        used = self._mentioned([*call.args, *(keyword.value for keyword in call.keywords)])
        return any(not used.isdisjoint(self._mentioned([test])) for test in tests)

    def _verifying(self, test: ast.expr, outcome: bool, depth: int = 0) -> list[ast.expr]:
        """The comparisons of digests that are known to have come out as equal."""
        if depth > _MAX_STEPS or (isinstance(test, ast.BoolOp) and len(test.values) > _MAX_OPERANDS):
            self._limits.reached(_TOO_FAR, test)
        if depth > _MAX_STEPS:
            return []
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self._verifying(test.operand, not outcome, depth + 1)
        if isinstance(test, ast.BoolOp) and outcome is isinstance(test.op, ast.And):
            operands = test.values[:_MAX_OPERANDS]
            return [found for operand in operands for found in self._verifying(operand, outcome, depth + 1)]
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            equal = isinstance(test.ops[0], ast.Eq) if outcome else isinstance(test.ops[0], ast.NotEq)
            # A comparison with something that the code fixes to be empty is none: `digest != None`, `digest != ""`.
            sides = [test.left, *test.comparators]
            empty = any(isinstance(side, ast.Constant) and not side.value for side in sides)
            return [test] if equal and not empty and any(self._is_digest(side) for side in sides) else []
        if isinstance(test, ast.Call) and outcome:
            return [test] if self._compares(test) else []
        alias = self.guards.alias(test)
        return self._verifying(alias, outcome, depth + 1) if alias is not None else []

    def _compares(self, call: ast.Call) -> bool:
        """``hmac.compare_digest(a, b)``, ``verify_checksum(path)``."""
        if _COMPARERS.intersection(self.resolver.names(call.func).names):
            return True
        name = last_name(call.func)
        return bool(re.search(_DIGEST, name) and re.search(_VERIFY, name))

    def _is_digest(self, node: ast.expr) -> bool:
        """Whether an expression is a digest that was computed, ``h.hexdigest()``, ``f(path)``, or its name."""
        for _ in range(_MAX_STEPS):
            if isinstance(node, ast.Call):
                return any(
                    bool(re.search(_DIGEST, last_name(inner.func)))
                    for inner in self._limits.walk(_TOO_LARGE, node, _MAX_NODES) or ()
                    if isinstance(inner, ast.Call)
                )
            alias = self.guards.alias(node)
            if alias is None:
                return False
            node = alias
        self._limits.reached(_TOO_FAR, node)
        return False

    def _mentioned(self, nodes: Iterable[ast.expr]) -> set[str]:
        """The names that expressions are made of, through what those were assigned, opened as or updated with."""
        found: set[str] = set()
        pending = [(node, 0) for node in nodes]
        visited = 0
        while pending and visited < _MAX_NODES:
            node, depth = pending.pop()
            for part in islice(ast.walk(node), _MAX_NODES - visited):
                visited += 1
                if not isinstance(part, ast.Name) or part.id in found or not isinstance(part.ctx, ast.Load):
                    continue
                if self._is_data(part):
                    found.add(part.id)
                if depth < _MAX_STEPS:
                    pending += [(value, depth + 1) for value in self._made_of(part)]
        if pending:
            self._limits.reached(_TOO_LARGE, pending[0][0])
        return found - {"self", "cls"} | self._attributes(nodes)

    def _is_data(self, name: ast.Name) -> bool:
        """Whether a name is something of the program's, not an import, a function or a builtin."""
        reaching = self.resolver.bindings.lookup(name.id, name)
        kinds = {binding.kind for binding in reaching.bindings} if reaching is not None else set()
        return kinds.isdisjoint({Kind.IMPORT, Kind.FUNCTION, Kind.CLASS}) and bool(kinds)

    def _made_of(self, name: ast.Name) -> list[ast.expr]:
        reaching = self.resolver.bindings.lookup(name.id, name)
        found = list(self._updated().get(name.id, ()))
        for binding in reaching.bindings[:_MAX_STEPS] if reaching is not None else ():
            item = self.resolver.tree.parent(binding.node)
            value = item.context_expr if isinstance(item, ast.withitem) else binding.value
            found += [value] if value is not None and binding.kind is not Kind.ELEMENT else []
        return found

    def _updated(self) -> dict[str, list[ast.expr]]:
        """What ``name.update(data)`` puts into a digest, by name."""
        if self._updates is None:
            self._updates = {}
            for call in self.resolver.tree.nodes(ast.Call):
                func = call.func
                if isinstance(func, ast.Attribute) and func.attr == "update" and isinstance(func.value, ast.Name):
                    self._updates.setdefault(func.value.id, []).extend(call.args[:1])
        return self._updates

    def _attributes(self, nodes: Iterable[ast.expr]) -> set[str]:
        """``self.path`` and the like, which no name stands for."""
        return {
            f"{part.value.id}.{part.attr}"
            for node in nodes
            for part in self._limits.walk(_TOO_LARGE, node, _MAX_NODES) or ()
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id in ("self", "cls")
        }
