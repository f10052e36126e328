"""The ``[tool.picketlint]`` table of pyproject.toml: what may be in it, read and checked.

The closest pyproject.toml at or above a file *that has that table* governs it; tables are never merged. Anything wrong
in one is a ConfigError, because a key that is misspelled and passed over would be a policy that is not enforced.
"""

from __future__ import annotations

import os

from picketlint import registry
from picketlint.base.files import NotRegularFileError, below, read
from picketlint.base.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from picketlint.configuration.patterns import Patterns
    from picketlint.exceptions.wording import Policy

_OWNER = r"@{1,2}[\w.+/-]+|[\w.+-]+@[\w.-]+"


class ConfigError(Exception):
    """A configuration that cannot be used: ``str()`` is one line that names the file, the key and the way out.

    ``path`` is the file at fault, None for the command line; ``message`` is the line without it.
    """

    def __init__(self, message: str, path: str | None = None) -> None:
        super().__init__(message, path)
        self.message = message
        self.path = path

    def __str__(self) -> str:
        return f"{_shown(self.path)}: {self.message}" if self.path else self.message


def _shown(path: str) -> str:
    """A path as a report would show it: relative to the working directory, if it is below."""
    try:
        relative = below(os.getcwd(), path)
    except OSError:
        relative = None
    return path if relative is None else relative.replace(os.sep, "/")


class Config(NamedTuple):
    """One validated table; what it does not set has the default given here."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    exclude: Patterns | None = None
    extend_exclude: Patterns | None = None
    test_patterns: Patterns | None = None
    include_tests: frozenset[str] = frozenset()
    torch_floor: tuple[int, ...] | None = None
    per_path_ignores: tuple[tuple[Patterns, frozenset[str]], ...] = ()
    exceptions: Policy | None = None
    exceptions_lock: str | None = None
    code_owners: tuple[str, ...] = ()


def read_config(path: str) -> Config | None:
    """The table in the TOML file at ``path``; None if the file is not there or has no such table.

    Raises ConfigError for a file that cannot be read or parsed, and for anything in the table that is not understood.
    """
    try:
        data = read(path)
    except NotRegularFileError as error:
        raise ConfigError("is not a regular file: make it one, or exclude the directory that it is in", path) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        if os.path.islink(path):
            raise ConfigError("is a broken symbolic link: fix or remove it", path) from error
        return None
    except OSError as error:
        directory = os.path.dirname(path)
        # Where nothing can be looked up, it is not known that there is such a file.
        at_fault = path if os.access(directory, os.X_OK) else directory
        raise ConfigError(f"cannot be read ({error.strerror}): make it readable or exclude it", at_fault) from error
    if b"\0" in data and b"picketlint" in data.replace(b"\0", b""):
        # In UTF-16 or the like, as some editors write it.
        raise ConfigError("is not UTF-8, as TOML has to be", path)
    if b"picketlint" not in data and b"picketlint" not in _unescaped(data):
        # Spares tomli's import, and keeps broken files of others (say, test data) from stopping the run.
        return None
    table = _tool_table(data, path)
    return None if table is None else _validate(table, path)


def _unescaped(data: bytes) -> bytes:
    """TOML with its escapes of ASCII characters replaced by those: a key in quotes may be written with them."""
    if b"\\u00" not in data and b"\\U000000" not in data and b"\\x" not in data:
        return data
    import re

    # https://toml.io/en/v1.1.0#string; the last of them is new there.
    return re.sub(rb"\\(?:u00|U000000|x)([0-7][0-9A-Fa-f])", lambda found: bytes([int(found.group(1), 16)]), data)


def selectors(value: object) -> tuple[str, ...]:
    """``value`` as a list of rule ids, names, prefixes or ``ALL``. Raises ValueError, saying what is wrong."""
    codes = _strings(value)
    for code in codes:
        if registry.load().expand(code) is None:
            if len(code.split()) > 1 and all(registry.load().expand(one) for one in code.split()):
                raise ValueError(f'"{code}" is more than one rule: put commas between them')
            closest = registry.load().suggest(code)
            raise ValueError(f'unknown rule "{code}"; {_hint(closest) if closest else "`picketlint rule` lists them"}')
    return codes


def covered(codes: Iterable[str]) -> frozenset[str]:
    """The ids of all rules that valid selectors cover, those that are off by default included."""
    known = registry.load()
    ids: set[str] = set()
    for code in codes:
        ids |= known.expand(code) or frozenset()
        ids.update(rule.id for rule in known.entries if rule.id.startswith(code))
    return frozenset(ids)


def _tool_table(data: bytes, path: str) -> Mapping[str, object] | None:
    """The raw table of a TOML document; None if there is none. Raises ConfigError if the document is broken."""
    import tomli

    try:
        document = tomli.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError("is not UTF-8, as TOML has to be", path) from error
    except tomli.TOMLDecodeError as error:
        raise ConfigError(f"is not valid TOML: {error}", path) from error
    except RecursionError as error:
        raise ConfigError("is nested too deeply to be read", path) from error
    tool = document.get("tool")
    table = tool.get("picketlint") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError("[tool.picketlint] must be a table", path)
    return table


def _validate(table: Mapping[str, object], path: str) -> Config:
    """The table with every value checked. Raises ConfigError for the first that is wrong."""
    values: dict[str, Any] = {}
    for key, value in table.items():
        validator = _KEYS.get(key)
        if validator is None:
            raise ConfigError(f'unknown key "{key}" in [tool.picketlint]; {_hint(_closest(key))}', path)
        try:
            values[key.replace("-", "_")] = validator(value)
        except ValueError as error:
            raise ConfigError(f'key "{key}" in [tool.picketlint]: {error}', path) from error
    return Config(**values)


def _closest(key: str) -> str | None:
    """The known key that an unknown one was most likely meant to be."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(key.replace("_", "-").lower(), _KEYS)), None)


def _hint(suggestion: str | None) -> str:
    return f'did you mean "{suggestion}"?' if suggestion else "there is nothing like it"


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ValueError('must be a list of strings, as in ["..."]')
    return tuple(value)


def _patterns(value: object) -> Patterns:
    from picketlint.configuration.patterns import Patterns

    return Patterns(_strings(value))


def included_tests(value: object) -> frozenset[str]:
    """The ids of the rules that run on tests as well: ``value`` is true, false or a list of selectors.

    Raises ValueError, saying what is wrong.
    """
    if isinstance(value, bool):
        return covered(["ALL"]) if value else frozenset()
    if not isinstance(value, list | tuple):
        raise ValueError('must be true, false or a list of rules, as in ["PKT4"]')
    return covered(selectors(value))


def _release(value: object) -> tuple[int, ...]:
    if not isinstance(value, str):
        raise ValueError('must be a string, as in "2.6"')
    parts = value.split(".")
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f'"{value}" is not a release: write one like "2.6" or "2.6.0"')
    return tuple(int(part) for part in parts)


def _ignores_by_path(value: object) -> tuple[tuple[Patterns, frozenset[str]], ...]:
    from picketlint.configuration.patterns import PatternError, Patterns

    if not isinstance(value, dict):
        raise ValueError('must be a table from patterns to lists of rules, as in {"scripts/" = ["PKT301"]}')
    rows = []
    for pattern, codes in value.items():
        if pattern.startswith("!"):
            raise ValueError(f'"{pattern}" would re-include what no pattern excluded: leave out the "!"')
        try:
            rows.append((Patterns([pattern]), covered(selectors(codes))))
        except PatternError:
            raise
        except ValueError as error:
            raise ValueError(f'"{pattern}": {error}') from error
    return tuple(rows)


def _exceptions(value: object) -> Policy:
    # Imported for those who have the key: it compiles the words of comments, which most runs never read.
    from picketlint.configuration.policies import read_policy

    return read_policy(value)


def _lock_path(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError('must be a string, as in "picketlint-exceptions.toml"')
    if not value.endswith(".toml") or value.startswith("/") or "\\" in value or ":" in value or not value.isprintable():
        raise ValueError(f'"{value}" is not the path of a .toml file, relative to this one and with "/"')
    return value


def _owners(value: object) -> tuple[str, ...]:
    import re

    owners = _strings(value)
    for owner in owners:
        if not re.fullmatch(_OWNER, owner):
            raise ValueError(f'"{owner}" is not a code owner: write "@user", "@org/team" or an e-mail address')
    return owners


_KEYS: Mapping[str, Callable[[object], object]] = {
    "select": selectors,
    "ignore": selectors,
    "extend-select": selectors,
    "exclude": _patterns,
    "extend-exclude": _patterns,
    "test-patterns": _patterns,
    "include-tests": included_tests,
    "torch-floor": _release,
    "per-path-ignores": _ignores_by_path,
    "exceptions": _exceptions,
    "exceptions-lock": _lock_path,
    "code-owners": _owners,
}
