"""Where a text only shows what a credential looks like: in documentation, in what is handed to a fake."""

from __future__ import annotations

import ast
from bisect import bisect_left

from picketlint.base.lazy import regex
from picketlint.credentials.names import telling, words
from picketlint.knowledge.credentials import EXPLAINING, EXPLAINING_NAMES, STANDING_IN
from picketlint.semantics.tree import last_name, start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.matching.comments import Comment
    from picketlint.semantics.module import Module

# How far up a comment is read, in lines.
_MOST_LINES = 200
_STRING = regex(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
# A line that opens an object in a document, under a name or without one.
_NESTED = regex(r"['\"][^'\"]{1,64}['\"]\s*:\s*[\[{\s]+")
_OUTERMOST = regex(r"[\[{\s]+")


def explains(node: ast.AST, module: Module) -> bool:
    """Whether a text is documentation, which shows how a credential is given, or what stands in for one."""
    child = node
    for parent in module.tree.ancestors(node):
        if isinstance(parent, ast.keyword) and parent.arg in EXPLAINING:
            return True
        if isinstance(parent, ast.Dict) and _is_explaining(key_of(child, parent)):
            return True
        if isinstance(parent, ast.Call) and child is not parent.func and _stands_in(parent.func):
            return True
        if isinstance(parent, ast.Assign) and parent.value is node:
            return any(_is_documentation(last_name(target)) for target in parent.targets)
        if isinstance(parent, ast.stmt):
            return isinstance(parent, ast.Expr) and parent.value is node
        child = parent
    return False


def _stands_in(function: ast.expr) -> bool:
    return not STANDING_IN.isdisjoint(words(last_name(function)))


def _is_explaining(key: ast.expr | None) -> bool:
    name = key.value if isinstance(key, ast.Constant) else None
    return isinstance(name, str) and _is_documentation(name)


def _is_documentation(name: str) -> bool:
    return not EXPLAINING_NAMES.isdisjoint(telling(name)[-1:])


def key_of(value: ast.AST, display: ast.Dict) -> ast.expr | None:
    """The key of a value in a dict, which may have thousands."""
    index = bisect_left(display.values, start(value), key=start)
    return display.keys[index] if index < len(display.values) and display.values[index] is value else None


def is_in_document(comment: Comment, module: Module) -> bool:
    """Whether a comment is a line of a document, such as the JSON that a service answers with, and no code.

    Code that was commented out gives the dict a name, or hands it to something.
    """
    depth = 0
    if not comment.own_line or not comment.text.lstrip("# ").startswith(("'", '"')):
        return False
    for number in range(comment.line - 1, max(comment.line - _MOST_LINES, 0), -1):
        above = module.comments.get(number)
        if above is None or not above.own_line:
            return False
        text = above.text.lstrip("# ").rstrip()
        plain = _STRING.sub("", text)
        depth += sum(map(plain.count, "}])")) - sum(map(plain.count, "{[("))
        if depth < 0:
            if _OUTERMOST.fullmatch(text):
                return True
            if not _NESTED.fullmatch(text):
                return False
            depth = 0
    return False
