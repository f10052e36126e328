"""Credentials inside a longer text: a URL, a connection string, a header, a setting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple
from picketlint.credentials.names import Kind, kind_of
from picketlint.credentials.strength import Strength, strength
from picketlint.knowledge.credentials import LOOPBACK, PLACEHOLDERS, PUBLIC_SCHEMES, SHOWN_AS_PASSWORD
from picketlint.knowledge.logins import USER_KEY, USER_NAME

_SCHEME = regex(r"[A-Za-z][A-Za-z0-9+.-]{0,20}\Z")
# RFC 3986, section 3.2: ``user:password@host``, up to the path; as SQLAlchemy and others read it, with a `#` in it.
_AUTHORITY = regex(r"([^\s/?#:@'\"<>]{0,128})(?::([^\s/?'\"<>]{1,256}))?@([^\s/?#:@'\",<>]{0,255})")
# Where Sentry's clients send events, which is all that can be done with the key:
# https://docs.sentry.io/concepts/key-terms/dsn-explainer/
_PUBLIC_KEY = regex(r"[0-9a-f]{32}")
_PROJECT = regex(r"(?::[0-9]{1,5})?/[0-9]{1,20}(?![\w/.-])")
# https://learn.microsoft.com/dotnet/framework/data/adonet/connection-string-syntax,
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
_PASSWORD_SETTING = regex(r"\b(password|passwd|pwd) {0,2}= {0,2}'?([^;&\s'\"]{1,128})", re.IGNORECASE)
_SERVER_SETTING = regex(
    r"\b(?:data source|server|host|hostaddr|addr|dbname|database|initial catalog) {0,2}= {0,2}'?([^;\s'\",]{1,128})",
    re.IGNORECASE,
)
_USER_SETTING = regex(r"\b(?:user id|uid|user|username) {0,2}= {0,2}'?([^;\s'\",]{1,128})", re.IGNORECASE)
_MACHINE_SETTING = regex(
    r"(?<![A-Za-z0-9_-])([A-Za-z][A-Za-z0-9_-]{2,48})['\"]? {0,2}[=:] {0,2}['\"]?([A-Za-z0-9+/=_.~!-]{10,512})"
)
# What the last ends with: every other docstring has a colon in it.
_SET = regex(r"[=:] {0,2}['\"]?[A-Za-z0-9+/=_.~!-]{10}")
_SHELL = regex(
    r"(?:^|[\s;&|\"'])(?:export|env|set|setx|-e|--env) {1,2}([A-Za-z_][A-Za-z0-9_]{2,48})=['\"]?([^\s'\";&|]{4,512})"
)
# Before the program that gets it, and as an option.
_BEFORE_PROGRAM = regex(r"^([A-Z][A-Z0-9_]{2,48})=['\"]?([^\s'\"]{4,512})['\"]?(?:$| {1,2}[a-z./])")
_OPTION = regex(r"(?<![\w-])--([A-Za-z][A-Za-z0-9.-]{2,48})=['\"]?([^\s'\"]{4,512})")
# https://dev.mysql.com/doc/refman/8.4/en/create-user.html, https://www.postgresql.org/docs/current/sql-createrole.html
_IN_SQL = regex(
    r"\b(?:IDENTIFIED (?:WITH [\w']{1,64} )?BY|(?:ALTER|CREATE) (?:ROLE|USER) [^'\"]{1,64} PASSWORD(?: =)?)"
    r" {1,2}'([^'\s]{4,128})'",
    re.IGNORECASE,
)
_ELEMENT = regex(r"<([A-Za-z][A-Za-z0-9_-]{2,48})>([^<>\s]{4,512})</\1>")
_OF_USER = regex(
    rf"['\"]{USER_NAME}['\"]\s{{0,40}}:\s{{0,40}}['\"][\w-]{{1,64}}['\"]\s{{0,40}},\s{{0,40}}"
    rf"['\"]key['\"]\s{{0,40}}:\s{{0,40}}['\"]({USER_KEY})['\"]"
)
# A text that shows how it is given.
_SHOWS = regex(r"\s*(?:e\.g\.|examples?|syntax|usage)\b", re.IGNORECASE)
_ENTRY = regex(r"\"([A-Za-z][A-Za-z0-9_-]{2,48})\" {0,4}: {0,4}\"([^\s\"\\]{4,512})\"")
# A line by itself, as files of settings have them: `.env`, INI, properties, YAML, JSON.
_LINE = regex(
    r"^[ \t]*(?:(?:export|set|ARG|ENV|-)[ \t]+)?(['\"]?)([A-Za-z_][A-Za-z0-9_.-]{2,48})\1([ \t]*[=:][ \t]*)"
    r"(?:'([^'\n]{4,128})'|\"([^\"\n]{4,128})\"|([^\s'\"()\[\]{}<>,;]{4,128}))[ \t]*,?(?:[ \t]+[#;][^\n]*)?\r?$",
    re.MULTILINE,
)
_SECTION = regex(r"^\[[\w .:-]{1,64}\][ \t]*\r?$", re.MULTILINE)
_QUERY = regex(r"[?&]([A-Za-z][A-Za-z0-9_.-]{2,48})=([^&#\s'\"<>]{4,512})")
# https://www.rfc-editor.org/rfc/rfc6750, https://www.rfc-editor.org/rfc/rfc7617
_ANY_SCHEME = regex(r"\b(Bearer|Basic|Token|ApiKey) {1,2}([^\s\"',;{}<>]{8,1024})", re.IGNORECASE)
_KNOWN_SCHEME = regex(r"\b(Bearer|Basic) {1,2}([^\s\"',;{}<>]{8,1024})", re.IGNORECASE)


class Embedded(NamedTuple):
    """A credential in a text: what it is, for a message, the secret itself, and what it looks like."""

    what: str
    secret: str
    strength: Strength


def embedded(text: str) -> Iterator[Embedded]:
    """The credentials in a text that says by itself what they are."""
    lowered = text.lower()
    if "://" in text and "@" in text:
        yield from _in_urls(text)
    if "=" in text:
        if "pass" in lowered or "pwd" in lowered:
            yield from _in_connections(text)
        yield from _in_assignments(text)
    yield from of_users(text)
    if text.startswith("{") and text.endswith("}"):
        yield from _in_json(text)
    if "<" in text:
        yield from _in_elements(text)
    if "'" in text and ("password" in lowered or "identified" in lowered):
        for value in _IN_SQL.findall(text):
            grade = strength_of_login("", value, "")
            if grade in (Strength.CHOSEN, Strength.RANDOM):
                yield Embedded("password in SQL", value, grade)
    if _SET.search(text):
        yield from _in_settings(text)
    if "bearer " in lowered or "basic " in lowered:
        yield from in_header(text, _KNOWN_SCHEME)


def in_lines(text: str) -> Iterator[Embedded]:
    """What somebody chose in the lines of a text that is, or becomes, a file of settings."""
    if "\n" not in text or _SHOWS.match(text):
        return
    for _, name, sign, single, double, bare in _LINE.findall(text):
        value, kind = single or double or bare, kind_of(name)
        if kind not in (Kind.PASSWORD, Kind.SECRET) or strength(value, kind) is not Strength.CHOSEN:
            continue
        if kind_of(bare) is not None or ("=" in sign.strip() != sign and not _SECTION.search(text)):
            # Code, or a part of it.
            continue
        yield Embedded(name, value, Strength.CHOSEN)


def of_users(text: str) -> Iterator[Embedded]:
    """The keys in a text that stand beside the names of those whom they belong to."""
    for key in _OF_USER.findall(text) if USER_NAME in text else ():
        if strength(key, Kind.MACHINE) is Strength.RANDOM:
            yield Embedded("key of a user", key, Strength.RANDOM)


def in_header(text: str, schemes: re.Pattern[str] = _ANY_SCHEME) -> Iterator[Embedded]:
    """The credential in the value of an ``Authorization`` header, or in a text with such a header in it."""
    for scheme, value in schemes.findall(text):
        if scheme.lower() != "basic":
            found = strength(value, Kind.MACHINE)
            if found is not Strength.NONE:
                yield Embedded(f"{scheme} header", value, found)
            continue
        user, colon, password = _decoded(value).partition(":")
        found = strength_of_login(user, password, "") if colon else Strength.NONE
        if found is not Strength.NONE:
            yield Embedded("Basic header", value, found)


def _decoded(value: str) -> str:
    """What base64 stands for, where that is plain text."""
    from base64 import b64decode

    try:
        text = b64decode(value, validate=True).decode("ascii")
    except ValueError:
        return ""
    return text if text.isprintable() else ""


def unquoted(text: str) -> str:
    """A part of a URL without its percent-encoding."""
    if "%" not in text:
        return text
    from urllib.parse import unquote

    return unquote(text)


def _in_urls(text: str) -> Iterator[Embedded]:
    start = text.find("://")
    while start >= 0:
        scheme = _SCHEME.search(text, max(0, start - 21), start)
        found = _AUTHORITY.match(text, start + 3) if scheme else None
        if found is not None:
            user, password, host = found.groups()
            if password is not None:
                password = unquoted(password)
                grade = strength_of_login(user, password, host)
                # In a sentence, words show what goes where.
                if grade is not Strength.NONE and (grade is not Strength.WORD or " " not in text):
                    yield Embedded("password in a URL", password, grade)
            elif strength(user, Kind.MACHINE) is Strength.RANDOM and not _is_public(found, scheme):
                yield Embedded("token in a URL", user, Strength.RANDOM)
        start = text.find("://", start + 3)


def _is_public(authority: re.Match[str], scheme: re.Match[str] | None) -> bool:
    """Whether what stands before the host in a URL is a name that everybody may know."""
    if scheme is not None and scheme.group().lower() in PUBLIC_SCHEMES:
        return True
    path = _PROJECT.match(authority.string, authority.end())
    return path is not None and _PUBLIC_KEY.fullmatch(authority.group(1)) is not None


def _in_connections(text: str) -> Iterator[Embedded]:
    server = None
    for name, value in _PASSWORD_SETTING.findall(text):
        server = server or _SERVER_SETTING.search(text)
        if server is None:
            break
        user = _USER_SETTING.search(text)
        grade = strength_of_login(user.group(1) if user else "", value, server.group(1))
        # A word beside what is filled in later is filled in, too, or stands for what nobody is to see.
        if grade is not Strength.NONE and (grade is not Strength.WORD or "%" not in server.group(1)):
            yield Embedded(f"{name} in a connection string", value, grade)


def _in_assignments(text: str) -> Iterator[Embedded]:
    forms = (_QUERY, _SHELL) if _SHOWS.match(text) else (_QUERY, _SHELL, _BEFORE_PROGRAM, _OPTION)
    for name, value in (found for form in forms for found in form.findall(text)):
        yield from _of_name(name, value, unquoted(value))


def _in_json(text: str) -> Iterator[Embedded]:
    for name, value in _ENTRY.findall(text):
        kind = kind_of(name)
        if kind in (Kind.PASSWORD, Kind.SECRET) and strength(value, kind) is Strength.CHOSEN:
            yield Embedded(name, value, Strength.CHOSEN)


def _in_elements(text: str) -> Iterator[Embedded]:
    for name, value in _ELEMENT.findall(text):
        yield from _of_name(name, value, value)


def _of_name(name: str, written: str, value: str) -> Iterator[Embedded]:
    """A value as it is written, and as it is meant, if it looks like the credential that its name says it is."""
    kind = kind_of(name)
    grade = strength(value, kind) if kind is not None else Strength.NONE
    if grade in (Strength.CHOSEN, Strength.RANDOM):
        yield Embedded(name, written, grade)


def _in_settings(text: str) -> Iterator[Embedded]:
    for name, value in _MACHINE_SETTING.findall(text):
        kind = kind_of(name)
        if kind is not None and kind is not Kind.HEADER and strength(value, kind) is Strength.RANDOM:
            yield Embedded(name, value, Strength.RANDOM)


@lru_cache(maxsize=256)
def strength_of_login(user: str, password: str, host: str) -> Strength:
    """What a password is that stands beside who logs in with it, and where."""
    found = strength(password, Kind.PASSWORD)
    if found in (Strength.RANDOM, Strength.NONE):
        return found
    if is_shown(password) or is_local(user, password, host):
        return Strength.NONE
    return found


def is_shown(password: str) -> bool:
    """Whether a text only shows where a password stands: ``user:password@host``."""
    lowered = password.lower().strip("[]()")
    return lowered in SHOWN_AS_PASSWORD or lowered.rstrip("0123456789") in PLACEHOLDERS


def is_local(user: str, password: str, host: str) -> bool:
    """Whether a login is what a service that runs on the developer's own machine was shipped with.

    It is published with the service, and opens nothing to anybody else: ``postgres:postgres@localhost``.
    """
    if host.lower() not in LOOPBACK:
        return False
    return password == user or strength(password, Kind.PASSWORD) in (Strength.KNOWN, Strength.WORD)


__all__ = [
    "Embedded",
    "embedded",
    "in_header",
    "in_lines",
    "is_local",
    "is_shown",
    "of_users",
    "strength_of_login",
    "unquoted",
]
