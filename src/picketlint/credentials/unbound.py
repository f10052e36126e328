"""Whether the name of a credential gets no value where it stands, told from the bytes around it.

Most files that speak of credentials read them from the environment and hand them on under their own names; those need
not be parsed. What is not seen to be harmless counts.
"""

from __future__ import annotations

from collections.abc import Callable
from keyword import iskeyword

from picketlint.base.lazy import regex
from picketlint.credentials.names import Kind
from picketlint.knowledge.credentials import TEXT_METHODS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

_LINE = 300
# Where an expression that looks complete goes on: with an assignment, a comparison, a method, what is taken instead;
# what stands behind a long comment is not looked at, so that none is read again and again.
_GOES_ON = (
    rb"[)\]}\s]{0,300}(?:#[^\n]{0,120}\n[)\]}\s]{0,300}){0,60}"
    rb"(?:[=!]=|:?=|[.,:+%]|#[^\n]{121}|(?:in|not|or|and)\b|else\b(?!\s*:)"
    rb"|if\b(?![^\n]{0,200}:[ \t]*(?:#[^\n]*)?\r?\n))"
)
_ENDS = rb"[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)(?!%s)" % _GOES_ON
# After the comma at the end of a line: further names, and the end of brackets that are assigned to.
_TARGET = rb"(?:[\w\s.,*]|\[[^\]\n]{0,80}\]|#[^\n]{0,120}\n){0,300}[)\]][ \t)\],\w]{0,80}=(?!=)"
_PLAIN_TYPE = rb"(?:str|bytes|bool|Any|SecretStr|None)"
_TYPE = rb"(?:Optional\[)?%s\]?(?:[ \t]*\|[ \t]*%s){0,3}" % (_PLAIN_TYPE, _PLAIN_TYPE)
_ENVIRONMENT = rb"os\.(?:environ\[[\"']\w+[\"']\]|(?:environ\.get|getenv)\([\"']\w+[\"']\))"
_TAKEN = rb"(?:None|True|False|%s|(?:\w+\.){0,6}(?:(\w+)|(\w+)\(\)))" % _ENVIRONMENT
# Each begins behind a name. What it is given:
_GIVEN = regex(rb"(?:[ \t]*:[ \t]*%s)?[ \t]*=[ \t]*%s(?:[ \t]*[,)](?!%s)|%s)" % (_TYPE, _TAKEN, _GOES_ON, _ENDS))
# It is declared, read, called, part of another name; a word in a sentence, or what a sentence explains.
_HARMLESS = regex(
    rb"[ \t]*:[ \t]*%s(?:[ \t]*[,)]|%s)|[)\]}](?!%s)|%s|,%s(?!%s)|[ \t]*:[ \t]*(?:#[^\n]*)?\r?\n|"
    rb"[ \t]+(?:and|or|if|else|is)\b|[ \t]*\(|"
    rb"\.(?!(?:strip|encode|lower|get_secret_value|get|getenv|pop)\b)(?:\w|[ \r\n\"'])|"
    rb"[ \t]*:[ \t]+[A-Z]?[a-z]{1,9}(?=[ \t,\r\n]|\.[ \t\r\n])(?![^\n]*=)"
    % (_TYPE, _ENDS, _GOES_ON, _ENDS, _ENDS, _TARGET)
)
_IN_A_CALL = regex(rb"[\w\])]\([^()\[\]{}]*\Z")
# It is looked up by its name in a string, and nothing is taken instead.
_LOOKED_UP = regex(rb"[\"'][ \t]*[)\]](?!%s)" % _GOES_ON)
# Literals that say little more than a name does, one of two that a test chooses, and a loop over some. No other literal
# follows, which Python would join to the last one.
_LITERAL = rb"(?:\"[\w.-]{0,80}\"|'[\w.-]{0,80}')"
_TEST = rb"(?:(?!\b(?:if|else|lambda)\b|:=)(?:[\w \t.,()\[\]<>=!+-]|%s)){1,200}" % _LITERAL
_CHOICE = rb"%s(?:\s+if\b%s\s*\belse\s+%s)?" % (_LITERAL, _TEST, _LITERAL)
_NO_OTHER = rb"(?!\s*(?:#[^\n]{0,120}\n\s*){0,20}(?:[bBfFrRuU]{0,2}[\"']|#))"
_WRITTEN = regex(
    rb"[ \t]*=[ \t]*(%s|\(\s*%s\s*\))(?:[ \t]*\)(?!%s)|,?%s%s)" % (_CHOICE, _CHOICE, _GOES_ON, _ENDS, _NO_OTHER)
)
_LOOPED = regex(rb"[ \t]+in[ \t]*[(\[](\s*%s(?:\s*,\s*%s){0,30}\s*,?\s*)[)\]][ \t]*:" % (_LITERAL, _LITERAL))
_LITERALS = regex(rb"[\"']([\w.-]*)[\"']")
# It is part of a quotient, or the whole of an index, whose value is no text that stands in the code.
_DIVIDES = regex(rb"[\w)\]][ \t]+/[ \t]+(?:\w+\.){0,6}\Z")
_INDEXES = regex(rb"(?:(\w+)|[)\]])\[\Z")
# It is, or ends, the text that is the first argument of a call.
_ARGUMENT = regex(rb"([A-Za-z_]\w*)\([ \t]*[bBrRuU]{0,2}[\"'](?:[\w.^]*[.^])?\Z")
_ALONE = regex(rb"[\"'][ \t]*[,)]")
# Lines that are joined, and line ends and blanks that hardly any program has: the expressions above do not know them.
_ODD = regex(rb"\\\s|\r(?!\n)|\f")
_LOOKS_UP = regex(rb"[\w\])][(\[][ \t]*[bBrRuU]?[\"']\Z")


def is_unbound(data: bytes, start: int, end: int, is_name: Callable[[bytes], bool]) -> bool:
    """Whether the name from ``start`` to ``end`` (0-based, exclusive) gets no value there and is compared with none."""
    line = data[max(start - _LINE, 0) : start].rpartition(b"\n")[2]
    if len(line) == _LINE or _ODD.search(data, end, end + _LINE) is not None or _is_compared(data, start, line):
        return False
    if data[end : end + 1] in (b'"', b"'"):
        return _is_unbound_text(data, end, line)
    if _is_operand(data, start, end, line):
        return True
    # Several names can be assigned to at once: of what is given to them nothing is known here.
    alone = not line.strip() or _IN_A_CALL.search(line) is not None
    given = _GIVEN.match(data, end)
    if given is not None:
        return (alone or b"," not in line) and _says_nothing(given, is_name)
    written = _WRITTEN.match(data, end)
    if written is not None:
        return (alone or b"," not in line) and _is_worthless(written[1])
    looped = _LOOPED.match(data, end)
    if looped is not None:
        return _is_worthless(looped[1])
    return _HARMLESS.match(data, end) is not None or (data.startswith(b",", end) and alone and bool(line.strip()))


def _is_unbound_text(data: bytes, end: int, line: bytes) -> bool:
    """The same for a name at the end of a text: nothing is stored or looked up under it but what is found there."""
    if _LOOKED_UP.match(data, end) and _LOOKS_UP.search(line):
        return True
    called = _ARGUMENT.search(line) if _ALONE.match(data, end) else None
    return called is not None and not _may_take_names(called[1].decode())


def _may_take_names(call: str) -> bool:
    """Whether a function of this name is told what something is called, and what it is; what is no call may be, too."""
    from picketlint.credentials.callsinks import TAKING_NAMES

    return call in TAKING_NAMES or iskeyword(call)


def _is_operand(data: bytes, start: int, end: int, line: bytes) -> bool:
    """Whether something is divided by what has the name, or found at it as an index; a constant is in capitals."""
    after = data[end : end + 1]
    if after == b"]" and data[start:end].upper() != data[start:end]:
        owner = _INDEXES.search(line)
        if owner is not None and (owner[1] is None or not iskeyword(owner[1].decode("latin-1"))):
            return True
    return after in (b")", b"]", b",") and _DIVIDES.search(line) is not None


def _says_nothing(given: re.Match[bytes], is_name: Callable[[bytes], bool]) -> bool:
    """Whether what a name is given is no text in the code: what has such a name itself, or what a call returns."""
    if given[2] is not None:
        return given[2].decode() not in TEXT_METHODS
    return given[1] is None or is_name(given[1])


def _is_worthless(literals: bytes) -> bool:
    """Whether no literal of some can be a credential, whatever sort of one it were."""
    from picketlint.credentials.strength import Strength, strength

    texts = [text.decode() for text in _LITERALS.findall(literals)]
    return all(strength(text, kind) is Strength.NONE for text in texts for kind in Kind)


def _is_compared(data: bytes, start: int, line: bytes) -> bool:
    """Whether a comparison stands before a name: in its line, at the end of the one before, or around it as a call."""
    before = data[max(start - len(line) - _LINE, 0) : start - len(line)]
    if before.rstrip(b" \t\r\n\\(").endswith((b"==", b"!=")) or b"compare_digest" in before:
        return True
    return any(sign in line for sign in (b"==", b"!=", b"compare_digest"))
