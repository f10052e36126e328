"""What has the name of a credential and a default: parameters, fields and options."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.credentials.callsinks import keyword_of
from picketlint.credentials.names import kind_of
from picketlint.credentials.naming import Sink, kind_under, login_of
from picketlint.knowledge.defaults import OPTION_CALLS
from picketlint.knowledge.logins import SHORT_NAMES
from picketlint.semantics.tree import last_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.module import Module


def default_sinks(module: Module) -> Iterator[Sink]:
    """The defaults of parameters, fields and options."""
    wanted = {parameter.arg for parameter in module.tree.nodes(ast.arg) if kind_of(parameter.arg) is not None}
    short = {one.arg for one in module.tree.nodes(ast.arg) if one.arg.lower() in SHORT_NAMES}
    fields = [(assign.targets[0], assign.value) for assign in module.tree.nodes(ast.Assign)]
    fields += [(field.target, field.value) for field in module.tree.nodes(ast.AnnAssign) if field.value is not None]
    for target, value in fields:
        if isinstance(value, ast.Call) and isinstance(target, ast.Name) and kind_of(target.id) is not None:
            wanted.add(target.id)
    for call in module.tree.nodes(ast.Call):
        if last_name(call.func) in OPTION_CALLS:
            wanted.update(_option_names(call))
    signatures = _Signatures(module)
    for default in module.defaults.find(frozenset(wanted | short)) if wanted or short else ():
        if default.value is None or (default.name in short and not isinstance(default.anchor, ast.arg)):
            continue
        kind = kind_under(default.name, default.value)
        if kind is not None:
            yield Sink(default.name, kind, default.value, signatures.login(default.anchor))


def _option_names(call: ast.Call) -> Iterator[str]:
    """The names of credentials that an option goes by, as identifiers."""
    dest = keyword_of(call, "dest")
    for node in (*call.args, *([dest] if dest is not None else [])):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value.split("/")[0].strip().lstrip("-").replace("-", "_")
            if kind_of(name) is not None:
                yield name


class _Signatures:
    """The parameters of functions that say who logs in and where, with their defaults."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._known: dict[ast.AST, dict[str, ast.expr | None]] = {}

    def login(self, anchor: ast.AST) -> dict[str, ast.expr | None]:
        """Those of the function that a parameter belongs to; nothing for what is no parameter."""
        arguments = self._module.tree.parent(anchor)
        if not isinstance(anchor, ast.arg) or not isinstance(arguments, ast.arguments):
            return {}
        if arguments not in self._known:
            signature = self._module.resolver.signature(arguments)
            self._known[arguments] = login_of((one.node.arg, one.default) for one in signature)
        return self._known[arguments]
