"""README.md and docs/: their tables, options, links and sample outputs are those of the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hosts import bandit, flake8, picketlint
from packaging.version import Version

from picketlint import __version__, registry
from picketlint.configuration.config import read_config
from picketlint.configuration.settings import DEFAULT_EXCLUDES, DEFAULT_TEST_PATTERNS

PROJECT = Path(__file__).parent.parent
PAGES = sorted((*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md"), PROJECT / "examples/README.md"))
LOADER = "import torch\n\n\ndef load(path):\n    return torch.load(path, weights_only=False)\n"
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
_COMMAND = re.compile(r"\bpicketlint (check|exceptions|rule|cache)\b([^`\n|>&#]*)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


def _text(name: str) -> str:
    return (PROJECT / name).read_text("utf-8")


def _samples(name: str) -> list[str]:
    return [text for language, text in _FENCE.findall(_text(name)) if language == "text"]


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def test_the_table_has_every_rule_of_this_version() -> None:
    rows = re.findall(r"^\| (PKT\d{3}) \| ([a-z-]+) \|", _text("README.md"), re.M)
    rules = {(rule.id, rule.name): Version(rule.since) for rule in registry.load().rules}
    assert rows == sorted(rows)
    assert set(rows) <= set(rules)
    # A new rule is one file: it comes into the table when the version does that is to have it.
    assert [one for one, since in rules.items() if since <= Version(__version__) and one not in rows] == []


def test_the_configuration_is_understood_and_complete(tmp_path: Path) -> None:
    [table] = [text for language, text in _FENCE.findall(_text("README.md")) if language == "toml"]
    (tmp_path / "pyproject.toml").write_text(table, "utf-8")
    config = read_config(str(tmp_path / "pyproject.toml"))
    assert config is not None
    named = set(re.findall(r"^([a-z-]+) = |^\[tool\.picketlint\.([a-z-]+)\]", table, re.M))
    assert {one or other for one, other in named} == {field.replace("_", "-") for field in config._fields}


def test_the_built_in_lists_are_those_that_apply() -> None:
    passage = _text("README.md").partition("The built-in list of tests")[2].partition("An unknown key")[0]
    named = set(re.findall(r"`([^`]+)`", passage))
    suffixes = {".pyi", ".ipynb"}
    tests = {one for one in DEFAULT_TEST_PATTERNS if not one.endswith(tuple(suffixes))}
    assert tests | suffixes <= named
    assert {f"{one.removesuffix('.py')}{suffix}" for one in tests if one.endswith(".py") for suffix in suffixes} <= set(
        DEFAULT_TEST_PATTERNS
    )
    assert named - tests - suffixes <= DEFAULT_EXCLUDES


def test_every_option_that_is_named_exists() -> None:
    asked = {(command, option) for page in PAGES for command, rest in _COMMAND.findall(page.read_text("utf-8"))
             for option in _OPTION.findall(rest)}  # fmt: skip
    assert {command for command, _ in asked} == {"check", "exceptions", "rule"}
    helped = {command: picketlint(command, "--help", cwd=PROJECT).out for command, _ in asked}
    assert [(command, option) for command, option in sorted(asked) if f"{option} " not in f"{helped[command]} "] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text("utf-8")):
        name, _, anchor = target.partition("#")
        there = page.parent / name if name else page
        assert there.exists(), target
        headings = re.findall(r"^#+ (.*)$", there.read_text("utf-8"), re.M) if anchor else []
        slugs = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
        assert not anchor or anchor in slugs, target


def test_the_samples_of_the_command_line() -> None:
    out = _squeezed(picketlint("check", "examples/mlproject", cwd=PROJECT).out)
    [finding] = _samples("README.md")
    assert _squeezed(finding) in out
    [command] = _samples("docs/notebooks.md")
    first, last = command.split(", and ...\n")
    assert _squeezed(first) in out
    assert _squeezed(last) in out


def test_the_samples_of_the_hosts(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/train.py").write_text(LOADER)
    shown, displaced = _samples("docs/flake8.md")
    assert flake8("--select", "PKT,E9", "src", cwd=tmp_path).out == shown
    issue, failed = _samples("docs/bandit.md")
    out = bandit("-r", "src", "-t", "PKT101", cwd=tmp_path).out
    assert [line for line in issue.splitlines() if f"{line}\n" not in out] == []
    (tmp_path / "src/train.py").write_text("import torch\ntorch.load(path, weights_only=False)  # noqa\n")
    start = displaced.partition("...")[0]
    assert start in flake8("--select", "PKT,E9", "src", cwd=tmp_path).out
    (tmp_path / "pyproject.toml").write_text("[tool.picketlint]\nselct = []\n")
    assert failed in re.sub(r"\[PKT\d{3}:\w+\]", "[PKT101:unsafe_torch_load]", bandit("-r", "src", cwd=tmp_path).out)
