"""The rules there are: found by file name, checked, and chosen by code, name or prefix.

An entry says enough of a rule to choose it and to tell whether it can fire; the rule itself is imported when it has to
run. In a built distribution the entries come from an index that the build derived from the rules; elsewhere from the
rules. A rule that cannot be imported, or breaks the contract below, stops the program: a gate that skips is open.
"""

from __future__ import annotations

import os

from picketlint.base.lazy import cached
from picketlint.base.records import NamedTuple
from picketlint.catalog import RULES_FOLDER, RuleFile, rule_files, rule_modules
from picketlint.matching.needles import Table, tabulated
from picketlint.model import Lifecycle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from picketlint.matching.triggers import Trigger
    from picketlint.rule import Rule


# The listeners of which the index has more than the kind.
_DETAILED = frozenset({"node", "review"})


class RegistryError(Exception):
    """A rule file breaks the contract of the registry; the message names it and what to fix."""


class Entry(NamedTuple):
    """What can be told of a rule without importing it; the attributes are those of Rule.

    ``listens`` is of what kinds its listeners are, with the names of the types for those that listen to nodes, and
    with when they are called for those that judge comments.
    """

    id: str
    name: str
    status: Lifecycle
    documentable: bool
    alone: bool
    judges_all: bool
    module: str
    reviews: bool = False
    dotenv: bool = False
    texts: bool = False
    conceals: bool = False
    listens: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def rule(self) -> Rule:
        """The rule itself."""
        return _instance(self.module)

    @property
    def cells(self) -> bool:
        """Whether the rule looks at the cells of notebooks that hold no Python."""
        return any(kind == "cell" for kind, _ in self.listens)

    @property
    def beside(self) -> bool:
        """Whether the rule judges comments, and only such as stand beside findings."""
        return self.reviews and all(kind == "review" and "beside" in when for kind, when in self.listens)

    @property
    def triggers(self) -> tuple[Trigger, ...]:
        """What a file has to hold for the rule to fire in it; none if it can in any."""
        return self.rule.triggers


class Registry:
    """A set of rules, sorted by id."""

    def __init__(self, entries: Iterable[Entry], table: Table | None = None) -> None:
        self._table = table
        self.entries = tuple(sorted(entries, key=lambda entry: entry.id))
        self._by_key: dict[str, Entry] = {}
        for entry in self.entries:
            for key in (entry.id, entry.name):
                if key in self._by_key:
                    raise RegistryError(f"two rules are called {key}")
                self._by_key[key] = entry

    @property
    def table(self) -> Table:
        """What the prefilter looks for."""
        if self._table is None:
            self._table = tabulated((entry.id, entry.triggers) for entry in self.entries)
        return self._table

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule itself, sorted by id; imports them all."""
        return tuple(entry.rule for entry in self.entries)

    def __contains__(self, key: str) -> bool:
        """Whether there is a rule with this id or name."""
        return key in self._by_key

    def entry(self, key: str) -> Entry | None:
        """What is known of the rule with this id or name."""
        return self._by_key.get(key)

    def get(self, key: str) -> Rule | None:
        """The rule with this id or name."""
        entry = self.entry(key)
        return None if entry is None else entry.rule

    def expand(self, selector: str) -> frozenset[str] | None:
        """The ids a selector stands for: ``ALL``, an id, a name, or the beginning of an id; None if it fits no rule.

        A prefix leaves out the rules that are off by default; ``ALL``, a full id and a name do not.
        """
        if selector == "ALL":
            return frozenset(entry.id for entry in self.entries)
        entry = self._by_key.get(selector)
        if entry is not None:
            return frozenset({entry.id})
        if not selector.startswith("PKT"):
            return None
        fitting = [entry for entry in self.entries if entry.id.startswith(selector)]
        if not fitting:
            return None
        return frozenset(entry.id for entry in fitting if entry.status is Lifecycle.DEFAULT)

    def suggest(self, text: str) -> str | None:
        """The known id or name that is closest to a mistyped one, or the id for a rule of Bandit or ruff; or None."""
        upper = text.upper()
        if self.expand(upper) is not None:
            return upper
        if upper.startswith("PKT"):
            # One digit off is a slip of the finger; more, and any code is as close as the next.
            near = (entry.id for entry in self.entries if _differ(entry.id, upper) == 1)
            return next(near, None)
        for entry in self.entries:
            if upper in entry.rule.supersedes:
                return entry.id
        from difflib import get_close_matches

        # Codes of other linters differ from ours by their letters alone.
        close = get_close_matches(upper, (entry.id for entry in self.entries), n=1, cutoff=0.8)
        close = close or get_close_matches(text.lower(), (entry.name for entry in self.entries), n=1)
        return close[0] if close else None


def _differ(one: str, other: str) -> int:
    """In how many characters two codes of the same length differ."""
    return sum(a != b for a, b in zip(one, other, strict=True)) if len(one) == len(other) else len(one)


@cached
def load() -> Registry:
    """The registry of the rules that picketlint ships. Raises RegistryError, or whatever a broken rule file raises."""
    try:
        import picketlint._index as index  # type: ignore[import-not-found]
    except ModuleNotFoundError:
        index = None
    if index is not None and rule_modules() == index.FILES:
        entries = (Entry(row[0], row[1], Lifecycle(row[2]), *row[3:]) for row in index.ENTRIES)
        return Registry(entries, Table(*index.TABLE))
    return Registry(entry_of(file) for file in rule_files())


def entry_of(file: RuleFile) -> Entry:
    """The entry of a rule, from the rule itself."""
    module = f"picketlint.rules.{file.module}"
    rule = _instance(module)
    if (rule.id, rule.name) != (file.id, file.name):
        raise RegistryError(f"rules/{file.module}.py: id and name are {(rule.id, rule.name)}, unlike the file's name")
    told = (rule.id, rule.name, rule.status, rule.documentable, rule.alone, rule.judges_all)
    listens = {(one.kind, _names(one.wanted) if one.kind in _DETAILED else ()) for _, one in rule.listeners()}
    return Entry(*told, module, rule.reviews, rule.dotenv, rule.texts, rule.conceals, tuple(sorted(listens)))


def _names(wanted: Iterable[object]) -> tuple[str, ...]:
    """What a listener listens to, in words: types by their names."""
    return tuple(sorted(str(getattr(one, "__name__", one)) for one in wanted))


def index_source() -> str:
    """The text of the index module that a distribution carries: FILES, ENTRIES and TABLE, as literals."""
    files = rule_files()
    entries = Registry(map(entry_of, files))
    rows = [(*entry[:2], entry.status.value, *entry[3:]) for entry in entries.entries]
    parts = {"FILES": tuple(file.module for file in files), "ENTRIES": rows, "TABLE": tuple(entries.table)}
    told = "".join(f"{name} = {part!r}\n" for name, part in parts.items())
    return f'"""Derived from the rules when this distribution was built."""\n\n{told}'


@cached
def _instance(module: str) -> Rule:
    """The one rule that a module of ``rules`` defines."""
    from importlib import import_module

    from picketlint.rule import Rule

    members = vars(import_module(module)).values()
    classes = [
        member
        for member in members
        if isinstance(member, type) and issubclass(member, Rule) and member.__module__ == module
    ]
    if len(classes) != 1:
        raise RegistryError(f"{os.path.join(RULES_FOLDER, module)}: define exactly one Rule, not {len(classes)}")
    rule: Rule = classes[0]()
    return rule
