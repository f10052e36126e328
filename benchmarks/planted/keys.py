"""Private keys, as the tools that make them write them, and the ways they get into code."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from planted.forms import Form
from planted.values import HEX, Dice, armored, base64_text

PEM = "https://www.rfc-editor.org/rfc/rfc7468"
OPENSSH = "https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key"
OPENPGP = "https://www.rfc-editor.org/rfc/rfc9580#name-forming-ascii-armor"
SERVICE_ACCOUNT = "https://cloud.google.com/iam/docs/keys-create-delete"


class Key(NamedTuple):
    """A kind of key: ``make`` gives its text, lines of a file."""

    kind: str
    make: Callable[[Dice], str]
    source: str


def _der(head: str, length: int, label: str) -> Callable[[Dice], str]:
    """A DER document that begins as the real one does and goes on by chance."""
    return lambda dice: armored(label, bytes.fromhex(head) + dice.data(length))


def _openssh(dice: Dice) -> str:
    head = b"openssh-key-v1\0" + b"".join(
        len(part).to_bytes(4, "big") + part for part in (b"none", b"none", b"", b"\0\0\0\1")
    )
    return armored("OPENSSH PRIVATE KEY", head + dice.data(230), 70)


def _encrypted(dice: Dice) -> str:
    head, _, body = armored("RSA PRIVATE KEY", dice.data(608)).partition("\n")
    return f"{head}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{dice.text(HEX, 32).upper()}\n\n{body}"


def _pgp(dice: Dice) -> str:
    head, _, body = armored("PGP PRIVATE KEY BLOCK", bytes.fromhex("95055804") + dice.data(700)).partition("\n")
    lines = body.split("\n")
    return "\n".join([head, "", *lines[:-2], f"={base64_text(dice.data(3))}", *lines[-2:]])


def _service_account(dice: Dice) -> str:
    project = f"vision-{dice.between(100, 999)}"
    mail = f"trainer@{project}.iam.gserviceaccount.com"
    document = {
        "type": "service_account",
        "project_id": project,
        "private_key_id": dice.text(HEX, 40),
        "private_key": _der("308204bd020100300d06092a864886f70d0101010500", 1190, "PRIVATE KEY")(dice),
        "client_email": mail,
        "client_id": str(dice.between(10**20, 9 * 10**20)),
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    return json.dumps(document, indent=2)


KEYS = (
    Key("RSA (PKCS 1)", _der("308204a40201000282010100", 1180, "RSA PRIVATE KEY"), PEM),
    Key("RSA, encrypted", _encrypted, PEM),
    Key("EC (SEC 1)", _der("30770201010420", 114, "EC PRIVATE KEY"), PEM),
    Key("DSA", _der("308201bb02010002818100", 430, "DSA PRIVATE KEY"), PEM),
    Key("PKCS 8", _der("308204bd020100300d06092a864886f70d0101010500", 1190, "PRIVATE KEY"), PEM),
    Key("PKCS 8, encrypted", _der("308205", 1290, "ENCRYPTED PRIVATE KEY"), PEM),
    Key("OpenSSH", _openssh, OPENSSH),
    Key("OpenPGP", _pgp, OPENPGP),
)
ACCOUNT = Key("service account", _service_account, SERVICE_ACCOUNT)


def triple_quoted(dice: Dice, name: str, value: str) -> list[str]:
    """The lines of the file between triple quotes."""
    raw = "r" if "\\" in value else ""
    first, *rest = value.rstrip("\n").split("\n")
    return [f'{name} = {raw}"""{first}', *rest, '"""']


def one_literal(dice: Dice, name: str, value: str) -> list[str]:
    """One line with escaped ends of lines."""
    return [f"{name} = {_quoted(value)}"]


def implicit(dice: Dice, name: str, value: str) -> list[str]:
    """A literal for each line, side by side."""
    return [f"{name} = (", *(f"    {_quoted(line)}" for line in value.splitlines(keepends=True)), ")"]


def added(dice: Dice, name: str, value: str) -> list[str]:
    """A literal for each line, joined by `+`."""
    lines = [_quoted(line) for line in value.splitlines(keepends=True)]
    return [f"{name} = {lines[0]} + \\", *(f"    {line} + \\" for line in lines[1:-1]), f"    {lines[-1]}"]


def joined(dice: Dice, name: str, value: str) -> list[str]:
    """A list of lines."""
    return [f'{name} = "\\n".join([', *(f"    {_quoted(line)}," for line in value.splitlines()), "])"]


def entry(dice: Dice, name: str, value: str) -> list[str]:
    """In a dictionary."""
    return ["options = {", '    "host": endpoint,', f'    "{name}": {_quoted(value)},', "}"]


def as_bytes(dice: Dice, name: str, value: str) -> list[str]:
    """Bytes, handed to the function that loads it."""
    first, *rest = value.replace("\\", "\\\\").rstrip("\n").split("\n")
    return [f'{name} = load_key(b"""{first}', *rest, '""")']


def in_comment(dice: Dice, name: str, value: str) -> list[str]:
    """Commented out."""
    return [*(f"# {line}".rstrip() for line in value.splitlines()), "session = connect(endpoint)"]


def in_docstring(dice: Dice, name: str, value: str) -> list[str]:
    """In the docstring of a function, indented."""
    lines = value.replace("\\", "\\\\").splitlines()
    return ["def load():", '    """Load this one:', "", *(f"    {line}".rstrip() for line in lines), '    """']


def printed(dice: Dice, name: str, value: str) -> list[str]:
    """What a cell printed."""
    return value.splitlines()


def dictionary(dice: Dice, name: str, value: str) -> list[str]:
    """A JSON document as a literal of Python."""
    return f"{name} = {json.dumps(json.loads(value), indent=4)}".splitlines()


def loaded(dice: Dice, name: str, value: str) -> list[str]:
    """A JSON document in a string."""
    return f'{name} = json.loads(r"""{value}""")'.splitlines()


def _quoted(value: str) -> str:
    return json.dumps(value)


KEY_FORMS = (
    Form("one literal", one_literal),
    Form("triple-quoted", triple_quoted),
    Form("literals side by side", implicit),
    Form("literals added", added),
    Form("lines joined", joined),
    Form("dict entry", entry),
    Form("bytes", as_bytes),
    Form("comment", in_comment),
    Form("docstring", in_docstring),
    Form("notebook source", triple_quoted, notebook="source"),
    Form("notebook output", printed, notebook="output"),
)
ACCOUNT_FORMS = (
    Form("dict entry", dictionary),
    Form("one literal", one_literal),
    Form("triple-quoted", loaded),
    Form("docstring", in_docstring),
    Form("notebook source", dictionary, notebook="source"),
    Form("notebook output", printed, notebook="output"),
)
