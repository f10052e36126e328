"""Whether a file can hold a credential, or what has the name of one, told from its bytes before anything is parsed.

The functions are what ``triggers.ASK`` names for the rules about credentials: where they say no, a rule finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import cache, lru_cache
from itertools import chain

from picketlint.base.lazy import regex
from picketlint.credentials.names import ENDINGS, kind_of, kind_of_many, names_credential
from picketlint.credentials.unbound import is_unbound
from picketlint.knowledge.credentials import HINTS
from picketlint.knowledge.logs import CALLS, FUNCTIONS, METHODS
from picketlint.matching.needles import MAGICS, Spelling, places, stands_alone
from picketlint.matching.triggers import CONTINUED

# How long an escape sequence is that can stand before a word in a text, without its stroke, by its first character.
_ESCAPED = {
    **{bytes((sign,)): (1,) for sign in b"abfnrtv"},
    **{bytes((sign,)): (1, 2, 3) for sign in b"01234567"},
    b"x": (3,),
    b"u": (5,),
    b"U": (9,),
}
_LONGEST = 120
# Of 14,000 files of ML packages, none has words of more than 5,066 bytes to be looked at, or more than 107 names with a
# dot. A file with many more is a candidate: each name costs time, and is remembered.
_MOST_WORDS = 1 << 13
_MOST_DOTTED = 1 << 10
# The words that make the name of a credential with another word before them, which dots can part from it.
_OWNED = tuple(
    before + form
    for word in (b"key", b"token", b"pass", b"pw")
    for form in (word, word.title(), word.upper())
    for before in (b"", b"_")
)
# Of each of them some word that does.
_OWNERS = (b"access", b"db")
# What stands before the dot, as far as it can matter.
_OWNER = regex(rb"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?\Z")
# The last word, or words and dots that say nothing.
_REST = regex(rb"([A-Za-z0-9_-]{1,64})[A-Za-z0-9_.-]{0,64}")
_AROUND = 64
# What can stand between the words of a name.
_JOINING = "_-."
_IN_WORDS = frozenset(code for code in range(0x80) if chr(code).isalnum() or chr(code) in "_-")
# A string around a name, up to it and after it.
_KEY = regex(rb"[\"'][\w.\\-]*\Z")
_KEY_END = regex(rb"[\w.\\-]{0,64}[\"']")
# After a name that stands in a sentence: another word, or the end of a quotation.
_PROSE = regex(rb"[ \t]+(?!(?:and|async|else|for[ \t(][\w, \t()*]{1,80}[ \t)]in|if|in|not|or)\b)[A-Za-z]|`")
# The scheme of a header, and what follows it. With one letter at the beginning it is found in a fifth of the time.
_SCHEMES = regex(rb"B(?:earer|EARER|asic|ASIC)"), regex(rb"b(?:earer|asic)")
_SENT = regex(
    rb"(?: {1,2}([^\s\"',;{}<>]{1,1024}))([\"'](?:%s))?| {1,2}[\"'\\]|[\"'][\s\\]{0,200}[\"'] " % CONTINUED.encode()
)


# Calls that write, and with what the objects begin that have them as methods.
_WRITERS = {
    call: {owner.partition(".")[0].encode() for owner in (() if call in FUNCTIONS else METHODS[call])}
    for call in sorted(CALLS)
}


class _TooManyError(Exception):
    """A file has so many names that looking at all of them does not pay."""


def may_bind(data: bytes, words: Callable[[], Collection[bytes]]) -> bool:
    """Whether something in a file has the name of a credential, or of several, and may be given a value."""
    return _spotted(data, words(), _is_name, lambda start, end: not is_unbound(data, start, end, _is_name))


def may_log(data: bytes, words: Callable[[], Collection[bytes]]) -> bool:
    """Whether something has a name that says enough where the value is not in sight, and may be written to a log."""
    known = words()
    return _spotted(data, known, _is_telling, lambda start, end: True) and _writes(data) and _may_be_logged(data, known)


def _may_be_logged(data: bytes, words: Collection[bytes]) -> bool:
    from picketlint.credentials.unlogged import may_be_logged
    from picketlint.matching.comments import code

    rest = None if data.startswith(MAGICS) or sum(map(len, words)) > _MOST_WORDS else code(data)
    if rest is None:
        return True
    rest = rest.replace(b"\\\n", b" ")
    try:
        if any(_is_odd_key(data, start, end) for start, end in _telling(data, words)):
            return True
        return may_be_logged(rest, _telling(rest, words))
    except _TooManyError:
        return True


def _telling(data: bytes, words: Collection[bytes]) -> Iterator[tuple[int, int]]:
    yield from (place for word in words if _is_telling(word) for place in _spans(word, data))
    yield from (found[1:] for found in _dotted(data, words) if _is_telling(found[0]))


def _is_odd_key(data: bytes, start: int, end: int) -> bool:
    """Whether a name is part of a string that is one, too, though not to comments.py: with hyphens, or escapes."""
    before, after = _KEY.search(data, max(start - _AROUND, 0), start), _KEY_END.match(data, end)
    if before is None or after is None:
        return False
    return any(sign in data[before.start() : after.end()] for sign in (b"-", b"\\"))


def _writes(data: bytes) -> bool:
    """Whether something is called like what writes to a log, and something is called like what that belongs to."""
    lowered = data.lower()
    return any(
        call.encode() in data
        and re.search(rb"%s[\s\\]*[(#]" % call.encode(), data) is not None
        and (not owners or any(owner in lowered for owner in owners))
        for call, owners in _WRITERS.items()
    )


def may_send(data: bytes, words: Callable[[], Collection[bytes]]) -> bool:
    """Whether the scheme of an ``Authorization`` header stands before what can be a credential."""
    from picketlint.credentials.embedded import in_header

    for scheme in (found for schemes in _SCHEMES for found in schemes.finditer(data)):
        match = _SENT.match(data, scheme.end())
        if match is None:
            continue
        value, goes_on = match.groups()
        header = data[scheme.start() : match.end()].decode("latin-1")
        if value is None or goes_on or b"\\" in value or any(in_header(header)):
            return True
    return False


def _spotted(
    data: bytes, words: Collection[bytes], is_name: Callable[[bytes], bool], counts: Callable[[int, int], bool]
) -> bool:
    """Whether the name of a credential stands somewhere that counts, and in no sentence."""
    if sum(map(len, words)) > _MOST_WORDS:
        return True
    plain = (place for word in words if is_name(word) for place in _spans(word, data))
    dotted = (found[1:] for found in _dotted(data, words) if is_name(found[0]))
    try:
        return any(not _PROSE.match(data, end) and counts(start, end) for start, end in chain(plain, dotted))
    except _TooManyError:
        return True


def _spans(word: bytes, data: bytes) -> Iterator[tuple[int, int]]:
    """Where a word begins and ends, each time it stands by itself."""
    return ((at, at + len(word)) for at in stands_alone(word, data, _IN_WORDS))


def _dotted(data: bytes, words: Collection[bytes]) -> Iterator[tuple[bytes, int, int]]:
    """The names with a dot before their last word, which another one makes that of a credential, and where they stand.

    Raises _TooManyError where there are more than any file needs.
    """
    number = 0
    for last in {_beginning(word) for word in words} - {b""}:
        for at in places(b".%s" % last, data):
            rest = _REST.match(data, at + 1)
            if rest is None or data.startswith(b"(", rest.end()) or not _beginning(rest.group(1)):
                continue
            owner = _OWNER.search(data, max(0, at - _AROUND), at)
            if owner is None:
                continue
            for end in {rest.end(1), rest.end()}:
                number += 1
                if number > _MOST_DOTTED:
                    raise _TooManyError
                yield b"%s-%s" % (owner.group(), data[at + 1 : end]), owner.start(), end


@lru_cache(maxsize=1 << 16)
def _beginning(word: bytes) -> bytes:
    """What a word begins with that can be the last one in the name of a credential; nothing for any other."""
    last = next((last for last in _OWNED if word.startswith(last)), b"")
    return last if last and any(_is_name(b"%s_%s" % (owner, word)) for owner in _OWNERS) else b""


@lru_cache(maxsize=1 << 16)
def _is_name(word: bytes) -> bool:
    return any(kind_of(name) or kind_of_many(name) for name in _readings(word))


@lru_cache(maxsize=1 << 16)
def _is_telling(word: bytes) -> bool:
    return _is_name(word) and any(map(names_credential, _readings(word)))


def _readings(word: bytes) -> Iterator[str]:
    """The names that a word can be or end with, as far as that matters to what a name says."""
    for part in {word, *word.split(b"-")}:
        for skipped in (0, *_ESCAPED.get(part[:1], ())):
            yield "_" + part[skipped:].strip(b"-")[-_LONGEST:].decode("ascii", "replace")


@cache
def _parts() -> tuple[bytes, ...]:
    """What is in every name of a credential, whichever signs stand between its words, if there are names with dots."""
    endings = {tuple(ending.split()) for of_a_kind, _ in ENDINGS for ending in of_a_kind}
    shortest = {words for words in endings if not any(_within(other, words) for other in endings)}
    # Each sign, or two, between the last words; of a private attribute, whose name is often one of these, all is told.
    common = ("._", "_.")
    parts = {signs.join(words[-2:]) for words in shortest for signs in ("", *_JOINING, *common)}
    twice = {one + other for one in _JOINING for other in _JOINING} - {"..", *common}
    twice |= {sign + signs for sign in "_-" for signs in common}
    parts |= {signs + words[-1] for words in shortest if len(words) > 1 for signs in twice}
    # OAuth has a number, which is a word of its own.
    parts |= {f"auth{signs}" for signs in ("2", *(f"{sign}2" for sign in _JOINING), *twice, *common)}
    return tuple(sorted(part.encode() for part in parts if parts.isdisjoint(_cut(part))))


def _cut(text: str) -> Iterator[str]:
    """What is within a text, but for all of it."""
    size = len(text)
    return (text[at:end] for at in range(size) for end in range(at + 1, size + 1) if end - at < size)


def _within(some: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Whether some words stand among others, in a row, and are not all of them."""
    starts = range(len(words) - len(some) + 1)
    return len(some) < len(words) and any(words[at : at + len(some)] == some for at in starts)


NAMES = Spelling(HINTS, _parts, lambda word: _is_name(word) or bool(_beginning(word)))
"""The words that are the name of a credential, or its end behind a dot."""
