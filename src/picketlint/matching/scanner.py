"""Which words of triggers are in a file, told by Hyperscan, which looks for all of them in one pass.

It is the one place of a native matcher, which not every machine has; ``vocabulary`` tells the same, and a little more
closely. What cannot be had, or does not work, is done without. What it looks for are plain bytes, but for a few words
and expressions that have a database of their own: one with expressions among much else takes long to make.
"""

from __future__ import annotations

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple
from picketlint.matching.needles import ASCII_COMPOUNDS, begun_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from picketlint.matching.needles import Table

# The library counts in 32 bits.
_LONGEST = (1 << 31) - 1
# Which words these are decides about speed alone. Some are within so many others that it pays to look for them closely:
# whether one of them stands by itself costs a search of the file otherwise. Others are in nearly every file: only where
# a trigger needs nothing else are they looked for before the rest of it. The last say little, being in sentences.
_WITHIN_OTHERS = frozenset({b"ash", b"eval", b"exec", b"hub", b"load", b"sh", b"su"})
_EVERYWHERE = frozenset(
    {b"all", b"call", b"code", b"core", b"get", b"init", b"io", b"list", b"new", b"nn", b"only", b"os", b"text"}
)
_IN_PROSE = frozenset({b"case", b"match"})
_BOUND = regex(r"\{0,\d+\}")


class Scanner:
    """Looks for what a table of triggers has keys for. Raises ImportError without the library, and what that raises.

    Of the words in ``whole`` it tells where they stand by themselves; of ``expressions``, where they do not match.
    """

    def __init__(self, table: Table) -> None:
        begun = frozenset[bytes]().union(*(begun_by(rest) - {*words} for _, words, rest, _ in table.needles))
        self.whole = _WITHIN_OTHERS.intersection(table.words) - begun
        parts = {part for _, words, rest, _ in table.needles if _IN_PROSE.issuperset(words) for part in rest}
        self.expressions = frozenset(part for part in parts if isinstance(part, str) and _is_plain(part))
        self._taken_for_granted = _EVERYWHERE.intersection(table.words).difference(table.by_key)
        words = begun.union(table.words) - self.whole - self._taken_for_granted
        wanted: list[tuple[bytes | str, bytes]] = [(word, word) for word in sorted(words)]
        wanted += [(key, run) for key, run, _ in table.runs]
        self._exact = len(wanted)
        wanted += [(key, part) for key, _, parts in table.spellings for part in parts.split()]
        self._wanted = wanted
        self._scan = _made([part for _, part in wanted], caseless_from=self._exact)
        self._alike: list[bytes | str] = [*sorted(self.whole), *sorted(self.expressions)]
        alike = (rb"\b%s\b" % one if isinstance(one, bytes) else _unbounded(one) for one in self._alike)
        self._scan_alike = _made(list(alike))

    def scan(self, data: bytes) -> Scanned | None:
        """What is in a file; None where it cannot be told."""
        if len(data) > _LONGEST:
            return None
        found: list[int] = []
        alike: set[int] = set()
        try:
            self._scan(data, match_event_handler=lambda number, *_: found.append(number))
            self._scan_alike(data, match_event_handler=lambda number, *_: alike.add(number))
        except Exception:
            return None
        keys: set[bytes | str] = {self._wanted[number][0] for number in found}
        keys.update(self._taken_for_granted, [self._alike[number] for number in alike])
        return Scanned(keys, [self._wanted[number][1] for number in found if number >= self._exact])


class Scanned(NamedTuple):
    """What is in a file: keys, of words and beginnings wherever their letters stand; and parts of spellings."""

    keys: set[bytes | str]
    parts: list[bytes]


def words_around(parts: Iterable[bytes], data: bytes) -> set[bytes]:
    """The words, with the hyphens in them, that parts of spellings are in, or reach from one to the next."""
    lowered, text = data.lower(), b" %b " % data.translate(ASCII_COMPOUNDS)
    found: set[bytes] = set()
    for part in parts:
        at = lowered.find(part)
        while at >= 0:
            # In the text, everything stands one further.
            start, end = text.rfind(b" ", 0, at + 1), text.find(b" ", at + 1 + len(part))
            found.update(text[start:end].split())
            at = lowered.find(part, end - 1)
    return found


def scanner_for(table: Table) -> Scanner | None:
    """A scanner; None where there is none to be had."""
    try:
        return Scanner(table)
    except Exception:
        return None


def _made(patterns: list[bytes], *, caseless_from: int | None = None) -> Callable[..., object]:
    """What looks for all of these: expressions, or plain bytes, which from some number on have letters of any case."""
    import hyperscan

    literal = caseless_from is not None
    flags = [0] * len(patterns)
    if caseless_from is not None:
        # Once per file is enough. Of expressions, Hyperscan takes longer to make what tells that.
        once = hyperscan.HS_FLAG_SINGLEMATCH
        flags = [once | hyperscan.HS_FLAG_CASELESS * (number >= caseless_from) for number in range(len(patterns))]
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(patterns, list(range(len(patterns))), len(patterns), flags, literal=literal)
    database.scratch = hyperscan.Scratch(database)
    scan: Callable[..., object] = database.scan
    return scan


def _is_plain(part: str) -> bool:
    """Whether part of a trigger is an expression that Hyperscan knows, too: it looks neither back nor ahead."""
    return part.count("(?") == part.count("(?:") and "\\Z" not in part


def _unbounded(expression: str) -> bytes:
    """An expression that matches wherever the one given does; to count takes Hyperscan long."""
    return _BOUND.sub("*", expression).encode()
