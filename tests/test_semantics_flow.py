"""Control flow: which of several bindings can be in force. ``A``, ``B``, ``C`` stand for imports of a, b and c as x."""

from __future__ import annotations

import ast
import random

import pytest
from probing import Case, calls_of, module_of, names, table

from picketlint.semantics.values import CONSTANT, UNKNOWN

A, B, C = ("import a as x", "import b as x", "import c as x")


def written(template: str) -> str:
    """The code of a row: ``A`` alone on a line is an import of ``a`` as ``x``, ``?`` alone a ``probe(x)``."""
    short = {"A": A, "B": B, "C": C, "?": "probe(x)"}
    lines = template.split("\n")
    return "\n".join(line[: len(line) - len(line.lstrip())] + short.get(line.strip(), line.strip()) for line in lines)


@table(
    Case("overwrite", "A\nB\n?", "b"),
    Case("before", "A\n?\nB", "a"),
    Case("if", "A\nif c:\n B\n?", "a | b"),
    Case("if-else", "A\nif c:\n B\nelse:\n C\n?", "b | c"),
    Case("elif", "A\nif c:\n B\nelif d:\n C\n?", "a | b | c"),
    Case("elif-else", "A\nif c:\n B\nelif d:\n C\nelse:\n import d as x\n?", "b | c | d"),
    Case("nested-if", "A\nif c:\n if d:\n  B\n else:\n  C\nelse:\n B\n?", "b | c"),
    Case("exclusive", "A\nif c:\n B\nelse:\n ?", "a"),
    Case("same-branch", "A\nif c:\n B\n ?", "b"),
    Case("early-return", "def f():\n A\n if c:\n  B\n  return\n ?", "a"),
    Case("early-raise", "A\nif c:\n B\n raise X\n?", "a"),
    Case("early-exit", "import sys\nA\nif c:\n B\n sys.exit(1)\n?", "a"),
    Case("both-return", "def f():\n A\n if c:\n  B\n  if d:\n   return 1\n  else:\n   raise X\n ?", "a"),
    Case("dead", "def f():\n A\n return\n B\n ?", "?"),
    Case("try", "A\ntry:\n B\nexcept E:\n pass\n?", "a | b"),
    Case("try-handler", "A\ntry:\n B\nexcept E:\n ?", "a | b"),
    Case("try-both", "A\ntry:\n B\nexcept E:\n C\n?", "b | c"),
    Case("try-handler-leaves", "A\ntry:\n B\nexcept E:\n raise\n?", "b"),
    Case("try-body", "A\ntry:\n B\n ?\nexcept E:\n pass", "b"),
    Case("try-else", "A\ntry:\n B\nexcept E:\n pass\nelse:\n ?", "b"),
    Case("try-else-binds", "A\ntry:\n pass\nexcept E:\n B\nelse:\n C\n?", "b | c"),
    Case("try-finally", "A\ntry:\n B\nfinally:\n ?", "a | b"),
    Case("try-after-finally", "A\ntry:\n B\nfinally:\n pass\n?", "b"),
    Case("finally-binds", "A\ntry:\n B\nfinally:\n C\n?", "c"),
    Case("finally-after-handler", "A\ntry:\n pass\nexcept E:\n B\nfinally:\n ?", "a | b"),
    Case("other-handler", "A\ntry:\n pass\nexcept E:\n B\nexcept F:\n ?", "a"),
    Case("raise-to-handler", "A\ntry:\n if c:\n  B\n  raise X\nexcept X:\n ?", "a | b"),
    Case("return-to-finally", "def f():\n A\n try:\n  if c:\n   B\n   return\n finally:\n  ?", "a | b"),
    Case("return-to-handler", "def f():\n A\n try:\n  B\n  return g()\n except E:\n  pass\n ?", "a | b"),
    Case("handler-name", "A\ntry:\n pass\nexcept E as x:\n ?", "?"),
    Case("handler-name-gone", "A\ntry:\n pass\nexcept E as x:\n pass\n?", "a"),
    Case("handler-name-builtin", "try:\n pass\nexcept E as eval:\n pass\nprobe(eval)", "builtins.eval"),
    Case("except-star", "A\ntry:\n B\nexcept* E:\n C\n?", "b | c", since=(3, 11)),
    Case("for", "A\nfor i in y:\n B\n?", "a | b"),
    Case("for-back", "A\nfor i in y:\n ?\n B", "a | b"),
    Case("for-closed", "A\nfor i in y:\n B\n ?\n C", "b"),
    Case("for-back-conditional", "A\nfor i in y:\n if c:\n  ?\n else:\n  B", "a | b"),
    Case("for-target", "A\nfor x in y:\n pass\n?", "a | ?"),
    Case("for-target-in-body", "A\nfor x in y:\n ?", "?"),
    Case("for-else", "A\nfor i in y:\n B\nelse:\n ?", "a | b"),
    Case("for-else-binds", "A\nfor i in y:\n B\nelse:\n C\n?", "c"),
    Case("for-else-break", "A\nfor i in y:\n B\n break\nelse:\n C\n?", "b | c"),
    Case("for-iterable", "A\nfor i in probe(x):\n B", "a"),
    Case("async-for", "async def f():\n A\n async for i in y:\n  B\n ?", "a | b"),
    Case("while", "A\nwhile c:\n B\n?", "a | b"),
    Case("while-test", "A\nwhile probe(x):\n B", "a | b"),
    Case("while-true-break", "A\nwhile True:\n B\n if c:\n  break\n?", "b"),
    Case("while-true-early-break", "A\nwhile True:\n if c:\n  break\n B\n?", "a | b"),
    Case("while-true-handled", "A\nwhile True:\n try:\n  B\n  break\n except E:\n  C\n?", "b"),
    Case("while-true-else", "A\nwhile True:\n B\nelse:\n C\n?", "?"),
    Case("continue", "A\nfor i in y:\n ?\n if c:\n  B\n  continue\n C", "a | b | c"),
    Case("continue-past", "A\nfor i in y:\n if c:\n  B\n  continue\n ?", "a | b"),
    Case("break-past", "A\nfor i in y:\n if c:\n  B\n  break\n ?", "a"),
    Case("break-finally", "A\nfor i in y:\n try:\n  break\n finally:\n  B\n?", "a | b"),
    Case("nested-loops", "A\nfor i in y:\n for j in z:\n  ?\n B", "a | b"),
    Case("nested-loops-inner", "A\nfor i in y:\n for j in z:\n  B\n ?", "a | b"),
    Case("break-of-inner", "A\nwhile True:\n for j in z:\n  break\n B\n if c:\n  break\n?", "b"),
    Case("with", "A\nwith open(p):\n B\n?", "b"),
    Case("with-suppress", "A\nwith contextlib.suppress(E):\n B\n?", "a | b"),
    Case("async-with", "async def f():\n A\n async with y:\n  B\n ?", "b"),
    Case("match", "A\nmatch y:\n case 1:\n  B\n case 2:\n  C\n?", "a | b | c"),
    Case("match-all", "A\nmatch y:\n case 1:\n  B\n case _:\n  C\n?", "b | c"),
    Case("match-exclusive", "A\nmatch y:\n case 1:\n  B\n case 2:\n  ?", "a"),
    Case("match-capture", "A\nmatch y:\n case [x]:\n  ?", "?"),
    Case("match-capture-other", "A\nmatch y:\n case [x]:\n  pass\n case _:\n  ?", "a"),
    Case("match-capture-guarded", "A\nmatch y:\n case [x] if c:\n  pass\n case _:\n  ?", "a | ?"),
    Case("match-star", "A\nmatch y:\n case [1, *x]:\n  ?", "?"),
    Case("match-rest", "A\nmatch y:\n case {1: 2, **x}:\n  ?", "?"),
    Case("match-as", "A\nmatch y:\n case P() as x:\n  ?", "?"),
    Case("match-class", "A\nmatch y:\n case P(k=x):\n  ?", "?"),
    Case("match-guard", "A\nmatch y:\n case P() if probe(x):\n  B", "a"),
    Case("conditional-exclusive", "A\n(x := b.c) if c else probe(x)", "a"),
    Case("conditional-test", "A\nimport b\nprobe(x) if (x := b.c) else 0", "b.c"),
    Case("and", "A\nimport b\nc and (x := b.c) and probe(x)", "b.c"),
    Case("and-later", "A\nimport b\nc and (x := b.c)\n?", "a | b.c"),
    Case("walrus-first", "A\nimport b\n(x := b.c) and c\n?", "b.c"),
    Case("compare-later", "A\nimport b\n1 < c < (x := b.c)\n?", "a | b.c"),
    Case("assert-message", "A\nimport b\nassert c, (x := b.c)\n?", "a | b.c"),
    Case("walrus-in-comprehension", "A\nimport b\n[(x := b.c) for i in y]\n?", "a | b.c"),
    Case("walrus-in-first-iterable", "A\nimport b\n[1 for i in (x := b.c)]\n?", "b.c"),
    Case("own-statement", "A\nimport b\nx = (probe(x), b.c)", "a"),
    Case("nested-function", "A\ndef f():\n ?\nB", "a | b"),
    Case("nested-function-settled", "A\nB\ndef f():\n ?", "b"),
    Case("nested-function-in-branch", "A\nif c:\n B\n def f():\n  ?", "b"),
    Case("nested-function-in-loop", "A\nfor i in y:\n B\n def f():\n  ?\n C", "b | c"),
    Case("nested-function-before-loop-end", "A\nfor i in y:\n def f():\n  ?\n B", "a | b"),
    Case("nested-in-function", "def g():\n A\n def f():\n  ?\n B\n return f", "a | b"),
    Case("lambda", "A\nf = lambda: probe(x)\nB", "a | b"),
    Case("decorated", "A\nB\n@probe(x)\ndef f(): pass\nC", "b"),
    Case("del-in-branch", "A\nif c:\n del x\n?", "a"),
    Case("many", "A\n" + "\n".join(f"if c{i}:\n import m{i} as x" for i in range(100)) + "\n?", "?"),
    Case("many-then-one", "A\n" + "\n".join(f"if c{i}:\n import m{i} as x" for i in range(100)) + "\nB\n?", "b"),
)
def test_reaching(code: str, expected: str) -> None:
    assert names(written(code)) == expected


# -- the same, against Python itself -----------------------------------------------------------------------------------


def random_block(rng: random.Random, depth: int, loop: bool, indent: str = "") -> list[str]:
    """Lines of a random program over one name: every binding is ``x = n``, every use ``probe(x, n)``."""
    lines: list[str] = []
    for _ in range(rng.randint(1, 4)):
        kind = rng.choice(
            ["bind", "use", "use", "if", "for", "while", "try", "with", "leave", "finally", "match", "walrus"]
        )
        inner = indent + " "
        if kind == "bind":
            lines.append(f"{indent}x = {rng.randrange(10**6)}")
        elif kind == "walrus":
            lines.append(f"{indent}flip() and (x := {rng.randrange(10**6)})")
        elif kind == "use" or depth == 0:
            lines.append(f"{indent}probe(x, {rng.randrange(10**6)})")
        elif kind == "leave":
            jumps = ["return", "raise E", *(["break", "continue"] if loop else [])]
            lines += [f"{indent}if flip():", f"{inner}{rng.choice(jumps)}"]
        elif kind == "if":
            lines += [f"{indent}if flip():", *random_block(rng, depth - 1, loop, inner)]
            lines += [f"{indent}else:", *random_block(rng, depth - 1, loop, inner)] if rng.random() < 0.6 else []
        elif kind in ("for", "while"):
            head = "for i in some():" if kind == "for" else rng.choice(["while flip():", "while True:"])
            lines += [indent + head, f"{inner}flip()", *random_block(rng, depth - 1, True, inner)]
            lines += [f"{indent}else:", *random_block(rng, depth - 1, loop, inner)] if rng.random() < 0.3 else []
        elif kind in ("try", "finally"):
            lines += [f"{indent}try:", *random_block(rng, depth - 1, loop, inner)]
            if kind == "try":
                lines += [f"{indent}except E:", *random_block(rng, depth - 1, loop, inner)]
                lines += [f"{indent}else:", *random_block(rng, depth - 1, loop, inner)] if rng.random() < 0.4 else []
            if kind == "finally" or rng.random() < 0.3:
                lines += [f"{indent}finally:", *random_block(rng, depth - 1, False, inner)]
        elif kind == "with":
            head = rng.choice(["with quiet():", "with suppress(E):"])
            lines += [indent + head, *random_block(rng, depth - 1, loop, inner)]
        else:
            lines += [f"{indent}match flip():", f"{inner}case True:", *random_block(rng, depth - 1, loop, inner + " ")]
            rest = rng.choice(["case _:", "case False if flip():"])
            lines += [f"{inner}{rest}", *random_block(rng, depth - 1, loop, inner + " ")]
    return lines


class StopError(Exception):
    """Ends a run that has gone on for long enough."""


def observed(code: str, rng: random.Random) -> set[tuple[int, int]]:
    """What each use saw in one run with random decisions. The code is this test's own."""
    import contextlib

    seen: set[tuple[int, int]] = set()
    left = [200]

    def flip() -> bool:
        left[0] -= 1
        if left[0] < 0:
            raise StopError
        return rng.random() < 0.5

    class FailureError(Exception):
        pass

    def probe(x: int, use: int) -> None:
        seen.add((use, x))
        if rng.random() < 0.15:
            raise FailureError
        flip()

    scope = {
        "flip": flip,
        "probe": probe,
        "E": FailureError,
        "some": lambda: range(rng.randrange(3)),
        "quiet": contextlib.nullcontext,
        "suppress": contextlib.suppress,
    }
    with contextlib.suppress(StopError, FailureError, UnboundLocalError):
        exec(compile(code, "sample", "exec"), scope)
        scope["f"]()  # type: ignore[operator]
    return seen


@pytest.mark.parametrize("seed", range(300))
def test_nothing_that_happens_is_missed(seed: int) -> None:
    rng = random.Random(seed)
    code = "def f():\n x = 0\n" + "\n".join(random_block(rng, 2 + seed % 2, False, " "))
    try:
        compile(code, "sample", "exec")
    except SyntaxError:
        pytest.skip("a jump out of a finally clause that this Python refuses")
    module = module_of(code)
    expected: dict[int, set[object]] = {}
    for call in calls_of(module, "probe"):
        place = call.args[1]
        assert isinstance(place, ast.Constant)
        assert isinstance(place.value, int)
        options = module.value(call.args[0]).options
        expected[place.value] = {option.value for option in options}
    for _ in range(60):
        for use, value in observed(code, rng):
            known = expected[use]
            assert value in known or UNKNOWN in known or CONSTANT in known, (
                f"{value} reaches probe {use}, expected {known}\n{code}"
            )
