"""Which paths git leaves out of a repository: ``.gitignore`` at every level, and ``.git/info/exclude``.

The user's own global excludes are not read: the outcome must not depend on who runs the check.
Source: gitignore(5) and gitrepository-layout(5).
"""

from __future__ import annotations

import os

from picketlint.base.files import below, read
from picketlint.base.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.configuration.patterns import EntryPatterns


class _Level(NamedTuple):
    """The patterns of one file and the directory they are relative to."""

    directory: str
    patterns: EntryPatterns


class IgnoreRules:
    """The ignore files in force in one directory. Immutable: entering a subdirectory makes a new one."""

    __slots__ = ("_levels",)

    def __init__(self, levels: tuple[_Level, ...] = ()) -> None:
        self._levels = levels

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._levels)

    def entering(self, directory: str) -> IgnoreRules:
        """The rules in force inside ``directory``: these and its own; only its own if it is a repository's top."""
        levels = self._levels
        marker = os.path.join(directory, ".git")
        if os.path.lexists(marker):
            levels = _read_level(directory, os.path.join(_git_directory(marker), "info", "exclude"))
        levels += _read_level(directory, os.path.join(directory, ".gitignore"))
        return IgnoreRules(levels)

    def ignores(self, path: str, *, is_directory: bool = False) -> bool:
        """Whether git ignores the absolute ``path``, given that it does not ignore the directory it is in."""
        for level in reversed(self._levels):
            relative = below(level.directory, path)
            verdict = level.patterns.verdict(f"{relative}/" if is_directory else f"{relative}")
            if verdict is not None:
                return verdict
        return False


def rules_above(directory: str, fallback: str) -> IgnoreRules:
    """The rules that the directories above ``directory`` lay on it, from the top of its git repository.

    Outside a repository the directory ``fallback`` takes the place of the top, if it is above. Where they ignore
    ``directory`` itself, or one it is in, they lay nothing on it: whoever asks for it wants it.
    """
    chain: list[str] = []
    above = directory
    while not os.path.lexists(os.path.join(above, ".git")):
        parent = os.path.dirname(above)
        if parent == above:
            chain = [one for one in chain if below(fallback, one) is not None]
            break
        chain.append(parent)
        above = parent
    rules = IgnoreRules()
    for one in reversed(chain):
        rules = _unless_ignored(one, rules).entering(one)
    return _unless_ignored(directory, rules)


def _unless_ignored(directory: str, rules: IgnoreRules) -> IgnoreRules:
    return IgnoreRules() if rules.ignores(directory, is_directory=True) else rules


def _read_level(directory: str, path: str) -> tuple[_Level, ...]:
    """The level an ignore file makes; none where it is missing, unreadable (git goes on as well) or empty."""
    try:
        text = read(path).decode("utf-8-sig", "surrogateescape")
    except OSError:
        return ()
    lines = [line.rstrip("\r") for line in text.split("\n")]
    meaningful = [line for line in lines if line.strip() and not line.startswith("#")]
    if not meaningful:
        return ()
    from picketlint.configuration.patterns import EntryPatterns

    return (_Level(directory, EntryPatterns(meaningful)),)


def _git_directory(marker: str) -> str:
    """The directory that holds ``info/``: ``.git`` itself or, in a worktree or submodule, where that file points."""
    try:
        pointer = read(marker).decode("utf-8", "surrogateescape")
    except OSError:
        return marker
    target = os.path.join(os.path.dirname(marker), pointer.removeprefix("gitdir:").strip())
    try:
        common = read(os.path.join(target, "commondir")).decode("utf-8", "surrogateescape").strip()
    except OSError:
        return target
    return os.path.join(target, common)
