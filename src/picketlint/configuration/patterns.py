"""Path patterns as git writes them in ``.gitignore``: the one place that knows pathspec.

pathspec is imported when the first pattern is compiled, because it takes longer to import than a file to check.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class PatternError(ValueError):
    """A pattern git would not understand, or one that can never match; the message quotes it."""


class Patterns:
    """A list of patterns, of which the last that matches a path decides. ``lines`` are the patterns as written.

    Raises PatternError for a pattern that is invalid or, like a blank line or a comment, matches nothing.
    """

    __slots__ = ("_spec", "lines")

    def __init__(self, lines: Iterable[str]) -> None:
        from pathspec import GitIgnoreSpec

        self.lines = tuple(lines)
        self._spec = GitIgnoreSpec([pattern for line in self.lines for pattern in _compile(line).patterns])

    def verdict(self, path: str) -> bool | None:
        """What the patterns say about a path relative to their directory, with ``/`` and, for a directory, a last one.

        True: it is matched, or a directory it is in; False: it was, but a later ``!`` pattern takes it back;
        None: no pattern speaks of it.
        """
        return self._spec.check_file(path).include


class EntryPatterns:
    """The lines of an ignore file, as git applies them to one entry of a directory after the other.

    Unlike Patterns, they say nothing of what is below a directory that they match: a walk does not go there. Lines
    that git does not understand are passed over.
    """

    __slots__ = ("_includes", "_regex")

    def __init__(self, lines: Iterable[str]) -> None:
        self._includes: list[bool] = []
        alternatives = []
        # The last line that matches counts, and of a regular expression the first alternative that does. One search
        # over all is ten times faster than one for each.
        for line in reversed(tuple(lines)):
            try:
                compiled = _compile(_not_the_directory_itself(line)).patterns
            except PatternError:
                continue
            for pattern in compiled:
                if pattern.regex is not None:
                    self._includes.append(bool(pattern.include))
                    alternatives.append(f"({_of_the_entry_itself(pattern.regex.pattern)})")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            self._regex = re.compile("|".join(alternatives) or "(?!)", re.DOTALL)

    def verdict(self, path: str) -> bool | None:
        """True: git ignores the entry; False: a ``!`` line says it does not; None: no line speaks of it.

        ``path`` is relative to the directory of the ignore file, with ``/`` and, for a directory, a last one.
        """
        found = self._regex.match(path)
        return None if found is None or found.lastindex is None else self._includes[found.lastindex - 1]


def _of_the_entry_itself(regex: str) -> str:
    """A regular expression of pathspec's that finds a path or one above it, turned into one that matches the path."""
    anchored = regex if regex.startswith("^") else f".*(?:{regex})"
    return anchored.replace("(?P<ps_d>/)", r"/\Z")


def _not_the_directory_itself(line: str) -> str:
    """``a/**`` is all that is in ``a`` but not ``a``, for git but not for pathspec: ``a/**/*`` is so for both."""
    stripped = line.rstrip()
    if stripped.endswith("/**"):
        return stripped + "/*"
    return stripped + "*/" if stripped.endswith("/**/") else line


def _compile(line: str) -> GitIgnoreSpec:
    """One pattern, compiled. Raises PatternError, also for one that matches nothing."""
    from pathspec import GitIgnoreSpec

    try:
        with warnings.catch_warnings():
            # Of patterns like "[[a]", which Python's re finds odd; they are not this program's to mend.
            warnings.simplefilter("ignore", FutureWarning)
            spec = GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error) as error:
        raise PatternError(f'"{line}" is not a valid pattern') from error
    if all(pattern.include is None for pattern in spec.patterns):
        raise PatternError(f'"{line}" matches nothing')
    return spec
