"""Which words of triggers are in a file, told by Hyperscan, which looks for all of them in one pass.

It is the one place of a native matcher, an extra that not everybody has; ``vocabulary`` tells the same, and a little
more closely. What cannot be had, or does not work, is done without.
"""

from __future__ import annotations

from picketlint.needles import SHORTEST, beginning_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.needles import Table

    Found = list[int]


class Scanner:
    """Looks for what a table of triggers has keys for. Raises ImportError without the library.

    Whatever the library raises where it cannot make anything of this machine or the table goes through.
    """

    def __init__(self, table: Table) -> None:
        import hyperscan

        begun = {beginning_of(part) for needle in table.needles for part in needle[2]}
        keys: list[tuple[bytes | str, bytes]] = [(word, word) for word in {*table.words, *begun} if len(word) >= SHORTEST]
        keys += [(key, run) for key, run, _ in table.runs]
        spelled = [(key, part) for key, _, parts in table.spellings for part in parts]
        self._keys = [key for key, _ in keys + spelled]
        # Once per file is enough.
        once = hyperscan.HS_FLAG_SINGLEMATCH
        flags = [once] * len(keys) + [once | hyperscan.HS_FLAG_CASELESS] * len(spelled)
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        patterns = [pattern for _, pattern in keys + spelled]
        database.compile(patterns, list(range(len(patterns))), len(patterns), flags, literal=True)
        database.scratch = hyperscan.Scratch(database)
        self._scan = database.scan

    def keys(self, data: bytes) -> set[bytes | str]:
        """The keys of a file, as far as they can be told: words and beginnings wherever their letters stand."""
        found: Found = []
        self._scan(data, match_event_handler=_note, context=found)
        return {self._keys[number] for number in found}


def scanner_for(table: Table) -> Scanner | None:
    """A scanner; None where there is none to be had."""
    try:
        return Scanner(table)
    except Exception:
        return None


def _note(number: int, start: int, end: int, flags: int, found: Found) -> None:
    found.append(number)
