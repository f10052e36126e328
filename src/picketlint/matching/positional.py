"""Whether a function of a file is given a flag by its place among the arguments, told from the file's text.

Each function with a parameter of the flag's name has a slot, the place at which calls give it. Wherever such a
function's name stands, there has to be a call with safe values at that place, or with fewer arguments: whoever hands
the function on as a value calls it where nobody reads that. What cannot be read counts.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator
from itertools import chain

from picketlint.base.lazy import cached, regex
from picketlint.base.records import NamedTuple
from picketlint.matching.needles import WORDS, places

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

    from picketlint.matching.flags import Patterns

WORD = frozenset(code for code in range(256) if WORDS[code] != ord(" "))
"""The bytes that words consist of, those of letters that are not ASCII among them."""

# In bytes: how much of a line, how much in brackets, and how far above a method its class is read.
_LONGEST_LINE = 300
_LONGEST_BRACKETS = 4000
_LONGEST_CLASS = 1 << 14
_MOST_FUNCTIONS = 24
_DEEPEST = 6


class _Slot(NamedTuple):
    """Where calls of functions of one name give the flag: 0-based places, both inclusive, the first parameter counted.

    A function within something may be a method, whose calls leave its first parameter out: ``first`` is one less then.
    ``methods``: all are surely such, if they are called on an object.
    """

    first: int
    last: int
    methods: bool


def may_be_passed(code: bytes, flag: bytes, mentions: list[int], patterns: Patterns) -> bool:
    """Whether a function that takes the flag is called here with an argument at its place that may be unsafe.

    ``mentions`` are the offsets at which the flag is named (0-based, ascending).
    """
    slots = _slots(code, flag, mentions, patterns.word)
    if slots is None:
        return True
    # A name that is only exported is not called by that.
    rest = _EXPORTS.sub(b" ", code) if slots else code
    self_may_differ = cached(lambda: _OTHER_SELF.search(rest) is not None)
    return any(_may_be_given(rest, name, slot, patterns.safe_value, self_may_differ) for name, slot in slots.items())


# -- functions with a parameter of the flag's name ---------------------------------------------------------------------

_FUNCTION = regex(rb"def(?<!\wdef)(?!\w)(?:[ \t]+(\w+))?")
# What is in brackets, with up to three pairs within each other in it.
_BRACKETED = regex(rb"[ \t]*\(((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*)\)")
_CLASS = regex(rb"([ ]*)class[ ]+(\w+)")


def _slots(code: bytes, flag: bytes, mentions: list[int], word: re.Pattern[bytes]) -> dict[bytes, _Slot] | None:
    """The slots of functions, by the names they are called by; None where one of them cannot be read."""
    slots: dict[bytes, _Slot] = {}
    constructors = 0
    for function in _functions_around(mentions, code):
        name, start = function[1], function.start()
        indentation = code[code.rfind(b"\n", max(start - _LONGEST_LINE, 0), start) + 1 : start]
        signature = _BRACKETED.match(code, function.end(), function.end() + _LONGEST_BRACKETS)
        if name is None or indentation.strip() not in (b"", b"async") or signature is None:
            return None
        named = word.search(signature[1]) if flag in signature[1] else None
        if named is None:
            continue
        parameters = _split(signature[1][: named.start()])
        if parameters is None or len(slots) > _MOST_FUNCTIONS:
            return None
        parameters = [parameter.strip() for parameter in parameters if parameter.strip() != b"/"]
        if any(parameter.startswith(b"*") for parameter in parameters):
            # It is given by its name alone.
            continue
        if name == b"__init__":
            owner = _owner(code, start, indentation)
            constructors += 1
            if owner is None or constructors > _MOST_FUNCTIONS:
                return None
            # It is called by the name of its class, with all but its first parameter.
            name, indentation = owner, b" "
        slots[name] = _widened(slots.get(name), parameters, within=indentation[:1].isspace())
    return slots


def _widened(known: _Slot | None, parameters: list[bytes], *, within: bool) -> _Slot:
    """A slot with that of one more function, by its parameters up to the flag, which is the last of them."""
    last = len(parameters) - 1
    method = within and parameters[:1] == [b"self"]
    if known is None:
        return _Slot(max(last - within, 0), last, method)
    return _Slot(min(known.first, max(last - within, 0)), max(known.last, last), known.methods and method)


def _functions_around(mentions: list[int], code: bytes) -> Iterator[re.Match[bytes]]:
    """The functions whose parameters can be among the mentions of the flag: the last ``def`` before each.

    Within the brackets of a function there is none but in a string, which then stands behind other code of its line.
    """
    number = 0
    last: re.Match[bytes] | None = None
    for function in chain(_FUNCTION.finditer(code), (None,)):
        end = len(code) if function is None else function.start()
        if number < len(mentions) and mentions[number] < end:
            if last is not None:
                yield last
            number = bisect(mentions, end, number)
        last = function


def _owner(code: bytes, start: int, indentation: bytes) -> bytes | None:
    """The class that a function belongs to which begins at a place and is so far indented; None where nobody knows."""
    depth = len(indentation)
    for line in reversed(code[max(start - depth - _LONGEST_CLASS, 0) : start - depth].split(b"\n")):
        if b"\t" in line:
            return None
        indented = len(line) - len(line.lstrip())
        if indented >= depth or not line.strip():
            continue
        found = _CLASS.match(line)
        return None if found is None else found[2]
    return None


# -- calls of them -----------------------------------------------------------------------------------------------------

_EXPORTS = regex(rb"__all__[ \t]*\+?=[ \t]*[\[(][^\[\]()]*[\])]")
_NO_CALL = regex(
    rb"(?:(?<!\w)(?:def|class)[ \t]+|hasattr\([\w.]{1,80},\s{0,80}[\"']"
    rb"|(?:\n|\A)[ \t]*(?:from[ \t]+[\w.]+[ \t]+)?import[ \t][\w., \t]*)\Z"
)
_BY_NAME_OR_SPREAD = regex(rb"\s*(?:\w+\s*=(?!=)|\*)")
_ON_SELF = regex(rb"(?<![\w.])self\.\Z")
# Where ``self`` is or may be something else than the object that a method is called on: it is bound to another value,
# alone or among others, or it is the first parameter of what is called on a class.
_AMONG = rb"(?:[^()\[\]{}=]|\[[^()\[\]{}=]{0,80}\]|\([^()\[\]{}=]{0,80}\))"
_OTHER_SELF = regex(
    rb"self(?<![\w.]self)(?:[ \t]*:?=(?!=)|\s*(?:(?:,%s{0,%d})?[)\]]\s*){1,4}(?:,[\w\s.,*]{0,%d})?=(?!=)"
    rb"|\s*,(?!\s*\w+\s*:)%s{%d}|[ \t]*:(?:[\w \t.|\"'()]|\[[^\]]{0,80}\]){1,80}=(?!=))"
    rb"|(?:class|def|as|for|import|case)[ \t]+self(?!\w)"
    rb"|self(?<![\w.(]self)[ \t]*,(?![ \t]*\w+[ \t]*:)[^()\n]{0,%d}=(?!=)"
    rb"|(?:static|class)method(?!(?:(?!def\b)(?s:.)){0,%d}def\s+\w+\s*\(\s*(?!\s|self\b))"
    rb"|__(?:new|init_subclass|class_getitem)__\s*\(\s*self\b"
    % (_AMONG, _LONGEST_LINE, _LONGEST_LINE, _AMONG, _LONGEST_LINE, _LONGEST_LINE, _LONGEST_LINE)
)


def _may_be_given(
    code: bytes, name: bytes, slot: _Slot, safe_value: re.Pattern[bytes], self_may_differ: Callable[[], bool]
) -> bool:
    """Whether a function is given what may be unsafe in its slot, or goes where its calls are not read.

    ``self_may_differ`` tells if ``self`` is or may be something else than the object that a method is called on.
    """
    for start in _uses(code, name):
        call = _BRACKETED.match(code, start + len(name), start + len(name) + _LONGEST_BRACKETS)
        arguments = _split(call[1]) if call is not None else None
        if call is None or arguments is None or b"lambda" in call[1]:
            return True
        by_place = [argument for argument in arguments if _BY_NAME_OR_SPREAD.match(argument) is None]
        last = slot.last
        if len(by_place) > last and slot.methods and _ON_SELF.match(code, max(start - len(b"self."), 0), start):
            last -= not self_may_differ()
        if any(safe_value.fullmatch(argument) is None for argument in by_place[slot.first : last + 1]):
            return True
    return False


def _uses(code: bytes, name: bytes) -> Iterator[int]:
    """Where a function is named, but for its definition and imports (0-based offsets)."""
    for place in places(name, code):
        end = place + len(name)
        within = WORD.intersection(code[max(place - 1, 0) : place] + code[end : end + 1])
        before = code[max(place - _LONGEST_LINE, 0) : place]
        if not within and _NO_CALL.search(before) is None:
            yield place


# -- arguments and parameters ------------------------------------------------------------------------------------------

_INNERMOST = regex(rb"\([^()\[\]{}]*\)|\[[^()\[\]{}]*\]|\{[^()\[\]{}]*\}")


def _split(text: bytes) -> list[bytes] | None:
    """Arguments or parameters, one by one; None where the brackets in them are too deep."""
    for _ in range(_DEEPEST):
        if not any(bracket in text for bracket in (b"(", b"[", b"{")):
            return text.split(b",")
        text = _INNERMOST.sub(b".", text)
    return None
