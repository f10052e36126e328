"""Chance that is the same in every version of Python, and the values made from it that more than one table needs."""

from __future__ import annotations

import base64
import random
import string
import zlib
from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")

HEX = "0123456789abcdef"
BASE32 = string.ascii_uppercase + "234567"
LETTERS = string.ascii_letters
# The order matters for checksums: digits, capitals, small letters.
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
BASE64 = string.ascii_letters + string.digits + "+/"
BASE64_URL = string.ascii_letters + string.digits + "-_"


class Dice:
    """A stream of chance named by a text.

    Only ``random.Random.random`` is used: it is the one method whose sequence Python promises to keep.
    """

    def __init__(self, name: str) -> None:
        self._random = random.Random(int.from_bytes(sha256(name.encode()).digest()[:8], "big")).random

    def below(self, limit: int) -> int:
        """A number from 0 to ``limit - 1``."""
        return int(self._random() * limit)

    def between(self, low: int, high: int) -> int:
        """A number from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def pick(self, choices: Sequence[T]) -> T:
        """One of them."""
        return choices[self.below(len(choices))]

    def text(self, alphabet: str, length: int) -> str:
        """Characters of an alphabet, each drawn for itself."""
        return "".join(self.pick(alphabet) for _ in range(length))

    def data(self, length: int) -> bytes:
        """Random bytes."""
        return bytes(self.below(256) for _ in range(length))

    def order(self, items: Sequence[T]) -> list[T]:
        """All of them, in another order."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in items]


def mixed(dice: Dice, alphabet: str, length: int) -> str:
    """Characters of an alphabet, drawn again as long as one of its classes (digit, capital, small letter) is missing.

    A generator of passwords sees to that; in a long token it hardly ever matters.
    """
    classes = [set(alphabet) & set(group) for group in (string.digits, string.ascii_uppercase, string.ascii_lowercase)]
    while True:
        text = dice.text(alphabet, length)
        if all(group & set(text) for group in classes if group):
            return text


def uuid4(dice: Dice) -> str:
    """A random UUID (RFC 9562, version 4)."""
    digits = dice.text(HEX, 32)
    digits = f"{digits[:12]}4{digits[13:16]}{dice.pick('89ab')}{digits[17:]}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def base62_checksum(text: str) -> str:
    """The CRC32 of a text in six digits of base 62, as GitHub and npm append it to the random part of a token."""
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return digits


def checksummed(dice: Dice, length: int) -> str:
    """A random text of base 62 and its checksum, ``length`` characters together."""
    text = mixed(dice, BASE62, length - 6)
    return text + base62_checksum(text)


def base64_text(data: bytes) -> str:
    """Base 64 with padding."""
    return base64.b64encode(data).decode()


def base64_url(data: bytes) -> str:
    """Base 64 for URLs, without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def armored(label: str, data: bytes, width: int = 64) -> str:
    """A block of base 64 between two markers (RFC 7468), its last line ended."""
    text = base64_text(data)
    lines = [text[start : start + width] for start in range(0, len(text), width)]
    # In pieces, so that no file of this project has a marker.
    return "\n".join(["-----BEGIN " + label + "-----", *lines, "-----END " + label + "-----", ""])
