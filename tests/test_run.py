"""The real command with workers: the same output, and nothing left behind when it is stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commandline import SRC, environment, picketlint
from workers import CAN_FORK, per_kind, project, runs

from picketlint.configuration.settings import Overrides, Resolver
from picketlint.scan import Scan


def test_output_depends_on_neither_executor_nor_job_count(tmp_path: Path) -> None:
    project(tmp_path)
    plain = picketlint("check", "--output-format", "json", "--no-cache", "-j", "1", cwd=tmp_path)
    assert plain.code == 1, plain
    findings = json.loads(plain.out)["findings"]
    assert {finding["rule"] for finding in findings} == {"PKT000", "PKT101", "PKT102"}
    for kind in ["fork"] * CAN_FORK + ["spawn"]:
        for jobs in ("1", "2", "5"):
            outcome = picketlint(
                "check", "--output-format", "json", "--executor", kind, "-j", jobs, "--no-cache", cwd=tmp_path
            )
            assert (outcome.code, outcome.out, outcome.err) == (plain.code, plain.out, plain.err)


def test_the_library_and_the_command_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project(tmp_path))
    from picketlint.execution.runner import Options, Runner

    plain = list(Scan(["."], Resolver(Overrides())))
    seen: list[tuple[int, int]] = []
    options = Options(engine="spawn", jobs=2, cache=False)
    runner = Runner(options, pytest.fail, lambda done, total: seen.append((done, total)))
    scan = Scan(["."], Resolver(Overrides()), runner=runner)
    assert list(scan) == plain
    assert scan.files == len(plain)
    assert seen[0] == (0, len(plain))
    assert seen[-1] == (len(plain), len(plain))


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Starts a run of the real command with two workers that would take minutes, and waits until they work."""
    for number in range(60):
        code = "import torch\n" + "".join(f"x{i} = [torch.load(p, weights_only=False), {i}]\n" for i in range(20_000))
        (tmp_path / f"f{number}.py").write_text(code)
    started: list[subprocess.Popen[bytes]] = []

    def start(kind: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "picketlint", "check", "--executor", kind, "-j", "2", "--no-cache"]
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        started.append(process)
        while len(children(process.pid)) < 2:
            assert process.poll() is None
            time.sleep(0.01)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def children(pid: int) -> list[int]:
    found = []
    for entry in os.listdir("/proc"):
        try:
            if (
                entry.isdigit()
                and int(Path(f"/proc/{entry}/stat").read_text("utf-8").rpartition(")")[2].split()[1]) == pid
            ):
                found.append(int(entry))
        except OSError:
            continue
    return found


on_linux = pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="looks at /proc")


@on_linux
@per_kind()
def test_an_interrupt_ends_the_run_and_its_workers(busy: Callable[[str], subprocess.Popen[bytes]], kind: str) -> None:
    process = busy(kind)
    workers = children(process.pid)
    # As Ctrl-C does: everything in the foreground gets it.
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"")
    assert not any(runs(worker) for worker in workers)


@pytest.mark.skipif(not CAN_FORK, reason="systems such as this one do not survive a fork")
def test_an_interrupt_at_birth_is_none_of_a_workers(tmp_path: Path) -> None:
    code = """
import os, signal
from picketlint.execution.forked import ForkExecutor
os.register_at_fork(after_in_child=lambda: os.kill(os.getpid(), signal.SIGINT))
with ForkExecutor(2) as pool:
    print(*pool.map(abs, range(-5, 0)))
"""
    command = [sys.executable, "-c", code]
    process = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, timeout=60)
    assert (process.stdout, process.stderr) == (b"5 4 3 2 1\n", b"")


@on_linux
@per_kind()
def test_workers_do_not_outlive_a_run_that_is_killed(busy: Callable[[str], subprocess.Popen[bytes]], kind: str) -> None:
    process = busy(kind)
    workers = children(process.pid)
    process.kill()
    deadline = time.monotonic() + 60
    while any(runs(worker) for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@on_linux
@per_kind()
def test_a_worker_that_somebody_kills_costs_no_result(tmp_path: Path, kind: str) -> None:
    # Long enough for the test to find a worker, in one batch for each of the two.
    code = "import torch\n" + "".join(f"x{i} = [torch.load(p, weights_only=False), {i}]\n" for i in range(3_000))
    for number in range(8):
        (tmp_path / f"f{number}.py").write_text(code)
    command = [sys.executable, "-m", "picketlint", "check", "--statistics", "--executor", kind, "-j", "2", "--no-cache"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while len(workers := children(process.pid)) < 2:
        assert process.poll() is None
        time.sleep(0.005)
    os.kill(workers[0], signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    # Whatever it was doing is done again by another.
    assert (process.returncode, err) == (1, b"")
    assert f"{8 * 3_000}\tPKT101" in out.decode()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("-j 0", "wants a number of processes, as in 4"),
        ("--jobs many", "wants a number of processes, as in 4"),
        ("--executor dask", "--executor dask and --scheduler ADDRESS go together"),
        ("--scheduler tcp://x:1", "--executor dask and --scheduler ADDRESS go together"),
        ("--executor dask --scheduler x -j 2", "--jobs is for processes here"),
        ("--no-cache --cache-dir x", "contradict each other"),
        ("--no-cache --cache-by content", "contradict each other"),
    ],
)
def test_options_that_would_do_nothing_are_refused(tmp_path: Path, arguments: str, message: str) -> None:
    (tmp_path / "a.py").write_text("")
    outcome = picketlint("check", *arguments.split(), cwd=tmp_path)
    assert outcome.code == 2
    assert message in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_run_over_few_files_imports_nothing_of_this(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.py").write_text("x = 1\n")
    run = "from picketlint.commandline.cli import main; code = main(['check'])"
    code = f"import sys; {run}; print(*sys.modules); sys.exit(code)"
    process = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(SRC)!r}); {code}"],
        cwd=tmp_path, capture_output=True, check=True,
    )  # fmt: skip
    imported = process.stdout.decode().split()
    assert "picketlint.scan" in imported
    unwanted = (
        "concurrent",
        "multiprocessing",
        "pickle",
        "picketlint.execution",
        "picketlint.commandline.progress",
        "signal",
    )
    assert [name for name in imported if name.startswith(unwanted)] == []
