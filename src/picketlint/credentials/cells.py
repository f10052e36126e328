"""The credentials in code that is no Python: a script for a shell, a file of settings, a query for a database."""

from __future__ import annotations

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
    known = [(token.start, token.end) for token in tokens(text)]
    shown: dict[tuple[int, int], Shown] = {}
    for one in _in_lines(text):
        if not any(start < one.end and one.start < end for start, end in known):
            shown.setdefault((one.start, one.end), one)
    yield from (shown[place] for place in sorted(shown))


def _in_lines(text: str) -> Iterator[Shown]:
    start = 0
    for line in text.split("\n"):
        for found in (*embedded(line), *in_command(line)):
            if found.strength in _SUFFICIENT:
                yield _placed(found, line, start)
        start += len(line) + 1
    for found in (*in_lines(text), *of_users(text)):
        yield _placed(found, text, 0)


def _placed(found: Embedded, text: str, start: int) -> Shown:
    at = text.find(found.secret)
    begin, end = (0, len(text)) if at < 0 else (at, at + len(found.secret))
    return Shown(start + begin, start + end, found)
