"""How control can leave a statement or a block: by falling through, or by ``break`` or ``continue``.

Computed once per block, whatever name is asked for later.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from picketlint.base.records import NamedTuple
from picketlint.semantics.tree import Position, Tree, last_name, start

TRIES: tuple[type[ast.AST], ...] = (ast.Try, getattr(ast, "TryStar", ast.Try))

FALLS = 1
BREAKS = 2
CONTINUES = 4

_JUMPS: dict[type[ast.AST], int] = {ast.Return: 0, ast.Raise: 0, ast.Break: BREAKS, ast.Continue: CONTINUES}
_EXITS = frozenset({("sys", "exit"), ("os", "_exit"), ("os", "abort")})
# Context managers that may end their body early without an exception being seen outside.
_SUPPRESSING = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex", "ignored"})


class Exits(NamedTuple):
    """Where a block is left: the place of its last statement that can run, and of those that break or continue."""

    dead_after: Position | None
    breaks: list[Position]
    continues: list[Position]


class Control:
    """Answers how control leaves the statements and blocks of one module."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._jumps: dict[ast.AST, int] = {}
        self._exits: dict[tuple[ast.AST, str], Exits] = {}
        self._suppressing: frozenset[str] | None = None

    def exits(self, owner: ast.AST, field: str) -> Exits:
        """How the block ``owner.field`` is left."""
        key = (owner, field)
        found = self._exits.get(key)
        if found is None:
            found = self._exits[key] = self._compute_exits(statements(owner, field))
        return found

    def _compute_exits(self, block: Sequence[ast.stmt]) -> Exits:
        breaks: list[Position] = []
        continues: list[Position] = []
        for statement in block:
            jumps = self.jumps(statement)
            if jumps & BREAKS:
                breaks.append(start(statement))
            if jumps & CONTINUES:
                continues.append(start(statement))
            if not jumps & FALLS:
                return Exits(start(statement), breaks, continues)
        return Exits(None, breaks, continues)

    def jumps(self, statement: ast.AST) -> int:
        """The ways control can leave a statement, other than by ``return`` and exceptions."""
        known = self._jumps.get(statement)
        if known is None:
            known = self._jumps[statement] = self._compute_jumps(statement)
        return known

    def _compute_jumps(self, statement: ast.AST) -> int:
        simple = _JUMPS.get(type(statement))
        if simple is not None:
            return simple
        if isinstance(statement, ast.Expr):
            return 0 if _exits(statement.value) else FALLS
        if isinstance(statement, ast.If):
            return self._if(statement)
        if isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
            return self._loop(statement)
        if isinstance(statement, (ast.With, ast.AsyncWith)):
            return self._block(statement.body) | (FALLS if self.suppresses(statement) else 0)
        if isinstance(statement, TRIES):
            return self._try(statement)
        if isinstance(statement, ast.Match):
            return self._match(statement)
        return FALLS

    def _block(self, block: Sequence[ast.stmt]) -> int:
        left = FALLS
        for statement in block:
            jumps = self.jumps(statement)
            left |= jumps & (BREAKS | CONTINUES)
            if not jumps & FALLS:
                return left & ~FALLS
        return left

    def _if(self, statement: ast.If) -> int:
        """A chain of ``elif`` is as deep as it is long: it is worked off from its end."""
        chain = [statement]
        while len(chain[-1].orelse) == 1 and isinstance(chain[-1].orelse[0], ast.If):
            chain.append(chain[-1].orelse[0])
        for link in reversed(chain[1:]):
            if link not in self._jumps:
                self._jumps[link] = self._block(link.body) | self._block(link.orelse)
        return self._block(statement.body) | self._block(statement.orelse)

    def _loop(self, loop: ast.For | ast.AsyncFor | ast.While) -> int:
        broken = bool(self._block(loop.body) & BREAKS)
        orelse = self._block(loop.orelse)
        if isinstance(loop, ast.While) and always_true(loop.test):
            return FALLS if broken else 0
        return orelse | FALLS if broken else orelse

    def _try(self, statement: ast.AST) -> int:
        body = self._block(statements(statement, "body"))
        if body & FALLS:
            body = body & ~FALLS | self._block(statements(statement, "orelse"))
        for handler in handlers(statement):
            body |= self._block(handler.body)
        final = self._block(statements(statement, "finalbody"))
        return body | final if final & FALLS else (body | final) & ~FALLS

    def _match(self, statement: ast.Match) -> int:
        left = 0
        for case in statement.cases:
            left |= self._block(case.body)
            if irrefutable(case):
                return left
        return left | FALLS

    def suppresses(self, statement: ast.With | ast.AsyncWith) -> bool:
        """Whether a ``with`` statement may swallow an exception, so that its body may have been cut short."""
        return any(_called(item.context_expr) in self._suppressors() for item in statement.items)

    def _suppressors(self) -> frozenset[str]:
        if self._suppressing is None:
            renamed = [a.asname for a in self.tree.nodes(ast.alias) if a.asname and a.name in _SUPPRESSING]
            self._suppressing = _SUPPRESSING.union(renamed)
        return self._suppressing


def statements(owner: ast.AST, field: str) -> list[ast.stmt]:
    """The statements of a block; none for a block that a node type does not have."""
    found: list[ast.stmt] = getattr(owner, field, [])
    return found


def handlers(statement: ast.AST) -> list[ast.ExceptHandler]:
    """The handlers of a ``try`` statement of either kind."""
    found: list[ast.ExceptHandler] = getattr(statement, "handlers", [])
    return found


def always_true(test: ast.expr) -> bool:
    """Whether a loop's test is a constant that is true."""
    return isinstance(test, ast.Constant) and bool(test.value)


def irrefutable(case: ast.match_case) -> bool:
    """Whether a case takes whatever comes to it: ``case _`` or ``case name`` without a guard."""
    return case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None


def _exits(value: ast.expr) -> bool:
    """Whether an expression is ``sys.exit(...)`` or the like, as it is written."""
    func = value.func if isinstance(value, ast.Call) else None
    return isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and (func.value.id, func.attr) in _EXITS


def _called(node: ast.expr) -> str:
    return last_name(node.func if isinstance(node, ast.Call) else node)
