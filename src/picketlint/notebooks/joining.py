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

from picketlint.base.records import NamedTuple
from picketlint.knowledge.magics import WITHOUT_SIGN
from picketlint.matching.needles import MAGICS
from picketlint.notebooks.magics import Rewritten, rewrite
from picketlint.notebooks.mending import Tree
from picketlint.notebooks.ordering import import_first
from picketlint.notebooks.reading import Cell, Fault, Notebook
from picketlint.notebooks.written import understand
from picketlint.source import UnreadableSourceError, parse

_FIRST_WORD = re.compile(r"\s*(\w+)(?=\s|$)")
# What every notebook has from the start; needed, and there, only where it is used.
_PRELUDE = MAGICS.decode()


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
    more = Tree(root, text, rewritten, starts, more=bool(faults)).mend()
    if any("get_ipython" in line for one in rewritten for line in one.parsed):
        understand(root, more=more)
    import_first(root, more=more)
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
