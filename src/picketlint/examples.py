"""The examples of rules: they are documentation, and a test holds each of them."""

from __future__ import annotations

from picketlint.base.records import NamedTuple
from picketlint.model import Confidence

Approved = tuple[tuple[str, str, str], ...]
"""Entries of a lock file for one file: rule id, normalized code, reason; one that is approved twice is there twice."""


class Example(NamedTuple):
    """A piece of code a rule must report (``bad``) or must leave alone (``good``).

    ``at`` is the 1-based ``line:column`` of the anchor, ``confidence`` the one expected, ``why`` a line for the page.
    ``torch`` is the torch floor of the project the code is thought to be in; ``beside`` names the other rules that
    have to run for this one to have its say, ``approved`` what the lock file approves in the file.
    """

    code: str
    bad: bool
    at: str | None = None
    confidence: Confidence | None = None
    why: str = ""
    path: str = "example.py"
    torch: tuple[int, ...] | None = None
    beside: tuple[str, ...] = ()
    approved: Approved | None = None


def bad(
    code: str,
    *,
    at: str | None = None,
    confidence: Confidence | None = None,
    why: str = "",
    torch: tuple[int, ...] | None = None,
    beside: tuple[str, ...] = (),
    approved: Approved | None = None,
    path: str = "example.py",
) -> Example:
    """Code that the rule reports exactly once."""
    return Example(code, True, at, confidence, why, path, torch, beside, approved)


def good(
    code: str,
    *,
    why: str = "",
    torch: tuple[int, ...] | None = None,
    beside: tuple[str, ...] = (),
    approved: Approved | None = None,
    path: str = "example.py",
) -> Example:
    """Code that the rule does not report; ``why`` says what makes it fine."""
    return Example(code, False, why=why, path=path, torch=torch, beside=beside, approved=approved)
