"""Tables of functions: what ``LOADERS[suffix]``, ``LOADERS.get(suffix)`` and ``(load, loads)[i]`` can be."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from picketlint.base.records import NamedTuple
from picketlint.semantics.bindings import Binding, Bindings, Kind
from picketlint.semantics.classes import Classes
from picketlint.semantics.tree import Tree

_MAX_FUNCTIONS = 64
_TOO_MANY = f"a table of functions is looked into if it has up to {_MAX_FUNCTIONS} of them"
GETTERS = frozenset({"get", "pop"})


class Entries(NamedTuple):
    """The expressions that an entry of a table can be. ``fixed``: it can be nothing else."""

    values: tuple[ast.expr, ...]
    fixed: bool


NO_ENTRIES = Entries((), False)
_Rows = list[tuple[ast.expr | None, ast.expr]]


class FunctionTables:
    """Answers which entries of the tables of one module an expression can mean, by how they are written alone."""

    def __init__(self, tree: Tree, bindings: Bindings, classes: Classes) -> None:
        self.tree = tree
        self.bindings = bindings
        self.classes = classes
        self._rows: dict[ast.expr, _Rows] = {}

    def entries(self, node: ast.Subscript | ast.Call) -> Entries:
        """What a subscript, or a call of ``get``, can take out of a table; nothing where no table is known."""
        if isinstance(node, ast.Subscript):
            return self._taken(node.value, node.slice, [])
        if isinstance(node.func, ast.Attribute) and node.func.attr in GETTERS and node.args:
            return self._taken(node.func.value, node.args[0], node.args[1:2])
        return NO_ENTRIES

    def _taken(self, table: ast.expr, key: ast.expr, fallback: list[ast.expr]) -> Entries:
        known = key.value if isinstance(key, ast.Constant) else None
        values: list[ast.expr] = []
        for literal in self._literals(table):
            for entry, value in self._rows_of(literal):
                same = isinstance(entry, ast.Constant) and entry.value == known
                if known is None or entry is None or same:
                    values.append(value)
        # Under a name it can be changed at any time, and an entry need not be one of the functions.
        fixed = known is not None and isinstance(table, ast.Dict) and len(values) == 1
        return Entries((*values, *(fallback if values else ())), fixed)

    def _literals(self, table: ast.expr) -> list[ast.expr]:
        """The literals that a table is made of."""
        bindings: Sequence[Binding] = ()
        if isinstance(table, ast.Name):
            reaching = self.bindings.lookup(table.id, table)
            bindings = reaching.bindings if reaching is not None else ()
        elif isinstance(table, ast.Attribute):
            owner = self.classes.class_of(table.value)
            bindings = self.classes.members(owner, table.attr) if owner is not None else ()
        else:
            return [table]
        return [binding.value for binding in bindings if binding.kind is Kind.VALUE and binding.value is not None]

    def _rows_of(self, table: ast.expr) -> _Rows:
        """The keys and values of a literal, but for values that are no functions; None for a key that is not known."""
        found = self._rows.get(table)
        if found is None:
            rows: _Rows = []
            if isinstance(table, ast.Dict):
                rows = [(key, value) for key, value in zip(table.keys, table.values, strict=True) if key is not None]
            elif isinstance(table, (ast.List, ast.Tuple)):
                rows = [(None, value) for value in table.elts]
            elif isinstance(table, ast.Call) and isinstance(table.func, ast.Name) and table.func.id == "dict":
                rows = [(ast.Constant(k.arg), k.value) for k in table.keywords if k.arg is not None]
            rows = [row for row in rows if _is_function(row[1])]
            if len(rows) > _MAX_FUNCTIONS:
                self.tree.limits.reached(_TOO_MANY, table)
                rows = []
            found = self._rows[table] = rows
        return found


def _is_function(node: ast.expr) -> bool:
    """Whether an expression may be a function that somebody named: no literal, no text put together."""
    return isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.IfExp))
