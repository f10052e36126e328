"""Qualified names: scopes, imports, rebinding. Control flow has a table of its own in test_semantics_flow."""

from __future__ import annotations

import ast

import pytest
from probing import Case, module_of, names, table

from picketlint.semantics.bindings import import_target


@table(
    Case("import", "import torch\nprobe(torch.load)", "torch.load"),
    Case("import-as", "import torch as t\nprobe(t.load)", "torch.load"),
    Case("dotted", "import a.b\nprobe(a.b.c)", "a.b.c"),
    Case("dotted-as", "import a.b as c\nprobe(c.d)", "a.b.d"),
    Case("dotted-twice", "import os.path\nimport os\nprobe(os.system)", "os.system"),
    Case("from", "from torch import load\nprobe(load)", "torch.load"),
    Case("from-as", "from torch import load as ld, save as sv\nprobe(ld)", "torch.load"),
    Case("from-dotted", "from a.b import c\nprobe(c.d)", "a.b.c.d"),
    Case("relative", "from . import x\nprobe(x.y)", ".x.y"),
    Case("relative-module", "from ..a import x\nprobe(x)", "..a.x"),
    Case("in-function", "def f():\n    import torch\n    probe(torch.load)", "torch.load"),
    Case("in-function-not-outside", "def f():\n    import torch\nprobe(torch.load)", "?"),
    Case("in-class", "class A:\n    import torch\n    x = probe(torch.load)", "torch.load"),
    Case("in-class-not-in-method", "class A:\n    import torch\n    def f(self):\n        probe(torch)", "?"),
    Case(
        "in-class-through-self",
        "class A:\n    import torch\n    def f(self):\n        probe(self.torch.load)",
        "torch.load",
    ),
    Case("conditional", "if x:\n    from a import f\nelse:\n    from b import f\nprobe(f)", "a.f | b.f"),
    Case("half-conditional", "if x:\n    from a import f\nprobe(f)", "a.f"),
    Case("conditional-builtin", "if x:\n    from a import eval\nprobe(eval)", "a.eval | builtins.eval"),
    Case("fallback", "try:\n    from a import f\nexcept ImportError:\n    from b import f\nprobe(f)", "a.f | b.f"),
    Case(
        "fallback-to-none",
        "try:\n    import torch\nexcept ImportError:\n    torch = None\nprobe(torch.load)",
        "torch.load",
    ),
    Case("fallback-to-pass", "try:\n    import torch\nexcept ImportError:\n    pass\nprobe(torch.load)", "torch.load"),
    Case("fallback-class", "try:\n    import a\nexcept ImportError:\n    class a: pass\nprobe(a)", "a | <here>.a"),
    Case(
        "suppressed",
        "from torch import x as f\nwith suppress(ImportError):\n    from a import f\nprobe(f)",
        "torch.x | a.f",
    ),
    Case(
        "suppressed-renamed",
        "from contextlib import suppress as quiet\nimport b as f\n"
        "with quiet(ImportError):\n    import a as f\nprobe(f)",
        "b | a",
    ),
    Case("star", "from torch import *\nprobe(load)", "torch.load"),
    Case("star-relative", "from .x import *\nprobe(load)", ".x.load"),
    Case("two-stars", "from a import *\nfrom b import *\nprobe(f)", "a.f | b.f"),
    Case("star-hides-builtin", "from a import *\nprobe(eval)", "a.eval | builtins.eval"),
    Case("star-then-own", "from a import *\ndef f(): pass\nprobe(f)", "<here>.f"),
    Case("own-then-star", "def f(): pass\nfrom a import *\nprobe(f)", "<here>.f | a.f"),
    Case("import-then-star", "import a as f\nfrom b import *\nprobe(f.g)", "a.g"),
    Case("star-after-use", "probe(eval)\nfrom a import *", "builtins.eval"),
    Case("star-not-for-locals", "from a import *\ndef g():\n    f = b\n    from c import f\n    probe(f)", "c.f"),
    Case("many-stars", "\n".join(f"from m{i} import *" for i in range(20)) + "\nprobe(f)", "?"),
    Case("builtin", "probe(eval)", "builtins.eval"),
    Case("builtins-module", "import builtins as b\nprobe(b.eval)", "builtins.eval"),
    Case("unknown", "probe(nothing)", "?"),
    Case("type-checking", "if TYPE_CHECKING:\n    import torch\nprobe(torch.load)", "torch.load"),
    Case(
        "async",
        "async def f():\n    import torch\n    async with torch.x() as y:\n        await probe(torch.load)",
        "torch.load",
    ),
)
def test_imports(code: str, expected: str) -> None:
    assert names(code) == expected


@table(
    Case("function-sees-module", "import a\ndef f():\n    probe(a)", "a"),
    Case("later-in-module", "def f():\n    probe(a)\nimport a", "a"),
    Case("local-hides", "import a\ndef f():\n    import b as a\n    probe(a)", "b"),
    Case("local-hides-even-later", "import a\ndef f():\n    probe(a)\n    import b as a", "?"),
    Case("class-hides-only-later", "import a\nclass C:\n    x = probe(a)\n    import b as a", "a"),
    Case("class-own-name", "import a\nclass C:\n    a = probe(a)", "a"),
    Case("class-half-bound", "import a\nclass C:\n    if x:\n        import b as a\n    probe(a)", "b | a"),
    Case("class-skips-function", "import a\ndef f(a):\n    class C:\n        probe(a)\n        a = a", "a"),
    Case("class-sees-function", "def f():\n    import a\n    class C:\n        x = probe(a)", "a"),
    Case("class-invisible-in-method", "import a\nclass C:\n    import b as a\n    def f(self):\n        probe(a)", "a"),
    Case("class-invisible-in-lambda", "import a\nclass C:\n    import b as a\n    f = lambda: probe(a)", "a"),
    Case(
        "class-invisible-in-comprehension", "import a\nclass C:\n    import b as a\n    x = [probe(a) for i in y]", "a"
    ),
    Case("class-first-iterable", "import a\nclass C:\n    import b as a\n    x = [i for i in probe(a)]", "b"),
    Case(
        "class-second-iterable", "import a\nclass C:\n    import b as a\n    x = [j for i in y for j in probe(a)]", "a"
    ),
    Case("nested-class", "import a\nclass C:\n    import b as a\n    class D:\n        x = probe(a)", "a"),
    Case("class-name-in-method", "class C:\n    def f(self):\n        probe(C)", "<here>.C"),
    Case("parameter-hides", "import torch\ndef f(torch):\n    probe(torch.load)", "?"),
    Case("keyword-only-hides", "import torch\ndef f(*, torch):\n    probe(torch.load)", "?"),
    Case("positional-only-hides", "import torch\ndef f(torch, /):\n    probe(torch.load)", "?"),
    Case("varargs-hides", "import torch\ndef f(*torch):\n    probe(torch)", "?"),
    Case("parameter-default", "import a\ndef f(g=a.h):\n    probe(g)", "a.h | ?"),
    Case("default-outside", "import torch\ndef f(torch=probe(torch.load)): pass", "torch.load"),
    Case("decorator-outside", "import torch\n@probe(torch.load)\ndef f(torch): pass", "torch.load"),
    Case("annotation-outside", "import torch\ndef f(torch: probe(torch.load)): pass", "torch.load"),
    Case("returns-outside", "import torch\ndef f(torch) -> probe(torch.load): pass", "torch.load"),
    Case("base-outside", "import torch\nclass A(probe(torch.load)):\n    torch = 1", "torch.load"),
    Case("metaclass-outside", "import torch\nclass A(metaclass=probe(torch.x)):\n    torch = 1", "torch.x"),
    Case("class-decorator-outside", "import torch\n@probe(torch.load)\nclass A:\n    torch = 1", "torch.load"),
    Case("default-in-class", "import a\nclass C:\n    import b as a\n    def f(self, x=probe(a)): pass", "b"),
    Case("lambda-parameter", "import a\nf = lambda a: probe(a)", "?"),
    Case("lambda-default", "import a\nf = lambda a=probe(a): a", "a"),
    Case("lambda-sees-outside", "import a\nf = lambda x: probe(a)", "a"),
    Case("comprehension-target", "import a\nx = [probe(a) for a in y]", "?"),
    Case("comprehension-does-not-leak", "import a\nx = [1 for a in y]\nprobe(a)", "a"),
    Case("first-iterable", "import a\nx = [1 for a in probe(a)]", "a"),
    Case("dict-comprehension", "import a\nx = {1: probe(a) for b in y}", "a"),
    Case("generator-immediate", "import a\nx = list(probe(a) for b in y)\nimport c as a", "a"),
    Case("generator-later", "import a\nx = (probe(a) for b in y)\nimport c as a", "a | c"),
    Case("walrus", "import a\nif (b := a.c):\n    probe(b)", "a.c"),
    Case("walrus-leaks", "import a\nx = [(b := a.c) for i in y]\nprobe(b)", "a.c"),
    Case("walrus-leaks-into-function", "import a\ndef f():\n    x = [(b := a.c) for i in y]\n    probe(b)", "a.c"),
    Case("walrus-in-lambda", "import a\nb = a.d\nf = lambda: [(b := a.c), probe(b)]", "a.c"),
    Case("walrus-in-test", "import a\nx = [probe(b) for i in y if (b := a.c)]", "a.c"),
    Case("global", "def f():\n    global a\n    import torch as a\ndef g():\n    probe(a.load)", "torch.load"),
    Case("global-over-import", "import a\ndef f():\n    global a\n    import b as a\nprobe(a)", "a | b"),
    Case("global-in-returning", "import a\ndef f():\n    global a\n    import b as a\n    return a\nprobe(a)", "a | b"),
    Case("global-read", "import a\ndef f():\n    a = 1\n    def g():\n        global a\n        probe(a)", "a"),
    Case(
        "nonlocal",
        "def f():\n    import a\n    def g():\n        nonlocal a\n        import b as a\n    probe(a)",
        "a | b",
    ),
    Case(
        "nonlocal-two-out",
        "def f():\n    import a\n    def g():\n        def h():\n"
        "            nonlocal a\n            import b as a\n    probe(a)",
        "a | b",
    ),
    Case("name-error", "def f():\n    probe(a)\n    a = 1", "?"),
    Case("builtin-hidden-by-parameter", "def f(eval):\n    probe(eval)", "?"),
    Case("type-parameter", "import T\ndef f[T](x):\n    probe(T)", "?", since=(3, 12)),
    Case("type-parameter-of-class", "import T\nclass A[T]:\n    def f(self):\n        probe(T)", "?", since=(3, 12)),
    Case("type-parameter-elsewhere", "import T\ndef f[T](x): pass\nprobe(T)", "T", since=(3, 12)),
    Case("type-parameter-decorator", "import T\n@probe(T)\ndef f[T](x): pass", "T", since=(3, 12)),
    Case("type-parameter-bound", "import a\ndef f[T: probe(a.b)](x): pass", "a.b", since=(3, 12)),
    Case("type-alias", "import a\ntype X = a.b\nprobe(X)", "?", since=(3, 12)),
    Case("type-alias-hides", "import X\ntype X[*T, **P] = int\nprobe(X)", "?", since=(3, 12)),
    Case("star-in-subscript", "import a\nx: A[*b]\nprobe(a[*b])", "?", since=(3, 11)),
    Case("nested-f-string", "import a\nx = f'{f'{probe(a.b)}'}'", "a.b", since=(3, 12)),
)
def test_scopes(code: str, expected: str) -> None:
    assert names(code) == expected


@table(
    Case("name", "import torch\ntl = torch.load\nprobe(tl)", "torch.load"),
    Case("name-of-name", "import torch\na = torch.load\nb = a\nprobe(b)", "torch.load"),
    Case("chained", "import torch\na = b = torch.load\nprobe(a)", "torch.load"),
    Case("annotated", "import torch\na: object = torch.load\nprobe(a)", "torch.load"),
    Case("unpacked", "import torch\na, b = torch.load, torch.save\nprobe(b)", "torch.save"),
    Case("unpacked-nested", "import torch\na, (b, c) = 1, (2, torch.save)\nprobe(c)", "torch.save"),
    Case("unpacked-starred", "import torch\na, *b = 1, torch.save\nprobe(b)", "?"),
    Case("unpacked-from-starred", "import torch\na, b = *c, torch.save\nprobe(b)", "?"),
    Case("unpacked-too-few", "a, b = 1,\nprobe(b)", "?"),
    Case("either", "import a, b\nprobe(a.x if c else b.y)", "a.x | b.y"),
    Case("or", "import a, b\nprobe(a.x or b.y)", "a.x | b.y"),
    Case("getattr", "import torch\nprobe(getattr(torch, 'load'))", "torch.load"),
    Case("getattr-default", "import torch, b\nprobe(getattr(torch, 'load', b.c))", "torch.load | b.c"),
    Case("getattr-none", "import torch\nprobe(getattr(torch, 'load', None))", "torch.load"),
    Case("getattr-unknown", "import torch\nprobe(getattr(torch, x))", "builtins.getattr()"),
    Case("import-module", "import importlib\nprobe(importlib.import_module('a.b').c)", "a.b.c"),
    Case("brought", "def f():\n    import a.b as c\n    return c\nprobe(f().d)", "a.b.d"),
    Case(
        "brought-fallback",
        "@functools.lru_cache(maxsize=None)\ndef f():\n    try:\n        from a import b\n    except ImportError:\n"
        "        import b\n    return b\nm = f()\nprobe(m.c)",
        "a.b.c | b.c",
    ),
    Case(
        "brought-or-none",
        "def f():\n    if x:\n        import a\n        return a\n    return None\nprobe(f().b)",
        "a.b",
    ),
    Case("brought-or-other", "def f(y):\n    import a\n    return a if y else y\nprobe(f(1).b)", "<here>.f().b"),
    Case("brought-and-made", "def f():\n    import a\n    b = a.B()\n    return b\nprobe(f().c)", "a.B().c"),
    Case("brought-parameter", "def f(y):\n    import a\n    return y\nprobe(f(1).b)", "<here>.f().b"),
    Case("brought-elsewhere", "@patched\ndef f():\n    import a\n    return a\nprobe(f().b)", "<here>.f().b"),
    Case("brought-itself", "def f():\n    import a\n    g = f()\n    return g\nprobe(f().b)", "<here>.f().b"),
    Case("import-module-keyword", "from importlib import import_module as im\nprobe(im(name='a.b'))", "a.b"),
    Case("dunder-import", "probe(__import__('a.b').b.c)", "a.b.c"),
    Case("dunder-import-fromlist", "probe(__import__('a.b', fromlist=['c']).c)", "a.b.c"),
    Case("dunder-import-empty-fromlist", "probe(__import__('a.b', fromlist=[]).c)", "a.c"),
    Case("builtins-entry", "probe(__builtins__['eval'])", "builtins.eval"),
    Case("sys-modules", "import sys\nprobe(sys.modules['pickle'].loads)", "pickle.loads"),
    Case("call-result", "import a\nprobe(a.b().c)", "a.b().c"),
    Case("def", "def load(): pass\nprobe(load)", "<here>.load"),
    Case("async-def", "async def load(): pass\nprobe(load)", "<here>.load"),
    Case("def-hides-import", "from torch import load\ndef load(): pass\nprobe(load)", "<here>.load"),
    Case("constant", "a = 1\nprobe(a)", "?"),
    Case("for-target", "import a\nfor a in b:\n    probe(a)", "?"),
    Case("with-target", "import a\nwith b as a:\n    probe(a)", "?"),
    Case("augmented", "import a\na += 1\nprobe(a)", "?"),
    Case("del", "import a\ndel a\nprobe(a)", "?"),
    Case("del-builtin", "eval = 1\ndel eval\nprobe(eval)", "builtins.eval"),
    Case("del-then-import", "import a\ndel a\nimport b as a\nprobe(a)", "b"),
    Case("own-value", "import a\na = a.b\nprobe(a)", "a.b"),
    Case("own-value-in-function", "import a\ndef f():\n    a = a.b\n    probe(a)", "?"),
    Case("circle", "a = b\nb = a\nprobe(b)", "?"),
    Case("circle-in-loop", "import a\nx = a.b\nwhile y:\n    x = x.c\nprobe(x)", "a.b | ?"),
)
def test_rebinding(code: str, expected: str) -> None:
    assert names(code) == expected


CLASS = "import torch\nclass A{bases}:\n    loader = {value}\n    def f(self):\n        probe(self.loader)"


@table(
    Case("self", CLASS.format(bases="", value="torch.load"), "torch.load"),
    Case("staticmethod", CLASS.format(bases="", value="staticmethod(torch.load)"), "torch.load"),
    Case("unknown-base", CLASS.format(bases="(B)", value="torch.load"), "torch.load"),
    Case("cls", "import a\nclass A:\n    x = a.b\n    @classmethod\n    def f(cls):\n        probe(cls.x)", "a.b"),
    Case(
        "cls-instance",
        "import a\nclass A:\n    x = a.b\n    @classmethod\n    def f(cls):\n        probe(cls().x)",
        "a.b",
    ),
    Case("static", "import a\nclass A:\n    x = a.b\n    @staticmethod\n    def f(self):\n        probe(self.x)", "?"),
    Case("class-name", "import a\nclass A:\n    x = a.b\nprobe(A.x)", "a.b"),
    Case("instance", "import a\nclass A:\n    x = a.b\nprobe(A().x)", "a.b"),
    Case("instance-name", "import a\nclass A:\n    x = a.b\ni = A()\nprobe(i.x)", "a.b"),
    Case("called-instance", "import a\nclass A:\n    x = a.b\nprobe(A()().x)", "<here>.A()().x"),
    Case("inherited", "import a\nclass A:\n    x = a.b\nclass B(A): pass\nprobe(B.x)", "a.b"),
    Case("overridden", "import a\nclass A:\n    x = a.b\nclass B(A):\n    x = a.c\nprobe(B.x)", "a.c"),
    Case("inherits-itself", "class A(A): pass\nprobe(A.x)", "?"),
    Case(
        "init",
        "import a\nclass A:\n    def __init__(self):\n        self.x = a.b\n    def f(self):\n        probe(self.x)",
        "a.b",
    ),
    Case(
        "init-of-base",
        "import a\nclass A:\n    def __init__(self):\n        self.x = a.b\n"
        "class B(A):\n    def f(self):\n        probe(self.x)",
        "a.b",
    ),
    Case(
        "class-and-init",
        "import a\nclass A:\n    x = a.c\n    def __init__(self):\n"
        "        self.x = a.b\n    def f(self):\n        probe(self.x)",
        "a.c | a.b",
    ),
    Case(
        "init-parameter",
        "class A:\n    def __init__(self, x):\n        self.x = x\n    def f(self):\n        probe(self.x)",
        "?",
    ),
    Case("last-in-class", "import a\nclass A:\n    x = a.b\n    x = a.c\nprobe(A.x)", "a.c"),
    Case("method", "class A:\n    def load(self): pass\n    def f(self):\n        probe(self.load)", "<here>.load"),
    Case(
        "nested-function-in-method",
        "import a\nclass A:\n    x = a.b\n    def f(self):\n        def g():\n            probe(self.x)",
        "a.b",
    ),
    Case(
        "unpacked-store",
        "import a\nclass A:\n    def __init__(self):\n"
        "        self.x, y = a.b, 1\n    def f(self):\n        probe(self.x)",
        "?",
    ),
    Case("says-nothing", "import x\nclass A:\n    def f(self):\n        probe(self.x)", "?"),
    Case(
        "rebound-self",
        "import a\nclass A:\n    x = a.b\n    def f(self):\n        self = a\n        probe(self.x)",
        "a.x",
    ),
)
def test_class_attributes(code: str, expected: str) -> None:
    assert names(code) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import a.b.c", ("a", "a")),
        ("import a.b.c as d", ("d", "a.b.c")),
        ("from . import a", ("a", ".a")),
        ("from .b import a as c", ("c", ".b.a")),
        ("from b import a", ("a", "b.a")),
    ],
)
def test_import_target(code: str, expected: tuple[str, str]) -> None:
    statement = module_of(code).root.body[0]
    assert isinstance(statement, (ast.Import, ast.ImportFrom))
    assert import_target(statement, statement.names[0]) == expected
