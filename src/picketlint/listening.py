"""What the methods of a rule listen to: each decorator says when the method is called, and with what."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from picketlint.base.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from picketlint.rule import Hit
    from picketlint.semantics.passages import Passage

    Check = TypeVar("Check", bound=Callable[..., Iterator[Hit] | Iterator[Passage]])


class Listener(NamedTuple):
    """What one method of a rule listens to: node types, names of several kinds, commands, text, or the review."""

    kind: str
    wanted: frozenset[Any]


def _listen(kind: str, wanted: Iterable[Any]) -> Callable[[Check], Check]:
    def mark(method: Check) -> Check:
        listeners: tuple[Listener, ...] = getattr(method, "listeners", ())
        method.listeners = (*listeners, Listener(kind, frozenset(wanted)))  # type: ignore[attr-defined]
        return method

    return mark


def on(*types: type[ast.AST]) -> Callable[[Check], Check]:
    """Call the method as ``method(node, module)`` for every node of these types."""
    return _listen("node", types)


def on_callee(*words: str) -> Callable[[Check], Check]:
    """Call the method as ``method(call: ast.Call, module)`` for every call of something with one of these last names.

    The name counts as it is written, whatever it stands for; of a ``partial`` also that of what is wrapped.
    """
    return _listen("callee", words)


def on_candidate(*names: str) -> Callable[[Check], Check]:
    """Call the method as ``method(call: ast.Call, module)`` where ``module.may_mean`` does not rule out these names."""
    return _listen("candidate", names)


def on_passing(*names: str) -> Callable[[Check], Check]:
    """Call the method as ``method(call: ast.Call, module)`` for every call with such a keyword, or with ``**``."""
    return _listen("passing", names)


def on_command() -> Callable[[Check], Check]:
    """Call the method as ``method(command: ShellCommand, module)`` for every command that a shell reads."""
    return _listen("command", ())


def on_exported(*names: str) -> Callable[[Check], Check]:
    """Call the method as ``method(exported: Exported, module)`` for every command that sets one of these variables."""
    return _listen("exported", names)


def on_call(*names: str) -> Callable[[Check], Check]:
    """Call the method as ``method(call: Call, module)`` for every call that can mean one of these qualified names."""
    return _listen("call", names)


def on_keyword(*names: str) -> Callable[[Check], Check]:
    """Call the method as ``method(keyword: ast.keyword, module)`` for every call keyword of these names."""
    return _listen("keyword", names)


def on_default(*names: str) -> Callable[[Check], Check]:
    """Call the method as ``method(default: Default, module)`` for every default of a thing of these names."""
    return _listen("default", names)


def on_text() -> Callable[[Check], Check]:
    """Call the method as ``method(text: str)``; it reports Passages, not Hits.

    The text is that of a module, comments included, or all values that its code puts together, or one that came with
    it: an output of a notebook. The method may not keep anything between calls, and reads them in linear time.
    """
    return _listen("text", ())


def on_cell() -> Callable[[Check], Check]:
    """Call the method as ``method(text: str)`` for every code cell of a notebook that holds no Python.

    It reports Passages, not Hits, and finds no more than the rule can hide in every output.
    """
    return _listen("cell", ())


def on_dotenv() -> Callable[[Check], Check]:
    """Call the method as ``method(dotenv: Dotenv)`` for every file of environment variables that git tracks.

    It reports Hits at Spans; what the variables are set to is hidden in every output.
    """
    return _listen("dotenv", ())


def on_review(*, alone: bool = False, beside: bool = False, last: bool = False) -> Callable[[Check], Check]:
    """Call the method as ``method(review: Review, module)`` once the code of a file was checked.

    Only for a file with findings; with ``alone``, for every file that holds one of the rule's triggers; with
    ``beside``, only where a comment stands beside a finding. With ``last``, after all others: what they report about
    comments is then among the findings.
    """
    how = {"alone": alone, "beside": beside, "last": last}
    return _listen("review", (name for name, wanted in how.items() if wanted))
