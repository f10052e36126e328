"""Calls and programs that take a credential by its place, or under a name that does not say what it is.

Sources: the documentation of each library and program.
"""

from __future__ import annotations

from picketlint.matching.triggers import COMMENT, CONTINUED, GAP, qualified

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from picketlint.matching.triggers import Trigger

_FTP = ("host", "user", "passwd", "acct")
_SIGNER = ("secret_key", "salt")
_USER = ("username", "email", "password")
_ORACLE = ("user", "password", "dsn")
_KEY = ("key",)
_LDAP_BIND = ("who", "cred")
_TOKEN = ("token",)

# The parameters of functions, in their order; those after the credentials are left out.
SIGNATURES: dict[str, tuple[str, ...]] = {
    # https://docs.paramiko.org/en/stable/api/client.html, .../api/transport.html
    "paramiko.SSHClient().connect": ("hostname", "port", "username", "password"),
    "paramiko.client.SSHClient().connect": ("hostname", "port", "username", "password"),
    "paramiko.Transport().connect": ("hostkey", "username", "password"),
    "paramiko.Transport().auth_password": ("username", "password"),
    # https://pysftp.readthedocs.io/en/release_0.2.9/pysftp.html
    "pysftp.Connection": ("host", "username", "private_key_file", "password"),
    # https://pyjwt.readthedocs.io/en/stable/api.html
    "jwt.encode": ("payload", "key"),
    "jwt.decode": ("jwt", "key"),
    # https://python-jose.readthedocs.io/en/latest/jwt/api.html
    "jose.jwt.encode": ("claims", "key"),
    "jose.jwt.decode": ("jwt", "key"),
    # https://docs.authlib.org/en/stable/jose/jwt.html
    "authlib.jose.jwt.encode": ("header", "payload", "key"),
    "authlib.jose.jwt.decode": ("s", "key"),
    # https://cryptography.io/en/latest/fernet/
    "cryptography.fernet.Fernet": _KEY,
    # https://docs.python.org/3/library/hmac.html
    "hmac.new": _KEY,
    "hmac.digest": _KEY,
    # https://pycryptodome.readthedocs.io/en/latest/src/cipher/aes.html
    "Crypto.Cipher.AES.new": _KEY,
    "Cryptodome.Cipher.AES.new": _KEY,
    # https://itsdangerous.palletsprojects.com/en/stable/
    "itsdangerous.Serializer": _SIGNER,
    "itsdangerous.Signer": _SIGNER,
    "itsdangerous.TimedSerializer": _SIGNER,
    "itsdangerous.TimestampSigner": _SIGNER,
    "itsdangerous.URLSafeSerializer": _SIGNER,
    "itsdangerous.URLSafeTimedSerializer": _SIGNER,
    # https://docs.python.org/3/library/ftplib.html, .../poplib.html, .../zipfile.html
    "ftplib.FTP": _FTP,
    "ftplib.FTP_TLS": _FTP,
    "poplib.POP3().pass_": ("pswd",),
    "poplib.POP3_SSL().pass_": ("pswd",),
    "zipfile.ZipFile().setpassword": ("pwd",),
    # https://ldap3.readthedocs.io/en/latest/connection.html
    "ldap3.Connection": ("server", "user", "password"),
    # https://www.python-ldap.org/en/latest/reference/ldap.html
    "ldap.initialize().bind_s": _LDAP_BIND,
    "ldap.initialize().simple_bind_s": _LDAP_BIND,
    # https://mysqlclient.readthedocs.io/user_guide.html; PyMySQL before 1.0
    "MySQLdb.connect": ("host", "user", "passwd", "db"),
    "pymysql.connect": ("host", "user", "password", "database"),
    # https://pymssql.readthedocs.io/en/stable/ref/pymssql.html
    "pymssql.connect": ("server", "user", "password", "database"),
    # https://cx-oracle.readthedocs.io/en/latest/api_manual/module.html
    "cx_Oracle.connect": _ORACLE,
    "cx_Oracle.Connection": _ORACLE,
    "cx_Oracle.SessionPool": _ORACLE,
    # https://redis.readthedocs.io/en/stable/connections.html
    "redis.Redis": ("host", "port", "db", "password"),
    "redis.StrictRedis": ("host", "port", "db", "password"),
    # https://github.com/minio/minio-py/blob/7.2.0/docs/API.md
    "minio.Minio": ("endpoint", "access_key", "secret_key"),
    # https://docs.sqlalchemy.org/en/20/core/engines.html#sqlalchemy.engine.URL.create
    "sqlalchemy.URL.create": ("drivername", "username", "password", "host"),
    "sqlalchemy.engine.URL.create": ("drivername", "username", "password", "host"),
    "sqlalchemy.engine.url.URL.create": ("drivername", "username", "password", "host"),
    # https://pika.readthedocs.io/en/stable/modules/credentials.html
    "pika.PlainCredentials": ("username", "password"),
    "pika.credentials.PlainCredentials": ("username", "password"),
    # https://pysmb.readthedocs.io/en/latest/api/smb_SMBConnection.html
    "smb.SMBConnection.SMBConnection": ("username", "password"),
    # https://github.com/requests/requests-ntlm, https://www.python-httpx.org/advanced/authentication/
    "requests_ntlm.HttpNtlmAuth": ("username", "password"),
    "httpx.DigestAuth": ("username", "password"),
    # https://keyring.readthedocs.io/en/stable/
    "keyring.set_password": ("service_name", "username", "password"),
    # https://docs.djangoproject.com/en/stable/ref/contrib/auth/#django.contrib.auth.models.UserManager
    **{
        f"django.contrib.auth.{model}.objects.{method}": _USER
        for model in ("models.User", "get_user_model()")
        for method in ("create_user", "create_superuser")
    },
    # https://docs.tweepy.org/en/stable/authentication.html
    **{
        f"tweepy.{name}": ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
        for name in ("OAuth1UserHandler", "OAuthHandler")
    },
    # https://boto3.amazonaws.com/v1/documentation/api/latest/reference/core/session.html
    "boto3.Session": ("aws_access_key_id", "aws_secret_access_key", "aws_session_token"),
    "boto3.session.Session": ("aws_access_key_id", "aws_secret_access_key", "aws_session_token"),
    # https://www.comet.com/docs/v2/api-and-sdk/python-sdk/reference/Experiment/
    "comet_ml.Experiment": ("api_key",),
    # https://pyngrok.readthedocs.io/en/latest/index.html#setting-the-authtoken-or-api-key
    "pyngrok.ngrok.set_auth_token": _TOKEN,
    # https://tushare.pro/document/1?doc_id=40
    "tushare.pro_api": _TOKEN,
    "tushare.set_token": _TOKEN,
}
PACKAGES = frozenset(name.partition(".")[0] for name in SIGNATURES)
# The methods among them, with what makes the objects that have them.
METHODS: dict[str, set[str]] = {}
for _owner, _, _method in (name.partition("().") for name in SIGNATURES):
    if _method.isidentifier():
        METHODS.setdefault(_method, set()).add(_owner)
# What these parameters are called anywhere else.
PARAMETERS = {"cred": "password", "key": "secret_key", "pswd": "password", "token": "api_token"}

# Short for a password, and for the width of a patch; for a personal access token, and for a pattern. A literal beside
# them tells which, for a token one of letters and digits that is this long.
# https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate,
# https://docs.clarifai.com/control/authentication/pat/
SHORT_PASSWORDS = frozenset({"pw"})
# A constant of this name is the outcome of a check more often, whose text has no digits, or says the same.
PASS, PASS_VALUE = "PASS", r"(?i)(?!.*pass)(?=.*[a-z])(?=.*[0-9])\S{8,}"
SHORT_TOKENS = frozenset(
    f"{whose}_pat"
    for whose in (
        "access", "ado", "airtable", "azdo", "azure", "azure_devops", "clarifai", "databricks", "devops", "gh", "git",
        "github", "gitlab", "my", "snowflake", "tableau", "user",
    )
)  # fmt: skip
# By itself it is one where the file says, in one of these words, whose it may be, or what it is sent as. Those of
# GitHub and GitLab have a shape of their own.
SHORTEST_TOKENS = frozenset({"pat"})
TOKEN_OWNERS = (
    "AZURE", "Authorization", "Azure", "Bearer", "CLARIFAI", "Clarifai", "Databricks", "DevOps", "Snowflake", "Tableau",
    "airtable", "azure", "clarifai", "databricks", "devops", "snowflake", "tableau",
)  # fmt: skip
SHORT_NAMES = SHORT_PASSWORDS | SHORT_TOKENS | SHORTEST_TOKENS
SHORT_TOKEN = r"[A-Za-z0-9_-]{20,}"

# Words in the name of a cookie by which a server knows who is logged in, ...
# https://owasp.org/www-community/attacks/Session_hijacking_attack, the defaults of PHP, Java, ASP.NET, Express, Django
SESSION_WORDS = frozenset(
    {
        "aspxauth", "auth", "jsessionid", "jwt", "login", "phpsessid", "remember", "sapisid", "sess", "sessdata",
        "session", "sessionid", "sid", "token",
    }
)  # fmt: skip
# ... and in that of one by which visitors are counted, or forms told from forged ones.
OTHER_COOKIES = frozenset({"ai", "ajs", "csrf", "csrftoken", "dd", "ga", "gid", "hj", "mp", "pk", "utm", "xsrf"})

# What cookies are given to: variables, members, keywords, entries, headers.
COOKIE_NAMES = frozenset(
    form
    for one in ("cookie", "cookies")
    for name in (one, *(f"{whose}_{one}" for whose in ("", "auth", "default", "login", "request", "session", "user")))
    for form in (name, name.title(), name.upper())
)
# What takes the name of a cookie and its value, or cookies. https://requests.readthedocs.io/en/latest/api/#api-cookies,
# https://werkzeug.palletsprojects.com/en/stable/wrappers/#werkzeug.wrappers.Response.set_cookie
# https://www.selenium.dev/documentation/webdriver/interactions/cookies/
# https://playwright.dev/python/docs/api/class-browsercontext#browser-context-add-cookies
SET_COOKIE, ADD_COOKIES = "set_cookie", frozenset({"add_cookie", "add_cookies"})

# What Kaggle's users get as `kaggle.json`, beside their names. https://www.kaggle.com/docs/api#authentication
USER_NAME, USER_KEY = "username", r"[0-9a-f]{32}"
# The same where its literal does not hold all of it.
_BEGUN = rf"[0-9a-f]{{0,31}}(?:\\|[\"'](?:{CONTINUED}))"

# Methods whose only argument is a password.
# https://docs.djangoproject.com/en/stable/ref/contrib/auth/#django.contrib.auth.models.User.set_password,
# https://werkzeug.palletsprojects.com and the tutorials on Flask name theirs alike
PASSWORD_METHODS = frozenset({"check_password", "set_password"})
# What asks for a password. https://docs.python.org/3/library/getpass.html
ASKING = frozenset({"getpass"})

# How programs take a password: by an option that it is hung on to, by one that stands before it, or behind the user.
# https://dev.mysql.com/doc/refman/8.4/en/password-security-user.html, https://mariadb.com/kb/en/mariadb-command-line-client/
ATTACHED = dict.fromkeys(
    (
        "mariadb", "mariadb-admin", "mariadb-dump", "mysql", "mysqladmin", "mysqlcheck", "mysqldump", "mysqlimport",
        "mysqlshow", "sshpass",
    ),
    ("-p",),
)  # fmt: skip
# A word that ends so takes the place of an option. https://ngrok.com/docs/agent/cli/#ngrok-config-add-authtoken
AUTHTOKEN = "authtoken"
# https://linux.die.net/man/1/sshpass, https://redis.io/docs/latest/develop/tools/cli/,
# https://www.mongodb.com/docs/mongodb-shell/reference/options/, https://www.openldap.org/software/man.cgi?query=ldapsearch,
# https://learn.microsoft.com/sql/tools/sqlcmd/sqlcmd-utility
SEPARATE = {
    "ldapadd": ("-w",),
    "ldapmodify": ("-w",),
    "ldapsearch": ("-w",),
    "mongo": ("-p",),
    "mongodump": ("-p",),
    "mongoexport": ("-p",),
    "mongoimport": ("-p",),
    "mongorestore": ("-p",),
    "mongosh": ("-p",),
    "ngrok": (AUTHTOKEN, f"add-{AUTHTOKEN}"),
    "redis-cli": ("-a",),
    "sqlcmd": ("-P",),
    "sshpass": ("-p",),
}
# The same behind a word that says what the program does. https://docs.docker.com/reference/cli/docker/login/,
# https://docs.podman.io/en/latest/markdown/podman-login.1.html, https://helm.sh/docs/helm/helm_registry_login/
LOGGING_IN = {"docker": ("-p",), "helm": ("-p",), "podman": ("-p",)}
# With the user before it. https://curl.se/docs/manpage.html#-u, https://www.samba.org/samba/docs/current/man-html/smbclient.1.html
WITH_USER = {"curl": (("-u", "--user"), ":"), "smbclient": (("-U", "--user"), "%")}
PROGRAMS = frozenset({*ATTACHED, *SEPARATE, *LOGGING_IN, *WITH_USER, "sudo"})


def login_triggers() -> tuple[Trigger, ...]:
    """What says in a file that a credential may be there without its name."""
    return (
        *qualified(*SIGNATURES),
        *((call, rf"{call}[\s\\]*[(#]") for call in sorted(PASSWORD_METHODS)),
        *((call, r"[!=]=") for call in sorted(ASKING)),
        (
            USER_NAME,
            rf"key\\?[\"']{{1,3}}(?:{GAP}\)){{0,3}}{GAP}:{GAP}(?:\({GAP}){{0,3}}[rRuU]?\\?[\"']{{1,3}}(?:{USER_KEY}|{_BEGUN})",
        ),
        *_short_triggers(),
        *_program_triggers(),
    )


def _short_triggers() -> Iterator[Trigger]:
    """Where a literal is given to one of the short names, or compared with it."""
    text = r"""\"[^\"\r\n]{0,60}\"|'[^'\r\n]{0,60}'"""
    given = rf"(?:[^()\"'#]|{text}|{COMMENT}|\((?:[^()\"'#]|{text}){{0,60}}\)){{0,100}}"
    method = rf"(?:{GAP}\.{GAP}\w{{1,20}}{GAP}\({given}\)){{0,3}}(?:{GAP}[\"'\])]){{0,8}}"
    before = rf"{method}(?:{GAP}:[^=]{{1,120}})?(?:{GAP},(?:[\w.,\s\\]|{COMMENT}){{0,60}})?{GAP}(?:[!=:]?=|[:,])"
    opening = rf"(?:{GAP}\(){{0,3}}{GAP}"
    entry = rf"{before}{opening}(?:[\"']?value[\"']?{GAP}[=:]{opening})?"
    # Behind something else in the line: ``pw = other = "..."``, ``(user, pw) == ("app", "...")``.
    further = r"[\"'\])]{0,8}[\s\\]{0,300}[:,)=!](?:[^\n\\\"']|\\\r?\n?){0,200}[=:(,\[](?:[ \t(]|\\\r?\n?){0,40}"
    # One of several that are assigned to at once: ``user, PASS = name or "app", "..."``.
    several = r"[\])]{0,8}[ \t]{0,40}=(?!=)(?:[^\n\\\"']|\\\r?\n?){0,200}"
    literal = rf"(?:{entry}|{further}|{several})[bBrRuUfF]{{0,2}}[\"']"
    token = literal + r"{1,3}" + SHORT_TOKEN.replace(",}", "}")
    for name in sorted({*SHORT_PASSWORDS, *map(str.upper, SHORT_PASSWORDS), PASS}):
        yield name, f"{name}{literal}"
        yield name, "name", "value", rf"{name}(?<=[\"']{name})[\"']"
    # They are in hardly any file.
    yield from sorted({*SHORT_TOKENS, *map(str.upper, SHORT_TOKENS)})
    for name in sorted({*SHORTEST_TOKENS, *map(str.upper, SHORTEST_TOKENS)}):
        yield from ((owner, name, f"{name}{token}") for owner in TOKEN_OWNERS)
        yield from ((owner, name, "name", "value", rf"{name}(?<=[\"']{name})[\"']") for owner in TOKEN_OWNERS)


def _program_triggers() -> Iterator[Trigger]:
    for program in sorted(ATTACHED):
        yield program.partition("-")[0], program.encode(), r"-p(?<=[\s\"']-p)[^\s\"']"
    for program, options in sorted(SEPARATE.items()):
        yield program.partition("-")[0], program.encode(), rf"(?:{'|'.join(options)})[\s\"'\\]"
    for program in sorted(LOGGING_IN):
        yield program, "login", r"-p[\s\"'\\]"
    for program, (users, _) in sorted(WITH_USER.items()):
        yield program, rf"(?:{'|'.join(users)})[\s\"'\\=]"
    yield "sudo", "echo", r"-S[\s\"'\\]"
