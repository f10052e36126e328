"""What an expression is thought to be: one or several options, and how a rule judges them."""

from __future__ import annotations

import ast
from collections.abc import Callable

from picketlint.base.records import Enum, NamedTuple
from picketlint.semantics.sites import Binding

_TRUE_WORDS = frozenset({"1", "true", "yes", "on"})


class Special(Enum):
    """What an option can be when it is not a constant whose value is at hand."""

    UNKNOWN = "unknown"
    TRUTHY = "unknown but true"
    FALSY = "unknown but false"
    CONSTANT = "constant, not computed"


UNKNOWN = Special.UNKNOWN
TRUTHY = Special.TRUTHY
FALSY = Special.FALSY
CONSTANT = Special.CONSTANT


class Option(NamedTuple):
    """One thing an expression can be.

    ``value`` is a Python constant or a Special. ``node`` is the expression (or parameter) that decides. ``chosen``: a
    caller or a configuration can choose another value. ``via``: the names it came through, nearest the use first.
    """

    value: object
    node: ast.AST
    chosen: bool = False
    via: tuple[Binding, ...] = ()


class Verdict(Enum):
    """How a value stands to what a rule calls unsafe."""

    MUST = "can only be unsafe"
    MAY = "can be unsafe"
    DEFAULT = "unsafe unless the caller says otherwise"
    SAFE = "not known to be unsafe"


class Value(NamedTuple):
    """Everything an expression can be; never empty."""

    options: tuple[Option, ...]

    @property
    def constant(self) -> bool:
        """Whether the code alone fixes the value, whatever it is."""
        return all(o.value not in (UNKNOWN, TRUTHY, FALSY) and not o.chosen for o in self.options)

    @property
    def texts(self) -> tuple[str, ...]:
        """The strings it can be, of those that are known."""
        return tuple(option.value for option in self.options if isinstance(option.value, str))

    def judge(self, unsafe: Callable[[object], bool]) -> tuple[Verdict, Option | None]:
        """How sure it is that the value is one of those ``unsafe`` names, and the option that decides.

        ``unsafe`` is asked with Python constants, and with TRUTHY or FALSY where only that much is known.
        """
        bad = [o for o in self.options if o.value not in (UNKNOWN, CONSTANT) and unsafe(o.value)]
        known = [o for o in bad if not isinstance(o.value, Special)]
        fixed = [o for o in known if not o.chosen]
        if fixed:
            settled = all(isinstance(o.value, Special) or not o.chosen for o in bad)
            return (Verdict.MUST if settled and len(bad) == len(self.options) else Verdict.MAY), fixed[0]
        if known:
            return Verdict.DEFAULT, known[0]
        return Verdict.SAFE, None


def truthy(value: object) -> bool:
    """Whether a constant (or what is known of it) counts as true."""
    return value is TRUTHY or (not isinstance(value, Special) and bool(value))


def falsy(value: object) -> bool:
    """Whether a constant (or what is known of it) counts as false, None left out: it often means "the default"."""
    return value is FALSY or (not isinstance(value, Special) and value is not None and not value)


def enabled(value: object) -> bool:
    """Whether a constant switches a flag on: True, a number other than 0, a word such as ``"true"`` or ``"1"``."""
    if isinstance(value, str):
        return value.strip().lower() in _TRUE_WORDS
    return isinstance(value, (bool, int)) and bool(value)


def false(value: object) -> bool:
    """Whether a constant (or what is known of it) counts as false, as Python sees it."""
    return value is FALSY or (not isinstance(value, Special) and not value)


def negate(value: object) -> object:
    """What ``not`` makes of a constant or of what is known of it."""
    if value is TRUTHY:
        return FALSY
    if value is FALSY:
        return TRUTHY
    return value if isinstance(value, Special) else not value


def fallback_of(node: ast.Call, callee: str | None) -> ast.expr | None:
    """The value a look-up gives when nothing was chosen: ``d.get(k, X)``, ``d.pop(k, X)``, ``getattr(o, k, X)``..."""
    if callee in ("os.getenv", "os.environ.get") or callee == "builtins.getattr":
        position = 2 if callee == "builtins.getattr" else 1
        if len(node.args) > position:
            return node.args[position]
        return next((keyword.value for keyword in node.keywords if keyword.arg == "default"), None)
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop", "setdefault") and len(node.args) == 2:
        return node.args[1]
    return None
