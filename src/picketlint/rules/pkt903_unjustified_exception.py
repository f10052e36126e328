"""Comment that wants to excuse a violation but does not say enough.

## What it does
Looks at the comments that stand where an exception counts: trailing on a line of the reported expression, inside or
directly above it, or directly above its statement. A comment there that names the flag, speaks of safety or trust, or
carries the marker `security-exception:`, and yet does not document an exception, is reported with what it lacks. The
violation itself is reported beside it.

## Why is this bad?
A reviewer cannot approve "needed" or "safe": an exception has to say why the pattern is needed and why it is safe in
this place. A comment that says the opposite ("user-supplied file") is a warning nobody acted upon.

## Instead
State where the input comes from, in your own words, and more than the name of the flag. A comment that names who made
the data and how it got here will do; in any language, after the marker:

    weights_only=False,  # written by save_state() of this class in the same job, never supplied by the user
    # security-exception: <the reason, in any language>

## References
- [CWE-1116: Inaccurate Comments](https://cwe.mitre.org/data/definitions/1116.html)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from picketlint.rule import Hit, Module, Review, Rule, Severity, Status, bad, good, on_review

if TYPE_CHECKING:
    from picketlint.rule import Wording

FORM = "for example: `# written by our own exporter in this job, never supplied by the user`"
WITH = ("PKT101",)
LOAD = "import torch\ntorch.load(p, weights_only=False)"


class UnjustifiedException(Rule):
    id = "PKT903"
    name = "unjustified-exception"
    since = "0.2"
    severity = Severity.MEDIUM
    cwe = 1116
    policy = "Creating a security exception"
    triggers = (b"#",)
    documentable = False
    examples = (
        bad(f"{LOAD}  # weights_only=False is needed", at="2:36", beside=WITH, why="repeats the flag"),
        bad(f"{LOAD}  # trusted", beside=WITH, why="trusted by whom, and why?"),
        bad(f"{LOAD}  # safe, the file is user-supplied", beside=WITH, why="says the opposite"),
        bad(f"{LOAD}  # security-exception: TODO", beside=WITH, why="a placeholder"),
        bad("import torch\n# only load trusted checkpoints\ntorch.load(p, weights_only=False)", at="2:1", beside=WITH),
        good(f"{LOAD}  # generated internally by the exporter, not supplied by the user", beside=WITH),
        good(f"{LOAD}  # security-exception: das Modul schreibt diese Datei im selben Lauf selbst", beside=WITH),
        good(f"{LOAD}  # load the optimizer state", beside=WITH, why="it does not try to excuse anything"),
        good("import torch\ntorch.load(p, weights_only=True)  # safe", beside=WITH, why="nothing to excuse"),
    )

    @on_review()
    def check(self, review: Review, module: Module) -> Iterator[Hit]:
        stays = {finding for finding in review.findings if finding.status is Status.OPEN}
        seen = set()
        for remark in review.remarks:
            told = remark.wording.attempt or remark.wording.contrary or remark.excuses
            if remark.finding in stays and told and remark.block.span not in seen:
                seen.add(remark.block.span)
                lacking = _lacking(remark.wording, marker_only=review.marker_only)
                if lacking:
                    message = f"This comment does not document an exception to {remark.finding.rule}: {lacking}"
                    yield self.at(remark.block.span, message)


def _lacking(wording: Wording, *, marker_only: bool) -> str:
    """Which half is missing, and a form that would do; empty for a comment that lacks nothing itself."""
    if wording.contrary:
        return f"it says that the input cannot be trusted (`{wording.contrary[:60]}`); mend the code instead"
    if wording.marked:
        return "" if wording.detail else "the marker is there, the reason is not; write after it why this is safe here"
    if marker_only and wording.accepted:
        return "this project accepts only the marker; begin it with `security-exception:`"
    if wording.trust and not wording.detail:
        return f"it claims trust without saying why; say who made the input and how it got here, {FORM}"
    if not wording.trust and wording.detail:
        return f"it does not say why the input can be trusted here; add that, {FORM}"
    if not wording.trust:
        return f"it says neither why this is needed nor why it is safe here; write both, {FORM}"
    return ""
