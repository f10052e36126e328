"""How the hosts read the comments that silence them: Bandit its ``nosec``, flake8 its ``noqa``.

Both read more than people write into them, and a ban has to hold for what they honour, not for what was meant. The
grammars are those of ``bandit.core.manager`` (1.7.9 to 1.9.4) and of ``flake8.defaults``, ``flake8.processor`` and
``flake8.violation`` (6.0 to 7.5); tests/test_suppressions.py holds them against the originals.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache

from picketlint.base.lines import place_in
from picketlint.base.records import NamedTuple
from picketlint.catalog import BANNED_NOQA, BANNED_NOSEC
from picketlint.model import Finding, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.matching.comments import Comment


class Nosec(NamedTuple):
    """A comment that Bandit honours.

    ``start`` is where in the comment (0-based) it begins and ``text`` what Bandit reads of it. ``tests`` are the tests
    it skips, each as written and as an id; without any it skips them all. ``unknown`` are words that it took for tests
    and did not know, ``lost`` those it passed over: of words joined by commas alone it looks at the last.
    """

    start: int
    text: str
    tests: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the tests it skips; empty: it skips every test."""
        return frozenset(code for _, code in self.tests)

    def hides(self, code: str) -> bool:
        """Whether Bandit drops a result of this test."""
        return not self.tests or code in self.ids


@lru_cache(maxsize=1)
def _nosec_grammar() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What Bandit searches a comment for, and in the rest of it for tests."""
    return re.compile(r"#\s*nosec:?\s*([^#]*)"), re.compile(r"(?:(B\d+|[a-z\d_]+),?)+", re.IGNORECASE)


def nosec(comment: str, own: Mapping[str, str]) -> Nosec | None:
    """A comment as Bandit reads it; None if it is nothing to Bandit.

    ``own`` are the tests there are beside Bandit's: names and ids, each with the id.
    """
    directive, words = _nosec_grammar()
    found = directive.search(comment)
    if found is None:
        return None
    from picketlint.knowledge.bandit import IDS, TESTS

    tests: dict[str, str] = {}
    unknown: list[str] = []
    lost: list[str] = []
    for word in words.finditer(found.group(1)):
        name = word.group(1)
        *before, written = (part for part in word.group().split(",") if part)
        code = name if name in IDS else own.get(name) or TESTS.get(name)
        lost += before
        if code is None:
            unknown.append(written)
        else:
            tests.setdefault(written, code)
    text = found.group().rstrip()
    return Nosec(found.start(), text, tuple(tests.items()), tuple(unknown), tuple(lost))


def nosecs(comments: Mapping[int, Comment], own: Mapping[str, str]) -> dict[int, Nosec]:
    """The comments that Bandit honours, by line."""
    read = ((line, nosec(comment.text, own)) for line, comment in comments.items())
    return {line: one for line, one in read if one is not None}


class Noqa(NamedTuple):
    """A ``noqa`` that flake8 honours: where it stands, its text, and the codes it names; without any it hides all."""

    place: Span
    text: str
    codes: tuple[str, ...]

    def hides(self, code: str) -> bool:
        """Whether flake8 drops a report of this code on a line that this governs."""
        return not self.codes or code.startswith(self.codes)


@lru_cache(maxsize=1)
def _noqa_grammar() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What flake8 searches lines for, and what a line begins with that takes the whole file out."""
    line = re.compile(r"# noqa(?::\s?((?:[A-Z]+[0-9]+[,\s]*)+))?", re.IGNORECASE)
    return line, re.compile(r"\s*(# flake8[:=]\s*noqa)", re.IGNORECASE)


def noqas(text: str, alone: Iterable[int] | None = None) -> dict[int, Noqa]:
    """For every line on which flake8 would hide something, the ``noqa`` that does so.

    ``alone``: only these lines (1-based) are asked for, and nothing joins any of them to another; to tell which lines
    are joined takes as long as all else that is done to a file.
    """
    lowered = text.lower()
    if "# noqa" not in lowered:
        return {}
    grammar, _ = _noqa_grammar()
    lines = text.split("\n")
    numbers = _lines_with("# noqa", lowered)
    governing: dict[int, Noqa] = {}
    if alone is None:
        ranges = _joined(text, lines, numbers)
    else:
        ranges = ((number, number) for number in sorted({*alone}.intersection(numbers)))
    for first, last in ranges:
        joined = "".join(f"{line}\n" for line in lines[first - 1 : last])
        found = grammar.search(joined)
        if found is not None:
            one = Noqa(_place(found, 0, first), _plain(found.group()), _codes(found.group(1)))
            governing.update(dict.fromkeys(range(first, last + 1), one))
    return governing


def _lines_with(word: str, text: str) -> list[int]:
    """The lines that hold a word, ascending."""
    return [number for number, line in enumerate(text.split("\n"), 1) if word in line]


def _joined(text: str, lines: list[str], numbers: list[int]) -> Iterator[tuple[int, int]]:
    """The ranges of lines that flake8 joins before it looks, as far as one of the numbers is among them.

    It joins what a triple-quoted string or a backslash joins; in a file it cannot tokenize every line is by itself.
    """
    if '"""' not in text and "'''" not in text and "\\\n" not in text:
        yield from ((number, number) for number in numbers)
        return
    import tokenize

    breaks = (tokenize.NL, tokenize.NEWLINE)
    passed = (tokenize.ENDMARKER, tokenize.DEDENT)
    ranges: list[tuple[int, int]] = []
    first, last = len(lines) + 2, -1
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in passed:
                continue
            first, last = min(first, token.start[0]), max(last, token.end[0])
            if token.type in breaks:
                ranges.append((first, last))
                first, last = len(lines) + 2, -1
    except (tokenize.TokenError, SyntaxError):
        ranges = []
    yield from _ranges_of(numbers, ranges)


def _ranges_of(numbers: list[int], ranges: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Each range that holds one of the numbers, once; a number that is in none is a range by itself."""
    position = 0
    done = 0
    for number in numbers:
        if number <= done:
            continue
        while position < len(ranges) and ranges[position][1] < number:
            position += 1
        found = ranges[position] if position < len(ranges) and ranges[position][0] <= number else (number, number)
        done = found[1]
        yield found


def _place(found: re.Match[str], group: int, line: int) -> Span:
    """Where a match stands, in its first line: ``line`` is that of the text it was found in."""
    below, column = place_in(found.string, found.start(group))
    line += below - 1
    return Span(line, column, line, column + len(found.group(group).partition("\n")[0].rstrip(", \t")))


def _plain(text: str) -> str:
    """A directive as a message shows it."""
    return " ".join(text.split()).rstrip(", ")


def _codes(listed: str | None) -> tuple[str, ...]:
    """The codes in a list separated by commas and blanks; codes that touch are one, which fits nothing."""
    return tuple(code for code in re.split(r"[,\s]", listed or "") if code)


def file_noqas(text: str) -> list[Noqa]:
    """The lines, in a string or not, for which flake8 leaves a whole file out. It reads no codes there."""
    lowered = text.lower()
    if "noqa" not in lowered or "# fla" not in lowered:
        return []
    _, grammar = _noqa_grammar()
    found = ((number, line, grammar.match(line)) for number, line in enumerate(text.split("\n"), 1))
    whole = ((number, line, match, line[match.start(1) :].rstrip()) for number, line, match in found if match)
    return [Noqa(_place(match, 1, number), rest, ()) for number, _, match, rest in whole]


class RuffDirective(NamedTuple):
    """A directive in ruff's own form that names a picketlint code: where it stands, its text, its kind and codes."""

    place: Span
    text: str
    kind: str
    codes: tuple[str, ...]


def ruff_directive(comment: Comment) -> RuffDirective | None:
    """What a comment tells ruff about codes of picketlint; None if it does not."""
    if "PKT" not in comment.text or "ruff" not in comment.text:
        return None
    found = re.search(r"#\s*ruff\s*:\s*(noqa|file-ignore|ignore|disable)\s*[:\[]([^#\]]*)\]?", comment.text)
    codes = tuple(re.findall(r"\bPKT\d{1,3}\b", found.group(2))) if found else ()
    if found is None or not codes:
        return None
    column = comment.column + found.start()
    text = found.group().rstrip()
    return RuffDirective(Span(comment.line, column, comment.line, column + len(text)), text, found.group(1), codes)


class Shown(NamedTuple):
    """A finding and the line on which a host has to report it for its user to see it."""

    finding: Finding
    line: int


def shown_by_flake8(findings: Iterable[Finding], text: str) -> Iterator[Shown]:
    """Every finding with the line to report it on in flake8.

    That is its own unless a ``noqa`` there hides the report about itself, or hides a finding without naming it: then
    the nearest line on which none does.
    """
    silenced = noqas(text)
    lines = text.count("\n") + 1
    free: dict[str, list[int]] = {}
    for finding in findings:
        here = silenced.get(finding.span.line)
        if here is not None and here.hides(finding.rule) and (finding.rule == BANNED_NOQA or not here.codes):
            yield Shown(finding, _elsewhere(finding, silenced, lines, free))
        else:
            yield Shown(finding, finding.span.line)


def shown_by_bandit(findings: Iterable[Finding], silenced: Mapping[int, Nosec], last: int) -> Iterator[Shown]:
    """Every finding with the line to report it on in Bandit: its own unless a ``nosec`` hides the report about itself.

    Other findings stay: Bandit's user may have chosen the tests that run, which a test is not told.
    """
    free: dict[str, list[int]] = {}
    for finding in findings:
        here = silenced.get(finding.span.line)
        if here is not None and finding.rule == BANNED_NOSEC and here.hides(finding.rule):
            yield Shown(finding, _elsewhere(finding, silenced, last, free))
        else:
            yield Shown(finding, finding.span.line)


def _elsewhere(
    finding: Finding, silenced: Mapping[int, Noqa] | Mapping[int, Nosec], last: int, free: dict[str, list[int]]
) -> int:
    """The nearest line on which a finding is not hidden; ``free`` keeps those lines for each code."""
    code = finding.rule
    if code not in free:
        free[code] = free_lines({line for line, one in silenced.items() if one.hides(code)}, last)
    return nearest(finding.span.line, free[code])


def free_lines(hidden: Collection[int], last: int) -> list[int]:
    """The lines up to the last on which nothing is hidden; where there is none, line 0, which no comment is on."""
    return [line for line in range(1, last + 1) if line not in hidden] or [0]


def nearest(line: int, lines: list[int]) -> int:
    """The nearest of some lines, ascending and at least one; of two the upper."""
    position = bisect_left(lines, line)
    return min(lines[max(position - 1, 0) : position + 1], key=lambda other: (abs(other - line), other))
