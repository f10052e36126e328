"""Finds the credentials of known providers in any text, by the shapes in ``knowledge.tokens``.

Every search begins with a literal that ``str.find`` looks for, and what is matched from there is bounded in length, so
that the time goes with the length of the text. A credential is a whole word: one with more characters of its class
before or after it is something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple
from picketlint.credentials.placeholders import credible, known
from picketlint.credentials.stretches import expanded, may_hold_value, stretches
from picketlint.knowledge.placeholders import SHOWN_CLAIMS
from picketlint.knowledge.tokens import (
    BESIDE_DISCORD_BOT,
    DISCORD_BOT,
    NAMED,
    PAIRS,
    SHAPES,
    Named,
    Pair,
    Run,
    Shape,
)
from picketlint.matching.triggers import CONTINUED, OPENED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.matching.triggers import Trigger

_WORD = "A-Za-z0-9_"
# How names of credentials go on after the provider's; "tokenizer" is none.
_NAME_END = r"(?i:[a-z_-]{0,24}(?:key|token|secret|auth)(?![a-z]))"
# What can stand between a name and the value it is bound to or compared with: no end of a call, no other statement.
_BINDING = r"""(?:[\w \t"'\[(\],.:=!|>-]|(?<=[(,=\[])\n|\)[ ]or[ ]){0,80}?(?<=["'=: (\[,])"""
# In code points: an identifier and its secret stand in the same call, file or form.
_NEAR = 300
_AROUND_SIGNATURE = 400
_ESCAPES = "nrt"
_IDENTIFIER = regex(r"[A-Za-z_]\w*")
# The word that a needle begins with, where it is one in every text.
_HEAD = regex(r"([A-Za-z]\w+)\W")
# The head of a needle that is part of few other words.
_LONG_HEAD = 4
# A needle that is part of many words, and how much of the run after it has to be there before a literal ends.
_SHORT = 2
_SHORT_RUN = 8
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Token(NamedTuple):
    """A credential in a text: offsets (0-based, the end exclusive), and what it is.

    ``secret`` is false for an identifier whose secret is not beside it.
    """

    start: int
    end: int
    provider: str
    kind: str
    secret: bool = True

    @property
    def what(self) -> str:
        """Provider and kind in words."""
        return f"{self.provider} {self.kind}".rstrip()


def tokens(text: str) -> list[Token]:
    """The credentials in a text, in order; of those that overlap the one that begins first."""
    found = sorted(_found(text), key=lambda token: (token.start, -token.end))
    kept: list[Token] = []
    for token in found:
        if not kept or token.start >= kept[-1].end:
            kept.append(token)
    return kept


def provider_of(value: str, name: str = "") -> str | None:
    """Whose credential a text is or holds; ``name`` is what it is bound to, for those that are known by that alone."""
    found = tokens(f'{name} = "{value}"' if name else value)
    return found[0].provider if found else None


def starred(text: str) -> str:
    """``text`` with an asterisk for each character of a credential."""
    parts, end = [], 0
    for token in tokens(text):
        parts += [text[end : token.start], "*" * (token.end - token.start)]
        end = token.end
    return "".join([*parts, text[end:]])


def token_triggers() -> tuple[Trigger, ...]:
    """What the bytes of a file hold that has a credential in it: one of these."""
    found: set[Trigger] = set()
    for shape in (*SHAPES, *(pair.identifier for pair in PAIRS)):
        begun, head = _begun(shape), _HEAD.match(shape.needle)
        # A word is what costs least to look for; the letter of an escape sequence can be part of it.
        if head is not None and len(head.group(1)) < _LONG_HEAD:
            found.update((f"{letter}{head.group(1)}", begun) for letter in ("", *_ESCAPES))
        else:
            found.add(begun)
    found.update(f"{word}{_NAME_END}" for row in NAMED for word in _cases(row.words))
    for row in NAMED:
        found.update(
            name.encode() if _is_name(name) else (*_IDENTIFIER.findall(name), name.encode()) for name in row.exact
        )
    discord = _pattern(DISCORD_BOT.parts).pattern
    found.update((*_IDENTIFIER.findall(word), discord) for word in BESIDE_DISCORD_BOT)
    return tuple(sorted(found, key=repr))


def _begun(shape: Shape) -> bytes | str:
    """The needle of a shape with the beginning of the run that follows it; the needle alone where that says enough."""
    after = next((index for index, part in enumerate(shape.parts) if part == shape.needle), None)
    following = shape.parts[after + 1] if after is not None and after + 1 < len(shape.parts) else None
    if not isinstance(following, Run) or not shape.needle[:2].isalnum():
        return shape.needle.encode()
    low, run, least = following.low, following.characters, 0 if len(shape.needle) > _SHORT else _SHORT_RUN
    most, listed = max(least, low // 2), rf"[\"'][\s\\)]{{0,300}},{OPENED}[bBfFrRuU]{{0,2}}[\"']"
    ends = f"[{run}]{{{least},{low}}}(?:[\\\\{{]|[\"'](?:{CONTINUED}))"
    # Of two literals in a list, as ``join`` takes them, the second has to go on with the run, if the first is short.
    other = f"[{run}]{{0,{max(low - most - 1, 0)}}}(?:[^\"'\\\\{{{run}]|[\"']\\s{{0,40}}[\\])}}])"
    pieces = f"[{run}]{{{least},{most}}}{listed}(?!{other})|[{run}]{{{most + 1},{max(low, most + 1)}}}{listed}"
    return f"{re.escape(shape.needle)}(?:[{run}]{{{low}}}|{ends}|{pieces})".replace("\\-", "-")


@cache
def sample(row: Shape | str) -> str:
    """A made-up credential of a shape, for examples and tests; by a text, of the first row that is looked for by it."""
    from zlib import crc32

    found = row if isinstance(row, Shape) else _row(row)
    made = _made_up(found.parts, crc32(repr(found.parts).encode()))
    return made[:-6] + _crc32(made[4:-6]) if isinstance(found, Shape) and found.check == "crc32" else made


def _row(start: str) -> Shape | Named:
    for shape in (*SHAPES, *(pair.identifier for pair in PAIRS)):
        if shape.needle == start:
            return shape
    return next(row for row in NAMED if start in row.words)


def _made_up(parts: tuple[str | Run, ...], seed: int) -> str:
    """A text of these parts, the same for the same seed."""
    made: list[str] = []
    for part in parts:
        if isinstance(part, str):
            made.append(part)
            continue
        characters = [character for character in expanded(part.characters) if character.isalnum()] or ["="]
        for _ in range(part.low):
            # The constants of a linear congruential generator (Numerical Recipes, section 7.1).
            seed = (seed * 1664525 + 1013904223) % (1 << 32)
            made.append(characters[(seed >> 16) % len(characters)])
    return "".join(made)


# -- the search --------------------------------------------------------------------------------------------------------


def _found(text: str) -> Iterator[Token]:
    runs = stretches(text)
    for shape in (shape for needle, shapes in _shapes().items() if needle in runs for shape in shapes):
        yield from _of_shape(shape, text)
    if may_hold_value(text, runs):
        for needle, rows in _names().items():
            if needle in text:
                for row in rows:
                    yield from _of_name(row, needle, text)
    for pair in PAIRS:
        if pair.identifier.needle in runs:
            yield from _of_pair(pair, text)
    yield from _of_discord(text)


def _of_discord(text: str) -> Iterator[Token]:
    if any(word in text for word in BESIDE_DISCORD_BOT):
        for match in _pattern(DISCORD_BOT.parts, rf"(?<![{_WORD}.-])").finditer(text):
            if _holds(DISCORD_BOT, match, text):
                yield Token(match.start(), match.end(), DISCORD_BOT.provider, DISCORD_BOT.kind)


@cache
def _shapes() -> dict[str, list[Shape]]:
    """The shapes by their needles; those of pairs with an empty list, as they are looked for with their secrets."""
    grouped: dict[str, list[Shape]] = {}
    for shape in SHAPES:
        grouped.setdefault(shape.needle, []).append(shape)
    for pair in PAIRS:
        grouped.setdefault(pair.identifier.needle, [])
    return grouped


@cache
def _names() -> dict[str, list[Named]]:
    grouped: dict[str, list[Named]] = {}
    for row in NAMED:
        for name in (*row.exact, *_cases(row.words)):
            grouped.setdefault(name, []).append(row)
    return grouped


def _cases(words: tuple[str, ...]) -> Iterator[str]:
    """Words as they stand in names: in small letters and in capitals."""
    for word in words:
        yield from (word, word.upper())


def _of_shape(shape: Shape, text: str) -> Iterator[Token]:
    pattern, needle, lead = _pattern(shape.parts), shape.needle, _Lead(shape)
    at = text.find(needle)
    while at >= 0:
        start = lead.start(text, at)
        match = pattern.match(text, start) if start >= 0 else None
        if match is not None and match.end() > at and _holds(shape, match, text):
            yield Token(match.start(), match.end(), shape.provider, shape.kind)
            at = text.find(needle, match.end())
        else:
            at = text.find(needle, at + len(needle))


class _Lead:
    """What stands before the needle of a shape, and what may not stand before that."""

    def __init__(self, shape: Shape) -> None:
        self._parts = shape.parts[: shape.parts.index(shape.needle)] if shape.needle in shape.parts else ()
        classes = "".join(_WORD if isinstance(part, str) else part.characters for part in self._parts)
        self._characters = expanded(classes)
        self._reach = sum(len(part) if isinstance(part, str) else part.high for part in self._parts)
        first = shape.parts[0]
        self._forbidden = expanded(first.characters if isinstance(first, Run) else _WORD)
        if isinstance(first, str) and any("-" in part.characters for part in shape.parts if isinstance(part, Run)):
            self._forbidden += "-"

    def start(self, text: str, at: int) -> int:
        """Where a credential can begin whose needle is at an offset; -1 if it can not."""
        start = at
        if self._parts:
            before = text[max(0, at - self._reach - 1) : at]
            start -= len(before) - len(before.rstrip(self._characters))
        if self._parts and text[start - 1 : start] == "\\" and text[start] in _ESCAPES:
            return start + 1
        if start == 0 or text[start - 1] not in self._forbidden:
            return start
        # The letter of an escape sequence, such as the line feed in "\nhf_...".
        return start if text[start - 1] in _ESCAPES and text[start - 2 : start - 1] == "\\" else -1


def _of_name(row: Named, name: str, text: str) -> Iterator[Token]:
    end = "" if name in row.exact else _NAME_END
    pattern = _pattern(row.parts, re.escape(name) + end + _BINDING)
    for match in pattern.finditer(text):
        # A call is no part of another's name, as names can be part of longer ones.
        apart = _is_name(name) or not _IDENTIFIER.match(text[match.start() - 1 : match.start()])
        if apart and credible("".join(match.groups()[1:])) and not known(match.group("value")):
            yield Token(match.start("value"), match.end("value"), row.provider, row.kind)


def _is_name(text: str) -> bool:
    """Whether what is looked for is a name, or an option, and no call."""
    return text.replace("-", "_").isidentifier()


def _of_pair(pair: Pair, text: str) -> Iterator[Token]:
    """The secrets near identifiers; an identifier with none near it, as one."""
    secret = _pattern(pair.parts, r"(?<![A-Za-z0-9/+=_.-])")
    for identifier in _of_shape(pair.identifier, text):
        first, last = max(0, identifier.start - _NEAR), identifier.end + _NEAR
        near = [match for match in secret.finditer(text, first, last) if _is_mixed(match.group("value"))]
        for match in near:
            yield Token(match.start("value"), match.end("value"), pair.provider, pair.kind)
        if not near:
            yield identifier._replace(secret=False)


def _is_mixed(value: str) -> bool:
    """Whether a text without any mark of its own is random: letters of both cases and digits, as chance has it."""
    kinds = (str.islower, str.isupper, str.isdigit)
    return all(any(map(kind, value)) for kind in kinds) and credible(value)


@cache
def _pattern(parts: tuple[str | Run, ...], before: str = "") -> re.Pattern[str]:
    """A pattern for these parts, each run a group, after what has to stand before."""
    written = "".join(
        re.escape(part) if isinstance(part, str) else f"([{part.characters}]{{{part.low},{part.high}}})"
        for part in parts
    )
    last = parts[-1]
    more = last.characters if isinstance(last, Run) else "="
    return re.compile(f"{before}(?P<value>{written})(?![{_WORD}{more}])")


# -- what else has to hold ---------------------------------------------------------------------------------------------


def _holds(shape: Shape, match: re.Match[str], text: str) -> bool:
    """Whether a match is a credential of its shape, and no placeholder of one."""
    token, *runs = match.groups()
    # Only the end of a web token is random, and of Neptune's tokens what it finds inside.
    random = runs[-1] if shape.check == "jwt" else "".join(runs)
    if shape.check != "neptune" and not credible(random, mixed=_mixes(shape)):
        return False
    if shape.check and not _CHECKS[shape.check](token, text, match.start()):
        return False
    return not known(token) and not known(token.removeprefix(shape.needle))


def _mixes(shape: Shape) -> bool:
    """Whether a credential is drawn from letters of both cases."""
    return all("A-Za-z" in part.characters for part in shape.parts if isinstance(part, Run) and part.low > 8)


def _crc32(body: str) -> str:
    """GitHub's checksum: CRC-32 in base 62, six digits."""
    from zlib import crc32

    number, written = crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, len(_BASE62))
        written = _BASE62[digit] + written
    return written.rjust(6, _BASE62[0])


def _ends_in_crc32(token: str, text: str, at: int) -> bool:
    return token.endswith(_crc32(token[4:-6]))


def _is_signed_url(token: str, text: str, at: int) -> bool:
    """Whether a signature stands among the other parameters of an Azure URL."""
    around = text[max(0, at - _AROUND_SIGNATURE) : at + _AROUND_SIGNATURE]
    return re.search(r"[?&\s]s(?:v=20\d\d-|r=[\w.%:/-]+|e=\d)", around) is not None


def _is_json_web_token(token: str, text: str, at: int) -> bool:
    """Whether it is signed, and neither the specification's or jwt.io's nor one that is made for publication."""
    header, payload = (_decoded(part) for part in token.split(".")[:2])
    if not isinstance(header, dict) or not isinstance(payload, dict):
        return False
    signed = isinstance(header.get("alg"), str) and header["alg"].lower() != "none"
    # "1234567890" is John Doe of jwt.io; "joe" he of RFC 7519; Supabase publishes keys with the role "anon".
    public = payload.get("sub") == "1234567890" or payload.get("iss") == "joe" or payload.get("role") == "anon"
    return signed and not public and not all(map(_says_nothing, payload, payload.values()))


def _says_nothing(claim: str, value: object) -> bool:
    return claim in SHOWN_CLAIMS or len(claim) == len(str(value)) == 1


def _is_neptune(token: str, text: str, at: int) -> bool:
    content = _decoded(token)
    return isinstance(content, dict) and credible(str(content.get("api_key", "")))


def _is_discord_bot(token: str, text: str, at: int) -> bool:
    return _bytes(token.partition(".")[0]).isdigit()


def _decoded(part: str) -> object:
    """The JSON that a part holds in base64; None if it holds none."""
    import json

    try:
        return json.loads(_bytes(part))
    except (ValueError, RecursionError):
        return None


def _bytes(part: str) -> bytes:
    from base64 import urlsafe_b64decode

    part = part.rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        return b""


_CHECKS: dict[str, Callable[[str, str, int], bool]] = {
    "crc32": _ends_in_crc32,
    "discord": _is_discord_bot,
    "jwt": _is_json_web_token,
    "neptune": _is_neptune,
    "sas": _is_signed_url,
}
