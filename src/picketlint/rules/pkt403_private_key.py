"""Private key, written out.

## What it does
Reports private keys in PEM (`-----BEGIN PRIVATE KEY-----`, RSA, EC, DSA, encrypted or not), in the formats of OpenSSH
and SSH2, PGP private-key blocks and files of PuTTY, anywhere in a file: in triple-quoted strings, line by line in
adjacent or added literals or in a list, in comments, and in base64 once more, as Kubernetes keeps them. A key under a
passphrase is reported with medium severity: what it is worth depends on the passphrase.

A header alone, which a parser looks for, a placeholder between header and footer, public keys and certificates are not
reported. Tests are left out, as for other rules; `include-tests = ["PKT403"]` in the configuration takes them in.

## Why is this bad?
Whoever can read the code can sign, log in or decrypt in the name of the key's owner, and what was ever published cannot
be called back.

## Instead
Replace the key pair everywhere the public half is trusted. Load the new key at run time from a file or a secret store
outside of the repository, whose path the configuration gives.

## References
- [CWE-321: Use of Hard-coded Cryptographic Key](https://cwe.mitre.org/data/definitions/321.html)
- [RFC 7468: Textual Encodings of PKIX, PKCS, and CMS Structures](https://www.rfc-editor.org/rfc/rfc7468)
"""

from __future__ import annotations

from collections.abc import Iterator

from picketlint.rule import Passage, PrivateKey, Rule, Severity, bad, good, key_triggers, on_text, private_keys, sample

_BEGIN = "-----BEGIN {}PRIVATE KEY-----"
_END = "-----END {}PRIVATE KEY-----"
# Made up, as the letters and digits of a credential are: it begins as a key does and is none.
_LINES = tuple("M" + sample("ngc")[start : start + 62] for start in (0, 5, 11, 17))


def _pem(kind: str = "", joiner: str = "\n", lines: tuple[str, ...] = _LINES) -> str:
    return joiner.join((_BEGIN.format(kind), *lines, _END.format(kind)))


class PrivateKeyInCode(Rule):
    id = "PKT403"
    name = "private-key"
    since = "0.1"
    severity = Severity.HIGH
    cwe = 321
    policy = "API Keys and Credentials"
    triggers = key_triggers()
    documentable = False
    conceals = True
    examples = (
        bad(f'KEY = """{_pem("RSA ")}\n"""', at="1:10"),
        bad(f'KEY = "{_pem("", chr(92) + "n")}"', at="1:7", why="on one line"),
        bad('KEY = (\n    "' + _pem("EC ", '\\n"\n    "') + '\\n"\n)', at="2:6", why="line by line"),
        bad('KEY = "' + _pem("", '\\n" + "') + '"', at="1:7"),
        bad('KEY = "\\n".join([\n    "' + _pem("DSA ", '",\n    "') + '",\n])', at="2:5"),
        bad("# " + _pem("ENCRYPTED ", "\n# "), at="1:3", why="under a passphrase, in a comment: medium severity"),
        bad(f'info = {{"private_key": "{_pem("", chr(92) + "n")}", "type": "service_account"}}', at="1:24"),
        good(f'if "{_BEGIN.format("")}" in text:\n    load(text)', why="the header alone"),
        good(f'"""Paste the key:\n\n{_BEGIN.format("")}\n...\n{_END.format("")}\n"""', why="a placeholder"),
        good(f'KEY = f"{_BEGIN.format("")}\\n{{body}}\\n{_END.format("")}"', why="the key comes from elsewhere"),
        good(f'KEY = """{_pem().replace("PRIVATE", "PUBLIC")}"""'),
    )

    @on_text()
    def check(self, text: str) -> Iterator[Passage]:
        """Every private key in a text."""
        for key in private_keys(text):
            severity = Severity.MEDIUM if key.encrypted else None
            yield Passage(key.start, key.header_end, _message(key), severity, secret=(key.header_end, key.end))


def _message(key: PrivateKey) -> str:
    what = " ".join(part for part in (key.kind, "private key", "under a passphrase" * key.encrypted) if part)
    return (
        f"{what[0].upper()}{what[1:]} ({key.end - key.header_end} characters): whoever reads this can act as its "
        f"owner; replace the key pair and load the new key from outside the repository"
    )
