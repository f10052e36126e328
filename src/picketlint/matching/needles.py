"""What the prefilter looks for, from the triggers of all rules: derived once, when a distribution is built.

``triggers`` says what rules declare, and what the signs below stand for in it.
"""

from __future__ import annotations

from picketlint.base.lazy import cached
from picketlint.base.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator
    from typing import Any

    from picketlint.matching.triggers import Trigger

CODE = "(?#code)"
ASK = "(?#ask)"
EACH = "(?#each)"
ON = "(?#on)"
OFF = "(?#off)"
APART = "(?#apart)"

MAGICS = b"from IPython import get_ipython"
"""What the text of a notebook begins with that holds magics: what are comments and strings in it nobody can tell."""
# What words consist of, to ``bytes.translate``: all else becomes a blank.
WORDS = bytes(code if code >= 0x80 or chr(code).isalnum() or chr(code) == "_" else 0x20 for code in range(256))
# Compounds are words joined by hyphens.
COMPOUNDS = WORDS[:0x2D] + b"-" + WORDS[0x2E:]
ASCII_COMPOUNDS = COMPOUNDS[:0x80] + b" " * 0x80
SHORTEST = 2
"""How long what is looked for has to be: runs and beginnings that are shorter are nearly everywhere."""
# What stands for something else than itself in an expression.
_SPECIAL = frozenset("\\.^$*+?{}[]()|")
# What says that something need not be there which stands before it.
_REPEATED = frozenset("*?{")


class Needle(NamedTuple):
    """A trigger of a rule: words, what else must hold, and whether all that holds for the code alone."""

    rule: str
    words: tuple[bytes, ...]
    rest: tuple[bytes | str, ...]
    code: bool


class Table(NamedTuple):
    """All triggers, and by what the few are found that matter to a file; literals throughout.

    ``by_key`` has the numbers of triggers by one word of each, the longest, which is in few files, or by a run, which
    is within a word of what the trigger begins with; ``by_beginning`` by those beginnings in which there is none.
    ``rules`` are those with triggers, ``needles`` what ``Needle`` has, ``words`` all words of triggers. Of a run there
    is the key, the characters, and the longest piece of them without underscores; of a ``Spelling`` the key, which is
    the part of a trigger that names it, its hints, and its parts with a blank between them, as one text.
    """

    rules: tuple[str, ...]
    needles: tuple[tuple[str, tuple[bytes, ...], tuple[bytes | str, ...], bool], ...]
    by_key: dict[bytes | str, tuple[int, ...]]
    by_beginning: dict[bytes, tuple[int, ...]]
    words: tuple[bytes, ...]
    runs: tuple[tuple[str, bytes, bytes], ...]
    spellings: tuple[tuple[str, tuple[bytes, ...], bytes], ...] = ()


class Spelling(NamedTuple):
    """Words that no list can hold, and that a function knows.

    ``holds`` tells it of one, with the hyphens in it; each holds one of the ``hints``, which are few, so that few words
    are asked about. One of ``parts()``, with letters large or small, is in every file in which one of the words counts:
    they are many, and as telling as can be.
    """

    hints: tuple[bytes, ...]
    parts: Callable[[], tuple[bytes, ...]]
    holds: Callable[[bytes], bool]


def tabulated(rules: Iterable[tuple[str, tuple[Trigger, ...]]]) -> Table:
    """The table for rules, each an id with its triggers."""
    needles: dict[Needle, int] = {}
    by_key: dict[bytes | str, list[int]] = {}
    by_beginning: dict[bytes, list[int]] = {}
    for needle in (_parted(rule, trigger) for rule, triggers in rules for trigger in triggers):
        beginning = b"" if needle.words else beginning_of(needle.rest[0])
        run = _longest_run(beginning)
        key: bytes | str = run.decode("latin-1")
        if needle.words:
            key = max(needle.words, key=lambda word: (len(word), word))
        elif str(needle.rest[0]).startswith(EACH):
            key = needle.rest[0]
        # What is the key and nothing else is there where the trigger is looked at.
        known = not needle.words and needle.rest[0] in (key, run) and bool(key)
        number = needles.setdefault(needle._replace(rest=needle.rest[known:]), len(needles))
        if key:
            by_key.setdefault(key, []).append(number)
        else:
            by_beginning.setdefault(beginning, []).append(number)
    return Table(
        tuple(sorted({needle.rule for needle in needles})),
        tuple((needle.rule, needle.words, needle.rest, needle.code) for needle in needles),
        {key: tuple(by_key[key]) for key in sorted(by_key, key=repr)},
        {key: tuple(by_beginning[key]) for key in sorted(by_beginning)},
        tuple(sorted({word for needle in needles for word in needle.words})),
        tuple(map(_run, sorted(key for key in by_key if isinstance(key, str) and not key.startswith(EACH)))),
        tuple(map(_spelling, sorted(key for key in by_key if isinstance(key, str) and key.startswith(EACH)))),
    )


def beginning_of(part: bytes | str) -> bytes:
    """The bytes that are in every file for which a part of a trigger holds; empty where none are known.

    Of an expression they are the plain characters that it begins with, if there are two or more.
    """
    if isinstance(part, bytes):
        return part
    beginning, at = "", 0
    while at < len(part):
        # Behind a stroke, whatever is no letter or digit stands for itself.
        escaped = part[at] == "\\" and part[at + 1 : at + 2] in _SPECIAL
        sign, at = part[at + escaped : at + escaped + 1], at + escaped + 1
        # What can be repeated need not be there.
        if sign == "|" and not escaped:
            # Of two ways, only one begins so.
            return b""
        if (sign in _SPECIAL and not escaped) or part[at : at + 1] in _REPEATED:
            break
        beginning += sign
    return beginning.encode() if len(beginning) > 1 else b""


def begun_by(parts: Iterable[bytes | str]) -> frozenset[bytes]:
    """What all of these parts of triggers begin with, as far as it is worth looking for."""
    return frozenset(beginning for part in parts if len(beginning := beginning_of(part)) >= SHORTEST)


def places(needle: bytes, data: bytes) -> Iterator[int]:
    """Where a needle begins each time that it is there (0-based offsets), but not within itself."""
    at = data.find(needle)
    while at >= 0:
        yield at
        at = data.find(needle, at + len(needle))


def stands_alone(word: bytes, data: bytes, joining: Container[int]) -> Iterator[int]:
    """Where a word begins each time that it stands by itself, with nothing on either side that joins (0-based)."""
    size = len(data)
    for at in places(word, data):
        end = at + len(word)
        if (not at or data[at - 1] not in joining) and (end == size or data[end] not in joining):
            yield at


@cached
def resolve(part: str) -> Any:
    """What a part of a trigger means that names it, by module and name, behind a sign."""
    from importlib import import_module

    module, _, name = part.partition(")")[2].partition(":")
    return getattr(import_module(module), name)


def _longest_run(needle: bytes) -> bytes:
    """The longest part of a needle that is within a word wherever the needle is; empty if all are short."""
    run = max(needle.translate(WORDS).split(), key=len, default=b"")
    return run if len(run) >= SHORTEST else b""


def _parted(rule: str, trigger: Trigger) -> Needle:
    parts = trigger if isinstance(trigger, tuple) else (trigger,)
    words = [part for part in parts if isinstance(part, str) and part.isidentifier()]
    rest = tuple(part for part in parts if part not in words and part != CODE)
    return Needle(rule, tuple(sorted({word.encode() for word in words})), rest, CODE in parts)


def _spelling(key: str) -> tuple[str, tuple[bytes, ...], bytes]:
    spelling: Spelling = resolve(key)
    return key, spelling.hints, b" ".join(spelling.parts())


def _run(key: str) -> tuple[str, bytes, bytes]:
    needle = key.encode("latin-1")
    return key, needle, max(needle.split(b"_"), key=len)
