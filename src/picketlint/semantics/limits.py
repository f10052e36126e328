"""Where the analysis of a module gave up: what lies beyond a limit is unknown, and that is remembered to be told."""

from __future__ import annotations

import ast
from itertools import islice

from picketlint.model import Note

# More assignments than this for one place is generated code: following each of them everywhere would be quadratic.
MAX_REACHING = 64
TOO_MANY_REACH = f"more than {MAX_REACHING} assignments or changes can be the last before them"


class Limits:
    """The limits that the analysis of one module came to, each with the places where it did."""

    def __init__(self) -> None:
        self._places: dict[str, dict[ast.AST, int]] = {}

    def reached(self, what: str, node: ast.AST) -> None:
        """Remember that something about ``node`` stays unknown; ``what`` tells the limit. Each node counts once."""
        self._places.setdefault(what, {})[node] = getattr(node, "lineno", 1)

    def walk(self, what: str, node: ast.AST, most: int) -> list[ast.AST] | None:
        """A node and all nodes in it; None, which is remembered, where these are more than ``most``."""
        nodes = list(islice(ast.walk(node), most + 1))
        if len(nodes) <= most:
            return nodes
        self.reached(what, node)
        return None

    def notes(self) -> tuple[Note, ...]:
        """What was given up, by the first place."""
        notes = [Note(what, len(places), min(places.values())) for what, places in self._places.items()]
        return tuple(sorted(notes, key=lambda note: (note.line, note.what)))
