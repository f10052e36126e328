"""Where results are kept between runs, and which of what lies there may be believed.

A cache that a scanned repository brings along could declare every file clean. So by default results lie in the user's
own cache directory; wherever they lie, they are read only if the user alone can have written them; and a directory
inside of a checked project is not used if git says that something in it is part of the repository.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Mapping

from picketlint.base.lazy import regex

TAG = "CACHEDIR.TAG"
_TAG = b"""Signature: 8a477f597d28d172789f06886806bc55
# This file says that picketlint's results are kept here: backups may leave the directory out (https://bford.info/cachedir/).
"""
_IGNORED = b"# Results that picketlint keeps between runs.\n*\n"
_SUFFIX = ".results"
_OWN = regex(r"[0-9a-f-]+\.results(?P<scratch>\.[0-9]+-[0-9]+)?")
# In seconds.
_DAY = 24 * 3600.0
_UNUSED = 30 * _DAY
_HALF_WRITTEN = _DAY
_OTHERS_MAY_WRITE = 0o022


class StorageError(Exception):
    """The cache is of no use; ``str()`` is one line that says why and what to do about it."""


def default_directory(environment: Mapping[str, str]) -> str:
    """The directory for results, from the environment and the platform's conventions. Raises StorageError."""
    chosen = environment.get("PICKETLINT_CACHE_DIR", "")
    if chosen:
        return os.path.abspath(chosen)
    if sys.platform == "win32":
        base = environment.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = environment.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(base):
            # So the specification has it.
            base = os.path.expanduser("~/.cache")
    if not os.path.isabs(base):
        raise StorageError("there is no home directory to keep results in: see --cache-dir and --no-cache")
    return os.path.join(base, "picketlint")


def exists(directory: str | None) -> bool:
    """Whether there is a directory for results, which a run may have left some in; None stands for the user's own."""
    try:
        return os.path.isdir(default_directory(os.environ) if directory is None else directory)
    except StorageError:
        return False


class Storage:
    """The files with results in one directory, which is made when it is missing. Raises StorageError.

    ``roots`` are the directories of the projects that are checked. ``forgeable``: what is kept can be made up by
    somebody who knows no more than the content of the files.
    """

    def __init__(self, directory: str, roots: Iterable[str], *, forgeable: bool) -> None:
        self.directory = directory
        why = _may_have_come_with(directory, roots, distrust_outside_git=forgeable)
        if why:
            raise StorageError(
                f"the cache {directory} is in the project that is checked, and may have come with it ({why}): "
                "it is not used"
            )
        try:
            os.makedirs(directory, mode=0o700, exist_ok=True)
            state = os.stat(directory)
        except OSError as error:
            raise StorageError(
                f"the cache {directory} cannot be made ({error.strerror}): use another, or --no-cache"
            ) from error
        if not _is_own(state):
            raise StorageError(
                f"the cache {directory} can be written by others: make it yours alone (chmod 700), or use another"
            )

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if there is none. Raises StorageError if it cannot be read or believed."""
        path = self._path(name)
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"the cache's {path} cannot be read ({error.strerror}): remove it") from error
        with open(descriptor, "rb") as file:
            state = os.fstat(descriptor)
            if not stat.S_ISREG(state.st_mode) or not _is_own(state):
                raise StorageError(f"the cache's {path} is not a file that you alone can write: remove it")
            if time.time() - state.st_mtime > _DAY:
                # So that it shows that it is in use.
                os.utime(path)
            return file.read()

    def write(self, name: str, data: bytes) -> None:
        """Put a file in place, whole or not at all, whatever happens meanwhile. Raises StorageError."""
        path = self._path(name)
        scratch = f"{path}.{os.getpid()}-{time.monotonic_ns()}"
        try:
            self._label()
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            with open(os.open(scratch, flags, 0o600), "wb") as file:
                file.write(data)
            os.replace(scratch, path)
        except OSError as error:
            raise StorageError(
                f"the cache's {path} cannot be written ({error.strerror}): use another, or --no-cache"
            ) from error

    def prune(self) -> None:
        """Remove what no run has used for a month, and what one that was killed left half written."""
        now = time.time()
        for path, changed in own_files(self.directory):
            if now - changed > (_UNUSED if path.endswith(_SUFFIX) else _HALF_WRITTEN):
                remove(path)

    def _path(self, name: str) -> str:
        return os.path.join(self.directory, name + _SUFFIX)

    def _label(self) -> None:
        """Say to backups and to git what this is, unless other things lie here: both would leave those out, too.

        So would picketlint itself, of a project that somebody keeps its cache at the top of.
        """
        labels = {TAG: _TAG, ".gitignore": _IGNORED}
        if any(name not in labels and not _OWN.fullmatch(name) for name in os.listdir(self.directory)):
            return
        for name, content in labels.items():
            try:
                with open(os.path.join(self.directory, name), "xb") as file:
                    file.write(content)
            except FileExistsError:
                continue


def own_files(directory: str) -> list[tuple[str, float]]:
    """Path and time of change of the files that picketlint has put into a directory, going by their names."""
    try:
        with os.scandir(directory) as listing:
            return [
                (entry.path, entry.stat(follow_symlinks=False).st_mtime)
                for entry in listing
                if _OWN.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
            ]
    except OSError:
        # Not there, or on its way out: another run prunes, too.
        return []


def remove(path: str) -> bool:
    """Remove a file; whether it was there and could be."""
    try:
        os.unlink(path)
    except OSError:
        return False
    return True


def _is_own(state: os.stat_result) -> bool:
    """Whether nobody but this user (and root) can have written a file, or files into a directory.

    Windows keeps others out of a user's directories by other means than these.
    """
    return not hasattr(os, "geteuid") or (state.st_uid == os.geteuid() and not state.st_mode & _OTHERS_MAY_WRITE)


def _may_have_come_with(directory: str, roots: Iterable[str], *, distrust_outside_git: bool) -> str:
    """Why a directory may have come with the code below the roots; empty if it has not.

    Where git cannot tell, nothing speaks against it, unless ``distrust_outside_git``.
    """
    if not os.path.isdir(directory):
        return ""
    real = os.path.realpath(directory)
    around = {_identity(path) for path in (*_upwards(real), *_upwards(directory))}
    if around.isdisjoint(map(_identity, roots)):
        return ""
    from picketlint.discovery import git

    why = ""
    # A symbolic link can be what is tracked, and so can what it leads to; one may be outside of any repository.
    # The top of a repository is known to that repository alone.
    for asked in dict.fromkeys((_split(directory), _split(real), (real, (".",)))):
        try:
            if git.tracked(*asked):
                return "part of its repository"
        except git.GitError as error:
            why = str(error)
    return why if distrust_outside_git else ""


def _upwards(path: str) -> Iterator[str]:
    """A path and all directories above it."""
    yield path
    while (parent := os.path.dirname(path)) != path:
        path = parent
        yield path


def _identity(path: str) -> tuple[int, int]:
    """What is the same for every path to one directory."""
    try:
        state = os.stat(path)
    except OSError:
        return (-1, hash(path))
    return (state.st_dev, state.st_ino)


def _split(path: str) -> tuple[str, tuple[str]]:
    """A directory, and what is called how in it."""
    directory, name = os.path.split(path)
    return directory, (name,)
