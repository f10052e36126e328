"""One cell's text, as IPython would take it, made into Python: lines and columns stay where they are.

What only IPython understands becomes a text literal in the same place, its quotes and backslashes replaced so that it
is one; what such a line does is told beside. Python behind a magic (``%time f()``) stays what it is.

Source: the rules of ``IPython/core/inputtransformer2.py`` (IPython 7 to 9) and ``run_line_magic``. They apply to the
beginning of a statement and to what stands right of its first ``=``, never inside brackets or strings.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from picketlint.base.lines import line_starts
from picketlint.base.records import NamedTuple
from picketlint.knowledge.magics import BINDING, CAPTURED, CODE, CONNECTING, ENVIRONMENT, FOREIGN_CELLS, PROGRAMS
from picketlint.source import UnreadableSourceError, parse

_PERHAPS = re.compile(r"^[ \t]*(?:[!%?,;/]|>>>|In \[)|=[ \t\\\n]*[!%]|\?[ \t]*$|\A\s*\n?[ \t]", re.MULTILINE)
_ESCAPE = re.compile(r"[ \t\f]*([!%?,;/])")
_HELP = re.compile(r"[ \t]*%{0,2}(?!\d)[\w*]+(?:\.(?!\d)[\w*]+|\[-?[0-9]+\])*\?\??[ \t]*")
_ASSIGNED = re.compile(r"[ \t]*(?:\\\n[ \t]*)*(!|%[ \t]*(?=[A-Za-z_]))")
_PROMPT = re.compile(r"[ \t]*(?:>>>|In \[\d+\]:)(?: |$)")
_FURTHER_PROMPT = re.compile(r"[ \t]*(?:>>>|\.\.\.|In \[\d+\]:|\.{3,}:)(?: |$)")
_NAME = re.compile(r"%{1,2}[ \t]*(\S*)[ \t]*")
_CONTINUED = re.compile(r"(?:[^\n]*\\\n)*[^\n]*")
# What matters to where a statement ends: comments, strings, also those that do not end, brackets, line ends, and "=".
_TOKEN = re.compile(
    r"""(?sx) \#[^\n]*
    | \"{3} [^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )* \"{3} | '{3} [^'\\]* (?: (?: \\. | '(?!'') ) [^'\\]* )* '{3}
    | (?: \"{3} | '{3} ) .*
    | " [^"\\\n]* (?: \\. [^"\\\n]* )* " | ' [^'\\\n]* (?: \\. [^'\\\n]* )* ' | ["'][^\n]*
    | [(\[{] | [)\]}] | \\\n | \n | [-+*/%&@|^:<>=!]= | ="""
)
_SHELL_COMMENT = re.compile(r"""'[^'\n]*' | "(?:\\.|[^"\\\n])*" | \\. | (?<=[ \t])\#[^\n]*\Z""", re.VERBOSE | re.DOTALL)
_OPTION = re.compile(r"[ \t]*\S+[ \t]+")
_MOST_OPTIONS = 8
# Another line of IPython behind the options of a magic, and where it begins: ``-n 5 !ls``, ``files = %sx ls``.
_FURTHER = re.compile(r"(?:-\S+[ \t]+(?:[\w.]+[ \t]+)?)*((?:[\w.,\[\]'\" \t]+=[ \t]*)?(?:!|%[ \t]*(?=[A-Za-z_])))")
_MOST_NESTED = 4


class Line(NamedTuple):
    """A line that only IPython understands and that does something rules are about.

    ``effect`` is ``run`` (a shell runs ``text``), ``capture`` (so it does, and the output is the value), ``environ``
    (``text`` is ``NAME=VALUE``), ``connect`` (to a database, by ``text``) or ``evaluate`` (``text`` is an expression).
    The literal that stands for it is at ``line`` and ``column``, both 0-based.
    """

    effect: str
    line: int
    column: int
    text: str


class Rewritten(NamedTuple):
    """A cell as Python.

    ``shown`` has what stands in the cell where it stands; ``parsed`` is the same with the beginnings of some lines cut
    off, ``cut`` says how many characters, by 0-based line. ``special`` are the lines with an effect. ``python`` tells
    whether the text surely is Python (True), is meant for something else (False), or may be either, because nobody here
    knows the magic above it (None). ``binds``: a magic gives names a meaning that the code does not show.
    """

    shown: list[str]
    parsed: list[str]
    cut: dict[int, int]
    special: tuple[Line, ...]
    python: bool | None
    binds: bool = False


def rewrite(source: str, *, signed: bool = True, depth: int = _MOST_NESTED) -> Rewritten:
    """A cell's text as Python. Without ``signed``, it is one line, a magic that lacks its sign.

    ``depth`` says how many magics are looked for behind one another.
    """
    lines = source.split("\n")
    if signed and not _PERHAPS.search(source):
        return Rewritten(lines, lines, {}, (), True)
    cell = _Cell(lines, depth)
    if signed:
        cell.read()
    else:
        cell.magic(next((number for number, line in enumerate(lines) if line.strip()), 0), 0, signed=False)
    return cell.rewritten()


class _Cell:
    """The work on one cell. Lines are those that are parsed: what is cut off is not in them."""

    def __init__(self, lines: list[str], depth: int) -> None:
        self._depth = depth
        self._cut = _margins(lines)
        self._lines = [line[self._cut.get(number, 0) :] for number, line in enumerate(lines)]
        self._before = {number: lines[number][:length] for number, length in self._cut.items()}
        self._whole: dict[int, str] = {}
        self._special: list[Line] = []
        self._python: bool | None = True
        self._binds = False
        # The text as it was at first; what was done to lines above does not matter to those below.
        self._text = "\n".join(self._lines)
        self._starts = line_starts(self._text)

    def rewritten(self) -> Rewritten:
        shown = [
            self._before.get(number, "") + self._whole.get(number, line) for number, line in enumerate(self._lines)
        ]
        return Rewritten(shown, self._lines, self._cut, tuple(self._special), self._python, self._binds)

    def read(self) -> None:
        """Go through the cell from the top. Google Colab has comments (`#@title`) above the magic of a cell."""
        number = 0
        while number < len(self._lines):
            if self._lines[number].startswith("%%") and not _HELP.fullmatch(self._lines[number]):
                if not self._cell_magic(number):
                    return
            elif self._lines[number].strip() and not self._lines[number].lstrip().startswith("#"):
                break
            number += 1
        while number < len(self._lines):
            number = self._statement(number)

    def _cell_magic(self, number: int) -> bool:
        """Take the line of a cell magic; whether what is below it is to be read as Python."""
        name, behind = _name(self._lines[number])
        self._binds = self._binds or name in BINDING
        if name in CAPTURED:
            self._captured(number)
            return False
        if name in FOREIGN_CELLS:
            self._blank(number)
            self._python = False
            return False
        if name not in CODE and not name.startswith(("python", "pypy")):
            self._python = None
        if name not in CODE or not self._code(number, 0, behind, 1):
            self._literal(number, 0, self._lines[number])
        return True

    def _blank(self, number: int) -> None:
        """Leave nothing of the lines from a number on, nor of what was cut off them."""
        self._lines[number:] = [""] * (len(self._lines) - number)
        for line in range(number, len(self._lines)):
            self._cut.pop(line, None)
            self._before.pop(line, None)

    def _captured(self, number: int) -> None:
        """A cell that a shell runs after values were put in: one literal from here to the end."""
        body = "\n".join(self._lines[number + 1 :])
        self._special.append(Line("capture", number, 0, body))
        whole = [_unquoted(line) for line in self._lines[number:]]
        whole[0] = '"""' + whole[0][3:]
        whole[-1] += '"""'
        self._lines[number:] = whole

    def _statement(self, number: int) -> int:
        """Take the statement that begins on a line; the line after it."""
        escape = _ESCAPE.match(self._lines[number])
        if escape is not None:
            column = escape.start(1)
            if escape.group(1) == "%":
                return self.magic(number, column)
            if escape.group(1) == "!":
                return self._command(number, column)
            return self._literal(number, column, self._continued(number, column))
        end, assigned = self._logical(number)
        if assigned is not None:
            line, column = self._place(assigned)
            if self._text[assigned] == "!":
                return self._command(line, column, effect="capture")
            return self.magic(line, column, assigned=True)
        if end == number + 1 and _HELP.fullmatch(self._lines[number]):
            column = len(self._lines[number]) - len(self._lines[number].lstrip())
            return self._literal(number, column, self._lines[number][column:])
        return end

    def _logical(self, number: int) -> tuple[int, int | None]:
        """The line after a logical line of Python, and where in the text a magic stands that it assigns."""
        depth, equals = 0, False
        position = self._starts[number]
        while (token := _TOKEN.search(self._text, position)) is not None:
            position, text = token.end(), token.group()
            if text == "\n" and depth == 0:
                return self._place(position - 1)[0] + 1, None
            if text in "([{":
                depth += 1
            elif text in ")]}":
                depth = max(depth - 1, 0)
            elif text == "=" and depth == 0 and not equals:
                equals = True
                magic = _ASSIGNED.match(self._text, position)
                if magic is not None:
                    return 0, magic.start(1)
        return len(self._lines), None

    def _place(self, offset: int) -> tuple[int, int]:
        """Line and column of a place in the text."""
        line = bisect_right(self._starts, offset) - 1
        return line, offset - self._starts[line]

    def _continued(self, number: int, column: int) -> str:
        """The text from a place to the end of the line, and of those that backslashes join to it."""
        found = _CONTINUED.match(self._text, self._starts[number] + column)
        return found.group() if found is not None else ""

    def _command(self, number: int, column: int, *, effect: str = "run") -> int:
        """``!command``, ``!!command``."""
        text = self._continued(number, column)
        sign = 2 if text.startswith("!!") else 1
        effect = "capture" if sign == 2 else effect
        self._special.append(Line(effect, number, column, text[sign:]))
        return self._literal(number, column, text, comment=_comment(text))

    def magic(self, number: int, column: int, *, signed: bool = True, assigned: bool = False) -> int:
        """``%name arguments``; the line after it."""
        text = self._continued(number, column)
        name, begin = _name(text, signed=signed)
        self._binds = self._binds or name in BINDING
        count = text.count("\n") + 1
        if name in CODE and not assigned:
            further = _FURTHER.match(text, begin) if self._depth else None
            if further is not None:
                return self._further(number, column, text, further.start(1))
            if self._code(number, column, column + begin, count):
                return number + count
        effect = None
        if name in CAPTURED:
            effect = "capture"
        elif name in PROGRAMS:
            effect, begin = "capture" if assigned else "run", int(signed)
        elif name in ENVIRONMENT:
            effect = "environ"
        elif name in CONNECTING:
            effect = "connect"
        elif name in CODE:
            effect, begin = "evaluate", begin + (_code_in(text[begin:]) or 0)
        if effect is not None:
            self._special.append(Line(effect, number, column, text[begin:]))
        return self._literal(number, column, text, comment=_comment(text) if effect in ("run", "capture") else None)

    def _further(self, number: int, column: int, text: str, begin: int) -> int:
        """Take what stands behind a magic, from an offset of its text, and is for IPython too; the line after it."""
        inner = rewrite(text[begin:], depth=self._depth - 1)
        before = self._lines[number][:column]
        self._binds = self._binds or inner.binds
        self._special += [
            line._replace(line=number + line.line, column=line.column + (0 if line.line else column))
            for line in inner.special
        ]
        for index, (shown, parsed) in enumerate(zip(inner.shown, inner.parsed, strict=True)):
            self._lines[number + index], self._whole[number + index] = parsed, shown
            self._cut[number + index] = self._cut.get(number + index, 0) + inner.cut.get(index, 0)
        self._lines[number] = before + self._lines[number]
        self._whole[number] = before + _ascii(text[:begin]) + self._whole[number]
        self._cut[number] += begin
        return number + len(inner.parsed)

    def _code(self, number: int, column: int, behind: int, count: int) -> bool:
        """Leave the code behind a magic and its options, if there is any, and nothing else of the line."""
        line = self._lines[number]
        begin = _code_in("\n".join([line[behind:], *self._lines[number + 1 : number + count]]))
        if begin is None:
            return False
        begin += behind
        self._cut[number] = self._cut.get(number, 0) + begin - column
        self._lines[number] = line[:column] + line[begin:]
        # What is cut off has as many bytes as characters.
        self._whole[number] = line[:column] + _ascii(line[column:begin]) + line[begin:]
        return True

    def _literal(self, number: int, column: int, text: str, *, comment: int | None = None) -> int:
        """Put a text literal where a text stands, the comment that begins at an offset in it behind; the line after."""
        behind = "" if comment is None else text[comment:]
        body = text if comment is None else text[: comment - 1]
        literal = f'"{_unquoted(body[1:])}"{behind}'.split("\n")
        self._lines[number] = self._lines[number][:column] + literal[0]
        self._lines[number + 1 : number + len(literal)] = literal[1:]
        return number + len(literal)


def _ascii(text: str) -> str:
    """A text with as many bytes as characters."""
    return text.encode("ascii", "replace").decode()


def _unquoted(text: str) -> str:
    """A text of the same length that can stand in quotes: a backslash before a line end is the only one left."""
    return re.sub(r"\\(?!\n)", "`", text.replace('"', "'"))


def _comment(text: str) -> int | None:
    """Where in a command a comment begins."""
    found = [one.start() for one in _SHELL_COMMENT.finditer(text) if one.group().startswith("#")]
    return found[0] if found else None


def _code_in(text: str) -> int | None:
    """Where the Python begins in what is behind a magic, options being before it; None if there is none."""
    begin = 0
    for _ in range(_MOST_OPTIONS):
        if not text.startswith("-", begin) and _parses(text[begin:]):
            return begin
        option = _OPTION.match(text, begin)
        if option is None:
            return None
        begin = option.end()
    return None


def _parses(code: str) -> bool:
    try:
        return bool(parse(code).body)
    except UnreadableSourceError:
        return False


def _name(text: str, *, signed: bool = True) -> tuple[str, int]:
    """The name of a magic, and where in the text begins what is behind it."""
    found = _NAME.match(text if signed else f"%{text}")
    return (found.group(1), found.end() - (not signed)) if found is not None else ("", 0)


def _margins(lines: list[str]) -> dict[int, int]:
    """How much IPython cuts off each line: prompts that were pasted, and indentation that all lines share."""
    filled = [line for line in lines if line.strip()]
    if not filled:
        return {}
    if _PROMPT.match(filled[0]):
        return {number: prompt.end() for number, line in enumerate(lines) if (prompt := _FURTHER_PROMPT.match(line))}
    indent = filled[0][: len(filled[0]) - len(filled[0].lstrip(" \t"))]
    # Up to IPython 7 it was that of the first line, wherever a line had it.
    margin = _shared(filled)[: len(indent)] or indent
    return {number: len(margin) for number, line in enumerate(lines) if margin and line.startswith(margin)}


def _shared(lines: list[str]) -> str:
    """What all lines begin with: what the first and the last in order of the alphabet begin with."""
    low, high = min(lines), max(lines)
    return low[: next((at for at, pair in enumerate(zip(low, high, strict=False)) if pair[0] != pair[1]), len(low))]
