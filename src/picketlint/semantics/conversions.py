"""What becomes of a value that is compared, or converted: ``os.getenv("TRUST", "1") == "1"``, ``bool(int(x))``."""

from __future__ import annotations

import ast
from collections.abc import Callable

from picketlint.semantics.options import CONSTANT, UNKNOWN, Special, enabled

Change = Callable[[object], object]
_LONGEST_NUMBER = 8
_EQUAL, _SAME, _AMONG = (ast.Eq, ast.NotEq), (ast.Is, ast.IsNot), (ast.In, ast.NotIn)
_DENYING = (ast.NotEq, ast.IsNot, ast.NotIn)


def comparison(node: ast.Compare) -> Change | None:
    """What a comparison with a constant, or with a few of them, makes of constants; None for any other comparison."""
    (operator, *more), other = node.ops, node.comparators[0]
    if more:
        return None
    if isinstance(operator, (*_EQUAL, *_SAME)) and isinstance(other, ast.Constant):
        among = [other.value]
    elif isinstance(operator, _AMONG) and isinstance(other, (ast.Tuple, ast.List, ast.Set)):
        constants = [one for one in other.elts if isinstance(one, ast.Constant)]
        among = [one.value for one in constants]
        if len(constants) < len(other.elts):
            return None
    else:
        return None
    by_identity = isinstance(operator, _SAME)
    denied = isinstance(operator, _DENYING)

    def outcome(value: object) -> object:
        equal = any(value == one and (not by_identity or type(value) is type(one)) for one in among)
        return equal is not denied

    return outcome


def _truth(value: object) -> object:
    return value if isinstance(value, Special) else bool(value)


def _number(value: object) -> object:
    if isinstance(value, str) and value.isdecimal() and len(value) <= _LONGEST_NUMBER:
        return int(value)
    return value if isinstance(value, (Special, bool, int)) else UNKNOWN


def _word(value: object) -> object:
    return enabled(value) if isinstance(value, str) else _number(value)


def _text(change: Callable[[str], str]) -> Change:
    def changed(value: object) -> object:
        if isinstance(value, str):
            return change(value)
        return CONSTANT if value is CONSTANT else UNKNOWN

    return changed


CONVERSIONS: dict[str, Change] = {
    "lower": _text(str.lower),
    "number": _number,
    "strip": _text(str.strip),
    "truth": _truth,
    "upper": _text(str.upper),
    "word": _word,
}
"""What functions and methods without other arguments make of a constant, or of what is known of one."""
