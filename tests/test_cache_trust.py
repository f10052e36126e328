"""Which results of earlier runs are not believed: damaged ones, and those that others can have written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from caching import Run, git, settle
from commandline import UNSAFE
from conftest import Tree

POSIX = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there are no modes and owners there")


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"PKT101", b"PKT103"),
        lambda data: data[:10] + b"\0" + data[10:],
        lambda data: b"\x80\x04\x95" + data,
        lambda data: b"[" * 1_000_000,
    ],
    ids=["empty", "half", "changed", "zero", "pickle", "deep"],
)
def test_a_damaged_cache_is_noted_and_mended(tree: Tree, store: Path, damage: Callable[[bytes], bytes]) -> None:
    tree({"a.py": UNSAFE, "b.py": ""})
    settle()
    Run(store)
    [file] = store.glob("*.results")
    file.write_bytes(damage(file.read_bytes()))
    run = Run(store)
    assert run.checked == ["a.py", "b.py"]
    [note] = run.notes
    assert "damaged" in note
    again = Run(store)
    assert (again.checked, again.notes) == ([], [])


@POSIX
def test_what_others_can_have_written_is_not_believed(tree: Tree, store: Path) -> None:
    tree({"a.py": UNSAFE})
    settle()
    Run(store)
    [file] = store.glob("*.results")
    file.chmod(0o666)
    run = Run(store)
    assert run.checked == ["a.py"]
    assert "you alone can write" in run.notes[0]
    assert file.stat().st_mode & 0o777 == 0o600
    store.chmod(0o777)
    run = Run(store)
    assert run.checked == ["a.py"]
    assert "can be written by others" in run.notes[0]


@POSIX
def test_a_link_in_the_place_of_results_is_not_followed(tree: Tree, store: Path) -> None:
    root = tree({"a.py": UNSAFE})
    settle()
    Run(store)
    [file] = store.glob("*.results")
    elsewhere = root / "elsewhere"
    elsewhere.write_bytes(file.read_bytes())
    file.unlink()
    file.symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    assert Run(store).checked == ["a.py"]
    assert not file.is_symlink()
    assert elsewhere.read_bytes() == before


@pytest.mark.parametrize("by_content", [False, True])
def test_a_cache_that_came_with_the_repository_is_not_used(tree: Tree, by_content: bool) -> None:
    root = tree({"a.py": UNSAFE, ".cache/x": ""})
    store = root / ".cache"
    store.chmod(0o700)
    git(root, "init", "-q")
    settle()
    # Made by the user's own run, ignored by git: in CI systems that keep only what is inside of the checkout.
    assert Run(store, by_content=by_content).notes == []
    assert Run(store, by_content=by_content).checked == []
    git(root, "add", "--force", ".cache/x")
    run = Run(store, by_content=by_content)
    assert run.checked == ["a.py"]
    assert "may have come with it (part of its repository)" in run.notes[0]


@POSIX
def test_a_link_that_came_with_the_repository_is_not_used(tree: Tree, store: Path) -> None:
    root = tree({"a.py": UNSAFE})
    (root / ".cache").symlink_to(store)
    git(root, "init", "-q")
    git(root, "add", ".cache")
    assert "part of its repository" in Run(root / ".cache").notes[0]


def test_by_content_a_cache_inside_of_what_is_no_repository_is_not_used(tree: Tree) -> None:
    # An archive can bring both, the files and what is said of them.
    root = tree({"a.py": UNSAFE, ".cache/x": ""})
    (root / ".cache").chmod(0o700)
    assert "may have come with it" in Run(root / ".cache", by_content=True).notes[0]
    assert Run(root / ".cache").notes == []


def test_the_top_of_a_repository_may_have_come_with_it(tree: Tree) -> None:
    root = tree({"a.py": UNSAFE})
    git(root, "init", "-q")
    git(root, "add", "a.py")
    settle()
    assert "may have come with it (part of its repository)" in Run(root).notes[0]
    assert not list(root.glob("*.results"))
