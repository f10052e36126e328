"""Workers of every kind: the same results, every file accounted for, nothing left behind."""

from __future__ import annotations

import concurrent.futures
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from commandline import UNSAFE, picketlint
from workers import ALONE, CAN_FORK, executor, per_kind_of_this_process, runs

from picketlint.execution import LostWorkerError, forked


@per_kind_of_this_process()
def test_the_interface_of_an_executor(kind: str) -> None:
    with executor(kind) as pool:
        future = pool.submit(divmod, 7, 2)
        assert list(pool.map(pow, range(50), [2] * 50)) == [number**2 for number in range(50)]
        assert future.result() == (3, 1)
        assert future.done()
        with pytest.raises(Exception, match="division"):
            pool.submit(divmod, 1, 0).result()
        assert pool.submit(len, b"x" * 3_000_000).result() == 3_000_000
        assert pool.submit(bytes, 3_000_000).result() == bytes(3_000_000)


@per_kind_of_this_process()
def test_work_is_done_by_as_many_processes_as_allowed(kind: str) -> None:
    with executor(kind, 3) as pool:
        pids = set(pool.map(_pid_after_a_moment, range(12)))
    assert 1 < len(pids) <= 3
    assert os.getpid() not in pids


def _pid_after_a_moment(_: int) -> int:
    time.sleep(0.02)
    return os.getpid()


@per_kind_of_this_process()
@pytest.mark.parametrize(("end", "how"), [(os._exit, "exit code 9"), (None, "SIGKILL")], ids=["exit", "kill"])
def test_a_worker_that_dies_loses_its_task_and_no_other(kind: str, end: Callable[[int], None] | None, how: str) -> None:
    if end is None and not hasattr(signal, "SIGKILL"):
        pytest.skip("there are no signals there")
    with executor(kind) as pool:
        before = [pool.submit(abs, -number) for number in range(5)]
        lost = pool.submit(os._exit, 9) if end else pool.submit(_kill_itself)
        after = [pool.submit(abs, -number) for number in range(5)]
        with pytest.raises(LostWorkerError, match=how):
            lost.result()
        assert [future.result() for future in (*before, *after)] == [*range(5), *range(5)]
        assert pool.submit(abs, -1).result() == 1


@per_kind_of_this_process()
def test_workers_that_die_again_and_again_lose_one_task_each(kind: str) -> None:
    with executor(kind, 2) as pool:
        futures = [pool.submit(os._exit, 9) if number % 7 == 3 else pool.submit(abs, -number) for number in range(40)]
        for number, future in enumerate(futures):
            if number % 7 == 3:
                with pytest.raises(LostWorkerError):
                    future.result()
            else:
                assert future.result() == number


def _kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@per_kind_of_this_process()
def test_shutting_down_at_once_leaves_nothing_behind(kind: str) -> None:
    pool = executor(kind, 2)
    pids = [pool.submit(os.getpid).result()]
    sleepers = [pool.submit(time.sleep, 600) for _ in range(4)]
    assert not any(future.done() for future in sleepers)
    pool.shutdown(wait=False, cancel_futures=True)
    assert not any(runs(pid) for pid in pids)


@pytest.mark.skipif(not forked.is_safe(), reason=ALONE)
def test_a_fork_that_nothing_is_left_for_ends_while_others_are_busy() -> None:
    with forked.ForkExecutor(2) as pool:
        busy = pool.submit(time.sleep, 2)
        idle = pool.submit(os.getpid).result()
        deadline = time.monotonic() + 60
        while runs(idle):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert not busy.done()


@pytest.mark.skipif(not forked.is_safe(), reason=ALONE)
def test_a_process_that_cannot_fork_fails_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with forked.ForkExecutor(2) as pool:
        monkeypatch.setattr(os, "fork", refuse)
        futures = [pool.submit(abs, -1) for _ in range(3)]
        for future in futures:
            with pytest.raises(BlockingIOError):
                future.result()
        monkeypatch.undo()
        assert pool.submit(abs, -1).result() == 1


@pytest.mark.skipif(forked.is_safe() or not CAN_FORK, reason="these tests run in this very process, or nowhere")
def test_what_forks_is_tested_where_that_is_safe() -> None:
    modules = [str(Path(__file__).with_name(name)) for name in ("test_execution.py", "test_handout.py")]
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "-p", "no:xdist", *modules]
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, env=alone, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout
    assert ALONE not in done.stdout


def test_forking_is_not_safe_beside_a_thread() -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        assert not threads.submit(forked.is_safe).result()


def test_a_spawned_worker_runs_nothing_of_the_working_directory(tmp_path: Path) -> None:
    for name in ("pickle", "os", "subprocess", "multiprocessing", "concurrent", "ast"):
        (tmp_path / f"{name}.py").write_text("open('run', 'w').close()\n")
    (tmp_path / "a.py").write_text(UNSAFE)
    outcome = picketlint("check", "--executor", "spawn", "--isolated", ".", cwd=tmp_path)
    assert outcome.code == 1, outcome
    assert "PKT101" in outcome.out
    assert not (tmp_path / "run").exists()
