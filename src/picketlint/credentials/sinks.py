"""Where a module binds a value to the name of a credential, or compares it with what has one."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from picketlint.base.lazy import regex
from picketlint.credentials.callsinks import call_sinks
from picketlint.credentials.defaultsinks import default_sinks
from picketlint.credentials.names import Kind, kind_of, kind_of_many
from picketlint.credentials.naming import (
    SEQUENCES,
    Sink,
    compared_sinks,
    described_sinks,
    elements_of,
    kind_under,
    login_of,
    login_pair,
    name_of,
    named_sinks,
)
from picketlint.knowledge.credentials import LOGIN_PAIRS, SHORT_KEYS, USER_KEYS
from picketlint.knowledge.logins import SHORT_NAMES, USER_KEY, USER_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.module import Module

_USER_KEY = regex(USER_KEY)


def sinks(module: Module) -> Iterator[Sink]:
    """Every expression of a module that is bound to the name of a credential, or compared with what has one."""
    tree = module.tree
    for assign in tree.nodes(ast.Assign):
        for target in assign.targets:
            yield from _assigned(target, assign.value, module)
    for annotated in tree.nodes(ast.AnnAssign):
        if annotated.value is not None:
            yield from _assigned(annotated.target, annotated.value, module)
    for walrus in tree.nodes(ast.NamedExpr):
        yield from _assigned(walrus.target, walrus.value, module)
    for display in tree.nodes(ast.Dict):
        yield from _in_dict(display)
    for compare in tree.nodes(ast.Compare):
        yield from _in_comparison(compare, module)
    for match in tree.nodes(ast.Match):
        yield from _in_match(match, module)
    yield from call_sinks(module)
    yield from default_sinks(module)


def _assigned(target: ast.expr, value: ast.expr, module: Module) -> Iterator[Sink]:
    if isinstance(value, ast.Constant) and not isinstance(value.value, (str, bytes)):
        return
    if isinstance(target, (ast.Tuple, ast.List)):
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
            texts = all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in value.elts)
            for one, given in zip(target.elts, value.elts, strict=True):
                name = name_of(one, module)
                if texts or not (name and name.lower() in SHORT_NAMES):
                    yield from named_sinks(name, given)
        return
    name = name_of(target, module)
    # Two words can be something else under this name, such as the methods that a server knows.
    pair = (sink._replace(login={}) for sink in login_pair(value, module))
    yield from pair if name in LOGIN_PAIRS else named_sinks(name, value)


def _in_dict(display: ast.Dict) -> Iterator[Sink]:
    keys = [key.value if isinstance(key, ast.Constant) else None for key in display.keys]
    wanted = [
        (key, value)
        for key, value in zip(keys, display.values, strict=True)
        if isinstance(key, str) and (kind_under(key, value) is not None or kind_of_many(key) is not None)
    ]
    if wanted:
        login = login_of((key, value) for key, value in zip(keys, display.values, strict=True) if isinstance(key, str))
        for key, value in wanted:
            yield from named_sinks(key, value, login)
    yield from _short_password(keys, display)
    yield from _of_user(keys, display)
    yield from described_sinks((key, value) for key, value in zip(keys, display.values, strict=True))


def _short_password(keys: Sequence[object], display: ast.Dict) -> Iterator[Sink]:
    """The password in a dict that says whose it is: ``{"user": "u", "pass": "p"}``."""
    short = [at for at, key in enumerate(keys) if key in SHORT_KEYS]
    if short:
        login = login_of((key, value) for key, value in zip(keys, display.values, strict=True) if isinstance(key, str))
        if not USER_KEYS.isdisjoint(key for key in keys if isinstance(key, str)):
            yield from (Sink("password", Kind.PASSWORD, display.values[at], login) for at in short)


def _of_user(keys: Sequence[object], display: ast.Dict) -> Iterator[Sink]:
    """The key in a dict that says nothing but whose it is: ``{"username": "alice", "key": "..."}``."""
    if len(keys) == 2 and {*keys} == {USER_NAME, "key"}:
        value = display.values[keys.index("key")]
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and _USER_KEY.fullmatch(value.value):
            yield Sink("key of a user", Kind.MACHINE, value, {})


def _in_comparison(compare: ast.Compare, module: Module) -> Iterator[Sink]:
    if len(compare.ops) != 1:
        return
    if isinstance(compare.ops[0], (ast.Eq, ast.NotEq)):
        yield from compared_sinks(compare.left, compare.comparators[0], module)
    elif isinstance(compare.ops[0], (ast.In, ast.NotIn)) and isinstance(compare.comparators[0], SEQUENCES):
        name = name_of(compare.left, module)
        kind = kind_of(name) if name else None
        if name and kind is not None:
            yield from (Sink(name, kind, one, {}, compared=True) for one in elements_of(compare.comparators[0]))


def _in_match(match: ast.Match, module: Module) -> Iterator[Sink]:
    """``match password:`` and ``case "...":``, which compares."""
    name = name_of(match.subject, module)
    kind = kind_of(name) if name else None
    if name and kind is not None:
        for case in match.cases:
            alternatives = case.pattern.patterns if isinstance(case.pattern, ast.MatchOr) else [case.pattern]
            for pattern in alternatives:
                if isinstance(pattern, ast.MatchValue):
                    yield Sink(name, kind, pattern.value, {}, compared=True)
