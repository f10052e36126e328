"""Files of environment variables: what they set.

Source: the format that `docker run --env-file`, Compose and python-dotenv have in common, one ``NAME=value`` per line.
"""

from __future__ import annotations

import os

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple

_LINE = regex(r"\s*(?:export\s+)?(?P<name>[A-Za-z_][\w.]*)[ \t]*=[ \t]*(?P<value>.*)")
_QUOTED = regex(r"""(?P<quote>["'])(?P<text>(?:\\.|(?!(?P=quote)).)*)(?P=quote)""")
_COMMENT = regex(r"(?:^|\s)#.*")
# What replaces a value when the file is read, or was encrypted to be committed: nothing is disclosed.
# https://dotenvx.com/docs/quickstart/encryption, https://getsops.io/docs/
_REFERENCE = regex(r"\$(?:\w+|\{\w+\}|\(.*\))|\{\{.*\}\}|encrypted:[A-Za-z0-9+/=]+|ENC\[.*\]|")
# What the same write beside it, and the file of https://www.dotenv.org/docs/security/env-vault has.
_FOR_DECRYPTION = regex(r"DOTENV_(?:PUBLIC_KEY|VAULT)\w*|sops_\w+")
# Parts of the names of files that are meant to be committed, for people to copy.
_TEMPLATES = frozenset({"example", "examples", "sample", "template", "tmpl", "tpl", "dist", "defaults", "schema"})


class Variable(NamedTuple):
    """One line that sets something. ``line`` and the columns of the value are 1-based, the end exclusive."""

    name: str
    value: str
    line: int
    column: int
    end_column: int


class Dotenv(NamedTuple):
    """A file of environment variables: what it is called, what it sets, and whether it is one to copy."""

    name: str
    template: bool
    variables: tuple[Variable, ...]


def parse(path: str, text: str) -> Dotenv:
    """What a file sets, in order; lines that set nothing are left out. ``text`` has line feeds as line ends."""
    name = os.path.basename(path)
    variables = []
    for number, line in enumerate(text.split("\n"), 1):
        found = _LINE.fullmatch(line)
        if found is None or _FOR_DECRYPTION.fullmatch(found["name"]):
            continue
        start = found.start("value")
        quoted = _QUOTED.match(line, start)
        if quoted is not None:
            value, end = quoted["text"], quoted.end()
        else:
            value = _COMMENT.sub("", found["value"]).strip()
            end = start + len(value)
        if not _REFERENCE.fullmatch(value):
            variables.append(Variable(found["name"], value, number, start + 1, end + 1))
    return Dotenv(name, not _TEMPLATES.isdisjoint(name.lower().split(".")), tuple(variables))
