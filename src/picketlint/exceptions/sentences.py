"""A sentence of a comment: its clauses, what is found in them, and whether it is stated, denied or left open.

Negation goes clause by clause: it counts before what it denies ("not written by us"), within it ("its hash is never
checked") and behind it ("checksum verification is off by default").
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple
from picketlint.exceptions.phrases import Phrases
from picketlint.knowledge import statements

_CLAUSE = regex(
    r"[.;,:)\]!\u2014\u2013]+(?=\s|$)|(?:^|\s)[(\[]|\s[-\u2014\u2013=>\u2192]+\s"
    r"|\b(?:(?<!anything )(?<!nothing )(?<!nobody )(?<!none )(?<!no one )but|and|because|since"
    r"|(?<!not )(?<!rarely )so|while|though|although|which"
    r"|as (?=the|it|this|we|these|they|that|our))\b"
)
_WORD = regex(r"\w*")
_NEAR = 4
# How far from what it denies a negation is looked for, in characters: further off it is about something else.
_REACH = 240
_IS = regex(r"\b(?:is|are|was|were|comes?|came|it's|they're)(?: \w+){0,2}\W*$")
# What is left of a clause behind its last negation, if that must still be waiting for what it denies.
_UNFINISHED = regex(r"(?: (?:been|be|being|were|was|are|is|either|ever))?(?: \w+(?:ed|en|lt|de))?\W*")
_GOES_ON = regex(r"\W*(?:or |nor |and |ever |even )*\w+(?:ed|en|lt|de|ly)\b")


@cache
def known(name: str) -> Phrases:
    """One list of ``knowledge.statements``."""
    return Phrases(getattr(statements, name))


@lru_cache(maxsize=64)
def begins(name: str, clause: str) -> bool:
    """Whether a text begins with one of the phrases of a list."""
    found = known(name).search(clause)
    return found is not None and found.start() == 0


@lru_cache(maxsize=64)
def holds(name: str, clause: str) -> bool:
    """Whether a text holds one of the phrases of a list."""
    return known(name).search(clause) is not None


def joined(patterns: Iterable[str], *, whole: bool = False) -> re.Pattern[str]:
    """One pattern for all; an empty list matches nothing."""
    either = "|".join(f"(?:{pattern})" for pattern in patterns)
    if not either:
        return re.compile(r"(?!)")
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)" if whole else either, re.IGNORECASE)


@cache
def _negations() -> re.Pattern[str]:
    return joined(statements.NEGATIONS)


def _word_end(text: str, position: int) -> int:
    """Where the word ends that a position is within; the position itself if it is within none."""
    inside = text[max(position - 1, 0) : position].isalnum()
    rest = _WORD.match(text, position) if inside else None
    return rest.end() if rest else position


def _denials(text: str) -> int:
    """How many negations a text holds; "neither ... nor" is one."""
    found = [each.strip() for each in _negations().findall(text)]
    return len([each for each in found if each != "nor"]) or len(found)


class Match(NamedTuple):
    """Words of a sentence that were found: what stands around them, and the negations before them.

    ``before`` and ``behind`` are of the same clause, ``after`` is the next one; ``gap`` is what stands between the last
    negation and the words.
    """

    text: str
    before: str
    behind: str
    after: str
    clause: str
    number: int
    denials: int
    near: bool
    gap: str

    @property
    def is_predicate(self) -> bool:
        """Whether they are said of something ("the file is user-supplied"), or stand alone."""
        return _IS.search(self.before) is not None or self.text == self.clause

    @property
    def kept_out(self) -> bool:
        """Whether a danger is denied, by what stands before it or behind it."""
        if self.denials:
            return self.denials % 2 == 1 and not holds("UNGUARDED", self.gap)
        return begins("KEPT_OUT", self.behind.strip())

    @property
    def taken_back(self) -> bool:
        """Whether a reason is said to hold seldom or no more, where nothing before it denies it."""
        return holds("SELDOM", self.before) or holds("DISOWNED", self.behind) or begins("TAKEN_BACK", self.after)

    @property
    def empty(self) -> bool:
        """Whether a negation stands among the very words of a reason: "written by nobody we know"."""
        return _denials(self.text) > 0 or holds("SELDOM", self.text)

    @property
    def unmade(self) -> bool:
        """Whether a check is said not to be made, or not always, where nothing before it denies it."""
        sequel = known("SEQUEL").search(self.behind)
        behind = self.behind[: sequel.start()] if sequel else self.behind
        return (
            _denials(behind) > 0
            or holds("VOIDED", self.text)
            or holds("VOIDED", behind)
            or holds("SPARED", self.before)
            or holds("SELDOM", self.before)
            or begins("TAKEN_BACK", self.after)
        )


class Sentence:
    """A sentence with its clauses."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._hedge: int | None = None
        self.starts = [0, *(found.end() for found in _CLAUSE.finditer(text))]
        self.ends = [*(found.start() for found in _CLAUSE.finditer(text)), len(text)]
        self._clauses: dict[int, str] = {}

    def number(self, position: int) -> int:
        """The number of the clause that a position is in."""
        return max(bisect_right(self.starts, position) - 1, 0)

    def clause(self, number: int) -> str:
        """The text of one clause."""
        if number not in self._clauses:
            self._clauses[number] = self.text[self.starts[number] : self.ends[number]].strip()
        return self._clauses[number]

    def states(self, match: Match) -> bool:
        """Whether what was found is a statement."""
        if self._hedge is None:
            self._hedge = self._first_hedge()
        return match.number < self._hedge and not holds("QUALIFIED", match.clause)

    def _first_hedge(self) -> int:
        """The number of the first clause that is no statement any more."""
        if known("DOUBTS").search(self.text):
            return 0
        hedges = known("HEDGES")
        across = hedges.search(self.text)
        numbers = (number for number in range(len(self.starts)) if hedges.search(self.clause(number)))
        return min(next(numbers, len(self.starts)), self.number(across.start()) if across else len(self.starts))

    def find(self, pattern: re.Pattern[str] | Phrases) -> Iterator[Match]:
        """Everything a pattern matches."""
        for found in pattern.finditer(self.text):
            # A pattern may end within a word.
            end = _word_end(self.text, found.end())
            number, last = self.number(found.start()), self.number(max(end - 1, 0))
            before = self.text[max(self.starts[number], found.start() - _REACH) : found.start()]
            count = _denials(before)
            gap = _negations().split(before)[-1] if count else ""
            near = count > 0 and len(gap.split()) <= _NEAR
            if not count and self._denied_before(number, before + found.group()):
                count, near = 1, True
            behind = self.text[end : min(self.ends[last], end + _REACH)]
            text, after = self.text[found.start() : end].strip(), self._after(last)
            yield Match(text, before, behind, after, self.clause(number), number, count, near, gap)

    def _after(self, number: int) -> str:
        """The clause after another; two signs that part them have nothing between."""
        return next(
            (clause for clause in map(self.clause, range(number + 1, min(number + 3, len(self.starts)))) if clause), ""
        )

    def _denied_before(self, number: int, text: str) -> bool:
        """Whether a negation at the end of the clause before goes on in this one ("not made, kept or sent by")."""
        if number == 0 or not _GOES_ON.match(text):
            return False
        _, *rest = _negations().split(self.clause(number - 1))
        return bool(rest) and _UNFINISHED.fullmatch(rest[-1]) is not None
