"""The shapes of providers' credentials: what is fixed about each, piece by piece, and where that is said.

Every row has its source: the provider's documentation or announcement; where a provider publishes no more than that
its tokens are recognized, GitHub's list of the patterns it scans for, and for the length the detector that is named.
A character class is written as in a regular expression, without the brackets. Keys for tests (Stripe's ``sk_test_``)
are no rows: they are made for being shown around.
"""

from __future__ import annotations

from picketlint.base.records import NamedTuple

ALNUM = "A-Za-z0-9"
HEX = "0-9a-f"
URL_SAFE = "A-Za-z0-9_-"
BASE64 = "A-Za-z0-9+/"
DIGIT = "0-9"
LOWER = "a-z0-9"
UPPER = "A-Z0-9"
# RFC 4648, section 6
BASE32 = "A-Z2-7"


class Run(NamedTuple):
    """Between ``low`` and ``high`` characters of one class."""

    characters: str
    low: int
    high: int


class Shape(NamedTuple):
    """A credential that is known by its looks.

    ``parts`` are texts and runs, in order. ``needle`` is the text by which it is looked for, one of the parts or the
    beginning of the first. ``check`` names what else has to hold: see the functions of
    ``picketlint.credentials.tokens``.
    """

    provider: str
    kind: str
    parts: tuple[str | Run, ...]
    source: str
    needle: str
    check: str = ""


class Named(NamedTuple):
    """A credential without a shape of its own, known by the name it is bound to, or by the call that it is handed to.

    ``words`` begin such a name, in small letters or capitals: it goes on as names of credentials do. ``exact`` are
    names and calls as they are written.
    """

    provider: str
    kind: str
    words: tuple[str, ...]
    exact: tuple[str, ...]
    parts: tuple[str | Run, ...]
    source: str


class Pair(NamedTuple):
    """An identifier that is no secret by itself, and the secret that stands within a few lines of it."""

    provider: str
    kind: str
    identifier: Shape
    parts: tuple[str | Run, ...]
    source: str


_SCANNED = "https://docs.github.com/en/code-security/reference/secret-security/supported-secret-scanning-patterns"
_GITLEAKS = "https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml"
_TRUFFLEHOG = "https://github.com/trufflesecurity/trufflehog/tree/main/pkg/detectors/"
_KINGFISHER = "https://github.com/mongodb/kingfisher/tree/main/crates/kingfisher-rules/data/rules/"
_GITHUB = "https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/"
_GITLAB = "https://docs.gitlab.com/security/tokens/#token-prefixes"
_ROUTABLE = "https://handbook.gitlab.com/handbook/engineering/architecture/design-documents/cells/routable_tokens/"
_SLACK = "https://docs.slack.dev/authentication/tokens/"
_AWS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids"
_AWS_KEYS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html"


def _shape(
    provider: str, kind: str, source: str, *parts: str | tuple[str, int] | Run, needle: str = "", check: str = ""
) -> Shape:
    """A row; a pair is a run of that very length, and the needle is the first part unless it is given."""
    return Shape(provider, kind, _parts(parts), source, needle or str(parts[0]), check)


def _named(
    provider: str,
    kind: str,
    source: str,
    words: tuple[str, ...],
    exact: tuple[str, ...],
    *parts: str | tuple[str, int] | Run,
) -> Named:
    return Named(provider, kind, words, exact, _parts(parts), source)


def _parts(parts: tuple[str | tuple[str, int] | Run, ...]) -> tuple[str | Run, ...]:
    return tuple(p if isinstance(p, (str, Run)) else Run(p[0], p[1], p[1]) for p in parts)


SHAPES: tuple[Shape, ...] = (
    # -- models and their platforms --
    _shape("Hugging Face", "access token", _SCANNED, "hf_", (ALNUM, 34)),
    _shape("Hugging Face", "organization token", _GITLEAKS, "api_org_", (ALNUM, 34)),
    _shape("NVIDIA", "API key", "https://docs.api.nvidia.com/nim/docs/api-quickstart", "nvapi-", (URL_SAFE, 64)),
    _shape(
        "OpenAI", "API key", _GITLEAKS,
        "sk-", Run(URL_SAFE, 20, 100), "T3BlbkFJ", Run(URL_SAFE, 20, 80), needle="T3BlbkFJ",
    ),
    *(
        _shape("OpenAI", "API key", "https://platform.openai.com/docs/api-reference/authentication",
               f"sk-{kind}-", Run(URL_SAFE, 100, 180))
        for kind in ("proj", "svcacct", "admin")
    ),
    _shape(
        "Anthropic", "API key", "https://docs.anthropic.com/en/api/overview",
        "sk-ant-", Run("a-z", 3, 6), (DIGIT, 2), "-", Run(URL_SAFE, 85, 110),
    ),
    _shape("OpenRouter", "API key", "https://openrouter.ai/docs/api/reference/authentication", "sk-or-v1-", (HEX, 64)),
    _shape("Groq", "API key", f"{_TRUFFLEHOG}groq", "gsk_", (ALNUM, 52)),
    _shape("Replicate", "API token", "https://replicate.com/docs/topics/security/api-tokens", "r8_", (ALNUM, 37)),
    _shape("Together", "API key", "https://docs.together.ai/docs/quickstart", "tgp_v1_", (URL_SAFE, 43)),
    _shape("Perplexity", "API key", _GITLEAKS, "pplx-", (ALNUM, 48)),
    _shape("xAI", "API key", f"{_TRUFFLEHOG}xai", "xai-", (ALNUM, 80)),
    _shape("Jina", "API key", "https://jina.ai/api-dashboard/", "jina_", (HEX, 32), (URL_SAFE, 28)),
    _shape("Tavily", "API key", "https://docs.tavily.com/documentation/quickstart", "tvly-", Run(URL_SAFE, 32, 52)),
    _shape("LangSmith", "API key", _SCANNED, "lsv2_", ("a-z", 2), "_", (HEX, 32), "_", (HEX, 10)),
    _shape("Langfuse", "secret key", "https://langfuse.com/docs/api", "sk-lf-", (HEX, 8), "-", ("0-9a-f-", 27)),
    _shape("Pinecone", "API key", _SCANNED, "pcsk_", Run(ALNUM, 5, 6), "_", (ALNUM, 63)),
    _shape(
        "Weights & Biases", "API key",
        "https://docs.wandb.ai/support/models/articles/why-does-my-api-key-fail-with-must-be-40-characters",
        "wandb_v1_", (ALNUM, 27), "_", (ALNUM, 49),
    ),
    _shape(
        "Neptune", "API token", "https://docs.neptune.ai/api_token",
        "eyJhcGlfYWRkcmVzcyI6", Run(BASE64, 40, 400), Run("=", 0, 2), check="neptune",
    ),
    _shape(
        "Databricks", "access token", "https://docs.databricks.com/dev-tools/auth/pat.html",
        "dapi", (HEX, 32), Run("0-9-", 0, 2),
    ),
    # -- code, packages and images --
    *(
        _shape("GitHub", kind, _GITHUB, prefix, (ALNUM, 36), check="crc32")
        for prefix, kind in (
            ("ghp_", "personal access token"), ("gho_", "OAuth token"), ("ghu_", "user-to-server token"),
        )
    ),
    # The tokens in circulation do not bear out that these end in a checksum, too.
    _shape("GitHub", "installation token", _GITHUB, "ghs_", (ALNUM, 36)),
    _shape(
        "GitHub", "installation token",
        "https://github.blog/changelog/2026-05-15-github-app-installation-tokens-per-request-override-header/",
        "ghs_", Run(DIGIT, 1, 12), "_eyJ", Run(URL_SAFE, 10, 400), ".", Run(URL_SAFE, 10, 2000), ".",
        Run(URL_SAFE, 20, 1000),
    ),
    _shape("GitHub", "refresh token", _GITHUB, "ghr_", (ALNUM, 76), check="crc32"),
    _shape("GitHub", "fine-grained token", _GITHUB, "github_pat_", (ALNUM, 22), "_", (ALNUM, 59)),
    *(
        _shape("GitLab", kind, _GITLAB, prefix, (URL_SAFE, length))
        for prefix, kind, length in (
            ("glpat-", "personal access token", 20), ("gldt-", "deploy token", 20), ("glrt-", "runner token", 20),
            ("glft-", "feed token", 20), ("glsoat-", "SCIM token", 20), ("glffct-", "feature flag token", 20),
            ("glimt-", "incoming mail token", 25), ("glagent-", "agent token", 50), ("gloas-", "OAuth secret", 64),
            ("glptt-", "trigger token", 40), ("GR1348941", "runner token", 20),
        )
    ),
    _shape("GitLab", "job token", _GITLAB, "glcbt-", Run(ALNUM, 1, 5), "_", (URL_SAFE, 20)),
    # The length of the payload and a checksum, both in base 36, end it; a version may stand before them.
    *(
        _shape("GitLab", kind, _ROUTABLE, prefix, Run(URL_SAFE, 27, 300), dot, (LOWER, 9))
        for dot in (".", ".01.")
        for prefix, kind in (("glpat-", "personal access token"), ("gldt-", "deploy token"), ("glrt-", "runner token"))
    ),
    _shape("npm", "access token", "https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format/",
           "npm_", (ALNUM, 36), check="crc32"),
    *(
        _shape("PyPI", "API token", "https://pypi.org/help/#apitoken", start, Run(URL_SAFE, 50, 1000))
        for start in ("pypi-AgEIcHlwaS5vcmc", "pypi-AgENdGVzdC5weXBpLm9yZw")
    ),
    _shape("Docker Hub", "access token", "https://docs.docker.com/security/access-tokens/",
           "dckr_pat_", (URL_SAFE, 27)),
    *(
        _shape("Docker Hub", "access token", _SCANNED, "dckr_oat_", (URL_SAFE, length)) for length in (27, 32)
    ),
    _shape("RubyGems", "API key", "https://guides.rubygems.org/api-key-scopes/", "rubygems_", (HEX, 48)),
    # -- clouds --
    _shape("AWS", "session token", f"{_TRUFFLEHOG}aws", "IQoJb3JpZ2luX2Vj", Run(BASE64, 100, 2000), Run("=", 0, 2)),
    _shape("AWS", "Bedrock API key", "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html",
           "ABSKQmVkcm9ja0FQSUtleS", Run(BASE64, 90, 130), Run("=", 0, 2)),
    _shape("Google", "API key", "https://cloud.google.com/docs/authentication/api-keys", "AIza", (URL_SAFE, 35)),
    _shape("Google", "OAuth client secret", _SCANNED, "GOCSPX-", (URL_SAFE, 28)),
    _shape("Google", "OAuth access token", _SCANNED, "ya29.", Run(URL_SAFE, 60, 400)),
    _shape(
        "Azure", "storage account key",
        "https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string",
        "AccountKey=", (BASE64, 86), "==",
    ),
    _shape(
        "Azure", "shared access key",
        "https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas",
        "SharedAccessKey=", (BASE64, 43), "=",
    ),
    _shape(
        "Azure", "shared access signature",
        "https://learn.microsoft.com/rest/api/storageservices/create-service-sas",
        "sig=", Run("A-Za-z0-9%/+", 43, 64), Run("=", 0, 1), check="sas",
    ),
    _shape("Azure", "AI services key", f"{_KINGFISHER}azureopenai.yml",
           (ALNUM, 52), "JQQJ99", (ALNUM, 26), needle="JQQJ99"),
    _shape("Azure", "client secret", _GITLEAKS,
           ("A-Za-z0-9_~.", 3), (DIGIT, 1), "Q~", Run("A-Za-z0-9_~.-", 31, 34), needle="Q~"),
    _shape("DigitalOcean", "access token", _SCANNED, "dop_v1_", (HEX, 64)),
    _shape("Supabase", "access token", _SCANNED, "sbp_", (HEX, 40)),
    _shape("HashiCorp Vault", "service token", "https://developer.hashicorp.com/vault/docs/concepts/tokens",
           "hvs.", Run(URL_SAFE, 90, 200)),
    # -- messages, payments and the rest --
    *(
        _shape("Slack", "token", _SLACK, f"xox{letter}-", Run(DIGIT, 8, 14), "-", Run("A-Za-z0-9-", 18, 150))
        for letter in "bps"
    ),
    _shape("Slack", "legacy token", _SLACK, "xoxa-2-", Run("A-Za-z0-9-", 30, 150)),
    _shape("Slack", "refresh token", _SLACK, "xoxe-1-", Run(ALNUM, 100, 200)),
    _shape("Slack", "rotated token", _SLACK, "xoxe.xox", ("bp", 1), "-1-", Run(ALNUM, 100, 200)),
    _shape("Slack", "app token", _SLACK, "xapp-1-", Run(UPPER, 9, 12), "-", Run(DIGIT, 10, 14), "-", (HEX, 64)),
    _shape(
        "Slack", "webhook", "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/",
        "hooks.slack.com/services/", "T", Run(UPPER, 8, 12), "/B", Run(UPPER, 8, 12), "/", (ALNUM, 24),
    ),
    *(
        _shape("Discord", "webhook", "https://docs.discord.com/developers/resources/webhook",
               f"{site}.com/api/webhooks/", Run(DIGIT, 17, 20), "/", Run(URL_SAFE, 60, 72))
        for site in ("discord", "discordapp")
    ),
    *(
        _shape("Telegram", "bot token", "https://core.telegram.org/bots/api#authorizing-your-bot",
               Run(DIGIT, 8, 10), colon, (URL_SAFE, 33), needle=colon)
        for colon in (":AA", "%3AAA")
    ),
    *(
        _shape("Stripe", "live key", "https://docs.stripe.com/keys", prefix, Run(ALNUM, 24, 250))
        for prefix in ("sk_live_", "rk_live_")
    ),
    _shape("SendGrid", "API key", "https://docs.sendgrid.com/ui/account-and-settings/api-keys",
           "SG.", (URL_SAFE, 22), ".", (URL_SAFE, 43)),
    _shape("Grafana", "service account token", _SCANNED, "glsa_", (ALNUM, 32), "_", (HEX, 8)),
    _shape("Linear", "API key", _SCANNED, "lin_api_", (ALNUM, 40)),
    _shape("Notion", "API token", _SCANNED, "ntn_", (DIGIT, 11), (ALNUM, 35)),
    _shape("Postman", "API key", _SCANNED, "PMAK-", (HEX, 24), "-", (HEX, 34)),
    _shape("Prefect", "API key", _SCANNED, "pnu_", (ALNUM, 36)),
    _shape("Sentry", "user token", _SCANNED, "sntryu_", (HEX, 64)),
    _shape("age", "secret key", "https://github.com/C2SP/C2SP/blob/main/age.md", "AGE-SECRET-KEY-1", (UPPER, 58)),
    # RFC 7519; three parts, of which the first two are JSON objects.
    _shape(
        "JSON Web Token", "", "https://www.rfc-editor.org/rfc/rfc7519",
        "eyJ", Run(URL_SAFE, 8, 1000), ".eyJ", Run(URL_SAFE, 8, 6000), ".", Run(URL_SAFE, 20, 2000), check="jwt",
    ),
)  # fmt: skip

DISCORD_BOT = _shape(
    # The number of the bot in base64, a time stamp, and a signature.
    "Discord", "bot token", "https://docs.discord.com/developers/reference#authentication",
    ("MNO", 1), Run(URL_SAFE, 23, 27), ".", (URL_SAFE, 6), ".", Run(URL_SAFE, 27, 38),
    needle="", check="discord",
)  # fmt: skip
BESIDE_DISCORD_BOT = ("discord", "Discord", "DISCORD_TOKEN", "bot_token", "BOT_TOKEN", "botToken")
"""There is nothing in it to look for: it is looked for in texts that hold one of these."""

NAMED: tuple[Named, ...] = (
    _named(
        "Weights & Biases", "API key", "https://docs.wandb.ai/models/ref/python/functions/login",
        ("wandb",), ("wandb.login", "wandb login"), (HEX, 40),
    ),
    _named("Mistral", "API key", "https://docs.mistral.ai/api",
           ("mistral",), ("Mistral(", "MistralClient("), (ALNUM, 32)),
    _named(
        "Cohere", "API key", _GITLEAKS,
        ("cohere",), ("co_api_key", "CO_API_KEY", "cohere.Client", "cohere.AsyncClient"), (ALNUM, 40),
    ),
    _named("Together", "API key", "https://docs.together.ai/docs/quickstart",
           ("together",), ("Together(", "together.api_key"), (HEX, 64)),
    _named(
        "Comet", "API key", "https://www.comet.com/docs/v2/guides/experiment-management/configure-sdk/",
        ("comet",), ("comet_ml.login", "comet_ml.init", "comet_ml.start", "comet_ml.Experiment", "CometLogger("),
        (ALNUM, 25),
    ),
    _named("DeepSeek", "API key", "https://api-docs.deepseek.com/", ("deepseek",), (), "sk-", (HEX, 32)),
    _named("Fireworks", "API key", "https://docs.fireworks.ai/getting-started/quickstart",
           ("fireworks",), ("fireworks.client.api_key", "Fireworks("), "fw_", Run(ALNUM, 22, 24)),
    _named("ElevenLabs", "API key", "https://elevenlabs.io/docs/api-reference/authentication",
           ("eleven",), ("xi_api_key", "xi-api-key", "XI_API_KEY", "ElevenLabs("), "sk_", (HEX, 48)),
    _named("NVIDIA", "NGC API key", f"{_TRUFFLEHOG}ngc", ("ngc", "nvidia"), (), (ALNUM, 84)),
    _named("Pinecone", "API key", f"{_KINGFISHER}pinecone.yml", ("pinecone",), ("pinecone.init", "Pinecone("),
           (HEX, 8), "-", (HEX, 4), "-", (HEX, 4), "-", (HEX, 4), "-", (HEX, 12)),
    _named("Weaviate", "API key", "https://docs.weaviate.io/deploy/configuration/authentication",
           ("weaviate", "wcd", "wcs"), (), Run(ALNUM, 36, 40)),
    _named("Kaggle", "API key", "https://www.kaggle.com/docs/api#authentication", ("kaggle",), (), (HEX, 32)),
    _named(
        "Azure", "OpenAI key", "https://learn.microsoft.com/azure/ai-foundry/openai/reference",
        ("azure_openai", "azure-openai"), ("AzureOpenAI(",), (HEX, 32),
    ),
    _named(
        "Azure", "storage account key",
        "https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage",
        ("azure_storage",), ("account_key", "ACCOUNT_KEY", "account-key", "accountKey"), (BASE64, 86), "==",
    ),
    _named(
        "AWS", "secret access key", _AWS_KEYS, ("aws_secret",),
        ("secret_access_key", "SECRET_ACCESS_KEY", "secret-access-key", "SecretAccessKey", "secretAccessKey"),
        (BASE64, 40),
    ),
    _named("Twilio", "auth token", "https://www.twilio.com/docs/iam/api-keys", ("twilio",), (), (HEX, 32)),
)  # fmt: skip

PAIRS: tuple[Pair, ...] = (
    *(
        Pair(
            "AWS", "secret access key", _shape("AWS", "access key id", _AWS, prefix, (BASE32, 16)),
            _parts(((BASE64, 40),)), _AWS_KEYS,
        )
        for prefix in ("AKIA", "ASIA")
    ),
    Pair(
        "Twilio", "API key secret",
        _shape("Twilio", "API key id", "https://www.twilio.com/docs/iam/api-keys", "SK", (HEX, 32)),
        _parts(((ALNUM, 32),)), "https://www.twilio.com/docs/iam/api-keys",
    ),
)  # fmt: skip
