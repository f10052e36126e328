"""The key ``exceptions`` of ``[tool.picketlint]``: how a project judges documented exceptions."""

from __future__ import annotations

import re
import warnings

from picketlint.exceptions.wording import Policy
from picketlint.knowledge.justifications import DEFAULT, Vocabulary

MARKER_ONLY = "marker"
_KEYS = ("accept", "refuse", "replace")


def read_policy(value: object) -> Policy:
    """The policy that the key's value asks for. Raises ValueError, saying what is wrong."""
    if value == MARKER_ONLY:
        return Policy(marker_only=True)
    if not isinstance(value, dict):
        raise ValueError('must be "marker" or a table, as in {accept = ["..."], refuse = ["..."]}')
    for key in value:
        if key not in _KEYS:
            raise ValueError(f'unknown key "{key}"; there are "accept", "refuse" and "replace"')
    accept, refuse = (_words(key, value.get(key, [])) for key in ("accept", "refuse"))
    replace = value.get("replace", False)
    if not isinstance(replace, bool):
        raise ValueError('"replace": must be true or false')
    if replace and not accept:
        raise ValueError('"replace" leaves no words that state trust: add "accept", or write exceptions = "marker"')
    if not replace:
        return Policy(DEFAULT._replace(accepted=accept, refused=refuse))
    # What states danger goes on doing so; denied, it is no longer a reason.
    refused = (*DEFAULT.danger, *DEFAULT.remote, *refuse)
    return Policy(Vocabulary((), (), (), (), (), (), accepted=accept, refused=refused))


def _words(key: str, value: object) -> tuple[str, ...]:
    """Regular expressions or plain phrases, each of which says something."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f'"{key}": must be a list of strings, as in ["..."]')
    for pattern in value:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                compiled = re.compile(f"(?:{pattern})", re.IGNORECASE)
        except (re.error, RecursionError, OverflowError, Warning) as error:
            raise ValueError(
                f'"{key}": "{pattern}" is not a regular expression ({error}); put a "\\" before signs'
            ) from error
        if compiled.search("") is not None:
            raise ValueError(f'"{key}": "{pattern}" fits every comment')
    return tuple(value)
