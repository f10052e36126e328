"""Calls that hand data to something that runs it: YAML loaders and shells; see also pickles.py and interpreters.py.

Sources: the documentation of each library; the warning on its page says that the call can execute code.
"""

from __future__ import annotations

# They hand on all that PyYAML has: https://github.com/wimglenn/oyaml, https://github.com/Quansight-Labs/pyyaml-ft
YAML_DROP_INS = ("oyaml", "yaml_ft")
# https://pyyaml.org/wiki/PyYAMLDocumentation and yaml/loader.py, yaml/cyaml.py of PyYAML 6
YAML_LOADS = frozenset(f"{module}.{name}" for module in ("yaml", *YAML_DROP_INS) for name in ("load", "load_all"))
# https://yaml.dev/doc/ruamel.yaml/ (these functions are gone in 0.18)
RUAMEL_LOADS = frozenset({"ruamel.yaml.load", "ruamel.yaml.load_all", "ruamel_yaml.load", "ruamel_yaml.load_all"})
YAML_UNSAFE_FUNCTIONS = frozenset(
    f"{module}.{name}" for module in ("yaml", *YAML_DROP_INS) for name in ("unsafe_load", "unsafe_load_all")
)
YAML_FULL_FUNCTIONS = frozenset(
    f"{module}.{name}" for module in ("yaml", *YAML_DROP_INS) for name in ("full_load", "full_load_all")
)
RUAMEL_CLASSES = frozenset({"ruamel.yaml.YAML", "ruamel.yaml.main.YAML", "ruamel_yaml.YAML"})


def _loaders(modules: tuple[str, ...], names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(f"{module}.{name}" for module in modules for name in names)


_PYYAML = ("yaml", "yaml.loader", "yaml.cyaml", *YAML_DROP_INS)
_RUAMEL = ("ruamel.yaml", "ruamel.yaml.loader", "ruamel.yaml.cyaml", "ruamel_yaml")
YAML_SAFE_LOADER = _loaders(("yaml", "yaml.loader", *YAML_DROP_INS), ("SafeLoader",))
YAML_SAFE_LOADERS = _loaders(
    (*_PYYAML, *_RUAMEL), ("SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader")
) | _loaders(_RUAMEL, ("RoundTripLoader",))
# CVE-2020-1747 and CVE-2020-14343 were code execution through FullLoader.
YAML_FULL_LOADERS = _loaders(_PYYAML, ("FullLoader", "CFullLoader"))
YAML_UNSAFE_LOADERS = _loaders((*_PYYAML, *_RUAMEL), ("Loader", "CLoader", "UnsafeLoader", "CUnsafeLoader"))

# What lines with `!` and `!!` stand for; IPython/core/interactiveshell.py of IPython 9
IPYTHON_SHELL = frozenset(
    f"{module}.get_ipython().{method}"
    for module in ("IPython", "IPython.core.getipython")
    for method in ("getoutput", "system", "system_piped", "system_raw")
)
# Objects whose methods have a shell read a command: those of a `Context` the shell of the configuration, by default
# `bash`, those of a `Connection` one on another machine.
# https://docs.pyinvoke.org/en/stable/api/runners.html#invoke.runners.Runner.run,
# https://docs.fabfile.org/en/latest/api/connection.html
INVOKE_CONTEXTS = frozenset({"invoke.Context", "invoke.context.Context"})
FABRIC_CONNECTIONS = frozenset(
    f"{fabric}.{name}"
    for fabric in ("fabric", "fabric2")
    for name in ("Connection", "connection.Connection", "SerialGroup", "ThreadingGroup", "group.SerialGroup")
)
# https://asyncssh.readthedocs.io/en/latest/api.html#asyncssh.SSHClientConnection.run
ASYNC_CONNECTIONS = frozenset({"asyncssh.connect", "asyncssh.connection.connect"})
OBJECT_METHODS = frozenset({"create_process", "exec_command", "local", "run", "sudo"})
# What makes a task of a function: its first parameter is such an object.
TASKS = frozenset({"invoke.task", "invoke.tasks.task", "fabric.task", "fabric.tasks.task", "fabric2.task"})
# sshd(8): the command is run by the user's login shell, as `shell -c command`. `exec_command` of
# https://docs.paramiko.org/en/stable/api/client.html
_CLIENTS = ("paramiko.SSHClient()", "paramiko.client.SSHClient()")
PARAMIKO = frozenset(
    {
        *(f"{client}.exec_command" for client in _CLIENTS),
        *(f"{client}.get_transport().open_session().exec_command" for client in _CLIENTS),
        "paramiko.Transport().open_session().exec_command",
    }
)
# Functions whose command a shell reads on another machine, where there is no list of arguments to give instead.
REMOTE_FUNCTIONS = PARAMIKO | frozenset(
    f"{made}().{method}"
    for some, methods in ((FABRIC_CONNECTIONS, ("run", "sudo")), (ASYNC_CONNECTIONS, ("create_process", "run")))
    for made in some
    for method in methods
)
# Functions whose command a shell always reads, and the name of its parameter.
# https://docs.python.org/3/library/subprocess.html, .../os.html#os.system, .../asyncio-subprocess.html
SHELL_FUNCTIONS = {
    **dict.fromkeys(IPYTHON_SHELL, "cmd"),
    "asyncio.create_subprocess_shell": "cmd",
    "asyncio.subprocess.create_subprocess_shell": "cmd",
    "commands.getoutput": "cmd",
    "commands.getstatusoutput": "cmd",
    "os.popen": "cmd",
    "os.system": "command",
    "posix.system": "command",
    "subprocess.getoutput": "cmd",
    "subprocess.getstatusoutput": "cmd",
    "invoke.run": "command",
    "invoke.sudo": "command",
    **{f"{made}().{method}": "command" for made in INVOKE_CONTEXTS for method in ("run", "sudo")},
    **{f"{made}().local": "command" for made in FABRIC_CONNECTIONS},
    **dict.fromkeys(REMOTE_FUNCTIONS, "command"),
}
# Functions that hand a text to a shell and run a list without one: "either a string to pass to the shell, or an
# iterable of strings". https://anyio.readthedocs.io/en/stable/api.html#anyio.run_process
TEXT_OR_LIST = {"anyio.open_process": "command", "anyio.run_process": "command"}
# loop.subprocess_shell(protocol_factory, cmd): https://docs.python.org/3/library/asyncio-eventloop.html
SHELL_METHODS = {"subprocess_shell": ("cmd", 1)}
# Functions that run a list of arguments, or with ``shell=True`` a command, and the name of that parameter.
SHELL_FLAG_FUNCTIONS = {
    **{
        f"{module}.{name}": "args"
        for module in ("subprocess", "gevent.subprocess", "eventlet.green.subprocess", "subprocess32")
        for name in ("run", "call", "check_call", "check_output", "Popen")
    },
    "psutil.Popen": "args",  # https://psutil.readthedocs.io/en/latest/#psutil.Popen
    "pty.spawn": "args",
    "trio.run_process": "command",  # https://trio.readthedocs.io/en/stable/reference-io.html
}
# What tells the platform that a program runs on: https://docs.python.org/3/library/sys.html#sys.platform
PLATFORMS = frozenset(
    {
        "os.name",
        "os.uname",
        "platform.machine",
        "platform.platform",
        "platform.release",
        "platform.system",
        "platform.uname",
        "platform.version",
        "platform.win32_ver",
        "sys.platform",
    }
)
# Functions that take the arguments of a program one by one, and how many parameters stand before them.
# https://docs.python.org/3/library/os.html#process-management
ARGUMENTS_ONE_BY_ONE = {
    "asyncio.create_subprocess_exec": 0,
    "asyncio.subprocess.create_subprocess_exec": 0,
    "os.execl": 1,
    "os.execle": 1,
    "os.execlp": 1,
    "os.execlpe": 1,
    "os.spawnl": 2,
    "os.spawnle": 2,
    "os.spawnlp": 2,
    "os.spawnlpe": 2,
}
# Functions that take them as a list: its name and place.
ARGUMENTS_AS_LIST = {
    "os.execv": ("argv", 1),
    "os.execve": ("argv", 1),
    "os.execvp": ("args", 1),
    "os.execvpe": ("args", 1),
    "os.posix_spawn": ("argv", 1),
    "os.posix_spawnp": ("argv", 1),
    "os.spawnv": ("args", 2),
    "os.spawnve": ("args", 2),
    "os.spawnvp": ("args", 2),
    "os.spawnvpe": ("args", 2),
}
# Functions that take a program, and its arguments as a list. A text is split into words there, and no shell reads it:
# "Pexpect does NOT interpret shell meta characters". https://pexpect.readthedocs.io/en/stable/api/pexpect.html
PROGRAM_AND_LIST = dict.fromkeys(("pexpect.pty_spawn.spawn", "pexpect.spawn"), ("command", "args"))
SHELLS = frozenset({"ash", "bash", "csh", "dash", "fish", "ksh", "sh", "tcsh", "zsh"})
WINDOWS_SHELLS = frozenset({"cmd", "powershell", "pwsh"})
# Programs that have another user's shell read the word behind `-c`: su(1), runuser(1)
SWITCHERS = frozenset({"runuser", "su"})
# Variables with the path of the user's shell: https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html,
# https://learn.microsoft.com/windows-server/administration/windows-commands/cmd
SHELL_VARIABLES = {"SHELL": "sh", "COMSPEC": "cmd", "ComSpec": "cmd"}
# Options of one letter, and those with a word of their own; `-o`, `-O`, `+o` and `+O` have one too, within others as
# well. https://www.gnu.org/software/bash/manual/html_node/Invoking-Bash.html, and those of `set`
SHELL_LETTERS = "abefhiklmnoprstuvxBCDEHOPT"
VALUED_SHELL_OPTIONS = frozenset({"--init-file", "--rcfile"})
# https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_pwsh
WINDOWS_VALUED_OPTIONS = frozenset(
    {
        "-configurationname",
        "-ep",
        "-ex",
        "-executionpolicy",
        "-inputformat",
        "-outputformat",
        "-version",
        "-wd",
        "-windowstyle",
        "-workingdirectory",
    }
)
# Shells as functions: https://sh.readthedocs.io/en/latest/, https://plumbum.readthedocs.io/en/latest/local_commands.html.
# Not here: `sh.sh`, for many files have a variable of that name.
SHELLS_CALLED = {
    **{f"plumbum.cmd.{shell}": shell for shell in ("bash", "sh", "zsh")},
    **{f"sh.{shell}": shell for shell in ("bash", "zsh")},
}
# ssh(1): what follows the destination goes, with blanks between, to a shell on the other machine. Before it stand
# options, of which these take a value, and before `ssh` itself programs that run another.
SSH_VALUED = frozenset("BbcDEeFIiJLlmOoPpQRSWw")
BEFORE_SSH = frozenset({"env", "nohup", "setsid", "sshpass", "sudo", "timeout"})
