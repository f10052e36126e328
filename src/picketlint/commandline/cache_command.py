"""``picketlint cache``: where results are kept between runs, and their removal."""

from __future__ import annotations

import os

from picketlint.commandline.speed import directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

USAGE = "picketlint cache [options] {dir,clear}"
DESCRIPTION = "Print where results are kept between runs, or remove them."
EPILOG = """\
The directory is that of --cache-dir, else PICKETLINT_CACHE_DIR, else picketlint/ in the user's cache directory:
$XDG_CACHE_HOME or ~/.cache on Linux, ~/Library/Caches on macOS, %LOCALAPPDATA% on Windows.

exit codes:
  0  done
  2  wrong use, or no such directory can be found"""


def add_options(parser: Any) -> None:
    """Give the parser of the command its options."""
    parser.add_argument(
        "action",
        choices=("dir", "clear"),
        metavar="{dir,clear}",
        help="print the directory, or remove all results in it",
    )
    parser.add_argument("--cache-dir", type=directory, metavar="DIR", help="use this directory")


def run(options: argparse.Namespace) -> list[str]:
    """Do what the command line asks for; the lines to print. Raises ConfigError."""
    from picketlint.configuration.config import ConfigError
    from picketlint.execution import storage
    from picketlint.reporting.summary import count

    try:
        chosen = options.cache_dir
        store = storage.default_directory(os.environ) if chosen is None else os.path.abspath(chosen)
    except storage.StorageError as error:
        raise ConfigError(str(error)) from error
    if options.action == "dir":
        return [store]
    removed = sum(storage.remove(path) for path, _ in storage.own_files(store))
    return [f"Removed {count(removed, 'file')} from {store}."]
