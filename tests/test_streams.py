"""Standard input, output and error, whatever they are connected to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from commandline import UNSAFE, Outcome, add, environment, picketlint

CONFIG = '[tool.picketlint]\nignore = ["PKT101"]\n'


def test_standard_input(project: Path) -> None:
    code = b"import torch\r\ntorch.load(p, weights_only=False)\r\n"
    outcome = picketlint("check", "-", cwd=project, stdin=code)
    assert outcome.code == 1
    assert " --> <stdin>:2:1\n  |\n2 | torch.load(p, weights_only=False)\n" in outcome.out
    for arguments in (["-", "--stdin-filename", "src/x.py"], ["--stdin-filename", "src/x.py"]):
        outcome = picketlint("check", "--output-format", "concise", *arguments, cwd=project, stdin=code)
        assert outcome.out.startswith("src/x.py:2:1: PKT101 ")
    assert picketlint("check", "-", cwd=project, stdin=b"x = 1\n").code == 0
    assert picketlint("check", "-", cwd=project, stdin=b"x = \xff\n").code == 1


def test_standard_input_is_governed_by_its_name(project: Path) -> None:
    add(project, "quiet/pyproject.toml", CONFIG)
    stdin = UNSAFE.encode()
    assert picketlint("check", "-", "--stdin-filename", "quiet/x.py", cwd=project, stdin=stdin).code == 0
    outcome = picketlint("check", "-", "--stdin-filename", "tests/x.py", cwd=project, stdin=stdin)
    assert (outcome.code, outcome.out) == (0, "Nothing was checked.\n")
    assert outcome.err == "warning: tests/x.py: not checked (a test; `--include-tests` checks it)\n"
    arguments = ["-", "--stdin-filename", "dist/x.py", "--force-exclude"]
    assert picketlint("check", *arguments, cwd=project, stdin=stdin).code == 0


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
@pytest.mark.parametrize("output_format", ["text", "concise", "json"])
def test_every_encoding_of_the_terminal(tmp_path: Path, encoding: str, output_format: str) -> None:
    add(tmp_path, "文é.py", "")
    (tmp_path / "文é.py").write_bytes("import torch\ntorch.load('文é\u202e', weights_only=False)\n".encode())
    arguments = ["check", "--output-format", output_format, ".", "ü文.py"]
    command = [sys.executable, "-m", "picketlint", *arguments]
    env = environment(PYTHONIOENCODING=encoding)
    process = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True)
    assert process.returncode == 2
    assert "PKT101" in process.stdout.decode(encoding)
    assert "\u202e" not in process.stdout.decode(encoding)
    assert b"Traceback" not in process.stderr
    assert process.stderr.decode(encoding).startswith("error: ")


def test_colour(project: Path) -> None:
    assert "\x1b" not in picketlint("check", cwd=project).out
    assert "\x1b" in picketlint("check", cwd=project, FORCE_COLOR="1").out
    assert "\x1b" not in picketlint("check", cwd=project, FORCE_COLOR="1", NO_COLOR="1").out


@pytest.mark.skipif(sys.platform == "win32", reason="shells and signals are others there")
class TestPipes:
    """Standard streams that are not what they should be."""

    @staticmethod
    def shell(script: str, cwd: Path) -> Outcome:
        command = ["bash", "-c", f'picketlint() {{ "{sys.executable}" -m picketlint "$@"; }}\n{script}']
        return Outcome(subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, timeout=120))

    def test_a_reader_that_goes_away(self, project: Path) -> None:
        add(project, "many.py", "import torch\n" + "torch.load(p, weights_only=False)\n" * 3000)
        outcome = self.shell("picketlint check | head -1; exit ${PIPESTATUS[0]}", project)
        assert (outcome.code, outcome.err) == (1, "")
        assert outcome.out.startswith("PKT101 ")
        outcome = self.shell("picketlint check --help | true; exit ${PIPESTATUS[0]}", project)
        assert (outcome.code, outcome.err) == (0, "")

    def test_closed_streams(self, project: Path) -> None:
        assert self.shell("picketlint check >&-", project).code == 1
        assert self.shell("picketlint check no-such.py 2>&-", project).code == 2
        assert self.shell("picketlint check b.py >&- 2>&- <&-", project).code == 0
        outcome = self.shell("picketlint check - <&-", project)
        assert (outcome.code, outcome.err) == (2, "error: standard input is closed: there is nothing to check\n")

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
    def test_a_full_disk(self, project: Path) -> None:
        for arguments in ("check b.py", "check a.py", "--help", "rule"):
            outcome = self.shell(f"picketlint {arguments} >/dev/full", project)
            assert outcome.code == 2
            assert outcome.err == "error: standard output cannot be written: No space left on device\n"

    def test_an_interrupt(self, project: Path) -> None:
        command = [sys.executable, "-m", "picketlint", "check", "-"]
        with subprocess.Popen(
            command, cwd=project, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            assert process.stdin is not None
            # More than a pipe holds: once it is written, the run is past its imports and reading.
            process.stdin.write(b"#" * 1_000_000)
            process.stdin.flush()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (130, b"", b"")
