"""The credentials of providers, each in the format that its source describes.

A source is the issuer's documentation wherever that says what the credential looks like, else a description by
somebody who has seen many.
"""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from planted.values import (
    BASE32,
    BASE62,
    BASE64,
    BASE64_URL,
    HEX,
    LETTERS,
    Dice,
    base64_text,
    base64_url,
    checksummed,
    mixed,
    uuid4,
)

LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits

HUGGING_FACE = "https://huggingface.co/docs/hub/en/security-tokens"
HUGGING_FACE_LENGTH = "https://github.com/secretlint/secretlint/issues/1449"
NGC = "https://github.com/trufflesecurity/trufflehog/blob/main/pkg/detectors/ngc/ngc.go"
NVAPI = "https://github.com/trufflesecurity/trufflehog/blob/main/pkg/detectors/nvapi/nvapi.go"
GITHUB = "https://github.blog/engineering/behind-githubs-new-authentication-token-formats/"
GITHUB_REFRESH = "https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens"
GITHUB_FINE = (
    "https://github.blog/security/application-security/introducing-fine-grained-personal-access-tokens-for-github/"
)
GITLAB = "https://docs.gitlab.com/security/tokens/#token-prefixes"
AWS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids"
GOOGLE = "https://cloud.google.com/docs/authentication/api-keys"
GOOGLE_CLIENT = "https://support.google.com/cloud/answer/15549257"
AZURE_STORAGE = "https://learn.microsoft.com/en-us/purview/sit-defn-azure-storage-account-key"
AZURE_STRING = "https://learn.microsoft.com/en-us/azure/storage/common/storage-configure-connection-string"
AZURE_SAS = "https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas"
AZURE_CLIENT = "https://learn.microsoft.com/en-us/purview/sit-defn-azure-ad-client-secret"
OPENAI = "https://github.com/mongodb/kingfisher/pull/68"
ANTHROPIC = "https://platform.claude.com/docs/en/api/admin-api"
MISTRAL = "https://docs.mistral.ai/getting-started/quickstart/"
COHERE = "https://docs.cohere.com/docs/rate-limits"
GROQ = "https://console.groq.com/docs/quickstart"
REPLICATE = "https://replicate.com/docs/topics/security/api-tokens"
TOGETHER = "https://docs.together.ai/docs/quickstart"
WANDB = "https://github.com/wandb/server/issues/163"
COMET = "https://www.comet.com/docs/v2/guides/experiment-management/configure-sdk/"
NEPTUNE = "https://docs-legacy.neptune.ai/setup/setting_api_token/"
DATABRICKS = "https://docs.databricks.com/aws/en/dev-tools/auth/pat"
SLACK = "https://docs.slack.dev/authentication/tokens"
SLACK_HOOK = "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"
DISCORD = "https://discord.com/developers/docs/reference#authentication"
DISCORD_HOOK = "https://discord.com/developers/docs/resources/webhook"
TELEGRAM = "https://core.telegram.org/bots/features#botfather"
STRIPE = "https://docs.stripe.com/keys"
TWILIO = "https://www.twilio.com/docs/iam/api-keys"
SENDGRID = "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys"
NPM = "https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format/"
PYPI = "https://docs.pypi.org/api/secrets/"
DOCKER = "https://docs.docker.com/security/access-tokens/"
JWT = "https://www.rfc-editor.org/rfc/rfc7519"
PINECONE = "https://docs.pinecone.io/guides/projects/manage-api-keys"
QDRANT = "https://qdrant.tech/documentation/guides/security/#granular-access-control-with-jwt"
WEAVIATE = "https://docs.weaviate.io/deploy/configuration/authentication"
XAI = "https://docs.x.ai/docs/overview"
OPENROUTER = "https://openrouter.ai/docs/api-reference/authentication"
PERPLEXITY = "https://docs.perplexity.ai/getting-started/quickstart"
LANGSMITH = "https://docs.langchain.com/langsmith/create-account-api-key"


class Token(NamedTuple):
    """One kind of credential of a provider.

    ``names`` is what code calls it. ``shaped``: whoever knows the format recognises it without a name beside it.
    ``url``: it is a whole address or connection string.
    """

    provider: str
    kind: str
    make: Callable[[Dice], str]
    names: tuple[str, ...]
    source: str
    shaped: bool = True
    url: bool = False


def _text(prefix: str, alphabet: str, length: int) -> Callable[[Dice], str]:
    return lambda dice: prefix + dice.text(alphabet, length)


def _checked(prefix: str, length: int) -> Callable[[Dice], str]:
    return lambda dice: prefix + checksummed(dice, length)


def _fine_grained(dice: Dice) -> str:
    return f"github_pat_11{dice.text(BASE32, 7)}0{dice.text(BASE62, 12)}_{dice.text(BASE62, 59)}"


def _ngc(dice: Dice) -> str:
    return base64_text(f"{dice.text(LOWER, 26)}:{uuid4(dice)}".encode())


def _routable(prefix: str) -> Callable[[Dice], str]:
    # Payload in base 64, from GitLab 18 on a version, the payload's length and a checksum in base 36.
    return lambda dice: f"{prefix}{dice.text(BASE64_URL, 27)}{dice.pick(('.01', ''))}.{dice.text(LOWER, 9)}"


def _openai(prefix: str, half: int) -> Callable[[Dice], str]:
    # The base 64 of "OpenAI" is in the middle.
    alphabet = BASE62 if half == 20 else BASE64_URL
    return lambda dice: f"{prefix}{dice.text(alphabet, half)}T3BlbkFJ{dice.text(alphabet, half)}"


def _storage_key(dice: Dice) -> str:
    # Keys made since 2021 have a mark that tells them from other base 64.
    mark = dice.pick(("+ASt", dice.text(BASE64, 4)))
    return f"{dice.text(BASE64, 76)}{mark}{dice.text(BASE62, 5)}{dice.pick('AQgw')}=="


def _storage_string(dice: Dice) -> str:
    account = dice.text(LOWER, 12)
    return (
        f"DefaultEndpointsProtocol=https;AccountName={account};"
        f"AccountKey={_storage_key(dice)};EndpointSuffix=core.windows.net"
    )


def _sas(dice: Dice) -> str:
    signature = quote(base64_text(dice.data(32)), safe="")
    year = dice.between(2027, 2032)
    return (
        f"https://{dice.text(LOWER, 10)}.blob.core.windows.net/checkpoints?sp=rl&st=2025-03-01T08:00:00Z"
        f"&se={year}-03-01T16:00:00Z&spr=https&sv=2022-11-02&sr=c&sig={signature}"
    )


def _neptune(dice: Dice) -> str:
    address = "https://app.neptune.ai"
    return base64_text(json.dumps({"api_address": address, "api_url": address, "api_key": uuid4(dice)}).encode())


def _jwt(payload: Callable[[Dice], dict[str, object]]) -> Callable[[Dice], str]:
    def make(dice: Dice) -> str:
        parts = [json.dumps(part, separators=(",", ":")) for part in ({"alg": "HS256", "typ": "JWT"}, payload(dice))]
        return ".".join([*(base64_url(part.encode()) for part in parts), base64_url(dice.data(32))])

    return make


def _claims(dice: Dice) -> dict[str, object]:
    issued = dice.between(1_690_000_000, 1_790_000_000)
    return {"sub": uuid4(dice), "iss": "https://auth.internal", "iat": issued, "exp": issued + 86_400 * 365}


def _discord(dice: Dice) -> str:
    number = str(dice.between(10**18, 9 * 10**18)).encode()
    return f"{base64_url(number)}.G{dice.text(BASE64_URL, 5)}.{dice.text(BASE64_URL, 38)}"


def _slack(prefix: str, groups: int, alphabet: str, length: int) -> Callable[[Dice], str]:
    def make(dice: Dice) -> str:
        numbers = [str(dice.between(10**11, 10**13 - 1)) for _ in range(groups)]
        return "-".join([prefix, *numbers, dice.text(alphabet, length)])

    return make


def _slack_app(dice: Dice) -> str:
    return f"xapp-1-A0{dice.text(UPPER, 9)}-{dice.between(10**12, 10**13 - 1)}-{dice.text(HEX, 64)}"


def _slack_hook(dice: Dice) -> str:
    return f"https://hooks.slack.com/services/T0{dice.text(UPPER, 9)}/B0{dice.text(UPPER, 9)}/{mixed(dice, BASE62, 24)}"


def _discord_hook(dice: Dice) -> str:
    return f"https://discord.com/api/webhooks/{dice.between(10**18, 9 * 10**18)}/{dice.text(BASE64_URL, 68)}"


def _pypi(dice: Dice) -> str:
    # A macaroon: version, location, identifier, caveat, signature.
    caveat = f'[3,"{uuid4(dice)}"]'.encode()
    head = b"\x02\x01\x08pypi.org\x02\x24" + uuid4(dice).encode() + b"\x00\x02"
    return f"pypi-{base64_url(head + bytes([len(caveat)]) + caveat + bytes([0, 0, 6, 32]) + dice.data(32))}"


def _stripe(prefix: str) -> Callable[[Dice], str]:
    # Keys of newer accounts hold the account's number.
    return lambda dice: prefix + dice.pick((f"51{dice.text(BASE62, 97)}", mixed(dice, BASE62, 24)))


HF = ("hf_token", "huggingface_token", "hugging_face_hub_token", "use_auth_token")
GH = ("github_token", "gh_token", "access_token")
GL = ("gitlab_token", "private_token", "ci_token")
TOKENS = (
    Token("Hugging Face", "user", _text("hf_", LETTERS, 34), HF, HUGGING_FACE_LENGTH),
    Token("Hugging Face", "organisation", _text("api_org_", LETTERS, 34), HF, HUGGING_FACE),
    Token("NVIDIA", "API key", _text("nvapi-", BASE64_URL, 64), ("nvidia_api_key", "ngc_api_key"), NVAPI),
    Token("NVIDIA", "legacy NGC key", _ngc, ("ngc_api_key", "ngc_cli_api_key"), NGC, shaped=False),
    Token("GitHub", "personal", _checked("ghp_", 36), GH, GITHUB),
    Token("GitHub", "OAuth", _checked("gho_", 36), GH, GITHUB),
    Token("GitHub", "user to server", _checked("ghu_", 36), GH, GITHUB),
    Token("GitHub", "server to server", _checked("ghs_", 36), GH, GITHUB),
    Token("GitHub", "refresh", _checked("ghr_", 76), ("refresh_token", "github_token"), GITHUB_REFRESH),
    Token("GitHub", "fine-grained", _fine_grained, GH, GITHUB_FINE),
    Token("GitLab", "personal", _text("glpat-", BASE64_URL, 20), GL, GITLAB),
    Token("GitLab", "personal, routable", _routable("glpat-"), GL, GITLAB),
    Token("GitLab", "deploy", _text("gldt-", BASE64_URL, 20), ("deploy_token", "gitlab_token"), GITLAB),
    Token("GitLab", "runner", _text("glrt-", BASE64_URL, 20), ("runner_token",), GITLAB),
    Token("GitLab", "trigger", _text("glptt-", HEX, 40), ("trigger_token",), GITLAB),
    Token("GitLab", "agent", _text("glagent-", BASE64_URL, 50), ("agent_token",), GITLAB),
    Token("GitLab", "OAuth application", _text("gloas-", HEX, 64), ("client_secret",), GITLAB),
    Token("AWS", "access key id", _text("AKIA", BASE32, 16), ("aws_access_key_id", "access_key", "access_key_id"), AWS),
    Token("AWS", "temporary key id", _text("ASIA", BASE32, 16), ("aws_access_key_id", "access_key"), AWS),
    Token("AWS", "secret", _text("", BASE64, 40), ("aws_secret_access_key", "secret_access_key"), AWS, shaped=False),
    Token("Google", "API key", _text("AIzaSy", BASE64_URL, 33), ("google_api_key", "gemini_api_key"), GOOGLE),
    Token("Google", "client secret", _text("GOCSPX-", BASE64_URL, 28), ("client_secret",), GOOGLE_CLIENT),
    Token("Azure", "storage key", _storage_key, ("azure_storage_key", "account_key"), AZURE_STORAGE, shaped=False),
    Token("Azure", "storage string", _storage_string, ("connection_string", "conn_str"), AZURE_STRING, url=True),
    Token("Azure", "SAS", _sas, ("sas_url", "container_url", "sas_token"), AZURE_SAS, url=True),
    Token(
        "Azure",
        "client secret",
        lambda dice: f"{dice.text(BASE62, 3)}8Q~{dice.text(BASE62 + '_.~-', 34)}",
        ("azure_client_secret", "client_secret"),
        AZURE_CLIENT,
    ),
    Token("OpenAI", "user", _openai("sk-", 20), ("openai_api_key", "api_key"), OPENAI),
    Token("OpenAI", "project", _openai("sk-proj-", 74), ("openai_api_key", "api_key", "openai_key"), OPENAI),
    Token("OpenAI", "service account", _openai("sk-svcacct-", 74), ("openai_api_key", "api_key"), OPENAI),
    Token("OpenAI", "administrator", _openai("sk-admin-", 74), ("openai_admin_key",), OPENAI),
    Token(
        "Anthropic",
        "API key",
        lambda dice: f"sk-ant-api03-{dice.text(BASE64_URL, 93)}AA",
        ("anthropic_api_key", "api_key"),
        ANTHROPIC,
    ),
    Token(
        "Anthropic",
        "administrator",
        lambda dice: f"sk-ant-admin01-{dice.text(BASE64_URL, 93)}AA",
        ("anthropic_admin_key",),
        ANTHROPIC,
    ),
    Token("Mistral", "API key", _text("", BASE62, 32), ("mistral_api_key",), MISTRAL, shaped=False),
    Token("Cohere", "API key", _text("", BASE62, 40), ("cohere_api_key", "co_api_key"), COHERE, shaped=False),
    Token(
        "Groq",
        "API key",
        lambda dice: f"gsk_{dice.text(BASE62, 20)}WGdyb3FY{dice.text(BASE62, 24)}",
        ("groq_api_key",),
        GROQ,
    ),
    Token("Replicate", "token", _text("r8_", BASE62, 37), ("replicate_api_token",), REPLICATE),
    Token("Together", "API key", _text("tgp_v1_", BASE64_URL, 43), ("together_api_key",), TOGETHER),
    Token("Together", "old API key", _text("", HEX, 64), ("together_api_key",), TOGETHER, shaped=False),
    Token(
        "Weights & Biases",
        "API key",
        lambda dice: f"wandb_v1_{dice.text(BASE62, 27)}_{dice.text(BASE62, 49)}",
        ("wandb_api_key", "wandb_key"),
        WANDB,
    ),
    Token("Weights & Biases", "old API key", _text("", HEX, 40), ("wandb_api_key", "wandb_key"), WANDB, shaped=False),
    Token("Comet", "API key", _text("", BASE62, 25), ("comet_api_key",), COMET, shaped=False),
    Token("Neptune", "API token", _neptune, ("neptune_api_token",), NEPTUNE),
    Token(
        "Databricks",
        "personal",
        lambda dice: f"dapi{dice.text(HEX, 32)}{dice.pick(('', '-2', '-3'))}",
        ("databricks_token",),
        DATABRICKS,
    ),
    Token("Slack", "bot", _slack("xoxb", 2, BASE62, 24), ("slack_bot_token", "slack_token"), SLACK),
    Token("Slack", "user", _slack("xoxp", 3, HEX, 32), ("slack_token", "slack_user_token"), SLACK),
    Token("Slack", "app", _slack_app, ("slack_app_token",), SLACK),
    Token("Slack", "webhook", _slack_hook, ("slack_webhook_url", "webhook_url"), SLACK_HOOK, url=True),
    Token("Discord", "bot", _discord, ("discord_token", "bot_token"), DISCORD),
    Token("Discord", "webhook", _discord_hook, ("discord_webhook_url", "webhook_url"), DISCORD_HOOK, url=True),
    Token(
        "Telegram",
        "bot",
        lambda dice: f"{dice.between(10**9, 8 * 10**9)}:AA{dice.text(BASE64_URL, 33)}",
        ("telegram_bot_token", "bot_token"),
        TELEGRAM,
    ),
    Token("Stripe", "secret", _stripe("sk_live_"), ("stripe_secret_key", "stripe_api_key"), STRIPE),
    Token("Stripe", "restricted", _stripe("rk_live_"), ("stripe_api_key",), STRIPE),
    Token("Twilio", "API key", _text("SK", HEX, 32), ("twilio_api_key",), TWILIO),
    Token("Twilio", "auth token", _text("", HEX, 32), ("twilio_auth_token", "auth_token"), TWILIO, shaped=False),
    Token(
        "SendGrid",
        "API key",
        lambda dice: f"SG.{dice.text(BASE64_URL, 22)}.{dice.text(BASE64_URL, 43)}",
        ("sendgrid_api_key",),
        SENDGRID,
    ),
    Token("npm", "token", _checked("npm_", 36), ("npm_token",), NPM),
    Token("PyPI", "token", _pypi, ("pypi_token", "twine_password"), PYPI),
    Token("Docker Hub", "personal", _text("dckr_pat_", BASE64_URL, 27), ("docker_token", "dockerhub_token"), DOCKER),
    Token("Docker Hub", "organisation", _text("dckr_oat_", BASE64_URL, 32), ("docker_token",), DOCKER),
    Token("JWT", "HS256", _jwt(_claims), ("jwt_token", "access_token", "auth_token", "id_token"), JWT),
    Token("Qdrant", "JWT", _jwt(lambda dice: {"access": "m"}), ("qdrant_api_key",), QDRANT),
    Token(
        "Pinecone",
        "API key",
        lambda dice: f"pcsk_{dice.text(BASE62, 6)}_{dice.text(BASE62, 63)}",
        ("pinecone_api_key",),
        PINECONE,
    ),
    Token("Pinecone", "old API key", uuid4, ("pinecone_api_key",), PINECONE, shaped=False),
    Token("Weaviate", "API key", _text("", BASE62, 36), ("weaviate_api_key", "wcd_api_key"), WEAVIATE, shaped=False),
    Token("xAI", "API key", _text("xai-", BASE62, 80), ("xai_api_key",), XAI),
    Token("OpenRouter", "API key", _text("sk-or-v1-", HEX, 64), ("openrouter_api_key",), OPENROUTER),
    Token("Perplexity", "API key", _text("pplx-", BASE62, 48), ("perplexity_api_key",), PERPLEXITY),
    Token(
        "LangSmith",
        "API key",
        lambda dice: f"lsv2_pt_{dice.text(HEX, 32)}_{dice.text(HEX, 10)}",
        ("langsmith_api_key", "langchain_api_key"),
        LANGSMITH,
    ),
)
