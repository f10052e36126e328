"""Comments, held against Python's own tokenizer."""

from __future__ import annotations

import ast
import io
import os
import re
import sys
import tokenize
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from growth import is_linear, repeated
from hypothesis import given, settings
from hypothesis.strategies import lists, sampled_from, tuples

from picketlint.matching.comments import Comment, code, comments
from picketlint.source import UnreadableSourceError, decode

STANDARD_LIBRARY = sorted(Path(os.__file__).parent.glob("*.py"))

TEXTS = [
    "x = 1  # trailing\n# own line\n    # indented\n",
    "x = '#'  # one\ny = \"#\"  # two\nz = '''#\n#'''  # three\n",
    "x = '\\'#'  # one\ny = \"\\\\\"  # two\nz = '''\\'''#'''  # three\n",
    'x = """a"#"""  # one\ny = ""  # two\nz = """"#"""  # three\n',
    "x = r'\\\\'  # one\n",
    "x = 'a\\\n#b'  # one\n",
    "x = b'#' + rb'#' + u'#'  # one\n",
    "x = f'{a}#{b}'  # one\n",
    "x = f'{{#}}'  # one\n",
    "x = f\"{a['#']}\"  # one\n",
    "if x: y = 1 # no blank line\n\f# after a form feed\n",
    "x = 'ä'  # ü\n",
    "#!/bin/sh\n# -*- coding: utf-8 -*-",
    "",
]
NESTED = [
    'x = f"{a["#"]}"  # one\n',
    'x = f"{a["b"]}" + "#"  # one\n',
    "x = f'''{\na  # inside\n}'''  # one\n",
    'x = f"}}{a:{b["#"]}}"  # one\n',
    'x = f"{\'}\' + "#"}"  # one\n',
    'x = rf"{a["#"]}" fr"{b["#"]}"  # one\n',
]


def expected(text: str) -> dict[int, Comment]:
    found = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            line, offset = token.start
            found[line] = Comment(line, offset + 1, token.string, not token.line[:offset].strip())
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_texts(text: str) -> None:
    assert comments(text) == expected(text)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="not Python before 3.12")
@pytest.mark.parametrize("text", NESTED)
def test_f_strings_within_which_quotes_stand(text: str) -> None:
    ast.parse(text)
    assert comments(text) == expected(text)


@pytest.mark.parametrize("path", STANDARD_LIBRARY, ids=lambda path: path.name)
def test_standard_library(path: Path) -> None:
    try:
        text = decode(path.read_bytes())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, UnreadableSourceError):
        pytest.skip("not Python")
    assert comments(text) == expected(text)


def test_what_is_no_python_does_no_harm() -> None:
    for text in ("x = '#\n# a\n", '"""#\n', "(#", "x = f'{#\n"):
        comments(text)


# -- code without comments and strings ---------------------------------------------------------------------------------


def names(text: str) -> list[str]:
    """The names and keywords of a program, those in f-strings left out."""
    found, depth = [], 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = tokenize.tok_name[token.type]
        depth += kind.endswith("STRING_START") - kind.endswith("STRING_END")
        if kind == "NAME" and not depth:
            found.append(token.string)
    return found


def in_order(wanted: list[str], words: Iterator[str]) -> bool:
    """Whether the words are among others, in this order."""
    return all(word in words for word in wanted)


def keeps_names(text: str) -> bool:
    rest = code(text.encode())
    return rest is None or in_order(names(text), iter(re.findall(r"\w+", rest.decode())))


@pytest.mark.parametrize("text", [*TEXTS, "x = f'a'if\"b\"else'c'\n", "x = rb'a b' + u'it\\'s' + a # it's\n"])
def test_code_keeps_every_name(text: str) -> None:
    assert keeps_names(text)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="not Python before 3.12")
@pytest.mark.parametrize(
    "text",
    [
        *NESTED,
        'f"{a["x"] + eval(y) + a["z"]}"\n',
        "f\"{d['}']['x'] + eval(y) + d['{']}\"\n",
        'f"{d[\'}\']["x"]} {eval(y)} {d["z"]}"\n',
        'f"{d[\'}\']["x"] + eval(y) + d["z"]}"\n',
        'f"{\na\n}" + eval(x) + f"{\nb\n}"\n',
        "f'''{a  # '''\n + eval(x)}'''\n",
        "f'{a!r:{\"b\"}}' + eval(x) + f'{c}'\n",
    ],
)
def test_code_keeps_every_name_beside_f_strings_that_hold_others(text: str) -> None:
    ast.parse(text)
    rest = code(text.encode())
    assert keeps_names(text)
    assert rest is None or (b"eval" in rest) is ("eval" in text)


@pytest.mark.parametrize("path", STANDARD_LIBRARY, ids=lambda path: path.name)
def test_code_keeps_every_name_of_the_standard_library(path: Path) -> None:
    try:
        text = decode(path.read_bytes())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, UnreadableSourceError):
        pytest.skip("not Python")
    assert keeps_names(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('f"can not load {a} (see {b.load(c)})!"', "f {a}{b.load(c)} "),
        ('f"{{load}} {a}"', 'f"{{load}} {a}"'),
        ("f'load it' + f''", "f   + f  "),
        ("1 if'load'else 2", "1 if'load'else 2"),
        ("rf'load {a}'", "rf {a} "),
    ],
)
def test_of_f_strings_the_fields_are_left(text: str, left: str) -> None:
    assert code(f"for f in t: x = {text}\n".encode()) == f"for f in t: x = {left}\n".encode()


@pytest.mark.parametrize("text", ["f'a{a!r:>{width}} load'", "f\"{d['}']} load {d['{']}\""])
def test_of_f_strings_with_braces_within_braces_all_is_left(text: str) -> None:
    assert code(f"x = {text}\n".encode()) == (None if sys.version_info >= (3, 12) else f"x = {text}\n".encode())


@pytest.mark.parametrize("name", ["'''pickle'''", '"""os.path"""', "'eval'", '"a"'])
def test_strings_that_are_a_name_stay(name: str) -> None:
    assert code(f"getattr(x, {name})".encode()) == f"getattr(x, {name})".encode()


@pytest.mark.parametrize("prose", ['"""abc" def"""', "'''a b'''", "'''abc\\n'''"])
def test_other_strings_of_three_quotes_do_not(prose: str) -> None:
    assert b"abc" not in (code(f"f({prose})".encode()) or b"")
    assert b"a b" not in (code(f"f({prose})".encode()) or b"")


def test_code_is_without_prose_but_not_without_names() -> None:
    rest = code(b'"""The docs."""\nx = getattr(t, "load")  # why\ny = \'a.b\' + "a b" + f"{c} d"\n')
    assert rest is not None
    assert rest.split() == b"x = getattr(t, \"load\") y = 'a.b' + + f {c}".split()


@pytest.mark.parametrize("text", ["f'", 'x = f"{a}\n', "f'{a\n}'"])
def test_code_of_broken_f_strings_cannot_be_told(text: str) -> None:
    assert code(text.encode()) is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (r"x = 'it\'s' + y # \'", "x =   + y  "),
        (r'x = "a\\" + y + "\\\"b # c" + z', "x =   + y +   + z"),
        ('x = "a \\\nb" + y', "x =   + y"),
        ('x = "a \\\\" + y \\\n + "b"', 'x =   + y \\\n + "b"'),
        ('x = """a "b" \'c\' \\""" # d""" + y', "x =   + y"),
        ("x = '''''' + '' + y", "x =   +   + y"),
        ('# it\'s \\\ny = "a" \'b c\'"d"', ' \ny = "a"  "d"'),
        ("x = f'\\'{a}' + rb'\\\\' + y", "x = f {a}  + rb  + y"),
        ("x = f'\\\\{{{a}' + y", "x = f'\\\\{{{a}' + y"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_of_strings_with_escapes_nothing_is_left(text: str, left: str, end: str) -> None:
    assert code(f"{text}\n".replace("\n", end).encode()) == f"{left}\n".encode()


# Operands, and the word that is left of them.
OPERANDS = {
    "a": "a",
    "'b'": "b",
    '"c.d"': "c.d",
    r"'\''": "",
    r'"\\"': "",
    '"""e "f" \\""" """': "",
    r"rb'\\ \''": "",
    "f'{g}'": "g",
    "rf'''\n{h}\" '''": "h",
    "'#'": "",
    "''": "",
}
BETWEEN = (" + ", " +\\\n", " + # it's\n", ' + # """\n', " + # \\\n", "\n+ #\n")


@settings(max_examples=400)
@given(lists(tuples(sampled_from(sorted(OPERANDS)), sampled_from(BETWEEN)), max_size=12), sampled_from(("\n", "\r\n")))
def test_code_keeps_every_name_beside_strings_and_comments(parts: list[tuple[str, str]], end: str) -> None:
    text = f"x = ({''.join(map(''.join, parts))}y)\nload = z\n"
    ast.parse(text)
    rest = code(text.replace("\n", end).encode())
    assert rest is not None
    left = [word for word in re.findall(r"[\w.]+", rest.decode()) if word not in ("f", "rf", "rb")]
    assert left == ["x", *(OPERANDS[operand] for operand, _ in parts if OPERANDS[operand]), "y", "load", "z"]


def test_code_of_bytes_that_are_no_text_cannot_be_told() -> None:
    assert code(b"x = 'a' # \xff\n") is None
    assert code(b"x = 'a' # \xfe\n") is None


@pytest.mark.parametrize(
    ("head", "piece"),
    [(b"", b'"""a \\""" '), (b"f'''", b"'a' \"b\" # c\n"), (b"'", b"''"), (b'""""', b'""'), (b"", b"f'{'")],
)
def test_code_of_many_strings_without_an_end_is_read_in_linear_time(head: bytes, piece: bytes) -> None:
    assert is_linear(code, repeated(head, piece), 30_000)
