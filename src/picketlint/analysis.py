"""From a parsed module to its findings: rules, then the comments beside what they found."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from picketlint.base.lazy import regex
from picketlint.dispatch import dotenv_hits, hits, passages, reviews
from picketlint.model import Confidence, Finding, Span, Step
from picketlint.rule import Approved, Hit, Review, Rule
from picketlint.semantics.module import Module
from picketlint.source import Source, lines_ended

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.exceptions.documented import Remark
    from picketlint.exceptions.wording import Policy
    from picketlint.registry import Entry

_CONFIDENCES = tuple(Confidence)
# A secret is hidden wherever it is written in a line that is shown, unless it is a word like any other. Of more secrets
# than a person writes into one file, each is hidden where it was found.
_SHORTEST_QUOTED = 6
_MOST_QUOTED = 200
# A piece of a literal, with what stands before the next one.
_PREFIX = regex(r"[bBfFrRtTuU]{1,2}(?=[\"'])")
_PIECE = regex(
    r"(?:[bBfFrRtTuU]{1,2})?(?P<quote>\"\"\"|\'\'\'|[\"\'])(?P<body>(?:[^\\]|\\.)*?)(?P=quote)"
    r"(?:[ \t\f\n]+|\\\n|#[^\n]*)*",
    re.DOTALL,
)


def check(
    judged: Iterable[Entry],
    selected: Iterable[Entry],
    seen: Iterable[Entry],
    concealing: Iterable[Entry],
    module: Module,
    path: str,
    policy: Policy | None,
    approved: Approved | None,
) -> tuple[Finding, ...]:
    """Run the rules, then the review of comments; the findings of the selected rules, sorted.

    ``judged`` are the rules to run, ``selected`` those whose findings are wanted, ``seen`` those by whose findings
    comments are judged, ``concealing`` others that only tell what may not be shown. ``policy`` judges exceptions (None:
    as picketlint does by itself); ``approved`` are the lock file's entries for this file (None: there is no lock file).
    """
    wanted = {entry.id for entry in selected}
    rules = [entry.rule for entry in judged if entry.alone]
    reported = list(hits(rules, module))
    concealed = _Concealed([*reported, *hits([entry.rule for entry in concealing], module)] if reported else [], module)
    found = _best(concealed.findings(reported, path))
    if not found and not any(entry.alone and entry.reviews for entry in selected):
        return ()
    # Most findings have no comment beside them: what reads comments, and judges those, is not even imported then.
    beside = any(_may_have_comments(hit.anchor, finding.span, module) for _, hit, finding in found)
    reviewers = [entry.rule for entry in selected if entry.reviews and (beside or not entry.beside)]
    excused, remarks = _excused(found, module, policy) if beside else (tuple(finding for *_, finding in found), ())
    known = {entry.id for entry in seen}
    review = Review(
        tuple(finding for finding in excused if finding.rule in known),
        tuple(finding for finding in excused if finding.rule not in known),
        module.comments if reviewers else {},
        remarks,
        policy is not None and policy.marker_only,
        approved,
    )
    findings = review.findings
    for last in (False, True):
        remarked = reviews(reviewers, review._replace(findings=findings), module, last=last)
        found = _best(concealed.findings(remarked, path))
        findings += tuple(finding for _, _, finding in found)
    chosen = (finding for finding in findings if finding.rule in wanted)
    return tuple(sorted(chosen, key=lambda finding: finding.sort_key))


def check_dotenv(selected: Iterable[Entry], text: str, path: str) -> tuple[Finding, ...]:
    """The findings of the selected rules about a file of environment variables, sorted; no output shows a value."""
    from picketlint.credentials.dotenv import parse

    dotenv, source = parse(path, text), Source(text)
    values = tuple(Span(one.line, one.column, one.line, one.end_column) for one in dotenv.variables)
    found = (
        _finding(entry.rule, hit, source, path)._replace(secrets=values)
        for entry in selected
        for hit in dotenv_hits(entry.rule, dotenv)
    )
    return tuple(sorted(found, key=lambda finding: finding.sort_key))


Found = tuple[Rule, Hit, Finding]


def concealed_in(text: str, concealing: Iterable[Entry], *, code: bool = False) -> tuple[Span, ...]:
    """The stretches of a text that no output may show, line by line, where there is no syntax tree to go by.

    ``code``: the text is that of a cell with code that is no Python.
    """
    source = Source(lines_ended(text))
    from picketlint.credentials.suspected import suspected
    from picketlint.semantics.passages import Places

    places = Places(source.text)
    secrets = (passage.secret for _, passage in passages((entry.rule for entry in concealing), source.text, code=code))
    spans = {places.span(*secret) for secret in secrets if secret is not None}
    spans.update(places.span(*secret) for secret in suspected(source.text))
    return tuple(sorted({stretch for span in spans for stretch in source.stretches(span)}))


class _Concealed:
    """The secrets that the rules saw in a module: a finding of any rule may stand in the same lines."""

    def __init__(self, reported: list[tuple[Rule, Hit]], module: Module) -> None:
        self._module = module
        source = module.source
        spans = {_span(secret, source) for _, hit in reported for secret in hit.secrets}
        bodies = {body for span in spans for body in _bodies(span, source)}
        self._stretches = sorted({stretch for body in bodies for stretch in source.stretches(body)})
        self._values = self._pattern(bodies)
        self._near: dict[tuple[int, int], tuple[Span, ...]] = {}

    def findings(self, reported: Iterable[tuple[Rule, Hit]], path: str) -> Iterator[Found]:
        """What rules reported about the file at a path, with the findings that it makes."""
        for rule, hit in reported:
            yield rule, hit, self._of(hit, _finding(rule, hit, self._module.source, path))

    def _of(self, hit: Hit, finding: Finding) -> Finding:
        """The finding, with the secrets in the lines of its anchor and of the statement around that."""
        if not self._stretches:
            return finding
        # Needed where there are secrets only, which is hardly anywhere.
        from picketlint.credentials.tokens import starred
        from picketlint.exceptions.identity import statement_of

        span, statement = finding.span, statement_of(hit.anchor, self._module)
        around = span if statement is None else self._module.source.span(statement)
        lines = (min(span.line, around.line), max(span.end_line, around.end_line))
        if lines not in self._near:
            first, last = bisect_left(self._stretches, (lines[0],)), bisect_left(self._stretches, (lines[1] + 1,))
            quoted = (span for number in range(lines[0], lines[1] + 1) for span in self._quoted(number))
            self._near[lines] = tuple(sorted({*self._stretches[first:last], *quoted}))
        # The words of a report may quote the code.
        trace = tuple(step._replace(message=starred(step.message)) for step in finding.trace)
        return finding._replace(message=starred(finding.message), trace=trace, secrets=self._near[lines])

    def _pattern(self, bodies: Iterable[Span]) -> re.Pattern[str] | None:
        """What finds the secrets that stand in one line."""
        texts: dict[str, None] = {}
        for body in sorted(bodies):
            if body.line == body.end_line:
                text = self._module.source.line(body.line)[body.column - 1 : body.end_column - 1]
                if len(text) >= _SHORTEST_QUOTED and not text.isalpha():
                    texts[text] = None
        longest_first = sorted(list(texts)[:_MOST_QUOTED], key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def _quoted(self, number: int) -> Iterator[Span]:
        """Where secrets stand in a line (1-based) that were found in another."""
        if self._values is not None:
            for found in self._values.finditer(self._module.source.line(number)):
                yield Span(number, found.start() + 1, number, found.end() + 1)


def _bodies(span: Span, source: Source) -> Iterator[Span]:
    """What stands between the quotes of a literal, piece by piece: the rest of it is syntax, and tells nothing.

    Where it cannot be told, all of the span but the prefix of its first piece.
    """
    lines = [source.line(number) for number in range(span.line, span.end_line + 1)]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    text = "\n".join(lines)
    begins = [0, *(found.end() for found in re.finditer("\n", text))]
    at, pieces = 0, []
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None:
            prefix = _PREFIX.match(text)
            pieces = [(prefix.end() if prefix is not None else 0, len(text))]
            break
        pieces.append(piece.span("body"))
        at = piece.end()
    for begin, end in pieces:
        yield Span(*_placed(begin, begins, span), *_placed(end, begins, span))


def _placed(offset: int, begins: list[int], span: Span) -> tuple[int, int]:
    """Line and column of an offset in the text of a span, given where in that each line begins."""
    row = bisect_right(begins, offset) - 1
    return span.line + row, offset - begins[row] + (span.column if row == 0 else 1)


def _best(found: Iterable[Found]) -> list[Found]:
    """Of several findings by one rule at one anchor the most confident, else the first."""
    best: dict[tuple[str, Span], Found] = {}
    for rule, hit, finding in found:
        key = (finding.rule, finding.span)
        if key not in best or _rank(finding) > _rank(best[key][2]):
            best[key] = (rule, hit, finding)
    return list(best.values())


def _rank(finding: Finding) -> int:
    return _CONFIDENCES.index(finding.confidence)


def _may_have_comments(anchor: ast.AST | Span, span: Span, module: Module) -> bool:
    """Whether there can be a comment on a line of a finding, or right above one that its statement begins on."""
    beginnings = set() if isinstance(anchor, Span) else module.tree.beginnings(anchor)
    # Not all lines of a statement: one that is large can have a finding in each.
    lines = (*(line - 1 for line in beginnings), *range(span.line - 1, span.end_line + 1))
    return any("#" in module.source.line(line) for line in lines)


def _excused(
    found: list[Found], module: Module, policy: Policy | None
) -> tuple[tuple[Finding, ...], tuple[Remark, ...]]:
    """The findings with what the comments beside them make of them, and what these comments say."""
    from picketlint.exceptions import documented as exceptions

    anchored = [(finding, hit.anchor if rule.documentable else None) for rule, hit, finding in found]
    findings, remarks = exceptions.review(anchored, module, module.comments, policy)
    return tuple(findings), tuple(remarks)


def _finding(rule: Rule, hit: Hit, source: Source, path: str) -> Finding:
    span = _span(hit.anchor, source)
    focus = span if hit.focus is hit.anchor else _span(hit.focus, source)
    trace = hit.trace
    if focus is not span and not (span[:2] <= focus[:2] and focus[2:] <= span[2:]):
        # What is shown is the offending code; what decides elsewhere is a step that led there.
        shown = span.line <= focus.line <= span.end_line
        if not shown and all(step[:2] != focus[:2] for step in trace):
            trace = (*trace, Step(focus.line, focus.column, "it comes from here"))
        focus = span
    return rule.finding(
        path, span, hit.message, focus=focus, severity=hit.severity, confidence=hit.confidence, trace=trace
    )


def _span(place: ast.AST | Span, source: Source) -> Span:
    return place if isinstance(place, Span) else source.span(place)
