"""How files become batches and batches work: every file accounted for, whatever becomes of a worker."""

from __future__ import annotations

import concurrent.futures
import os
import random
from pathlib import Path
from typing import Any

import pytest
from commandline import UNSAFE
from workers import DEADLY, PKT101, Deadly, executor, jobs_of, per_kind_of_this_process

from picketlint.engine import Checks
from picketlint.execution import Pool, pools
from picketlint.execution.batches import Job, balanced
from picketlint.execution.handout import handed_out
from picketlint.execution.pools import available_cores
from picketlint.execution.work import Checked, check_batch


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


def answers(kind: str, jobs: list[Job]) -> dict[int, Checked]:
    pool = Pool(executor(kind), 2, inherits=kind == "fork")
    told: dict[int, Checked] = {}
    done = 0
    for done, checked in handed_out(pool, jobs, digests=False):  # noqa: B007
        told.update((one.number, one) for one in checked)
    assert done == len(jobs)
    return told


@per_kind_of_this_process()
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
