"""What a large run begins in a thread: done in time, gone before anything forks, and never in the way."""

from __future__ import annotations

import _thread
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from commandline import SRC, UNSAFE, environment
from conftest import Tree

from picketlint import prefilter, registry
from picketlint.base.background import begun
from picketlint.configuration.settings import Overrides, Resolver
from picketlint.discovery.targets import discover
from picketlint.execution import forked
from picketlint.execution.runner import Options, foresee
from picketlint.matching import scanner
from picketlint.matching.needles import Table
from picketlint.prefilter import Prefilter

TABLE = registry.load().table
CAN_FORK = forked.is_possible()
on_linux = pytest.mark.skipif(not CAN_FORK or not os.path.isdir("/proc/self/task"), reason="looks at /proc, and forks")


def test_a_call_is_made_by_a_thread_that_is_gone_when_its_value_is_there() -> None:
    # What the tests import can have threads of its own.
    before = forked.is_safe()
    for _ in range(100):
        here = begun(_thread.get_ident)
        assert here() != _thread.get_ident()
        assert forked.is_safe() == before


def test_a_call_that_fails_fails_where_its_value_is_asked_for() -> None:
    value = begun(lambda: int("one"))
    time.sleep(0.01)
    with pytest.raises(ValueError, match="one"):
        value()


def test_where_there_is_no_thread_to_be_had_the_call_is_made_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert begun(_thread.get_ident)() == _thread.get_ident()


# -- the scanner -------------------------------------------------------------------------------------------------------


def test_a_scanner_that_was_foreseen_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    ours = scanner.scanner_for

    def counted(table: Table) -> scanner.Scanner | None:
        made.append(_thread.get_ident())
        return ours(table)

    monkeypatch.setattr(scanner, "scanner_for", counted)
    before = forked.is_safe()
    foreseeing = Prefilter(TABLE)
    foreseeing.foresee(1 << 30)
    foreseeing.foresee(1 << 30)
    # Of what was found, most was not to be checked: what is under way ends all the same.
    foreseeing.expect(1)
    assert foreseeing._scanner is not None
    foreseeing.foresee(1 << 30)
    foreseeing.expect(1 << 30)
    assert len(made) == 1
    assert made[0] != _thread.get_ident()
    assert forked.is_safe() == before


def test_nothing_is_begun_for_few_bytes() -> None:
    small = Prefilter(TABLE)
    small.foresee(prefilter._WORTH_SCANNING)
    small.expect(1)
    assert small._making is None
    assert small._scanner is None


@pytest.mark.parametrize(
    ("options", "begins"),
    [
        (Options(cache=False), CAN_FORK),
        (Options(engine="fork", cache=False), CAN_FORK),
        (Options(jobs=1, cache=False), True),
        (Options(cache_directory="new"), CAN_FORK),
        (Options(cache_directory="old"), False),
        (Options(engine="spawn", cache=False), False),
        (Options(engine="dask", scheduler="tcp://127.0.0.1:1", cache=False), False),
    ],
)
def test_what_is_begun_is_of_use_to_this_process_or_its_forks(
    options: Options, begins: bool, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree({"old/": ""})
    begun_for: list[int] = []
    monkeypatch.setattr("picketlint.engine.foresee", begun_for.append)
    # What the tests import can have threads of its own.
    monkeypatch.setattr(forked, "is_safe", forked.is_possible)
    foresee(options, 1 << 24)
    assert begun_for == [1 << 24] * begins


def test_discovery_tells_what_it_comes_across(tree: Tree) -> None:
    tree({"a.py": "x" * 10, "b/c.py": "x" * 20, "b/d.txt": "x" * 40, "e/f.ipynb": "x" * 80, "e/.venv/g.py": "x" * 160})
    told: list[int] = []
    discover(["."], Resolver(Overrides(isolated=True)), found=told.append)
    assert told == sorted(told)
    assert told[-1] == 110


# -- the command -------------------------------------------------------------------------------------------------------

# So that a few files are as many as a thread pays for.
LOW = """
import os, sys, threading
sys.path.insert(0, {src!r})
from picketlint import prefilter
from picketlint.matching import scanner
from picketlint.commandline import speed
prefilter._WORTH_SCANNING = speed._MANY = 10_000
"""


def run(code: str, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    check = f"from picketlint.commandline.cli import main\nsys.exit(main({['check', *arguments]!r}))"
    text = f"{LOW.format(src=str(SRC))}{code}\n{check}"
    command = [sys.executable, "-c", text]
    return subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, timeout=120)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    for number in range(40):
        (tmp_path / f"f{number}.py").write_text(UNSAFE * (number % 3) + "x = 1\n" * 2500)
    return tmp_path


@pytest.mark.parametrize("how", ["", "-j 1", "-j 3", *["--executor fork -j 2"] * CAN_FORK, "--executor spawn -j 2"])
def test_it_changes_nothing_about_the_output(many: Path, how: str) -> None:
    plain = run("speed._MANY = 1 << 40", many, "--no-cache", "-j", "1")
    assert plain.returncode == 1
    assert b"Found 39 errors in 26 files (40 checked)" in plain.stdout
    with_thread = run("", many, "--no-cache", *how.split())
    assert (with_thread.returncode, with_thread.stdout, with_thread.stderr) == (1, plain.stdout, b"")


@on_linux
@pytest.mark.parametrize(("library", "made"), [("", "True"), ("sys.modules['hyperscan'] = None", "False")])
def test_workers_are_forked_when_the_thread_is_gone(many: Path, library: str, made: str) -> None:
    code = f"""
{library}
ours, fork = scanner.scanner_for, os.fork
def tell(table):
    made = ours(table)
    print("made", made is not None, threading.current_thread() is not threading.main_thread(), file=sys.stderr)
    return made
def forking():
    print("fork", len(os.listdir("/proc/self/task")), file=sys.stderr)
    return fork()
scanner.scanner_for, os.fork = tell, forking
"""
    outcome = run(code, many, "--no-cache", "-q", "--exit-zero", "-j", "3")
    assert outcome.returncode == 0
    assert outcome.stderr.decode().splitlines() == [f"made {made} True", *["fork 1"] * 3]


@on_linux
def test_an_interrupt_does_not_wait_for_it(many: Path) -> None:
    code = """
import time, runpy
def slow(table):
    print("begun", flush=True)
    time.sleep(600)
scanner.scanner_for = slow
sys.argv = ["picketlint", "check", "--no-cache"]
runpy.run_module("picketlint", run_name="__main__")
"""
    command = [sys.executable, "-c", LOW.format(src=str(SRC)) + code]
    with subprocess.Popen(
        command, cwd=many, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        # It is waited for now, or will be in a moment.
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"")
