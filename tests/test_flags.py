"""What a flag can become in a file: the prefilter may lose nothing, whichever way the flag is given its value."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import partial

import pytest
from growth import is_linear, repeated
from hypothesis import given, settings
from hypothesis import strategies as st

from picketlint import prefilter, registry
from picketlint.engine import Checks, analyze
from picketlint.matching.flags import may_turn
from picketlint.prefilter import Look, candidates

ON = "trust_remote_code"
OFF = "weights_only"


@pytest.fixture(autouse=True)
def thorough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments and strings are told apart from code from the first file on."""
    monkeypatch.setattr(prefilter, "_MANY", -1)


def lost(code: str, rule: str) -> bool:
    """Whether the rule finds something that the prefilter would not let it look for; the code has to be found."""
    data = code.encode()
    checks = Checks(frozenset({rule}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Look, "may_fire", lambda look, rule: True)
        found = analyze(data, "load_model.py", checks).findings
    return analyze(data, "load_model.py", checks).findings != found


def finds(code: str, rule: str) -> bool:
    checks = Checks(frozenset({rule}))
    return bool(analyze(code.encode(), "load_model.py", checks).findings)


# FLAG is the flag, BAD the value that is unsafe, FINE the other one.
UNSAFE = [
    "load(p, FLAG=BAD)",
    "load(p, FLAG = BAD)",
    "load(\n    p,\n    FLAG=BAD,\n)",
    "load(p, FLAG=\\\n    BAD)",
    "load(p, FLAG  # why\n=  # so\nBAD)",
    "load(p,\tFLAG\t=\tBAD)",
    "load(p, FLAG=FINE\n  if later\n  else BAD)",
    "load(p, FLAG=FINE and BAD or BAD)",
    "X = BAD\nload(p, FLAG=X)",
    "load(p, FLAG=(X := BAD))",
    "FLAG = BAD\nload(p, FLAG=FLAG)",
    "FLAG = other = BAD\nload(p, FLAG=FLAG)",
    "other = FLAG = BAD\nload(p, FLAG=FLAG)",
    "FLAG, other = BAD, 1\nload(p, FLAG=FLAG)",
    "other, FLAG = FINE, BAD\nload(p, FLAG=FLAG)",
    "(other, FLAG) = FINE, BAD\nload(p, FLAG=FLAG)",
    "[other, FLAG] = [FINE, BAD]\nload(p, FLAG=FLAG)",
    "(\n    other,\n    FLAG,\n) = FINE, BAD\nload(p, FLAG=FLAG)",
    "(\n    FLAG,\n    other) = FINE, BAD\nload(p, FLAG=FLAG)",
    "for FLAG in (FINE, BAD):\n    load(p, FLAG=FLAG)",
    "[load(p, FLAG=FLAG) for FLAG in (FINE, BAD)]",
    "if (FLAG := BAD):\n    load(p, FLAG=FLAG)",
    "FLAG = FINE; FLAG = BAD\nload(p, FLAG=FLAG)",
    "FLAG: bool = BAD\nload(p, FLAG=FLAG)",
    "FLAG: Annotated[bool, 'why'] = BAD\nload(p, FLAG=FLAG)",
    "def load(p, FLAG=BAD):\n    load_it(p, FLAG=FLAG)",
    "def load(p, FLAG: bool = BAD):\n    load_it(p, FLAG=FLAG)",
    "def load(p, FLAG: Optional[bool] = BAD, *, q: int = 1):\n    load_it(p, FLAG=FLAG)",
    "def load(p, FLAG: bool = FINE):\n    load_it(p, FLAG=FLAG)\nload(p, BAD)",
    "def load(p, FLAG: bool = FINE):\n    load_it(p, FLAG=FLAG)\nload(p,\n    BAD,  # why\n)",
    "def load(p, FLAG: bool = FINE):\n    load_it(p, FLAG=FLAG)\nX = BAD\nload(p, X)",
    "def load(p, FLAG: bool = FINE):\n    load_it(p, FLAG=FLAG)\nload(g(a, b), BAD)",
    "def load(p, FLAG: bool = FINE):\n    load_it(p, FLAG=FLAG)\nload(lambda a, b: a, BAD)",
    "def load(p, FLAG: bool = FINE):\n    load_it(p, FLAG=FLAG)\nload({'a': 1, 'b': 2}, BAD)",
    "def load(p, FLAG: bool = FINE):\n    load_it(p, FLAG=FLAG)\nload(f'{p}, (', BAD)",
    "def load(p, FLAG: bool = FINE):\n    load_it(p, FLAG=FLAG)\nload(p, FLAG=BAD)",
    "def load(p, FLAG: bool = FINE):\n    load_it(p, FLAG=FLAG)\nload(p, **{'FLAG': BAD})",
    "def load(p, FLAG: bool = FINE):\n    load_it(p, FLAG=FLAG)\nfetch = load\nfetch(p, BAD)",
    "def load(p, FLAG):\n    load_it(p, FLAG=FLAG)\nload(p, BAD)",
    "def load(FLAG):\n    load_it(FLAG=FLAG)\nload(BAD)",
    "def load(p, FLAG=FINE):\n    load_it(p, FLAG=FLAG)\ndef go(p, q=FINE):\n    load(p, q)\ngo(p, q=BAD)",
    "def load(p, FLAG=FINE):\n    load_it(p, FLAG=FLAG)\n__all__ = ['load']\nload(p, BAD)",
    "def load(p, FLAG=FINE):\n    load_it(p, FLAG=FLAG)\npool.submit(load, p, BAD)\nload(p, BAD)",
    "from functools import partial\ndef load(p, FLAG=FINE):\n    load_it(p, FLAG=FLAG)\npartial(load, p, BAD)()",
    "class A:\n    def load(self, p, FLAG=FINE):\n        load_it(p, FLAG=FLAG)\n    def go(self, p):\n"
    "        self.load(p, BAD)",
    "class A:\n    @staticmethod\n    def load(p, FLAG=FINE):\n        load_it(p, FLAG=FLAG)\nA.load(p, BAD)",
    "class A:\n    def __init__(self, p, FLAG=FINE):\n        self.m = load_it(p, FLAG=FLAG)\nA(p, BAD)",
    "class A:\n    def __init__(self, p, FLAG=FINE):\n        self.m = load_it(p, FLAG=FLAG)\nA(p, FLAG=BAD)",
    "class A:\n    x: int = 1\n    def __init__(self, p, FLAG=FINE):\n        load_it(p, FLAG=FLAG)\nm = A(p, BAD)",
    "class A:\n    if x:\n        class B:\n            pass\n    else:\n        def __init__(self, p, FLAG=FINE):\n"
    "            load_it(p, FLAG=FLAG)\nA(p, BAD)",
    "def __init__(p, FLAG=FINE):\n    load_it(p, FLAG=FLAG)\n__init__(p, BAD)",
    "class A:\n    def go(self):\n        def __init__(p, FLAG=FINE):\n            load_it(p, FLAG=FLAG)\n"
    "        __init__(p, BAD)",
    "class A:\n\tdef __init__(self, p, FLAG=FINE):\n\t\tload_it(p, FLAG=FLAG)\nA(p, BAD)",
    "class A:\n    def __init__(self, p, FLAG=FINE):\n        load_it(p, FLAG=FLAG)\nB = A\nB(p, BAD)",
    "class A:\n    def __init__(self, p, FLAG=FINE):\n        load_it(p, FLAG=FLAG)\n    def make(cls, p):\n"
    "        return cls(p, BAD)",
    "class A:\n    def load(self, p, FLAG=FINE, q=1):\n        load_it(p, FLAG=FLAG)\n    def go(self, p):\n"
    "        self.load(p, BAD, FINE)",
    "class A:\n    def load(self, p, FLAG=FINE, q=1):\n        load_it(p, FLAG=FLAG)\nA.load(a, FINE, BAD)",
    "class A:\n    def load(self, p, FLAG=FINE, q=1):\n        load_it(p, FLAG=FLAG)\nself = A\n"
    "self.load(a, FINE, BAD)",
    "class A:\n    def load(self, p, FLAG=FINE, q=1):\n        load_it(p, FLAG=FLAG)\n(\n    self, x\n) = A, 1\n"
    "self.load(a, FINE, BAD)",
    "class A:\n    def load(self, p, FLAG=FINE, q=1):\n        load_it(p, FLAG=FLAG)\n[x, self] = [1, A]\n"
    "self.load(a, FINE, BAD)",
    "class A:\n    def load(self, p, FLAG=FINE, q=1):\n        load_it(p, FLAG=FLAG)\nx, self, y = 1, A, 2\n"
    "self.load(a, FINE, BAD)",
    "class A:\n    def load(self, p, FLAG=FINE, q=1):\n        load_it(p, FLAG=FLAG)\n    @classmethod\n"
    "    def go(\n        self, p):\n        self.load(p, FINE, BAD)",
    "class A:\n    @staticmethod\n    def load(self, p, FLAG=FINE, q=1):\n        load_it(p, FLAG=FLAG)\n"
    "    def go(self, p):\n        self.load(p, FINE, BAD)",
    "class A:\n    def load(self, p, FLAG=FINE, q=1):\n        load_it(p, FLAG=FLAG)\n    def __new__(self, p):\n"
    "        self.load(p, FINE, BAD)",
    "def load(p, FLAG=FINE):\n    load_it(p, FLAG=FLAG)\nx = undef\nload(p, BAD)",
    "def load(p, FLAG=FINE):\n    load_it(p, FLAG=FLAG)\nx = subclass\nload(p, BAD)",
    "from a import b\ndef load(p, FLAG=FINE):\n    load_it(p, FLAG=FLAG)\nimport c; load(p, BAD)",
    "FLAG = bool(x)\nload(p, FLAG=BAD)",
    "FLAG = field(default=BAD)\nload(p, FLAG=FLAG)",
    "class A(Base):\n    FLAG: bool = field(repr=FINE, default=BAD)",
    "FLAG = os.environ.get(name, BAD)\nload(p, FLAG=FLAG)",
    "x = FLAG = BAD\nload(p, FLAG=FLAG)",
    "x = FLAG, y = BAD, 1\nload(p, FLAG=FLAG)",
    "x = (\n    FLAG\n) = BAD\nload(p, FLAG=FLAG)",
    "if x: FLAG, y = BAD, 1\nload(p, FLAG=FLAG)",
    "for k in {'FLAG'}:\n    kwargs[k] = BAD\nload(p, **kwargs)",
    "a, b = 'FLAG', 'x'\nkwargs[a] = BAD\nload(p, **kwargs)",
    "setattr(args, 'FLAG', 'true')\nload(p, FLAG=args.FLAG)",
    "load(p, FLAG=args.get('FLAG', 'true'))",
    "@dataclass\nclass LoadArguments:\n    FLAG: bool = BAD",
    "@dataclass\nclass LoadArguments:\n    FLAG: bool = field(default=BAD, metadata={'help': 'Trust, or not.'})",
    "class A(Base):\n    FLAG: bool = FINE\n    def go(self, p):\n        load(p, FLAG=self.FLAG)\nA(FLAG=BAD)",
    "class A:\n    def __init__(self):\n        self.FLAG = BAD\n    def go(self, p):\n        load(p, FLAG=self.FLAG)",
    "class A:\n    FLAG = BAD\n    def go(self, p):\n        load(p, FLAG=self.FLAG)",
    "parser.add_argument('--FLAG', default=BAD)",
    "parser.add_argument('FLAG', default=BAD)",
    "parser.add_argument('--DASHED', default=BAD)",
    "load(p, **{'FLAG': BAD})",
    "load(p, **dict(FLAG=BAD))",
    'kwargs = {"FLAG": BAD, "other": 1}\nload(p, **kwargs)',
    "kwargs = {}\nkwargs['FLAG'] = BAD\nload(p, **kwargs)",
    "kwargs = {}\nkwargs.update(FLAG=BAD)\nload(p, **kwargs)",
    "kwargs = {}\nkwargs.setdefault('FLAG', BAD)\nload(p, **kwargs)",
    "kwargs = {'FLAG': FINE if later else BAD}\nload(p, **kwargs)",
    "kwargs = {}\nkwargs |= {'FLAG': BAD}\nload(p, **kwargs)",
    "load(p, FLAG=kwargs.pop('FLAG', BAD))",
    "load(p, FLAG=getattr(args, 'FLAG', BAD))",
    "load(p, FLAG=kwargs.get('FLAG', FINE) if later else BAD)",
    "go = lambda p, FLAG=BAD: load(p, FLAG=FLAG)",
    "def load(p, *,\n         FLAG=BAD):\n    load_it(p, FLAG=FLAG)",
    "@decorated(FLAG=FINE)\ndef load(p, FLAG=BAD):\n    load_it(p, FLAG=FLAG)",
    'load_it(f"{load(p, FLAG=BAD)}")',
    "def load(p, /, FLAG: bool = FINE):\n    load_it(p, FLAG=FLAG)\nload(p, BAD)",
    "def load(p, FLAG: Annotated  # why\n         [bool, Option()] = BAD):\n    load_it(p, FLAG=FLAG)",
    "def load(p, FLAG: bool  # why\n\n         = BAD):\n    load_it(p, FLAG=FLAG)",
    "def load(p, FLAG=FINE):\n    load_it(p, FLAG=FLAG)\nfetch = load\n(model := fetch(p, BAD))",
    "for (\n    p,\n    FLAG,\n) in [(1, FINE), (2, BAD)]:\n    load(p, FLAG=FLAG)",
    "[load(p, FLAG=FLAG) for FLAG\n in (FINE, BAD)]",
    "FLAG, other \\\n    = BAD, 1\nload(p, FLAG=FLAG)",
    "(\n    other,\n    FLAG\n) = FINE, BAD\nload(p, FLAG=FLAG)",
    "load_it(f'{a:{b}} {load(p, FLAG=BAD)}')",
    "(\n    FLAG,\n    other\n), x = (BAD, 1), 2\nload(p, FLAG=FLAG)",
    "[(\n    FLAG,\n    other)\n    , x] = (BAD, 1), 2\nload(p, FLAG=FLAG)",
    "[\n    FLAG,\n    kept[f(a=1)]\n] = BAD, 1\nload(p, FLAG=FLAG)",
    *(
        "class A:\n    def load(self, p, FLAG=FINE, q=1):\n        load_it(p, FLAG=FLAG)\n"
        f"{bound}\nself.load(a, FINE, BAD)"
        for bound in (
            "[o, (self, x)] = [1, (A, 1)]",
            "(x, self, y), o = (1, A, 2), 1",
            "self: type = A",
            "self: 'Type[A]' = A",
            "class self:\n    def load(self, p, FLAG=FINE, q=1):\n        load_it(p, FLAG=FLAG)",
        )
    ),
]
VARIANTS: dict[str, Callable[[str], str]] = {
    "as-it-is": lambda code: code,
    "crlf": lambda code: code.replace("\n", "\r\n"),
    "cr": lambda code: code.replace("\n", "\r"),
    "below-prose": lambda code: f'"""Loads: FLAG=FINE (see below).\n"""\n\n{code}',
    "in-function": lambda code: "def around():\n" + re.sub("^(?=.)", "    ", code, flags=re.MULTILINE),
}
FLAGS = [(ON, "True", "False", "PKT201"), (ON, "1", "None", "PKT201"), (OFF, "False", "True", "PKT101")]


def written(code: str, flag: str, bad: str, fine: str) -> str:
    code = code.replace("FLAG", flag).replace("DASHED", flag.replace("_", "-"))
    return code.replace("BAD", bad).replace("FINE", fine)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("flag", "bad", "fine", "rule"), FLAGS)
def test_nothing_is_lost(flag: str, bad: str, fine: str, rule: str, variant: str) -> None:
    codes = [written(VARIANTS[variant](code), flag, bad, fine) for code in UNSAFE]
    assert [code for code in codes if lost(code, rule)] == []
    # Most of it is found, or there would be nothing to lose.
    assert sum(finds(code, rule) for code in codes) > len(codes) * 0.55


SAFE = [
    "def load(p, FLAG: bool = FINE):\n    return load_it(p, FLAG=FLAG)",
    "def load(\n    p: str,\n    FLAG: bool | None = None,\n    **kwargs,\n) -> Model:\n    f(p, FLAG=FLAG, **kwargs)",
    "load(p, FLAG=FINE)\nload(q, FLAG=args.FLAG)\nload(r, FLAG=self.cfg.FLAG, other=True)",
    "FLAG = kwargs.pop('FLAG', None)\nif FLAG is None:\n    FLAG = FINE\nload(p, FLAG=FLAG)",
    "load(p, FLAG=cfg.get('FLAG', FINE))\nload(p, FLAG=cfg['FLAG'])",
    "class A:\n    def __init__(self, p, *, FLAG=FINE):\n        self.FLAG = FLAG\n",
    "def load(p, FLAG=FINE):\n    load_it(p, FLAG=FLAG)\ndef go(p, FLAG=FINE):\n    return load(p, FLAG)\n",
    "def load(p, FLAG=FINE):\n    load_it(p, FLAG=FLAG)\nmodel = load(p)\nmodel = load(name(p), FLAG=FLAG)\n",
    "kwargs = {'FLAG': FLAG, 'other': BAD}\nload(p, **kwargs)",
    '"""Pass FLAG=BAD."""\n# FLAG = BAD\nwarn("pass FLAG=BAD to trust it")',
    "if self.FLAG:\n    raise ValueError(f'{p}: FLAG=BAD is not allowed, it is {FLAG}')",
    "class A:\n    x = 1\n\n    def __init__(self, p, FLAG=FINE):\n        self.FLAG = FLAG\nA(p)\nA(q, FLAG=FLAG)\n",
    "class A:\n    def load(self, p, FLAG=FINE, q=1):\n        return p\n    def go(self, p, FLAG, q):\n"
    "        if hasattr(self, 'load'):\n            self.load(p, FLAG, q)\n",
    "from a import load as load_other\ndef load(p, FLAG=FINE):\n    return load_other(p, FLAG=FLAG)\n",
    "kwargs: dict = {'FLAG': FLAG}\nFLAG = ask(\n    FLAG=FLAG, p=p\n)\nload(p,\n     FLAG=FLAG,\n)\nx[1] = 2\n",
    "known = {\n    'other',\n    'FLAG',\n    'further',\n}\nif p and (q or FLAG):\n    x[1] = 2\n",
    "FLAG = resolve_FLAG(\n    FLAG, p, upstream=q\n)\nif FLAG and p:\n    pass\n",
    "ask(\n    p,\n    FLAG,\n    q=f(1),\n)\nx, y = BAD, 1\n",
    "def load(p, FLAG=FINE):\n    return p\ndef go(p=f(g(h(i(j(k())))))):\n    load(p)\n",
    "def go(p, q=[(1, 2)]):\n    return FLAG\ndef load(p, q, FLAG=FINE):\n    go(p, BAD)\ngo(BAD, BAD)\n",
]


@pytest.mark.parametrize("code", SAFE)
@pytest.mark.parametrize(("flag", "bad", "fine", "rule"), FLAGS)
def test_what_hands_a_flag_on_is_no_candidate(code: str, flag: str, bad: str, fine: str, rule: str) -> None:
    entries = [entry for entry in registry.load().entries if entry.id == rule]
    assert candidates(entries, written(code, flag, bad, fine).encode()) == ()


LINES = st.sampled_from(
    [
        "FLAG = VALUE",
        "FLAG, x = VALUE, VALUE",
        "x, FLAG = VALUE, VALUE",
        "x = VALUE",
        "load(p, FLAG=VALUE)",
        "load(p, VALUE)",
        "load(VALUE, VALUE)",
        "load(p, VALUE, x=VALUE)",
        "load(p, **kwargs)",
        "kwargs = {'FLAG': VALUE}",
        "kwargs['FLAG'] = VALUE",
        "kwargs = dict(FLAG=VALUE, x=VALUE)",
        "def load(p, FLAG=VALUE):\n    load_it(p, FLAG=FLAG)",
        "def load(p, x=VALUE, *, FLAG: bool = VALUE):\n    load_it(p, FLAG=x)",
        "def load(FLAG, x=VALUE):\n    load_it(p, FLAG=VALUE)",
        "def go(p, x=VALUE):\n    load(p, x)",
        "go(p, VALUE)",
        "def further(p=f(g(h(i(j(k())))))):\n    load(p, VALUE)",
        "def go(p, q=f(g(h(i(j(k()))))), FLAG=VALUE):\n    load(p, FLAG=FLAG)",
        "def far(p, q='def', FLAG=VALUE):\n    load(p, FLAG=FLAG)\nfar(p, q, VALUE)",
        "go(p, x=VALUE)",
        "class A(Base):\n    FLAG: bool = VALUE\n    def go(self, x=VALUE):\n        load(p, FLAG=self.FLAG)",
        "class A:\n    def load(self, p, FLAG=VALUE):\n        self.FLAG = VALUE\n        load(p, FLAG=FLAG)",
        "A().load(p, VALUE)",
        "class A:\n    def __init__(self, p, FLAG=VALUE):\n        self.go(p, FLAG)\n"
        "    def go(self, p, FLAG, q=VALUE):\n        load(p, FLAG=FLAG)\n        self.go(p, VALUE, VALUE)",
        "self = A",
        "A.go(p, p, VALUE)",
        "A(p, VALUE)",
        "FLAG = ask(p=p, x=VALUE)",
        "x = FLAG, VALUE",
        "x = {'a', 'FLAG', 'b'}",
        "A(FLAG=VALUE)",
        "for FLAG in (VALUE, VALUE):\n    load(p, FLAG=FLAG)",
        "if FLAG:\n    load(p, FLAG=VALUE)",
        "args.FLAG = VALUE",
    ]
)
VALUES = st.sampled_from(
    [
        "True",
        "False",
        "None",
        "1",
        "0",
        "'true'",
        "x",
        "FLAG",
        "not x",
        "not FLAG",
        "args.FLAG",
        "self.FLAG",
        "FLAG or x",
        "(False, True)",
        "x if FLAG else True",
        "False if FLAG\\\n  else x",
        "kwargs.get('FLAG', False)",
        "kwargs.pop('FLAG', True)",
        "getattr(args, 'FLAG', x)",
        "kwargs['FLAG']",
        "resolve_FLAG(True)",
        "bool(x)",
        "f'{x}, {FLAG}'",
    ]
)


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A program of a few lines about a flag."""
    lines = draw(st.lists(LINES, min_size=1, max_size=6))
    code = "\n".join(lines)
    while "VALUE" in code:
        code = code.replace("VALUE", draw(VALUES), 1)
    separator = draw(st.sampled_from(["\n", "\r\n", "  # FLAG = x, (\n"]))
    return code.replace("\n", separator) if "\\" not in code else code


@pytest.mark.parametrize(("flag", "rule"), [(ON, "PKT201"), (OFF, "PKT101")])
@given(code=programs())
@settings(max_examples=300)
def test_no_program_loses_anything(flag: str, rule: str, code: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prefilter, "_MANY", -1)
        assert not lost(code.replace("FLAG", flag), rule)


FUNCTION_IN_TEXT = """\
from transformers import AutoModel
def load(name, doc=f\'\'\'{TEXT}\'\'\', trust_remote_code=False):
    return AutoModel.from_pretrained(name, trust_remote_code=trust_remote_code)
load('x', '', True)
"""
CLASS_IN_TEXT = """\
from transformers import AutoModel
class A:
    x = f\'\'\'{{
class Z:
     }}\'\'\'
    def __init__(self, trust_remote_code=False):
        self.m = AutoModel.from_pretrained('x', trust_remote_code=trust_remote_code)
A(True)
"""


@pytest.mark.parametrize(
    "code",
    [
        *(FUNCTION_IN_TEXT.replace("{TEXT}", text) for text in ("{{\ndef foo(x):\n}}", "{1:{2}}\ndef foo(x):\n")),
        CLASS_IN_TEXT,
        pytest.param(
            FUNCTION_IN_TEXT.replace("{TEXT}", "{1:\ndef foo(x):\n}"),
            marks=pytest.mark.skipif(sys.version_info < (3, 12), reason="no f-string before"),
        ),
    ],
)
def test_functions_and_classes_in_texts_are_none(code: str) -> None:
    assert finds(code, "PKT201")
    assert not lost(code, "PKT201")


@pytest.mark.parametrize(
    ("head", "piece", "size"),
    [
        (b"", b"def f(", 20_000),
        (b"", b"for FLAG ", 20_000),
        (b"", b"FLAG, ", 40_000),
        (b"", b"f(FLAG, ", 20_000),
        (b"", b"FLAG=False\n", 20_000),
        (b"def f(p, FLAG=False): pass\n", b"f(p, FLAG)\n", 20_000),
        (b"def f(p, FLAG=False): pass\n", b"f(", 40_000),
        (b"FLAG ", b"for ", 100_000),
        (b"FLAG for ", b"x, ", 100_000),
        # Each of these more would double the work of an expression that tries all ways.
        (b"FLAG=f(", b"\n            a=b,", 24),
        (b"{'FLAG': f(", b"\n            a=b.c,", 24),
        (b"class A:\n def f(self, p, FLAG=False):\n  ", b"self.f(p, FLAG); self, q\n", 20_000),
        (b"f(\n", b"FLAG,\n", 20_000),
    ],
)
def test_what_is_long_or_not_closed_takes_no_longer_than_it_is(head: bytes, piece: bytes, size: int) -> None:
    flag = ON.encode()
    text = repeated(head.replace(b"FLAG", flag), piece.replace(b"FLAG", flag))
    assert is_linear(lambda data: may_turn(data, flag, on=True), text, size)


def test_so_do_many_brackets_around_it() -> None:
    flag = ON.encode()
    look = partial(may_turn, flag=flag, on=True)
    assert is_linear(look, lambda size: b"(\n" * size + flag + b",\n" + b"),\n" * size, 20_000)


@pytest.mark.parametrize("parameters", ["/FLAG=False", "/, /FLAG=False", ", FLAG=False", "*FLAG=False", "FLAG: =False"])
def test_text_that_is_no_python_is_read_all_the_same(parameters: str) -> None:
    code = f"class A:\n    def load({parameters}):\n        pass\nload(1)\n"
    assert may_turn(code.replace("FLAG", ON).encode(), ON.encode(), on=True) in (True, False)
    (finding,) = analyze(code.replace("FLAG", ON).encode(), "load_model.py", Checks(frozenset({"PKT000"}))).findings
    assert finding.rule == "PKT000"
