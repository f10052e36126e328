"""What git knows about files: whether it tracks them, what was in them, who wrote their lines. Only here git is run.

A repository can be hostile: no shell, no pager, no prompt, no hook of a file-system monitor, nothing written, no
textconv or external diff, and an end to waiting. File names are bytes to git and stay so; only NUL ends them.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence

from picketlint.base.records import NamedTuple

_TIMEOUT = 60.0
_BLAME_TIMEOUT = 30.0
_MOST_RANGES = 100
_MOST_LINKS = 5
_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_HEADER = re.compile(rb"([0-9a-f]{40}(?:[0-9a-f]{24})?) \d+ (\d+)(?: \d+)?")
# What hooks and wrappers set for their own git commands; the repository of a file is found from where the file is.
_FOREIGN = frozenset({
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_TRACE",
    "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_ASKPASS", "SSH_ASKPASS",
})  # fmt: skip
_SET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}
_CONFIG = ("core.fsmonitor=false", "core.askPass=", "blame.ignoreRevsFile=")


NO_REPOSITORY = "this is not a git repository"
"""The reason a GitError gives where there is none."""


class GitError(Exception):
    """Git is missing, failed or took too long; ``str()`` is one line that says what to do where there is a way out."""


class Origin(NamedTuple):
    """Who last changed some lines and when. ``time`` is in seconds since 1970, ``offset`` the author's, in minutes."""

    commit: str
    author: str
    time: int
    offset: int


UNCOMMITTED = Origin("", "", 0, 0)
"""The origin of lines that are in no commit."""

TRUNCATED = Origin("?", "", 0, 0)
"""The origin of lines that are older than what a shallow clone holds."""


class Snapshot:
    """The files of one commit. ``top`` is the repository's work tree, links resolved; paths are relative to it."""

    def __init__(self, top: str, commit: str) -> None:
        self.top = top
        self._commit = commit
        self._entries: dict[str, tuple[str, str]] | None = None
        self._renames: Mapping[str, str] | None = None
        self._directories: dict[str, str] = {}

    def path_of(self, path: str) -> str | None:
        """The path git has for an absolute one; None outside the repository."""
        directory, name = os.path.split(path)
        real = self._directories.get(directory)
        if real is None:
            real = self._directories[directory] = os.path.realpath(directory)
        if real == self.top:
            return name
        prefix = self.top.rstrip(os.sep) + os.sep
        return f"{real[len(prefix) :]}{os.sep}{name}".replace(os.sep, "/") if real.startswith(prefix) else None

    def read(self, path: str) -> bytes | None:
        """The content a file had, under this path or the one it was renamed from; None if it was not there."""
        if path not in self._tree():
            path = self._renamed().get(path, path)
        for _ in range(_MOST_LINKS):
            mode, blob = self._tree().get(path, ("", ""))
            if not mode.startswith("1"):
                return None
            data = _git(self.top, "cat-file", "blob", blob)
            if mode != "120000":
                return data
            path = os.path.normpath(os.path.join(os.path.dirname(path), os.fsdecode(data))).replace(os.sep, "/")
        return None

    def _tree(self) -> Mapping[str, tuple[str, str]]:
        """Mode and object of every file, by path."""
        if self._entries is None:
            self._entries = {}
            for row in _git(self.top, "ls-tree", "-r", "-z", "--full-tree", self._commit).split(b"\0"):
                mode, _, rest = row.partition(b" ")
                _, _, rest = rest.partition(b" ")
                blob, _, name = rest.partition(b"\t")
                if name:
                    self._entries[os.fsdecode(name)] = (mode.decode("ascii"), blob.decode("ascii"))
        return self._entries

    def _renamed(self) -> Mapping[str, str]:
        """From the new paths of files to the old ones; git takes a file for renamed once it is told (``git mv``)."""
        if self._renames is None:
            fields = iter(_git(
                self.top, "diff-index", "--cached", "--name-status", "--diff-filter=R", "-M", "-z", self._commit, "--",
            ).split(b"\0"))  # fmt: skip
            # Each is a status, the old path and the new one.
            self._renames = {os.fsdecode(new): os.fsdecode(old) for _, old, new in zip(*[fields] * 3, strict=False)}
        return self._renames


def tracked(directory: str, names: Iterable[str]) -> frozenset[str]:
    """Those of the names of files in a directory that are in the index of its repository. Raises GitError.

    A name may be a path with ``/``, and that of a directory stands for all files below it.
    """
    listed = _git(directory, "ls-files", "-z", "--", *names)
    return frozenset(os.fsdecode(name) for name in listed.split(b"\0") if name)


def ignored_but_tracked(directory: str) -> frozenset[str]:
    """Paths below a directory that are in the index though ignore files name them. Raises GitError."""
    listed = _git(directory, "ls-files", "-z", "--cached", "--ignored", "--exclude-standard")
    return frozenset(os.fsdecode(name) for name in listed.split(b"\0") if name)


def snapshot(directory: str, revision: str) -> Snapshot:
    """The commit that ``revision`` names in the repository around a directory. Raises GitError."""
    top = _git(directory, "rev-parse", "--show-toplevel").removesuffix(b"\n")
    if not revision or revision.startswith("-") or not revision.isprintable():
        raise GitError(f"{revision!r} is not a git revision: give a branch, a tag or a commit")
    try:
        commit = _git(directory, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").strip()
    except GitError as error:
        raise GitError(_unknown(directory, revision)) from error
    if not _ID.fullmatch(commit):
        raise GitError(f'"{revision}" is not one git revision: give a branch, a tag or a commit')
    return Snapshot(os.path.realpath(os.fsdecode(top)), commit.decode("ascii"))


def _unknown(directory: str, revision: str) -> str:
    if _cut_off(directory):
        return f'git does not know the revision "{revision}" in this shallow clone: fetch it, or the whole history'
    return f'git does not know the revision "{revision}": check its spelling, or fetch it'


def blame(path: str, ranges: Iterable[tuple[int, int]]) -> Mapping[int, Origin]:
    """Who last changed the lines of a file within ranges (1-based, both ends in), by line. Raises GitError."""
    directory, name = os.path.split(path)
    wanted = sorted(set(ranges))
    limits = [f"-L{first},{last}" for first, last in wanted] if len(wanted) <= _MOST_RANGES else []
    try:
        told = _git(
            directory, "blame", "--porcelain", "--no-textconv", "--encoding=UTF-8", *limits, "--", name,
            timeout=_BLAME_TIMEOUT,
        )  # fmt: skip
    except GitError as error:
        if "no such path" in str(error) or "no such ref: HEAD" in str(error):
            return {line: UNCOMMITTED for first, last in wanted for line in range(first, last + 1)}
        raise
    return _origins(told, _cut_off(directory))


def _origins(told: bytes, cut_off: frozenset[bytes]) -> dict[int, Origin]:
    """What ``git blame --porcelain`` tells: a header per line, and about each commit when it comes up first."""
    lines: dict[int, bytes] = {}
    about: dict[bytes, dict[bytes, bytes]] = {}
    commit = b""
    for row in told.split(b"\n"):
        header = _HEADER.fullmatch(row)
        if header is not None:
            commit = header.group(1)
            lines[int(header.group(2))] = commit
        elif not row.startswith(b"\t"):
            key, _, value = row.partition(b" ")
            about.setdefault(commit, {}).setdefault(key, value)
    commits = {commit: _origin(commit, about.get(commit, {}), cut_off) for commit in set(lines.values())}
    return {line: commits[commit] for line, commit in lines.items()}


def _origin(commit: bytes, about: Mapping[bytes, bytes], cut_off: frozenset[bytes]) -> Origin:
    if not commit.strip(b"0"):
        return UNCOMMITTED
    if commit in cut_off:
        return TRUNCATED
    zone = re.fullmatch(rb"([+-])(\d\d)(\d\d)", about.get(b"author-tz", b""))
    offset = 0 if zone is None else int(zone[1] + b"1") * (int(zone[2]) * 60 + int(zone[3]))
    time = about.get(b"author-time", b"")
    author = about.get(b"author", b"").decode("utf-8", "replace")
    return Origin(commit.decode("ascii"), author, int(time) if time.isdigit() else 0, offset)


def _cut_off(directory: str) -> frozenset[bytes]:
    """The oldest commits of a shallow clone, which seem to have made all that is older; empty for a whole clone."""
    path = os.fsdecode(_git(directory, "rev-parse", "--git-path", "shallow").removesuffix(b"\n"))
    try:
        with open(os.path.join(directory, path), "rb") as file:
            return frozenset(file.read().split())
    except OSError:
        return frozenset()


def _git(directory: str, *arguments: str, timeout: float = _TIMEOUT) -> bytes:
    """The output of a git command in a directory. Raises GitError."""
    config = [word for setting in _CONFIG for word in ("-c", setting)]
    command = [_executable(), "--no-pager", *config, *arguments]
    try:
        done = subprocess.run(
            command, cwd=directory, env=_environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise GitError(f"`git {arguments[0]}` took longer than {timeout:g} seconds") from error
    except (OSError, ValueError) as error:
        raise GitError(f"git cannot be run ({error})") from error
    if done.returncode:
        raise GitError(_why(arguments, done.stderr))
    return done.stdout


def _why(arguments: Sequence[str], told: bytes) -> str:
    """The reason git gives, on one line."""
    lines = [line for line in told.decode("utf-8", "replace").splitlines() if line.strip()]
    fatal = next((line for line in lines if line.startswith("fatal: ")), lines[0] if lines else "no reason given")
    if "not a git repository" in fatal:
        return NO_REPOSITORY
    if "must be run in a work tree" in fatal:
        return "this git repository has no work tree"
    return f"`git {arguments[0]}` failed: {fatal.removeprefix('fatal: ')}"


def _executable() -> str:
    """The git program on PATH, never one in the working directory, where Windows would look first."""
    from shutil import which

    found = which("git")
    if found is None or (os.name == "nt" and os.path.dirname(os.path.abspath(found)) == os.getcwd()):
        raise GitError("git is not installed, or not on PATH")
    return os.path.abspath(found)


def _environment() -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if name not in _FOREIGN}, **_SET}
