"""argparse as the command line uses it: for help, for errors, and for what ``arguments`` does not read."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_WRONG_USE = 2
# What options of ruff and flake8 are called here.
_ELSEWHERE = {
    "--exclude": "`extend-exclude` in [tool.picketlint]",
    "--extend-exclude": "`extend-exclude` in [tool.picketlint]",
    "--extend-ignore": "--ignore",
    "--per-file-ignores": "`per-path-ignores` in [tool.picketlint]",
    "--show-files": "--verbose",
    "--show-settings": "--verbose",
    "--silent": "--quiet",
    "-e": "--exit-zero",
    "-n": "--no-cache",
    "-s": "--quiet",
}


class _Help(argparse.HelpFormatter):
    """Help of a fixed width (asking the terminal for its own costs an import of shutil), line breaks kept."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=110)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in text.splitlines())


class Parser(argparse.ArgumentParser):
    """Options in full only, errors in one line.

    ``show`` prints lines of help, ``say`` a message of a kind; the other arguments are those of ArgumentParser.
    """

    def __init__(
        self, show: Callable[[Iterable[str]], None], say: Callable[[str, str], None], **described: object
    ) -> None:
        super().__init__(**{"allow_abbrev": False, "formatter_class": _Help, **described})  # type: ignore[arg-type]
        self._show = show
        self._say = say

    def _print_message(self, message: str, file: object = None) -> None:
        # Help and version: the same care for broken pipes and full disks as for reports.
        self._show(message.splitlines())

    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong with the command line, and end with the exit code for that."""
        unknown = message.removeprefix("unrecognized arguments: ").split(" ")[0].split("=")[0]
        if unknown.startswith("-"):
            meant = self._meant(unknown)
            message = f"there is no option {unknown}" + (f": did you mean {meant}?" if meant else "")
        self._say("error", f"{message} (see `{self.prog} --help`)")
        raise SystemExit(_WRONG_USE)

    def _meant(self, unknown: str) -> str | None:
        """What an unknown option most likely stands for."""
        if unknown in _ELSEWHERE:
            return _ELSEWHERE[unknown]
        if os.path.lexists(unknown):
            return f"the file, `-- {unknown}`"
        if not unknown.startswith("--"):
            return None
        from difflib import get_close_matches

        known = [option for action in self._actions for option in action.option_strings]
        part = [option for option in known if option.startswith(unknown) or option.endswith(unknown[1:])]
        return next(iter(part or get_close_matches(unknown, known, n=1, cutoff=0.8)), None)
