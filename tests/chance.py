"""Texts made at random of given words."""

from __future__ import annotations

import random
from collections.abc import Iterator


def sentences(words: tuple[str, ...], number: int, seed: int) -> Iterator[str]:
    chance = random.Random(seed)
    for _ in range(number):
        yield "#" + "".join(chance.choices(words, k=chance.randint(1, 8)))
