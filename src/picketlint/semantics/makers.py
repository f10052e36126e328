"""The calls that made what an expression stands for: through names, members of a class, ``with`` and methods."""

from __future__ import annotations

import ast
from collections.abc import Callable, Container

from picketlint.base.records import NamedTuple
from picketlint.knowledge.buffers import MEMORY
from picketlint.semantics.buffers import Buffers
from picketlint.semantics.names import Resolver

_MAX_STEPS = 12
_TOO_FAR = f"what made an object is looked for in {_MAX_STEPS} steps"


class Maker(NamedTuple):
    """A call of something whose qualified name was asked for; ``certain``: it can be nothing else."""

    call: ast.Call
    name: str
    certain: bool


def maker(node: ast.expr, names: Container[str], methods: Container[str], resolver: Resolver) -> Maker | None:
    """The call of one of ``names`` that an expression goes back to; None where none is surely at its beginning.

    Of a call of one of ``methods`` it is the object that counts: what made it made the result.
    """
    current: ast.AST | None = node
    for _ in range(_MAX_STEPS):
        if isinstance(current, ast.Call):
            found = resolver.names(current.func)
            name = next((name for name in found.names if name in names), None)
            if name is not None:
                return Maker(current, name, found.certain is not None)
            func = current.func
            current = func.value if isinstance(func, ast.Attribute) and func.attr in methods else None
        elif isinstance(current, (ast.Name, ast.Attribute)):
            current = _bound(current, resolver)
        else:
            return None
    resolver.tree.limits.reached(_TOO_FAR, node)
    return None


def _bound(node: ast.Name | ast.Attribute, resolver: Resolver) -> ast.AST | None:
    """The one expression a name or a member stands for; None, as a value that is set first, does not count."""
    if isinstance(node, ast.Name):
        reaching = resolver.bindings.lookup(node.id, node)
        bindings = list(reaching.bindings) if reaching is not None else []
    else:
        owner = resolver.class_of(node.value)
        bindings = resolver.members(owner, node.attr) if owner is not None else []
    places = [(binding, resolver.tree.parent(binding.node)) for binding in bindings]
    values = [place.context_expr if isinstance(place, ast.withitem) else binding.value for binding, place in places]
    made = [value for value in values if not (isinstance(value, ast.Constant) and value.value is None)]
    return made[0] if len(made) == 1 else None


def made_here(node: ast.expr, makes: Callable[[str], bool], resolver: Resolver, buffers: Buffers) -> bool:
    """Whether all that an expression can be is what calls of this module made, of functions that ``makes`` knows.

    A file in memory stands for what it is made of or what was dumped to it, and a private member of a class for what
    the module assigns to it.
    """
    if isinstance(node, ast.Call) and len(node.args) == 1 and resolver.names(node.func).certain in MEMORY:
        node = node.args[0]
    if buffers.filled_here(node):
        return True
    values: list[ast.expr | None] = [node]
    if isinstance(node, ast.Name):
        reaching = resolver.bindings.lookup(node.id, node)
        values = [binding.value for binding in reaching.bindings] if reaching is not None and reaching.complete else []
    elif isinstance(node, ast.Attribute) and node.attr.startswith("_"):
        values = _kept(node, resolver)
    return bool(values) and all(
        isinstance(value, ast.Call) and (_made(value, makes, resolver) or buffers.filled_here(value))
        for value in values
    )


def _made(call: ast.Call, makes: Callable[[str], bool], resolver: Resolver) -> bool:
    names = resolver.names(call.func).names
    return bool(names) and all(map(makes, names))


def _kept(member: ast.Attribute, resolver: Resolver) -> list[ast.expr | None]:
    """What is assigned to a member of a class of this module, None aside; nothing where that is not all known."""
    owner = resolver.class_of(member.value)
    bindings = resolver.members(owner, member.attr) if owner is not None else []
    if len(bindings) < len(resolver.attribute_stores().get(member.attr, [])):
        return []
    values = [binding.value for binding in bindings]
    return [value for value in values if not (isinstance(value, ast.Constant) and value.value is None)]
