"""Callbacks, functions that something else calls: ``pool.map(f, xs)``, ``submit(f, x)``, ``Thread(target=f)``."""

from __future__ import annotations

import ast

from picketlint.knowledge.callbacks import CALLERS, MODULES, REMOTE, RUNNERS
from picketlint.semantics.calls import WRITTEN_PARTIALS
from picketlint.semantics.tree import last_name, starred

# What calls have to be called for ``callback_call`` to find anything.
CALLBACK_TAKERS = frozenset({*RUNNERS, *CALLERS, REMOTE})
# They take the arguments in a tuple, and the keywords in a mapping after it or under one of these names.
_APPLYING = frozenset({"apply", "apply_async"})
_KEYWORDS = frozenset({"kwds", "kwargs"})


def callback_call(call: ast.Call) -> ast.Call | None:
    """The call that ``pool.map(f, xs)``, ``submit(f, x)``, ``Thread(target=f, args=(x,))`` and the like bring about.

    It stands for what happens later and is no node of the tree. The arguments of a function mapped over a container
    are given as the container.
    """
    func = call.func
    name = last_name(func)
    if name in RUNNERS:
        return _run_by(call)
    if name == REMOTE:
        remote = func.value if isinstance(func, ast.Attribute) else None
        return ast.copy_location(ast.Call(remote, call.args, call.keywords), call) if remote is not None else None
    if name in MODULES and last_name(getattr(func, "value", func)) != MODULES[name]:
        return None
    place = CALLERS.get(name)
    if place is None or len(call.args) <= place or not _is_function(call.args[place]):
        return None
    arguments, keywords = call.args[place + 1 :], call.keywords
    if name in _APPLYING:
        arguments, keywords = _applied(arguments, keywords, name)
    if not arguments and isinstance(func, ast.Attribute):
        arguments = [func.value]
    return ast.copy_location(ast.Call(call.args[place], arguments, keywords), call)


def _is_function(node: ast.expr) -> bool:
    """Whether an expression is written like a function: a name, an attribute, or a ``partial`` object."""
    if isinstance(node, ast.Call):
        return last_name(node.func) in WRITTEN_PARTIALS
    return isinstance(node, (ast.Name, ast.Attribute))


def _applied(
    arguments: list[ast.expr], keywords: list[ast.keyword], name: str
) -> tuple[list[ast.expr], list[ast.keyword]]:
    """What ``pool.apply(f, (x,), {"key": y})`` hands on; pandas hands on further keywords as they are."""
    spread = [ast.keyword(None, mapping) for mapping in arguments[1:2] if not isinstance(mapping, ast.Constant)]
    spread += [ast.keyword(None, keyword.value) for keyword in keywords if keyword.arg in _KEYWORDS]
    rest = [keyword for keyword in keywords if keyword.arg not in _KEYWORDS]
    if name == "apply_async" or (arguments and isinstance(arguments[0], ast.Tuple)):
        arguments = [element for argument in arguments[:1] for element in getattr(argument, "elts", [argument])]
    return arguments, [*rest, *spread]


def _run_by(call: ast.Call) -> ast.Call | None:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    target, arguments, keywords = given.get("target"), given.get("args"), given.get("kwargs")
    if target is None:
        return None
    elements = list(arguments.elts) if isinstance(arguments, (ast.Tuple, ast.List)) else []
    if arguments is not None and not elements:
        elements = [starred(arguments)]
    spread = [ast.keyword(None, keywords)] if keywords is not None else []
    return ast.copy_location(ast.Call(target, elements, spread), call)
