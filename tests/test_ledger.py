"""Documented exceptions in real git repositories: listed, compared with a revision, locked, and held to the lock."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from commandline import SRC, Outcome, picketlint

from picketlint import git, lockfile
from picketlint.git import TRUNCATED, UNCOMMITTED, GitError

REASON = "written by our own exporter, never by a user"
OTHER = "generated internally by the nightly job, not supplied by the user"
LOCK = "picketlint-exceptions.toml"
CONFIG = f'[tool.picketlint]\nexceptions-lock = "{LOCK}"\ncode-owners = ["@org/security", "ml@example.org"]\n'

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="file names and permissions are others there")


def load(name: str, reason: str = REASON) -> str:
    return f"torch.load({name}, weights_only=False)  # {reason}\n"


def module(*lines: str) -> str:
    return "import torch\n" + "".join(lines)


class Repository:
    """A git repository, and picketlint run in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(self, *arguments: str, author: str = "Ada", date: str = "2024-03-01T12:00:00+01:00") -> str:
        environ = {
            **os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": author,
            "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "C", "GIT_COMMITTER_EMAIL": "c@example.org",
            "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": "2025-01-01T00:00:00Z",
        }  # fmt: skip
        done = subprocess.run(
            ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *arguments], cwd=self.path,
            env=environ, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    def write(self, files: Mapping[str, str]) -> None:
        for name, content in files.items():
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_text(content, encoding="utf-8")

    def commit(self, files: Mapping[str, str], author: str = "Ada", date: str = "2024-03-01T12:00:00+01:00") -> str:
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change", author=author, date=date)
        return self.git("rev-parse", "HEAD").strip()

    def run(self, *arguments: str, cwd: str = ".") -> Outcome:
        return picketlint(*arguments, cwd=self.path / cwd)

    def exceptions(self, *arguments: str, cwd: str = ".") -> dict[str, Any]:
        outcome = self.run("exceptions", "--output-format", "json", *arguments, cwd=cwd)
        assert outcome.code == 0, outcome
        document: dict[str, Any] = json.loads(outcome.out)
        return document

    def new(self, revision: str, *arguments: str, cwd: str = ".") -> list[str]:
        document = self.exceptions("--since", revision, "--no-blame", *arguments, cwd=cwd)
        assert document["since"] == revision
        return [f"{one['path']}:{one['line']}" for one in document["exceptions"]]

    def lock(self, *arguments: str, cwd: str = ".") -> str:
        outcome = self.run("exceptions", "--lock", *arguments, cwd=cwd)
        assert outcome.code == 0, outcome
        return outcome.out

    def check(self, *arguments: str, cwd: str = ".") -> list[str]:
        """What is open, as ``path:line:rule``."""
        outcome = self.run("check", "--output-format", "json", *arguments, cwd=cwd)
        assert outcome.code in (0, 1), outcome
        found = [one for one in json.loads(outcome.out)["findings"] if one["status"] == "open"]
        return [f"{one['path']}:{one['line']}:{one['rule']}" for one in found]


@pytest.fixture
def plain(tmp_path: Path) -> Repository:
    """A directory that is no repository."""
    path = tmp_path / "project"
    path.mkdir()
    return Repository(path)


@pytest.fixture
def repository(plain: Repository) -> Repository:
    plain.git("init", "--quiet")
    plain.write({"pyproject.toml": CONFIG, LOCK: "version = 1\n"})
    return plain


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
    assert "nothing was locked: mend the above first" in outcome.err
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


# The lock file


def test_the_lock_file_is_held_to(repository: Repository) -> None:
    repository.commit({"a.py": module(load("p")), "src/b.py": module(load("p"))})
    assert repository.check() == ["a.py:2:PKT904", "src/b.py:2:PKT904"]
    assert repository.lock() == f"{LOCK} written: 2 exceptions (2 added, 0 removed, 0 unchanged).\n"
    assert repository.lock() == f"{LOCK} is up to date: 2 exceptions.\n"
    assert repository.check() == []
    repository.write({"a.py": module("x = 1\n\n\n", load("p"))})
    assert repository.check() == [], "lines may move"
    repository.write({"a.py": module(load("p"), load("p"))})
    assert repository.check() == ["a.py:3:PKT904"], "what is approved once is not approved twice"
    repository.write({"a.py": module(load("p", OTHER))})
    assert repository.check() == ["a.py:1:PKT905", "a.py:2:PKT904"]
    repository.write({"a.py": "import torch\ntorch.load(p)\n"})
    assert "a.py:1:PKT905" in repository.check()
    repository.write({"a.py": ""})
    assert repository.check() == ["a.py:1:PKT905"], "an empty file is looked at, too"
    assert repository.lock() == f"{LOCK} written: 1 exception (0 added, 1 removed, 1 unchanged).\n"


def test_reformatting_needs_no_new_approval(repository: Repository) -> None:
    compact = f"state = torch.load('{'x' * 60}', weights_only=False)  # {REASON}\n"
    split = f'state = (\n    torch.load(\n        "{"x" * 60}",\n        weights_only=False,  # {REASON}\n    )\n)\n'
    repository.commit({"a.py": module(compact)})
    repository.lock()
    repository.write({"a.py": module(split)})
    assert repository.check() == []
    assert "up to date" in repository.lock()


def test_the_lock_file_does_not_depend_on_where_it_is_written_from(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a.py": module(load("p")), "src/b.py": module(load("p"))})
    lock = repository.path / LOCK
    repository.lock()
    expected = lock.read_bytes()
    assert b'path = "src/b.py"' in expected
    for cwd, path in (("src", ""), ("src", ".."), ("..", str(repository.path)), ("..", "project")):
        lock.unlink()
        repository.lock(*([path] if path else []), cwd=cwd)
        assert lock.read_bytes() == expected
        assert repository.check(*([path] if path else [".."]), cwd=cwd) == []
    assert repository.run("check", "-", "--stdin-filename", "src/b.py", cwd=".").code == 1


def test_standard_input_is_held_to_it(repository: Repository) -> None:
    repository.commit({"a.py": module(load("p"))})
    repository.lock()
    for name, code in (("a.py", 0), ("b.py", 1)):
        outcome = picketlint(
            "check", "-", "--stdin-filename", name, cwd=repository.path, stdin=module(load("p")).encode()
        )
        assert outcome.code == code


def test_some_paths_only(repository: Repository) -> None:
    repository.commit({"a.py": module(load("p")), "src/b.py": module(load("p")), "src/c.py": module(load("p"))})
    repository.lock()
    repository.write({"a.py": "", "src/b.py": module(load("q"))})
    (repository.path / "src/c.py").unlink()
    assert repository.lock("src") == f"{LOCK} written: 2 exceptions (1 added, 2 removed, 1 unchanged).\n"
    assert repository.check() == ["a.py:1:PKT905"]
    assert repository.lock("a.py") == f"{LOCK} written: 1 exception (0 added, 1 removed, 1 unchanged).\n"
    assert repository.check() == []


def test_files_that_are_gone_are_told_of_by_runs_over_their_directory(repository: Repository) -> None:
    files = {"a.py": module(load("p")), "src/b.py": module(load("p"), load("p"), load("q")), "z.py": ""}
    repository.commit(files)
    repository.lock()
    shutil.rmtree(repository.path / "src")
    (repository.path / "src").mkdir()
    assert repository.check() == [f"{LOCK}:11:PKT905"]
    assert "approves 3 exceptions in `src/b.py`, which is gone" in repository.run("check").out
    assert repository.check("src") == [f"{LOCK}:11:PKT905"]
    assert repository.check("a.py", "z.py") == [], "pre-commit names single files"
    assert repository.check("--ignore", "PKT905") == []
    repository.write({"src/b.py": module(load("p"), load("p"), load("q"))})
    assert repository.check("--config", "pyproject.toml") == []
    excluded = CONFIG + 'extend-exclude = ["src/"]\n'
    repository.write({"pyproject.toml": excluded})
    assert repository.check() == [], "what is left out is not gone"
    assert "1 exception (0 added, 3 removed" in repository.lock()


def test_renaming_a_file_asks_for_its_approval_anew(repository: Repository) -> None:
    repository.commit({"a.py": module(load("p"))})
    repository.lock()
    (repository.path / "a.py").rename(repository.path / "b.py")
    assert repository.check() == ["b.py:2:PKT904", f"{LOCK}:5:PKT905"]


def test_rules_that_do_not_run_do_not_make_entries_stale(repository: Repository) -> None:
    repository.commit({"a.py": module(load("p"))})
    repository.lock()
    assert repository.check("--select", "PKT905") == []
    assert repository.check("--select", "PKT106,PKT904") == []
    repository.write({"a.py": module(load("q"))})
    assert repository.check("--select", "PKT9,PKT101", "--ignore", "PKT905") == ["a.py:2:PKT904"]


def test_a_lock_file_that_is_missing_or_broken_stops_the_check(repository: Repository) -> None:
    repository.commit({"src/a.py": module(load("p")), "src/sub/b.py": module(load("p"))})
    lock = repository.path / LOCK
    good = lock.read_bytes()
    for content, said in (
        (None, "there is no such lock file yet: run `picketlint exceptions --lock`"),
        (b"", "says no `version`"),
        (b"version = 1\n<<<<<<< ours\n", "line 2 is the mark of a merge conflict"),
        (b"version = 7\n", "has version 7"),
    ):
        lock.unlink() if content is None else lock.write_bytes(content)
        for arguments in (["check"], ["check", "src/a.py"], ["check", "-", "--stdin-filename", "src/a.py"]):
            outcome = repository.run(*arguments)
            assert outcome.code == 2
            assert outcome.err.count(said) == 1
            assert LOCK in outcome.err
        assert repository.run("check", "--isolated").code == 0
        assert repository.run("exceptions").code == 0, "the list does not need it"
    lock.write_bytes(good)
    assert repository.run("check", "--ignore", "PKT904,PKT905").code == 0


def test_a_merge_conflict_is_solved_by_locking_again(repository: Repository) -> None:
    repository.commit({"a.py": module(load("p"))})
    repository.lock()
    repository.commit({})
    repository.git("checkout", "--quiet", "-b", "other")
    repository.write({"b.py": module(load("p"))})
    repository.lock()
    repository.commit({})
    repository.git("checkout", "--quiet", "main")
    repository.write({"c.py": module(load("p"))})
    repository.lock()
    repository.commit({})
    with pytest.raises(subprocess.CalledProcessError):
        repository.git("merge", "--quiet", "other")
    outcome = repository.run("check")
    assert outcome.code == 2
    assert re.search(rf"error: {LOCK}: line \d+ is the mark of a merge conflict \(`<<<<<<<`\)", outcome.err)
    partial = repository.run("exceptions", "--lock", "a.py")
    assert partial.code == 2
    assert "run `picketlint exceptions --lock`, without PATH" in partial.err
    whole = repository.run("exceptions", "--lock")
    assert whole.code == 0
    assert "is written anew" in whole.err
    assert repository.check() == []
    text = (repository.path / LOCK).read_text()
    assert [path for path in ("a.py", "b.py", "c.py") if f'path = "{path}"' in text] == ["a.py", "b.py", "c.py"]


def test_a_lock_file_of_another_version_is_not_overwritten(repository: Repository) -> None:
    repository.commit({"a.py": module(load("p")), LOCK: "version = 2\n"})
    outcome = repository.run("exceptions", "--lock")
    assert (outcome.code, outcome.out) == (2, "")
    assert (repository.path / LOCK).read_text() == "version = 2\n"


def test_without_configuration_the_lock_file_stands_at_the_root(plain: Repository) -> None:
    plain.git("init", "--quiet")
    plain.write({"src/a.py": module(load("p"))})
    outcome = plain.run("exceptions", "--lock", cwd="src")
    assert outcome.code == 0
    assert (plain.path / LOCK).exists()
    assert f'set `exceptions-lock = "{LOCK}"` in [tool.picketlint]' in outcome.err


def test_each_project_has_its_own_lock_file(repository: Repository) -> None:
    inner = '[tool.picketlint]\nexceptions-lock = "ci/lock.toml"\n'
    repository.commit({
        "a.py": module(load("p")), "in/pyproject.toml": inner, "in/a.py": module(load("p")), "in/ci/x": "",
        "none/pyproject.toml": "[tool.picketlint]\n", "none/a.py": module(load("p")),
    })  # fmt: skip
    outcome = repository.run("exceptions", "--lock")
    assert outcome.code == 0
    assert "none: has exceptions, but no `exceptions-lock` is configured there" in outcome.err
    assert sorted(line.split()[0] for line in outcome.out.splitlines()) == ["in/ci/lock.toml", LOCK]
    assert 'path = "../a.py"' in (repository.path / "in/ci/lock.toml").read_text()
    assert 'path = "a.py"' in (repository.path / LOCK).read_text()
    assert repository.check() == []
    assert repository.exceptions()["code_owners"] == ["@org/security", "ml@example.org"]
    assert repository.exceptions("in")["code_owners"] == []
    (repository.path / "in/a.py").unlink()
    assert repository.check("in") == ["in/ci/lock.toml:5:PKT905"]


def test_a_project_without_exceptions_gets_an_empty_lock_file(repository: Repository) -> None:
    (repository.path / LOCK).unlink()
    repository.write({"a.py": ""})
    assert "0 exceptions" in repository.lock()
    assert repository.check() == []


@pytest.mark.parametrize("other", [["--since", "HEAD"], ["--output-format", "json"]])
def test_locking_goes_with_no_list(repository: Repository, other: list[str]) -> None:
    outcome = repository.run("exceptions", "--lock", *other)
    assert outcome.code == 2
    assert "do not go together" in outcome.err


@pytest.mark.parametrize(
    "line",
    [
        "exceptions-lock = 1", 'exceptions-lock = "lock.json"', 'exceptions-lock = "/tmp/lock.toml"',
        'code-owners = "@a"', 'code-owners = ["a"]', 'code-owners = ["@a b"]', 'code-owners = ["@a | x"]',
    ],
)  # fmt: skip
def test_keys_that_are_wrong(plain: Repository, line: str) -> None:
    plain.write({"pyproject.toml": f"[tool.picketlint]\n{line}\n", "a.py": ""})
    for command in ("check", "exceptions"):
        outcome = plain.run(command)
        assert outcome.code == 2
        assert f'key "{line.split()[0]}" in [tool.picketlint]' in outcome.err


def test_no_lock_file_no_toml(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(module(load("p")))
    told = picketlint("check", "--isolated", "a.py", cwd=tmp_path, python=("-X", "importtime")).err
    imported = {line.rpartition("|")[2].strip() for line in told.splitlines()}
    assert "picketlint.engine" in imported
    assert not imported & {"tomli", "subprocess", "picketlint.lockfile", "picketlint.git", "picketlint.ledger"}


# The documentation


APPROVAL = (
    (Path(__file__).parent.parent / "docs/policy.md").read_text("utf-8").partition("## Approval by code owners")[2]
)


@needs_posix
def test_every_command_of_the_documentation(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = repository.commit({"src/loader.py": module(load("p"))})
    repository.lock()
    repository.commit({})
    repository.git("clone", "--quiet", str(repository.path), str(tmp_path / "clone"))
    clone = Repository(tmp_path / "clone")
    clone.write({"src/loader.py": module(load("p"), load("q"))})
    clone.lock()
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    monkeypatch.setenv("CI_MERGE_REQUEST_DIFF_BASE_SHA", base)
    commands = re.findall(r"^[ -]*(?:run: )?((?:picketlint|cat) .*)$", APPROVAL, re.MULTILINE)
    assert len(commands) == 10
    for command in commands:
        environ = {**os.environ, "PYTHONPATH": str(SRC)}
        command = command.replace("picketlint exc", f"{sys.executable} -m picketlint exc")
        command = command.replace("picketlint check", f"{sys.executable} -m picketlint check")
        done = subprocess.run(["bash", "-ec", command], cwd=clone.path, env=environ, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    for written in (tmp_path / "summary", clone.path / "exceptions.md"):
        assert "### 1 new documented exception since" in written.read_text()
        assert "Review by the code owners: @org/security" in written.read_text()


def test_the_lock_file_of_the_documentation() -> None:
    [block] = re.findall(r"^```toml\n(\[\[exception.*?)^```", APPROVAL, re.MULTILINE | re.DOTALL)
    lock = lockfile.parse(f"version = 1\n{block}".encode(), "lock.toml")
    assert lockfile.render(lock.entries).endswith(f"\n\n{block}")


def test_the_keys_of_the_documentation(repository: Repository) -> None:
    repository.commit({"a.py": module(load("p"))})
    document = repository.exceptions()
    listed, of_one = APPROVAL.rpartition("### ")[2].split("| key of an exception")
    for table, written in ((listed, document), (of_one, document["exceptions"][0])):
        rows = re.findall(r"^\| (`[^|]*`) \|", table, re.MULTILINE)
        assert {key for row in rows for key in re.findall("`(.*?)`", row)} == written.keys()
