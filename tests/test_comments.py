"""Comments, held against Python's own tokenizer."""

from __future__ import annotations

import ast
import io
import os
import sys
import tokenize
import warnings
from pathlib import Path

import pytest

from picketlint.comments import Comment, comments
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
