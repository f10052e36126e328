"""Credential handed to a log.

## What it does
Reports what has the name of a credential (`password`, `api_key`, `hf_token`, `os.environ["DB_PASSWORD"]`, an
`Authorization` header), or was asked for by `getpass`, and is handed to `logging`, `print`, `warnings.warn`, the
standard streams, tqdm, rich, click, loguru, or to wandb and mlflow as a parameter of a run: as an argument, in an
f-string, through `%`, `format` and `+`, in a dict, and by way of a variable.

Fine is what cannot be used: `token[:4] + "***"` and other slices of at most twelve characters, `mask(token)`, a hash,
`len(token)`, `bool(token)`, `"***" if token else None`; what base64 makes of a credential is one still. `token` alone
is no credential but what a tokenizer makes, and neither are `pad_token`, `key`, `secret_name` and constants in capitals
that another module defines. What a web application shows to who uses it (`st.write`) is no log.

## Why is this bad?
Logs live longer than the process and are read by more people than the secret store: they are shipped to other services,
attached to issues and kept as artifacts of a build.

## Instead
Log that the credential is there (`bool(token)`), where it comes from, or its last four characters.

## Documented exception
Say beside the call who can read the output, and why the credential has to be in it.

## References
- [CWE-532](https://cwe.mitre.org/data/definitions/532.html)
- [OWASP: Logging, data to exclude](https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.knowledge.credentials import LOGGED_TRIGGERS
from picketlint.knowledge.logs import CALLS
from picketlint.rule import (
    Confidence,
    Hit,
    Module,
    Rule,
    Severity,
    bad,
    called,
    good,
    logged,
    on_callee,
)


class LoggedCredential(Rule):
    """`print(password)`."""

    id = "PKT404"
    name = "logged-credential"
    since = "0.1"
    severity = Severity.MEDIUM
    confidence = Confidence.MEDIUM
    cwe = 532
    policy = "API Keys and Credentials"
    triggers = LOGGED_TRIGGERS
    examples = (
        bad("print(password)", at="1:1"),
        bad('logger.info("connecting as %s with %s", user, password)', at="1:1"),
        bad('logging.debug(f"key: {self.api_key}")', at="1:1"),
        bad('self._logger.warning("no luck with " + access_token)', at="1:1"),
        bad('log.error("{} failed".format(hf_token))', at="1:1"),
        bad('print("%s:%s" % (user, db_password), flush=True)', at="1:1"),
        bad('import os\nprint(os.environ["HF_TOKEN"])', at="2:1", confidence=Confidence.HIGH),
        bad("import os\nlogger.info(f\"{os.getenv('WANDB_API_KEY')!r}\")", at="2:1", confidence=Confidence.HIGH),
        bad('import os\nkey = os.environ.get("OPENAI_API_KEY")\nprint("using", key)', at="3:1"),
        bad('headers = {"Authorization": f"Bearer {token}"}\nlogger.debug("headers: %s", headers)', at="2:1"),
        bad('headers = {}\nheaders["Authorization"] = f"Bearer {token}"\nprint(headers)', at="3:1"),
        bad('message = f"login with {password}"\nwarnings.warn(message)', at="2:1"),
        bad('print({"user": user, "password": given})', at="1:1"),
        bad('logger.info("login", extra={"password": given})', at="1:1"),
        bad('sys.stderr.write(f"{client_secret}\\n")', at="1:1"),
        bad("tqdm.write(api_key)", at="1:1"),
        bad('console.print("key", settings.api_key.get_secret_value())', at="1:1"),
        bad('mlflow.log_param("api_key", api_key)', at="1:1"),
        bad('wandb.init(project="p", config={"api_key": key})', at="1:1"),
        bad('wandb.config.update({"hf_token": args.hf_token})', at="1:1"),
        bad('wandb.log({"api_key": api_key})', at="1:1"),
        bad('print(f"{password or 1}")', at="1:1"),
        bad("print(oauth_token_secret, access_key_secret)", at="1:1"),
        bad('from logging import info\ninfo(f"with {api_key}")', at="2:1"),
        bad("import logging\nL = logging.getLogger(__name__)\nL.info(api_key)", at="3:1"),
        bad('from loguru import logger as out\nout.debug("{}", hf_token)', at="2:1"),
        bad('logger.info("with %s", db_password_prod)', at="1:1"),
        bad("from getpass import getpass\nprint(getpass())", at="2:1", confidence=Confidence.HIGH),
        bad("import getpass\nanswer = getpass.getpass('Key: ')\nprint(f'got {answer}')", at="3:1"),
        good("import getpass\nanswer = getpass.getpass()\nprint(getpass.getuser(), len(answer), hash(answer))"),
        bad("print(api_key[:], end='')", at="1:1"),
        bad("print(api_key[0:20])", at="1:1"),
        bad("print(f'{api_key[-20:]}...')", at="1:1"),
        bad("print(hf_token[:-1])", at="1:1"),
        bad("print(hf_token[3:])", at="1:1"),
        bad("shown = api_key[:40]\nprint(shown)", at="2:1"),
        bad("k = api_key\nprint(k)", at="2:1"),
        bad("first = password\nsecond = first\nlogger.info('as %s', second)", at="3:1"),
        bad("import base64\nprint(base64.b64encode(api_key.encode()).decode())", at="2:1"),
        good("print(api_key[-8:-4], api_key[2:6], hf_token[:12], password[:shown])", why="a few characters"),
        good("k = api_key[:4]\nprint(k)\nhas = bool(api_key)\nprint(has)"),
        good("where = api_key_path\nprint(where)\nkey_name = api_key\nprint(key_name)"),
        good("import hashlib\nprint(hashlib.sha256(api_key.encode()).digest().hex())", why="a hash is not undone"),
        good("import streamlit as st\nst.write(f'Your key: {api_key}')", why="shown to who uses the app, who gave it"),
        good("print(token)\nlogger.info(f'pad token {tokenizer.pad_token}')\nprint(len(tokens), eos_token_id)"),
        good('print(hf_token[:4] + "***")\nlogger.info(f"{api_key[:4]}... {api_key[-4:]}")', why="masked"),
        good('logger.info("token: %s", mask(hf_token))\nprint(redact_secret(password), sha256(password).hexdigest())'),
        good('print("***" if api_key else None, bool(api_key), len(api_key), api_key is not None)'),
        good('logger.info("set HF_TOKEN to log in")\nprint("password:")'),
        good('password_file = "x"\nprint(password_file, api_key_env, token_url, password_hash, secret_name)'),
        good('logger.info(f"use_auth_token={use_auth_token}, has_api_key={has_api_key}")', why="truth values"),
        good('from settings import OPENAI_API_KEY\nprint(f"set {OPENAI_API_KEY}")', why="what the variable is called"),
        good('API_KEY = "OPENAI_API_KEY"\nprint(f"set {API_KEY}")'),
        good('def f(api_key: bool):\n    print(api_key)\napi_key = "***"\nprint(api_key)'),
        good("print(password, file=config)", why="written to a file on purpose"),
        good("wandb.login(key=api_key)\nconnect(password=password)\nbuffer.write(password)"),
        good("print(private_key_path, secret, bot_token, project_key, pwd)", why="mostly something else"),
        good('api_key = mask(api_key)\nlogger.info("key %s", api_key)'),
        good('if api_key:\n    api_key = api_key[:4] + "*" * 8\nlogger.info("key %s", api_key)', why="None or masked"),
        good('key_path = os.environ["SERVER_AUTH_TOKEN"]\nlogger.debug(f"no file {key_path}")'),
        good('class A:\n    DEFAULT_API_KEY = "owner.apikey"\n    def f(self):\n        print(self.DEFAULT_API_KEY)'),
        good("print(ssh_key, credentials.access_key, aws_access_key_id)", why="a file, and what an account is called"),
        good("from mine import info\ninfo(api_key)\nuser.info(api_key)", why="nobody knows what they do"),
        good("print(access_key_prod, ssh_key_2)", why="the same of one of several"),
        good('print(f"{api_key:.4}...")'),
        good(
            'for api_key in ("OPENAI_API_KEY", "HF_TOKEN"):\n    print(f"{api_key} is missing")',
            why="names of variables",
        ),
        good('NEEDED = ["HF_TOKEN"]\nfor hf_token in NEEDED:\n    print(f"set {hf_token}")'),
        good("for secret_key in config.keys():\n    print(secret_key)"),
        bad("for api_key in load():\n    print(api_key)", at="2:5"),
        good("def push(hub_token=True):\n    print(hub_token)", why="a truth value"),
        good('print({"api_key": redacted, "password": masked_password})'),
    )

    @on_callee(*CALLS)
    def call(self, call: ast.Call, module: Module) -> Iterator[Hit]:
        """Everything that writes for people to read, or for a tracker to keep."""
        found = list(logged(call, module))
        if not found:
            return
        names = ", ".join(f"`{one.name}`" for one in found[:3]) + (" and others" if len(found) > 3 else "")
        verb = "is" if len(found) == 1 else "are"
        message = (
            f"{names} {verb} passed to `{called(call)}`, so whoever reads its output has the credential; "
            f"leave it out, or log only whether it is set (`bool(...)`)"
        )
        confidence = Confidence.HIGH if any(one.certain for one in found) else Confidence.MEDIUM
        hit = self.at(call, message, focus=found[0].node, confidence=confidence)
        yield hit._replace(trace=module.steps(found[0].via))
