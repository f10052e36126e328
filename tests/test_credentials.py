"""Credentials: what names and values are taken for, and that no output gives one away."""

from __future__ import annotations

import json
import random
import string
from pathlib import Path

import pytest
from hosts import bandit, flake8, picketlint

from picketlint.credentials.bindings import Credential
from picketlint.credentials.names import Kind, kind_of, names_credential
from picketlint.credentials.strength import Strength, strength
from picketlint.credentials.tokens import sample
from picketlint.engine import Checks, analyze
from picketlint.knowledge.credentials import HEADER_ENDINGS, MACHINE_ENDINGS, PASSWORD_ENDINGS, SECRET_ENDINGS
from picketlint.model import Span
from picketlint.prefilter import candidates
from picketlint.registry import load

# Put together here, so that no scanner takes this file for a leak.
CANARY = "kea" + "7Lorikeet!"
HIDDEN = CANARY[4:]


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["password", "DB_PASSWORD", "smtpPassword", "--db-password", "password2", "PASSWORD_PROD", "user_pw", "dbPass"],
)
def test_names_of_passwords(name: str) -> None:
    assert kind_of(name) is Kind.PASSWORD


@pytest.mark.parametrize("name", ["secret", "client_secret", "SECRET_KEY", "clientSecret", "jwt_secret", "signingKey"])
def test_names_of_secrets(name: str) -> None:
    assert kind_of(name) is Kind.SECRET


@pytest.mark.parametrize(
    "name",
    [
        "api_key", "apikey", "apiKey", "APIKey", "X-API-Key", "OPENAI_API_KEY", "hf_token", "HF_TOKEN", "hfToken",
        "use_auth_token", "oauth2_token", "aws_access_key_id", "access_token", "GITHUB_TOKEN", "private_key",
    ],
)  # fmt: skip
def test_names_of_keys_and_tokens(name: str) -> None:
    assert kind_of(name) is Kind.MACHINE


@pytest.mark.parametrize(
    "name",
    [
        "token", "key", "tokens", "pad_token", "eos_token_id", "BLANK_TOKEN", "token_pattern", "num_tokens",
        "moe_token_dispatcher_type", "image_token", "next_page_token", "api_key_env", "API_KEY_HEADER", "token_url",
        "password_field", "password_hash", "secret_name", "secrets", "forward_pass", "tokenizer", "fake_api_key",
        "public_key", "primary_key", "AWS::IAM::AccessKey", "key_padding_mask", "passwordless", "", "x" * 10_000,
    ],
)  # fmt: skip
def test_other_names(name: str) -> None:
    assert kind_of(name) is None


@pytest.mark.parametrize(
    ("name", "telling"),
    [
        ("password", True), ("db_password", True), ("hf_token", True), ("api_key", True), ("secret_access_key", True),
        ("client_secret", True), ("access_key", False), ("secret", False), ("pwd", False),
        ("oauth_token_secret", True), ("access_key_secret", True), ("accesskey", False), ("dbpassword", True),
        ("private_key", False), ("bot_token", False), ("has_api_key", False), ("token", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("qualifier", ["", "_prod", "_2", "_raw", "_base_64", "Old"])
def test_a_qualifier_changes_nothing_of_what_a_name_says(name: str, telling: bool, qualifier: str) -> None:
    assert names_credential(name + qualifier) is telling


def test_the_value_of_a_secret_is_one() -> None:
    assert names_credential("new_secret_value")
    assert names_credential("secret_value_0")
    assert not names_credential("new_secret")


@pytest.mark.parametrize(
    "value", ["2YotnFZFEjr1" + "zCsicMWpAA", "JBSWY3DP" + "EHPK3PXP", "7Fjfp0ZBr1K" + "tDRbnfVdmIw"]
)
def test_what_standards_show_is_known(value: str) -> None:
    assert strength(value, Kind.SECRET) is Strength.NONE
    assert strength(value[1:] + "q", Kind.SECRET) is Strength.RANDOM


@pytest.mark.parametrize("ending", sorted(PASSWORD_ENDINGS | SECRET_ENDINGS | MACHINE_ENDINGS | HEADER_ENDINGS))
def test_no_spelling_of_a_name_is_lost_before_the_file_is_parsed(ending: str) -> None:
    entries = [entry for entry in load().entries if entry.id in ("PKT402", "PKT404")]
    parts = ending.split()
    camel = "".join(part.title() for part in parts)
    spelled = [
        "_".join(parts), "_".join(parts).upper(), camel, camel[0].lower() + camel[1:], "-".join(parts),
        "-".join(part.title() for part in parts), "-".join(parts).upper(), ".".join(parts), "__".join(parts),
        "_".join(part.title() for part in parts), "".join([parts[0].upper(), *(part.title() for part in parts[1:])]),
    ]  # fmt: skip
    for name in spelled:
        for whole in (name, f"my_{name}", f"{name}_prod", f"{name}2"):
            fitting = {entry.id for entry in candidates(entries, f"d[{whole!r}] = 1\nprint(d)".encode())}
            assert ("PKT402" in fitting) >= (kind_of(whole) is not None), whole
            assert ("PKT404" in fitting) >= names_credential(whole), whole
    assert kind_of(spelled[0]) is kind_of(spelled[1]) is not None


NAMED = [entry for entry in load().entries if entry.id == "PKT402"]


@pytest.mark.parametrize(
    "code",
    [
        'api_key = os.environ["API_KEY"]', 'api_key = os.getenv("API_KEY")\nif api_key is None:\n    raise E',
        'api_key = os.environ.get("API_KEY")  # set it\n# so\nx = 1', "connect(token, api_key=api_key)\nrun()",
        "def f(api_key=None, hf_token: str | None = None, *, password: str):\n    g(password, x)\n    return password",
        "self.api_key = api_key\nself.password = args.password", "f(\n    api_key,\n    password=password,\n)\nx = 1",
        'parser.add_argument("--api-key")\nif args.api_key:\n    pass\nelse:\n    pass', 'f"{password}"',
        "from a import get_api_key\nget_api_key()\nimport pwd\n", "headers = make(api_key or None)", "password.value",
        "The password. Then the `api_key` (str): api_key: The key.\n",
        "class A:\n    api_key: str\n    password: str\n",
        "password = get_password()\nhf_token = self.hub.token()  # it",
        'storage_key = "cond_outputs" if cond else "other_outputs"\nout = d[storage_key].get(i)\nd[storage_key][i] = x',
        'storage_key = (\n    "cond_outputs" if i in d["cond_outputs"] else "other_outputs"\n)\n',
        'f(storage_key="a_b_c",\n  x="")', "f(a / self.api_key, b)",
        'for storage_key in ["cond_outputs", "other_outputs"]:\n    if storage_key:\n        pass',
        'Renaming(r"^storage_tokens", r"register_tokens")\nconfig.get_config("comet.api_key") is None',
    ],
)  # fmt: skip
def test_names_without_values_are_no_reason_to_parse(code: str) -> None:
    assert candidates(NAMED, code.encode()) == ()


@pytest.mark.parametrize(
    "code",
    [
        'api_key = os.getenv("A") or "x9-Lm!"', 'api_key = os.environ.get("API_KEY", "x")', 'password == "x9-Lm!"',
        'if "x" == password:\n    pass', '"x" == (\n    password\n)', 'compare_digest(password, "x")',
        'compare_digest(\n    "x",\n    password,\n)', 'user, password = "a", "x"', 'user, password = None, "x"',
        '(\n    user,\n    password,\n) = "a", "x"', '(user, password, host) = "a", "x", "y"', 'password, user = a',
        'password = x\nx = "y"', 'password = x = "y"', 'f(api_key=api_key\n  or "x")',
        'f(api_key=None\n  if a else "x")', 'x = (password  # one\n# two\n== "y")',
        f'x = (password\n# {"long " * 40}\n== "y")', 'x = (password\n.strip() == "y")', 'password: str = "x"',
        'password in ("a", "b")', 'd["password"] = "x"', 'd[\n"password"] = "x"', 'd["password"].strip() == "x"',
        '(os.environ.get("API_KEY")) == "x"', 'KEY = "API_KEY"\nos.getenv(KEY, "x")', 'setattr(a, "password", "x")',
        'add_argument("--api-key", default="x")', '(password := "x")', 'password += "x"', 'password = \\\n"x"',
        'password \\\n= "x"', '# password = "hunter2"', '# api_key: x9Lm2kQ8vB7nM4', 'f(\npassword\n="x")',
        'secrets = ["a"]', 'password.encode() == b"x"', 'x = "api_key=abc.defghijkl"', "url?api_key=abcd",
        '"\\npassword=x9-Lm!"', 'password = "hunter2" if a else "b"', 'password = "b" if a else "hunter2"',
        'password = ("a_b"\n"hunter2")', 'f(password="a_b"\n  # one\n  "hunter2")', 'password = "a_b" "hunter2"',
        'password = "a_b" + "hunter2"', 'password = ("a_b") + "hunter2"', 'f(password="a_b"\n  + "hunter2")',
        'password = "a" if f(b if c else "d", 2) else w', 'password = "a" if b else w if c else "d"',
        'user, password = "a_b", x', 'passwords = "a_b", "hunter2"', 'password = "a_b", "hunter2"',
        'password = " ".strip()', "password = word.strip()", 'for password in ["a_b", "hunter2"]:\n    f(password)',
        'for password in ["a_b" "hunter2"]:\n    f(password)',
        'for password in ["a_b"] + ["hunter2"]:\n    f(password)', 'for[password]in[["hunter2"]]:\n    f(password)',
        'd[PASSWORD] = "hunter2"', '[password] = ["hunter2"]', 'f()\n[password] = ["hunter2"]', 'get("password", "x")',
        'f("password=hunter2")', 'for NAME in("password", "x"):\n    d[NAME] = "hunter2"',
        'getattr("password", b, "c")', 'add_argument("password", default="x")', 'a / password == "hunter2"',
        'password = find(x="hunter2")', 'dict(zip(("password",), ("x",)))', 'case(password="hunter2")',
        '{"password":\n"x"}', '{"password"  # a\n: "x"}',
        'match password:\n  case "x": f()', 'match (\n  a.b["api_key"]\n):  # c\n  # d\n  case "x": f()',
        'a.get("db", "password", fallback="x")', 'a.set("db", "password", "x")', 'a.auth = ("x", "y")',
        'user.set_password("x")', 'getpass() == "x"', '"x" == getpass("?")', '"mysql -px"', '["mysql", "-px"]',
        '["sshpass",\n"-p",\n"x"]', '"sshpass -p x"', '["curl", "-u", "a:b"]', '"redis-cli -a x"',
        '"echo x | sudo -S y"',
        '{"user": "u", "pass": "x"}', '{"user": "u",\n"pw"\n: "x"}', '"IDENTIFIED BY \'x\'"', '"identified by \'x\'"',
        '"ROLE a PASSWORD \'x\'"', '"<password>x</password>"', '{"name": "DB_PASSWORD", "value": "x"}',
        'a.option("password", "x")', 'a(authkey=b"x")', 'a.username_pw_set("u", "x")', '["DB_PASSWORD=x"]',
        'import jwt\njwt.encode(p, "x")', '["a", "--password", "x"]', '"a --password=x"', '\'{"password": "x"}\'',
    ],
)  # fmt: skip
def test_names_that_may_have_values_are(code: str) -> None:
    assert candidates(NAMED, code.encode()) != ()


# -- values ------------------------------------------------------------------------------------------------------------


def _drawn(alphabet: str, length: int, draw: random.Random) -> str:
    return "".join(draw.choices(alphabet, k=length))


@pytest.mark.parametrize("length", [20, 32, 40, 64])
@pytest.mark.parametrize(
    "alphabet",
    [
        "0123456789abcdef", string.ascii_letters + string.digits, string.ascii_lowercase + string.digits,
        string.ascii_letters + string.digits + "-_", string.ascii_uppercase + "234567",
    ],
)  # fmt: skip
def test_random_values_are_known(alphabet: str, length: int) -> None:
    draw = random.Random(f"{alphabet}{length}")
    found = [strength(_drawn(alphabet, length, draw), Kind.MACHINE) for _ in range(400)]
    assert found.count(Strength.RANDOM) >= 392


@pytest.mark.parametrize(
    "value",
    [
        "<|endoftext|>", "[CLS]", "alltoall", "functools", "meta-llama/Llama-3.1-8B-Instruct", "OPENAI_API_KEY",
        "EMPTY", "your-api-key", "token-abc123", "changeme", "xxxxxxxxxxxxxxxx", "/etc/ssl/server.key", "${API_KEY}",
        "{api_key}", "%s", "<api key>", "https://example.org/token", "X-API-Key", "sasl.password", "ssl.key.password",
        "Enter your API key", "0123456789abcdef", "sk-proj-1234567890", "00000000-0000-0000-0000-000000000000",
        "projects/x/secrets/y/versions/latest", "gateway_secret", "AccessSecret", "aes-256-gcm", "pbkdf2_sha256",
        "--api-key", "get_secret('x')", r"\w{8,}", "\u2581token", "a b c d e f g h", "deadbeefdeadbeefdeadbeef",
        "(snip)", "[filtered]", "must_be_8+chars", "at_least_8_characters!", "PASSWORD_TOO_WEAK!", "a_b|min8", "Ctrl+P",
        "#ff00aa", "input#password", "auth/password#reset", "!vault", "!env:DB_PW", "ENC[AES256_GCM,data:x]", "$$DB_PW",
        "vault:secret/db#password", "guest@example.com", "00299570-246d-11d0-a768-00aa006e0529", "v2beta1",
        "$2b$12$KIXQhJq9Y8g3V7r0qzO1euF1p3O5Y5o0v9mWq7b0l6X1cQ8r2S3a.", "argon2:$argon2id$v=19$m=10240$kX0+9a",
        "pbkdf2_sha256$600000$Kq3xYz9QwErT$o5Rj2m8Vb1Zc4Nw7", "pbkdf2:sha256:600000$Kq3xYz9Q$o5Rj2m8Vb1Zc4Nw7",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", list(Kind))
def test_other_values(value: str, kind: Kind) -> None:
    assert strength(value, kind) in (Strength.NONE, Strength.WORD)


@pytest.mark.parametrize(
    "value",
    [
        "hunter2", "admin123", "P@ssw0rd", "Summer-2024", "harbor-otter-marble-36", "x9!kL", "StrongPassword1!",
        "TooCool4School", "Max2024!", "me@2024.Com", "(hunter2)", "Passwort!", "kea#Lori9", "Kea$12$lori",
    ],
)  # fmt: skip
def test_passwords_that_somebody_chose(value: str) -> None:
    assert strength(value, Kind.PASSWORD) is Strength.CHOSEN
    assert strength(value, Kind.MACHINE) is Strength.NONE


# -- nothing is given away ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", range(1, 40))
def test_a_glimpse_shows_a_third_at_most(length: int) -> None:
    secret = _drawn(string.ascii_letters, length, random.Random(length))
    glimpse = Credential("password", secret, Strength.CHOSEN, Span(1, 1, 1, 1), Span(1, 1, 1, 1)).glimpse
    shown = glimpse.split("`")[1].removesuffix("...")
    assert secret.startswith(shown)
    assert len(shown) <= min(4, length / 3)
    assert str(length) in glimpse


CODE = f'''import torch

DB_PASSWORD = "{CANARY}"
url = "postgres://app:{CANARY}@db.internal/app"  # torch
# connect(user="app", password="{CANARY}")
connect(
    user="app",
    password="{CANARY[:6]}"
    "{CANARY[6:]}",
)
print({{"password": "{CANARY}"}}, password)
# security-exception: written by our own trainer and verified by its checksum
torch.load(path, weights_only=False, password="{CANARY}")
torch.load(path, weights_only=False, password="{CANARY}")
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(CODE)
    return tmp_path


def _hides(output: str) -> bool:
    return not any(part in output for part in (CANARY, HIDDEN, CANARY[6:]))


@pytest.mark.parametrize("arguments", [(), ("--select", "PKT101")], ids=["all", "another rule alone"])
@pytest.mark.parametrize("format_", ["text", "concise", "json"])
def test_no_format_gives_a_password_away(project: Path, format_: str, arguments: tuple[str, ...]) -> None:
    run = picketlint("check", "-v", "--output-format", format_, *arguments, "app.py", cwd=project)
    assert run.code == 1
    assert ("PKT101" if arguments else "PKT402") in run.out
    assert _hides(run.out + run.err)


def test_statistics_exceptions_and_the_lock_give_no_password_away(project: Path) -> None:
    outputs = [picketlint("check", "--statistics", "app.py", cwd=project).out]
    for format_ in ("text", "markdown", "json"):
        outputs.append(picketlint("exceptions", "--output-format", format_, ".", cwd=project).out)
    (project / "pyproject.toml").write_text('[tool.picketlint]\nexceptions-lock = "exceptions.toml"\n')
    outputs.append(picketlint("exceptions", "--lock", cwd=project).out)
    lock = (project / "exceptions.toml").read_text()
    assert "torch.load" in lock
    assert "PKT402" in outputs[0]
    assert _hides("".join([*outputs, lock]))


def test_flake8_and_bandit_give_no_password_away(project: Path) -> None:
    shown = flake8("--select", "PKT", "app.py", cwd=project).out
    assert "PKT402" in shown
    assert _hides(shown)
    tests = json.loads(bandit("-q", "-f", "json", "-t", "PKT402,PKT404", "app.py", cwd=project).out)["results"]
    texts = [result["issue_text"] for result in tests]
    assert sum("PKT402" in result["test_id"] for result in tests) >= 4
    assert _hides("".join(texts))


def test_each_literal_is_reported_once() -> None:
    found = analyze(CODE, "app.py", Checks(frozenset({"PKT402"}))).findings
    assert [finding.span.line for finding in found] == [3, 4, 5, 8, 11, 13, 14]


def test_a_token_of_a_provider_is_reported_once() -> None:
    token = sample("ghp_")
    code = f'github_token = "{token}"\n'
    found = analyze(code, "app.py", Checks(frozenset({"PKT401", "PKT402"}))).findings
    assert [finding.rule for finding in found] == ["PKT401"]


@pytest.mark.parametrize(
    "form", ['"https://host?bot_token={}"', 'f"https://{{host}}?bot_token={}"', 'f"https://me:{}@{{host}}/x"']
)
def test_a_token_in_a_url_is_reported_once(form: str) -> None:
    for token in (sample(":AA"), sample(":AA").replace(":", "%3A")):
        found = analyze(f"url = {form.format(token)}\n", "app.py", Checks(frozenset({"PKT401", "PKT402"}))).findings
        assert [finding.rule for finding in found] == ["PKT401"]


# -- tables ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "entries",
    [
        '"login": "Anmelden!", "user": "Benutzer", "password": "Passwort!", "save": "Speichern..."',
        '"username": "Nom d\'utilisateur", "password": "MotDePasse?", "reset": "Réinitialiser"',
        '"name": "ATTm3", "unicodePwd": "ATTk589914", "id": "ATTr589970", "state": "ATTb590"',
        '"config_map": "V1ConfigMapSource", "secret": "V1SecretSource", "name": "V1NameSource"',
        '"password": "Passwort!"', '"host": "server", "user": "gebruikersnaam", "password": "wachtwoord"',
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["table = {{{}}}", "table = dict(**{{{}}})", "table = [{{{}}}]"])
def test_tables_of_texts_hold_no_credentials(entries: str, form: str) -> None:
    assert not analyze(form.format(entries), "app.py", Checks(frozenset({"PKT402"}))).findings


@pytest.mark.parametrize(
    "entries",
    [
        '"user": "admin", "login": "admin", "db": "admin", "password": "admin", "host": "db.internal"',
        '"user": "app1", "db": "app1", "password": "app1"', '"user": "app", "password": "Kea-Lorikeet!"',
        '"user": "Admin", "name": "Orders", "password": "L0rikeet!"',
        '"user": "a b", "note": "c d", "password": "kea7!x"',
        '"alice_password": "kea71", "bob_password": "kea72", "eve_password": "kea73"',
        '"USER": "Admin", "PORT": 5432, "NAME": "Orders!", "PASSWORD": "Lorikeet!"',
    ],
)  # fmt: skip
def test_configurations_do(entries: str) -> None:
    assert analyze(f"config = {{{entries}}}", "app.py", Checks(frozenset({"PKT402"}))).findings


def test_a_literal_is_reported_wherever_it_is_handed_to() -> None:
    code = 'VALUE = "9f8Kd02LmQx71Zp4"\n\n\ndef f():\n    connect(api_key=VALUE)\n    other(api_key=VALUE)\n'
    (finding,) = analyze(code, "app.py", Checks(frozenset({"PKT402"}))).findings
    assert finding.span.line == 1
    assert [step.line for step in finding.trace] == [1]
