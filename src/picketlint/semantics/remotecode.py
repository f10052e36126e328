"""Where the arguments of a program have it run the Python code that a model brings: ``--trust-remote-code``.

Words count where they are the arguments of a program: in a list of them, in a text that is split into one, and in a
text that a shell reads. What is printed, or is said about the option, is neither.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple
from picketlint.knowledge.remote_code import FLAG, MODEL_ARGUMENTS, WRITTEN
from picketlint.model import Confidence
from picketlint.semantics.exports import OPEN, readings, run_by_shell
from picketlint.semantics.tree import FUNCTIONS, last_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.module import Module

_OFF = frozenset({"false", "0", "no"})
# What a list unpacks, which is no word.
_SPREAD = ""
# Programs that show their arguments to somebody.
_PRINTING = frozenset({"#", "echo", "printf"})
# Text that goes on with options: `command += " --port 80 --trust-remote-code"`.
_MORE_OPTIONS = regex(rf"\s+-{{1,2}}[\w{OPEN}].*", re.DOTALL)
_TRUE = regex(rf"(?:.*,)?\s*{FLAG}=(?:True|true|1)\s*(?:,.*)?", re.DOTALL)
_ARGUMENT = f"--{MODEL_ARGUMENTS}"


class SwitchedOn(NamedTuple):
    """A place where the option is given to a program; ``written`` is how, ``focus`` the expression that holds it."""

    anchor: ast.expr | ast.stmt
    focus: ast.AST
    confidence: Confidence
    written: str = WRITTEN[0]


def switched_on(module: Module) -> Iterator[SwitchedOn]:
    """Every place of a module where a program is told to run the code that models bring."""
    # Most modules with the flag in them hand it to functions, and need not be searched for commands.
    if not any(word in module.source.text for word in ("--trust", MODEL_ARGUMENTS)):
        return
    for words in module.tree.nodes(ast.List):
        yield from _in_list(words, module)
    for call in module.mentions.written("append"):
        if call.args and _word(call.args[0], module) in WRITTEN and not _is_tested(call, module):
            yield SwitchedOn(call, call.args[0], Confidence.MEDIUM)
    for call in module.mentions.written("split"):
        yield from _split(call, module)
    for more in module.tree.nodes(ast.AugAssign):
        yield from _appended(more, module)
    for command in module.shell_commands.values():
        for focus in command.candidates:
            yield from _run(command.anchor, focus, command.sure and len(command.candidates) == 1, module)
    yield from _of_models(module)


# -- lists of arguments ------------------------------------------------------------------------------------------------


def _in_list(node: ast.List, module: Module) -> Iterator[SwitchedOn]:
    words = [_SPREAD if isinstance(element, ast.Starred) else _word(element, module) for element in node.elts]
    place = _place(words)
    if place is not None and not _is_chosen(words, node, node.elts[place], module):
        confidence = _confidence(words, node, module)
        if confidence is not None:
            yield SwitchedOn(node, node.elts[place], confidence, _shown(words[place]))


def _split(call: ast.Call, module: Module) -> Iterator[SwitchedOn]:
    """``f"vllm serve {model} --trust-remote-code".split()``, ``shlex.split(command)``."""
    names = module.names(call.func).names
    shell = "shlex.split" in names
    text = call.args[0] if shell and call.args else call.func.value if isinstance(call.func, ast.Attribute) else None
    if text is None or (not shell and call.args and not _is_blank(call.args[0])):
        return
    texts = readings(text, module)
    for read in texts:
        words = [word for words in run_by_shell(read) for word in words] if shell else read.split()
        place = _place(words)
        confidence = _confidence(words, call, module) if place is not None else None
        if place is not None and confidence is not None and not _is_chosen(words, call, text, module):
            sure = confidence if len(texts) == 1 else Confidence.MEDIUM
            yield SwitchedOn(call, text, sure, _shown(words[place]))
            return


def _is_blank(separator: ast.expr) -> bool:
    return isinstance(separator, ast.Constant) and separator.value in (None, " ")


def _confidence(words: Sequence[str], node: ast.expr, module: Module) -> Confidence | None:
    """How sure it is that words are the arguments of a program; None where they may be the names of options."""
    if any(word and not word.startswith("-") for word in words):
        return Confidence.HIGH
    return Confidence.MEDIUM if _is_added(node, module) else None


def _is_added(node: ast.expr, module: Module) -> bool:
    """Whether words are put behind others."""
    parent = module.tree.parent(node)
    if isinstance(parent, (ast.AugAssign, ast.BinOp)):
        return True
    return isinstance(parent, ast.Call) and last_name(parent.func) == "extend"


# -- texts that a shell reads ------------------------------------------------------------------------------------------


def _run(anchor: ast.expr, focus: ast.expr, sure: bool, module: Module) -> Iterator[SwitchedOn]:
    texts = readings(focus, module)
    for text in texts:
        if "trust" not in text:
            continue
        for words in run_by_shell(text):
            place = _place(words)
            if place and words[0] not in _PRINTING and not _is_asked_for(anchor, focus, module):
                certain = Confidence.HIGH if sure and len(texts) == 1 else Confidence.MEDIUM
                yield SwitchedOn(anchor, focus, certain, _shown(words[place]))
                return


def _appended(more: ast.AugAssign, module: Module) -> Iterator[SwitchedOn]:
    """``command += " --trust-remote-code"``."""
    if not isinstance(more.op, ast.Add) or not isinstance(more.value, (ast.Constant, ast.JoinedStr, ast.BinOp)):
        return
    for text in readings(more.value, module):
        listed = _TRUE.fullmatch(text) is not None and last_name(more.target) == MODEL_ARGUMENTS
        words = text.split() if _MORE_OPTIONS.fullmatch(text) else []
        place = _place(words)
        if (listed or place is not None) and not _is_tested(more, module):
            shown = f"{FLAG}=True" if place is None else _shown(words[place])
            yield SwitchedOn(more, more.value, Confidence.MEDIUM, shown)
            return


# -- the arguments of models -------------------------------------------------------------------------------------------


def _of_models(module: Module) -> Iterator[SwitchedOn]:
    """``model_args="pretrained=...,trust_remote_code=True"``."""
    for keyword in module.tree.nodes(ast.keyword):
        call = module.tree.parent(keyword) if keyword.arg == MODEL_ARGUMENTS else None
        if isinstance(call, ast.Call) and not last_name(call.func).startswith("assert"):
            yield from _in_argument(call, keyword.value, module)
    for entries in module.tree.nodes(ast.Dict):
        for key, value in zip(entries.keys, entries.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == MODEL_ARGUMENTS:
                yield from _in_argument(key, value, module)


def _in_argument(anchor: ast.expr, value: ast.expr, module: Module) -> Iterator[SwitchedOn]:
    texts = readings(value, module)
    if any(_TRUE.fullmatch(text) for text in texts) and not _is_asked_for(anchor, value, module):
        sure = all(_TRUE.fullmatch(text) for text in texts)
        yield SwitchedOn(anchor, value, Confidence.HIGH if sure else Confidence.MEDIUM, f"{FLAG}=True")


# -- words -------------------------------------------------------------------------------------------------------------


def _word(element: ast.expr, module: Module) -> str:
    """An argument of a program as far as it is written out."""
    if isinstance(element, ast.Constant):
        return element.value if isinstance(element.value, str) else OPEN
    return readings(element, module)[0] if isinstance(element, ast.JoinedStr) else OPEN


def _place(words: Sequence[str]) -> int | None:
    """Where among the arguments of a program the option stands and is not given a value that is false."""
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else ""
        # Somebody else's value may follow an option that takes one; that of the servers takes none.
        chosen = following == OPEN and word == f"--{FLAG}"
        if word in WRITTEN and following.lower() not in _OFF and not chosen:
            return place
        listed = word.partition("=")[2] if word.startswith(f"{_ARGUMENT}=") else following if word == _ARGUMENT else ""
        if listed and _TRUE.fullmatch(listed):
            return place
    return None


def _shown(word: str) -> str:
    return f"{FLAG}=True" if word.startswith(_ARGUMENT) else WRITTEN[0]


# -- who decides -------------------------------------------------------------------------------------------------------


def _is_asked_for(anchor: ast.expr, focus: ast.expr, module: Module) -> bool:
    """Whether a command is run only where somebody asked for the flag."""
    nodes = (anchor, focus)
    return any(module.guarded(node, FLAG, True) or module.opted_in(node) or module.trusted(node) for node in nodes)


def _is_chosen(words: Sequence[str], node: ast.expr, focus: ast.expr, module: Module) -> bool:
    """Whether somebody chose the option that is among words: with a whole command, only a test of the flag says so."""
    whole = words[0] != _SPREAD and not words[0].startswith("-") and not _is_added(node, module)
    return _is_tested(node, module, whole=whole) or (whole and _is_asked_for(node, focus, module))


def _is_tested(node: ast.expr | ast.stmt, module: Module, *, whole: bool = False) -> bool:
    """Whether an expression is only one of several, or is there to be compared or to name options.

    What is ``whole`` says enough by itself under a test of something else.
    """
    child: ast.AST = node
    for parent in module.tree.ancestors(node):
        if isinstance(parent, FUNCTIONS):
            return False
        if isinstance(parent, (ast.Compare, ast.IfExp, ast.BoolOp, ast.comprehension)):
            return True
        # What is done for each of some models is done without a test.
        if isinstance(parent, (ast.For, ast.AsyncFor)) and child is parent.iter:
            return True
        if isinstance(parent, (ast.If, ast.While)) and not whole and not _asks_nothing(parent.test):
            return True
        if isinstance(parent, ast.Starred) and isinstance(module.tree.parent(parent), ast.Call):
            return True
        child = parent
    return False


def _asks_nothing(test: ast.expr) -> bool:
    """``if __name__ == "__main__":``, ``while True:``."""
    if isinstance(test, ast.Constant):
        return True
    return isinstance(test, ast.Compare) and getattr(test.left, "id", "") == "__name__"
