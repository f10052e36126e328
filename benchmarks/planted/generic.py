"""Credentials that nobody's format gives away: passwords, keys and secrets as people and their tools make them."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from planted.values import BASE62, HEX, Dice, base64_text, base64_url, mixed, uuid4

PASSWORD = ("password", "db_password", "admin_password", "passwd", "smtp_password", "postgres_password", "pwd")
API_KEY = ("api_key", "apikey", "service_api_key", "x_api_key", "gateway_api_key")
SECRET = ("secret_key", "client_secret", "jwt_secret", "app_secret", "webhook_secret", "flask_secret_key")
TOKEN = ("auth_token", "access_token", "bearer_token", "refresh_token", "api_token")
CONNECTION = ("database_url", "connection_string", "sqlalchemy_database_uri", "mongo_uri", "broker_url", "dsn")

# Symbols that the generators of password managers use and that need no escape in a Python string.
SYMBOLS = "!@#$%^&*-_=+?.~"
# fmt: off
WORDS = (
    "amber", "anchor", "basil", "beacon", "birch", "bramble", "canyon", "cedar", "cobalt", "comet", "copper", "coral",
    "crayon", "delta", "ember", "falcon", "fjord", "garnet", "glacier", "harbor", "hazel", "indigo", "juniper",
    "kestrel", "lagoon", "lantern", "maple", "marble", "meadow", "nectar", "onyx", "orbit", "otter", "pepper",
    "pixel", "quartz", "raven", "saffron", "summit", "thistle", "tundra", "velvet", "walnut", "willow", "zephyr",
)
# fmt: on
NAMES = ("Alice", "Berlin", "Chelsea", "Daisy", "Hunter", "Liverpool", "Monday", "Oliver", "Phoenix", "Summer")


class Generic(NamedTuple):
    """A kind of credential: how it is made, and what code calls it. ``url`` says that it is a whole address."""

    kind: str
    make: Callable[[Dice], str]
    names: tuple[str, ...]
    url: bool = False


def generated(dice: Dice) -> str:
    """A password manager's default: 20 characters of letters, digits and symbols."""
    while True:
        text = mixed(dice, string.ascii_letters + string.digits + SYMBOLS, 20)
        if set(text) & set(SYMBOLS):
            return text


def passphrase(dice: Dice) -> str:
    """Four words and a number, as password managers join them."""
    words = [dice.pick(WORDS) for _ in range(4)]
    return f"{'-'.join(words)}-{dice.between(10, 99)}"


def human(dice: Dice) -> str:
    """What the rules for passwords make people write: a word, digits and a symbol."""
    digits = dice.pick((str(dice.between(1970, 2026)), str(dice.between(100, 999))))
    return f"{dice.pick(NAMES)}{digits}{dice.pick('!?#$*')}"


def leet(dice: Dice) -> str:
    """A word with letters changed into digits."""
    word = dice.pick(WORDS) + dice.pick(WORDS).capitalize()
    return word.translate(str.maketrans("aeo", "430")) + dice.pick("!#$") + str(dice.between(1, 99))


def _password(dice: Dice) -> str:
    return quote(dice.pick((generated, human, leet))(dice), safe="!*-_.~")


def _host(dice: Dice) -> str:
    return f"{dice.pick(WORDS)}-{dice.pick(('db', 'prod', 'cache', 'mq'))}.{dice.pick(WORDS)}.internal"


def database_url(dice: Dice) -> str:
    """SQLAlchemy's and others' `dialect+driver://user:password@host:port/database`."""
    scheme, port = dice.pick((("postgresql", 5432), ("postgresql+psycopg2", 5432), ("mysql+pymysql", 3306)))
    user = dice.pick(("airflow", "mlflow", "svc_train", "app"))
    return f"{scheme}://{user}:{_password(dice)}@{_host(dice)}:{port}/{dice.pick(WORDS)}"


def mongo_url(dice: Dice) -> str:
    """MongoDB Atlas."""
    cluster = f"cluster0.{dice.text(string.ascii_lowercase + string.digits, 5)}.mongodb.net"
    return f"mongodb+srv://{dice.pick(WORDS)}:{_password(dice)}@{cluster}/?retryWrites=true&w=majority"


def broker_url(dice: Dice) -> str:
    """Redis, with a password alone, or AMQP."""
    if dice.below(2):
        return f"redis://:{_password(dice)}@{_host(dice)}:6379/{dice.below(4)}"
    return f"amqps://{dice.pick(WORDS)}:{_password(dice)}@{_host(dice)}:5671/{dice.pick(WORDS)}"


def keyword_dsn(dice: Dice) -> str:
    """The `key=value` pairs of libpq, or `Key=value;` as ADO and ODBC have it."""
    password = mixed(dice, BASE62, 16)
    if dice.below(2):
        return f"host={_host(dice)} port=5432 dbname={dice.pick(WORDS)} user=svc password={password}"
    return f"Server=tcp:{_host(dice)},1433;Database={dice.pick(WORDS)};User Id=svc;Password={password};Encrypt=yes;"


GENERIC = (
    Generic("password manager", generated, PASSWORD),
    Generic("passphrase", passphrase, (*PASSWORD, "passphrase")),
    Generic("word, digits, symbol", human, PASSWORD),
    Generic("letters changed into digits", leet, PASSWORD),
    Generic("12 letters and digits", lambda dice: mixed(dice, BASE62, 12), PASSWORD),
    Generic("openssl rand -hex 16", lambda dice: dice.text(HEX, 32), (*API_KEY, *TOKEN)),
    Generic("openssl rand -hex 32", lambda dice: dice.text(HEX, 64), (*SECRET, *API_KEY)),
    Generic("openssl rand -base64 32", lambda dice: base64_text(dice.data(32)), SECRET),
    Generic("secrets.token_urlsafe(32)", lambda dice: base64_url(dice.data(32)), (*SECRET, *TOKEN)),
    Generic("secrets.token_hex(20)", lambda dice: dice.data(20).hex(), (*API_KEY, *TOKEN)),
    Generic("40 letters and digits", lambda dice: mixed(dice, BASE62, 40), (*API_KEY, *TOKEN, *SECRET)),
    Generic("uuid4", uuid4, (*API_KEY, "client_secret", "auth_token")),
    Generic(
        "Django SECRET_KEY",
        lambda dice: dice.text(string.ascii_lowercase + string.digits + "!@#$%^&*(-_=+)", 50),
        ("secret_key", "django_secret_key"),
    ),
    Generic("Fernet key", lambda dice: base64_url(dice.data(32)) + "=", ("fernet_key", "encryption_key", "secret_key")),
    Generic("database URL", database_url, CONNECTION, url=True),
    Generic("MongoDB URL", mongo_url, ("mongo_uri", "mongodb_url", "connection_string"), url=True),
    Generic("broker URL", broker_url, ("redis_url", "broker_url", "celery_broker_url"), url=True),
    Generic("keyword DSN", keyword_dsn, ("dsn", "connection_string", "conn_str"), url=True),
)
