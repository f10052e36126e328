"""Which rules can fire in a file at all, told from its bytes alone; triggers.py says what rules declare.

Sound because a Python identifier can be neither split nor escaped: a rule that needs a name needs the name's bytes.
Where that does not hold, the prefilter says less. Of a file with compatibility characters, which Python folds into
ASCII letters, it folds the words likewise; of one in an encoding that is not based on ASCII, it expects anything.
"""

from __future__ import annotations

from codecs import BOM_UTF8

from picketlint.records import NamedTuple
from picketlint.registry import Entry
from picketlint.source import declared_encoding
from picketlint.triggers import CODE, OFF, ON, WORD

# `re` is imported where it is used: most files hold none of the words.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping

    from picketlint.triggers import Trigger

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
# What words consist of, to ``bytes.translate``: all else becomes a blank.
_WORDS = bytes(code if code >= 0x80 or chr(code).isalnum() or chr(code) == "_" else 0x20 for code in range(256))
# The bytes of Python programs, the most frequent first; others, most capitals for one, are rarer. Each is about nine
# tenths as frequent as the one before (NeMo, Model-Optimizer, transformers).
_COMMON = b' etsionardl_\ncpumfhg.,=()":bkywxTN`z[]-#*1L0ACq2SIMEPO'
_FALL = 0.9
# So many bytes have to be looked through before it pays to compile what finds all needles at once, and comments.
_MANY = 1 << 18
# So many needles can as well be looked for one by one.
_FEW = 6
# What the text of a notebook begins with that holds magics: what are comments and strings in it nobody can tell.
_MAGIC = b"from IPython import get_ipython"
# So many words are remembered.
_MOST_WORDS = 1 << 19


class Prefilter:
    """Tells which of some rules can fire in a file, for file after file."""

    def __init__(self, rules: Iterable[Entry]) -> None:
        self.rules = tuple(rules)
        # By one word of each trigger, the longest, which is in few files; those without words by what they begin with.
        self._by_word: dict[bytes, list[_Owned]] = {}
        self._by_needle: dict[bytes | str, list[_Owned]] = {}
        words: set[bytes] = set()
        for rule in self.rules:
            for parts in map(_parts, rule.triggers):
                if parts.words:
                    key = max(parts.words, key=lambda word: (len(word), word))
                    self._by_word.setdefault(key, []).append((rule.id, parts))
                else:
                    first = parts.rest[0]
                    spoken = isinstance(first, str) and first.startswith(WORD)
                    needle = first if spoken else _needle(first) if rule.alone else b""
                    self._by_needle.setdefault(needle, []).append((rule.id, parts))
                words |= parts.words
        self._words = frozenset(words)
        self._needles = sorted(self._by_needle.keys() - {b""}, key=repr)
        self._seen = 0
        self._spoken: _Spoken | None = None
        self._others: _Pivots | None = None

    def look(self, data: bytes) -> Look:
        """What one file holds, ready to be asked about each of the rules."""
        if not _ascii_based(data):
            return Look(None, {})
        folded = not data.isascii() and _folded(data)
        if folded:
            data = b"%s\n%s" % (data, _unfolded(data))
        # Whatever is not ASCII counts as part of a word.
        data = data.removeprefix(BOM_UTF8)
        words = set(data.translate(_WORDS).split())
        text = _Text(data, self._words.intersection(words), folded=folded)
        triggers: dict[str, list[_Parts]] = {}
        for word in text.words:
            for rule, parts in self._by_word.get(word, ()):
                if parts.words <= text.words:
                    triggers.setdefault(rule, []).append(parts)
        for needle in (b"", *self._held(data, words)):
            for rule, parts in self._by_needle.get(needle, ()):
                triggers.setdefault(rule, []).append(parts)
        return Look(text, triggers, thorough=self._seen > _MANY and not data.startswith(_MAGIC))

    def _held(self, data: bytes, words: set[bytes]) -> Iterable[bytes | str]:
        """The needles that may be there."""
        self._seen += len(data)
        if self._seen <= _MANY:
            return self._needles
        if self._spoken is None or self._others is None:
            within = [one for one in self._needles if isinstance(one, str) or b" " not in one.translate(_WORDS)]
            self._spoken = _Spoken(within)
            self._others = _Pivots([one for one in self._needles if isinstance(one, bytes) and one not in within])
        return (*self._spoken.held(words), *self._others.held(data))


class Look:
    """What one file holds: everything without ``text``. ``triggers`` are those of each rule whose words are there.

    Unless ``thorough``, comments and strings count as code.
    """

    def __init__(self, text: _Text | None, triggers: Mapping[str, list[_Parts]], *, thorough: bool = True) -> None:
        self._text = text
        self._code: _Text | None = None
        self._triggers = triggers
        self._thorough = thorough

    def may_fire(self, rule: Entry) -> bool:
        """Whether a rule can fire in the file."""
        if self._text is None or not rule.triggers:
            return True
        return any(self._holds(parts, self._text) for parts in self._triggers.get(rule.id, ()))

    def _holds(self, parts: _Parts, text: _Text) -> bool:
        if not text.holds(parts.rest):
            return False
        if not parts.code or not self._thorough:
            return True
        if self._code is None:
            self._code = text.code()
        return parts.words <= self._code.words and self._code.holds(parts.rest)


class _Text:
    """Bytes with the words in them that matter; expressions and needles are looked for once each.

    Expressions are about a file as it is written: of one that is ``folded`` their plain beginnings have to do. What a
    flag can become is told of a text that is ``bare`` of comments and strings.
    """

    def __init__(self, data: bytes, words: frozenset[bytes], *, folded: bool = False, bare: bool = False) -> None:
        self.words = words
        self._data = data
        self._folded = folded
        self._bare = bare
        self._known: dict[bytes | str, bool] = {}

    def code(self) -> _Text:
        """The same without comments and strings, as far as they can be told."""
        from picketlint.comments import code

        rest = None if self._folded else code(self._data)
        return self if rest is None else _Text(rest, self.words.intersection(rest.translate(_WORDS).split()), bare=True)

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
        needle = _needle(part)
        if isinstance(part, bytes) or needle not in self._data or (self._folded and needle):
            return needle in self._data
        if part.startswith((ON, OFF)):
            if not self._bare:
                return True
            from picketlint.flags import may_turn

            on = part.startswith(ON)
            return may_turn(self._data, part.removeprefix(ON if on else OFF).encode(), on=on)
        return _compiled(part).search(self._data) is not None


class _Parts(NamedTuple):
    """A trigger: words, what else must hold, and whether all that holds for the code alone."""

    words: frozenset[bytes]
    rest: tuple[bytes | str, ...]
    code: bool


def candidates(rules: Iterable[Entry], data: bytes) -> tuple[Entry, ...]:
    """Those of the rules that can fire in a file with these bytes."""
    prefilter = Prefilter(rules)
    look = prefilter.look(data)
    return tuple(rule for rule in prefilter.rules if look.may_fire(rule))


# The id of a rule, and one of its triggers.
_Owned = tuple[str, _Parts]
_expressions: dict[str, re.Pattern[bytes]] = {}
_beginnings: dict[str, bytes] = {}
# What stands for something else than itself in an expression.
_SPECIAL = frozenset("\\.^$*+?{}[]()|")


def _parts(trigger: Trigger) -> _Parts:
    parts = trigger if isinstance(trigger, tuple) else (trigger,)
    words = [part for part in parts if isinstance(part, str) and part.isidentifier()]
    rest = tuple(part for part in parts if part not in words and part != CODE)
    return _Parts(frozenset(word.encode() for word in words), rest, CODE in parts)


def _compiled(expression: str) -> re.Pattern[bytes]:
    found = _expressions.get(expression)
    if found is None:
        import re

        found = _expressions[expression] = re.compile(expression.encode())
    return found


def _needle(part: bytes | str) -> bytes:
    """The bytes that are in every file for which a part of a trigger holds; empty where none are known.

    Of an expression they are the plain characters that it begins with, if there are two or more.
    """
    if isinstance(part, bytes):
        return part
    found = _beginnings.get(part)
    if found is None:
        plain = part.removeprefix(WORD)
        end = next((at for at, sign in enumerate(plain) if sign in _SPECIAL), len(plain))
        # What can be repeated need not be there.
        end -= plain[end : end + 1] in ("?", "*", "{", "|")
        found = _beginnings[part] = plain[:end].encode() if end > 1 else b""
    return found


class _Spoken:
    """Needles within words, and expressions about words, looked for in each word but once, however many files hold it.

    A large project has millions of words, and a hundred thousand different ones.
    """

    def __init__(self, wanted: Iterable[bytes | str]) -> None:
        self._expressions = [one for one in wanted if isinstance(one, str)]
        self._pivots = _Pivots([one for one in wanted if isinstance(one, bytes)])
        self._silent: set[bytes] = set()
        self._holding: dict[bytes, set[bytes | str]] = {}

    def held(self, words: set[bytes]) -> set[bytes | str]:
        """What is in one of these words."""
        if len(self._silent) > _MOST_WORDS:
            self._silent.clear()
        # What is left are few words: those that hold something, and new ones.
        left = words - self._silent
        new = left.difference(self._holding)
        if new:
            self._learn(new)
            self._silent |= new.difference(self._holding)
        return {one for word in left if word in self._holding for one in self._holding[word]}

    def _learn(self, words: set[bytes]) -> None:
        text = b" ".join(words)
        for needle in self._pivots.held(text):
            for word in words:
                if needle in word:
                    self._holding.setdefault(word, set()).add(needle)
        for expression in self._expressions:
            for match in _compiled(expression).finditer(text):
                start, end = text.rfind(b" ", 0, match.start()) + 1, text.find(b" ", match.end())
                self._holding.setdefault(text[start : end if end >= 0 else None], set()).add(expression)


class _Pivots:
    """Needles that are all looked for at once.

    Every needle is known by one byte in it, its pivot: few of them and rare ones. One expression finds the places of
    pivots around which there is a needle; ``re`` is quick where what it looks for begins with one of a few rare bytes.
    """

    def __init__(self, needles: list[bytes]) -> None:
        import re

        self._few = needles if len(needles) <= _FEW else None
        self._ends: dict[bytes, list[tuple[bytes, bytes]]] = {}
        left = needles
        alternatives = []
        while left:
            pivot = _best_pivot(left)
            mine = [needle for needle in left if pivot in needle]
            left = [needle for needle in left if pivot not in needle]
            self._ends[pivot] = [(needle[needle.index(pivot) :], needle) for needle in mine]
            ends = [re.escape(end[1:]) + rb"(?<=%s)" % re.escape(needle) for end, needle in self._ends[pivot]]
            alternatives.append(rb"%s(?:%s)" % (re.escape(pivot), b"|".join(ends)))
        self._search = re.compile(b"|".join(alternatives) or rb"(?!)").search

    def held(self, data: bytes) -> set[bytes]:
        """The needles in ``data``, and perhaps some that end as one of them does."""
        if self._few is not None:
            return {needle for needle in self._few if needle in data}
        found: set[bytes] = set()
        match = self._search(data)
        while match is not None:
            found.add(match.group())
            # What matched is the end of a needle: another one can begin within.
            match = self._search(data, match.start() + 1)
        return {
            needle
            for text in found
            for end, needle in self._ends[text[:1]]
            if end.startswith(text) or text.startswith(end)
        }


def _best_pivot(needles: list[bytes]) -> bytes:
    """The byte that is rarest for the number of needles it is in."""
    counts: dict[int, int] = {}
    for needle in needles:
        for byte in set(needle):
            counts[byte] = counts.get(byte, 0) + 1

    def cost(byte: int) -> tuple[float, int]:
        rank = _COMMON.find(byte)
        return (_FALL ** (len(_COMMON) if rank < 0 else rank) / counts[byte], byte)

    return bytes((min(counts, key=cost),))


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
