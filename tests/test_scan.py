"""From paths to reports."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from conftest import Tree

from picketlint import scan
from picketlint.base import files
from picketlint.configuration.settings import Overrides, Resolver
from picketlint.model import Report
from picketlint.scan import Scan

UNSAFE = "import torch\ntorch.load('x', weights_only=False)\n"
PKT101 = Overrides(isolated=True, select=["PKT101"])


def run(*paths: str, overrides: Overrides = PKT101) -> tuple[list[str], int]:
    """What is reported, as "path:rule" and "path:kind of problem", and how many files were checked."""
    scanned = Scan(paths, Resolver(overrides))
    lines: list[str] = []
    for report in scanned:
        lines += [f"{finding.path}:{finding.rule}" for finding in report.findings]
        lines += [f"{problem.path}:{problem.kind}" for problem in report.problems]
    return lines, scanned.files


def only(path: str) -> Report:
    [report] = Scan([path], Resolver(PKT101))
    return report


def test_reports_come_in_the_order_of_paths(tree: Tree) -> None:
    tree({"b.py": UNSAFE, "a/z.py": UNSAFE, "a.py": UNSAFE, "a/clean.py": "", "c.txt": UNSAFE})
    assert run(".") == (["a.py:PKT101", "a/z.py:PKT101", "b.py:PKT101"], 4)
    assert run("c.txt", "b.py", "a", "a/z.py") == (["a/z.py:PKT101", "b.py:PKT101", "c.txt:PKT101"], 4)
    assert [report.path for report in Scan(["."], Resolver(PKT101))] == ["a.py", "a/clean.py", "a/z.py", "b.py"]


def test_tests_are_left_alone_even_if_named(tree: Tree) -> None:
    tree({"tests/a.py": UNSAFE, "test_b.py": UNSAFE, "c.py": UNSAFE})
    assert run(".", "tests/a.py", "test_b.py") == (["c.py:PKT101"], 1)
    everything = PKT101._replace(include_tests=True)
    assert run("tests/a.py", overrides=everything) == (["tests/a.py:PKT101"], 1)


def test_a_directory_called_tests_above_the_project_does_not_matter(tree: Tree) -> None:
    tree({"tests/p/.git/": "", "tests/p/a.py": UNSAFE})
    assert run("tests/p") == (["tests/p/a.py:PKT101"], 1)


def test_a_configuration_that_turns_everything_off_is_broken(tree: Tree) -> None:
    tree({"pyproject.toml": "[tool.picketlint]\nselect = []", "a.py": UNSAFE})
    assert run(".", overrides=Overrides()) == (["pyproject.toml:broken-configuration"], 0)


def test_a_missing_path_is_fatal_and_the_rest_goes_on(tree: Tree) -> None:
    tree({"b.py": UNSAFE})
    assert run("a.py", "b.py", "c/") == (["a.py:missing-path", "b.py:PKT101", "c:missing-path"], 1)
    [problem] = only("a.py").problems
    assert problem.fatal
    assert "check its spelling" in problem.message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs there")
def test_what_is_no_regular_file_is_not_waited_for(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree({"a.py": UNSAFE})
    os.mkfifo("fifo.py")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.py")
        assert run(".") == (["a.py:PKT101", "fifo.py:not-a-file", "socket.py:not-a-file"], 1)
        assert not any(problem.fatal for report in Scan(["."], Resolver(PKT101)) for problem in report.problems)
    assert run("fifo.py", "/dev/null") == (["/dev/null:not-a-file", "fifo.py:not-a-file"], 0)
    [problem] = only("fifo.py").problems
    assert problem.fatal


def test_a_file_that_vanishes_is_not_fatal(tree: Tree) -> None:
    root = tree({"a.py": UNSAFE, "b.py": UNSAFE})
    (root / "c.py").symlink_to(root / "nothing")
    scanned = Scan(["."], Resolver(PKT101))
    (root / "b.py").unlink()
    reports = list(scanned)
    assert [[problem.kind for problem in report.problems] for report in reports] == [[], ["vanished"], ["vanished"]]
    assert not any(problem.fatal for report in reports for problem in report.problems)
    assert scanned.files == 1


def test_a_file_that_may_not_be_read_is_fatal(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree({"a.py": UNSAFE, "b.py": UNSAFE})
    (root / "a.py").chmod(0)
    if os.access("a.py", os.R_OK):  # whoever may read everything: let the system call refuse

        def denying(path: str) -> bytes:
            if path.endswith("a.py"):
                raise PermissionError(13, "Permission denied", path)
            return files.read(path)

        monkeypatch.setattr(scan, "read", denying)
    assert run(".") == (["a.py:unreadable-path", "b.py:PKT101"], 1)
    [problem] = only("a.py").problems
    assert problem.fatal
    assert "Permission denied" in problem.message


def test_a_file_that_does_not_fit_into_memory_is_fatal(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree({"a.py": UNSAFE, "b.py": UNSAFE})

    def crowded(path: str) -> bytes:
        if path.endswith("a.py"):
            raise MemoryError
        return files.read(path)

    monkeypatch.setattr(scan, "read", crowded)
    assert run(".") == (["a.py:unreadable-path", "b.py:PKT101"], 1)
    assert only("a.py").problems[0].fatal


def test_a_failure_of_the_analysis_is_fatal_and_the_rest_goes_on(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree({"a.py": "", "b.py": UNSAFE})

    def analyze(data: bytes, path: str, checks: object) -> Report:
        if path == "a.py":
            raise RuntimeError("two\nlines")
        return Report(path)

    monkeypatch.setattr(scan, "analyze", analyze)
    assert run(".") == (["a.py:internal-error"], 1)
    [problem] = only("a.py").problems
    assert problem.fatal
    assert "RuntimeError: two lines" in problem.message
    assert "report" in problem.message


@pytest.mark.parametrize("size", [0, 1, 1 << 16, (1 << 16) + 1, 300_000])
def test_files_of_any_size_are_read_in_full(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"ab\r\n\x1a"[: size % 5] + b"x" * (size - size % 5))
    assert files.read(str(path)) == path.read_bytes()


@pytest.mark.parametrize(
    ("root", "path", "expected"),
    [
        ("/a", "/a/b/c", "b/c"),
        ("/a", "/a", ""),
        ("/a", "/ab", None),
        ("/a/b", "/a", None),
        ("/", "/a/b", "a/b"),
        ("/", "/", ""),
    ],
)
@pytest.mark.skipif(os.sep != "/", reason="paths are written otherwise there")
def test_a_path_below_a_directory(root: str, path: str, expected: str | None) -> None:
    assert files.below(root, path) == expected
