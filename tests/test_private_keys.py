"""Private keys are found however a file spells them, and nothing that only looks like one."""

from __future__ import annotations

import base64

import pytest
from growth import is_linear, repeated

from picketlint.credentials.privatekeys import private_keys
from picketlint.credentials.tokens import sample
from picketlint.prefilter import candidates
from picketlint.registry import load

ENTRY = next(entry for entry in load().entries if entry.id == "PKT403")
BODY = ["MIIE" + sample("ngc")[:60], *(sample("ngc")[at:] + sample("ngc")[: at - 20] for at in (4, 9, 13)), "aZ8kQ3=="]
RANDOM = ["lQVY" + line[4:] for line in BODY[:1]] + BODY[1:]


def pem(kind: str = "", body: list[str] = BODY, block: str = "") -> list[str]:
    return [f"-----BEGIN {kind}PRIVATE KEY{block}-----", *body, f"-----END {kind}PRIVATE KEY{block}-----"]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(pem()),
        "\r\n".join(pem("RSA ")),
        r"\n".join(pem("EC ")),
        r"\\n".join(pem("DSA ")),
        '\\n"\n    "'.join(pem()),
        "\\n' +\n    '".join(pem()),
        '",\n    "'.join(pem()),
        '\\n"  # next\n    b"'.join(pem()),
        "\n# ".join(pem()),
        "\n    ".join(pem("OPENSSH ", ["b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ", *BODY[1:]])),
        "\n".join(pem("RSA ", ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,8F2A66B1C0D94E57", "", *RANDOM])),
        "\n".join(pem("ENCRYPTED ")),
        "\n".join(pem("PGP ", ["Version: GnuPG v2", "Comment: made", "", *RANDOM[:-1], "=aB3d"], " BLOCK")),
        "\n".join(["---- BEGIN SSH2 PRIVATE KEY ----", 'Comment: "x"', *RANDOM, "---- END SSH2 PRIVATE KEY ----"]),
        "\n".join(["PuTTY-User-Key-File-3: ssh-rsa", "Encryption: none", "Private-Lines: 5", *BODY, "Private-MAC: 0"]),
        "\n".join([*pem()[:-1], *BODY, *BODY, "and the end is missing"]),
        base64.b64encode("\n".join(pem()).encode()).decode(),
    ],
)  # fmt: skip
def test_found(text: str) -> None:
    code = f'KEY = """{text}"""'
    (key,) = private_keys(code)
    assert code[key.start :].startswith(("----", "PuTTY", "LS0t"))
    assert key.start < key.header_end < key.end <= len(code)
    assert candidates([ENTRY], code.encode())
    assert key.encrypted is ("ENCRYPTED" in text)


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PRIVATE KEY-----",
        '"-----BEGIN PRIVATE KEY-----" in text and "-----END PRIVATE KEY-----" in text',
        "\n".join(pem("", ["..."])),
        "\n".join(pem("", ["<your key>"])),
        "\n".join(pem("", [BODY[0], "...", BODY[1]])),
        "\n".join(pem("", ["MIIE" + "A" * 60])),
        "\n".join(pem("", ["{}"])),
        "\n".join(pem("", BODY[1:])),
        "\n".join(pem()).replace("PRIVATE", "PUBLIC"),
        "\n".join(pem()).replace("PRIVATE KEY", "CERTIFICATE"),
        base64.b64encode("\n".join(pem()).replace("PRIVATE KEY", "CERTIFICATE").encode()).decode(),
        "PuTTY-User-Key-File-2: ssh-rsa",
    ],
)
def test_not_found(text: str) -> None:
    assert list(private_keys(f'KEY = """{text}"""')) == []


HOSTILE = (
    "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----MIIE", "PRIVATE KEY", "LS0tLS1CRUdJT",
    "PuTTY-User-Key-File-2: Private-Lines: 3", "-----BEGIN A A A A PRIVATE KEY",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_is_read_in_linear_time(piece: str) -> None:
    assert list(private_keys(piece * 50_000)) == []
    assert is_linear(lambda text: list(private_keys(text.decode())), repeated(b"", piece.encode()), 50_000)
