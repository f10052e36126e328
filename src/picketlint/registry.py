"""The rules there are: found by file name, checked, and chosen by code, name or prefix.

A rule that cannot be imported, or breaks the contract below, stops the program: a gate that skips a check is open.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from importlib import import_module

from picketlint.model import Lifecycle
from picketlint.rule import Rule

_FILE = re.compile(r"^(pkt\d{3})_([a-z0-9_]+)\.py$")


class RegistryError(Exception):
    """A rule file breaks the contract of the registry; the message names it and what to mend."""


class Registry:
    """A set of rules, sorted by id."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.id))
        self._by_key: dict[str, Rule] = {}
        for rule in self.rules:
            for key in (rule.id, rule.name):
                if key in self._by_key:
                    raise RegistryError(f"two rules are called {key}")
                self._by_key[key] = rule

    def get(self, key: str) -> Rule | None:
        """The rule with this id or name."""
        return self._by_key.get(key)

    def expand(self, selector: str) -> frozenset[str] | None:
        """The ids a selector stands for: ``ALL``, an id, a name, or the beginning of an id; None if it fits no rule.

        A prefix leaves out the rules that are off by default; ``ALL``, a full id and a name do not.
        """
        if selector == "ALL":
            return frozenset(rule.id for rule in self.rules)
        rule = self.get(selector)
        if rule is not None:
            return frozenset({rule.id})
        if not selector.startswith("PKT"):
            return None
        fitting = [rule for rule in self.rules if rule.id.startswith(selector)]
        if not fitting:
            return None
        return frozenset(rule.id for rule in fitting if rule.status is Lifecycle.DEFAULT)

    def suggest(self, text: str) -> str | None:
        """The known id or name that is closest to a mistyped one; None where nothing is close."""
        from difflib import get_close_matches

        upper = text.upper()
        if upper in self._by_key or upper == "ALL":
            return upper
        close = get_close_matches(text, self._by_key, n=1) or get_close_matches(upper, self._by_key, n=1)
        return close[0] if close else None


@lru_cache(maxsize=1)
def load() -> Registry:
    """The registry of the rules that picketlint ships. Raises RegistryError, or whatever a broken rule file raises."""
    folder = os.path.join(os.path.dirname(__file__), "rules")
    return Registry(tuple(_from_file(name) for name in sorted(os.listdir(folder)) if name.startswith("pkt")))


def _from_file(file: str) -> Rule:
    found = _FILE.match(file)
    if found is None:
        raise RegistryError(f"rules/{file}: call it pktNNN_rule_name.py")
    module = import_module(f"picketlint.rules.{file[:-3]}")
    classes = [
        member
        for member in vars(module).values()
        if isinstance(member, type) and issubclass(member, Rule) and member.__module__ == module.__name__
    ]
    if len(classes) != 1:
        raise RegistryError(f"rules/{file}: define exactly one Rule, not {len(classes)}")
    rule = classes[0]()
    expected = (found.group(1).upper(), found.group(2).replace("_", "-"))
    if (rule.id, rule.name) != expected:
        raise RegistryError(f"rules/{file}: id and name are {(rule.id, rule.name)}, the file name says {expected}")
    return rule
