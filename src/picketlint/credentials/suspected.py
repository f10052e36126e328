"""What may be a credential in a text that has no syntax tree, and in a sentence, so that no output shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from picketlint.base.lazy import regex
from picketlint.credentials.names import Kind, kind_of, kind_of_many
from picketlint.credentials.strength import Strength, strength
from picketlint.credentials.tokens import starred

_NAME = regex(r"(?<![\w-])[A-Za-z_][A-Za-z0-9_-]{2,127}(?![\w-])")
# Up to the value: quotes and brackets around the name, the beginning of a literal; also on the next line.
_BINDING = regex(r"[\"'\\)\]]{0,4}[ \t]{0,8}(?:[!=]=|[:=,(]|[ \t][\"'])(?:[ \t\\(\[]|\r?\n){0,80}[\"']{0,3}")
_WORD = regex(r"[^\s\"',;]+(?<![.)])")
_LOGIN = regex(r"://[^\s/@\"']{0,128}?:([^\s\"'/]{1,256})@")
_SCHEME = regex(r"\b(?:Bearer|Basic|Token|ApiKey)[ ]{1,2}(\S{8,1024})", re.IGNORECASE)
_BY_THEMSELVES = ((_LOGIN, Kind.PASSWORD), (_SCHEME, Kind.MACHINE))


def suspected(text: str) -> Iterator[tuple[int, int]]:
    """The offsets (0-based, the end exclusive) of what follows the name of a credential, up to the end of its line.

    More than the credential, because where it ends cannot be told: what is hidden too much costs a reader little.
    """
    end = 0
    for start, _ in _bound(text):
        if start >= end:
            line_end = text.find("\n", start)
            end = line_end if line_end >= 0 else len(text)
            yield start, end
    for pattern, _ in _BY_THEMSELVES:
        yield from (found.span(1) for found in pattern.finditer(text))


def redacted(text: str) -> str:
    """A sentence with an asterisk for each character of a credential in it."""
    text = starred(text)
    spans = [(*found.span(1), kind) for pattern, kind in _BY_THEMSELVES for found in pattern.finditer(text)]
    spans += [(*found.span(), kind) for start, kind in _bound(text) if (found := _WORD.match(text, start))]
    parts, done = [], 0
    for start, end, kind in sorted(spans, key=lambda span: span[:2]):
        if start >= done and strength(text[start:end], kind) not in (Strength.NONE, Strength.WORD):
            parts += [text[done:start], "*" * (end - start)]
            done = end
    return "".join([*parts, text[done:]])


def _bound(text: str) -> Iterator[tuple[int, Kind]]:
    """Where what is bound to the name of a credential begins, and what sort of credential that is."""
    for name in _NAME.finditer(text):
        kind = kind_of(name.group()) or kind_of_many(name.group())
        binding = _BINDING.match(text, name.end()) if kind is not None else None
        if kind is not None and binding is not None:
            yield binding.end(), kind
