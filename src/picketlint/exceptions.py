"""Documented exceptions: which comments stand where they count, and what becomes of the findings beside them.

A comment counts trailing on a physical line of the offending expression, on its own line inside or directly above it,
or as the block of own-line comments directly above its statement (decorators included, no blank line between); nowhere
else. What it must say is ``wording``'s business.

Source: the contributor policy of NVIDIA Model-Optimizer, "Creating a security exception".
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from picketlint.comments import Comment
from picketlint.identity import code_of
from picketlint.knowledge.justifications import DEFAULT, Vocabulary
from picketlint.model import Finding, Span, Status
from picketlint.module import Module
from picketlint.wording import Wording, judge, plain

# No explanation is longer; a bound keeps a wall of comments from being read once per finding.
MAX_BLOCK = 40


class Policy(NamedTuple):
    """How a project judges exceptions: by which words, or (``marker_only``) by the explicit marker alone."""

    vocabulary: Vocabulary = DEFAULT
    marker_only: bool = False


class Block(NamedTuple):
    """Comments on consecutive lines that read as one, in order; never empty."""

    comments: tuple[Comment, ...]

    @property
    def text(self) -> str:
        """The comments' raw text, one line each."""
        return "\n".join(comment.text for comment in self.comments)

    @property
    def span(self) -> Span:
        """Where the block stands."""
        first, last = self.comments[0], self.comments[-1]
        return Span(first.line, first.column, last.line, last.column + len(last.text))


class Remark(NamedTuple):
    """A comment block beside a finding, what it says, and whether it excuses the finding."""

    finding: Finding
    block: Block
    wording: Wording
    excuses: bool


def blocks_at(anchor: ast.AST, span: Span, module: Module, comments: Mapping[int, Comment]) -> Iterator[Block]:
    """The comment blocks that count for a finding with this anchor, each once, from the top."""
    statement = module.tree.statement(anchor)
    first = _first_line(statement, span)
    seen: set[int] = set()
    for line in sorted({first, span.line}):
        above = _above(line, comments)
        if above and above[0].line not in seen:
            seen |= {comment.line for comment in above}
            yield Block(above)
    current: list[Comment] = []
    for line in range(span.line, span.end_line + 1):
        comment = comments.get(line)
        if current and (comment is None or not comment.own_line or len(current) >= MAX_BLOCK):
            yield Block(tuple(current))
            current = []
        if comment is not None and line not in seen:
            current.append(comment)
    if current:
        yield Block(tuple(current))


def _first_line(statement: ast.stmt | None, span: Span) -> int:
    if statement is None:
        return span.line
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _above(line: int, comments: Mapping[int, Comment]) -> tuple[Comment, ...]:
    """The own-line comments that end right above a line, in order."""
    found: list[Comment] = []
    while len(found) < MAX_BLOCK:
        line -= 1
        comment = comments.get(line)
        if comment is None or not comment.own_line:
            break
        found.append(comment)
    found.reverse()
    return tuple(found)


def review(
    found: list[tuple[Finding, ast.AST | Span | None]], module: Module, comments: Mapping[int, Comment], policy: Policy
) -> tuple[list[Finding], list[Remark]]:
    """Judge the comments beside findings, each given with the node it is anchored at: none, if nothing may excuse it.

    Returns the findings in the same order, the excused ones with status ``EXCEPTED`` and their justification, and a
    remark for every comment that counts and says anything.
    """
    findings: list[Finding] = []
    remarks: list[Remark] = []
    for finding, anchor in found:
        beside = []
        if comments and isinstance(anchor, ast.AST):
            beside = list(_remarks(finding, anchor, module, comments, policy))
        remarks += beside
        excuse = next((remark for remark in beside if remark.excuses), None)
        if excuse is None or any(remark.wording.contrary for remark in beside):
            findings.append(finding)
        else:
            findings.append(
                finding._replace(
                    status=Status.EXCEPTED,
                    justification=plain(excuse.block.text),
                    code=code_of(anchor, finding.span, module) if anchor is not None else "",
                )
            )
    return findings, remarks


def _remarks(
    finding: Finding, anchor: ast.AST, module: Module, comments: Mapping[int, Comment], policy: Policy
) -> Iterator[Remark]:
    for block in blocks_at(anchor, finding.span, module, comments):
        wording = judge(block.text, policy.vocabulary)
        if wording.says_anything and not _is_code(block):
            yield Remark(finding, block, wording, wording.accepted and (wording.marked or not policy.marker_only))


def _is_code(block: Block) -> bool:
    """Whether own-line comments are code that was commented out: its flags and names excuse nothing."""
    if not block.comments[0].own_line:
        return False
    code = "\n".join(comment.text.lstrip("#").removeprefix(" ") for comment in block.comments)
    try:
        tree = compile(code, "comment", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, ast.Call) for node in ast.walk(tree))
