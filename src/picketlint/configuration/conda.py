"""What the environment files of conda say about torch, which is called pytorch there.

No YAML is parsed: such a file lists packages, one per line, and a list that looks otherwise is not understood.

Sources: https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html,
https://docs.conda.io/projects/conda-build/en/stable/resources/package-spec.html#package-match-specifications
"""

from __future__ import annotations

import os

from picketlint.base.files import below
from picketlint.base.lazy import regex
from picketlint.configuration.requirements import Bound, Release, RequirementFiles, bounds

# conda-forge has the variants as packages of their own, with the releases of pytorch.
_NAMES = frozenset({"pytorch", "pytorch-cpu", "pytorch-gpu"})
_KEY = regex(r"[\"']?([\w-]+)[\"']?\s*:(.*)")
_ITEM = regex(r"\s*-\s+(\S.*)")
_COMMENT = regex(r"(?:^|\s)#.*")
_INCLUDE = regex(r"(?:-r\s*|--requirement[\s=]\s*)(\S+)")
_URL = regex(r"[\w+]+://")
_PACKAGE = regex(r"(?:[^\s:=<>!~\[\]{}\"']+::)?([A-Za-z0-9][\w.-]*)\s*(?=[=<>!~\[;@\s]|$)(.*)")
# One release, with or without the number of a build: `=2.6`, `==2.6.0`, ` 2.6.*`, `=2.6.0=py3.12_cuda12.4_0`.
_RELEASE = regex(r"(?:==?\s*)?([0-9][^\s=<>!~|,]*)(?:\s*=\s*[^\s=<>!~|,]+|\s+[^\s=<>!~|,]+)?")
_CLAUSE = regex(r"\s*(>=|>|==|=|~=|<=|<|!=)?\s*([0-9][\w.]*\*?)\s*")
_NO_LOWER = frozenset({"<=", "<", "!="})


def environment_bounds(text: str, folder: str, files: RequirementFiles) -> list[Bound]:
    """What an environment file in ``folder`` says about torch: any release, where it may say more than is understood.

    ``files`` has the requirement files that it may name.
    """
    found: list[Bound] = []
    key, understood = "", True
    for line in (_COMMENT.sub("", line).rstrip() for line in text.splitlines()):
        begun = _KEY.fullmatch(line)
        if begun is not None:
            key, given = begun.groups()
            understood = understood and not (key == "dependencies" and given.strip())
        elif key == "dependencies" and line:
            item = _ITEM.fullmatch(line)
            said = None if item is None else _package(item.group(1), folder, files)
            understood = understood and said is not None
            found += said or ()
    return found if understood or "torch" not in text.lower() else [Bound(None)]


def _package(item: str, folder: str, files: RequirementFiles) -> list[Bound] | None:
    """What one item of the list says about torch; None if it is not understood."""
    if item[0] == item[-1] and item[0] in "\"'":
        item = item[1:-1].strip()
    if item.startswith("-"):
        named = _INCLUDE.fullmatch(item)
        path = "" if named is None else os.path.normpath(os.path.join(folder, named.group(1)))
        return files.bounds(path) if below(folder, path) else []
    package = _PACKAGE.fullmatch(item)
    if package is None:
        begun = _KEY.fullmatch(item)
        heads_a_list = begun is not None and begun.group(1) == "pip" and not begun.group(2).strip()
        # What a list of packages for pip holds, requirement files do too.
        return [] if heads_a_list else bounds([item]) if _URL.match(item) else None
    name, constraint = package.groups()
    if name.lower() == "torch":
        return bounds([item]) or [Bound(None)]
    return [Bound(_floor(constraint.strip()))] if name.lower() in _NAMES else []


def _floor(constraint: str) -> Release | None:
    """The lowest release that a constraint of conda admits; None if any, or not understood."""
    one = _RELEASE.fullmatch(constraint)
    alternatives = [one.group(1)] if one is not None else constraint.split("|")
    floors = [_highest(alternative) for alternative in alternatives]
    known = [floor for floor in floors if floor is not None]
    return min(known) if len(known) == len(floors) else None


def _highest(clauses: str) -> Release | None:
    """The highest lower bound of clauses that all hold."""
    from packaging.version import InvalidVersion, Version

    floors: list[Release] = []
    for text in clauses.split(","):
        clause = _CLAUSE.fullmatch(text)
        if clause is None:
            return None
        operator, release = clause.groups()
        try:
            floors += [] if operator in _NO_LOWER else [Version(release.rstrip("*").rstrip(".")).release]
        except InvalidVersion:
            return None
    return max(floors, default=None)
