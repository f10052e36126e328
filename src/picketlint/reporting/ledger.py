"""Lists of documented exceptions: one module per format, each a function from a Listing to lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from picketlint.base.records import NamedTuple
from picketlint.discovery.git import TRUNCATED, UNCOMMITTED, Origin
from picketlint.model import Finding, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.reporting.terminal import Terminal

FORMATS = ("text", "json", "markdown")
"""The names ``picketlint exceptions --output-format`` takes; the first is the default."""

INCOMPLETE = "This list is incomplete: picketlint reported errors."


class Row(NamedTuple):
    """A documented exception, and who wrote it when; None: unknown."""

    finding: Finding
    origin: Origin | None


class Listing(NamedTuple):
    """What a list shows.

    ``since`` is the revision that its exceptions are new against, None for all there are; ``owners`` are who is to
    review them, ``problems`` what may be missing. ``dated`` tells whether anybody asked git for the origins.
    """

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    since: str | None = None
    owners: tuple[str, ...] = ()
    dated: bool = True

    @property
    def incomplete(self) -> bool:
        """Whether something could not be looked at."""
        return any(problem.fatal for problem in self.problems)


def render(name: str, listing: Listing, terminal: Terminal) -> Iterator[str]:
    """The list in one of FORMATS, line by line and without line ends."""
    if name == "json":
        from picketlint.reporting import ledger_json

        return ledger_json.render(listing)
    if name == "markdown":
        from picketlint.reporting import ledger_markdown

        return ledger_markdown.render(listing, terminal)
    from picketlint.reporting import ledger_text

    return ledger_text.render(listing, terminal)


def when(origin: Origin | None) -> str:
    """The day of a change for a person to read."""
    if origin is None:
        return "unknown"
    if origin == UNCOMMITTED:
        return "not committed yet"
    if origin == TRUNCATED:
        return "before the clone's history"
    moment = moment_of(origin)
    return "unknown" if moment is None else moment.strftime("%Y-%m-%d")


def moment_of(origin: Origin) -> datetime | None:
    """When a change was made, on the clock of its author; None if the commit tells nonsense."""
    try:
        return datetime.fromtimestamp(origin.time, timezone(timedelta(minutes=origin.offset)))
    except (ValueError, OverflowError, OSError):
        return None
