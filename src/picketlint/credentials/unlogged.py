"""Whether what has the name of a credential may go to a log, told from code without comments and strings.

Most credentials are handed to the functions that need them. Here every place is read at which one is named: what only
gets a value there, is compared, or is an argument of a call that neither writes nor returns it goes nowhere; what goes
to a variable is followed to where that is named. What is not seen to be harmless counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from keyword import iskeyword

from picketlint.base.lazy import regex
from picketlint.knowledge.logs import CALLS, TRANSPARENT, TRANSPARENT_METHODS

# What is longer, or named more often, counts.
_FARTHEST = 4000
_LONGEST_LINE = 300
_MOST_PLACES = 400
# Lines that begin so are within no brackets.
_STATEMENT = regex(rb"[ \t]*(?:(?:def|class|return|raise|with|while|try|import|del|assert|pass|elif|except)\b)")
# A string that is a name, which is all of them that is left but for the odd one.
_NAME = regex(rb"\"[\w.]*\"|'[\w.]*'")
_BRACKET = regex(rb"[()\[\]{}]")
_CALLED = regex(rb"(\w+)[ \t]*\Z")
_DEFINED = regex(rb"(?<!\w)def[ \t]+\w+[ \t]*\Z")
_ARGUMENT = regex(rb"(?:[(,]\s*\*{0,2}|\w[ \t]*=[ \t]*)(?:\w+\.){0,6}\Z")
_PARAMETER = regex(rb"[(,]\s*\Z")
_ALL_OF_IT = regex(rb"\s*(?:[,)]|=(?!=)|\Z)")
_COMPARED = regex(rb"[ \t]+(?:is|in|not[ \t]+in)\b|[ \t]*[=!]=")
_TARGET = regex(rb"[ \t]*(?:\w+\.){0,6}\Z")
_ASSIGNED = regex(rb"[ \t]*(?:(?::[^=\n]{1,200})?=(?!=)|:[^=\n]{1,200}\n)")
_ASSIGNMENT = regex(rb"[ \t]*(?:(\w+)|(?:\w+\.){1,6}\w+)[ \t]*(?::[ \t]*[\w.]+[ \t]*)?=(?![=(])")
_GOES_FURTHER = regex(rb":=|;|\blambda\b|[^=!<>]=(?!=)[^()]*[^=!<>(),\s][ \t]*=(?!=)")
_WRITES = frozenset(call.encode() for call in CALLS)
_HANDS_ON = _WRITES | frozenset(call.encode() for call in TRANSPARENT | TRANSPARENT_METHODS)


def may_be_logged(code: bytes, places: Iterable[tuple[int, int]]) -> bool:
    """Whether what is named at some places (0-based, the end exclusive) of ``code`` may be written to a log.

    ``code`` is what comments.py leaves of a module.
    """
    followed: set[bytes] = set()
    waiting = list(places)
    number = 0
    while waiting:
        start, end = waiting.pop()
        number += 1
        variable = _destination(code, start, end) if number <= _MOST_PLACES else None
        if variable is None:
            return True
        if variable and variable not in followed:
            followed.add(variable)
            named = rb"%s(?<![\w.\"']%s)(?!\w)" % (variable, variable)
            waiting += [found.span() for found in re.finditer(named, code)]
    return False


def _destination(code: bytes, start: int, end: int) -> bytes | None:
    """The variable that what is named at a place goes to; nothing if it goes nowhere, None if nobody knows."""
    if code[start - 1 : start] in (b'"', b"'") or code[end : end + 1] in (b'"', b"'"):
        return None
    if _COMPARED.match(code, end):
        return b""
    statement = _beginning(code, start)
    if statement is None or set(_NAME.sub(b"", code[statement:start])) & set(b"\"'"):
        return None
    opening = _around(code, statement, start)
    if opening is None:
        return _assigned(code, start, end)
    if code[opening : opening + 1] != b"(":
        return None
    if _DEFINED.search(code, statement, opening):
        return b"" if _PARAMETER.search(code, opening, start) else None
    called = _CALLED.search(code, statement, opening)
    whole = _ARGUMENT.search(code, opening, start) and _ALL_OF_IT.match(code, end)
    if called is None or not whole or called[1] in _HANDS_ON or iskeyword(called[1].decode("latin-1")):
        return None
    return b""


def _beginning(code: bytes, start: int) -> int | None:
    """Where a line begins, before a place or at it, that is within no brackets."""
    line = start
    while start - line < _FARTHEST:
        line = code.rfind(b"\n", 0, line) + 1
        if line == 0 or _STATEMENT.match(code, line):
            return line
        line -= 1
    return None


def _around(code: bytes, first: int, start: int) -> int | None:
    """The bracket around a place that was opened last; None if there is none."""
    open_: list[int] = []
    for bracket in _BRACKET.finditer(code, first, start):
        if bracket[0] in (b"(", b"[", b"{"):
            open_.append(bracket.start())
        elif open_:
            open_.pop()
    return open_[-1] if open_ else None


def _assigned(code: bytes, start: int, end: int) -> bytes | None:
    """The same for a place within no brackets: it is assigned to, or part of what is assigned in one line."""
    line = code.rfind(b"\n", 0, start) + 1
    stop = code.find(b"\n", end)
    whole = code[line : stop if stop >= 0 else len(code)]
    if len(whole) > _LONGEST_LINE:
        return None
    if _TARGET.fullmatch(code, line, start) and _ASSIGNED.match(code, end):
        return b"" if _GOES_FURTHER.search(whole) is None else None
    found = _ASSIGNMENT.match(whole)
    if found is None or line + found.end() > start or _GOES_FURTHER.search(whole) or _calls_what_writes(whole):
        return None
    return found[1] or b""


def _calls_what_writes(line: bytes) -> bool:
    return any(word in _WRITES for word in re.findall(rb"(\w+)[ \t]*\(", line))
