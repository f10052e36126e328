"""What a rule sees of one module: its names, values, arguments, defaults and guards, each computed when asked for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from functools import cached_property

from picketlint.knowledge.signatures import SIGNATURES
from picketlint.model import Confidence, Note, Step
from picketlint.semantics.bindings import Binding, Bindings
from picketlint.semantics.calls import Argument, Calls
from picketlint.semantics.judgements import Flag, Judge, Judgement
from picketlint.semantics.mentions import Mentions
from picketlint.semantics.names import Names, Resolver
from picketlint.semantics.tree import Tree
from picketlint.semantics.values import Evaluator, Value, Verdict, falsy, truthy
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

    # -- names and values ----------------------------------------------------------------------------------------------

    def names(self, node: ast.AST) -> Names:
        """The qualified names an expression can have."""
        return self.resolver.names(node)

    def value(self, node: ast.AST) -> Value:
        """Everything an expression can be."""
        return self._values.value(node)

    def may_mean(self, node: ast.expr, names: frozenset[str]) -> bool:
        """Whether an expression can have one of these qualified names: a quick no where its identifiers rule it out."""
        return self.mentions.may_mean(node, self.mentions.parts(names))

    def maker(self, node: ast.expr, names: Container[str], methods: Container[str]) -> Maker | None:
        """The call of one of ``names`` that made what an expression stands for, through calls of ``methods`` too."""
        from picketlint.semantics.makers import maker

        return maker(node, names, methods, self.resolver)

    # -- calls ---------------------------------------------------------------------------------------------------------

    @property
    def callback_calls(self) -> Mapping[ast.Call, ast.Call]:
        """The calls of callbacks, by the calls that bring them about, in which they stand."""
        return self.mentions.callback_calls

    @cached_property
    def shell_commands(self) -> Mapping[ast.AST, ShellCommand]:
        """The commands that a shell reads, by the call or list to report them at."""
        from picketlint.semantics.commands import shell_commands

        return {command.anchor: command for command in shell_commands(self)}

    def may_call(self, call: ast.Call, names: Collection[str]) -> bool:
        """Whether a call, or one that it brings about, can be one of the things with these qualified names."""
        later = self.callback_calls.get(call)
        calls = (call,) if later is None else (call, later)
        return any(name in names for call in calls for name in self.calls.target(call).names.names)

    def argument(self, call: ast.Call, name: str, position: int | None = None) -> Argument:
        """The argument a call gives for a parameter; see Calls.argument for ``position`` (0-based)."""
        return self.calls.argument(call, name, position)

    def own_argument(self, call: ast.Call, name: str) -> Argument:
        """The same, but for what a ``partial`` object gives: that is reported where the object is made."""
        return self.calls.own_argument(call, name)

    # -- flags ---------------------------------------------------------------------------------------------------------

    def judgements(self, call: ast.Call, flag: Flag) -> Iterator[Judgement]:
        """A judgement for each way in which a call is given a flag with an unsafe value: by itself, or by callers."""
        argument = self.own_argument(call, flag.name)
        judgement = self.judge(argument, flag)
        if judgement is not None:
            yield judgement
        yield from self.judge_callers(argument, flag)

    def judge(self, argument: Argument, flag: Flag) -> Judgement | None:
        """How sure it is that an argument is unsafe; None where it is absent, safe, or somebody asked for it."""
        return Judge(self).argument(argument, flag)

    def judge_expression(self, node: ast.expr, flag: Flag, focus: ast.AST | None = None) -> Judgement | None:
        """The same for one expression: a dict entry, what is assigned. ``focus``: the part of the code to point at."""
        return Judge(self).expression(node, focus or node, flag)

    def judge_keyword(
        self, keyword: ast.keyword, unsafe: Callable[[object], bool]
    ) -> Iterator[tuple[ast.Call, Judgement]]:
        """The call that gives a flag by keyword, with a judgement for each way in which it is given what is unsafe."""
        call = self.tree.parent(keyword)
        if isinstance(call, ast.Call):
            yield from ((call, judgement) for judgement in self.judgements(call, Flag(str(keyword.arg), unsafe)))

    def judge_default(self, default: Default, unsafe: Callable[[object], bool]) -> Judgement | None:
        """The same for the default of a flag, which is reported where it is declared."""
        if default.value is None:
            return None
        judgement = self.judge_expression(default.value, Flag(default.name, unsafe))
        return judgement and judgement._replace(anchor=None, focus=default.anchor)

    def judge_callers(self, argument: Argument, flag: Flag) -> Iterator[Judgement]:
        """A judgement for each call of this module that hands an argument, through parameters, what is unsafe.

        Those calls are the anchors.
        """
        from picketlint.semantics.wrappers import Wrappers

        return Wrappers(self, Judge(self)).judgements(argument, flag)

    # -- what makes a danger less --------------------------------------------------------------------------------------

    def guarded(self, node: ast.AST, flag: str, value: bool) -> bool:
        """Whether a node is reached only where ``flag``, which the code itself leaves open, has this truth value."""
        return any(self._is_open(read, value) for read in self._guards.reads(node, flag, value))

    def opted_in(self, node: ast.AST) -> bool:
        """Whether a node is reached only where somebody asked for danger by name, ``allow_pickle`` for one."""
        return any(self._is_open(read, value) for read, value in self._guards.opted_in(node))

    def _is_open(self, read: ast.expr, value: bool) -> bool:
        """Whether a flag that is tested can come out otherwise: one that the code has just set asks nobody."""
        return self.value(read).judge(truthy if value else falsy)[0] is not Verdict.MUST

    def trusted(self, node: ast.AST) -> bool:
        """Whether a node is reached only where a caller or a configuration said to trust what is loaded."""
        reads = [*self._guards.trusting(node)]
        if not reads:
            return False
        from picketlint.semantics.trust import is_told

        return any(is_told(read, self) for read in reads)

    def gives_keys(self, mapping: ast.expr) -> bool:
        """Whether a mapping that is made here is only asked for its keys: nobody sees what it has under one."""
        from picketlint.semantics.membership import gives_keys

        return gives_keys(mapping, self)

    def verified(self, call: ast.AST) -> bool:
        """Whether the data of a call was compared with a digest before; that lessens a danger, it does not end it."""
        return isinstance(call, ast.Call) and self._verification.verified(call)

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

    # -- texts, and how a value came to its place ----------------------------------------------------------------------

    def pieces(self, node: ast.expr) -> tuple[Piece, ...]:
        """What a text is put together from."""
        return self._origins.pieces(node)

    def trail(self, piece: Piece, anchor: ast.AST, goal: str) -> tuple[Step, ...]:
        """How a piece of a text came to the anchor, as steps with lines."""
        from picketlint.semantics.trails import steps

        return steps(piece, anchor, goal, self)

    def steps(self, via: Iterable[Binding]) -> tuple[Step, ...]:
        """The bindings that a value came through, nearest the use first, as the steps of a trace, origin first."""
        return tuple(self._step(binding) for binding in reversed(tuple(via)))

    def _step(self, binding: Binding) -> Step:
        node = binding.node
        name = getattr(node, "id", None) or getattr(node, "arg", None) or getattr(node, "attr", None) or "it"
        verb = "is a parameter with this default" if isinstance(node, ast.arg) else "gets its value here"
        return self.source.step(node, f"`{name}` {verb}")

    # -- limits --------------------------------------------------------------------------------------------------------

    def walk(self, node: ast.AST, most: int, what: str) -> list[ast.AST] | None:
        """A node and all in it; None where there are more than ``most``: ``what`` then goes into the notes."""
        return self.tree.limits.walk(what, node, most)

    def notes(self) -> tuple[Note, ...]:
        """The limits that the answers came to so far: what lies beyond each was taken as unknown."""
        return self.tree.limits.notes() if "tree" in self.__dict__ else ()


__all__ = ["Module"]
