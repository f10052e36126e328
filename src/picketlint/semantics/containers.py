"""What is put into the containers of a module after they are made: ``name.append(x)``, ``name[key] = x``."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from picketlint.knowledge.origins import FILLING_METHODS
from picketlint.semantics.bindings import Binding
from picketlint.semantics.names import Resolver


class Containers:
    """Answers what is put into a container, by its name."""

    def __init__(self, resolver: Resolver, most: int) -> None:
        self.resolver = resolver
        self.most = most
        self._filled: dict[str, list[ast.expr]] | None = None
        self._owned: dict[str, dict[ast.AST | None, list[ast.expr]]] = {}

    def put_into(self, key: str, use: ast.expr, bindings: Iterable[Binding] = ()) -> list[ast.expr] | None:
        """What is put into a container of a name (``.attribute`` for an attribute), if it can be the one used.

        None where that is done in more places than ``most``: more than anybody follows.
        """
        sites = self._sites(key, use)
        if len(sites) > self.most:
            return None
        known = {binding.node for binding in bindings}
        found: list[ast.expr] = []
        for site in sites:
            holder = _holder(site)
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

    def _sites(self, key: str, use: ast.expr) -> list[ast.expr]:
        """The places that fill a container of a name; of a plain name those in whose scope it is the same name."""
        sites = self._fillings().get(key, [])
        if len(sites) < 2 or not isinstance(use, ast.Name) or use.id != key:
            return sites
        owned = self._owned.get(key)
        if owned is None:
            owned = self._owned[key] = {}
            for site in sites:
                owned.setdefault(self._owner(key, _holder(site)), []).append(site)
        return owned.get(self._owner(key, use), [])

    def _owner(self, name: str, use: ast.expr) -> ast.AST | None:
        """The scope that a name belongs to; None for one that nothing in the module binds."""
        owner = self.resolver.bindings.owner(name, use)
        return owner.scope if owner is not None else None

    def _fillings(self) -> dict[str, list[ast.expr]]:
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


def _holder(site: ast.expr) -> ast.expr:
    holder: ast.expr = site.value if isinstance(site, ast.Subscript) else site.func.value  # type: ignore[attr-defined]
    return holder


def _key(holder: ast.expr) -> str:
    if isinstance(holder, ast.Attribute):
        return "." + holder.attr
    return holder.id if isinstance(holder, ast.Name) else ""
