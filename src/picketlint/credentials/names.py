"""Whether a name is that of a credential, told from its words."""

from __future__ import annotations

from functools import lru_cache

from picketlint.base.lazy import regex
from picketlint.base.records import Enum
from picketlint.knowledge.credentials import (
    FORMER,
    HEADER_ENDINGS,
    MACHINE_ENDINGS,
    NOT_WORKING,
    PASSWORD_ENDINGS,
    PLURALS,
    PUBLIC_ENDINGS,
    QUALIFIERS,
    SECRET_ENDINGS,
)
from picketlint.knowledge.logins import (
    OTHER_COOKIES,
    PASS,
    PASS_VALUE,
    SESSION_WORDS,
    SHORT_NAMES,
    SHORT_PASSWORDS,
    SHORT_TOKEN,
)
from picketlint.knowledge.logs import OFTEN_NO_CREDENTIAL, OWNERS, QUESTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

_WORD = regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LONGEST_ENDING = 3
_SHORT_TOKEN = regex(SHORT_TOKEN)
_PASS_VALUE = regex(PASS_VALUE)
_NAME = regex(r"-{0,2}[A-Za-z_][A-Za-z0-9_.-]{2,127}")


class Kind(Enum):
    """What sort of credential a name asks for; who chose the value decides what it can look like."""

    PASSWORD = "password"
    SECRET = "secret"
    MACHINE = "key or token"
    HEADER = "header"


ENDINGS = (
    (PASSWORD_ENDINGS, Kind.PASSWORD),
    (SECRET_ENDINGS, Kind.SECRET),
    (MACHINE_ENDINGS, Kind.MACHINE),
    (HEADER_ENDINGS, Kind.HEADER),
)
"""The last words of names, with a blank between them, and what they say."""
# Of what everybody may know, None.
_KINDS: dict[str, Kind | None] = {ending: kind for endings, kind in ENDINGS for ending in endings}
_KINDS.update(dict.fromkeys(PUBLIC_ENDINGS))


def words(name: str) -> list[str]:
    """The words of an identifier, a key or an option, lower-case: of ``hfToken``, ``HF_TOKEN`` and ``--hf-token``."""
    found = [word.lower() for word in _WORD.findall(name)]
    for index in range(len(found) - 1, 0, -1):
        if found[index - 1 : index + 1] == ["o", "auth"]:
            found[index - 1 : index + 1] = ["oauth"]
        elif found[index - 1 : index + 1] == ["oauth", "2"]:
            del found[index]
    return found


@lru_cache(maxsize=4096)
def kind_of(name: str) -> Kind | None:
    """What sort of credential a name is that of; None for any other name."""
    if not _NAME.fullmatch(name):
        return None
    found = telling(name)
    return None if _not_working(found) else _KINDS.get(_ending(found, _KINDS))


def kind_beside(name: str, value: object) -> Kind | None:
    """The same where the value that is given to a name, a literal, tells what it is short for."""
    lowered = name.lower()
    if name not in (lowered, name.upper()):
        return None
    if lowered in SHORT_PASSWORDS:
        return Kind.PASSWORD if isinstance(value, (str, bytes)) else None
    if name == PASS:
        return Kind.PASSWORD if isinstance(value, str) and _PASS_VALUE.fullmatch(value) else None
    if lowered in SHORT_NAMES and isinstance(value, str) and _SHORT_TOKEN.fullmatch(value):
        return Kind.MACHINE
    return None


def telling(name: str) -> list[str]:
    """The words of a name but for those at its end that say nothing of what it stands for."""
    found = words(name)
    while len(found) > 1 and (found[-1] in QUALIFIERS or found[-1].isdigit()):
        found.pop()
    return found


def _ending(found: list[str], known: Container[str]) -> str:
    """The longest that words end with, with a blank between them, of what is known; empty for none."""
    for length in range(min(_LONGEST_ENDING, len(found)), 0, -1):
        ending = " ".join(found[-length:])
        if ending in known:
            return ending
    return ""


def is_working(name: str) -> bool:
    """Whether a name does not say that what it stands for is no credential that works, or one that everybody has."""
    found = words(name)
    return not _not_working(found) and not _ending(found, PUBLIC_ENDINGS)


def _not_working(found: list[str]) -> bool:
    return not NOT_WORKING.isdisjoint(found) or ("default" in found and not FORMER.isdisjoint(found))


@lru_cache(maxsize=1024)
def kind_of_many(name: str) -> Kind | None:
    """The same for the name of a collection of credentials: ``API_KEYS``."""
    found = words(name)
    if not found or found[-1] not in PLURALS:
        return None
    return kind_of("_".join([*found[:-1], PLURALS[found[-1]]]))


def names_credential(name: str) -> bool:
    """Whether what has this name is a credential, though its value is not in sight."""
    kind = kind_of(name)
    if kind is None:
        return False
    # Kaggle's add-on for secrets writes `secret_value_0`.
    if [word for word in words(name) if not word.isdigit()][-2:] == ["secret", "value"]:
        return True
    found = [word for word in telling(name) if not word.isdigit()]
    if found[0] in QUESTIONS or any(" ".join(found[-length:]) in OFTEN_NO_CREDENTIAL for length in (2, 3)):
        return found[-3:] == ["secret", "access", "key"]
    if found[-1] == "secret":
        return len(found) > 1 and found[-2] in OWNERS
    return found[-1] not in OFTEN_NO_CREDENTIAL


@lru_cache(maxsize=1024)
def opens_session(cookie: str) -> bool:
    """Whether whoever has the cookie of this name is taken for the one who logged in."""
    found = set(words(cookie))
    return not found.isdisjoint(SESSION_WORDS) and found.isdisjoint(OTHER_COOKIES)
