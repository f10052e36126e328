"""All that the author of a rule imports.

A rule is one class in one file: its module's docstring is its page, its examples are its tests, its attributes are its
metadata, and its methods are called for what they are decorated with. See CONTRIBUTING.md.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from picketlint.base.lazy import later, lookup
from picketlint.base.records import NamedTuple
from picketlint.catalog import rule_files
from picketlint.examples import Approved, Example, bad, good
from picketlint.listening import (
    Listener,
    on,
    on_call,
    on_callee,
    on_candidate,
    on_cell,
    on_command,
    on_default,
    on_dotenv,
    on_exported,
    on_keyword,
    on_passing,
    on_review,
    on_text,
)
from picketlint.model import Confidence, Finding, Lifecycle, Severity, Span, Status, Step
from picketlint.semantics.calls import Argument, Candidate, State
from picketlint.semantics.judgements import Flag, Judgement
from picketlint.semantics.module import Module
from picketlint.semantics.names import Names
from picketlint.semantics.tree import last_name
from picketlint.semantics.values import FALSY, TRUTHY, Option, Special, Value, Verdict, enabled, falsy, truthy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar

    from picketlint.credentials.bindings import Credential, credentials
    from picketlint.credentials.cells import in_code
    from picketlint.credentials.dotenv import Dotenv
    from picketlint.credentials.logged import logged
    from picketlint.credentials.privatekeys import PrivateKey, key_triggers, private_keys
    from picketlint.credentials.tokens import Token, provider_of, sample, token_triggers, tokens
    from picketlint.exceptions.documented import Remark
    from picketlint.exceptions.suppressions import Noqa, Nosec, RuffDirective, file_noqas, noqas, nosec, ruff_directive
    from picketlint.exceptions.wording import Wording as Wording
    from picketlint.matching.comments import Comment
    from picketlint.matching.needles import CODE
    from picketlint.matching.triggers import Trigger, builtin, giving, imported, qualified, turned, with_arguments
    from picketlint.semantics.commands import SHELL_TRIGGERS, ShellCommand
    from picketlint.semantics.defaults import FIELD, OPTION, PARAMETER, Default
    from picketlint.semantics.exports import Exported
    from picketlint.semantics.passages import Passage
    from picketlint.semantics.pieces import Origin, Piece
    from picketlint.semantics.remotecode import switched_on
    from picketlint.semantics.trails import danger, named, rank


__all__ = [
    "CODE",
    "FALSY",
    "FIELD",
    "OPTION",
    "PARAMETER",
    "SHELL_TRIGGERS",
    "TRUTHY",
    "Approved",
    "Argument",
    "Call",
    "Candidate",
    "Confidence",
    "Credential",
    "Default",
    "Dotenv",
    "Example",
    "Exported",
    "Finding",
    "Flag",
    "Hit",
    "Judgement",
    "Lifecycle",
    "Listener",
    "Module",
    "Names",
    "Noqa",
    "Nosec",
    "Option",
    "Origin",
    "Passage",
    "Piece",
    "PrivateKey",
    "Review",
    "RuffDirective",
    "Rule",
    "Severity",
    "ShellCommand",
    "Span",
    "Special",
    "State",
    "Status",
    "Step",
    "Token",
    "Value",
    "Verdict",
    "bad",
    "bandit_tests",
    "builtin",
    "called",
    "credentials",
    "danger",
    "enabled",
    "falsy",
    "file_noqas",
    "giving",
    "good",
    "imported",
    "in_code",
    "key_triggers",
    "last_name",
    "later",
    "logged",
    "named",
    "noqas",
    "nosec",
    "on",
    "on_call",
    "on_callee",
    "on_candidate",
    "on_cell",
    "on_command",
    "on_default",
    "on_dotenv",
    "on_exported",
    "on_keyword",
    "on_passing",
    "on_review",
    "on_text",
    "private_keys",
    "provider_of",
    "qualified",
    "rank",
    "ruff_directive",
    "sample",
    "switched_on",
    "token_triggers",
    "tokens",
    "truthy",
    "turned",
    "with_arguments",
]

# What few rules import is itself imported for those.
_HOMES = {
    "picketlint.semantics.commands": ("SHELL_TRIGGERS", "ShellCommand"),
    "picketlint.credentials.bindings": ("Credential", "credentials"),
    "picketlint.credentials.cells": ("in_code",),
    "picketlint.credentials.logged": ("logged",),
    "picketlint.credentials.dotenv": ("Dotenv",),
    "picketlint.semantics.exports": ("Exported",),
    "picketlint.semantics.passages": ("Passage",),
    "picketlint.credentials.privatekeys": ("PrivateKey", "key_triggers", "private_keys"),
    "picketlint.semantics.defaults": ("FIELD", "OPTION", "PARAMETER", "Default"),
    "picketlint.semantics.pieces": ("Origin", "Piece"),
    "picketlint.exceptions.suppressions": (
        "Noqa",
        "Nosec",
        "RuffDirective",
        "file_noqas",
        "noqas",
        "nosec",
        "ruff_directive",
    ),
    "picketlint.credentials.tokens": ("Token", "provider_of", "sample", "token_triggers", "tokens"),
    "picketlint.semantics.remotecode": ("switched_on",),
    "picketlint.semantics.trails": ("danger", "named", "rank"),
    "picketlint.matching.needles": ("CODE",),
    "picketlint.matching.triggers": ("builtin", "giving", "imported", "qualified", "turned", "with_arguments"),
}

_MAX_PARTS = 4
REPOSITORY = "https://github.com/picketlint/picketlint"


def __getattr__(name: str) -> object:
    return lookup(globals(), _HOMES, name)


class Call(NamedTuple):
    """A call whose callee can be one of the names a rule asked for.

    ``name`` is the qualified name that matched; ``certain`` says that the callee can be nothing else. ``callback``:
    the function is handed to something else to call; ``node`` stands for that call then, and in the tree in the one
    that hands it over.
    """

    node: ast.Call
    name: str
    certain: bool
    callback: bool = False


class Hit(NamedTuple):
    """What a rule reports; the engine makes a Finding of it. None means: the rule's own.

    ``secrets`` are the literals that no output may show, whichever finding it is about.
    """

    anchor: ast.AST | Span
    focus: ast.AST | Span
    message: str
    severity: Severity | None = None
    confidence: Confidence | None = None
    trace: tuple[Step, ...] = ()
    secrets: tuple[ast.AST | Span, ...] = ()


def called(call: ast.Call) -> str:
    """The callee of a call as a message names it: its dotted name as written.

    For a ``partial`` that is what it wraps, and so it is for what joblib's ``delayed`` and Ray's ``remote`` return.
    """
    parts: list[str] = []
    node = call.func
    if last_name(node) in ("partial", "partialmethod") and call.args:
        node = call.args[0]
    elif isinstance(node, ast.Call) and last_name(node.func) in ("delayed", "remote") and node.args:
        node = node.args[0]
    while isinstance(node, ast.Attribute) and len(parts) < _MAX_PARTS:
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts)) or "this call"


class Review(NamedTuple):
    """A file after its code was checked: what rules see that judge comments.

    ``findings`` are those of the selected rules, ``hidden`` those of rules that were not selected; both with their
    status. ``comments`` are all of the file's, by line; ``remarks`` those beside findings, with what they say.
    ``approved`` are the lock file's entries for this file, each as often as approved; None: no lock file is in use.
    """

    findings: tuple[Finding, ...]
    hidden: tuple[Finding, ...]
    comments: Mapping[int, Comment]
    remarks: tuple[Remark, ...]
    marker_only: bool = False
    approved: Approved | None = None


class Rule:
    """One rule. Subclasses set the attributes and decorate their checks; instances hold no state."""

    id: ClassVar[str]
    name: ClassVar[str]
    since: ClassVar[str]
    severity: ClassVar[Severity]
    confidence: ClassVar[Confidence] = Confidence.HIGH
    cwe: ClassVar[int]
    status: ClassVar[Lifecycle] = Lifecycle.DEFAULT
    policy: ClassVar[str]
    """The section of the security policy that the rule enforces."""
    triggers: ClassVar[tuple[Trigger, ...]]
    """At least one must hold for a file's bytes for the rule to fire there (see triggers.py); empty: it may always."""
    documentable: ClassVar[bool] = True
    """Whether an inline comment that explains it may excuse a finding."""
    supersedes: ClassVar[tuple[str, ...]] = ()
    """Codes of Bandit and ruff that this rule makes redundant."""
    conceals: ClassVar[bool] = False
    """Whether the rule finds what no output may show: it then looks at every file with findings, selected or not."""
    judges_all: ClassVar[bool] = False
    """Whether the rule has to know what every rule finds, selected or not."""
    examples: ClassVar[tuple[Example, ...]] = ()

    @property
    def page(self) -> str:
        """The rule's page, Markdown: the docstring of its module."""
        import sys

        return (sys.modules[type(self).__module__].__doc__ or "").strip()

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.partition("\n")[0]

    @property
    def url(self) -> str:
        """Where the rule's page can be read: the file that holds it."""
        return f"{REPOSITORY}/blob/main/src/{type(self).__module__.replace('.', '/')}.py"

    @classmethod
    def listeners(cls) -> Iterator[tuple[str, Listener]]:
        """The names of the rule's checks with what each listens to, in the order of their definition."""
        for owner in reversed(cls.__mro__):
            for name, member in vars(owner).items():
                for listener in getattr(member, "listeners", ()):
                    if isinstance(listener, Listener):
                        yield name, listener

    @property
    def reviews(self) -> bool:
        """Whether the rule judges comments, once the code was checked."""
        return any(listener.kind == "review" for _, listener in self.listeners())

    @property
    def alone(self) -> bool:
        """Whether the rule has something to look at in Python code where no other rule reports anything."""
        return any(
            listener.kind not in ("review", "dotenv") or "alone" in listener.wanted for _, listener in self.listeners()
        )

    @property
    def texts(self) -> bool:
        """Whether the rule looks through text that need not be Python."""
        return any(listener.kind == "text" for _, listener in self.listeners())

    @property
    def dotenv(self) -> bool:
        """Whether the rule looks at files of environment variables."""
        return any(listener.kind == "dotenv" for _, listener in self.listeners())

    @staticmethod
    def at(
        anchor: ast.AST | Span,
        message: str,
        *,
        focus: ast.AST | Span | None = None,
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        judgement: Judgement | None = None,
        trace: tuple[Step, ...] = (),
    ) -> Hit:
        """A report at ``anchor``; anchor, focus, confidence and trace not given are those of ``judgement``."""
        if judgement is None:
            return Hit(anchor, focus or anchor, message, severity, confidence, trace)
        return Hit(
            judgement.anchor or anchor,
            focus or judgement.focus,
            message,
            severity,
            confidence or judgement.confidence,
            trace or judgement.trace,
        )

    def finding(
        self,
        path: str,
        span: Span,
        message: str,
        *,
        cell: int | None = None,
        focus: Span | None = None,
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        trace: tuple[Step, ...] = (),
        secrets: tuple[Span, ...] = (),
    ) -> Finding:
        """A finding of this rule, with the rule's own severity and confidence where none are given."""
        return Finding(
            self.id,
            self.name,
            path,
            cell,
            span,
            focus or span,
            message,
            severity or self.severity,
            confidence or self.confidence,
            self.cwe,
            self.url,
            trace,
            secrets=secrets,
        )


def bandit_tests() -> dict[str, str]:
    """The ids of picketlint's rules, by id and by the name each has as a test of Bandit."""
    return {key: file.id for file in rule_files() for key in (file.id, file.name.replace("-", "_"))}
