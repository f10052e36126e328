"""Passwords that a command hands to a program: ``mysql -pPW``, ``curl -u user:PW``, ``echo PW | sudo -S ...``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple
from picketlint.credentials.embedded import Embedded, strength_of_login
from picketlint.credentials.names import kind_of
from picketlint.credentials.strength import Strength, strength
from picketlint.knowledge.logins import ATTACHED, AUTHTOKEN, LOGGING_IN, PROGRAMS, SEPARATE, WITH_USER
from picketlint.semantics.shells import program_name

_ANY_PROGRAM = "|".join(sorted(PROGRAMS))
_RUN = regex(rf"(?:^|[\s/;&|(\"'])(?:{_ANY_PROGRAM})\s")
_END = frozenset({"&&", ";", "|", "||"})
_QUOTES = "\"'"
# From the name of a program back to `echo`, by way of `|` and what is printed.
_PIPED = 3
_SUFFICIENT = (Strength.CHOSEN, Strength.RANDOM)


class Handed(NamedTuple):
    """A credential among the words of a command: the 0-based place of its word, and what it is."""

    place: int
    found: Embedded


def in_command(text: str) -> Iterator[Embedded]:
    """The passwords in a command for a shell."""
    if " " in text and ("-" in text or AUTHTOKEN in text) and _RUN.search(text):
        yield from (handed.found for handed in in_words(text.split()))


def in_words(words: Sequence[str]) -> Iterator[Handed]:
    """The passwords in a command that is given word by word; what is not known is an empty word."""
    words = [word.strip(_QUOTES) for word in words]
    if not any(word.startswith("-") or word.endswith(AUTHTOKEN) for word in words):
        return
    called = [program_name(word) for word in words]
    for place, program in enumerate(called):
        if program in PROGRAMS:
            ends = (at for at in range(place + 1, len(words)) if words[at] in _END or called[at] in PROGRAMS)
            yield from _handed(program, words, place, next(ends, len(words)))
    for place, (option, value) in enumerate(pairwise(words)):
        kind = kind_of(option) if option.startswith("--") else None
        if kind is not None and strength(value, kind) in _SUFFICIENT:
            yield Handed(place + 1, Embedded(option, value, strength(value, kind)))


def _handed(program: str, words: Sequence[str], place: int, end: int) -> Iterator[Handed]:
    """What the program at a place is given, up to the end of its words."""
    if program == "sudo":
        if "-S" in words[place:end] and place >= _PIPED and words[place - _PIPED] == "echo":
            yield from _password(program, words, place - 2, "", words[place - 2])
        return
    logging_in = program in LOGGING_IN and "login" in words[place:end]
    options = LOGGING_IN[program] if logging_in else SEPARATE.get(program, ())
    attached = ATTACHED.get(program, ())
    users, colon = WITH_USER.get(program, ((), ":"))
    for at in range(place + 1, end):
        if words[at - 1] in options:
            yield from _password(program, words, at, "", words[at])
        elif words[at - 1] in users:
            user, _, password = words[at].partition(colon)
            yield from _password(program, words, at, user, password)
        elif words[at].startswith(attached):
            yield from _password(program, words, at, "", words[at][2:])


def _password(program: str, words: Sequence[str], place: int, user: str, password: str) -> Iterator[Handed]:
    grade = strength_of_login(user, password, "")
    if grade in _SUFFICIENT:
        yield Handed(place, Embedded(f"password for {program}", password, grade))
