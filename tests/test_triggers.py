"""Triggers: well-formed, and never in the way of a rule, however a function is imported, written and called."""

from __future__ import annotations

import re
import sys
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from growth import is_linear, repeated
from hypothesis import example, given, settings
from hypothesis import strategies as st

from picketlint import registry
from picketlint.engine import Checks, analyze
from picketlint.matching.needles import APART, ASK, CODE, EACH, beginning_of, resolve, tabulated
from picketlint.matching.vocabulary import Vocabulary
from picketlint.model import Finding
from picketlint.prefilter import Look, Prefilter, _matches

# What Python calls its own parser of expressions.
parser: Any = import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

ENTRIES = registry.load().entries
CHECKS = Checks(frozenset(entry.id for entry in ENTRIES))
PARTS = sorted(
    {
        part
        for entry in ENTRIES
        for trigger in entry.triggers
        for part in (trigger if isinstance(trigger, tuple) else (trigger,))
    },
    key=str,
)
FIRSTS = {trigger for entry in ENTRIES for trigger in entry.triggers if isinstance(trigger, str)}
OTHERS = [part for part in PARTS if isinstance(part, str) and not part.isidentifier() and part != CODE]
EXPRESSIONS = [part for part in OTHERS if not part.startswith((ASK, EACH))]
ASKED = [part for part in OTHERS if part.startswith(ASK)]
SPELT = [part for part in OTHERS if part.startswith(EACH)]


# -- the language ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_begins_with_what_is_looked_for_first(expression: str) -> None:
    parsed = list(parser.parse(expression.encode()))
    beginning = [chr(value) for kind, value in parsed[: len(beginning_of(expression))] if kind is parser.LITERAL]
    assert "".join(beginning).encode() == beginning_of(expression)
    assert parsed[0][0] is parser.LITERAL or expression not in FIRSTS, "`re` would try every place of a file"


@pytest.mark.parametrize(
    "expression", [r"ab?c", r"ab*", r"ab{2}", r"ab|cd", r"abc|d", r"a", r"[ab]c", r"(?i)ab", r"a\b"]
)
def test_what_need_not_be_there_is_not_looked_for(expression: str) -> None:
    assert beginning_of(expression) in (b"", b"a")


@pytest.mark.parametrize(
    ("expression", "beginning"),
    [
        (r"a\.b\(c?", b"a.b("),
        (r"ab\.?c", b"ab"),
        (r"ab\.+", b"ab."),
        (r"ab\w", b"ab"),
        (r"a\|b", b"a|b"),
        (r"\[a|b", b""),
    ],
)
def test_a_sign_behind_a_stroke_is_looked_for(expression: str, beginning: bytes) -> None:
    assert beginning_of(expression) == beginning


@pytest.mark.parametrize("part", ASKED)
def test_a_function_that_is_asked_is_there_and_not_the_first_thing(part: str) -> None:
    assert resolve(part)(b"", list) is False
    assert part not in FIRSTS
    assert all(trigger[0] != part for entry in ENTRIES for trigger in entry.triggers if isinstance(trigger, tuple))


NEEDLES = sorted([b"hf_", b"ghp_", b"gho_", b"AKIA", b"sk-ant-", b"sk-", b"eyJ", b"_", b"aa", b"aaa", b"abab", b"q.(z"])
RUNS = ["hf", "aa", "aaa", "abab", "bab", "hf_aa", "ab_ab", "b_a", "Key", "accountKey"]
WORDS = frozenset({b"aa", b"hf", b"load", b"hf_aa"})
TABLE = tabulated([("PKT001", tuple(run.encode() for run in RUNS)), ("PKT002", tuple(word.decode() for word in WORDS))])
COMPOUNDS = st.lists(
    st.sampled_from(["a", "b", "aa", "hf", "_", "-", "Key", "account", "load"]), min_size=1, max_size=6
)


@given(st.lists(st.sets(COMPOUNDS.map("".join), max_size=6), min_size=1, max_size=4))
def test_a_vocabulary_finds_what_is_in_each_compound_however_often_it_is_asked(files: list[set[str]]) -> None:
    vocabulary = Vocabulary(TABLE)
    for names in files:
        compounds = {name.encode() for name in names}
        wanted = {
            compound: {run for run in RUNS if run.encode() in compound} | WORDS.intersection(compound.split(b"-"))
            for compound in compounds
        }
        telling = {compound for compound, keys in wanted.items() if keys}
        assert vocabulary.known(set(compounds)) == (telling, set().union(*wanted.values()))


def test_a_vocabulary_of_nothing_finds_nothing() -> None:
    vocabulary = Vocabulary(tabulated([]))
    for compound in (b"one", b"two", b"one"):
        assert vocabulary.known({compound}) == (set(), set())


def test_a_vocabulary_forgets_before_it_grows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("picketlint.matching.vocabulary._most_remembered", 100)
    vocabulary = Vocabulary(TABLE)
    for number in range(9):
        assert vocabulary.known({b"%d" % number * 40, b"my_hf"}) == ({b"my_hf"}, {"hf"})
        assert sum(map(len, vocabulary._silent)) <= 120


def test_a_prefilter_says_the_same_however_much_it_has_seen() -> None:
    made = [entry._replace(id=f"PKT{at:03}") for at, entry in enumerate(ENTRIES[: len(NEEDLES)])]
    prefilter = Prefilter(tabulated((rule.id, (needle,)) for rule, needle in zip(made, NEEDLES, strict=True)))
    texts = [b"hf_x", b"sk-ant", b"eyJ.AKIA", b"none"]
    before = [[rule.id for rule in made if prefilter.look(text).may_fire(rule)] for text in texts]
    prefilter.look(b"#" * (1 << 19))
    assert [[rule.id for rule in made if prefilter.look(text).may_fire(rule)] for text in texts] == before
    assert [len(fitting) for fitting in before] == [2, 1, 2, 0]


# -- soundness ---------------------------------------------------------------------------------------------------------

# What brings a function in, and what it is called then; `{p}` is the package, `{m}` the module, `{f}` the function.
IMPORTS = [
    ("import {m}\n", "{m}.{f}"),
    ("import {m} as zz\n", "zz.{f}"),
    ("import sys, {m} as zz\n", "zz.{f}"),
    ("import {m}, sys\n", "{m}.{f}"),
    ("from {m} import {f}\n", "{f}"),
    ("from {m} import {f} as zz\n", "zz"),
    ("from {m} import (\n    xx,  # a ) comment\n    {f} as zz,\n)\n", "zz"),
    ("from {m} import xx, \\\n    {f}\n", "{f}"),
    ("from {m} import " + "x" * 400 + ", {f}\n", "{f}"),
    ("from  {m}\timport\t{f}\n", "{f}"),
    ("from {m} import*\n", "{f}"),
    ("from {m} import *\n", "{f}"),
    ("import {m}\nzz = {m}\n", "zz.{f}"),
    ("import {m}\nzz = {m}# under another name\n", "zz.{f}"),
    ("import {m}\nzz = {m} if True else None\n", "zz.{f}"),
    ("import {m}\nzz = (\n    {m}\n)\n", "zz.{f}"),
    ("import {m}\nzz = None or {m}\n", "zz.{f}"),
    ("import {m}; zz = {m}; yy = 1\n", "zz.{f}"),
    ("import \\\n  {m} \\\n  as zz\n", "zz.{f}"),
    ("import {m}\nclass Holder:\n    zz = {m}\n", "Holder.zz.{f}"),
    ("import importlib\nzz = importlib.import_module('{m}')\n", "zz.{f}"),
    ("from importlib import import_module\n", 'import_module("{m}").{f}'),
    ("import sys\n", 'sys.modules["{m}"].{f}'),
    ("try:\n    import {m}\nexcept ImportError:\n    {m} = None\n", "{m}.{f}"),
]
# The same of what stands in a module of a package.
INNER = [
    ("import {p}\n", "{m}.{f}"),
    ("import {p} as zz\n", "zz.{i}.{f}"),
    ("from {p} import {i}\n", "{i}.{f}"),
    ("from {p} import {i} as zz\n", "zz.{f}"),
    ("from {p} import (\n    {i} as zz)\n", "zz.{f}"),
    ("from {p} import *\n", "{i}.{f}"),
    ("import {p}\nzz = {p}.{i}\n", "zz.{f}"),
    ("import {p}\nyy = {p}\nzz = yy.{i}\n", "zz.{f}"),
    ("import {p}\n", 'getattr({p}, "{i}").{f}'),
]
DOTS = [".", " . ", ".\\\n", "\\\n.", ". \t"]
USES = [
    "{c}({a})\n",
    "{c} ({a})\n",
    "{c}\\\n({a})\n",
    "({c})({a})\n",
    "{c}(  # a comment\n    {a}\n)\n",
    "{c}({a},)\n",
    "run = {c}\nrun({a})\n",
    "run = {c}# a comment\nrun({a})\n",
    "run = {c} if True else None\nrun({a})\n",
    "def outer(run={c}):\n    return run({a})\n",
    "x = [{c}({a}) for _ in y]\n",
    "x = f'{{{c}({a})}} is it'\n",
    "from functools import partial\nrun = partial({c})\nrun({a})\n",
    "def inner():\n    try:\n        return {c}({a})\n    finally:\n        pass\n",
]
# Package, module, function and arguments with which a rule reports the call.
SINKS = [
    ("torch", "torch", "load", "path"),
    ("torch", "torch.serialization", "load", "path"),
    ("torch", "torch.hub", "list", "'owner/repo', False, True"),
    ("torch", "torch.hub", "help", "'owner/repo', 'model', False, True"),
    ("torch", "torch.hub", "load", "'owner/repo', 'model', trust_repo=True"),
    ("torch", "torch.hub", "load_state_dict_from_url", "url"),
    ("numpy", "numpy", "load", "path, None, True"),
    ("numpy", "numpy", "load", "open(join(a, b), '('), 'r,', True"),
    ("numpy", "numpy", "load", "path, allow_pickle=True"),
    ("yaml", "yaml", "load", "stream"),
    ("yaml", "yaml", "unsafe_load", "stream"),
    ("os", "os", "system", "'ls ' + path"),
    ("os", "os", "popen", "'ls ' + path"),
    ("builtins", "builtins", "eval", "text"),
    ("builtins", "builtins", "exec", "text"),
    ("pickle", "pickle", "loads", "data"),
    ("dill", "dill", "load", "file"),
    ("pandas", "pandas", "read_pickle", "path"),
]
AROUND = [
    "",
    '"""A program that loads (torch, numpy) and evals, with `load` and "eval" in its prose.\n"""\n',
    "# It's a comment: don't eval\n",
    'x = f"{a[\'k\']}" + \'it\\\'s\' + """\'"""\n',
    "x = rf'{{}}' if\"a\"else b'#'\n",
    "x = '#' + \"'\"\n",
]


@pytest.fixture(scope="module", autouse=True)
def much_seen() -> None:
    """Makes the prefilter as thorough as in a large run."""
    analyze(b"#" * (1 << 19), "large.py", CHECKS)


def found(data: bytes) -> list[Finding]:
    """Every finding, whatever the rule."""
    return list(analyze(data, "a.py", CHECKS).findings)


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A program with a call that some rule reports, unless the way it is reached is lost on the rule."""
    package, module, function, arguments = draw(st.sampled_from(SINKS))
    inner = module.rpartition(".")[2]
    ways = IMPORTS + INNER if package != module else IMPORTS
    statement, callee = draw(st.sampled_from(ways))
    names = {"p": package, "m": module, "i": inner, "f": function}
    written = callee.format(**names)
    if not {"'", '"'} & set(written):
        written = written.replace(".", draw(st.sampled_from(DOTS)))
    if "." in callee and draw(st.booleans()):
        base, _, last = callee.format(**names).rpartition(".")
        written = draw(st.sampled_from([f'getattr({base}, "{last}")', f"{base}.__dict__['{last}']"]))
    use = draw(st.sampled_from(USES)).format(c=written, a=arguments)
    return draw(st.sampled_from(AROUND)) + statement.format(**names) + use + draw(st.sampled_from(AROUND))


@settings(max_examples=1500)
@given(programs())
@example("import torch\nzz = torch# under another name\nzz.load(path)\n")
@example("import torch\nrun = torch.load if'a'else None\nrun(path)\n")
@example("run = eval if'a'else None\nrun(text)\n")
@example('__builtins__["eval"](text)\n')
@example("list(map(eval, rows))\n")
@example("import torch\nkwargs = {}\ntorch.load(path, **kwargs)\n")
@example("import torch\nfor kwargs in ({},):\n    torch.load(path, **kwargs)\n")
@example("import torch\ndef f(kwargs={}):\n    torch.load(path, **kwargs)\n")
@example("import torch\ndef f(**kwargs):\n    kwargs = {}\n    torch.load(path, **kwargs)\n")
@example("import torch\ndef f(**kwargs):\n    kwargs['weights_only'] = None\n    torch.load(path, **kwargs)\n")
@example("import torch\ndef f(**kwargs):\n    torch.load(path)\n    torch.load(path, **kwargs)\n")
@example("from torch import load\nkwargs = {}\nload(path, **kwargs,)\n")
@example("import torch\nfrom functools import partial\npartial(torch.load, weights_only=None)(path)\n")
@example("import torch\nfrom functools import partial\npartial(torch.load, weights_only=True)(p, weights_only=None)\n")
@example(
    "import torch\nfrom functools import partial\npartial(torch.load, weights_only=True)(p, **{'weights_only': None})\n"
)
@example("import torch\nfrom functools import partial\npartial(torch.load, f(weights_only=True))(path)\n")
@example("import torch\ntorch . hub . list('owner/repo', False, True)\n")
@example("import numpy as np\nnp.load('a)', None, True)\n")
@example('import numpy as np\nnp.load("""a"b)""", None, True)\n')
@example("import numpy as np\nnp.load(f'{a(\")\")}', None, True)\n")
def test_nothing_is_lost(code: str) -> None:
    with_prefilter = found(code.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Look, "may_fire", lambda look, rule: True)
        assert found(code.encode()) == with_prefilter


def test_the_programs_are_what_rules_report() -> None:
    for package, module, function, arguments in SINKS:
        assert found(f"import {package}\n{module}.{function}({arguments})\n".encode()), (module, function)


# -- tightness ---------------------------------------------------------------------------------------------------------

HARMLESS = {
    "PKT102": "import torch\nmodel.load_state_dict(x)\nDataLoader(d)\njson.load(f)\n# torch can load\n'torch, load'\n"
    "def f(p, **kwargs):\n    torch.load(p, map_location=None, **kwargs)\npartial(torch.load, weights_only=True)",
    "PKT103": "import numpy as np\nnp.load(path)\nnp.load(path, 'r')\njson.load(f)\n# load",
    "PKT104": "import yaml\nyaml.safe_load(f)\n# load it with a Loader\n'yaml load'",
    "PKT202": "import torch\nfrom huggingface_hub import hf_hub_download\nlist(x)\nhelp(y)\n'use torch.hub.list'",
    "PKT301": '{"role": "system"}\nimport os\nos.path.join(a, "system")\n# the operating system',
    "PKT303": 'model.eval()\nself.eval(x)\nsplits = ["train", "eval"]\ndef eval(x): ...\n# eval mode\nf(eval=True)',
}


@pytest.mark.parametrize("rule", HARMLESS)
def test_what_only_looks_alike_is_no_candidate(rule: str) -> None:
    prefilter = Prefilter(registry.load().table)
    prefilter.look(b"#" * (1 << 19))
    look = prefilter.look(HARMLESS[rule].encode())
    assert not look.may_fire(next(entry for entry in ENTRIES if entry.id == rule))


HOSTILE = ("torch ", "torch import ", "load(", "torch # ", "torch import (", "load((", "#", "a-", "-aa", "os ")


@pytest.mark.parametrize("part", HOSTILE)
def test_expressions_are_linear(part: str) -> None:
    text = repeated(b"import torch, numpy, os\nload = system = 1\n", part.encode())
    slow = [one for one in EXPRESSIONS if not is_linear(partial(_matches, one), text, 100_000)]
    assert slow == []


BEFORE = ("", " ", "x", ".", "def ", "\n", "torch.")
BEHIND = (
    *("", "(", "()", " = 1", " as x", " it", "`", "_x", ".x", "[0]", "\\\n", " import load", "(\n    p,\n)", "(p, q)"),
    *("(p, *q)", "(p, 'a b')", "(p, weights_only=True)", "(p, weights_only=None)", "(p, f(q), 1, 2, 3, 4, 5, 6, 7, 8)"),
)
SHARED = [expression for expression in EXPRESSIONS if APART in expression]


@pytest.mark.parametrize("expression", SHARED)
@settings(max_examples=60)
@given(pieces=st.lists(st.tuples(st.sampled_from(BEFORE), st.sampled_from(BEHIND)), max_size=4))
def test_what_is_compiled_apart_matches_as_the_whole_does(expression: str, pieces: list[tuple[str, str]]) -> None:
    name = expression.partition("(?")[0].replace("\\", "")
    text = "".join(f"{before}{name}{after}" for before, after in pieces).encode()
    assert _matches(expression, text) is (re.search(expression.encode(), text) is not None)


def test_only_assertions_are_compiled_apart() -> None:
    assert len(SHARED) > 20
    for expression in SHARED:
        for part in expression.split(APART)[1:]:
            assert all(kind in (parser.ASSERT, parser.ASSERT_NOT) for kind, _ in parser.parse(part.encode()))
