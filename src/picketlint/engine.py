"""From the bytes of one file to its report: prefilter, tree, one dispatch over the nodes, findings.

No I/O, no globals, and no exception for bad input: what cannot be read as Python is a finding of PKT000.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import NamedTuple

from picketlint import prefilter, registry
from picketlint.model import Confidence, Finding, Report, Span
from picketlint.module import Module, Version
from picketlint.rule import Call, Hit, Rule
from picketlint.source import Source, UnreadableSource, decode, parse

UNREADABLE = "PKT000"
_CONFIDENCES = tuple(Confidence)


class Checks(NamedTuple):
    """What applies to one file: the ids of the rules to run, and how to ask for the project's torch floor."""

    codes: frozenset[str]
    torch_floor: Callable[[], Version | None] = lambda: None


def analyze(data: bytes | str, path: str, checks: Checks, *, tree: ast.Module | None = None) -> Report:
    """Check one file.

    ``data`` is its bytes, or its text where a host has decoded it already; ``path`` is what findings are reported
    under. ``tree`` is the host's own syntax tree, if it has one: it is read, never changed.
    """
    rules = [rule for rule in registry.load().rules if rule.id in checks.codes]
    if not rules:
        return Report(path)
    unreadable = next((rule for rule in rules if rule.id == UNREADABLE), None)
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    fitting = [rule for rule in prefilter.candidates(rules, raw) if rule is not unreadable]
    if not fitting and (unreadable is None or tree is not None):
        return Report(path)
    try:
        text = decode(data) if isinstance(data, bytes) else data
        root = parse(text) if tree is None else tree
    except UnreadableSource as error:
        return Report(path, (_unreadable(unreadable, path, error),) if unreadable else ())
    if not fitting:
        return Report(path)
    module = Module(root, Source(text), checks.torch_floor)
    return Report(path, _findings(fitting, module, path))


def _unreadable(rule: Rule, path: str, error: UnreadableSource) -> Finding:
    place = Span(error.line, error.column, error.line, error.column)
    message = f"Not checked, {error.message}"
    return Finding(
        rule.id, rule.name, path, None, place, place, message, rule.severity, rule.confidence, rule.cwe, rule.url
    )


def _findings(rules: list[Rule], module: Module, path: str) -> tuple[Finding, ...]:
    """The findings, sorted; of two by one rule at one anchor the more confident stays, else the first."""
    best: dict[tuple[str, Span], Finding] = {}
    for rule, hit in _hits(rules, module):
        found = _finding(rule, hit, module, path)
        key = (found.rule, found.span)
        known = best.get(key)
        if known is None or _CONFIDENCES.index(found.confidence) > _CONFIDENCES.index(known.confidence):
            best[key] = found
    return tuple(sorted(best.values(), key=lambda finding: finding.sort_key))


def _finding(rule: Rule, hit: Hit, module: Module, path: str) -> Finding:
    return Finding(
        rule.id,
        rule.name,
        path,
        None,
        module.source.span(hit.anchor),
        module.source.span(hit.focus),
        hit.message,
        hit.severity or rule.severity,
        hit.confidence or rule.confidence,
        rule.cwe,
        rule.url,
        hit.trace,
    )


Check = tuple[Rule, Callable[..., Iterator[Hit]]]


def _hits(rules: list[Rule], module: Module) -> Iterator[tuple[Rule, Hit]]:
    """Everything the rules report: each node type, callee, keyword and default is looked up once for all of them."""
    table: dict[str, dict[object, list[Check]]] = {"node": {}, "call": {}, "keyword": {}, "default": {}}
    for rule in rules:
        for method, listener in rule.listeners():
            for wanted in listener.wanted:
                table[listener.kind].setdefault(wanted, []).append((rule, getattr(rule, method)))
    for kind in sorted(table["node"], key=lambda kind: kind.__name__):  # type: ignore[attr-defined]
        for node in module.tree.nodes(kind):  # type: ignore[type-var]
            for rule, check in table["node"][kind]:
                yield from ((rule, hit) for hit in check(node, module))
    if table["call"]:
        yield from _call_hits(table["call"], module)
    if table["keyword"]:
        for keyword in module.tree.nodes(ast.keyword):
            for rule, check in table["keyword"].get(keyword.arg, ()):
                yield from ((rule, hit) for hit in check(keyword, module))
    if table["default"]:
        for default in module.defaults.find(frozenset(str(name) for name in table["default"])):
            for rule, check in table["default"][default.name]:
                yield from ((rule, hit) for hit in check(default, module))


def _call_hits(wanted: dict[object, list[Check]], module: Module) -> Iterator[tuple[Rule, Hit]]:
    for node in module.tree.nodes(ast.Call):
        names = module.calls.target(node).names
        for name in names.names:
            for rule, check in wanted.get(name, ()):
                call = Call(node, name, names.certain is not None)
                yield from ((rule, hit) for hit in check(call, module))
