"""What stays the same about a finding when lines move and code is reformatted.

A lock file or a baseline knows a finding by its rule, its path and the text of its code; findings with the same
identity are counted, not told apart. Whitespace, quotes, trailing commas, comments and line numbers are left out.
"""

from __future__ import annotations

import ast

from picketlint.base.lazy import regex
from picketlint.model import Finding, Span
from picketlint.semantics.module import Module

# Longer code is cut and told apart by its digest: a lock file is for reading.
MAX_LENGTH = 160
_COMPOUND = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If, ast.For, ast.AsyncFor, ast.While, ast.With,
    ast.AsyncWith, ast.Try, ast.Match,
)  # fmt: skip
_ENDING_IN_VALUE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return)
_OPENING = "(\\ \t\n"
_TOKEN = regex(r"\w+|[^\w\s]")
_WORD = regex(r"\w")


def statement_of(anchor: ast.AST | Span, module: Module) -> ast.stmt | None:
    """The statement around an anchor; None where that is a compound one, most of which is about other things."""
    statement = module.tree.statement(anchor) if isinstance(anchor, ast.AST) else None
    return None if isinstance(statement, _COMPOUND) or hasattr(statement, "handlers") else statement


def code_of(anchor: ast.AST | Span, finding: Finding, module: Module) -> str:
    """The normalized text of the statement around an anchor; of the anchor itself, where that is a compound one.

    What no output may show is left out of it.
    """
    statement, secrets = statement_of(anchor, module), finding.secrets
    if statement is None:
        return _short(_normalized(_segment(finding.span, module, secrets)))
    whole = module.source.span(statement)
    if isinstance(statement, _ENDING_IN_VALUE) and statement.value is not None:
        # Formatters put a long value in parentheses of its own, which its span leaves out.
        value = module.source.span(statement.value)
        before = _segment(Span(whole.line, whole.column, value.line, value.column), module, secrets)
        return _short(_normalized(f"{before.rstrip(_OPENING)} {_segment(value, module, secrets)}"))
    return _short(_normalized(_segment(whole, module, secrets)))


def _segment(span: Span, module: Module, secrets: tuple[Span, ...]) -> str:
    """The source text of a span without its comments and secrets."""
    lines: list[str] = []
    for number in range(span.line, span.end_line + 1):
        comment = module.comments.get(number)
        end = span.end_column - 1 if number == span.end_line else None
        if comment is not None and (end is None or comment.column - 1 < end):
            end = comment.column - 1
        lines.append(module.source.masked(number, secrets)[span.column - 1 if number == span.line else 0 : end])
    return "\n".join(lines)


def _normalized(text: str) -> str:
    """Tokens with a space only where two words would run together."""
    parts: list[str] = []
    for token in _TOKEN.findall(text.replace("\\\n", " ")):
        if token in ")]}" and parts and parts[-1] == ",":
            parts.pop()
        if parts and _WORD.match(token) and _WORD.match(parts[-1]):
            parts.append(" ")
        parts.append('"' if token == "'" else token)
    return "".join(parts)


def _short(text: str) -> str:
    if len(text) <= MAX_LENGTH:
        return text
    # Rarely needed, and a good part of the start-up time of a run with findings.
    from picketlint.base.digests import sha256

    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{text[: MAX_LENGTH - 20]}...{digest}"
