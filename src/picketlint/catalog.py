"""The files of the rules: their names alone say each rule's id and name."""

from __future__ import annotations

import os
import re
from functools import lru_cache

from picketlint.records import NamedTuple

RULES_FOLDER = os.path.join(os.path.dirname(__file__), "rules")
_FILE = re.compile(r"(pkt[0-9]{3})_([a-z][a-z0-9]*(?:_[a-z0-9]+)*)\.py")


class RuleFile(NamedTuple):
    """One file below ``rules``: the rule's id and name (``unsafe-torch-load``), and its module's last name."""

    id: str
    name: str
    module: str


@lru_cache(maxsize=1)
def rule_files() -> tuple[RuleFile, ...]:
    """The rule files, sorted. Raises ValueError for a file there that is called neither like a rule nor ``__init__``."""
    found: list[RuleFile] = []
    for file in sorted(os.listdir(RULES_FOLDER)):
        if not file.endswith(".py") or file == "__init__.py":
            continue
        match = _FILE.fullmatch(file)
        if match is None:
            raise ValueError(f"rules/{file}: a rule file is named pktNNN_snake_name.py")
        found.append(RuleFile(match.group(1).upper(), match.group(2).replace("_", "-"), file[:-3]))
    return tuple(found)
