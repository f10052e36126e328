"""The files of the rules: their names alone say each rule's id and name."""

from __future__ import annotations

import os

from picketlint.base.lazy import cached
from picketlint.base.records import NamedTuple

RULES_FOLDER = os.path.join(os.path.dirname(__file__), "rules")
# The rules about the comments that would switch off what a host reports.
BANNED_NOSEC = "PKT901"
BANNED_NOQA = "PKT902"
# The rule about files that are no Python.
COMMITTED_ENV_FILE = "PKT405"
_NAME = r"(pkt[0-9]{3})_([a-z][a-z0-9]*(?:_[a-z0-9]+)*)"


class RuleFile(NamedTuple):
    """One file below ``rules``: the rule's id and name (``unsafe-torch-load``), and its module's last name."""

    id: str
    name: str
    module: str


def rule_modules() -> tuple[str, ...]:
    """The last names of the modules below ``rules``, sorted."""
    files = sorted(os.listdir(RULES_FOLDER))
    return tuple(file[:-3] for file in files if file.endswith(".py") and file != "__init__.py")


@cached
def rule_files() -> tuple[RuleFile, ...]:
    """The rule files, sorted. Raises ValueError for a file that is called neither like a rule nor ``__init__``."""
    # For a checkout only: in a wheel, the index tells what the names say.
    import re

    found: list[RuleFile] = []
    for module in rule_modules():
        match = re.fullmatch(_NAME, module)
        if match is None:
            raise ValueError(f"rules/{module}.py: a rule file is named pktNNN_snake_name.py")
        found.append(RuleFile(match.group(1).upper(), match.group(2).replace("_", "-"), module))
    return tuple(found)
