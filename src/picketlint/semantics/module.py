"""What a rule sees of one module: its names, values, arguments, defaults and guards, each computed when asked for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from functools import cached_property

from picketlint.base.records import NamedTuple
from picketlint.knowledge.signatures import SIGNATURES
from picketlint.model import Confidence, Note, Step
from picketlint.semantics.bindings import Binding, Bindings, Kind
from picketlint.semantics.calls import Argument, Calls, Candidate, State
from picketlint.semantics.mentions import Mentions
from picketlint.semantics.names import Names, Resolver
from picketlint.semantics.tree import FunctionNode, Tree
from picketlint.semantics.values import Evaluator, Option, Special, Value, Verdict
from picketlint.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Each of these is imported when a rule first asks for what it answers: most files need few of them.
    from picketlint.matching.comments import Comment
    from picketlint.semantics.argvs import Argvs
    from picketlint.semantics.buffers import Buffers
    from picketlint.semantics.commands import ShellCommand
    from picketlint.semantics.defaults import Default, Defaults
    from picketlint.semantics.functions import Functions
    from picketlint.semantics.guards import Guards
    from picketlint.semantics.makers import Maker
    from picketlint.semantics.origins import Origins
    from picketlint.semantics.pieces import Piece
    from picketlint.semantics.verification import Verification

Version = tuple[int, ...]


class Judged(NamedTuple):
    """How an argument stands to what a rule calls unsafe.

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


class Module:
    """One parsed module. Everything is lazy; nothing of the scanned code is imported or run."""

    def __init__(
        self, root: ast.Module, source: Source, torch_floor: Callable[[], Version | None] = lambda: None
    ) -> None:
        self.root = root
        self.source = source
        self._torch_floor = torch_floor

    @cached_property
    def tree(self) -> Tree:
        """The indexed syntax tree: nodes by type, parents, scopes."""
        return Tree(self.root)

    @cached_property
    def resolver(self) -> Resolver:
        """Answers for qualified names."""
        return Resolver(self.tree, Bindings(self.tree))

    @cached_property
    def mentions(self) -> Mentions:
        """Which identifiers can stand for a wanted name: what need not be resolved."""
        return Mentions(self.tree)

    @cached_property
    def calls(self) -> Calls:
        """Answers for arguments of calls."""
        return Calls(self.resolver, SIGNATURES)

    @cached_property
    def _values(self) -> Evaluator:
        return Evaluator(self.resolver, self.calls)

    @cached_property
    def _origins(self) -> Origins:
        from picketlint.semantics.origins import Origins

        return Origins(self.functions, self._guards)

    @cached_property
    def _guards(self) -> Guards:
        from picketlint.semantics.guards import Guards

        return Guards(self.resolver)

    @cached_property
    def _buffers(self) -> Buffers:
        from picketlint.semantics.buffers import Buffers

        return Buffers(self.resolver)

    @cached_property
    def _verification(self) -> Verification:
        from picketlint.semantics.verification import Verification

        return Verification(self.resolver, self._guards)

    @cached_property
    def defaults(self) -> Defaults:
        """Answers for default values."""
        from picketlint.semantics.defaults import Defaults

        return Defaults(self.resolver, self.calls)

    @cached_property
    def argvs(self) -> Argvs:
        """Answers which lists of arguments an expression can be."""
        from picketlint.semantics.argvs import Argvs

        return Argvs(self.resolver)

    @cached_property
    def shell_commands(self) -> Mapping[ast.AST, ShellCommand]:
        """The commands that a shell reads, by the call or list to report them at."""
        from picketlint.semantics.commands import shell_commands

        return {command.anchor: command for command in shell_commands(self)}

    @cached_property
    def handed_over(self) -> Mapping[ast.Call, ast.Call]:
        """The calls that other calls bring about of functions handed to them, by those, in which they stand."""
        from picketlint.semantics.handed import HANDERS, handed_over

        found = {call: later for call in self.mentions.calls_written(HANDERS) if (later := handed_over(call))}
        for call, later in found.items():
            self.tree.insert(later, call)
        return found

    @cached_property
    def functions(self) -> Functions:
        """Answers which calls run a function of this module."""
        from picketlint.semantics.functions import Functions

        return Functions(self.resolver, self.calls, self.mentions)

    @cached_property
    def torch_floor(self) -> Version | None:
        """The lowest torch release the scanned project says it supports; None when it does not say."""
        return self._torch_floor()

    @cached_property
    def comments(self) -> Mapping[int, Comment]:
        """The comments of the module, by line."""
        from picketlint.matching.comments import comments

        return comments(self.source.text)

    def given_up(self) -> tuple[Note, ...]:
        """The limits that the answers came to so far: what lies beyond each was taken as unknown."""
        return self.tree.limits.notes() if "tree" in self.__dict__ else ()

    def walk(self, node: ast.AST, most: int, what: str) -> list[ast.AST] | None:
        """A node and all in it; None where there are more than ``most``: ``what`` then goes into the notes."""
        return self.tree.limits.walk(what, node, most)

    def may_mean(self, node: ast.expr, names: frozenset[str]) -> bool:
        """Whether an expression can have one of these qualified names: a quick no where its identifiers rule it out."""
        return self.mentions.may_mean(node, self.mentions.parts(names))

    def may_call(self, call: ast.Call, names: Collection[str]) -> bool:
        """Whether a call, or one that it brings about, can be one of the things with these qualified names."""
        later = self.handed_over.get(call)
        calls = (call,) if later is None else (call, later)
        return any(name in names for call in calls for name in self.calls.target(call).names.names)

    def names(self, node: ast.AST) -> Names:
        """The qualified names an expression can have."""
        return self.resolver.names(node)

    def value(self, node: ast.AST) -> Value:
        """Everything an expression can be."""
        return self._values.value(node)

    def maker(self, node: ast.expr, names: Container[str], methods: Container[str]) -> Maker | None:
        """The call of one of ``names`` that made what an expression stands for, through calls of ``methods`` too."""
        from picketlint.semantics.makers import maker

        return maker(node, names, methods, self.resolver)

    def made_here(self, call: ast.Call, makes: Callable[[str], bool] | None = None) -> bool:
        """Whether the first argument of a call comes from a function that ``makes`` knows the name of, and only so.

        So does one that comes from a file in memory, or a temporary one, to which nothing but objects is dumped.
        """
        if makes is None and not self.mentions.imports("io", "_io", "tempfile"):
            return False
        from picketlint.semantics.makers import made_here

        makes = makes or frozenset[str]().__contains__
        return bool(call.args) and made_here(call.args[0], makes, self.resolver, self._buffers)

    def finds_everything(self, owner: ast.ClassDef) -> Confidence | None:
        """How sure it is that a class is an ``Unpickler`` without an allow-list; None where it is not."""
        from picketlint.semantics.unpicklers import finds_everything

        return finds_everything(owner, self)

    def pieces(self, node: ast.expr) -> tuple[Piece, ...]:
        """What a text is put together from."""
        return self._origins.pieces(node)

    def trail(self, piece: Piece, anchor: ast.AST, goal: str) -> tuple[Step, ...]:
        """How a piece of a text came to the anchor, as steps with lines."""
        from picketlint.semantics.trails import steps

        return steps(piece, anchor, goal, self)

    def verified(self, call: ast.AST) -> bool:
        """Whether the data of a call was compared with a digest before; that lessens a danger, it does not end it."""
        return isinstance(call, ast.Call) and self._verification.verified(call)

    def argument(self, call: ast.Call, name: str, position: int | None = None) -> Argument:
        """The argument a call gives for a parameter; see Calls.argument for ``position`` (0-based)."""
        return self.calls.argument(call, name, position)

    def own_argument(self, call: ast.Call, name: str) -> Argument:
        """The same, but for what a ``partial`` object gives: that is reported where the object is made."""
        return self.calls.own_argument(call, name)

    def guarded(self, node: ast.AST, flag: str, value: bool) -> bool:
        """Whether a node is reached only where ``flag`` was tested and has this truth value."""
        return self._guards.guarded(node, flag, value)

    def opted_in(self, node: ast.AST) -> bool:
        """Whether a node is reached only where somebody asked for danger by name, ``allow_pickle`` for one."""
        return self._guards.opted_in(node)

    def judge(self, argument: Argument, unsafe: Callable[[object], bool], flag: str, wanted: bool) -> Judged | None:
        """How sure it is that an argument is unsafe; None where it is absent, safe, or decided by a test of the flag.

        ``wanted`` is the truth value of the flag that is unsafe: under ``if flag:`` (or ``if not flag:``) such a value
        is a choice that somebody made.
        """
        worst: Judged | None = None
        sure = argument.state is State.GIVEN
        for candidate in argument.candidates:
            judged = self._judge(candidate.value, candidate.focus, unsafe, flag, wanted)
            if judged is None:
                sure = False
                continue
            sure = sure and judged.verdict is Verdict.MUST
            if worst is None or judged.verdict is Verdict.MUST:
                worst = judged
        if worst is not None and worst.verdict is Verdict.MUST and not sure:
            return worst._replace(verdict=Verdict.MAY, confidence=Confidence.MEDIUM)
        return worst

    def judgements(
        self, argument: Argument, unsafe: Callable[[object], bool], flag: str, wanted: bool
    ) -> Iterator[Judged]:
        """What ``judge`` says of an argument, and of what calls of this module hand to it through parameters.

        Those of the latter have the call as their anchor.
        """
        judged = self.judge(argument, unsafe, flag, wanted)
        if judged is not None:
            yield judged
        yield from self.handed(argument, unsafe, flag, wanted)

    def handed(self, argument: Argument, unsafe: Callable[[object], bool], flag: str, wanted: bool) -> Iterator[Judged]:
        """What calls of this module hand to an argument through parameters, where that is unsafe."""
        from picketlint.semantics.wrappers import Flag, Wrappers

        yield from Wrappers(self).judgements(argument, Flag(unsafe, flag, wanted))

    def judge_value(self, node: ast.expr, unsafe: Callable[[object], bool], flag: str, wanted: bool) -> Judged | None:
        """The same for one expression that stands in the code by itself: a default, a dict entry, an assignment."""
        return self._judge(node, node, unsafe, flag, wanted)

    def judge_passed(
        self, keyword: ast.keyword, unsafe: Callable[[object], bool], wanted: bool
    ) -> Iterator[tuple[ast.Call, Judged]]:
        """What ``judgements`` says of a flag, called like the keyword, of whatever call the keyword belongs to."""
        call, given = self.tree.parent(keyword), Argument(State.GIVEN, (Candidate(keyword.value, keyword),))
        if isinstance(call, ast.Call):
            yield from ((call, judged) for judged in self.judgements(given, unsafe, str(keyword.arg), wanted))

    def judge_default(self, default: Default, unsafe: Callable[[object], bool], wanted: bool) -> Judged | None:
        """What ``judge_value`` says of a flag's default, which is reported where it is declared."""
        if default.value is None:
            return None
        judged = self.judge_value(default.value, unsafe, default.name, wanted)
        return judged and judged._replace(anchor=None, focus=default.anchor)

    def _judge(
        self, node: ast.expr, focus: ast.AST, unsafe: Callable[[object], bool], flag: str, wanted: bool
    ) -> Judged | None:
        value = self.value(node)
        several = len(value.options) > 1

        def settled(option: Option) -> Option:
            """An unsafe value that somebody asked for counts as unknown: the code leaves it open."""
            if isinstance(option.value, Special) or not unsafe(option.value):
                return option
            asked = self.guarded(option.node, flag, wanted) or (several and self.switched(option))
            return option._replace(value=Special.UNKNOWN) if asked else option

        verdict, option = Value(tuple(map(settled, value.options))).judge(unsafe)
        if option is None or self.guarded(focus, flag, wanted) or self.opted_in(focus):
            return None
        return self._judged(verdict, option, focus, flag)

    def switched(self, option: Option) -> bool:
        """Whether a value comes from a function that sets a global: a switch that somebody has to call."""
        return any(
            binding.kind is Kind.VALUE
            and binding.scope is self.root
            and isinstance(binding.node, ast.Name)
            and (function := self.tree.function(binding.node)) is not None
            and not self._runs_on_import(function)
            for binding in option.via
        )

    def _runs_on_import(self, function: FunctionNode) -> bool:
        """Whether the module itself calls one of its functions, whatever happens."""
        statements = (self.tree.statement(call) for call, _ in self.functions.sites(function))
        return any(one is not None and self.tree.parent(one) is self.root for one in statements)

    def _judged(self, verdict: Verdict, option: Option, focus: ast.AST, flag: str) -> Judged:
        confidence = Confidence.MEDIUM if verdict is Verdict.MAY else Confidence.HIGH
        anchor = self._declaration(verdict, option, flag)
        origin = option.via[-1].node if option.via else option.node
        return Judged(verdict, confidence, anchor or focus, anchor, self.steps(option), origin)

    def _declaration(self, verdict: Verdict, option: Option, flag: str) -> ast.AST | None:
        """Where a value is chosen that is not written at its use: a parameter, a field, the fallback of a look-up."""
        for binding in reversed(option.via):
            if not isinstance(binding.node, ast.Name) or not isinstance(binding.scope, ast.ClassDef):
                continue
            if verdict is Verdict.DEFAULT or binding.node.id == flag:
                return self.tree.statement(binding.node)
        if verdict is Verdict.DEFAULT and isinstance(option.node, (ast.arg, ast.Call)):
            return option.node
        return None

    def steps(self, option: Option) -> tuple[Step, ...]:
        """How an option came to where it is used, origin first."""
        return self.bound_at(option.via)

    def bound_at(self, via: Iterable[Binding]) -> tuple[Step, ...]:
        """The bindings that a value came through, nearest the use first, as steps, origin first."""
        return tuple(self._step(binding) for binding in reversed(tuple(via)))

    def _step(self, binding: Binding) -> Step:
        span = self.source.span(binding.node)
        node = binding.node
        name = getattr(node, "id", None) or getattr(node, "arg", None) or getattr(node, "attr", None) or "it"
        verb = "is a parameter with this default" if isinstance(node, ast.arg) else "gets its value here"
        return Step(span.line, span.column, f"`{name}` {verb}")


__all__ = ["Judged", "Module"]
