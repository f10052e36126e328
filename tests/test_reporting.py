"""What people and programs get to see of findings."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Mapping

import pytest

from picketlint import __version__
from picketlint.model import Confidence, Finding, Problem, Report, Severity, Span, Status, Step
from picketlint.reporting import FORMATS, Outcome, render
from picketlint.reporting.sanitize import escape
from picketlint.reporting.sources import sources
from picketlint.reporting.summary import statistics, summary
from picketlint.reporting.terminal import Terminal, terminal_of
from picketlint.source import Source

PLAIN = Terminal()


def finding(
    span: tuple[int, int, int, int] = (1, 1, 1, 2),
    focus: tuple[int, int, int, int] | None = None,
    *,
    rule: str = "PKT101",
    path: str = "a.py",
    cell: int | None = None,
    message: str = "Bad; do better",
    confidence: Confidence = Confidence.HIGH,
    trace: tuple[Step, ...] = (),
    status: Status = Status.OPEN,
    justification: str | None = None,
    secrets: tuple[Span, ...] = (),
) -> Finding:
    return Finding(
        rule=rule, name=f"name-of-{rule}", path=path, cell=cell, span=Span(*span), focus=Span(*(focus or span)),
        message=message, severity=Severity.HIGH, confidence=confidence, cwe=502, url="https://example.org/rule",
        trace=trace, status=status, justification=justification, secrets=secrets,
    )  # fmt: skip


def text(code: str, one: Finding, terminal: Terminal = PLAIN) -> str:
    lines = render("text", Outcome((one,)), terminal, sources({one.path: code.encode("utf-8", "surrogatepass")}))
    return "\n".join(lines)


def concise(one: Finding, terminal: Terminal = PLAIN) -> str:
    return "\n".join(render("concise", Outcome((one,)), terminal, sources({})))


def marked(code: str, one: Finding, terminal: Terminal = PLAIN) -> tuple[str, str]:
    """The last quoted line of code, and the line with the carets below it, both without the gutter."""
    *_, quoted, carets, _, _ = text(code, one, terminal).split("\n")
    return quoted.partition(" | ")[2], carets.partition(" | ")[2]


def columns(shown: str) -> int:
    """How many columns text takes on a terminal, reckoned in another way than the code under test does."""
    composed = unicodedata.normalize("NFC", shown)
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in composed
    )


def test_what_no_output_may_show_is_starred_in_the_quoted_code() -> None:
    code = 'login(\n    user, "hunter2", "x",\n    key="""can\n    ary""",\n)\n'
    secrets = tuple(
        stretch for span in (Span(2, 11, 2, 20), Span(3, 9, 4, 11)) for stretch in Source(code).stretches(span)
    )
    shown = text(code, finding((1, 1, 5, 2), secrets=secrets))
    assert '    user, "*******", "x",' in shown
    assert 'key="""***' in shown
    assert '***""",' in shown
    assert not any(secret in shown for secret in ("hunter2", "can", "ary"))


def test_text() -> None:
    code = "import torch\nFLAG = False\n\n\ndef f(p):\n    return torch.load(p, weights_only=FLAG)\n"
    one = finding(
        (6, 12, 6, 44), (6, 26, 6, 43), confidence=Confidence.MEDIUM, trace=(Step(2, 1, "`FLAG` gets its value here"),)
    )
    assert text(code, one) == (
        "PKT101 [high, medium confidence] Bad; do better\n"
        " --> a.py:6:12\n"
        "  |\n"
        "6 |     return torch.load(p, weights_only=FLAG)\n"
        "  |                          ^^^^^^^^^^^^^^^^^\n"
        "  |\n"
        "  = note: a.py:2:1: `FLAG` gets its value here\n"
    )


def test_text_from_the_reported_line_to_the_focus() -> None:
    code = "\n" * 8 + "torch.load(\n    p,\n\n    weights_only=False,\n)\n"
    assert text(code, finding((9, 1, 13, 2), (12, 5, 12, 23))) == (
        "PKT101 [high] Bad; do better\n"
        "  --> a.py:9:1\n"
        "   |\n"
        " 9 | torch.load(\n"
        "10 |     p,\n"
        "11 |\n"
        "12 |     weights_only=False,\n"
        "   |     ^^^^^^^^^^^^^^^^^^\n"
        "   |\n"
    )


def test_text_leaves_out_the_middle_of_a_long_way_to_the_focus() -> None:
    code = "f(\n" + "    x,\n" * 20 + "    y)\n"
    shown = text(code, finding((1, 1, 22, 7), (22, 5, 22, 6))).split("\n")
    assert shown[3:7] == [" 1 | f(", "...", "22 |     y)", "   |     ^"]


def test_text_brackets_a_focus_of_several_lines() -> None:
    code = "os.system(\n    'a'\n)\nx = os.system('b'\n  + c)\n"
    assert text(code, finding((1, 1, 3, 2))).split("\n")[2:-1] == [
        "  |",
        "1 | / os.system(",
        "2 | |     'a'",
        "3 | | )",
        "  | |_^",
        "  |",
    ]
    assert text(code, finding((4, 5, 5, 7))).split("\n")[2:-1] == [
        "  |",
        "4 |   x = os.system('b'",
        "  |  _____^",
        "5 | |   + c)",
        "  | |______^",
        "  |",
    ]


def test_text_leaves_out_the_middle_of_a_long_focus() -> None:
    code = "f(\n" + "    x,\n" * 20 + ")\n"
    shown = text(code, finding((1, 1, 22, 2))).split("\n")
    assert shown[3:-2] == [" 1 | / f(", " 2 | |     x,", " 3 | |     x,", "... |", "22 | | )", "   | |_^"]


@pytest.mark.parametrize("place", [(7, 1, 7, 3), (0, 0, 0, 0), (2, 1, 1, 1)])
def test_text_of_a_place_that_is_not_there(place: tuple[int, int, int, int]) -> None:
    assert "|" not in text("x = 1\n", finding(place))


def test_text_of_a_file_that_is_gone() -> None:
    shown = "\n".join(render("text", Outcome((finding(path="no/such.py"),)), PLAIN, sources({})))
    assert shown == "PKT101 [high] Bad; do better\n --> no/such.py:1:1\n"


def test_text_of_a_notebook_cell() -> None:
    one = finding((2, 5, 2, 9), path="x.ipynb", cell=2, trace=(Step(1, 3, "from here", 1), Step(1, 1, "and here", 2)))
    shown = text(
        '{"cells": [{"cell_type": "code", "source": "x"}, {"cell_type": "raw", "source": "\\nabc defg"}]}', one
    )
    assert shown.splitlines() == [
        "PKT101 [high] Bad; do better",
        " --> x.ipynb:cell 2:2:5",
        "  |",
        "2 | abc defg",
        "  |     ^^^^",
        "  |",
        "  = note: x.ipynb:cell 1:1:3: from here",
        "  = note: x.ipynb:cell 2:1:1: and here",
    ]


@pytest.mark.parametrize("data", ["{}", "nothing", '{"cells": []}'])
def test_text_of_a_cell_that_is_gone(data: str) -> None:
    shown = text(data, finding((2, 5, 2, 9), path="x.ipynb", cell=4))
    assert shown == "PKT101 [high] Bad; do better\n --> x.ipynb:cell 4:2:5\n"


def test_text_of_an_empty_focus_has_one_caret() -> None:
    assert marked("def f(:\n", finding((1, 7, 1, 7))) == ("def f(:", "      ^")
    assert marked("", finding((1, 1, 1, 1))) == ("", "^")


@pytest.mark.parametrize(
    "before",
    [
        "",
        "\t",
        "x\t",
        "abcd\t",
        "文字",
        "e\u0301",
        "\u200bx",
        "文\te\u0301 ",
        "ｆｕｌｌ",
        "a\x1b[31m",
        "\u202e",
        "\x07\t",
    ],
)
def test_carets_stand_under_the_focus(before: str) -> None:
    focus = "ｂａ́d\tthing"
    code = f"{before}{focus} after"
    quoted, carets = marked(code, finding((1, len(before) + 1, 1, len(before) + len(focus) + 1)))
    shown_focus = quoted.removesuffix(" after")
    width = len(carets) - len(carets.lstrip(" "))
    assert columns(shown_focus.replace("\u200b", "")) == len(carets)
    assert carets.strip(" ") == "^" * (len(carets) - width)
    head = [shown_focus[:end] for end in range(len(shown_focus) + 1)]
    assert any(
        columns(one.replace("\u200b", "")) == width and shown_focus[len(one) :].startswith("ｂａ") for one in head
    )


@pytest.mark.parametrize("column", [1, 150, 199, 200, 201, 4_000, 9_900, 9_998])
def test_long_lines_are_cut_around_the_focus(column: int) -> None:
    code = "x" * (column - 1) + "!?!" + "x" * (10_000 - column - 2)
    quoted, carets = marked(code, finding((1, column, 1, column + 3)))
    assert len(quoted) <= 206
    assert quoted[carets.index("^") :].startswith("!?!")
    assert carets.strip() == "^^^"
    assert quoted.startswith("...") == (column > 140)
    assert quoted.endswith("...") == (column < 9_900)


def test_a_focus_longer_than_the_cut_ends_with_it() -> None:
    quoted, carets = marked("x" * 10_000, finding((1, 5, 1, 9_000)))
    assert len(carets) <= len(quoted) <= 206


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8", "utf-16", "gbk"])
def test_every_encoding_can_be_written(encoding: str) -> None:
    code = "s = '文é\u202e\x1b'; bad()\n"
    one = finding((1, 13, 1, 18), path="é\udce9文.py", message="`文` \x9b ")
    shown = text(code, one, Terminal(encoding))
    shown.encode(encoding)
    quoted, carets = marked(code, one, Terminal(encoding))
    if encoding in {"ascii", "cp1252"}:
        assert quoted[carets.index("^") :] == "bad()"


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("plain `text`, it's fine: ünï 文字", "plain `text`, it's fine: ünï 文字"),
        ("\x00\x07\x1b\x7f\x85\x9b", r"\x00\x07\x1b\x7f\x85\x9b"),
        ("a\tb\nc\rd", r"a\tb\nc\rd"),
        ("\u061c\u200e\u200f\u202a\u202e\u2066\u2069", r"\u061c\u200e\u200f\u202a\u202e\u2066\u2069"),
        ("\u2028\u2029\ufeff\U000e0041", r"\u2028\u2029\ufeff\U000e0041"),
        ("\udc80\udcff\ud800\udfff", r"\x80\xff\ud800\udfff"),
    ],
)
def test_escapes(raw: str, safe: str) -> None:
    assert escape(raw) == safe


def test_concise() -> None:
    assert concise(finding((3, 5, 4, 1))) == "a.py:3:5: PKT101 Bad; do better"
    assert concise(finding((2, 5, 2, 9), path="x.ipynb", cell=4)) == "x.ipynb:cell 4:2:5: PKT101 Bad; do better"


def test_concise_is_one_line_whatever_it_is_about() -> None:
    one = finding(path="a\nb\x1b[2J\udce9.py", message="`\u202e\r\n`; do better")
    assert concise(one) == r"a\nb\x1b[2J\xe9.py:1:1: PKT101 `\u202e\r\n`; do better"


def test_json() -> None:
    findings = (
        finding((3, 9, 4, 40), trace=(Step(1, 2, "from here"),)),
        finding(status=Status.EXCEPTED, justification="ours, of course", path="b\udcff.ipynb", cell=2),
    )
    outcome = Outcome(findings, (Problem("c.py", "missing-path", "no such file"),), files=7)
    (document,) = render("json", outcome, PLAIN, sources({}))
    assert document.isascii()
    assert json.loads(document) == {
        "version": __version__,
        "files": 7,
        "findings": [
            {
                "rule": "PKT101", "name": "name-of-PKT101", "path": "a.py", "cell": None, "line": 3, "column": 9,
                "end_line": 4, "end_column": 40, "severity": "high", "confidence": "high", "message": "Bad; do better",
                "status": "open", "justification": None,
                "trace": [{"cell": None, "line": 1, "column": 2, "message": "from here"}],
                "fixable": False, "cwe": 502, "url": "https://example.org/rule",
            },
            {
                "rule": "PKT101", "name": "name-of-PKT101", "path": "b\\xff.ipynb", "cell": 2, "line": 1, "column": 1,
                "end_line": 1, "end_column": 2, "severity": "high", "confidence": "high", "message": "Bad; do better",
                "status": "excepted", "justification": "ours, of course", "trace": [], "fixable": False, "cwe": 502,
                "url": "https://example.org/rule",
            },
        ],
        "problems": [{"path": "c.py", "kind": "missing-path", "message": "no such file"}],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["text", "concise"])
def test_only_open_findings_are_listed(name: str) -> None:
    outcome = Outcome((finding(status=Status.EXCEPTED), finding(status=Status.BASELINED)))
    assert list(render(name, outcome, PLAIN, sources({}))) == []


def outcome_of(*findings: Finding, problem: bool | None = None) -> Outcome:
    problems = () if problem is None else (Problem("p", "kind", "message", fatal=problem),)
    return Outcome.of([Report("p", findings, problems)], files=1_412)


@pytest.mark.parametrize(
    ("outcome", "first"),
    [
        (outcome_of(), "All checks passed!"),
        (outcome_of(problem=False), "All checks passed!"),
        (outcome_of(finding()), "Found 1 error in 1 file (1412 checked)."),
        (outcome_of(finding(), finding(path="b.py")), "Found 2 errors in 2 files (1412 checked)."),
        (outcome_of(finding(status=Status.EXCEPTED)), "All checks passed! 1 documented exception."),
        (
            outcome_of(finding(), finding(status=Status.EXCEPTED), finding(status=Status.EXCEPTED)),
            "Found 1 error in 1 file (1412 checked). 2 documented exceptions.",
        ),
        (
            outcome_of(finding(status=Status.EXCEPTED), problem=True),
            "Found no errors in 1412 files. 1 documented exception.",
        ),
        (Outcome(), "Nothing was checked."),
    ],
)
def test_summary(outcome: Outcome, first: str) -> None:
    assert next(summary(outcome)) == first


def test_the_summary_says_where_to_read_on() -> None:
    secret, unsafe = finding()._replace(rule="PKT402", url="https://x/402"), finding()._replace(url="https://x/101")
    explained, exception = list(summary(outcome_of(secret, unsafe)))[1:]
    assert explained == "PKT101 explained, with what to write instead: https://x/101"
    assert exception.startswith("An exception is a comment ")
    # For a credential there is no exception.
    assert [line.rpartition(" ")[2] for line in list(summary(outcome_of(secret)))[1:]] == ["https://x/402"]


def test_the_summary_never_calls_an_incomplete_run_passed() -> None:
    assert list(summary(outcome_of(finding(), problem=True)))[-1] == "The check is incomplete: see the errors above."


def test_statistics() -> None:
    outcome = outcome_of(
        finding(rule="PKT301"), finding(), finding(), finding(rule="PKT201"), finding(status=Status.EXCEPTED)
    )
    assert list(statistics(outcome, as_json=False)) == [
        "2\tPKT101\tname-of-PKT101",
        "1\tPKT201\tname-of-PKT201",
        "1\tPKT301\tname-of-PKT301",
    ]
    (document,) = statistics(outcome, as_json=True)
    assert json.loads(document)[0] == {"rule": "PKT101", "name": "name-of-PKT101", "count": 2}


class Stream(io.StringIO):
    """A stream that says whether it is a terminal."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(
    ("terminal", "environ", "colour"),
    [
        (True, {"TERM": "xterm"}, True),
        (False, {"TERM": "xterm"}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (True, {"TERM": "xterm", "NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": ""}, False),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_when_there_is_colour(terminal: bool, environ: Mapping[str, str], colour: bool) -> None:
    assert terminal_of(Stream(terminal), environ).colour is colour


@pytest.mark.parametrize("name", FORMATS)
def test_colour_changes_nothing_else(name: str) -> None:
    one = finding((1, 1, 2, 3), trace=(Step(1, 1, "from here"),))
    plain, coloured = (
        "\n".join(render(name, Outcome((one,)), terminal, sources({"a.py": b"f(\n  x)\n"})))
        for terminal in (PLAIN, Terminal(colour=True))
    )
    assert ("\x1b" in coloured) == (name != "json")
    for sequence in ("\x1b[0m", "\x1b[1m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[1;36m"):
        coloured = coloured.replace(sequence, "")
    assert coloured == plain
