r"""Where rules that look through text find something: in a module's text, and in what its code puts together.

A value that the text does not show in one piece (``"a" "b"``, ``"a" + "b"``, ``f"a{b}c"``, ``"a\x62"``,
``"".join(["a", "b"])``) is looked through as it would read in one: its statement up to it, then the value in quotes.
"""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from picketlint.base.lines import line_starts
from picketlint.base.records import NamedTuple
from picketlint.model import Confidence, Severity, Span
from picketlint.semantics.module import Module

# How much of a statement is shown before a value: enough for the name it is bound to.
_LEAD = 160
# Stands between values, and for what a value holds that the code does not fix.
_GAP = "\0"
_QUOTE = '"'
# How many literals that begin before a place in its line are looked at: f-strings can hold others.
_DEEPEST = 16


class Passage(NamedTuple):
    """What a rule found in a text: offsets in code points, 0-based, the end exclusive. None means: the rule's own.

    ``secret`` is the stretch, offsets too, that no output may show.
    """

    start: int
    end: int
    message: str
    severity: Severity | None = None
    confidence: Confidence | None = None
    secret: tuple[int, int] | None = None


class Placed(NamedTuple):
    """A passage with its place in a module: a literal or the expression that puts the text together, or a span."""

    anchor: ast.expr | Span
    focus: ast.expr | Span
    passage: Passage
    secrets: tuple[ast.expr | Span, ...] = ()


Look = Callable[[str], Iterable[Passage]]


class Texts:
    """What there is to look through in a module, for one look after the other."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._lines = Places(module.source.text)
        self._literals = _Literals(module)

    def passages(self, look: Look) -> Iterator[Placed]:
        """What ``look`` finds in the module's text, and in the values that its code puts together from constants."""
        text, lines = self._module.source.text, self._lines
        seen: dict[str, list[tuple[int, int]]] = {}
        taken: set[ast.expr] = set()
        for passage in look(text):
            focus = lines.span(passage.start, passage.end)
            seen.setdefault(text[passage.start : passage.end], []).append(focus[:2])
            secrets = (lines.span(*passage.secret),) if passage.secret else ()
            literal = self._literals.around(focus)
            if literal is None or literal in taken:
                yield Placed(focus, focus, passage, secrets)
            else:
                taken.add(literal)
                yield Placed(literal, focus, passage, secrets)
        for places in seen.values():
            places.sort()
        yield from self._in_values(look, seen)

    def _in_values(self, look: Look, seen: dict[str, list[tuple[int, int]]]) -> Iterator[Placed]:
        values, starts, text = self._values
        for passage in look(text) if values else ():
            index = bisect_right(starts, passage.end - 1) - 1
            if index < 0 or passage.end > starts[index] + len(values[index][1]):
                continue
            node = values[index][0]
            span = self._module.source.span(node)
            shown = seen.get(text[passage.start : passage.end], [])
            if bisect_left(shown, span[:2]) == bisect_left(shown, span[2:]):
                yield Placed(node, node, passage, (node,) if passage.secret else ())

    @cached_property
    def _values(self) -> tuple[list[tuple[ast.expr, str]], list[int], str]:
        """The values that are put together, where each begins in one text of all, and that text.

        They are looked through at once: there can be thousands, and most hold nothing.
        """
        values = list(_values(self._module))
        parts: list[str] = []
        starts: list[int] = []
        length = 0
        for node, value in values:
            written = f"{_lead(node, self._lines, self._module)}{_QUOTE}{value}{_QUOTE}{_GAP}"
            # A passage has to reach into the value: what stands before it was looked through already.
            starts.append(length + len(written) - len(value) - 2)
            length += len(written)
            parts.append(written)
        return values, starts, "".join(parts)


def _lead(node: ast.expr, lines: Places, module: Module) -> str:
    """The text of a node's statement up to the node."""
    statement = module.tree.statement(node)
    here = lines.offset(module.source.span(node))
    beginning = 0 if statement is None else lines.offset(module.source.span(statement))
    return module.source.text[max(beginning, here - _LEAD) : here]


class Places:
    """Between offsets in a text and lines and columns, both 1-based."""

    def __init__(self, text: str) -> None:
        self._starts = line_starts(text)

    def span(self, start: int, end: int) -> Span:
        """The place of the text between two offsets."""
        first, last = bisect_right(self._starts, start), bisect_right(self._starts, end)
        return Span(first, start - self._starts[first - 1] + 1, last, end - self._starts[last - 1] + 1)

    def offset(self, span: Span) -> int:
        """Where a place begins."""
        return self._starts[span.line - 1] + span.column - 1


class _Literals:
    """The text literals of a module, looked up by place."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._nodes: dict[int, list[ast.expr]] | None = None
        self._by_line: dict[int, list[tuple[Span, ast.expr]]] = {}

    def around(self, place: Span) -> ast.expr | None:
        """The literal of one line that holds a place; in one of several lines, the place itself says more."""
        inline = self._by_line.get(place.line)
        if inline is None:
            found = ((self._module.source.span(node), node) for node in self._in_line(place.line))
            inline = self._by_line[place.line] = sorted(found, key=_span)
        last = bisect_right(inline, place[:2], key=_beginning)
        for span, node in reversed(inline[max(0, last - _DEEPEST) : last]):
            if place[2:] <= span[2:]:
                return node
        return None

    def _in_line(self, number: int) -> list[ast.expr]:
        if self._nodes is None:
            self._nodes = {}
            for node in _texts(self._module):
                if node.lineno == node.end_lineno:
                    self._nodes.setdefault(node.lineno, []).append(node)
        return self._nodes.get(number, [])


def _span(literal: tuple[Span, ast.expr]) -> Span:
    return literal[0]


def _beginning(literal: tuple[Span, ast.expr]) -> tuple[int, int]:
    return literal[0].line, literal[0].column


def _texts(module: Module) -> Iterator[ast.expr]:
    """Every literal that is a text: strings, bytes and f-strings, but not the pieces of the last."""
    yield from module.tree.texts
    yield from module.tree.nodes(ast.JoinedStr)


# -- values that are not shown in one piece ----------------------------------------------------------------------------


def _values(module: Module) -> Iterator[tuple[ast.expr, str]]:
    """The outermost expressions that put a text together, each with what is fixed of it."""
    parts: set[ast.AST] = set()
    for kind in (ast.Call, ast.BinOp):
        for node in module.tree.nodes(kind):
            leaves = None if node in parts else _leaves(node)
            if leaves is not None:
                parts.update(leaves)
                parts.update(_inner(node))
                yield node, _joiner(node).join(map(_fixed, leaves))
    for text in _texts(module):
        if text in parts:
            continue
        value = _fixed(text)
        if value.count(_GAP) < len(value) and not _shows(text, value, module):
            yield text, value


def _leaves(node: ast.expr) -> list[ast.expr] | None:
    """What a sum, or a ``join`` of a list, puts together; None if no part of it is a text."""
    found: list[ast.expr] = []
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        stack: list[ast.expr] = [node]
        while stack:
            part = stack.pop()
            if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add):
                stack += (part.right, part.left)
            else:
                found.append(part)
    elif _is_join(node):
        found = list(node.args[0].elts)  # type: ignore[attr-defined]
    return found if any(_is_text(part) for part in found) else None


def _inner(node: ast.expr) -> Iterator[ast.AST]:
    """The sums inside a sum, which are not looked at again."""
    stack: list[ast.AST] = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add):
            yield part
            stack += (part.left, part.right)


def _is_join(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "join"
        and isinstance(node.func.value, ast.Constant)
        and len(node.args) == 1
        and isinstance(node.args[0], (ast.List, ast.Tuple))
    )


def _joiner(node: ast.expr) -> str:
    """What stands between the leaves of an expression."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _fixed(node.func.value)
    return ""


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)))


def _fixed(node: ast.expr) -> str:
    """What is fixed of a text, with a gap for the rest."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            return node.value
        return node.value.decode("latin-1") if isinstance(node.value, bytes) else _GAP
    if isinstance(node, ast.JoinedStr):
        return "".join(_fixed(part) for part in node.values)
    if isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Constant) and node.format_spec is None:
        return _fixed(node.value)
    return _GAP


def _shows(node: ast.expr, value: str, module: Module) -> bool:
    """Whether the source of a literal shows its value as it is; of an f-string, its pieces in order."""
    if isinstance(node, ast.Constant) and node.lineno == node.end_lineno:
        first = node.col_offset + (2 if isinstance(node.value, bytes) else 1)
        # Most literals are that, between two quotes.
        if module.source.line(node.lineno)[first : (node.end_col_offset or 0) - 1] == value:
            return True
    span = module.source.span(node)
    lines = module.source.lines[span.line - 1 : span.end_line]
    written = lines[0][span.column - 1 : span.end_column - 1] if len(lines) == 1 else "\n".join(lines)
    if not isinstance(node, ast.JoinedStr):
        return value in written
    position = 0
    for piece in value.split(_GAP):
        position = written.find(piece, position)
        if position < 0:
            return False
        position += len(piece)
    return _GAP in value
