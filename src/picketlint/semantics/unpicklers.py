"""Classes of a module that are derived from ``Unpickler``, and which of them find whatever a pickle asks for."""

from __future__ import annotations

import ast

from picketlint.knowledge.pickles import UNPICKLERS
from picketlint.model import Confidence
from picketlint.semantics.tree import last_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.module import Module

_MAX_CLASSES = 64
_MAX_NODES = 500
_TOO_LARGE = f"an `Unpickler` is read up to {_MAX_CLASSES} base classes and {_MAX_NODES} nodes"
_LOOK_UPS = frozenset({"find_class", "import_module", "__import__"})
_NAMED_LOOK_UPS = frozenset({"builtins.getattr", "builtins.__import__", "builtins.eval"})
_NEVER = frozenset({"NoReturn", "Never"})


def finds_everything(owner: ast.ClassDef, module: Module) -> Confidence | None:
    """How sure it is that a class unpickles and finds every class; None where it has an allow-list, or is another."""
    if not _unpickles(owner, module):
        return None
    members = module.resolver.members(owner, "find_class")
    finder = members[0].node if members else None
    if isinstance(finder, ast.FunctionDef) and (_refuses(finder.body, module) or not _looks_up(finder, module)):
        return None
    return Confidence.MEDIUM if members else Confidence.HIGH


def _unpickles(owner: ast.ClassDef, module: Module) -> bool:
    """Whether a class of this file is derived from ``Unpickler``."""
    pending, seen = [owner], {owner}
    while pending and len(seen) <= _MAX_CLASSES:
        for base in pending.pop().bases:
            if any(name in UNPICKLERS for name in module.names(base).names):
                return True
            parent = module.resolver.class_of(base)
            if parent is not None and parent not in seen:
                pending.append(parent)
                seen.add(parent)
    if pending:
        module.tree.limits.reached(_TOO_LARGE, owner)
    return False


def _refuses(statements: list[ast.stmt], module: Module) -> bool:
    """Whether what no test lets through ends in an exception: the mark of an allow-list."""
    if not statements:
        return False
    last = statements[-1]
    if _raises(last, module):
        return True
    if isinstance(last, (ast.If, ast.Try, ast.With)):
        branches = [last.body, getattr(last, "orelse", [])]
        if any(_raises(branch[-1], module) for branch in branches if branch):
            return True
        if any(_refuses(branch, module) for branch in branches):
            return True
    return any(isinstance(s, ast.Assert) or (isinstance(s, ast.If) and _excludes(s, module)) for s in statements)


def _raises(statement: ast.stmt, module: Module) -> bool:
    """Whether a statement raises: ``raise``, or a call of a function of the module that ends in it."""
    if isinstance(statement, ast.Raise):
        return True
    called = statement.value if isinstance(statement, (ast.Expr, ast.Return)) else None
    callee = module.functions.callee(called) if isinstance(called, ast.Call) else None
    if callee is None or not isinstance(callee.function, ast.FunctionDef):
        return False
    returns = callee.function.returns
    return isinstance(callee.function.body[-1], ast.Raise) or (returns is not None and last_name(returns) in _NEVER)


def _excludes(statement: ast.If, module: Module) -> bool:
    """``if (module, name) not in ALLOWED: raise``."""
    if not _raises(statement.body[-1], module):
        return False
    nodes = module.walk(statement.test, _MAX_NODES, _TOO_LARGE)
    return nodes is None or any(isinstance(node, (ast.NotIn, ast.Not, ast.NotEq)) for node in nodes)


def _looks_up(finder: ast.FunctionDef, module: Module) -> bool:
    """Whether a ``find_class`` looks up what it is asked for at all, rather than return fixed classes."""
    calls = [node for node in module.walk(finder, _MAX_NODES, _TOO_LARGE) or () if isinstance(node, ast.Call)]
    if any(getattr(call.func, "attr", "") in _LOOK_UPS for call in calls):
        return True
    return any(module.names(call.func).certain in _NAMED_LOOK_UPS for call in calls)
