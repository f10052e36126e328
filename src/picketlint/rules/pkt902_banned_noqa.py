"""`noqa` comment that hides a finding of picketlint.

## What it does
Reports a `# noqa` on the line of an open finding that flake8 would then not show, read as flake8 reads it:

- Without codes it hides everything. The same is true if there is no list of codes right after the colon:
  `# noqa : E501`, `# noqa: because`, `# noqa: PKT`.
- A code hides every code that begins with it: `# noqa: PKT1` hides PKT101.
- It counts on the first line of the finding. A triple-quoted string or a backslash joins lines, and the first `# noqa`
  in them counts for all of them, even inside the string. Brackets do not join lines.
- A line that begins with `# flake8: noqa` switches off the whole file, whatever codes follow.

A `# noqa` that hides no finding of picketlint (`# noqa: E501`, or `# noqa` where there is no finding) is not reported.
A documented exception needs no `# noqa`.

Ruff's own comments (`# ruff: noqa: PKT101`, `# ruff: ignore[PKT101]`, `# ruff: disable[PKT101]`) hide nothing, because
ruff does not run these rules. If such a comment names the code of a finding, it is reported, because its author thinks
that it hides the finding. `# ruff: noqa` without codes is left alone.

## Why is this bad?
The policy allows one way past a rule: a comment that says why the pattern is safe here. A `noqa` says nothing, and one
without codes was most often written for something else.

## Instead
Fix the code, or document the exception. If the `noqa` is for another check, name that one: `# noqa: E501`.

flake8 obeys the comment for this rule too. Where a `noqa` would hide the report about itself, or hides a finding
without naming it, picketlint's flake8 plugin puts the report on the nearest line without one and names the true line.
flake8 never passes a file with `# flake8: noqa` to a plugin; only the command line reports that one.

## References
- [flake8: selecting and ignoring violations](https://flake8.pycqa.org/en/latest/user/violations.html)
- [CWE-1127: Compilation with Insufficient Warnings or Errors](https://cwe.mitre.org/data/definitions/1127.html)
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from picketlint.rule import (
    Finding,
    Hit,
    Module,
    Noqa,
    Review,
    RuffDirective,
    Rule,
    Severity,
    Span,
    Status,
    bad,
    file_noqas,
    good,
    noqas,
    on_review,
    ruff_directive,
)

ADVICE = "fix the code, or say in a comment why it is safe here"
WITH = ("PKT101",)
LOAD = "import torch\ntorch.load(p, weights_only=False)"
# How much of a comment and how many lines a message quotes, and how long a block of comments may be.
MAX_LENGTH = 60
MAX_LINES = 5
MAX_BLOCK = 40


class BannedNoqa(Rule):
    id = "PKT902"
    name = "banned-noqa"
    since = "0.1"
    severity = Severity.MEDIUM
    cwe = 1127
    policy = "Creating a security exception"
    triggers = (b"qa", b"QA", b"Qa", b"qA", b"ruff")
    documentable = False
    examples = (
        bad(f"{LOAD}  # noqa: PKT101", at="2:36", beside=WITH),
        bad(f"{LOAD}  # NoQA", beside=WITH, why="hides everything"),
        bad(f"{LOAD}  # noqa: S301,PKT1", beside=WITH, why="the beginning of a code is enough"),
        bad(f"{LOAD}  # noqa: we trust this", beside=WITH, why="no codes: hides everything"),
        bad('import torch\ntorch.load("""\n""", weights_only=False)  # noqa', at="3:27", beside=WITH),
        bad("x = eval(y)  # nosec  # noqa: PKT9", beside=("PKT901",), why="hides the report about the `nosec`"),
        bad(f"# flake8: noqa\n{LOAD}", at="1:1", beside=WITH, why="takes the whole file out"),
        bad(f"# flake8: noqa: E501\n{LOAD}", at="1:1", beside=WITH, why="so does this: flake8 reads no codes here"),
        bad(f"{LOAD}  # ruff: ignore[PKT101]", beside=WITH, why="hides nothing, and claims to"),
        good(f"{LOAD}  # noqa: E501", beside=WITH, why="hides nothing of picketlint's"),
        good(f"{LOAD}  # noqa: S301, S614", beside=WITH, why="neither does this"),
        good("import torch\ntorch.load(p, weights_only=True)  # noqa: PKT101", beside=WITH, why="nothing to hide"),
        good(
            "import torch\ntorch.load(\n    p,\n    weights_only=False,  # noqa: PKT101\n)",
            beside=WITH,
            why="flake8 looks at the first line only, so the finding is shown",
        ),
        good(
            f"{LOAD}  # noqa: S614  # written by our own exporter in the same job, never by a user",
            beside=WITH,
            why="a documented exception",
        ),
        good(f"# ruff: noqa\n{LOAD}", beside=WITH, why="speaks to ruff alone; the finding is shown"),
    )

    @on_review(last=True)
    def check(self, review: Review, module: Module) -> Iterator[Hit]:
        findings = [finding for finding in review.findings if finding.status is Status.OPEN]
        if not findings:
            return
        text = module.source.text
        hidden: dict[Noqa, list[Finding]] = {}
        lines = {finding.span.line for finding in findings}
        governing = noqas(text, lines if _are_alone(lines, module) else None)
        for finding in findings:
            noqa = governing.get(finding.span.line)
            if noqa is not None and noqa.hides(finding.rule):
                hidden.setdefault(noqa, []).append(finding)
        for noqa, ones in hidden.items():
            yield self.at(_comment(noqa.place, review), _line_message(noqa, ones), focus=noqa.place)
        for noqa in file_noqas(text):
            yield self.at(
                _comment(noqa.place, review), _file_message(noqa, findings), focus=noqa.place, severity=Severity.HIGH
            )
        places = _places(findings)
        latest = {code: line for line in sorted(places) for code in places[line]}
        for directive in map(ruff_directive, review.comments.values()):
            if directive is not None and _claims(directive, places, latest, review):
                place = _comment(directive.place, review)
                yield self.at(place, _ruff_message(directive), focus=directive.place)


def _are_alone(lines: set[int], module: Module) -> bool:
    """Whether nothing joins any of these lines to another: neither a literal, nor a backslash at the end of a line."""
    if any(module.source.line(number).endswith("\\") for line in lines for number in (line - 1, line)):
        return False
    literals = (node for kind in (ast.Constant, ast.JoinedStr) for node in module.tree.nodes(kind))
    # The pieces of a formatted text may have the place of the whole.
    several = {(node.lineno, node.end_lineno or node.lineno) for node in literals if node.lineno != node.end_lineno}
    return all(lines.isdisjoint(range(first, last + 1)) for first, last in several)


def _comment(place: Span, review: Review) -> Span:
    """The comment a directive stands in; the directive itself where that is a string."""
    comment = review.comments.get(place.line)
    if comment is None or comment.column > place.column:
        return place
    return Span(place.line, comment.column, place.line, comment.column + len(comment.text))


def _places(findings: Iterable[Finding]) -> dict[int, set[str]]:
    """The lines a comment about a finding would be on or above, with the codes found there."""
    places: dict[int, set[str]] = {}
    for finding in findings:
        for line in (finding.span.line, finding.focus.line, finding.span.end_line):
            places.setdefault(line, set()).add(finding.rule)
    return places


def _claims(directive: RuffDirective, places: dict[int, set[str]], latest: dict[str, int], review: Review) -> bool:
    """Whether there is a finding that the directive would cover if ruff ran these rules.

    ``latest`` is the last line of each code.
    """
    line = directive.place.line
    if directive.kind != "ignore":
        first = line if directive.kind == "disable" else 1
        return any(code.startswith(directive.codes) and last >= first for code, last in latest.items())
    covered = {line}
    while len(covered) < MAX_BLOCK and line in review.comments and review.comments[line].own_line:
        line += 1
        covered.add(line)
    return any(code.startswith(directive.codes) for line in covered for code in places.get(line, ()))


def _line_message(noqa: Noqa, hidden: list[Finding]) -> str:
    named = f"`{noqa.text[:MAX_LENGTH]}`"
    # Counted from here: only whoever shows a message knows how the lines of a file are numbered.
    elsewhere = sorted({one.span.line - noqa.place.line for one in hidden} - {0})
    where = f" ({', '.join(map(_away, elsewhere[:MAX_LINES]))})" if elsewhere else ""
    effect = f"{named} hides {_codes(hidden)}{where} from flake8"
    if noqa.codes:
        return f"{effect}, and that does not document an exception; {ADVICE}"
    return f"{effect}, because it lists no codes that flake8 can read; list them (`# noqa: E501`), and {ADVICE}"


def _away(lines: int) -> str:
    """How far a line is from here."""
    return f"{abs(lines)} line{'s' if abs(lines) > 1 else ''} {'above' if lines < 0 else 'below'}"


def _file_message(noqa: Noqa, findings: list[Finding]) -> str:
    number = f"{len(findings)} finding{'s' if len(findings) > 1 else ''}"
    return (
        f"`{noqa.text[:MAX_LENGTH]}` makes flake8 skip the whole file, whatever codes follow, and hides {number} "
        f"({_codes(findings)}); remove it, and {ADVICE}"
    )


def _ruff_message(directive: RuffDirective) -> str:
    return (
        f"`{directive.text[:MAX_LENGTH]}` hides nothing, because ruff does not run {', '.join(directive.codes)}; "
        f"remove it, and {ADVICE}"
    )


def _codes(findings: list[Finding]) -> str:
    return ", ".join(sorted({finding.rule for finding in findings}))
