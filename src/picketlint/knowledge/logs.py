"""What writes to a log, a terminal or an experiment tracker, and what makes something of a credential that is none.

Names are compared as they are written, by their last part: loggers come from everywhere. Those of methods count only on
an object that is called like what they belong to.
"""

from __future__ import annotations

# Functions that write all they are given. https://docs.python.org/3/library/functions.html#print,
# https://click.palletsprojects.com/en/stable/api/#utilities, https://rich.readthedocs.io/en/stable/introduction.html
FUNCTIONS = frozenset(
    {
        "echo", "pp", "pprint", "print", "print_json", "print_rank0", "print_rank_0", "print_rank_last", "rprint",
        "secho",
        # Lightning, Megatron: https://lightning.ai/docs/pytorch/stable/api/lightning.pytorch.utilities.rank_zero.html
        "log_rank_0", "log_single_rank", "rank_zero_debug", "rank_zero_info", "rank_zero_print", "rank_zero_warn",
        "rank_zero_deprecation",
    }
)  # fmt: skip
# Methods, and how the object that has them is called, or ends. https://docs.python.org/3/library/logging.html,
# https://loguru.readthedocs.io, https://docs.python.org/3/library/warnings.html, https://tqdm.github.io,
# https://docs.wandb.ai/ref/python/, https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html
METHODS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("critical", "debug", "error", "exception", "fatal", "info", "success", "trace", "warning"),
        ("log", "logger", "logging", "console"),
    ),
    "log": ("log", "logger", "logging", "console", "wandb"),
    "warn": ("log", "logger", "logging", "warnings"),
    "print": ("console", "rich"),
    "print_json": ("console", "rich"),
    "rule": ("console",),
    "write": ("stdout", "stderr", "tqdm", "pbar", "progress_bar"),
    "writelines": ("stdout", "stderr"),
    "log_param": ("mlflow", "client", "run", "experiment"),
    "log_params": ("mlflow", "run", "experiment"),
    "set_tag": ("mlflow", "client", "run"),
    "set_tags": ("mlflow", "run"),
    "log_parameter": ("experiment",),
    "log_parameters": ("experiment",),
    "update": ("wandb.config", "run.config"),
    "init": ("wandb",),
}
CALLS = frozenset({*FUNCTIONS, *METHODS})
# The arguments of these that are recorded; of all others everything is.
RECORDED = {"init": frozenset({"config", "name", "notes", "tags", "group"})}
# Arguments that say how or where, not what.
NOT_WRITTEN = frozenset({"file", "end", "sep", "flush", "level", "exc_info", "stacklevel", "style", "fg", "bg", "err"})

# What these return holds all of what they are given: an encoding is undone by whoever reads it.
# https://docs.python.org/3/library/base64.html, https://docs.python.org/3/library/binascii.html
TRANSPARENT = frozenset(
    {"b64encode", "hexlify", "quote_plus", "standard_b64encode", "urlsafe_b64encode"}
    | {"SecretBytes", "ascii", "bytes", "dict", "dumps", "escape", "format", "join", "list", "pformat", "quote", "repr"}
    | {"str", "tuple", "urlencode", "vars"}
)
# What these return holds all of the object they are called on.
TRANSPARENT_METHODS = frozenset(
    {"casefold", "copy", "decode", "encode", "format", "get_secret_value", "items", "lower", "lstrip", "rstrip"}
    | {"strip", "title", "upper", "values"}
)
# What is left of a credential in what these return cannot be used as one.
MASKING = (
    "anonymi", "bool", "censor", "checksum", "clean", "crypt", "digest", "exists", "fingerprint", "hash", "hide",
    "isinstance", "len", "mask", "md5", "obfus", "obscur", "prefix", "redact", "safe", "sanit", "scrub", "sha", "short",
    "starred", "startswith", "endswith", "strip_", "suffix", "trunc", "type", "valid",
)  # fmt: skip

# Words at the beginning of a name that make a question or a procedure of it: ``has_api_key``, ``use_auth_token``.
QUESTIONS = frozenset(
    {
        "allow", "are", "can", "check", "create", "delete", "disable", "enable", "forgot", "generate", "get", "has",
        "have", "invalid", "is", "list", "load", "missing", "n", "need", "needs", "no", "num", "reset", "require",
        "requires", "rotate", "set", "show", "skip", "update", "use", "uses", "valid", "validate", "verify", "with",
        "without",
    }
)  # fmt: skip
# Names that PKT402 knows, because there the value is in sight, and that mostly hold something else.
OFTEN_NO_CREDENTIAL = frozenset(
    {
        "access key", "access key id", "accesskey", "app key", "application key", "bot token", "bottoken",
        "client key", "client token",
        "deploy key", "functions key", "google key", "host key", "integration key", "license key", "pat",
        "private key", "rsa key", "ssh key", "passcode", "project key", "project token",
        "pwd", "search key", "secret", "security token", "server key", "service key", "session key", "shared key",
        "storage key", "trigger token", "user key", "user token", "write key", "upload token",
        "cluster token",
    }
)  # fmt: skip
# Words at the end of a name that say where something is, or what it is called.
PLACES = frozenset(
    {
        "alias", "count", "digest", "dir", "directory", "env", "exists", "hash", "hint", "masked", "prefix", "preview",
        "redacted", "source", "status", "field", "file", "filename", "folder", "header", "host", "id", "ids", "len",
        "length", "name", "names", "path", "paths", "type", "var", "variable",
    }
)  # fmt: skip
# Somebody's secret, if these come before the word; of a key or a token that has two parts, the second.
OWNERS = frozenset(
    {"api", "app", "aws", "client", "consumer", "hmac", "jwt", "key", "oauth", "shared", "signing", "token", "webhook"}
)
