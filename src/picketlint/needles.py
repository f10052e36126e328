"""What the prefilter looks for, from the triggers of all rules: derived once, when a distribution is built.

``triggers`` says what rules declare, and what the signs below stand for in it.
"""

from __future__ import annotations

from picketlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from picketlint.triggers import Trigger

CODE = "(?#code)"
ASK = "(?#ask)"
ON = "(?#on)"
OFF = "(?#off)"

# What words consist of, to ``bytes.translate``: all else becomes a blank.
WORDS = bytes(code if code >= 0x80 or chr(code).isalnum() or chr(code) == "_" else 0x20 for code in range(256))
# Runs that are shorter are in too many words.
_SHORTEST_RUN = 2
# What stands for something else than itself in an expression.
_SPECIAL = "\\.^$*+?{}[]()|"


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
    is the key, the characters, and the longest piece of them without underscores.
    """

    rules: tuple[str, ...]
    needles: tuple[tuple[str, tuple[bytes, ...], tuple[bytes | str, ...], bool], ...]
    by_key: dict[bytes | str, tuple[int, ...]]
    by_beginning: dict[bytes, tuple[int, ...]]
    words: tuple[bytes, ...]
    runs: tuple[tuple[str, bytes, bytes], ...]


def tabulated(rules: Iterable[tuple[str, tuple[Trigger, ...]]]) -> Table:
    """The table for rules, each an id with its triggers."""
    needles: dict[Needle, int] = {}
    by_key: dict[bytes | str, list[int]] = {}
    by_beginning: dict[bytes, list[int]] = {}
    for needle in (_parted(rule, trigger) for rule, triggers in rules for trigger in triggers):
        beginning = b"" if needle.words else beginning_of(needle.rest[0])
        run = _longest_run(beginning)
        # What is a run and nothing else is there where the trigger is looked at.
        rest = needle.rest[1:] if run and run == needle.rest[0] else needle.rest
        number = needles.setdefault(needle._replace(rest=rest), len(needles))
        if needle.words:
            by_key.setdefault(max(needle.words, key=lambda word: (len(word), word)), []).append(number)
        elif run:
            by_key.setdefault(run.decode("latin-1"), []).append(number)
        else:
            by_beginning.setdefault(beginning, []).append(number)
    return Table(
        tuple(sorted({needle.rule for needle in needles})),
        tuple((needle.rule, needle.words, needle.rest, needle.code) for needle in needles),
        {key: tuple(by_key[key]) for key in sorted(by_key, key=repr)},
        {key: tuple(by_beginning[key]) for key in sorted(by_beginning)},
        tuple(sorted({word for needle in needles for word in needle.words})),
        tuple(map(_run, sorted(key for key in by_key if isinstance(key, str)))),
    )


def beginning_of(part: bytes | str) -> bytes:
    """The bytes that are in every file for which a part of a trigger holds; empty where none are known.

    Of an expression they are the plain characters that it begins with, if there are two or more.
    """
    if isinstance(part, bytes):
        return part
    end = next((at for at, sign in enumerate(part) if sign in _SPECIAL), len(part))
    # What can be repeated need not be there.
    end -= part[end : end + 1] in ("?", "*", "{", "|")
    return part[:end].encode() if end > 1 else b""


def places(needle: bytes, data: bytes) -> Iterator[int]:
    """Where a needle begins each time that it is there (0-based offsets), but not within itself."""
    at = data.find(needle)
    while at >= 0:
        yield at
        at = data.find(needle, at + len(needle))


def _longest_run(needle: bytes) -> bytes:
    """The longest part of a needle that is within a word wherever the needle is; empty if all are short."""
    run = max(needle.translate(WORDS).split(), key=len, default=b"")
    return run if len(run) >= _SHORTEST_RUN else b""


def _parted(rule: str, trigger: Trigger) -> Needle:
    parts = trigger if isinstance(trigger, tuple) else (trigger,)
    words = [part for part in parts if isinstance(part, str) and part.isidentifier()]
    rest = tuple(part for part in parts if part not in words and part != CODE)
    return Needle(rule, tuple(sorted({word.encode() for word in words})), rest, CODE in parts)


def _run(key: str) -> tuple[str, bytes, bytes]:
    needle = key.encode("latin-1")
    return key, needle, max(needle.split(b"_"), key=len)
