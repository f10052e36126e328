"""Results of earlier runs: used where they hold, never believed where they may not, never in the way."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest
from caching import Run, settle
from commandline import SRC, UNSAFE, Outcome, picketlint
from conftest import Tree

from picketlint.configuration.settings import Overrides, Resolver
from picketlint.engine import Checks
from picketlint.execution import cache, wire
from picketlint.execution.runner import Options, Runner
from picketlint.model import Confidence, Finding, Note, Report, Severity, Span, Status, Step
from picketlint.scan import Scan

PICKLES = "import pickle\npickle.load(f)\n"


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
