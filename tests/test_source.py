"""Source text against Python's own reading of it: encodings, lines, columns, syntax."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picketlint.source import Source, UnreadableSourceError, decode, parse, refuse_unparsable

BOM = b"\xef\xbb\xbf"

READABLE = {
    "plain": b"x = 1\n",
    "empty": b"",
    "bom": BOM + b"x = 1\n",
    "bom-and-cookie": BOM + b"# coding: utf-8\nx = 1\n",
    "cookie": b"# coding: latin-1\nx = '\xe9'\n",
    "cookie-emacs": b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
    "cookie-vim": b"# vim: set fileencoding=latin-1 :\nx = '\xe9'\n",
    "cookie-upper": b"# coding: LATIN-1\nx = '\xe9'\n",
    "cookie-underscore": b"# coding: iso_8859_1\nx = '\xe9'\n",
    "cookie-variant": b"# coding: latin-1-unix\nx = '\xe9'\n",
    "cookie-line-2": b"#!/usr/bin/python\n# coding: latin-1\nx = '\xe9'\n",
    "cookie-line-2-blank": b"\n# coding: latin-1\nx = '\xe9'\n",
    "cookie-line-2-crlf": b"#!/usr/bin/python\r\n# coding: latin-1\r\nx = '\xe9'\r\n",
    "cookie-line-2-cr": b"#!x\r# coding: latin-1\rx = '\xe9'\r",
    "cookie-line-2-far": b"#" + b"x" * 5000 + b"\n# coding: latin-1\nx = '\xe9'\n",
    "cookie-after-form-feed": b"\x0c# coding: latin-1\nx = '\xe9'\n",
    "cookie-line-3": "\n\n# coding: latin-1\nx = 'é'\n".encode(),
    "cookie-after-code": "x = 1\n# coding: latin-1\ny = 'é'\n".encode(),
    "cookie-in-string": "'# coding: latin-1'\ny = 'é'\n".encode(),
    "cookie-beside-code": "x = 1 # coding: latin-1\ny = 'é'\n".encode(),
    "cookie-second-on-line": b"# coding: latin-1 coding: ascii\nx = '\xe9'\n",
    "cp1252": "# coding: cp1252\nx = '€'\n".encode("cp1252"),
    "shift-jis": "# coding: shift-jis\nx = '日本語ソ'\n".encode("shift-jis"),
    "euc-jp": "# coding: euc-jp\nx = '日本語'\n".encode("euc-jp"),
    "gbk": "# coding: gbk\nx = '中文'\n".encode("gbk"),
    "koi8-r": "# coding: koi8-r\nx = 'да'\n".encode("koi8-r"),
    "utf-8-sig": "# coding: utf-8-sig\nx = 'é'\n".encode(),
    "crlf": b"x = '''a\r\nb'''\r\n",
    "cr": b"x = '''a\rb'''\ry = 2\r",
    "mixed-ends": b"x = 1\r\n\ry = 2\n\r\n",
    "form-feed": b"x = 1\n\x0c\ny = 2\n",
    "no-newline": b"x = 1",
    "separators": "x = '\x1c\x1d\x85\u2028\u2029'\ny = 2\n".encode(),
}


def own(data: bytes) -> str:
    return ast.dump(parse(decode(data)), include_attributes=True)


def pythons(data: bytes) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.dump(compile(data, "sample", "exec", ast.PyCF_ONLY_AST), include_attributes=True)


@pytest.mark.parametrize("data", READABLE.values(), ids=READABLE)
def test_what_python_reads_is_read_alike(data: bytes) -> None:
    assert own(data) == pythons(data)


@pytest.mark.parametrize("data", READABLE.values(), ids=READABLE)
def test_text_is_that_of_tokenize(data: bytes) -> None:
    if b"\r#" in data:
        pytest.skip("detect_encoding counts lines by line feeds only, unlike the parser")
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    assert decode(data) == io.TextIOWrapper(io.BytesIO(data), encoding).read()


NO_TEXT = "utf-7 rot13 rot-13 hex zlib bz2 base64 uu quopri punycode idna utf-16 utf-16-le utf-32 cp037 cp500 undefined"
UNREADABLE = {
    "invalid": (b"x = 1\ny = '\xe9'\n", 2, 6),
    "invalid-after-wide": ("x = '日本".encode() + b"\xff'", 1, 8),
    "unknown": (b"# coding: klingon\n", 1, 1),
    "latin-1-where-it-does-not-count": (b"\n\n# coding: latin-1\nx = '\xe9'\n", 4, 6),
    "ascii": (b"# coding: ascii\nx = '\xe9'\n", 2, 6),
    "bom-and-latin-1": (BOM + b"# coding: latin-1\n", 1, 1),
    "bom-and-utf8": (BOM + b"# coding: utf8\n", 1, 1),
    "utf-16-with-bom": ("x = 1\n".encode("utf-16"), 1, 1),
    "utf-32-with-bom": ("x = 1\n".encode("utf-32"), 1, 1),
    "nul": (b"x = 1\ny = \0", 2, 5),
    "syntax": (b"x = 1\ny = (\n", 2, 5),
    "syntax-wide": ("é = 1; 日 = = 2\n".encode(), 1, 12),
    "indentation": (b"if x:\npass\n", 2, 1),
    **{codec: (f"# coding: {codec}\nimport os\n".encode(), 1, 1) for codec in NO_TEXT.split()},
}


@pytest.mark.parametrize(("data", "line", "column"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_has_a_place(data: bytes, line: int, column: int) -> None:
    with pytest.raises(UnreadableSourceError) as caught:
        parse(decode(data))
    assert (caught.value.line, caught.value.column) == (line, column)


def test_compressed_source_is_never_unpacked() -> None:
    import zlib

    with pytest.raises(UnreadableSourceError, match="unknown encoding 'zlib'"):
        decode(b"# coding: zlib\n" + zlib.compress(b"0" * 10_000_000))


@pytest.mark.parametrize("code", ["x = '\\d'", "x = 1 is 1", "assert (x, 'y')", "1()", "x = 1or 1"])
def test_warnings_about_the_scanned_code_are_not_ours(code: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse(code)


DEEP = ["(" * 300 + ")" * 300, "x" + ".y" * 100_000, "-" * 100_000 + "1", "if a: pass\n" + "elif b: pass\n" * 9000]


@pytest.mark.parametrize("code", DEEP, ids=["brackets", "attributes", "signs", "elif"])
def test_deep_nesting_is_read_or_refused(code: str) -> None:
    # Which of them a Python refuses, and in which words, is its own affair.
    try:
        told = f"{len(parse(code).body)} statement"
    except UnreadableSourceError as error:
        told = f"line {error.line}: {error.message}"
    assert re.fullmatch(r"1 statement|line [1-9][0-9]*: [^\n]+", told)


@pytest.mark.parametrize("text", ["x = '\ud800'", "\ud800 = 1"])
def test_lone_surrogates_of_a_host_are_refused(text: str) -> None:
    with pytest.raises(UnreadableSourceError):
        parse(text)


TEXTS = [
    "f(x)",
    "\tf(x)",
    "'é'; f(x)",
    "'日本語'; f(x)",
    "'\U0001f600\U0001f600'; f(x)",
    "'e\u0301'; f(x)",
    "日本 = '''\n𝐱'''; f('é',\n  '語')",
    "'\u2028\x0c\x85'; f(x)",
    "é = f('日')\nf(é)",
]


@pytest.mark.parametrize("text", TEXTS)
def test_spans_cut_out_what_they_stand_for(text: str) -> None:
    text = "if 1:\n" + text if text.startswith("\t") else text
    source = Source(text)
    for node in ast.walk(parse(text)):
        if not isinstance(node, (ast.expr, ast.stmt)):
            continue
        span = source.span(node)
        lines = text.split("\n")[span.line - 1 : span.end_line]
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        assert "\n".join(lines) == ast.get_source_segment(text, node)


def test_places_that_are_not_there() -> None:
    source = Source("x = 1\n")
    assert source.lines == ["x = 1", ""]
    assert source.line(0) == source.line(3) == ""
    assert source.span(ast.Module([], [])) == (1, 1, 1, 1)
    assert source.span(ast.Name("x", ast.Load(), lineno=1, col_offset=0)) == (1, 1, 1, 1)


def test_only_pythons_line_ends_end_lines() -> None:
    text = decode("a = '\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029'\r\nb = 1\rc = 2\n".encode())
    assert [line[:1] for line in Source(text).lines] == ["a", "b", "c", ""]
    assert [node.lineno for node in parse(text).body] == [1, 2, 3]


WORDS = """# coding : = - utf-8 utf8 UTF-8 utf_8 utf-8-sig latin-1 iso-8859-1 latin1 cp1252 shift-jis hex rot13 zlib
ascii gbk euc-jp big5 x =1 ' \'\'\' \\ ; pass a ( ) # # coding: coding="""
PARTS = [*WORDS.split(), *[" ", "\n", "\r", "\r\n", "\t", "\x0c", "\x1c", "\u2028", "é"]]
PIECES = [*(part.encode() for part in PARTS), b"\xe9", b"\x81", b"\xff\xfe", b"\0", BOM]


@settings(max_examples=1500)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join))
def test_what_is_read_is_what_python_reads(data: bytes) -> None:
    try:
        expected = pythons(data)
    except (SyntaxError, ValueError, LookupError):
        with pytest.raises(UnreadableSourceError):
            own(data)
        return
    try:
        found = own(data)
    except UnreadableSourceError:
        # Python refuses these when it runs the file, or reads a backslash before the last line end in its own way.
        assert not _utf8(data) or data.rstrip(b"\r\n").endswith(b"\\")
    else:
        assert found == expected


def _utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@given(text=st.text(alphabet="aé世🙂\u0301 ", max_size=12))
def test_columns_and_byte_offsets_are_each_others_inverse(text: str) -> None:
    source = Source(f"x = 1\n{text}\n")
    for before in range(len(text) + 1):
        offset = len(text[:before].encode())
        assert source.column(2, offset) == before + 1
        assert source.byte_offset(2, before + 1) == offset


# What only the later stages of Python's compiler refuse, and what its parser does.
SYNTAX = {
    "empty": "",
    "code": "import torch\n\n\ndef f(a, *, b=1):\n    return [a for a in b]\n",
    "global-parameter": "def f(a):\n    global a\n",
    "nonlocal-at-the-top": "nonlocal a\n",
    "two-parameters-of-one-name": "def f(a, a): pass\n",
    "unknown-future": "from __future__ import nothing\n",
    "late-future": "import os\nfrom __future__ import annotations\n",
    "return-outside": "return 1\n",
    "await-outside": "await x\n",
    "invalid-escape": "x = '\\d'\n",
    "cookie": "# coding: latin-1\nx = 'é'\n",
    "open-bracket": "f(\n",
    "statement": "x = = 1\n",
    "python-2": "print 'x'\n",
    "indentation": "if x:\npass\n",
    "tabs": "if x:\n\ty\n        z\n",
    "nul": "x = 1\n\0",
    "surrogate": "x = '\ud800'\n",
    "number": "x = 1" + "1" * 5000 + "\n",
    "deep": "x = " + "-" * 7000 + "1\n",
    "brackets": "x = " + "(" * 300 + ")" * 300 + "\n",
    "long": "x = 1\n" * 10_000 + "x = = 1\n",
}


@pytest.mark.parametrize("case", SYNTAX)
def test_what_is_refused_without_a_tree_is_what_the_parser_refuses(case: str) -> None:
    def refused(check: Callable[[str], object]) -> tuple[str, int, int] | None:
        try:
            check(SYNTAX[case])
        except UnreadableSourceError as error:
            return error.message, error.line, error.column
        return None

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert refused(refuse_unparsable) == refused(parse)


def test_many_names_and_functions_take_no_longer_than_a_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    tables: list[str] = []
    monkeypatch.setattr("_symtable.symtable", lambda text, *_: tables.append(text))
    for number in (1_000, 2_000, 10_000):
        refuse_unparsable("def f():\n" + "".join(f"    name_{n} = lambda: 0\n" for n in range(number)))
    assert len(tables) == 1
