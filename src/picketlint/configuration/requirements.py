"""What requirement specifiers and requirement files say about torch.

Sources: PEP 440 (versions), PEP 508 (requirements), pip's requirements file format, poetry's dependency specification.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from picketlint.base.files import below, read
from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

Release = tuple[int, ...]

_TORCH = regex(r"torch(?![\w.-])|(?:.*[/\\])?torch-\d", re.IGNORECASE)
_COMMENT = regex(r"(?:^|\s)#.*")
_INCLUDE = regex(r"(?:-[rc]\s*|--(?:requirement|constraint)(?:\s+|\s*=\s*))(\S.*)")
_OPTION = regex(r"\s--?[a-zA-Z].*")
_MOST_FILES = 100


class Bound(NamedTuple):
    """One requirement on torch: the lowest release it admits, None if any or not understood.

    ``conditional`` is set if an environment marker limits where it holds.
    """

    floor: Release | None
    conditional: bool = False


def bounds(requirements: Iterable[str]) -> list[Bound]:
    """What PEP 508 requirements say about torch; those on anything else are passed over."""
    found = []
    for text in map(str.strip, requirements):
        if _TORCH.match(text):
            found.append(_bound(text))
    return found


def poetry_bounds(constraint: object) -> list[Bound]:
    """What the value of ``torch`` in a table of poetry's says: a constraint, a table with one, or a list of tables."""
    if isinstance(constraint, list):
        return [bound._replace(conditional=True) for one in constraint for bound in poetry_bounds(one)]
    if isinstance(constraint, dict):
        conditional = any(key in constraint for key in ("markers", "python", "platform"))
        return [bound._replace(conditional=conditional) for bound in poetry_bounds(constraint.get("version"))]
    if not isinstance(constraint, str):
        return [Bound(None)]
    floors = [_poetry_floor(part) for part in constraint.split("||")]
    return [Bound(floors[0])] if len(floors) == 1 else [Bound(floor, conditional=True) for floor in floors]


class RequirementFiles:
    """The requirement files below one directory, each read at most once."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._parsed: dict[str, tuple[list[Bound], list[str]]] = {}

    def bounds(self, path: str) -> list[Bound]:
        """What a file and all it includes say about torch, because all of that is installed together.

        Files outside the root are not followed, nor more than a hundred. A file that is not there says nothing.
        """
        found: list[Bound] = []
        pending, seen = [path], {path}
        while pending:
            own, included = self._parse(pending.pop())
            found += own
            for one in included:
                if one not in seen and len(seen) < _MOST_FILES:
                    seen.add(one)
                    pending.append(one)
        return found

    def _parse(self, path: str) -> tuple[list[Bound], list[str]]:
        """The bounds right in a file, and the files below the root that it includes."""
        parsed = self._parsed.get(path)
        if parsed is None:
            included, requirements = [], []
            for line in _lines(path):
                include = _INCLUDE.fullmatch(line)
                if include:
                    target = os.path.normpath(os.path.join(os.path.dirname(path), include.group(1).strip("\"'")))
                    if below(self._root, target):
                        included.append(target)
                elif not line.startswith("-"):
                    requirements.append(_OPTION.sub("", line))
            parsed = self._parsed[path] = (bounds(requirements), included)
        return parsed


def _lines(path: str) -> Iterator[str]:
    """The logical lines of a requirement file: joined at backslashes, without comments and blank lines."""
    try:
        text = read(path).decode("utf-8-sig", "replace")
    except OSError:
        return
    for line in text.replace("\r\n", "\n").replace("\\\n", "").split("\n"):
        stripped = _COMMENT.sub("", line).strip()
        if stripped:
            yield stripped


def _bound(text: str) -> Bound:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return Bound(None)
    return Bound(_floor(requirement.specifier), requirement.marker is not None)


def _floor(specifiers: SpecifierSet) -> Release | None:
    """The lowest release that specifiers admit: a pre-release counts as its release, ``>2.5`` as 2.5 (2.5.1 fits)."""
    from packaging.version import InvalidVersion, Version

    floors = []
    for one in specifiers:
        if one.operator in {">=", ">", "~=", "==", "==="}:
            try:
                floors.append(Version(one.version.removesuffix(".*")).release)
            except InvalidVersion:
                continue
    return max(floors, default=None)


def _poetry_floor(constraint: str) -> Release | None:
    """The lowest release of one poetry constraint; ``^2.6`` and ``~2.6`` start where ``>=2.6`` does."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    clauses = []
    for part in map(str.strip, constraint.split(",")):
        if part[:1] in {"^", "~"} and part[:2] != "~=":
            clauses.append(">=" + part[1:].strip())
        elif part[:1].isdigit():
            clauses.append("==" + part)
        elif part != "*":
            clauses.append(part)
    try:
        return _floor(SpecifierSet(",".join(clauses)))
    except InvalidSpecifier:
        return None
