"""Results of earlier runs: used where they hold, never believed where they may not, never in the way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from commandline import SRC, UNSAFE, Outcome, environment, picketlint
from conftest import Tree

from picketlint import settings
from picketlint.engine import Checks, analyze
from picketlint.execution import cache, storage, wire, work
from picketlint.execution.runner import Options, Runner
from picketlint.model import Confidence, Finding, Note, Report, Severity, Span, Status, Step
from picketlint.scan import Scan
from picketlint.settings import Overrides, Resolver

POSIX = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there are no modes and owners there")
PICKLES = "import pickle\npickle.load(f)\n"


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where results are kept: outside of what is checked."""
    return tmp_path_factory.mktemp("cache")


class Run:
    """One run of the library over the working directory, and which files it had to check."""

    def __init__(self, store: Path, overrides: Overrides = settings.NO_OVERRIDES, *, by_content: bool = False) -> None:
        self.notes: list[str] = []
        self.checked: list[str] = []

        def checking(data: bytes, display: str, checks: Checks) -> Report:
            self.checked.append(display)
            return analyze(data, display, checks)

        options = Options(jobs=1, cache_directory=str(store), by_content=by_content, always_cached=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(work, "check_data", checking)
            scan = Scan(["."], Resolver(overrides), runner=Runner(options, self.notes.append))
            self.reports = list(scan)
        self.plain = list(Scan(["."], Resolver(overrides)))
        assert self.reports == self.plain
        assert scan.files == len(self.plain)

    @property
    def rules(self) -> list[str]:
        return [finding.rule for report in self.reports for finding in report.findings]


def settle() -> None:
    """Wait until no file looks as if it were still being written."""
    time.sleep(cache._TICK / 1e9 + 0.05)


def test_only_what_changed_is_checked_again(tree: Tree, store: Path) -> None:
    root = tree({"a.py": UNSAFE, "b.py": "x = 1\n", "c/d.py": f"{UNSAFE.rstrip()}  # our own file, made above\n"})
    settle()
    first = Run(store)
    assert first.checked == ["a.py", "b.py", "c/d.py"]
    assert {finding.status for report in first.reports for finding in report.findings} >= {Status.OPEN}
    assert Run(store).checked == []
    (root / "b.py").write_text(UNSAFE)
    settle()
    assert Run(store).checked == ["b.py"]
    (root / "e.py").write_text(UNSAFE)
    (root / "a.py").unlink()
    settle()
    assert Run(store).checked == ["e.py"]
    assert Run(store).checked == []
    [file] = store.glob("*.results")
    assert "a.py" not in file.read_text()


def test_a_change_that_restores_size_and_time_is_noticed(tree: Tree, store: Path) -> None:
    root = tree({"a.py": "x = 1\n" + "#" * (len(UNSAFE) - 6)})
    settle()
    Run(store)
    before = (root / "a.py").stat()
    (root / "a.py").write_text(UNSAFE)
    os.utime(root / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    after = (root / "a.py").stat()
    assert (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    assert Run(store).rules == ["PKT101"]


def test_a_file_that_has_only_just_been_written_is_not_kept(
    tree: Tree, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree({"a.py": UNSAFE})
    # As if the run had begun at the very time the file was written.
    monkeypatch.setattr(time, "time_ns", lambda: (root / "a.py").stat().st_ctime_ns)
    assert Run(store).checked == ["a.py"]
    assert Run(store).checked == ["a.py"]
    monkeypatch.undo()
    os.chdir(root)
    settle()
    assert Run(store).checked == ["a.py"]
    assert Run(store).checked == []


@pytest.mark.parametrize("by_content", [False, True])
def test_a_change_after_the_files_were_found_is_noticed(tree: Tree, store: Path, by_content: bool) -> None:
    root = tree({"a.py": "x = 1\n", "b.py": UNSAFE})
    settle()
    options = Options(jobs=1, cache_directory=str(store), by_content=by_content, always_cached=True)
    scan = Scan(["."], Resolver(), runner=Runner(options, pytest.fail))
    (root / "a.py").write_text(UNSAFE)
    (root / "b.py").write_text("x = 1\n")
    assert [finding.path for report in scan for finding in report.findings] == ["a.py"]
    (root / "a.py").write_text("x = 1\n")
    assert Run(store, by_content=by_content).rules == []


def test_a_run_over_a_part_keeps_what_is_known_of_the_rest(tree: Tree, store: Path) -> None:
    root = tree({"pyproject.toml": "[tool.picketlint]\n", "a/x.py": UNSAFE, "a/y.py": "x = 1\n", "b/z.py": UNSAFE})
    settle()
    assert Run(store).checked == ["a/x.py", "a/y.py", "b/z.py"]
    (root / "a" / "x.py").write_text("x = 2\n")
    (root / "a" / "y.py").unlink()
    settle()
    options = Options(jobs=1, cache_directory=str(store), always_cached=True)
    list(Scan(["a"], Resolver(), runner=Runner(options, pytest.fail)))
    [file] = store.glob("*.results")
    assert "y.py" not in file.read_text()
    assert Run(store).checked == []


def test_by_content_neither_times_nor_the_inode_matter(tree: Tree, store: Path) -> None:
    root = tree({"a.py": UNSAFE, "b.py": "x = 1\n"})
    assert Run(store, by_content=True).checked == ["a.py", "b.py"]
    for name in ("a.py", "b.py"):
        data = (root / name).read_bytes()
        (root / name).unlink()
        (root / name).write_bytes(data)
    assert Run(store, by_content=True).checked == []
    (root / "b.py").write_text("y = 1\n")
    assert Run(store, by_content=True).checked == ["b.py"]


def test_every_setting_counts(tree: Tree, store: Path) -> None:
    root = tree({"a.py": UNSAFE, "b.py": f"import torch\ntorch.load(p)\n{PICKLES}", "tests/c.py": UNSAFE})

    def configured(text: str) -> list[str]:
        (root / "pyproject.toml").write_text(f"[tool.picketlint]\n{text}\n")
        rules = Run(store).rules
        assert Run(store).rules == rules
        return rules

    settle()
    assert configured("") == ["PKT101", "PKT102", "PKT106"]
    assert configured('torch-floor = "2.6"') == ["PKT101", "PKT106"]
    assert configured('torch-floor = "2.5"') == ["PKT101", "PKT102", "PKT106"]
    assert configured('ignore = ["PKT106"]') == ["PKT101", "PKT102"]
    assert configured('per-path-ignores = {"b.py" = ["PKT102"]}') == ["PKT101", "PKT106"]
    assert configured("include-tests = true") == ["PKT101", "PKT102", "PKT106", "PKT101"]
    assert configured("") == ["PKT101", "PKT102", "PKT106"]
    assert Run(store, Overrides(select=["PKT106"])).rules == ["PKT106"]


def test_packaging_metadata_count_for_the_files_that_asked_for_the_torch_release(tree: Tree, store: Path) -> None:
    root = tree({"a.py": "import torch\ntorch.load(p)\n", "b.py": UNSAFE, "requirements.txt": "torch>=2.6\n"})
    settle()
    assert Run(store).rules == ["PKT101"]
    (root / "requirements.txt").write_text("torch>=2.1\n")
    again = Run(store)
    assert again.rules == ["PKT102", "PKT101"]
    assert again.checked == ["a.py"]


def test_words_for_exceptions_count(tree: Tree, store: Path) -> None:
    root = tree({"a.py": f"{UNSAFE.rstrip()}  # only files that came out of the vault of the release team\n"})
    settle()
    (root / "pyproject.toml").write_text("[tool.picketlint]\n")
    before = [finding.status for report in Run(store).reports for finding in report.findings]
    (root / "pyproject.toml").write_text(
        '[tool.picketlint.exceptions]\naccept = ["came out of the vault of the release team"]\n'
    )
    after = [finding.status for report in Run(store).reports for finding in report.findings]
    assert Status.EXCEPTED not in before
    assert after == [Status.EXCEPTED]


def test_the_lock_file_counts(tree: Tree, store: Path) -> None:
    root = tree({
        "a.py": f"{UNSAFE.rstrip()}  # written by our own trainer above, never user-supplied\n",
        "pyproject.toml": '[tool.picketlint]\nexceptions-lock = "lock.toml"\n',
    })  # fmt: skip
    locked = picketlint("exceptions", "--lock", cwd=root)
    assert locked.code == 0, locked
    settle()
    assert "PKT904" not in Run(store).rules
    (root / "lock.toml").write_text("\n".join(
        line for line in (root / "lock.toml").read_text().splitlines() if line.startswith(("#", "version"))
    ))  # fmt: skip
    assert "PKT904" in Run(store).rules


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


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)


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


def test_results_of_other_rules_are_not_used(tmp_path: Path, store: Path) -> None:
    copy = tmp_path / "src"
    shutil.copytree(SRC, copy, ignore=shutil.ignore_patterns("__pycache__"))
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.py").write_text(UNSAFE)
    settle()

    def run() -> Outcome:
        return picketlint("check", "--cache-dir", str(store), cwd=project, PYTHONPATH=str(copy))

    assert "PKT101" in run().out
    rule = copy / "picketlint" / "rules" / "pkt101_unsafe_torch_load.py"
    rule.write_text(rule.read_text("utf-8").replace("unpickles whatever", "reads all"), "utf-8")
    (copy / "picketlint" / "rule.py").open("a").write("\n# changed\n")
    assert run().out == picketlint("check", "--no-cache", cwd=project, PYTHONPATH=str(copy)).out
    assert len(list(store.glob("*.results"))) == 2


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [*value, *(text for item in value.values() for text in strings(item))]
    return [text for item in value for text in strings(item)] if isinstance(value, list) else []


def test_nothing_is_kept_that_is_not_printed_anyway(tree: Tree, store: Path) -> None:
    root = tree({
        "a.py": f"PASSWORD = 'hunter2-{'x' * 12}'  # remark\n{UNSAFE}",
        "b.py": f"API_KEY = 'sk-{'a1B2' * 6}'\n{UNSAFE.rstrip()}  # written by our own trainer, never user-supplied\n",
        "c.py": "def f(:\n    'private text'\n",
    })  # fmt: skip
    settle()
    outcome = picketlint("check", "--output-format", "json", "--cache-dir", str(store), cwd=root)
    listed = picketlint("exceptions", "--output-format", "json", "--no-blame", cwd=root)
    printed = strings(json.loads(outcome.out)) + strings(json.loads(listed.out))
    [file] = store.glob("*.results")
    data = file.read_bytes()
    for secret in (b"hunter2", b"a1B2", b"remark", b"private text"):
        assert secret not in data
    rows = json.loads(data.partition(b"\n")[2])
    kept = [text for row in rows.values() for text in strings(row[2] if isinstance(row, list) else [])]
    assert "PKT101" in kept
    assert [text for text in kept if text and text not in printed] == []
    # What must not be shown of the lines of a finding is known after an earlier run, too.
    shown = picketlint("check", "--no-cache", cwd=root)
    assert picketlint("check", "--cache-dir", str(store), cwd=root).out == shown.out


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


def test_the_top_of_a_repository_may_have_come_with_it(tree: Tree) -> None:
    root = tree({"a.py": UNSAFE})
    git(root, "init", "-q")
    git(root, "add", "a.py")
    settle()
    assert "may have come with it (part of its repository)" in Run(root).notes[0]
    assert not list(root.glob("*.results"))


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


def test_a_report_is_the_same_after_it_was_kept() -> None:
    step = Step(1, 2, "é\u2028\ud800")
    finding = Finding(
        "PKT101", "unsafe-torch-load", "a.py", 3, Span(1, 2, 3, 4), Span(1, 2, 1, 3), "message \udcff", Severity.HIGH,
        Confidence.MEDIUM, 502, "https://x", (step, step), Status.EXCEPTED, "because", "code", Span(9, 9, 9, 9),
        (Span(1, 5, 1, 9),),
    )  # fmt: skip
    assert all(value != Finding._field_defaults.get(name, ()) for name, value in finding._asdict().items())
    notes = (Note("the depth of 40", 3, 12), Note("the depth of 40", 1, 2, 4))
    report = Report("a.py", (finding, finding._replace(excuse=None, justification=None, cell=None)), notes=notes)
    packed = json.loads(json.dumps(wire.pack(report)))
    assert wire.unpack(packed, "a.py") == report
    assert wire.unpack(packed, "b.py").findings[0] == finding._replace(path="b.py")
    assert set(Report._fields) == {"path", "findings", "problems", "notes"}, (
        "what else is in a report has to be kept, too"
    )


def test_every_field_of_the_checks_is_part_of_what_a_result_is_known_by() -> None:
    assert set(cache._BY_FILE) == {"torch_floor", "approved"}
    checks = Checks(frozenset({"PKT101"}))
    assert len(cache._common(checks)) == len(Checks._fields) - len(cache._BY_FILE)
