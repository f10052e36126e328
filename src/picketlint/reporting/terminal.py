"""What the stream that is written to can show: its encoding, and colour by plain ANSI sequences."""

from __future__ import annotations

import os
import sys

from picketlint.base.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TextIO

_STYLES = {
    "code": "\x1b[1;31m",
    "place": "\x1b[1m",
    "gutter": "\x1b[1;34m",
    "note": "\x1b[1;36m",
    "warning": "\x1b[1;33m",
}
_RESET = "\x1b[0m"


class Terminal(NamedTuple):
    """How to write to one stream."""

    encoding: str = "utf-8"
    colour: bool = False

    def escape(self, text: str) -> str:
        """``text`` from outside, safe to write."""
        # Not needed, as a rule, for a file without findings.
        from picketlint.reporting.sanitize import escape

        return escape(text, self.encoding)

    def style(self, style: str, text: str) -> str:
        """``text``, which is safe already, in a style: ``code``, ``place``, ``gutter``, ``note`` or ``warning``."""
        return f"{_STYLES[style]}{text}{_RESET}" if self.colour else text


def terminal_of(stream: TextIO | None, environ: Mapping[str, str]) -> Terminal:
    """What ``stream`` can show. NO_COLOR wins over FORCE_COLOR, as in Python itself."""
    if stream is None:
        return Terminal()
    encoding = getattr(stream, "encoding", None) or "utf-8"
    if environ.get("NO_COLOR"):
        return Terminal(encoding)
    return Terminal(encoding, bool(environ.get("FORCE_COLOR")) or (stream.isatty() and _obeys_ansi(environ)))


def _obeys_ansi(environ: Mapping[str, str]) -> bool:
    if sys.platform == "win32":
        return bool(environ.get("WT_SESSION") or environ.get("TERM"))
    return environ.get("TERM") != "dumb"


def write(stream: TextIO | None, text: str) -> None:
    """Write text and hand it on at once; without a stream (``>&-``) nothing happens. Raises OSError."""
    if stream is not None:
        stream.write(text)
        stream.flush()


def save(path: str, lines: Iterable[str]) -> None:
    """Write lines to a file in UTF-8, replacing it, and make the directory it is to be in. Raises OSError."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
        stream.writelines(f"{line}\n" for line in lines)


def abandon(stream: TextIO | None) -> None:
    """Point a stream whose reader is gone at nothing, so that the interpreter's own flush at exit stays quiet."""
    try:
        descriptor = os.open(os.devnull, os.O_WRONLY)
        if stream is not None:
            os.dup2(descriptor, stream.fileno())
    except (OSError, ValueError):
        return
