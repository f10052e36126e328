"""Workers of every kind: the same results, every file accounted for, nothing left behind."""

from __future__ import annotations

import concurrent.futures
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from commandline import SRC, UNSAFE, environment, picketlint

from picketlint.engine import Checks
from picketlint.execution import LostWorkerError, Pool, forked, pools
from picketlint.execution.batches import Job, balanced
from picketlint.execution.handout import handed_out
from picketlint.execution.pools import available_cores
from picketlint.execution.spawned import SpawnExecutor
from picketlint.execution.work import Checked, check_batch
from picketlint.scan import Scan
from picketlint.settings import Overrides, Resolver

CAN_FORK = forked.is_safe()
KINDS = [pytest.param("fork", marks=pytest.mark.skipif(not CAN_FORK, reason="forking is not safe here")), "spawn"]
PKT101 = Checks(frozenset({"PKT101"}))


def executor(kind: str, workers: int = 2) -> forked.ForkExecutor | SpawnExecutor:
    return forked.ForkExecutor(workers) if kind == "fork" else SpawnExecutor(workers)


def per_kind() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", KINDS)


def project(root: Path, files: int = 40) -> Path:
    """Some files with findings, some without, some that cannot be parsed, below one that is not UTF-8."""
    for number in range(files):
        folder = root / f"d{number % 7}"
        folder.mkdir(exist_ok=True)
        code = [UNSAFE, "x = 1\n", "def f(:\n", f"{UNSAFE}# own file\n"][number % 4]
        (folder / f"f{number}.py").write_text(code + "y = 2\n" * random.Random(number).randrange(2000), "utf-8")
    (root / "pyproject.toml").write_text('[project]\nname = "p"\ndependencies = ["torch>=2.1"]\n', "utf-8")
    (root / "floor.py").write_text("import torch\ntorch.load(p)\n", "utf-8")
    (root / "bad.py").write_bytes(b"# \xff\n")
    return root


# -- executors ---------------------------------------------------------------------------------------------------------


@per_kind()
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


@per_kind()
def test_work_is_done_by_as_many_processes_as_allowed(kind: str) -> None:
    with executor(kind, 3) as pool:
        pids = set(pool.map(_pid_after_a_moment, range(12)))
    assert 1 < len(pids) <= 3
    assert os.getpid() not in pids


def _pid_after_a_moment(_: int) -> int:
    time.sleep(0.02)
    return os.getpid()


@per_kind()
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


@per_kind()
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


@per_kind()
def test_shutting_down_at_once_leaves_nothing_behind(kind: str) -> None:
    pool = executor(kind, 2)
    pids = [pool.submit(os.getpid).result()]
    sleepers = [pool.submit(time.sleep, 600) for _ in range(4)]
    assert not any(future.done() for future in sleepers)
    pool.shutdown(wait=False, cancel_futures=True)
    assert not any(runs(pid) for pid in pids)


@pytest.mark.skipif(not CAN_FORK, reason="forking is not safe here")
def test_a_fork_that_nothing_is_left_for_ends_while_others_are_busy() -> None:
    with forked.ForkExecutor(2) as pool:
        busy = pool.submit(time.sleep, 2)
        idle = pool.submit(os.getpid).result()
        deadline = time.monotonic() + 60
        while runs(idle):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert not busy.done()


def runs(pid: int) -> bool:
    """Whether a process is there that has not ended yet."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not CAN_FORK, reason="forking is not safe here")
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


# -- batches -----------------------------------------------------------------------------------------------------------


def jobs_of(sizes: list[int]) -> list[Job]:
    return [Job(number, f"{number}.py", f"/{number}.py", PKT101, size) for number, size in enumerate(sizes)]


@pytest.mark.parametrize("workers", [1, 4, 64])
def test_batches_hold_every_job_once_and_are_balanced(workers: int) -> None:
    random_sizes = random.Random(1)
    jobs = jobs_of([int(random_sizes.paretovariate(1.2) * 3000) % 800_000 for _ in range(3000)] + [0] * 50)
    batches = balanced(jobs, workers)
    assert sorted(job.number for batch in batches for job in batch) == list(range(len(jobs)))
    sizes = [sum(job.size for job in batch) for batch in batches]
    assert all(len(batch) == 1 or size < 1 << 22 for batch, size in zip(batches, sizes, strict=True))
    assert len(batches) >= 4 * workers
    assert balanced([], 4) == []


def test_what_may_take_longest_comes_first() -> None:
    jobs = jobs_of([2_000] * 4000 + [200_000] + [2_000] * 4000)
    batches = balanced(jobs, 4)
    assert max(job.size for job in batches[0]) == 200_000
    # Among batches of files that are alike, the order is that of their sizes.
    sizes = [sum(job.size for job in batch) for batch in batches[1:]]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 5 * sizes[-1]


def test_batches_become_small_and_not_many() -> None:
    batches = balanced(jobs_of([20_000] * 5000), 4)
    sizes = [sum(job.size for job in batch) for batch in batches]
    assert sizes[0] > 2_000_000
    assert sizes[-1] <= 1 << 15
    assert len(batches) < 300


def test_files_that_share_their_checks_are_told_apart(tmp_path: Path) -> None:
    checks = Checks(frozenset({"PKT102"}), lambda: (2, 4))
    jobs = []
    for number, text in enumerate(["x = 1\n", "import torch\ntorch.load(p)\n", "x = 2\n"]):
        path = tmp_path / f"{number}.py"
        path.write_text(text)
        jobs.append(Job(number, path.name, str(path), checks, path.stat().st_size))
    assert {one.number: one.floor for one in check_batch(jobs, True)} == {0: None, 1: ((2, 4),), 2: None}


def test_cores() -> None:
    assert 1 <= available_cores() <= (os.cpu_count() or 1)


def test_small_runs_have_no_workers() -> None:
    assert pools.pool(100_000, jobs=4) is None
    assert pools.pool(100_000_000, jobs=1) is None


# -- handing out -------------------------------------------------------------------------------------------------------


def answers(kind: str, jobs: list[Job]) -> dict[int, Checked]:
    pool = Pool(executor(kind), 2, inherits=kind == "fork")
    told: dict[int, Checked] = {}
    done = 0
    for done, checked in handed_out(pool, jobs, digests=False):  # noqa: B007
        told.update((one.number, one) for one in checked)
    assert done == len(jobs)
    return told


DEADLY = "import torch\ntorch.load(p)\n"


class Deadly(tuple[int, ...]):
    """A torch release that ends the process in which a rule compares it."""

    def __lt__(self, other: object) -> bool:
        os._exit(7)

    __ge__ = __gt__ = __le__ = __lt__


@per_kind()
def test_the_file_that_ends_its_worker_is_named_and_the_others_are_checked(kind: str, tmp_path: Path) -> None:
    jobs = []
    for number in range(40):
        path = tmp_path / f"{number}.py"
        path.write_text(DEADLY if number == 17 else UNSAFE)
        checks = Checks(frozenset({"PKT101", "PKT102"}), Deadly)
        jobs.append(Job(number, path.name, str(path), checks, path.stat().st_size))
    told = answers(kind, jobs)
    for number in range(40):
        report = told[number].report
        assert report is not None
        if number == 17:
            [problem] = report.problems
            assert (problem.path, problem.kind, problem.fatal) == ("17.py", "lost-worker", True)
            assert "exit code 7" in problem.message
        else:
            assert [finding.rule for finding in report.findings] == ["PKT101"]


class _Broken:
    """An executor that takes no work at all."""

    ended: bool | None = None

    def submit(self, function: object, /, *arguments: object) -> Any:
        raise RuntimeError("cannot schedule new futures")

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.ended = wait


def test_every_file_of_an_executor_that_takes_no_work_is_a_problem() -> None:
    broken = _Broken()
    told = dict(handed_out(Pool(broken, 2), jobs_of([1, 2, 3]), digests=False))
    problems = [problem for checked in told.values() for one in checked for problem in one.report.problems]  # type: ignore[union-attr]
    assert sorted(problem.path for problem in problems) == ["0.py", "1.py", "2.py"]
    assert all(problem.fatal for problem in problems)
    assert broken.ended


def test_any_executor_of_the_standard_library_will_do(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(UNSAFE)
    jobs = [Job(0, "a.py", str(path), PKT101, path.stat().st_size), Job(1, "b.py", "/b.py", PKT101)]
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        told = [one for _, checked in handed_out(Pool(threads, 2, remote=True), jobs, digests=True) for one in checked]
    found = {one.number: one for one in told}
    assert found[0].report == check_batch(jobs[:1], True)[0].report
    assert found[0].digest
    assert found[1].report is not None
    assert [problem.kind for problem in found[1].report.problems] == ["vanished"]


# -- the command -------------------------------------------------------------------------------------------------------


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


@pytest.mark.skipif(not CAN_FORK, reason="forking is not safe here")
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
    code = "import sys; from picketlint.cli import main; code = main(['check']); print(*sys.modules); sys.exit(code)"
    process = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(SRC)!r}); {code}"],
        cwd=tmp_path, capture_output=True, check=True,
    )  # fmt: skip
    imported = process.stdout.decode().split()
    assert "picketlint.scan" in imported
    unwanted = ("concurrent", "multiprocessing", "pickle", "picketlint.execution", "picketlint.progress", "signal")
    assert [name for name in imported if name.startswith(unwanted)] == []
