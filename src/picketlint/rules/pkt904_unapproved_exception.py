"""Documented exception that the code owners have not approved.

## What it does
Where a lock file is configured (`exceptions-lock`), reports every documented exception that is not in it: a new one, a
further one with the same code, or one whose code or reason changed since it was approved.

## Why is this bad?
The policy asks for a review by the code owners. An exception that nobody approved is a violation with a comment.

## Instead
Run `picketlint exceptions --lock` and commit the lock file with the change. Where the check is given rules by an option
(`--extend-select PKT302`), give `--lock` the same option. Without picketlint on the path, the pre-commit hook
`picketlint-lock` does it: `pre-commit run picketlint-lock --hook-stage manual`. A `CODEOWNERS` line for that one file
makes the host ask its owners for their review.

## References
- [GitHub: about code owners](https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners)
- [CWE-1053: Missing Documentation for Design](https://cwe.mitre.org/data/definitions/1053.html)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from picketlint.rule import Hit, Module, Review, Rule, Severity, bad, good, on_review

EXCUSED = "import torch\ntorch.load(p, weights_only=False)  # written by our own exporter, never by a user\n"
ENTRY = ("PKT101", "torch.load(p,weights_only=False)", "written by our own exporter, never by a user")


class UnapprovedException(Rule):
    id = "PKT904"
    name = "unapproved-exception"
    since = "0.1"
    severity = Severity.MEDIUM
    cwe = 1053
    policy = "Creating a security exception"
    triggers = (b"#",)
    documentable = False
    examples = (
        bad(EXCUSED, at="2:1", beside=("PKT101",), approved=()),
        bad(EXCUSED + EXCUSED, at="4:1", beside=("PKT101",), approved=(ENTRY,), why="approved once, there twice"),
        bad(EXCUSED.replace("our own", "the nightly"), beside=("PKT101",), approved=(ENTRY,), why="another reason"),
        good(EXCUSED, beside=("PKT101",), approved=(ENTRY,)),
        good(EXCUSED.replace("p, w", "p,\n    w"), beside=("PKT101",), approved=(ENTRY,), why="only reformatted"),
        good(EXCUSED, beside=("PKT101",), why="no lock file is configured"),
    )

    @on_review(beside=True)
    def check(self, review: Review, module: Module) -> Iterator[Hit]:
        if review.approved is None:
            return
        left = Counter(review.approved)
        for finding in sorted(review.findings, key=lambda finding: finding.sort_key):
            if finding.justification is None:
                continue
            entry = (finding.rule, finding.code, finding.justification)
            left[entry] -= 1
            if left[entry] < 0:
                message = (
                    f"This exception to {finding.rule} is not in the lock file of approved exceptions; run "
                    f"`picketlint exceptions --lock` and have the code owners review the change"
                )
                yield self.at(finding.span, message)
