"""Whether a text is a working credential, told from the text and from who can have chosen it.

What a program chose looks random: most of its neighbouring characters are no pair that words have. What a person chose
is told by digits and signs among letters, or is one of the words that are passwords in earnest. All else is taken for
what stands where a credential would: a placeholder, a path, a name, a sentence.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from picketlint.base.lazy import regex
from picketlint.base.records import Enum
from picketlint.credentials.names import Kind, words
from picketlint.credentials.placeholders import credible, known
from picketlint.knowledge.credentials import (
    COMMON_PAIRS,
    KNOWN_PASSWORDS,
    PLACEHOLDER_PARTS,
    PLACEHOLDERS,
    PROCEDURES,
    PUBLIC_BEGINNINGS,
    RULE_WORDS,
    SENTENCE_WORDS,
    SHOWN_AS_PASSWORD,
)

LONGEST = 512
_SHORTEST = 4
_SHORTEST_RANDOM = 10
_SHORTEST_CHOSEN_SECRET = 8
_LONGEST_PASSWORD = 64
# How many of a text's pairs are none that words have, by its length: the longer, the less is left to chance.
_RANDOM_SHARES = ((24, 0.3), (16, 0.35), (_SHORTEST_RANDOM, 0.4))
_FEWEST_DIFFERENT = 6
_FEWEST_CHOSEN = 2
_FEWEST_RULE_WORDS = 2
_LONG_RUN = 16

# Tokens of X begin with zeroes in base64, and hold more of them.
# https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/application-only
_LEADING_ZEROES = "A" * 15
_ZEROES = regex(r"A{5,}")

_RUN = regex(r"[A-Za-z0-9]+")
_SIGN = regex(r"[^A-Za-z0-9\s._/:,=\-]")
_PATH = regex(r"(?:~|\.{1,2})/|/[a-z_.-]*(?:/|$)|[A-Za-z]:[\\/]")
_FILE = regex(
    r".*\.(?:bin|cert|cfg|conf|crt|csv|env|gpg|html?|ini|jks|js|json|key|log|p12|pem|pfx|pub|py|sh|toml|txt|xml|ya?ml|zip)$",
    re.IGNORECASE | re.DOTALL,
)
_TEMPLATE = regex(r"\{[^{}]*\}|\$\{|%\(|<[^<>]+>|\[\[|\{\{")
_VARIABLE = regex(r"\${1,2}[A-Za-z_]\w*|%[A-Z_]+%|env[:.]\w+|--?[a-z]+(?:-[a-z]+)*(?:=.*)?|@[a-z_]+")
_CONVERSION = regex(r"%[sdr]|\$\([^()]*\)")
# A regular expression, a selector of a web page, a query, a field's rules: what describes text and is none itself.
_PATTERN = regex(
    r"^[a-z_]+\|[a-z_]+[0-9]*(?:[|:]|$)|\\[a-zA-Z.]|\(\?|\.\*|\[[^\]]+\]|^[#.^*?][A-Za-z_-]*$|[?&][a-z_]+=|^//"
)
# A colour, a shortcut, the version of an interface, the password field of a page.
_IN_SCREENS = regex(
    r"#(?:[0-9a-fA-F]{3,4}){1,2}|(?:Alt|Cmd|Command|Control|Ctrl|Meta|Shift)\+\S+|v[0-9]+(?:alpha|beta|rc)[0-9]+"
    r"|(?=.*[/#])[A-Za-z:/#_-]*(?:[Pp]assword|[Pp]asswd|[Pp]wd)[A-Za-z:/#_-]*"
)
# Where the value is to be found: tags of YAML, values that sops and eyaml have encrypted, the output of a command.
# https://docs.ansible.com/ansible/latest/vault_guide/, https://getsops.io/docs/,
# https://bank-vaults.dev/docs/mutating-webhook/ (`vault:secret/data/app#key`)
_REFERENCE = regex(r"!(?:decrypt|encrypted|env|include|secret|sops|vault)\b|ENC[\[(]|@?env/|`|\$\(|vault:[\w/-]+#")
_ADDRESS = regex(r"[\w.+-]{2,64}@[a-z][\w-]*(?:\.[\w-]+)*\.[a-z]{2,6}", re.ASCII)
_BRACKETED = regex(r"\([a-z _-]+\)|\[[a-z _-]+\]", re.IGNORECASE)
# What is left of a password for checking it: crypt(5) of libxcrypt, Django, Werkzeug, Jupyter.
# https://docs.djangoproject.com/en/stable/topics/auth/passwords/,
# https://werkzeug.palletsprojects.com/en/stable/utils/#werkzeug.security.generate_password_hash,
# https://jupyter-server.readthedocs.io/en/stable/operators/public-server.html
_HASHED = regex(
    r"\$(?:1|2[abxy]?|5|6|7|y|apr1|argon2(?:d|id?)|bcrypt[\w-]*|md5|pbkdf2[\w-]*|scrypt|sha1)\$"
    r"|(?:argon2|bcrypt|md5|pbkdf2|scrypt|sha1|unsalted_md5)\w*\$|(?:argon2|pbkdf2|scrypt):|sha1:[0-9a-f]{8,16}:"
)
# Made of the time and the address of a network card, not by chance: version 1 of RFC 9562.
_TIMED = regex(r"[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
_FUNCTION = regex(r"\w+\(.*\)$|lambda ", re.DOTALL)
_IMAGE = ("iVBORw0KGgo", "/9j/", "R0lGOD", "UklGR", "PHN2Zy", "data:")
_NO_SECRET = (*_IMAGE, *PUBLIC_BEGINNINGS)
_CHOSEN_WITH_NUMBER = regex(r"[A-Za-z]{3,}[-_.]?[0-9]{1,8}[^\w\s]{0,3}")
# As programs that make up passwords from a list of words write them.
_WORDS_WITH_NUMBER = regex(r"(?:[A-Za-z]{3,9}([-_.]))(?:[A-Za-z]{3,9}\1)+[0-9]{2,6}")
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_PARTED = regex(r"[-_.:/+]")
_NO_LETTERS = regex(r"[^a-z]+")
_LEET = regex(r"(?=.*[A-Za-z].*[A-Za-z])(?=.*[0-9])[A-Za-z0-9]{6,}")


_PHRASE = regex(r"[a-z]{3,10}(?:[ -][a-z]{3,10}){3,8}(?:[ -]?[0-9]{1,6})?[!.]?")


class Strength(Enum):
    """What a text looks like."""

    NONE = "no credential"
    WORD = "a word, which is a password only where somebody logs in with it"
    KNOWN = "a password that is in every list of them"
    CHOSEN = "chosen by somebody"
    RANDOM = "random"


@lru_cache(maxsize=1024)
def strength(text: str, kind: Kind) -> Strength:
    """What a text is that is bound to the name of a credential of this kind."""
    if not _SHORTEST <= len(text) <= LONGEST or not text.isascii() or not text.isprintable() or " " in text:
        return Strength.NONE
    if _stands_for(text):
        return Strength.NONE
    if looks_random(text):
        return Strength.NONE if known(text) else Strength.RANDOM
    if kind is Kind.MACHINE or kind is Kind.HEADER or _describes(text):
        return Strength.NONE
    return _chosen(text, kind)


def is_phrase(text: str, kind: Kind) -> bool:
    """Whether a text is a row of words that make no sentence, as people and programs choose passwords."""
    if kind is not Kind.PASSWORD or " " not in text or not _PHRASE.fullmatch(text):
        return False
    return not (SENTENCE_WORDS | PLACEHOLDERS | RULE_WORDS | SHOWN_AS_PASSWORD).intersection(words(text))


def _stands_for(text: str) -> bool:
    """Whether a text stands for a credential, or says where one is."""
    lowered = text.lower()
    if any(part in lowered for part in PLACEHOLDER_PARTS) or text.startswith(_NO_SECRET) or "://" in text:
        return True
    if "your" in lowered and "your" in words(text):
        return True
    if any(pattern.match(text) for pattern in (_PATH, _FILE, _FUNCTION, _HASHED, _REFERENCE)):
        return True
    if any(pattern.fullmatch(text) for pattern in (_VARIABLE, _ADDRESS, _BRACKETED, _TIMED)):
        return True
    if (lowered in _ALPHABET and not text.isdigit()) or PROCEDURES.issuperset(_PARTED.split(lowered)):
        return True
    if _CONVERSION.search(text) and not looks_random(_CONVERSION.sub("", text)):
        return True
    return _TEMPLATE.search(text) is not None


def _describes(text: str) -> bool:
    """Whether a text says what others look like or what they must be, or is nothing but one character."""
    if _PATTERN.search(text) or _IN_SCREENS.fullmatch(text) or len(set(text)) <= _FEWEST_CHOSEN:
        return True
    return len(RULE_WORDS.intersection(words(text))) >= _FEWEST_RULE_WORDS


def looks_random(text: str) -> bool:
    """Whether most neighbours in a text are none in words: other letters, or a change between letters and digits."""
    if text.startswith(_LEADING_ZEROES):
        text = _ZEROES.sub("", text)
    runs = _RUN.findall(text)
    total = sum(map(len, runs))
    if total < _SHORTEST_RANDOM or len(set(text)) < _FEWEST_DIFFERENT or text.isdigit():
        return False
    pairs = [pair for run in runs for pair in pairwise(run)]
    if len(pairs) * 2 < total:
        return False
    share = next(share for length, share in _RANDOM_SHARES if total >= length)
    if sum(map(_oddness, pairs)) < share * len(pairs):
        return False
    longest = max(runs, key=len)
    # What stands before the random part of a key often says what it is: ``app_secret_...``.
    return credible(longest if len(longest) >= _LONG_RUN else text)


def _oddness(pair: tuple[str, str]) -> float:
    first, second = pair
    if first.isdigit() and second.isdigit():
        return 0.3
    if first.isdigit() or second.isdigit():
        return 1.0
    if first.islower() and second.isupper():
        # As between the words of a name.
        return 0.5
    return 0.0 if second.lower() in COMMON_PAIRS[first.lower()] else 1.0


def _chosen(text: str, kind: Kind) -> Strength:
    """What a text is that a person may have chosen."""
    lowered = text.lower()
    if len(text) > _LONGEST_PASSWORD or set(_NO_LETTERS.split(lowered)) & PLACEHOLDERS:
        return Strength.NONE
    if not text.strip("*.-_#x"):
        return Strength.NONE
    if _WORDS_WITH_NUMBER.fullmatch(text):
        return Strength.CHOSEN
    if kind is Kind.SECRET:
        return Strength.CHOSEN if len(text) >= _SHORTEST_CHOSEN_SECRET and _is_mixed(text) else Strength.NONE
    if lowered in KNOWN_PASSWORDS or (text.isdigit() and len(text) >= _SHORTEST):
        return Strength.KNOWN
    if _CHOSEN_WITH_NUMBER.fullmatch(text) or _LEET.fullmatch(text) or _is_mixed(text):
        return Strength.CHOSEN
    return Strength.WORD if text.isalpha() else Strength.NONE


def _is_mixed(text: str) -> bool:
    """Whether there are signs or digits among the letters, as there are in passwords and in no name."""
    letters = sum(map(str.isalpha, text))
    if letters < 2 or text[-1] in ":?=":
        return False
    digits = re.search(r"[A-Za-z][0-9]+[A-Za-z]", text)
    return _SIGN.search(text) is not None or (digits is not None and not re.search(r"[-_./:]", text))
