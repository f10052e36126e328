"""Which files are parsed only to tell whether they are Python: all but those of a large run that nobody named."""

from __future__ import annotations

import pytest
from commandline import picketlint
from conftest import Tree

from picketlint.configuration.settings import Overrides, Resolver
from picketlint.discovery import targets as discovery
from picketlint.engine import Checks, analyze
from picketlint.execution.runner import Options, Runner
from picketlint.scan import Scan

BROKEN = "def f(:\n"
ISOLATED = Overrides(isolated=True)
UNCACHED = Options(cache=False, jobs=1)
LENIENT = Checks(frozenset({"PKT000", "PKT101", "PKT303"}), strict=False)


def reported(*paths: str, overrides: Overrides = ISOLATED) -> list[str]:
    """What is reported, as "path:rule", whatever runs it."""
    here, fast = (Scan(paths, Resolver(overrides), runner=runner) for runner in (None, Runner(UNCACHED, print)))
    found = [f"{finding.path}:{finding.rule}" for report in here for finding in report.findings]
    assert found == [f"{finding.path}:{finding.rule}" for report in fast for finding in report.findings]
    return found


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes every run a large one."""
    monkeypatch.setattr(discovery, "SMALL", 10)


def test_small_runs_parse_everything(tree: Tree) -> None:
    tree({"a.py": BROKEN, "b.py": "x = 1\n" * 100})
    assert reported(".") == ["a.py:PKT000"]


@pytest.mark.usefixtures("large")
def test_large_runs_parse_where_a_rule_can_fire(tree: Tree) -> None:
    tree({"a.py": BROKEN, "b.py": "x = 1\n" * 100, "c.py": f"{BROKEN}eval(x)\n", "d.py": "eval(x)\n"})
    assert reported(".") == ["c.py:PKT000", "d.py:PKT303"]


@pytest.mark.usefixtures("large")
def test_files_that_are_named_are_parsed(tree: Tree) -> None:
    tree({"a.py": BROKEN, "p/b.py": BROKEN, "p/c.py": BROKEN})
    assert reported("a.py", "p", "p/c.py") == ["a.py:PKT000", "p/c.py:PKT000"]


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize(
    "overrides",
    [
        Overrides(isolated=True, select=["PKT000"]),
        Overrides(isolated=True, extend_select=["PKT000"]),
        Overrides(isolated=True, extend_select=["unreadable"]),
        Overrides(),
    ],
)
def test_pkt000_by_its_own_code_parses_everything(tree: Tree, overrides: Overrides) -> None:
    tree({"a.py": BROKEN, "b.py": "x = 1\n" * 9, "pyproject.toml": '[tool.picketlint]\nextend-select = ["PKT000"]\n'})
    assert reported(".", overrides=overrides) == ["a.py:PKT000"]


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("select", [["PKT"], ["ALL"], ["PKT0", "PKT1"]])
def test_a_wider_selection_is_no_wish_for_it(tree: Tree, select: list[str]) -> None:
    tree({"a.py": BROKEN, "b.py": "x = 1\n" * 9})
    wanted = [] if select[0] != "PKT0" else ["a.py:PKT000"]
    assert reported(".", overrides=Overrides(isolated=True, select=select)) == wanted


@pytest.mark.usefixtures("large")
def test_nothing_is_said_of_pkt000_where_it_is_off(tree: Tree) -> None:
    tree({"a.py": BROKEN, "b.py": "x = 1\n" * 9})
    assert reported(".", overrides=Overrides(isolated=True, ignore=["PKT000"])) == []


@pytest.mark.parametrize(
    "data",
    [
        b"x = 1\0\n",
        "x = 'é'\0\n".encode(),
        b"x = '\xff'\n",
        b"# coding: no-such-encoding\n",
        b"# coding: ascii\nx = '\xe9'\n",
        b"\xef\xbb\xbf# coding: latin-1\n",
        b"# coding: utf-7\n",
    ],
)
def test_what_bytes_tell_is_reported_all_the_same(data: bytes) -> None:
    strictly = analyze(data, "a.py", LENIENT._replace(strict=True))
    assert [finding.rule for finding in strictly.findings] == ["PKT000"]
    assert analyze(data, "a.py", LENIENT) == strictly


@pytest.mark.parametrize("data", [b"", b"x = 1\n", "x = 'é'\n".encode(), b"def f(:"])
def test_bytes_that_can_be_decoded_are_left_at_that(data: bytes) -> None:
    assert analyze(data, "a.py", LENIENT).findings == ()


def test_it_is_told(tree: Tree) -> None:
    path = tree({"a.py": BROKEN, "b.py": "x = 1\n" * 400_000, "c.py": "eval(x)\n", "tests/left_out.py": ""})
    outcome = picketlint("check", "--isolated", ".", cwd=path)
    assert outcome.code == 1
    assert "PKT000" not in outcome.out
    assert "note: large run: files in which no other rule can find anything are not parsed" in outcome.err
    assert "`--extend-select PKT000` has all 3 files parsed" in outcome.err
    assert picketlint("check", "--isolated", "-q", ".", cwd=path).err == ""
    strictly = picketlint("check", "--isolated", "--extend-select", "PKT000", ".", cwd=path)
    assert "a.py:1:7" in strictly.out
    assert "large run" not in strictly.err
