"""Which command a call has a shell run; shared by the rules about shells."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.base.records import NamedTuple
from picketlint.knowledge.signatures import POPEN
from picketlint.knowledge.sinks import (
    ARGUMENTS_AS_LIST,
    ARGUMENTS_ONE_BY_ONE,
    ASYNC_CONNECTIONS,
    BEFORE_SSH,
    FABRIC_CONNECTIONS,
    INVOKE_CONTEXTS,
    IPYTHON_SHELL,
    OBJECT_METHODS,
    PARAMIKO,
    PROGRAM_AND_LIST,
    REMOTE_FUNCTIONS,
    SHELL_FLAG_FUNCTIONS,
    SHELL_FUNCTIONS,
    SHELL_METHODS,
    SHELLS,
    SHELLS_CALLED,
    SWITCHERS,
    TASKS,
    TEXT_OR_LIST,
    WINDOWS_SHELLS,
)
from picketlint.matching.needles import CODE, MAGICS, ON
from picketlint.matching.triggers import fewer, imported, qualified, with_arguments
from picketlint.semantics.argvs import MAX_WORDS, TOO_MANY
from picketlint.semantics.bindings import Binding, Kind
from picketlint.semantics.calls import PARTIALS, Argument, State
from picketlint.semantics.judgements import Flag
from picketlint.semantics.shells import COMMAND_FLAG, LATER_LETTERS, command_of, is_text, over_ssh, programs
from picketlint.semantics.tree import last_name, starred
from picketlint.semantics.values import Verdict, enabled, truthy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.matching.triggers import Trigger
    from picketlint.semantics.module import Module

_WINDOWS_TRIGGER = r"[-/](?i:[ck]|command)['\"]"
_WINDOWS_SPELLINGS = ("CMD", "Cmd", "POWERSHELL", "PowerShell", "Powershell", "cmd", "powershell", "pwsh")
_FLAG = "shell"
# What a function that is not in sight calls the command that it runs, if that is not its first argument.
_COMMANDS = frozenset({"args", "cmd", "cmdline", "command", "commands", "script"})
_PLAIN = ("asyncio.", "commands.", "os.popen", "posix.", "subprocess.")
_SSH = "ssh"
_OBJECTS = frozenset({*INVOKE_CONTEXTS, *FABRIC_CONNECTIONS, *ASYNC_CONNECTIONS, *PARAMIKO, *TASKS})
_WORDS = (*sorted(SHELLS), *sorted(SWITCHERS), "SHELL")
_PLACE = POPEN.index(_FLAG) + 1
_CALLING = ("Popen", "call", "check_call", "check_output", "run")
# Without one of these in it, a file holds no command that a shell reads: a function that always has a shell read it,
# the flag of one that may, or a shell as the program of a list.
SHELL_TRIGGERS: tuple[Trigger, ...] = (
    # Magics say less.
    ("get_ipython", MAGICS),
    *sorted({(CODE, "get_ipython", name.rpartition(".")[2]) for name in IPYTHON_SHELL}),
    *qualified(*(name for name in SHELL_FUNCTIONS if name.startswith(_PLAIN))),
    *qualified(*PARAMIKO, *PROGRAM_AND_LIST, *SHELLS_CALLED, *TEXT_OR_LIST),
    # Many methods are called so: it has to be imported.
    (CODE, "invoke", r"invoke(?<![\w.'\"]invoke)(?<!def invoke)(?!\w)"),
    *((CODE, "invoke", importer, r"invoke(?<=['\"]invoke)['\"]") for importer in ("import_module", "__import__")),
    *qualified(*FABRIC_CONNECTIONS, *ASYNC_CONNECTIONS, *(name for name in TASKS if name.startswith("fabric"))),
    (_SSH, f"{_SSH}['\"]"),
    *imported("os", "system"),
    *SHELL_METHODS,
    *((*words, _FLAG) for words in qualified(*SHELL_FLAG_FUNCTIONS)),
    # Handed to a function of the project, which hands it on.
    (CODE, _FLAG, ON + _FLAG),
    # By position, without a name.
    *imported("subprocess", *_CALLING, harmless=fewer(_PLACE)),
    *((*with_arguments("subprocess", name, _PLACE), kind) for name in _CALLING for kind in ("gevent", "eventlet")),
    *(with_arguments("subprocess32", name, _PLACE) for name in _CALLING),
    with_arguments("psutil", "Popen", _PLACE),
    # What ends the flag is looked for first, because in most files it stands nowhere.
    *((shell, b"c%b" % quote.encode(), COMMAND_FLAG + quote) for shell in _WORDS for quote in ("'", '"')),
    *((shell, rf"-c(?<=['\"]-c){LATER_LETTERS}['\"]") for shell in sorted(SHELLS)),
    *((switcher, b"--command") for switcher in sorted(SWITCHERS)),
    *((spelling, _WINDOWS_TRIGGER) for spelling in (*_WINDOWS_SPELLINGS, "COMSPEC", "ComSpec")),
)
# How far behind a shell its command can stand: there is an option or its value in each place.
_MOST_OPTIONS = 24


class ShellCommand(NamedTuple):
    """A command that a shell reads: the expressions it can be, who runs it, and whether a shell surely does.

    ``anchor`` is the call, or the list where the call that runs it is not in sight. ``listed``: the shell is the
    program of a list, ``["bash", "-c", command]``; ``windows``: it is one of Windows, with quotes of its own;
    ``remote``: it runs on another machine, and reads all the candidates together.
    """

    anchor: ast.expr
    candidates: tuple[ast.expr, ...]
    callee: str
    sure: bool
    listed: bool = False
    windows: bool = False
    remote: bool = False


_RUNNERS = frozenset(
    {
        *SHELL_FUNCTIONS,
        *SHELL_FLAG_FUNCTIONS,
        *ARGUMENTS_ONE_BY_ONE,
        *ARGUMENTS_AS_LIST,
        *PROGRAM_AND_LIST,
        *SHELLS_CALLED,
        *TEXT_OR_LIST,
        *SHELL_METHODS,
        *PARTIALS,
    }
)


def shell_commands(module: Module) -> Iterator[ShellCommand]:
    """Every command in a module that a shell reads, each once: those of calls, then those of lists left over."""
    reported: set[ast.expr] = set()
    running: set[ast.Call] = set()
    for call in module.mentions.calls_of(module.mentions.parts(_RUNNERS)):
        command = _of_call(call, module)
        if command is not None:
            running.add(call)
            reported.update(command.candidates)
            yield command._replace(anchor=call)
    for call, later in module.callback_calls.items():
        # A command that is part of a `partial` object is reported there.
        apart = call not in running and not isinstance(later.func, ast.Call)
        command = _of_call(later, module) if apart and module.may_mean(later.func, _RUNNERS) else None
        if command is not None:
            running.add(call)
            reported.update(command.candidates)
            yield command._replace(anchor=call)
    for keyword in module.tree.nodes(ast.keyword):
        told = module.tree.parent(keyword) if keyword.arg == _FLAG else None
        if not isinstance(told, ast.Call) or told in running:
            continue
        command = _of_wrapper(module.callback_calls.get(told, told), module)
        if command is not None:
            reported.update(command.candidates)
            yield command._replace(anchor=told)
    written: list[ast.List | ast.Tuple] = [*module.tree.nodes(ast.List), *module.tree.nodes(ast.Tuple)]
    for call in module.mentions.calls_written(OBJECT_METHODS) if module.mentions.parts(_OBJECTS) else ():
        command = _of_object(call, module) if call not in running else None
        if command is not None:
            reported.update(command.candidates)
            yield command
    for words in written:
        command = _of_words(words, module)
        if command is not None and reported.isdisjoint(command.candidates):
            yield command._replace(sure=False)


def _of_words(words: ast.List | ast.Tuple, module: Module) -> ShellCommand | None:
    """The command in a list or a tuple of arguments that stands in the code by itself."""
    first = words.elts[0] if words.elts else None
    written = isinstance(first, ast.Starred) or (isinstance(first, ast.Constant) and isinstance(words, ast.List))
    if len(words.elts) > 1 and (written or any(map(_is_flag, words.elts))):
        found = _first(_after_shell(list_, words, "", module) for list_ in module.argvs.of(words))
        if found is not None:
            return found
    if isinstance(words, ast.List) and isinstance(first, ast.Constant):
        return _first(_after_shell(list_, words, "", module) for list_ in module.argvs.grown(words))
    return None


def _is_flag(word: ast.expr) -> bool:
    text = word.value if isinstance(word, ast.Constant) else None
    return isinstance(text, str) and (text.startswith("-") or text.lower() in ("/c", "/k"))


def _of_wrapper(call: ast.Call, module: Module) -> ShellCommand | None:
    """The command given, with ``shell=True``, to a function of which no more is known than that it takes the flag."""
    names = module.calls.target(call).names
    judgement = module.judge(module.argument(call, _FLAG), Flag(_FLAG, enabled))
    if judgement is None or judgement.verdict is not Verdict.MUST:
        return None
    own = isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") in ("self", "cls")
    if not names.names and not own:
        return None
    if any(name in SHELL_FLAG_FUNCTIONS or name in PARTIALS for name in names.names):
        return None
    given = call.args[:1] or [keyword.value for keyword in call.keywords if keyword.arg in _COMMANDS]
    name = names.names[0].lstrip(".") if names.names else "<unknown>"
    callee = last_name(call.func) if "<" in name or "(" in name else name
    return ShellCommand(call, tuple(map(_first_word, given[:1])), callee, False) if given else None


def _of_call(call: ast.Call, module: Module) -> ShellCommand | None:
    """The command that a shell reads when ``call`` runs; None where no shell is known to be in it."""
    names = module.calls.target(call).names
    for name in names.names:
        found = _of_name(call, name, module)
        if found is not None:
            return found._replace(sure=found.sure and names.certain is not None)
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name in SHELL_METHODS:
        return _command(call, module.argument(call, *SHELL_METHODS[name]), name, True)
    return None


def _of_object(call: ast.Call, module: Module) -> ShellCommand | None:
    """The command given to a method of a parameter, or of what a ``with`` statement makes, that has a shell read it."""
    holder = call.func.value if isinstance(call.func, ast.Attribute) else None
    reaching = module.resolver.bindings.lookup(holder.id, holder) if isinstance(holder, ast.Name) else None
    if reaching is None or len(reaching.bindings) != 1:
        return None
    for kind in _kinds(reaching.bindings[0], module):
        method = f"{kind}().{last_name(call.func)}"
        if method in SHELL_FUNCTIONS:
            found = _of_name(call, method, module)
            return found._replace(callee=f"{last_name(holder)}.{last_name(call.func)}") if found and holder else None
    return None


def _kinds(binding: Binding, module: Module) -> tuple[str, ...]:
    """What made what a name is bound to, by a ``with`` statement or ``await``, its annotation, or as it is a task's."""
    around = module.tree.parent(binding.node)
    made = around.context_expr if isinstance(around, ast.withitem) else binding.value
    made = made.value if isinstance(made, ast.Await) else made if isinstance(around, ast.withitem) else None
    if isinstance(made, ast.Call):
        return module.names(made.func).names
    if binding.kind is not Kind.PARAMETER:
        return ()
    annotation = getattr(binding.node, "annotation", None)
    if annotation is not None:
        return module.names(annotation).names
    return tuple(INVOKE_CONTEXTS) if _makes_task(binding.scope, binding.node, module) else ()


def _makes_task(function: ast.AST, parameter: ast.AST, module: Module) -> bool:
    """Whether a function is a task, and a parameter the first it has, which is the context."""
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    if parameter is not next(iter((*function.args.posonlyargs, *function.args.args)), None):
        return False
    makers = (maker.func if isinstance(maker, ast.Call) else maker for maker in function.decorator_list)
    return any(name in TASKS for maker in makers for name in module.names(maker).names)


def _command(call: ast.Call, argument: Argument, callee: str, sure: bool) -> ShellCommand | None:
    candidates = tuple(candidate.value for candidate in argument.candidates)
    return ShellCommand(call, candidates, callee, sure and argument.state is State.GIVEN) if candidates else None


def _of_name(call: ast.Call, name: str, module: Module) -> ShellCommand | None:
    """The command in a call of a function by its qualified name, as the table says that the function takes it."""
    if name in SHELL_FUNCTIONS:
        # What the user wrote is as a rule `!command`.
        callee = "IPython" if name in IPYTHON_SHELL else name
        found = _command(call, module.argument(call, SHELL_FUNCTIONS[name], 0), callee, True)
        return found._replace(remote=name in REMOTE_FUNCTIONS) if found is not None else None
    if name in SHELL_FLAG_FUNCTIONS:
        return _by_flag(call, name, module)
    if name in ARGUMENTS_ONE_BY_ONE:
        return _after_shell(call.args[ARGUMENTS_ONE_BY_ONE[name] :], call, name, module)
    if name in ARGUMENTS_AS_LIST:
        return _in_lists(module.argument(call, *ARGUMENTS_AS_LIST[name]), call, name, module)
    if name in TEXT_OR_LIST:
        argument = module.argument(call, TEXT_OR_LIST[name], 0)
        if any(is_text(candidate.value, module) for candidate in argument.candidates):
            return _command(call, argument, name, True)
        return _in_lists(argument, call, name, module)
    if name in SHELLS_CALLED:
        command = command_of(SHELLS_CALLED[name], call.args, module)
        return ShellCommand(call, (command,), name, True, listed=True) if command is not None else None
    if name in PROGRAM_AND_LIST:
        program, arguments = (module.argument(call, *part) for part in zip(PROGRAM_AND_LIST[name], (0, 1), strict=True))
        words = [c.value for c in program.candidates] + [starred(c.value) for c in arguments.candidates]
        return _in_list(ast.copy_location(ast.List(words, ast.Load()), call), call, name, module)
    return None


def _by_flag(call: ast.Call, name: str, module: Module) -> ShellCommand | None:
    """The command of ``subprocess.run`` and the like: ``shell`` decides whether a shell reads it."""
    argument, shell = module.argument(call, SHELL_FLAG_FUNCTIONS[name], 0), module.argument(call, _FLAG)
    judgement = module.judge(shell, Flag(_FLAG, truthy))
    if judgement is not None:
        return _command(call, _first_words(argument), name, judgement.verdict is Verdict.MUST)
    from picketlint.semantics.shellflags import may_be_shell

    listed = _in_lists(argument, call, name, module)
    if listed is not None or not may_be_shell(shell, argument, module):
        return listed
    return _command(call, _first_words(argument), name, False)


def _first(found: Iterator[ShellCommand | None]) -> ShellCommand | None:
    return next((command for command in found if command is not None), None)


def _first_words(argument: Argument) -> Argument:
    """With ``shell=True`` the first element of a list is the command; the others are the shell's own arguments."""
    candidates = tuple(candidate._replace(value=_first_word(candidate.value)) for candidate in argument.candidates)
    return argument._replace(candidates=candidates)


def _first_word(command: ast.expr) -> ast.expr:
    return command.elts[0] if isinstance(command, (ast.List, ast.Tuple)) and command.elts else command


def _in_lists(argument: Argument, call: ast.Call, callee: str, module: Module) -> ShellCommand | None:
    return _first(_in_list(candidate.value, call, callee, module) for candidate in argument.candidates)


def _in_list(node: ast.expr, anchor: ast.expr, callee: str, module: Module) -> ShellCommand | None:
    return _first(_after_shell(words, anchor, callee, module) for words in module.argvs.of(node))


def _after_shell(words: list[ast.expr], anchor: ast.expr, callee: str, module: Module) -> ShellCommand | None:
    """The word behind ``bash -c``, wherever in the list the shell stands (``docker exec ... bash -c``)."""
    if len(words) > MAX_WORDS:
        module.tree.limits.reached(TOO_MANY, anchor)
    for place, word in enumerate(words[:MAX_WORDS]):
        for program in programs(word, module):
            if program == _SSH and _starts(words[:place], anchor, module):
                remote = over_ssh(words[place + 1 : MAX_WORDS], module)
                return ShellCommand(anchor, remote, callee or _SSH, True, listed=True, remote=True) if remote else None
            command = command_of(program, words[place + 1 : place + _MOST_OPTIONS], module)
            if command is not None:
                return ShellCommand(anchor, (command,), callee, True, listed=True, windows=program in WINDOWS_SHELLS)
    return None


def _starts(before: list[ast.expr], anchor: ast.expr, module: Module) -> bool:
    """Whether a program stands where one starts: first in a list that a call runs, or behind one that runs others."""
    if not isinstance(anchor, ast.Call):
        return False
    return not before or not BEFORE_SSH.isdisjoint(programs(before[0], module))
