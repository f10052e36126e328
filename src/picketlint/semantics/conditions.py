"""Which parts of a single statement run conditionally or out of textual order.

``a and b``, ``x if c else y``, the loops of comprehensions: they matter for names bound by ``:=`` and for dicts that
are changed inside an expression.
"""

from __future__ import annotations

import ast

from picketlint.semantics.tree import COMPREHENSIONS, Position, Tree, end, start

# A conditional part: the expression that decides, and which of its arms it is.
Step = tuple[ast.AST, str]


def path_to(tree: Tree, node: ast.AST, stop: ast.AST) -> tuple[Step, ...]:
    """The conditional parts of ``stop`` around a node inside it, outermost first."""
    path: list[Step] = []
    inner, child = node, node
    parent = tree.parent(node)
    while parent is not None and child is not stop:
        arm = _arm(parent, child, inner)
        if arm:
            path.append((parent, arm))
        inner, child, parent = child, parent, tree.parent(parent)
    path.reverse()
    return tuple(path)


def _arm(parent: ast.AST, child: ast.AST, inner: ast.AST) -> str:
    """The arm of ``parent`` that ``child`` is; empty where it always runs. ``inner`` is the step before ``child``."""
    if isinstance(parent, ast.BoolOp):
        return "" if child is parent.values[0] else "rest"
    if isinstance(parent, ast.IfExp):
        return "" if child is parent.test else "body" if child is parent.body else "orelse"
    if isinstance(parent, ast.Compare):
        return "" if child is parent.left or child is parent.comparators[0] else "rest"
    if isinstance(parent, ast.Assert):
        return "" if child is parent.test else "rest"
    if isinstance(parent, ast.Lambda):
        return "later" if child is parent.body else ""
    if isinstance(parent, COMPREHENSIONS):
        if child is not parent.generators[0]:
            return "generator" if isinstance(child, ast.comprehension) else "element"
        return "" if inner is parent.generators[0].iter else "generator"
    return ""


def excludes(event: tuple[Step, ...], use: tuple[Step, ...]) -> bool:
    """Whether an event and a use stand in different arms of one conditional expression."""
    for (owner, arm), (other, other_arm) in zip(event, use, strict=False):
        if owner is not other:
            return False
        if arm != other_arm:
            return isinstance(owner, ast.IfExp)
    return False


def precedes(event: ast.AST, position: Position, own: tuple[Step, ...], use: ast.AST, path: tuple[Step, ...]) -> bool:
    """Whether an event can have happened before a use in the same statement is evaluated."""
    if position <= start(use):
        return True
    around = {owner for owner, _ in own}
    for owner, _ in path:
        if owner in around and isinstance(owner, COMPREHENSIONS):
            return True
        if isinstance(owner, ast.IfExp) and start(owner.test) <= start(event) and position <= end(owner.test):
            return True
    return False


def dominates(own: tuple[Step, ...], path: tuple[Step, ...]) -> bool:
    """Whether an event that precedes a use has surely happened: in the same arms, or in a comprehension's loops."""
    for index, (owner, arm) in enumerate(own):
        if index >= len(path) or path[index][0] is not owner:
            return False
        if arm != path[index][1]:
            return arm == "generator" and index == len(own) - 1
    return True
