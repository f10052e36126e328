"""Exception marker that excuses nothing.

## What it does
Reports a comment with the marker `security-exception:` that excuses no finding: the code beside it was fixed, the
comment is in the wrong place, or the violation can never be excused. If a lock file of approved exceptions is
configured, an entry in it whose exception is gone is reported too.

## Why is this bad?
Reviewers read exceptions, and reports count them. One that is no longer needed will silently excuse whatever is written
beside it next.

## Instead
Delete the comment, or move it: to the end of a line of the expression, inside its parentheses, or directly above the
statement, without a blank line between them.

## References
- [CWE-1116: Inaccurate Comments](https://cwe.mitre.org/data/definitions/1116.html)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from picketlint.knowledge.justifications import MARKER
from picketlint.rule import Hit, Module, Review, Rule, Severity, Span, bad, good, on_review

MARKED = re.compile(MARKER, re.IGNORECASE)
REASON = "# security-exception: our own exporter writes this file in the same job"
ENTRY = (("PKT101", "torch.load(p,weights_only=False)", REASON[2:]),)


class UnusedException(Rule):
    id = "PKT905"
    name = "unused-exception"
    since = "0.1"
    severity = Severity.LOW
    cwe = 1116
    policy = "Creating a security exception"
    triggers = (b"ecurity-", b"ECURITY-")
    documentable = False
    judges_all = True
    examples = (
        bad(f"import torch\ntorch.load(p, weights_only=True)  {REASON}", at="2:35", why="nothing left to excuse"),
        bad(f"import torch\n{REASON}\n\ntorch.load(p, weights_only=False)", at="2:1", why="a blank line between"),
        bad(f"import torch\n{REASON}\nx = 1\ntorch.load(p, weights_only=False)", why="above another statement"),
        bad("x = 1", at="1:1", approved=ENTRY, why="the lock file approves what is gone"),
        good(f"import torch\ntorch.load(p, weights_only=False)  {REASON}"),
        good(f"import torch\ntorch.load(p, weights_only=False)  {REASON}", approved=ENTRY),
        good(f"import torch\n{REASON}\ntorch.load(p, weights_only=False)"),
        good('text = "security-exception: a string is no comment"'),
        good("# how security-exception comments are read\nx = 1", why="speaks of markers, is none"),
    )

    @on_review(alone=True)
    def check(self, review: Review, module: Module) -> Iterator[Hit]:
        used = {comment.line for remark in review.remarks for comment in remark.block.comments}
        for line, comment in review.comments.items():
            if line not in used and MARKED.search(comment.text):
                place = Span(line, comment.column, line, comment.column + len(comment.text))
                message = "This `security-exception` excuses nothing; delete it, or move it beside what it is about"
                yield self.at(place, message)
        yield from self._stale(review)

    def _stale(self, review: Review) -> Iterator[Hit]:
        """Entries of the lock file that the file no longer has an exception for, told at its beginning."""
        there = Counter(
            (finding.rule, finding.code, finding.justification or "") for finding in (*review.findings, *review.hidden)
        )
        stale = Counter(review.approved or ()) - there
        if stale:
            rule, code, _ = min(stale)
            others = f" and {stale.total() - 1} more" if stale.total() > 1 else ""
            message = (
                f"The lock file approves an exception to {rule} in `{code}`{others} that this file no longer has; "
                f"run `picketlint exceptions --lock`"
            )
            yield self.at(Span(1, 1, 1, 1), message)
