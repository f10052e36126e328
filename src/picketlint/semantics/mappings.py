"""What a mapping holds under a string key when it is spread into a call.

Literals, ``dict(...)``, ``{**a}``, ``a | b``, conditional expressions and names are followed; for a name, all that is
done to the dict between its making and its use: subscripts, ``update``, ``setdefault``, ``pop``, ``del``, and its
being handed to code that may change it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from picketlint.semantics.arguments import ABSENT, MAYBE, Argument, Candidate, State, either, later_wins
from picketlint.semantics.bindings import Binding, Kind, Owner, event
from picketlint.semantics.changes import Change, Changes, What
from picketlint.semantics.flow import Event, Flow
from picketlint.semantics.names import Resolver
from picketlint.semantics.solver import Solver
from picketlint.semantics.tree import COMPREHENSIONS, FUNCTIONS, end

Key = tuple[ast.expr, str]
Get = Callable[[Key], Argument]
_COPIES = frozenset({"copy.copy", "copy.deepcopy"})


class Mappings(Solver[Key, Argument]):
    """Answers what the mappings of one module hold."""

    def __init__(self, resolver: Resolver) -> None:
        super().__init__()
        self.resolver = resolver
        self._changes = Changes(resolver.tree)
        self._flows: dict[tuple[str, ast.AST, str], tuple[Flow, list[Binding | Change]]] = {}

    def entry(self, node: ast.expr, key: str) -> Argument:
        """What a mapping holds under a key; MAYBE where it depends on itself."""
        return self.solve((node, key))

    def _unknown(self, key: Key) -> Argument:
        return MAYBE

    # -- what an answer depends on -------------------------------------------------------------------------------------

    def _dependencies(self, question: Key) -> list[Key]:
        node, key = question
        return [(part, key) for part in self._parts(node, key)]

    def _parts(self, node: ast.expr, key: str) -> list[ast.expr]:
        """The mappings that a mapping is made of."""
        if isinstance(node, ast.Dict):
            return [value for entry, value in zip(node.keys, node.values, strict=True) if entry is None]
        if isinstance(node, ast.Call):
            return self._copied(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return [node.left, node.right]
        if isinstance(node, ast.IfExp):
            return [node.body, node.orelse]
        if isinstance(node, ast.BoolOp):
            return node.values
        if isinstance(node, ast.NamedExpr):
            return [node.value]
        if isinstance(node, ast.Name):
            return [part for step in self._steps(node, key) or () for part in self._parts_of_step(step)]
        return []

    def _copied(self, node: ast.Call) -> list[ast.expr]:
        """The mappings a call of ``dict``, ``copy`` or ``x.copy()`` copies, then those spread into its keywords."""
        if isinstance(node.func, ast.Attribute) and node.func.attr == "copy" and not node.args:
            return [node.func.value]
        callee = self.resolver.names(node.func).certain
        if callee == "builtins.dict":
            return [*node.args[:1], *_spread(node.keywords)]
        return node.args[:1] if callee in _COPIES else []

    def _parts_of_step(self, step: Binding | Change) -> list[ast.expr]:
        if isinstance(step, Change):
            return [step.mapping, *step.given[:1], *_spread(step.keywords)]
        if step.kind is Kind.VALUE and step.value is not None:
            return [step.value]
        if step.kind is Kind.AUGMENTED and isinstance(step.node, ast.Name) and step.value is not None:
            return [step.node, step.value]
        return []

    # -- answers -------------------------------------------------------------------------------------------------------

    def _combine(self, question: Key, get: Get) -> Argument:
        node, key = question
        if isinstance(node, ast.Dict):
            return self._in_dict(node, key, get)
        if isinstance(node, ast.Name):
            return self._in_name(node, key, get)
        parts = [get((part, key)) for part in self._parts(node, key)]
        if isinstance(node, ast.Call):
            certain = self.resolver.names(node.func).certain
            return later_wins([*parts, *written(node.keywords, key)]) if parts or certain == "builtins.dict" else MAYBE
        if isinstance(node, ast.BinOp):
            return later_wins(parts) if parts else MAYBE
        return either(parts) if parts else MAYBE

    @staticmethod
    def _in_dict(node: ast.Dict, key: str, get: Get) -> Argument:
        """The last entry counts; keys that are not literal may be any."""
        parts: list[Argument] = []
        for entry, value in zip(node.keys, node.values, strict=True):
            if entry is None:
                parts.append(get((value, key)))
            elif not isinstance(entry, ast.Constant):
                parts.append(MAYBE)
            elif entry.value == key:
                parts.append(Argument(State.GIVEN, (Candidate(value, entry),)))
        return later_wins(parts)

    def _in_name(self, node: ast.Name, key: str, get: Get) -> Argument:
        steps = self._steps(node, key)
        return MAYBE if not steps else either([self._after(step, key, get) for step in steps])

    def _after(self, step: Binding | Change, key: str, get: Get) -> Argument:
        """What the mapping holds right after it was bound or changed."""
        if isinstance(step, Change):
            return self._changed(step, key, get)
        function = step.scope
        if isinstance(step.node, ast.arg) and isinstance(function, FUNCTIONS) and function.args.kwarg is step.node:
            return Argument(State.MAYBE, passed=(step.node,))
        parts = [get((part, key)) for part in self._parts_of_step(step)]
        return later_wins(parts) if parts else MAYBE

    def _changed(self, change: Change, key: str, get: Get) -> Argument:
        before = get((change.mapping, key))
        if change.what is What.STORE:
            return (
                Argument(State.GIVEN, (Candidate(change.given[0], change.focus or change.mapping),))
                if change.given
                else MAYBE
            )
        if change.what is What.REMOVE:
            return ABSENT
        if change.what is What.DEFAULT:
            return later_wins([Argument(State.GIVEN, (Candidate(change.given[0], change.given[0]),)), before])
        if change.what is What.UPDATE:
            spread = [get((part, key)) for part in (*change.given[:1], *_spread(change.keywords))]
            return later_wins([before, *spread, *written(change.keywords, key)])
        if change.what is What.ESCAPE and before.state is State.GIVEN:
            return before
        return later_wins([before, MAYBE])

    # -- control flow --------------------------------------------------------------------------------------------------

    def _steps(self, node: ast.Name, key: str) -> list[Binding | Change] | None:
        """The bindings and changes of the mapping that can be the last before a use; None where it is not known."""
        owner = self.resolver.bindings.owner(node.id, node)
        if owner is None or isinstance(owner.scope, COMPREHENSIONS):
            return None
        flow, steps = self._flow(node.id, owner, key)
        reached = flow.reaching(node, deferred=owner.deferred)
        outside = reached.unset and not isinstance(owner.scope, FUNCTIONS)
        if reached.many or (outside and not reached.events):
            return None
        return [steps[index] for index in reached.events]

    def _flow(self, name: str, owner: Owner, key: str) -> tuple[Flow, list[Binding | Change]]:
        place = (name, owner.scope, key)
        found = self._flows.get(place)
        if found is None:
            steps: list[Binding | Change] = [*self.resolver.bindings.group(name, owner.scope)]
            events = [event(step) for step in self.resolver.bindings.group(name, owner.scope)]
            for change in self._changes.of(name, key):
                owned = self.resolver.bindings.owner(name, change.mapping)
                if owned is not None and owned.scope is owner.scope:
                    steps.append(change)
                    events.append(Event(change.mapping, end(change.site), remote=self._remote(change, owned)))
            found = self._flows[place] = (Flow(self.resolver.bindings.control, owner.scope, events), steps)
        return found

    def _remote(self, change: Change, owner: Owner) -> bool:
        """Whether a change is made in a scope of its own, so that it can happen at any time or not at all."""
        tree = self.resolver.tree
        scope = tree.scope(change.mapping)
        while isinstance(scope, COMPREHENSIONS):
            scope = tree.scope(scope)
        return owner.deferred or scope is not owner.scope


def written(keywords: Iterable[ast.keyword], name: str) -> list[Argument]:
    """The keyword of this name that a call spells out, if it does."""
    return [Argument(State.GIVEN, (Candidate(k.value, k),)) for k in keywords if k.arg == name][:1]


def _spread(keywords: Iterable[ast.keyword]) -> list[ast.expr]:
    return [keyword.value for keyword in keywords if keyword.arg is None]
