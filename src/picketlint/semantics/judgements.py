"""How sure it is that a flag has an unsafe value, where a call gives it or code writes it down."""

from __future__ import annotations

import ast
from collections.abc import Callable

from picketlint.base.records import NamedTuple
from picketlint.model import Confidence, Step
from picketlint.semantics.arguments import Argument, State
from picketlint.semantics.bindings import Kind
from picketlint.semantics.options import Option, Special, Value, Verdict
from picketlint.semantics.tree import FunctionNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.module import Module


class Flag(NamedTuple):
    """A parameter that decides whether code is safe: its name, and whether it is unsafe with some value.

    ``unsafe`` is asked with Python constants, and with TRUTHY or FALSY where only that much is known.
    """

    name: str
    unsafe: Callable[[object], bool]

    @property
    def unsafe_when(self) -> bool:
        """The truth value that is unsafe: under a test of the flag that came out so, somebody asked for it."""
        return self.unsafe(True)


class Judgement(NamedTuple):
    """How a value stands to what a flag calls unsafe.

    ``anchor`` is set where the finding belongs elsewhere than the call: at the parameter or field whose default is
    unsafe, at the look-up whose fallback is. ``focus`` is what the caret points at; ``trace`` how the value came there;
    ``origin`` the name, attribute, parameter or expression it starts from.
    """

    verdict: Verdict
    confidence: Confidence
    focus: ast.AST
    anchor: ast.AST | None = None
    trace: tuple[Step, ...] = ()
    origin: ast.AST | None = None

    def describe(self, flag: str, literal: str) -> str:
        """The words for it in a message: the flag is unsafe, can be, or is so unless somebody chooses."""
        if self.verdict is Verdict.MAY:
            return f"where `{flag}` can be `{literal}`"
        if self.verdict is Verdict.DEFAULT:
            return f"where `{flag}` is `{literal}` by default"
        return f"with `{flag}={literal}`"


class Judge:
    """Judges flags in one module, by the values that its code gives them. It keeps nothing, not even for itself."""

    def __init__(self, module: Module) -> None:
        self._module = module

    def argument(self, argument: Argument, flag: Flag) -> Judgement | None:
        """How sure it is that an argument is unsafe; None where it is absent, safe, or somebody asked for it."""
        worst: Judgement | None = None
        sure = argument.state is State.GIVEN
        for candidate in argument.candidates:
            judgement = self.expression(candidate.value, candidate.focus, flag)
            if judgement is None:
                sure = False
                continue
            sure = sure and judgement.verdict is Verdict.MUST
            if worst is None or judgement.verdict is Verdict.MUST:
                worst = judgement
        if worst is not None and worst.verdict is Verdict.MUST and not sure:
            return worst._replace(verdict=Verdict.MAY, confidence=Confidence.MEDIUM)
        return worst

    def expression(self, node: ast.expr, focus: ast.AST, flag: Flag) -> Judgement | None:
        """The same for one expression; ``focus`` is the part of the code that gives it to the flag."""
        value = self._module.value(node)

        def settled(option: Option) -> Option:
            """An unsafe value that somebody asked for counts as unknown: the code leaves it open."""
            if isinstance(option.value, Special) or not flag.unsafe(option.value):
                return option
            return option._replace(value=Special.UNKNOWN) if self.is_deliberate(option, value, flag) else option

        verdict, option = Value(tuple(map(settled, value.options))).judge(flag.unsafe)
        if option is None or self.is_guarded(focus, flag) or self._module.opted_in(focus):
            return None
        confidence = Confidence.MEDIUM if verdict is Verdict.MAY else Confidence.HIGH
        anchor = self._declaration(verdict, option, flag)
        origin = option.via[-1].node if option.via else option.node
        return Judgement(verdict, confidence, anchor or focus, anchor, self._module.steps(option.via), origin)

    def is_guarded(self, node: ast.AST, flag: Flag) -> bool:
        """Whether a node is reached only where somebody asked for what is unsafe, by the flag's name or in trust."""
        return self._module.guarded(node, flag.name, flag.unsafe_when) or self._module.trusted(node)

    def is_deliberate(self, option: Option, value: Value, flag: Flag) -> bool:
        """Whether this one of the things a value can be is what somebody asked for, by the flag or by a switch."""
        return self.is_guarded(option.node, flag) or (len(value.options) > 1 and self._is_switched(option))

    def _is_switched(self, option: Option) -> bool:
        """Whether a value comes from a function that sets a global: a switch that somebody has to call."""
        tree = self._module.tree
        return any(
            binding.kind is Kind.VALUE
            and binding.scope is tree.root
            and isinstance(binding.node, ast.Name)
            and (function := tree.function(binding.node)) is not None
            and not self._runs_on_import(function)
            for binding in option.via
        )

    def _runs_on_import(self, function: FunctionNode) -> bool:
        """Whether the module itself calls one of its functions, whatever happens."""
        tree = self._module.tree
        statements = (tree.statement(call) for call, _ in self._module.functions.sites(function))
        return any(one is not None and tree.parent(one) is tree.root for one in statements)

    def _declaration(self, verdict: Verdict, option: Option, flag: Flag) -> ast.AST | None:
        """Where a value is chosen that is not written at its use: a parameter, a field, the fallback of a look-up."""
        for binding in reversed(option.via):
            if not isinstance(binding.node, ast.Name) or not isinstance(binding.scope, ast.ClassDef):
                continue
            if verdict is Verdict.DEFAULT or binding.node.id == flag.name:
                return self._module.tree.statement(binding.node)
        if verdict is Verdict.DEFAULT and isinstance(option.node, (ast.arg, ast.Call)):
            return option.node
        return None


__all__ = ["Flag", "Judge", "Judgement"]
