"""What may be a credential in a text that has no syntax tree, so that no output shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from picketlint.credentials.names import kind_of, kind_of_many

_NAME = re.compile(r"(?<![\w-])[A-Za-z_][A-Za-z0-9_-]{2,127}(?![\w-])")
# Up to the value: quotes and brackets around the name, the beginning of a literal; also on the next line.
_BINDING = re.compile(r"[\"'\\)\]]{0,4}[ \t]{0,8}(?:[:=,(]|[!=]=|[ \t][\"'])(?:[ \t\\(\[]|\r?\n){0,80}")
_LOGIN = re.compile(r"://[^\s/@\"']{0,128}?:([^\s\"'/]{1,256})@")
_SCHEME = re.compile(r"\b(?:Bearer|Basic|Token|ApiKey)[ ]{1,2}(\S{8,1024})", re.IGNORECASE)


def suspected(text: str) -> Iterator[tuple[int, int]]:
    """The offsets (0-based, the end exclusive) of what follows the name of a credential, up to the end of its line.

    More than the credential, because where it ends cannot be told: what is hidden too much costs a reader little.
    """
    end = 0
    for name in _NAME.finditer(text):
        if name.start() < end or (kind_of(name.group()) is None and kind_of_many(name.group()) is None):
            continue
        binding = _BINDING.match(text, name.end())
        if binding is not None:
            line_end = text.find("\n", binding.end())
            end = line_end if line_end >= 0 else len(text)
            yield binding.end(), end
    for pattern in (_LOGIN, _SCHEME):
        yield from (found.span(1) for found in pattern.finditer(text))
