"""What calls give the name of a credential: keywords, known functions by their places, names before values."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.credentials.names import Kind, kind_of, kind_of_many
from picketlint.credentials.naming import (
    Sink,
    compared_sinks,
    described_sinks,
    key_of,
    kind_under,
    login_of,
    login_pair,
    named_sinks,
)
from picketlint.knowledge.credentials import LOGIN_CALLS, LOGIN_PAIRS
from picketlint.knowledge.defaults import FIELD_CALLS, OPTION_CALLS
from picketlint.knowledge.logins import METHODS, PACKAGES, PARAMETERS, PASSWORD_METHODS, SIGNATURES
from picketlint.semantics.tree import last_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.module import Module

# Calls that take a name and a value, or what to take instead of one: the 0-based places of both.
# https://docs.python.org/3/library/os.html#os.putenv, https://docs.pytest.org/en/stable/how-to/monkeypatch.html
# https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrameWriter.option.html
_NAME_FIRST = frozenset(
    {"add_header", "config", "get", "getenv", "option", "pop", "putenv", "set", "setdefault", "setenv", "set_secret"}
)
_OBJECT_FIRST = frozenset({"getattr", "setattr", "__setattr__"})
_SIGNED = frozenset(SIGNATURES)
_COMPARING = frozenset({"compare_digest"})
# All that are told by a text what something is called.
TAKING_NAMES = _NAME_FIRST | _OBJECT_FIRST | _COMPARING | frozenset({*LOGIN_CALLS, *OPTION_CALLS, *FIELD_CALLS})


def call_sinks(module: Module) -> Iterator[Sink]:
    """Every expression that a call is given under the name of a credential."""
    for call in module.tree.nodes(ast.Call):
        yield from _in_keywords(call, module)
        yield from _by_place(call, module)
    if not PACKAGES.isdisjoint(_imported(module)):
        # Few calls can be of such a function, and to tell of each what it calls costs more than all else here.
        for call in module.mentions.calls_of(module.mentions.parts(_SIGNED)):
            yield from _of_signature(call, module)


def _in_keywords(call: ast.Call, module: Module) -> Iterator[Sink]:
    wanted = [
        (keyword.arg, keyword.value)
        for keyword in call.keywords
        if keyword.arg and _is_wanted(keyword.arg, keyword.value)
    ]
    if wanted:
        login = login_of((keyword.arg or "", keyword.value) for keyword in call.keywords)
        for name, value in wanted:
            yield from login_pair(value, module) if name in LOGIN_PAIRS else named_sinks(name, value, login)
    yield from described_sinks((keyword.arg, keyword.value) for keyword in call.keywords)


def _is_wanted(name: str, value: ast.expr) -> bool:
    return name in LOGIN_PAIRS or kind_under(name, value) is not None or kind_of_many(name) is not None


# -- functions that are known ------------------------------------------------------------------------------------------


def _imported(module: Module) -> Iterator[str]:
    """The packages that a module imports something from."""
    for statement in module.tree.nodes(ast.Import):
        yield from (alias.name.partition(".")[0] for alias in statement.names)
    yield from ((start.module or "").partition(".")[0] for start in module.tree.nodes(ast.ImportFrom))


def _of_signature(call: ast.Call, module: Module) -> Iterator[Sink]:
    """What a known function takes by its place, or under a name that does not say what it is."""
    names = module.calls.target(call).names.names or _name_in_with(call.func, module)
    signature = next((SIGNATURES[name] for name in names if name in SIGNATURES), ())
    given = {name: module.argument(call, name, place).candidates for place, name in enumerate(signature)}
    login = login_of((name, candidate.value) for name, candidates in given.items() for candidate in candidates)
    for parameter, candidates in given.items():
        name = PARAMETERS.get(parameter, parameter)
        kind = kind_of(name)
        if kind is not None:
            yield from (Sink(name, kind, candidate.value, login) for candidate in candidates)


def _name_in_with(callee: ast.expr, module: Module) -> tuple[str, ...]:
    """The name of a known method of what a ``with`` gave a name to, which is what the call there made."""
    if not isinstance(callee, ast.Attribute) or callee.attr not in METHODS:
        return ()
    made = module.maker(callee.value, METHODS[callee.attr], ())
    return () if made is None else (f"{made.name}().{callee.attr}",)


# -- calls that are known by their last name --------------------------------------------------------------------------


def _by_place(call: ast.Call, module: Module) -> Iterator[Sink]:
    callee, args = last_name(call.func), call.args
    if callee in _COMPARING and len(args) == 2:
        yield from compared_sinks(args[0], args[1], module)
    elif callee in LOGIN_CALLS and len(args) == 2:
        yield Sink("password", Kind.PASSWORD, args[1], {"user": args[0]})
    elif callee in PASSWORD_METHODS and len(args) == 1:
        yield Sink("password", Kind.PASSWORD, args[0], {}, compared=callee.startswith("check"))
    elif callee in _NAME_FIRST or callee in _OBJECT_FIRST:
        # The name of an option of a program is followed by other names of it.
        given = [] if callee == "option" and _is_option(args) else _names_and_values(call, callee)
        for name, value in given:
            yield from named_sinks(key_of(name, module), value)


def _is_option(args: list[ast.expr]) -> bool:
    """Whether the first argument of a call is an option as it is written in a command."""
    name = args[0].value if args and isinstance(args[0], ast.Constant) else None
    return isinstance(name, str) and name.startswith("-")


def _names_and_values(call: ast.Call, callee: str) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What a call names, and the value that it gives to it, or takes instead of one."""
    given = call.args[1:] if callee in _OBJECT_FIRST else call.args
    instead = keyword_of(call, "default") or keyword_of(call, "fallback")
    # https://docs.python.org/3/library/configparser.html: the section comes first.
    if callee == "set" and len(given) == 3:
        yield given[1], given[2]
    if callee == "get" and len(given) == 2 and instead is not None:
        yield given[1], instead
    if len(given) > 1:
        yield given[0], given[1]
    elif given and instead is not None:
        yield given[0], instead


def keyword_of(call: ast.Call, name: str) -> ast.expr | None:
    """What a call gives by a keyword that is written out."""
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
