"""The lists of arguments that programs are started with, as far as a module writes them out.

``[*ENTRY, "-c", command]``, ``BASE + ["-c"]``, names, ``+=``, and what ``append``, ``extend`` and ``insert`` put at
their end between the making of a list and its use.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator

from picketlint.semantics.bindings import Kind
from picketlint.semantics.names import Resolver
from picketlint.semantics.tree import Position, end, starred, start

MAX_WORDS = 64
_MAX_STEPS = 24
TOO_MANY = f"of a list of arguments {MAX_WORDS} are looked at, put together in {_MAX_STEPS} steps"
_INSERTED = 2
_LAST: Position = (1 << 62, 0)

_Added = list[tuple[Position, ast.Name, tuple[ast.expr, ...]]]


class Argvs:
    """Answers which lists of arguments the expressions of one module can be."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.tree = resolver.tree
        self._added: dict[tuple[str, ast.AST], _Added] = {}

    def of(self, node: ast.expr) -> Iterator[list[ast.expr]]:
        """The lists an expression can be; what of them is not written out stays in them as a starred element."""
        pending: list[list[ast.expr]] = [[starred(node)]]
        stuck: set[ast.expr] = set()
        for _ in range(_MAX_STEPS):
            if not pending:
                return
            words = pending.pop()
            if len(words) > MAX_WORDS:
                self.tree.limits.reached(TOO_MANY, node)
                del words[MAX_WORDS:]
            open_ = ((i, one) for i, one in enumerate(words) if isinstance(one, ast.Starred) and one not in stuck)
            place, word = next(open_, (0, None))
            if word is None:
                yield words
                continue
            spread = self._spread(word.value)
            pending += [[*words[:place], *parts, *words[place + 1 :]] for parts in reversed(spread)]
            if not spread:
                stuck.add(word)
                pending.append(words)
        if pending:
            self.tree.limits.reached(TOO_MANY, node)

    def grown(self, words: ast.List) -> Iterator[list[ast.expr]]:
        """The lists that a list becomes which is given to a name, when all that the module adds to it was added."""
        assignment = self.tree.parent(words)
        if not isinstance(assignment, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
            return
        for target in assignment.targets if isinstance(assignment, ast.Assign) else [assignment.target]:
            added = self._added_to(target, end(assignment), target, _LAST) if isinstance(target, ast.Name) else []
            if added:
                yield from self.of(ast.copy_location(ast.List([*words.elts, *added], ast.Load()), words))

    def _spread(self, node: ast.expr) -> list[list[ast.expr]]:
        """One step of taking a list of arguments apart; nothing where it cannot be told."""
        if isinstance(node, (ast.List, ast.Tuple)):
            return [list(node.elts)]
        if isinstance(node, ast.IfExp):
            return [[starred(node.body)], [starred(node.orelse)]]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return [[starred(node.left), starred(node.right)]]
        if not isinstance(node, ast.Name):
            return []
        reaching = self.resolver.bindings.lookup(node.id, node)
        found: list[list[ast.expr]] = []
        for binding in reaching.bindings if reaching is not None else ():
            if binding.kind is Kind.AUGMENTED and isinstance(binding.node, ast.Name) and binding.value is not None:
                found.append([starred(binding.node), starred(binding.value)])
            elif binding.kind is Kind.VALUE and binding.value is not None:
                found.append([starred(binding.value)])
            else:
                continue
            found[-1] += self._added_to(binding.node, binding.position, node, start(node))
        return found

    def _added_to(self, bound: ast.AST, since: Position, name: ast.Name, until: Position) -> list[ast.expr]:
        """The words that are put, between two positions, at the end of what a name is given where it is bound."""
        added = self._sites(name)
        first = bisect_left(added, (since,))
        last = bisect_left(added, (until,))
        if last - first > MAX_WORDS:
            self.tree.limits.reached(TOO_MANY, name)
        words: list[ast.expr] = []
        for _, holder, given in added[first:last][:MAX_WORDS]:
            reaching = self.resolver.bindings.lookup(holder.id, holder)
            if reaching is not None and any(one.node is bound for one in reaching.bindings):
                words += given
        return words

    def _sites(self, name: ast.Name) -> _Added:
        """The places that put words at the end of a list of this name, in the scope that the name belongs to."""
        owner = self.resolver.bindings.owner(name.id, name)
        if owner is None:
            return []
        key = (name.id, owner.scope)
        if key not in self._added:
            self._added.update({(name.id, scope): [] for scope in self.resolver.bindings.by_scope(name.id)})
            for use in self.tree.reads.get(name.id, ()):
                given = self._words_added(use)
                at = self.resolver.bindings.owner(use.id, use) if given else None
                if at is not None:
                    self._added.setdefault((name.id, at.scope), []).append((start(use), use, given))
        return self._added.setdefault(key, [])

    def _words_added(self, use: ast.Name) -> tuple[ast.expr, ...]:
        """What a use of a name as a list puts at its end."""
        method = self.tree.parent(use)
        call = self.tree.parent(method) if isinstance(method, ast.Attribute) else None
        if not isinstance(method, ast.Attribute) or not isinstance(call, ast.Call) or call.func is not method:
            return ()
        if method.attr == "append" and len(call.args) == 1:
            return (call.args[0],)
        if method.attr == "extend" and len(call.args) == 1:
            given = call.args[0]
            return tuple(given.elts) if isinstance(given, (ast.List, ast.Tuple)) else (starred(given),)
        # Where a number tells the place, that is as a rule the end.
        return (call.args[1],) if method.attr == "insert" and len(call.args) == _INSERTED else ()
