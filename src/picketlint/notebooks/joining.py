"""All code of a notebook as one module: names that one cell gives a meaning are used in others.

Every line of the module stands in one cell; between two cells, and above the first, there is a line that stands in
none, so that no comment and no statement reaches from one cell into another. What a cell holds that is no Python is
left out of the module: empty lines keep its place.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from picketlint.knowledge.magics import WITHOUT_SIGN
from picketlint.notebooks.effects import Known, Place, statement_of, value_of
from picketlint.notebooks.magics import Line, Rewritten, rewrite
from picketlint.notebooks.reading import Cell, Fault, Notebook
from picketlint.records import NamedTuple
from picketlint.source import UnreadableSourceError, parse

_FIRST_WORD = re.compile(r"\s*(\w+)(?=\s|$)")
_PLACED = (ast.expr, ast.stmt, ast.excepthandler, ast.arg, ast.keyword, ast.alias, ast.pattern)
_JUMPS = (ast.Raise, ast.Return, ast.Break, ast.Continue)
# What every notebook has from the start; needed, and there, only where it is used.
_PRELUDE = "from IPython import get_ipython"


class Part(NamedTuple):
    """A cell of the module: its position among all cells, its lines, and how many lines of the module are above it."""

    number: int
    lines: list[str]
    above: int


class Joined(NamedTuple):
    """The module of a notebook.

    ``text`` has all that stands in cells where it stands; ``root`` is its tree. ``parts`` are the cells in it, in
    order. ``faults`` says which cells could not be read; ``left`` are the cells with text that is not in the module.
    """

    text: str
    root: ast.Module
    parts: tuple[Part, ...]
    faults: tuple[Fault, ...]
    left: tuple[Cell, ...]

    def part_at(self, line: int) -> Part | None:
        """The cell that a line of the module (1-based) stands in."""
        index = bisect_left(self.parts, line, key=lambda part: part.above) - 1
        if index < 0 or line - self.parts[index].above > len(self.parts[index].lines):
            return None
        return self.parts[index]


def join(notebook: Notebook) -> Joined:
    """The module of a notebook. Raises UnreadableSourceError where its cells parse one by one, but not together."""
    cells = [cell for cell in notebook.cells if cell.is_code and notebook.language is None]
    parts: list[Part] = []
    above = 1
    for cell in cells:
        parts.append(Part(cell.number, cell.source.split("\n"), above))
        above += len(parts[-1].lines) + 1
    rewritten = [rewrite(cell.source) for cell in cells]
    starts = [part.above + 1 for part in parts]
    faults: list[Fault] = []
    root = _parsed_whole(rewritten, starts)
    if root is None:
        for index, cell in enumerate(cells):
            rewritten[index], fault = _readable(cell, rewritten[index])
            faults += [fault] if fault is not None else []
        try:
            root = parse(_text(rewritten, [one.parsed for one in rewritten]))
        except UnreadableSourceError as error:
            raise UnreadableSourceError(f"its cells together are too much: {error.message}") from error
    text = _text(rewritten, [one.shown for one in rewritten])
    _Tree(root, text, rewritten, starts, more=bool(faults)).mend()
    inside = {cell.number for cell, one in zip(cells, rewritten, strict=True) if one.python is not False}
    left = tuple(cell for cell in notebook.cells if cell.number not in inside)
    return Joined(text, root, tuple(parts), (*notebook.faults, *faults), left)


def _text(rewritten: list[Rewritten], parts: Iterable[list[str]]) -> str:
    """The text of the module: what is there from the start, then the lines of each cell with an empty one behind."""
    needed = any(one.special or any("get_ipython" in line for line in one.shown) for one in rewritten)
    return "\n".join([_PRELUDE if needed else "", *(line for lines in parts for line in (*lines, ""))])


def _parsed_whole(rewritten: list[Rewritten], starts: list[int]) -> ast.Module | None:
    """The tree of all cells, if each is Python by itself: no statement reaches from one into another."""
    try:
        root = parse(_text(rewritten, [one.parsed for one in rewritten]))
    except UnreadableSourceError:
        return None
    for statement in root.body:
        decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
        first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
        last = statement.end_lineno or first
        if bisect_right(starts, first) != bisect_right(starts, last):
            return None
    return root


def _readable(cell: Cell, one: Rewritten) -> tuple[Rewritten, Fault | None]:
    """What of a cell is Python, and what is wrong with it if it should be and is not."""
    error = _mistake(one)
    if error is None:
        return one, None
    nothing = Rewritten([""] * len(one.shown), [""] * len(one.shown), {}, (), False)
    if one.python is None:
        return nothing, None
    word = _FIRST_WORD.match(cell.source)
    if word is not None and word.group(1) in WITHOUT_SIGN and "\n" not in cell.source.strip("\n"):
        unsigned = rewrite(cell.source, signed=False)
        if _mistake(unsigned) is None:
            return unsigned, None
    column = error.column + one.cut.get(error.line - 1, 0)
    return nothing, Fault(cell.number, UnreadableSourceError(error.message, min(error.line, len(one.shown)), column))


def _mistake(one: Rewritten) -> UnreadableSourceError | None:
    """What keeps a cell from being Python."""
    try:
        parse("\n".join(one.parsed))
    except UnreadableSourceError as error:
        return error
    return None


class _Tree:
    """The tree of the module, in which the lines that only IPython understands are text literals so far."""

    def __init__(
        self, root: ast.Module, text: str, rewritten: list[Rewritten], starts: list[int], *, more: bool
    ) -> None:
        self._root = root
        self._lines = text.split("\n")
        self._cut = {
            start + number: cut
            for one, start in zip(rewritten, starts, strict=True)
            for number, cut in one.cut.items()
            if cut
        }
        self._special = [(line, start) for one, start in zip(rewritten, starts, strict=True) for line in one.special]
        self._more = more or any(one.binds or one.python is None for one in rewritten)

    def mend(self) -> None:
        """Put nodes where they are in the text, and what lines mean in the place of the literals."""
        if self._cut:
            self._move()
        if self._special:
            self._replace()
        self._root.body = [_survived(statement) if _ends(statement) else statement for statement in self._root.body]

    def _move(self) -> None:
        for node in ast.walk(self._root):
            if isinstance(node, _PLACED):
                node.col_offset += self._cut.get(node.lineno, 0)
                node.end_col_offset = (node.end_col_offset or 0) + self._cut.get(node.end_lineno or 0, 0)

    def _replace(self) -> None:
        wanted = {self._place(line, start): line for line, start in self._special}
        names: set[str] = set()
        found: list[tuple[list[ast.stmt], int, ast.Constant, Line]] = []
        more = self._more
        for node in ast.walk(self._root):
            names.update(_bound(node))
            more = more or (isinstance(node, ast.ImportFrom) and node.names[0].name == "*")
            for body in _bodies(node):
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


def _bodies(node: ast.AST) -> Iterable[list[ast.stmt]]:
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


def _bound(node: ast.AST) -> Iterable[str]:
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
