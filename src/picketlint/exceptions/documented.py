"""Documented exceptions: which comments stand where they count, and what becomes of the findings beside them.

A comment counts trailing on a physical line of the offending expression, on its own line inside or directly above it,
or as the block of own-line comments directly above its statement (decorators included, no blank line between); nowhere
else. A trailing comment may go on below, right under itself. What it must say is ``wording``'s business.

Source: the contributor policy of NVIDIA Model-Optimizer, "Creating a security exception".
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple
from picketlint.model import Finding, Span, Status
from picketlint.semantics.module import Module
from picketlint.source import UnreadableSourceError, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    # What judges words is imported once a comment stands where it counts.
    from picketlint.exceptions.wording import Policy, Wording
    from picketlint.matching.comments import Comment

# No explanation is longer; a bound keeps a wall of comments from being read once per finding.
MAX_BLOCK = 40
# What commented-out code has and a sentence hardly ever: a quick look that spares most comments the parser.
_CODE = regex(r"[=(]|\b(?:import|return|raise|del)\b")
_ACTIONS = (ast.Assign, ast.AugAssign, ast.Import, ast.ImportFrom, ast.Return, ast.Raise, ast.Delete)


class Block(NamedTuple):
    """Comments on consecutive lines that read as one, in order."""

    comments: tuple[Comment, ...]

    @property
    def text(self) -> str:
        """The comments' raw text, one line each."""
        return "\n".join(comment.text for comment in self.comments)

    @property
    def span(self) -> Span:
        """Where the block stands; it must hold a comment."""
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
    seen: set[int] = set()
    for line in sorted({*module.tree.beginnings(anchor), span.line}):
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
        yield Block((*current, *_continued(current[-1], comments, MAX_BLOCK - len(current))))


def _continued(last: Comment, comments: Mapping[int, Comment], most: int) -> Iterator[Comment]:
    """The own-line comments below a trailing one that go on right under it: others belong to what follows them."""
    line = last.line
    while not last.own_line and most > 0:
        line, most = line + 1, most - 1
        comment = comments.get(line)
        if comment is None or not comment.own_line or comment.column != last.column:
            return
        yield comment


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
    before = comments.get(found[0].line - 1) if found else None
    if before is not None and not before.own_line:
        # What goes on right under a trailing comment is about the line of that one.
        while found and found[0].column == before.column:
            found.pop(0)
    return tuple(found)


def review(
    found: list[tuple[Finding, ast.AST | Span | None]],
    module: Module,
    comments: Mapping[int, Comment],
    policy: Policy | None,
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
            findings.append(_excused(finding, anchor, excuse, module))
    return findings, remarks


def _excused(finding: Finding, anchor: ast.AST | Span | None, excuse: Remark, module: Module) -> Finding:
    from picketlint.credentials.suspected import redacted
    from picketlint.exceptions.identity import code_of
    from picketlint.exceptions.wording import plain

    return finding._replace(
        status=Status.EXCEPTED,
        justification=redacted(plain(excuse.block.text)),
        code=code_of(anchor, finding, module) if anchor is not None else "",
        excuse=excuse.block.span,
    )


def _remarks(
    finding: Finding, anchor: ast.AST, module: Module, comments: Mapping[int, Comment], policy: Policy | None
) -> Iterator[Remark]:
    blocks = list(blocks_at(anchor, finding.span, module, comments))
    if not blocks:
        return
    from picketlint.exceptions.wording import NOTHING, Policy, judge

    policy = policy or Policy()
    for block in blocks:
        prose = _prose(block)
        wording = judge(prose.text, policy.vocabulary) if prose.comments else NOTHING
        if wording.says_anything:
            yield Remark(finding, prose, wording, wording.accepted and (wording.marked or not policy.marker_only))


def _prose(block: Block) -> Block:
    """A block without code that was commented out, whose flags and names excuse nothing; it can be empty."""
    lines = [comment.text.lstrip("#").rstrip() for comment in block.comments]
    if len(lines) > 1 and _is_code("\n".join(_dedented(lines))):
        return Block(())
    return Block(tuple(each for each, line in zip(block.comments, lines, strict=True) if not _is_code(line.strip())))


def _dedented(lines: list[str]) -> list[str]:
    """Lines without the indentation that all of them share."""
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[margin:] for line in lines]


@lru_cache(maxsize=256)
def _is_code(text: str) -> bool:
    """Whether text does something when it is read as Python: by itself, or among the arguments of a call."""
    return bool(_CODE.search(text)) and (_does_something(text, 0) or _does_something(f"f({text})", 1))


def _does_something(code: str, calls: int) -> bool:
    """Whether text is Python with more calls than that, or with a statement that changes anything."""
    try:
        nodes = list(ast.walk(parse(code)))
    except UnreadableSourceError:
        return False
    if any(_is_sentence(node) for node in nodes):
        return False
    if any(isinstance(node, (*_ACTIONS, ast.keyword)) for node in nodes):
        return True
    return sum(isinstance(node, ast.Call) for node in nodes) > calls


def _is_sentence(node: ast.AST) -> bool:
    """Whether an expression can only be meant as words: Python reads "shell=True is safe" as an assignment."""
    first = node.left if isinstance(node, ast.Compare) else node.values[0] if isinstance(node, ast.BoolOp) else None
    return isinstance(first, ast.Constant) and isinstance(first.value, bool)
