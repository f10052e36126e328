"""Whether a text under the name of a credential stands in a table: of labels, messages or ids, one for each field.

What a table says is told from its other entries: in ``{"login": "Anmelden!", "password": "Passwort!"}`` they are texts
for people to read, in ``{"name": "ATTm3", "unicodePwd": "ATTk589914"}`` they look like this one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple
from picketlint.credentials.embedded import is_shown
from picketlint.credentials.names import kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.module import Module

_FEWEST = 2
_PREFIX = 2
_LONGEST = 64
_LETTERS = regex(r"[^\W\d_]+")
_DIGITS = regex(r"[0-9]+")
# For people to read: no digits, nothing that joins the words of a name; ...
_READABLE = regex(r"[^\W\d_][^\d_]*")
# ... and surely no name: several words, or a sign at the end as sentences and labels have it.
_SPOKEN = regex(r"(?s:.*)(?:\s|[^\x00-\x7f]|[!?:.…*]$)")


class _Table(NamedTuple):
    """What stands in a table under names that are not those of credentials.

    ``shapes``: the texts that have the same shape. The others: how many entries there are, how many are texts for
    people to read, and of those how many begin with a capital and how many surely are no names.
    """

    shapes: dict[str, set[str]]
    entries: int
    readable: int
    capital: int
    spoken: int


class Tables:
    """The dicts and the keywords of the calls of a module, each looked through once."""

    def __init__(self, module: Module) -> None:
        self._tree = module.tree
        self._known: dict[ast.AST, _Table] = {}

    def says(self, literal: ast.AST, text: str) -> bool:
        """Whether a text belongs to a table, and is no credential therefore."""
        parent = self._tree.parent(literal)
        owner = self._tree.parent(parent) if isinstance(parent, ast.keyword) else parent
        if not isinstance(owner, (ast.Dict, ast.Call)) or (owner is parent and isinstance(owner, ast.Call)):
            return False
        table = self._known.get(owner)
        if table is None:
            table = self._known[owner] = _table(owner)
        alike = table.shapes.get(_shape(text), set())
        if any(map(str.isdigit, text)) and len(alike) >= _FEWEST and text not in alike:
            return True
        if table.entries != table.readable or not _READABLE.fullmatch(text):
            return False
        if table.spoken >= _FEWEST and table.spoken * 2 >= table.entries:
            return True
        return table.entries == table.capital != 1 and is_shown(text.strip("!?:.*"))


def _table(owner: ast.Dict | ast.Call) -> _Table:
    others = list(_others(owner))
    texts = [text[:_LONGEST] for text in others if text is not None]
    readable = [text for text in texts if _READABLE.fullmatch(text)]
    shapes: dict[str, set[str]] = {}
    for text in texts:
        shapes.setdefault(_shape(text), set()).add(text)
    capital = sum(text[0].isupper() for text in readable)
    spoken = sum(_SPOKEN.match(text) is not None for text in readable)
    return _Table(shapes, len(others), len(readable), capital, spoken)


def _others(owner: ast.Dict | ast.Call) -> Iterator[str | None]:
    """What stands under names that are not those of credentials: a text, or None for anything else."""
    entries: list[tuple[object, ast.expr]] = []
    if isinstance(owner, ast.Dict):
        pairs = zip(owner.keys, owner.values, strict=True)
        entries += [(key.value if isinstance(key, ast.Constant) else None, value) for key, value in pairs]
    else:
        entries += [(None, argument) for argument in owner.args]
        entries += [(keyword.arg, keyword.value) for keyword in owner.keywords]
    for name, value in entries:
        if isinstance(name, str) and kind_of(name) is not None:
            continue
        text = value.value if isinstance(value, ast.Constant) else None
        yield text.decode("latin-1") if isinstance(text, bytes) else text if isinstance(text, str) else None


def _shape(text: str) -> str:
    """How a text begins, and where it has letters and digits: the same for ``ATTk589914`` and ``ATTm3``."""
    return text[:_PREFIX] + _DIGITS.sub("9", _LETTERS.sub("a", text[_PREFIX:_LONGEST]))
