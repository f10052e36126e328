"""Shell command put together from something that is not constant.

## What it does
Reports commands that a shell reads and that the code does not fix: `subprocess.run` and its siblings with
`shell=True`, `os.system`, `os.popen`, `subprocess.getoutput`, `asyncio.create_subprocess_shell`, and lists such as
`["bash", "-c", command]`, also behind `docker exec` or `sudo`, given to `subprocess`, `os.exec*` and `os.spawn*`; a
list of that form by itself too, with medium confidence, for something runs it.

Confidence is high where the command is visibly put together (f-string, `%`, `+`, `format`, `join`, `+=`) or comes
straight from outside (`input()`, `sys.argv`, the environment), medium where it is one opaque expression such as a
parameter. Constants, numbers (`len(x)`, `{port:d}`) and what went through `shlex.quote` or `shlex.join` are fine.
A parameter annotated `int` is only said to be a number: medium confidence. `shell=flag` where the flag is a parameter
with a safe default is the caller's decision.

## Why is this bad?
A shell takes `;`, `$(...)`, quotes and blanks in the value for syntax: a model called `x; rm -rf ~` runs two commands.

## Instead
Give the program and its arguments as a list, without a shell: `subprocess.run(["convert", "--model", model_name])`.
Use Python for pipes and redirection (`stdout=file`, `input=`), or quote every value with `shlex.quote`.

## Documented exception
Say beside the call why a shell is needed and where each value comes from.

## References
- [subprocess: security considerations](https://docs.python.org/3/library/subprocess.html#security-considerations)
- [CWE-78](https://cwe.mitre.org/data/definitions/78.html)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from picketlint.rule import (
    SHELL_TRIGGERS,
    Confidence,
    Hit,
    Module,
    Origin,
    Piece,
    Rule,
    Severity,
    ShellCommand,
    Step,
    bad,
    good,
    on_command,
)

_LONGEST = 60
_MAX_NODES = 30


class ShellInjection(Rule):
    """A command that is not constant, run by a shell."""

    id = "PKT301"
    name = "shell-injection"
    since = "0.1"
    severity = Severity.HIGH
    confidence = Confidence.HIGH
    cwe = 78
    policy = "Subprocess and shell commands"
    triggers = SHELL_TRIGGERS
    supersedes = ("B602", "B605", "S602", "S604", "S605")
    examples = (
        bad(
            'import subprocess\nsubprocess.run(f"convert {name}", shell=True)',
            at="2:1",
            confidence=Confidence.HIGH,
        ),
        bad('import os\nos.system("rm -rf " + path)', at="2:1", confidence=Confidence.HIGH),
        bad('from os import popen as run\nrun("ls %s" % path).read()', at="2:1"),
        bad('import subprocess as sp\nsp.check_output("ls {}".format(path), shell=True)', at="2:1"),
        bad('import subprocess\nsubprocess.call(" ".join(cmd), shell=True)', confidence=Confidence.HIGH),
        bad(
            'import subprocess\ncmd = f"ls {path}"\nsubprocess.Popen(cmd, shell=True)',
            at="3:1",
            confidence=Confidence.HIGH,
        ),
        bad('import os\ncmd = "ls"\ncmd += " " + path\nos.system(cmd)', at="4:1", confidence=Confidence.HIGH),
        bad(
            'import os\ndef f(parts):\n    cmd = ["ls"]\n    cmd.append(parts[0])\n    os.system(" ".join(cmd))',
            at="5:5",
        ),
        bad("import subprocess\ndef sh(cmd):\n    subprocess.run(cmd, shell=True)", confidence=Confidence.MEDIUM),
        bad("import os, sys\nos.system(sys.argv[1])", confidence=Confidence.HIGH),
        bad("import subprocess\nsubprocess.getstatusoutput(self.cmd)", confidence=Confidence.MEDIUM),
        bad('import asyncio\nasync def f(x):\n    await asyncio.create_subprocess_shell(f"ls {x}")', at="3:11"),
        bad('async def f(loop, x):\n    await loop.subprocess_shell(Protocol, f"ls {x}")', at="2:11"),
        bad('import subprocess\nsubprocess.run(["bash", "-lc", f"cd {path} && make"])', at="2:1"),
        bad('import subprocess\nsubprocess.run(["docker", "exec", name, "/bin/sh", "-c", cmd])', at="2:1"),
        bad('import subprocess\nargs = ["bash", "-c"] + [cmd]\nsubprocess.Popen(args)', at="3:1"),
        bad('import os\nos.execvp("bash", ["bash", "-c", "ls " + path])', at="2:1"),
        bad('import os\nos.execl("/bin/sh", "sh", "-c", f"ls {path}")', at="2:1"),
        bad(
            'from mine import execute\nexecute(["bash", "-c", f"ls {path}"])',
            at="2:9",
            confidence=Confidence.MEDIUM,
            why="what runs the list is not in sight",
        ),
        bad('ENTRY = ["bash", "-c"]\ndef build(*commands):\n    return [*ENTRY, " && ".join(commands)]', at="3:12"),
        bad(
            'import functools, subprocess\nsh = functools.partial(subprocess.run, shell=True)\nsh(f"ls {path}")',
            at="3:1",
        ),
        bad(
            'import subprocess\noptions = {"shell": True}\nsubprocess.run(f"ls {path}", **options)',
            at="3:1",
            confidence=Confidence.HIGH,
        ),
        bad(
            "import subprocess\ndef f(cmd):\n    subprocess.run(cmd, shell=True if isinstance(cmd, str) else False)",
            confidence=Confidence.MEDIUM,
        ),
        bad(
            "import subprocess\ndef f(cmd):\n    subprocess.run(cmd, shell=isinstance(cmd, str))",
            confidence=Confidence.MEDIUM,
        ),
        bad('import os\nos.execvp("bash", args=["bash", "-c", "-i", f"ls {path}"])', at="2:1"),
        bad('import os\npool.submit(os.system, f"ls {path}")', at="2:1"),
        bad('import os\nos.system(f"kill {process.pid}")', confidence=Confidence.MEDIUM, why="a number by its name"),
        bad(
            'import os\ndef stop(port: int):\n    os.system(f"fuser -k {port}/tcp")',
            confidence=Confidence.MEDIUM,
            why="an annotation is not checked when the program runs",
        ),
        good('import subprocess\nsubprocess.run(["convert", name])'),
        good('import subprocess\nsubprocess.run("ls | wc -l", shell=True)', why="constant: PKT302"),
        good('import subprocess\nCMD = "ls"\nflags = "-l"\nsubprocess.run(f"{CMD} {flags}", shell=True)'),
        good('import os, shlex\nos.system(f"ls {shlex.quote(path)}")'),
        good('import os, shlex\nos.system("ls " + " ".join(shlex.quote(p) for p in paths))'),
        good(
            "try:\n    from shlex import quote\nexcept ImportError:\n    from pipes import quote\n"
            'run(["bash", "-c", quote(cmd)])',
        ),
        good('import os\nos.system(f"kill {os.getpid()} {count:d}")'),
        good('import os\nfor tool in ("make", "ninja"):\n    os.system(f"{tool} --version")'),
        good(
            "import subprocess\ndef run(cmd, shell=False):\n    subprocess.run(cmd, shell=shell)",
            why="the caller decides",
        ),
        good(
            'import subprocess\nsubprocess.run(["bash", "-c", "echo $1", "_", path])', why="an argument of the script"
        ),
        good('import subprocess\nsubprocess.run(["ls", path], shell=False)'),
        good('class Os:\n    def system(self, c): ...\nos = Os()\nos.system(f"ls {x}")'),
        good('def f(subprocess, x):\n    subprocess.run(f"ls {x}", shell=True)', why="a parameter"),
    )

    @on_command()
    def command(self, command: ShellCommand, module: Module) -> Iterator[Hit]:
        """A call or a list that has a shell read a command."""
        pieces = [(candidate, piece) for candidate in command.candidates for piece in module.pieces(candidate)]
        dynamic = [(candidate, piece) for candidate, piece in pieces if piece.open]
        if dynamic:
            candidate, piece = min(dynamic, key=lambda found: _rank(found[1]))
            yield self._report(command, candidate, piece, module)

    def _report(self, command: ShellCommand, whole: ast.expr, piece: Piece, module: Module) -> Hit:
        text = _shown(piece.node)
        joined = piece.joined or piece.node is not whole
        what = f"with {text} put into it" if piece.joined else f"that is {text}"
        listed = f"without {'a shell' if command.listed else '`shell=True`'}"
        example = text.strip("`") if text.startswith("`") else "value"
        program = f'["program", {example}]' if joined else '["program", argument]'
        message = (
            f"{_who(command)} has a shell run a command {what}, and what the shell takes for syntax there runs too; "
            f"pass a list, `subprocess.run({program})`, {listed}, or quote with `shlex.quote`"
        )
        sure = command.sure and _rank(piece) == 0
        here, there = module.source.span(command.anchor), module.source.span(_place(piece.node, module))
        trace = (Step(there.line, there.column, f"{text} goes into the command"),) if here.line != there.line else ()
        confidence = None if sure else Confidence.MEDIUM
        return self.at(command.anchor, message, focus=whole, confidence=confidence, trace=trace)


def _who(command: ShellCommand) -> str:
    return f"`{command.callee}`" if command.callee else "This list of arguments"


def _rank(piece: Piece) -> int:
    """How plain the danger of an open piece is, the plainest first."""
    if piece.origin is Origin.SURROUNDINGS:
        return 2
    return 0 if piece.joined or piece.origin is Origin.OUTSIDE else 1


def _shown(node: ast.expr) -> str:
    """A piece as the message names it: its source if that is short."""
    short = sum(1 for _ in islice(ast.walk(node), _MAX_NODES)) < _MAX_NODES
    if short and isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call)):
        text = ast.unparse(node)
        if len(text) <= _LONGEST and "\n" not in text:
            return f"`{text}`"
    return "a value"


def _place(node: ast.expr, module: Module) -> ast.expr:
    """The node itself, or the f-string around it: Python before 3.12 misplaces what stands in one."""
    place = node
    for parent in module.tree.ancestors(node):
        if isinstance(parent, ast.stmt):
            break
        if isinstance(parent, ast.JoinedStr):
            place = parent
    return place
