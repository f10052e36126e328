"""What a text is put together from: constants, numbers, quoted words, and pieces whose value the code does not fix.

Names, concatenation, f-strings, ``%``, ``format``, ``join``, ``+=``, ``append``, loops over containers and look-ups in
them are followed. The walk keeps its own stack and visits no node twice.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from enum import Enum
from string import Formatter

from picketlint.knowledge.origins import (
    FILLING_METHODS,
    NUMBERS,
    NUMERIC_ATTRIBUTES,
    OUTSIDE,
    QUOTERS,
    READING_METHODS,
    SURROUNDINGS,
    TRANSPARENT,
    TRANSPARENT_ATTRIBUTES,
    TRANSPARENT_METHODS,
)
from picketlint.records import NamedTuple
from picketlint.semantics.bindings import Binding, Kind
from picketlint.semantics.names import Names, Resolver

MAX_PIECES = 120
_NUMERIC_SPEC = re.compile(r"^[-+ #<>=^,_0-9.]*[bdeEfFgGnoxX%]$")
_CONVERSION = re.compile(r"%(?:\((\w+)\))?[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?([a-zA-Z%])")
_NUMERIC_TYPES = frozenset({"int", "float", "bool"})
_NUMERIC_OPERATORS = (ast.Sub, ast.FloorDiv, ast.Pow, ast.LShift, ast.RShift, ast.MatMult)
_LITERALS = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp)


class Origin(Enum):
    """Where a piece comes from."""

    CONSTANT = "the code"
    NUMBER = "a number"
    QUOTED = "quoted for a shell"
    SURROUNDINGS = "the installation, or what its name or annotation says is a number"
    UNKNOWN = "not known"
    OUTSIDE = "outside the program"


class Piece(NamedTuple):
    """One piece of a text. ``joined``: it is put together with others here, it is not the whole."""

    node: ast.expr
    origin: Origin
    joined: bool

    @property
    def open(self) -> bool:
        """Whether the code leaves open what the piece can be."""
        return self.origin in (Origin.SURROUNDINGS, Origin.UNKNOWN, Origin.OUTSIDE)


class _Parts(NamedTuple):
    """What an expression is made of: ``nodes``, and pieces that cannot be taken apart, by their origins."""

    nodes: list[ast.expr]
    joined: bool = False
    origins: tuple[Origin, ...] = ()
    labelled: bool = False


def _leaf(origin: Origin) -> _Parts:
    return _Parts([], origins=(origin,))


class Origins:
    """Takes the expressions of one module apart."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._filled: dict[str, list[ast.expr]] | None = None
        self._tables: dict[ast.expr, bool] = {}

    def pieces(self, node: ast.expr) -> tuple[Piece, ...]:
        """The pieces of an expression, roughly in reading order; beyond MAX_PIECES there is one more, unknown."""
        found: list[Piece] = []
        seen: set[ast.AST] = set()
        pending: list[tuple[ast.expr, bool, ast.expr | None]] = [(node, False, None)]
        while pending:
            current, joined, label = pending.pop()
            if current in seen:
                continue
            seen.add(current)
            if len(seen) > MAX_PIECES:
                return (*found, Piece(node, Origin.UNKNOWN, True))
            parts = self._parts(current)
            found += [Piece(label or current, origin, joined) for origin in parts.origins]
            inner = label or (current if parts.labelled else None)
            pending += [(part, joined or parts.joined, inner) for part in reversed(parts.nodes)]
        return tuple(found)

    def _parts(self, node: ast.expr) -> _Parts:
        if isinstance(node, ast.Constant):
            return _leaf(Origin.CONSTANT)
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.JoinedStr):
            return _Parts(list(node.values), joined=len(node.values) > 1)
        if isinstance(node, ast.FormattedValue):
            return _leaf(Origin.NUMBER) if _numeric(node.format_spec) else _Parts([node.value])
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        if isinstance(node, ast.Subscript):
            return _Parts([node.value], labelled=not isinstance(node.slice, ast.Slice))
        return _leaf(Origin.CONSTANT) if self._is_table(node) else _structure(node)

    def _is_table(self, node: ast.expr) -> bool:
        """Whether a container holds literals only; such a one is one piece, however long."""
        if not isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict)):
            return False
        known = self._tables.get(node)
        if known is None:
            elements = [*node.keys, *node.values] if isinstance(node, ast.Dict) else node.elts
            known = self._tables[node] = all(isinstance(element, ast.Constant) for element in elements)
        return known

    def _binary(self, node: ast.BinOp) -> _Parts:
        if isinstance(node.op, _NUMERIC_OPERATORS):
            return _leaf(Origin.NUMBER)
        if isinstance(node.op, ast.Mod):
            return _percent(node)
        return _Parts([node.left, node.right], joined=True)

    # -- names --------------------------------------------------------------------------------------------------------

    def _name(self, node: ast.Name) -> _Parts:
        reaching = self.resolver.bindings.lookup(node.id, node)
        if reaching is None:
            return _leaf(Origin.SURROUNDINGS if node.id in SURROUNDINGS else Origin.UNKNOWN)
        nodes: list[ast.expr] = []
        origins: list[Origin] = [] if reaching.complete else [Origin.UNKNOWN]
        joined = False
        for binding in reaching.bindings:
            parts = self._bound(binding, node)
            nodes += parts.nodes
            origins += parts.origins
            joined = joined or parts.joined
        if any(isinstance(part, (*_LITERALS, ast.Call)) for part in nodes):
            nodes += self._put_into(node.id, node, reaching.bindings)
        return _Parts(nodes, joined, tuple(dict.fromkeys(origins)))

    def _bound(self, binding: Binding, use: ast.Name) -> _Parts:
        site, value = binding.node, binding.value
        if binding.kind in (Kind.VALUE, Kind.ELEMENT) and value is not None:
            return _Parts([value])
        if binding.kind is Kind.AUGMENTED and isinstance(site, ast.Name) and value is not None:
            return _Parts([site, value], joined=True)
        if binding.kind is Kind.PARAMETER:
            declared = getattr(getattr(site, "annotation", None), "id", None)
            return _leaf(Origin.SURROUNDINGS if declared in _NUMERIC_TYPES else Origin.UNKNOWN)
        if binding.kind is Kind.OPAQUE:
            return self._unpacked(site)
        return _leaf(self._known(use))

    def _unpacked(self, site: ast.AST) -> _Parts:
        """A name in the target of a loop, ``for i, x in enumerate(xs)``: a number, or made of what is looped over."""
        tree = self.resolver.tree
        child, parent = site, tree.parent(site)
        while isinstance(parent, (ast.Tuple, ast.List)):
            child, parent = parent, tree.parent(parent)
        if not isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
            return _leaf(Origin.UNKNOWN)
        looped = parent.iter
        counted = isinstance(looped, ast.Call) and self.resolver.names(looped.func).certain == "builtins.enumerate"
        if counted and isinstance(child, (ast.Tuple, ast.List)) and child.elts[0] is site:
            return _leaf(Origin.NUMBER)
        return _Parts([looped])

    def _put_into(self, key: str, use: ast.expr, bindings: Iterable[Binding] = ()) -> list[ast.expr]:
        """What ``name.append(x)``, ``name[key] = x`` and the like put into a container of the same name."""
        known = {binding.node for binding in bindings}
        sites = self._fillings().get(key, [])
        # One more than pieces() follows makes the whole unknown.
        found: list[ast.expr] = [*sites[:MAX_PIECES]] if len(sites) > MAX_PIECES else []
        for site in sites if not found else ():
            holder = site.value if isinstance(site, ast.Subscript) else site.func.value  # type: ignore[attr-defined]
            if isinstance(holder, ast.Name) and isinstance(use, ast.Name):
                reaching = self.resolver.bindings.lookup(holder.id, holder)
                if reaching is None or known.isdisjoint(binding.node for binding in reaching.bindings):
                    continue
            if isinstance(site, ast.Call):
                found += [*site.args, *(keyword.value for keyword in site.keywords)]
                continue
            statement = self.resolver.tree.parent(site)
            stored = getattr(statement, "value", None)
            found.append(stored if isinstance(stored, ast.expr) else holder)
        return found

    def _fillings(self) -> dict[str, list[ast.expr]]:
        """The places that put something into a container, by its name (``.attribute`` for an attribute)."""
        if self._filled is None:
            filled: dict[str, list[ast.expr]] = {}
            for slot in self.resolver.tree.nodes(ast.Subscript):
                if isinstance(slot.ctx, ast.Store):
                    filled.setdefault(_key(slot.value), []).append(slot)
            for call in self.resolver.tree.nodes(ast.Call):
                if isinstance(call.func, ast.Attribute) and call.func.attr in FILLING_METHODS:
                    filled.setdefault(_key(call.func.value), []).append(call)
            self._filled = filled
        return self._filled

    # -- attributes and calls -----------------------------------------------------------------------------------------

    def _known(self, node: ast.expr) -> Origin:
        """What the qualified name of an expression says about its origin."""
        for name in self.resolver.names(node).names:
            if name.startswith(OUTSIDE):
                return Origin.OUTSIDE
            if name in SURROUNDINGS:
                return Origin.SURROUNDINGS
        return Origin.UNKNOWN

    def _attribute(self, node: ast.Attribute) -> _Parts:
        known = self._known(node)
        if known is not Origin.UNKNOWN:
            return _leaf(known)
        owner = self.resolver.class_of(node.value)
        members = self.resolver.members(owner, node.attr) if owner is not None else []
        values = [member.value for member in members if member.kind is Kind.VALUE and member.value is not None]
        if values and len(values) == len(members):
            stores = self.resolver.attribute_stores().get(node.attr, ())
            foreign = len(stores) > sum(isinstance(member.node, ast.Attribute) for member in members)
            origins = (Origin.UNKNOWN,) if foreign else ()
            return _Parts([*values, *self._put_into("." + node.attr, node)], origins=origins)
        if node.attr in TRANSPARENT_ATTRIBUTES:
            return _Parts([node.value], labelled=True)
        return _leaf(Origin.SURROUNDINGS if node.attr in NUMERIC_ATTRIBUTES else Origin.UNKNOWN)

    def _call(self, node: ast.Call) -> _Parts:
        names = self.resolver.names(node.func)
        plain = _plain(names)
        if plain is not None:
            return _leaf(plain)
        callee = names.certain or ""
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        if callee in TRANSPARENT:
            return _Parts(arguments, joined=callee.endswith(".join"))
        if callee == "builtins.map" and node.args:
            return self._mapped(node)
        known = self._known(node)
        if known is not Origin.UNKNOWN:
            return _leaf(known)
        return self._method(node, arguments)

    def _mapped(self, node: ast.Call) -> _Parts:
        names = self.resolver.names(node.args[0])
        plain = _plain(names)
        if plain is not None:
            return _leaf(plain)
        return _Parts(node.args[1:]) if names.certain in TRANSPARENT else _leaf(Origin.UNKNOWN)

    @staticmethod
    def _method(node: ast.Call, arguments: list[ast.expr]) -> _Parts:
        if not isinstance(node.func, ast.Attribute):
            return _leaf(Origin.UNKNOWN)
        method, receiver = node.func.attr, node.func.value
        if method in READING_METHODS:
            return _leaf(Origin.OUTSIDE)
        if method == "format":
            return _formatted(receiver, node)
        if method in ("get", "pop"):
            return _Parts([receiver, *arguments[1:]], labelled=True)
        if method in TRANSPARENT_METHODS:
            several = method in ("join", "joinpath", "replace")
            return _Parts([receiver, *arguments] if several else [receiver], joined=several)
        return _leaf(Origin.UNKNOWN)


def _plain(names: Names) -> Origin | None:
    """What a function returns that surely makes numbers, or quotes, under every name it can have."""
    if not names.names or not names.complete:
        return None
    if QUOTERS.issuperset(names.names):
        return Origin.QUOTED
    return Origin.NUMBER if NUMBERS.issuperset(names.names) else None


def _structure(node: ast.expr) -> _Parts:
    """The parts of an expression whose kind alone says what they are."""
    if isinstance(node, (ast.Compare, ast.UnaryOp)):
        return _leaf(Origin.NUMBER)
    if isinstance(node, ast.IfExp):
        return _Parts([node.body, node.orelse])
    if isinstance(node, ast.BoolOp):
        return _Parts(list(node.values))
    if isinstance(node, (ast.NamedExpr, ast.Await, ast.Starred)):
        return _Parts([node.value])
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return _Parts(list(node.elts))
    if isinstance(node, ast.Dict):
        return _Parts([*(key for key in node.keys if key is not None), *node.values])
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
        return _Parts([node.elt])
    if isinstance(node, ast.DictComp):
        return _Parts([node.key, node.value])
    return _leaf(Origin.UNKNOWN)


def _key(holder: ast.expr) -> str:
    if isinstance(holder, ast.Attribute):
        return "." + holder.attr
    return holder.id if isinstance(holder, ast.Name) else ""


def _text(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _numeric(spec: ast.expr | None) -> bool:
    """Whether a format specification takes numbers only: a text given to ``:d`` or ``:.2f`` raises ValueError."""
    if not isinstance(spec, ast.JoinedStr) or len(spec.values) != 1:
        return False
    text = _text(spec.values[0])
    return text is not None and bool(_NUMERIC_SPEC.match(text))


def _percent(node: ast.BinOp) -> _Parts:
    """``text % values``; what goes into a ``%d`` is a number."""
    given = list(node.right.elts) if isinstance(node.right, ast.Tuple) else [node.right]
    text = _text(node.left)
    kinds = [kind for _, kind in _CONVERSION.findall(text) if kind != "%"] if text is not None else []
    if isinstance(node.right, ast.Dict) or len(kinds) != len(given) or "*" in (text or ""):
        return _Parts([node.left, *given], joined=True)
    texts = [value for value, kind in zip(given, kinds, strict=True) if kind in "rsac"]
    numbers = (Origin.NUMBER,) if len(texts) < len(given) else ()
    return _Parts([node.left, *texts], joined=True, origins=numbers)


def _formatted(receiver: ast.expr, node: ast.Call) -> _Parts:
    """``text.format(values)``; a field with a numeric specification takes numbers only."""
    numeric = _numeric_fields(_text(receiver) or "")
    kept = [argument for index, argument in enumerate(node.args) if str(index) not in numeric]
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        kept = list(node.args)
    kept += [keyword.value for keyword in node.keywords if keyword.arg not in numeric]
    numbers = (Origin.NUMBER,) if numeric else ()
    return _Parts([receiver, *kept], joined=True, origins=numbers)


def _numeric_fields(text: str) -> set[str]:
    """The positions and names that a format string uses with a numeric specification and in no other way."""
    numeric: dict[str, bool] = {}
    automatic = 0
    try:
        fields = [(name, spec or "") for _, name, spec, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        return set()
    for name, spec in fields:
        if not name:
            name, automatic = str(automatic), automatic + 1
        numeric[name] = numeric.get(name, True) and bool(_NUMERIC_SPEC.match(spec))
    return {name for name, only in numeric.items() if only}
