"""What an expression can be: a known constant, one of several, or unknown.

A ``Value`` is a list of options. Each says what the expression is in that case, which expression decides it, and
whether a caller or a configuration can choose otherwise (a parameter's default, ``kwargs.get("x", True)``). Constants
are followed through names, unpacking, ``not``, ``and``/``or``, conditional expressions and class attributes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from picketlint.semantics.bindings import Binding, Kind
from picketlint.semantics.names import MAX_DEPTH, Resolver

MAX_OPTIONS = 16
MAX_TEXT = 1 << 16
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


def _false(value: object) -> bool:
    return value is FALSY or (not isinstance(value, Special) and not value)


def _negate(value: object) -> object:
    if value is TRUTHY:
        return FALSY
    if value is FALSY:
        return TRUTHY
    return value if isinstance(value, Special) else not value


class Evaluator:
    """Computes values in one module."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._known: dict[ast.AST, Value] = {}
        self._bound: dict[ast.AST, Value] = {}

    def value(self, node: ast.AST, depth: int = 0) -> Value:
        """Everything the expression can be; a single UNKNOWN option where nothing can be said."""
        known = self._known.get(node)
        if known is not None:
            return known
        unknown = Value((Option(UNKNOWN, node),))
        if depth > MAX_DEPTH:
            return unknown
        self._known[node] = unknown
        answer = self._limited(self._compute(node, depth + 1), node)
        self._known[node] = answer
        return answer

    def _compute(self, node: ast.AST, depth: int) -> Value:
        if isinstance(node, ast.Constant):
            return Value((Option(node.value, node),))
        if isinstance(node, ast.Name):
            return self._name(node, depth)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, depth)
        if isinstance(node, ast.NamedExpr):
            return self.value(node.value, depth)
        if isinstance(node, ast.IfExp):
            return self._either([node.body, node.orelse], depth)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self._map(self.value(node.operand, depth), _negate)
        if isinstance(node, ast.BoolOp):
            return self._bool_op(node, depth)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, (ast.JoinedStr, ast.BinOp, ast.FormattedValue)):
            return self._text(node, depth)
        if isinstance(node, (ast.Tuple, ast.List, ast.Set, ast.Dict)):
            return Value((Option(self._container(node, depth), node),))
        return Value((Option(UNKNOWN, node),))

    def _either(self, nodes: list[ast.expr], depth: int) -> Value:
        return Value(tuple(option for node in nodes for option in self.value(node, depth).options))

    @staticmethod
    def _map(value: Value, change: Callable[[object], object]) -> Value:
        return Value(tuple(option._replace(value=change(option.value)) for option in value.options))

    def _container(self, node: ast.expr, depth: int) -> object:
        """Containers are known to be empty or not, and constant if every element is."""
        elements = node.values if isinstance(node, ast.Dict) else node.elts  # type: ignore[attr-defined]
        if len(elements) <= MAX_OPTIONS and all(self.value(element, depth).constant for element in elements):
            return CONSTANT if elements else False
        return TRUTHY if elements else FALSY

    def _name(self, node: ast.Name, depth: int) -> Value:
        reaching = self.resolver.bindings.lookup(node.id, node)
        if reaching is None:
            return Value((Option(UNKNOWN, node),))
        options: list[Option] = []
        for binding in reaching.bindings:
            options += [o._replace(via=(binding, *o.via)) for o in self.bound(binding, depth).options]
        if not reaching.complete or not options:
            options.append(Option(UNKNOWN, node))
        return Value(tuple(options))

    def bound(self, binding: Binding, depth: int = 0) -> Value:
        """What a name is after a binding."""
        known = self._bound.get(binding.node)
        if known is None:
            self._bound[binding.node] = Value((Option(UNKNOWN, binding.node),))
            known = self._limited(self._compute_bound(binding, depth), binding.node)
            self._bound[binding.node] = known
        return known

    @staticmethod
    def _limited(value: Value, node: ast.AST) -> Value:
        if len(value.options) <= MAX_OPTIONS:
            return value
        return Value((*value.options[: MAX_OPTIONS - 1], Option(UNKNOWN, node)))

    def _compute_bound(self, binding: Binding, depth: int) -> Value:
        node, value = binding.node, binding.value
        if binding.kind is Kind.VALUE and value is not None:
            inner = self.value(value, depth)
            return Value(tuple(o._replace(chosen=True) for o in inner.options)) if self._is_field(binding) else inner
        if binding.kind is Kind.PARAMETER:
            default = self.resolver.parameter_default(binding)
            if default is None:
                return Value((Option(UNKNOWN, node, chosen=True),))
            return Value(tuple(Option(o.value, node, chosen=True) for o in self.value(default, depth).options))
        if binding.kind is Kind.ELEMENT and isinstance(value, (ast.Tuple, ast.List, ast.Set)) and value.elts:
            return self._either(value.elts, depth)
        if binding.kind is Kind.AUGMENTED and isinstance(node, ast.Name):
            return self._augmented(binding, node, depth)
        return Value((Option(UNKNOWN, node),))

    def _augmented(self, binding: Binding, node: ast.Name, depth: int) -> Value:
        """``name += value``: constant only if both what it was and what is added are."""
        before = self._name(node, depth)
        assert binding.value is not None
        if before.constant and self.value(binding.value, depth).constant:
            return Value((Option(CONSTANT, node),))
        return Value((Option(UNKNOWN, node),))

    def _is_field(self, binding: Binding) -> bool:
        """Whether a class-level binding is a field whose value each instance may choose (dataclass, pydantic)."""
        owner = binding.scope
        if not isinstance(owner, ast.ClassDef) or not isinstance(self.resolver.tree.parent(binding.node), ast.AnnAssign):
            return False
        return bool(owner.decorator_list or owner.bases)

    def _attribute(self, node: ast.Attribute, depth: int) -> Value:
        owner = self.resolver.class_of(node.value)
        members = self.resolver.members(owner, node.attr) if owner is not None else []
        options: list[Option] = []
        for member in members:
            options += [o._replace(via=(member, *o.via)) for o in self.bound(member, depth).options]
        foreign = len(self.resolver.attribute_stores().get(node.attr, ())) > len(
            [member for member in members if isinstance(member.node, ast.Attribute)]
        )
        if not options or foreign:
            options.append(Option(UNKNOWN, node, chosen=True))
        return Value(tuple(options))

    def _bool_op(self, node: ast.BoolOp, depth: int) -> Value:
        """``a or b`` is the first true one (``and``: the first false one), else the last."""
        stops, kept = (truthy, TRUTHY) if isinstance(node.op, ast.Or) else (_false, FALSY)
        passes = _false if isinstance(node.op, ast.Or) else truthy
        options: list[Option] = []
        for operand in node.values[:-1]:
            value = self.value(operand, depth)
            for option in value.options:
                if not passes(option.value):
                    known = stops(option.value) or option.value is CONSTANT
                    options.append(option if known else option._replace(value=kept))
            if value.constant and all(stops(option.value) for option in value.options):
                return Value(tuple(options))
        return Value((*options, *self.value(node.values[-1], depth).options))

    def _call(self, node: ast.Call, depth: int) -> Value:
        callee = self.resolver.names(node.func).certain
        if callee == "builtins.bool" and len(node.args) == 1 and not node.keywords:
            return self._map(
                self.value(node.args[0], depth), lambda v: v if isinstance(v, Special) else bool(v)
            )
        fallback = fallback_of(node, callee)
        if fallback is not None:
            known = tuple(o._replace(node=node, chosen=True) for o in self.value(fallback, depth).options)
            return Value(known)
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "join", "strip", "lower", "upper"):
            parts = [node.func.value, *node.args, *(keyword.value for keyword in node.keywords)]
            if all(self.value(part, depth).constant for part in parts):
                return Value((Option(CONSTANT, node),))
        return Value((Option(UNKNOWN, node),))

    def _text(self, node: ast.expr, depth: int) -> Value:
        """Strings put together from constants; computed where that is cheap and plain concatenation."""
        parts = self._parts(node)
        values = [self.value(part, depth) for part in parts]
        if not all(value.constant for value in values):
            return Value((Option(UNKNOWN, node),))
        simple = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add))
        if simple and all(len(value.options) == 1 and isinstance(value.options[0].value, str) for value in values):
            text = "".join(str(value.options[0].value) for value in values)
            if len(text) <= MAX_TEXT:
                return Value((Option(text, node),))
        return Value((Option(CONSTANT, node),))

    @staticmethod
    def _parts(node: ast.expr) -> list[ast.expr]:
        if isinstance(node, ast.JoinedStr):
            return node.values
        if isinstance(node, ast.FormattedValue):
            return [node.value, *([node.format_spec] if node.format_spec else [])]
        assert isinstance(node, ast.BinOp)
        parts: list[ast.expr] = []
        current: ast.expr = node
        while isinstance(current, ast.BinOp):
            parts.append(current.right)
            current = current.left
        parts.append(current)
        parts.reverse()
        return parts


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
