"""What stands where a credential would: words of placeholders, and credentials that documentation has made known."""

from __future__ import annotations

# Words that nobody's random characters hold by chance, in the form in which they may stand in a placeholder.
WORDS = (
    "example", "sample", "placeholder", "dummy", "insert", "replace", "change", "redacted", "removed", "hidden",
    "secret", "token", "apikey", "api_key", "api-key", "password", "foobar", "lorem", "deadbeef", "qwerty", "xxxx",
    "fake", "test", "your", "here", "mock", "todo", "demo", "none", "null", "asdf",
)  # fmt: skip

# The first 16 digits of the SHA-256 of each, so that no scanner takes this file for a leak.
KNOWN = frozenset(
    {
        # https://learn.microsoft.com/azure/storage/common/storage-use-azurite
        "0011cc25eb432071",
        # https://learn.microsoft.com/azure/cosmos-db/emulator
        "aa6547439583c3a2",
        # https://docs.github.com/en/rest/apps/apps
        "797c0ce414586cc8",
        "44f05a069ba895c4",
        # https://core.telegram.org/bots/features
        "0b5dd075ccdd03c4",
        # https://docs.discord.com/developers/reference
        "02f7ce3c263f85c0",
        # https://developers.google.com/maps/documentation
        "2037abcaffb2b777",
        "3f370c9dd8225c63",
        "e4a5542bb7fd7b67",
        "a19f89ab3555eac1",
        "eb540d2b6ee2a0a4",
        "37f8f09bdf12c2f2",
        "8731261cb72d8626",
        "49f777db995e8260",
        "27a9a42931dff7eb",
        "dc0fcf046c61640c",
        "4c98242dcadc8b29",
        "ea9bb1082cf95663",
        "3a8b61d0f636b007",
        "a6c814bc555ae62c",
        # https://rdrr.io/github/neptune-ai/neptune-r/man/neptune_ANONYMOUS_API_TOKEN.html: anybody's, by each address
        "1093a17221466ca8",
        "bf026c675432dc2e",
        # https://github.com/google/google-authenticator/wiki/Key-Uri-Format
        "8be5d113c0871ce1",
        "a64ed54f0b45945b",
        # https://www.rfc-editor.org/rfc/rfc6749, https://www.rfc-editor.org/rfc/rfc6750
        "6c96130f130ab0d6",
        "00cf4c781dc37003",
        "53f5da0aaa93d64c",
        "e9974c507d2a8021",
        "b8e148545b13c78b",
        # https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/application-only
        "b390e2e57c227c07",
        # https://x.com: the same for everybody, in the page
        "11d3072e6af2d409",
        "3196f1f5ca337d83",
    }
)

# What a web token says of nobody, beside ``{"a": "b"}``, in the manuals of libraries that make some.
# https://pyjwt.readthedocs.io/en/stable/usage.html, https://python-jose.readthedocs.io/en/latest/jwt/index.html
SHOWN_CLAIMS = frozenset({"foo", "hello", "key", "some"})
