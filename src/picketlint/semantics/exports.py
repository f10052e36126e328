"""Environment variables that a command sets for the programs it runs: ``NAME=1 python``, ``export``, ``env``, ``-e``.

A command is taken apart as far as this takes: words, quotes, comments, here-documents, what ends a command. What a
shell would put in, ``$NAME`` or the output of a command, stays as it is written and so has no value that is known.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple
from picketlint.knowledge.exports import (
    BUILTINS,
    BUILTINS_OF_PAIRS,
    OPTIONS,
    PROGRAMS,
    RESERVED,
    SEVERAL,
    VALUED,
)
from picketlint.knowledge.sinks import SHELLS
from picketlint.model import Confidence
from picketlint.semantics.shells import COMMAND_FLAG, program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.module import Module

_NAME = r"[A-Za-z_]\w*"
_ASSIGNMENT = regex(rf"({_NAME})=(.*)", re.DOTALL)
# A quote that nothing ends reaches to the end of the text: every piece is looked at once.
_TOKEN = regex(
    r"""(?sx) (?P<blank> (?:[ \t\r]|\\\n)+ ) | (?P<comment> (?<![^\s;&|()])\#[^\n]* )
    | (?P<document> <<-?[ \t]*(?!<)['"\\]?(?P<label>[A-Za-z_]\w*)['"]? )
    | (?P<redirected> &?[<>][<>&|]* ) | (?P<end> [;&|()\n`] )
    | (?P<word> (?: '[^']*(?:'|\Z) | "(?:\\.|[^"\\])*(?:"|\Z) | \\. | [^\s;&|()<>`'"\\]+ )+ | . )"""
)
_QUOTED = regex(r"""(?sx) '([^']*)'? | "((?:\\.|[^"\\])*)"? | \\(.)""")
_COMMAND_FLAG = regex(COMMAND_FLAG)
OPEN = "\0"
# How deep `bash -c` is looked for in what `bash -c` is given.
_DEEPEST = 3
_PAIR = 2
_WORDS = (ast.Constant, ast.JoinedStr, ast.Name)

Setting = tuple[str, str]


class Exported(NamedTuple):
    """A variable that a command sets, with the value that its program finds in it.

    ``anchor`` is the call that runs the command, or the list that it is; ``focus`` the expression with its text.
    The confidence is medium where the command can be another, or may not be run by a shell.
    """

    anchor: ast.expr
    focus: ast.expr
    name: str
    value: str
    confidence: Confidence


def exported(names: Collection[str], module: Module) -> Iterator[Exported]:
    """Where the commands of a module set one of these variables: those a shell reads, and lists of arguments."""
    # What each text can be takes long to say, and most modules that are asked about have no such name in them.
    if not any(name in module.source.text for name in names):
        return
    for command in module.shell_commands.values():
        for focus in command.candidates:
            texts = readings(focus, module)
            sure = command.sure and len(texts) == len(command.candidates) == 1 and not _is_chosen(focus, module)
            confidence = Confidence.HIGH if sure else Confidence.MEDIUM
            for name, value in (setting for text in texts for setting in set_by_shell(text)):
                if name in names:
                    yield Exported(command.anchor, focus, name, value, confidence)
    displays: list[ast.List | ast.Tuple] = [*module.tree.nodes(ast.List), *module.tree.nodes(ast.Tuple)]
    for display in displays:
        if not any(isinstance(word, (ast.Constant, ast.JoinedStr)) for word in display.elts):
            continue
        words = [readings(word, module) if isinstance(word, _WORDS) else [OPEN] for word in display.elts]
        for name, value in set_by_words([word[0] if len(word) == 1 else OPEN for word in words]):
            if name in names:
                yield Exported(display, display, name, value, Confidence.HIGH)


def _is_chosen(node: ast.expr, module: Module) -> bool:
    """Whether a caller may put another value in the place of the one that is known."""
    return any(option.chosen for option in module.value(node).options)


def readings(node: ast.expr, module: Module) -> list[str]:
    """What an expression can read as, with a character that no name and no value has for what is left open."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else [OPEN]
    options = module.value(node).options
    return [str(one.value) if isinstance(one.value, str) else _fixed(one.node, module) for one in options]


def _fixed(node: ast.AST, module: Module) -> str:
    """What is fixed of a text that is put together; of ``%`` and ``format`` the template."""
    found: list[str] = []
    pending: list[ast.AST] = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, ast.JoinedStr):
            pending += reversed(part.values)
        elif isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add):
            pending += (part.right, part.left)
        elif isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mod):
            pending.append(part.left)
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr == "format":
            pending.append(part.func.value)
        elif isinstance(part, ast.FormattedValue) and part.format_spec is None:
            pending.append(part.value)
        else:
            options = module.value(part).options
            only = options[0].value if len(options) == 1 and not options[0].chosen else None
            found.append(only if isinstance(only, str) else OPEN)
    return "".join(found)


# -- what a shell makes of a text --------------------------------------------------------------------------------------


def run_by_shell(text: str, depth: int = _DEEPEST) -> Iterator[list[str]]:
    """The words of each command in a text, without their quotes; also of those that it hands to another shell."""
    for written in _commands(text):
        words = [_unquoted(word) for word in written]
        yield words
        for command in _handed_on(words) if depth else ():
            yield from run_by_shell(command, depth - 1)


def set_by_shell(text: str, depth: int = _DEEPEST) -> Iterator[Setting]:
    """The variables, with their values, that a text sets in the environment of programs when a shell runs it."""
    kept: dict[str, str] = {}
    for words in _commands(text):
        yield from _set_by(words, kept, depth)


def _set_by(written: list[str], kept: dict[str, str], depth: int) -> Iterator[Setting]:
    """What one command sets; ``kept`` are the variables of the shell, which ``export NAME`` hands to programs."""
    given: list[Setting] = []
    place = 0
    for place, word in enumerate([*written, ""]):  # noqa: B007
        setting = _setting(word)
        if setting is not None:
            given.append((setting[0], _unquoted(setting[1])))
        elif word not in RESERVED:
            break
    words = [_unquoted(word) for word in written[place:]]
    if not words:
        kept.update(given)
        return
    yield from given
    if words[0] in BUILTINS:
        for word in words[1:]:
            setting = _setting(word) or ((word, kept[word]) if word in kept else None)
            yield from [setting] if setting is not None else []
    elif words[0] in BUILTINS_OF_PAIRS:
        yield from [(words[1], words[2])] if len(words) > _PAIR else []
    else:
        yield from set_by_words(words)
        for command in _handed_on(words) if depth else ():
            yield from set_by_shell(command, depth - 1)


def _handed_on(words: Sequence[str]) -> Iterator[str]:
    """The text behind ``bash -c``."""
    for place in range(2, len(words)):
        if _COMMAND_FLAG.fullmatch(words[place - 1]) and program_name(words[place - 2]) in SHELLS:
            yield words[place]


def _commands(text: str) -> Iterator[list[str]]:
    """The words of each command in a text, as they are written; what is in here-documents is no command."""
    words: list[str] = []
    labels: list[str] = []
    position, redirected = 0, False
    while (token := _TOKEN.match(text, position)) is not None:
        position = token.end()
        if token.lastgroup == "end":
            yield words
            words, redirected = [], False
            if token.group() == "\n":
                position = _behind_documents(text, position, labels)
                labels = []
        elif token.group("label"):
            labels.append(token.group("label"))
        elif token.lastgroup == "redirected":
            redirected = True
        elif token.lastgroup == "word":
            if not redirected:
                words.append(token.group())
            redirected = False
    yield words


def _behind_documents(text: str, position: int, labels: list[str]) -> int:
    """Where the text goes on behind the here-documents with these labels; at its end where one is not ended."""
    for label in labels:
        found = re.compile(rf"^\t*{re.escape(label)}$", re.MULTILINE).search(text, position)
        if found is None:
            return len(text)
        position = found.end()
    return position


def _unquoted(word: str) -> str:
    return _QUOTED.sub(lambda found: found.group(1) or found.group(2) or found.group(3) or "", word)


def _setting(word: str) -> Setting | None:
    found = _ASSIGNMENT.fullmatch(word)
    return (found.group(1), found.group(2)) if found is not None else None


# -- what programs make of their arguments -----------------------------------------------------------------------------


def set_by_words(words: Sequence[str]) -> Iterator[Setting]:
    """The variables, with their values, that programs are told to set by a list of arguments."""
    setting = False
    program = ""
    options: tuple[str, ...] = ()
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        name = program_name(word)
        if name in PROGRAMS:
            setting = True
        elif name in OPTIONS:
            setting, program, options = False, name, OPTIONS[name]
        elif setting and (found := _setting(word)) is not None:
            yield found
        elif setting and not word.startswith("-") and before not in VALUED:
            setting = False
        attached = next((one for one in options if word.startswith(f"{one}=")), None)
        given = word[len(attached) + 1 :] if attached is not None else word if before in options else ""
        for one in given.split(",") if program in SEVERAL else [given]:
            yield from [found] if (found := _setting(one)) is not None else []
