"""What credentials are called, and what values stand where a credential would but are none.

Names are taken apart into words (``HF_TOKEN``, ``hfToken`` and ``hf-token`` are ``hf`` and ``token``), and the last
words decide: ``password_field`` is a field. Neither ``token`` nor ``key`` alone says that something is secret.

Sources: the keyword lists of Bandit (``plugins/general_hardcoded_password.py``), gitleaks
(``cmd/generate/config/rules/generic.go``) and detect-secrets (``plugins/keyword.py``), the environment variables that
the named services document, and the values that stand in released ML packages.
"""

from __future__ import annotations

from picketlint.knowledge.logins import ADD_COOKIES, ASKING, COOKIE_NAMES, SET_COOKIE, login_triggers
from picketlint.matching.needles import ASK, EACH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.matching.triggers import Trigger

# What the last word, or words, of a name are when somebody chose the value: it can be any text.
PASSWORD_ENDINGS = frozenset(
    {
        "passcode",
        "passphrase",
        "passwd",
        "password",
        "passwort",
        # https://docs.python.org/3/library/multiprocessing.html#multiprocessing-auth-keys
        "authkey",
        # https://www.postgresql.org/docs/current/libpq-envars.html
        "pgpassword",
        "pwd",
        # Never by themselves: a forward pass, a pull of the weights. Longer ones as one word, too.
        *(
            f"{owner}{rest}"
            for owner in (
                "admin", "basic", "become", "client", "database", "db", "email", "ftp", "http", "imap", "jdbc",
                "keystore", "ldap", "login", "mail", "master", "mongo", "mongodb", "my", "mysql", "pg", "postgres",
                "postgresql", "proxy", "rabbitmq", "redis", "root", "server", "sftp", "smtp", "sql", "ssh", "sudo",
                "svc", "user", "vnc", "wifi",
            )
            for rest in (" pass", " pw", "pass", "passwd", "password", "pwd")
        ),
    }
)  # fmt: skip
# The same where a program chose it, or somebody who was asked for something that cannot be guessed.
SECRET_ENDINGS = frozenset(
    {
        "secret",
        "apisecret",
        "appsecret",
        "clientsecret",
        "consumersecret",
        *(f"{what} key" for what in ("aes", "cipher", "cookie", "crypto", "encryption", "fernet", "hmac", "jwt")),
        *(f"{what} key" for what in ("master", "secret", "session", "signing")),
        # Rails, Django: https://docs.djangoproject.com/en/stable/ref/settings/#secret-key
        "secret key base",
        "secret key fallback",
    }
)
# The same where only a program can have chosen it.
MACHINE_ENDINGS = frozenset(
    {
        "access key id",
        "accesskey",
        "accesstoken",
        "apikey",
        "apitoken",
        "authtoken",
        "bearer",
        "bottoken",
        "refreshtoken",
        "secretkey",
        *(
            f"{what} key"
            for what in (
                "access", "account", "api", "app", "application", "auth", "authorization", "azure", "bucket", "client",
                "cloud", "consumer", "cosmos", "dashscope", "databricks", "datadog", "deploy", "developer", "functions",
                "gcp", "google", "hf", "host", "integration", "kaggle", "license", "mistral", "ngc", "openai",
                "anthropic", "cohere", "lastfm", "pinecone", "private", "project", "pypi", "rest",
                "rsa", "sas", "search", "sendgrid", "serpapi", "serper", "server", "service", "shared", "shared access",
                "ssh", "storage", "stripe", "subscription", "tavily", "together", "user", "wandb", "weaviate", "write",
            )
        ),
        *(
            f"{whose} token"
            for whose in (
                "access", "admin", "api", "app", "auth", "authentication", "authorization", "azure", "bearer",
                "bitbucket", "bot", "buildkite", "circle", "civitai", "client", "cloudflare", "cluster", "codecov",
                "comet", "consul", "databricks", "deploy", "digitalocean", "discord", "docker", "dockerhub", "figma",
                "genius", "gh", "git", "github", "gitlab", "hf", "hub", "huggingface", "huggingfacehub", "influx",
                "influxdb", "jfrog", "jupyter", "jwt", "kaggle", "kubernetes", "linear", "login", "modelscope",
                "neptune", "netlify", "ngc", "ngrok", "notion", "npm", "nvcf", "oauth", "personal", "private", "pypi",
                "refresh", "registry", "replicate", "rotating", "sas", "secret", "security", "sentry", "server",
                "service", "session", "slack", "snyk", "sonar", "storage", "telegram", "tfe", "trigger",
                "twilio", "twine", "upload", "user", "vault", "vercel", "wandb", "webhook", "zenodo",
            )
        ),
        *(f"{what} secret key" for what in ("aws", "s3", "minio")),
    }
)  # fmt: skip
# The values of these hold a credential among other things.
HEADER_ENDINGS = frozenset({"authorization"})

# Words at the end of a name that say nothing of what it stands for.
QUALIFIERS = frozenset(
    {
        "b", "backup", "base", "bytes", "current", "decoded", "default", "dev", "development", "encoded", "hex",
        "live", "local", "main", "new", "old", "plain", "plaintext", "primary", "prod", "production", "raw",
        "secondary", "stage", "staging", "str", "string", "text", "v", "val", "value",
    }
)  # fmt: skip
# Words anywhere in a name that say it is no working credential.
NOT_WORKING = frozenset(
    {
        "bad", "banned", "blocked", "compromised", "disallowed", "dummy", "encrypted", "example", "fake", "forbidden",
        "hashed", "insecure", "invalid", "leaked", "masked", "mock", "obfuscated", "placeholder", "public", "redacted",
        "revoked", "sample", "weak", "wrong",
    }
)  # fmt: skip
# Words beside "default" that say it was one once: what is compared with it is refused.
FORMER = frozenset({"deprecated", "former", "legacy", "obsolete", "previous"})
PLURALS = {"keys": "key", "passwords": "password", "secrets": "secret", "tokens": "token"}

# Stand for a value that somebody has yet to put in, or for none; whole words of a text.
PLACEHOLDERS = frozenset(
    {
        "abc", "anonymous", "any", "anything", "bar", "baz", "blank", "changeit", "changeme", "changethis", "default",
        "demo", "deprecated", "disabled", "dummy", "empty", "enter", "example", "fake", "false", "fill", "fixme",
        "foo", "foobar", "here", "hidden", "ignore", "ignored", "insert", "invalid", "local", "masked", "missing",
        "mock", "my", "na", "nil", "no", "none", "not", "nothing", "notset", "null", "omitted", "optional",
        "placeholder", "put", "redacted", "replace", "replaceme", "required", "sample", "set", "some", "something",
        "stub", "tbd", "temp", "test", "tested", "testing", "tests", "tmp", "todo", "true", "undefined", "unknown",
        "unset", "unused", "val", "value", "whatever", "xxx", "xyz", "your", "yours",
    }
)  # fmt: skip
# Two of these in a text say what a password has to be, or what is wrong with one: ``must_be_8+chars``, ``too_short!``.
RULE_WORDS = frozenset(
    {
        "atleast", "cannot", "characters", "chars", "confirmation", "contain", "contains", "digits", "does",
        "doesn", "exceed", "exceeds", "least", "length", "letters", "lowercase", "match", "matches", "max", "maxlength",
        "maximum", "min", "minimum", "minlength", "mismatch", "must", "short", "should", "symbols", "too",
        "uppercase", "weak",
    }
)  # fmt: skip
# Of these there is one in nearly every sentence, and none in a phrase that is a password: `correct horse battery
# staple`. German, French, Spanish, Italian and Dutch ones are those of translations.
SENTENCE_WORDS = frozenset(
    {
        "again", "all", "and", "are", "auth", "been", "but", "can", "change", "check", "choose", "click", "com",
        "confirm", "connect", "credentials", "creds", "current", "does", "enter", "error", "failed", "field", "file",
        "for", "forgot", "from", "get", "given", "has", "have", "incorrect", "input", "into", "its", "key", "last",
        "log", "login", "may", "name", "new", "not", "off", "old", "once", "one", "only", "open", "passphrases",
        "passwords", "please", "prompt", "read", "repeat", "reset", "run", "same", "secrets", "see", "service", "sign",
        "string", "that", "the", "then", "this", "tokens", "two", "type", "update", "used", "user", "username", "using",
        "via", "was", "were", "when", "which", "will", "with", "without", "wrong", "you",
        "aus", "bitte", "con", "das", "dat", "del", "dem", "den", "der", "des", "die", "eingeben", "een", "ein",
        "eine", "erneut", "est", "ihr", "introduzca", "les", "los", "met", "mit", "mot", "niet", "nicht", "nouveau",
        "nueva", "para", "passe", "por", "pour", "saisir", "sie", "sur", "una", "und", "van", "voer", "von", "votre",
        "voor", "zum",
    }
)  # fmt: skip
# The same wherever they stand in a text: AWS's documentation signs with a key that ends in EXAMPLEKEY.
PLACEHOLDER_PARTS = (
    "changeme", "change_me", "change-me", "dummy", "example", "insert_", "not-a-", "notreal", "not_real", "not-real",
    "placeholder", "redacted", "replace-", "replace_", "your-", "your_", "xxxx", "yourkey", "yourtoken", "yourpass",
    "yoursecret", "yourapi", "sk_test_", "pk_test_", "rk_test_", "<", "&lt", "...", "***",
)  # fmt: skip
# Whoever has one of these may do no more than everybody: count visits, ask for a payment. They are shipped to browsers.
# https://posthog.com/docs/api#authentication, https://docs.stripe.com/keys,
# https://docs.mapbox.com/help/dive-deeper/access-tokens/
PUBLIC_BEGINNINGS = ("phc_", "pk_live_", "pk.eyJ")
# The same where the name says what it is. https://amplitude.com/docs/apis/keys-and-tokens,
# https://github.com/segmentio/segment-docs/pull/1035
PUBLIC_ENDINGS = frozenset({"amplitude api key", "segment write key"})
# What stands for a password where code shows how one is given: ``postgres://user:password@host``.
SHOWN_AS_PASSWORD = frozenset(
    {
        "***", "key", "pass", "passphrase", "passwd", "password", "pw", "pwd", "s", "secret", "token", "your_password",
        # The word in other languages, as tables of translations have it.
        "adgangskode", "clave", "contrasena", "contrasenha", "contrasenya", "geslo", "haslo", "heslo", "jelszo",
        "kennwort", "lozinka", "losenord", "motdepasse", "parol", "parola", "parole", "passord", "passwort", "salasana",
        "senha", "sifre", "slaptazodis", "wachtwoord", "zaporka",
    }
)  # fmt: skip

# Words that are passwords in earnest where a password is asked for: what databases, brokers and object stores are
# shipped with, and what leaks are full of.
# Sources: the images' documentation (postgres, mysql, rabbitmq, minio, elastic, neo4j, grafana on Docker Hub) and
# https://en.wikipedia.org/wiki/List_of_the_most_common_passwords
KNOWN_PASSWORDS = frozenset(
    {
        "admin", "administrator", "airflow", "cassandra", "elastic", "grafana", "guest", "influxdb", "jupyter",
        "kibana", "mariadb", "minio", "minioadmin", "mongo", "mongodb", "mysql", "neo4j", "opensearch", "oracle",
        "pgadmin", "postgres", "postgresql", "rabbitmq", "redis", "root", "rootpassword", "rootpass", "sysadmin",
        "toor", "ubuntu", "vagrant",
        "abc123", "asdfgh", "asdfghjkl", "baseball", "batman", "charlie", "donald", "dragon", "football", "freedom",
        "hello", "iloveyou", "letmein", "login", "master", "michael", "monkey", "mustang", "opensesame", "passw0rd",
        "princess", "qazwsx", "qwerty", "qwertyuiop", "shadow", "starwars", "sunshine", "superman", "superuser",
        "swordfish", "trustno1", "welcome", "whatever", "zxcvbn", "zxcvbnm",
    }
)  # fmt: skip

# Words with a number that name a procedure or a format.
PROCEDURES = frozenset(
    {
        "aes128", "aes192", "aes256", "argon2", "argon2id", "base32", "base58", "base64", "base85", "blake2",
        "blake2b", "blake2s", "blake3", "ed25519", "es256", "hs256", "hs384", "hs512", "ldap3", "md4", "md5", "oauth1",
        "oauth2", "pbkdf2", "pkcs1", "pkcs11", "pkcs12", "pkcs7", "pkcs8", "rs256", "rs384", "rs512", "rsa2048",
        "rsa4096", "s3", "sha1", "sha224", "sha256", "sha3", "sha384", "sha512", "ssha512", "tls12", "tls13", "utf8",
        "x509",
    }
)  # fmt: skip

# Beside a password, these say that somebody logs in with it.
HOST_NAMES = frozenset({"addr", "address", "endpoint", "host", "hostname", "hosts", "server", "uri", "url"})
USER_NAMES = frozenset({"account", "login", "uid", "user", "user_name", "userid", "username"})
LOGIN_NAMES = HOST_NAMES | USER_NAMES | {"database", "db", "dbname", "dsn", "email", "port"}
LOOPBACK = frozenset({"0.0.0.0", "127.0.0.1", "::1", "[::1]", "host.docker.internal", "localhost"})

# Calls whose second positional argument is a password; the first is who logs in.
# https://docs.python.org/3/library/smtplib.html, https://docs.python.org/3/library/ftplib.html,
# https://requests.readthedocs.io/en/latest/user/authentication/, https://docs.aiohttp.org/en/stable/client_reference.html
# https://eclipse.dev/paho/files/paho.mqtt.python/html/client.html#paho.mqtt.client.Client.username_pw_set
LOGIN_CALLS = frozenset(
    {"BasicAuth", "HTTPBasicAuth", "HTTPDigestAuth", "HTTPProxyAuth", "basic_auth", "login", "username_pw_set"}
)
# https://requests.readthedocs.io/en/latest/user/authentication/#basic-authentication
LOGIN_PAIRS = frozenset({"auth", "basic_auth", "http_auth"})

# Schemes of URLs in which what stands before the host is a name that everybody may know: that of a node in a network.
# https://ethereum.org/developers/docs/networking-layer/network-addresses/
PUBLIC_SCHEMES = frozenset({"enode"})

# Keys of dicts that are those of a password beside the name of a user; by themselves they say nothing.
SHORT_KEYS = frozenset({"pass", "pw"})
USER_KEYS = frozenset(form for user in USER_NAMES for form in (user, user.title(), user.upper()))

# Keywords that hold documentation.
EXPLAINING = frozenset({"description", "doc", "epilog", "example", "examples", "help", "summary", "usage"})
# The same of keys, and of the last words of variables: ``EXAMPLES``, ``DOCUMENTATION``. A ``doc`` is a record as well.
# https://docs.ansible.com/ansible/latest/dev_guide/developing_modules_documenting.html
EXPLAINING_NAMES = frozenset({"description", "documentation", "epilog", "example", "examples", "help", "usage"})

# Words in the name of a function that is handed what nothing is opened with.
STANDING_IN = frozenset({"dummy", "fake", "mock", "placeholder"})

# What makes another object of a text that stands for the same.
# https://docs.pydantic.dev/latest/api/types/#pydantic.types.SecretStr
TEXT_WRAPPERS = frozenset({"Secret", "SecretBytes", "SecretStr", "bytes", "quote", "quote_plus", "str"})
TEXT_METHODS = frozenset({"encode", "decode", "strip", "rstrip", "lstrip"})

# The letters that follow a letter in nearly all pairs of the words in identifiers (93 % of 189,000 pairs in the words
# of 6,000 files of Python's library and of ML packages). Of random letters, six pairs in ten are none of these.
COMMON_PAIRS = {
    "a": "bcdfgiklmnprstuvxy",
    "b": "aceilorsu",
    "c": "acehiklmorstuy",
    "d": "abcdefilorsu",
    "e": "abcdefgilmnopqrstvwxy",
    "f": "aefilorstu",
    "g": "aeghilnorsu",
    "h": "aeiortu",
    "i": "abcdefglmnoprstvxz",
    "j": "aeiou",
    "k": "aeis",
    "l": "acdeilmopstuy",
    "m": "abeilmopsu",
    "n": "acdefgiklnoprstuv",
    "o": "abcdfgiklmnoprstuvw",
    "p": "aehiloprstuy",
    "q": "u",
    "r": "acdefgiklmnoprstuvy",
    "s": "acefhiklmnopqstuwy",
    "t": "acdefhilmnoprstuy",
    "u": "abcdefgilmnprst",
    "v": "aeio",
    "w": "aeino",
    "x": "eipt",
    "y": "npst",
    "z": "ae",
}


# One of these is in every name of a credential.
HINTS = tuple(
    form.encode()
    for hint in ("key", "token", "pass", "pw", "secret", "bearer", "authorization")
    for form in (hint, hint.title(), hint.upper())
)
_ANY_HINT = "|".join(hint.decode() for hint in HINTS)
# The statement, and what it is about; the first is told more quickly.
_MATCHED = (
    r"match[\s(\\][^:]{0,500}:(?:\s|#[^\n]{0,200}\n){0,100}case",
    rf"match(?<!\Smatch)[\s(\\][^:]{{0,300}}(?:{_ANY_HINT})[^:]{{0,100}}:(?:\s|#[^\n]{{0,200}}\n){{0,100}}case\b",
)
# Part of an annotation: no other parameter follows in it, and no other line that is not joined.
_TYPE = r"(?:[^=,()\n\[\\]|\\\r?\n?|\[[^\]=]{0,300}\])"
_SPOTTING = f"{ASK}picketlint.credentials.spotting:"
_BAKED = f"{ASK}picketlint.credentials.cookies:may_hold_cookies"
_NAMES = f"{EACH}picketlint.credentials.spotting:NAMES"
# What says that the name of a credential is there which says enough by itself, or that somebody is asked for one.
LOGGED_TRIGGERS: tuple[Trigger, ...] = (
    (_NAMES, f"{_SPOTTING}may_log"),
    *((asking, rf"{asking}[\s\\]*[(#]") for asking in sorted(ASKING)),
)


def credential_triggers() -> tuple[Trigger, ...]:
    """What says in a file that it holds a credential.

    That is the name of one; a login in a URL, which may be written in two pieces, and in a header; calls that take a
    password without a name.
    """
    return (
        (_NAMES, f"{_SPOTTING}may_bind"),
        (b"://", r"://[^\s/?]{0,400}(?:@|[\"']\s{0,40}[+\"'\\#])"),
        *((scheme, f"{_SPOTTING}may_send") for scheme in (b"asic", b"ASIC", b"earer", b"EARER")),
        # In a text, the sign of an escape sequence can be part of the word: ``\nCookie: ...``.
        *((name, _BAKED) for name in sorted({*COOKIE_NAMES, *ADD_COOKIES, SET_COOKIE, "nCookie", "ncookie"})),
        *((call, rf"{call}[\s\\]*[(#]") for call in sorted(LOGIN_CALLS)),
        *((pair, rf"{pair}[\s\\]*(?:(?::{_TYPE}{{1,300}})?=(?!=)|#)") for pair in sorted(LOGIN_PAIRS)),
        # In other files a name with a colon behind it is a parameter, or a key without a value.
        ("match", "case", *_MATCHED),
        *(
            (key, user, rf"{quote}{key}{quote}[\"'\s\\)]*[:#]")
            for key in sorted(SHORT_KEYS)
            for user in sorted(USER_KEYS)
            for quote in "\"'"
        ),
        ("IDENTIFIED", r"IDENTIFIED[^']{0,80}'"),
        ("identified", r"identified[^'\n]{0,40}[ ]by[ ]{1,2}'"),
        *login_triggers(),
    )
