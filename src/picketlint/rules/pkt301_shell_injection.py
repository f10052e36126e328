"""Shell command put together from something that is not constant.

## What it does
Reports a command that a shell reads and that is not constant:

- `subprocess.run` and its siblings with `shell=True`, `os.system`, `os.popen`, `subprocess.getoutput`,
  `asyncio.create_subprocess_shell`;
- lists such as `["bash", "-eo", "pipefail", "-c", command]`, also behind `docker exec`, `sudo` or `su`, given to
  `subprocess`, `os.exec*` and `os.spawn*`; with medium confidence also such a list by itself, because something runs
  it;
- with medium confidence, what is given to any other function together with `shell=True`;
- `invoke`, `fabric`, `exec_command` of paramiko, and a text given to `anyio.run_process`; `pexpect` starts no shell;
- the command after the host in `["ssh", host, command]`, which a shell on the other machine reads;
- in notebooks, `!command {value}`, `!command $value`, `%pip install {value}` (docs/notebooks.md).

The message says where the variable part of the command comes from. The trace says how it got there, also through the
module's functions: from what they return, and from the calls that fill their parameters. The severity depends on the
source:

- high for input: command line (also through argparse, click, typer, fire), environment, files, network (also what a
  web framework hands to a function), what a person types, and what a language model wrote;
- medium for a parameter and for what is not known;
- low for what the installation decides (`sys.executable`, a file beside `__file__`, `tempfile.mkdtemp()`), for what is
  a number only by its name or annotation (`process.pid`, `port: int`), and for a constant of another module
  (`settings.PYTHON`).

Confidence is high if the command is visibly put together (f-string, `%`, `+`, `format`, `join`, `+=`) or is input. It
is medium for a single opaque expression such as a parameter. It is low if the value was looked up in something whose
contents are unknown, or was tested only by an `assert`, which `python -O` leaves out.

These are fine:

- constants, numbers (`len(x)`, `{port:d}`), versions (`torch.__version__`), and what went through `shlex.quote` or
  `shlex.join`;
- what was looked up or tested on the way: `TABLE[name]` of a constant table, `if name not in ("a", "b"): raise`, a
  member of an `Enum` of the module, an argparse option with constant `choices`, a `re.fullmatch` of letters, digits and
  `@%_-+=:,./` or a group of such a match, `name.isidentifier()`, `name.isalnum()`;
- a parameter, if every call of the function is in sight (it is private by its name, nested, or left out of `__all__`,
  and used in no other way) and passes a constant;
- `shell=flag` with a parameter that is off by default: the caller decides. A flag that depends on the platform or the
  command, `shell=os.name == "nt"`, is reported with medium confidence.

## Why is this bad?
To a shell, `;`, `$(...)`, quotes and blanks in the value are syntax: a model called `x; rm -rf ~` runs two commands.

## Instead
Give the program and its arguments as a list, without a shell: `subprocess.run(["convert", "--model", model_name])`.
Use Python for pipes and redirection (`stdout=file`, `input=`), or quote every value with `shlex.quote`, which is made
for the shells of Unix: `cmd` and PowerShell have quotes of their own.

## Documented exception
Say beside the call why a shell is needed and where each value comes from.

## References
- [subprocess: security considerations](https://docs.python.org/3/library/subprocess.html#security-considerations)
- [CWE-78](https://cwe.mitre.org/data/definitions/78.html)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

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
    bad,
    danger,
    good,
    named,
    on_command,
    rank,
)


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
        bad(
            'import os, subprocess\ndef f(cmd):\n    subprocess.run(cmd, shell=os.name == "nt")',
            confidence=Confidence.MEDIUM,
            why="a shell on some platform",
        ),
        bad(
            'import subprocess, sys\nWINDOWS = sys.platform.startswith("win")\n'
            "def f(cmd):\n    subprocess.run(cmd, shell=WINDOWS)",
            confidence=Confidence.MEDIUM,
        ),
        bad(
            "import subprocess\ndef f(cmd):\n    subprocess.run(cmd, shell=len(cmd) == 1)", confidence=Confidence.MEDIUM
        ),
        good(
            "import os, subprocess\ndef run(cmd, shell=False):\n"
            '    subprocess.run(cmd, shell=shell and os.name == "nt")',
            why="the caller decides",
        ),
        bad('import subprocess\nsubprocess.run(["bash", "-eo", "pipefail", "-c", f"ls {path} | wc"])', at="2:1"),
        bad('import subprocess\nsubprocess.run(["sh", "--rcfile", settings, "-c", "ls " + path])', at="2:1"),
        bad('import subprocess\nsubprocess.run(["bash", "-ceu", "ls " + path])', at="2:1"),
        bad('import subprocess\nsubprocess.run(["su", "-", user, "-c", "ls " + path])', at="2:1"),
        bad(
            'import subprocess\nsubprocess.run(["powershell", "-ExecutionPolicy", "Bypass", "-Command", cmd])', at="2:1"
        ),
        bad(
            'import os, subprocess\nSHELL = os.environ.get("SHELL", "/bin/bash")\n'
            'subprocess.run((SHELL, "-c", f"ls {path}"))',
            at="3:1",
            why="the shell of the user",
        ),
        bad(
            'import subprocess\ncmd = ["bash"]\ncmd.append("-c")\ncmd.extend([f"ls {path}"])\nsubprocess.run(cmd)',
            at="5:1",
            why="a list that grows",
        ),
        good('import subprocess\nsubprocess.run(["bash", "-o", "pipefail", "run.sh", "-c", cmd])', why="a script"),
        bad('import invoke\ninvoke.run(f"ls {path}")', at="2:1"),
        bad('from invoke import task\n@task\ndef clean(c, path):\n    c.run(f"rm -r {path}")', at="4:5"),
        bad('from fabric import Connection\nwith Connection(host) as c:\n    c.run(f"ls {path}")', at="3:5"),
        bad('import paramiko\nclient = paramiko.SSHClient()\nclient.exec_command("ls " + path)', at="3:1"),
        bad('import anyio\nasync def f(path):\n    await anyio.run_process(f"ls {path}")', at="3:11"),
        bad(
            'import asyncssh\nasync def f(path):\n    async with asyncssh.connect("gpu1") as host:\n'
            '        await host.run(f"rm {path}", check=True)',
            at="4:15",
        ),
        bad(
            'import asyncssh\nasync def f(path):\n    host = await asyncssh.connect("gpu1")\n'
            '    await host.create_process(f"rm {path}")',
            at="4:11",
        ),
        bad('import sh\nsh.bash("-c", f"ls {path}")', at="2:1"),
        bad('import pexpect\npexpect.spawn("bash", ["-c", f"ls {path}"])', at="2:1"),
        bad('import subprocess\nsubprocess.run(["ssh", "-p", "22", host, f"rm {path}"])', at="2:1"),
        good('import pexpect\npexpect.run(f"ls {path}")', why="no shell reads it"),
        good('import anyio\nasync def f(path):\n    await anyio.run_process(["ls", path])'),
        good('import subprocess, shlex\nsubprocess.run(["ssh", host, f"rm {shlex.quote(path)}"])'),
        good('PLACES = ("ssh", host, port)\nagent.run(f"ls {path}")', why="nobody knows what they are"),
        bad('import os\nos.execvp("bash", ["bash", "-c", "ls " + path])', at="2:1"),
        bad('import os\nos.execl("/bin/sh", "sh", "-c", f"ls {path}")', at="2:1"),
        bad(
            'from mine import execute\nexecute(["bash", "-c", f"ls {path}"])',
            at="2:9",
            confidence=Confidence.MEDIUM,
            why="what runs the list is not in sight",
        ),
        bad('from mine import run\nrun(f"ls {path}", log, shell=True)', at="2:1", confidence=Confidence.MEDIUM),
        bad(
            "import subprocess\ndef run(cmd, shell=False):\n    return subprocess.run(cmd, shell=shell)\n"
            'run(cmd=f"ls {path}", shell=True)',
            at="4:1",
            why="a function of the module hands the flag on",
        ),
        bad('runner.execute(("sh", "-c", f"ls {path}"))', at="1:16", why="a tuple of arguments"),
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
            "import subprocess\nfrom mine import text_type\ndef f(cmd):\n"
            "    subprocess.run(cmd, shell=isinstance(cmd, (str, text_type)))",
            confidence=Confidence.MEDIUM,
        ),
        bad('import os\nos.execvp("bash", args=["bash", "-c", "-i", f"ls {path}"])', at="2:1"),
        bad('import os\npool.submit(os.system, f"ls {path}")', at="2:1"),
        bad('import atexit, os\natexit.register(os.system, f"rm -r {path}")', at="2:1"),
        bad('import os, weakref\nweakref.finalize(self, os.system, f"rm -r {path}")', at="2:1"),
        bad(
            'import atexit\nfrom mine import run\natexit.register(run, f"rm -r {path}", shell=True)',
            at="3:1",
            why="the command is what the function gets",
        ),
        good('import os\nregistry.register(os.system, f"rm -r {path}")', why="nothing says that it is called so"),
        bad('import os\nos.system(f"kill {process.pid}")', confidence=Confidence.MEDIUM, why="a number by its name"),
        bad('import os\nfrom mine import PYTHON\nos.system(f"{PYTHON} x.py")', confidence=Confidence.MEDIUM),
        bad(
            'import os\ndef stop(port: int):\n    os.system(f"fuser -k {port}/tcp")',
            confidence=Confidence.MEDIUM,
            why="an annotation is not checked when the program runs",
        ),
        bad(
            'import os, sys\ndef _sh(cmd):\n    os.system(cmd)\n_sh("make " + sys.argv[1])',
            at="3:5",
            confidence=Confidence.HIGH,
            why="a call in the module hands the command line over",
        ),
        bad(
            'import os\ndef build(x):\n    return f"ls {x}"\ndef f(path):\n    os.system(build(path))',
            at="5:5",
            confidence=Confidence.HIGH,
            why="put together in a function of the module",
        ),
        bad(
            'import click, os\n@click.command()\n@click.argument("path")\ndef main(path):\n    os.system(path)',
            confidence=Confidence.HIGH,
        ),
        bad(
            "import os\nreply = client.chat.completions.create(**m)\nos.system(reply.choices[0].message.content)",
            confidence=Confidence.HIGH,
            why="written by a language model",
        ),
        bad(
            "import os\ndef f(name, allowed):\n    if name in allowed:\n        os.system(name)",
            confidence=Confidence.LOW,
            why="nobody sees what is allowed",
        ),
        bad('import os\nif name not in ("ls", "rm"):\n    warn(name)\nos.system(name)', why="goes on all the same"),
        bad('import os\nif name in "make ninja":\n    os.system(name)', why="any part of the text will do"),
        bad(
            'import os\nif name not in ("ls", "make"):\n    raise ValueError\nname = input()\nos.system(name)',
            why="another value than the one that was tested",
        ),
        bad('import os, re\nif re.match("[a-z]+", name):\n    os.system(name)', why="only the beginning was tested"),
        good('import subprocess\nsubprocess.run(["convert", name])'),
        good('import os\ndef _sh(cmd):\n    os.system(cmd)\n_sh("ls")\n_sh("make")', why="both calls are constant"),
        good('import os\nTOOLS = {"a": "make", "b": "ninja"}\ndef f(name):\n    os.system(TOOLS[name])'),
        good(
            'import os\nTOOLS = ("make", "ninja")\ndef f(name):\n    if name not in TOOLS:\n'
            '        raise ValueError(name)\n    os.system(f"{name} all")',
            why="an allow-list",
        ),
        good('import os, re\ndef f(name):\n    if re.fullmatch(r"[\\w.-]+", name):\n        os.system("ls " + name)'),
        good('import os, re\nfound = re.search(r"release ([\\d.]+)", text)\nos.system(f"install {found.group(1)}")'),
        bad('import os, re\nfound = re.search("id=(.*)", text)\nos.system(f"kill {found.group(1)}")', at="3:1"),
        good('import os\ndef f(name):\n    if not name.isidentifier():\n        return\n    os.system("ls " + name)'),
        good(
            'import argparse, os\np = argparse.ArgumentParser()\np.add_argument("--tool", choices=["make", "ninja"])\n'
            "args = p.parse_args()\nos.system(args.tool)",
            why="the parser refuses everything else",
        ),
        good(
            'import enum, os\nclass Tool(enum.Enum):\n    A = "make"\ndef f(name):\n    os.system(Tool(name).value)',
        ),
        good('import subprocess\nsubprocess.run("ls | wc -l", shell=True)', why="constant: PKT302"),
        good('import subprocess\nCMD = "ls"\nflags = "-l"\nsubprocess.run(f"{CMD} {flags}", shell=True)'),
        good('import os, shlex\nos.system(f"ls {shlex.quote(path)}")'),
        good('import os, shlex\nos.system("ls " + " ".join(shlex.quote(p) for p in paths))'),
        good(
            "try:\n    from shlex import quote\nexcept ImportError:\n    from pipes import quote\n"
            'run(["bash", "-c", quote(cmd)])',
        ),
        good('import os\nos.system(f"kill {os.getpid()} {count:d}")'),
        good('import os, uuid\nos.system(f"mv x x.{now:%Y%m%d}-{uuid.uuid4().hex}")'),
        good('import datetime, os\nos.system("mv x x." + datetime.datetime.now().strftime("%Y-%m-%d"))'),
        good("import os, time\nos.system(f\"mv x x.{time.strftime('%Y%m%d', time.localtime())}\")"),
        bad('import os, time\nos.system(f"mv x x.{time.strftime(form)} {now.strftime(form)}")', at="2:1"),
        bad('import os\nos.system(f"echo {name:%<20} {name.hex}")', at="2:1"),
        good('import os\nfor tool in ("make", "ninja"):\n    os.system(f"{tool} --version")'),
        good(
            "import subprocess\ndef run(cmd, shell=False):\n    subprocess.run(cmd, shell=shell)",
            why="the caller decides",
        ),
        good(
            'import subprocess\nsubprocess.run(["bash", "-c", "echo $1", "_", path])', why="an argument of the script"
        ),
        good('import subprocess\nsubprocess.run(["ls", path], shell=False)'),
        good(
            'from mine import run\nrun(f"ls {path}", shell=False)\nrun("ls", shell=True)\nrun(["ls", path], shell=True)'
        ),
        good("import os, torch\nos.system(f'pip install torch=={torch.__version__}')", why="a version"),
        good('class Os:\n    def system(self, c): ...\nos = Os()\nos.system(f"ls {x}")'),
        good('def f(subprocess, x):\n    subprocess.run(f"ls {x}", shell=True)', why="a parameter"),
    )

    @on_command()
    def command(self, command: ShellCommand, module: Module) -> Iterator[Hit]:
        """A call or a list that has a shell read a command."""
        pieces = [(candidate, piece) for candidate in command.candidates for piece in module.pieces(candidate)]
        dynamic = [(candidate, piece) for candidate, piece in pieces if piece.open and piece.origin is not Origin.WORD]
        if dynamic:
            candidate, piece = min(dynamic, key=lambda found: rank(found[1]))
            yield self._report(command, candidate, piece, module)

    def _report(self, command: ShellCommand, whole: ast.expr, piece: Piece, module: Module) -> Hit:
        text, origin = named(piece), piece.origin
        joined = piece.joined or piece.node is not whole
        what = f"with {text} put into it" if piece.joined else f"that is {text}"
        told = "" if origin is Origin.UNKNOWN else f", which {origin.value}" if piece.joined else f" and {origin.value}"
        without = f"without {'a shell' if command.listed else '`shell=True`'}"
        without += "" if command.windows else ", or quote with `shlex.quote`"
        example = text.strip("`") if text.startswith("`") else "value"
        program = f'["program", {example}]' if joined else '["program", argument]'
        instead = f"pass a list, `subprocess.run({program})`, {without}"
        if command.remote:
            instead = "quote every value with `shlex.quote`: a shell on the other machine reads whatever is sent there"
        message = (
            f"{_who(command)} has a shell run a command {what}{told}, so a `;` or `$(...)` in it is executed; {instead}"
        )
        return self.at(
            command.anchor,
            message,
            focus=whole,
            severity=danger(origin),
            confidence=_confidence(piece, command.sure),
            trace=module.trail(piece, command.anchor, "command"),
        )


def _who(command: ShellCommand) -> str:
    return f"`{command.callee}`" if command.callee else "This list of arguments"


def _confidence(piece: Piece, sure: bool) -> Confidence:
    """High where a command is put together in sight from what is not constant, or is input."""
    if piece.origin is Origin.TESTED:
        return Confidence.LOW
    plain = piece.origin.external or (piece.joined and danger(piece.origin) is not Severity.LOW)
    return Confidence.HIGH if sure and plain else Confidence.MEDIUM
