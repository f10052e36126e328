"""The cookies in a module that are credentials: whoever sends one is taken for the one who logged in."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple
from picketlint.credentials.names import Kind, opens_session
from picketlint.credentials.naming import described
from picketlint.credentials.strength import Strength, strength
from picketlint.knowledge.logins import ADD_COOKIES, COOKIE_NAMES, SET_COOKIE
from picketlint.semantics.tree import last_name, start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from picketlint.semantics.module import Module

_HINTS = ("ookie", "OOKIE")
# Of jars.
_SET, _UPDATE = "set", "update"
# RFC 6265, section 4: ``Cookie: name=value; name=value``. What is shorter can be guessed, and is no secret therefore.
_NAME = r"[A-Za-z0-9_.$-]{2,64}"
_VALUE = r"[A-Za-z0-9%._~+/|:-][A-Za-z0-9%._~+/=|:-]{15,512}"
_IS_NAME, _IS_VALUE = regex(_NAME), regex(_VALUE)
_PAIR = regex(rf"(?:^|[;\s\"'])({_NAME})=({_VALUE})")
_HEADER = regex(r"(?:^|[\s\"'])(?:[Ss]et-)?[Cc]ookie: ")
# The same where a file is not read as Python yet, and how far before it the name of the cookie is looked for.
_WRITTEN = regex(rf"[\"'=](?=({_VALUE}))")
_BEFORE = 600
_NAMES = regex(rf"(?<![A-Za-z0-9_.$-]){_NAME}")


class Cookie(NamedTuple):
    """A cookie that opens a session: its name, what it holds, and where that is written."""

    name: str
    secret: str
    literal: ast.Constant


def may_hold_cookies(data: bytes, words: Callable[[], Collection[bytes]]) -> bool:
    """Whether a file can hold what ``cookies`` finds; for triggers, one of which has the hint."""
    text = data.decode("latin-1")
    for value in _WRITTEN.finditer(text):
        if strength(value[1], Kind.MACHINE) is Strength.RANDOM:
            names = _NAMES.findall(text, max(value.start() - _BEFORE, 0), value.start())
            # Before a name there can be the sign of an escape sequence: ``\nsession=...``.
            if any(opens_session(name) or opens_session(name[1:]) for name in names):
                return True
    return False


def cookies(module: Module) -> Iterator[Cookie]:
    """Every cookie of a module that opens a session, and that only a server can have made."""
    if not any(hint in module.source.text for hint in _HINTS):
        return
    tree = module.tree
    for node in tree.nodes(ast.Constant):
        if isinstance(node.value, str) and _HEADER.search(node.value):
            yield from _in_text(node)
    for display in tree.nodes(ast.Dict):
        yield from _entries(display)
    for keyword in tree.nodes(ast.keyword):
        if _is_named(keyword.arg or ""):
            yield from _held(keyword.value)
    for assign in tree.nodes(ast.Assign):
        for target in assign.targets:
            yield from _assigned(target, assign.value)
    for annotated in tree.nodes(ast.AnnAssign):
        if annotated.value is not None and _is_named(_called(annotated.target)):
            yield from _held(annotated.value)
    for call in tree.nodes(ast.Call):
        yield from _set(call)


def _entries(display: ast.Dict) -> Iterator[Cookie]:
    """What a dict has under the name of cookies."""
    for key, value in zip(display.keys, display.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and _is_named(key.value):
            yield from _held(value)


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[Cookie]:
    """``cookies = value``, ``cookies["sessionid"] = value``."""
    if isinstance(target, ast.Subscript) and _is_named(last_name(target.value)):
        yield from _of_pair(target.slice, value)
    elif _is_named(_called(target)):
        yield from _held(value)


def _set(call: ast.Call) -> Iterator[Cookie]:
    """What a method puts into a jar, or tells a browser to."""
    if not isinstance(call.func, ast.Attribute) or not call.args:
        return
    method, in_jar = call.func.attr, _is_named(last_name(call.func.value))
    if len(call.args) > 1 and (method == SET_COOKIE or (method == _SET and in_jar)):
        yield from _of_pair(call.args[0], call.args[1])
    elif method in ADD_COOKIES or (method == _UPDATE and in_jar):
        yield from _held(call.args[0])


def _held(value: ast.expr) -> Iterator[Cookie]:
    """The cookies in a dict, in a list of them, or in a text as it is sent."""
    if isinstance(value, ast.Constant):
        yield from _in_text(value)
    for display in value.elts if isinstance(value, (ast.List, ast.Tuple)) else [value]:
        if isinstance(display, ast.Dict):
            for key, entry in zip(display.keys, display.values, strict=True):
                yield from _of_pair(key, entry)
            keys = (key.value if isinstance(key, ast.Constant) else None for key in display.keys)
            for name, text in described(zip(keys, display.values, strict=True)):
                if start(name) < start(text):
                    yield from _of_pair(name, text)


def _in_text(node: ast.Constant) -> Iterator[Cookie]:
    if isinstance(node.value, str):
        yield from (Cookie(name, value, node) for name, value in _PAIR.findall(node.value) if _is_secret(name, value))


def _of_pair(key: ast.expr | None, value: ast.expr) -> Iterator[Cookie]:
    if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
        name, text = key.value, value.value
        if isinstance(name, str) and isinstance(text, str) and _IS_NAME.fullmatch(name) and _is_secret(name, text):
            yield Cookie(name, text, value)


def _is_secret(name: str, value: str) -> bool:
    if _IS_VALUE.fullmatch(value) is None:
        return False
    return opens_session(name) and strength(value, Kind.MACHINE) is Strength.RANDOM


def _called(target: ast.expr) -> str:
    """What an expression that is assigned to is called; of an entry the key."""
    if isinstance(target, ast.Subscript):
        return str(target.slice.value) if isinstance(target.slice, ast.Constant) else ""
    return last_name(target)


def _is_named(name: str) -> bool:
    return name.rpartition("-")[2] in COOKIE_NAMES
