"""From a module and rules to what they report: each node, callee, keyword and default is looked up once for all."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping

from picketlint.rule import Call, Hit, Review, Rule
from picketlint.semantics.module import Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from picketlint.credentials.dotenv import Dotenv
    from picketlint.semantics.passages import Passage, Texts

Check = tuple[Rule, "Callable[..., Any]"]
Reported = Iterator[tuple[Rule, Hit]]


def hits(rules: Iterable[Rule], module: Module) -> Reported:
    """Everything the rules report about the code of a module."""
    nodes: dict[type[ast.AST], list[Check]] = {}
    named: dict[str, dict[str, list[Check]]] = {"call": {}, "keyword": {}, "passing": {}, "default": {}}
    texts: Texts | None = None
    for rule in rules:
        for method, listener in rule.listeners():
            check = (rule, getattr(rule, method))
            if listener.kind == "text":
                texts = texts or _texts(module)
                yield from _placed(check, texts)
            if listener.kind in _CHOSEN:
                for subject in _CHOSEN[listener.kind](listener.wanted, module):
                    yield from _run([check], subject, module)
            for wanted in listener.wanted:
                if listener.kind == "node":
                    nodes.setdefault(wanted, []).append(check)
                elif listener.kind in named:
                    named[listener.kind].setdefault(wanted, []).append(check)
    yield from _sorted_out(nodes, named, module)


def _sorted_out(
    nodes: dict[type[ast.AST], list[Check]], named: dict[str, dict[str, list[Check]]], module: Module
) -> Reported:
    """What checks report that are told apart by the types of nodes, and by names of several kinds."""
    for kind in sorted(nodes, key=lambda kind: kind.__name__):
        for node in module.tree.nodes(kind):
            yield from _run(nodes[kind], node, module)
    if named["call"]:
        yield from _calls(named["call"], module)
    if named["keyword"] or named["passing"]:
        yield from _keywords(named["keyword"], named["passing"], module)
    if named["default"]:
        for default in module.defaults.find(frozenset(named["default"])):
            yield from _run(named["default"][default.name], default, module)


# What is asked for by a listener of its own, each for itself.
_CHOSEN: Mapping[str, Callable[[frozenset[str], Module], Iterable[object]]] = {
    "callee": lambda words, module: module.mentions.calls_written(words),
    "candidate": lambda names, module: module.mentions.calls_of(module.mentions.parts(names)),
    "command": lambda _, module: module.shell_commands.values(),
    "exported": lambda names, module: _exported(names, module),
}


def _keywords(wanted: dict[str, list[Check]], passing: dict[str, list[Check]], module: Module) -> Reported:
    everyone = [check for checks in passing.values() for check in checks]
    for keyword in module.tree.nodes(ast.keyword):
        name = keyword.arg
        if name in wanted:
            yield from _run(wanted[name], keyword, module)
        checks = everyone if name is None else passing.get(name)
        call = module.tree.parent(keyword) if checks else None
        if checks and isinstance(call, ast.Call):
            yield from _run(checks, call, module)


def _calls(wanted: dict[str, list[Check]], module: Module) -> Reported:
    parts = module.mentions.parts(frozenset(wanted))
    for node in module.mentions.calls_of(parts):
        yield from _called(node, wanted, module)
    for later in module.callback_calls.values():
        if module.mentions.may_mean(later.func, parts):
            yield from _called(later, wanted, module, callback=True)


def _called(node: ast.Call, wanted: dict[str, list[Check]], module: Module, *, callback: bool = False) -> Reported:
    names = module.calls.target(node).names
    for name in names.names:
        if name in wanted:
            yield from _run(wanted[name], Call(node, name, names.certain is not None, callback), module)


def _run(checks: list[Check], subject: object, module: Module) -> Reported:
    for rule, check in checks:
        for hit in check(subject, module):
            yield rule, hit


def _exported(names: frozenset[str], module: Module) -> Iterator[object]:
    from picketlint.semantics.exports import exported

    return exported(names, module)


def _texts(module: Module) -> Texts:
    from picketlint.semantics.passages import Texts

    return Texts(module)


def _placed(check: Check, texts: Texts) -> Reported:
    rule, look = check
    for anchor, focus, passage, secrets in texts.passages(look):
        yield rule, Hit(anchor, focus, passage.message, passage.severity, passage.confidence, (), secrets)


def passages(rules: Iterable[Rule], text: str, *, code: bool = False) -> Iterator[tuple[Rule, Passage]]:
    """Everything the rules report about a text that is no module: an output of a notebook, its metadata.

    ``code``: the text is that of a cell with code that is no Python.
    """
    for rule in rules:
        for method, listener in rule.listeners():
            if listener.kind == "text" or (code and listener.kind == "cell"):
                for passage in getattr(rule, method)(text):
                    yield rule, passage


def dotenv_hits(rule: Rule, dotenv: Dotenv) -> Iterator[Hit]:
    """Everything a rule reports about a file of environment variables."""
    for method, listener in rule.listeners():
        if listener.kind == "dotenv":
            yield from getattr(rule, method)(dotenv)


def reviews(rules: Iterable[Rule], review: Review, module: Module, *, last: bool = False) -> Reported:
    """Everything the rules report about the comments of a module, given what the code came to.

    With ``last``, what those report that come after the others.
    """
    for rule in rules:
        for method, listener in rule.listeners():
            if listener.kind != "review" or ("last" in listener.wanted) is not last:
                continue
            if "beside" in listener.wanted and not review.remarks:
                continue
            if review.findings or "alone" in listener.wanted:
                yield from _run([(rule, getattr(rule, method))], review, module)
