"""What a comment says: whether it states why a pattern is safe here, and something beyond that.

A comment is judged sentence by sentence and, for negation, clause by clause: "not supplied by the user" states trust
and "not generated internally" the opposite. A sentence that hopes, asks or instructs ("should be trusted", "only load
trusted files") states nothing, and neither does one that just tells what the code does.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple
from picketlint.exceptions.phrases import Phrases, needs_source
from picketlint.exceptions.sentences import Match, Sentence, begins, holds, joined
from picketlint.exceptions.sentences import known as phrases
from picketlint.knowledge import justifications as known
from picketlint.knowledge import statements
from picketlint.knowledge.justifications import Vocabulary

# Nobody reads what is longer. Words are cut because a pattern may look at a whole word from each of its letters.
MAX_LENGTH = 4000
_MAX_WORD = 40
_LONG_WORD = regex(rf"(\w{{{_MAX_WORD}}})\w+")
_SENTENCE = regex(r"(?<=[.;!?])[)\]\"']?\s+")
# Words between commas that leave the clause around them whole: "is not, in fact, generated".
_ASIDE = regex(
    r"(?i:, (?:in fact|of course|however|actually|really|indeed|after all|in reality|in truth|strictly speaking"
    r"|obviously|clearly|as it happens|at least|unfortunately|sadly|to be fair),? )"
)
_WORD = regex(r"[a-z_][a-z_']+|\d+|[^\W\d_]+", re.IGNORECASE)


def index_source() -> str:
    """The text of the module with which a distribution spares each run the look into the shipped words."""
    words = known.DEFAULT
    shipped = (words.grounds, words.claims, words.checks, words.gates, words.danger, words.remote)
    lists = (getattr(statements, name) for name in statements.LISTS)
    return needs_source(pattern for patterns in (*shipped, *lists) for pattern in patterns)


_MARKER = regex(known.MARKER, re.IGNORECASE)
_DIRECTIVE = regex(rf"[\s:!]*(?:{'|'.join(known.DIRECTIVES)})", re.IGNORECASE)
_PLAIN_START = regex(
    r"(?:(?:^|\b(?:is|are|was|were|be|only|from|by|on|for|with)) ?(?:(?:a|an|the|this|these|it|always|just) )*)$"
)


class Trust(IntEnum):
    """How far a comment states that the input can be trusted: by its mere word, or by saying why."""

    NONE = 0
    CLAIMED = 1
    GROUNDED = 2


class Wording(NamedTuple):
    """What a comment says.

    ``trust``: it states that the input can be trusted. ``detail``: it says enough beyond that. ``contrary``: the words
    in which it states the opposite. ``marked``: it carries the marker. ``attempt``: it means to excuse at all.
    ``hedged``: it speaks of trust in a hope, a condition, a question or an instruction. ``directive``: the reason
    stands behind an instruction to a tool, where it does not count.
    """

    trust: bool = False
    detail: bool = False
    contrary: str = ""
    marked: bool = False
    attempt: bool = False
    hedged: bool = False
    directive: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the comment documents an exception."""
        return self.detail and not self.contrary and (self.trust or self.marked)

    @property
    def says_anything(self) -> bool:
        """Whether the comment bears on an exception at all."""
        return self.trust or self.attempt or self.directive or bool(self.contrary)


NOTHING = Wording()


class Policy(NamedTuple):
    """How a project judges exceptions: by which words, or (``marker_only``) by the explicit marker alone."""

    vocabulary: Vocabulary = known.DEFAULT
    marker_only: bool = False


class Matchers(NamedTuple):
    """A vocabulary, compiled."""

    grounds: Phrases
    claims: Phrases
    checks: Phrases
    gates: Phrases
    danger: Phrases
    remote: Phrases
    accepted: tuple[re.Pattern[str], ...]
    refused: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=8)
def matchers(vocabulary: Vocabulary) -> Matchers:
    """Compile a vocabulary. Raises re.error for a pattern that is none."""
    return Matchers(
        grounds=Phrases(vocabulary.grounds),
        claims=Phrases(vocabulary.claims),
        checks=Phrases(vocabulary.checks),
        gates=Phrases(vocabulary.gates),
        danger=Phrases(vocabulary.danger),
        remote=Phrases(vocabulary.remote),
        accepted=tuple(joined([pattern], whole=True) for pattern in vocabulary.accepted),
        refused=tuple(joined([pattern], whole=True) for pattern in vocabulary.refused),
    )


def plain(text: str) -> str:
    """The words of a comment or of a block of comment lines: no comment signs, no instructions to tools."""
    return _words(text)[0]


def _words(text: str) -> tuple[str, str]:
    """The words of raw comment text, and those that stand in instructions to tools."""
    kept: list[str] = []
    dropped: list[str] = []
    for line in text[:MAX_LENGTH].split("\n"):
        for part in line.split("#"):
            (dropped if _DIRECTIVE.match(part) else kept).append(part)
    words, instructions = (_shortened(" ".join(parts).split()) for parts in (kept, dropped))
    if ", " in words:
        words = _ASIDE.sub(" ", words)
    return words.lstrip("!:* "), instructions


def _shortened(words: list[str]) -> str:
    text = " ".join(words)
    return _LONG_WORD.sub(r"\1", text) if len(max(words, key=len, default="")) > _MAX_WORD else text


@lru_cache(maxsize=256)
def judge(text: str, vocabulary: Vocabulary) -> Wording:
    """What the raw text of a comment (with its ``#``) says, by a vocabulary."""
    words, instructions = _words(text)
    wording = _wording(words, vocabulary) if words else NOTHING
    if instructions and not wording.accepted:
        # An instruction names codes and options; only a reason is worth telling its author about.
        wording = wording._replace(directive=_wording(instructions, vocabulary).trust)
    return wording


def _wording(words: str, vocabulary: Vocabulary) -> Wording:
    rules = matchers(vocabulary)
    marker = _MARKER.search(words)
    reason = words[marker.end() :] if marker else words
    lowered = reason.lower().replace("\u2019", "'")
    attempt = marker is not None or bool(phrases("ATTEMPTS").search(lowered))
    reading = _Reading(rules, about_safety=attempt)
    sentences = _SENTENCE.split(lowered)
    for sentence in sentences:
        reading.read(sentence)
    half = holds("HALVES", sentences[0]) and not begins("NARRATION", sentences[0])
    detail = _says_enough(reason, reading.trust, any_language=marker is not None)
    return Wording(
        trust=reading.stated and not phrases("ADVICE").search(lowered),
        detail=detail,
        contrary=reading.contrary(),
        marked=marker is not None,
        attempt=attempt or half or reading.mentioned,
        hedged=reading.hedged,
    )


class _Reading:
    """What the sentences of one comment say, taken together."""

    def __init__(self, rules: Matchers, *, about_safety: bool) -> None:
        self.rules = rules
        self.about_safety = about_safety
        self.trust = Trust.NONE
        self.mentioned = False
        self.hedged = False
        self._danger = self._remote = self._denied = ""
        self._gated = self._checked = self._unmade = False

    def contrary(self) -> str:
        """The words in which the comment states the opposite of trust; empty if it does not."""
        if self._denied:
            return self._denied
        if self._danger and not self._gated:
            return self._danger
        return self._remote if self._remote and not (self._gated or self._checked) else ""

    @property
    def stated(self) -> bool:
        """Whether it states trust: where a check is not made, only by a reason; whose origin is known needs none."""
        return self.trust is Trust.GROUNDED or (self.trust is Trust.CLAIMED and not self._unmade)

    def read(self, text: str) -> None:
        """Take in one more sentence."""
        sentence = Sentence(text)
        rules = self.rules
        self._read_danger(sentence)
        self._gated |= self._read_grounds(sentence, rules.gates, check=True)
        self._checked |= self._read_grounds(sentence, rules.checks, check=True)
        self._read_grounds(sentence, rules.grounds)
        for pattern in rules.accepted:
            self._read_grounds(sentence, pattern)
        for match in sentence.find(rules.claims):
            self._read_claim(sentence, match)

    def _read_danger(self, sentence: Sentence) -> None:
        for match in sentence.find(self.rules.danger):
            if match.kept_out:
                self._ground(sentence, match, denied=True)
            elif not holds("WARNINGS", match.clause):
                self._danger = self._danger or match.text
                self.mentioned |= match.is_predicate and sentence.states(match)
        for match in sentence.find(self.rules.remote):
            if not match.denials % 2:
                self._remote = self._remote or match.text
        for pattern in self.rules.refused:
            for match in sentence.find(pattern):
                if not match.kept_out:
                    self._denied = self._denied or match.text

    def _ground(self, sentence: Sentence, match: Match, *, denied: bool = False) -> bool:
        """Take a reason, or a danger that is denied, for what it is worth; whether it is worth anything."""
        stated = sentence.states(match)
        aside = not self.about_safety and not (denied and stated)
        if aside and begins("NARRATION", match.clause) and not holds("READ_BACK", match.clause):
            return False
        self.mentioned = True
        if not stated:
            self.hedged = True
            return False
        self.trust = Trust.GROUNDED
        return True

    def _read_grounds(self, sentence: Sentence, pattern: re.Pattern[str] | Phrases, *, check: bool = False) -> bool:
        stated = False
        for match in sentence.find(pattern):
            if match.denials % 2 and match.near:
                self._deny(match, check=check)
            elif match.denials:
                continue
            elif match.empty or (match.unmade if check else match.taken_back):
                self._deny(match, check=check or match.empty)
            else:
                stated |= self._ground(sentence, match)
        return stated

    def _deny(self, match: Match, *, check: bool) -> None:
        """Take in the opposite of a reason; that of a check is merely that nobody checks."""
        self.mentioned = True
        if check:
            self._unmade = True
        else:
            self._denied = self._denied or match.clause

    def _read_claim(self, sentence: Sentence, match: Match) -> None:
        if begins("NARRATION", match.clause):
            return
        if not self.about_safety and not _PLAIN_START.search(match.before):
            return
        self.mentioned = True
        if match.taken_back if not match.denials else match.denials % 2 and match.near:
            self._deny(match, check=False)
        elif not match.denials:
            stated = sentence.states(match)
            self.hedged |= not stated
            self.trust = max(self.trust, Trust.CLAIMED) if stated else self.trust


def _says_enough(text: str, trust: Trust, *, any_language: bool) -> bool:
    """Whether enough words are left when the flag, its praise and the small words are taken away."""
    empty = known.FILLERS | known.GENERIC if trust is Trust.CLAIMED and not any_language else known.FILLERS
    content = {word for word in _WORD.findall(text.lower()) if len(word) > 1 and word not in empty}
    if len(content) >= known.MIN_CONTENT_WORDS:
        return True
    return any_language and sum(map(_is_ideogram, text)) >= 2 * known.MIN_CONTENT_WORDS


def _is_ideogram(character: str) -> bool:
    """Whether a character says as much as a word of letters."""
    return "\u2e80" <= character <= "\uffdc" or "\U00020000" <= character <= "\U0003ffff"
