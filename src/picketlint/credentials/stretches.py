"""The stretches of a text that a credential of ``knowledge.tokens`` can be part of: of a log, a small part."""

from __future__ import annotations

import re
from functools import cache

from picketlint.knowledge.tokens import NAMED, PAIRS, SHAPES, Run

_LETTERS_AND_DIGITS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
# In characters. For less it does not pay to compile what tells more.
_LONG = 1 << 14


def stretches(text: str) -> str:
    """What is as long as the shortest shape, of characters that are in one; each but once, a line each."""
    # A log names the same files again and again.
    return "\n".join(set(_stretch().findall(text)))


def may_hold_value(text: str, found: str) -> bool:
    """Whether a value that is known by its name alone can be in a text, by its stretches: in most there is none."""
    return len(text) < _LONG or _value().search(found) is not None


@cache
def expanded(characters: str) -> str:
    """The characters of a class; a hyphen stands for itself at its end."""
    ranges = re.sub(r"(.)-(.)", lambda found: "".join(map(chr, range(ord(found[1]), ord(found[2]) + 1))), characters)
    return "".join(dict.fromkeys(ranges))


@cache
def _stretch() -> re.Pattern[str]:
    shapes = [
        *(shape.parts for shape in SHAPES),
        *(row.parts for row in NAMED),
        *(pair.identifier.parts for pair in PAIRS),
    ]
    written = {part if isinstance(part, str) else expanded(part.characters) for parts in shapes for part in parts}
    shortest = min(sum(len(part) if isinstance(part, str) else part.low for part in parts) for parts in shapes)
    return re.compile(f"[{re.escape(''.join(sorted({*''.join(written)})))}]{{{shortest},}}")


@cache
def _value() -> re.Pattern[str]:
    """What every value holds that is known by its name alone: so many letters and digits, say, one after the other."""
    least: dict[str, int] = {}
    others = set()
    for row in NAMED:
        runs = [part for part in row.parts if isinstance(part, Run)]
        if len(runs) == 1:
            marks = "".join(sorted({*expanded(runs[0].characters)} - _LETTERS_AND_DIGITS))
            least[marks] = min(runs[0].low, least.get(marks, runs[0].low))
        else:
            others.add("".join(map(_shortest, row.parts)))
    simple = (f"[A-Za-z0-9{re.escape(marks)}]{{{low}}}" for marks, low in sorted(least.items()))
    return re.compile("|".join([*simple, *sorted(others)]))


def _shortest(part: str | Run) -> str:
    """The expression of the shortest text that a part of a shape stands for."""
    return re.escape(part) if isinstance(part, str) else f"[{part.characters}]{{{part.low}}}"
