"""Results of earlier runs: what was found in a file that has not changed since, for the same checks, by the same rules.

A file is the same if its size, its inode and its times of change are (or, by content, its bytes). That of the inode
counts because no program can set it: neither unpacking an archive nor `touch` makes changed content look old. What
changed about when it was looked at is not kept, as in git's index.

Nothing of a file is kept but its findings. The format is JSON behind a digest: reading it runs no code, and what is
damaged is not used.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Collection, Iterable
from operator import itemgetter

import picketlint
from picketlint.base.digests import blake2b
from picketlint.base.files import below, read
from picketlint.discovery.targets import Target
from picketlint.engine import Checks
from picketlint.execution import wire
from picketlint.execution.storage import Storage, StorageError, default_directory
from picketlint.execution.work import Checked, digest_of
from picketlint.model import Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    _Kind: TypeAlias = tuple[str, tuple[object, ...]]

_FORMAT = 2
# Nanoseconds. File systems tick every few milliseconds; those without fractions of a second, every second or two.
_TICK, _COARSE_TICK, _SECOND = 100_000_000, 2_000_000_000, 1_000_000_000
# What of the checks is compared file by file; all else is in the name of the file with the results.
_BY_FILE = frozenset({"torch_floor", "approved"})
_common = itemgetter(*(number for number, name in enumerate(Checks._fields) if name not in _BY_FILE))


def opened(
    directory: str | None, targets: Iterable[Target], began: int, note: Callable[[str], None], *, by_content: bool
) -> Cache | None:
    """The cache in a directory (None: in the user's own) for these targets; None, and a note, if it is of no use.

    The targets are files that are checked for something.
    """
    # Neighbours share what they are checked for.
    kinds = list(dict.fromkeys(_kind(target) for target in {id(one.checks): one for one in targets}.values()))
    try:
        directory = os.path.abspath(default_directory(os.environ) if directory is None else directory)
        storage = Storage(directory, {root for root, _ in kinds}, forgeable=by_content)
        return Cache(storage, kinds, began, by_content=by_content, note=note)
    except StorageError as error:
        note(str(error))
        return None


class Cache:
    """The results of a run that began at ``began`` (nanoseconds since 1970), before it looked at any file.

    ``kinds`` are those of the files of the run. ``by_content`` says how a file that has not changed is known. ``note``
    is told in a line what is wrong with the cache; nothing of it is ever an error. Raises StorageError where it is of
    no use at all.
    """

    def __init__(
        self, storage: Storage, kinds: Iterable[_Kind], began: int, *, by_content: bool, note: Callable[[str], None]
    ) -> None:
        self.by_content = by_content
        self._storage = storage
        self._began = began
        self._note = note
        self._tables: dict[_Kind, _Table] = {}
        self._last: tuple[Checks | None, _Table | None] = (None, None)
        rules = _fingerprint_of_rules()
        grouped: dict[_Kind, list[str]] = {}
        for root, checks in kinds:
            grouped.setdefault((os.path.splitdrive(root)[0], checks), []).append(root)
        for (_, checks), roots in grouped.items():
            # Without a project, every directory is a root of its own.
            table = self._loaded(rules, os.path.commonpath(roots), checks)
            self._tables.update(((root, checks), table) for root in roots)

    def find(self, target: Target) -> Report | None:
        """The report on a file, if it is known."""
        table = self._table_for(target)
        row = table.rows.get(table.key(target.path))
        stamp = None if row is None else self._stamp(target)
        if row is None or stamp is None:
            return None
        if isinstance(row, str):
            return Report(target.display) if row == stamp else None
        kept, floor, packed = row
        if kept != stamp or (floor is not None and _plain_floor((_checks_of(target).torch_floor(),)) != floor):
            return None
        return wire.unpack(packed, target.display)

    def keep(self, target: Target, checked: Checked | None) -> None:
        """Take in what became of a file that was not known; None if there is nothing to tell."""
        table = self._table_for(target)
        key = table.key(target.path)
        report = checked and checked.report
        stamp = None
        if self.by_content:
            # Of what the worker read, whatever it was when it was looked up.
            stamp = checked and checked.digest and _with_approved(checked.digest, _checks_of(target))
        elif target.state is not None and _settled(target.state, self._began):
            stamp = self._stamp(target)
        if stamp is None or (report and report.problems):
            table.changed |= table.rows.pop(key, None) is not None
            return
        floor = _plain_floor(checked.floor) if checked else None
        table.rows[key] = stamp if not report and floor is None else [stamp, floor, wire.pack(report) if report else []]
        table.changed = True

    def save(self, present: Iterable[Target]) -> None:
        """Write what is new, and nothing of files that are gone; those that are ``present`` need not be looked for."""
        changed: dict[int, tuple[_Table, set[str]]] = {}
        if any(table.changed for table in self._tables.values()):
            for target in present:
                table = self._table_for(target)
                if table.changed:
                    changed.setdefault(id(table), (table, set()))[1].add(table.key(target.path))
        try:
            for table, keys in changed.values():
                table.save(self._storage, keys)
        except StorageError as error:
            self._note(str(error))
        if changed:
            self._storage.prune()

    def _table_for(self, target: Target) -> _Table:
        """Where the result for a file belongs."""
        checks, table = self._last
        if target.checks is not checks or table is None:
            # Neighbours share theirs.
            table = self._tables[_kind(target)]
            self._last = (target.checks, table)
        return table

    def _loaded(self, rules: str, top: str, checks: tuple[object, ...]) -> _Table:
        """What is known of the files below a directory that are checked for the same."""
        python = (sys.implementation.name, sys.hexversion)
        key = (_FORMAT, self.by_content, python, top, [_stable(value) for value in checks])
        table = _Table(f"{rules}-{_digest(repr(key))}", top)
        try:
            table.load(self._storage)
        except StorageError as error:
            self._note(str(error))
        return table

    def _stamp(self, target: Target) -> str | None:
        """What changes with a file and with what is approved in it; None if it cannot be told."""
        state, checks = target.state, _checks_of(target)
        if self.by_content:
            try:
                stamp = digest_of(read(target.path))
            except OSError:
                return None
        elif state is None:
            return None
        else:
            stamp = f"{state.st_size}-{state.st_mtime_ns}-{state.st_ctime_ns}-{state.st_ino}"
        return stamp if checks.approved is None else _with_approved(stamp, checks)


class _Table:
    """The results for files below a directory, ``top``, by their paths below it.

    A row is the stamp of a file in which nothing was found, or a list: stamp, torch release the rules were told, and
    the report as ``wire`` packs it.
    """

    def __init__(self, name: str, top: str) -> None:
        self.rows: dict[str, Any] = {}
        self.changed = False
        self._name = name
        self._top = top
        self._before = os.path.join(top, "")
        self._loaded = b""

    def key(self, path: str) -> str:
        """What stands for a file in it."""
        return path.removeprefix(self._before)

    def load(self, storage: Storage) -> None:
        """Take in what earlier runs have left. Raises StorageError."""
        data = storage.read(self._name)
        if data is not None:
            self._loaded, self.rows = _decoded(data)

    def save(self, storage: Storage, present: Collection[str]) -> None:
        """Write the rows of files that are there, and those that another run has written meanwhile.

        Files that are ``present`` are known to be there. Raises StorageError.
        """
        try:
            data = storage.read(self._name)
            if data is not None and not data.startswith(self._loaded or b"\n"):
                self.rows = {**_decoded(data)[1], **self.rows}
        except StorageError:
            # Of no use to anybody: it is written anew.
            self._loaded = b""
        rows = {
            path: row
            for path, row in self.rows.items()
            if path in present or os.path.lexists(os.path.join(self._top, path))
        }
        storage.write(self._name, _encoded(rows))


def _encoded(rows: dict[str, Any]) -> bytes:
    body = json.dumps(rows, separators=(",", ":")).encode("ascii")
    return b"%s\n%s" % (_digest(body).encode("ascii"), body)


def _decoded(data: bytes) -> tuple[bytes, dict[str, Any]]:
    """The line with the digest, and the rows behind it. Raises StorageError."""
    digest, _, body = data.partition(b"\n")
    if _digest(body).encode("ascii") != digest:
        raise StorageError("the cache is damaged: what is in it is not used")
    rows: dict[str, Any] = json.loads(body)
    return digest, rows


def _digest(value: str | bytes) -> str:
    data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    return blake2b(data, digest_size=20).hexdigest()


def _kind(target: Target) -> _Kind:
    """What the files of one table have in common: the root of their project, and of the checks what is the same."""
    assert target.settings is not None
    return target.settings.root, _common(_checks_of(target))


def _checks_of(target: Target) -> Checks:
    assert target.checks is not None
    return target.checks


def _with_approved(stamp: str, checks: Checks) -> str:
    return stamp if checks.approved is None else f"{stamp}+{_digest(repr(checks.approved))}"


def _settled(state: os.stat_result, began: int) -> bool:
    """Whether a file that changes after the beginning of the run is sure to have other times than these."""
    newest = max(state.st_mtime_ns, state.st_ctime_ns)
    fine = state.st_mtime_ns % _SECOND or state.st_ctime_ns % _SECOND
    return newest + (_TICK if fine else _COARSE_TICK) < began


def _plain_floor(floor: tuple[Any] | None) -> list[Any] | None:
    """What the rules were told, as JSON has it."""
    return None if floor is None else [None if floor[0] is None else list(floor[0])]


def _stable(value: object) -> str:
    """A text that is the same for equal values in every process, whatever the hash seed."""
    if isinstance(value, frozenset):
        return repr(sorted(map(_stable, value)))
    if isinstance(value, tuple):
        return repr([_stable(item) for item in value])
    return repr(value)


def _fingerprint_of_rules() -> str:
    """A digest of all of picketlint's own code, so that no result outlives a change to it. Raises StorageError."""
    digest = blake2b(digest_size=10)
    package = os.path.dirname(picketlint.__file__)
    for path in _sources(package):
        digest.update((below(package, path) or "").encode("utf-8"))
        try:
            digest.update(blake2b(read(path)).digest())
        except OSError as error:
            raise StorageError(f"picketlint's own code cannot be read ({error.strerror})") from error
    return digest.hexdigest()


def _sources(package: str) -> Iterable[str]:
    """The modules of a package, sorted. Raises StorageError if it has none, as in a zip file."""
    found = sorted(
        os.path.join(directory, name)
        for directory, _, names in os.walk(package)
        for name in names
        if name.endswith(".py")
    )
    if not found:
        raise StorageError("picketlint's own code is not in files, which results would depend on")
    return found
