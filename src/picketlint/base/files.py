"""What can be told of a file by its path, and reading it in one go, without waiting for what is no regular file."""

from __future__ import annotations

import os
import stat

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a FIFO without a writer would block in open() otherwise
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_CHUNK = 1 << 16
_TEST_DIRECTORIES = frozenset({"tests", "test", "testing"})
_PYTHON_SUFFIXES = frozenset({"py", "pyi", "ipynb"})


class NotRegularFileError(OSError):
    """The path leads to a directory, a FIFO, a socket or a device."""


def read(path: str) -> bytes:
    """The content of the regular file at ``path``; symbolic links are followed.

    Raises NotRegularFileError for anything else that exists there, and the OSError of the system call otherwise.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        if _is_special(path):
            raise NotRegularFileError(error.errno, "not a regular file", path) from error
        raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotRegularFileError(0, "not a regular file", path)
        chunks = [os.read(descriptor, max(status.st_size + 1, _CHUNK))]
        # What came at once and is as long as the file was all of it.
        while chunks[-1] and len(chunks[0]) != status.st_size:
            chunks.append(os.read(descriptor, _CHUNK))
    finally:
        os.close(descriptor)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def is_dotenv(path: str) -> bool:
    """Whether a path is called like a file of environment variables: ``.env``, ``.env.local``, ``prod.env``."""
    if ".env" not in path:
        return False
    name = os.path.basename(path)
    return name == ".env" or name.startswith(".env.") or name.endswith(".env")


def is_notebook(path: str) -> bool:
    """Whether a path is called like a Jupyter notebook."""
    return path.endswith(".ipynb")


def is_test_by_default(relative: str) -> bool:
    """Whether a path below a project's root is that of a test, as ``DEFAULT_TEST_PATTERNS`` of the settings have it.

    Without pathspec, whose import would double the time of checking one file.
    """
    if "test" not in relative:
        # All of them have it.
        return False
    *directories, name = relative.split("/")
    stem, _, suffix = name.rpartition(".")
    return not _TEST_DIRECTORIES.isdisjoint(directories) or (
        suffix in _PYTHON_SUFFIXES and (stem.startswith("test_") or stem.endswith("_test") or stem == "conftest")
    )


def _is_special(path: str) -> bool:
    """Whether something other than a regular file is there: sockets, for one, refuse to be opened at all."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False


def below(root: str, path: str) -> str | None:
    """``path`` relative to the directory ``root``, with ``/``; empty for the root itself, None outside it.

    Both are absolute and normalised, as ``os.path.abspath`` makes them.
    """
    if path == root:
        return ""
    prefix = root if root.endswith(os.sep) else root + os.sep
    if not path.startswith(prefix):
        return None
    relative = path[len(prefix) :]
    return relative if os.sep == "/" else relative.replace(os.sep, "/")
