"""From the bytes of one file to its report: prefilter, tree, rules, exception comments, findings.

No I/O, no globals, and no exception for bad input: what cannot be read as Python is a finding of PKT000.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from picketlint import prefilter, registry
from picketlint.dispatch import hits, reviews
from picketlint.model import Confidence, Finding, Report, Span, Step
from picketlint.module import Module, Version
from picketlint.rule import Approved, Hit, Review, Rule
from picketlint.source import Source, UnreadableSource, decode, parse

if TYPE_CHECKING:
    from picketlint.exceptions import Policy

UNREADABLE = "PKT000"
_CONFIDENCES = tuple(Confidence)


class Checks(NamedTuple):
    """What applies to one file.

    ``codes`` are the ids of the rules to run; ``torch_floor`` tells the lowest torch release the project supports;
    ``exceptions`` how documented exceptions are judged (None: by the words picketlint ships); ``approved`` are the
    entries of the lock file for this file (None: no lock file is in use).
    """

    codes: frozenset[str]
    torch_floor: Callable[[], Version | None] = lambda: None
    exceptions: Policy | None = None
    approved: Approved | None = None


def analyze(data: bytes | str, path: str, checks: Checks, *, tree: ast.Module | None = None) -> Report:
    """Check one file.

    ``data`` is its bytes, or its text where a host has decoded it already; ``path`` is what findings are reported
    under. ``tree`` is the host's own syntax tree, if it has one: it is read, never changed.
    """
    everything = registry.load().rules
    rules = [rule for rule in everything if rule.id in checks.codes]
    if not rules:
        return Report(path)
    unreadable = next((rule for rule in rules if rule.id == UNREADABLE), None)
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    fitting = [rule for rule in prefilter.candidates(rules, raw) if rule is not unreadable]
    needed = any(rule.alone for rule in fitting)
    if checks.approved:
        # An approved exception that is gone must be noticed, though nothing in the file asks for a look.
        fitting = [rule for rule in rules if rule is not unreadable]
        needed = True
    if not needed and (unreadable is None or tree is not None):
        return Report(path)
    try:
        text = decode(data) if isinstance(data, bytes) else data
        root = parse(text) if tree is None else tree
    except UnreadableSource as error:
        return Report(path, (_unreadable(unreadable, path, error),) if unreadable else ())
    if not needed:
        return Report(path)
    # Whether a marker excuses nothing can only be told with every rule it could excuse.
    judged = prefilter.candidates(everything, raw) if any(rule.judges_all for rule in fitting) else fitting
    module = Module(root, Source(text), checks.torch_floor)
    return Report(path, _check(judged, fitting, module, path, checks))


def _unreadable(rule: Rule, path: str, error: UnreadableSource) -> Finding:
    place = Span(error.line, error.column, error.line, error.column)
    return _finding(rule, Hit(place, place, f"Not checked, {error.message}"), None, path)


def _check(
    judged: Iterable[Rule], selected: list[Rule], module: Module, path: str, checks: Checks
) -> tuple[Finding, ...]:
    """Run the rules, then the review of comments; the findings of the selected rules, sorted."""
    codes = {rule.id for rule in selected}
    found = _best((rule, hit, _finding(rule, hit, module, path)) for rule, hit in hits(judged, module))
    reviewers = [rule for rule in selected if rule.reviews]
    if not found and not any(rule.alone for rule in reviewers):
        return ()
    review = _review(found, module, codes, checks)
    findings = review.findings
    for last in (False, True):
        reported = reviews(reviewers, review._replace(findings=findings), module, last=last)
        found = _best((rule, hit, _finding(rule, hit, module, path)) for rule, hit in reported)
        findings += tuple(finding for _, _, finding in found)
    return tuple(sorted(findings, key=lambda finding: finding.sort_key))


Found = tuple[Rule, Hit, Finding]


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


def _review(found: list[Found], module: Module, codes: set[str], checks: Checks) -> Review:
    """The findings with what the comments beside them make of them."""
    # Most files have nothing to review: what reads comments is not even imported for them.
    from picketlint import exceptions

    comments = module.comments
    policy = checks.exceptions or exceptions.Policy()
    anchored = [(finding, hit.anchor if rule.documentable else None) for rule, hit, finding in found]
    findings, remarks = exceptions.review(anchored, module, comments, policy)
    return Review(
        tuple(finding for finding in findings if finding.rule in codes),
        tuple(finding for finding in findings if finding.rule not in codes),
        comments,
        tuple(remarks),
        policy.marker_only,
        checks.approved,
    )


def _finding(rule: Rule, hit: Hit, module: Module | None, path: str) -> Finding:
    span, focus = _span(hit.anchor, module), _span(hit.focus, module)
    trace = hit.trace
    if not (span[:2] <= focus[:2] and focus[2:] <= span[2:]):
        # What is shown is the offending code; what decides elsewhere is a step that led there.
        if all(step[:2] != focus[:2] for step in trace):
            trace = (*trace, Step(focus.line, focus.column, "it comes from here"))
        focus = span
    return Finding(
        rule.id,
        rule.name,
        path,
        None,
        span,
        focus,
        hit.message,
        hit.severity or rule.severity,
        hit.confidence or rule.confidence,
        rule.cwe,
        rule.url,
        trace,
    )


def _span(place: ast.AST | Span, module: Module | None) -> Span:
    if isinstance(place, Span):
        return place
    assert module is not None
    return module.source.span(place)
