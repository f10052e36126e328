"""What expressions call their values, and which of these names are those of credentials."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from picketlint.base.records import NamedTuple
from picketlint.credentials.names import Kind, kind_beside, kind_of, kind_of_many
from picketlint.credentials.strength import looks_random
from picketlint.knowledge.credentials import LOGIN_NAMES
from picketlint.knowledge.logins import ASKING
from picketlint.semantics.bindings import Kind as Bound
from picketlint.semantics.tree import last_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.module import Module

# What gives a name and a value as two entries. https://kubernetes.io/docs/tasks/inject-data-application/
_NAMING = frozenset({"key", "name"})
_VALUE = "value"
SEQUENCES = (ast.List, ast.Tuple, ast.Set)


class Sink(NamedTuple):
    """An expression that has the name of a credential.

    ``login``: what says who logs in with it and where, by name in small letters: the other keywords of a call, the
    other entries of a dict. ``compared``: it is compared with the credential.
    """

    name: str
    kind: Kind
    value: ast.expr
    login: dict[str, ast.expr | None]
    compared: bool = False


def name_of(node: ast.expr, module: Module) -> str | None:
    """What an expression calls its value: a variable, an attribute, a key, what is looked up."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return key_of(node.slice, module)
    if isinstance(node, ast.Call) and last_name(node.func) in ("get", "getenv", "pop") and node.args:
        return key_of(node.args[0], module)
    if isinstance(node, ast.Call) and last_name(node.func) in ASKING:
        return "password"
    if isinstance(node, ast.Call) and last_name(node.func) in ("strip", "encode", "lower", "get_secret_value"):
        return name_of(node.func.value, module) if isinstance(node.func, ast.Attribute) else None
    return None


def key_of(node: ast.expr, module: Module) -> str | None:
    """The text that a key or an argument names something by; None where it is not known, or no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name) and node.id.isupper():
        texts = module.value(node).texts
        return texts[0] if len(texts) == 1 else None
    return None


def named_sinks(name: str | None, value: ast.expr, login: dict[str, ast.expr | None] | None = None) -> Iterator[Sink]:
    """A value under a name, if that is the name of a credential; under that of several, each that is in it."""
    if not name:
        return
    kind = kind_under(name, value)
    if kind is not None:
        yield Sink(name, kind, value, login or {})
        return
    elements = elements_of(value)
    kind = kind_of_many(name) if elements else None
    if kind is not None:
        for element in [*elements, *_keys(value)]:
            yield Sink(name, kind, element, {})


def kind_under(name: str, value: ast.expr) -> Kind | None:
    """What sort of credential a name is that of, by itself or beside a value."""
    return kind_of(name) or (kind_beside(name, value.value) if isinstance(value, ast.Constant) else None)


def elements_of(value: ast.expr) -> list[ast.expr]:
    """What a display holds: of a dict the values."""
    return value.elts if isinstance(value, SEQUENCES) else value.values if isinstance(value, ast.Dict) else []


def _keys(value: ast.expr) -> list[ast.expr]:
    """The keys of a dict, if it says whose the credentials are: its values are plain texts."""
    if not isinstance(value, ast.Dict):
        return []
    owners = [one.value if isinstance(one, ast.Constant) else None for one in value.values]
    if not all(isinstance(owner, str) and not looks_random(owner) for owner in owners):
        return []
    keys = (key for key in value.keys if isinstance(key, ast.Constant))
    return [key for key in keys if isinstance(key.value, str) and looks_random(key.value)]


def login_pair(value: ast.expr, module: Module) -> Iterator[Sink]:
    """``auth=("user", "password")``, also by a name, under which two words can be something else."""
    if isinstance(value, ast.Name):
        reaching = module.resolver.bindings.lookup(value.id, value)
        for one in reaching.bindings if reaching is not None else ():
            if one.kind is Bound.VALUE and isinstance(one.value, ast.Tuple):
                yield from (sink._replace(login={}) for sink in login_pair(one.value, module))
    if isinstance(value, ast.Tuple) and len(value.elts) == 2:
        yield Sink("password", Kind.PASSWORD, value.elts[1], {"user": value.elts[0]})


def login_of(given: Iterable[tuple[str, ast.expr | None]]) -> dict[str, ast.expr | None]:
    """Of what is given by name, what says who logs in and where."""
    return {name.lower(): value for name, value in given if name.lower() in LOGIN_NAMES}


# -- a name and a value, given under names of their own ----------------------------------------------------------------


def described_sinks(given: Iterable[tuple[object, ast.expr]]) -> Iterator[Sink]:
    """The value that is ``described`` by the name of a credential."""
    for name, value in described(given):
        yield from named_sinks(str(name.value), value)


def described(given: Iterable[tuple[object, ast.expr]]) -> Iterator[tuple[ast.Constant, ast.expr]]:
    """A name and its value, each given by a name: ``{"name": "DB_PASSWORD", "value": "..."}``."""
    pair = {name: value for name, value in given if name in _NAMING or name == _VALUE}
    value = pair.pop(_VALUE, None)
    if value is not None:
        for name in pair.values():
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name, value


# -- what is compared --------------------------------------------------------------------------------------------------


def compared_sinks(left: ast.expr, right: ast.expr, module: Module) -> Iterator[Sink]:
    """Of two sides that have to be the same each that is compared with what has the name of a credential."""
    if isinstance(left, ast.Tuple) and isinstance(right, ast.Tuple) and len(left.elts) == len(right.elts):
        for mine, theirs in zip(left.elts, right.elts, strict=True):
            yield from compared_sinks(mine, theirs, module)
    for one, other in ((left, right), (right, left)):
        name = name_of(one, module)
        kind = (kind_under(name, other) if one is left else kind_of(name)) if name else None
        if name and kind is not None:
            yield Sink(name, kind, other, {}, compared=True)
