"""The vocabulary every layer shares: severities, places, findings and problems.

Everything here is immutable, picklable and free of behaviour, so that a finding means the same in the command line,
in flake8, in Bandit and in a worker process.
"""

from __future__ import annotations

from picketlint.base.records import Enum, NamedTuple


class Severity(Enum):
    """How bad the consequences are if the finding is real."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Confidence(Enum):
    """How sure the analysis is that the code does what the finding says."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Status(Enum):
    """What became of a finding. Only ``OPEN`` findings make a run fail."""

    OPEN = "open"
    EXCEPTED = "excepted"
    BASELINED = "baselined"


class Lifecycle(Enum):
    """Whether a rule runs unless asked for by its full code."""

    DEFAULT = "default"
    OPTIONAL = "off by default"


class Span(NamedTuple):
    """A range of source text; lines and columns are 1-based, columns count code points, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Step(NamedTuple):
    """One step of how an unsafe value came to the place of the finding (1-based line and column).

    ``cell`` is the 1-based position of the notebook cell in which they are counted, which can be another than the
    finding's; None for a plain file.
    """

    line: int
    column: int
    message: str
    cell: int | None = None


class Finding(NamedTuple):
    """One violation of one rule at one place.

    ``span`` is the anchor: the whole offending expression, whose first line is the one reported (for a default the
    parameter, for a dict entry the key). ``focus`` is the part the caret points at. ``cell`` is the 1-based position
    of a notebook cell, in which ``span`` is then counted; None for a plain file. ``code`` is the normalized text of the
    statement, by which an excepted finding is known when lines move, and ``excuse`` where the comment stands that
    excuses it; empty and None for an open one. ``secrets`` are the stretches of lines in and around the finding that
    no output may show, in order.
    """

    rule: str
    name: str
    path: str
    cell: int | None
    span: Span
    focus: Span
    message: str
    severity: Severity
    confidence: Confidence
    cwe: int
    url: str
    trace: tuple[Step, ...] = ()
    status: Status = Status.OPEN
    justification: str | None = None
    code: str = ""
    excuse: Span | None = None
    secrets: tuple[Span, ...] = ()

    @property
    def sort_key(self) -> tuple[str, int, Span, str, str]:
        """The order of every report: path, cell, place, rule, message."""
        return (self.path, self.cell or 0, self.span, self.rule, self.message)


class Problem(NamedTuple):
    """Something that kept a path from being checked in full; never a finding about its code.

    ``fatal`` problems make the exit code 2: the tool or its use is at fault, not the code.
    """

    path: str
    kind: str
    message: str
    fatal: bool = True


class Note(NamedTuple):
    """A limit that the analysis of a file came to: in words, for how many values, and the first line (1-based).

    ``cell`` is the 1-based position of the notebook cell in which ``line`` is counted; None for a plain file.
    """

    what: str
    values: int
    line: int
    cell: int | None = None


class Report(NamedTuple):
    """The outcome for one file: its findings, sorted, whatever their status, its problems, and what stayed unknown."""

    path: str
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()
