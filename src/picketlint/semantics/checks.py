"""What the tests before a place prove of a value there: that it is one of a fixed list, a word, a number.

``if name not in ("a", "b"): raise`` proves that ``name`` is one of two; ``re.fullmatch("[a-z]+", name)`` and
``name.isidentifier()`` that it is a word. A test counts if nothing binds the name anew between it and the place.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from picketlint.base.records import NamedTuple
from picketlint.knowledge.origins import ARITHMETIC, MATCHERS, NUMBER_TESTS, SAME_TEXT_METHODS, SHELL_SAFE, WORD_TESTS
from picketlint.semantics.alphabets import MAX_PATTERN, captured, matched, refused
from picketlint.semantics.guards import Fact, Guards
from picketlint.semantics.names import Resolver
from picketlint.semantics.pieces import Origin
from picketlint.semantics.texts import text
from picketlint.semantics.tree import start

MAX_DEPTH = 6
_MAX_OPERANDS = 16
_TOO_DEEP = f"a test is looked into for {MAX_DEPTH} steps"
_TOO_MANY = f"of a test with `and` or `or` {_MAX_OPERANDS} operands count"
_TOO_LONG = f"regular expressions are read up to {MAX_PATTERN} characters"
_DIGITS = frozenset("0123456789.")
# Neither for a shell nor for Python can anything but a number or a path be made of these.
_INERT = SHELL_SAFE & ARITHMETIC
_LETTER = "\u00e9"
_NUMERIC = frozenset({"builtins.int", "builtins.float", "builtins.bool", "builtins.complex"})
# The fewer ways a value can go wrong, the further left.
_STRENGTH = (Origin.LISTED, Origin.NUMBER, Origin.WORD, Origin.ARITHMETIC, Origin.TESTED)
_HARMLESS_FLAGS = frozenset({"re.A", "re.ASCII", "re.I", "re.IGNORECASE", "re.U", "re.UNICODE", "re.DOTALL", "re.S"})
Contents = Callable[[ast.expr], Origin | None]
Key = tuple[str, ...]


class Subject(NamedTuple):
    """The value that is asked about: what it is written as, and where it is used; ``contents`` as in ``Checks.of``."""

    key: Key
    node: ast.expr
    contents: Contents


class _Written(NamedTuple):
    """A call that matches: the method, the regular expression, and the expression for the text."""

    method: str
    pattern: str
    text: ast.expr


class Checks:
    """Answers what is proven of the names, attributes and entries of one module where they are used."""

    def __init__(self, resolver: Resolver, guards: Guards) -> None:
        self.resolver = resolver
        self.guards = guards
        self._known: dict[ast.expr, Origin | None] = {}

    def of(self, node: ast.expr, contents: Contents) -> Origin | None:
        """What is proven of an expression: LISTED, NUMBER, WORD, ARITHMETIC, TESTED; None if nothing is.

        ``contents`` tells what it proves of a value that it is in a container; it is the same every time.
        """
        if node not in self._known:
            self._known[node] = self._of(node, contents)
        return self._known[node]

    def _of(self, node: ast.expr, contents: Contents) -> Origin | None:
        key = _key(node)
        if key is None:
            return None
        facts = [*self.guards.facts(node)]
        if not facts:
            return None
        subject = Subject(key, node, contents)
        return strongest([self._origin_under(fact, subject) for fact in facts])

    def _same(self, subject: Subject, test: ast.expr) -> bool:
        """Whether nothing can have given the expression another value between the test and the use."""
        key, node, _ = subject
        low, high = start(test), start(node)
        root = node
        while isinstance(root, (ast.Attribute, ast.Subscript)):
            root = root.value
        reaching = self.resolver.bindings.lookup(key[0], root)
        bindings = reaching.bindings if reaching is not None else ()
        if any(low < binding.position < high for binding in bindings):
            return False
        attributes = [part.removeprefix(".") for part in key[1:] if part.startswith(".")]
        return not any(self.resolver.classes.stored_between(name, low, high) for name in attributes)

    def _origin_under(self, fact: Fact, subject: Subject) -> Origin | None:
        """What one test proves, if the value is still the one that was tested."""
        proven = self._proven(fact.test, fact.outcome, subject, 0)
        if proven is None or not self._same(subject, fact.test):
            return None
        return Origin.TESTED if fact.asserted else proven

    def _proven(self, test: ast.expr, outcome: bool, subject: Subject, depth: int) -> Origin | None:
        """What follows for the value when ``test`` came out as ``outcome``."""
        if depth > MAX_DEPTH:
            self.resolver.tree.limits.reached(_TOO_DEEP, test)
            return None
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self._proven(test.operand, not outcome, subject, depth + 1)
        if isinstance(test, ast.BoolOp):
            if len(test.values) > _MAX_OPERANDS:
                self.resolver.tree.limits.reached(_TOO_MANY, test)
            found = [self._proven(operand, outcome, subject, depth + 1) for operand in test.values[:_MAX_OPERANDS]]
            if outcome is isinstance(test.op, ast.And):
                return strongest(found)
            return None if None in found or len(test.values) > _MAX_OPERANDS else weakest(found)
        if isinstance(test, ast.NamedExpr):
            return self._proven(test.value, outcome, subject, depth + 1)
        if isinstance(test, ast.Compare):
            return self._compared(test, outcome, subject, depth) if len(test.ops) == 1 else None
        if isinstance(test, ast.Call):
            return self._called(test, outcome, subject, depth)
        alias = self.guards.alias(test)
        if alias is None or not self._same(subject, alias):
            return None
        return self._proven(alias, outcome, subject, depth + 1)

    # -- comparisons ---------------------------------------------------------------------------------------------------

    def _compared(self, test: ast.Compare, outcome: bool, subject: Subject, depth: int) -> Origin | None:
        left, operator, right = test.left, test.ops[0], test.comparators[0]
        if isinstance(operator, (ast.In, ast.NotIn)):
            meant = outcome is isinstance(operator, ast.In) and is_same(left, subject)
            return subject.contents(right) if meant else None
        if isinstance(operator, (ast.Eq, ast.NotEq)):
            if outcome is not isinstance(operator, ast.Eq):
                return None
            other = right if is_same(left, subject) else left if is_same(right, subject) else None
            return Origin.LISTED if isinstance(other, ast.Constant) else None
        if isinstance(operator, (ast.Is, ast.IsNot)) and isinstance(right, ast.Constant) and right.value is None:
            return self._proven(left, outcome is isinstance(operator, ast.IsNot), subject, depth + 1)
        if isinstance(operator, ast.LtE) and outcome:
            return self._set_of(left, right, subject)
        return None

    def _set_of(self, left: ast.expr, right: ast.expr, subject: Subject) -> Origin | None:
        """``set(text) <= set("0123456789")``."""
        sides = [self._in_set(side) for side in (left, right)]
        letters = text(sides[1])
        if sides[0] is None or letters is None or not is_same(sides[0], subject):
            return None
        return of_alphabet(frozenset(letters))

    def _in_set(self, node: ast.expr) -> ast.expr | None:
        made = isinstance(node, ast.Call) and self.resolver.names(node.func).certain == "builtins.set"
        return node.args[0] if isinstance(node, ast.Call) and made and len(node.args) == 1 else None

    # -- calls ---------------------------------------------------------------------------------------------------------

    def _called(self, test: ast.Call, outcome: bool, subject: Subject, depth: int) -> Origin | None:
        func = test.func
        name = self.resolver.names(func).certain or ""
        if name == "builtins.isinstance" and outcome and len(test.args) == 2 and is_same(test.args[0], subject):
            kinds = test.args[1].elts if isinstance(test.args[1], ast.Tuple) else [test.args[1]]
            numeric = kinds and all(self.resolver.names(kind).certain in _NUMERIC for kind in kinds)
            return Origin.NUMBER if numeric else None
        if name == "builtins.all" and outcome and test.args:
            return self._every_character(test.args[0], subject)
        if name == "builtins.bool" and test.args:
            return self._proven(test.args[0], outcome, subject, depth + 1)
        if isinstance(func, ast.Attribute) and func.attr in MATCHERS:
            return self._matched(test, func, outcome, subject)
        if isinstance(func, ast.Attribute) and outcome and not test.args:
            return _worded(func, subject)
        return self._matched(test, func, outcome, subject) if name.startswith("re.") else None

    def _every_character(self, node: ast.expr, subject: Subject) -> Origin | None:
        """``all(c in "0123456789+-" for c in text)``, ``all(c.isalnum() or c in "_-" for c in text)``."""
        if not isinstance(node, (ast.GeneratorExp, ast.ListComp)) or len(node.generators) != 1:
            return None
        (generator,) = node.generators
        if not isinstance(generator.target, ast.Name) or generator.ifs or not is_same(generator.iter, subject):
            return None
        tests = node.elt.values if isinstance(node.elt, ast.BoolOp) and isinstance(node.elt.op, ast.Or) else [node.elt]
        letters: set[str] = set()
        for test in tests:
            allowed = self._one_character(test, Subject((generator.target.id,), generator.target, subject.contents))
            if allowed is None:
                return None
            letters |= allowed
        return of_alphabet(frozenset(letters))

    def _one_character(self, test: ast.expr, subject: Subject) -> frozenset[str] | None:
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and is_same(test.left, subject):
            return self._characters(test.comparators[0]) if isinstance(test.ops[0], (ast.In, ast.Eq)) else None
        if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute) and not test.args:
            proven = _worded(test.func, subject)
            return {Origin.WORD: frozenset(_LETTER), Origin.NUMBER: _DIGITS}.get(proven) if proven else None
        return None

    def _characters(self, node: ast.expr) -> frozenset[str] | None:
        """The characters of a constant text or a set of them, also through a name."""
        node = self.guards.alias(node) or node
        inner = self._in_set(node)
        letters = text(inner if inner is not None else node)
        return frozenset(letters) if letters is not None else None

    def _matched(self, test: ast.Call, func: ast.expr, outcome: bool, subject: Subject) -> Origin | None:
        """``re.fullmatch("[a-z]+", name)``, ``PATTERN.match(name)``, ``not re.search("[^a-z]", name)``."""
        written = self._pattern(test, func)
        if written is None or not is_same(written.text, subject):
            return None
        method, pattern, _ = written
        allowed = matched(pattern, MATCHERS[method]) if outcome else refused(pattern) if method == "search" else None
        return of_alphabet(allowed) if allowed is not None else None

    def captured(self, node: ast.Call) -> Origin | None:
        """What a group of a match is made of: ``re.search("v([0-9]+)", text).group(1)``."""
        func, place = node.func, node.args[0] if node.args else None
        if not isinstance(func, ast.Attribute) or len(node.args) > 1 or node.keywords:
            return None
        group = 0 if place is None else place.value if isinstance(place, ast.Constant) else None
        match = self.guards.alias(func.value) or func.value
        written = self._pattern(match, match.func) if isinstance(match, ast.Call) else None
        letters = captured(written.pattern, group) if written is not None and isinstance(group, (int, str)) else None
        return of_alphabet(letters) if letters is not None else None

    def _pattern(self, test: ast.Call, func: ast.expr) -> _Written | None:
        """What a call matches a text with, if that is known."""
        name = self.resolver.names(func).certain or ""
        method = name.rpartition(".")[2]
        if name.startswith("re.compile().") and isinstance(func, ast.Attribute):
            compiled = self.guards.alias(func.value) or func.value
            given = compiled.args if isinstance(compiled, ast.Call) else []
            written, flags, texts = given[:1], [*given[1:], *test.args[1:]], test.args[:1]
        elif name.startswith("re."):
            written, flags, texts = test.args[:1], test.args[2:], test.args[1:2]
        else:
            return None
        if method not in MATCHERS or not written or not texts:
            return None
        flags = [*flags, *(keyword.value for keyword in test.keywords)]
        pattern = text(self.guards.alias(written[0]) or written[0])
        if pattern is not None and len(pattern) > MAX_PATTERN:
            self.resolver.tree.limits.reached(_TOO_LONG, test)
        if pattern is None or any(self.resolver.names(flag).certain not in _HARMLESS_FLAGS for flag in flags):
            return None
        return _Written(method, pattern, texts[0])


def _worded(func: ast.Attribute, subject: Subject) -> Origin | None:
    """``name.isidentifier()``, ``name.replace("-", "").isalnum()``."""
    if func.attr not in WORD_TESTS and func.attr not in NUMBER_TESTS:
        return None
    besides: set[str] = set(_LETTER if func.attr in WORD_TESTS else _DIGITS)
    node = func.value
    for _ in range(MAX_DEPTH):
        if is_same(node, subject):
            return of_alphabet(frozenset(besides))
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) >= 2):
            return None
        removed, instead = text(node.args[0]), text(node.args[1])
        if node.func.attr != "replace" or removed is None or instead is None:
            return None
        besides |= set(removed)
        node = node.func.value
    return None


def of_alphabet(letters: frozenset[str]) -> Origin | None:
    """What a text of these characters is."""
    if letters <= _INERT:
        return Origin.NUMBER
    if letters - {_LETTER} <= SHELL_SAFE:
        return Origin.WORD
    return Origin.ARITHMETIC if letters <= ARITHMETIC else None


def strongest(found: Iterable[Origin | None]) -> Origin | None:
    """The most that is proven."""
    return min((origin for origin in found if origin is not None), key=_STRENGTH.index, default=None)


def weakest(found: Iterable[Origin | None]) -> Origin | None:
    """The least that is proven."""
    return max((origin for origin in found if origin is not None), key=_STRENGTH.index, default=None)


def is_same(node: ast.expr, subject: Subject) -> bool:
    """Whether an expression is the value in question, but for case and surrounding blanks."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SAME_TEXT_METHODS:
        if node.args:
            return False
        node = node.func.value
    if isinstance(node, ast.NamedExpr):
        node = node.target
    return _key(node) == subject.key


def _key(node: ast.expr) -> Key | None:
    """A name, ``name.attribute`` or ``name["key"]`` as something to compare."""
    parts: list[str] = []
    while len(parts) <= MAX_DEPTH:
        if isinstance(node, ast.Name):
            return (node.id, *reversed(parts))
        if isinstance(node, ast.Attribute):
            parts.append("." + node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            parts.append(f"[{node.slice.value!r}]")
            node = node.value
        else:
            return None
    return None
