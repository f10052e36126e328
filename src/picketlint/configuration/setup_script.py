"""What a setup.py declares as requirements, going by its literals: it is never run."""

from __future__ import annotations

import ast

from picketlint.base.records import NamedTuple
from picketlint.source import parse


class Place(NamedTuple):
    """The strings in one place that requirements stand in.

    ``always``: every installation brings them, not one with an extra. ``plain``: they are all there is, a string or a
    list of strings, and not parts of something that is put together.
    """

    texts: list[str]
    always: bool
    plain: bool


def places(text: str) -> list[Place]:
    """The requirements in a script, in the order of the calls that declare them. Raises UnreadableSourceError."""
    tree = parse(text)
    found = []
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if getattr(call.func, "attr", getattr(call.func, "id", "")) != "setup":
            continue
        for keyword in call.keywords:
            values = _values(keyword.value, tree)
            if keyword.arg == "install_requires":
                found.append(_place(values, always=True))
            elif keyword.arg == "extras_require":
                tables = [value for value in values if isinstance(value, ast.Dict)]
                found += [_place([extra], always=False) for table in tables for extra in table.values]
    return found


def _values(expression: ast.expr, tree: ast.Module) -> list[ast.expr]:
    """The expression or, if it is a name, everything the module assigns to that name or adds to it."""
    if not isinstance(expression, ast.Name):
        return [expression]
    values = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == expression.id for target in targets):
                values.append(node.value)
    return values


def _place(values: list[ast.expr], *, always: bool) -> Place:
    constants = (node.value for value in values for node in ast.walk(value) if isinstance(node, ast.Constant))
    texts = [value for value in constants if isinstance(value, str)]
    return Place(texts, always, len(values) == 1 and _is_literal(values[0]))


def _is_literal(value: ast.expr) -> bool:
    """Whether an expression is a string, or a list or tuple of nothing else."""
    items = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
    return all(isinstance(item, ast.Constant) for item in items)
