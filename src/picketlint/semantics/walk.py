"""The walk behind ``flow``: the state after each statement of a scope that holds an event.

A state is the set of events that can have been the last. Only the statements that hold events, and those around them,
are looked at, each once: a loop's body is followed with a mark for "what was there before", which is put in place when
somebody asks. So the cost is that of the events and the statements around them, however the loops are nested.
"""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from picketlint.base.records import NamedTuple
from picketlint.semantics.conditions import Step, path_to
from picketlint.semantics.control import (
    BREAKS,
    CONTINUES,
    FALLS,
    TRIES,
    Control,
    always_true,
    handlers,
    irrefutable,
    statements,
)
from picketlint.semantics.limits import MAX_REACHING
from picketlint.semantics.tree import Position, Tree, any_between, end, start

UNSET = -1
MANY = -2
FIRST_MARK = -3

Items = frozenset[int]
DEAD: Items = frozenset()
NEVER = frozenset({UNSET})
TOO_MANY = frozenset({MANY})
BEGINNING: Position = (-1, -1)


class Event(NamedTuple):
    """Something that happens at a node. ``position`` is when it takes effect.

    A weak event may leave what was there; a clearing one leaves nothing; a remote one stands in another function and
    can happen whenever control leaves the scope.
    """

    node: ast.AST
    position: Position
    weak: bool = False
    clears: bool = False
    remote: bool = False


def join(*parts: Items) -> Items:
    """What holds where control comes from any of several places."""
    joined = frozenset().union(*parts)
    return TOO_MANY if len(joined) > MAX_REACHING or MANY in joined else joined


class _Jumps:
    """The states in which the innermost loop is broken out of or continued."""

    def __init__(self) -> None:
        self.breaks: Items = DEAD
        self.continues: Items = DEAD


class Walk:
    """The events of one scope and the states between them."""

    def __init__(self, control: Control, scope: ast.AST, events: Sequence[Event]) -> None:
        self.control = control
        self.tree: Tree = control.tree
        self.scope = scope
        self.events = events
        self.headers: dict[ast.AST, list[int]] = {}
        self._children: dict[tuple[ast.AST, str], list[ast.stmt]] = {}
        self._paths: dict[int, tuple[Step, ...]] = {}
        self.before: dict[ast.AST, Items] = {}
        self.entries: dict[tuple[ast.AST, str], Items] = {}
        self.after: dict[tuple[ast.AST, str], tuple[list[Position], list[Items]]] = {}
        self.marks: dict[int, Items] = {}
        self._loops: list[_Jumps] = []
        self._starts: list[tuple[Position, int]] = []
        self.local: list[tuple[Position, int]] = []
        self.remote: Items = DEAD
        self.out = self._run(self._place())

    # -- the events, where they are ------------------------------------------------------------------------------------

    def _place(self) -> Items:
        """Sort the events into the headers of their statements; what is left is the state at the scope's beginning."""
        initial: list[int] = []
        remote: list[int] = []
        marked: set[ast.AST] = set()
        for index, event in enumerate(self.events):
            if event.remote:
                remote.append(index)
            elif isinstance(event.node, ast.arg):
                initial.append(index)
            else:
                self.local.append((event.position, index))
                self._starts.append((start(event.node), index))
                unit = self._unit(event.node)
                self.headers.setdefault(unit, []).append(index)
                self._mark(unit, marked)
        self.remote = join(frozenset(remote))
        self.local.sort()
        self._starts.sort()
        for block in self._children.values():
            block.sort(key=start)
        for header in self.headers.values():
            header.sort(key=lambda index: self.events[index].position)
        return frozenset(initial) or NEVER

    def _unit(self, node: ast.AST) -> ast.AST:
        """The statement or clause of this scope that a node belongs to; the scope itself for a lambda's body."""
        if isinstance(self.scope, ast.Lambda):
            return self.scope
        return self.tree.unit(node) or self.scope

    def _mark(self, unit: ast.AST, marked: set[ast.AST]) -> None:
        """Note a statement and those around it for the walk."""
        current: ast.AST | None = unit
        while current is not None and current is not self.scope and current not in marked:
            marked.add(current)
            parent = self.tree.parent(current)
            if parent is not None and isinstance(current, ast.stmt):
                self._children.setdefault((parent, self.tree.branch(current)), []).append(current)
            current = parent

    # -- the walk ------------------------------------------------------------------------------------------------------

    def _run(self, initial: Items) -> Items:
        if isinstance(self.scope, ast.Lambda):
            self.before[self.scope] = initial
            return self._header(self.scope, initial)
        return self._block(self.scope, "body", initial)

    def _block(self, owner: ast.AST, field: str, state: Items) -> Items:
        """Run a block; the state in which control falls out of its end."""
        self.entries[owner, field] = state
        places, states = self.after[owner, field] = ([], [])
        exits = self.control.exits(owner, field)
        previous = BEGINNING
        for child in self._children.get((owner, field), ()):
            here = start(child)
            if exits.dead_after is not None and here > exits.dead_after:
                state = DEAD
            self._leave(exits.breaks, exits.continues, previous, here, state)
            state = self._statement(child, state)
            places.append(here)
            states.append(state)
            previous = here
        self._leave(exits.breaks, exits.continues, previous, None, state)
        return state if exits.dead_after is None else DEAD

    def _leave(
        self,
        breaks: list[Position],
        continues: list[Position],
        low: Position,
        high: Position | None,
        state: Items,
    ) -> None:
        """Note the state at statements between two places that break or continue the loop around."""
        if not self._loops:
            return
        if any_between(breaks, low, high):
            self._loops[-1].breaks = join(self._loops[-1].breaks, state)
        if any_between(continues, low, high):
            self._loops[-1].continues = join(self._loops[-1].continues, state)

    def _statement(self, node: ast.AST, state: Items) -> Items:
        self.before[node] = state
        if isinstance(node, ast.If):
            return self._if(node, state)
        if isinstance(node, (ast.For, ast.AsyncFor)):
            return self._for(node, state)
        if isinstance(node, ast.While):
            return self._while(node, state)
        if isinstance(node, TRIES):
            return self._try(node, state)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return self._with(node, state)
        if isinstance(node, ast.Match):
            return self._match(node, state)
        state = self._header(node, state)
        return state if self.control.jumps(node) & FALLS else self._jumped(node, state)

    def _jumped(self, node: ast.AST, state: Items) -> Items:
        jumps = self.control.jumps(node)
        if self._loops and jumps & BREAKS:
            self._loops[-1].breaks = join(self._loops[-1].breaks, state)
        if self._loops and jumps & CONTINUES:
            self._loops[-1].continues = join(self._loops[-1].continues, state)
        return DEAD

    def _header(self, unit: ast.AST, state: Items, *, targets: bool | None = None) -> Items:
        """Apply the events of a statement's own expressions; ``targets``: those of a loop's targets, or the rest."""
        for index in self.headers.get(unit, ()):
            event = self.events[index]
            if targets is None or targets is self._in_target(event.node, unit):
                state = self.apply(index, state, weak=event.weak or bool(self.path(index)))
        return state

    def _in_target(self, node: ast.AST, loop: ast.AST) -> bool:
        assert isinstance(loop, (ast.For, ast.AsyncFor))
        return start(node) < start(loop.iter)

    def apply(self, index: int, state: Items, *, weak: bool) -> Items:
        """The state after an event."""
        if not state:
            return state
        new = NEVER if self.events[index].clears else frozenset({index})
        return join(state, new) if weak else new

    def path(self, index: int) -> tuple[Step, ...]:
        """The conditional parts of its statement that an event stands in."""
        found = self._paths.get(index)
        if found is None:
            node = self.events[index].node
            found = self._paths[index] = path_to(self.tree, node, self._unit(node))
        return found

    def _if(self, node: ast.If, state: Items) -> Items:
        outs: list[Items] = []
        while True:
            state = self._header(node, state)
            outs.append(self._block(node, "body", state))
            inner = node.orelse[0] if len(node.orelse) == 1 else None
            if not isinstance(inner, ast.If) or (node, "orelse") not in self._children:
                outs.append(self._block(node, "orelse", state))
                return join(*outs)
            self.entries[node, "orelse"] = self.before[inner] = state
            self.after[node, "orelse"] = ([], [])
            node = inner

    def _looped(self, loop: ast.AST, entry: Items, mark: int, state: Items) -> tuple[Items, Items]:
        """Run a loop's body; what is there whenever an iteration begins, and in which states the loop is broken."""
        self._loops.append(_Jumps())
        out = self._block(loop, "body", entry)
        jumps = self._loops.pop()
        back = join(out, jumps.continues) - {mark}
        self.marks[mark] = begin = join(state, back)
        return begin, self.placed(jumps.breaks, mark, begin)

    @staticmethod
    def placed(state: Items, mark: int, before: Items) -> Items:
        """A state with the mark replaced by what it stands for."""
        return join(state - {mark}, before) if mark in state else state

    def _new_mark(self) -> int:
        return FIRST_MARK - len(self.marks)

    def _for(self, node: ast.For | ast.AsyncFor, state: Items) -> Items:
        state = self._header(node, state, targets=False)
        mark = self._new_mark()
        self.marks[mark] = DEAD
        entry = self._header(node, frozenset({mark}) if state else DEAD, targets=True)
        begin, broken = self._looped(node, entry, mark, state)
        return join(self._block(node, "orelse", begin), broken)

    def _while(self, node: ast.While, state: Items) -> Items:
        mark = self._new_mark()
        self.marks[mark] = DEAD
        top = frozenset({mark}) if state else DEAD
        self.before[node] = top
        entry = self._header(node, top)
        begin, broken = self._looped(node, entry, mark, state)
        ended = DEAD if always_true(node.test) else self.placed(entry, mark, begin)
        return join(self._block(node, "orelse", ended), broken)

    def _with(self, node: ast.With | ast.AsyncWith, state: Items) -> Items:
        entered = self._header(node, state)
        out = self._block(node, "body", entered)
        return join(out, entered, self._within([node])) if entered and self.control.suppresses(node) else out

    def _within(self, nodes: Sequence[ast.AST]) -> Items:
        """All events inside some nodes, as the state of somebody who does not know how far they got."""
        if not nodes:
            return DEAD
        first = bisect_left(self._starts, (start(nodes[0]), -1))
        last = bisect_right(self._starts, (end(nodes[-1]), -1))
        if last - first > MAX_REACHING:
            return TOO_MANY
        return frozenset(UNSET if self.events[index].clears else index for _, index in self._starts[first:last])

    def _try(self, node: ast.AST, state: Items) -> Items:
        raised = join(state, self._within(statements(node, "body"))) if state else DEAD
        out = self._block(node, "orelse", self._block(node, "body", state))
        normal = join(out, *(self._handler(handler, raised) for handler in handlers(node)))
        final = statements(node, "finalbody")
        if not final:
            return normal
        mark = self._new_mark()
        everything = self._within([node]) if state else DEAD
        self.marks[mark] = join(normal, state, everything)
        out = self._block(node, "finalbody", frozenset({mark}) if state else DEAD)
        if self._loops and self._within(final):
            self._loops[-1].breaks = join(self._loops[-1].breaks, everything)
            self._loops[-1].continues = join(self._loops[-1].continues, everything)
        return self.placed(out, mark, normal) if normal else DEAD

    def _handler(self, handler: ast.ExceptHandler, state: Items) -> Items:
        self.before[handler] = state
        named = handler in self.headers and any(self.events[i].node is handler for i in self.headers[handler])
        out = self._block(handler, "body", self._header(handler, state))
        return NEVER if named and out else out

    def _match(self, node: ast.Match, state: Items) -> Items:
        state = self._header(node, state)
        outs: list[Items] = []
        for case in node.cases:
            self.before[case] = state
            matched = self._header(case, state)
            outs.append(self._block(case, "body", matched))
            if irrefutable(case):
                state = DEAD
            elif case.guard is not None:
                state = join(state, matched)
        return join(state, *outs)
