"""Which word behind the name of a shell, in a list of arguments, is the command that the shell reads."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.base.lazy import regex
from picketlint.knowledge.sinks import (
    SHELL_LETTERS,
    SHELL_VARIABLES,
    SHELLS,
    SSH_VALUED,
    SWITCHERS,
    VALUED_SHELL_OPTIONS,
    WINDOWS_SHELLS,
    WINDOWS_VALUED_OPTIONS,
)
from picketlint.semantics.tree import last_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.module import Module

# Letters that follow the one for the command are options; elsewhere in Python such a word is something else.
LATER_LETTERS = rf"[{SHELL_LETTERS}]{{1,6}}"
COMMAND_FLAG = r"-[a-zA-Z]*c"
_UNIX_FLAG = regex(rf"{COMMAND_FLAG}|-c{LATER_LETTERS}")
_SWITCHER_FLAG = regex(rf"{COMMAND_FLAG}|--command")
_WINDOWS_FLAG = regex(r"(?i)/[ck]|-c|-command")
# Each `o` in one word takes a name of its own: `-eo pipefail`.
_NAMED = regex(r"[-+][a-zA-Z]*[oO][a-zA-Z]*")
_READING = frozenset({"get", "getenv", "which"})


def programs(word: ast.expr, module: Module) -> Iterator[str]:
    """The names of the programs that a word can mean, without their folders, in lower case."""
    for option in module.value(word).options:
        text = option.value if isinstance(option.value, str) else _looked_up(option.node, module)
        if text:
            yield program_name(text)


def program_name(word: str) -> str:
    """The name of the program that a word of a command runs: without its folder and its ending, in lower case."""
    return word.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")


def _looked_up(node: ast.AST, module: Module) -> str:
    """The program that an expression stands for: the user's shell, or what ``which`` finds; "" for any other."""
    if isinstance(node, ast.Subscript):
        key, names = node.slice, module.names(node.value).names if last_name(node.value) == "environ" else ()
        return SHELL_VARIABLES.get(str(getattr(key, "value", "")), "") if "os.environ" in names else ""
    if not isinstance(node, ast.Call) or last_name(node.func) not in _READING or not node.args:
        return ""
    given = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
    if not isinstance(given, str):
        return ""
    names = module.names(node.func).names
    if "shutil.which" in names:
        return given
    return SHELL_VARIABLES.get(given, "") if "os.getenv" in names or "os.environ.get" in names else ""


def command_of(program: str, words: list[ast.expr], module: Module) -> ast.expr | None:
    """The command among the words behind a program, if that is a shell, or hands it to one."""
    if program in SHELLS:
        return _behind_flag(words, module)
    if program in WINDOWS_SHELLS:
        return _behind_windows_flag(words, module)
    return _behind_user(words, module) if program in SWITCHERS else None


def _behind_flag(words: list[ast.expr], module: Module) -> ast.expr | None:
    """``-eo pipefail -c command``: options stand before the flag, and behind it as well."""
    flagged, values = False, 0
    for word in words:
        texts = module.value(word).texts
        if values:
            values -= 1
        elif not any(text.startswith(("-", "+")) for text in texts):
            return word if flagged else None
        else:
            flagged = flagged or any(_UNIX_FLAG.fullmatch(text) for text in texts)
            values = max(map(_values, texts))
    return None


def _values(option: str) -> int:
    """How many of the words behind an option belong to it."""
    if option in VALUED_SHELL_OPTIONS:
        return 1
    return option.lower().count("o") if _NAMED.fullmatch(option) else 0


def _behind_windows_flag(words: list[ast.expr], module: Module) -> ast.expr | None:
    flagged = valued = False
    for word in words:
        texts = module.value(word).texts
        if valued:
            valued = False
        elif flagged:
            return word
        elif not any(text.startswith(("-", "/")) for text in texts):
            return None
        else:
            flagged = any(_WINDOWS_FLAG.fullmatch(text) for text in texts)
            valued = not flagged and any(text.lower() in WINDOWS_VALUED_OPTIONS for text in texts)
    return None


def _behind_user(words: list[ast.expr], module: Module) -> ast.expr | None:
    """``su - user -c command``: the flag stands anywhere."""
    for place, word in enumerate(words[:-1]):
        if any(_SWITCHER_FLAG.fullmatch(text) for text in module.value(word).texts):
            return words[place + 1]
    return None


def is_text(node: ast.expr, module: Module) -> bool:
    """Whether an expression is, or can be, a text and no list of arguments."""
    return any(isinstance(option.value, str) or _makes_text(option.node) for option in module.value(node).options)


def _makes_text(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
        sides = (node.left, node.right) if isinstance(node.op, ast.Add) else (node.left,)
        return any(isinstance(side, ast.JoinedStr) or isinstance(getattr(side, "value", None), str) for side in sides)
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(node, ast.JoinedStr) or (isinstance(called, ast.Attribute) and called.attr in ("format", "join"))


def over_ssh(words: list[ast.expr], module: Module) -> tuple[ast.expr, ...]:
    """The words behind the destination of ``ssh``, which a shell of the other machine reads together."""
    valued = False
    for place, word in enumerate(words):
        if isinstance(word, ast.Starred):
            return ()
        texts = module.value(word).texts
        if valued:
            valued = False
        elif not any(text.startswith("-") for text in texts):
            return tuple(words[place + 1 :])
        else:
            valued = any(len(text) == len("-p") and text[1] in SSH_VALUED for text in texts)
    return ()
