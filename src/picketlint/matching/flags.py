r"""Whether code can give a flag an unsafe value at all, told from its text without comments and strings.

Most files that name ``trust_remote_code`` hand it on under its own name, from a parameter that is False by default, and
no rule finds anything in them. Here every place is read that gives the flag a value; one that is not seen to be
harmless counts. A function with a parameter of that name can be given it by place, so its calls are read, too.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import chain

from picketlint.base.lazy import kept, regex
from picketlint.base.records import NamedTuple
from picketlint.matching.needles import places

# Further than that nothing is read: what is longer counts.
_MOST = 300
_LONGEST = 4000
_MOST_FUNCTIONS = 24
# So far above a function its class is looked for.
_FAR = 1 << 14
_BRACKETS = regex(rb"\([^()\[\]{}]*\)|\[[^()\[\]{}]*\]|\{[^()\[\]{}]*\}")
_DEEPEST = 6
_EXPORTS = regex(rb"__all__[ \t]*\+?=[ \t]*[\[(][^\[\]()]*[\])]")
_ARGUMENTS = regex(rb"[ \t]*\(((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*)\)")
_SIGN = regex(rb"[()\[\]{}]|(?<![=!<>:])=(?!=)")
_NEXT_STATEMENT = regex(rb"[ \t]*\n\s*(?!(?:and|or|not|in|is|if|else|for|async)\b)[\w@]")
_FUNCTION = regex(rb"def(?<!\wdef)(?!\w)(?:[ \t]+(\w+))?")
_KEYWORD_OR_SPREAD = regex(rb"\s*(?:\w+\s*=(?!=)|\*)")
_WORD = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz") | frozenset(range(0x80, 0x100))
# The name of an object, up to an attribute of it.
_DOTTED = rb"(?:\w+\.){0,6}"
# After a name, what is said of its type.
_DECLARED = rb"[ \t]*:[ \t]*[\w.]+(?:\[[\w., \t|]{0,%d}\])?(?:[ \t]*\|[ \t]*[\w.]+){0,6}" % _MOST
_BLOCK = regex(rb"(?:if|elif|while)\b")
# What stands before an operand, or what is returned, and never before what is assigned to.
_OPERAND = regex(rb"(?<!\w)(?:and|or|not|is|if|elif|else|return|while|assert)[ \t]+\Z")
# The value of an argument or an assignment, before it and after; an entry of a dict.
_GIVEN = regex(rb"\w[ \t]*=[ \t]*\Z")
_GIVEN_UP = regex(rb"[ \t]*(?:,?[ \t]*(?:\n|\Z)|[)\]}])")
_ENTRY = regex(rb"[\"'][ \t]*:[ \t]*\Z")
_OTHER = regex(rb"\s*,\s*[\"']([\w.]+)[\"']\s*[,}]")
_NAMES = regex(rb"(?:[\s,]|[\"'][\w.]+[\"'])*")
_NO_CALL = regex(
    rb"(?:(?<!\w)(?:def|class)[ \t]+|hasattr\([\w.]{1,80},\s{0,80}[\"']"
    rb"|(?:\n|\A)[ \t]*(?:from[ \t]+[\w.]+[ \t]+)?import[ \t][\w., \t]*)\Z"
)
_SELF = regex(rb"(?<![\w.])self\.\Z")
# Where ``self`` is or may be something else than the object that a method is called on: it is bound to another value,
# alone or among others, or it is the first parameter of what is called on a class.
_AMONG = rb"(?:[^()\[\]{}=]|\[[^()\[\]{}=]{0,80}\]|\([^()\[\]{}=]{0,80}\))"
_NO_OBJECT = regex(
    rb"self(?<![\w.]self)(?:[ \t]*:?=(?!=)|\s*(?:(?:,%s{0,%d})?[)\]]\s*){1,4}(?:,[\w\s.,*]{0,%d})?=(?!=)"
    rb"|\s*,(?!\s*\w+\s*:)%s{%d}|[ \t]*:(?:[\w \t.|\"'()]|\[[^\]]{0,80}\]){1,80}=(?!=))"
    rb"|(?:class|def|as|for|import|case)[ \t]+self(?!\w)"
    rb"|self(?<![\w.(]self)[ \t]*,(?![ \t]*\w+[ \t]*:)[^()\n]{0,%d}=(?!=)"
    rb"|(?:static|class)method(?!(?:(?!def\b)(?s:.)){0,%d}def\s+\w+\s*\(\s*(?!\s|self\b))"
    rb"|__(?:new|init_subclass|class_getitem)__\s*\(\s*self\b" % (_AMONG, _MOST, _MOST, _AMONG, _MOST, _MOST, _MOST)
)
_CLASS = regex(rb"([ ]*)class[ ]+(\w+)")


class _Patterns(NamedTuple):
    """The expressions about one flag: where it is named, what is harmless there, and what counts at once."""

    name: re.Pattern[bytes]
    harmless: re.Pattern[bytes]
    looped: re.Pattern[bytes]
    lambdas: re.Pattern[bytes]
    read: re.Pattern[bytes]
    value: re.Pattern[bytes]


def may_turn(code: bytes, flag: bytes, *, on: bool) -> bool:
    """Whether something in ``code``, as comments.py leaves it, can give a flag a value that is true (or else false)."""
    # Lines end in a line feed there, unless a backslash joins the next one to them.
    patterns, code = _patterns(flag, on), code.replace(b"\\\n", b" ")
    if patterns.looped.search(code) or patterns.lambdas.search(code):
        return True
    named = [found.start() for found in patterns.name.finditer(code)]
    if any(not _is_harmless(code, place, flag, patterns) for place in named):
        return True
    return _may_be_given_by_place(code, flag, patterns, named)


@lru_cache(maxsize=16)
def _patterns(flag: bytes, on: bool) -> _Patterns:
    literal = b"False|None" if on else b"True|None"
    value = _value(flag, literal)
    given = rb"\s*=\s*%s%s" % (value, _end())
    # What takes long to compile stands in it but once.
    stored = rb"(?:(?!\w)(?:%s)?|[\"'](?<=[\w)\]]\[[\"']%s[\"'])\])%s" % (_DECLARED, flag, given)
    harmless = rb"%s(?:%s|%s|%s)" % (flag, stored, _bare(), _quoted(flag, literal, value))
    return _Patterns(
        re.compile(rb"%s(?<!\w%s)(?!\w)" % (flag, flag)),
        re.compile(harmless),
        # Up to the next of these words, so that nothing is read twice.
        re.compile(rb"(?s:for(?<!\wfor)(?!\w)(?:(?!\b(?:in|for)\b).)*?(?<!\w)%s(?!\w))" % flag),
        re.compile(rb"lambda(?<!\wlambda)(?!\w)[^:]{0,%d}(?<!\w)%s(?!\w)" % (_MOST, flag)),
        re.compile(rb"\s*[,)\]}]"),
        re.compile(rb"\s*(?:%s|%s%s)?\s*" % (literal, _DOTTED, flag)),
    )


def _value(flag: bytes, literal: bytes) -> bytes:
    """What can be given to the flag without turning it: a literal, the flag of something, or what nobody knows."""
    quoted = rb"[\"']%s[\"']" % flag
    # Of a call nothing is known but what a look-up falls back on.
    lookup = rb"%s(?:get|pop)\(\s*%s\s*(?:,\s*(?:%s)\s*)?\)" % (_DOTTED, quoted, literal)
    attribute = rb"getattr\(\s*[\w.]+,\s*%s,\s*(?:%s)\s*\)" % (quoted, literal)
    # With nothing by place, a call is none of a look-up.
    call = rb"\(\s*(?:(?!default\b)\w+=[\w.]+\s*(?:,\s*|(?=\)))){1,9}\)"
    unknown = rb"%s\w+(?:\[%s\]|%s|_%s\([^()]{0,%d}\))" % (_DOTTED, quoted, call, flag, _MOST)
    return rb"(?:%s|%s%s|%s|%s|%s)" % (literal, _DOTTED, flag, unknown, lookup, attribute)


def _end() -> bytes:
    """What ends an expression: a bracket, a comma before another keyword, a new statement."""
    block = rb"(?:if|for)\b[^\n]{0,%d}:[ \t]*\n" % _MOST
    operator = rb"(?:if|for|or|and|else|in|is|not|async)\b"
    statement = rb"[ \t]*\n\s*(?:@|%s|(?!%s)\w)" % (block, operator)
    return rb"(?:\s*(?:[)\]}]|,\s*(?:\w+\s*[=:]|[*/)\]}])|\Z)|[ \t]*;|%s)" % statement


def _bare() -> bytes:
    """What is harmless after the flag as a name that is given nothing."""
    declared = rb"%s[ \t]*(?:[,)]|\n(?!\s*[=\[(|.]))" % _DECLARED
    read = rb"[ \t]*(?:;|[!=]=|![rsa]|\n(?!\s*[=:,)\]])|\Z|(?:and|or|if|else|is|not)\b)"
    return rb"(?!\w)(?:%s|%s|\.)" % (declared, read)


def _quoted(flag: bytes, literal: bytes, value: bytes) -> bytes:
    """What is harmless after the flag as a string: the key of an entry, or of a look-up, or an argument."""
    stored = rb"\s*[-+*/%%|&^@:<>]{0,2}=[^=]|\s*:|\s*,[^\n]{0,%d}=" % _MOST
    entry = rb"(?<=[\w)\]]\[[\"']%s[\"'])\](?!%s)" % (flag, stored)
    key = rb"(?<=[\"']%s[\"'])(?:\s*,\s*(?:%s)\s*\)|\s*:\s*%s\s*[,}]|[ \t]+(?:not[ \t]+)?in\b)" % (flag, literal, value)
    argument = rb"(?<=\w\([\"']%s[\"'])\s*\)|(?<=\{[\"']%s[\"'])\s*,|(?<=[!=]= [\"']%s[\"'])" % (flag, flag, flag)
    return rb"[\"'](?:%s|%s|%s)" % (entry, key, argument)


def _is_harmless(code: bytes, place: int, flag: bytes, patterns: _Patterns) -> bool:
    """Whether what is said of the flag at one place gives it no unsafe value."""
    if patterns.harmless.match(code, place) is not None:
        return True
    end = place + len(flag)
    before = code[max(code.rfind(b"\n", max(place - _MOST, 0), place) + 1, place - _MOST, 0) : place]
    if code[end : end + 1] == b":":
        return not code[end + 1 : end + 3].strip() and _BLOCK.match(before.lstrip()) is not None
    if code[end : end + 1] in (b'"', b"'"):
        return _is_one_of_several(code, place, flag)
    if patterns.read.match(code, end) is None:
        return False
    if _OPERAND.search(before) or _ENTRY.search(before) or (_GIVEN.search(before) and _GIVEN_UP.match(code, end)):
        return True
    # Several names can be assigned to at once, but not the arguments of a call.
    bracket = before.rfind(b"(")
    if bracket > max(before.rfind(b")"), 0) and before[bracket - 1] in _WORD:
        return True
    line = code.find(b"\n", end, end + _MOST)
    if line < 0 or len(before) == _MOST:
        return False
    continued = code[max(place - len(before) - _MOST, 0) : place - len(before)].rstrip()[-1:] in (
        b"(",
        b"[",
        b"{",
        b",",
    )
    if b"=" in code[end:line] and not continued:
        return False
    return not _may_be_target(code, end)


def _may_be_target(code: bytes, end: int) -> bool:
    """Whether the brackets around a name, which ends at a place, may be assigned to: all that is closed before a ``=``.

    What does not end in sight may be.
    """
    depth, lowest, closed = 0, 0, -1
    for sign in _SIGN.finditer(code, end, end + _LONGEST):
        place = sign.start()
        if sign[0] in (b"(", b"[", b"{"):
            depth += 1
        elif sign[0] != b"=":
            depth -= 1
            if depth < lowest:
                lowest, closed = depth, place + 1
                if _NEXT_STATEMENT.match(code, closed):
                    return False
        elif depth == lowest < 0 and b"\n" not in code[closed:place]:
            return True
    return closed < 0 and len(code) > end + _LONGEST


def _is_one_of_several(code: bytes, place: int, flag: bytes) -> bool:
    """Whether a string that names the flag is in a set, beside others: which of them a variable is, nobody knows."""
    brace = code.rfind(b"{", max(place - _LONGEST, 0), place)
    if brace < 0 or _NAMES.fullmatch(code, brace + 1, place - 1) is None:
        return False
    other = _OTHER.match(code, place + len(flag) + 1, place + len(flag) + _MOST)
    return other is not None and other[1] != flag


def _may_be_given_by_place(code: bytes, flag: bytes, patterns: _Patterns, flags: list[int]) -> bool:
    """Whether a function that takes the flag is called here with an argument at its place, or a later one.

    ``flags`` are where the flag is named (0-based, ascending).
    """
    wanted: dict[bytes, _Places] = {}
    number = 0
    for function in _before(flags, code):
        name, start = function[1], function.start()
        indentation = code[code.rfind(b"\n", max(start - _MOST, 0), start) + 1 : start]
        if name is None or indentation.strip() not in (b"", b"async"):
            return True
        signature = _ARGUMENTS.match(code, function.end(), function.end() + _LONGEST)
        if signature is None:
            return True
        named = patterns.name.search(signature[1]) if flag in signature[1] else None
        if named is None:
            continue
        before = _split(signature[1][: named.start()])
        if before is None or len(wanted) > _MOST_FUNCTIONS:
            return True
        before = [one for one in before if one.strip() != b"/"]
        if not any(one.strip().startswith(b"*") for one in before):
            if name == b"__init__":
                owner = _owner(code, start, indentation)
                number += 1
                if owner is None or number > _MOST_FUNCTIONS:
                    return True
                # It is called by the name of its class, with all but its first parameter.
                name, indentation = owner, b" "
            # A function within something may be a method, whose calls leave its first parameter out.
            last, within = len(before) - 1, indentation[:1].isspace()
            known = wanted.get(name, _Places(last, last, True))
            method = known.method and within and before[0].strip() == b"self"
            wanted[name] = _Places(min(known.first, max(last - within, 0)), max(known.last, last), method)
    rest = _EXPORTS.sub(b" ", code) if wanted else code
    rebinds = kept(lambda: _NO_OBJECT.search(rest) is not None)
    return any(_is_given(rest, name, taken, patterns, rebinds) for name, taken in wanted.items())


def _before(flags: list[int], code: bytes) -> Iterator[re.Match[bytes]]:
    """The functions that take a flag where it is named (0-based, ascending), if any does.

    That is the last ``def`` before each of the places. Within the brackets of a function there is none but in a string,
    which then stands behind other code of its line.
    """
    number = 0
    last: re.Match[bytes] | None = None
    for function in chain(_FUNCTION.finditer(code), (None,)):
        end = len(code) if function is None else function.start()
        if number < len(flags) and flags[number] < end:
            if last is not None:
                yield last
            number = bisect(flags, end, number)
        last = function


def _owner(code: bytes, start: int, indentation: bytes) -> bytes | None:
    """The class that a function belongs to which begins at a place and is so far indented; None where nobody knows."""
    depth = len(indentation)
    for line in reversed(code[max(start - depth - _FAR, 0) : start - depth].split(b"\n")):
        if b"\t" in line:
            return None
        indented = len(line) - len(line.lstrip())
        if indented >= depth or not line.strip():
            continue
        found = _CLASS.match(line)
        return None if found is None else found[2]
    return None


class _Places(NamedTuple):
    """Where functions of one name take the flag (0-based, both inclusive), and whether all are methods."""

    first: int
    last: int
    method: bool


def _is_given(code: bytes, name: bytes, places: _Places, patterns: _Patterns, rebinds: Callable[[], bool]) -> bool:
    """Whether a function is given what may be unsafe at one of some places, or goes where its calls are not read.

    ``rebinds`` tells if ``self`` is or may be something else than the object that a method is called on.
    """
    for start in _mentions(code, name):
        call = _ARGUMENTS.match(code, start + len(name), start + len(name) + _LONGEST)
        arguments = _split(call[1]) if call is not None else None
        if call is None or arguments is None or b"lambda" in call[1]:
            return True
        by_place = [one for one in arguments if _KEYWORD_OR_SPREAD.match(one) is None]
        last = places.last
        if len(by_place) > last and places.method and _SELF.match(code, max(start - len(b"self."), 0), start):
            last -= not rebinds()
        if any(patterns.value.fullmatch(one) is None for one in by_place[places.first : last + 1]):
            return True
    return False


def _mentions(code: bytes, name: bytes) -> Iterator[int]:
    """Where a function is named, but for its definition."""
    for place in places(name, code):
        end = place + len(name)
        within = _WORD.intersection(code[max(place - 1, 0) : place] + code[end : end + 1])
        before = code[max(place - _MOST, 0) : place]
        if not within and _NO_CALL.search(before) is None:
            yield place


def _split(text: bytes) -> list[bytes] | None:
    """Arguments or parameters, one by one; None where the brackets in them are too deep."""
    for _ in range(_DEEPEST):
        if not any(bracket in text for bracket in (b"(", b"[", b"{")):
            return text.split(b",")
        text = _BRACKETS.sub(b".", text)
    return None
