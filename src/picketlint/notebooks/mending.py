"""From the tree of cells that were made into Python to one in which the lines of IPython are what they do."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from picketlint.notebooks.effects import Known, Place, statement_of, value_of
from picketlint.notebooks.magics import Line, Rewritten

_PLACED = (ast.expr, ast.stmt, ast.excepthandler, ast.arg, ast.keyword, ast.alias, ast.pattern)
_JUMPS = (ast.Raise, ast.Return, ast.Break, ast.Continue)


class Tree:
    """A tree in which the lines that only IPython understands are text literals so far.

    ``text`` is what it is of, ``rewritten`` are the cells in it and ``starts`` the lines (1-based) that they begin in.
    ``more``: there can be names that nobody sees; ``names`` are those known that the tree does not show.
    """

    def __init__(
        self,
        root: ast.Module,
        text: str,
        rewritten: list[Rewritten],
        starts: list[int],
        *,
        more: bool,
        names: frozenset[str] = frozenset(),
    ) -> None:
        self._root = root
        self._names = names
        self._lines = text.split("\n")
        self._cut = {
            start + number: cut
            for one, start in zip(rewritten, starts, strict=True)
            for number, cut in one.cut.items()
            if cut
        }
        self._special = [(line, start) for one, start in zip(rewritten, starts, strict=True) for line in one.special]
        self._more = more or any(one.binds or one.python is None for one in rewritten)

    def mend(self) -> bool:
        """Put nodes where they are in the text, and what lines mean in the place of the literals.

        Tells whether there can be names that nobody sees.
        """
        if self._cut:
            self._move()
        if self._special:
            self._replace()
        self._root.body = [_survived(statement) if _ends(statement) else statement for statement in self._root.body]
        return self._more

    def _move(self) -> None:
        for node in ast.walk(self._root):
            if isinstance(node, _PLACED):
                node.col_offset += self._cut.get(node.lineno, 0)
                node.end_col_offset = (node.end_col_offset or 0) + self._cut.get(node.end_lineno or 0, 0)

    def _replace(self) -> None:
        wanted = {self._place(line, start): line for line, start in self._special}
        names = set(self._names)
        found: list[tuple[list[ast.stmt], int, ast.Constant, Line]] = []
        more = self._more
        for node in ast.walk(self._root):
            names.update(bound(node))
            more = more or (isinstance(node, ast.ImportFrom) and node.names[0].name == "*")
            for body in bodies(node):
                for index, statement in enumerate(body):
                    literal = _literal(statement)
                    line = wanted.get((literal.lineno, literal.col_offset)) if literal is not None else None
                    if literal is not None and line is not None:
                        found.append((body, index, literal, line))
        known = Known(frozenset(names), more)
        for body, index, literal, line in found:
            at = Place(literal.lineno, literal.col_offset, literal.end_lineno or 0, literal.end_col_offset or 0)
            value = value_of(line, at, known)
            if value is not None:
                body[index].value = value  # type: ignore[attr-defined]
            else:
                body[index] = statement_of(line, at, known) or body[index]

    def _place(self, line: Line, start: int) -> tuple[int, int]:
        number = start + line.line
        shown = self._lines[number - 1]
        # Until nodes were moved, what was cut off was not there; since then it is.
        column = line.column + self._cut.get(number, 0)
        return number, len(shown[:column].encode("utf-8", "surrogatepass"))


def bodies(node: ast.AST) -> Iterable[list[ast.stmt]]:
    """The lists of statements that a node holds."""
    for field in ("body", "orelse", "finalbody"):
        body = getattr(node, field, None)
        if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
            yield body


def _ends(statement: ast.stmt) -> bool:
    """Whether nothing behind a statement would run in a file: ``raise``, ``sys.exit()``, an endless loop."""
    if isinstance(statement, ast.While):
        return isinstance(statement.test, ast.Constant) and bool(statement.test.value)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return isinstance(statement.value.func, ast.Attribute) and statement.value.func.attr in (
            "exit",
            "_exit",
            "abort",
        )
    return isinstance(statement, _JUMPS)


def _survived(statement: ast.stmt) -> ast.stmt:
    """A statement that ends its cell: IPython shows the error, and the cells below are run all the same."""
    line, column = statement.end_lineno or statement.lineno, statement.end_col_offset or statement.col_offset
    nothing = ast.Pass(lineno=line, col_offset=column, end_lineno=line, end_col_offset=column)
    handler = ast.ExceptHandler(None, None, [nothing])
    whole = ast.Try([statement], [handler], [], [])
    ast.copy_location(handler, nothing)
    return ast.copy_location(whole, statement)


def _literal(statement: ast.stmt) -> ast.Constant | None:
    """The text literal that a statement is, or assigns."""
    value = statement.value if isinstance(statement, (ast.Expr, ast.Assign, ast.AnnAssign)) else None
    return value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def bound(node: ast.AST) -> Iterable[str]:
    """The names that a node gives a meaning."""
    if isinstance(node, ast.Name):
        return [] if isinstance(node.ctx, ast.Load) else [node.id]
    if isinstance(node, ast.alias):
        return [node.asname or node.name.split(".")[0]]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        return [node.name or ""]
    return [node.rest or ""] if isinstance(node, ast.MatchMapping) else []
