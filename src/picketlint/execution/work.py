"""What a worker does: checks a batch of files and tells what is worth telling."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from picketlint.base.records import NamedTuple
from picketlint.engine import expect, foresee, prepare
from picketlint.execution.batches import Job, bytes_in
from picketlint.model import Problem, Report
from picketlint.scan import check_data, content

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.engine import Checks
    from picketlint.semantics.module import Version


class Checked(NamedTuple):
    """What became of one job, by its number.

    ``report`` is None where there is nothing in it. ``floor`` is the torch release the rules were told, in a tuple, or
    None if none of them asked; ``digest`` that of the content that was checked, if it was wanted.
    """

    number: int
    report: Report | None
    floor: tuple[Version | None] | None = None
    digest: str | None = None


class _Overheard:
    """Checks of a file, ``given`` and as ``checks`` that note when a rule asks for the lowest torch release."""

    def __init__(self, given: Checks) -> None:
        self.given = given
        self.checks = given._replace(torch_floor=self._floor)
        self._answer: tuple[Version | None] | None = None

    def answer(self) -> tuple[Version | None] | None:
        """What was answered since this was last asked for, in a tuple; None if there was no question."""
        answer, self._answer = self._answer, None
        return answer

    def _floor(self) -> Version | None:
        if self._answer is None:
            self._answer = (self.given.torch_floor(),)
        return self._answer[0]


def ready(jobs: Iterable[Job]) -> None:
    """Get what checking the jobs takes, once for all the workers that are about to be forked."""
    jobs = list(jobs)
    size = bytes_in(jobs)
    # What can be done in a thread is done there while this one imports.
    foresee(size)
    prepare({code for codes in {job.checks.codes for job in jobs} for code in codes})
    expect(size)


def check_batch(jobs: Iterable[Job], digests: bool) -> list[Checked]:
    """Check files; those of which there is nothing to tell are left out. Never raises.

    ``digests``: tell the digest of the content of every file.
    """
    told = []
    overheard: _Overheard | None = None
    for job in jobs:
        data = content(job.path, job.display) if job.data is None else job.data
        if isinstance(data, Report):
            told.append(Checked(job.number, data))
            continue
        if overheard is None or overheard.given is not job.checks:
            # Neighbours share theirs.
            overheard = _Overheard(job.checks)
        report = check_data(data, job.display, overheard.checks)
        floor, empty = overheard.answer(), not any(report[1:])
        if floor or digests or not empty:
            told.append(Checked(job.number, None if empty else report, floor, digest_of(data) if digests else None))
    return told


def digest_of(data: bytes) -> str:
    """What identical contents, and no others, have in common."""
    from picketlint.base.digests import blake2b

    return blake2b(data, digest_size=20).hexdigest()


def portable(checks: Checks) -> Checks:
    """The same checks as plain values, which another process understands."""
    return checks._replace(torch_floor=partial(_identity, checks.torch_floor()))


def _identity(release: Version | None) -> Version | None:
    return release


def lost(job: Job, reason: str) -> Checked:
    """What is told of a file whose check did not come to an end."""
    message = f"not checked, {reason}: exclude the file if checking it does that again, and please report it as a bug"
    return Checked(job.number, Report(job.display, problems=(Problem(job.display, "lost-worker", message),)))
