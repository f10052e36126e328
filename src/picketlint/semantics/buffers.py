"""Files in memory, and temporary ones, that hold nothing but what the code around them has pickled.

The name of such a file may only be used by functions that are known to write a pickle to it or to read from it. It is
anything else as soon as it is handed to another function, returned, stored or written to.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from picketlint.knowledge.buffers import CONTENTS, DUMPS, FILE_KEYWORDS, HARMLESS, MEMORY, READERS, TEMPORARY, WRITERS
from picketlint.semantics.bindings import Binding, Kind
from picketlint.semantics.names import Resolver
from picketlint.semantics.tree import COMPREHENSIONS


class Buffers:
    """Answers which names of one module stand for such files."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.tree = resolver.tree
        self._known: dict[tuple[str, ast.AST], bool] = {}

    def filled_here(self, node: ast.expr) -> bool:
        """Whether an expression is such a file, or what was read from it."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CONTENTS:
            node = node.func.value
        if not isinstance(node, ast.Name):
            return False
        owner = self.resolver.bindings.owner(node.id, node)
        if owner is None or isinstance(owner.scope, (ast.ClassDef, *COMPREHENSIONS)):
            return False
        key = (node.id, owner.scope)
        if key not in self._known:
            self._known[key] = self._filled(node.id, owner.scope)
        return self._known[key]

    def _filled(self, name: str, scope: ast.AST) -> bool:
        opened = [self._opened(binding) for binding in self.resolver.bindings.group(name, scope)]
        if not all(opened):
            return False
        written = False
        for call in opened:
            if isinstance(call, ast.Call) and call.args and self._all(call, MEMORY.__contains__):
                if not self._all(call.args[0], DUMPS.__contains__):
                    return False
                written = True
        for use in self.tree.reads.get(name, ()):
            owner = self.resolver.bindings.owner(name, use)
            if owner is not None and owner.scope is scope:
                writes = self._writes(use)
                if writes is None:
                    return False
                written = written or writes
        return written

    def _opened(self, binding: Binding) -> ast.AST | None:
        """The call that makes the file, where a binding gives the name a new one; ``del`` takes it away."""
        if binding.kind is Kind.DELETED:
            return binding.node
        item = self.tree.parent(binding.node)
        value = item.context_expr if isinstance(item, ast.withitem) else binding.value
        plain = isinstance(item, ast.withitem) or binding.kind is Kind.VALUE
        made = plain and value is not None and self._all(value, lambda name: name in MEMORY or name in TEMPORARY)
        return value if made else None

    def _writes(self, use: ast.Name) -> bool | None:
        """Whether a use of the name writes a pickle to the file; None where it may do something else."""
        parent = self.tree.parent(use)
        if isinstance(parent, ast.withitem):
            return False
        if isinstance(parent, ast.Attribute):
            return False if self._harmless(parent) else None
        call = self.tree.parent(parent) if isinstance(parent, ast.keyword) else parent
        if not isinstance(call, ast.Call) or use is call.func:
            return None
        if isinstance(parent, ast.keyword):
            return True if parent.arg in FILE_KEYWORDS and self._all(call, WRITERS.__contains__) else None
        place = call.args.index(use)
        if self._all(call, lambda name: WRITERS.get(name) == place):
            return True
        return False if place == 0 and self._all(call, READERS.__contains__) else None

    def _harmless(self, method: ast.Attribute) -> bool:
        """Whether an attribute of the file is a method that is called and writes nothing."""
        call = self.tree.parent(method)
        if not isinstance(call, ast.Call) or call.func is not method:
            return False
        # A view of the memory can be written to, by whoever gets hold of it.
        reader = self.tree.parent(call) if method.attr == "getbuffer" else None
        return method.attr in HARMLESS or (reader is not None and self._all(reader, READERS.__contains__))

    def _all(self, node: ast.AST, known: Callable[[str], bool]) -> bool:
        """Whether a node is a call of functions that are all known, whichever of them it is."""
        names = self.resolver.names(node.func) if isinstance(node, ast.Call) else None
        return names is not None and bool(names.names) and names.complete and all(map(known, names.names))
