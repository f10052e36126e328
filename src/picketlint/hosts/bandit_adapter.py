"""What picketlint's Bandit tests answer: a file is checked once, and each finding handed to one node Bandit visits.

Bandit calls a test once per node of the types it subscribes to, and takes one issue or none each time. A finding is
answered at the node it is anchored at; where Bandit never comes to that node (a comment, a class), or two findings meet
at one, at any other that the test is called for. The issue's place is the finding's own in every case.
"""

from __future__ import annotations

import ast
import gc
import os
from collections.abc import Iterator, Mapping
from functools import lru_cache

from picketlint.base.records import NamedTuple
from picketlint.catalog import BANNED_NOSEC
from picketlint.configuration.settings import Resolver
from picketlint.engine import UNREADABLE, analyze
from picketlint.matching.vocabulary import remember_at_most
from picketlint.model import Finding, Span, Status
from picketlint.registry import load as load_registry
from picketlint.source import Source, decode

# Of the nodes Bandit visits, the cheapest set of which every file that is not empty has one: the statements that
# hold no others.
_STATEMENTS = frozenset(kind.__name__ for kind in ast.stmt.__subclasses__() if "body" not in kind._fields) - {"Match"}
_DEFAULTS = frozenset({"AnnAssign", "Assign", "Call", "arg"})

# Bandit comes to these never, or under the other's name, or at a cost that grows with the square of a literal's length.
_AVOIDED = frozenset({"ClassDef", "Constant", "Import", "ImportFrom", "JoinedStr", "Module"})

# Bandit does everything in one process, in which each megabyte counts, and next to it a look at the bytes is nothing.
_MOST_REMEMBERED = 1 << 16
# Bandit's trees hold themselves, and Python's collector lets half a megabyte of code go by until it looks for such.
_MOST_LEFT = 1 << 17
# Of these nodes CPython makes but one each, and all trees share it.
_SHARED = """
del x
x = not ~-+x or x and x + x - x * x / x // x % x @ x ** x << x >> x | x & x ^ x
x < x <= x == x != x >= x > x is x is not x in x not in x
"""


class Answer(NamedTuple):
    """One issue, in Bandit's terms: levels in capitals, lines 1-based, columns 0-based."""

    severity: str
    confidence: str
    cwe: int
    text: str
    line: int
    end_line: int
    column: int
    end_column: int


Answers = Mapping[tuple[str, ast.AST], Answer]


class NotCheckedError(Exception):
    """Bandit could read a file that picketlint could not, or offers no node to report a finding at."""


def node_types(key: str) -> tuple[str, ...]:
    """The node types that the test for a rule subscribes to, sorted: every one more costs time in every file.

    ``key`` is the rule's id or name. Raises LookupError if there is no rule of that name, or none for Bandit.
    """
    entry = load_registry().entry(key)
    types: set[str] = set()
    for kind, nodes in entry.listens if entry is not None else ():
        types |= _types(kind, frozenset(nodes))
    if not types:
        raise LookupError(f"picketlint has no Bandit test {key}: install picketlint again")
    return tuple(sorted(types))


def _types(kind: str, nodes: frozenset[str]) -> frozenset[str]:
    """Nodes of which a file has at least as many as a listener of this kind, to these, can have findings, or nearly."""
    if kind == "node":
        return nodes - _AVOIDED | (_STATEMENTS if nodes & _AVOIDED else frozenset())
    if kind in ("review", "text"):
        return _STATEMENTS
    if kind == "cell":
        return frozenset()
    if kind == "command":
        return frozenset({"Call", "List"})
    return _DEFAULTS if kind == "default" else frozenset({"Call"})


def answers(data: bytes, path: str | bytes, root: ast.Module) -> Answers:
    """What to answer for a file: by the id of the test and the node of Bandit's own tree. Raises what goes wrong."""
    _collect(len(data))
    name = os.fsdecode(path)
    checks = _resolver().checks_for(name, force_exclude=True)
    if not checks.codes:
        return {}
    findings = [one for one in analyze(data, name, checks, tree=root).findings if one.status is Status.OPEN]
    if not findings:
        return {}
    if findings[0].rule == UNREADABLE:
        raise NotCheckedError(findings[0].message)
    source = Source(decode(data))
    if BANNED_NOSEC in checks.codes and "nosec" in source.text:
        findings = list(_where_shown(findings, source))
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    nodes = list(ast.walk(root))
    handed: dict[tuple[str, ast.AST], Answer] = {}
    for code, ones in by_rule.items():
        types = node_types(code)
        visited = [node for node in nodes if type(node).__name__ in types]
        handed.update(((code, node), answer) for node, answer in _hand_out(ones, visited, source))
    return handed


def _where_shown(findings: list[Finding], source: Source) -> Iterator[Finding]:
    """The findings; those whose report a nosec would hide against the ban put on the nearest line where none does."""
    from picketlint.exceptions.suppressions import nosecs, shown_by_bandit
    from picketlint.matching.comments import comments
    from picketlint.rule import bandit_tests

    for finding, line in shown_by_bandit(findings, nosecs(comments(source.text), bandit_tests()), len(source.lines)):
        if line != finding.span.line:
            message = f"(line {finding.span.line}, where a nosec would hide this) {finding.message}"
            yield finding._replace(span=Span(line, 1, line, 1), message=message)
        else:
            yield finding


@lru_cache(maxsize=1)
def _resolver() -> Resolver:
    remember_at_most(_MOST_REMEMBERED)
    return Resolver()


_left = 0


def _collect(size: int) -> None:
    """Have the trees of the files before this one gone, if there is much of them. ``size`` is that of this file."""
    global _left
    _left += size
    if _left > _MOST_LEFT and gc.isenabled():
        # Bandit leaves at each node where it was found, and so the last tree with a `@` in it stays until the next.
        for node in _shared_nodes():
            vars(node).clear()
        gc.collect()
        _left = 0


@lru_cache(maxsize=1)
def _shared_nodes() -> tuple[ast.AST, ...]:
    return tuple(node for node in ast.walk(ast.parse(_SHARED)) if not node._fields)


def _hand_out(findings: list[Finding], visited: list[ast.AST], source: Source) -> Iterator[tuple[ast.AST, Answer]]:
    """Each finding at one of the nodes; those for which there is none left are told of by the last."""
    if not visited:
        place = f"line {findings[0].span.line}"
        raise NotCheckedError(f"{place} breaks {findings[0].rule}, but Bandit visits no node to report it at")
    free = {(getattr(node, "lineno", 0), getattr(node, "col_offset", 0)): node for node in reversed(visited)}
    taken: dict[ast.AST, list[Finding]] = {}
    homeless = []
    for finding in findings:
        node = free.pop(_start(finding, source), None)
        if node is None:
            homeless.append(finding)
        else:
            taken[node] = [finding]
    rest = iter([node for node in visited if node not in taken])
    for finding in homeless:
        node = next(rest, None)
        if node is None:
            next(reversed(taken.values())).append(finding)
        else:
            taken[node] = [finding]
    for node, ones in taken.items():
        yield node, _answer(ones[0], ones[1:])


def _start(finding: Finding, source: Source) -> tuple[int, int]:
    """Where a finding's anchor begins, as the parser counts: line, and column in bytes."""
    line, column = finding.span[:2]
    return line, source.byte_offset(line, column)


def _answer(finding: Finding, others: list[Finding]) -> Answer:
    from picketlint.reporting.sanitize import escape

    span = finding.span
    text = f"{escape(finding.message)} (see {finding.url})"
    if others:
        lines = ", ".join(str(other.span.line) for other in others)
        text += f"; the same on line {lines}, which Bandit has no room for"
    return Answer(
        finding.severity.name,
        finding.confidence.name,
        finding.cwe,
        text,
        span.line,
        span.end_line,
        span.column - 1,
        span.end_column - 1,
    )
