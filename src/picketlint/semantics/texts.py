"""How texts are put together where the kind of the expression alone tells: formatting, containers, conditions."""

from __future__ import annotations

import ast

from picketlint.base.lazy import regex
from picketlint.semantics.pieces import Origin, Parts, leaf

# The last are those of dates and times.
_NUMERIC_SPEC = regex(r"^(?:[-+ #<>=^,_0-9.]*[bdeEfFgGnoxX%]$|[^%]*%-?[A-Za-z])")
_CONVERSION = regex(r"%(?:\((\w+)\))?[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?([a-zA-Z%])")
_NUMERIC_OPERATORS = (ast.Sub, ast.FloorDiv, ast.Pow, ast.LShift, ast.RShift, ast.MatMult)


def structure(node: ast.expr) -> Parts:
    """The parts of an expression whose kind alone says what they are."""
    if isinstance(node, ast.JoinedStr):
        return Parts(list(node.values), joined=len(node.values) > 1)
    if isinstance(node, ast.FormattedValue):
        return leaf(Origin.NUMBER) if _numeric(node.format_spec) else Parts([node.value])
    if isinstance(node, ast.BinOp):
        return _binary(node)
    if isinstance(node, ast.Subscript):
        return Parts([node.value], labelled=not isinstance(node.slice, ast.Slice))
    if isinstance(node, (ast.Compare, ast.UnaryOp)):
        return leaf(Origin.NUMBER)
    if isinstance(node, ast.IfExp):
        return Parts([node.body, node.orelse])
    if isinstance(node, ast.BoolOp):
        return Parts(list(node.values))
    if isinstance(node, (ast.NamedExpr, ast.Await, ast.Starred)):
        return Parts([node.value])
    return _container(node)


def _container(node: ast.expr) -> Parts:
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return Parts(list(node.elts))
    if isinstance(node, ast.Dict):
        return Parts([*(key for key in node.keys if key is not None), *node.values])
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
        return Parts([node.elt])
    if isinstance(node, ast.DictComp):
        return Parts([node.key, node.value])
    return leaf(Origin.UNKNOWN)


def _binary(node: ast.BinOp) -> Parts:
    if isinstance(node.op, _NUMERIC_OPERATORS):
        return leaf(Origin.NUMBER)
    if isinstance(node.op, ast.Mod):
        return _percent(node)
    return Parts([node.left, node.right], joined=True)


def text(node: ast.AST | None) -> str | None:
    """The text that a literal is; None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _numeric(spec: ast.expr | None) -> bool:
    """Whether a format specification takes no texts: one given to ``:d``, ``:.2f`` or ``:%Y`` raises ValueError."""
    if not isinstance(spec, ast.JoinedStr) or len(spec.values) != 1:
        return False
    written = text(spec.values[0])
    return written is not None and bool(_NUMERIC_SPEC.match(written))


def _percent(node: ast.BinOp) -> Parts:
    """``text % values``; what goes into a ``%d`` is a number."""
    given = list(node.right.elts) if isinstance(node.right, ast.Tuple) else [node.right]
    template = text(node.left)
    kinds = [kind for _, kind in _CONVERSION.findall(template) if kind != "%"] if template is not None else []
    if isinstance(node.right, ast.Dict) or len(kinds) != len(given) or "*" in (template or ""):
        return Parts([node.left, *given], joined=True)
    texts = [value for value, kind in zip(given, kinds, strict=True) if kind in "rsac"]
    numbers = (Origin.NUMBER,) if len(texts) < len(given) else ()
    return Parts([node.left, *texts], joined=True, origins=numbers)


def formatted(receiver: ast.expr, node: ast.Call) -> Parts:
    """``text.format(values)``; a field with a numeric specification takes numbers only."""
    numeric = _numeric_fields(text(receiver) or "")
    kept = [argument for index, argument in enumerate(node.args) if str(index) not in numeric]
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        kept = list(node.args)
    kept += [keyword.value for keyword in node.keywords if keyword.arg not in numeric]
    numbers = (Origin.NUMBER,) if numeric else ()
    return Parts([receiver, *kept], joined=True, origins=numbers)


def _numeric_fields(template: str) -> set[str]:
    """The positions and names that a format string uses with a numeric specification and in no other way."""
    # Most files format nothing for a shell, and the module has its price at start-up.
    from string import Formatter

    numeric: dict[str, bool] = {}
    automatic = 0
    try:
        fields = [(name, spec or "") for _, name, spec, _ in Formatter().parse(template) if name is not None]
    except ValueError:
        return set()
    for name, spec in fields:
        if not name:
            name, automatic = str(automatic), automatic + 1
        numeric[name] = numeric.get(name, True) and bool(_NUMERIC_SPEC.match(spec))
    return {name for name, only in numeric.items() if only}
