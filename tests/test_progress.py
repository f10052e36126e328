"""The progress bar: on a terminal, for long runs, and gone afterwards."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commandline import SRC, UNSAFE, environment

pty = pytest.importorskip("pty")
pytest.importorskip("rich")


def on_terminal(cwd: Path, *arguments: str, patience: float = 0.0, **environ: str) -> tuple[int, bytes, bytes]:
    """Run picketlint with standard error on a terminal: exit code, output, and what the terminal got.

    ``patience`` is how many seconds a run has to last before there is a bar.
    """
    code = (
        f"import sys; sys.path.insert(0, {str(SRC)!r}); from picketlint.commandline import cli, progress\n"
        f"progress._PATIENCE, progress._PAUSE = {patience}, 0.0; sys.exit(cli.main())"
    )
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", code, "check", "--no-cache", *arguments], cwd=cwd,
        stdout=subprocess.PIPE, stderr=theirs, env=environment(**{"TERM": "xterm", "COLUMNS": "100", **environ}),
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(ours, 1 << 16):
            seen += chunk
    except OSError:
        # How Linux says that nobody has the other end any more.
        pass
    os.close(ours)
    out, _ = process.communicate(timeout=60)
    return process.returncode, out, seen


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for number in range(20):
        (tmp_path / f"f{number}.py").write_text(UNSAFE + "x = 1\n" * 300)
    return tmp_path


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_long_run_shows_how_far_it_is_and_leaves_nothing(project: Path, jobs: str) -> None:
    code, out, seen = on_terminal(project, "-j", jobs, "--output-format", "concise")
    assert code == 1
    assert out.count(b": PKT101") == 20
    assert "20/20 files" in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode())
    # The cursor is shown again, and the last line erased.
    assert seen.rindex(b"\x1b[?25h") > seen.rindex(b"\x1b[?25l")
    assert seen.endswith(b"\x1b[2K")


def test_a_short_run_shows_nothing(project: Path) -> None:
    assert on_terminal(project, "-j", "1", patience=60.0)[2] == b""


def test_quiet_is_quiet(project: Path) -> None:
    assert on_terminal(project, "-q", "-j", "1")[2] == b""


def test_a_dumb_terminal_gets_nothing(project: Path) -> None:
    assert on_terminal(project, "-j", "1", TERM="dumb")[2] == b""


def test_without_rich_there_is_no_bar(project: Path) -> None:
    assert on_terminal(project, "-j", "1")[2] != b""
    code, out, seen = without_rich(project)
    assert (code, seen) == (1, b"")
    assert b"20" in out


def without_rich(cwd: Path) -> tuple[int, bytes, bytes]:
    code = (
        f"import sys; sys.path.insert(0, {str(SRC)!r}); sys.modules['rich'] = None\n"
        "from picketlint.commandline import cli, progress\nprogress._PATIENCE = 0.0; sys.exit(cli.main())"
    )
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", code, "check", "--no-cache", "--statistics", "-j", "1"], cwd=cwd,
        stdout=subprocess.PIPE, stderr=theirs, env=environment(TERM="xterm"),
    )  # fmt: skip
    os.close(theirs)
    out, _ = process.communicate(timeout=60)
    try:
        seen = os.read(ours, 1 << 16)
    except OSError:
        seen = b""
    os.close(ours)
    return process.returncode, out, seen
