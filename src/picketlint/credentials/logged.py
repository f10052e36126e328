"""What a call writes to a log that has the name of a credential, and is not masked."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.base.records import NamedTuple
from picketlint.credentials.names import Kind, names_credential, words
from picketlint.credentials.naming import name_of
from picketlint.credentials.strength import Strength, strength
from picketlint.knowledge.credentials import NOT_WORKING
from picketlint.knowledge.logins import ASKING
from picketlint.knowledge.logs import (
    FUNCTIONS,
    MASKING,
    METHODS,
    NOT_WRITTEN,
    PLACES,
    RECORDED,
    TRANSPARENT,
    TRANSPARENT_METHODS,
)
from picketlint.semantics.bindings import Binding
from picketlint.semantics.bindings import Kind as Bound
from picketlint.semantics.tree import last_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeGuard

    from picketlint.semantics.module import Module

_STANDARD = frozenset({"stderr", "stdout"})
_DIRECT = (ast.Name, ast.JoinedStr, ast.BinOp, ast.Dict, ast.Subscript, ast.Attribute, ast.BoolOp, ast.IfExp)
_LOOK_UPS = frozenset({"get", "getenv", "pop"})
_MAX_NODES = 400
_MAX_HOPS = 4
# Of a key as many characters say whose it is, with what its provider writes before it: ``sk-proj-...``.
_MOST_SHOWN = 12
_TOO_MANY = f"of what a call writes to a log {_MAX_NODES} parts are looked at"
_TOO_DEEP = f"what is written to a log is followed through {_MAX_HOPS} names"


class Logged(NamedTuple):
    """A credential in what a call writes: what it is called, where it stands in the call, and whence a name has it.

    ``certain``: the code looks it up by the name of a credential, or puts it under one.
    """

    name: str
    node: ast.AST
    certain: bool = False
    via: tuple[Binding, ...] = ()


class _Part(NamedTuple):
    """A part of what is written: ``shown`` is the part of the call that it came from, if a name did."""

    node: ast.expr
    via: tuple[Binding, ...] = ()
    shown: ast.AST | None = None


def logged(call: ast.Call, module: Module) -> Iterator[Logged]:
    """The credentials that a call writes to a log, a terminal or an experiment tracker; each name once."""
    if not _writes(call, module):
        return
    seen: set[str] = set()
    for found in _in_parts(call, module):
        if found.name not in seen:
            seen.add(found.name)
            yield found


def _writes(call: ast.Call, module: Module) -> bool:
    callee = last_name(call.func)
    if isinstance(call.func, ast.Name):
        return callee in FUNCTIONS or _is_of_log(call, module)
    if not isinstance(call.func, ast.Attribute):
        return False
    owner = ast.unparse(call.func.value) if isinstance(call.func.value, (ast.Name, ast.Attribute)) else ""
    if isinstance(call.func.value, ast.Call):
        owner = last_name(call.func.value.func)
    return _has_method(owner, callee) or (callee in FUNCTIONS and callee not in METHODS) or _is_of_log(call, module)


def _has_method(owner: str, method: str) -> bool:
    """Whether what is called so is something that writes, and has the method for it."""
    return any(owner.lower().endswith(ending) for ending in METHODS.get(method, ()))


def _is_of_log(call: ast.Call, module: Module) -> bool:
    """Whether the callee is of something that writes, whatever it is called here: imported, or made by a call."""
    owner, _, method = (module.names(call.func).certain or "").rpartition(".")
    return _has_method(owner.removesuffix("()"), method)


def _arguments(call: ast.Call) -> Iterator[ast.expr]:
    target = next((keyword.value for keyword in call.keywords if keyword.arg == "file"), None)
    if target is not None and last_name(target) not in _STANDARD:
        return
    recorded = RECORDED.get(last_name(call.func))
    if recorded is None:
        yield from call.args
    for keyword in call.keywords:
        if keyword.arg in NOT_WRITTEN or (recorded is not None and keyword.arg not in recorded):
            continue
        yield ast.Dict([ast.Constant(keyword.arg)], [keyword.value]) if keyword.arg else keyword.value


def _in_parts(call: ast.Call, module: Module) -> Iterator[Logged]:
    """The credentials in what a call writes, which is taken apart."""
    stack = [_Part(value) for value in _arguments(call)]
    for _ in range(_MAX_NODES):
        if not stack:
            return
        part = stack.pop(0)
        found = _named(part, module)
        if found is not None:
            yield found
            continue
        stack[:0] = [
            _Part(inner, via, part.shown or (part.node if via != part.via else None))
            for inner, via in _inside(part, module)
        ]
        yield from _entries(part, module)
    if stack:
        module.tree.limits.reached(_TOO_MANY, call)


def _named(part: _Part, module: Module) -> Logged | None:
    """What a part is if it has the name of a credential by itself."""
    node = part.node
    if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call)):
        return None
    if isinstance(node, ast.Call):
        callee = last_name(node.func)
        if callee in ASKING:
            return Logged(f"{callee}()", part.shown or node, True, part.via)
        if callee not in _LOOK_UPS or _is_masking(node):
            return None
    name = name_of(node, module)
    if name is None or not names_credential(name) or _is_harmless(node, module):
        return None
    looked_up = isinstance(node, (ast.Subscript, ast.Call))
    return Logged(name, part.shown or node, looked_up, part.via)


def _is_harmless(node: ast.expr, module: Module) -> bool:
    """Whether what has the name of a credential holds none: a constant that is none, a masked one, a truth value."""
    if isinstance(node, ast.Name):
        reaching = module.resolver.bindings.lookup(node.id, node)
        if reaching is None:
            return node.id.isupper()
        bound = reaching.bindings
        # Of a name that is masked where it has a value, the other binding is the one without.
        return any(map(_masks, bound)) or (bool(bound) and all(_binds_none(binding, module) for binding in bound))
    if isinstance(node, ast.Attribute) and node.attr.isupper():
        value = module.value(node)
        return module.names(node).certain is not None or (value.constant and not any(map(_is_working, value.texts)))
    return False


def _is_working(text: str) -> bool:
    return strength(text, Kind.PASSWORD) not in (Strength.NONE, Strength.WORD)


def _masks(binding: Binding) -> bool:
    """Whether a name gets what is left of a credential with a binding."""
    value = binding.value if binding.kind is Bound.VALUE else None
    if isinstance(value, ast.BinOp):
        return _is_cut_out(value.left) or _is_cut_out(value.right)
    return value is not None and (_is_cut_out(value) or (isinstance(value, ast.Call) and _is_masking(value)))


def _binds_none(binding: Binding, module: Module) -> bool:
    """Whether a name gets something with a binding that is no credential."""
    if binding.kind is Bound.PARAMETER:
        return isinstance(binding.node, ast.arg) and _is_flag(binding.node, module)
    if binding.kind is Bound.ELEMENT and binding.value is not None:
        return _are_names(binding.value, module)
    if binding.kind is Bound.IMPORT:
        # A constant of another module is the name of a variable more often than its value.
        return binding.target.rpartition(".")[2].isupper()
    if binding.kind in (Bound.FUNCTION, Bound.CLASS):
        return True
    return binding.value is not None and binding.kind is Bound.VALUE and _says_nothing(binding.value, module)


def _is_flag(parameter: ast.arg, module: Module) -> bool:
    if isinstance(parameter.annotation, ast.Name) and parameter.annotation.id in ("bool", "int"):
        return True
    default = module.resolver.default_of(parameter)
    return isinstance(default, ast.Constant) and isinstance(default.value, bool)


def _are_names(values: ast.expr, module: Module) -> bool:
    """Whether a loop goes through what credentials are called: the keys of a dict, a list of variables."""
    if isinstance(values, ast.Call):
        return last_name(values.func) == "keys"
    if isinstance(values, ast.Name):
        reaching = module.resolver.bindings.lookup(values.id, values)
        only = reaching.bindings[0] if reaching is not None and len(reaching.bindings) == 1 else None
        values = only.value if only is not None and only.kind is Bound.VALUE and only.value is not None else values
    if isinstance(values, (ast.List, ast.Tuple, ast.Set)):
        return all(isinstance(one, ast.Constant) and _says_nothing(one, module) for one in values.elts)
    return False


def _says_nothing(value: ast.expr, module: Module) -> bool:
    """Whether an expression gives no credential away."""
    if isinstance(value, ast.Constant):
        text = value.value
        return not isinstance(text, str) or not _is_working(text)
    if isinstance(value, (ast.Compare, ast.Lambda)) or _is_cut_out(value):
        return True
    if isinstance(value, ast.Call):
        return _is_masking(value)
    if isinstance(value, ast.IfExp):
        return _says_nothing(value.body, module) and _says_nothing(value.orelse, module)
    if isinstance(value, ast.BinOp):
        return _says_nothing(value.left, module) and _says_nothing(value.right, module)
    if isinstance(value, ast.JoinedStr):
        inner = (part.value for part in value.values if isinstance(part, ast.FormattedValue))
        return all(_says_nothing(one, module) for one in inner)
    return isinstance(value, ast.UnaryOp)


def _is_cut_out(node: ast.expr) -> bool:
    """Whether a slice shows a few characters; of one whose bounds are not written there nobody knows."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Slice):
        return False
    lower, upper = _bound(node.slice.lower, 0), _bound(node.slice.upper, None)
    if isinstance(lower, ast.expr) or isinstance(upper, ast.expr):
        return True
    if lower is not None and lower < 0:
        return min(upper or 0, 0) - lower <= _MOST_SHOWN
    return upper is not None and 0 <= upper <= (lower or 0) + _MOST_SHOWN


def _bound(node: ast.expr | None, absent: int | None) -> int | ast.expr | None:
    """A bound of a slice, as a number if it is written as one."""
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return absent
    sign, number = (-1, node.operand) if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else (1, node)
    return sign * number.value if isinstance(number, ast.Constant) and isinstance(number.value, int) else node


def _is_masking(call: ast.Call) -> bool:
    callee = last_name(call.func).lower()
    return any(word in callee for word in MASKING)


def _inside(part: _Part, module: Module) -> Iterator[tuple[ast.expr, tuple[Binding, ...]]]:
    """What a part is made of, as far as all of it is in the whole."""
    node, via = part.node, part.via
    if isinstance(node, ast.Name):
        if len(via) >= _MAX_HOPS:
            module.tree.limits.reached(_TOO_DEEP, node)
        elif not _is_place(node.id):
            reaching = module.resolver.bindings.lookup(node.id, node)
            for binding in reaching.bindings if reaching is not None else ():
                if binding.kind is not Bound.VALUE or binding.value is None or binding in via:
                    continue
                if _is_direct(binding.value):
                    yield binding.value, (*via, binding)
        return
    yield from ((inner, via) for inner in _pieces(node))


def _is_place(name: str) -> bool:
    """Whether a name is that of a file or the like, though what it gets has the name of a credential."""
    return not PLACES.isdisjoint(words(name)[-1:])


def _is_direct(value: ast.expr) -> bool:
    """Whether a name that gets a value holds the whole of it: through calls it need not."""
    if isinstance(value, ast.Call):
        return last_name(value.func) in _LOOK_UPS | ASKING | TRANSPARENT_METHODS
    return isinstance(value, _DIRECT)


def _pieces(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.JoinedStr):
        return [part.value for part in node.values if isinstance(part, ast.FormattedValue) and not _is_cut(part)]
    if isinstance(node, ast.BinOp):
        return [node.left, node.right] if isinstance(node.op, ast.Add) else _formatted(node)
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return list(node.elts)
    if isinstance(node, ast.Dict):
        return list(node.values)
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.BoolOp):
        return node.values if isinstance(node.op, ast.Or) else node.values[-1:]
    if isinstance(node, (ast.Starred, ast.Await, ast.NamedExpr)) or _is_most(node):
        return [node.value]
    return _handed_on(node) if isinstance(node, ast.Call) else []


def _is_most(node: ast.expr) -> TypeGuard[ast.Subscript]:
    """Whether a slice leaves more of a text than may be shown."""
    return isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and not _is_cut_out(node)


def _is_cut(part: ast.FormattedValue) -> bool:
    """``f"{token:.4}"``: all but the beginning is cut off."""
    return part.format_spec is not None and "." in ast.unparse(part.format_spec)


def _formatted(node: ast.BinOp) -> list[ast.expr]:
    """What is put into ``"..." % values``."""
    if not isinstance(node.op, ast.Mod):
        return []
    return list(node.right.elts) if isinstance(node.right, ast.Tuple) else [node.right]


def _handed_on(call: ast.Call) -> list[ast.expr]:
    """What is in the result of a call as it is."""
    callee = last_name(call.func)
    inner: list[ast.expr] = []
    if isinstance(call.func, ast.Attribute) and callee in TRANSPARENT_METHODS:
        inner.append(call.func.value)
    if callee in TRANSPARENT:
        inner += [*call.args, *(keyword.value for keyword in call.keywords)]
    return inner


def _entries(part: _Part, module: Module) -> Iterator[Logged]:
    """The entries of a dict under the names of credentials, whatever the values are called."""
    node = part.node
    pairs: list[tuple[str, ast.expr]] = []
    if isinstance(node, ast.Dict):
        pairs = [
            (key.value, value)
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        ]
    elif isinstance(node, ast.Name) and "header" in node.id.lower():
        given = module.calls.entry(node, "Authorization").candidates
        pairs = [("Authorization", candidate.value) for candidate in given]
    for name, value in pairs:
        if names_credential(name) and not _says_nothing(value, module) and _holds(value):
            yield Logged(name, part.shown or value, True, part.via)


def _holds(value: ast.expr) -> bool:
    """Whether the value of an entry can be a credential itself: it is not one that the search sees for itself."""
    if isinstance(value, (ast.Name, ast.Attribute)):
        called = value.id if isinstance(value, ast.Name) else value.attr
        return not _is_place(called) and NOT_WORKING.isdisjoint(words(called))
    return isinstance(value, (ast.JoinedStr, ast.BinOp, ast.Subscript))
