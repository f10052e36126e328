"""The lock file: the documented exceptions that the code owners approved, in TOML, one block for each.

An exception is known by its rule, its path from the directory of the lock file, the normalized text of its code and
its reason; those that agree in all are counted. A lock file that is not understood to the last key is an error: passed
over, it would approve what nobody looked at, or let pass what nobody approved.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections import Counter
from collections.abc import Mapping

from picketlint import registry
from picketlint.base.files import NotRegularFileError, read
from picketlint.base.records import NamedTuple
from picketlint.configuration.config import ConfigError

DEFAULT_NAME = "picketlint-exceptions.toml"
VERSION = 1
HEADER = "# Documented exceptions that the code owners have approved."
_PREAMBLE = f"""\
{HEADER}
# Written by `picketlint exceptions --lock`; after a merge conflict, run it again.
version = {VERSION}
"""
_STRINGS = ("rule", "path", "code", "reason")
_MOST_ALIKE = 10_000
_AGAIN = "run `picketlint exceptions --lock`"
_CONFLICT = re.compile(r"(?:<{7}|>{7}|\|{7}) .*|={7}")
_HEADING = re.compile(r"[ \t]*\[\[[ \t]*exception[ \t]*\]\]")
_NAMED = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_STRAY = re.compile(r"\\udc([89a-f][0-9a-f])")


class Entry(NamedTuple):
    """One exception as the lock file knows it, in the order of the file; ``path`` is relative to it, with ``/``."""

    path: str
    rule: str
    code: str
    reason: str


class NotALockError(ConfigError):
    """The content of a lock file is not one: a merge conflict, broken TOML, a key or a value that is not understood."""


class Lock(NamedTuple):
    """A lock file that was read: how often each entry is approved, and in which line it stands."""

    path: str
    entries: Mapping[Entry, int]
    lines: Mapping[Entry, int]
    by_path: Mapping[str, tuple[tuple[str, str, str], ...]]

    def approved(self, path: str) -> tuple[tuple[str, str, str], ...]:
        """Rule, code and reason of what is approved in the file at an absolute path, each as often as approved."""
        return self.by_path.get(path_in_lock(self.path, path), ())


def path_in_lock(lock: str, path: str) -> str:
    """How the lock file at ``lock`` names the file at ``path``; both are absolute. Raises ConfigError."""
    try:
        relative = os.path.relpath(path, os.path.dirname(lock))
    except ValueError as error:
        raise ConfigError(f"cannot name {path}, which is on another drive: move one of them", lock) from error
    return writable(relative.replace(os.sep, "/"))


def writable(text: str) -> str:
    r"""``text`` with stray bytes and lone surrogates, which TOML has no place for, as ``\udcff``."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def places(lock: str, path: str) -> tuple[str, ...]:
    """The absolute paths that a path in the lock file at ``lock`` can stand for."""
    stray = _STRAY.sub(lambda found: chr(int("dc" + found.group(1), 16)), path)
    folder = os.path.dirname(lock)
    return tuple(os.path.normpath(os.path.join(folder, *one.split("/"))) for one in dict.fromkeys((path, stray)))


def load(path: str) -> Lock:
    """The lock file at an absolute path. Raises ConfigError, of the kind NotALockError for its content."""
    try:
        data = read(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ConfigError(f"there is no such lock file yet: {_AGAIN}, or remove `exceptions-lock`", path) from error
    except NotRegularFileError as error:
        raise ConfigError("is not a regular file, as a lock file has to be", path) from error
    except OSError as error:
        raise ConfigError(f"cannot be read ({error.strerror}): make it readable", path) from error
    return parse(data, path)


def parse(data: bytes, path: str) -> Lock:
    """The lock file with this content. Raises NotALockError, or ConfigError for one of another version."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise NotALockError("is not UTF-8, as TOML has to be", path) from error
    headings = []
    for number, line in enumerate(text.split("\n"), 1):
        if _CONFLICT.fullmatch(line):
            raise NotALockError(f"line {number} is the mark of a merge conflict (`{line[:7]}`): {_AGAIN}", path)
        if _HEADING.match(line):
            headings.append(number)
    document = _document(text, path)
    version = document.pop("version", None)
    if type(version) is not int:
        raise NotALockError(f"says no `version`, which has to be {VERSION}: {_AGAIN}", path)
    if version != VERSION:
        message = f"has version {version}, and this picketlint reads version {VERSION} only: install one that fits"
        raise ConfigError(message, path)
    blocks = document.pop("exception", [])
    if document:
        raise NotALockError(f'unknown key "{next(iter(document))}": {_AGAIN}', path)
    if not isinstance(blocks, list):
        raise NotALockError(f"`exception` has to be written [[exception]], one for each: {_AGAIN}", path)
    if len(headings) != len(blocks):
        # A text of several lines that looks like a heading, or tables written inline.
        headings = [1] * len(blocks)
    return _lock(blocks, headings, path)


def _document(text: str, path: str) -> dict[str, object]:
    import tomli

    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise NotALockError(f"is not valid TOML: {error}", path) from error
    except RecursionError as error:
        raise NotALockError("is nested too deeply to be read", path) from error


def _lock(blocks: list[object], headings: list[int], path: str) -> Lock:
    entries: Counter[Entry] = Counter()
    lines: dict[Entry, int] = {}
    for number, (block, line) in enumerate(zip(blocks, headings, strict=True), 1):
        try:
            entry, count = _entry(block)
        except ValueError as error:
            raise NotALockError(f"exception {number} (line {line}): {error}: {_AGAIN}", path) from error
        entries[entry] += count
        lines.setdefault(entry, line)
    by_path: dict[str, list[tuple[str, str, str]]] = {}
    for entry in entries.elements():
        by_path.setdefault(entry.path, []).append((entry.rule, entry.code, entry.reason))
    return Lock(path, entries, lines, {name: tuple(approved) for name, approved in by_path.items()})


def _entry(block: object) -> tuple[Entry, int]:
    """One block, checked. Raises ValueError, saying what is wrong."""
    if not isinstance(block, dict):
        raise ValueError("is not a table")
    unknown = next((key for key in block if key not in (*_STRINGS, "count")), None)
    if unknown is not None:
        raise ValueError(f'unknown key "{unknown}"')
    for key in _STRINGS:
        if not isinstance(block.get(key), str):
            raise ValueError(f'"{key}" has to be there, and a string')
    count = block.get("count", 1)
    if type(count) is not int or not 1 <= count <= _MOST_ALIKE:
        raise ValueError(f'"count" has to be a number from 1 to {_MOST_ALIKE}')
    rule, path = block["rule"], block["path"]
    if not any(known.id == rule for known in registry.load().entries):
        raise ValueError(f'unknown rule "{rule}"')
    if path in ("", ".") or path.startswith("/") or posixpath.normpath(path) != path:
        raise ValueError(f'the path "{path}" is not relative to the lock file, with "/" and without detours')
    return Entry(path, rule, block["code"], block["reason"]), count


def render(entries: Mapping[Entry, int]) -> str:
    """The text of a lock file, in a fixed order."""
    blocks = [_PREAMBLE]
    for entry in sorted(entry for entry, count in entries.items() if count > 0):
        lines = ["[[exception]]", *(f"{key} = {_quoted(getattr(entry, key))}" for key in _STRINGS)]
        if entries[entry] > 1:
            lines.append(f"count = {entries[entry]}")
        blocks.append("".join(f"{line}\n" for line in lines))
    return "\n".join(blocks)


def _quoted(text: str) -> str:
    """A TOML string; what is not plain to see, bidirectional controls above all, is escaped."""
    return '"' + "".join(_character(character) for character in writable(text)) + '"'


def _character(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def write(path: str, entries: Mapping[Entry, int]) -> bool:
    """Make the lock file at ``path`` hold just these entries; whether that changed anything but line ends.

    The file is replaced in one step. What is there and is no lock file is left alone: ConfigError.
    """
    text = render(entries)
    if os.path.islink(path):
        raise ConfigError("is a symbolic link, which is not written through: replace it by the file", path)
    try:
        before = read(path)
    except FileNotFoundError:
        before = None
    except OSError as error:
        raise ConfigError(f"cannot be read ({error.strerror}), so it is not replaced", path) from error
    if before is not None:
        if before.replace(b"\r\n", b"\n") == text.encode():
            return False
        if before.strip() and not _is_ours(before, path):
            raise ConfigError("is there and is not a lock file of picketlint, so it is not replaced", path)
    try:
        _replace(path, text.encode())
    except OSError as error:
        raise ConfigError(f"cannot be written ({error.strerror})", path) from error
    return True


def _is_ours(data: bytes, path: str) -> bool:
    """Whether a file is a lock file, be it one with conflicts or mistakes."""
    try:
        parse(data, path)
    except ConfigError:
        pass
    else:
        return True
    lines = data.decode("utf-8", "replace").splitlines()
    return any(line == HEADER or _HEADING.match(line) for line in lines)


def _replace(path: str, data: bytes) -> None:
    from tempfile import NamedTemporaryFile

    folder = os.path.dirname(path)
    with NamedTemporaryFile(dir=folder, prefix=".picketlint-", suffix=".tmp", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.chmod(file.name, _mode(path))
            file.close()
            os.replace(file.name, path)
        except BaseException:
            file.close()
            os.unlink(file.name)
            raise


def _mode(path: str) -> int:
    """The permissions the file has, or those a new one gets."""
    try:
        return os.stat(path).st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def count_changes(before: Mapping[Entry, int], after: Mapping[Entry, int]) -> tuple[int, int, int]:
    """How many exceptions were added, removed and kept."""
    old, new = Counter(before), Counter(after)
    return (new - old).total(), (old - new).total(), (old & new).total()
