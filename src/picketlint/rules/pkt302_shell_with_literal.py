"""Constant command run by a shell (off by default).

## What it does
Reports what PKT301 would if the command were not constant: `subprocess.run("ls | wc -l", shell=True)`,
`os.system("make")`, `["bash", "-c", "ulimit -n 4096 && serve"]`. Commands with numbers, quoted words or values from an
allow-list in them are reported by neither.

The rule is off unless its full code (or `ALL`) is selected: a constant command cannot be injected into.

## Why is this bad?
The shell, its start-up files and `PATH` decide what runs, and the next edit that puts a value into the text makes it
an injection.

## Instead
`subprocess.run(["make"])`. Use Python for pipes and redirection.

## Documented exception
Say beside the call what the shell is needed for and that the command is a fixed constant.

## References
- [subprocess: security considerations](https://docs.python.org/3/library/subprocess.html#security-considerations)
- [CWE-78](https://cwe.mitre.org/data/definitions/78.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from picketlint.rule import (
    SHELL_TRIGGERS,
    Confidence,
    Hit,
    Lifecycle,
    Module,
    Origin,
    Rule,
    Severity,
    ShellCommand,
    bad,
    good,
    on_command,
)


class ShellWithLiteral(Rule):
    """A constant command, run by a shell."""

    id = "PKT302"
    name = "shell-with-literal"
    since = "0.1"
    severity = Severity.LOW
    confidence = Confidence.HIGH
    cwe = 78
    status = Lifecycle.OPTIONAL
    policy = "Subprocess and shell commands"
    triggers = SHELL_TRIGGERS
    examples = (
        bad('import subprocess\nsubprocess.run("ls | wc -l", shell=True)', at="2:1", confidence=Confidence.HIGH),
        bad('import os\nCMD = "make"\nos.system(CMD)', at="3:1"),
        bad('import os\nos.system("make " + "all")', at="2:1"),
        bad('import os\nfor tool in ("make", "ninja"):\n    os.system(f"{tool} --version")', at="3:5"),
        bad('import subprocess\nsubprocess.run(["bash", "-c", "ulimit -n 4096"])', at="2:1"),
        bad('import subprocess\nsubprocess.run(["ls", path], shell=True)', why="the first element is the command"),
        bad('import subprocess\nsubprocess.getoutput("nvidia-smi")', at="2:1"),
        bad('from subprocess import *\ncheck_output("ls", shell=True)', at="2:1"),
        bad(
            'import subprocess\ndef f(x):\n    subprocess.run("ls", shell=True if x else False)',
            confidence=Confidence.MEDIUM,
        ),
        bad('run(["sh", "-c", "ulimit -n"])', at="1:5", confidence=Confidence.MEDIUM, why="something runs the list"),
        good('import subprocess\nsubprocess.run(["ls", "-l"])'),
        good(
            'import subprocess\nsubprocess.run(["bash", "-c", "-i", cmd])',
            why="PKT301: the command follows the options",
        ),
        good('import subprocess\nsubprocess.run(f"ls {path}", shell=True)', why="PKT301"),
        good("import subprocess\ndef f(cmd):\n    subprocess.run(cmd, shell=True)"),
        good('import os\nos.system(f"kill {os.getpid()}")', why="a number in it"),
        good('import os, shlex\nos.system("ls " + shlex.quote(path))'),
        good('import subprocess\ndef run(shell=False):\n    subprocess.run("ls", shell=shell)'),
        good('model.system("ls")'),
        good('import subprocess\nsubprocess.run(["ssh", host, "nvidia-smi"])', why="no other way to run it there"),
    )

    @on_command()
    def command(self, command: ShellCommand, module: Module) -> Iterator[Hit]:
        """A call or a list that has a shell read a command which the code alone fixes."""
        pieces = [piece for candidate in command.candidates for piece in module.pieces(candidate)]
        if not command.remote and all(piece.origin is Origin.CONSTANT for piece in pieces):
            who = f"`{command.callee}`" if command.callee else "This list of arguments"
            message = (
                f"{who} starts a shell for a constant command; "
                f"pass the program and its arguments as a list, without a shell"
            )
            confidence = None if command.sure else Confidence.MEDIUM
            yield self.at(command.anchor, message, focus=command.candidates[0], confidence=confidence)
