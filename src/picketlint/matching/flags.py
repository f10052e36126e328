r"""Whether code can give a flag an unsafe value at all, told from its text without comments and strings.

Most files that name ``trust_remote_code`` hand it on under its own name, from a parameter that is False by default, and
no rule finds anything in them. ``may_turn`` says no there without a syntax tree. That is sound, for a value comes to a
flag in one of three ways, and each of them is read:

1. The flag is a target of ``for`` or a parameter of ``lambda``: the value stands elsewhere. That counts at once.
2. The flag is named where it is given the value: as a name (``flag = value``, ``f(flag=value)``, ``def f(flag=value)``)
   or as a string (``{"flag": value}``, ``x["flag"] = value``, ``setattr(x, "flag", value)``). Strings that are names
   are still there, so all these are places where the word stands. One that is not seen to be harmless counts.
3. A function with a parameter of that name is given the value by its place. ``positional.py`` reads these functions and
   their calls.

Harmless values are literals that are not unsafe, the same flag of something else, which is read where that gets its
value, and what rules can know nothing about. What is longer than the limits below is not read, and counts.
"""

from __future__ import annotations

import re
from functools import lru_cache

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple
from picketlint.matching.positional import WORD, may_be_passed

# In bytes: how much of a line, and how much in brackets, is read.
_LONGEST_LINE = 300
_LONGEST_BRACKETS = 4000

# -- what gives a flag a value, as expressions -------------------------------------------------------------------------

# The name of an object, up to an attribute of it.
_DOTTED = rb"(?:\w+\.){0,6}"
# After a name, what is said of its type.
_ANNOTATION = rb"[ \t]*:[ \t]*[\w.]+(?:\[[\w., \t|]{0,%d}\])?(?:[ \t]*\|[ \t]*[\w.]+){0,6}" % _LONGEST_LINE
# What ends an expression: a bracket, a comma before another keyword, a new statement.
_BLOCK_HEADER = rb"(?:if|for)\b[^\n]{0,%d}:[ \t]*\n" % _LONGEST_LINE
_OPERATOR = rb"(?:if|for|or|and|else|in|is|not|async)\b"
_NEW_STATEMENT = rb"[ \t]*\n\s*(?:@|%s|(?!%s)\w)" % (_BLOCK_HEADER, _OPERATOR)
_END = rb"(?:\s*(?:[)\]}]|,\s*(?:\w+\s*[=:]|[*/)\]}])|\Z)|[ \t]*;|%s)" % _NEW_STATEMENT
# What follows the flag as a name that is given nothing: it is declared, or read, or another object's attribute is.
_DECLARED = rb"%s[ \t]*(?:[,)]|\n(?!\s*[=\[(|.]))" % _ANNOTATION
_READ = rb"[ \t]*(?:;|[!=]=|![rsa]|\n(?!\s*[=:,)\]])|\Z|(?:and|or|if|else|is|not)\b)"
_GIVEN_NOTHING = rb"(?!\w)(?:%s|%s|\.)" % (_DECLARED, _READ)


class Patterns(NamedTuple):
    """The expressions about one flag.

    ``word`` is its name, by itself; ``harmless`` that name with what follows, where this gives it no unsafe value;
    ``loop_target`` and ``lambda_parameter`` are where it is bound with no value beside it; ``safe_value`` is an
    argument that is not unsafe.
    """

    word: re.Pattern[bytes]
    harmless: re.Pattern[bytes]
    loop_target: re.Pattern[bytes]
    lambda_parameter: re.Pattern[bytes]
    safe_value: re.Pattern[bytes]


@lru_cache(maxsize=16)
def _patterns(flag: bytes, on: bool) -> Patterns:
    literal = b"False|None" if on else b"True|None"
    value = _safe_value(flag, literal)
    given = rb"\s*=\s*%s%s" % (value, _END)
    # What takes long to compile stands in it but once.
    stored = rb"(?:(?!\w)(?:%s)?|[\"'](?<=[\w)\]]\[[\"']%s[\"'])\])%s" % (_ANNOTATION, flag, given)
    harmless = rb"%s(?:%s|%s|%s)" % (flag, stored, _GIVEN_NOTHING, _harmless_string(flag, literal, value))
    return Patterns(
        re.compile(rb"%s(?<!\w%s)(?!\w)" % (flag, flag)),
        re.compile(harmless),
        # Up to the next of these words, so that nothing is read twice.
        re.compile(rb"(?s:for(?<!\wfor)(?!\w)(?:(?!\b(?:in|for)\b).)*?(?<!\w)%s(?!\w))" % flag),
        re.compile(rb"lambda(?<!\wlambda)(?!\w)[^:]{0,%d}(?<!\w)%s(?!\w)" % (_LONGEST_LINE, flag)),
        re.compile(rb"\s*(?:%s|%s%s)?\s*" % (literal, _DOTTED, flag)),
    )


def _safe_value(flag: bytes, literal: bytes) -> bytes:
    """What can be given to the flag and is not unsafe: a literal, the flag of something, or what nobody knows."""
    quoted = rb"[\"']%s[\"']" % flag
    # Of a call nothing is known but what a look-up falls back on.
    lookup = rb"%s(?:get|pop)\(\s*%s\s*(?:,\s*(?:%s)\s*)?\)" % (_DOTTED, quoted, literal)
    attribute = rb"getattr\(\s*[\w.]+,\s*%s,\s*(?:%s)\s*\)" % (quoted, literal)
    # With nothing by place, a call is none of a look-up.
    call = rb"\(\s*(?:(?!default\b)\w+=[\w.]+\s*(?:,\s*|(?=\)))){1,9}\)"
    unknown = rb"%s\w+(?:\[%s\]|%s|_%s\([^()]{0,%d}\))" % (_DOTTED, quoted, call, flag, _LONGEST_LINE)
    return rb"(?:%s|%s%s|%s|%s|%s)" % (literal, _DOTTED, flag, unknown, lookup, attribute)


def _harmless_string(flag: bytes, literal: bytes, value: bytes) -> bytes:
    """What is harmless after the flag as a string: the key of an entry, or of a look-up, or an argument."""
    stored = rb"\s*[-+*/%%|&^@:<>]{0,2}=[^=]|\s*:|\s*,[^\n]{0,%d}=" % _LONGEST_LINE
    entry = rb"(?<=[\w)\]]\[[\"']%s[\"'])\](?!%s)" % (flag, stored)
    key = rb"(?<=[\"']%s[\"'])(?:\s*,\s*(?:%s)\s*\)|\s*:\s*%s\s*[,}]|[ \t]+(?:not[ \t]+)?in\b)" % (flag, literal, value)
    argument = rb"(?<=\w\([\"']%s[\"'])\s*\)|(?<=\{[\"']%s[\"'])\s*,|(?<=[!=]= [\"']%s[\"'])" % (flag, flag, flag)
    return rb"[\"'](?:%s|%s|%s)" % (entry, key, argument)


# -- the proof ---------------------------------------------------------------------------------------------------------


def may_turn(code: bytes, flag: bytes, *, on: bool) -> bool:
    """Whether something in ``code``, as comments.py leaves it, can give a flag a value that is true (or else false)."""
    # Lines end in a line feed there, unless a backslash joins the next one to them.
    patterns, code = _patterns(flag, on), code.replace(b"\\\n", b" ")
    if patterns.loop_target.search(code) or patterns.lambda_parameter.search(code):
        return True
    places = [found.start() for found in patterns.word.finditer(code)]
    if not all(_is_harmless(code, place, flag, patterns) for place in places):
        return True
    return may_be_passed(code, flag, places, patterns)


# What begins a block that tests the flag; what follows an element in brackets.
_CONDITION = regex(rb"(?:if|elif|while)\b")
_ELEMENT_END = regex(rb"\s*[,)\]}]")
# What stands before an operand, or what is returned, and never before what is assigned to.
_BEFORE_OPERAND = regex(rb"(?<!\w)(?:and|or|not|is|if|elif|else|return|while|assert)[ \t]+\Z")
# The value of an argument or an assignment, before it and after; an entry of a dict.
_BEFORE_VALUE = regex(rb"\w[ \t]*=[ \t]*\Z")
_AFTER_VALUE = regex(rb"[ \t]*(?:,?[ \t]*(?:\n|\Z)|[)\]}])")
_BEFORE_ENTRY = regex(rb"[\"'][ \t]*:[ \t]*\Z")
_OPENED = (b"(", b"[", b"{")


def _is_harmless(code: bytes, place: int, flag: bytes, patterns: Patterns) -> bool:
    """Whether what is said of the flag at one place gives it no unsafe value."""
    if patterns.harmless.match(code, place) is not None:
        return True
    end = place + len(flag)
    before = code[max(code.rfind(b"\n", max(place - _LONGEST_LINE, 0), place) + 1, place - _LONGEST_LINE, 0) : place]
    if code[end : end + 1] == b":":
        return not code[end + 1 : end + 3].strip() and _CONDITION.match(before.lstrip()) is not None
    if code[end : end + 1] in (b'"', b"'"):
        return _is_one_of_several(code, place, flag)
    if _ELEMENT_END.match(code, end) is None:
        return False
    return _is_read(before, code, end) or not _may_be_target(before, code, place, end)


# -- a string: one of several names ------------------------------------------------------------------------------------

_STRINGS = regex(rb"(?:[\s,]|[\"'][\w.]+[\"'])*")
_NEXT_STRING = regex(rb"\s*,\s*[\"']([\w.]+)[\"']\s*[,}]")


def _is_one_of_several(code: bytes, place: int, flag: bytes) -> bool:
    """Whether a string that names the flag is in a set, beside others: which of them a variable is, nobody knows."""
    brace = code.rfind(b"{", max(place - _LONGEST_BRACKETS, 0), place)
    if brace < 0 or _STRINGS.fullmatch(code, brace + 1, place - 1) is None:
        return False
    other = _NEXT_STRING.match(code, place + len(flag) + 1, place + len(flag) + _LONGEST_LINE)
    return other is not None and other[1] != flag


# -- an element: read, or assigned to along with others ----------------------------------------------------------------


def _is_read(before: bytes, code: bytes, end: int) -> bool:
    """Whether an element that is the flag is read there, by what is before it in its line and after it."""
    if _BEFORE_OPERAND.search(before) or _BEFORE_ENTRY.search(before):
        return True
    if _BEFORE_VALUE.search(before) and _AFTER_VALUE.match(code, end):
        return True
    # Several names can be assigned to at once, but not the arguments of a call.
    bracket = before.rfind(b"(")
    return bracket > max(before.rfind(b")"), 0) and before[bracket - 1] in WORD


def _may_be_target(before: bytes, code: bytes, place: int, end: int) -> bool:
    """Whether an element that is the flag may be assigned to along with others: ``(other, flag) = values``."""
    line_end = code.find(b"\n", end, end + _LONGEST_LINE)
    if line_end < 0 or len(before) == _LONGEST_LINE:
        return True
    line = place - len(before)
    continued = code[max(line - _LONGEST_LINE, 0) : line].rstrip()[-1:] in (*_OPENED, b",")
    if b"=" in code[end:line_end] and not continued:
        return True
    return _may_be_assigned(code, end)


_SIGN = regex(rb"[()\[\]{}]|(?<![=!<>:])=(?!=)")
_NEXT_LINE_BEGINS_STATEMENT = regex(rb"[ \t]*\n\s*(?!(?:and|or|not|in|is|if|else|for|async)\b)[\w@]")


def _may_be_assigned(code: bytes, end: int) -> bool:
    """Whether the brackets around a name, which ends at a place, may be assigned to: all that is closed before a ``=``.

    What does not end in sight may be.
    """
    depth, lowest, closed = 0, 0, -1
    for sign in _SIGN.finditer(code, end, end + _LONGEST_BRACKETS):
        place = sign.start()
        if sign[0] in _OPENED:
            depth += 1
        elif sign[0] != b"=":
            depth -= 1
            if depth < lowest:
                lowest, closed = depth, place + 1
                if _NEXT_LINE_BEGINS_STATEMENT.match(code, closed):
                    return False
        elif depth == lowest < 0 and b"\n" not in code[closed:place]:
            return True
    return closed < 0 and len(code) > end + _LONGEST_BRACKETS
