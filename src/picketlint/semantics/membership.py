"""Mappings that are only asked for their keys: ``ALLOWED = dict(trust_remote_code=True)``, ``if name not in ALLOWED``.

What such a mapping has under a key goes nowhere.
"""

from __future__ import annotations

import ast

from picketlint.semantics.tree import FUNCTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.module import Module

# Builtin functions that see the keys of a mapping, and no value.
_OF_KEYS = frozenset({"frozenset", "len", "list", "set", "sorted", "tuple"})
# What hands on everything that a function has a name for.
_OF_NAMES = ("eval", "exec", "locals", "vars")


def gives_keys(mapping: ast.expr, module: Module) -> bool:
    """Whether no value of a mapping gets anywhere: its one name, private, only asks for keys."""
    tree = module.tree
    if _is_asked(mapping, module):
        return True
    statement = tree.parent(mapping)
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    else:
        targets = [statement.target] if isinstance(statement, ast.AnnAssign) else []
    if len(targets) != 1 or not isinstance(targets[0], ast.Name):
        return False
    name = targets[0].id
    owner = module.resolver.bindings.owner(name, targets[0])
    if owner is None or not (isinstance(owner.scope, FUNCTIONS) or (owner.scope is tree.root and name[0] == "_")):
        return False
    around = (tree.scope(read) for word in _OF_NAMES for read in tree.reads.get(word, ()))
    mentions = module.mentions.of(name)
    return bool(mentions) and all(_is_asked(mention, module) for mention in mentions) and owner.scope not in around


def _is_asked(node: ast.AST, module: Module) -> bool:
    """Whether an expression stands where keys of it are looked for or listed."""
    parent = module.tree.parent(node)
    if isinstance(parent, ast.Compare):
        asked = zip(parent.comparators, parent.ops, strict=True)
        return any(side is node and isinstance(operator, (ast.In, ast.NotIn)) for side, operator in asked)
    if isinstance(parent, ast.Attribute):
        return parent.attr == "keys" and isinstance(module.tree.parent(parent), ast.Call)
    if isinstance(parent, ast.Call):
        return parent.args == [node] and getattr(parent.func, "id", None) in _OF_KEYS
    return isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)) and parent.iter is node
