"""Which words of triggers are in a file, told by Hyperscan, which looks for all of them in one pass.

It is the one place of a native matcher, which not every machine has; ``vocabulary`` tells the same, and a little more
closely. What cannot be had, or does not work, is done without. What it looks for are plain bytes, never expressions.
"""

from __future__ import annotations

from picketlint.needles import ASCII_COMPOUNDS, begun_by
from picketlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from picketlint.needles import Table

# The library counts in 32 bits.
_LONGEST = (1 << 31) - 1


class Scanner:
    """Looks for what a table of triggers has keys for. Raises ImportError without the library, and what that raises."""

    def __init__(self, table: Table) -> None:
        import hyperscan

        begun = begun_by(part for _, _, rest, _ in table.needles for part in rest)
        wanted: list[tuple[bytes | str, bytes]] = [(word, word) for word in sorted(begun.union(table.words))]
        wanted += [(key, run) for key, run, _ in table.runs]
        self._exact = len(wanted)
        wanted += [(key, part) for key, _, parts in table.spellings for part in parts.split()]
        # Once per file is enough.
        once = hyperscan.HS_FLAG_SINGLEMATCH
        spelt = len(wanted) - self._exact
        flags = [once] * self._exact + [once | hyperscan.HS_FLAG_CASELESS] * spelt
        self._wanted = wanted
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        patterns = [pattern for _, pattern in wanted]
        database.compile(patterns, list(range(len(patterns))), len(patterns), flags, literal=True)
        database.scratch = hyperscan.Scratch(database)
        self._scan = database.scan

    def scan(self, data: bytes) -> Scanned | None:
        """What is in a file; None where it cannot be told."""
        if len(data) > _LONGEST:
            return None
        found: list[int] = []
        try:
            self._scan(data, match_event_handler=lambda number, *_: found.append(number))
        except Exception:
            return None
        keys = {self._wanted[number][0] for number in found}
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
