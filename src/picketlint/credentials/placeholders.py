"""Tells what is random, as a credential is, from what stands in its place in examples."""

from __future__ import annotations

from itertools import pairwise
from math import log2

from picketlint.knowledge.placeholders import KNOWN, WORDS

# Random characters fall short of this part of the entropy they could have hardly once in a million times; what is drawn
# from more than sixteen characters is asked for no more.
_LEAST_ENTROPY = 0.72
_SIXTEEN = 16
_DIGITS = 10
_SEQUENCE = 6
_HEX = frozenset("0123456789abcdefABCDEF-")
# In longer texts words and repetitions come about by chance.
_LONGEST_JUDGED = 200
_LONG_ENOUGH_TO_MIX = 24


def credible(body: str, *, mixed: bool = False) -> bool:
    """Whether the part of a credential that is random by design can be so; ``mixed``: in letters of both cases."""
    if mixed and len(body) >= _LONG_ENOUGH_TO_MIX and body in (body.lower(), body.upper()) and not set(body) <= _HEX:
        return False
    if _entropy(body) < _LEAST_ENTROPY * log2(max(2, min(len(body), _DIGITS if body.isdigit() else _SIXTEEN))):
        return False
    return len(body) > _LONGEST_JUDGED or not (_has_word(body) or _has_sequence(body) or _repeats(body))


def known(token: str) -> bool:
    """Whether a credential is one that documentation has made known."""
    from picketlint.base.digests import sha256

    return sha256(token.encode()).hexdigest()[:16] in KNOWN


def _entropy(body: str) -> float:
    """Shannon's, in bits per character."""
    counts = [body.count(character) for character in set(body)]
    return -sum(count / len(body) * log2(count / len(body)) for count in counts) if body else 0.0


def _has_word(body: str) -> bool:
    """Whether a word of placeholders is in a text, written as words are."""
    return any(form in body for word in WORDS for form in (word, word.upper(), word.capitalize()))


def _has_sequence(body: str) -> bool:
    """Whether characters follow each other as in the alphabet, forwards or backwards, or stay the same."""
    length, step = 1, 2
    for one, other in pairwise(body):
        difference = ord(other) - ord(one)
        length = length + 1 if difference == step else 2 if abs(difference) <= 1 else 1
        step = difference if abs(difference) <= 1 else 2
        if length >= _SEQUENCE:
            return True
    return False


def _repeats(body: str) -> bool:
    """Whether a text is nothing but its beginning, again and again."""
    return any(body[period:] == body[:-period] for period in range(1, len(body) // 2 + 1))
