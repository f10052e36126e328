"""Flags that a function of the module takes and hands on: judged at the calls that give them.

``def load(p, safe=True): return torch.load(p, weights_only=safe)`` is fine by itself; ``load(p, safe=False)`` is where
somebody decides. The effect of a parameter is found by evaluating the argument with the parameter assumed, so that
``not flag`` and the like count for what they are. Functions may hand on to functions; circles and long chains end.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from picketlint.model import Confidence
from picketlint.semantics.arguments import Argument, State
from picketlint.semantics.bindings import Binding
from picketlint.semantics.judgements import Flag, Judge, Judgement
from picketlint.semantics.options import Option, Special, Value, Verdict
from picketlint.semantics.values import Evaluator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.module import Module

MAX_HOPS = 6
_TOO_MANY = f"a flag is followed through {MAX_HOPS} functions that hand it on"

Unsafe = Callable[[object], bool]


class Wrappers:
    """Finds the calls that hand an unsafe value to a function of the module."""

    def __init__(self, module: Module, judge: Judge) -> None:
        self.module = module
        self.judge = judge

    def judgements(self, argument: Argument, flag: Flag) -> Iterator[Judgement]:
        """What calls of this module hand, through parameters, to an argument that is not unsafe by itself."""
        yield from self._through(argument, flag, frozenset())

    def _through(self, argument: Argument, flag: Flag, seen: frozenset[ast.AST]) -> Iterator[Judgement]:
        for candidate in argument.candidates:
            if self.judge.is_guarded(candidate.focus, flag):
                continue
            for source in self._sources(self.module.value(candidate.value)):
                yield from self._at_calls(source, self._effect(candidate.value, source, flag.unsafe), flag, seen)
        if len(seen) >= MAX_HOPS:
            for keywords in argument.passed:
                self.module.tree.limits.reached(_TOO_MANY, keywords)
            return
        for keywords in argument.passed:
            if keywords not in seen:
                for call, given in self.module.functions.handed_by_name(keywords, flag.name):
                    judgement = self.judge.argument(given, flag)
                    if judgement is not None:
                        step = self.module.source.step(keywords, f"`**{keywords.arg}` hands it on")
                        yield judgement._replace(anchor=judgement.anchor or call, trace=(*judgement.trace, step))
                    yield from self._through(given, flag, seen | {keywords})

    @staticmethod
    def _sources(value: Value) -> list[ast.arg | Binding]:
        """The parameters and fields that a value is chosen by."""
        found: dict[ast.AST, ast.arg | Binding] = {}
        for option in value.options:
            if isinstance(option.node, ast.arg):
                found[option.node] = option.node
            elif option.chosen and option.via and isinstance(option.via[-1].scope, ast.ClassDef):
                found[option.via[-1].node] = option.via[-1]
        return [*found.values()]

    def _effect(self, node: ast.expr, source: ast.arg | Binding, unsafe: Unsafe) -> Unsafe:
        """Whether the argument is unsafe when the source has a value."""
        place = source if isinstance(source, ast.arg) else source.node

        def effect(value: object) -> bool:
            options = Evaluator(self.module.resolver, self.module.calls, {place: value}).value(node).options
            return any(not isinstance(option.value, Special) and unsafe(option.value) for option in options)

        return effect

    def _at_calls(
        self, source: ast.arg | Binding, effect: Unsafe, flag: Flag, seen: frozenset[ast.AST]
    ) -> Iterator[Judgement]:
        place = source if isinstance(source, ast.arg) else source.node
        if place in seen:
            return
        if len(seen) >= MAX_HOPS:
            self.module.tree.limits.reached(_TOO_MANY, place)
            return
        functions = self.module.functions
        sites = functions.handed(source) if isinstance(source, ast.arg) else functions.built_with(source)
        for call, given in sites:
            for candidate in given.candidates:
                if self.judge.is_guarded(candidate.focus, flag):
                    continue
                value = self.module.value(candidate.value)
                bad = [
                    option
                    for option in value.options
                    if _fixed(option) and effect(option.value) and not self.judge.is_deliberate(option, value, flag)
                ]
                if bad:
                    sure = given.state is State.GIVEN and len(bad) == len(value.options)
                    yield self._judgement(call, candidate.focus, bad[0], place, sure=sure)
                for outer in self._sources(value):
                    further = self._effect(candidate.value, outer, effect)
                    yield from self._at_calls(outer, further, flag, seen | {place})

    def _judgement(self, call: ast.Call, focus: ast.AST, option: Option, place: ast.AST, *, sure: bool) -> Judgement:
        name = getattr(place, "arg", None) or getattr(place, "id", "it")
        trace = (*self.module.steps(option.via), self.module.source.step(place, f"`{name}` hands it on"))
        verdict = Verdict.MUST if sure else Verdict.MAY
        confidence = Confidence.HIGH if sure else Confidence.MEDIUM
        return Judgement(verdict, confidence, focus, call, trace, option.node)


def _fixed(option: Option) -> bool:
    return not option.chosen and not isinstance(option.value, Special)
