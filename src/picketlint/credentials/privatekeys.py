"""Finds private keys in any text: PEM, OpenSSH, SSH2, PGP and PuTTY, also line by line in literals of code.

A header alone, as parsers compare with, is no key, and neither is one with a placeholder in place of the key. What
stands between header and footer has to be base64 from end to end, once quotes, escapes and comment signs are off.

Sources: RFC 7468 (PEM), PROTOCOL.key of OpenSSH, RFC 4716 (SSH2), RFC 9580 section 6 (PGP), PuTTY's manual, appendix C.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple
from picketlint.credentials.placeholders import credible

_HEADER = regex(r"-{4,5} ?BEGIN ((?:[A-Z0-9]{1,12} ){0,3})PRIVATE KEY( BLOCK)? ?-{4,5}")
_FOOTER = regex(r"-{4,5} ?END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY")
# Lines that tell of the key before it begins.
_ABOUT = regex(r"""(?:Version|Comment|Hash|Charset|Proc-Type|DEK-Info|Subject|X-[\w-]{1,40}): ?[^\n\\"']{0,200}""")
_AROUND = regex(r"""\\[nrt]|["'][\s+,()\\]*(?:\#[^\n]*\n\s*)?[bBrRuUfF]{0,2}["']|[\s"'#,()\\]""")
# PGP has a checksum at the end.
_BASE64 = re.compile(r"[A-Za-z0-9+/]{60,}(?:={0,2}=[A-Za-z0-9+/]{4}|={0,2})")
_PUTTY = "PuTTY-User-Key-File-"
_PUTTY_LINES = regex(r"Private-Lines: ?\d{1,4}")
# "-----BEGIN" in base64, as Kubernetes and continuous integration keep keys.
_ENCODED = "LS0tLS1CRUdJT"
_ENCODED_RUN = regex(r"[A-Za-z0-9+/]{80,30000}={0,2}")
# An RSA key of 16,384 bits takes 13,000 characters.
_LONGEST = 30_000
_SHORT_OF_FOOTER = 200
_OPENSSH = "b3BlbnNzaC1rZXktdjEA"


class PrivateKey(NamedTuple):
    """A private key in a text, by offsets: where it begins, where its header ends, and where the key itself does."""

    start: int
    header_end: int
    end: int
    kind: str
    encrypted: bool


def key_triggers() -> tuple[bytes | tuple[bytes, ...], ...]:
    """Byte strings of which one, or all of a tuple, are in every file that has a private key in it."""
    return ((b"PRIVATE KEY", b"BEGIN"), _PUTTY.encode(), _ENCODED.encode())


def private_keys(text: str) -> Iterator[PrivateKey]:
    """The private keys in a text, in order of their format."""
    if "PRIVATE KEY" in text:
        for header in _HEADER.finditer(text):
            yield from _of_header(header, text)
    yield from _of_putty(text)
    yield from _encoded(text)


def _of_header(header: re.Match[str], text: str) -> Iterator[PrivateKey]:
    limit = min(header.end() + _LONGEST, len(text))
    dashes = text.find("----", header.end(), limit)
    end = dashes if dashes >= 0 else limit
    between = text[header.end() : end]
    whole = dashes >= 0 and _FOOTER.match(text, dashes) is not None
    body = _AROUND.sub("", _ABOUT.sub("", between))
    match = _BASE64.fullmatch(body) if whole else _BASE64.match(body)
    if match is None or not (whole or match.end() >= _SHORT_OF_FOOTER) or not credible(match.group()):
        return
    kind, ciphered = header.group(1), "4,ENCRYPTED" in between
    if not (ciphered or _begins_as(kind, body)):
        return
    encrypted = ciphered or "ENCRYPTED" in kind
    name = kind.replace("ENCRYPTED ", "").replace("OPENSSH", "OpenSSH").strip()
    yield PrivateKey(header.start(), header.end(), end, name, encrypted)


def _begins_as(kind: str, body: str) -> bool:
    """Whether base64 begins as the format has it: with the tag of an ASN.1 sequence, with OpenSSH's magic bytes."""
    if kind.startswith(("PGP", "SSH2")):
        return True
    return body.startswith(_OPENSSH if kind.startswith("OPENSSH") else "M")


def _of_putty(text: str) -> Iterator[PrivateKey]:
    at = text.find(_PUTTY)
    while at >= 0:
        after = text.find(_PUTTY, at + 1)
        limit = min(at + _LONGEST, after if after >= 0 else len(text))
        lines = _PUTTY_LINES.search(text, at, limit)
        body = _AROUND.sub("", text[lines.end() : limit]) if lines is not None else ""
        match = _BASE64.match(body)
        if lines is not None and match is not None and credible(match.group()):
            encrypted = re.search(r"Encryption: ?none", text[at : lines.start()]) is None
            mac = text.find("Private-MAC", lines.end(), limit)
            end = mac if mac >= 0 else limit
            yield PrivateKey(at, lines.end(), end, "PuTTY", encrypted)
        at = after


def _encoded(text: str) -> Iterator[PrivateKey]:
    at = text.find(_ENCODED)
    while at >= 0:
        run = _ENCODED_RUN.match(text, at)
        if run is None:
            at = text.find(_ENCODED, at + 1)
            continue
        key = next(_decoded(run.group()), None)
        if key is not None:
            yield PrivateKey(at, at + len(_ENCODED), run.end(), key.kind, key.encrypted)
        at = text.find(_ENCODED, run.end())


def _decoded(run: str) -> Iterator[PrivateKey]:
    from base64 import b64decode

    try:
        inner = b64decode(run.rstrip("=") + "=" * (-len(run.rstrip("=")) % 4)).decode("ascii", "replace")
    except ValueError:
        return
    for header in _HEADER.finditer(inner):
        yield from _of_header(header, inner)
