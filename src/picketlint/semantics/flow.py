"""Which of several events of one scope can be the last that happened before a use: reaching definitions, sparsely.

An event is whatever replaces something: a binding of a name, a store under a key of a dict.
"""

from __future__ import annotations

import ast
from bisect import bisect_right

from picketlint.base.records import NamedTuple
from picketlint.semantics.conditions import dominates, excludes, path_to, precedes
from picketlint.semantics.limits import MAX_REACHING, TOO_MANY_REACH
from picketlint.semantics.sites import Binding, Kind
from picketlint.semantics.tree import LOOPS, start
from picketlint.semantics.walk import (
    DEAD,
    FIRST_MARK,
    MANY,
    NEVER,
    TOO_MANY,
    UNSET,
    Event,
    Items,
    Walk,
    join,
)


class Reached(NamedTuple):
    """The events (by index) that can be the last before a use; ``unset``: there may have been none. ``many``: more."""

    events: tuple[int, ...]
    unset: bool
    many: bool


class Flow(Walk):
    """The events of one scope, and which of them reach a use."""

    def reaching(self, use: ast.AST, *, deferred: bool = False) -> Reached:
        """The events that can be the last before ``use``.

        ``deferred``: the use stands in a function nested in the scope, which can run any time after its definition.
        """
        state = join(self._state(use), self.remote)
        if deferred:
            state = join(state, self._later(use))
        return self._reached(state, use)

    def final(self) -> Reached:
        """The events that can be the last when the scope's body has run."""
        return self._reached(join(self._resolved(self.out), self.remote), self.scope)

    def _reached(self, state: Items, use: ast.AST) -> Reached:
        if MANY in state:
            self.tree.limits.reached(TOO_MANY_REACH, use)
            return Reached((), True, True)
        return Reached(tuple(sorted(index for index in state if index >= 0)), UNSET in state, False)

    def _later(self, use: ast.AST) -> Items:
        """What can happen between the definition of the function around a use and a call of it."""
        unit = self._unit_in_scope(use)
        low = start(unit)
        for around in self.tree.ancestors(unit):
            if around is self.scope:
                break
            if isinstance(around, LOOPS):
                low = min(low, start(around))
        first = bisect_right(self.local, (low, len(self.events)))
        if len(self.local) - first > MAX_REACHING:
            return TOO_MANY
        return frozenset(UNSET if self.events[i].clears else i for _, i in self.local[first:])

    def _unit_in_scope(self, use: ast.AST) -> ast.AST:
        """The statement directly in this scope around a node that may stand in a scope nested in it."""
        if isinstance(self.scope, ast.Lambda):
            return self.scope
        inner = use
        owner = self.tree.scope(inner)
        while owner is not self.scope and owner is not self.tree.root:
            inner, owner = owner, self.tree.scope(owner)
        return self.tree.unit(inner) or self.scope

    def _state(self, use: ast.AST) -> Items:
        unit = self._unit_in_scope(use)
        state = NEVER
        passed: list[ast.AST] = []
        current: ast.AST = unit
        while True:
            if current in self.before:
                state = self.before[current]
                state = self._in_header(current, use, state) if current is unit else state
                break
            parent = self.tree.parent(current)
            key = (parent or self.scope, self.tree.branch(current))
            if key in self.entries or parent is None:
                state = self._in_block(key, current)
                break
            passed.append(current)
            current = parent
        for node in passed:
            self.before.setdefault(node, state)
        return self._resolved(state)

    def _in_block(self, key: tuple[ast.AST, str], statement: ast.AST) -> Items:
        """The state before a statement without events, in a block that the walk has been through."""
        here = start(statement)
        dead = self.control.exits(*key).dead_after
        if dead is not None and here > dead:
            return DEAD
        places, states = self.after.get(key, ([], []))
        index = bisect_right(places, here)
        return states[index - 1] if index else self.entries.get(key, NEVER)

    def _in_header(self, unit: ast.AST, use: ast.AST, state: Items) -> Items:
        """The state at a use among the expressions of a statement that has events of its own."""
        header = self.headers.get(unit, ())
        if not header:
            return state
        if len(header) > MAX_REACHING:
            return TOO_MANY
        path = path_to(self.tree, use, unit)
        for index in header:
            event = self.events[index]
            own = self.path(index)
            if not excludes(own, path) and precedes(event.node, event.position, own, use, path):
                state = self.apply(index, state, weak=event.weak or not dominates(own, path))
        return state

    def _resolved(self, state: Items) -> Items:
        """The state with every mark replaced by what it stands for; marks can stand for each other."""
        marks = [item for item in state if item <= FIRST_MARK]
        if not marks:
            return state
        found: set[int] = set(state)
        while marks:
            new = self.marks[marks.pop()] - found
            found |= new
            marks += [item for item in new if item <= FIRST_MARK]
        return join(frozenset(item for item in found if item > FIRST_MARK))


__all__ = ["Event", "Flow", "Reached"]


def event(binding: Binding) -> Event:
    """A binding as the control flow sees it."""
    return Event(
        binding.node,
        binding.position,
        weak=binding.weak,
        clears=binding.kind is Kind.DELETED,
        remote=binding.remote,
    )
