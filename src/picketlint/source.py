"""Source text: from bytes to lines, and from the parser's byte offsets to columns a person counts.

Sources: PEP 263 (coding cookies), the language reference on physical lines, and ``ast`` (columns are UTF-8 bytes).
"""

from __future__ import annotations

import codecs
import warnings

from picketlint.model import Span, Step

# `re` and `bisect` are imported where they are used: files without findings hardly ever need them.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Sequence

_COOKIE = rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)"
_BLANK_OR_COMMENT = rb"^[ \t\f]*(?:#.*)?$"
_LINE = rb"([^\r\n]*)(?:\r\n|\r|\n|$)"
_UTF8_NAMES = frozenset({"utf-8", "utf8"})
# Python reads these, but nobody writes programs in them: they hide code, or take quadratic time to decode.
# The sample tells those in which ASCII is not ASCII, which PEP 263 rules out (UTF-16, EBCDIC).
_REFUSED = frozenset({"utf-7", "utf7", "u7", "unicode-1-1-utf-7", "punycode", "idna"})
_SAMPLE = b"# coding"
_NO_QUOTE = "[^\"']"
# `ast.PyCF_ONLY_AST`: with it, `compile` is all there is to `ast.parse`, whose module takes long to import.
_ONLY_AST = 0x400
# In longer text, names and functions can be so many that a table of symbols takes much longer than a tree.
_SMALL = 1 << 15
_PREFIXES = ("utf-8", "latin-1", "iso-8859-1", "iso-latin-1")


class UnreadableSourceError(Exception):
    """The text cannot be decoded or parsed. ``line`` and ``column`` are 1-based; both 1 where Python names no place."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def decode(data: bytes) -> str:
    """The text of a Python file: BOM dropped, coding cookie obeyed, line ends turned into line feeds.

    Raises UnreadableSourceError for bytes the declared (or default UTF-8) encoding cannot hold, or an unknown encoding.
    """
    encoding = declared_encoding(data)
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
        if encoding != "utf-8":
            raise UnreadableSourceError(f"a UTF-8 byte order mark contradicts the declared encoding {encoding!r}")
    try:
        text = _decoded(data, encoding)
    except UnicodeDecodeError as error:
        from picketlint.base.lines import place_in

        before = lines_ended(data[: error.start].decode("utf-8" if encoding in _UTF8_NAMES else "latin-1", "replace"))
        raise UnreadableSourceError(
            f"byte 0x{data[error.start]:02x} is not valid {encoding}: save the file as UTF-8 or declare its encoding",
            *place_in(before, len(before)),
        ) from error
    except (LookupError, UnicodeError) as error:
        raise UnreadableSourceError(f"unknown encoding {encoding!r}: declare one that fits source code") from error
    return lines_ended(text)


def _decoded(data: bytes, encoding: str) -> str:
    if encoding in _UTF8_NAMES:
        return data.decode(encoding)
    with warnings.catch_warnings():
        # Some codecs warn about what they decode.
        warnings.simplefilter("ignore")
        if encoding in _REFUSED or _SAMPLE.decode(encoding) != _SAMPLE.decode("ascii"):
            raise LookupError(encoding)
        return data.decode(encoding)


def lines_ended(text: str) -> str:
    """``text`` with each of Python's line ends turned into a line feed."""
    return text if "\r" not in text else text.replace("\r\n", "\n").replace("\r", "\n")


def declared_encoding(data: bytes) -> str:
    """The encoding a coding cookie in the first two lines names, lower-case; UTF-8 without one (PEP 263)."""
    second = data.find(b"\n", data.find(b"\n") + 1)
    if b"coding" not in (data[:second] if second >= 0 else data):
        return "utf-8"
    import re

    start = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    for _ in range(2):
        line = re.compile(_LINE).match(data, start)
        if line is None:
            break
        found = re.match(_COOKIE, line.group(1))
        if found:
            name = found.group(1).decode("ascii", "replace").lower().replace("_", "-")
            # As CPython reads it; `utf-8-unix` is what Emacs writes.
            return next((known for known in _PREFIXES if name == known or name.startswith(f"{known}-")), name)
        if not re.match(_BLANK_OR_COMMENT, line.group(1)):
            break
        start = line.end()
    return "utf-8"


def refuse_unreadable(data: bytes) -> None:
    """Raise UnreadableSourceError where the bytes alone tell that they are no Python: encoding, NUL bytes."""
    usual = declared_encoding(data) in _UTF8_NAMES
    if b"\0" in data or not usual:
        _refuse_nul(decode(data))
    elif not data.isascii():
        decode(data)


def _refuse_nul(text: str) -> None:
    if "\0" in text:
        from picketlint.base.lines import place_in

        message = "the file contains a NUL byte: is it a Python file?"
        raise UnreadableSourceError(message, *place_in(text, text.index("\0")))


def parse(text: str) -> ast.Module:
    """The syntax tree of decoded text. Raises UnreadableSourceError with the place Python's parser names.

    Warnings that the parser would print about the scanned code (invalid escapes and the like) are dropped.
    """
    _refuse_nul(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree: ast.Module = compile(text, "<unknown>", "exec", _ONLY_AST, dont_inherit=True)
            return tree
    except SyntaxError as error:
        line = max(error.lineno or 1, 1)
        message = f"it does not parse: {error.msg}{of_conflict(text, line)}"
        raise UnreadableSourceError(message, line, max(error.offset or 1, 1)) from error
    except (RecursionError, MemoryError) as error:
        raise UnreadableSourceError("it is nested too deeply for Python's own parser") from error
    except ValueError as error:
        raise UnreadableSourceError(f"it does not parse: {error}") from error


def of_conflict(text: str, line: int) -> str:
    """What to add to an error about a line (1-based) that git wrote, to mark a conflict."""
    written = text.split("\n", line)[line - 1 : line]
    marked = any(one.startswith(("<<<<<<< ", "=======", ">>>>>>> ")) for one in written)
    return " (a mark of a merge conflict that nobody resolved)" if marked else ""


def refuse_unparsable(text: str) -> None:
    """Raise what ``parse`` would raise for decoded text, whose tree nobody needs; see it for warnings.

    An expression that is nested a few levels too deeply for a tree is let pass.
    """
    if not _has_symbols(text):
        parse(text)


def _has_symbols(text: str) -> bool:
    """Whether Python's table of symbols can be made for a text, and in no more time than a tree.

    The parser is the same, but there are no objects for what it finds, whose types alone take a millisecond to make.
    """
    if len(text) > _SMALL or "\0" in text:
        return False
    try:
        from _symtable import symtable  # type: ignore[import-not-found]

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            symtable(text, "<unknown>", "exec")
    except Exception:
        # It refuses more than the parser does: a parameter that is declared global, for one.
        return False
    return True


class Source:
    """Decoded text with its lines, as the parser counts them.

    ``text`` holds line feeds as line ends only. Lines are split there and nowhere else: form feeds and Unicode
    separators do not end a line for Python, though ``str.splitlines`` thinks so.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines: list[str] | None = None
        self._ascii = text.isascii()
        self._continuations: dict[int, list[int]] = {}
        self._masked: tuple[int, Sequence[Span], str] | None = None

    @property
    def lines(self) -> list[str]:
        """The physical lines without their line ends; ``lines[0]`` is line 1."""
        if self._lines is None:
            self._lines = self.text.split("\n")
        return self._lines

    def line(self, number: int) -> str:
        """The text of a 1-based line; empty for a line that is not there."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def column(self, line: int, byte_offset: int) -> int:
        """The 1-based column, in code points, of a 0-based UTF-8 byte offset in a 1-based line."""
        if self._ascii:
            return byte_offset + 1
        from bisect import bisect_left

        return byte_offset + 1 - bisect_left(self._continued(line), byte_offset)

    def byte_offset(self, line: int, column: int) -> int:
        """The other way round: the 0-based UTF-8 byte offset of a 1-based column."""
        before = column - 1
        if self._ascii:
            return before
        from bisect import bisect_right

        places = self._continued(line)
        return before + bisect_right(range(len(places)), before, key=lambda number: places[number] - number)

    def _continued(self, line: int) -> list[int]:
        """Where in a line the bytes are that begin no character; kept, so that one huge line is not read per node."""
        places = self._continuations.get(line)
        if places is None:
            encoded = self.line(line).encode("utf-8", "surrogatepass")
            places = [] if encoded.isascii() else [at for at, byte in enumerate(encoded) if byte & 0xC0 == 0x80]
            self._continuations[line] = places
        return places

    def masked(self, number: int, secrets: Sequence[Span]) -> str:
        """A line (1-based) with an asterisk for each character of these stretches (see ``stretches``); quotes stay."""
        import re
        from bisect import bisect_left

        if self._masked is not None and self._masked[:2] == (number, secrets):
            return self._masked[2]
        text = self.line(number)
        parts, done = [], 0
        for at in range(bisect_left(secrets, (number,)), len(secrets)):
            if secrets[at].line != number:
                break
            begin, end = max(secrets[at].column - 1, done), secrets[at].end_column - 1
            if begin < end:
                parts += [text[done:begin], re.sub(_NO_QUOTE, "*", text[begin:end])]
                done = end
        masked = "".join([*parts, text[done:]])
        # All findings in a line show it, and it can hold thousands.
        self._masked = (number, secrets, masked)
        return masked

    def stretches(self, span: Span) -> Iterator[Span]:
        """A span line by line, in order, the indentation of all but the first left out."""
        for number in range(span.line, span.end_line + 1):
            text = self.line(number)
            begin = span.column if number == span.line else len(text) - len(text.lstrip()) + 1
            yield Span(number, begin, number, span.end_column if number == span.end_line else len(text) + 1)

    def span(self, node: ast.AST) -> Span:
        """The place of a node; line 1, column 1 for one without a position."""
        line = getattr(node, "lineno", None)
        if line is None:
            return Span(1, 1, 1, 1)
        offset = getattr(node, "col_offset", 0)
        end_line = getattr(node, "end_lineno", None) or line
        end_offset = getattr(node, "end_col_offset", None)
        if self._ascii and end_offset is not None:
            return Span(line, offset + 1, end_line, end_offset + 1)
        end_column = self.column(line, offset) if end_offset is None else self.column(end_line, end_offset)
        return Span(line, self.column(line, offset), end_line, end_column)

    def step(self, node: ast.AST, message: str) -> Step:
        """A step of a trace at the place of a node."""
        span = self.span(node)
        return Step(span.line, span.column, message)
