"""Arguments bound to parameters: given, absent, or not known because of ``*args`` and ``**kwargs``.

Keyword order does not matter, positions are read from known signatures, ``**{...}`` and dicts built before the call
are looked into, and ``functools.partial`` counts as a call of what it wraps.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from picketlint.semantics.bindings import Binding, Kind
from picketlint.semantics.names import MAX_DEPTH, Names, Resolver

# Of more stores into one dict than this only the last are followed: each call that takes it would look at all of them.
MAX_STORES = 128


class State(Enum):
    """Whether an argument is there."""

    GIVEN = "given"
    ABSENT = "absent"
    MAYBE = "maybe"


class Candidate(NamedTuple):
    """One expression an argument can have, and the node to point at (the keyword, or the key of a dict entry)."""

    value: ast.expr
    focus: ast.AST


class Argument(NamedTuple):
    """What is known of one argument. GIVEN: one of ``candidates``, nothing else. MAYBE: one of them, or anything."""

    state: State
    candidates: tuple[Candidate, ...] = ()


ABSENT = Argument(State.ABSENT)
MAYBE = Argument(State.MAYBE)
PARTIALS = frozenset({"functools.partial", "functools.partialmethod"})


class Target(NamedTuple):
    """What a call calls: the names of the callee, and the ``partial`` calls that bound arguments before."""

    names: Names
    partials: tuple[ast.Call, ...] = ()
    unfinished: bool = False


class Calls:
    """Binds the arguments of the calls of one module."""

    def __init__(self, resolver: Resolver, signatures: Mapping[str, tuple[str, ...]]) -> None:
        self.resolver = resolver
        self.signatures = signatures
        self._targets: dict[ast.Call, Target] = {}
        self._sites: dict[str, list[ast.expr]] | None = None
        self._by_key: dict[tuple[str, str], list[ast.expr]] = {}

    def target(self, call: ast.Call) -> Target:
        """The callee of a call; for ``partial(f, ...)`` that is ``f``, with more arguments to come."""
        known = self._targets.get(call)
        if known is None:
            known = self._targets[call] = self._compute_target(call)
        return known

    def _compute_target(self, call: ast.Call) -> Target:
        names = self.resolver.names(call.func)
        if names.certain in PARTIALS and call.args:
            inner = self._through_partial(call.args[0])
            return Target(inner.names, inner.partials, unfinished=True)
        if isinstance(call.func, (ast.Name, ast.Attribute, ast.Call)):
            inner = self._through_partial(call.func)
            if inner.partials:
                return inner
        return Target(names)

    def _through_partial(self, callee: ast.expr, depth: int = 0) -> Target:
        """The function behind an expression that can be a ``partial`` object."""
        value = self._definition(callee)
        if isinstance(value, ast.Call) and value.args and depth < MAX_DEPTH:
            if self.resolver.names(value.func).certain in PARTIALS:
                inner = self._through_partial(value.args[0], depth + 1)
                return Target(inner.names, (*inner.partials, value))
        return Target(self.resolver.names(callee))

    def _definition(self, node: ast.expr) -> ast.expr | None:
        """The one expression a name surely stands for; the expression itself if it is no name."""
        if isinstance(node, ast.Name):
            reaching = self.resolver.bindings.lookup(node.id, node)
            if reaching is None or not reaching.complete or len(reaching.bindings) != 1:
                return None
            return reaching.bindings[0].value if reaching.bindings[0].kind is Kind.VALUE else None
        if isinstance(node, ast.Attribute):
            owner = self.resolver.class_of(node.value)
            members = self.resolver.members(owner, node.attr) if owner is not None else []
            return members[0].value if len(members) == 1 and members[0].kind is Kind.VALUE else None
        return node

    def argument(self, call: ast.Call, name: str, position: int | None = None) -> Argument:
        """The argument for parameter ``name`` of a call.

        ``position`` is its 0-based place among the positional parameters; without it, the place is looked up in the
        signatures of the callee's possible names.
        """
        target = self.target(call)
        layers = [(step.args[1:], step.keywords) for step in target.partials]
        layers.append((call.args[1:] if target.unfinished else call.args, call.keywords))
        if position is None:
            position = self._position(target.names, name)
        parts = [self._in_positions([arg for args, _ in layers for arg in args], position)]
        parts += [self._in_keywords(keywords, name) for _, keywords in layers]
        result = _later_wins(parts)
        return MAYBE if target.unfinished and result.state is State.ABSENT else result

    def _position(self, names: Names, parameter: str) -> int | None:
        for name in names.names:
            signature = self.signatures.get(name)
            if signature is not None and parameter in signature:
                return signature.index(parameter)
        return None

    def _in_keywords(self, keywords: list[ast.keyword], name: str, depth: int = 0) -> Argument:
        """Python refuses a keyword given twice, so what is written out wins over what is spread."""
        for keyword in keywords:
            if keyword.arg == name:
                return Argument(State.GIVEN, (Candidate(keyword.value, keyword),))
        return _later_wins([self.entry(k.value, name, depth + 1) for k in keywords if k.arg is None])

    @staticmethod
    def _in_positions(args: list[ast.expr], position: int | None) -> Argument:
        if position is None:
            return ABSENT
        for index, argument in enumerate(args[: position + 1]):
            if isinstance(argument, ast.Starred):
                return MAYBE
            if index == position:
                return Argument(State.GIVEN, (Candidate(argument, argument),))
        return ABSENT

    # -- dictionaries that become keyword arguments ---------------------------------------------------------------------

    def entry(self, node: ast.expr, key: str, depth: int = 0) -> Argument:
        """What a mapping holds under a string key, through names, ``dict(...)``, ``{**a}``, ``a | b`` and updates."""
        if depth > MAX_DEPTH:
            return MAYBE
        if isinstance(node, ast.Dict):
            return self._in_dict(node, key, depth)
        if isinstance(node, ast.Call) and self.resolver.names(node.func).certain == "builtins.dict":
            given = [self.entry(argument, key, depth + 1) for argument in node.args[:1]]
            return _later_wins([*given, self._in_keywords(node.keywords, key, depth)])
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return _later_wins([self.entry(node.left, key, depth + 1), self.entry(node.right, key, depth + 1)])
        if isinstance(node, ast.IfExp):
            return _either([self.entry(node.body, key, depth + 1), self.entry(node.orelse, key, depth + 1)])
        if isinstance(node, ast.Name):
            return self._in_name(node, key, depth)
        return MAYBE

    def _in_dict(self, node: ast.Dict, key: str, depth: int) -> Argument:
        """The last entry counts; keys that are not literal may be any."""
        parts: list[Argument] = []
        for entry_key, value in zip(node.keys, node.values):
            if entry_key is None:
                parts.append(self.entry(value, key, depth + 1))
            elif not isinstance(entry_key, ast.Constant):
                parts.append(MAYBE)
            elif entry_key.value == key:
                parts.append(Argument(State.GIVEN, (Candidate(value, entry_key),)))
        return _later_wins(parts)

    def _in_name(self, node: ast.Name, key: str, depth: int) -> Argument:
        reaching = self.resolver.bindings.lookup(node.id, node)
        if reaching is None:
            return MAYBE
        parts = [self._in_binding(binding, key, depth) for binding in reaching.bindings]
        whole = _either(parts if reaching.complete and parts else [*parts, MAYBE])
        first = min((binding.position for binding in reaching.bindings), default=(0, 0))
        return _later_wins([whole, *self._stores(node, key, first, depth)])

    def _in_binding(self, binding: Binding, key: str, depth: int) -> Argument:
        if binding.kind is Kind.VALUE and binding.value is not None:
            return self.entry(binding.value, key, depth + 1)
        return MAYBE

    def _stores(self, use: ast.Name, key: str, first: tuple[int, int], depth: int) -> list[Argument]:
        """What ``name["key"] = ...``, ``name.update(...)`` and ``name.setdefault(...)`` above a use put into a dict."""
        sites = self._sites_of(use.id, key)
        begin, end = (
            bisect_left(sites, place, key=lambda site: (site.lineno, site.col_offset))
            for place in (first, (use.lineno, use.col_offset))
        )
        found: list[Argument] = [MAYBE] if end - begin > MAX_STORES else []
        scope = self.resolver.tree.scope(use)
        for site in sites[max(begin, end - MAX_STORES) : end]:
            if self.resolver.tree.scope(site) is not scope:
                continue
            argument = self._stored(site, key, depth)
            if argument.state is State.GIVEN and not self.resolver.bindings.always_before(site, use):
                argument = argument._replace(state=State.MAYBE)
            found.append(argument)
        return found

    def _stored(self, site: ast.expr, key: str, depth: int) -> Argument:
        if isinstance(site, ast.Subscript):
            statement = self.resolver.tree.parent(site)
            slot = site.slice
            if not isinstance(slot, ast.Constant):
                return MAYBE
            if slot.value != key or not isinstance(statement, (ast.Assign, ast.AnnAssign)) or not statement.value:
                return ABSENT
            return Argument(State.GIVEN, (Candidate(statement.value, slot),))
        assert isinstance(site, ast.Call)
        assert isinstance(site.func, ast.Attribute)
        if site.func.attr == "update":
            given = [self.entry(argument, key, depth + 1) for argument in site.args[:1]]
            return _later_wins([*given, self._in_keywords(site.keywords, key, depth)])
        if len(site.args) == 2 and isinstance(site.args[0], ast.Constant) and site.args[0].value == key:
            return Argument(State.MAYBE, (Candidate(site.args[1], site.args[1]),))
        return ABSENT

    def _sites_of(self, name: str, key: str) -> list[ast.expr]:
        """The places that can put this key into a dict of this name, in source order."""
        sites = self._by_key.get((name, key))
        if sites is None:
            sites = [site for site in self._mutations().get(name, ()) if _may_store(site, key)]
            sites.sort(key=lambda site: (site.lineno, site.col_offset))
            self._by_key[name, key] = sites
        return sites

    def _mutations(self) -> dict[str, list[ast.expr]]:
        """The places that put entries into a dict held by a plain name, by that name; built once."""
        if self._sites is None:
            known: dict[str, list[ast.expr]] = {}
            for slot in self.resolver.tree.nodes(ast.Subscript):
                if isinstance(slot.ctx, ast.Store) and isinstance(slot.value, ast.Name):
                    known.setdefault(slot.value.id, []).append(slot)
            for call in self.resolver.tree.nodes(ast.Call):
                func = call.func
                if isinstance(func, ast.Attribute) and func.attr in ("update", "setdefault"):
                    if isinstance(func.value, ast.Name):
                        known.setdefault(func.value.id, []).append(call)
            self._sites = known
        return self._sites


def _may_store(site: ast.expr, key: str) -> bool:
    """Whether a store can be about a key: all but ``name["another key"] = ...``."""
    return not (isinstance(site, ast.Subscript) and isinstance(site.slice, ast.Constant) and site.slice.value != key)


def _later_wins(parts: list[Argument]) -> Argument:
    """Several mappings laid over each other: the last that surely has the key decides."""
    candidates: list[Candidate] = []
    maybe = False
    for part in reversed(parts):
        candidates += part.candidates
        if part.state is State.GIVEN:
            return Argument(State.MAYBE if maybe else State.GIVEN, tuple(candidates))
        maybe = maybe or part.state is State.MAYBE
    return Argument(State.MAYBE, tuple(candidates)) if maybe else ABSENT


def _either(parts: list[Argument]) -> Argument:
    """One of several mappings: given only if all of them have the key."""
    candidates = tuple(candidate for part in parts for candidate in part.candidates)
    states = {part.state for part in parts}
    if states == {State.ABSENT}:
        return ABSENT
    return Argument(State.GIVEN if states == {State.GIVEN} else State.MAYBE, candidates)
