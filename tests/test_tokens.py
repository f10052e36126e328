"""The shapes of credentials: each is found, and what looks like it is not."""

from __future__ import annotations

import base64
import json

import pytest
from growth import is_linear, repeated

from picketlint.credentials.tokens import Token, provider_of, sample, starred, tokens
from picketlint.knowledge.tokens import DISCORD_BOT, NAMED, SHAPES, Named, Shape
from picketlint.prefilter import candidates
from picketlint.registry import load

PLAIN = [shape for shape in SHAPES if shape.check in ("", "crc32")]
ENTRY = next(entry for entry in load().entries if entry.id == "PKT401")


def found(text: str) -> list[tuple[str, str]]:
    return [(token.what, text[token.start : token.end]) for token in tokens(text)]


def encoded(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def web_token(header: object, payload: object) -> str:
    return f"{encoded(header)}.{encoded(payload)}.{sample('tgp_v1_')[7:]}"


SIGNED = {"alg": "HS256", "typ": "JWT"}
CLAIMS = {"sub": "training", "iat": 1_700_000_000}


@pytest.mark.parametrize("shape", PLAIN, ids=lambda shape: f"{shape.provider} {shape.needle}")
def test_each_shape_is_found_as_a_whole_word(shape: Shape) -> None:
    secret = sample(shape)
    what = f"{shape.provider} {shape.kind}"
    for text in (f'TOKEN = "{secret}"', f"# {secret}\n", f"https://me:{secret}@host/x", f'say("\\n{secret}\\n")'):
        assert (what, secret) in found(text)
    assert found(f"x{secret}") == [] or shape.parts[0] != shape.needle
    assert (what, secret) not in found(f"{secret}0")
    assert candidates([ENTRY], f'TOKEN = "{secret}"'.encode())
    assert candidates([ENTRY], f'TOKEN = "{secret[:-3]}" "{secret[-3:]}"'.encode())


@pytest.mark.parametrize("shape", PLAIN, ids=lambda shape: f"{shape.provider} {shape.needle}")
def test_a_shape_in_a_list_of_pieces_is_a_reason_to_parse(shape: Shape) -> None:
    secret = sample(shape)
    for end in range(secret.index(shape.needle) + len(shape.needle) + 8, len(secret), 5):
        first, rest = secret[:end], secret[end:]
        for code in (
            f'"".join(["{first}", "{rest}"])',
            f"''.join(('{first}',\n    '{rest} and more'))",
            f'"".join(["{first}", "{rest[:1]}", "{rest[1:]}"])',
            f'"".join(["{first}", "", "{rest}"])',
            f'"".join(["{first}", "{rest[:-1]}\\x{ord(rest[-1]):02x}"])',
        ):
            assert candidates([ENTRY], code.encode()), code


def test_a_list_of_names_is_none() -> None:
    assert not candidates(
        [ENTRY], b"__all__ = [\"export_hf_checkpoint\", 'export_other', 'x_hf_ptq', '/models', 'hf_a', 'b']"
    )


@pytest.mark.parametrize("row", NAMED, ids=lambda row: f"{row.provider} {row.words[0]}")
def test_what_has_no_shape_is_known_by_its_name(row: Named) -> None:
    secret = sample(row.words[0])
    assert provider_of(secret) is None
    for name in (
        *row.exact,
        *(f"{word}_api_key" for word in row.words),
        *(f"{word.upper()}_KEY" for word in row.words),
    ):
        for text in (f'{name}: str = "{secret}"', f"export {name}={secret}", f"os.environ['{name}'] = '{secret}'"):
            assert [value for _, value in found(text)] == [secret], text
            assert candidates([ENTRY], text.encode()), text
    for word in row.words:
        assert found(f'{word}_tokenizer = "{secret}"') == []
        assert found(f'{word}_key = None\ncommit = "{secret}"') == []
        assert provider_of(secret, f"{word}_api_key") == row.provider


@pytest.mark.parametrize(
    "code",
    [
        'wandb.login(key="{}")',
        'wandb.login(\n    key="{}",\n)',
        "!wandb login {}",
        'WANDB_API_KEY = os.environ.get("WANDB_API_KEY", "{}")',
        'key = os.getenv("WANDB_API_KEY") or "{}"',
        'parser.add_argument("--wandb-api-key", default="{}")',
        '{{"wandb_api_key": "{}"}}',
        'if key != wandb_key: raise Error(wandb_key == "{}")',
    ],
)
def test_how_a_name_gets_its_value(code: str) -> None:
    secret = sample("wandb")
    assert [value for _, value in found(code.format(secret))] == [secret]


@pytest.mark.parametrize(
    "text",
    [
        f"hf_{'x' * 34}",
        f"hf_{'ab' * 17}",
        "hf_" + "abcdefghijklmnopqrstuvwxyzabcdefgh",
        "hf_" + "thiscouldbesomethingbutitisnothing",
        "hf_" + "YourAccessTokenGoesHereXcVbNmQwRtY",
        f"nvapi-{'X' * 64}",
        "glpat-" + "example-token-1a2B3c",
        "gsk_" + "0123456789" * 5 + "ab",
        "AKIAIOSFODNN7EXAMPLE",
        "AKIAXXXXXXXXXXXXXXXX",
        'aws_secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"',
        "xoxb-" + "1" * 12 + "-" + "1" * 12 + "-" + "x" * 24,
        "hooks.slack.com/services/T00000000/B00000000/" + "X" * 24,
        'wandb.login(key="' + "0" * 40 + '")',
        "AccountKey=" + "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50u" + "SRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
        "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc",
        "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a",
        "ghs_" + "16C7e42F292c6912E7710c838347Ae178B4a",
    ],
)
def test_placeholders_and_credentials_of_documentation_are_not(text: str) -> None:
    assert found(f'TOKEN = "{text}"') == []


def test_a_checksum_that_is_wrong() -> None:
    secret = sample("ghp_")
    assert found(secret)
    assert found(secret[:10] + ("b" if secret[10] == "a" else "a") + secret[11:]) == []


@pytest.mark.parametrize(
    ("token", "reported"),
    [
        (web_token(SIGNED, CLAIMS), True),
        (web_token({"alg": "none"}, CLAIMS), False),
        (web_token({"typ": "JWT"}, CLAIMS), False),
        (web_token(SIGNED, {"sub": "1234567890", "name": "John Doe"}), False),
        (web_token(SIGNED, {"iss": "supabase", "role": "anon"}), False),
        (web_token(SIGNED, {"some": "payload"}), False),
        (web_token(SIGNED, {"a": "b", "c": 1}), False),
        (web_token(SIGNED, {"u": "alice", "i": 1}), True),
        (web_token(SIGNED, ["a", "list", "is", "none"]), False),
        (f"{encoded(SIGNED)}.{encoded(CLAIMS)}.{'signature' * 4}", False),
        (f"{encoded(SIGNED)}.eyJ-not-json-at-all.{sample('tgp_v1_')[7:]}", False),
    ],
)
def test_json_web_tokens(token: str, reported: bool) -> None:
    assert bool(found(f'auth = "Bearer {token}"')) is reported


def test_neptune_and_discord_are_told_by_what_they_hold() -> None:
    address = {
        "api_address": "https://app.neptune.ai",
        "api_url": "x",
        "api_key": "6f1c9d2e-7b40-4a85-93e1-0c5d8a2b7f64",
    }
    token = base64.b64encode(json.dumps(address, separators=(",", ":")).encode()).decode()
    assert [what for what, _ in found(f'run = init_run(api_token="{token}")')] == ["Neptune API token"]
    number = base64.b64encode(b"198622483471925248").decode().rstrip("=")
    rest = f"Gx3kQz.{sample('tgp_v1_')[7:45]}"
    assert [what for what, _ in found(f'discord.Client().run("{number}.{rest}")')] == ["Discord bot token"]
    assert found(f'discord.Client().run("{"M" * 24}.{rest}")') == []


def test_every_shape_says_where_it_is_from() -> None:
    sources = [*(shape.source for shape in SHAPES), *(row.source for row in NAMED), DISCORD_BOT.source]
    assert [source for source in sources if not source.startswith("https://")] == []


def test_a_signature_counts_in_a_signed_url_only() -> None:
    signature = "a8Kd%2FqPz3LmX0vTbYw7RcJ5HsEfGuN1iO4Z6xV2kB9M%3D"
    assert found(f"https://x.blob.core.windows.net/c?sp=r&sv=2022-11-02&sr=c&sig={signature}")
    assert found(f"https://example.org/c?a=1&sig={signature}") == []


def test_of_a_pair_the_secret_is_reported() -> None:
    number, secret = sample("AKIA"), sample("aws_secret")
    assert tokens(f'client("s3", "{number}", "{secret}")') == [
        Token(38, 78, "AWS", "secret access key"),
    ]
    assert tokens(f'ID = "{number}"') == [Token(6, 26, "AWS", "access key id", secret=False)]
    assert tokens(f'ID = "{number}"\nCOMMIT = "{sample("wandb")}"') == [
        Token(6, 26, "AWS", "access key id", secret=False),
    ]


def test_stars_take_the_place_of_credentials_alone() -> None:
    one, other = sample("hf_"), sample("gsk_")
    assert starred(f"a {one} b {other}.") == f"a {'*' * len(one)} b {'*' * len(other)}."
    assert starred("nothing") == "nothing"


HOSTILE = """
    sk- sk-sk-proj- eyJ .eyJ eyJhbGciOiJIUzI1NiJ9.. hf_ nvapi- AKIA T3BlbkFJ 8Q~ 1:AA sig= wandb_key
    "wandb_key": Mistral( glpat-a. pypi-AgEIcHlwaS5vcmc discord.M Ma. hooks.slack.com/services/T
"""


@pytest.mark.parametrize("piece", HOSTILE.split())
def test_hostile_text_is_read_in_linear_time(piece: str) -> None:
    assert tokens(piece * 100_000) == []
    assert is_linear(lambda text: tokens(text.decode()), repeated(b"", piece.encode()), 100_000)
