"""Values: what an expression can be. ``*`` marks what a caller or a configuration can choose otherwise."""

from __future__ import annotations

import pytest
from probing import Case, module_of, probed, table, value

from picketlint.semantics.values import Verdict, falsy, truthy


@table(
    Case("literal", "probe(True)", "True"),
    Case("none", "probe(None)", "None"),
    Case("bytes", "probe(b'x')", "b'x'"),
    Case("name", "a = True\nprobe(a)", "True"),
    Case("names", "a = False\nb = a\nc = b\nprobe(c)", "False"),
    Case("unknown", "probe(a)", "UNKNOWN"),
    Case("unpacked", "a, b = True, False\nprobe(b)", "False"),
    Case("unpacked-list", "[a, b] = [True, False]\nprobe(a)", "True"),
    Case("unpacked-nested", "a, (b, c) = 1, (2, 3)\nprobe(c)", "3"),
    Case("unpacked-starred", "a, *b = 1, 2\nprobe(a)", "UNKNOWN"),
    Case("chained", "a = b = False\nprobe(a)", "False"),
    Case("annotated", "a: bool = False\nprobe(a)", "False"),
    Case("walrus", "probe((a := True))", "True"),
    Case("conditional", "probe(True if x else False)", "True | False"),
    Case("conditional-known", "D = True\nprobe(1 if D else 2)", "1"),
    Case("conditional-known-false", "D = 0\nprobe(1 if D else 2)", "2"),
    Case("branches", "if x:\n    a = True\nelse:\n    a = False\nprobe(a)", "True | False"),
    Case("overwritten", "a = True\na = False\nprobe(a)", "False"),
    Case("conditional-overwrite", "a = True\nif x:\n    a = False\nprobe(a)", "True | False"),
    Case("global-constant", "SAFE = False\ndef f():\n    probe(SAFE)", "False"),
    Case("not", "probe(not True)", "False"),
    Case("not-name", "a = 0\nprobe(not a)", "True"),
    Case("not-unknown", "probe(not x)", "UNKNOWN"),
    Case("not-not", "probe(not not 1)", "True"),
    Case("and", "probe(True and False)", "False"),
    Case("and-unknown", "probe(x and False)", "FALSY | False"),
    Case("and-stops", "probe(False and x)", "False"),
    Case("and-passes", "probe(True and x)", "UNKNOWN"),
    Case("or", "probe(False or True)", "True"),
    Case("or-unknown", "probe(x or True)", "TRUTHY | True"),
    Case("or-stops", "probe(True or x)", "True"),
    Case("or-three", "probe(x or None or False)", "TRUTHY | False"),
    Case("not-or", "probe(not (x or True))", "FALSY | False"),
    Case("bool", "probe(bool(1))", "True"),
    Case("bool-unknown", "probe(bool(x))", "UNKNOWN"),
    Case("bool-rebound", "from a import bool\nprobe(bool(1))", "UNKNOWN"),
    Case("minus", "probe(-1)", "CONSTANT"),
    Case("minus-unknown", "probe(-x)", "UNKNOWN"),
    Case("parameter", "def f(a=True):\n    probe(a)", "True*"),
    Case("parameter-no-default", "def f(a):\n    probe(a)", "UNKNOWN*"),
    Case("parameter-keyword-only", "def f(*, a=True, b):\n    probe(a)", "True*"),
    Case("parameter-positional-only", "def f(a=1, /, b=2):\n    probe(a)", "1*"),
    Case("parameter-lambda", "f = lambda a=1: probe(a)", "1*"),
    Case("parameter-constant-default", "D = False\ndef f(a=D):\n    probe(a)", "False*"),
    Case("parameter-overwritten", "def f(a=True):\n    a = False\n    probe(a)", "False"),
    Case(
        "parameter-maybe-overwritten",
        "def f(a=None):\n    if a is None:\n        a = False\n    probe(a)",
        "None* | False",
    ),
    Case("parameter-negated", "def f(a=False):\n    probe(not a)", "True*"),
    Case("class-constant", "class A:\n    x = True\n    def f(self):\n        probe(self.x)", "True"),
    Case("class-constant-by-name", "class A:\n    x = True\nprobe(A.x)", "True"),
    Case("class-constant-annotated", "class A:\n    x: bool = True\n    def f(self):\n        probe(self.x)", "True"),
    Case(
        "dataclass-field", "@dataclass\nclass A:\n    x: bool = True\n    def f(self):\n        probe(self.x)", "True*"
    ),
    Case("pydantic-field", "class A(BaseModel):\n    x: bool = True\n    def f(self):\n        probe(self.x)", "True*"),
    Case(
        "init",
        "class A:\n    def __init__(self):\n        self.x = True\n    def f(self):\n        probe(self.x)",
        "True",
    ),
    Case(
        "init-parameter",
        "class A:\n    def __init__(self, x=True):\n        self.x = x\n    def f(self):\n        probe(self.x)",
        "True*",
    ),
    Case(
        "set-on-unknown", "class A:\n    x = True\n    def f(self):\n        probe(self.x)\ny.x = 1", "True | UNKNOWN*"
    ),
    Case(
        "set-on-another",
        "class A:\n    x = True\n    def f(self):\n        probe(self.x)\n"
        "class B:\n    def g(self):\n        self.x = 1",
        "True",
    ),
    Case("attribute-unknown", "probe(args.x)", "UNKNOWN*"),
    Case("get", "probe(kwargs.get('x', True))", "True*"),
    Case("get-no-default", "probe(kwargs.get('x'))", "UNKNOWN"),
    Case("pop", "probe(kwargs.pop('x', False))", "False*"),
    Case("setdefault", "probe(kwargs.setdefault('x', False))", "False*"),
    Case("getattr", "probe(getattr(args, 'x', True))", "True*"),
    Case("getenv", "import os\nprobe(os.getenv('X', '1'))", "'1'*"),
    Case("getenv-equal", "import os\nprobe(os.getenv('X', '1') == '1')", "True*"),
    Case("getenv-unequal", "import os\nprobe(os.getenv('X', '0') != '0')", "False*"),
    Case("getenv-in-letters", "import os\nprobe(os.getenv('X', 'True').lower() in ('1', 'true'))", "True*"),
    Case("getenv-number", "import os\nprobe(bool(int(os.getenv('X', '0'))))", "False*"),
    Case("getenv-no-number", "import os\nprobe(int(os.getenv('X', 'a')))", "UNKNOWN*"),
    Case("getenv-without", "import os\nprobe(os.getenv('X') == '1')", "UNKNOWN"),
    Case("is-not", "def f(x=None):\n    probe(x is not False)", "True*"),
    Case("is-of-another-type", "def f(x=1):\n    probe(x is True)", "False*"),
    Case("compared-with-unknown", "def f(x=1):\n    probe(x == y)", "UNKNOWN"),
    Case("getenv-keyword", "import os\nprobe(os.getenv('X', default='1'))", "'1'*"),
    Case("environ-get", "import os\nprobe(os.environ.get('X', '1'))", "'1'*"),
    Case("f-string", "a = 'x'\nprobe(f'{a}y')", "'xy'"),
    Case("f-string-formatted", "a = 'x'\nprobe(f'{a!r}y')", "CONSTANT"),
    Case("f-string-width", "a = 'x'\nprobe(f'{a:>9}y')", "CONSTANT"),
    Case("f-string-width-unknown", "probe(f'{1:>{w}}y')", "UNKNOWN"),
    Case("f-string-number", "probe(f'{1}')", "CONSTANT"),
    Case("f-string-unknown", "probe(f'{a}y')", "UNKNOWN"),
    Case("f-string-nested", "probe(f'{f'{'a'}'}b')", "'ab'", since=(3, 12)),
    Case("f-string-escape", "probe(f'{'\\n'}b')", "'\\nb'", since=(3, 12)),
    Case("concatenation", "a = 'x'\nprobe(a + 'y' + a)", "'xyx'"),
    Case("concatenation-unknown", "probe('x' + y + 'z')", "UNKNOWN"),
    Case("concatenation-parenthesised", "probe('x' + ('y' + 'z'))", "'xyz'"),
    Case("percent", "a = 'x'\nprobe('%s' % a)", "CONSTANT"),
    Case("percent-then-plus", "probe('%s' % 'x' + 'y')", "CONSTANT"),
    Case("percent-unknown", "probe('%s' % y)", "UNKNOWN"),
    Case("percent-tuple", "probe('%s %s' % ('a', 'b'))", "CONSTANT"),
    Case("percent-tuple-unknown", "probe('%s %s' % ('a', b))", "UNKNOWN"),
    Case("repeated", "probe('x' * 3)", "CONSTANT"),
    Case("format", "probe('{}'.format('a'))", "CONSTANT"),
    Case("format-unknown", "probe('{}'.format(a))", "UNKNOWN"),
    Case("format-keyword-unknown", "probe('{x}'.format(x=a))", "UNKNOWN"),
    Case("join", "probe(' '.join(['a', 'b']))", "CONSTANT"),
    Case("join-unknown", "probe(' '.join(['a', b]))", "UNKNOWN"),
    Case("join-generator", "probe(' '.join(x for x in y))", "UNKNOWN"),
    Case("augmented", "a = 'x'\na += 'y'\nprobe(a)", "CONSTANT"),
    Case("augmented-unknown", "a = 'x'\na += y\nprobe(a)", "UNKNOWN"),
    Case("augmented-conditional", "a = 'x'\nif c:\n    a += 'y'\nprobe(a)", "'x' | CONSTANT"),
    Case("element", "for a in ['x', 'y']:\n    probe(a)", "'x' | 'y'"),
    Case("element-of-name", "L = ['x', 'y']\nfor a in L:\n    probe(a)", "CONSTANT"),
    Case("element-unknown", "for a in b:\n    probe(a)", "UNKNOWN"),
    Case("element-starred", "for a in [*b, 'x']:\n    probe(a)", "UNKNOWN"),
    Case("element-of-many", f"for a in {[str(i) for i in range(99)]}:\n    probe(a)", "CONSTANT"),
    Case("element-in-comprehension", "[probe(a) for a in ('x', 'y')]", "'x' | 'y'"),
    Case("list", "probe([1])", "CONSTANT"),
    Case("list-unknown", "probe([x])", "TRUTHY"),
    Case("list-empty", "probe([])", "False"),
    Case("list-starred", "probe([*x])", "UNKNOWN"),
    Case("dict-spread", "probe({**x})", "UNKNOWN"),
    Case("dict-key-unknown", "probe({x: 1})", "TRUTHY"),
    Case("star-in-subscript", "probe(a[*b])", "UNKNOWN", since=(3, 11)),
    Case("circle", "while x:\n    a = a or True\nprobe(a)", "TRUTHY | True"),
    Case("many", "if x: a = 0\n" + "\n".join(f"elif x == {i}: a = {i}" for i in range(40)) + "\nprobe(a)", "many"),
    Case("many-alike", "\n".join(f"if x == {i}: a = {i % 2}" for i in range(40)) + "\nprobe(a)", "0 | 1"),
    Case("lambda", "probe(lambda: True)", "UNKNOWN"),
    Case("await", "async def f():\n    probe(await x)", "UNKNOWN"),
    Case("compare", "probe(x == 1)", "UNKNOWN"),
)
def test_values(code: str, expected: str) -> None:
    if expected == "many":
        options = module_of(code).value(probed(module_of(code))).options
        expected = value(code)
        assert len(expected.split(" | ")) == 16
        assert expected.endswith("CONSTANT"), options
    assert value(code) == expected


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("probe(False)", Verdict.MUST),
        ("probe(True)", Verdict.SAFE),
        ("probe(None)", Verdict.SAFE),
        ("probe(x)", Verdict.SAFE),
        ("probe(x and False)", Verdict.MUST),
        ("probe(False if x else True)", Verdict.MAY),
        ("probe(False if x else y)", Verdict.MAY),
        ("def f(a=False):\n    probe(a)", Verdict.DEFAULT),
        ("def f(a=True):\n    probe(a)", Verdict.SAFE),
        ("def f(a):\n    probe(a)", Verdict.SAFE),
        ("probe(kwargs.get('a', False))", Verdict.DEFAULT),
        ("a = False\nb = a\nprobe(b)", Verdict.MUST),
    ],
)
def test_judging_falsehood(code: str, verdict: Verdict) -> None:
    module = module_of(code)
    assert module.value(probed(module)).judge(falsy)[0] is verdict


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("probe(x or True)", Verdict.MUST),
        ("probe(not (x and False))", Verdict.MUST),
        ("probe(x and True)", Verdict.MAY),
        ("def f(a=False):\n    probe(not a)", Verdict.DEFAULT),
        ("def f(a=False):\n    probe(a or True)", Verdict.MUST),
    ],
)
def test_judging_truth(code: str, verdict: Verdict) -> None:
    module = module_of(code)
    assert module.value(probed(module)).judge(truthy)[0] is verdict


def test_the_way_a_value_came() -> None:
    module = module_of("a = False\nb = a\nprobe(b)")
    (option,) = module.value(probed(module)).options
    assert [step.line for step in module.steps(option.via)] == [1, 2]
