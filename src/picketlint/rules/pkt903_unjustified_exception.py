"""Comment that tries to excuse a violation but does not say enough.

## What it does
Looks at the comments in the places where an exception counts: at the end of a line of the reported expression, inside
or directly above it, or directly above its statement. A comment there is reported if it tries to excuse the code and
does not say enough to document an exception; the message says what is missing. A comment tries to excuse the code if it

- names the flag, or speaks of safety or trust,
- gives a need, a use or a verdict as the reason ("needed for", "only used internally", "OK:"),
- states that the input comes from outside, or
- carries the marker `security-exception:`.

The violation itself stays open, so turning this rule off does not get past it. A comment that only describes the code
is left alone, and so is code that was commented out.

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

from picketlint.rule import Hit, Module, Review, Rule, Severity, Status, bad, good, on_review

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.rule import Wording

WITH = ("PKT101",)
LOAD = "import torch\ntorch.load(p, weights_only=False)"
QUOTED = 60


class UnjustifiedException(Rule):
    id = "PKT903"
    name = "unjustified-exception"
    since = "0.1"
    severity = Severity.MEDIUM
    cwe = 1116
    policy = "Creating a security exception"
    triggers = (b"#",)
    documentable = False
    examples = (
        bad(f"{LOAD}  # weights_only=False is needed", at="2:36", beside=WITH, why="repeats the flag"),
        bad(f"{LOAD}  # trusted", beside=WITH, why="trusted by whom, and why?"),
        bad(f"{LOAD}  # needed", beside=WITH, why="for what, and why is it safe?"),
        bad("import torch\n# This is intentional.\ntorch.load(p, weights_only=False)", at="2:1", beside=WITH),
        bad(f"{LOAD}  # safe, the file is user-supplied", beside=WITH, why="says the opposite"),
        bad(f"{LOAD}  # should be generated internally by the exporter", beside=WITH, why="a hope"),
        bad(f"{LOAD}  # noqa: S614 - generated internally by the exporter", beside=WITH, why="behind a directive"),
        bad(f"{LOAD}  # security-exception: TODO", beside=WITH, why="a placeholder"),
        bad("import torch\n# only load trusted checkpoints\ntorch.load(p, weights_only=False)", at="2:1", beside=WITH),
        bad(f"{LOAD}  # needed: the checkpoint holds numpy scalars", beside=WITH, why="needed, but why is it safe?"),
        bad(f"{LOAD}  # file is user-supplied", beside=WITH, why="says the opposite"),
        bad(f"{LOAD}  # its SHA-256 is not checked before loading", beside=WITH, why="says the opposite"),
        good(f"{LOAD}  # generated internally by the exporter, not supplied by the user", beside=WITH),
        good(f"{LOAD}  # security-exception: das Modul schreibt diese Datei im selben Lauf selbst", beside=WITH),
        good(f"{LOAD}  # load the optimizer state", beside=WITH, why="it does not try to excuse anything"),
        good(f"{LOAD}  # legacy; the config is required, the rest is not", beside=WITH, why="nor does this"),
        good(f"import torch\n# torch.load(p, weights_only=True)\n{LOAD[13:]}", beside=WITH, why="commented-out code"),
        good(f"import torch\n# the file may be gone: safely ignore the error\n{LOAD[13:]}", beside=WITH),
        good("import torch\ntorch.load(p, weights_only=True)  # safe", beside=WITH, why="nothing to excuse"),
    )

    @on_review(beside=True)
    def check(self, review: Review, module: Module) -> Iterator[Hit]:
        from picketlint.knowledge.justifications import FORM, FORMS

        stays = {finding for finding in review.findings if finding.status is Status.OPEN}
        seen = set()
        for remark in review.remarks:
            wording, finding = remark.wording, remark.finding
            told = wording.trust or wording.attempt or wording.directive or remark.excuses
            if finding in stays and told and remark.block.span not in seen:
                seen.add(remark.block.span)
                form = FORMS.get(finding.cwe, FORM)
                lacking = _lacking(wording, f"for example: `# {form}`", marker_only=review.marker_only)
                if lacking:
                    message = f"This comment does not document an exception to {finding.rule}: {lacking}"
                    yield self.at(remark.block.span, message)


def _lacking(wording: Wording, form: str, *, marker_only: bool) -> str:
    """Which half is missing, and a form that would do; empty for a comment that lacks nothing itself."""
    if wording.contrary:
        return f"it says that the input cannot be trusted (`{wording.contrary[:QUOTED]}`); fix the code instead"
    if marker_only and not wording.marked:
        return "this project accepts only the marker; write `security-exception:` and then the reason"
    if wording.marked:
        return "" if wording.detail else "the marker has no reason; write after it why this is safe here"
    if wording.trust:
        return "" if wording.detail else f"it claims trust without saying why; say who made the input, {form}"
    if wording.directive:
        return f"what follows a directive such as `noqa` is not read; write it after a `#` of its own, {form}"
    if wording.hedged:
        return f"it is a hope, a question, a plan or an instruction; state what is the case here, {form}"
    if wording.detail:
        return f"it does not say why the input can be trusted here; add that, {form}"
    return f"it says neither why this is needed nor why it is safe here; write both, {form}"
