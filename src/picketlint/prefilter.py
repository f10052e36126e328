"""Which rules can fire in a file at all, told from its bytes alone; triggers.py says what rules declare.

Sound because a Python identifier can be neither split nor escaped: a rule that needs a name needs the name's bytes.
Where that does not hold, the prefilter says less. Of a file with compatibility characters, which Python folds into
ASCII letters, it folds the words likewise; of one in an encoding that is not based on ASCII, it expects anything.
"""

from __future__ import annotations

from codecs import BOM_UTF8

from picketlint.lazy import kept
from picketlint.needles import ASK, OFF, ON, WORDS, Needle, Table, beginning_of, tabulated
from picketlint.registry import Entry
from picketlint.source import declared_encoding

# `re` is imported where it is used: most files hold none of the words.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set

    from picketlint.triggers import Asked

# The UTF-8 of every character whose NFKC form holds an ASCII letter, digit or underscore and that may stand in an
# identifier (PEP 3131); tests/test_prefilter.py derives them from the Unicode database. Each expression begins with the
# one byte that it is about, which is looked for quickly.
_FOLDED = (
    b"\xc2[\xaa\xba]",
    b"\xc4[\xb2\xb3\xbf]",
    b"\xc5[\x80\x89\xbf]",
    b"\xc7[\x84-\x8c\xb1-\xb3]",
    b"\xca[\xb0\xb2\xb3\xb7\xb8]",
    b"\xcb[\xa1-\xa3]",
    b"\xe1(?:\xb4[\xac-\xbf]|\xb5[\x80-\xa5]|\xb6[\x9c\xa0\xbb]|\xba\x9a)",
    b"\xe2(?:\x81[\xb1\xbf]|\x82[\x90-\x9c]|\x85[\x85-\x89\xa0-\xbf]|\xb1[\xbc\xbd]"
    b"|\x84[\x82\x8a-\x8e\x90-\x93\x95\x99-\x9d\xa4\xa8\xaa\xac\xad\xaf-\xb1\xb3\xb4\xb9])",
    b"\xea\x9f[\xb2-\xb4]",
    b"\xef(?:\xac[\x80-\x86]|\xb8[\xb3\xb4]|\xb9[\x8d-\x8f]|\xbc[\x90-\x99\xa1-\xba\xbf]|\xbd[\x81-\x9a])",
    b"\xf0(?:\x90\x9e\xa5|\x9d[\x90-\x9a]|\x9d\x9f[\x8e-\xbf]|\x9f\xaf[\xb0-\xb9])",
)
# Encodings in which bytes below 0x80 are ASCII and nothing else is.
_ASCII_BASED = frozenset({"ascii", "us-ascii", "latin-1", "iso-8859-1", "iso-latin-1", "iso-8859-15", "cp1252"})
# Compounds are words joined by hyphens, pieces what underscores join to words.
_COMPOUNDS = WORDS[:0x2D] + b"-" + WORDS[0x2E:]
_ASCII_COMPOUNDS = _COMPOUNDS[:0x80] + b" " * 0x80
_PIECES = WORDS.replace(b"_", b" ")
# So many bytes have to be looked through before it pays to compile what finds comments.
_MANY = 1 << 18
# What the text of a notebook begins with that holds magics: what are comments and strings in it nobody can tell.
_MAGIC = b"from IPython import get_ipython"
# So many bytes of words are remembered, those of a thousand files: all of a large project would take megabytes more.
_MOST_REMEMBERED = 1 << 20
# What no file but a hostile one has in pieces that are new.
_MUCH = 1 << 16


class Prefilter:
    """Tells which of the rules in a table can fire in a file, for file after file."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._triggered = frozenset(table.rules)
        self._vocabulary = _Vocabulary(table)
        self._needles: dict[int, Needle] = {}
        self._seen = 0

    def look(self, data: bytes) -> Look:
        """What one file holds, ready to be asked about each of the rules."""
        if not _ascii_based(data):
            return Look(None, frozenset(), {})
        folded = not data.isascii() and _folded(data)
        if folded:
            data = b"%s\n%s" % (data, _unfolded(data))
        # Whatever is not ASCII counts as part of a word.
        data = data.removeprefix(BOM_UTF8)
        self._seen += len(data)
        compounds = set(data.translate(_COMPOUNDS).split())
        if not data.isascii():
            # There are no blanks in Chinese or Japanese: in a text, a word can stand right behind others.
            compounds.update(b" ".join(compounds).translate(_ASCII_COMPOUNDS).split())
        compounds, keys = self._vocabulary.known(compounds)
        text = _Text(data, keys, compounds, folded=folded)
        numbers: set[int] = set()
        for key in self._table.by_key.keys() & keys:
            numbers.update(self._table.by_key[key])
        for beginning, starting in self._table.by_beginning.items():
            if beginning in data:
                numbers.update(starting)
        needles: dict[str, list[Needle]] = {}
        for number in numbers:
            needle = self._needles.get(number)
            if needle is None:
                needle = self._needles[number] = Needle(*self._table.needles[number])
            if keys.issuperset(needle.words):
                needles.setdefault(needle.rule, []).append(needle)
        thorough = self._seen > _MANY and not data.startswith(_MAGIC)
        return Look(text, self._triggered, needles, thorough=thorough)


class Look:
    """What one file holds: everything without ``text``. ``needles`` are those of each rule whose words are there.

    Rules that are not ``triggered`` can fire in any file. Unless ``thorough``, comments and strings count as code.
    """

    def __init__(
        self,
        text: _Text | None,
        triggered: frozenset[str],
        needles: Mapping[str, list[Needle]],
        *,
        thorough: bool = True,
    ) -> None:
        self._text = text
        self._code: _Text | None = None
        self._triggered = triggered
        self._needles = needles
        self._thorough = thorough

    def may_fire(self, rule: Entry) -> bool:
        """Whether a rule can fire in the file."""
        if self._text is None or rule.id not in self._triggered:
            return True
        return any(self._holds(needle, self._text) for needle in self._needles.get(rule.id, ()))

    def _holds(self, needle: Needle, text: _Text) -> bool:
        if not text.holds(needle.rest):
            return False
        if not needle.code or not self._thorough:
            return True
        if self._code is None:
            self._code = text.code()
        return self._code.keys >= set(needle.words) and self._code.holds(needle.rest)


class _Text:
    """Bytes with what matters of their words; what else a trigger can ask for is looked for once.

    Expressions are about a file as it is written: of one that is ``folded`` their plain beginnings have to do. What a
    flag can become is told of a text that is ``bare`` of comments and strings.
    """

    def __init__(
        self,
        data: bytes,
        keys: Set[bytes | str],
        compounds: Collection[bytes] = (),
        *,
        folded: bool = False,
        bare: bool = False,
    ) -> None:
        self.keys = keys
        self._data = data
        self._compounds = compounds
        self._folded = folded
        self._bare = bare
        self._known: dict[bytes | str, bool] = {}

    def code(self) -> _Text:
        """The same without comments and strings, as far as they can be told."""
        from picketlint.comments import code

        rest = None if self._folded else code(self._data)
        return self if rest is None else _Text(rest, self.keys & set(rest.translate(WORDS).split()), bare=True)

    def holds(self, parts: Iterable[bytes | str]) -> bool:
        """Whether all of these expressions and needles are there."""
        for part in parts:
            known = self._known.get(part)
            if known is None:
                known = self._known[part] = self._found(part)
            if not known:
                return False
        return True

    def _found(self, part: bytes | str) -> bool:
        if isinstance(part, str) and part.startswith(ASK):
            return _asked(part)(self._data, self._compounds)
        needle = _beginning(part)
        if isinstance(part, bytes) or needle not in self._data or (self._folded and needle):
            return needle in self._data
        if part.startswith((ON, OFF)):
            if not self._bare:
                return True
            from picketlint.flags import may_turn

            on = part.startswith(ON)
            return may_turn(self._data, part.removeprefix(ON if on else OFF).encode(), on=on)
        return _compiled(part).search(self._data) is not None


def candidates(rules: Iterable[Entry], data: bytes) -> tuple[Entry, ...]:
    """Those of the rules that can fire in a file with these bytes."""
    entries = tuple(rules)
    look = Prefilter(tabulated((entry.id, entry.triggers) for entry in entries)).look(data)
    return tuple(filter(look.may_fire, entries))


_expressions: dict[str, re.Pattern[bytes]] = {}


def _compiled(expression: str) -> re.Pattern[bytes]:
    found = _expressions.get(expression)
    if found is None:
        import re

        found = _expressions[expression] = re.compile(expression.encode())
    return found


_beginning = kept(beginning_of)


@kept
def _asked(part: str) -> Asked:
    """The function that a part of a trigger names."""
    from importlib import import_module

    module, _, name = part.removeprefix(ASK).partition(":")
    function: Asked = getattr(import_module(module), name)
    return function


class _Vocabulary:
    """What matters of each compound of words, found out but once, however many files hold it.

    A large project has millions of them, and a hundred thousand different ones.
    """

    def __init__(self, table: Table) -> None:
        self._words = frozenset(table.words)
        self._runs = table.runs
        self._pieces: set[bytes] = set()
        self._runs_of: dict[bytes, list[tuple[str, bytes]]] = {}
        self._search: Callable[..., re.Match[bytes] | None] | None = None
        self._silent: set[bytes] = set()
        self._telling: dict[bytes, set[bytes | str]] = {}
        self._remembered = 0

    def known(self, compounds: set[bytes]) -> tuple[set[bytes], set[bytes | str]]:
        """Those of the compounds that matter, and what does in them: words of triggers, and runs."""
        if self._remembered > _MOST_REMEMBERED:
            self._remembered = 0
            for memory in (self._pieces, self._runs_of, self._silent, self._telling):
                memory.clear()
        left = compounds - self._silent
        new = left.difference(self._telling)
        if new:
            self._learn(new)
            self._remembered += sum(map(len, new))
            dull = new.difference(self._telling)
            self._silent |= dull
            left -= dull
        found: set[bytes | str] = set()
        return left, found.union(*map(self._telling.__getitem__, left))

    def _learn(self, compounds: set[bytes]) -> None:
        text = b" %s " % b" ".join(compounds)
        for word in self._words.intersection(text.translate(WORDS).split()):
            self._note(word, word, text)
        pieces = set(text.translate(_PIECES).split())
        new = b" %s " % b" ".join(pieces - self._pieces)
        for run, needle, piece in self._runs_in(new):
            self._runs_of.setdefault(piece, []).append((run, needle))
        self._pieces |= pieces
        for run, needle in {one for piece in pieces & self._runs_of.keys() for one in self._runs_of[piece]}:
            self._note(run, needle, text)

    def _runs_in(self, text: bytes) -> Iterator[tuple[str, bytes, bytes]]:
        """The runs, with their needles, that have part in the pieces of a text, and those pieces."""
        if not self._pieces or len(text) > _MUCH:
            # Of one file it does not pay to compile anything; of a text full of runs, to look for all in each piece.
            for run, needle, part in self._runs:
                yield from ((run, needle, text[start:end]) for start, end in _enclosing(part, text))
            return
        if self._search is None:
            import re

            self._search = re.compile(_any_of({part for _, _, part in self._runs})).search
        match = self._search(text)
        while match is not None:
            start, end = text.rfind(b" ", 0, match.start()) + 1, text.find(b" ", match.start())
            piece = text[start:end]
            yield from ((run, needle, piece) for run, needle, part in self._runs if part in piece)
            match = self._search(text, end)

    def _note(self, key: bytes | str, needle: bytes, text: bytes) -> None:
        """Remember the compounds that hold what a key stands for."""
        for start, end in _enclosing(needle, text):
            compound = text[start:end]
            if isinstance(key, str) or key in compound.split(b"-"):
                self._telling.setdefault(compound, set()).add(key)


def _enclosing(needle: bytes, text: bytes) -> Iterator[tuple[int, int]]:
    """Where what holds a needle begins and ends in a text, whose parts have a blank on either side."""
    at = text.find(needle)
    while at >= 0:
        start, end = text.rfind(b" ", 0, at) + 1, text.find(b" ", at)
        yield start, end
        at = text.find(needle, end)


def _any_of(words: set[bytes]) -> bytes:
    """An expression for any of some words, which share their beginnings: so ``re`` is five times as quick."""
    import re

    if b"" in words:
        return b""
    if not words:
        return rb"(?!)"
    rests: dict[bytes, set[bytes]] = {}
    for word in words:
        rests.setdefault(word[:1], set()).add(word[1:])
    return b"(?:%s)" % b"|".join(re.escape(first) + _any_of(rest) for first, rest in sorted(rests.items()))


def _ascii_based(data: bytes) -> bool:
    """Whether what is ASCII to the parser is the same bytes in the file."""
    encoding = declared_encoding(data)
    return encoding in ("utf-8", "utf8") or (encoding in _ASCII_BASED and data.isascii())


def _folded(data: bytes) -> bool:
    """Whether UTF-8 holds a character that Python folds into an ASCII letter, digit or underscore."""
    import re

    return any(expression[:1] in data and re.search(expression, data) is not None for expression in _FOLDED)


def _unfolded(data: bytes) -> bytes:
    """The file with its identifiers as Python reads them."""
    from unicodedata import normalize

    return normalize("NFKC", data.decode("utf-8", "ignore")).encode()
