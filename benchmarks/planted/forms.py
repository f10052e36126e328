"""The ways in which code binds a credential.

A form takes chance, a name and a value and gives the lines of a snippet that compiles wherever a statement may stand.
"""

from __future__ import annotations

import base64
import shlex
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from planted.values import Dice

Writer = Callable[[Dice, str, str], list[str]]


class Form(NamedTuple):
    """A way to bind a credential.

    ``named``: the snippet says by a name, a header or a place that the value is a credential. ``url``: it can hold an
    address. ``notebook``: what kind of notebook text it is (``source`` or ``output``), empty for a module.
    """

    name: str
    write: Writer
    named: bool = True
    url: bool = True
    notebook: str = ""


def literal(dice: Dice, value: str) -> str:
    """The value as a string literal, in either kind of quotes."""
    escaped = value.replace("\\", "\\\\").replace("\n", "\\n")
    quote_mark = dice.pick('""\'') if "'" not in value else '"'
    return quote_mark + (escaped.replace('"', '\\"') if quote_mark == '"' else escaped) + quote_mark


def camel(name: str) -> str:
    """`api_key` as `apiKey`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def kebab(name: str) -> str:
    """`api_key` as `api-key`."""
    return name.replace("_", "-")


def assignment(dice: Dice, name: str, value: str) -> list[str]:
    """A constant of the module, or a variable of a function."""
    text = literal(dice, value)
    return dice.pick(
        (
            [f"{name.upper()} = {text}"],
            [f"{name} = {text}"],
            ["def connect():", f"    {name} = {text}", f"    return open_session({name})"],
        )
    )


def annotated(dice: Dice, name: str, value: str) -> list[str]:
    """With a type."""
    text = literal(dice, value)
    return dice.pick(
        (
            [f"{name}: str = {text}"],
            [f"{name.upper()}: Final[str] = {text}"],
            ["class Settings:", f"    {name}: str | None = {text}"],
        )
    )


def attribute(dice: Dice, name: str, value: str) -> list[str]:
    """Of a module, a configuration or the instance."""
    text = literal(dice, value)
    return dice.pick(
        (
            [f"client.{name} = {text}"],
            ["class Client:", "    def __init__(self):", f"        self.{name} = {text}"],
            [f"config.auth.{name} = {text}"],
        )
    )


def keyword(dice: Dice, name: str, value: str) -> list[str]:
    """In a call."""
    text = literal(dice, value)
    return dice.pick(
        (
            [f"client = Client(endpoint, {name}={text}, timeout=30)"],
            ["session = connect(", "    host=endpoint,", f"    {name}={text},", ")"],
            [f"options = dict({name}={text}, retries=3)"],
        )
    )


def default(dice: Dice, name: str, value: str) -> list[str]:
    """Of a parameter."""
    text = literal(dice, value)
    return dice.pick(
        (
            [f"def connect(host, {name}={text}):", "    return open_session(host)"],
            [f"def connect(host: str, *, {name}: str = {text}) -> None:", "    open_session(host)"],
            ["async def fetch(", "    url,", f"    {name}: str | None = {text},", "):", "    return await get(url)"],
        )
    )


def dataclass_field(dice: Dice, name: str, value: str) -> list[str]:
    """Of a dataclass or a pydantic model."""
    text = literal(dice, value)
    return dice.pick(
        (
            ["@dataclass", "class Options:", f"    {name}: str = {text}", "    retries: int = 3"],
            ["@dataclass", "class Options:", f"    {name}: str = field(default={text})"],
            ["class Options(BaseModel):", f"    {name}: str = Field({text}, description='for the gateway')"],
        )
    )


def dict_entry(dice: Dice, name: str, value: str) -> list[str]:
    """In a dictionary, as Python or JSON would name it."""
    key, text = dice.pick((name, name.upper(), camel(name), kebab(name))), literal(dice, value)
    return dice.pick(
        (
            [f'options = {{"{key}": {text}, "timeout": 30}}'],
            ["options = {", '    "timeout": 30,', f"    '{key}': {text},", "}"],
            ["options = {", '    "gateway": {', f'        "{key}": {text},', "    },", "}"],
        )
    )


def subscript(dice: Dice, name: str, value: str) -> list[str]:
    """Assigned to a key."""
    text = literal(dice, value)
    return dice.pick(([f'options["{name}"] = {text}'], [f"options.setdefault('{name}', {text})"]))


def comparison(dice: Dice, name: str, value: str) -> list[str]:
    """What somebody handed in is compared with it."""
    text = literal(dice, value)
    return dice.pick(
        (
            [f"if {name} == {text}:", "    allow()"],
            [f"if request.{name} != {text}:", "    raise PermissionError"],
            [f"allowed = {text} == form['{name}']"],
        )
    )


def environment(dice: Dice, name: str, value: str) -> list[str]:
    """Put into the environment."""
    text, key = literal(dice, value), name.upper()
    return dice.pick(
        (
            [f'os.environ["{key}"] = {text}'],
            [f"os.environ.setdefault('{key}', {text})"],
            [f'os.environ.update({{"{key}": {text}}})'],
            [f'os.putenv("{key}", {text})'],
        )
    )


def fallback(dice: Dice, name: str, value: str) -> list[str]:
    """Used where the environment has none."""
    text, key = literal(dice, value), name.upper()
    return dice.pick(
        (
            [f'{name} = os.getenv("{key}", {text})'],
            [f"{name} = os.environ.get('{key}', {text})"],
            [f'{name} = os.environ.get("{key}") or {text}'],
            [f'session = connect(os.getenv("{key}", default={text}))'],
        )
    )


def header(dice: Dice, name: str, value: str) -> list[str]:
    """In the header of a request: with the name of the user where it is a password."""
    if "pass" in name or "pwd" in name:
        basic = base64.b64encode(f"svc:{value}".encode()).decode()
        return [f'headers = {{"Authorization": "Basic {basic}", "Accept": "application/json"}}']
    return dice.pick(
        (
            [f'headers = {{"Authorization": "Bearer {value}"}}'],
            ["response = requests.get(", "    url,", f"    headers={{'Authorization': 'Bearer {value}'}},", ")"],
            [f'session.headers["Authorization"] = "Token {value}"'],
            [f'session.headers.update({{"X-API-Key": "{value}"}})'],
        )
    )


def userinfo(dice: Dice, name: str, value: str) -> list[str]:
    """Before the host of an address."""
    text = quote(value, safe="-_.~!*")
    return dice.pick(
        (
            [f'remote = "https://oauth2:{text}@git.internal/team/models.git"'],
            [f"run(['git', 'clone', 'https://ci:{text}@git.internal/team/models.git'])"],
            [f'index_url = "https://build:{text}@packages.internal/simple"'],
            [f'proxies = {{"https": "http://svc:{text}@proxy.internal:3128"}}'],
        )
    )


def option_default(dice: Dice, name: str, value: str) -> list[str]:
    """Of an option of the command line."""
    text, option = literal(dice, value), kebab(name)
    return dice.pick(
        (
            [f'parser.add_argument("--{option}", default={text})'],
            ["parser.add_argument(", f'    "--{name}",', "    type=str,", f"    default={text},", ")"],
            [
                f'@click.option("--{option}", default={text}, help="for the gateway")',
                "def main(**options):",
                "    pass",
            ],
        )
    )


def comment(dice: Dice, name: str, value: str) -> list[str]:
    """In a comment, with no name in the form of code."""
    return dice.pick(
        (
            [f"# the CI account uses {value}", "session = connect(endpoint)"],
            [f"session = connect(endpoint)  # {value}"],
            [f"# old one: {value}, new one is in the vault", "session = connect(endpoint)"],
        )
    )


def commented_out(dice: Dice, name: str, value: str) -> list[str]:
    """Code that somebody took out but did not delete."""
    text = literal(dice, value)
    return dice.pick(
        (
            [f"# {name.upper()} = {text}", "session = connect(endpoint)"],
            [f"# client = Client({name}={text})", "client = Client.from_environment()"],
            [f"# export {name.upper()}={shlex.quote(value)}", "session = connect(endpoint)"],
            ["session = connect(endpoint)", f'# os.environ["{name.upper()}"] = {text}'],
        )
    )


def docstring(dice: Dice, name: str, value: str) -> list[str]:
    """In an example of how to use a function."""
    return dice.pick(
        (
            ["def connect():", '    """Open a session.', "", f"    >>> connect('{value}')", '    """'],
            ["def connect():", f'    """Open a session, for the tests with {value}."""'],
            ["class Client:", '    """Usage:', "", f"    curl -H 'Authorization: Bearer {value}' $URL", '    """'],
        )
    )


def concatenation(dice: Dice, name: str, value: str) -> list[str]:
    """In two or three literals."""
    cut = len(value) // 2 - dice.below(3)
    head, tail = literal(dice, value[:cut]), literal(dice, value[cut:])
    return dice.pick(
        (
            [f"{name} = {head} + {tail}"],
            [f"{name.upper()} = (", f"    {head}", f"    {tail}", ")"],
            [f"client = Client({name}={head} {tail})"],
        )
    )


def formatted(dice: Dice, name: str, value: str) -> list[str]:
    """In an f-string that puts something else in."""
    text = quote(value, safe="-_.~!*:")
    return dice.pick(
        (
            [f'remote = f"https://{{user}}:{quote(value, safe="-_.~!*")}@{{host}}/team/models.git"'],
            [f'address = f"https://{{host}}/v1/models?{name}={text}"'],
            [f"headers = {{'Authorization': f'Bearer {value}', 'X-Request-Id': f'{{number}}'}}"],
        )
    )


def bytes_literal(dice: Dice, name: str, value: str) -> list[str]:
    """As bytes."""
    return dice.pick(([f"{name} = b{literal(dice, value)}"], [f"client = Client({name}=b{literal(dice, value)})"]))


def notebook_source(dice: Dice, name: str, value: str) -> list[str]:
    """A cell that sets things up."""
    text = literal(dice, value)
    return dice.pick(
        (
            ["import os", f'os.environ["{name.upper()}"] = {text}'],
            [f"{name} = {text}", f"login({name})"],
            [f"client = Client({name}={text})"],
        )
    )


def notebook_magic(dice: Dice, name: str, value: str) -> list[str]:
    """A line that is not Python."""
    return dice.pick(
        (
            [f"%env {name.upper()}={value}"],
            [f"!pip install -q models && export {name.upper()}={shlex.quote(value)}"],
            [f"%set_env {name.upper()}={value}", "!nvidia-smi"],
        )
    )


def notebook_output(dice: Dice, name: str, value: str) -> list[str]:
    """What a cell printed."""
    return dice.pick(
        (
            [f"Logging in with {value}", "Login successful"],
            [f"{{'{name}': '{value}', 'timeout': 30}}"],
            ["Traceback (most recent call last):", "  ...", f"ValueError: not accepted: {value}"],
        )
    )


FORMS = (
    Form("assignment", assignment),
    Form("annotated assignment", annotated),
    Form("attribute", attribute),
    Form("keyword", keyword),
    Form("parameter default", default),
    Form("dataclass field", dataclass_field),
    Form("dict entry", dict_entry),
    Form("subscript", subscript),
    Form("comparison", comparison, url=False),
    Form("os.environ", environment),
    Form("getenv fallback", fallback),
    Form("Authorization header", header, url=False),
    Form("URL userinfo", userinfo, url=False),
    Form("option default", option_default),
    Form("comment", comment, named=False),
    Form("commented-out code", commented_out),
    Form("docstring", docstring, named=False),
    Form("concatenation", concatenation),
    Form("f-string", formatted, url=False),
    Form("bytes", bytes_literal),
    Form("notebook source", notebook_source, notebook="source"),
    Form("notebook magic", notebook_magic, notebook="source"),
    Form("notebook output", notebook_output, named=False, notebook="output"),
)
