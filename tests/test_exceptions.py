"""Where an exception comment counts, and what becomes of the findings beside it."""

from __future__ import annotations

import sys

import pytest

from picketlint.engine import Checks, analyze
from picketlint.model import Finding, Status

OK = "# written by our own exporter in this job"
CODES = frozenset({"PKT101", "PKT106", "PKT201", "PKT301", "PKT303"})


def findings(code: str, *codes: str) -> list[Finding]:
    return list(analyze(code.encode(), "a.py", Checks(frozenset(codes) or CODES)).findings)


def marks(code: str, *codes: str) -> str:
    """Every finding as its line and whether it is excepted (+) or open (-)."""
    signs = {Status.EXCEPTED: "+", Status.OPEN: "-"}
    return " ".join(f"{found.span.line}{signs[found.status]}" for found in findings(code, *codes))


LOAD = "torch.load(p, weights_only=False)"
SPREAD = "torch.load(\n    p,\n    weights_only=False,\n)"
# what it shows, code, the findings by line
PLACES = [
    ("trailing", f"{LOAD}  {OK}", "1+"),
    ("no blank before the sign", f"{LOAD}{OK}", "1+"),
    ("trailing on the first line", SPREAD.replace("(\n", f"(  {OK}\n"), "1+"),
    ("trailing on a middle line", SPREAD.replace("p,\n", f"p,  {OK}\n"), "1+"),
    ("trailing on the argument's line", SPREAD.replace("False,", f"False,  {OK}"), "1+"),
    ("trailing on the last line", f"{SPREAD}  {OK}", "1+"),
    ("on its own line inside", SPREAD.replace("    weights", f"    {OK}\n    weights"), "1+"),
    ("on its own line inside, first", SPREAD.replace("    p", f"    {OK}\n    p"), "1+"),
    ("on its own line inside, last", SPREAD.replace("\n)", f"\n    {OK}\n)"), "1+"),
    ("above the statement", f"{OK}\n{LOAD}", "2+"),
    ("above a statement of several lines", f"{OK}\n{SPREAD}", "2+"),
    ("a block of several lines", f"# written by our\n# own exporter\n# in this job\n{LOAD}", "4+"),
    ("the last line of a longer block", f"# Restores the run.\n#\n{OK}\nx = {LOAD}", "4+"),
    ("above an assignment the call is in", f"{OK}\nx = dict(\n    a={LOAD},\n)", "3+"),
    ("above, with another indentation", f"if x:\n        {OK}\n    {LOAD}", "3+"),
    ("a blank line between", f"{OK}\n\n{LOAD}", "3-"),
    ("a line of blanks between", f"{OK}\n   \n{LOAD}", "3-"),
    ("below", f"{LOAD}\n{OK}", "1-"),
    ("above another statement", f"{OK}\nx = 1\n{LOAD}", "3-"),
    ("trailing on the statement before", f"x = 1  {OK}\n{LOAD}", "2-"),
    ("right under that trailing comment", f"x = 1  # loaded\n       {OK}\n{LOAD}", "3-"),
    ("in a docstring", f'def f(p):\n    """{OK}"""\n    {LOAD}', "3-"),
    ("in a string", f"torch.load('{OK}', weights_only=False)", "1-"),
    ("one comment above two statements", f"{OK}\n{LOAD}\n{LOAD}", "2+ 3-"),
    ("two findings in one expression", f"[{LOAD}, {LOAD}]  {OK}", "1+ 1+"),
    ("a; b on one line, trailing", f"{LOAD}; {LOAD}  {OK}", "1+ 1+"),
    ("a; b on one line, above", f"{OK}\nx = 1; {LOAD}", "2+"),
    ("on the inner call's line", f"f(\n    a,\n    {LOAD},  {OK}\n)", "3+"),
    ("on another line of the outer call", f"f(\n    a,  {OK}\n    {LOAD},\n)", "3-"),
    (
        "on the line of the inner of two",
        f"torch.load(\n    pickle.loads(\n        x,  {OK}\n    ),\n    weights_only=False,\n)",
        "1+ 2+",
    ),
    ("on the outer of two", f"torch.load(\n    pickle.loads(x),\n    weights_only=False,  {OK}\n)", "1+ 2-"),
    ("trailing on the line of with", f"with {LOAD} as x:  {OK}\n    {LOAD}", "1+ 2-"),
    ("above with", f"{OK}\nwith open(p) as f:\n    {LOAD}", "3-"),
    ("above if, finding in its test", f"{OK}\nif {LOAD}:\n    {LOAD}", "2+ 3-"),
    ("above for, finding in its iterable", f"{OK}\nfor x in {LOAD}:\n    {LOAD}", "2+ 3-"),
    ("above while", f"{OK}\nwhile {LOAD}:\n    {LOAD}", "2+ 3-"),
    ("above elif", f"if a:\n    pass\n{OK}\nelif {LOAD}:\n    pass", "4+"),
    ("above if, finding in elif", f"{OK}\nif a:\n    pass\nelif {LOAD}:\n    pass", "4-"),
    ("above else", f"if a:\n    pass\n{OK}\nelse:\n    {LOAD}", "5-"),
    ("below else", f"if a:\n    pass\nelse:\n    {OK}\n    {LOAD}", "5+"),
    ("a compound statement in one line, above", f"{OK}\nif a: {LOAD}", "2+"),
    ("a compound statement in one line, trailing", f"if a: {LOAD}  {OK}", "1+"),
    ("above try, finding in except", f"{OK}\ntry:\n    pass\nexcept {LOAD}:\n    pass", "4-"),
    ("above except", f"try:\n    pass\n{OK}\nexcept {LOAD}:\n    pass", "4+"),
    ("above match, finding in a case", f"{OK}\nmatch a:\n    case 1 if {LOAD}:\n        pass", "3-"),
    ("above the case", f"match a:\n    {OK}\n    case 1 if {LOAD}:\n        pass", "3+"),
    ("above match, finding in its subject", f"{OK}\nmatch {LOAD}:\n    case 1:\n        {LOAD}", "2+ 4-"),
    ("behind a backslash", f"x = \\\n    {LOAD}  {OK}", "2+"),
    ("above a backslash", f"{OK}\nx = \\\n    {LOAD}", "3+"),
    ("a default, trailing", f"def load(\n    p,\n    weights_only=False,  {OK}\n): ...", "3+"),
    ("a default, above its line", f"def load(\n    p,\n    {OK}\n    weights_only=False,\n): ...", "4+"),
    ("a default, on another parameter's line", f"def load(\n    p,  {OK}\n    weights_only=False,\n): ...", "3-"),
    ("a default, above the def", f"{OK}\ndef load(p, weights_only=False): ...", "2+"),
    ("a default, above the def, on a line of its own", f"{OK}\ndef load(\n    weights_only=False,\n): ...", "3+"),
    ("a default, above the decorator", f"{OK}\n@d\n@e(\n    1\n)\ndef load(p, weights_only=False): ...", "6+"),
    ("a default, below the decorator", f"@d\n{OK}\ndef load(p, weights_only=False): ...", "3+"),
    ("a default, between decorators", f"@d\n{OK}\n@e\ndef load(p, weights_only=False): ...", "4-"),
    ("above the def, finding in its body", f"{OK}\ndef f(p):\n    {LOAD}", "3-"),
    ("above the class, finding in a field", f"{OK}\nclass LoadConfig:\n    weights_only: bool = False", "3-"),
    ("a field, trailing", f"class LoadConfig:\n    weights_only: bool = False  {OK}", "2+"),
    ("a field, above", f"class LoadConfig:\n    {OK}\n    weights_only: bool = False", "3+"),
    ("a dict entry, trailing", f'kw = {{\n    "trust_remote_code": True,  {OK}\n    "a": 1,\n}}', "2+"),
    ("a dict entry, above it", f'kw = {{\n    {OK}\n    "trust_remote_code": True,\n}}', "3+"),
    ("a dict entry, above the statement", f'{OK}\nkw = {{\n    "a": 1,\n    "trust_remote_code": True,\n}}', "4+"),
    ("a dict entry, on another entry's line", f'kw = {{\n    "a": 1,  {OK}\n    "trust_remote_code": True,\n}}', "3-"),
    ("an option", f'parser.add_argument(\n    "--weights-only",\n    default=False,  {OK}\n)', "1+"),
    ("a lambda", f"f = lambda p: {LOAD}  {OK}", "1+"),
    ("a lambda, above", f"{OK}\nf = lambda p: {LOAD}", "2+"),
    ("a comprehension", f"x = [\n    {LOAD}  {OK}\n    for p in ps\n]", "2+"),
    ("a comprehension, on its other line", f"x = [\n    {LOAD}\n    for p in ps  {OK}\n]", "2-"),
    ("an f-string", f'x = f"{{{LOAD}}}"  {OK}', "1+"),
    (
        "a trailing comment that goes on inside",
        f"f(\n    {LOAD},  # written by\n    # our own exporter in this job\n)",
        "2-",
    ),
    (
        "a trailing comment that goes on in the call",
        "torch.load(\n    p,  # written by our own\n        # exporter in this job\n    weights_only=False,\n)",
        "1+",
    ),
    (
        "a trailing comment that goes on right under itself",
        "x = torch.load(p, weights_only=False)  # written by our own\n"
        "                                       # exporter in this job",
        "1+",
    ),
    ("tabs", f"if a:\n\t{OK}\n\t{LOAD}", "3+"),
    ("a form feed", f"\f{OK}\n\f{LOAD}", "2+"),
    ("no line end at the end", f"{OK}\n{LOAD}", "2+"),
    ("wide letters before", f"x = '\U0001f512\u00e9', {LOAD}  {OK}", "1+"),
]


@pytest.mark.parametrize(("code", "expected"), [place[1:] for place in PLACES], ids=[place[0] for place in PLACES])
def test_place(code: str, expected: str) -> None:
    lines = f"import pickle, torch\n\n{code}"
    shifted = " ".join(f"{int(mark[:-1]) + 2}{mark[-1]}" for mark in expected.split())
    assert marks(lines) == shifted
    assert marks(lines.replace("\n", "\r\n")) == shifted


@pytest.mark.skipif(sys.version_info < (3, 12), reason="comments in f-strings came with Python 3.12")
def test_a_comment_in_an_f_string() -> None:
    assert marks(f'import torch\nx = f"""{{\n    {LOAD}  {OK}\n}}"""') == "3+"


CODE_COMMENTS = [
    "# torch.load(p, weights_only=True)",
    "# trusted = load_internally_generated(p)",
    "# weights_only=False",
    "# weights_only=True,",
    "# return torch.load(p, weights_only=True)",
    "#     state = torch.load(\n#         p, weights_only=True  # trusted\n#     )",
    "# if trusted:\n#     x = load(p, weights_only=True)",
    "# security = verify(p) or generated_internally(p)",
]


@pytest.mark.parametrize("comment", CODE_COMMENTS)
def test_code_that_was_commented_out_neither_excuses_nor_attempts(comment: str) -> None:
    found = findings(f"import torch\n{comment}\n{LOAD}", "PKT101", "PKT903")
    assert [(one.rule, one.status) for one in found] == [("PKT101", Status.OPEN)]


def test_code_that_was_commented_out_hides_no_reason_beside_it() -> None:
    assert marks(f"import torch\n# torch.load(p, weights_only=True)\n{OK}\n{LOAD}") == "4+"
    [found] = findings(f"import torch\n# x = torch.load(p)\n{OK}\n{LOAD}")
    assert found.justification == OK[2:]


DESCRIPTIONS = [
    "# load checkpoint on cpu first to avoid OOM",
    "# (batch, time)",
    "# restore the optimizer",
    "# pickle format holds the size of the object",
    "# run the command in a shell context, as one string",
    "# type: ignore[no-untyped-call]",
    "# noqa: E501",
    "# safetensors files are handled above",
    "# thread-safe since Python 3.9",
    "# falls back to the user-provided checkpoint",
    "# Load the state written by the trainer",
    "# older releases have no `weights_only` argument",
    "# see https://example.org/exception: handling",
]


@pytest.mark.parametrize("comment", DESCRIPTIONS)
def test_a_description_is_left_alone(comment: str) -> None:
    found = findings(f"import torch\n{LOAD}  {comment}", "PKT101", "PKT903")
    assert [(one.rule, one.status) for one in found] == [("PKT101", Status.OPEN)]


MESSAGES = [
    ("# weights_only=False is needed", "neither why this is needed nor why it is safe"),
    (
        "# weights_only=False is required by the scaler metadata in the artifact",
        "does not say why the input can be trusted",
    ),
    ("# trusted", "claims trust without saying why; say who made the input"),
    ("# should be generated internally by the exporter", "it is a hope, a question, a plan or an instruction"),
    ("# only load trusted checkpoints", "it is a hope, a question, a plan or an instruction"),
    ("# safe, the file is user-supplied", "cannot be trusted (`user-supplied`)"),
    ("# not generated internally by the exporter", "cannot be trusted (`not generated internally by the exporter`)"),
    ("# security-exception: TODO", "the marker has no reason"),
    ("# nosec B614 - generated internally by the exporter", "what follows a directive such as `noqa` is not read"),
]


@pytest.mark.parametrize(("comment", "words"), MESSAGES)
def test_the_message_says_what_is_missing(comment: str, words: str) -> None:
    [rule, told] = findings(f"import torch\n{LOAD}  {comment}", "PKT101", "PKT903")
    assert (rule.rule, rule.status) == ("PKT101", Status.OPEN)
    assert told.rule == "PKT903"
    assert words in told.message


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("import torch\ntorch.load(p, weights_only=False)", "written by our own exporter"),
        ("import subprocess\nsubprocess.run(cmd, shell=True)", "a fixed list of constants"),
        ("eval(text)", "one of the literals in the table"),
        ("AutoModel.from_pretrained(name, trust_remote_code=True)", "pinned to a commit"),
    ],
)
def test_the_form_offered_fits_the_rule_and_would_do(code: str, form: str) -> None:
    told = [one for one in findings(f"{code}  # safe", *CODES, "PKT903") if one.rule == "PKT903"]
    assert len(told) == 1
    offered = told[0].message.split("`")[-2]
    assert form in offered
    assert all(one.status is Status.EXCEPTED for one in findings(f"{code}  {offered}", *CODES, "PKT903"))


def test_deselecting_is_no_way_round() -> None:
    unsaid = f"import torch\n{LOAD}  # trusted"
    assert marks(unsaid, "PKT101") == "2-"
    # Selected alone, a rule about comments judges by every rule that is on by default.
    assert marks(unsaid, "PKT903") == "2-"
    assert marks(unsaid, "PKT103", "PKT903") == ""
    excepted = f"import torch\n{LOAD}  {OK}"
    assert marks(excepted, "PKT101") == marks(excepted, "PKT101", "PKT903", "PKT905") == "2+"


def test_a_contrary_comment_outweighs_a_good_one() -> None:
    code = f"import torch\n{OK}\ntorch.load(\n    p,  # passed in by the user\n    weights_only=False,\n)"
    assert marks(code) == "3-"


MARKED = "# security-exception: approved in SEC-1422, vendor format"


@pytest.mark.parametrize(
    ("code", "reported"),
    [
        (f"{LOAD}  {MARKED}", False),
        (f"{MARKED}\n{LOAD}", False),
        (f"torch.load(\n    p,\n    {MARKED}\n    weights_only=False,\n)", False),
        (f"{MARKED}\n{LOAD}  {OK}", False),
        (f"{LOAD}  # security-exception:", False),
        (f"{MARKED}\n\n{LOAD}", True),
        (f"{LOAD}\n{MARKED}", True),
        (f"{MARKED}\ndef f(p):\n    return {LOAD}", True),
        (f"torch.load(p, weights_only=True)  {MARKED}", True),
        (f"x = 1  {MARKED}", True),
        (f"x = '{MARKED}'", False),
        ("# how security-exception comments work\nx = 1", False),
    ],
)
def test_a_marker_has_to_excuse_something(code: str, reported: bool) -> None:
    assert bool(findings(f"import torch\n{code}", "PKT905")) is reported


def test_a_long_or_broken_comment_is_read_without_harm() -> None:
    for text in (
        "a" * 10_000,
        "not " * 3000,
        "\U0001f512" * 5000,
        "trusted, " * 1500,
        "(" * 9000,
        "\x00".replace("\x00", "\x1b[31m") * 500,
    ):
        assert marks(f"import torch\n{LOAD}  # {text}") == "2-"
    assert marks(f"import torch\n{LOAD}  {OK}{' because it is so' * 800}") == "2+"


def test_a_wall_of_comments_is_read_from_its_end() -> None:
    wall = "# a line of prose\n" * 500
    assert marks(f"import torch\n{wall}{OK}\n{LOAD}") == "503+"
    assert marks(f"import torch\n{OK}\n{wall}{LOAD}") == "503-"
