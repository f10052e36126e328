"""The lock file of documented exceptions in real git repositories: written, and held to."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commandline import SRC, picketlint
from repositories import CONFIG, LOCK, OTHER, REASON, Repository, load, module, needs_posix

from picketlint.configuration import lockfile


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


def test_rules_that_an_option_turns_on_are_locked_with_the_same_option(repository: Repository) -> None:
    shell = "import os\nos.system('ls')  # fixed probe command, no part of it is user input\n"
    on = ("--extend-select", "PKT302")
    repository.commit({"a.py": module(load("p")), "b.py": shell})
    left_out = repository.run("exceptions", "--lock")
    assert "1 exception (1 added" in left_out.out
    assert left_out.err == (
        "note: not locked: 1 exception to rules that are not selected; `--extend-select PKT302` locks them too\n"
    )
    assert repository.check(*on) == ["b.py:2:PKT904"]
    assert repository.lock(*on) == f"{LOCK} written: 2 exceptions (1 added, 0 removed, 1 unchanged).\n"
    assert repository.check(*on) == repository.check() == []
    without = repository.run("exceptions", "--lock")
    assert (without.out, without.err) == (f"{LOCK} is up to date: 2 exceptions.\n", ""), "what is approved is kept"
    repository.write({"b.py": shell.replace("ls", "df")})
    assert repository.check() == ["b.py:1:PKT905"]
    assert "1 exception (0 added, 1 removed, 1 unchanged)" in repository.lock(), "what is gone is not"
    assert repository.check() == []


def test_rules_to_list_exceptions_to(repository: Repository) -> None:
    loaded = f"import pickle\npickle.load(file)  # {REASON}\n"
    repository.commit({"a.py": module(load("p")), "b.py": loaded})
    for options, listed in (
        ((), ["PKT101", "PKT106"]),
        (("--select", "PKT106"), ["PKT106"]),
        (("--ignore", "unsafe-pickle-load"), ["PKT101"]),
        (("--select", "PKT9"), []),
    ):
        assert [one["rule"] for one in repository.exceptions("--no-blame", *options)["exceptions"]] == listed
    assert 'unknown rule "PKT1O1"' in repository.run("exceptions", "--select", "PKT1O1").err


def test_no_exceptions_are_no_mistake_where_no_selected_rule_has_any(repository: Repository) -> None:
    repository.commit({"a.py": module(load("p")), "pyproject.toml": CONFIG + 'select = ["PKT401"]\n'})
    assert repository.exceptions()["exceptions"] == []
    assert "0 exceptions" in repository.lock()


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
    assert not imported & {
        "tomli",
        "subprocess",
        "picketlint.configuration.lockfile",
        "picketlint.discovery.git",
        "picketlint.commandline.ledger",
    }


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
    assert len(commands) == 11
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
