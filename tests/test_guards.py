"""What the tests before a place prove: allow-lists, words, numbers, digests, and flags that somebody asked for."""

from __future__ import annotations

import ast

import pytest
from probing import Case, calls_of, module_of, probed, table

from picketlint.engine import Checks, analyze
from picketlint.model import Severity
from picketlint.semantics.alphabets import captured, matched, refused


def proven(code: str) -> str:
    """The origins of the probe's pieces, in a function with the parameters ``x`` and ``y``."""
    module = module_of("import re\ndef f(x, y):\n" + "\n".join(f" {line}" for line in code.splitlines()))
    return " ".join(dict.fromkeys(piece.origin.name for piece in module.pieces(probed(module))))


@table(
    Case("in", "if x in ('a', 'b'): probe(x)", "LISTED"),
    Case("not-in-raise", "if x not in {'a'}: raise E\nprobe(x)", "LISTED"),
    Case("not-in-return", "if x not in ['a']:\n return\nprobe(f'ls {x}')", "CONSTANT LISTED"),
    Case("not-in-exit", "import sys\nif x not in ['a']: sys.exit(1)\nprobe(x)", "LISTED"),
    Case("not-in-goes-on", "if x not in ['a']: print(x)\nprobe(x)", "PARAMETER"),
    Case("else", "if x in ('a',): pass\nelse: probe(x)", "PARAMETER"),
    Case("deny-list", "if x in ('a',): raise E\nprobe(x)", "PARAMETER"),
    Case("dict-keys", "A = {'a': y}\nif x in A: probe(x)", "LISTED"),
    Case("dict-keys-called", "A = {'a': y}\nif x in A.keys(): probe(x)", "LISTED"),
    Case("dict-filled", "A = {}\nA[y] = 1\nif x in A: probe(x)", "TESTED"),
    Case("list-appended", "A = ['a']\nA.append(y)\nif x in A: probe(x)", "TESTED"),
    Case("frozenset", "A = frozenset({'a', 'b'})\nif x in A: probe(x)", "LISTED"),
    Case("not-in-sight", "from m import A\nif x in A: probe(x)", "TESTED"),
    Case("scope", "if x in globals(): probe(x)", "TESTED"),
    Case("input-container", "import os\nif x in os.environ: probe(x)", "PARAMETER"),
    Case("text", "if x in 'abc': probe(x)", "PARAMETER"),
    Case("text-named", "A = 'abc'\nif x in A: probe(x)", "PARAMETER"),
    Case("equal", "if x == 'a': probe(x)", "LISTED"),
    Case("equal-either", "if x == 'a' or 'b' == x: probe(x)", "LISTED"),
    Case("equal-or-other", "if x == 'a' or y: probe(x)", "PARAMETER"),
    Case("equal-and-other", "if y and x == 'a': probe(x)", "LISTED"),
    Case("not-equal", "if x != 'a': probe(x)", "PARAMETER"),
    Case("equal-unknown", "if x == y: probe(x)", "PARAMETER"),
    Case("lowered", "if x.lower() not in ('a', 'b'): raise E\nprobe(x)", "LISTED"),
    Case("conditional-expression", "probe(x if x in ('a',) else 'b')", "LISTED CONSTANT"),
    Case("and", "x in ('a',) and probe(x)", "LISTED"),
    Case("comprehension", "[probe(a) for a in x if a in ('b', 'c')]", "LISTED"),
    Case("loop-continue", "for a in x:\n if a not in ('b', 'c'): continue\n probe(a)", "LISTED"),
    Case("alias", "ok = x in ('a',)\nif not ok: raise E\nprobe(x)", "LISTED"),
    Case("alias-rebound", "ok = x in ('a',)\nx = y\nif not ok: raise E\nprobe(x)", "PARAMETER"),
    Case("rebound", "if x not in ('a',): raise E\nx = y\nprobe(x)", "PARAMETER"),
    Case("rebound-maybe", "if x not in ('a',): raise E\nif y: x = y\nprobe(x)", "PARAMETER"),
    Case("rebound-in-loop", "while y:\n if x not in ('a',): raise E\n if y: x = y\n probe(x)", "PARAMETER"),
    Case("added-to", "if x not in ('a',): raise E\nx += y\nprobe(x)", "LISTED PARAMETER"),
    Case("built-after", "if x not in ('a',): raise E\nz = 'b' + x\nprobe(z)", "CONSTANT LISTED"),
    Case("attribute", "if y.x not in ('a',): raise E\nprobe(y.x)", "LISTED"),
    Case("attribute-stored", "if y.x not in ('a',): raise E\ny.x = x\nprobe(y.x)", "PARAMETER"),
    Case("entry", "if y['x'] not in ('a',): raise E\nprobe(y['x'])", "LISTED"),
    Case("other-entry", "if y['z'] not in ('a',): raise E\nprobe(y['x'])", "PARAMETER"),
    Case("other-function", "if x not in ('a',): raise E\ndef g(x): probe(x)", "PARAMETER"),
    Case("asserted", "assert x in ('a',)\nprobe(x)", "TESTED"),
    Case("identifier", "if x.isidentifier(): probe(x)", "WORD"),
    Case("alphanumeric-but", "if x.replace('-', '').isalnum(): probe(x)", "WORD"),
    Case("alphanumeric-but-worse", "if x.replace(';', '').isalnum(): probe(x)", "PARAMETER"),
    Case("digits", "if not x.isdigit(): raise E\nprobe(x)", "NUMBER"),
    Case("type", "if isinstance(x, (int, float)): probe(x)", "NUMBER"),
    Case("type-text", "if isinstance(x, str): probe(x)", "PARAMETER"),
    Case("fullmatch", "if re.fullmatch('[a-z_]+', x): probe(x)", "WORD"),
    Case("fullmatch-not", "if not re.fullmatch(r'\\w+', x): raise E\nprobe(x)", "WORD"),
    Case("fullmatch-none", "if re.fullmatch(r'\\w+', x) is None: raise E\nprobe(x)", "WORD"),
    Case("fullmatch-bound", "m = re.fullmatch(r'\\w+', x)\nif not m: raise E\nprobe(x)", "WORD"),
    Case("fullmatch-walrus", "if (m := re.fullmatch(r'\\w+', x)): probe(x)", "WORD"),
    Case("match-anchored", "if re.match(r'^[\\w.-]+$', x): probe(x)", "WORD"),
    Case("match-open", "if re.match('[a-z]+', x): probe(x)", "PARAMETER"),
    Case("search-anchored", "if re.search(r'\\A[0-9]+\\Z', x): probe(x)", "NUMBER"),
    Case("search-lines", "if re.search('^[a-z]+$', x, re.MULTILINE): probe(x)", "PARAMETER"),
    Case("search-refused", "if re.search('[^a-z]', x): raise E\nprobe(x)", "WORD"),
    Case("search-found", "if re.search('[^a-z]', x): probe(x)", "PARAMETER"),
    Case("compiled", "P = re.compile('[a-z]+')\nif P.fullmatch(x): probe(x)", "WORD"),
    Case("compiled-case", "P = re.compile('[a-z]+', re.I)\nif not P.fullmatch(x): raise E\nprobe(x)", "WORD"),
    Case("other-value", "if re.fullmatch('[a-z]+', y): probe(x)", "PARAMETER"),
    Case("characters", "if all(c in '0123456789+-*/' for c in x): probe(x)", "ARITHMETIC"),
    Case("characters-named", "A = set('0123456789+*')\nif not all(c in A for c in x): raise E\nprobe(x)", "ARITHMETIC"),
    Case("characters-or", "if all(c.isalnum() or c in '_-' for c in x): probe(x)", "WORD"),
    Case("characters-set", "if set(x) <= set('0123456789+-'): probe(x)", "NUMBER"),
    Case("any-character", "if any(c in '0123' for c in x): probe(x)", "PARAMETER"),
    Case("constant-anyway", "for a in ('b', 'c'):\n if a in y: probe(a)", "CONSTANT"),
    Case("enum", "import enum\nclass M(enum.Enum):\n A = 'a'\nprobe(M(x).value)", "LISTED"),
    Case("enum-entry", "from enum import Enum\nclass M(str, Enum):\n A = 'a'\nprobe(M[x].value)", "LISTED"),
    Case("no-enum", "class M:\n def __init__(self, v): ...\nprobe(M(x).value)", "UNKNOWN"),
)
def test_what_tests_prove(code: str, expected: str) -> None:
    assert proven(code) == expected


@pytest.mark.parametrize(
    ("pattern", "how", "expected"),
    [
        ("[a-c_]+", "whole", "_abc"),
        ("^[a-c]+$", "anywhere", "abc"),
        (r"\A(?:a|b){1,3}\Z", "beginning", "ab"),
        ("(?P<x>a)(b)?", "whole", "ab"),
        (r"[\]a-]", "whole", "-]a"),
        (r"a\.b", "whole", ".ab"),
        (r"[+\-*/]", "whole", "*+-/"),
        ("a.b", "whole", None),
        ("[^a]", "whole", None),
        (r"\S+", "whole", None),
        (r"\W", "whole", None),
        ("(?=a)b", "whole", None),
        ("(?i)a", "whole", None),
        (r"(a)\1", "whole", None),
        ("a+", "beginning", None),
        ("^a|b$", "anywhere", None),
        ("^(a|b)$", "anywhere", "ab"),
        (r"^a\$", "anywhere", None),
        ("[a", "whole", None),
        ("[[:alpha:]]", "whole", None),
        ("a" * 1000, "whole", None),
    ],
)
def test_alphabets(pattern: str, how: str, expected: str | None) -> None:
    letters = matched(pattern, how)
    assert (None if letters is None else "".join(sorted(letters))) == expected


def test_refused_characters() -> None:
    assert refused("[^ab]") == frozenset("ab")
    assert refused("[ab]") is None
    assert refused("[^a]b[c]") is None


@pytest.mark.parametrize(
    ("pattern", "group", "expected"),
    [
        ("a(b+)c", 1, "b"),
        ("a(b+)c", 0, "abc"),
        ("(a(b))(?P<x>c)", 2, "b"),
        ("(a(b))(?P<x>c)", 3, "c"),
        ("(a(b))(?P<x>c)", "x", "c"),
        (r"(?:a|.)(?<=a)\((b)[^)(](c)", 2, "c"),
        ("[](](a)", 1, "a"),
        (r"[^\](](a)", 1, "a"),
        ("(.*)a", 1, None),
        (".(a)", 0, None),
        ("(a)", 2, None),
        ("(a)", "x", None),
        ("(?P<x>a)(?P=x)(b)", 2, None),
        ("(?x)(a) # )", 1, None),
        ("[(](a", 1, None),
        ("[(a)", 1, None),
        ("(" + "a" * 1000 + ")", 1, None),
    ],
)
def test_alphabets_of_groups(pattern: str, group: int | str, expected: str | None) -> None:
    letters = captured(pattern, group)
    assert (None if letters is None else "".join(sorted(letters))) == expected


# -- digests -----------------------------------------------------------------------------------------------------------

CHECKSUM = "import hashlib, hmac, pickle\ndef f(p, data, expected):\n"


def verified(code: str) -> bool:
    module = module_of(CHECKSUM + "\n".join(f" {line}" for line in code.splitlines()))
    (call,) = calls_of(module, "probe")
    return module.verified(call)


@table(
    Case("not-equal", "if hashlib.sha256(data).hexdigest() != expected: raise E\nprobe(data)", "True"),
    Case("equal", "if expected == hashlib.sha256(data).hexdigest():\n probe(data)", "True"),
    Case("named", "digest = hashlib.sha256(data).hexdigest()\nif digest != expected: raise E\nprobe(data)", "True"),
    Case("updated", "h = hashlib.sha256()\nh.update(data)\nif h.hexdigest() != expected: raise E\nprobe(data)", "True"),
    Case(
        "compare-digest",
        "m = hmac.new(k, data, 'sha256').digest()\nif not hmac.compare_digest(m, expected): raise E\nprobe(data)",
        "True",
    ),
    Case("function", "if sha256sum(p) != expected: raise E\nprobe(p)", "True"),
    Case("checker", "if not verify_checksum(p, expected): raise E\nprobe(p)", "True"),
    Case("file", "if sha256sum(p) != expected: raise E\nwith open(p, 'rb') as f:\n probe(f)", "True"),
    Case("read", "with open(p, 'rb') as f: data = f.read()\nif sha256sum(data) != expected: raise E\nprobe(p)", "True"),
    Case("asserted", "assert sha256sum(p) == expected\nprobe(p)", "True"),
    Case("other-data", "if hashlib.sha256(data).hexdigest() != expected: raise E\nprobe(p)", "False"),
    Case("goes-on", "if hashlib.sha256(data).hexdigest() != expected: log(data)\nprobe(data)", "False"),
    Case("wrong-way", "if hashlib.sha256(data).hexdigest() == expected: raise E\nprobe(data)", "False"),
    Case("nothing", "if hashlib.sha256(data).hexdigest() != '': raise E\nprobe(data)", "False"),
    Case("no-digest", "if len(data) != expected: raise E\nprobe(data)", "False"),
    Case("after", "probe(data)\nif hashlib.sha256(data).hexdigest() != expected: raise E", "False"),
    Case("none", "probe(data)", "False"),
)
def test_verified(code: str, expected: str) -> None:
    assert str(verified(code)) == expected


@pytest.mark.parametrize(
    ("rule", "load"),
    [
        ("PKT101", "torch.load(path, weights_only=False)"),
        ("PKT103", "numpy.load(path, allow_pickle=True)"),
        ("PKT104", "yaml.unsafe_load(open(path))"),
        ("PKT106", "pickle.load(open(path, 'rb'))"),
    ],
)
def test_a_verified_load_is_less_severe(rule: str, load: str) -> None:
    head = "import numpy, pickle, torch, yaml\ndef f(path, expected):\n"
    guard = " if sha256sum(path) != expected:\n  raise ValueError(path)\n"
    checks = Checks(frozenset({rule}))
    (plain,) = analyze(f"{head} return {load}".encode(), "example.py", checks).findings
    (less,) = analyze(f"{head}{guard} return {load}".encode(), "example.py", checks).findings
    assert (plain.severity, less.severity) == (Severity.HIGH, Severity.MEDIUM)
    assert plain.confidence is less.confidence


# -- flags that the caller tested --------------------------------------------------------------------------------------

WRAPPER = "import torch\ndef load(p, weights_only=True):\n    return torch.load(p, weights_only=weights_only)\n"


@pytest.mark.parametrize(
    ("call", "reported"),
    [
        ("load(p, weights_only=False)", True),
        ("if not args.weights_only:\n    load(p, weights_only=False)", False),
        ("if args.weights_only:\n    load(p)\nelse:\n    load(p, weights_only=False)", False),
        ("if args.fast:\n    load(p, weights_only=False)", True),
        ("load(p, weights_only=True if args.weights_only else False)", False),
    ],
)
def test_a_call_under_a_test_of_the_flag_was_asked_for(call: str, reported: bool) -> None:
    findings = analyze((WRAPPER + call).encode(), "example.py", Checks(frozenset({"PKT101"}))).findings
    assert bool(findings) is reported


def test_facts_end_at_the_function() -> None:
    module = module_of("if a:\n def f():\n  if b: probe(x)")
    (call,) = calls_of(module, "probe")
    assert [ast.unparse(fact.test) for fact in module._guards.facts(call)] == ["b"]
