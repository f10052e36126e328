"""The generated set of ``benchmarks/secret_scanners.py``: it has what it says, and chance is the same everywhere."""

from __future__ import annotations

import ast
import base64
import json
import re
import subprocess
import sys
import warnings
import zlib
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.append(str(BENCHMARKS))

from planted.build import GROUPS, HEADS, NEUTRAL, SHAPED, TAILS, Item, planted, silent, write  # noqa: E402
from planted.forms import FORMS  # noqa: E402
from planted.generic import GENERIC  # noqa: E402
from planted.keys import KEY_FORMS, KEYS, Key  # noqa: E402
from planted.lookalikes import look_alikes  # noqa: E402
from planted.providers import TOKENS  # noqa: E402
from planted.values import Dice, base62_checksum, uuid4  # noqa: E402

SEED = "a"
CREDENTIALS = list(planted(SEED))
LOOK_ALIKES = list(silent(SEED))
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PROVIDERS = """Hugging Face, NVIDIA, GitHub, GitLab, AWS, Google, Azure, OpenAI, Anthropic, Mistral, Cohere, Groq,
Replicate, Together, Weights & Biases, Comet, Neptune, Databricks, Slack, Discord, Telegram, Stripe, Twilio, SendGrid,
npm, PyPI, Docker Hub, JWT, Pinecone, Weaviate, Qdrant"""


def token(provider: str, kind: str, roll: int = 0) -> str:
    (found,) = [one for one in TOKENS if (one.provider, one.kind) == (provider, kind)]
    return found.make(Dice(f"{provider}/{kind}/{roll}"))


def digest(items: Sequence[Item]) -> str:
    return sha256("\0".join(part for item in items for part in (item.file, item.text)).encode()).hexdigest()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_there_are_enough_of_both() -> None:
    assert len(CREDENTIALS) >= 400
    assert len(LOOK_ALIKES) >= 400
    assert {item.group for item in CREDENTIALS} == set(GROUPS)


def test_every_file_has_another_name_and_text() -> None:
    everything = [*CREDENTIALS, *LOOK_ALIKES]
    assert len({item.file for item in everything}) == len(everything)
    assert len({item.text for item in CREDENTIALS}) == len(CREDENTIALS)


def test_every_provider_is_there() -> None:
    expected = {" ".join(name.split()) for name in PROVIDERS.split(",")}
    assert expected <= {item.provider for item in CREDENTIALS}
    assert {(one.provider, one.kind) for one in TOKENS} <= {(item.provider, item.kind) for item in CREDENTIALS}


@pytest.mark.parametrize("provider", sorted({one.provider for one in TOKENS if one.shaped}))
def test_every_form_has_every_provider_whose_credentials_have_a_shape(provider: str) -> None:
    assert {item.form for item in CREDENTIALS if item.provider == provider} == {form.name for form in FORMS}


def test_every_generic_credential_is_in_every_form_that_names_it() -> None:
    pairs = {(item.kind, item.form) for item in CREDENTIALS}
    for one in GENERIC:
        assert {(one.kind, form.name) for form in FORMS if form.named and (form.url or not one.url)} <= pairs


def test_every_private_key_is_in_every_form() -> None:
    pairs = {(item.kind, item.form) for item in CREDENTIALS}
    assert {(key.kind, form.name) for key in KEYS for form in KEY_FORMS} <= pairs


def test_every_entry_has_its_source() -> None:
    assert all(one.source.startswith("https://") for one in (*TOKENS, *KEYS))


def test_the_set_is_the_same_for_the_same_seed() -> None:
    assert digest(list(planted(SEED))) == digest(CREDENTIALS)
    assert digest(list(silent(SEED))) == digest(LOOK_ALIKES)
    assert digest(list(planted("b"))) != digest(CREDENTIALS)


def test_chance_is_the_same_in_every_version_of_python() -> None:
    dice = Dice("chance")
    assert dice.text(DIGITS, 24) == "ocBw5AxfNYCW82GsIJfIjQj3"
    assert dice.data(8).hex() == "072d944339f4d6e5"
    assert dice.order("abcdef") == list("dfeabc")
    assert [dice.between(1, 6) for _ in range(6)] == [6, 1, 1, 2, 2, 2]


def test_the_set_does_not_depend_on_the_hash_seed() -> None:
    script = (
        f"import sys; sys.path.append({str(BENCHMARKS)!r}); from planted.build import planted, silent\n"
        f"print([(item.file, item.text) for make in (planted, silent) for item in make({SEED!r})])"
    )
    outputs = {
        subprocess.run([sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert outputs != {b""}


def test_every_file_is_valid() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for item in (*CREDENTIALS, *LOOK_ALIKES):
            if item.file.endswith(".ipynb"):
                assert [cell["cell_type"] for cell in json.loads(item.text)["cells"]] == ["markdown", "code"]
            else:
                ast.parse(item.text, item.file)


def test_the_lines_of_an_item_are_all_of_a_file_that_is_about_it() -> None:
    for item in (*CREDENTIALS, *LOOK_ALIKES):
        if item.file.endswith(".py"):
            lines = item.text.split("\n")
            assert "\n".join(lines[: item.first - 1]) in HEADS
            assert "\n".join(lines[item.last + 2 :]) in TAILS
            assert item.holds(item.first)
            assert item.holds(item.last)
            assert not item.holds(item.last + 1)


@pytest.mark.parametrize("kind", ["personal", "OAuth", "user to server", "server to server", "refresh"])
@pytest.mark.parametrize("roll", range(5))
def test_tokens_of_github_end_with_their_checksum(kind: str, roll: int) -> None:
    assert_checked(token("GitHub", kind, roll), r"gh[pousr]_")


@pytest.mark.parametrize("roll", range(5))
def test_tokens_of_npm_end_with_their_checksum(roll: int) -> None:
    assert_checked(token("npm", "token", roll), r"npm_")


def assert_checked(text: str, prefix: str) -> None:
    found = re.fullmatch(rf"{prefix}([0-9A-Za-z]{{30,70}})([0-9A-Za-z]{{6}})", text)
    assert found
    number = 0
    for digit in found[2]:
        number = number * 62 + DIGITS.index(digit)
    assert number == zlib.crc32(found[1].encode())


def test_a_small_checksum_is_filled_with_zeros() -> None:
    # The CRC32 of the empty text is 0.
    assert base62_checksum("") == "000000"


@pytest.mark.parametrize(
    ("provider", "kind", "shape"),
    [
        ("Hugging Face", "user", r"hf_[A-Za-z]{34}"),
        ("Hugging Face", "organisation", r"api_org_[A-Za-z]{34}"),
        ("NVIDIA", "API key", r"nvapi-[\w-]{64}"),
        ("GitHub", "fine-grained", r"github_pat_11[A-Z2-7]{7}0[0-9A-Za-z]{12}_[0-9A-Za-z]{59}"),
        ("AWS", "access key id", r"AKIA[A-Z2-7]{16}"),
        ("Google", "API key", r"AIza[\w-]{35}"),
        ("Azure", "storage key", r"[\w+/]{86}=="),
        ("OpenAI", "user", r"sk-[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20}"),
        ("Anthropic", "API key", r"sk-ant-api03-[\w-]{93}AA"),
        ("Groq", "API key", r"gsk_[0-9A-Za-z]{52}"),
        ("Weights & Biases", "API key", r"wandb_v1_\w{77}"),
        ("SendGrid", "API key", r"SG\.[\w-]{22}\.[\w-]{43}"),
        ("Slack", "bot", r"xoxb-\d{12,13}-\d{12,13}-[0-9A-Za-z]{24}"),
        ("Stripe", "secret", r"sk_live_(51[0-9A-Za-z]{97}|[0-9A-Za-z]{24})"),
    ],
)
def test_formats(provider: str, kind: str, shape: str) -> None:
    for roll in range(20):
        assert re.fullmatch(shape, token(provider, kind, roll), re.ASCII)


def test_structured_tokens_hold_what_the_real_ones_do() -> None:
    assert base64.b64decode("T3BlbkFJ") == b"OpenAI"
    number, address = base64.b64decode(token("NVIDIA", "legacy NGC key")).decode().split(":")
    assert (len(number), len(address)) == (26, 36)
    assert json.loads(base64.b64decode(token("Neptune", "API token")))["api_address"] == "https://app.neptune.ai"
    assert decoded(token("PyPI", "token").removeprefix("pypi-")).startswith(b"\x02\x01\x08pypi.org\x02\x24")
    assert decoded(token("Discord", "bot").partition(".")[0]).isdigit()
    assert len(base64.b64decode(token("Azure", "storage key"))) == 64
    head, payload, signature = map(decoded, token("JWT", "HS256").split("."))
    assert json.loads(head) == {"alg": "HS256", "typ": "JWT"}
    assert {"sub", "exp"} <= set(json.loads(payload))
    assert len(signature) == 32


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.kind)
def test_a_private_key_is_a_block_of_base64(key: Key) -> None:
    first, *lines, last = key.make(Dice(key.kind)).rstrip("\n").split("\n")
    assert re.fullmatch(r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----", first)
    assert last == first.replace("BEGIN", "END")
    body = [line for line in lines if re.fullmatch(r"[\w+/=]+", line, re.ASCII) and not line.startswith("=")]
    assert len(base64.b64decode("".join(body))) > 100


def test_a_uuid_says_that_it_is_random() -> None:
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", uuid4(Dice("u")))


def test_some_shaped_credentials_stand_under_a_name_that_says_nothing() -> None:
    named = [item for item in CREDENTIALS if item.group == SHAPED and item.form == "assignment"]
    neutral = [item for item in named if any(re.search(rf"(?i)\b{name} = ", item.text) for name in NEUTRAL)]
    assert 0 < len(neutral) < len(named)


def test_no_mark_is_left_in_a_look_alike() -> None:
    assert not [one for one in look_alikes(SEED) if "«" in "".join(one.lines) or "¶" in "".join(one.lines)]


def test_the_repository_has_none_of_the_tokens() -> None:
    shaped = r"\b(?:hf_[A-Za-z]{34}|gh[pousr]_\w{36}|AKIA[A-Z2-7]{16}|nvapi-[\w-]{64}|npm_\w{36}|AIza[\w-]{35})\b"
    for path in [*BENCHMARKS.rglob("*.py"), *BENCHMARKS.rglob("*.txt")]:
        text = path.read_text("utf-8")
        assert not re.search(shaped, text), path
        assert not re.search(r"-----BEGIN [A-Z ]*PRIVATE KEY-----", text), path


def test_the_files_are_written_in_the_place_of_older_ones(tmp_path: Path) -> None:
    old = tmp_path / "silent" / "old.py"
    old.parent.mkdir()
    old.touch()
    chosen = [*CREDENTIALS[:3], *LOOK_ALIKES[:3]]
    write(chosen, tmp_path)
    assert not old.exists()
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")} == {item.file for item in chosen}
