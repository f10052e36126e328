"""Many regular expressions searched as one, of which only those are compiled that the text can match.

To compile all words about documented exceptions takes as long as to check a large file, and a comment that stands
beside a finding needs a handful of them. Which, its own words tell: a pattern can match only where a text holds one of
the literal words of each of its parts. Those are read off the pattern, without looking into anything complicated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

Needs = list[tuple[str, ...]]
"""What a text must hold for a pattern to match: of each tuple at least one."""

# A group of plain words, an escape, the beginning of a group, a character class, a quantifier, a sign, plain text.
_TOKENS = (
    r"\(\?:[^()\\\[{*+.^$]*\)|\\.|\(\?(?:[:=!]|<[=!])|[()|]|\[\^?\]?(?:\\.|[^\]\\])*\]|[?*+]|\{\d*,?\d*\}"
    r"|[^\\()|\[?*+{.^$]+|."
)
_OPTIONAL = ("?", "*", "{0", "{,")
_SHORTEST = 2


class Phrases:
    """Patterns for lower-case text, case told apart, in the order in which they are tried at one place."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = tuple(patterns)
        self._needs: list[Needs] | None = None

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

    def _possible(self, text: str) -> list[re.Pattern[str]]:
        if self._needs is None:
            self._needs = [*map(needs, self._patterns)]
        return [
            _compiled(pattern)
            for pattern, parts in zip(self._patterns, self._needs, strict=True)
            if all(any(word in text for word in words) for words in parts)
        ]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def needs(pattern: str) -> Needs:
    """What can be told from the text of a pattern without flags: at worst nothing."""
    outer: list[tuple[str, list[Needs], Needs]] = []
    branches: list[Needs] = []
    parts: Needs = []
    opening = literal = ""
    tokens = re.findall(_TOKENS, pattern)
    for token, following in zip(tokens, (*tokens[1:], ""), strict=True):
        optional = following.startswith(_OPTIONAL)
        plain = token[0] not in "\\()|[?*+{.^$"
        if plain:
            literal += token[:-1] if optional else token
        if literal and (optional or not plain):
            parts += [(literal,)] if len(literal) >= _SHORTEST else []
            literal = ""
        if token.startswith("(?:") and len(token) > 3:
            parts += [] if optional else _words(token)
        elif token[0] == "(":
            outer.append((opening, branches, parts))
            opening, branches, parts = token, [], []
        elif token == "|":
            branches.append(parts)
            parts = []
        elif token == ")":
            held = _either([*branches, parts]) if opening in ("(", "(?:") and not optional else []
            opening, branches, parts = outer.pop()
            parts = parts + held
    parts += [(literal,)] if len(literal) >= _SHORTEST else []
    return _either([*branches, parts])


@cache
def _words(group: str) -> Needs:
    """The same for a group of plain words, with question marks."""
    longest = [max(re.split(".[?]", word), key=len) for word in group[3:-1].split("|")]
    return [tuple(longest)] if all(len(word) >= _SHORTEST for word in longest) else []


def _either(branches: list[Needs]) -> Needs:
    """What the branches need together: of several, the most telling part of each."""
    if len(branches) == 1:
        return branches[0]
    if not all(branches):
        return []
    return [tuple(word for parts in branches for word in max(parts, key=lambda words: min(map(len, words))))]
