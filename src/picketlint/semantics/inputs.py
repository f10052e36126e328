"""What the names of functions, methods and attributes tell of where a value comes from."""

from __future__ import annotations

import ast

from picketlint.knowledge.inputs import (
    ANSWER_LIST,
    ANSWER_PARTS,
    DECODERS,
    DECODING_METHODS,
    MODEL_METHODS,
    MODEL_OBJECTS,
    READING_METHODS,
    SOURCES,
)
from picketlint.knowledge.origins import (
    GIVEN_SETTINGS,
    MANNERS,
    NUMBERS,
    QUOTERS,
    SURROUNDINGS,
    TEMPORAL_METHODS,
    TRANSPARENT,
    TRANSPARENT_FIRST,
    TRANSPARENT_METHODS,
    VERSION_ATTRIBUTE,
    VERSIONS,
)
from picketlint.semantics.names import Names, Resolver
from picketlint.semantics.pieces import Origin, Parts, leaf
from picketlint.semantics.texts import formatted
from picketlint.semantics.tree import last_name

_INPUTS = tuple(prefix for prefixes in SOURCES.values() for prefix in prefixes)
_SEVERAL = frozenset({"join", "joinpath", "replace"})
_OPENERS = frozenset({"builtins.open", "codecs.open", "io.open"})
_MAX_CHAIN = 8
_TOO_LONG = f"a chain of attributes and calls is followed for {_MAX_CHAIN} steps"


def known(resolver: Resolver, node: ast.expr) -> Origin:
    """What the qualified name of an expression says about its origin."""
    for name in resolver.names(node).names:
        if name.startswith(_INPUTS):
            return next(Origin[kind] for kind, prefixes in SOURCES.items() if name.startswith(prefixes))
        if name in SURROUNDINGS:
            return Origin.SURROUNDINGS
        if name in VERSIONS or name.endswith(VERSION_ATTRIBUTE):
            return Origin.WORD
    return Origin.NAMED if _is_constant(node) and _is_imported(resolver, node) else Origin.UNKNOWN


def _is_constant(node: ast.expr) -> bool:
    """Whether something is written like a constant: ``PYTHON``, ``settings.MODEL_DIR``."""
    name = last_name(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""
    return len(name) > 2 and name.isupper() and name.rpartition("_")[2] not in GIVEN_SETTINGS


def _is_imported(resolver: Resolver, node: ast.expr) -> bool:
    """Whether a name, or what it is an attribute of, is a module or of one."""
    name = resolver.names(node).certain
    return name is not None and "<" not in name and "(" not in name


def plain(names: Names) -> Origin | None:
    """What a function returns that surely makes numbers, or quotes, under every name it can have."""
    if not names.names or not names.complete:
        return None
    if QUOTERS.issuperset(names.names):
        return Origin.QUOTED
    return Origin.NUMBER if NUMBERS.issuperset(names.names) else None


def called(resolver: Resolver, node: ast.Call) -> Parts:
    """What a call of something that is not of this module returns."""
    names = resolver.names(node.func)
    fixed = plain(names)
    if fixed is not None:
        return leaf(fixed)
    callee = names.certain or ""
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    if callee in TRANSPARENT:
        return Parts(_contents(node, callee), joined=callee.endswith(".join"))
    if callee == "builtins.map" and node.args:
        return _mapped(resolver, node)
    origin = known(resolver, node)
    if origin is not Origin.UNKNOWN:
        return leaf(origin)
    if is_model(node.func):
        return leaf(Origin.MODEL)
    return _method(node, node.func, arguments) if isinstance(node.func, ast.Attribute) else leaf(Origin.UNKNOWN)


def _contents(node: ast.Call, callee: str) -> list[ast.expr]:
    """Which arguments of a function that only puts them together, or passes them on, are in what it returns."""
    first = TRANSPARENT_FIRST.get(callee)
    if first is not None:
        return node.args[:1] or [keyword.value for keyword in node.keywords if keyword.arg in (first, None)]
    manners = MANNERS if callee != "builtins.dict" else ()
    return [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg not in manners)]


def _mapped(resolver: Resolver, node: ast.Call) -> Parts:
    names = resolver.names(node.args[0])
    fixed = plain(names)
    if fixed is not None:
        return leaf(fixed)
    return Parts(node.args[1:]) if names.certain in TRANSPARENT else leaf(Origin.UNKNOWN)


def _method(node: ast.Call, func: ast.Attribute, arguments: list[ast.expr]) -> Parts:
    method, receiver = func.attr, func.value
    if method in READING_METHODS:
        return leaf(Origin[READING_METHODS[method]])
    if method in DECODING_METHODS and any(word in last_name(receiver) for word in DECODERS):
        return leaf(Origin.MODEL)
    if method in MODEL_METHODS and is_model(receiver):
        return leaf(Origin.MODEL)
    if method == "format":
        return formatted(receiver, node)
    if method in TEMPORAL_METHODS:
        return Parts(arguments, origins=(Origin.NUMBER,))
    if method in ("get", "pop"):
        return Parts([receiver, *arguments[1:]], labelled=True)
    if method in TRANSPARENT_METHODS:
        return Parts([receiver, *arguments] if method in _SEVERAL else [receiver], joined=method in _SEVERAL)
    return Parts([receiver], labelled=True, derived=True)


def is_model(node: ast.expr) -> bool:
    """Whether something is named like a language model: ``llm``, ``self.chat_model``."""
    return last_name(node).lstrip("_") in MODEL_OBJECTS


def is_answer(resolver: Resolver, node: ast.Attribute) -> bool:
    """Whether an attribute is the text of an answer: ``completion.choices[0].message.content``."""
    if node.attr not in ANSWER_PARTS:
        return False
    inner = node.value
    for _ in range(_MAX_CHAIN):
        if isinstance(inner, ast.Attribute) and inner.attr == ANSWER_LIST:
            return True
        if not isinstance(inner, (ast.Attribute, ast.Subscript)):
            return False
        inner = inner.value
    resolver.tree.limits.reached(_TOO_LONG, node)
    return False


def opened(resolver: Resolver, node: ast.expr) -> ast.expr | None:
    """The path that ``open(path).read()``, ``file.read()`` or ``path.read_text()`` reads; None where it reads none."""
    for _ in range(_MAX_CHAIN):
        if isinstance(node, ast.Call):
            if resolver.names(node.func).certain in _OPENERS:
                return node.args[0] if node.args else None
            if not isinstance(node.func, ast.Attribute):
                return None
            if node.func.attr in ("read_text", "read_bytes"):
                return node.func.value
            node = node.func.value
        elif isinstance(node, ast.Name):
            handle = _handle(resolver, node)
            if handle is None:
                return None
            node = handle
        else:
            return None
    resolver.tree.limits.reached(_TOO_LONG, node)
    return None


def _handle(resolver: Resolver, node: ast.Name) -> ast.expr | None:
    """What a name was opened as, ``with open(path) as name`` or ``name = open(path)``, if it is only that."""
    reaching = resolver.bindings.lookup(node.id, node)
    if reaching is None or not reaching.complete or len(reaching.bindings) != 1:
        return None
    (binding,) = reaching.bindings
    item = resolver.tree.parent(binding.node)
    return item.context_expr if isinstance(item, ast.withitem) else binding.value
