"""Comment that makes Bandit skip its checks.

## What it does
Reports every comment that Bandit honours as `# nosec`, and says what Bandit makes of it. That is often more than was
meant:

- Without the id or name of a test it skips every test, of Bandit and of picketlint, on the line and in any statement
  that spans it. So does one whose ids Bandit does not know, such as a mistyped one.
- It needs no blank after the word: `# nosecond thought` counts.
- Words of an explanation are read as names of tests: `# nosec B101 we pickle this` skips B301 as well. Only a second
  `#` ends the list.
- Of ids joined by a comma without a blank, as in `B101,B307`, it heeds the last alone.

A `nosec` in a string, or in capitals, is nothing to Bandit and is not reported.

## Why is this bad?
It silences a check without saying why that is safe, in one tool alone, and nobody has to approve it. The policy says:
"`# nosec` comments are not allowed as a bypass for security checks."

## Instead
Remove the comment and fix the code. Where the pattern has to stay, say beside it in plain words why it is needed and
why it is safe there: that documents an exception to picketlint's rules. Where a check of Bandit does not fit the
project at all, skip it in Bandit's configuration, where it can be reviewed.

Bandit obeys the comment for this rule too. Where a `nosec` would hide the report about itself, picketlint's Bandit
plugin puts it on the nearest line without one and names the true line.

## References
- [Bandit: exclusions](https://bandit.readthedocs.io/en/latest/config.html#exclusions)
- [CWE-1127: Compilation with Insufficient Warnings or Errors](https://cwe.mitre.org/data/definitions/1127.html)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from picketlint.rule import Hit, Module, Nosec, Review, Rule, Severity, Span, bad, bandit_tests, good, nosec, on_review

ADVICE = "`nosec` is banned: remove it and fix the code, or say in a comment why the code is safe here"
# Words that a message quotes, and how much of one.
MAX_WORDS = 3
MAX_LENGTH = 40
_GLUED = re.compile(r"#\s*nosec\w+")
_ID = re.compile(r"[A-Z]+\d+")


class BannedNosec(Rule):
    id = "PKT901"
    name = "banned-nosec"
    since = "0.1"
    severity = Severity.MEDIUM
    cwe = 1127
    policy = "Bandit security checks"
    triggers = ((b"nosec", r"#[^!-~]*nosec"),)
    documentable = False
    examples = (
        bad("import subprocess  # nosec", at="1:20", why="skips every test on the line"),
        bad("import subprocess  # nosec B404", at="1:20", why="with an id, too"),
        bad("assert ok  #nosec:B101 - ok was checked above", at="1:12"),
        bad("x = eval(y)  # type: ignore  # nosec", at="1:14", why="anywhere in the comment"),
        bad("x = eval(y)  # nosec B9999", why="an unknown id: skips every test"),
        bad("x = eval(y)  # nosec B101,B307", why="Bandit heeds B307 alone"),
        bad("x = load(y)  # nosec B614 we pickle it ourselves", why="`pickle` is the name of B301"),
        bad("x = 1  # nosecond thoughts", why="Bandit reads it as `nosec`"),
        bad("x = load(y)  # nosec PKT101", why="an id of picketlint"),
        bad("# nosec", at="1:1", why="inside a function it covers the whole function"),
        good('text = "# nosec"', why="a string is no comment"),
        good('"""Never write # nosec here."""', why="nor is a docstring"),
        good("x = 1  # NOSEC", why="nothing to Bandit"),
        good("x = 1  # no nosec here", why="nothing to Bandit: the word has to follow the `#`"),
    )

    @on_review(alone=True)
    def check(self, review: Review, module: Module) -> Iterator[Hit]:
        own = bandit_tests()
        for line, comment in review.comments.items():
            found = nosec(comment.text, own)
            if found is not None:
                place = Span(line, comment.column, line, comment.column + len(comment.text))
                column = comment.column + found.start
                focus = Span(line, column, line, column + len(found.text))
                severity = self.severity if found.tests else Severity.HIGH
                yield self.at(place, f"{_effect(found)}; {ADVICE}", focus=focus, severity=severity)


def _effect(found: Nosec) -> str:
    """What Bandit makes of the comment, with what may be a surprise."""
    glued = _GLUED.match(found.text)
    start = (
        f"Bandit reads {_quoted([glued.group()])} as `# nosec`: it makes it" if glued else "This `# nosec` makes Bandit"
    )
    if not found.tests:
        known = f", as it knows no test {_quoted(found.unknown)}" if found.unknown else ""
        return f"{start} skip every check of this line{known}"
    effect = f"{start} skip {', '.join(sorted(found.ids))} on this line"
    words = [f"`{written}` as {code}" for written, code in found.tests if not _ID.fullmatch(written)]
    if words:
        effect += f" (it reads {', '.join(words[:MAX_WORDS])})"
    if found.lost:
        effect += f", but not {_quoted(found.lost)}: without blanks between them it reads only the last"
    return effect


def _quoted(words: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{word[:MAX_LENGTH]}`" for word in words[:MAX_WORDS])
