"""The Bandit plugin's entry: one test per rule, each made when Bandit asks this module for its name.

Bandit fails open: it swallows a plugin that cannot be imported, and an exception in a test is a line in a log. So this
module imports nothing that could be broken, and whatever goes wrong becomes a HIGH issue in every file that Bandit
checks. Everything else is ``bandit_adapter``'s business.
"""

from __future__ import annotations

import gc
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from picketlint.hosts.bandit_adapter import Answers

    Test = Callable[[Any], Any]

_CWE_PROTECTION_FAILED = 693
_FAILED = "picketlint could not run, so this file is not checked"
_ANYTHING = ("AnnAssign", "Assign", "Call", "Expr", "FunctionDef", "Import", "ImportFrom", "Return")


class _Visit:
    """The file Bandit is in, told by its open file object, and what picketlint has to say about it.

    ``failure`` is why it has nothing to say, ``silent`` that there is nothing; ``told`` is set once the user has seen
    that something failed.
    """

    __slots__ = ("answers", "failure", "file", "silent", "told")

    def __init__(self, file: object, answers: Answers, failure: str | None = None) -> None:
        self.file = file
        self.answers = answers
        self.failure = failure
        self.silent = not answers and failure is None
        self.told = False


_NOWHERE = _Visit(object(), {})
_visit = _NOWHERE


def __getattr__(name: str) -> Test:
    """The test for the rule of this name in snake case (PEP 562); one that reports the fault if there is no such."""
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    code = _code(name)
    broken = None
    try:
        from picketlint.hosts.bandit_adapter import node_types

        types = node_types(name.replace("_", "-"))
        # What is imported by now, Bandit's and ours, stays: the collector need not go through it again and again.
        gc.freeze()
    except Exception as error:
        types, broken = _ANYTHING, _describe(error)

    def test(context: Any) -> Any:
        try:
            # Bandit asks a million times about a project: most files are silent, and that must cost nothing.
            if broken is None and _visit.silent and _visit.file is context.file_data:
                return None
            return _ask(code, context, broken)
        except Exception as error:
            # At the node's own place: all that could be wrong here is that Bandit takes places from somewhere else.
            return _issue("HIGH", "HIGH", _CWE_PROTECTION_FAILED, f"{_FAILED}: {_describe(error)}")

    test.__name__ = test.__qualname__ = name
    vars(test).update(_test_id=code, _checks=list(types), _can_wait=broken is None)
    return test


def _code(name: str) -> str:
    """The id of a rule, told by its file's name; PKT000 where no rule is called that, or nobody can tell."""
    try:
        files = os.listdir(os.path.join(os.path.dirname(os.path.dirname(__file__)), "rules"))
    except OSError:
        files = []
    return next((file[:6].upper() for file in files if file[6:] == f"_{name}.py"), "PKT000")


def _ask(code: str, context: Any, broken: str | None) -> Any:
    """What one test says about one node: an issue, or None. That something failed is said once in a file."""
    global _visit
    if _visit.file is not context.file_data:
        # The answers are for the nodes of a tree, which is not to stay for the next.
        _visit = _NOWHERE
        _visit = _begin(context)
    failure = broken or _visit.failure
    if failure is not None:
        if _visit.told:
            return None
        _visit.told = True
        return _failed(context, failure)
    answer = _visit.answers.get((code, context.node)) if _visit.answers else None
    if answer is None:
        return None
    _place(context, answer.line, answer.end_line, answer.column, answer.end_column)
    return _issue(answer.severity, answer.confidence, answer.cwe, answer.text)


def _begin(context: Any) -> _Visit:
    """Check the file that Bandit has come to, all of it, on Bandit's own tree."""
    try:
        from picketlint.hosts.bandit_adapter import answers
        from picketlint.hosts.bandit_turns import call_only

        root = context.node
        while hasattr(root, "_bandit_parent"):
            root = root._bandit_parent
        content = _content(context)
        found = answers(content, context.filename, root)
        # Of a nosec that names a test, Bandit says when it was called in vain.
        call_only(None if b"nosec" in content else {code for code, _ in found})
        return _Visit(context.file_data, found)
    except Exception as error:
        return _Visit(context.file_data, {}, _describe(error))


def _content(context: Any) -> bytes:
    context.file_data.seek(0)
    data: bytes = context.file_data.read()
    return data


def _describe(error: Exception) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    try:
        from picketlint.credentials.tokens import starred
    except Exception:
        # An installation that is broken this far can show its own errors only, and nothing of the scanned code.
        return "".join(character if character.isprintable() else "?" for character in text)
    text = starred(text)
    return "".join(character if character.isprintable() else "?" for character in text)


def _failed(context: Any, failure: str) -> Any:
    """The issue that stands for all that is missing: on the first line without nosec; if there is none, on line 0."""
    try:
        lines = _content(context).splitlines()
    except Exception:
        lines = []
    line = next((number for number, text in enumerate(lines, 1) if b"nosec" not in text), 0)
    _place(context, line, line, 0, 0)
    return _issue("HIGH", "HIGH", _CWE_PROTECTION_FAILED, f"{_FAILED}: {failure}")


def _place(context: Any, line: int, end_line: int, column: int, end_column: int) -> None:
    """Make Bandit put the issue, and look for nosec, at these lines and not those of the node it asked about.

    All versions of Bandit take the place from this copy of the node's context, which is thrown away afterwards; what
    an Issue says about itself, some overwrite.
    """
    context._context.update(
        lineno=line,
        linerange=list(range(line, end_line + 1)),
        col_offset=column,
        end_col_offset=end_column,
    )


def _issue(severity: str, confidence: str, cwe: int, text: str) -> Any:
    import bandit

    return bandit.Issue(severity=severity, confidence=confidence, cwe=cwe, text=text)
