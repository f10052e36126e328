"""Many regular expressions searched as one, of which no more is compiled than the text can match.

To compile all words about documented exceptions takes as long as to check a large file, and a comment that stands
beside a finding needs a handful of them. Which, its own words tell: a pattern can match only where a text holds one of
the literal words of each of its parts, and of several alternatives only those need be compiled whose words are there.
The words are read off the pattern, without looking into anything complicated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple

Needs = list[tuple[str, ...]]
"""What a text must hold for a pattern to match: of each tuple at least one."""

# A group that holds none; the beginning and the end of others; plain text; anything else, as far as it goes.
_TOKENS = regex(
    r"\(\?:(?:[^()\[\\]|\[[^]()|\\]*\]|\\[^()])*\)|\(\?(?:[:=!]|<[=!])|[()|]|[^\\()|\[?*+{.^$]+"
    r"|(?:\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[?*+.^$]|\{\d*,?\d*\})+|."
)
# What is not plain in a word, but for question marks.
_SPECIAL = regex(r"[\\\[*+{.^$]")
_OPTIONAL = frozenset({"?", "*", "{0", "{,"})
_SHORTEST = 2
# So many texts get a pattern of their own; after that, the whole one has been compiled at less cost.
_OFTEN = 4


_Part = tuple[str, str, "_Group | None"]
# A piece of a pattern: as it is written, the word that it cannot match without, and what it consists of. There are too
# many for records.


class _Group(NamedTuple):
    """A group: how it begins, its alternatives, what they need together, and whether it matches without them."""

    opening: str
    branches: list[list[_Part]]
    needs: Needs
    optional: bool


class Phrases:
    """Patterns for lower-case text, case told apart, in the order in which they are tried at one place.

    They have neither flags nor references to groups.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = tuple(patterns)
        self._needs: list[Needs] | None = None
        self._made: list[dict[str, re.Pattern[str]]] = [{} for _ in self._patterns]

    def search(self, text: str) -> re.Match[str] | None:
        """The first match, as of all patterns joined by ``|``."""
        return next(self.finditer(text), None)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """All matches, as of all patterns joined by ``|``."""
        ahead = {pattern: pattern.search(text) for pattern in self._possible(text)}
        position = 0
        while True:
            first: re.Match[str] | None = None
            for pattern, match in ahead.items():
                if match is not None and match.start() < position:
                    match = ahead[pattern] = pattern.search(text, position)
                if match is not None and (first is None or match.start() < first.start()):
                    first = match
            if first is None:
                return
            yield first
            position = first.end()

    def _possible(self, text: str) -> Iterator[re.Pattern[str]]:
        if self._needs is None:
            self._needs = [*map(needs, self._patterns)]
        for pattern, needed, made in zip(self._patterns, self._needs, self._made, strict=True):
            if not all(any(word in text for word in words) for words in needed):
                continue
            if len(made) >= _OFTEN:
                yield _compiled(pattern)
                continue
            possible = left(pattern, text)
            if possible:
                if possible not in made:
                    made[possible] = re.compile(possible)
                yield made[possible]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def needs(pattern: str) -> Needs:
    """What can be told from the text of a pattern without flags: at worst nothing."""
    shipped = _shipped().get(pattern)
    return _parsed(pattern).needs if shipped is None else shipped


@cache
def _shipped() -> Mapping[str, Needs]:
    """What a distribution knows of its own patterns, so that only those are taken apart that can match."""
    try:
        from picketlint._needs import NEEDS  # type: ignore[import-not-found]
    except ModuleNotFoundError:
        return {}
    known: Mapping[str, Needs] = NEEDS
    return known


def needs_source(patterns: Iterable[str]) -> str:
    """The text of the module that a distribution carries for that: NEEDS, as a literal."""
    told = {pattern: _parsed(pattern).needs for pattern in patterns}
    return f'"""Derived from the words about exceptions when this distribution was built."""\n\nNEEDS = {told!r}\n'


def left(pattern: str, text: str) -> str | None:
    """What matches in a text as a pattern does, without alternatives that cannot; None where none can."""
    branches = _left(_parsed(pattern), text)
    return "|".join(branches) if branches else None


@cache
def _parsed(pattern: str) -> _Group:
    outer: list[tuple[str, list[list[_Part]], list[_Part]]] = []
    branches: list[list[_Part]] = []
    parts: list[_Part] = []
    opening = ""
    tokens = _TOKENS.findall(pattern)
    for token, following in zip(tokens, (*tokens[1:], ""), strict=True):
        optional = following[:1] in _OPTIONAL or following[:2] in _OPTIONAL
        if token[0] == "(" and token[-1] == ")":
            parts.append(_flat(token, optional))
        elif token[0] == "(":
            outer.append((opening, branches, parts))
            opening, branches, parts = token, [], []
        elif token == "|":
            branches.append(parts)
            parts = []
        elif token == ")":
            group = _group(opening, [*branches, parts], optional)
            opening, branches, parts = outer.pop()
            parts.append(("", "", group))
        else:
            plain = token[0] not in "\\[?*+{.^$"
            parts.append((token, (token[:-1] if optional else token) if plain else "", None))
    return _group("", [*branches, parts], False)


@cache
def _flat(written: str, optional: bool) -> _Part:
    """A group that holds none; most are lists of words."""
    alternatives = written[3:-1].split("|")
    if _SPECIAL.search(written, 3):
        branches = [_parsed(one).branches[0] if _SPECIAL.search(one) else [_word(one)] for one in alternatives]
        return "", "", _group("(?:", branches, optional)
    # What `_group` would come to, at a fraction of the price.
    words = [*map(_word, alternatives)]
    told = tuple([word for _, word, _ in words])
    held = [] if optional or len(min(told, key=len)) < _SHORTEST else [told]
    return "", "", _Group("(?:", [[word] for word in words], held, optional)


def _word(written: str) -> _Part:
    """Plain text in which letters may be optional."""
    if "?" not in written:
        return written, written, None
    whole, _, after = written.partition("?")
    return written, max(re.split(".[?]", written), key=len) if after else whole[:-1], None


def _group(opening: str, branches: list[list[_Part]], optional: bool) -> _Group:
    held = _either([*map(_needed, branches)]) if opening in ("", "(", "(?:") and not optional else []
    return _Group(opening, branches, held, optional or opening in ("(?!", "(?<!"))


def _needed(parts: list[_Part]) -> Needs:
    found: Needs = []
    for _, word, group in parts:
        if group is not None:
            found += group.needs
        elif len(word) >= _SHORTEST:
            found.append((word,))
    return found


def _either(branches: list[Needs]) -> Needs:
    """What the branches need together: of several, the most telling part of each."""
    if len(branches) == 1:
        return branches[0]
    if not all(branches):
        return []
    return [tuple([word for parts in branches for word in (_most_telling(parts) if parts[1:] else parts[0])])]


def _most_telling(parts: Needs) -> tuple[str, ...]:
    return max(parts, key=lambda words: min(map(len, words)))


def _left(group: _Group, text: str) -> list[str]:
    """The branches that can match in a text, as they are written but for what in them cannot."""
    kept: list[str] = []
    for parts in group.branches:
        pieces: list[str] = []
        for written, word, inner in parts:
            if word not in text:
                break
            if inner is not None:
                branches = _left(inner, text)
                if not branches and not inner.optional:
                    break
                written = f"{inner.opening}{'|'.join(branches)})" if branches else "(?:)"
            pieces.append(written)
        else:
            kept.append("".join(pieces))
    return kept
