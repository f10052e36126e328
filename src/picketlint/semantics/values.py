"""What an expression can be: a known constant, one of several, or unknown.

A ``Value`` is a list of options. Each says what the expression is in that case, which expression decides it, and
whether a caller or a configuration can choose otherwise (a parameter's default, ``kwargs.get("x", True)``). Constants
are followed through names, unpacking, ``not``, ``and``/``or``, conditional expressions and class attributes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from picketlint.semantics.arguments import State
from picketlint.semantics.bindings import NOTHING, Binding, Kind, Reaching
from picketlint.semantics.names import Resolver
from picketlint.semantics.options import (
    CONSTANT,
    FALSY,
    TRUTHY,
    UNKNOWN,
    Option,
    Special,
    Value,
    Verdict,
    enabled,
    fallback_of,
    false,
    falsy,
    negate,
    truthy,
)
from picketlint.semantics.solver import Solver
from picketlint.semantics.tree import first_term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.calls import Calls

MAX_OPTIONS = 16
MAX_TEXT = 1 << 16
MAX_STEPS = 8
_TOO_MANY = f"more than {MAX_OPTIONS} values or elements are possible"
_TOO_LONG = f"a text is put together up to {MAX_TEXT} characters"

Container = ast.Tuple | ast.List | ast.Set | ast.Dict
CONTAINERS = (ast.Tuple, ast.List, ast.Set, ast.Dict)
_TEXT_METHODS = frozenset({"format", "join", "strip", "lower", "upper"})
# What a function of one argument makes of it: see ``conversions``.
_CONVERTERS = {
    "builtins.bool": "truth",
    "builtins.int": "number",
    "distutils.util.strtobool": "word",
    "setuptools._distutils.util.strtobool": "word",
}
Get = Callable[[ast.AST], Value]


class Evaluator(Solver[ast.AST, Value]):
    """Computes values in one module.

    ``assumed`` gives parameters (``ast.arg``) and fields (the name they are declared with) a value for the sake of an
    argument: what is an expression if this is that?
    """

    def __init__(
        self, resolver: Resolver, calls: Calls, assumed: Mapping[ast.AST, object] = MappingProxyType({})
    ) -> None:
        super().__init__()
        self.resolver = resolver
        self._calls = calls
        self.assumed = assumed

    def value(self, node: ast.AST) -> Value:
        """Everything the expression can be; a single UNKNOWN option where nothing can be said."""
        return self.solve(node)

    def _unknown(self, key: ast.AST) -> Value:
        return _open(key)

    # -- what a value depends on ---------------------------------------------------------------------------------------

    def _dependencies(self, node: ast.AST) -> list[ast.expr]:
        """Every expression whose value ``_combine`` may ask for."""
        if isinstance(node, ast.Name):
            return self._parts_of_bindings(self._reaching(node).bindings)
        if isinstance(node, ast.Attribute):
            return self._parts_of_bindings(self._members(node))
        if isinstance(node, ast.Subscript):
            return self._parts_of_entry(node)
        if isinstance(node, ast.Call):
            return self._parts_of_entry(node) or self._parts_of_call(node)
        if isinstance(node, CONTAINERS):
            return _elements(node) if len(_elements(node)) <= MAX_OPTIONS else []
        if isinstance(node, ast.IfExp):
            return [node.test, node.body, node.orelse]
        if isinstance(node, ast.UnaryOp):
            return [node.operand]
        if isinstance(node, (ast.BoolOp, ast.JoinedStr)):
            return node.values
        if isinstance(node, ast.BinOp):
            return _terms(node)
        if isinstance(node, ast.FormattedValue):
            return [node.value] if node.format_spec is None else [node.value, node.format_spec]
        if isinstance(node, ast.Compare):
            return [node.left]
        return [node.value] if isinstance(node, ast.NamedExpr) else []

    def _parts_of_bindings(self, bindings: Sequence[Binding]) -> list[ast.expr]:
        return [part for binding in bindings for part in self._parts_of_binding(binding)]

    def _parts_of_binding(self, binding: Binding) -> list[ast.expr]:
        value = binding.value
        if binding.node in self.assumed:
            return []
        if binding.kind is Kind.PARAMETER:
            default = self.resolver.default_of(binding.node)
            return [] if default is None else [default]
        if value is None:
            return []
        if binding.kind is Kind.ELEMENT:
            return _elements(value) if isinstance(value, CONTAINERS) and _few(value) else [value]
        if binding.kind is Kind.AUGMENTED:
            return [binding.node, value] if isinstance(binding.node, ast.Name) else []
        return [value] if binding.kind is Kind.VALUE else []

    def _parts_of_entry(self, node: ast.Subscript | ast.Call) -> list[ast.expr]:
        """The expressions that ``mapping["key"]`` can be, where the mapping surely has the key."""
        found = self._calls.mappings.looked_up(node)
        return [c.value for c in found.candidates] if found is not None and found.state is State.GIVEN else []

    def _parts_of_call(self, node: ast.Call) -> list[ast.expr]:
        callee = self.resolver.names(node.func).certain
        if callee in _CONVERTERS:
            return node.args[:1]
        fallback = fallback_of(node, callee)
        if fallback is not None:
            return [fallback]
        if isinstance(node.func, ast.Attribute) and node.func.attr in _TEXT_METHODS:
            return [node.func.value, *node.args, *(keyword.value for keyword in node.keywords)]
        return []

    # -- values --------------------------------------------------------------------------------------------------------

    def _combine(self, node: ast.AST, get: Get) -> Value:
        """A value with at most MAX_OPTIONS options: first those that say nothing new go, then the last ones."""
        options = self._evaluated(node, get).options
        if len(options) > MAX_OPTIONS:
            options = tuple({_sameness(option): option for option in reversed(options)}.values())[::-1]
        if len(options) > MAX_OPTIONS:
            self.resolver.tree.limits.reached(_TOO_MANY, node)
            rest = CONSTANT if Value(options).constant else UNKNOWN
            options = (*options[: MAX_OPTIONS - 1], Option(rest, node))
        return Value(options)

    def _evaluated(self, node: ast.AST, get: Get) -> Value:
        if isinstance(node, ast.Constant):
            return Value((Option(node.value, node),))
        if isinstance(node, ast.Name):
            return self._name(node, get)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, get)
        if isinstance(node, ast.NamedExpr):
            return get(node.value)
        if isinstance(node, ast.IfExp):
            return self._conditional(node, get)
        if isinstance(node, ast.UnaryOp):
            return self._unary(node, get)
        if isinstance(node, ast.BoolOp):
            return self._bool_op(node, get)
        if isinstance(node, (ast.Subscript, ast.Call)):
            entries = self._parts_of_entry(node)
            if entries:
                return Value(tuple(option for entry in entries for option in get(entry).options))
        if isinstance(node, ast.Call):
            return self._call(node, get)
        if isinstance(node, (ast.JoinedStr, ast.BinOp, ast.FormattedValue)):
            return self._text(node, get)
        if isinstance(node, CONTAINERS):
            return Value((Option(self._container(node, get), node),))
        return self._comparison(node, get) if isinstance(node, ast.Compare) else _open(node)

    @staticmethod
    def _comparison(node: ast.Compare, get: Get) -> Value:
        """What is known of the left side decides; of anything else it is the comparison that nobody knows."""
        left = get(node.left)
        if any(isinstance(one.value, Special) for one in left.options):
            return _open(node)
        from picketlint.semantics.conversions import comparison

        outcome = comparison(node)
        return _map(left, outcome) if outcome is not None else _open(node)

    def _container(self, node: Container, get: Get) -> object:
        """Containers are known to be empty or not, and constant if every element is."""
        elements = _elements(node)
        if not elements:
            return False
        if isinstance(node, ast.Dict):
            spread = all(key is None for key in node.keys)
        else:
            spread = all(isinstance(element, ast.Starred) for element in elements)
        if spread:
            return UNKNOWN
        if len(elements) > MAX_OPTIONS:
            if all(isinstance(element, ast.Constant) for element in elements):
                return CONSTANT
            self.resolver.tree.limits.reached(_TOO_MANY, node)
            return TRUTHY
        return CONSTANT if all(get(element).constant for element in elements) else TRUTHY

    @staticmethod
    def _conditional(node: ast.IfExp, get: Get) -> Value:
        test = get(node.test)
        if test.constant and all(truthy(option.value) for option in test.options):
            return get(node.body)
        if test.constant and all(false(option.value) for option in test.options):
            return get(node.orelse)
        return Value((*get(node.body).options, *get(node.orelse).options))

    @staticmethod
    def _unary(node: ast.UnaryOp, get: Get) -> Value:
        value = get(node.operand)
        if isinstance(node.op, ast.Not):
            return _map(value, negate)
        return Value((Option(CONSTANT if value.constant else UNKNOWN, node),))

    def _reaching(self, node: ast.Name) -> Reaching:
        return self.resolver.bindings.lookup(node.id, node) or NOTHING

    def _name(self, node: ast.Name, get: Get) -> Value:
        reaching = self._reaching(node)
        options = self._options_of(reaching.bindings, get)
        if not reaching.complete or not options:
            options.append(Option(UNKNOWN, node))
        return Value(tuple(options))

    def _options_of(self, bindings: Sequence[Binding], get: Get) -> list[Option]:
        return [
            option._replace(via=(binding, *_shortened(option.via)))
            for binding in bindings
            for option in self._bound(binding, get).options
        ]

    def _bound(self, binding: Binding, get: Get) -> Value:
        """What a name is after a binding."""
        node = binding.node
        if node in self.assumed:
            return Value((Option(self.assumed[node], node),))
        values = [get(part) for part in self._parts_of_binding(binding)]
        if binding.kind is Kind.PARAMETER:
            options = values[0].options if values else (Option(UNKNOWN, node),)
            return Value(tuple(Option(option.value, node, chosen=True) for option in options))
        if not values:
            return _open(node)
        if binding.kind is Kind.VALUE:
            return _chosen(values[0]) if self.resolver.classes.is_field(binding) else values[0]
        if binding.kind is Kind.ELEMENT and binding.value is not None and _few(binding.value):
            return Value(tuple(option for value in values for option in value.options))
        constant = all(value.constant for value in values)
        return Value((Option(CONSTANT if constant else UNKNOWN, node),))

    def _members(self, node: ast.Attribute) -> list[Binding]:
        owner = self.resolver.class_of(node.value)
        return [] if owner is None else self.resolver.members(owner, node.attr)

    def _attribute(self, node: ast.Attribute, get: Get) -> Value:
        """Other code may set an attribute, too: where this module does so on objects it does not know, that shows."""
        options = self._options_of(self._members(node), get)
        if not options or self.resolver.classes.foreign(node.attr):
            options.append(Option(UNKNOWN, node, chosen=True))
        return Value(tuple(options))

    @staticmethod
    def _bool_op(node: ast.BoolOp, get: Get) -> Value:
        """``a or b`` is the first true one (``and``: the first false one), else the last."""
        stops, kept = (truthy, TRUTHY) if isinstance(node.op, ast.Or) else (false, FALSY)
        passes = false if isinstance(node.op, ast.Or) else truthy
        options: list[Option] = []
        for operand in node.values[:-1]:
            value = get(operand)
            for option in value.options:
                if not passes(option.value):
                    known = stops(option.value) or option.value is CONSTANT
                    options.append(option if known else option._replace(value=kept))
            if value.constant and all(stops(option.value) for option in value.options):
                return Value(tuple(options))
        return Value((*options, *get(node.values[-1]).options))

    def _call(self, node: ast.Call, get: Get) -> Value:
        values = [get(part) for part in self._parts_of_call(node)]
        callee = self.resolver.names(node.func).certain
        if not values:
            return _open(node)
        if callee in _CONVERTERS:
            return _converted(values[0], _CONVERTERS[callee])
        if fallback_of(node, callee) is not None:
            return Value(tuple(option._replace(node=node, chosen=True) for option in values[0].options))
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if method in ("lower", "strip", "upper") and len(values) == 1 and not values[0].constant:
            return _converted(values[0], method)
        return Value((Option(CONSTANT if all(value.constant for value in values) else UNKNOWN, node),))

    def _text(self, node: ast.JoinedStr | ast.BinOp | ast.FormattedValue, get: Get) -> Value:
        """Strings put together from constants; computed where that is cheap and plain concatenation."""
        values = [get(part) for part in self._dependencies(node)]
        if not all(value.constant for value in values):
            return _open(node)
        if _concatenates(node):
            texts = [value.options[0].value for value in values if len(value.options) == 1]
            strings = [text for text in texts if isinstance(text, str)]
            if len(strings) == len(values):
                if sum(map(len, strings)) <= MAX_TEXT:
                    return Value((Option("".join(strings), node),))
                self.resolver.tree.limits.reached(_TOO_LONG, node)
        return Value((Option(CONSTANT, node),))


def _open(node: ast.AST) -> Value:
    return Value((Option(UNKNOWN, node),))


def _map(value: Value, change: Callable[[object], object]) -> Value:
    return Value(tuple(option._replace(value=change(option.value)) for option in value.options))


def _converted(value: Value, kind: str) -> Value:
    from picketlint.semantics.conversions import CONVERSIONS

    return _map(value, CONVERSIONS[kind])


def _chosen(value: Value) -> Value:
    return Value(tuple(option._replace(chosen=True) for option in value.options))


def _sameness(option: Option) -> tuple[object, ...]:
    """What two options have in common that say the same."""
    return (
        type(option.value),
        repr(option.value) if not isinstance(option.value, Special) else option.value,
        option.chosen,
    )


def _elements(node: Container) -> list[ast.expr]:
    if isinstance(node, ast.Dict):
        return [*(key for key in node.keys if key is not None), *node.values]
    return node.elts


def _shortened(via: tuple[Binding, ...]) -> tuple[Binding, ...]:
    """A way that is not too long to be told; where it begins, its last step, is kept."""
    return via if len(via) <= MAX_STEPS else (*via[: MAX_STEPS - 1], via[-1])


def _few(node: ast.expr) -> bool:
    """Whether a loop over this goes through a few elements written out one by one."""
    if not isinstance(node, (ast.Tuple, ast.List, ast.Set)) or not 0 < len(node.elts) <= MAX_OPTIONS:
        return False
    return not any(isinstance(element, ast.Starred) for element in node.elts)


def _terms(node: ast.BinOp) -> list[ast.expr]:
    """The operands of a chain of operators, first to last: such chains are long, and nest to the left."""
    terms: list[ast.expr] = []
    current: ast.expr = node
    while isinstance(current, ast.BinOp):
        terms.append(current.right)
        current = current.left
    terms.append(current)
    terms.reverse()
    return terms


def _concatenates(node: ast.JoinedStr | ast.BinOp | ast.FormattedValue) -> bool:
    """Whether the text is that of the parts, one after the other."""
    if isinstance(node, ast.FormattedValue):
        return node.conversion == -1 and node.format_spec is None
    return first_term(node) is not None


__all__ = [
    "CONSTANT",
    "FALSY",
    "TRUTHY",
    "UNKNOWN",
    "Evaluator",
    "Option",
    "Special",
    "Value",
    "Verdict",
    "enabled",
    "falsy",
    "truthy",
]
