"""Which calls can mean one of some qualified names at all, told from the identifiers they are written with.

Resolving every callee of a module costs more than everything else together, and few can be what a rule asks for. An
identifier can stand for a wanted name only if it is that name's last part, or was given something that mentions such an
identifier: by an import, an assignment, a default. The answer errs on the side of more calls; none is lost.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property, lru_cache

from picketlint.semantics.calls import WRITTEN_PARTIALS
from picketlint.semantics.dispatching import GETTERS
from picketlint.semantics.names import HERE
from picketlint.semantics.tree import Position, Tree, end, start

_BINDERS = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)


class Mentions:
    """The identifiers of one module that can stand for wanted names; each set of wanted names is worked out once."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._known: dict[frozenset[str], frozenset[str]] = {}
        self._parts: dict[frozenset[str], frozenset[str]] = {}
        self._spelled: dict[str, list[Position]] = {}
        self._sites: dict[str, list[ast.AST]] | None = None
        self._next: dict[str, frozenset[str]] = {}

    def parts(self, names: frozenset[str]) -> frozenset[str]:
        """What the other methods ask for, of qualified names: the last parts of those that can occur in the module."""
        parts = self._parts.get(names)
        if parts is None:
            parts = self._parts[names] = last_parts(frozenset(name for name in names if self._can_occur(name)))
        return parts

    def _can_occur(self, name: str) -> bool:
        """Whether the module imports the package a name begins with, or has it in a string; else it has none."""
        root, dot, _ = name.partition(".")
        return not dot or root in self._roots

    def imports(self, *packages: str) -> bool:
        """Whether the module can have something of one of these packages under a qualified name."""
        return not self._roots.isdisjoint(packages)

    def imports_module(self, module: str) -> bool:
        """Whether an import shows that there is a module of this name: what is imported from a package need not be."""
        return module in self._modules

    @cached_property
    def _modules(self) -> frozenset[str]:
        origins = ("." * origin.level + (origin.module or "") for origin in self.tree.nodes(ast.ImportFrom))
        names = (alias.name for statement in self.tree.nodes(ast.Import) for alias in statement.names)
        return frozenset((*origins, *names))

    @cached_property
    def _roots(self) -> frozenset[str]:
        """What qualified names can begin with: imported packages, what strings begin with, and what is always there."""
        roots = {"", HERE.removesuffix("."), "builtins"}
        for statement in self.tree.nodes(ast.Import):
            roots.update(alias.name.partition(".")[0] for alias in statement.names)
        for origin in self.tree.nodes(ast.ImportFrom):
            roots.add("" if origin.level else (origin.module or "").partition(".")[0])
        for constant in self.tree.nodes(ast.Constant):
            if isinstance(constant.value, str):
                roots.add(constant.value.partition(".")[0])
        return frozenset(roots)

    def may_mean(self, node: ast.expr, last_parts: frozenset[str]) -> bool:
        """Whether an expression can have a qualified name that ends with one of these parts."""
        if isinstance(node, ast.Name):
            return node.id in self.identifiers(last_parts)
        return not isinstance(node, ast.Attribute) or node.attr in self.identifiers(last_parts)

    def calls_of(self, last_parts: frozenset[str]) -> Iterator[ast.Call]:
        """The calls whose callee can have such a name, ``partial`` objects included, in source order."""
        identifiers = self.identifiers(last_parts | WRITTEN_PARTIALS)
        return self._at(
            {place for word, places in self._places.items() if word in identifiers or not word for place in places}
        )

    def calls_written(self, words: Collection[str]) -> Iterator[ast.Call]:
        """The calls of what has such a last name, and ``partial`` objects of it, in source order."""
        places = {place for word in words for place in self._places.get(word, ())}
        calls = self.tree.nodes(ast.Call)
        for partial in WRITTEN_PARTIALS:
            for place in self._places.get(partial, ()):
                if calls[place].args and last_word(calls[place].args[0]) in words:
                    places.add(place)
        return self._at(places)

    @cached_property
    def callback_calls(self) -> dict[ast.Call, ast.Call]:
        """The calls of callbacks, by the calls that bring them about, in which they stand."""
        from picketlint.semantics.callbacks import CALLBACK_TAKERS, callback_call

        found = {call: later for call in self.calls_written(CALLBACK_TAKERS) if (later := callback_call(call))}
        for call, later in found.items():
            self.tree.insert(later, call)
        return found

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """Where among all calls those are whose callee has a last name; under "" those whose callee has none."""
        places: dict[str, list[int]] = {}
        for place, call in enumerate(self.tree.nodes(ast.Call)):
            places.setdefault(last_word(call.func), []).append(place)
        return places

    def _at(self, places: Iterable[int]) -> Iterator[ast.Call]:
        calls = self.tree.nodes(ast.Call)
        return (calls[place] for place in sorted(places))

    def written(self, identifier: str) -> list[ast.Call]:
        """The calls whose callee is a name or attribute of this identifier, in source order."""
        return [*self._at(self._places.get(identifier, ()))] if identifier else []

    def of(self, identifier: str) -> list[ast.AST]:
        """Every node that reads or imports something of this name, or has it for its text."""
        if self._sites is None:
            self._sites = _mentions(self.tree)
        return self._sites.get(identifier, [])

    def spelled(self, word: str, within: ast.AST | None) -> bool:
        """Whether an identifier in a node, or anywhere in the module, has this word in it."""
        places = self._spelled.get(word)
        if places is None:
            tree, found = self.tree, list[Position]()
            found += [start(name) for name in tree.nodes(ast.Name) if word in name.id]
            found += [start(attribute) for attribute in tree.nodes(ast.Attribute) if word in attribute.attr]
            found += [start(keyword) for keyword in tree.nodes(ast.keyword) if word in (keyword.arg or "")]
            found += [start(parameter) for parameter in tree.nodes(ast.arg) if word in parameter.arg]
            places = self._spelled[word] = sorted(found)
        if within is None:
            return bool(places)
        first = min(map(start, (within, *getattr(within, "decorator_list", ()))))
        return bisect_left(places, first) < bisect_left(places, end(within))

    def identifiers(self, last_parts: frozenset[str]) -> frozenset[str]:
        """The identifiers that can stand for a name with one of these last parts."""
        known = self._known.get(last_parts)
        if known is None:
            known = self._known[last_parts] = frozenset(self._closure(last_parts))
        return known

    def _closure(self, last_parts: Iterable[str]) -> set[str]:
        found = set(last_parts)
        pending = [*found]
        while pending:
            onward = self._onward(pending.pop()) - found
            found |= onward
            pending += onward
        return found

    def _onward(self, identifier: str) -> frozenset[str]:
        """The identifiers that are given what mentions this one; kept, for many closures go through the same."""
        known = self._next.get(identifier)
        if known is None:
            given = (given for node in self.of(identifier) for given in _given(node, self.tree))
            known = self._next[identifier] = frozenset(given)
        return known


def last_word(node: ast.expr) -> str:
    """The last name that an expression is written with; empty where it is not a name with dots."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


@lru_cache(maxsize=256)
def last_parts(names: frozenset[str]) -> frozenset[str]:
    """What ``may_mean`` asks for, of qualified names: ``load`` of ``torch.load``."""
    return frozenset(name.rpartition(".")[2].removesuffix("()") for name in names)


def _mentions(tree: Tree) -> dict[str, list[ast.AST]]:
    """Every node that reads or imports something, or names it in a string, by the identifier it is written with."""
    mentions: dict[str, list[ast.AST]] = {identifier: [*names] for identifier, names in tree.reads.items()}
    for attribute in tree.nodes(ast.Attribute):
        if isinstance(attribute.ctx, ast.Load):
            mentions.setdefault(attribute.attr, []).append(attribute)
    for constant in tree.nodes(ast.Constant):
        if isinstance(constant.value, str) and len(constant.value) < 64:
            mentions.setdefault(constant.value.rpartition(".")[2], []).append(constant)
    for alias in tree.nodes(ast.alias):
        mentions.setdefault(alias.name.rpartition(".")[2], []).append(alias)
    return mentions


def _given(node: ast.AST, tree: Tree) -> list[str]:
    """The identifiers that are given what a mention stands in: none, where it is only called or compared."""
    if isinstance(node, ast.alias):
        return [node.asname] if node.asname else []
    child = node
    given: list[str] = []
    for parent in tree.ancestors(node):
        if isinstance(parent, ast.Call):
            if child is parent.func and not (isinstance(child, ast.Attribute) and child.attr in GETTERS):
                break
            child = parent
            continue
        if isinstance(parent, _BINDERS):
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            given += [written for target in targets for written in _written(target)]
        elif isinstance(parent, ast.arguments):
            given += [arg.arg for arg in (*parent.posonlyargs, *parent.args, *parent.kwonlyargs)]
            break
        elif isinstance(parent, ast.ClassDef) and not isinstance(child, ast.stmt):
            given.append(parent.name)
        if isinstance(parent, (ast.stmt, ast.Lambda)):
            break
        child = parent
    return given


def _written(target: ast.expr) -> Iterator[str]:
    """The names and attributes an assignment target sets."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Attribute):
        yield target.attr
    elif isinstance(target, ast.Starred):
        yield from _written(target.value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from _written(element)
