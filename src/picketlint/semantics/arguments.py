"""What is known of one argument, and how several sources of it add up."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from picketlint.base.records import Enum, NamedTuple

# More expressions than this for one argument are generated code; the rest is one more that is not known.
MAX_CANDIDATES = 64
TOO_MANY = f"an argument can be more than {MAX_CANDIDATES} expressions"


class State(Enum):
    """Whether an argument is there."""

    GIVEN = "given"
    ABSENT = "absent"
    MAYBE = "maybe"


class Candidate(NamedTuple):
    """One expression an argument can have, and the node to point at (the keyword, or the key of a dict entry)."""

    value: ast.expr
    focus: ast.AST


class Argument(NamedTuple):
    """What is known of one argument. GIVEN: one of ``candidates``, nothing else. MAYBE: one of them, or anything.

    ``passed`` are the ``**kwargs`` parameters of functions of the module that can bring it. ``cut``: there were more
    candidates than are kept.
    """

    state: State
    candidates: tuple[Candidate, ...] = ()
    passed: tuple[ast.arg, ...] = ()
    cut: bool = False


ABSENT = Argument(State.ABSENT)
MAYBE = Argument(State.MAYBE)


def later_wins(parts: Iterable[Argument]) -> Argument:
    """Several mappings laid over each other: the last that surely has the key decides."""
    seen: list[Argument] = []
    maybe = False
    for part in reversed([*parts]):
        seen.append(part)
        if part.state is State.GIVEN:
            return _made(State.MAYBE if maybe else State.GIVEN, seen)
        maybe = maybe or part.state is State.MAYBE
    return _made(State.MAYBE, seen) if maybe else ABSENT


def either(parts: Iterable[Argument]) -> Argument:
    """One of several mappings: given only if all of them have the key."""
    parts = [*parts]
    states = {part.state for part in parts}
    if states == {State.ABSENT}:
        return ABSENT
    state = State.GIVEN if states == {State.GIVEN} else State.MAYBE
    return _made(state, parts)


def written(keywords: Iterable[ast.keyword], name: str) -> list[Argument]:
    """The keyword of this name that a call spells out, if it does."""
    return [Argument(State.GIVEN, (Candidate(k.value, k),)) for k in keywords if k.arg == name][:1]


def _made(state: State, parts: list[Argument]) -> Argument:
    told = [part for part in parts if part.candidates or part.passed]
    if len(told) == 1:
        return told[0] if told[0].state is state else told[0]._replace(state=state)
    unique = tuple(dict.fromkeys(candidate for part in parts for candidate in part.candidates))
    passed = tuple(dict.fromkeys(keywords for part in parts for keywords in part.passed))
    if len(unique) > MAX_CANDIDATES:
        return Argument(State.MAYBE, unique[:MAX_CANDIDATES], passed, True)
    return Argument(state, unique, passed, any(part.cut for part in told))
