"""What a comment says: whether it states why a pattern is safe here, and something beyond that.

A comment is judged clause by clause, so that "not supplied by the user" states trust and "not generated internally"
the opposite. A clause that hopes, asks or instructs ("should be trusted", "only load trusted files") states nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from picketlint.knowledge.justifications import (
    ATTEMPTS,
    DIRECTIVES,
    MARKER,
    MIN_CONTENT_WORDS,
    Vocabulary,
)

# What is longer than this is not read by anybody either; matching stays linear.
MAX_LENGTH = 2000
_CLAUSE = re.compile(r"[.;,:()\[\]!\u2014\u2013]+(?=\s|$)|\s[-\u2014\u2013]+\s|\b(?:but|and|because|since|so|while|though|although|which)\b")
_WORD = re.compile(r"[a-z_][a-z_']+|\d+|[^\W\d_]+", re.IGNORECASE)
_MARKER = re.compile(rf"\b{MARKER}\b\s*[:\-\u2013\u2014=]*\s*(.*)", re.IGNORECASE | re.DOTALL)
_DIRECTIVE = re.compile("|".join(f"(?:{pattern})" for pattern in DIRECTIVES), re.IGNORECASE)
_ATTEMPT = re.compile("|".join(ATTEMPTS), re.IGNORECASE)
_WIDE_LETTER = re.compile(r"[^\W\d_]")


class Wording(NamedTuple):
    """What a comment says.

    ``trust``: it states that the input can be trusted. ``detail``: it says something beyond the flag. ``contrary``: the
    words in which it states the opposite. ``marked``: it carries the marker. ``attempt``: it means to excuse at all.
    """

    trust: bool
    detail: bool
    contrary: str
    marked: bool
    attempt: bool

    @property
    def accepted(self) -> bool:
        """Whether the comment documents an exception."""
        return self.detail and not self.contrary and (self.trust or self.marked)

    @property
    def says_anything(self) -> bool:
        """Whether the comment bears on an exception at all."""
        return self.trust or self.attempt or bool(self.contrary)


NOTHING = Wording(False, False, "", False, False)


class Matchers(NamedTuple):
    """A vocabulary, compiled."""

    trust: re.Pattern[str]
    danger: re.Pattern[str]
    hedge: re.Pattern[str]
    negation: re.Pattern[str]
    fillers: frozenset[str]


@lru_cache(maxsize=8)
def matchers(vocabulary: Vocabulary) -> Matchers:
    """Compile a vocabulary. Raises re.error for a pattern that is none."""
    return Matchers(
        _any(vocabulary.trust),
        _any(vocabulary.danger),
        _any(vocabulary.hedges),
        _any(vocabulary.negations),
        vocabulary.fillers,
    )


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all; an empty list matches nothing."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)", re.IGNORECASE)


def plain(text: str) -> str:
    """The words of a comment or of a block of comment lines: no comment signs, no instructions to tools."""
    lines = (line.strip().lstrip("#!:").strip() for line in text[:MAX_LENGTH].split("\n"))
    return " ".join(_DIRECTIVE.sub(" ", " ".join(lines)).replace("#", " ").split())


def judge(text: str, vocabulary: Vocabulary) -> Wording:
    """What the raw text of a comment (with its ``#``) says, by a vocabulary."""
    words = plain(text)
    if not words:
        return NOTHING
    rules = matchers(vocabulary)
    marker = _MARKER.search(words)
    reason = marker.group(1) if marker else words
    trust, contrary = _statements(reason.lower(), rules)
    detail = _says_something(reason, rules, any_language=marker is not None)
    return Wording(trust, detail, contrary, marker is not None, marker is not None or bool(_ATTEMPT.search(words)))


def _statements(text: str, rules: Matchers) -> tuple[bool, str]:
    """Whether the text states trust, and the words in which it states the opposite."""
    trust, contrary = False, ""
    for clause in _CLAUSE.split(text):
        if not clause or not clause.strip():
            continue
        for pattern, wanted in ((rules.danger, True), (rules.trust, False)):
            for found in pattern.finditer(clause):
                negated = bool(rules.negation.search(clause, 0, found.start()))
                if negated is wanted:
                    trust = trust or not rules.hedge.search(clause)
                elif not contrary and (wanted or negated):
                    contrary = clause.strip() if negated else found.group().strip()
    return trust, contrary


def _says_something(text: str, rules: Matchers, *, any_language: bool) -> bool:
    """Whether enough words are left when the flag, its praise and the small words are taken away."""
    content = {word for word in _WORD.findall(text.lower()) if len(word) > 1 and word not in rules.fillers}
    if len(content) >= MIN_CONTENT_WORDS:
        return True
    foreign = [letter for letter in _WIDE_LETTER.findall(text) if ord(letter) > 0x2E7F]
    return any_language and len(foreign) >= 2 * MIN_CONTENT_WORDS
