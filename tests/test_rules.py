"""Every example of every rule, as a test of its own."""

from __future__ import annotations

import gc

import pytest

from picketlint import registry
from picketlint.engine import Checks, analyze
from picketlint.rule import Example, Rule
from picketlint.semantics.module import Module

CASES = [
    pytest.param(rule, example, id=f"{rule.id}-{'bad' if example.bad else 'good'}-{number}")
    for rule in registry.load().rules
    for number, example in enumerate(rule.examples, 1)
]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_example(rule: Rule, example: Example) -> None:
    checks = Checks(frozenset({rule.id, *example.beside}), lambda: example.torch, approved=example.approved)
    reported = analyze(example.code.encode(), example.path, checks).findings
    findings = [finding for finding in reported if finding.rule == rule.id]
    assert len(findings) == int(example.bad), [finding.message for finding in findings]
    if example.at is not None:
        assert f"{findings[0].span.line}:{findings[0].span.column}" == example.at
    if example.confidence is not None:
        assert findings[0].confidence is example.confidence


def modules() -> int:
    """How many modules are in memory."""
    return sum(isinstance(one, Module) for one in gc.get_objects())


def test_a_module_is_gone_when_its_report_is_made() -> None:
    # A circle among its answers would leave it, and the syntax tree, to Python's garbage collector.
    checks = Checks(frozenset(rule.id for rule in registry.load().rules))
    gc.collect()
    before = modules()
    gc.disable()
    try:
        for rule in registry.load().rules:
            for example in rule.examples:
                analyze(example.code.encode(), example.path, checks)
        assert modules() == before
    finally:
        gc.enable()
