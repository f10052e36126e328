"""Which words of triggers are in a file, told by Hyperscan, which looks for all of them in one pass.

It is the one place of a native matcher, which not every machine has; ``vocabulary`` tells the same, and a little more
closely. What cannot be had, or does not work, is done without. What it looks for are plain bytes, never expressions.
"""

from __future__ import annotations

from picketlint.needles import SHORTEST, beginning_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.needles import Table

# The library counts in 32 bits.
_LONGEST = (1 << 31) - 1


class Scanner:
    """Looks for what a table of triggers has keys for. Raises ImportError without the library, and what that raises."""

    def __init__(self, table: Table) -> None:
        import hyperscan

        begun = {beginning_of(part) for _, _, rest, _ in table.needles for part in rest}
        wanted: list[tuple[bytes | str, bytes]] = [
            (word, word) for word in sorted(begun.union(table.words)) if len(word) >= SHORTEST
        ]
        wanted += [(key, run) for key, run, _ in table.runs]
        exact = len(wanted)
        wanted += [(key, part) for key, _, parts in table.spellings for part in parts]
        # Once per file is enough.
        once = hyperscan.HS_FLAG_SINGLEMATCH
        flags = [once] * exact + [once | hyperscan.HS_FLAG_CASELESS] * (len(wanted) - exact)
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        patterns = [pattern for _, pattern in wanted]
        database.compile(patterns, list(range(len(patterns))), len(patterns), flags, literal=True)
        database.scratch = hyperscan.Scratch(database)
        self._keys = [key for key, _ in wanted]
        self._scan = database.scan

    def keys(self, data: bytes) -> set[bytes | str] | None:
        """The keys of a file, words and beginnings wherever their letters stand; None where they cannot be told."""
        if len(data) > _LONGEST:
            return None
        found: list[int] = []
        try:
            self._scan(data, match_event_handler=_note, context=found)
        except Exception:
            return None
        return {self._keys[number] for number in found}


def scanner_for(table: Table) -> Scanner | None:
    """A scanner; None where there is none to be had."""
    try:
        return Scanner(table)
    except Exception:
        return None


def _note(number: int, start: int, end: int, flags: int, found: list[int]) -> None:
    found.append(number)
