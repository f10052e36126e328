"""Credential of a known provider, written out.

## What it does
Reports whatever has the exact shape of a provider's credential: prefix, characters, length, and the checksum where
there is one. The table has Hugging Face, NVIDIA (NIM and NGC), OpenAI, Anthropic, Mistral, Cohere, Groq, Replicate,
Together, Weights & Biases, Comet, Neptune, Databricks, Pinecone and others of this trade; GitHub, GitLab, PyPI, npm and
Docker Hub; AWS, Google and Azure; Slack, Discord, Telegram, Stripe, Twilio and SendGrid; signed JSON Web Tokens. What
looks like any other number (a W&B key of 40 hexadecimal digits, a Mistral key) is reported only where the name it is
bound to or the call it is handed to names the provider: `WANDB_API_KEY = "..."`, `wandb.login(key="...")`.

The whole file is looked through, comments and docstrings too, and so are texts that the code puts together from
constants: `"hf_" + "..."`, adjacent literals, f-strings, bytes, escapes, `"".join([...])`. A prefix that is taken
apart itself (`"h" "f_..."`) goes unnoticed.

Placeholders (`hf_xxxx...`, `your-key-here`, `abcdef123456`), credentials that a provider's documentation has made
known, and keys for tests that are made for being shown around (`sk_test_...` of Stripe) are not reported. Of an AWS key
the secret part is: an access key id with none near it is reported with low severity.

Nothing that picketlint prints shows more of a credential than four characters and its length. Tests are left out, as
for other rules: they hold made-up credentials more often than real ones. `include-tests = ["PKT401"]` in the
configuration takes them in.

## Why is this bad?
Whoever can read the code can use the account: colleagues, users of the package, everybody once the repository is public
or has leaked. Published tokens are found and tried within minutes. Deleting the line does not help, for it stays in the
history.

## Instead
Revoke the credential at its provider, then read the new one at run time: `os.environ["HF_TOKEN"]`, the login that a
client library keeps (`huggingface-cli login`), or a secret store.

## References
- [CWE-798: Use of Hard-coded Credentials](https://cwe.mitre.org/data/definitions/798.html)
- [GitHub: supported secret scanning patterns](https://docs.github.com/en/code-security/reference/secret-security/supported-secret-scanning-patterns)
"""

from __future__ import annotations

from collections.abc import Iterator

from picketlint.rule import Passage, Rule, Severity, Token, bad, good, later, on_text, sample, token_triggers, tokens

SHOWN = 4


class ProviderToken(Rule):
    id = "PKT401"
    name = "provider-token"
    since = "0.1"
    severity = Severity.HIGH
    cwe = 798
    policy = "API Keys and Credentials"
    triggers = later(token_triggers)
    documentable = False
    conceals = True
    examples = (
        bad(f'login(token="{sample("hf_")}")', at="1:13", why="`hf_` and 34 letters or digits"),
        bad(f"# export NVIDIA_API_KEY={sample('nvapi-')}", at="1:25", why="in a comment it has leaked as well"),
        bad(f'"""Run with\n\n    OPENAI_API_KEY={sample("sk-proj-")} python train.py\n"""', at="3:20"),
        bad(f'TOKEN = "{sample("ghp_")[:12]}" \\\n    "{sample("ghp_")[12:]}"', at="1:9", why="in two literals"),
        bad(f'TOKEN = "{sample("glpat-")[:9]}" + "{sample("glpat-")[9:]}"', at="1:9"),
        bad(f'headers = {{"Authorization": f"Bearer {{x}}{sample("gsk_")}"}}', at="1:29"),
        bad(f'KEY = b"{sample("r8_")[:-1]}\\x41"', at="1:7"),
        bad(f'SLACK = "https://hooks.slack.com/services/{sample("hooks.slack.com/services/")[25:]}"', at="1:9"),
        bad(f'os.environ["WANDB_API_KEY"] = "{sample("wandb")}"', at="1:31", why="40 digits: the name says what for"),
        bad(f'wandb.login(\n    key="{sample("wandb")}",\n)', at="2:9"),
        bad(f'client = Mistral(api_key="{sample("mistral")}")', at="1:26"),
        bad(f'boto3.client("s3", "{sample("AKIA")}", "{sample("aws_secret")}")', at="1:44", why="the secret of a pair"),
        bad(f'PROFILE = "{sample("AKIA")}"', at="1:11", why="an id alone: low severity"),
        good('login(token=os.environ["HF_TOKEN"])'),
        good(f'TOKEN = "hf_{"x" * 34}"', why="a placeholder"),
        good('TOKEN = "hf_your_token_goes_right_here_123456"'),
        good(f'REVISION = "{sample("wandb")}"', why="40 hexadecimal digits are a commit as well"),
        good(f'TOKEN = "{sample("hf_")}{sample("hf_")[3:9]}"', why="not the length of one"),
        good(f'TOKEN = "{sample("ghp_")[:-1]}0"', why="the checksum is wrong"),
        good('stripe.api_key = "sk_test_" + suffix', why="made for tests"),
        good('ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"', why="the one of the documentation"),
        good('config = load_config("hf_config.json")\nhf_token = None'),
    )

    @on_text()
    def check(self, text: str) -> Iterator[Passage]:
        """Every credential in a text."""
        for token in tokens(text):
            severity = None if token.secret else Severity.LOW
            message = _message(token, text[token.start : token.end])
            yield Passage(token.start, token.end, message, severity, secret=(token.start, token.end))


def _message(token: Token, value: str) -> str:
    """What was found, without giving it away."""
    found = f"{token.what} (`{value[:SHOWN]}...`, {len(value)} characters)"
    if not token.secret:
        return f"{found}: it identifies an account, and its secret may be nearby; read both from the environment"
    return f"{found}: whoever reads this can use it; revoke it and read the new one from the environment at run time"
