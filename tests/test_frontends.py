"""The same findings whichever way picketlint is used: as a library, by its command, in flake8 and in Bandit."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest
from hosts import Place, bandit, bandit_places, flake8, flake8_places, picketlint, picketlint_places

from picketlint import Resolver, Scan, Status, registry

PROJECT = Path(__file__).parent.parent
RULES = registry.load().rules

NEEDS_A_TREE = {"PKT000", "PKT405"}
"""Neither flake8 nor Bandit calls a plugin for a file that does not parse, or that holds no Python."""

NEEDS_MORE_THAN_A_FILE = {"PKT904", "PKT905"}
"""What these report depends on a lock file as well, which an example does not bring."""


def by_library(root: Path) -> list[Place]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        return [
            Place(finding.path, finding.rule, finding.span.line, finding.span.column)
            for report in Scan(["."], Resolver())
            for finding in report.findings
            if finding.status is Status.OPEN
        ]


def by_command(root: Path) -> list[Place]:
    return picketlint_places(picketlint("check", "--output-format", "json", ".", cwd=root).out)


def by_flake8(root: Path) -> list[Place]:
    return flake8_places(flake8("--disable-noqa", "--select=PKT", "--extend-select=PKT302", ".", cwd=root).out)


def by_bandit(root: Path) -> list[Place]:
    done = bandit("-q", "-r", "--ignore-nosec", "-f", "json", ".", cwd=root)
    assert "internal error" not in done.err
    return bandit_places(done.out)


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project per bad example of every rule that can be checked in all front-ends."""
    root = tmp_path_factory.mktemp("examples")
    for rule in RULES:
        for number, example in enumerate(rule.examples, 1):
            if not example.bad or rule.id in NEEDS_A_TREE:
                continue
            path = root / f"{rule.id}_{number}" / example.path
            path.parent.mkdir(parents=True)
            path.write_bytes(example.code.encode())
            floor = "" if example.torch is None else f'torch-floor = "{".".join(map(str, example.torch))}"'
            (root / f"{rule.id}_{number}/pyproject.toml").write_text(f'[tool.picketlint]\nselect = ["ALL"]\n{floor}\n')
    return root


@lru_cache(maxsize=8)
def reference(root: Path) -> list[Place]:
    return sorted(by_library(root))


def test_the_examples_show_every_rule(examples: Path) -> None:
    shown = {place.rule for place in reference(examples)}
    assert shown >= {rule.id for rule in RULES} - NEEDS_A_TREE - NEEDS_MORE_THAN_A_FILE


def test_every_example_is_found_alike_by_the_command(examples: Path) -> None:
    assert sorted(by_command(examples)) == reference(examples)


def test_every_example_is_found_alike_in_flake8(examples: Path) -> None:
    assert sorted(by_flake8(examples)) == reference(examples)


def test_every_example_is_found_alike_in_bandit(examples: Path) -> None:
    """But for files of comments, and for what Bandit's own nosec would hide: that tells its line and has no column."""
    found = sorted(by_bandit(examples))
    displaced = {place for place in found if place.column == 0}
    visited = [place for place in reference(examples) if ast.parse((examples / place.path).read_bytes()).body]
    assert found == [at if (at := place._replace(column=0)) in displaced else place for place in visited]
    assert {place.rule for place in displaced} <= {"PKT901"}


@pytest.mark.parametrize("host", [by_command, by_flake8, by_bandit])
def test_the_example_project_is_found_alike(host: Callable[[Path], list[Place]]) -> None:
    project = PROJECT / "examples/mlproject"
    # Neither flake8 nor Bandit reads notebooks.
    expected = [place for place in reference(project) if host is by_command or place.path.endswith(".py")]
    assert expected
    assert sorted(host(project)) == expected


def test_difference_what_does_not_parse_is_the_commands_alone(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f(:\n")
    assert by_library(tmp_path) == by_command(tmp_path) == [Place("a.py", "PKT000", 1, 7)]
    assert by_flake8(tmp_path) == by_bandit(tmp_path) == []
    assert " E999 " in flake8("--select=PKT,E9", ".", cwd=tmp_path).out
    done = bandit("-r", ".", cwd=tmp_path)
    assert done.code == 0
    assert "syntax error while parsing AST from file" in done.out


def test_difference_flake8_reads_stray_bytes_as_latin_1(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"import torch\nx = '\xff'; torch.load(p, weights_only=False)\n")
    assert by_library(tmp_path) == by_command(tmp_path) == [Place("a.py", "PKT000", 2, 6)]
    assert by_flake8(tmp_path) == [Place("a.py", "PKT101", 2, 10)]
    assert by_bandit(tmp_path) == []


def test_difference_bandit_visits_nothing_in_a_file_of_comments(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("# nosec\n")
    assert by_library(tmp_path) == by_flake8(tmp_path) == [Place("a.py", "PKT901", 1, 1)]
    assert by_bandit(tmp_path) == []


def test_difference_each_host_has_its_own_way_past_a_finding(tmp_path: Path) -> None:
    call = "torch.load(p, weights_only=False)"
    (tmp_path / "a.py").write_text(f"import torch\n{call}  # noqa\n{call}  # nosec\n{call}\n")

    def rows(places: list[Place]) -> list[int]:
        return sorted(place.line for place in places if place.rule == "PKT101")

    assert rows(by_library(tmp_path)) == rows(by_command(tmp_path)) == [2, 3, 4]
    assert rows(flake8_places(flake8("--select=PKT101", ".", cwd=tmp_path).out)) == [3, 4]
    assert rows(bandit_places(bandit("-q", "-r", "-f", "json", ".", cwd=tmp_path).out)) == [2, 4]
