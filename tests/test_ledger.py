"""Documented exceptions in real git repositories: listed, and compared with a revision."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest
from repositories import LOCK, OTHER, REASON, Repository, load, module, needs_posix

from picketlint.discovery import git
from picketlint.discovery.git import TRUNCATED, UNCOMMITTED, GitError

# Listing


def test_an_exception_is_listed_with_who_wrote_its_comment_and_when(repository: Repository) -> None:
    commit = repository.commit({"a.py": module(load("p"))}, author="Grace Höpper")
    repository.commit({"a.py": module("x = 1\n", load("p"))}, author="Somebody else", date="2025-05-05T05:05:05Z")
    [one] = repository.exceptions()["exceptions"]
    assert one == {
        **one, "rule": "PKT101", "name": "unsafe-torch-load", "path": "a.py", "cell": None, "line": 3, "column": 1,
        "end_line": 3, "severity": "high", "confidence": "high", "reason": REASON, "history": "known",
        "code": "torch.load(p,weights_only=False)",
        "introduced": {"commit": commit, "date": "2024-03-01T12:00:00+01:00", "author": "Grace Höpper"},
    }  # fmt: skip
    assert repository.run("exceptions").out.splitlines() == [
        "RULE    PLACE     SINCE       BY            REASON",
        f"PKT101  a.py:3:1  2024-03-01  Grace Höpper  {REASON}",
        "",
        "1 documented exception in 1 file.",
        "Code owners to review it: @org/security ml@example.org",
    ]


def test_the_line_of_a_comment_that_was_changed_last_counts(repository: Repository) -> None:
    text = (
        "import torch\n# The nightly job generates this file.\n# It is internal.\ntorch.load(p, weights_only=False)\n"
    )
    repository.commit({"a.py": text}, date="2020-01-01T00:00:00Z")
    repository.commit({"a.py": text.replace("It is internal", "It is our own output")}, date="2021-01-01T00:00:00Z")
    repository.commit({"a.py": text.replace("It is internal", "It is our own output").replace("(p", "(q")})
    [one] = repository.exceptions()["exceptions"]
    assert one["introduced"]["date"] == "2021-01-01T00:00:00+00:00"


def test_what_is_not_committed_yet(repository: Repository) -> None:
    repository.commit({"a.py": module(load("p"))})
    repository.write({"a.py": module(load("p"), load("q")), "new.py": module(load("p"))})
    histories = [(one["path"], one["history"]) for one in repository.exceptions()["exceptions"]]
    assert histories == [("a.py", "known"), ("a.py", "uncommitted"), ("new.py", "uncommitted")]
    assert "not committed yet" in repository.run("exceptions").out


def test_before_the_first_commit(repository: Repository) -> None:
    repository.write({"a.py": module(load("p"))})
    [one] = repository.exceptions()["exceptions"]
    assert (one["history"], one["introduced"]) == ("uncommitted", None)


def test_a_shallow_clone_does_not_make_up_a_date(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a.py": module(load("p"))})
    repository.commit({"b.py": module(load("p"))}, author="Newest")
    repository.commit({"c.py": module(load("p"))}, author="Newest")
    repository.git("clone", "--quiet", "--depth", "2", repository.path.as_uri(), str(tmp_path / "clone"))
    clone = Repository(tmp_path / "clone")
    histories = {one["path"]: one["history"] for one in clone.exceptions()["exceptions"]}
    assert histories == {"a.py": "truncated", "b.py": "truncated", "c.py": "known"}
    rows = clone.run("exceptions").out.splitlines()
    assert "before the clone's history" in rows[1]
    assert "Newest" not in rows[1]
    outcome = clone.run("exceptions", "--since", "HEAD~2")
    assert outcome.code == 2
    assert 'git does not know the revision "HEAD~2" in this shallow clone: fetch it' in outcome.err


def test_outside_git_nobody_is_known(plain: Repository) -> None:
    plain.write({"a.py": module(load("p"))})
    outcome = plain.run("exceptions")
    assert (outcome.code, outcome.err) == (0, "")
    assert re.search(r"^PKT101 +a.py:2:1 +unknown ", outcome.out, re.MULTILINE)
    [one] = plain.exceptions()["exceptions"]
    assert (one["history"], one["introduced"]) == ("unknown", None)


@needs_posix
def test_without_git_the_list_is_told_and_what_is_new_is_not(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a.py": module(load("p"))})
    monkeypatch.setenv("PATH", str(tmp_path))
    outcome = repository.run("exceptions")
    assert (outcome.code, outcome.err) == (0, "")
    assert "unknown" in outcome.out
    outcome = repository.run("exceptions", "--since", "HEAD")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == "error: --since: git is not installed, or not on PATH\n"


def test_without_blame(repository: Repository) -> None:
    repository.commit({"a.py": module(load("p"))})
    assert repository.run("exceptions", "--no-blame").out.startswith("RULE    PLACE     REASON\n")


def test_the_whole_project_is_the_default_wherever_one_stands(repository: Repository) -> None:
    repository.commit({"a.py": module(load("p")), "src/b.py": module(load("p")), "tests/test_c.py": module(load("p"))})
    paths = [one["path"] for one in repository.exceptions(cwd="src")["exceptions"]]
    assert [os.path.basename(path) for path in paths] == ["a.py", "b.py"]
    assert [one["path"] for one in repository.exceptions(".", cwd="src")["exceptions"]] == ["b.py"]
    assert len(repository.exceptions("--include-tests")["exceptions"]) == 3


def test_a_file_that_cannot_be_read_leaves_the_list_incomplete(repository: Repository) -> None:
    repository.commit({"a.py": module(load("p")), "b.py": "def :\n"})
    for form in ("text", "json", "markdown"):
        outcome = repository.run("exceptions", "--output-format", form)
        assert outcome.code == 2
        assert "error: b.py: line 1: " in outcome.err
        assert REASON in outcome.out.replace("\\", "")
        assert ("incomplete" in outcome.out) is (form != "json")
    before = (repository.path / LOCK).read_bytes()
    outcome = repository.run("exceptions", "--lock")
    assert (outcome.code, outcome.out) == (2, "")
    assert "nothing was locked: fix the above first" in outcome.err
    assert (repository.path / LOCK).read_bytes() == before
    assert repository.run("exceptions", "missing.py").code == 2


def test_nothing_from_outside_reaches_the_terminal_or_the_markup_raw(repository: Repository) -> None:
    reason = f"{REASON} \x1b]0;x\x07 \u202e <img src=x> | [a](b) `c` @all *d* https://e.org"
    repository.commit(
        {"a\x1bb|c.py" if sys.platform != "win32" else "a.py": module(load("p", reason))}, author="x\x1by @z"
    )
    for form in ("text", "markdown"):
        out = repository.run("exceptions", "--output-format", form).out
        assert all(character.isprintable() or character == "\n" for character in out)
    row = repository.run("exceptions", "--output-format", "markdown").out.splitlines()[-1]
    for markup in ("<img", "[a](", " `c`", "@all", "@z", " *d*", " https:"):
        assert markup not in row
    assert len(re.findall(r"(?<!\\)\|", row)) == 6
    assert json.loads(repository.run("exceptions", "--output-format", "json").out)


def test_markdown(repository: Repository) -> None:
    base = repository.commit({"a.py": "", "b.py": ""})
    repository.commit({"a.py": module(load("p"))})
    url = "https://github.com/picketlint/picketlint/blob/main/src/picketlint/rules/pkt101_unsafe_torch_load.py"
    assert repository.run("exceptions", "--since", "HEAD~1", "--output-format", "markdown").out.splitlines() == [
        "<!-- picketlint exceptions -->",
        r"### 1 new documented exception since HEAD~<!-- -->1".replace("~", r"\~"),
        "",
        "Review by the code owners: @org/security ml@example.org",
        "",
        "| Rule | Place | Since | By | Reason |",
        "| --- | --- | --- | --- | --- |",
        rf'| [PKT101]({url} "unsafe-torch-load") | a.py\:2\:1 | 2024-03-01 | Ada | {REASON} |',
    ]
    nothing = repository.run("exceptions", "--since", "HEAD", "--output-format", "markdown")
    assert nothing.out.splitlines()[1:] == ["### No new documented exceptions since HEAD"]
    assert base


# What is new since a revision


def test_moved_and_reformatted_exceptions_are_not_new(repository: Repository) -> None:
    base = repository.commit({"a.py": module("x = " + load("p"), load("q"))})
    moved = module(
        load("q"),
        "def f():\n    x = (\n        torch.load(\n            p,\n",
        f"            weights_only=False,  # {REASON}\n        )\n    )\n",
    )
    repository.write({"a.py": moved})
    assert repository.new(base) == []
    repository.write({"a.py": moved + load("p")})
    assert repository.new(base) == ["a.py:10"]


def test_a_changed_reason_or_another_copy_is_new(repository: Repository) -> None:
    base = repository.commit({"a.py": module(load("p"), load("q"))})
    repository.write({"a.py": module(load("p", OTHER), load("q"))})
    assert repository.new(base) == ["a.py:2"]
    repository.write({"a.py": module(load("p"), load("p"), load("q"))})
    assert repository.new(base) == ["a.py:3"]
    repository.write({"a.py": module(load("q"))})
    assert repository.new(base) == []


def test_an_open_finding_that_gets_its_excuse_is_new(repository: Repository) -> None:
    base = repository.commit({"a.py": "import torch\ntorch.load(p, weights_only=False)\n"})
    repository.write({"a.py": module(load("p"))})
    assert repository.new(base) == ["a.py:2"]


def test_renames_are_followed_and_copies_and_untracked_files_are_new(repository: Repository) -> None:
    text = module(*(f"x{number} = {number}\n" for number in range(30)), load("p"))
    base = repository.commit({"a.py": text, "b.py": text + "y = 1\n"})
    repository.git("mv", "a.py", "ü\n -n.py" if sys.platform != "win32" else "ü.py")
    assert repository.new(base) == []
    repository.git("commit", "--quiet", "--message", "rename")
    assert repository.new(base) == []
    repository.write({"copy.py": text})
    assert repository.new(base) == ["copy.py:32"]
    repository.git("add", "copy.py")
    assert len(repository.new(base)) == 1, "which of the two is the copy is up to git"


@needs_posix
def test_strange_file_names(repository: Repository) -> None:
    names = [b"-p.py", b"\xff\xfe.py", b"a\nb.py", b'"q".py', b"*.py", b":(top)x.py"]
    for name in names:
        Path(os.fsdecode(os.fsencode(repository.path) + b"/" + name)).write_text(module(load("p")))
    base = repository.commit({})
    document = repository.exceptions()
    assert [one["history"] for one in document["exceptions"]] == ["known"] * len(names)
    assert repository.new(base) == []
    repository.lock()
    assert repository.check() == []
    assert repository.lock() == f"{LOCK} is up to date: {len(names)} exceptions.\n"
    assert repository.new(repository.git("rev-parse", "HEAD").strip()) == []


def test_a_file_behind_a_symbolic_link(repository: Repository) -> None:
    base = repository.commit({"real.txt": module(load("p"))})
    if sys.platform != "win32":
        (repository.path / "a.py").symlink_to("real.txt")
        base = repository.commit({})
    assert repository.new(base) == []


def test_detached_heads_tags_and_worktrees(repository: Repository, tmp_path: Path) -> None:
    base = repository.commit({"a.py": module(load("p"))})
    repository.git("tag", "v1")
    repository.commit({"b.py": module(load("p"))})
    repository.git("checkout", "--quiet", "--detach")
    assert repository.new(base) == repository.new("v1") == repository.new("HEAD~1") == ["b.py:2"]
    repository.git("worktree", "add", "--quiet", str(tmp_path / "tree"), "main")
    assert Repository(tmp_path / "tree").new("v1") == ["b.py:2"]


def test_a_file_that_could_not_be_read_then_had_no_exceptions(repository: Repository) -> None:
    base = repository.commit({"a.py": "def :\n"})
    repository.write({"a.py": module(load("p"))})
    assert repository.new(base) == ["a.py:2"]


def test_where_the_command_runs_does_not_matter(repository: Repository, tmp_path: Path) -> None:
    base = repository.commit({"src/a.py": module(load("p"))})
    repository.write({"src/a.py": module(load("p"), load("q"))})
    assert repository.new(base) == ["src/a.py:3"]
    assert repository.new(base, "a.py", cwd="src") == ["a.py:3"]
    outside = Repository(tmp_path)
    assert outside.new(base, str(repository.path)) == ["project/src/a.py:3"]


@pytest.mark.parametrize("revision", ["nope", "-x", "--help", "", "HEAD:a.py", "HEAD..HEAD", "a\nb", "HEAD^{tree}"])
def test_a_revision_that_is_none(repository: Repository, revision: str) -> None:
    repository.commit({"a.py": module(load("p"))})
    outcome = repository.run("exceptions", f"--since={revision}")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("error: --since: ")
    assert outcome.err.count("\n") == 1


def test_since_outside_a_repository(plain: Repository) -> None:
    plain.write({"a.py": module(load("p"))})
    outcome = plain.run("exceptions", "--since", "HEAD")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == "error: --since: this is not a git repository\n"


def test_the_settings_of_a_repository_run_nothing(repository: Repository, tmp_path: Path) -> None:
    base = repository.commit({"a.py": module(load("p")), ".gitattributes": "*.py diff=evil\n"})
    repository.git("mv", "a.py", "b.py")
    touched = tmp_path / "touched"
    for key in ("core.fsmonitor", "core.pager", "diff.external", "diff.evil.textconv", "diff.evil.command"):
        repository.git("config", key, f"touch '{touched}' #")
    assert repository.new(base) == []
    assert repository.exceptions()["exceptions"]
    assert not touched.exists()


def test_environment_variables_of_hooks_do_not_lead_astray(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = repository.commit({"src/a.py": module(load("p"))})
    repository.git("mv", "src/a.py", "src/b.py")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "no"))
    assert repository.new(base, cwd="src") == []


def test_what_git_cannot_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Repository(tmp_path).git("init", "--quiet")
    assert git.blame(str(tmp_path / "a.py"), [(1, 2)]) == {1: UNCOMMITTED, 2: UNCOMMITTED}
    (tmp_path / "a.py").write_text("1\n2\n")
    Repository(tmp_path).commit({})
    assert git.blame(str(tmp_path / "a.py"), [(1, 1)])[1].author == "Ada"
    with pytest.raises(GitError, match="has only 2 lines"):
        git.blame(str(tmp_path / "a.py"), [(9, 9)])
    (tmp_path / ".git" / "shallow").write_text(git.blame(str(tmp_path / "a.py"), [(1, 1)])[1].commit)
    assert git.blame(str(tmp_path / "a.py"), [(1, 1)]) == {1: TRUNCATED}
    monkeypatch.setattr(git, "_BLAME_TIMEOUT", 1e-9)
    with pytest.raises(GitError, match="took longer than"):
        git.blame(str(tmp_path / "a.py"), [(1, 1)])
