"""What rules find in the texts of a notebook that are no Python: other cells, outputs, metadata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from picketlint.analysis import concealed_in
from picketlint.dispatch import passages
from picketlint.model import Finding
from picketlint.notebooks.placing import first_line
from picketlint.notebooks.reading import Cell, Notebook, Text, texts
from picketlint.semantics.passages import Places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.registry import Entry
    from picketlint.rule import Rule
    from picketlint.semantics.passages import Passage

# In characters.
_BATCH = 1 << 18
# What no secret reaches across: neither a token or its name, nor a key, which dashes end.
_APART = "\0----\0"


def check_texts(
    selected: Iterable[Entry], concealing: Sequence[Entry], notebook: Notebook, cells: Iterable[Cell], path: str
) -> Iterator[Finding]:
    """The findings of the selected rules in the texts of some cells, and in outputs and metadata of all.

    What is found in the text of a cell is reported where it is; what is found beside it, once per rule and place, at
    the first line of the cell. The rules in ``concealing`` tell what may not be shown of a cell.
    """
    selected = [entry for entry in selected if entry.texts or entry.cells]
    if not selected:
        return
    for cell in cells:
        found = list(passages((entry.rule for entry in selected), cell.source, code=cell.is_code))
        if found:
            places, secrets = Places(cell.source), concealed_in(cell.source, concealing, code=cell.is_code)
            for rule, passage in found:
                span = places.span(passage.start, passage.end)
                yield _finding(rule, passage, Text(cell, ""), path)._replace(span=span, focus=span, secrets=secrets)
    rules = [entry.rule for entry in selected if entry.texts]
    seen: set[tuple[str, int | None, str]] = set()
    for batch in _batches(texts(notebook)):
        one = batch[0]
        for rule in rules:
            key = (rule.id, one.cell.number if one.cell is not None else None, one.where)
            first = None if key in seen else _first(rule, batch)
            if first is not None:
                seen.add(key)
                # Whoever prints a token often has it in the code, too.
                secrets = concealed_in(one.cell.source, concealing) if one.cell is not None else ()
                yield _finding(rule, first, one, path)._replace(secrets=secrets)


def _batches(found: Iterable[Text]) -> Iterator[list[Text]]:
    """The texts of each place in lists: there can be millions, and to look at one takes a while however short it is."""
    batch: list[Text] = []
    size = 0
    for text in found:
        if batch and (size > _BATCH or text.cell is not batch[0].cell or text.where != batch[0].where):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text.text)
    if batch:
        yield batch


def _first(rule: Rule, batch: list[Text]) -> Passage | None:
    """The first that a rule reports about texts, each for itself; halves without anything are not looked at again."""
    pending = [batch]
    while pending:
        texts = pending.pop()
        found = next(passages([rule], _APART.join(text.text for text in texts)), None)
        if found is not None and len(texts) == 1:
            return found[1]
        if found is not None:
            middle = len(texts) // 2
            pending += (texts[middle:], texts[:middle])
    return None


def _finding(rule: Rule, passage: Passage, text: Text, path: str) -> Finding:
    message = f"{passage.message} ({text.where})" if text.where else passage.message
    cell = text.cell.number if text.cell is not None else None
    place, severity, confidence = first_line(text.cell), passage.severity, passage.confidence
    return rule.finding(path, place, message, cell=cell, severity=severity, confidence=confidence)
