"""The lowest torch release a project supports, read from what its own packaging metadata declare.

What counts, in one directory:

- *Mandatory* dependencies without an environment marker: ``[project] dependencies``, poetry's, ``install_requires`` of
  setup.cfg and setup.py (literals only: it is never run), and the requirement files that these name. A lower bound
  there holds for every installation. Of several in one place all hold, so the highest counts; where two places
  disagree, the lowest does.
- *Alternatives*, which count only where no mandatory bound exists: extras, dependency groups, requirement files,
  conda's environment files, and mandatory dependencies with a marker. Any of them may be the one that is installed, so
  the lowest counts, and one without a lower bound, or one that is not understood, makes the answer unknown.

A broken file that mentions torch is a declaration that is not understood. Of the directories from a file's own up to
the root of its project, the nearest that declares anything about torch is the one that counts.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from picketlint.base.files import below, read
from picketlint.base.records import NamedTuple
from picketlint.configuration.requirements import Bound, Release, RequirementFiles, bounds, poetry_bounds
from picketlint.source import UnreadableSourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Declaration(NamedTuple):
    """What the metadata of one directory say about torch: the lowest release supported, None if that is unknown."""

    floor: Release | None


def torch_floor(directory: str, root: str, memo: dict[str, Declaration | None]) -> Release | None:
    """The lowest torch release that code in ``directory`` has to work with; None if unknown or not declared.

    ``root`` is the directory, at or above it, to stop at. ``memo`` keeps what was read, by directory, so that nothing
    is read again.
    """
    while below(root, directory) is not None:
        if directory not in memo:
            memo[directory] = declared(directory)
        declaration = memo[directory]
        if declaration is not None:
            return declaration.floor
        parent = os.path.dirname(directory)
        if parent == directory:
            break
        directory = parent
    return None


def declared(directory: str) -> Declaration | None:
    """What the metadata in ``directory`` say about torch, as the module's docstring has it; None if nothing.

    Never raises for files that are missing or broken.
    """
    found = _Declarations(RequirementFiles(directory), directory)
    for name, reader in _READERS.items():
        text = _text(os.path.join(directory, name))
        if text:
            reader(text, found)
    for folder, prefix in ((directory, "requirements"), (os.path.join(directory, "requirements"), "")):
        for path in _files(folder, prefix, ".txt"):
            found.add_alternative(found.files.bounds(path))
    for path in _files(directory, "environment", ".yml", ".yaml"):
        # A file of conda's is imported for where there is one.
        from picketlint.configuration.conda import environment_bounds

        found.add_alternative(environment_bounds(_text(path), directory, found.files))
    return found.verdict()


class _Declarations:
    """Collects the bounds of one directory and weighs them."""

    def __init__(self, files: RequirementFiles, directory: str) -> None:
        self.files = files
        self._directory = directory
        self._mandatory: list[Release] = []
        self._alternatives: list[Release | None] = []

    def add_mandatory(self, place: list[Bound]) -> None:
        """The bounds of one place whose requirements every installation brings."""
        firm = _firm(place)
        if firm is not None:
            self._mandatory.append(firm)
        else:
            self._alternatives += [bound.floor for bound in place]

    def add_alternative(self, place: list[Bound]) -> None:
        """The bounds of one place whose requirements only some installations bring."""
        firm = _firm(place)
        self._alternatives += [bound.floor for bound in place] if firm is None else [firm]

    def add_broken(self, text: str) -> None:
        """A file that does not parse."""
        if "torch" in text.lower():
            self._alternatives.append(None)

    def named_files(self, names: object) -> list[Bound]:
        """The bounds of requirement files that metadata name: one name or a list, relative to the directory."""
        listed = [names] if isinstance(names, str) else names if isinstance(names, list) else []
        paths = [os.path.normpath(os.path.join(self._directory, name)) for name in listed if isinstance(name, str)]
        return [bound for path in paths if below(self._directory, path) for bound in self.files.bounds(path)]

    def verdict(self) -> Declaration | None:
        """What it all comes to."""
        if self._mandatory:
            return Declaration(min(self._mandatory))
        if not self._alternatives:
            return None
        known = [floor for floor in self._alternatives if floor is not None]
        return Declaration(min(known) if len(known) == len(self._alternatives) else None)


def _firm(place: Iterable[Bound]) -> Release | None:
    """The highest of the lower bounds in one place that hold in every environment."""
    return max((bound.floor for bound in place if bound.floor is not None and not bound.conditional), default=None)


def _read_pyproject(text: str, found: _Declarations) -> None:
    import tomli

    try:
        document = tomli.loads(text)
    except (tomli.TOMLDecodeError, RecursionError):
        found.add_broken(text)
        return
    project = _table(document, "project")
    found.add_mandatory(bounds(_strings(project.get("dependencies"))))
    for group in (*_table(project, "optional-dependencies").values(), *_table(document, "dependency-groups").values()):
        found.add_alternative(bounds(_strings(group)))
    dynamic = _table(document, "tool", "setuptools", "dynamic")
    found.add_mandatory(found.named_files(_table(dynamic, "dependencies").get("file")))
    extras = _table(dynamic, "optional-dependencies")
    for extra in extras:
        found.add_alternative(found.named_files(_table(extras, extra).get("file")))
    _read_poetry(_table(document, "tool", "poetry"), found)


def _read_poetry(poetry: Mapping[str, Any], found: _Declarations) -> None:
    constraint = _table(poetry, "dependencies").get("torch")
    if isinstance(constraint, dict) and constraint.get("optional"):
        found.add_alternative(poetry_bounds(constraint))
    elif constraint is not None:
        found.add_mandatory(poetry_bounds(constraint))
    groups = _table(poetry, "group")
    for table in (_table(poetry, "dev-dependencies"), *(_table(groups, name, "dependencies") for name in groups)):
        if "torch" in table:
            found.add_alternative(poetry_bounds(table["torch"]))


def _read_setup_cfg(text: str, found: _Declarations) -> None:
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        found.add_broken(text)
        return
    found.add_mandatory(_cfg_bounds(parser.get("options", "install_requires", fallback=""), found))
    if parser.has_section("options.extras_require"):
        for _, value in parser.items("options.extras_require"):
            found.add_alternative(_cfg_bounds(value, found))


def _cfg_bounds(value: str, found: _Declarations) -> list[Bound]:
    """The bounds in a value of setup.cfg: a requirement per line, several apart by ``;``, or ``file:`` and names."""
    if value.strip().startswith("file:"):
        names = value.strip().removeprefix("file:").replace("\n", ",").split(",")
        return found.named_files([name.strip() for name in names if name.strip()])
    return bounds(value.split("\n") if "\n" in value else value.split(";"))


def _read_setup(text: str, found: _Declarations) -> None:
    # Syntax trees take a while to import, and few directories have such a file.
    from picketlint.configuration import setup_script

    try:
        places = setup_script.places(text)
    except UnreadableSourceError:
        found.add_broken(text)
        return
    for place in places:
        about_torch = bounds(line for one in place.texts for line in one.split("\n"))
        known = about_torch if place.plain else [Bound(None) for _ in about_torch]
        (found.add_mandatory if place.always else found.add_alternative)(known)


_READERS: Mapping[str, Callable[[str, _Declarations], None]] = {
    "pyproject.toml": _read_pyproject,
    "setup.cfg": _read_setup_cfg,
    "setup.py": _read_setup,
}


def _table(value: object, *keys: str) -> Mapping[str, Any]:
    """The table at a path of keys; an empty one where anything on the way is missing or of another type."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _text(path: str) -> str:
    try:
        return read(path).decode("utf-8-sig", "replace")
    except OSError:
        return ""


def _files(folder: str, prefix: str, *suffixes: str) -> list[str]:
    """The files right in a folder whose names begin with ``prefix`` and end with one of ``suffixes``, sorted."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [os.path.join(folder, name) for name in sorted(names) if name.startswith(prefix) and name.endswith(suffixes)]
