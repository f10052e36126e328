"""Which rules can fire in a file at all, told from its bytes alone; triggers.py says what rules declare.

Sound because a Python identifier can be neither split nor escaped: a rule that needs a name needs the name's bytes.
Where that does not hold, the prefilter says less. Of a file with compatibility characters, which Python folds into
ASCII letters, it folds the words likewise, and of one with letters that are escaped in a string, it reads those; of one
in an encoding that is not based on ASCII, it expects anything.
"""

from __future__ import annotations

from codecs import BOM_UTF8

from picketlint.base.lazy import cached
from picketlint.matching.needles import (
    APART,
    ASK,
    MAGICS,
    OFF,
    ON,
    SHORTEST,
    WORDS,
    Needle,
    Table,
    beginning_of,
    begun_by,
    resolve,
    stands_alone,
    tabulated,
)
from picketlint.matching.vocabulary import Vocabulary
from picketlint.registry import Entry
from picketlint.source import declared_encoding

# `re` is imported where it is used: most files hold none of the words.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Collection, Iterable, Mapping

    from picketlint.matching.scanner import Scanner
    from picketlint.matching.triggers import Asked

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
_IN_WORDS = frozenset(code for code in range(0x80) if WORDS[code] != 0x20)
# So many bytes have to be looked through before it pays to compile what finds comments, or to make a scanner.
_MANY, _WORTH_SCANNING = 1 << 18, 1 << 22
_SHELL = b"get_ipython"
# In a text, what stands for something else; code in the texts of magics can hold magics, as deep as written.py reads.
_ESCAPED = (
    rb"\\(?:[0-3]?[0-7]{1,2}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U000[0-9a-fA-F]{5}|N\{[A-Za-z0-9 -]{1,80}\}"
    rb"|[\nabfnrtv\\'\"])"
)
_MOST_NESTED = 4
_ENDING = frozenset(b"\"'\\\r\n")
# The same for what is written in ASCII as well as it would be without, and a word that goes on in the next line.
_SPELT = (
    rb"\\(?:x[2-7]|u00[2-7]|U000000[2-7]|1[0-7][0-7]|0?[4-7][0-7]|N\{"
    rb"|[\r\n]\n?[\w-](?:(?<=[\w'\"-]\\[\r\n][\w-])|(?<=[\w'\"-]\\\r\n[\w-])))"
)


class Prefilter:
    """Tells which of the rules in a table can fire in a file, for file after file."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._triggered = frozenset(table.rules)
        self._vocabulary = Vocabulary(table)
        self._scanner: Scanner | None = None
        self._making: Callable[[], Scanner | None] | None = None
        # By their key, with their words, and with all of them that a scanner tells.
        self._needles: dict[bytes | str, list[tuple[Needle, frozenset[bytes | str], frozenset[bytes | str]]]] = {}
        self._seen = 0

    def look(self, data: bytes) -> Look:
        """What one file holds, ready to be asked about each of the rules."""
        return self._look(data, spread=False)

    def _look(self, data: bytes, *, spread: bool) -> Look:
        """The same; of what is ``spread``, the texts that magics are given hold code no more."""
        if not _ascii_based(data):
            return Look(None, frozenset(), {})
        folded = not data.isascii() and _folded(data)
        if folded:
            data = b"%s\n%s" % (data, _unfolded(data))
        if b"\\" in data and _spelt(data):
            folded = True
            data = b"%s\n%s" % (data, _read_out(data))
        data = data.removeprefix(BOM_UTF8)
        self.expect(len(data))
        text = self._read(data, folded=folded)
        if not spread and _SHELL in text.keys and b"magic" in data:
            return self._look(_spread(data), spread=True)
        thorough = self._seen > _MANY and not data.startswith(MAGICS)
        return Look(text, self._triggered, self._needles_for(text), thorough=thorough)

    def _read(self, data: bytes, *, folded: bool) -> _Text:
        scanned = None if self._scanner is None else self._scanner.scan(data)
        if scanned is None:
            found, keys = self._vocabulary.of(data)
            return _Text(data, keys, lambda: found, folded=folded)
        from picketlint.matching.scanner import words_around

        scanner, parts = self._scanner, scanned.parts
        # Asked for by each function of a trigger.
        compounds = cached(lambda: words_around(parts, data))
        return _Text(data, scanned.keys, compounds, folded=folded, scanner=scanner)

    def _needles_for(self, text: _Text) -> dict[str, list[Needle]]:
        """The triggers of each rule whose words are in a file."""
        found: dict[str, list[Needle]] = {}
        keys: set[bytes | str] = self._table.by_key.keys() & text.keys
        keys.update(one for one in self._table.by_beginning if text.holds_beginning(one))
        for key in keys:
            for needle, words, told in self._needles.get(key) or self._made(key):
                if (words if text.exact else told) <= text.keys:
                    found.setdefault(needle.rule, []).append(needle)
        return found

    def _made(self, key: bytes | str) -> list[tuple[Needle, frozenset[bytes | str], frozenset[bytes | str]]]:
        numbers = self._table.by_key.get(key, ())
        if isinstance(key, bytes):
            numbers += self._table.by_beginning.get(key, ())
        made = self._needles[key] = []
        expressions = frozenset[bytes | str]() if self._scanner is None else self._scanner.expressions
        for number in numbers:
            needle = Needle(*self._table.needles[number])
            words = frozenset[bytes | str](needle.words)
            made.append((needle, words, words | begun_by(needle.rest) | expressions.intersection(needle.rest)))
        return made

    def expect(self, size: int) -> None:
        """Be told how many bytes there are to look through: from some number on a scanner pays, if one can be had."""
        making = self._making
        if making is None and self._would_pay(size):
            making = self._made_scanner
        if making is not None:
            self._scanner, self._making = making(), None
            if self._scanner is not None:
                self._vocabulary = Vocabulary(self._table)
        self._seen += size

    def foresee(self, size: int) -> None:
        """Be told how many bytes there will be: what ``expect`` would have to make is begun, in a thread.

        ``expect`` waits for the end of that thread, whatever it is told.
        """
        if self._making is None and self._would_pay(size):
            from picketlint.base.background import begun

            self._making = begun(self._made_scanner)

    def _would_pay(self, size: int) -> bool:
        """Whether a scanner pays with so many more bytes, and not without."""
        return self._scanner is None and self._seen <= _WORTH_SCANNING < self._seen + size

    def _made_scanner(self) -> Scanner | None:
        from picketlint.matching.scanner import scanner_for

        return scanner_for(self._table)


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
        needles = self._needles.get(rule.id)
        return needles is not None and any(self._holds(needle, self._text) for needle in needles)

    def _holds(self, needle: Needle, text: _Text) -> bool:
        if not (text.has(needle.words) and text.holds(needle.rest)):
            return False
        if not needle.code or not self._thorough:
            return True
        if self._code is None:
            self._code = text.code()
        return self._code.has(needle.words) and self._code.holds(needle.rest)


class _Text:
    """Bytes with what matters of their words; what else a trigger can ask for is looked for once.

    With a ``scanner``, the keys are what that told. What is ``folded`` holds the file as it is written, and as its
    identifiers and strings are read. What a flag can become is told of a text that is ``bare`` of comments and strings,
    whose keys are those of the whole.
    """

    def __init__(
        self,
        data: bytes,
        keys: set[bytes | str],
        compounds: Callable[[], Collection[bytes]] = tuple,
        *,
        scanner: Scanner | None = None,
        folded: bool = False,
        bare: bool = False,
    ) -> None:
        self.keys = keys
        self._data = data
        self._compounds = compounds
        self.exact = scanner is None
        # The words among the keys that stand by themselves.
        self._certain: Collection[bytes | str] = () if bare else keys if scanner is None else scanner.whole
        self._folded = folded
        self._bare = bare
        self._alone: dict[bytes, bool] = {}
        self._known: dict[bytes | str, bool] = {}

    def holds_beginning(self, beginning: bytes) -> bool:
        """Whether what a trigger of the table begins with is there."""
        return beginning in (self._data if self.exact or len(beginning) < SHORTEST else self.keys)

    def has(self, words: Iterable[bytes]) -> bool:
        """Whether all of these words, which are among the keys, stand by themselves."""
        return all(word in self._certain or self._stands_alone(word) for word in words)

    def _stands_alone(self, word: bytes) -> bool:
        known = self._alone.get(word)
        if known is None:
            known = next(stands_alone(word, self._data, _IN_WORDS), None) is not None
            self._alone[word] = known
        return known

    def code(self) -> _Text:
        """The same without comments and strings, as far as they can be told."""
        from picketlint.matching.comments import code

        rest = None if self._folded else code(self._data)
        return self if rest is None else _Text(rest, self.keys, bare=True)

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
            asked: Asked = resolve(part)
            return asked(self._data, self._compounds)
        there = self.holds_beginning(_beginning(part))
        if isinstance(part, bytes) or not there:
            return there
        if part.startswith((ON, OFF)):
            if not self._bare:
                return True
            from picketlint.matching.flags import may_turn

            on = part.startswith(ON)
            return may_turn(self._data, part.removeprefix(ON if on else OFF).encode(), on=on)
        return _matches(part, self._data)


def candidates(rules: Iterable[Entry], data: bytes) -> tuple[Entry, ...]:
    """Those of the rules that can fire in a file with these bytes."""
    entries = tuple(rules)
    look = Prefilter(tabulated((entry.id, entry.triggers) for entry in entries)).look(data)
    return tuple(filter(look.may_fire, entries))


def _matches(expression: str, data: bytes) -> bool:
    """Whether an expression matches somewhere."""
    first, *others = map(_compiled, expression.split(APART))
    found = first.search(data)
    while others and found is not None and not all(one.match(data, found.end()) for one in others):
        found = first.search(data, found.start() + 1)
    return found is not None


_expressions: dict[str, re.Pattern[bytes]] = {}


def _compiled(expression: str) -> re.Pattern[bytes]:
    found = _expressions.get(expression)
    if found is None:
        import re

        found = _expressions[expression] = re.compile(expression.encode())
    return found


_beginning = cached(beginning_of)


def _ascii_based(data: bytes) -> bool:
    """Whether what is ASCII to the parser is the same bytes in the file."""
    encoding = declared_encoding(data)
    return encoding in ("utf-8", "utf8") or (encoding in _ASCII_BASED and data.isascii())


def _folded(data: bytes) -> bool:
    """Whether UTF-8 holds a character that Python folds into an ASCII letter, digit or underscore."""
    import re

    return any(expression[:1] in data and re.search(expression, data) is not None for expression in _FOLDED)


def _meaning(escape: re.Match[bytes]) -> bytes:
    return escape.group().decode("unicode_escape", "replace").encode("utf-8", "replace")


def _spelt(data: bytes) -> bool:
    """Whether something is escaped that is as well written without."""
    import re

    return re.search(_SPELT, data) is not None


def _read_out(data: bytes) -> bytes:
    """The file with what is escaped in it as Python reads it, but for what could end a string, or be no ASCII."""
    import re

    def read(escape: re.Match[bytes]) -> bytes:
        meaning = _meaning(escape)
        return meaning if meaning.isascii() and not set(meaning) & _ENDING else escape.group()

    return re.sub(_ESCAPED, read, data.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))


def _spread(data: bytes) -> bytes:
    """A file, and below it what its texts stand for, which can be code that magics are given: as text and as code."""
    import re

    written = [MAGICS]
    for _ in range(_MOST_NESTED):
        written += (data, re.sub(b"[\"']", b"\n", data))
        data = re.sub(_ESCAPED, _meaning, data)
        if data == written[-2]:
            break
    return b"\n".join([*written, data])


def _unfolded(data: bytes) -> bytes:
    """The file with its identifiers as Python reads them, and nothing else changed that an expression looks for."""
    import re
    from unicodedata import normalize

    def folded(found: re.Match[bytes]) -> bytes:
        return normalize("NFKC", found.group().decode("utf-8", "ignore")).encode()

    return re.sub(rb"(?:(?:%s)[\x80-\xbf]*)+" % b"|".join(_FOLDED), folded, data)
