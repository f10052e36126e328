"""The directory that results of earlier runs are kept in: its files, its place, several runs at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from caching import Run, git, settle
from commandline import UNSAFE, environment, picketlint
from conftest import Tree

from picketlint.configuration.settings import Overrides
from picketlint.execution import storage


def test_the_files_of_the_cache(tree: Tree, store: Path) -> None:
    tree({"a.py": UNSAFE})
    store.rmdir()
    settle()
    Run(store)
    assert (store / ".gitignore").read_text().endswith("\n*\n")
    assert (store / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert len(list(store.iterdir())) == 3
    if hasattr(os, "geteuid"):
        assert store.stat().st_mode & 0o777 == 0o700
        assert {file.stat().st_mode & 0o777 for file in store.glob("*.results")} == {0o600}


def test_a_directory_with_other_things_in_it_is_not_hidden_from_git(tree: Tree) -> None:
    root = tree({"a.py": UNSAFE})
    git(root, "init", "-q")
    settle()
    for _ in range(2):
        assert Run(root).rules == ["PKT101"]
    assert len(list(root.glob("*.results"))) == 1
    assert not (root / ".gitignore").exists()
    assert not (root / "CACHEDIR.TAG").exists()


def test_what_nobody_uses_goes_away(tree: Tree, store: Path) -> None:
    root = tree({"a.py": UNSAFE})
    settle()
    Run(store, Overrides(select=["PKT101"]))
    [old] = store.glob("*.results")
    half = store / f"{old.name}.123-456"
    for path in (half, store / "theirs.results.txt", store / "notes"):
        path.write_text("")
    for path in (old, half, store / "theirs.results.txt"):
        os.utime(path, (0, 0))
    (root / "b.py").write_text("")
    settle()
    Run(store)
    assert {path.name for path in store.iterdir()} >= {"theirs.results.txt", "notes"}
    assert not old.exists()
    assert not half.exists()
    [new] = store.glob("*.results")
    os.utime(new, (time.time() - 10 * 24 * 3600,) * 2)
    Run(store)
    assert time.time() - new.stat().st_mtime < 3600


def run_beside_others(root: Path, store: Path, *paths: str) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "picketlint",
        "check",
        "--output-format",
        "json",
        "--cache-dir",
        str(store),
        *paths,
    ]
    return subprocess.Popen(command, cwd=root, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_runs_at_the_same_time_do_not_disturb_each_other(tmp_path: Path, store: Path) -> None:
    root = tmp_path
    (root / "pyproject.toml").write_text("[tool.picketlint]\n")
    for name in "abcdef":
        (root / name).mkdir()
        for number in range(20):
            (root / name / f"{number}.py").write_text(UNSAFE * (number % 3) + "x = 1\n" * 50)
    settle()
    plain = {
        name: picketlint("check", "--output-format", "json", "--no-cache", name, cwd=root).out for name in "abcdef"
    }
    for _ in range(3):
        runs = {name: run_beside_others(root, store, name) for name in "abcdef"}
        for name, process in runs.items():
            out, err = process.communicate(timeout=60)
            assert (out.decode(), err) == (plain[name], b"")


@pytest.mark.skipif(os.name == "nt", reason="there are no signals there")
def test_a_run_that_is_killed_leaves_nothing_that_harms(tmp_path: Path, store: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.picketlint]\n")
    for number in range(30):
        (tmp_path / f"{number}.py").write_text(UNSAFE * (number % 3) + "x = 1\n" * 500)
    settle()
    plain = picketlint("check", "--output-format", "json", "--no-cache", cwd=tmp_path)
    for delay in range(12):
        process = run_beside_others(tmp_path, store)
        time.sleep(0.04 * delay)
        process.kill()
        process.communicate()
        outcome = picketlint("check", "--output-format", "json", "--cache-dir", str(store), cwd=tmp_path)
        assert (outcome.out, outcome.err) == (plain.out, "")
        for file in store.glob("*.results"):
            file.unlink()


def test_a_cache_that_cannot_be_written_is_a_note(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNSAFE)
    (tmp_path / "file").write_text("")
    outcome = picketlint("check", "--cache-dir", "file/cache", cwd=tmp_path)
    assert outcome.code == 1
    assert "PKT101" in outcome.out
    assert outcome.err.startswith("warning: ")
    assert outcome.err.count("\n") == 1
    quiet = picketlint("check", "-q", "--cache-dir", "file/cache", cwd=tmp_path)
    assert (quiet.code, quiet.err) == (1, "")


def test_where_results_are_kept() -> None:
    directory = storage.default_directory
    here = os.path.join(os.path.abspath(os.sep), "somewhere")
    assert directory({"PICKETLINT_CACHE_DIR": here}) == here
    if sys.platform == "linux":
        assert directory({"XDG_CACHE_HOME": "/xdg"}) == "/xdg/picketlint"
        assert directory({"XDG_CACHE_HOME": "relative"}) == os.path.expanduser("~/.cache/picketlint")


def test_the_cache_command(tmp_path: Path, store: Path) -> None:
    (tmp_path / "a.py").write_text(UNSAFE)
    settle()
    assert picketlint("cache", "dir", cwd=tmp_path, PICKETLINT_CACHE_DIR=str(store)).out == f"{store}\n"
    picketlint("check", "--cache-by", "content", cwd=tmp_path, PICKETLINT_CACHE_DIR=str(store))
    (store / "notes").write_text("")
    cleared = picketlint("cache", "clear", cwd=tmp_path, PICKETLINT_CACHE_DIR=str(store))
    assert cleared.out == f"Removed 1 file from {store}.\n"
    assert {path.name for path in store.iterdir()} == {".gitignore", "CACHEDIR.TAG", "notes"}
    assert picketlint("cache", "clear", "--cache-dir", "nowhere", cwd=tmp_path).code == 0
    assert picketlint("cache", cwd=tmp_path).code == 2
