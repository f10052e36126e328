"""Which tests have been made before code runs: ``if args.weights_only: kwargs["weights_only"] = True``.

What stands under a test of the very same flag is the caller's or the configuration's decision, not the code's.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import takewhile

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple
from picketlint.semantics.bindings import Kind
from picketlint.semantics.names import Resolver
from picketlint.semantics.tree import COMPREHENSIONS, FUNCTIONS, last_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    Node = TypeVar("Node", bound=ast.AST)

Flag = str | re.Pattern[str]

# What a flag is called that lets through what is refused otherwise.
_OPT_IN = regex(
    r"dangerous|unsafe|insecure|untrusted|remote_code|arbitrary_code"
    r"|^(?:allow|trust|enable|permit|accept)_.*(?:pickl|deserial|code)|(?:pickl|deserial|code)\w*_(?:allowed|permitted|enabled)$"
)
_SAFE_MODE = regex(r"^(?:in_|is_)?safe(?:_mode|_load|_loading)?(?:_enabled|_on)?$")
# What may be trusted by a flag of that name; `trust_env` and `trusted_hosts` are about connections.
_TRUST = regex(
    r"^(?:hf_|user_|allow_)?trust(?:ed|s)?(?:_(?:the|this|remote|hub|hf|code|models?|repo|repository|sources?|files?"
    r"|checkpoints?|ckpt|weights|tokenizer|datasets?|data|inputs?|pickles?))*$"
)
# Functions and methods that read what their argument names.
LOOKUPS = frozenset({"get", "pop", "getenv", "getattr", "setdefault"})
# What turns text into a truth value.
_READERS = frozenset({"bool", "strtobool", "str2bool", "str_to_bool", "is_true", "parse_bool", "to_bool"})
# What a test around a place can be part of.
_DECIDING = frozenset({ast.If, ast.While, ast.IfExp, ast.BoolOp, ast.comprehension, *COMPREHENSIONS})
_ENDING = frozenset(FUNCTIONS)
_MAX_ALIASES = 4
_MAX_SIBLINGS = 32
_MAX_FACTS = 64
_TOO_NESTED = f"a test is looked into for {_MAX_ALIASES} steps"
_TOO_MANY_TESTS = f"of the tests before a place the nearest {_MAX_SIBLINGS} of a block and {_MAX_FACTS} in all count"


class Fact(NamedTuple):
    """A test that has been made before a place is reached, and how it came out. Python can be told to skip asserts."""

    test: ast.expr
    outcome: bool
    asserted: bool = False


class Guards:
    """Answers which tests have been made before a place is reached, and what they say about a flag."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.tree = resolver.tree
        self._leaving: dict[tuple[ast.AST, str], tuple[list[int], list[Fact]]] = {}
        self._before: dict[ast.stmt, tuple[Fact, ...]] = {}

    def opted_in(self, node: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
        """The reads by which danger was asked for, by name, where ``node`` is reached: ``if not allow_pickle: raise``.

        Each comes with the truth value that asks for it.
        """
        yield from ((read, True) for read in self.reads(node, _OPT_IN, True))
        yield from ((read, False) for read in self.reads(node, _SAFE_MODE, False))

    def trusting(self, node: ast.AST) -> Iterator[ast.expr]:
        """The reads by which whoever set a flag said to trust what is loaded, where ``node`` is reached."""
        return self.reads(node, _TRUST, True)

    def reads(self, node: ast.AST, flag: Flag, value: bool) -> Iterator[ast.expr]:
        """The places that read ``flag`` (a name, attribute, key or option) in tests made before ``node`` is reached.

        Only those by which it has this truth value.
        """
        for fact in self.facts(node):
            read = next((known for known in self._known(fact.test, fact.outcome) if _is_flag(known[0], flag)), None)
            if read is not None and read[1] is value:
                yield read[0]

    def facts(self, node: ast.AST) -> Iterator[Fact]:
        """The tests around a place and those above it that leave its block, the nearest first."""
        for number, fact in enumerate(self._facts(node)):
            if number == _MAX_FACTS:
                self.tree.limits.reached(_TOO_MANY_TESTS, node)
                return
            yield fact

    def _facts(self, node: ast.AST) -> Iterator[Fact]:
        child, parent = node, self.tree.parent(node)
        while parent is not None:
            kind = parent.__class__
            if kind in _DECIDING:
                yield from self._around(parent, child)
            if isinstance(child, ast.stmt):
                before = self._before.get(child)
                if before is None:
                    before = self._before[child] = tuple(self._left_early(parent, child))
                if before:
                    yield from before
            if kind in _ENDING:
                return
            child, parent = parent, self.tree.parent(parent)

    def _around(self, parent: ast.AST, child: ast.AST) -> Iterator[Fact]:
        """The test of an ``if``, ``while``, conditional expression, ``and``, ``or`` or comprehension."""
        if isinstance(parent, (ast.If, ast.While)):
            if child is not parent.test:
                yield Fact(parent.test, self.tree.branch(child) == "body")
        elif isinstance(parent, ast.IfExp):
            if child is not parent.test:
                yield Fact(parent.test, child is parent.body)
        elif isinstance(parent, ast.BoolOp):
            for place, operand in enumerate(_up_to(parent.values, child)):
                if place == _MAX_SIBLINGS:
                    self.tree.limits.reached(_TOO_MANY_TESTS, child)
                    break
                yield Fact(operand, isinstance(parent.op, ast.And))
        elif isinstance(parent, COMPREHENSIONS):
            for generator in _up_to(parent.generators, child):
                yield from (Fact(test, True) for test in generator.ifs)
        elif isinstance(parent, ast.comprehension) and child is not parent.iter:
            yield from (Fact(test, True) for test in _up_to(parent.ifs, child))

    def _left_early(self, parent: ast.AST, child: ast.stmt) -> Iterator[Fact]:
        """The tests of ``if not flag: raise`` and ``assert flag`` above a statement of the same block."""
        siblings = getattr(parent, self.tree.branch(child), None)
        if not isinstance(siblings, list):
            return
        places, facts = self._leavers(parent, self.tree.branch(child), siblings)
        if places:
            place = bisect_left(siblings, (child.lineno, child.col_offset), key=lambda s: (s.lineno, s.col_offset))
            last = bisect_left(places, place)
            if last > _MAX_SIBLINGS:
                self.tree.limits.reached(_TOO_MANY_TESTS, child)
            yield from reversed(facts[max(0, last - _MAX_SIBLINGS) : last])

    def _leavers(self, parent: ast.AST, branch: str, siblings: list[ast.stmt]) -> tuple[list[int], list[Fact]]:
        """The statements of a block that are tests to leave it, by their places, and what is known below each."""
        found = self._leaving.get((parent, branch))
        if found is None:
            found = self._leaving[parent, branch] = ([], [])
            for place, sibling in enumerate(siblings):
                if isinstance(sibling, ast.If) and not sibling.orelse and _leaves(sibling.body[-1]):
                    fact = Fact(sibling.test, False)
                elif isinstance(sibling, ast.Assert):
                    fact = Fact(sibling.test, True, asserted=True)
                else:
                    continue
                found[0].append(place)
                found[1].append(fact)
        return found

    def _known(self, test: ast.expr, outcome: bool, depth: int = 0) -> Iterator[tuple[ast.expr, bool]]:
        """The expressions whose truth values follow when ``test`` came out as ``outcome``, each with its own."""
        if depth > _MAX_ALIASES:
            self.tree.limits.reached(_TOO_NESTED, test)
        elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            yield from self._known(test.operand, not outcome, depth)
        elif isinstance(test, ast.BoolOp):
            if outcome is isinstance(test.op, ast.And):
                for operand in test.values:
                    yield from self._known(operand, outcome, depth + 1)
        elif isinstance(test, ast.Compare) and len(test.ops) == 1:
            yield from self._compared(test, outcome, depth)
        elif isinstance(test, ast.Call) and last_name(test.func) in _READERS and test.args:
            yield from self._known(test.args[0], outcome, depth + 1)
        elif isinstance(test, ast.NamedExpr):
            yield from self._known(test.value, outcome, depth + 1)
        else:
            yield test, outcome
            alias = self.alias(test)
            if alias is not None:
                yield from self._known(alias, outcome, depth + 1)

    def _compared(self, test: ast.Compare, outcome: bool, depth: int) -> Iterator[tuple[ast.expr, bool]]:
        other = test.comparators[0]
        if not isinstance(other, ast.Constant) or not isinstance(other.value, (bool, str)):
            return
        wanted = other.value if isinstance(other.value, bool) else other.value.lower() in {"1", "true", "yes", "on"}
        equal = isinstance(test.ops[0], (ast.Is, ast.Eq))
        if equal or isinstance(test.ops[0], (ast.IsNot, ast.NotEq)):
            yield from self._known(test.left, (outcome is equal) is wanted, depth + 1)

    def alias(self, test: ast.expr) -> ast.expr | None:
        """What a plain name was assigned, if that is the only thing it can be."""
        if not isinstance(test, ast.Name):
            return None
        reaching = self.resolver.bindings.lookup(test.id, test)
        if reaching is None or not reaching.complete or len(reaching.bindings) != 1:
            return None
        binding = reaching.bindings[0]
        return binding.value if binding.kind is Kind.VALUE else None


def _leaves(statement: ast.stmt) -> bool:
    """Whether control never gets past a statement: a jump, ``sys.exit()``, ``parser.error()``."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        func = statement.value.func
        owner = getattr(func.value, "id", "") if isinstance(func, ast.Attribute) else ""
        called = last_name(statement.value.func)
        return called in ("exit", "_exit", "quit", "abort") or (called == "error" and "parser" in owner)
    return isinstance(statement, (ast.Return, ast.Raise, ast.Continue, ast.Break))


def _is_flag(node: ast.expr, flag: Flag) -> bool:
    """Whether an expression reads the flag: as a name, an attribute, ``x["flag"]``, ``x.get("flag")``, ``getattr``."""
    if isinstance(node, ast.Name):
        return _same(node.id, flag)
    if isinstance(node, ast.Attribute):
        return _same(node.attr, flag)
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and _same(node.slice.value, flag)
    if isinstance(node, ast.Call) and last_name(node.func) in LOOKUPS:
        return any(isinstance(arg, ast.Constant) and _same(arg.value, flag) for arg in node.args[:2])
    # `if not is_pickle_loading_allowed(): raise` asks a function by name.
    return isinstance(node, ast.Call) and not isinstance(flag, str) and _same(last_name(node.func), flag)


def _same(name: object, flag: Flag) -> bool:
    if not isinstance(name, str):
        return False
    plain = name.lower().replace("-", "_").strip("_")
    return plain == flag if isinstance(flag, str) else flag.search(plain) is not None


def _up_to(nodes: Iterable[Node], child: ast.AST) -> Iterator[Node]:
    """The nodes up to one of them, which is not included."""
    return takewhile(lambda node: node is not child, nodes)
