"""The prefilter loses no finding in the rules' own examples, however they are written."""

from __future__ import annotations

import ast
import io
import random
import re
import textwrap
import tokenize
import unicodedata
import warnings
from collections.abc import Callable

import pytest

from picketlint import registry
from picketlint.engine import Checks, analyze
from picketlint.prefilter import Look, Prefilter

ENTRIES = {entry.id: entry for entry in registry.load().entries}
CHECKS = Checks(frozenset(ENTRIES))
MAY_FIRE = Look.may_fire
PROGRAMS = [
    example.code
    for rule in registry.load().rules
    for example in rule.examples
    if example.bad and example.path.endswith(".py")
]

# -- formatting --------------------------------------------------------------------------------------------------------

# Between two tokens: inside of brackets, and elsewhere.
_INSIDE = ("", "", "", " ", "\t", "\f", "\n", "\n    ", "\\\n", "  # it's (\n", "  # why\n\n")
_OUTSIDE = ("", "", "", " ", "  ", "\t", "\f", "\\\n", " \\\n  ")


def respaced(code: str, chance: random.Random) -> str:
    """The same tokens with other white space and more comments between them."""
    written: list[str] = []
    depth, before = 0, ""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type in (tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER):
            continue
        if token.type in (tokenize.NEWLINE, tokenize.NL):
            written.append("\n")
            before = ""
        elif not before and not depth:
            written += (token.line[: token.start[1]], token.string)
            before = token.string
        else:
            between = chance.choice(_INSIDE if depth else _OUTSIDE)
            touching = before[-1:].isalnum() or before[-1:] in "_'\""
            if not between and touching and (token.string[:1].isalnum() or token.string[:1] in "_'\"."):
                between = " "
            written += ("  " if token.type == tokenize.COMMENT else between, token.string)
            before = token.string
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
    return "".join(written)


_PLAIN = re.compile(r"""(?P<prefix>[bB]?)(?P<quote>["'])(?P<text>[^"'\\\n{}]+)(?P=quote)""")


def respelt(code: str, chance: random.Random) -> str:
    """The same program with some of its strings in other quotes, in brackets, with a prefix or escapes."""
    lines = code.splitlines(keepends=True)
    for token in reversed([*tokenize.generate_tokens(io.StringIO(code).readline)]):
        plain = _PLAIN.fullmatch(token.string) if token.type == tokenize.STRING else None
        if plain is not None and chance.random() < 0.4:
            row, line = token.start[0] - 1, lines[token.start[0] - 1]
            lines[row] = line[: token.start[1]] + _spelt(plain["prefix"], plain["text"], chance) + line[token.end[1] :]
    return "".join(lines)


def _spelt(prefix: str, text: str, chance: random.Random) -> str:
    at, quote = chance.randrange(len(text)), chance.choice(("'", '"', "'''", '"""'))
    escapes = [f"\\x{ord(text[at]):02x}", f"\\{ord(text[at]):03o}"]
    escapes += [f"\\u{ord(text[at]):04x}", f"\\N{{{unicodedata.name(text[at])}}}"] if not prefix else []
    escaped = text[:at] + chance.choice(escapes) + text[at + 1 :]
    ways = [f"{prefix}{quote}{text}{quote}", f"{prefix}R{quote}{text}{quote}", f"{prefix}{quote}{escaped}{quote}"]
    ways += [f"({ways[0]})", f"{prefix or 'u'}{quote}{text}{quote}"]
    return chance.choice(ways)


# -- the way of a value ------------------------------------------------------------------------------------------------

# How an expression can be written in place, and how it can come from a statement before.
_WRAPPED = ("({})", "(other or {})", "({0} if there else {0})", "[{}][0]", "os.environ.get('NAME', {})", "(kept := {})")
_BEFORE = (
    ("kept = {}", "kept"),
    ("kept: Final = {}", "kept"),
    ("kept, other = {}, 1", "kept"),
    ("class Kept:\n    one = {}", "Kept.one"),
    ("kept = {{'one': {}}}", "kept['one']"),
    ("def kept():\n    return {}", "kept()"),
)


class _Rewriter(ast.NodeTransformer):
    """Writes some constants and keywords of a program in another way; ``before`` are the statements that this takes."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.before: list[str] = []

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if self._chance.random() > 0.15:
            return node
        written = ast.unparse(node)
        if self.before or self._chance.random() < 0.5:
            return _expression(self._chance.choice(_WRAPPED).format(written))
        statement, name = self._chance.choice(_BEFORE)
        self.before.append(statement.format(written))
        return _expression(name)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        named = [keyword for keyword in node.keywords if keyword.arg]
        if named and self._chance.random() < 0.2:
            as_call = f"dict({', '.join(map(ast.unparse, named))})"
            as_display = f"{{{', '.join(f'{one.arg!r}: {ast.unparse(one.value)}' for one in named)}}}"
            spread = _expression(self._chance.choice((as_call, as_display)))
            node.keywords = [*(one for one in node.keywords if not one.arg), ast.keyword(None, spread)]
        return node


def _expression(written: str) -> ast.expr:
    return ast.parse(written, mode="eval").body


def rewritten(code: str, chance: random.Random) -> str:
    """The program with some of its values written elsewhere, or in more words."""
    rewriter = _Rewriter(chance)
    tree = rewriter.visit(ast.parse(code))
    return "\n".join([*rewriter.before, ast.unparse(tree), ""])


# -- what stands around it ---------------------------------------------------------------------------------------------

_AROUND = ("def around(a, *b, **c):", "class Around(Base):", "try:", "with open(p) as f:", "match x:\n    case 1:")
ENCODED: tuple[Callable[[str], bytes], ...] = (
    str.encode,
    lambda code: code.replace("\n", "\r\n").encode(),
    lambda code: code.replace("\n", "\r").encode(),
    lambda code: b"\xef\xbb\xbf" + code.encode(),
    lambda code: "# 它 é → it's\n".encode() + code.encode(),
    lambda code: b"# coding: latin-1\n" + code.encode(),
    lambda code: b"x = f'{a[\"b\"]!r:>{w}}' 'it' \"'\"\n" + code.encode(),
)


def within(code: str, chance: random.Random) -> str:
    """The program inside of another statement."""
    around = chance.choice(_AROUND)
    inside = f"{around}\n{textwrap.indent(code, ' ' * (4 + 4 * around.count(chr(10))))}\n"
    return inside + ("finally:\n    pass\n" if around == "try:" else "")


def variant(code: str, chance: random.Random) -> bytes:
    """A program that does the same, or nearly so: what does not parse is taken back."""
    for change, probability in ((rewritten, 0.6), (respelt, 0.4), (within, 0.3), (respaced, 0.6)):
        if chance.random() < probability:
            try:
                changed = change(code, chance)
                ast.parse(changed)
            except (SyntaxError, ValueError, tokenize.TokenError):
                continue
            code = changed
    return chance.choice(ENCODED)(code)


@pytest.mark.parametrize("thorough", [True, False])
@pytest.mark.parametrize("seed", range(10))
def test_no_variant_of_an_example_loses_a_finding(seed: int, thorough: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Look, "may_fire", lambda look, rule: True)
    warnings.simplefilter("ignore", SyntaxWarning)
    chance, prefilter = random.Random(seed), Prefilter(registry.load().table)
    if thorough:
        prefilter.look(b"#" * (1 << 19))
    lost, found = [], 0
    for code in PROGRAMS:
        data = variant(code, chance)
        rules = {finding.rule for finding in analyze(data, "run.py", CHECKS).findings}
        look = prefilter.look(data)
        found += bool(rules)
        lost += [(rule, data) for rule in sorted(rules) if not MAY_FIRE(look, ENTRIES[rule])]
    assert lost == []
    assert found > len(PROGRAMS) * 0.6
