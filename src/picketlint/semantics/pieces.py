"""The words in which the origin of a text is told: its pieces, where each comes from, and the way it came."""

from __future__ import annotations

import ast

from picketlint.base.records import Enum, NamedTuple
from picketlint.semantics.tree import FunctionNode


class Origin(Enum):
    """Where a piece comes from. The values complete the sentence "the piece ..."."""

    CONSTANT = "is fixed by the code"
    NUMBER = "is a number"
    QUOTED = "is quoted for a shell"
    LISTED = "was looked up in a list that the code fixes"
    WORD = "was checked to hold nothing that a shell takes for syntax"
    ARITHMETIC = "was checked to hold digits and operators only"
    SURROUNDINGS = "depends on the installation"
    CLAIMED = "is a number by its name or annotation only"
    NAMED = "is a constant of another module by its name only"
    TESTED = "was looked up in something that is not in sight"
    UNKNOWN = "is not constant"
    PARAMETER = "is chosen by the caller"
    ENVIRONMENT = "comes from the environment"
    COMMAND_LINE = "comes from the command line"
    TYPED = "is typed in by somebody"
    FILE = "is read from a file"
    NETWORK = "comes from the network"
    MODEL = "is written by a language model"

    # Members are singletons; Enum hashes their names, in Python, millions of times in a large file.
    __hash__ = object.__hash__

    @property
    def external(self) -> bool:
        """Whether it is input of the program."""
        return self in _EXTERNAL

    @property
    def open(self) -> bool:
        """Whether the code leaves open what the piece can be."""
        return self not in _FIXED


_EXTERNAL = frozenset(
    {Origin.ENVIRONMENT, Origin.COMMAND_LINE, Origin.TYPED, Origin.FILE, Origin.NETWORK, Origin.MODEL}
)
_FIXED = frozenset({Origin.CONSTANT, Origin.NUMBER, Origin.QUOTED, Origin.LISTED})


class Way(Enum):
    """How a value gets from one place to another."""

    BOUND = "a name gets it"
    PARAMETER = "a parameter holds it"
    CALLED = "a call hands it over"
    RETURNED = "a function returns it"


class Hop(NamedTuple):
    """One stretch of the way from a sink back to an origin; ``outer`` is the one before, nearer to the sink.

    ``built``: between the one before and this, it was put together with other pieces.
    """

    way: Way
    node: ast.AST
    name: str
    built: bool
    outer: Hop | None


class Piece(NamedTuple):
    """One piece of a text. ``joined``: it is put together with others, it is not the whole.

    ``source`` is the expression that the origin was told from, where that is another than the one to show; ``built``
    as in the last hop of ``trail``.
    """

    node: ast.expr
    origin: Origin
    joined: bool
    trail: Hop | None = None
    source: ast.expr | None = None
    built: bool = False

    @property
    def open(self) -> bool:
        """Whether the code leaves open what the piece can be."""
        return self.origin.open


class Parts(NamedTuple):
    """What an expression is made of: ``nodes``, and pieces that cannot be taken apart, by their origins.

    ``labelled``: the expression, not its parts, is what a person should be shown. ``derived``: it is worked out from
    the parts in a way that is not known, so that it is input where they are, and else not known.
    """

    nodes: list[ast.expr]
    joined: bool = False
    origins: tuple[Origin, ...] = ()
    labelled: bool = False
    derived: bool = False


class Entered(NamedTuple):
    """A call of a function of the module, into whose body the search has gone."""

    function: FunctionNode
    call: ast.Call
    bound: int
    outer: Entered | None
    depth: int


def leaf(origin: Origin) -> Parts:
    """A piece that cannot be taken apart."""
    return Parts([], origins=(origin,))
