"""What rules about text get to see of a notebook beside its code, and where they report it."""

from __future__ import annotations

import base64
import json
import random

import pytest
from marker_rule import MARKER
from notebooks import DEFAULT, code, document, found, markdown, notebook, report

from picketlint import registry
from picketlint.credentials.tokens import sample
from picketlint.engine import Checks, analyze
from picketlint.model import Lifecycle
from picketlint.registry import Entry, Registry
from picketlint.reporting import FORMATS, Outcome, render
from picketlint.reporting.sources import sources
from picketlint.reporting.terminal import Terminal

CHECKS = Checks(frozenset({"PKT998", "PKT000"}))


@pytest.fixture(autouse=True)
def marker(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Entry("PKT998", "marker", Lifecycle.DEFAULT, False, True, False, "marker_rule")
    known = Registry([*registry.load().entries, entry._replace(texts=True, conceals=True)])
    monkeypatch.setattr(registry, "load", lambda: known)


STREAM = {"output_type": "stream", "name": "stdout", "text": ["token\n", f"is {MARKER}\n"]}
RESULT = {"output_type": "execute_result", "data": {"text/plain": MARKER}, "metadata": {}, "execution_count": 1}
NESTED = {"output_type": "display_data", "data": {"application/json": {"a": [{"b": f"x{MARKER}x"}]}}, "metadata": {}}
ERROR = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\x1b[31m", f"raise E('{MARKER}')"]}
HTML = {"output_type": "display_data", "data": {"text/html": ["<b>", MARKER, "</b>"]}, "metadata": {}}
SVG = {"output_type": "display_data", "data": {"image/svg+xml": f"<svg>{MARKER}</svg>"}, "metadata": {}}


@pytest.mark.parametrize("output", [STREAM, RESULT, NESTED, ERROR, HTML, SVG])
def test_outputs(output: object) -> None:
    [finding] = report(markdown("x"), code("x = 1\ny = 2", outputs=[output]), checks=CHECKS).findings
    assert (finding.cell, finding.span) == (2, (1, 1, 1, 6))
    assert finding.message == "A marker; take it out (in an output of this cell)"


def test_outputs_of_format_3() -> None:
    cell = {"cell_type": "code", "input": "x", "outputs": [{"output_type": "pyout", "text": MARKER, "png": MARKER}]}
    data = json.dumps({"worksheets": [{"cells": [cell]}], "nbformat": 3, "metadata": {}}).encode()
    assert [one.cell for one in analyze(data, "x.ipynb", CHECKS).findings] == [1]


PICTURE = base64.b64encode(b"\x00" * 9).decode() + MARKER
NO_TEXT = {
    "png": {"image/png": MARKER},
    "jpeg": {"image/jpeg": [MARKER]},
    "audio": {"audio/wav": MARKER},
    "pdf": {"application/pdf": MARKER},
    "embedded": {"text/html": f'<img src="data:image/png;base64,{PICTURE}">'},
}


@pytest.mark.parametrize("data", NO_TEXT.values(), ids=NO_TEXT)
def test_pictures_are_no_text(data: object) -> None:
    output = {"output_type": "display_data", "data": data, "metadata": {}}
    assert found(code("x", outputs=[output]), checks=CHECKS) == []


def test_metadata() -> None:
    cell = code("x", metadata={"papermill": {"parameters": {"key": MARKER}}})
    [in_cell, whole] = sorted(
        report("x", cell, metadata={"widgets": [{"x": MARKER}]}, checks=CHECKS).findings,
        key=lambda one: one.cell is None,
    )
    assert (in_cell.cell, in_cell.message) == (2, "A marker; take it out (in the metadata of this cell)")
    assert (whole.cell, whole.message) == (None, "A marker; take it out (in the metadata of the notebook)")
    assert whole.span == (1, 1, 1, 1)


def test_a_list_of_texts_is_no_text() -> None:
    halves = [MARKER[:3], MARKER[3:]]
    assert found(code("x", metadata={"colab": {"referenced_widgets": halves}}), checks=CHECKS) == []
    assert found(code("x", outputs=[{"output_type": "stream", "text": [f"{MARKER}\n", "x"]}]), checks=CHECKS) != []


def test_one_finding_for_all_outputs_of_a_cell() -> None:
    assert len(report(code("x", outputs=[STREAM, RESULT, ERROR]), checks=CHECKS).findings) == 1


def test_text_of_cells_is_reported_where_it_is() -> None:
    cells = [
        f"x = 1\ny = '{MARKER}'",
        markdown(f"# Title\n\nthe token: {MARKER}"),
        {"cell_type": "raw", "metadata": {}, "source": MARKER},
        f"%%bash\nexport TOKEN={MARKER}",
        f"%env TOKEN={MARKER}",
        f"!curl -H {MARKER}  # {MARKER}",
        f"# {MARKER}",
    ]
    assert found(*cells, checks=CHECKS) == [
        "1:2:5 PKT998",
        "2:3:12 PKT998",
        "3:1:1 PKT998",
        "4:2:14 PKT998",
        "5:1:1 PKT998",
        "6:1:1 PKT998",
        "6:1:20 PKT998",
        "7:1:3 PKT998",
    ]


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        ("%%bash\nset -e\n# export DB_PASSWORD=Tr0ub4dor3x\nls", "1:3:22"),
        ("%%bash\nmysql -u app -pTr0ub4dor3x shop", "1:2:16"),
        ("%%writefile .env\nUSER=app\nDB_PASSWORD=Tr0ub4dor3x", "1:3:13"),
        ("%%writefile config.yaml\ndb:\n  password: Tr0ub4dor3x\n", "1:3:13"),
        (f'%%writefile kaggle.json\n{{"username": "alice",\n "key": "{sample("kaggle")}"}}', "1:3:10"),
        ("%%sql mysql://app:Tr0ub4dor3x@db.internal/shop\nselect 1", "1:1:19"),
        ("%sql mysql://app:Tr0ub4dor3x@db.internal/shop", "1:1:1"),
        ("rows = %sql mysql://app:Tr0ub4dor3x@db.internal/shop", "1:1:8"),
        ("%%sql\nALTER USER app IDENTIFIED BY 'Tr0ub4dor3x'", "1:2:31"),
    ],
)
def test_credentials_in_code_that_is_no_python(cell: str, place: str) -> None:
    assert found(cell) == [f"{place} PKT402"]
    assert found(cell, checks=Checks(frozenset({"PKT402"}))) == [f"{place} PKT402"]


@pytest.mark.parametrize(
    "cell",
    [
        "%%bash\nexport DB_PASSWORD=$PASSWORD\nmysql -u app -p shop\nread -s password",
        "%%writefile .env\nDB_PASSWORD=changeme\nHF_TOKEN=",
        "%%writefile train.py\npassword = args.password2\nsecret = load_secret('db')",
        "%%sql sqlite://\nselect password from accounts where token = 'alltoall'",
        "%sql mysql://{user}:{password}@db.internal/shop",
        "%sql select 1",
        markdown("export DB_PASSWORD=Tr0ub4dor3x"),
    ],
)
def test_code_that_is_no_python_without_any(cell: object) -> None:
    assert found(cell) == []


def test_nothing_shows_the_credential_of_another_line_of_a_script() -> None:
    script = f"%%bash\nmysql -u app -pTr0ub4dor3x shop\necho {MARKER}"
    [finding] = report(script, checks=Checks(frozenset({"PKT998"}))).findings
    assert (2, 16, 2, 27) in finding.secrets


def test_text_of_cells_that_are_no_python() -> None:
    assert found(f"def f(:\n  {MARKER}", checks=CHECKS) == ["1:1:7 PKT000", "1:2:3 PKT998"]
    assert found(f"x <- '{MARKER}'", metadata={"language_info": {"name": "R"}}, checks=CHECKS) == ["1:1:7 PKT998"]


def test_what_no_output_may_show_is_marked_in_cells() -> None:
    [finding] = report(markdown(f"a\n{MARKER}"), checks=CHECKS).findings
    assert finding.secrets == (finding.span,)
    [finding] = report("x", f"y = '{MARKER}'", checks=CHECKS).findings
    assert all(one.line == 1 for one in finding.secrets)


def test_what_is_printed_is_not_shown_in_the_code_either() -> None:
    cell = code(f"print('{MARKER}')", outputs=[STREAM])
    [in_output, in_code] = report(cell, checks=CHECKS).findings
    assert in_code.span.column == 7
    assert in_output.message.endswith("(in an output of this cell)")
    assert in_output.secrets == ((1, 8, 1, 8 + len(MARKER)),)


def test_no_other_rule_is_asked() -> None:
    output = {"output_type": "stream", "text": "torch.load(p, weights_only=False)\n"}
    assert found(code("x", outputs=[output])) == []


def test_no_report_shows_a_secret_of_a_notebook() -> None:
    secret = sample("hf_")
    printed = {"output_type": "stream", "text": f"{secret}\n{MARKER}\n"}
    data = notebook(
        markdown(f"{MARKER} {secret}"),
        f"def f(: {secret}",
        f"%env HF_TOKEN={secret}",
        f"!login {secret} # {secret}",
        f"%%bash\n{MARKER} {secret}",
        f"import torch\n%time torch.load(p, weights_only=False, token='{secret}')",
        code(f"x = '{secret}'", outputs=[printed], metadata={"x": secret}),
    )
    for codes in ({"PKT998", "PKT000"}, DEFAULT.codes):
        findings = analyze(data, "x.ipynb", Checks(frozenset(codes)))
        assert len(findings.findings) >= 4
        for name in FORMATS:
            shown = "\n".join(render(name, Outcome.of([findings], 1), Terminal(), sources({"x.ipynb": data})))
            assert secret[:8] not in shown


def test_the_cells_of_another_language_and_their_outputs_are_told_apart() -> None:
    data = json.dumps(document(code(MARKER, outputs=[STREAM]), metadata={"language_info": {"name": "R"}})).encode()
    messages = [one.message for one in analyze(data, "x.ipynb", CHECKS).findings]
    assert messages == ["A marker; take it out", "A marker; take it out (in an output of this cell)"]


SECRETS = ("hf_", "AKIA", "ghp_", "wandb", "mistral", "hooks.slack.com/services/")


def _leaks() -> list[str]:
    """Texts with a credential in them, whole or in two pieces that stand in texts of their own."""
    named = [f"{name}_api_key = '{sample(name)}'" for name in ("wandb", "mistral")]
    whole = [*(sample(start) for start in SECRETS[:3]), *named, f"see https://{sample(SECRETS[-1])}."]
    key = "\n".join(
        ["-----BEGIN RSA PRIVATE KEY-----", *["M" + sample("ngc")[:62]] * 4, "-----END RSA PRIVATE KEY-----"]
    )
    cut = [part for one in (*whole, key) for part in (one[: len(one) // 2], one[len(one) // 2 :])]
    return [*whole, key, key[:-30], key[-30:], *cut]


@pytest.mark.parametrize("seed", range(60))
def test_texts_are_looked_through_together_and_judged_by_themselves(seed: int) -> None:
    chance = random.Random(seed)
    texts = chance.choices([*_leaks(), "", "a", "----", "\\", "x = ", '"', "token: "], k=chance.randrange(40))
    outputs = [{"output_type": "stream", "name": "stdout", "text": text} for text in texts]
    checks = Checks(frozenset({"PKT401", "PKT403"}))
    alone: dict[str, str] = {}
    for output in outputs:
        for finding in report(code("1", outputs=[output]), checks=checks).findings:
            alone.setdefault(finding.rule, finding.message)
    together = report(code("1", outputs=outputs), checks=checks).findings
    assert {finding.rule: finding.message for finding in together} == alone


@pytest.mark.parametrize(
    "name", ["wandb", "mistral", "cohere", "together", "comet", "pinecone", "aws_secret", "kaggle"]
)
def test_a_value_with_a_name_is_found_in_a_long_log(name: str) -> None:
    log = "".join(f"step {step} /data/shard_{step:05d}.tar 0.12345678901234\n" for step in range(2000))
    line = f"{name}_api_key={sample(name)}\n" if name != "aws_secret" else f"aws_secret_access_key={sample(name)}\n"
    checks = Checks(frozenset({"PKT401"}))
    for text, count in ((log, 0), (line, 1), (log + line + log, 1)):
        output = {"output_type": "stream", "name": "stdout", "text": text}
        assert len(report(code("1", outputs=[output]), checks=checks).findings) == count
