"""What a mapping holds under a string key when it is spread into a call.

Literals, ``dict(...)``, ``{**a}``, ``a | b``, conditional expressions, entries of other mappings, what functions of the
module return, members of its classes and names are followed; for a name, all that is done to the dict between its
making and its use: subscripts, ``update``, ``setdefault``, ``pop``, ``del``, and its being handed to code that may
change it. To a member it may be done at any time.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from picketlint.semantics.arguments import ABSENT, MAYBE, Argument, Candidate, State, either, later_wins, written
from picketlint.semantics.bindings import Binding, Kind, Owner
from picketlint.semantics.changes import Change, Changes, What
from picketlint.semantics.flow import Event, Flow, event
from picketlint.semantics.names import Resolver
from picketlint.semantics.returned import Returned
from picketlint.semantics.solver import Solver
from picketlint.semantics.tree import COMPREHENSIONS, FUNCTIONS, end

# The keys that lead to what is asked for: one, or more for a mapping in a mapping.
Path = tuple[str, ...]
Key = tuple[ast.expr, Path]
Get = Callable[[Key], Argument]
_Entries = dict[str | None, list[tuple[int, ast.expr | None, ast.expr]]]
_COPIES = frozenset({"copy.copy", "copy.deepcopy"})
_MAX_PATH = 4
_TOO_NESTED = f"mappings in mappings are looked into {_MAX_PATH} deep"
# Each may mean a look at all that is done to the mapping.
_MAX_LOOKUPS = 512
_TOO_MANY_LOOKUPS = f"{_MAX_LOOKUPS} keys of mappings are looked up"


class Mappings(Solver[Key, Argument]):
    """Answers what the mappings of one module hold."""

    def __init__(self, resolver: Resolver) -> None:
        super().__init__()
        self.resolver = resolver
        self._changes = Changes(resolver.tree)
        self._returned = Returned(resolver)
        self._entries: dict[ast.Dict, _Entries] = {}
        self._members: dict[tuple[ast.ClassDef, str], ast.Attribute] = {}
        self._lookups: dict[Key, None] = {}
        self._flows: dict[tuple[str, ast.AST, str], tuple[Flow, list[Binding | Change]]] = {}

    def entry(self, node: ast.expr, key: str) -> Argument:
        """What a mapping holds under a key; MAYBE where it depends on itself."""
        return self.solve((node, (key,)))

    def looked_up(self, node: ast.expr) -> Argument | None:
        """What ``mapping["key"]`` and ``mapping.get("key")`` give; None for any other expression."""
        inner = self._inner(node, ())
        if inner is None:
            return None
        if len(self._lookups) >= _MAX_LOOKUPS and inner not in self._lookups:
            self.resolver.tree.limits.reached(_TOO_MANY_LOOKUPS, node)
            return MAYBE
        self._lookups[inner] = None
        return self.solve(inner)

    def _unknown(self, key: Key) -> Argument:
        return MAYBE

    # -- what an answer depends on -------------------------------------------------------------------------------------

    def _dependencies(self, question: Key) -> list[Key]:
        node, path = question
        inner = self._inner(node, path)
        if inner is not None:
            return [inner]
        if isinstance(node, ast.Dict):
            return self._parts_of_dict(node, path)
        if isinstance(node, ast.Name):
            return [part for step in self._steps(node, path[0]) or () for part in self._parts_of_step(step, path)]
        if isinstance(node, ast.Attribute):
            first = self._first(node)
            if first is not node:
                return [(first, path)]
            bindings, changes = self._at_member(node, path[0])
            steps: list[Binding | Change] = [*bindings, *changes]
            return [part for step in steps for part in self._parts_of_step(step, path)]
        own = _inside(written(node.keywords, path[0]), path) if isinstance(node, ast.Call) else []
        return [*((part, path) for part in self._parts(node)), *own]

    def _parts(self, node: ast.expr) -> list[ast.expr]:
        """The mappings that a mapping is made of, all of whose entries may be its own."""
        if isinstance(node, ast.Call):
            return self._copied(node) or self._returned.to(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return [node.left, node.right]
        if isinstance(node, ast.IfExp):
            return [node.body, node.orelse]
        if isinstance(node, ast.BoolOp):
            return node.values
        return [node.value] if isinstance(node, ast.NamedExpr) else []

    def _inner(self, node: ast.expr, path: Path) -> Key | None:
        """The question that one about ``mapping["key"]`` or ``mapping.get("key")`` comes down to."""
        found: tuple[ast.expr, ast.expr] | None = None
        if isinstance(node, ast.Subscript):
            found = (node.value, node.slice)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            found = (node.func.value, node.args[0]) if len(node.args) == 1 else None
        if found is None or not isinstance(found[1], ast.Constant) or not isinstance(found[1].value, str):
            return None
        if len(path) == _MAX_PATH:
            self.resolver.tree.limits.reached(_TOO_NESTED, node)
            return None
        return found[0], (found[1].value, *path)

    def _copied(self, node: ast.Call) -> list[ast.expr]:
        """The mappings a call of ``dict``, ``copy`` or ``x.copy()`` copies, then those spread into its keywords."""
        if isinstance(node.func, ast.Attribute) and node.func.attr == "copy" and not node.args:
            return [node.func.value]
        callee = self.resolver.names(node.func).certain
        if callee == "builtins.dict":
            return [*node.args[:1], *_spread(node.keywords)]
        return node.args[:1] if callee in _COPIES else []

    def _parts_of_step(self, step: Binding | Change, path: Path) -> list[Key]:
        if isinstance(step, Change):
            mappings = [*(step.given[:1] if step.what is What.UPDATE else ()), *_spread(step.keywords)]
            before = [step.mapping] if isinstance(step.mapping, ast.Name) else []
            return [*((part, path) for part in (*before, *mappings)), *_inside(_put(step, path[0]), path)]
        if step.kind is Kind.VALUE and step.value is not None:
            return [(step.value, path)]
        if step.kind is Kind.AUGMENTED and isinstance(step.node, ast.Name) and step.value is not None:
            return [(step.node, path), (step.value, path)]
        return []

    def _parts_of_dict(self, node: ast.Dict, path: Path) -> list[Key]:
        parts: list[Key] = []
        for entry, value in self._entries_of(node, path[0]):
            if entry is None:
                parts.append((value, path))
            elif len(path) > 1 and isinstance(entry, ast.Constant):
                parts.append((value, path[1:]))
        return parts

    def _entries_of(self, node: ast.Dict, key: str) -> list[tuple[ast.expr | None, ast.expr]]:
        """The entries of a literal, in order, that can concern a key: its own, what is spread, and computed keys."""
        found = self._entries.get(node)
        if found is None:
            found = self._entries[node] = {}
            for place, (entry, value) in enumerate(zip(node.keys, node.values, strict=True)):
                if not isinstance(entry, ast.Constant):
                    found.setdefault(None, []).append((place, entry, value))
                elif isinstance(entry.value, str):
                    found.setdefault(entry.value, []).append((place, entry, value))
        near = sorted([*found.get(key, ()), *found.get(None, ())], key=lambda entry: entry[0])
        return [(entry, value) for _, entry, value in near]

    def _first(self, node: ast.Attribute) -> ast.Attribute:
        """The attribute that was asked about first, of all that mean the same member: the answer is the same."""
        owner = self.resolver.class_of(node.value)
        return node if owner is None else self._members.setdefault((owner, node.attr), node)

    def _at_member(self, node: ast.Attribute, key: str) -> tuple[list[Binding], list[Change]]:
        """What the module assigns to a member of a class, and all changes of members of this name."""
        owner = self.resolver.class_of(node.value)
        bindings = self.resolver.members(owner, node.attr) if owner is not None else []
        return bindings, self._changes.of_member(node.attr, key) if bindings else []

    # -- answers -------------------------------------------------------------------------------------------------------

    def _combine(self, question: Key, get: Get) -> Argument:
        node, path = question
        inner = self._inner(node, path)
        if inner is not None:
            # Somebody else may put there what is not in sight.
            return _open(get(inner))
        if isinstance(node, ast.Dict):
            return self._in_dict(node, path, get)
        if isinstance(node, ast.Name):
            steps = self._steps(node, path[0])
            return either([self._after(step, path, get) for step in steps]) if steps else MAYBE
        if isinstance(node, ast.Attribute):
            first = self._first(node)
            return get((first, path)) if first is not node else _open(self._in_member(node, path, get))
        parts = [get((part, path)) for part in self._parts(node)]
        if isinstance(node, ast.Call) and self.resolver.names(node.func).certain == "builtins.dict":
            return later_wins([*parts, *_read(written(node.keywords, path[0]), path, get)])
        if isinstance(node, ast.BinOp) or (isinstance(node, ast.Call) and self._copied(node)):
            return later_wins(parts) if parts else MAYBE
        found = either(parts) if parts else MAYBE
        method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        return _open(found) if method else found

    def _in_dict(self, node: ast.Dict, path: Path, get: Get) -> Argument:
        """The last entry counts; keys that are not literal may be any."""
        parts: list[Argument] = []
        for entry, value in self._entries_of(node, path[0]):
            if entry is None:
                parts.append(get((value, path)))
            elif not isinstance(entry, ast.Constant):
                parts.append(MAYBE)
            else:
                parts += _read([Argument(State.GIVEN, (Candidate(value, entry),))], path, get)
        return later_wins(parts)

    def _in_member(self, node: ast.Attribute, path: Path, get: Get) -> Argument:
        """What a member is assigned somewhere, or has after one of its changes; derived classes may have their own."""
        bindings, changes = self._at_member(node, path[0])
        owner = self.resolver.class_of(node.value)
        if not bindings or owner is None:
            return MAYBE
        classes = self.resolver.classes
        before = either([self._after(binding, path, get) for binding in bindings])
        open_ = (
            classes.foreign(node.attr) or classes.overridden(owner, node.attr) or any(map(classes.is_field, bindings))
        )
        if open_:
            before = later_wins([before, MAYBE])
        return either([before, *(self._changed(change, before, path, get) for change in changes)])

    def _after(self, step: Binding | Change, path: Path, get: Get) -> Argument:
        """What the mapping holds right after it was bound or changed."""
        if isinstance(step, Change):
            return self._changed(step, get((step.mapping, path)), path, get)
        function = step.scope
        if isinstance(step.node, ast.arg) and isinstance(function, FUNCTIONS) and function.args.kwarg is step.node:
            return Argument(State.MAYBE, passed=(step.node,))
        parts = [get(part) for part in self._parts_of_step(step, path)]
        return later_wins(parts) if parts else MAYBE

    @staticmethod
    def _changed(change: Change, before: Argument, path: Path, get: Get) -> Argument:
        put = _read(_put(change, path[0]), path, get)
        if change.what is What.STORE:
            return put[0] if put else MAYBE
        if change.what is What.REMOVE:
            return ABSENT
        if change.what is What.DEFAULT:
            return later_wins([*put, before])
        if change.what is What.UPDATE:
            spread = [get((part, path)) for part in (*change.given[:1], *_spread(change.keywords))]
            return later_wins([before, *spread, *put])
        if change.what is What.ESCAPE and before.state is State.GIVEN:
            return before
        if change.what is What.INSIDE and len(path) == 1:
            return before
        return later_wins([before, MAYBE])

    # -- control flow --------------------------------------------------------------------------------------------------

    def _steps(self, node: ast.Name, key: str) -> list[Binding | Change] | None:
        """The bindings and changes of the mapping that can be the last before a use; None where it is not known."""
        owner = self.resolver.bindings.owner(node.id, node)
        if owner is None or isinstance(owner.scope, COMPREHENSIONS):
            return None
        flow, steps = self._flow(node.id, owner, key)
        reached = flow.reaching(node, deferred=owner.deferred)
        outside = reached.unset and not isinstance(owner.scope, FUNCTIONS)
        if reached.many or (outside and not reached.events):
            return None
        return [steps[index] for index in reached.events]

    def _flow(self, name: str, owner: Owner, key: str) -> tuple[Flow, list[Binding | Change]]:
        place = (name, owner.scope, key)
        found = self._flows.get(place)
        if found is None:
            steps: list[Binding | Change] = [*self.resolver.bindings.group(name, owner.scope)]
            events = [event(step) for step in self.resolver.bindings.group(name, owner.scope)]
            for change in self._changes.of(name, key):
                owned = self.resolver.bindings.owner(name, change.mapping)
                if owned is not None and owned.scope is owner.scope:
                    steps.append(change)
                    events.append(Event(change.mapping, end(change.site), remote=self._remote(change, owned)))
            found = self._flows[place] = (Flow(self.resolver.bindings.control, owner.scope, events), steps)
        return found

    def _remote(self, change: Change, owner: Owner) -> bool:
        """Whether a change is made in a scope of its own, so that it can happen at any time or not at all."""
        tree = self.resolver.tree
        scope = tree.scope(change.mapping)
        while isinstance(scope, COMPREHENSIONS):
            scope = tree.scope(scope)
        return owner.deferred or scope is not owner.scope


def _put(change: Change, key: str) -> list[Argument]:
    """The value that a change puts under a key, rather than another mapping that may have it."""
    if change.what in (What.STORE, What.DEFAULT) and change.given:
        focus = change.focus or (change.mapping if change.what is What.STORE else change.given[0])
        return [Argument(State.GIVEN, (Candidate(change.given[0], focus),))]
    return written(change.keywords, key) if change.what is What.UPDATE else []


def _open(found: Argument) -> Argument:
    """What is known of a mapping that other modules or derived classes can fill: that a key is absent is not."""
    return MAYBE if found.state is State.ABSENT else found


def _inside(found: list[Argument], path: Path) -> list[Key]:
    """The questions about the mappings that lie under the first key of a path."""
    if len(path) == 1:
        return []
    return [(candidate.value, path[1:]) for argument in found for candidate in argument.candidates]


def _read(found: list[Argument], path: Path, get: Get) -> list[Argument]:
    """What lies under the first key of a path; of mappings that lie there, what they hold under the rest of it."""
    return found if len(path) == 1 else [get(question) for question in _inside(found, path)]


def _spread(keywords: Iterable[ast.keyword]) -> list[ast.expr]:
    return [keyword.value for keyword in keywords if keyword.arg is None]
