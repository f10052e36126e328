"""The prefilter may only leave out rules that would have found nothing."""

from __future__ import annotations

import io
import json
import keyword
import re
import sys
import tokenize
import unicodedata
from collections.abc import Callable

import pytest
from growth import is_linear
from ways import WAYS

from picketlint import prefilter, registry
from picketlint.engine import Checks, analyze
from picketlint.model import Finding
from picketlint.prefilter import Look, _folded, candidates
from picketlint.rule import Example, Rule

RULES = registry.load().rules
CASES = [
    pytest.param(rule, example, id=f"{rule.id}-{number}")
    for rule in RULES
    for number, example in enumerate(rule.examples, 1)
    if example.bad
]


# -- characters that are folded ----------------------------------------------------------------------------------------


def folds(character: str) -> bool:
    """Whether a character can stand in an identifier and gives an ASCII letter, digit or underscore (PEP 3131)."""
    folded = unicodedata.normalize("NFKC", character)
    return f"a{character}".isidentifier() and bool(re.search("[a-zA-Z0-9_]", folded))


def test_every_folded_character_is_known() -> None:
    missed = [
        f"U+{code:04X}"
        for code in range(0x80, sys.maxunicode + 1)
        if not 0xD800 <= code < 0xE000 and folds(chr(code)) and not _folded(chr(code).encode())
    ]
    assert missed == []


def test_little_else_is_taken_for_one() -> None:
    other = [
        chr(code)
        for code in range(0x80, sys.maxunicode + 1)
        if not 0xD800 <= code < 0xE000 and not folds(chr(code)) and _folded(chr(code).encode())
    ]
    letters = [character for character in other if unicodedata.category(character) != "Cn"]
    assert len(letters) < 60
    kinds = {unicodedata.name(letter).split()[0] for letter in letters}
    assert kinds <= {"MODIFIER", "GREEK", "CYRILLIC", "LATIN", "MATHEMATICAL"}


SIGNS = "— – … “” ‘’ « » • · × ÷ ± ≤ ≥ ≠ ∞ → ← ↑ ⇒ ✓ ✗ ★ ░ ▒ █ ─ │ ┌ └ ├ ═ ║ £ € ¥ § © ® ™ ° µ ½ ² ³ № ℃ 😀 🚀 🤗 ∑ ∂"
LATIN = "é è ü ö ß ñ ç å ø æ œ ł š ž ğ ı ő"
TEXTS = "Ελληνικά αβγδ Русский 中文文本，。！（） 日本語のテキスト 한국어 עברית العربية हिन्दी ไทย"


@pytest.mark.parametrize("text", [*SIGNS.split(), *LATIN.split(), *TEXTS.split()])
def test_ordinary_text_is_not_taken_for_one(text: str) -> None:
    assert not _folded(text.encode())


# -- encodings ---------------------------------------------------------------------------------------------------------


def filtered(data: bytes) -> bool:
    """Whether rules were left out for want of a trigger."""
    entries = registry.load().entries
    return len(candidates(entries, data)) < len(entries)


@pytest.mark.parametrize(
    "data",
    [
        b"x = 1\n",
        b"# coding: utf-8\nx = 1\n",
        b"# coding: latin-1\nx = 1\n",
        b"# coding: ascii\nx = 1\n",
        b"\xef\xbb\xbfx = 1\n",
        "x = 'é → 文'\n".encode(),
        "# coding: utf-8\nx = 'é → 文'\n".encode(),
        b"x = 1 # coding: shift-jis\n",
        b"x = 1\n# coding: shift-jis\n",
        b"\n\n# coding: shift-jis\n",
        b"x = 'encoding=utf-16'\n",
    ],
)
def test_plain_files_are_filtered(data: bytes) -> None:
    assert filtered(data)


@pytest.mark.parametrize(
    "data",
    [
        b"# coding: shift-jis\nx = 1\n",
        b"# coding: unicode_escape\nx = 1\n",
        b"#!python\n# coding: cp037\nx = 1\n",
        b"#" + b"x" * 5000 + b"\n# coding: unicode_escape\nx = 1\n",
        b"# coding: latin-1\nx = '\xaa'\n",
    ],
)
def test_others_are_not(data: bytes) -> None:
    assert not filtered(data)


@pytest.mark.parametrize("name", ["ｅｖａｌ", "ev𝐚l", "eval", "ᵉval"])
def test_names_are_read_as_python_reads_them(name: str) -> None:
    code = f"{name}(text)  # ｘ ﬁ ſ 𝐱\n".encode()
    assert {entry.id for entry in candidates(registry.load().entries, code) if entry.alone} == {"PKT303"}


# -- soundness ---------------------------------------------------------------------------------------------------------


def full_width(code: str) -> str:
    """The same program with every identifier spelt in full-width letters."""
    wide = {code: code - 0x21 + 0xFF01 for code in range(0x21, 0x7F) if chr(code).isalnum() or chr(code) == "_"}
    out: list[str] = []
    row, column = 1, 0
    lines = code.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        out.append(_between(lines, (row, column), token.start))
        plain = token.type != tokenize.NAME or keyword.iskeyword(token.string)
        out.append(token.string if plain else token.string.translate(wide))
        row, column = token.end
    return "".join(out)


def _between(lines: list[str], begin: tuple[int, int], end: tuple[int, int]) -> str:
    if begin[0] == end[0]:
        return lines[begin[0] - 1][begin[1] : end[1]] if begin[0] <= len(lines) else ""
    middle = lines[begin[0] : end[0] - 1]
    first, last = lines[begin[0] - 1][begin[1] :], lines[end[0] - 1][: end[1]] if end[0] <= len(lines) else ""
    return "".join([first, *middle, last])


def renamed(code: str) -> str:
    """Every plain ``import x`` under another name."""
    for name in re.findall(r"^import (\w+)$", code, re.MULTILINE):
        code = re.sub(rf"\b{name}\b(?!['\"])", "renamed_", code)
        code = code.replace("import renamed_", f"import {name} as renamed_")
    return code


VARIANTS: dict[str, Callable[[str], bytes]] = {
    "as-it-is": str.encode,
    "crlf": lambda code: code.replace("\n", "\r\n").encode(),
    "bom": lambda code: b"\xef\xbb\xbf" + code.encode(),
    "comment-above": lambda code: b"# a comment\n\n" + code.encode(),
    "non-ascii": lambda code: "# → é 文\n\n".encode() + code.encode(),
    "latin-1": lambda code: b"# coding: latin-1\n# \xe9\n\n" + code.encode("latin-1", "replace"),
    "shift-jis": lambda code: "# coding: shift-jis\n# 文\n\n".encode("shift-jis") + code.encode("shift-jis", "replace"),
    "full-width": lambda code: full_width(code).encode(),
    "renamed": lambda code: renamed(code).encode(),
    "in-function": lambda code: b"def around():\n" + re.sub("^(?=.)", "    ", code, flags=re.MULTILINE).encode(),
}


def findings(rule: Rule, example: Example, data: bytes) -> tuple[Finding, ...]:
    checks = Checks(frozenset({rule.id, *example.beside}), lambda: example.torch, approved=example.approved)
    return analyze(data, example.path, checks).findings


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("rule", "example"), CASES)
def test_nothing_is_lost(rule: Rule, example: Example, variant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if rule.id == "PKT000" and variant not in ("as-it-is", "crlf"):
        pytest.skip("not the same file any more")
    monkeypatch.setattr(prefilter, "_MANY", -1)
    data = VARIANTS[variant](example.code)
    filtered = findings(rule, example, data)
    monkeypatch.setattr(Look, "may_fire", lambda look, rule: True)
    assert filtered == findings(rule, example, data)
    if variant in ("as-it-is", "crlf", "bom", "comment-above", "non-ascii"):
        assert rule.id in {finding.rule for finding in filtered}


@pytest.mark.parametrize(("rule", "code"), [(rule, code) for rule, codes in WAYS.items() for code in codes])
@pytest.mark.parametrize("variant", ["as-it-is", "crlf", "in-function"])
def test_every_way_to_a_function_is_a_candidate(
    rule: str, code: str, variant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefilter, "_MANY", -1)
    if variant == "in-function":
        code = re.sub(r"^from \w+ import \*$", "pass", code, flags=re.MULTILINE)
    data = VARIANTS[variant](code)
    checks = Checks(frozenset({rule}))
    filtered = analyze(data, "run.py", checks).findings
    monkeypatch.setattr(Look, "may_fire", lambda look, rule: True)
    found = analyze(data, "run.py", checks).findings
    assert filtered == found
    assert found or variant == "in-function"


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("PKT102", "import torch\ntorch.load(p, map_location='cpu', weights_only=True)"),
        ("PKT102", "import torch\ntorch.load(\n    os.path.join(p, f'{a}-{b}.pt'),\n    weights_only=True,\n)"),
        ("PKT102", "import torch\nimport json\ndtype = getattr(torch, name)\njson.load(f)"),
        (
            "PKT102",
            "import torch\nimport json\nif a == 'torch':\n    sys.modules[b].__dict__\n    json.load(f)",
        ),
        ("PKT102", "import safetensors.torch\nfrom safetensors.torch import load\nimport torch\nload(p)"),
        ("PKT103", "import numpy as np\nnp.load(p, mmap_mode='r', encoding='bytes', fix_imports=False)"),
        ("PKT103", "import numpy as np\nraise ValueError(f'can not load {p}')"),
        ("PKT104", "import yaml, json\nyaml.safe_load(f)\njson.load(f)"),
        ("PKT202", "import torch\nfrom torch.hub import get_dir\nlist(names)"),
        ("PKT301", "import subprocess\nsubprocess.run(['ls', p], check=True)"),
        ("PKT303", "import ast, builtins\nast.parse(text, mode='eval')"),
    ],
)
def test_what_cannot_fire_is_no_candidate(rule: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefilter, "_MANY", -1)
    entries = [entry for entry in registry.load().entries if entry.id == rule]
    assert candidates(entries, code.encode()) == ()


@pytest.mark.parametrize(
    "name", ["api-key%d", "w%d.key%d", "a.key_%d-key", "api_key%d is", "aws_secret_%d", "密api_key%d"]
)
def test_a_file_made_of_names_takes_no_longer_than_it_is(name: str) -> None:
    def names(count: int) -> bytes:
        """Every one of them another name, which is not looked for in all of the file."""
        return " ".join(name.replace("%d", str(number)) for number in range(count)).encode()

    assert {entry.id for entry in candidates(registry.load().entries, names(30_000))} >= {"PKT402"}
    assert is_linear(lambda data: candidates(registry.load().entries, data), names, 30_000)


def test_in_a_notebook_with_magics_nothing_is_taken_for_a_comment_or_a_string(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefilter, "_MANY", -1)
    lines = ["p = input()\n", "!echo '''\n", "load(p, trust_remote_code=True)\n", "!echo ''' {p}"]
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": lines}]
    data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    found = analyze(data, "load.ipynb", Checks(frozenset({"PKT201", "PKT301"}))).findings
    assert {finding.rule for finding in found} == {"PKT201", "PKT301"}
