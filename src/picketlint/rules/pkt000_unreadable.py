"""File that does not parse or decode, so that nothing in it was checked.

## What it does
Reports a file that cannot be read as Python: a syntax error, a byte that is invalid in its encoding, an unknown
encoding, a NUL byte, nesting that Python's own parser refuses, or syntax newer than the Python that runs picketlint.
In a notebook it reports each code cell that is not Python, or the whole notebook if it is not JSON with cells.

In a run over more than 2 MB, files in directories are parsed only if another rule can find something in them, by the
words they contain. The other files can hide no violation, and parsing them would be most of the work. Their bytes are
still checked (encoding, NUL bytes). Files named on the command line are always parsed. To have all files parsed, select
the rule by its own code: `--extend-select PKT000` or `extend-select = ["PKT000"]`. A note says how many files this
concerns.

## Why is this bad?
A gate that skips what it cannot read is open: a single stray byte would be a way past every other rule.

## Instead
Fix the file, exclude it in the configuration (`extend-exclude`), or run picketlint with a Python that knows the syntax.

## References
- [PEP 263, defining Python source code encodings](https://peps.python.org/pep-0263/)
"""

from __future__ import annotations

from picketlint.rule import Confidence, Rule, Severity, bad, good


class Unreadable(Rule):
    """The engine reports it: there is no tree to visit."""

    id = "PKT000"
    name = "unreadable"
    since = "0.1"
    severity = Severity.HIGH
    confidence = Confidence.HIGH
    cwe = 693
    policy = "These rules apply to all code except tests"
    triggers = ()
    documentable = False
    examples = (
        bad("def f(:\n    pass\n", at="1:7"),
        bad("x = 1\0\n", at="1:6"),
        bad("# coding: no-such-encoding\n", at="1:1"),
        bad("(" * 300 + ")" * 300),
        good("", why="an empty file is valid Python"),
        good("x = 'caf\u00e9'\n"),
    )
