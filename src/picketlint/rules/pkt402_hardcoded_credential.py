"""Credential written into the code.

## What it does
Reports a text that looks like a credential and is used as one:

- under the name of a credential: in an assignment, a keyword, a dict entry, a comparison or `match`, the default of a
  parameter, field or option, or an environment variable and its fallback. `password`, `api_key`, `client_secret`,
  `hf_token`, `access_token` are such names, in any spelling; `token`, `key` and `pad_token` are not. `pw`, and `pat`
  for a personal access token, count if the value stands right beside them;
- in a URL or a connection string, an `Authorization` header, or a cookie that opens a session;
- as an argument of a function of a well-known library (`jwt.encode(claims, "...")`, the fourth argument of paramiko's
  `connect`) or of a program (`mysql -p...`, `curl -u user:...`, `--password=...`);
- in a text that is a settings file (`.env`, INI, YAML), also in notebook cells that hold no Python.

Code that was commented out is read too. A name that gets its value elsewhere is followed there, and each literal is
reported once.

A key or a token has to look random. A password is also reported if it has digits or signs among its letters, or if it
is in every list of passwords (`admin`, `postgres`, `letmein`); any other word only beside the user or the host it is
for. Such weak passwords have a lower severity.

These are fine:

- what only stands for a credential: placeholders (`changeme`, `your-api-key`, `EMPTY`), names of variables and fields,
  paths, URLs, templates, special tokens of a tokenizer;
- labels, messages and rules in a table of texts, JSON in a comment, and what is given to a fake or a mock;
- hashes of passwords, and keys that are public by design (the DSN of Sentry, PostHog's `phc_...`);
- the default password of a service on the developer's own machine (`postgres:postgres@localhost`), because everybody
  knows it and it opens nothing to anybody else.

PKT401 reports tokens in the shape of a known provider.

## Why is this bad?
Everybody who can read the code, its history, the package or the container image has the credential, and it cannot be
changed without a release.

## Instead
Revoke the credential. Read the new one from the environment (`os.environ["DB_PASSWORD"]`), a secret store or a file
outside of the repository, and fail where it is missing.

## References
- [CWE-798](https://cwe.mitre.org/data/definitions/798.html), [CWE-259](https://cwe.mitre.org/data/definitions/259.html)
- [OWASP: Secrets Management](https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.knowledge.credentials import credential_triggers
from picketlint.rule import (
    Confidence,
    Credential,
    Hit,
    Module,
    Passage,
    Rule,
    Severity,
    bad,
    credentials,
    good,
    in_code,
    later,
    on,
    on_cell,
    sample,
)

# Stand in examples by name, so that the examples are none themselves.
_KEY = "9f8Kd02LmQx71Zp4"
_WORD = "hunter2"
_WITH_SHARP = "zQ7!v#2mK9w"
_LOGIN = "YXBwOmh1bnRlcjI="
_CHOSEN = "Sommer2024!"
_SESSION = "9f8Kd02LmQx71Zp4aJ6s0qPw"
_OF_USER = sample("kaggle")


class HardcodedCredential(Rule):
    """`password = "hunter2"`."""

    id = "PKT402"
    name = "hardcoded-credential"
    since = "0.1"
    severity = Severity.HIGH
    confidence = Confidence.HIGH
    cwe = 798
    policy = "API Keys and Credentials"
    documentable = False
    conceals = True
    supersedes = ("B105", "B106", "B107", "S105", "S106", "S107")
    triggers = later(credential_triggers)
    examples = (
        bad('password = "hunter2"', at="1:1"),
        bad('DB_PASSWORD: str = "P@ssw0rd"', at="1:1"),
        bad('self.passwd = "correct-horse-battery-93"', at="1:1"),
        bad('config["smtpPassword"] = "Tr0ub4dor&3"', at="1:1"),
        bad('if (pwd := "S3cr3t!pass"):\n    login(pwd)', at="1:5"),
        bad(f'connect(\n    host,\n    password="{_WORD}",\n)', at="3:5"),
        bad('connect(host=host, user="app", password="swordfish")', at="1:32", confidence=Confidence.MEDIUM),
        bad('connect(host="db.internal", user="postgres", password="postgres")', at="1:46"),
        bad(
            'PASSWORD = "hunter2"\n\n\ndef open_it():\n    return connect(user=USER, password=PASSWORD)',
            at="1:1",
            why="once, where it is written",
        ),
        bad('SUFFIX = "4Kq"\nconnect(user="app", password="x9-Lm!" + SUFFIX)', at="2:21"),
        bad(f'def connect(host, user="app", password="{_WORD}"): ...', at="1:31"),
        bad(f'@dataclass\nclass Settings:\n    api_key: str = field(default="{_KEY}")', at="3:5"),
        bad(f'class Settings(BaseSettings):\n    secret: SecretStr = SecretStr("{_KEY}")', at="2:5"),
        bad('DATABASE = {"USER": "app", "PASSWORD": "hunter2"}', at="1:28"),
        bad('if password == "hunter2":\n    grant()', at="1:4"),
        bad(f'if hmac.compare_digest(request.headers["X-API-Key"], "{_KEY}"):\n    grant()', at="1:4"),
        bad(f'os.environ["SERVICE_API_KEY"] = "{_KEY}"', at="1:1"),
        bad(f'os.environ.setdefault("SERVICE_API_KEY", "{_KEY}")', at="1:1"),
        bad(f'import os\nkey = os.getenv("SERVICE_API_KEY", "{_KEY}")', at="2:1"),
        bad(f'api_key = os.environ.get("SERVICE_API_KEY") or "{_KEY}"', at="1:1"),
        bad(f'parser.add_argument("--api-key", default="{_KEY}")', at="1:1"),
        bad('@click.option("--password", default="hunter2")\ndef main(password): ...', at="1:2"),
        bad(f'headers = {{"Authorization": "Bearer {_KEY}"}}', at="1:12"),
        bad(f'headers["Authorization"] = "Basic {_LOGIN}"', at="1:1", why="base64 of user and password"),
        bad('requests.get(url, auth=("app", "hunter2"))', at="1:19"),
        bad('creds = ("app", "hunter2")\nrequests.get(url, auth=creds)', at="1:1"),
        bad('creds = ("app", "hunter2")\nsession.auth = creds', at="1:1"),
        good('known = ("basic", "digest")\nserve(auth=known)\ndef f(pair):\n    get(url, auth=pair)'),
        bad(f'engine = create_engine("postgresql://app:{_WORD}@db.internal/app")', at="1:10"),
        bad(f'url = f"https://ci:{_WORD}@{{host}}/simple"', at="1:1"),
        bad(f'conn = "Server=db.internal;User Id=app;Password={_WORD};"', at="1:1"),
        bad(f'get(f"https://{{host}}/models?api_key={_KEY}")', at="1:1", why="in a URL"),
        bad(f'HF_TOKEN = b"{_KEY}"', at="1:1"),
        bad(f'API_KEYS = ["{_KEY}"]', at="1:13"),
        bad(f'BEARER_TOKEN = "{"A" * 21}N{_SESSION}{"A" * 8}n{_KEY}%3D{_SESSION}"', at="1:1", why="of X"),
        good(f'API_KEY = "{"A" * 32}"\naccess_token = "{"A" * 20}{"B" * 20}"', why="nobody's"),
        bad('passwords = {"alice": "Tr0ub4dor&3"}', at="1:14"),
        bad(f'if api_key not in ("{_KEY}", OTHER):\n    refuse()', at="1:4"),
        bad('os.environ["PGPASSWORD"] = "Tr0ub4dor&3"', at="1:1"),
        bad(f'headers = {{"PRIVATE-TOKEN": "{_KEY}"}}', at="1:12", why="of GitLab"),
        bad(f'engine = create_engine("postgresql://app:{_WITH_SHARP}@db.internal/app")', at="1:10"),
        bad(f'# connect(user="app", password="{_WORD}")\nconnect()', at="1:1", why="code in a comment"),
        bad('PASSWORD = "admin"', at="1:1", confidence=Confidence.MEDIUM, why="weak, and in every list"),
        bad('match password:\n    case "" | "S3cr3t!pass":\n        grant()', at="2:15"),
        bad('if (user, password) == ("app", "S3cr3t!pass"):\n    grant()', at="1:4"),
        bad('if getpass() == "S3cr3t!pass":\n    grant()', at="1:4"),
        bad(f'config.set("db", "password", "{_WORD}")', at="1:1", why="of configparser"),
        bad(f'config.get("db", "password", fallback="{_WORD}")', at="1:30"),
        bad(f'import paramiko\nclient = paramiko.SSHClient()\nclient.connect(host, 22, user, "{_WORD}")', at="3:1"),
        bad(f'import jwt\njwt.encode(claims, "{_KEY}")', at="2:1"),
        bad(f'import jwt\nSIGNED_WITH = "{_KEY}"\njwt.decode(given, key=SIGNED_WITH)', at="2:1"),
        bad('from MySQLdb import connect\nconnect("db.internal", "app", "swordfish")', at="2:1"),
        bad(f'from sqlalchemy.engine import URL\nURL.create("mysql", "app", "{_WORD}", host)', at="2:1"),
        bad(f'from redis import Redis\nRedis(host, 6379, 0, "{_WORD}")', at="2:1"),
        bad(f'user.set_password("{_WORD}")', at="1:1"),
        bad(f'session.auth = ("app", "{_WORD}")', at="1:1"),
        bad(f'API_KEYS = {{"{_KEY}": "alice"}}', at="1:13"),
        bad(f'run("mysql -u app -p{_WORD} shop", shell=True)', at="1:1"),
        bad(f'run(["sshpass", "-p", "{_WORD}", "ssh", host])', at="1:23"),
        bad(f'run(["curl", "-u", "app:{_WORD}", url])', at="1:20"),
        bad(f'command = "echo {_WORD} | sudo -S reboot"', at="1:1"),
        bad(f'command = "docker login -u app -p {_WORD} registry.internal"', at="1:1"),
        bad(f'run(["serve", "--api-key", "{_KEY}"])', at="1:28"),
        bad(f'command = "PGPASSWORD={_WORD} psql --host=db.internal"', at="1:1"),
        bad(f'command = f"dump --password={_WORD} {{name}}"', at="1:1"),
        bad(f'post(url, data=\'{{"password": "{_WORD}"}}\')', at="1:11"),
        bad(f'env = [{{"name": "DB_PASSWORD", "value": "{_WORD}"}}]', at="1:32"),
        bad(f'client.V1EnvVar(name="DB_PASSWORD", value="{_WORD}")', at="1:37"),
        bad(f'environment = ["POSTGRES_PASSWORD={_WORD}"]', at="1:16"),
        bad(f'frame.write.option("password", "{_WORD}")', at="1:1"),
        bad(f'account = {{"user": "app", "pass": "{_WORD}"}}', at="1:27"),
        bad(f'client.username_pw_set("app", "{_WORD}")', at="1:1"),
        bad(f'Listener(address, authkey=b"{_WORD}")', at="1:19"),
        bad(f"cursor.execute(\"CREATE USER app IDENTIFIED BY '{_WORD}'\")", at="1:1"),
        bad(f"cursor.execute(\"ALTER ROLE app WITH PASSWORD '{_WORD}'\")", at="1:1"),
        bad(f'body = "<login><user>app</user><password>{_WORD}</password></login>"', at="1:1"),
        bad(f'open(".env", "w").write("USER=x\\nDB_PASSWORD={_CHOSEN}\\n")', at="1:1", why="a file of settings"),
        bad(f'text = f"""\nexport DB_PASSWORD=\'{_CHOSEN}\'  # of the store\nHOST={{host}}\n"""', at="1:1"),
        bad(f'dockerfile = """\nFROM base\nENV DB_PASSWORD={_CHOSEN}\n"""', at="1:1"),
        bad(f'text = "[db]\\npassword = {_WORD}\\n"', at="1:1", why="INI"),
        bad(f'text = """\ndb:\n  user: app\n  password: {_CHOSEN}\n"""', at="1:1", why="YAML"),
        bad(f'text = """{{\n  "user": "app",\n  "password": "{_CHOSEN}"\n}}"""', at="1:1", why="JSON"),
        bad(f'pw = "{_CHOSEN}"', at="1:1", why="the width of a patch is a number"),
        bad(f'login(user="app", pw="{_WORD}")', at="1:19"),
        bad(f'user, pw = "app", "{_CHOSEN}"', at="1:1"),
        bad('USER, PASS = "app", "7hUn!derXq"', at="1:1"),
        bad('passphrase = "tiger umbrella seventeen cloud"', at="1:1", confidence=Confidence.MEDIUM),
        good('PASS, FAIL = "PASS", "FAIL"\nPASS = "check-passed-v2"\nPASS = "#00ff00"\nPASS = "all tests done"'),
        good('passphrase = "enter the passphrase of this key"\npassword = "ask your admin for one"'),
        good('secret = "tiger umbrella seventeen cloud"', why="a secret is no phrase"),
        bad(f'def login(user, pw="{_CHOSEN}"): ...', at="1:17"),
        bad(f'if pw.strip() == "{_CHOSEN}":\n    grant()', at="1:4"),
        bad(f'env = [{{"name": "PW", "value": "{_CHOSEN}"}}]', at="1:23"),
        bad(f'CLARIFAI_PAT = "{_SESSION}"', at="1:1"),
        bad(f'from clarifai.client import User\nUser(user_id="me", pat="{_SESSION}")', at="2:20"),
        bad(f'os.environ["AZURE_DEVOPS_PAT"] = "{_SESSION}"', at="1:1"),
        bad(f'requests.get(url, cookies={{"sessionid": "{_SESSION}"}})', at="1:28"),
        bad(f'headers = {{"Cookie": "lang=en; PHPSESSID={_SESSION}"}}', at="1:12"),
        bad(f'session.cookies.set("connect.sid", "s%3A{_SESSION}")', at="1:1"),
        bad(f'driver.add_cookie({{"name": "sessionid", "value": "{_SESSION}"}})', at="1:41"),
        bad(f'cookies = [{{"domain": "x.org", "name": "sid", "value": "{_SESSION}"}}]', at="1:47"),
        bad(f'headers = {{\n    # "Cookie": "ASP.NET_SessionId={_SESSION}",\n}}', at="2:5", why="an entry"),
        bad(f'jar = cookies["user_session"] = "{_SESSION}"', at="1:1"),
        bad(f"run(\"curl -H 'Cookie: auth={_SESSION}' \" + url)", at="1:1"),
        bad(f'connect(dbpassword="{_CHOSEN}")', at="1:9", why="in one word"),
        bad(f'config = {{"apikey": key, "apisecret": "{_KEY}"}}', at="1:26"),
        bad(f'LASTFM_KEY = "{_KEY}"', at="1:1"),
        bad(f'from pyngrok import ngrok\nngrok.set_auth_token("{_SESSION}")', at="2:1"),
        bad(f'run("ngrok config add-authtoken {_SESSION}")', at="1:1"),
        bad(f'run(f"jupyter lab --port {{port}} --ServerApp.token={_SESSION}")', at="1:1"),
        bad(f'json.dump({{"username": "alice", "key": "{_OF_USER}"}}, file)', at="1:33", why="of Kaggle"),
        bad(f'run(\'echo {{"username":"alice","key":"{_OF_USER}"}} > kaggle.json\')', at="1:1"),
        good('pad_token = "<pad>"\neos_token = "<|endoftext|>"\nBLANK_TOKEN = "[blank]"', why="for a tokenizer"),
        good(f'build(moe_token_dispatcher_type="alltoall", token_pattern=r"(?u)\\b\\w+\\b", token="{_KEY}")'),
        good('bot_token = "<tool_call>"\naccess_token: str = "functools"'),
        good('if password == FORBIDDEN_PASSWORD:\n    refuse()\nFORBIDDEN_PASSWORD = "hunter2"', why="to refuse it"),
        good(
            'LEGACY_DEFAULT_PASSWORD = "password1234"\nif password == LEGACY_DEFAULT_PASSWORD:\n    refuse()',
            why="the default of earlier releases",
        ),
        good('password = os.environ["DB_PASSWORD"]\napi_key = getpass("Key: ")'),
        good('API_KEY_ENV = "OPENAI_API_KEY"\napi_key = "OPENAI_API_KEY"', why="names of variables"),
        good('password_field = "hunter2"\ntoken_url = "https://example.org/token"\nAPI_KEY_HEADER = "X-API-Key"'),
        good('class Grant(str, Enum):\n    PASSWORD = "password"\n    CLIENT_SECRET = "client-secret-1"'),
        good('client = OpenAI(base_url=url, api_key="EMPTY")\nclient.api_key = "token-abc123"'),
        good('api_key = "your-api-key"\npassword = "changeme"\nsecret = "xxxxxxxxxxxxxxxx"\npasswd = "********"'),
        good('password = f"{prefix}-{name}"\npwd = "${DB_PASSWORD}"\nsecret = "<client secret>"\nkey = "%s"'),
        good('private_key = "/etc/ssl/private/server.key"\npwd = "./data"\nsecret = "projects/x/secrets/y"'),
        good('password = "Enter your password"\nif secret == "none":\n    stop()'),
        good('auth_token = "bearer"\nsecret = "gateway_secret"\nuse_auth_token = "deprecated"'),
        good('password = ""\napi_key = None\npassword = "no"', why="none"),
        good('url = "postgresql://postgres:postgres@localhost/test"\nbroker = "redis://:@localhost:6379"'),
        good('connect(host="localhost", user="postgres", password="postgres")', why="what everybody has at home"),
        good('url = "postgresql://user:password@host/db"\nproxy = f"http://{user}:{password}@{host}"'),
        good(f'def connect(url):\n    """Such as `mysql://app:{_WORD}@db.internal/app`."""', why="shows how"),
        good(f'add(api_key=Field(description="Such as api_key={_KEY}"))'),
        good('secrets.token_hex(16)\nsecret = secrets.token_urlsafe()\ntokens = ["hello", "world"]'),
        good('if password_type in ("hunter2", "x9-Lm!"):\n    pass\nif secret in ("none", "default"):\n    pass'),
        good('secrets = {"openai": "OPENAI_API_KEY", "path": "/run/secrets/x"}\nurl = "https://host:8080/docs#a@b"'),
        good(f'key = "{_KEY}"\nsecret_name = "{_KEY}"\nsha256 = "{_KEY}"'),
        good('rules = {"password": "required|min:8|confirmed", "secret": "nullable|string|max:255"}'),
        good(f'fake_api_key = "{_KEY}"\npublic_access_key = "{_KEY}"'),
        good('schema = {"password": {"type": "string"}, "api_key": "string"}'),
        good('labels = {"login": "Anmelden!", "password": "Passwort!", "save": "Speichern..."}', why="a translation"),
        good('t = {"user": "gebruikersnaam", "password": "wachtwoord", "host": "server"}'),
        good('errors = {"password": "must_be_8+chars", "passwd": "too_short!"}', why="what it has to be"),
        good('columns = {"user": "col1", "password": "col2", "host": "col3"}', why="ids, all alike"),
        bad(f'login = {{"user": "Admin", "password": "{_WORD}!", "host": "Main"}}', at="1:27"),
        good('fields = {"password": "input#password", "user": "input#user"}\nkeys = {"password": "Ctrl+P"}'),
        good('password = "!vault"\nsecret = "ENC[AES256]"\npasswd = "vault:secret/db#password"', why="where it is"),
        good('password = "(snip)"\nlogin(user="anonymous", password="me@example.com")'),
        good('password = "$2b$12$KIXQhJq9Y8g3V7r0qzO1euF1p3O5Y5o0v9mWq7b0l6X1cQ8r2S3a."', why="a hash of it"),
        good('ResetPassword = "00299570-246d-11d0-a768-00aa006e0529"', why="made of the time, not by chance"),
        good('sentry_sdk.init(dsn="https://9f8d02a1b71e4c5d8e6f7a8b9c0d1e2f@o447951.ingest.sentry.io/5429857")'),
        good(f'EXAMPLES = """\napi_key: {_KEY}\n"""\nconfig = {{"examples": [{{"password": "{_WORD}"}}]}}'),
        good('import jwt\njwt.encode(claims, "secret")\njwt.decode(given, KEY)\njwt.encode(claims, "/etc/jwt.pem")'),
        good('import paramiko\nparamiko.SSHClient().connect(host, 22, user, os.environ["PASSWORD"])'),
        good(f'import jwt\njwt.encode("{_KEY}", key)\nother.encode(claims, "{_KEY}")', why="in another place"),
        good(
            'match password:\n    case "" | None:\n        refuse()\nmatch kind:\n    case "S3cr3t!pass":\n        pass'
        ),
        good('run("mysql -u app -p shop")\nrun(f"mysql -p{password}")\nrun(["docker", "run", "-p", "8080:80"])'),
        good('run(["curl", "-u", f"{user}:{password}"])\nrun("curl -u user:password")\nrun(["x", "--password", "-x"])'),
        good('@click.option("--password", "password_v2x")\ndef main(password_v2x): ...'),
        good('fields = [{"name": "password", "value": "Log in"}, {"key": "api_key", "value": "OPENAI_API_KEY"}]'),
        good(f'counts = {{"pass": "{_WORD}", "fail": 3}}\nenv = ["DB_PASSWORD=$PW", "USE_PASSWORD=true"]'),
        good('cursor.execute("CREATE USER app IDENTIFIED BY \'%s\'" % password)\nbody = "<password>...</password>"'),
        good(f"raise ValueError(\"password '{_WORD}' is in every list\")"),
        bad(f'update(body={{"doc": {{"password": "{_WORD}"}}}})', at="1:22"),
        good('text = """\nDB_PASSWORD=$PASSWORD\nDB_PASSWORD={{ password }}\npassword: changeme\npassword: str\n"""'),
        good(
            f'text = """Usage:\nexport DB_PASSWORD={_CHOSEN}\n"""\ndef f():\n    """\n    password: {_CHOSEN}\n    """'
        ),
        good('code = """\npassword = arg1\nsecret = self.secret2\npassword = password2\n"""', why="code"),
        good(f'code = """\nPASSWORD = "{_WORD}"\nlogin(PASSWORD)\n"""', why="code, in a text"),
        good(f'text = f"""\npassword: {_CHOSEN}, which is weak\npasswords: 2\nDB_PASSWORD={{password}}\n"""'),
        good('ph, pw = 14, 14\nshape = {"ph": ph, "pw": pw}\nact_pw = "relu6"\nislands = {"PW": "Palau"}'),
        good(
            f'pat = r"[0-9a-f]{{8,32}}"\nfind(pat="AAGTCCGGATTACAGATTACA")\nformat_pat = "{_SESSION}"', why="patterns"
        ),
        good(f'pat = "{_SESSION}"', why="nobody says whose it is"),
        good(
            f'cookies = {{"_ga": "{_SESSION}", "csrftoken": "{_SESSION}", "lang": "{_SESSION}"}}', why="nobody logs in"
        ),
        good('cookies = {"session": session, "sid": "none"}\nheaders = {"Cookie": f"session={session}"}'),
        good(
            f'run = {{"session": "{_SESSION}"}}\nheaders = {{"X-Request": "session={_SESSION}"}}\ncookie = 1',
            why="an id",
        ),
        good('secret = "vault:secret/data/ml#token9f8Kd02"', why="where it is to be found"),
        good('row = {"username": "alice", "key": "primary"}\nrun("ngrok authtoken TOKEN")'),
        good('secret = "&lt;secret1&gt;"', why="a placeholder in HTML"),
        good(f'TOKENS_HELP_TEXT = "Authorization: Bearer {_KEY}"', why="shows how"),
        good(f'POSTHOG_API_KEY = "phc_{_SESSION}"\nAMPLITUDE_API_KEY = "{_KEY}"', why="shipped to every browser"),
        good(f'AMPLITUDE_API_KEY = "{_KEY}"\ntrack(api_key=AMPLITUDE_API_KEY)\nSEGMENT_WRITE_KEY = "{_KEY}"'),
        good(f'map_.token = mapbox_api_key = "pk.eyJ1{_SESSION}.{_KEY}"'),
        good('url = "mssql://sa:yourStrong(!)Password@db.internal/app"\npassword = "YourPassw0rd!"'),
        good(f'FakeServer(url, api_key="{_KEY}")\nregister(TextPlaceholder("url", lambda: {{"secret": "{_KEY}"}}))'),
        good(f'spec = {{"connection_examples": [{{"url": "mysql://app:{_WORD}@db.internal/app"}}]}}'),
        good(f'# {{\n#   "result": {{\n#     "accessToken": "{_KEY}"\n#   }}\n# }}\ncall()', why="what is answered"),
        bad(f'# login({{\n#   "url": {{}},\n#   "password": "{_CHOSEN}",\n# }})\nlogin()', at="3:1", why="code"),
        bad(f'x = {{\n    # "password": "{_CHOSEN}",\n    "user": user,\n}}', at="2:5", why="an entry"),
        good(f'print("Usage: dump --password={_WORD}")', why="shows how"),
        good(f'names = {{"{_KEY}": "alice"}}\nauth = ("basic", "digest")\nuser.set_password(form.password)'),
        good(f'login(hf_token="{sample("hf_")}")', why="reported by PKT401"),
    )

    @on(ast.Module)
    def module(self, _: ast.Module, module: Module) -> Iterator[Hit]:
        """Everything in the module at once: where a literal is bound tells its name, wherever it is used."""
        for found in credentials(module):
            yield self._report(found)

    @on_cell()
    def cell(self, text: str) -> Iterator[Passage]:
        """What says by itself what it is, in scripts, settings and queries."""
        for found in in_code(text):
            message = _message(found.found.what, "is", found.glimpse)
            yield Passage(found.start, found.end, message, *found.levels, (found.start, found.end))

    def _report(self, found: Credential) -> Hit:
        severity, confidence = found.levels
        verb = "is compared with a text that is" if found.compared else "is"
        message = _message(found.name, verb, found.glimpse)
        hit = self.at(found.anchor, message, focus=found.literal, severity=severity, confidence=confidence)
        return hit._replace(trace=found.trace, secrets=(found.literal,))


def _message(name: str, verb: str, glimpse: str) -> str:
    what = f"The {name}" if " " in name else f"`{name}`"
    return (
        f"{what} {verb} hard-coded ({glimpse}), so everyone who has the code has it; "
        f"revoke it, and read the new one from the environment or a secret store"
    )
