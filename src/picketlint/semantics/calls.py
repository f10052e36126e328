"""Arguments bound to parameters: given, absent, or not known because of ``*args`` and ``**kwargs``.

Keyword order does not matter, positions are read from known signatures, ``**{...}`` and dicts built before the call
are looked into, and ``functools.partial`` counts as a call of what it wraps.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cached_property

from picketlint.base.records import NamedTuple
from picketlint.semantics.arguments import ABSENT, MAYBE, TOO_MANY, Argument, Candidate, State, later_wins, written
from picketlint.semantics.bindings import Kind
from picketlint.semantics.classes import MAX_DEPTH, TOO_DEEP
from picketlint.semantics.names import TRANSPARENT, Names, Resolver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.mappings import Mappings

_MANY_KEYWORDS = 16
PARTIALS = frozenset({"functools.partial", "functools.partialmethod"})
# How they are written, whatever they are imported as.
WRITTEN_PARTIALS = frozenset(name.rpartition(".")[2] for name in PARTIALS)


class Target(NamedTuple):
    """What a call calls: the names of the callee, and the ``partial`` calls that bound arguments before."""

    names: Names
    partials: tuple[ast.Call, ...] = ()
    unfinished: bool = False


class Calls:
    """Binds the arguments of the calls of one module."""

    def __init__(self, resolver: Resolver, signatures: Mapping[str, tuple[str, ...]]) -> None:
        self.resolver = resolver
        self.signatures = signatures
        self._by_name: dict[ast.keyword, dict[str | None, list[ast.keyword]]] = {}
        self._targets: dict[ast.Call, Target] = {}

    @cached_property
    def mappings(self) -> Mappings:
        """Answers for what is spread into calls; most modules spread nothing that matters."""
        from picketlint.semantics.mappings import Mappings

        return Mappings(self.resolver)

    def target(self, call: ast.Call) -> Target:
        """The callee of a call; for ``partial(f, ...)`` that is ``f``, with more arguments to come."""
        known = self._targets.get(call)
        if known is None:
            known = self._targets[call] = self._compute_target(call)
        return known

    def _compute_target(self, call: ast.Call) -> Target:
        names = self.resolver.names(call.func)
        if names.certain in PARTIALS and call.args:
            callee, partials = self._through_partial(call.args[0])
            return Target(self.resolver.names(callee), partials, unfinished=True)
        if isinstance(call.func, (ast.Name, ast.Attribute, ast.Call)):
            callee, partials = self._through_partial(call.func)
            if partials:
                return Target(self.resolver.names(callee), partials)
        return Target(names)

    def _through_partial(self, callee: ast.expr) -> tuple[ast.expr, tuple[ast.Call, ...]]:
        """The function behind an expression that can be a ``partial`` object, and the calls that made that."""
        steps: list[ast.Call] = []
        for _ in range(MAX_DEPTH):
            value = self._definition(callee)
            if not isinstance(value, ast.Call) or not value.args:
                break
            certain = self.resolver.names(value.func).certain
            if certain in PARTIALS:
                steps.append(value)
            elif certain not in TRANSPARENT or len(value.args) != 1:
                break
            callee = value.args[0]
        else:
            self.resolver.tree.limits.reached(TOO_DEEP, callee)
        return callee, tuple(reversed(steps))

    def _definition(self, node: ast.expr) -> ast.expr | None:
        """The one expression a name surely stands for; the expression itself if it is no name."""
        if isinstance(node, ast.Name):
            reaching = self.resolver.bindings.lookup(node.id, node)
            if reaching is None or not reaching.complete or len(reaching.bindings) != 1:
                return None
            return reaching.bindings[0].value if reaching.bindings[0].kind is Kind.VALUE else None
        if isinstance(node, ast.Attribute):
            owner = self.resolver.class_of(node.value)
            members = self.resolver.members(owner, node.attr) if owner is not None else []
            return members[0].value if len(members) == 1 and members[0].kind is Kind.VALUE else None
        return node

    def argument(self, call: ast.Call, name: str, position: int | None = None) -> Argument:
        """The argument for parameter ``name`` of a call.

        ``position`` is its 0-based place among the positional parameters; without it, the place is looked up in the
        signatures of the callee's possible names.
        """
        target = self.target(call)
        args, layers = call.args, [call.keywords]
        if target.partials or target.unfinished:
            given = call.args[1:] if target.unfinished else call.args
            args = [*(arg for step in target.partials for arg in step.args[1:]), *given]
            layers = [*(step.keywords for step in target.partials), call.keywords]
        parts = [self._positional(target.names, args, name) if position is None else _at(args, position)]
        parts += [self._in_keywords(keywords, name) for keywords in layers if keywords]
        result = later_wins(parts)
        if result.cut:
            self.resolver.tree.limits.reached(TOO_MANY, call)
        return MAYBE if result.state is State.ABSENT and _more_to_come(target) else result

    def own_argument(self, call: ast.Call, name: str) -> Argument:
        """The same, but for what a ``partial`` object gives: that is told where the object is made."""
        found = self.argument(call, name)
        earlier = [self.argument(step, name) for step in self.target(call).partials]
        if not earlier:
            return found
        candidates = {candidate for argument in earlier for candidate in argument.candidates}
        passed = {keywords for argument in earlier for keywords in argument.passed}
        own = tuple(candidate for candidate in found.candidates if candidate not in candidates)
        state = found.state if own or not found.candidates else State.MAYBE
        return found._replace(
            state=state, candidates=own, passed=tuple(keywords for keywords in found.passed if keywords not in passed)
        )

    def _positional(self, names: Names, args: list[ast.expr], parameter: str) -> Argument:
        """The argument by its place in the callee's signature; of an unknown one, ``*args`` may hold it."""
        signatures = [self.signatures[name] for name in names.names if name in self.signatures]
        for signature in signatures:
            if parameter in signature:
                return _at(args, signature.index(parameter))
        spread = any(isinstance(argument, ast.Starred) for argument in args)
        return MAYBE if spread and not signatures else ABSENT

    def _in_keywords(self, keywords: list[ast.keyword], name: str) -> Argument:
        """Python refuses a keyword given twice, so what is written out wins over what is spread."""
        if len(keywords) > _MANY_KEYWORDS:
            # Somebody may ask for each of them.
            by_name = self._by_name.get(keywords[0])
            if by_name is None:
                by_name = self._by_name[keywords[0]] = {}
                for keyword in keywords:
                    by_name.setdefault(keyword.arg, []).append(keyword)
            keywords = [*by_name.get(name, ()), *by_name.get(None, ())]
        spelled = written(keywords, name)
        if spelled:
            return spelled[0]
        return later_wins(self.entry(keyword.value, name) for keyword in keywords if keyword.arg is None)

    def entry(self, node: ast.expr, key: str) -> Argument:
        """What a mapping holds under a string key, through names, ``dict(...)``, ``{**a}``, ``a | b`` and updates."""
        return self.mappings.entry(node, key)


def _at(args: list[ast.expr], position: int) -> Argument:
    """The positional argument at a 0-based place; below 0 for a parameter that has none."""
    if position < 0:
        return ABSENT
    for index, argument in enumerate(args[: position + 1]):
        if isinstance(argument, ast.Starred):
            return MAYBE
        if index == position:
            return Argument(State.GIVEN, (Candidate(argument, argument),))
    return ABSENT


def _more_to_come(target: Target) -> bool:
    """Whether arguments can have been bound, or will be, where nobody sees them: the callee may be a ``partial``."""
    return target.unfinished or any(f"{partial}()" in target.names.names for partial in PARTIALS)


__all__ = ["ABSENT", "MAYBE", "PARTIALS", "Argument", "Calls", "Candidate", "State", "Target"]
