"""What a run says about what it checks, and about what it leaves out."""

from __future__ import annotations

import subprocess
from pathlib import Path

from commandline import add, picketlint

from picketlint import registry


def test_named_files_that_are_left_out_are_named(project: Path) -> None:
    for number in range(5):
        add(project, f"tests/test_{number}.py")
    add(project, "dist/x.py")
    tests = [f"tests/test_{number}.py" for number in range(5)]
    outcome = picketlint("check", "b.py", *tests, cwd=project)
    assert (outcome.code, outcome.out) == (0, "All checks passed!\n")
    assert outcome.err == (
        "warning: tests/test_0.py, tests/test_1.py, tests/test_2.py and 2 more: not checked "
        "(a test; `--include-tests` checks it)\n"
    )
    assert picketlint("check", "-q", "b.py", *tests, cwd=project).err == ""
    assert picketlint("check", "--include-tests", *tests, cwd=project).code == 1
    assert picketlint("check", "dist/x.py", cwd=project).code == 1
    for path in ("dist/x.py", "dist"):
        outcome = picketlint("check", "--force-exclude", path, cwd=project)
        assert (outcome.code, outcome.out) == (0, "Nothing was checked.\n")
        assert outcome.err == f"warning: {path}: not checked (excluded, and `--force-exclude` is given)\n"


def test_nothing_to_check_is_said(tmp_path: Path) -> None:
    outcome = picketlint("check", cwd=tmp_path)
    assert (outcome.code, outcome.out) == (0, "Nothing was checked.\n")
    assert outcome.err == "warning: there are no Python files or notebooks to check under the given paths\n"
    add(tmp_path, "venv/a.py")
    hint = "; `-v` lists what was left out\n"
    assert picketlint("check", cwd=tmp_path).err.endswith(f"to check under the given paths{hint}")
    add(tmp_path, "tests/a.py")
    outcome = picketlint("check", cwd=tmp_path)
    assert outcome.err == ("warning: there is nothing to check but 1 test; `--include-tests` checks tests as well\n")


def test_quiet(project: Path) -> None:
    outcome = picketlint("check", "-q", "--output-format", "concise", cwd=project)
    assert outcome.out.count("\n") == 1
    assert outcome.err == ""
    outcome = picketlint("check", "-q", "b.py", cwd=project)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_verbose(project: Path) -> None:
    add(project, "tests/a.py")
    add(project, "sub/pyproject.toml", '[tool.picketlint]\nselect = ["PKT101"]\ntorch-floor = "2.4"\n')
    add(project, "sub/c.py", "x = 1\n")
    outcome = picketlint("check", "-v", cwd=project)
    rules = ", ".join(rule.id for rule in registry.load().rules if rule.status.value == "default")
    assert outcome.err.splitlines() == [
        "configuration: none, so the defaults; project root: .",
        f"rules: {rules}",
        "torch: 2.7 or later, from the project's dependencies",
        "configuration: sub/pyproject.toml; project root: sub",
        "rules: PKT101",
        "torch: 2.4 or later, from torch-floor",
        "files: 3 checked; 1 test left out",
        "left out: tests/a.py (a test)",
    ]


def test_projects_that_are_checked_alike_are_told_at_once(project: Path) -> None:
    # No configuration, no repository: nothing says that they belong together.
    for name in ("one", "two", "three", "four", "five"):
        add(project.parent, f"{name}/a.py", "x = 1\n")
    outcome = picketlint(
        "check", "-v", *(f"../{name}" for name in ("one", "two", "three", "four", "five")), cwd=project
    )
    roots = [line for line in outcome.err.splitlines() if "project root" in line]
    assert len(roots) == 1
    assert roots[0].startswith("configuration: none, so the defaults; project root: ")
    assert roots[0].endswith(" and 2 more")


def test_that_nothing_was_checked_is_said_even_where_quiet(project: Path) -> None:
    add(project, "tests/a.py")
    (project / "empty").mkdir()
    for path, told in (("tests", "nothing to check but 1 test"), ("empty", "no Python files or notebooks to check")):
        outcome = picketlint("check", "-q", path, cwd=project)
        assert (outcome.code, outcome.out) == (0, "")
        assert told in outcome.err


def test_what_is_left_out_is_listed_where_verbose(project: Path) -> None:
    add(project, "pyproject.toml", '[tool.picketlint]\nextend-exclude = ["gen/"]\n')
    add(project, ".gitignore", "scratch/\n/dist/inner/\n*.log.py\n")
    names = ["gen/x.py", "scratch/y.py", "scratch/kept.py", "dist/z.py", "dist/inner/in.py", "a.log.py", "tests/t.py"]
    for name in names:
        add(project, name)
    for arguments in (["init", "-q"], ["add", "-f", "a.py", "scratch/kept.py", "dist/z.py", "dist/inner/in.py"]):
        subprocess.run(["git", *arguments], cwd=project, check=True, capture_output=True)
    (project / "linked").symlink_to("gen", target_is_directory=True)
    outcome = picketlint("check", "-v", "--select", "PKT101", "--output-format", "concise", cwd=project)
    assert [line for line in outcome.err.splitlines() if line.startswith("left out: ")] == [
        "left out: a.log.py (ignored by git)",
        "left out: dist (excluded by default)",
        "left out: dist/inner/in.py (excluded by default)",
        "left out: gen (excluded by `extend-exclude`)",
        "left out: linked (a link to a directory)",
        "left out: scratch (ignored by git, but for what git tracks or the command line names)",
        "left out: tests/t.py (a test)",
    ]
    assert [line.split(":")[0] for line in outcome.out.splitlines()[:-3]] == ["a.py", "scratch/kept.py"]
    outcome = picketlint("check", "--output-format", "concise", "dist", cwd=project)
    assert [line.split(":")[0] for line in outcome.out.splitlines()[:-3]] == ["dist/inner/in.py", "dist/z.py"]


def test_what_git_tracks_and_only_the_built_in_list_leaves_out_is_named(project: Path) -> None:
    for name in ("dist/z.py", "dist/notes.txt", "pkg/venv/deep/y.py", "pkg/venv/untracked.py", "node_modules/a.js"):
        add(project, name)
    add(project, ".gitignore", "/dist/\n")
    tracked = ["dist/z.py", "dist/notes.txt", "pkg/venv/deep/y.py", "node_modules/a.js"]
    for arguments in (["init", "-q"], ["add", "-f", *tracked]):
        subprocess.run(["git", *arguments], cwd=project, check=True, capture_output=True)
    note = "tracked by git, but excluded by default and so not checked; to settle it, have `extend-exclude` in "
    outcome = picketlint("check", cwd=project)
    assert outcome.err.startswith(f"note: dist/z.py, pkg/venv/deep/y.py: {note}")
    assert outcome.err.count("\n") == 1
    outside = picketlint("check", "..", cwd=project / "pkg").err
    assert outside.startswith(f"note: {project / 'dist/z.py'}, venv/deep/y.py: ")
    assert picketlint("check", ".", "dist/z.py", cwd=project).err.startswith("note: pkg/venv/deep/y.py: ")
    assert picketlint("check", "-q", cwd=project).err == ""
    assert picketlint("check", "a.py", cwd=project).err == ""
    outcome = picketlint("check", cwd=project, PATH="")
    assert (
        "note: node_modules, pkg/venv: not checked (excluded by default), and git is not installed, or not on PATH\n"
        in outcome.err
    )
    add(project, "pyproject.toml", '[tool.picketlint]\nextend-exclude = ["dist/", "!venv/"]\n')
    outcome = picketlint("check", "--output-format", "concise", cwd=project)
    assert outcome.err == ""
    assert [line.split(":")[0] for line in outcome.out.splitlines()[:-3]] == [
        "a.py",
        "pkg/venv/deep/y.py",
        "pkg/venv/untracked.py",
    ]
