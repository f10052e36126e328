"""What a text is put together from: constants, numbers, quoted words, input, and pieces that the code leaves open.

Names, concatenation, f-strings, ``%``, ``format``, ``join``, ``+=``, ``append``, loops over containers and look-ups in
them are followed, and so are the functions of the module: into what they return, and out to the calls that fill their
parameters. The search keeps its own stack, visits nothing twice and ends after MAX_PIECES steps.
"""

from __future__ import annotations

import ast

from picketlint.base.records import NamedTuple
from picketlint.knowledge.origins import NUMERIC_ATTRIBUTES, SURROUNDINGS, TRANSPARENT_ATTRIBUTES
from picketlint.semantics import inputs
from picketlint.semantics.bindings import Binding, Kind
from picketlint.semantics.callers import Callers
from picketlint.semantics.checks import Checks
from picketlint.semantics.containers import Containers
from picketlint.semantics.entries import Entries
from picketlint.semantics.functions import Callee, Functions
from picketlint.semantics.guards import Guards
from picketlint.semantics.pieces import Entered, Origin, Parts, Piece, Way, leaf
from picketlint.semantics.search import MAX_CALLS_DEEP, MAX_PIECES, TOO_DEEP, TOO_MANY_PIECES, Search, Task
from picketlint.semantics.tables import Tables
from picketlint.semantics.texts import structure, text
from picketlint.semantics.tree import last_name

_NUMERIC_TYPES = frozenset({"int", "float", "bool"})
_LITERALS = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp)
_FIXED = (Origin.CONSTANT, Origin.NUMBER)
_ENUMS = ("enum.", "strenum.")


def _unrestricted(option: str) -> None:
    """The restriction of an option that nobody looks for."""


class _Inside(NamedTuple):
    """A search gone into a function: its name, and the expressions that it returns."""

    task: Task
    name: str
    values: list[ast.expr]


class Origins:
    """Takes the expressions of one module apart."""

    def __init__(self, functions: Functions, guards: Guards) -> None:
        self.functions = functions
        self.resolver = functions.resolver
        self.tree = functions.resolver.tree
        self.containers = Containers(self.resolver, MAX_PIECES)
        self.tables = Tables(self.resolver, guards)
        self.entries = Entries(self.resolver, functions.mentions, self.tables)
        self.callers = Callers(functions, self.entries)
        self.checks = Checks(self.resolver, guards)
        self._known: dict[ast.expr, tuple[Piece, ...]] = {}
        self._reading = False

    def pieces(self, node: ast.expr) -> tuple[Piece, ...]:
        """The pieces of an expression, roughly in reading order; beyond MAX_PIECES there is one more, unknown."""
        found = self._known.get(node)
        if found is None:
            found = self._known[node] = self._search(node, checking=True)
        return found

    def _search(self, node: ast.expr, *, checking: bool) -> tuple[Piece, ...]:
        """A search of its own; one without checks asks nothing that could lead to a search again."""
        search = Search(node, self.entries.option if checking else _unrestricted)
        for task in search:
            self._follow(task, search, checking)
        if search.ended:
            self.tree.limits.reached(TOO_MANY_PIECES, node)
        return tuple(search.found)

    def _contents(self, node: ast.expr) -> Origin | None:
        """What it proves of a value that it is in a container; nothing for a text, which every part of it is in."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "keys":
            node = node.func.value
        whole = self.checks.guards.alias(node) or node
        if text(whole) is not None:
            return None
        if not isinstance(whole, ast.Dict):
            keys = [node]
        elif isinstance(node, ast.Name) and self.containers.put_into(node.id, node, self._bindings(node)) != []:
            return Origin.TESTED
        else:
            keys = [key if key is not None else whole for key in whole.keys]
        origins = {piece.origin for key in keys for piece in self._search(key, checking=False)}
        if any(origin.external for origin in origins):
            return None
        return Origin.LISTED if origins and origins.issubset(_FIXED) else Origin.TESTED

    def _bindings(self, node: ast.Name) -> tuple[Binding, ...]:
        reaching = self.resolver.bindings.lookup(node.id, node)
        return reaching.bindings if reaching is not None else ()

    # -- one step ------------------------------------------------------------------------------------------------------

    def _follow(self, task: Task, search: Search, checking: bool) -> None:
        """Take an expression apart by one step."""
        node = task.node
        if isinstance(node, ast.Constant):
            search.piece(task, Origin.CONSTANT)
            return
        if checking and isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            proven = self.checks.of(node, self._contents)
            if proven in (Origin.LISTED, Origin.NUMBER):
                search.piece(task, proven)
                return
            if proven is not None:
                task = task._replace(proven=proven)
        if isinstance(node, ast.Name):
            self._name(node, task, search)
        elif isinstance(node, ast.Attribute):
            self._attribute(node, task, search)
        elif isinstance(node, ast.Call):
            captured = self.checks.captured(node) if checking and last_name(node.func) == "group" else None
            if captured is not None:
                search.piece(task, captured)
            else:
                self._call(node, task, search)
        elif isinstance(node, ast.Subscript) and self._is_enum(node.value, instance=False):
            search.piece(task, Origin.LISTED)
        else:
            search.parts(task, leaf(Origin.CONSTANT) if self.tables.is_table(node) else structure(node))

    def _is_enum(self, node: ast.expr, *, instance: bool) -> bool:
        """Whether an expression is an enumeration of this module, or a member of one."""
        owner = self.resolver.class_of(node)
        if owner is None or self.resolver.classes.is_instance(node) is not instance:
            return False
        return any(name.startswith(_ENUMS) for base in owner.bases for name in self.resolver.names(base).names)

    # -- names ---------------------------------------------------------------------------------------------------------

    def _name(self, node: ast.Name, task: Task, search: Search) -> None:
        reaching = self.resolver.bindings.lookup(node.id, node)
        if reaching is None:
            search.piece(task, Origin.SURROUNDINGS if node.id in SURROUNDINGS else Origin.UNKNOWN)
            return
        if not reaching.complete:
            search.piece(task, Origin.UNKNOWN)
        further = [one for binding in reaching.bindings for one in self._bound(binding, node, task, search)]
        if any(isinstance(one.node, (*_LITERALS, ast.Call)) for one in further):
            further += self._put(self.containers.put_into(node.id, node, reaching.bindings), task, search)
        search.add(further)

    def _put(self, values: list[ast.expr] | None, task: Task, search: Search) -> list[Task]:
        """What to look at next of what was put into a container; more of it than anybody follows is not known."""
        if values is None:
            self.tree.limits.reached(TOO_MANY_PIECES, task.node)
            search.piece(task, Origin.UNKNOWN)
        return [task.at(value) for value in values or ()]

    def _bound(self, binding: Binding, use: ast.Name, task: Task, search: Search) -> list[Task]:
        """What one binding makes of a name: what to look at next, if there is something."""
        site, value = binding.node, binding.value
        if binding.kind is Kind.PARAMETER and isinstance(site, ast.arg):
            return self._parameter(site, task, search)
        if binding.kind in (Kind.VALUE, Kind.ELEMENT) and value is not None:
            return [task.over(Way.BOUND, site, use.id, value)]
        if binding.kind is Kind.AUGMENTED and isinstance(site, ast.Name) and value is not None:
            joined = task.joined or not task.derived
            before = task._replace(node=site, joined=joined, built=joined)
            return [before, task.over(Way.BOUND, site, use.id, value)._replace(joined=joined, built=joined)]
        if binding.kind is Kind.OPAQUE:
            return self._unpacked(site, task.over(Way.BOUND, site, use.id, use), search)
        search.piece(task, inputs.known(self.resolver, use))
        return []

    def _unpacked(self, site: ast.AST, task: Task, search: Search) -> list[Task]:
        """A name that is a part of something: ``for i, x in enumerate(xs)``, ``a, b = f()``, ``with f() as x``."""
        child, parent = site, self.tree.parent(site)
        while isinstance(parent, (ast.Tuple, ast.List)):
            child, parent = parent, self.tree.parent(parent)
        whole = parent.value if isinstance(parent, ast.Assign) else getattr(parent, "context_expr", None)
        if isinstance(whole, ast.expr):
            element = self._element(whole, site, child, task)
            return element or [task._replace(node=whole, derived=True, label=task.label or task.node, near=whole)]
        if not isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
            search.piece(task, Origin.UNKNOWN)
            return []
        looped = parent.iter
        counted = isinstance(looped, ast.Call) and self.resolver.names(looped.func).certain == "builtins.enumerate"
        if counted and isinstance(child, (ast.Tuple, ast.List)) and child.elts[0] is site:
            search.piece(task, Origin.NUMBER)
            return []
        return [task._replace(node=looped)]

    def _element(self, whole: ast.expr, site: ast.AST, child: ast.AST, task: Task) -> list[Task]:
        """What ``a, b = f()`` gives one name, if the function returns tuples that are written out."""
        target = self.tree.parent(site)
        if not isinstance(target, ast.Tuple) or target is not child or not isinstance(whole, ast.Call):
            return []
        callee = self.functions.callee(whole)
        entered = self._entered(whole, callee, task) if callee is not None else None
        places = self.resolver.bindings.places_in(target)
        if entered is None or places is None:
            return []
        found: list[Task] = []
        for value in entered.values:
            if not isinstance(value, ast.Tuple) or len(value.elts) != len(target.elts):
                return []
            found.append(entered.task.over(Way.RETURNED, value, entered.name, value.elts[places[site]]))
        return found

    def _parameter(self, parameter: ast.arg, task: Task, search: Search) -> list[Task]:
        """A parameter: what the call that was entered hands over, what all calls hand over, or what nobody knows."""
        function = self.functions.owner(parameter)
        if getattr(parameter.annotation, "id", None) in _NUMERIC_TYPES:
            entry = self.entries.origin(function, parameter) if function is not None else None
            search.piece(task, Origin.NUMBER if entry is Origin.NUMBER else Origin.CLAIMED)
            return []
        over = task.over(Way.PARAMETER, parameter, parameter.arg, task.node)
        entered = task.entered
        if entered is not None and entered.function is function:
            values, complete = self.callers.at(parameter, entered.call, entered.bound)
            if not complete:
                search.piece(over, Origin.UNKNOWN)
            inside = over._replace(entered=entered.outer)
            return [inside.over(Way.CALLED, entered.call, parameter.arg, value) for value in values]
        filling = self.callers.filling(parameter)
        too_far = task.calls >= MAX_CALLS_DEEP
        if too_far and filling.given:
            self.tree.limits.reached(TOO_DEEP, parameter)
        if too_far or not filling.closed:
            search.piece(over, filling.origin)
        outside = over._replace(entered=None, aside=task.aside or not filling.closed, calls=task.calls + 1)
        given = filling.given if not too_far else ()
        return [outside.over(Way.CALLED, call, parameter.arg, value) for call, value in given]

    # -- attributes and calls ------------------------------------------------------------------------------------------

    def _attribute(self, node: ast.Attribute, task: Task, search: Search) -> None:
        known = inputs.known(self.resolver, node)
        if known is not Origin.UNKNOWN:
            search.piece(task, known)
            return
        owner = self.resolver.class_of(node.value)
        members = self.resolver.members(owner, node.attr) if owner is not None else []
        if members and self._members(node, members, task, search):
            return
        if node.attr in TRANSPARENT_ATTRIBUTES:
            search.parts(task, Parts([node.value], labelled=True))
        elif inputs.is_answer(self.resolver, node):
            search.piece(task, Origin.MODEL)
        elif node.attr in NUMERIC_ATTRIBUTES:
            search.piece(task, Origin.CLAIMED)
        else:
            derived = owner is None and isinstance(node.value, (ast.Name, ast.Attribute, ast.Call, ast.Subscript))
            search.parts(task, Parts([node.value], labelled=True, derived=True) if derived else leaf(Origin.UNKNOWN))

    def _members(self, node: ast.Attribute, members: list[Binding], task: Task, search: Search) -> bool:
        """What a class of this module binds to an attribute, if all of that can be followed."""
        values = [member.value for member in members if member.kind is Kind.VALUE and member.value is not None]
        if len(values) < len(members):
            function = members[0].node
            if len(members) == 1 and isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return self._property(node, function, task, search)
            return False
        stores = self.resolver.attribute_stores().get(node.attr, ())
        if len(stores) > sum(isinstance(member.node, ast.Attribute) for member in members):
            search.piece(task, Origin.UNKNOWN)
        put = self.containers.put_into("." + node.attr, node)
        search.add(
            [
                *(task.over(Way.BOUND, m.node, node.attr, v) for m, v in zip(members, values, strict=True)),
                *self._put(put, task, search),
            ]
        )
        return True

    def _property(
        self, node: ast.Attribute, function: ast.FunctionDef | ast.AsyncFunctionDef, task: Task, search: Search
    ) -> bool:
        values = self.callers.returned(function)
        if values is None or not function.decorator_list or self.callers.overridden(function):
            return False
        back = task._replace(entered=None)
        search.add(back.over(Way.RETURNED, value, node.attr, value) for value in values)
        return True

    def _call(self, node: ast.Call, task: Task, search: Search) -> None:
        if self._is_enum(node, instance=True):
            search.piece(task, Origin.LISTED)
            return
        if self._is_installed(node):
            search.piece(task, Origin.SURROUNDINGS)
            return
        callee = self.functions.callee(node) if isinstance(node.func, (ast.Name, ast.Attribute)) else None
        if callee is None or not self._enter(node, callee, task, search):
            search.parts(task, inputs.called(self.resolver, node))

    def _enter(self, node: ast.Call, callee: Callee, task: Task, search: Search) -> bool:
        """Go on with what a function of the module returns for this call."""
        inside = self._entered(node, callee, task)
        if inside is None:
            return False
        search.add(inside.task.over(Way.RETURNED, value, inside.name, value) for value in inside.values)
        if self.callers.overridden(callee.function):
            search.piece(task, Origin.UNKNOWN)
        return True

    def _entered(self, node: ast.Call, callee: Callee, task: Task) -> _Inside | None:
        values = self.callers.returned(callee.function)
        depth = task.entered.depth + 1 if task.entered is not None else 1
        if values is not None and depth > MAX_CALLS_DEEP:
            self.tree.limits.reached(TOO_DEEP, node)
            return None
        if values is None:
            return None
        entered = Entered(callee.function, node, callee.bound, task.entered, depth)
        name = getattr(callee.function, "name", "") or "the function"
        return _Inside(task._replace(entered=entered), name, values)

    def _is_installed(self, node: ast.Call) -> bool:
        """Whether a call reads a file that is installed with the module: its path is made of ``__file__``."""
        path = inputs.opened(self.resolver, node)
        if path is None or self._reading:
            return False
        self._reading = True
        pieces = self._search(path, checking=False)
        self._reading = False
        parts = [self.tree.limits.walk(TOO_MANY_PIECES, piece.node, MAX_PIECES) or () for piece in pieces]
        beside = any(getattr(part, "id", "") == "__file__" for found in parts for part in found)
        return beside and all(piece.origin in (Origin.CONSTANT, Origin.SURROUNDINGS) for piece in pieces)
