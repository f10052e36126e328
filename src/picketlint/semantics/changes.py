"""The places that change a mapping held by a plain name or a member, or hand it to code that may."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cached_property

from picketlint.base.records import Enum, NamedTuple
from picketlint.semantics.tree import Tree, last_name

# Methods and functions, by the last part of their name as written, that leave a mapping as it is.
_READING = frozenset(
    {
        "all",
        "any",
        "bool",
        "copy",
        "critical",
        "debug",
        "deepcopy",
        "dict",
        "dump",
        "dumps",
        "enumerate",
        "error",
        "exception",
        "format",
        "frozenset",
        "get",
        "id",
        "info",
        "isinstance",
        "items",
        "iter",
        "keys",
        "len",
        "list",
        "log",
        "max",
        "min",
        "pformat",
        "pprint",
        "print",
        "repr",
        "reversed",
        "set",
        "sorted",
        "str",
        "sum",
        "tuple",
        "type",
        "values",
        "warn",
        "warning",
        "zip",
    }
)
_CHANGING = frozenset({"update", "setdefault", "pop", "popitem", "clear"})


class What(Enum):
    """What happens to the mapping."""

    STORE = "a value is stored under one key"
    REMOVE = "the key is removed"
    UPDATE = "another mapping is laid over it"
    DEFAULT = "a value is stored if the key is not there"
    ESCAPE = "other code gets hold of it and may add to it"
    INSIDE = "a mapping that lies under the key may be changed"
    UNKNOWN = "any key may be stored or removed"


class Change(NamedTuple):
    """One change. ``mapping`` is the name or attribute it goes through, ``site`` the node after which it has happened.

    ``given`` are the values or mappings put in, ``focus`` what to point at. ``key`` is None where it may be any.
    """

    what: What
    site: ast.AST
    mapping: ast.Name | ast.Attribute
    key: object = None
    given: tuple[ast.expr, ...] = ()
    keywords: tuple[ast.keyword, ...] = ()
    focus: ast.AST | None = None


class Changes:
    """The changes of all mappings of one module, by name and key."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._by_key: dict[str, tuple[dict[object, list[Change]], list[Change]]] = {}
        self._by_member: dict[str, tuple[dict[object, list[Change]], list[Change]]] = {}

    def of(self, name: str, key: str) -> list[Change]:
        """Every change that can concern this key of a mapping of this name."""
        known = self._by_key.get(name)
        if known is None:
            known = self._by_key[name] = self._sorted(self.tree.reads.get(name, ()))
        keyed, any_key = known
        return [*keyed.get(key, ()), *any_key]

    def of_member(self, name: str, key: str) -> list[Change]:
        """Every change that can concern this key of a member of this name, of whatever object."""
        known = self._by_member.get(name)
        if known is None:
            known = self._by_member[name] = self._sorted(self._reads.get(name, ()))
        keyed, any_key = known
        return [*keyed.get(key, ()), *any_key]

    @cached_property
    def _reads(self) -> dict[str, list[ast.Attribute]]:
        """The places where a member is read, by its name."""
        reads: dict[str, list[ast.Attribute]] = {}
        for node in self.tree.nodes(ast.Attribute):
            if isinstance(node.ctx, ast.Load):
                reads.setdefault(node.attr, []).append(node)
        return reads

    def _sorted(self, uses: Iterable[ast.Name | ast.Attribute]) -> tuple[dict[object, list[Change]], list[Change]]:
        keyed: dict[object, list[Change]] = {}
        any_key: list[Change] = []
        for use in uses:
            change = self._change(use)
            if change is None:
                continue
            if change.key is None:
                any_key.append(change)
            else:
                keyed.setdefault(change.key, []).append(change)
        return keyed, any_key

    def _change(self, use: ast.Name | ast.Attribute) -> Change | None:
        parent = self.tree.parent(use)
        if isinstance(parent, ast.Subscript) and parent.value is use:
            return self._subscript(use, parent)
        if isinstance(parent, ast.Attribute):
            call = self.tree.parent(parent)
            return self._method(use, parent, call) if isinstance(call, ast.Call) and call.func is parent else None
        if self._escapes(use, parent):
            return Change(What.ESCAPE, parent or use, use)
        return None

    def _subscript(self, use: ast.Name | ast.Attribute, slot: ast.Subscript) -> Change | None:
        """``name[key] = value``, ``del name[key]``."""
        if isinstance(slot.ctx, ast.Load):
            return self._within(use, slot)
        statement = self.tree.parent(slot)
        site = self.tree.unit(slot) or slot
        if not isinstance(slot.slice, ast.Constant):
            return Change(What.UNKNOWN, site, use)
        key = slot.slice.value
        if isinstance(slot.ctx, ast.Del):
            return Change(What.REMOVE, site, use, key)
        value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
        return Change(What.STORE, site, use, key, (value,) if value is not None else (), focus=slot.slice)

    def _within(self, use: ast.Name | ast.Attribute, slot: ast.Subscript) -> Change | None:
        """``name[key][other] = value``, ``name[key].update(...)``, and ``name[key]`` under a name of its own."""
        parent = self.tree.parent(slot)
        method = self.tree.parent(parent) if isinstance(parent, ast.Attribute) else None
        changed = (isinstance(parent, ast.Subscript) and parent.value is slot) or (
            isinstance(parent, ast.Attribute) and isinstance(method, ast.Call) and parent.attr in _CHANGING
        )
        if not changed and not (
            isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and parent.value is slot
        ):
            return None
        key = slot.slice.value if isinstance(slot.slice, ast.Constant) else None
        return Change(What.INSIDE, self.tree.unit(slot) or slot, use, key)

    @staticmethod
    def _method(use: ast.Name | ast.Attribute, method: ast.Attribute, call: ast.Call) -> Change | None:
        """``name.update(...)``, ``name.pop(key)`` and the like."""
        called = method.attr
        if called not in _CHANGING:
            return None if called in _READING else Change(What.ESCAPE, call, use)
        if any(isinstance(argument, ast.Starred) for argument in call.args):
            return Change(What.UNKNOWN, call, use)
        if called == "update":
            return Change(What.UPDATE, call, use, None, tuple(call.args[:1]), tuple(call.keywords))
        if called == "clear":
            return Change(What.REMOVE, call, use)
        key = call.args[0] if call.args else None
        if not isinstance(key, ast.Constant):
            return Change(What.UNKNOWN, call, use)
        if called == "pop":
            return Change(What.REMOVE, call, use, key.value)
        given = tuple(call.args[1:2])
        return Change(What.DEFAULT if given else What.STORE, call, use, key.value, given)

    def _escapes(self, use: ast.Name | ast.Attribute, parent: ast.AST | None) -> bool:
        """Whether a use gives other code the very object: as an argument, under another name, in a container."""
        if isinstance(parent, ast.Call):
            return use is not parent.func and last_name(parent.func) not in _READING
        if isinstance(parent, ast.keyword):
            call = self.tree.parent(parent)
            reading = isinstance(call, ast.Call) and last_name(call.func) in _READING
            return parent.arg is not None and not reading
        if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            return parent.value is use
        return isinstance(parent, (ast.Tuple, ast.List, ast.Set, ast.Yield, ast.YieldFrom)) or (
            isinstance(parent, ast.Dict)
            and any(v is use and k is not None for k, v in zip(parent.keys, parent.values, strict=True))
        )
