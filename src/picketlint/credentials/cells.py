"""The credentials in code that is no Python: a script for a shell, a file of settings, a query for a database."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from picketlint.base.records import NamedTuple
from picketlint.credentials.bindings import glimpse_of, levels_of
from picketlint.credentials.embedded import Embedded, embedded, in_lines, of_users
from picketlint.credentials.programs import in_command
from picketlint.credentials.strength import Strength
from picketlint.credentials.tokens import tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.model import Confidence, Severity

_SUFFICIENT = (Strength.CHOSEN, Strength.RANDOM)


class Shown(NamedTuple):
    """A credential in a text, and where it stands, or the line it is encoded in (0-based, the end exclusive)."""

    start: int
    end: int
    found: Embedded

    @property
    def glimpse(self) -> str:
        """What may be shown of the secret: see ``Credential``."""
        return glimpse_of(self.found.secret)

    @property
    def levels(self) -> tuple[Severity, Confidence]:
        """How bad it is, and how sure that it is a credential."""
        return levels_of(self.found.strength, login=True)


def in_code(text: str) -> Iterator[Shown]:
    """The credentials in a text that is code, in order of their places, each once; not those that ``tokens`` knows."""
    known = tokens(text)
    starts = [token.start for token in known]
    shown: dict[tuple[int, int], Shown] = {}
    for one in _in_lines(text):
        # Tokens do not overlap: the last that begins before the end reaches farthest.
        before = bisect_left(starts, one.end) - 1
        if before < 0 or known[before].end <= one.start:
            shown.setdefault((one.start, one.end), one)
    yield from (shown[place] for place in sorted(shown))


def _in_lines(text: str) -> Iterator[Shown]:
    start = 0
    for line in text.split("\n"):
        for found in (*embedded(line), *in_command(line)):
            if found.strength in _SUFFICIENT:
                at = line.find(found.secret)
                end = len(line) if at < 0 else at + len(found.secret)
                yield Shown(start + max(at, 0), start + end, found)
        start += len(line) + 1
    for several in (in_lines(text), of_users(text)):
        end = 0
        for found in several:
            # They come in order, and are written as they are.
            start = text.index(found.secret, end)
            end = start + len(found.secret)
            yield Shown(start, end, found)
