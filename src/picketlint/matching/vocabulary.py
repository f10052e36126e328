"""Which words of triggers are in a file, told word by word: the way that needs nothing but Python."""

from __future__ import annotations

from picketlint.matching.needles import ASCII_COMPOUNDS, COMPOUNDS, EACH, WORDS, Table, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

# Pieces are what underscores join to words.
_PIECES = WORDS.replace(b"_", b" ")
# So many bytes of words are remembered, those of a thousand files: all of a large project would take megabytes more.
_most_remembered = 1 << 20
# What no file but a hostile one has in pieces that are new.
_MUCH = 1 << 16


def remember_at_most(size: int) -> None:
    """Remember so many bytes of words from file to file, which take ten times that of memory."""
    global _most_remembered
    _most_remembered = size


class Vocabulary:
    """What matters of each compound of words, found out but once, however many files hold it.

    A large project has millions of them, and a hundred thousand different ones.
    """

    def __init__(self, table: Table) -> None:
        self._words = frozenset(table.words)
        self._runs = (*table.runs, *((key, hint, hint) for key, hints, _ in table.spellings for hint in hints))
        self._pieces: set[bytes] = set()
        self._runs_of: dict[bytes, list[tuple[str, bytes]]] = {}
        self._search: Callable[..., re.Match[bytes] | None] | None = None
        self._silent: set[bytes] = set()
        self._telling: dict[bytes, set[bytes | str]] = {}
        self._remembered = 0

    def of(self, data: bytes) -> tuple[set[bytes], set[bytes | str]]:
        """Those of the compounds in a file that matter, and what does in them: words, runs and spellings."""
        # Whatever is not ASCII counts as part of a word.
        compounds = set(data.translate(COMPOUNDS).split())
        if not data.isascii():
            # There are no blanks in Chinese or Japanese: in a text, a word can stand right behind others.
            compounds.update(b" ".join(compounds).translate(ASCII_COMPOUNDS).split())
        return self.known(compounds)

    def known(self, compounds: set[bytes]) -> tuple[set[bytes], set[bytes | str]]:
        """The same for the compounds of a file."""
        if self._remembered > _most_remembered:
            self._remembered = 0
            for memory in (self._pieces, self._runs_of, self._silent, self._telling):
                memory.clear()
        left = compounds - self._silent
        new = left.difference(self._telling)
        if new:
            self._learn(new)
            self._remembered += sum(map(len, new))
            dull = new.difference(self._telling)
            self._silent |= dull
            left -= dull
        found: set[bytes | str] = set()
        return left, found.union(*map(self._telling.__getitem__, left))

    def _learn(self, compounds: set[bytes]) -> None:
        text = b" %s " % b" ".join(compounds)
        for word in self._words.intersection(text.translate(WORDS).split()):
            self._note(word, word, text)
        pieces = set(text.translate(_PIECES).split())
        new = b" %s " % b" ".join(pieces - self._pieces)
        for run, needle, piece in self._runs_in(new):
            self._runs_of.setdefault(piece, []).append((run, needle))
        self._pieces |= pieces
        for run, needle in {one for piece in pieces & self._runs_of.keys() for one in self._runs_of[piece]}:
            self._note(run, needle, text)

    def _runs_in(self, text: bytes) -> Iterator[tuple[str, bytes, bytes]]:
        """The runs, with their needles, that have part in the pieces of a text, and those pieces."""
        if not self._pieces or len(text) > _MUCH:
            # Of one file it does not pay to compile anything; of a text full of runs, to look for all in each piece.
            for run, needle, part in self._runs:
                yield from ((run, needle, text[start:end]) for start, end in _enclosing(part, text))
            return
        if self._search is None:
            import re

            self._search = re.compile(_any_of({part for _, _, part in self._runs})).search
        match = self._search(text)
        while match is not None:
            start, end = text.rfind(b" ", 0, match.start()) + 1, text.find(b" ", match.start())
            piece = text[start:end]
            yield from ((run, needle, piece) for run, needle, part in self._runs if part in piece)
            match = self._search(text, end)

    def _note(self, key: bytes | str, needle: bytes, text: bytes) -> None:
        """Remember the compounds that hold what a key stands for."""
        for start, end in _enclosing(needle, text):
            compound = text[start:end]
            if isinstance(key, bytes):
                matters = key in compound.split(b"-")
            else:
                matters = not key.startswith(EACH) or resolve(key).holds(compound)
            if matters:
                self._telling.setdefault(compound, set()).add(key)


def _enclosing(needle: bytes, text: bytes) -> Iterator[tuple[int, int]]:
    """Where what holds a needle begins and ends in a text, whose parts have a blank on either side."""
    at = text.find(needle)
    while at >= 0:
        start, end = text.rfind(b" ", 0, at) + 1, text.find(b" ", at)
        yield start, end
        at = text.find(needle, end)


def _any_of(words: set[bytes]) -> bytes:
    """An expression for any of some words, which share their beginnings: so ``re`` is five times as quick."""
    import re

    if b"" in words:
        return b""
    if not words:
        return rb"(?!)"
    rests: dict[bytes, set[bytes]] = {}
    for word in words:
        rests.setdefault(word[:1], set()).add(word[1:])
    return b"(?:%s)" % b"|".join(re.escape(first) + _any_of(rest) for first, rest in sorted(rests.items()))
