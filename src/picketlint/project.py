"""The lowest torch release a project supports, read from what its own packaging metadata declare.

What counts, in one directory:

- *Mandatory* dependencies without an environment marker: ``[project] dependencies``, poetry's, ``install_requires`` of
  setup.cfg and (literals only, it is never run) setup.py, and the requirement files these name. A lower bound there
  holds for every installation. Of several bounds in one place all hold, so the highest counts; where two places
  disagree, the lowest does.
- *Alternatives*, asked only if no mandatory bound exists: extras, dependency groups, requirement files, and mandatory
  dependencies with a marker. Any of them may be the one that is installed, so the lowest counts, and one without a
  lower bound, or one that is not understood, makes the answer unknown.

A file that is broken is as good as one that says nothing understandable about torch. The nearest directory that says
anything about torch, from the file's own up to the root of the project, is the one that counts.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import NamedTuple

from picketlint.files import below, read
from picketlint.requirements import Bound, RequirementFiles, bounds, poetry_bounds

Release = tuple[int, ...]


class Declaration(NamedTuple):
    """What one directory declares about torch: the lowest release supported, None if that stays unknown."""

    floor: Release | None
