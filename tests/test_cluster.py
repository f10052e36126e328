"""Checking files on a cluster: a real one, of two worker processes on this machine."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commandline import UNSAFE, picketlint
from workers import DEADLY, Deadly

from picketlint.engine import Checks
from picketlint.execution.batches import Job
from picketlint.execution.handout import handed_out

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    import dask

    # A task that takes its worker along is not given to three more.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
        ) as running,
    ):
        yield running


def test_a_cluster_reports_what_this_machine_does(
    cluster: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "p"\ndependencies = ["torch>=2.1"]\n'
        '[tool.picketlint]\nexceptions-lock = "lock.toml"\n'
        '[tool.picketlint.exceptions]\naccept = ["out of the vault"]\n'
    )
    for number in range(60):
        code = [UNSAFE, "x = 1\n", "def f(:\n", "import torch\ntorch.load(p)\n"][number % 4]
        (tmp_path / f"f{number}.py").write_text(code + "y = 2\n" * (number * 100))
    for name, reason in (("g", "our own file, out of the vault"), ("h", "written by our own trainer above")):
        (tmp_path / f"{name}.py").write_text(f"{UNSAFE.rstrip()}  # {reason}\n")
    assert picketlint("exceptions", "--lock", "g.py", cwd=tmp_path).code == 0
    (tmp_path / "bad.py").write_bytes(b"# \xff\n")
    plain = picketlint("check", "--output-format", "json", "-j", "1", "--no-cache", cwd=tmp_path)
    rules = {finding["rule"] for finding in json.loads(plain.out)["findings"]}
    assert rules >= {"PKT000", "PKT101", "PKT102", "PKT904"}
    on_cluster = ("--executor", "dask", "--scheduler", cluster.scheduler_address)
    outcome = picketlint("check", "--output-format", "json", "--no-cache", *on_cluster, cwd=tmp_path)
    assert (outcome.code, outcome.out, outcome.err) == (plain.code, plain.out, plain.err)
    cached = ("--cache-dir", str(tmp_path_factory.mktemp("cache")), "--cache-by", "content")
    for _ in range(2):
        outcome = picketlint("check", "--output-format", "json", *cached, *on_cluster, cwd=tmp_path)
        assert (outcome.code, outcome.out, outcome.err) == (plain.code, plain.out, plain.err)


def test_the_file_that_ends_its_worker_is_named(cluster: Any, tmp_path: Path) -> None:
    from picketlint.execution import cluster as module

    jobs = []
    for number in range(6):
        path = tmp_path / f"{number}.py"
        path.write_text(DEADLY if number == 3 else UNSAFE)
        checks = Checks(frozenset({"PKT101", "PKT102"}), Deadly)
        jobs.append(Job(number, path.name, str(path), checks, path.stat().st_size))
    pool = module.connect(cluster.scheduler_address)
    told = {one.number: one for _, checked in handed_out(pool, jobs, digests=False) for one in checked}
    [problem] = told[3].report.problems  # type: ignore[union-attr]
    assert (problem.path, problem.kind, problem.fatal) == ("3.py", "lost-worker", True)
    for number in {0, 1, 2, 4, 5}:
        assert [finding.rule for finding in told[number].report.findings] == ["PKT101"]  # type: ignore[union-attr]


def test_workers_that_are_gone_are_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from picketlint.execution import cluster as module

    monkeypatch.setattr(module, "_ASKING", 0.5)
    path = tmp_path / "a.py"
    path.write_text(UNSAFE)
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0", silence_logs=50) as own:
        pool = module.connect(own.scheduler_address)
        own.scale(0)
        while own.scheduler.workers:
            time.sleep(0.05)
        job = Job(0, "a.py", str(path), Checks(frozenset({"PKT101"})), path.stat().st_size)
        [(_, [told])] = handed_out(pool, [job], digests=False)
    [problem] = told.report.problems  # type: ignore[union-attr]
    assert "no workers left" in problem.message


def test_a_scheduler_that_cannot_be_reached_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNSAFE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    for wrong in (address, "nowhere.invalid:1", "tcp://"):
        outcome = picketlint("check", "--executor", "dask", "--scheduler", wrong, cwd=tmp_path)
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err == f"error: no dask scheduler answers at {wrong}: is it running, and reachable?\n"


def test_without_the_extra_it_is_said_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNSAFE)
    # An interpreter that has picketlint's sources and nothing else.
    outcome = picketlint(
        "check", "--isolated", "--executor", "dask", "--scheduler", "x:1", "a.py", cwd=tmp_path, python=("-S",)
    )
    assert (outcome.code, outcome.out) == (2, "")
    assert "pip install picketlint[dask]" in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_worker_runs_nothing_of_the_scanned_project(cluster: Any, tmp_path: Path) -> None:
    for name in ("dask", "distributed", "tornado", "msgpack", "cloudpickle"):
        (tmp_path / f"{name}.py").write_text("open('run', 'w').close()\n")
    outcome = picketlint("check", "--executor", "dask", "--scheduler", cluster.scheduler_address, cwd=tmp_path)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    assert not (tmp_path / "run").exists()
