"""The bookkeeping of one search for the pieces of a text: what is still to be looked at, and what was found."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from picketlint.base.records import NamedTuple
from picketlint.semantics.pieces import Entered, Hop, Origin, Parts, Piece, Way

MAX_PIECES = 120
MAX_CALLS_DEEP = 6
TOO_MANY_PIECES = f"a text is taken apart in {MAX_PIECES} steps"
TOO_DEEP = f"calls are followed {MAX_CALLS_DEEP} deep"

# What also holds of something that is worked out from a value of this origin.
_OF_PARTS = (Origin.PARAMETER, Origin.SURROUNDINGS)

Restriction = Callable[[str], Origin | None]


class Task(NamedTuple):
    """An expression to take apart.

    ``label`` is what a person is shown instead, ``near`` the same since the last hop; ``built``: it was put together
    since then; ``proven`` is what tests have proven of it; ``aside``: other callers decide as well, so that only input
    counts; ``calls``: how many calls it has been followed out through. The rest is as in Piece and Parts.
    """

    node: ast.expr
    joined: bool = False
    label: ast.expr | None = None
    trail: Hop | None = None
    entered: Entered | None = None
    derived: bool = False
    proven: Origin | None = None
    aside: bool = False
    near: ast.expr | None = None
    built: bool = False
    calls: int = 0

    def over(self, way: Way, site: ast.AST, name: str, node: ast.expr) -> Task:
        """The task to go on with at ``node``, with one more hop behind it."""
        trail = Hop(way, site, name, self.built, self.trail)
        # Written out: `_replace` takes five times as long, and this is done for every step of every search.
        _, joined, label, _, entered, derived, proven, aside, _, _, calls = self
        return Task(node, joined, label, trail, entered, derived, proven, aside, None, False, calls)

    def at(self, node: ast.expr) -> Task:
        """The same at another expression."""
        return Task(node, *self[1:])


class Search:
    """Iterates over the tasks; each may add further ones and pieces. ``ended``: there were too many."""

    def __init__(self, node: ast.expr, option: Restriction) -> None:
        self.found: list[Piece] = []
        self.ended = False
        self._node = node
        self._option = option
        self._pending = [Task(node)]
        self._aside: list[Task] = []

    def __iter__(self) -> Iterator[Task]:
        seen: set[tuple[object, ...]] = set()
        while self._pending or self._aside:
            task = self._pending.pop() if self._pending else self._aside.pop()
            mark = (task.node, task.entered, task.derived, task.proven, task.aside)
            if mark in seen:
                continue
            seen.add(mark)
            if len(seen) > MAX_PIECES:
                self.ended = True
                if not task.aside:
                    self.found.append(Piece(self._node, Origin.UNKNOWN, True))
                return
            yield task

    def add(self, tasks: Iterable[Task]) -> None:
        """Look at these next, the first of them first."""
        for task in [*tasks][::-1]:
            if task.aside:
                self._aside.append(task)
            else:
                self._pending.append(task)

    def parts(self, task: Task, parts: Parts) -> None:
        """Go on with the parts of the task's expression."""
        for origin in parts.origins:
            self.piece(task, origin)
        if not parts.nodes:
            return
        joined = task.joined if task.derived or parts.derived else task.joined or parts.joined
        here = task.node if parts.labelled else None
        built, derived = task.built or (parts.joined and joined), task.derived or parts.derived
        label, near = task.label or here, task.near or here
        _, _, _, trail, entered, _, proven, aside, _, _, calls = task
        (self._aside if aside else self._pending).extend(
            [
                Task(node, joined, label, trail, entered, derived, proven, aside, near, built, calls)
                for node in reversed(parts.nodes)
            ]
        )

    def piece(self, task: Task, origin: Origin) -> None:
        """Note what the task's expression is."""
        if task.derived and not origin.external and origin not in _OF_PARTS:
            origin = Origin.UNKNOWN
        node = task.label or task.node
        if origin is Origin.COMMAND_LINE and isinstance(node, ast.Attribute):
            origin = self._option(node.attr) or origin
        if origin.open and task.proven is not None:
            origin = task.proven
        if origin.external or not task.aside:
            self.found.append(Piece(node, origin, task.joined, task.trail, task.near or task.node, task.built))
