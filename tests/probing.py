"""How the tables of the semantics tests read: code with ``probe(expression)`` in it, and what is known of that."""

from __future__ import annotations

import ast
import sys
from typing import NamedTuple

import pytest

from picketlint.semantics.module import Module
from picketlint.semantics.values import Special
from picketlint.source import Source


class Case(NamedTuple):
    """One row: code and what is expected of its probe; ``since`` is the first Python that can parse it."""

    name: str
    code: str
    expected: str
    since: tuple[int, int] = (3, 10)


def table(*cases: Case) -> pytest.MarkDecorator:
    """The rows as parameters ``code`` and ``expected``, those too new for this Python skipped."""
    rows = [
        pytest.param(
            case.code,
            case.expected,
            id=case.name,
            marks=pytest.mark.skipif(sys.version_info < case.since, reason="syntax of a newer Python"),
        )
        for case in cases
    ]
    return pytest.mark.parametrize(("code", "expected"), rows)


def module_of(code: str) -> Module:
    """The code as rules see it."""
    return Module(ast.parse(code), Source(code))


def calls_of(module: Module, name: str) -> list[ast.Call]:
    """The calls whose callee is written as this plain name, in source order."""
    found = [c for c in module.tree.nodes(ast.Call) if isinstance(c.func, ast.Name) and c.func.id == name]
    return sorted(found, key=lambda call: (call.lineno, call.col_offset))


def probed(module: Module) -> ast.expr:
    """The expression in the only ``probe(...)`` of the code."""
    (call,) = calls_of(module, "probe")
    return call.args[0]


def names(code: str) -> str:
    """The qualified names of the probe: ``a | b``, with ``?`` where there can be others."""
    module = module_of(code)
    found = module.names(probed(module))
    return " | ".join([*found.names, *([] if found.complete else ["?"])])


def value(code: str) -> str:
    """The options of the probe: constants as Python writes them, else a name; ``*`` where one can choose."""
    module = module_of(code)
    options = module.value(probed(module)).options
    shown = [
        (option.value.name if isinstance(option.value, Special) else repr(option.value)) + "*" * option.chosen
        for option in options
    ]
    return " | ".join(dict.fromkeys(shown))


def argument(code: str, name: str = "flag", position: int | None = None) -> str:
    """The argument ``flag`` of the call of ``probe``: its state, and the expressions it can be in source order."""
    module = module_of(code)
    (call,) = calls_of(module, "probe")
    found = module.argument(call, name, position)
    candidates = sorted(found.candidates, key=lambda c: (c.value.lineno, c.value.col_offset))
    return " ".join([found.state.name, *(ast.unparse(candidate.value) for candidate in candidates)])
