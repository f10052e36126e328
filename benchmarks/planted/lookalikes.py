"""The look-alikes of ``lookalikes.txt``, their marks replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from planted.values import BASE62, BASE64_URL, HEX, LETTERS, Dice, armored, base64_text, uuid4

DATA = Path(__file__).with_name("lookalikes.txt")
CATEGORY = re.compile(r"\[([^*\]]+?)(?: \*(\d+))?\]")
MARK = re.compile(r"«(\w+)(?::([^»]*))?»")
ALPHABETS = {"hex": HEX, "alnum": BASE62, "b64url": BASE64_URL, "digits": "0123456789", "letters": LETTERS}
# The first bytes of a PNG file and of its header.
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


class LookAlike(NamedTuple):
    """Text that holds no credential. ``output``: it is what a cell of a notebook printed, not code."""

    category: str
    lines: list[str]
    output: bool


def look_alikes(seed: str) -> Iterator[LookAlike]:
    """All of them, in the order of the data."""
    for category, times, template in _templates():
        for turn in range(times):
            dice = Dice(f"{seed}/{category}/{template}/{turn}")
            lines = _filled(dice, template.replace("¶", "\n")).split("\n")
            yield LookAlike(category, lines, category.startswith("output"))


def _templates() -> Iterator[tuple[str, int, str]]:
    category, times = "", 0
    for line in DATA.read_text("utf-8").splitlines():
        if heading := CATEGORY.fullmatch(line):
            category, times = heading[1], int(heading[2] or 1)
        elif line and category:
            yield category, times, line


def _filled(dice: Dice, template: str) -> str:
    return MARK.sub(lambda mark: _value(dice, mark[1], mark[2] or ""), template)


def _value(dice: Dice, mark: str, argument: str) -> str:
    """What a mark stands for."""
    if mark in ALPHABETS:
        return dice.text(ALPHABETS[mark], int(argument))
    if mark == "uuid":
        return uuid4(dice)
    if mark == "b64":
        return base64_text(dice.data(int(argument)))
    if mark == "png":
        return base64_text(PNG + dice.data(260))
    if mark == "joined":
        # Two spaces stand for one.
        return argument.replace("  ", "\0").replace(" ", "").replace("\0", " ")
    if mark == "ssh":
        return base64_text(b"\0\0\0\x0bssh-ed25519\0\0\0 " + dice.data(32))
    if mark == "pem":
        return armored(argument, dice.data(540)).rstrip("\n")
    raise ValueError(f"{DATA.name}: no such mark: {mark}")
