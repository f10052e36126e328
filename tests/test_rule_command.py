"""What `picketlint rule` prints: the list of rules, and the page of each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commandline import picketlint

from picketlint import registry, rulepage
from picketlint.rule import Rule


def test_the_list_of_rules(tmp_path: Path) -> None:
    outcome = picketlint("rule", cwd=tmp_path)
    assert outcome.code == 0
    heading, *lines = outcome.out.splitlines()
    assert heading.split() == ["Code", "Name", "Severity", "Status", "Summary"]
    assert [line.split()[0] for line in lines] == [rule.id for rule in registry.load().rules]
    described = json.loads(picketlint("rule", "--output-format", "json", cwd=tmp_path).out)
    assert [one["id"] for one in described] == [rule.id for rule in registry.load().rules]


@pytest.mark.parametrize("beginning", ["PKT4", "pkt4"])
def test_the_list_of_the_rules_of_one_kind(tmp_path: Path, beginning: str) -> None:
    outcome = picketlint("rule", beginning, cwd=tmp_path)
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.out.splitlines()[1:]] == [
        rule.id for rule in registry.load().rules if rule.id.startswith("PKT4")
    ]


@pytest.mark.parametrize("key", ["PKT101", "pkt101", "unsafe-torch-load"])
def test_the_page_of_a_rule(tmp_path: Path, key: str) -> None:
    outcome = picketlint("rule", key, cwd=tmp_path)
    assert outcome.code == 0
    assert outcome.out.startswith("# PKT101 unsafe-torch-load\n\nCheckpoint loaded with the full pickle machinery.\n\n")
    assert "| Weakness | [CWE-502](https://cwe.mitre.org/data/definitions/502.html) |\n" in outcome.out
    assert "\n## Why is this bad?\n" in outcome.out
    assert "\n## Reported\n\n" in outcome.out
    assert "\n## Not reported\n\n" in outcome.out
    (described,) = json.loads(picketlint("rule", key, "--output-format", "json", cwd=tmp_path).out)
    assert described["page"] == outcome.out
    assert described["documentable"] is True


@pytest.mark.parametrize("rule", registry.load().rules, ids=lambda rule: rule.id)
def test_every_rule_has_a_page_that_can_be_read(rule: Rule) -> None:
    page = rulepage.render(rule)
    lines = page.splitlines()
    assert lines[0] == f"# {rule.id} {rule.name}"
    assert lines[2] == rule.summary
    assert "## Reported" in lines
    assert all(line.isprintable() for line in lines)
    assert sum(line.startswith("```") for line in lines) % 2 == 0
    json.dumps(rulepage.describe(rule))
