"""Whether the flag of a call that may have a shell run a command is worked out so that it can be true.

Where a caller or a configuration gives the flag, it is theirs to choose. Where the platform or the command itself is
asked, ``shell=os.name == "nt"``, a shell runs the command for some.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.knowledge.sinks import PLATFORMS
from picketlint.semantics.calls import Argument
from picketlint.semantics.values import Special

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.module import Module

_MOST = 64
_TOO_LONG = f"a condition for a shell is read where it has no more than {_MOST} parts"


def may_be_shell(shell: Argument, command: Argument, module: Module) -> bool:
    """Whether a flag whose value is not known is worked out here, for a command that is a text or is asked about."""
    computed = [
        option.node
        for candidate in shell.candidates
        for option in module.value(candidate.value).options
        if option.value is Special.UNKNOWN and not option.chosen
    ]
    if computed and any(isinstance(candidate.value, (ast.JoinedStr, ast.BinOp)) for candidate in command.candidates):
        return True
    own = {candidate.value.id for candidate in command.candidates if isinstance(candidate.value, ast.Name)}
    return any(_asks(list(_conditions(node, module)), own, module) for node in computed)


def _conditions(node: ast.AST, module: Module) -> Iterator[ast.AST]:
    """An expression, and what has to be true besides for it to decide the flag."""
    yield node
    child = node
    for parent in module.tree.ancestors(node):
        if isinstance(parent, ast.IfExp):
            if parent.test is not child:
                yield parent.test
        elif isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.And):
            yield from (value for value in parent.values if value is not child)
        elif not isinstance(parent, (ast.BoolOp, ast.UnaryOp)):
            return
        child = parent


def _asks(conditions: list[ast.AST], own: set[str], module: Module) -> bool:
    """Whether conditions ask about the platform or the command, and about nothing else."""
    asked = False
    for part in (part for condition in conditions for part in _names(condition, module)):
        about = _is_about(part, own, module)
        if not about and not _is_fixed(part, module):
            return False
        asked = asked or about
    return asked


def _names(condition: ast.AST, module: Module) -> Iterator[ast.expr]:
    """The names in a condition, each as long as it is written; nothing of one that is too long to be read."""
    parts = module.walk(condition, _MOST, _TOO_LONG) or []
    questions = [part for part in parts if isinstance(part, ast.Call) and _is_question(part)]
    kinds = {kind for question in questions for kind in ast.walk(question.args[1])}
    for part in parts:
        if part in kinds or isinstance(module.tree.parent(part), ast.Attribute):
            continue
        base = part
        while isinstance(base, ast.Attribute):
            base = base.value
        if isinstance(base, ast.Name) and isinstance(part, (ast.Name, ast.Attribute)):
            yield part


def _is_question(call: ast.Call) -> bool:
    """``isinstance(command, text_type)``, which asks nothing of what the kind is called."""
    return getattr(call.func, "id", "") == "isinstance" and len(call.args) > 1


def _is_about(part: ast.expr, own: set[str], module: Module) -> bool:
    """Whether a name, or the beginning of one with dots, is that of the command or tells the platform."""
    while True:
        if any(name in PLATFORMS for name in module.names(part).names):
            return True
        if not isinstance(part, ast.Attribute):
            return isinstance(part, ast.Name) and part.id in own
        part = part.value


def _is_fixed(part: ast.expr, module: Module) -> bool:
    """Whether a name is that of a constant, or of a builtin such as ``isinstance``."""
    certain = module.names(part).certain
    return module.value(part).constant or (certain is not None and certain.startswith("builtins."))
