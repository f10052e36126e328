"""Whether somebody said to trust what is loaded: ``if args.trust: load(name, trust_remote_code=True)``.

That spells the flag handed on, ``trust_remote_code=args.trust``, as a branch. It counts as such where the code itself
decides nothing: the test reads a parameter, an option or a setting that no line in sight makes true.
"""

from __future__ import annotations

import ast

from picketlint.semantics.bindings import Kind
from picketlint.semantics.defaults import PARAMETER
from picketlint.semantics.guards import LOOKUPS
from picketlint.semantics.options import Verdict, truthy
from picketlint.semantics.tree import last_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.module import Module

_MAX_NAMES = 4
_MAX_PARAMETERS = 32
_TOO_MANY_NAMES = f"a flag that says to trust is followed through {_MAX_NAMES} names"
_TOO_MANY = f"who fills a parameter that says to trust is looked for in {_MAX_PARAMETERS} parameters"


def is_told(read: ast.expr, module: Module) -> bool:
    """Whether what a test reads is given from outside this module, which nowhere makes it true itself."""
    values = [read]
    if isinstance(read, ast.Attribute):
        for store in module.resolver.attribute_stores().get(read.attr, ()):
            statement = module.tree.parent(store)
            if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
                return False
            values.append(statement.value)
        for default in module.defaults.find(frozenset({read.attr})):
            if default.kind == PARAMETER:
                continue
            if default.value is None and truthy(default.implied):
                return False
            values += [default.value] if default.value is not None else []
    return all(_is_given(value, module) for value in values) and not _is_made_true(values, module)


def _is_given(value: ast.expr, module: Module) -> bool:
    """Whether an expression hands on what it reads: nothing is called, compared or looked up in a list."""
    for _ in range(_MAX_NAMES):
        if not isinstance(value, ast.Name):
            looked_up = isinstance(value, ast.Call) and last_name(value.func) in LOOKUPS
            return looked_up or isinstance(value, (ast.Attribute, ast.Subscript, ast.Constant))
        reaching = module.resolver.bindings.lookup(value.id, value)
        bindings = reaching.bindings if reaching is not None and reaching.complete else ()
        if len(bindings) != 1 or bindings[0].kind is not Kind.VALUE or bindings[0].value is None:
            return len(bindings) > 0 and all(binding.kind is Kind.PARAMETER for binding in bindings)
        value = bindings[0].value
    module.tree.limits.reached(_TOO_MANY_NAMES, value)
    return False


def _is_made_true(values: list[ast.expr], module: Module) -> bool:
    """Whether one of some values is true by what the module says: a constant, a default, what a caller hands on."""
    pending, seen = [*values], set[ast.AST]()
    while pending:
        value = module.value(pending.pop())
        if value.judge(truthy)[0] is not Verdict.SAFE:
            return True
        for option in value.options:
            if not isinstance(option.node, ast.arg) or option.node in seen:
                continue
            if len(seen) == _MAX_PARAMETERS:
                module.tree.limits.reached(_TOO_MANY, option.node)
                return True
            seen.add(option.node)
            for _, given in module.functions.handed(option.node):
                pending += [candidate.value for candidate in given.candidates]
    return False
