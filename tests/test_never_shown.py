"""No output of picketlint shows more of a credential than its first four characters, whatever the output is about."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

import pytest
from commandline import picketlint
from conftest import Tree
from hosts import bandit, flake8
from notebooks import code, notebook

from picketlint import scan
from picketlint.credentials.suspected import redacted
from picketlint.credentials.tokens import sample
from picketlint.engine import Checks
from picketlint.hosts import flake8_plugin
from picketlint.hosts.bandit_plugin import _describe
from picketlint.registry import load

CONFIG = '[tool.picketlint]\nexceptions-lock = "lock.toml"\n'
NEEDLES = ("hf_", "gsk_", "r8_", "nvapi-", "ghp_", "glpat-", "npm_", "pcsk_", "dckr_pat_", "tgp_v1_", "lin_api_")
SECRETS = [sample(needle) for needle in NEEDLES]
KEY = next(example.code for example in load().rules[[rule.id for rule in load().rules].index("PKT403")].examples)
KEY_LINES = [line for line in KEY.split("\n") if len(line) == 63]
CODE = f'''import numpy as np
import torch
# {SECRETS[0]}
a = np.load(p, allow_pickle=True, token="{SECRETS[1]}")  # written by our own exporter above; {SECRETS[2]}
b = torch.load(p, weights_only=False, token="{SECRETS[3]}", other=f"{{x}}{SECRETS[4]}")
c = eval("{SECRETS[5][:12]}" +
         "{SECRETS[5][12:]}" + text)
d = np.load(  # {SECRETS[6]}
    p,
    "{SECRETS[7]}", """
{SECRETS[8]}
""",
    allow_pickle=True,  # trusted
)
e = {{"{SECRETS[9]}": True, "trust_remote_code": True}}; f = b"{SECRETS[10][:-1]}\\x{ord(SECRETS[10][-1]):x}"
{KEY}
g = h = i = None
j = k = l = None
del g, h, i
del j, k, l
assert m
'''
BROKEN = f'token = "{SECRETS[0]}\n'


@pytest.fixture
def project(tree: Tree) -> Path:
    return tree({"pyproject.toml": CONFIG, "lock.toml": "version = 1\n", "code.py": CODE, "broken.py": BROKEN})


def assert_silent(output: str) -> None:
    for secret in (*SECRETS, *KEY_LINES):
        assert secret[:5] not in output
        windows = (secret[at : at + 8] for at in range(4, len(secret) - 8))
        assert [window for window in windows if window in output] == []


def test_the_code_holds_what_must_not_be_shown(project: Path) -> None:
    report = json.loads(picketlint("check", "--output-format", "json", "code.py", cwd=project).out)
    found = [finding["rule"] for finding in report["findings"]]
    assert found.count("PKT401") == len(SECRETS)
    assert found.count("PKT403") == 1
    assert {"PKT101", "PKT103", "PKT201", "PKT303", "PKT903", "PKT904"} <= set(found)
    assert len(KEY_LINES) == 4


@pytest.mark.parametrize(
    "command",
    [
        "check .",
        "check --output-format concise .",
        "check --output-format json .",
        "check --statistics -v .",
        "check --select PKT101,PKT103,PKT201,PKT303,PKT000 .",
        "check --select PKT903,PKT904 .",
        "exceptions code.py",
        "exceptions --output-format json code.py",
        "exceptions --output-format markdown code.py",
    ],
)
def test_no_command_shows_it(project: Path, command: str) -> None:
    outcome = picketlint(*command.split(), cwd=project)
    assert "PKT" in outcome.out
    assert_silent(outcome.out + outcome.err)


def test_the_lock_file_knows_the_code_without_it(project: Path) -> None:
    assert picketlint("exceptions", "--lock", "code.py", cwd=project).code == 0
    lock = (project / "lock.toml").read_text("utf-8")
    assert "PKT103" in lock
    assert_silent(lock)
    report = json.loads(picketlint("check", "--output-format", "json", "code.py", cwd=project).out)
    assert "PKT904" not in [finding["rule"] for finding in report["findings"]]


def test_flake8_does_not_show_it(project: Path) -> None:
    outcome = flake8("--select", "PKT", "code.py", cwd=project)
    assert outcome.out.count("PKT401") == len(SECRETS)
    assert_silent(outcome.out + outcome.err)


def test_bandit_is_not_told(project: Path) -> None:
    report = json.loads(bandit("-f", "json", "-q", "code.py", cwd=project).out)
    texts = [issue["issue_text"] for issue in report["results"] if issue["test_id"].startswith("PKT")]
    assert sum("whoever reads this" in text for text in texts) >= len(SECRETS)
    assert_silent("\n".join(texts))


def test_a_failure_does_not_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError(f"x = {SECRETS[0]}")

    monkeypatch.setattr(scan, "analyze", fail)
    (problem,) = scan.check_data(b"x = 1", "code.py", Checks(frozenset())).problems
    assert "KeyError" in problem.message
    assert_silent(problem.message)
    monkeypatch.setattr(flake8_plugin, "analyze", fail)
    with pytest.raises(flake8_plugin.CheckFailedError, match="KeyError") as raised:
        flake8_plugin.Plugin(ast.parse("x = 1"), ["x = 1"], "code.py")
    assert_silent(str(raised.value))
    assert_silent(_describe(KeyError(SECRETS[0])))


PASSWORD = "Tr0ub4dor&3xyz"
UNPARSED = [
    f'password = "{PASSWORD}',
    f'connect(user, password="{PASSWORD}" "x" y)',
    f'password = (\n    "{PASSWORD}" y',
    f'config["db_password"] = "{PASSWORD}" y',
    f'{{"password": "{PASSWORD}" y',
    f'url = "postgres://app:{PASSWORD}@db.internal/x',
    f'headers = {{"Authorization": "Bearer {PASSWORD}}}',
]


def assert_hidden(output: str) -> None:
    windows = {PASSWORD[at : at + 5] for at in range(len(PASSWORD) - 4)}
    assert [window for window in windows if window in output] == []


@pytest.mark.parametrize("text", UNPARSED)
def test_what_does_not_parse_does_not_show_it(tree: Tree, text: str) -> None:
    project = tree(
        {"code.py": f"{text}\n", "book.ipynb": notebook(text).decode(), "cut.ipynb": notebook(text)[:-9].decode()}
    )
    output = picketlint("check", "-v", ".", cwd=project).out
    assert output.count("PKT000 [") == 3
    assert_hidden(output)


def test_it_is_hidden_in_other_lines_too(tree: Tree) -> None:
    lines = (
        f'password = "{PASSWORD}"\nprint(password, "{PASSWORD}")\nf = torch.load(p, key="{PASSWORD}")  # {PASSWORD}\n'
    )
    project = tree({"code.py": f"import torch\n{lines}"})
    output = picketlint("check", "--ignore", "PKT402", ".", cwd=project).out
    assert "PKT404" in output
    assert "PKT102" in output
    assert_hidden(output)


def test_what_is_found_beside_the_cells_shows_nothing_of_the_file(tree: Tree) -> None:
    made = notebook(f'password = "{PASSWORD}"', metadata={"x": SECRETS[0]})
    project = tree({"book.ipynb": made.decode()})
    output = picketlint("check", ".", cwd=project).out
    assert "in the metadata of the notebook" in output
    assert '"cells"' not in output
    assert_hidden(output)


def test_a_cell_that_is_no_python_does_not_show_it(tree: Tree) -> None:
    text = f"%%bash\nexport DB_PASSWORD={PASSWORD} HF_TOKEN={SECRETS[0]}"
    other = {"language_info": {"name": SECRETS[0]}}
    project = tree({"a.ipynb": notebook(text).decode(), "b.ipynb": notebook(code(text), metadata=other).decode()})
    outcome = picketlint("check", "-v", ".", cwd=project)
    assert outcome.out.count("PKT401 [") == 3
    assert_hidden(outcome.out + outcome.err)
    assert_silent(outcome.out + outcome.err)


def test_a_justification_is_told_without_it(tree: Tree) -> None:
    code = (
        f"import torch\n# Our own trainer writes it, never a user; password='{PASSWORD}' opens the store.\n"
        f"torch.load(p, weights_only=False)\n"
        f"torch.load(q, weights_only=False)  # our own trainer writes it to s3://app:{PASSWORD}@store/x, never a user\n"
    )
    project = tree({"pyproject.toml": CONFIG, "lock.toml": "version = 1\n", "code.py": code})
    shown = picketlint("check", "--output-format", "json", ".", cwd=project).out
    for form in ("text", "json", "markdown"):
        shown += picketlint("exceptions", "--output-format", form, ".", cwd=project).out
    assert picketlint("exceptions", "--lock", ".", cwd=project).code == 0
    shown += (project / "lock.toml").read_text("utf-8")
    # Markdown has the asterisks escaped.
    assert shown.count("Our own trainer writes it, never a user; password='**************' opens the store.") == 4
    assert_hidden(shown)


@pytest.mark.parametrize(
    "text",
    [
        "The token: it is read from the environment, and the password is asked for.",
        "Written by our exporter, api_key=OPENAI_API_KEY (see docs); password=password.",
        "Bearer authentication is handled upstream; https://user:pass@host shows how.",
    ],
)
def test_a_sentence_about_credentials_is_left_as_it_is(text: str) -> None:
    assert redacted(text) == text


WORD = "x9-Lm!Qz7vKd"


@pytest.mark.parametrize(
    ("literal", "hidden"),
    [
        (f'f"PGPASSWORD={WORD} psql {{db}}"', 'f"*"'),
        (f"rf'PGPASSWORD={WORD} psql {{db}}'", "rf'*'"),
        (f'f"""PGPASSWORD={WORD} psql {{db}}"""', 'f"""*"""'),
        (f'("PGPASSWORD={WORD} "   f"psql {{db}}")', '("*"   f"*")'),
        (f'f"PGPASSWORD={WORD} \\"psql\\" {{db}}"', 'f"*"*"*"'),
        pytest.param(
            f'f"PGPASSWORD={WORD} {{d["at"]}} x"',
            'f"*"*"*"',
            marks=pytest.mark.skipif(sys.version_info < (3, 12), reason="no f-string before"),
        ),
    ],
)
def test_what_is_hidden_leaves_prefixes_and_quotes(tree: Tree, literal: str, hidden: str) -> None:
    root = tree({"a.py": f"import subprocess\nsubprocess.run({literal}, shell=True)\n"})
    out = picketlint("check", "--select", "PKT402", "a.py", cwd=root).out
    [line] = re.findall(r"^2 \| (.*)$", out, re.MULTILINE)
    assert re.sub(r"\*+", "*", line) == f"subprocess.run({hidden}, shell=True)"


def test_a_place_in_the_lines_that_are_shown_gets_no_note(tree: Tree) -> None:
    root = tree(
        {"a.py": f'x = {{"user": "app", "password": "{WORD}"}}\ny = {{"user": "app", "password":\n "{WORD}"}}\n'}
    )
    findings = json.loads(picketlint("check", "--output-format", "json", "a.py", cwd=root).out)["findings"]
    assert [[step["message"] for step in one["trace"]] for one in findings] == [[], ["it comes from here"]]
