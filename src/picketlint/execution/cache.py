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
from collections.abc import Callable, Iterable
from hashlib import blake2b

import picketlint
from picketlint.engine import Checks
from picketlint.execution import wire
from picketlint.execution.batches import Job
from picketlint.execution.storage import Storage, StorageError, default_directory
from picketlint.execution.work import Checked, digest_of
from picketlint.files import below, read
from picketlint.model import Report
from picketlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FORMAT = 1
# Nanoseconds. File systems tick every few milliseconds; those without fractions of a second, every second or two.
_TICK, _COARSE_TICK, _SECOND = 100_000_000, 2_000_000_000, 1_000_000_000
# What of the checks is compared file by file; all else is in the name of the file with the results.
_BY_FILE = frozenset({"torch_floor", "approved"})


class _Place(NamedTuple):
    """Where the result for one job belongs: in which table, under which key; ``stamp`` is that of the file."""

    table: _Table
    key: str
    stamp: str | None


def opened(
    directory: str | None, jobs: Iterable[Job], began: int, note: Callable[[str], None], *, by_content: bool
) -> Cache | None:
    """The cache in a directory (None: in the user's own) for these jobs; None, and a note, if it is of no use."""
    jobs = list(jobs)
    try:
        directory = os.path.abspath(default_directory(os.environ) if directory is None else directory)
        storage = Storage(directory, {job.root for job in jobs}, forgeable=by_content)
        return Cache(storage, jobs, began, by_content=by_content, note=note)
    except StorageError as error:
        note(str(error))
        return None


class Cache:
    """The results for jobs of a run that began at ``began`` (nanoseconds since 1970), before it looked at any file.

    ``by_content`` says how a file that has not changed is known. ``note`` is told in a line what is wrong with the
    cache; nothing of it is ever an error. Raises StorageError where it is of no use at all.
    """

    def __init__(
        self, storage: Storage, jobs: Iterable[Job], began: int, *, by_content: bool, note: Callable[[str], None]
    ) -> None:
        self.by_content = by_content
        self._storage = storage
        self._began = began
        self._note = note
        self._places: dict[int, _Place] = {}
        self._tables: list[_Table] = []
        rules = _fingerprint_of_rules()
        grouped: dict[tuple[object, ...], list[Job]] = {}
        for job in jobs:
            grouped.setdefault((os.path.splitdrive(job.root)[0], *_common(job.checks)), []).append(job)
        for (_, *checks), group in grouped.items():
            # Without a project, every directory is a root of its own.
            top = os.path.commonpath({job.root for job in group})
            table = self._loaded(rules, top, checks)
            for job in group:
                self._places[job.number] = _Place(table, below(top, job.path) or job.path, self._stamp(job))

    def find(self, job: Job) -> Report | None:
        """The report on a file, if it is known."""
        table, key, stamp = self._places[job.number]
        row = table.rows.get(key)
        if row is None or stamp is None:
            return None
        if isinstance(row, str):
            return Report(job.display) if row == stamp else None
        kept, floor, packed = row
        if kept != stamp or (floor is not None and _plain_floor((job.checks.torch_floor(),)) != floor):
            return None
        return wire.unpack(packed, job.display)

    def keep(self, job: Job, checked: Checked | None) -> None:
        """Take in what became of a job that was not known; None if there is nothing to tell."""
        table, key, stamp = self._places[job.number]
        report = checked and checked.report
        if self.by_content:
            # Of what the worker read, whatever it was when it was looked up.
            stamp = checked and checked.digest and _with_approved(checked.digest, job.checks)
        elif job.state is None or not _settled(job.state, self._began):
            stamp = None
        if stamp is None or (report and report.problems):
            table.changed |= table.rows.pop(key, None) is not None
            return
        floor = _plain_floor(checked.floor) if checked else None
        table.rows[key] = stamp if not report and floor is None else [stamp, floor, wire.pack(report) if report else []]
        table.changed = True

    def save(self) -> None:
        """Write what is new."""
        changed = [table for table in self._tables if table.changed]
        try:
            for table in changed:
                table.save(self._storage)
        except StorageError as error:
            self._note(str(error))
        if changed:
            self._storage.prune()

    def _loaded(self, rules: str, top: str, checks: list[object]) -> _Table:
        """What is known of the files below a directory that are checked for the same."""
        python = (sys.implementation.name, sys.hexversion)
        key = (_FORMAT, self.by_content, python, top, [_stable(value) for value in checks])
        table = _Table(f"{rules}-{_digest(repr(key))}", top)
        self._tables.append(table)
        try:
            table.load(self._storage)
        except StorageError as error:
            self._note(str(error))
        return table

    def _stamp(self, job: Job) -> str | None:
        """What changes with a file and with what is approved in it; None if it cannot be told."""
        if self.by_content:
            try:
                return _with_approved(digest_of(read(job.path)), job.checks)
            except OSError:
                return None
        state = job.state
        if state is None:
            return None
        return _with_approved(
            f"{state.st_size:x}-{state.st_mtime_ns:x}-{state.st_ctime_ns:x}-{state.st_ino:x}", job.checks
        )


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
        self._loaded = b""

    def load(self, storage: Storage) -> None:
        """Take in what earlier runs have left. Raises StorageError."""
        data = storage.read(self._name)
        if data is not None:
            self._loaded, self.rows = _decoded(data)

    def save(self, storage: Storage) -> None:
        """Write the rows, and those that another run has written meanwhile. Raises StorageError."""
        try:
            data = storage.read(self._name)
            if data is not None and not data.startswith(self._loaded or b"\n"):
                self.rows = {**_decoded(data)[1], **self.rows}
        except StorageError:
            # Of no use to anybody: it is written anew.
            self._loaded = b""
        rows = {path: row for path, row in self.rows.items() if os.path.lexists(os.path.join(self._top, path))}
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


def _common(checks: Checks) -> tuple[object, ...]:
    """What of the checks is the same for most files."""
    return tuple(value for name, value in zip(checks._fields, checks, strict=True) if name not in _BY_FILE)


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
