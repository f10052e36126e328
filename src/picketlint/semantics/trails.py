"""The way of a value from where it comes from to where it does harm, in plain words."""

from __future__ import annotations

import ast
from functools import lru_cache
from itertools import islice

from picketlint.model import Severity, Step
from picketlint.semantics.pieces import Hop, Origin, Piece, Way

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.module import Module

_LONGEST = 60
_LONG = "a value"
_MAX_NODES = 30
_MOST_STEPS = 12
# What stands between an expression and its statement.
_WITHIN = (ast.expr, ast.keyword, ast.comprehension, ast.arguments)
_HARDLY = (Origin.SURROUNDINGS, Origin.CLAIMED, Origin.NAMED)
_WORSE = (Origin.MODEL, Origin.NETWORK, Origin.FILE, Origin.TYPED, Origin.COMMAND_LINE, Origin.ENVIRONMENT)


def danger(origin: Origin) -> Severity:
    """How bad it is that code or a command depends on something of this origin."""
    if origin.external:
        return Severity.HIGH
    return Severity.LOW if origin in _HARDLY else Severity.MEDIUM


def rank(piece: Piece) -> tuple[int, int, int]:
    """The order of open pieces by how plain their danger is, the plainest first."""
    origin = piece.origin
    if origin.external:
        return (0, 0 if piece.joined else 1, _WORSE.index(origin))
    if origin in (Origin.PARAMETER, Origin.UNKNOWN):
        return (1, 0 if piece.joined else 1, 0 if origin is Origin.PARAMETER else 1)
    return (3 if origin in _HARDLY else 2, 0, 0)


# A finding shows the same expression in its message and in its trace.
@lru_cache(maxsize=8)
def shown(node: ast.expr) -> str:
    """An expression as a message names it: its source if that is short."""
    if isinstance(node, ast.Name):
        return f"`{node.id}`" if len(node.id) <= _LONGEST else _LONG
    if isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        spelled: list[str] = []
        plain = _spell(node, spelled, _MAX_NODES - 1) >= 0
        short = plain or sum(1 for _ in islice(ast.walk(node), _MAX_NODES)) < _MAX_NODES
        text = "".join(spelled) if plain else ast.unparse(node) if short else ""
        if short and len(text) <= _LONGEST and "\n" not in text:
            return f"`{text}`"
    return _LONG


def named(piece: Piece) -> str:
    """A piece as a message names it: its source if that is short, else the name that it was given."""
    text, hop = shown(piece.node), piece.trail
    given = hop is not None and hop.way is Way.BOUND and text == _LONG
    return f"`{hop.name}`" if given and hop is not None and len(hop.name) <= _LONGEST else text


def _spell(node: ast.AST, into: list[str], most: int) -> int:
    """Write an expression of the plainest kinds as ``ast.unparse`` does, which takes twenty times as long.

    What is left of ``most`` nodes; below 0 where they do not suffice, or the expression is of another kind.
    """
    if most < 2 and not isinstance(node, ast.Constant):
        return -1
    if isinstance(node, ast.Name):
        into.append(node.id)
        return most - 2
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.kind is None:
        into.append(repr(node.value))
        return most - 1
    if isinstance(node, ast.Attribute) and not isinstance(node.value, ast.Constant):
        most = _spell(node.value, into, most - 2)
        into.append("." + node.attr)
        return most
    if isinstance(node, ast.Subscript) and isinstance(node.slice, (ast.Constant, ast.Name)):
        return _spell_list(node.value, [node.slice], "[]", into, most - 2)
    if isinstance(node, ast.Call) and not node.keywords:
        return _spell_list(node.func, node.args, "()", into, most - 1)
    return -1


def _spell_list(head: ast.expr, parts: list[ast.expr], brackets: str, into: list[str], most: int) -> int:
    most = _spell(head, into, most)
    for place, part in enumerate(parts):
        if most < 0:
            break
        into.append(", " if place else brackets[0])
        most = _spell(part, into, most)
    into.append(brackets[1] if parts else brackets)
    return most


def steps(piece: Piece, anchor: ast.AST, goal: str, module: Module) -> tuple[Step, ...]:
    """How a piece came to the anchor, where it starts first; what the anchor's own line shows is left out.

    ``goal`` is what it goes into, for a piece that is put straight into it on a line of its own.
    """
    here = module.source.span(anchor).line
    start = piece.source or piece.node
    what, hop, built = shown(start), piece.trail, piece.built
    found: list[Step] = []
    if piece.origin.external and (hop is None or hop.way is Way.BOUND):
        found.append(_step(start, f"{what} {piece.origin.value}", module))
    elif hop is not None and piece.origin.external and hop.way is Way.PARAMETER:
        found.append(_step(hop.node, f"parameter `{hop.name}` {piece.origin.value}", module))
        what, built, hop = f"parameter `{hop.name}`", hop.built, hop.outer
    while hop is not None and len(found) < _MOST_STEPS:
        message, what = _worded(hop, what, built=built)
        found.append(_step(hop.node, message, module))
        built, hop = hop.built, hop.outer
    if not found:
        found.append(_step(start, f"{what} goes into the {goal}", module))
    return _condensed(found, here)


def _worded(hop: Hop, what: str, *, built: bool) -> tuple[str, str]:
    """What a hop does with something, and what there is after it."""
    name = f"`{hop.name}`"
    if hop.way is Way.CALLED:
        return f"called with {what} here", what
    if hop.way is Way.PARAMETER:
        return f"{name} is what the caller passes", f"parameter {name}"
    if hop.way is Way.RETURNED:
        return f"{name} returns {what} here", f"the result of {name}"
    if what in (_LONG, name):
        return f"{name} gets its value here", name
    return f"{name} is built here from {what}" if built else f"{name} gets {what} here", name


def _condensed(found: list[Step], here: int) -> tuple[Step, ...]:
    """The steps without those on the finding's own line; of several on a line, the last says it all."""
    kept: list[Step] = []
    for step in found:
        if kept and kept[-1].line == step.line:
            kept.pop()
        kept.append(step)
    return tuple(step for step in kept if step.line != here)


def _step(node: ast.AST, message: str, module: Module) -> Step:
    return module.source.step(_place(node, module), message)


def _place(node: ast.AST, module: Module) -> ast.AST:
    """The node itself, or the f-string around it: Python before 3.12 misplaces what stands in one."""
    place, parent = node, module.tree.parent(node)
    while isinstance(parent, _WITHIN):
        if isinstance(parent, ast.JoinedStr):
            place = parent
        parent = module.tree.parent(parent)
    return place
