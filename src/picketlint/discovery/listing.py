"""What is in a directory, sorted out for a walk."""

from __future__ import annotations

import os
import stat

from picketlint.base.files import is_dotenv
from picketlint.base.records import NamedTuple


class Listing(NamedTuple):
    """The names of what is in a directory: files, files of environment variables, directories, links to such.

    ``special`` are called like files and are none: FIFOs, sockets, devices. ``names`` are all.
    """

    files: list[str]
    dotenvs: list[str]
    directories: list[str]
    links: list[str]
    special: list[str]
    names: list[str]


def listed(directory: str, suffixes: tuple[str, ...]) -> Listing:
    """What is in a directory; ``suffixes`` are those of its files that count. Raises OSError."""
    found = Listing([], [], [], [], [], [])
    files, dotenvs, directories, links, special, names = found
    with os.scandir(directory) as listing:
        for entry in listing:
            name = entry.name
            names.append(name)
            if entry.is_dir(follow_symlinks=False):
                directories.append(name)
            elif entry.is_symlink() and _leads_to_directory(entry):
                links.append(name)
            elif ".env" in name and is_dotenv(name):
                dotenvs.append(name)
            elif name.endswith(suffixes):
                (files if entry.is_file(follow_symlinks=False) or not _is_special(entry) else special).append(name)
    return found


def _is_special(entry: os.DirEntry[str]) -> bool:
    try:
        return not stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        # A broken link, say: reading it will tell.
        return False


def _leads_to_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link in a circle, say: reading it will tell.
        return False
