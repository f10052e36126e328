"""What rules find in the texts of a notebook that are no Python: other cells, outputs, metadata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from picketlint.analysis import concealed_in
from picketlint.dispatch import passages
from picketlint.model import Finding
from picketlint.notebooks.placing import first_line
from picketlint.notebooks.reading import Cell, Notebook, Text, texts
from picketlint.passages import Places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.passages import Passage
    from picketlint.registry import Entry
    from picketlint.rule import Rule

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
    rules = [entry.rule for entry in selected if entry.texts]
    if not rules:
        return
    for cell in cells:
        found = list(passages(rules, cell.source))
        if found:
            places, secrets = Places(cell.source), concealed_in(cell.source, concealing)
            for rule, passage in found:
                span = places.span(passage.start, passage.end)
                yield _finding(rule, passage, Text(cell, ""), path)._replace(span=span, focus=span, secrets=secrets)
    seen: set[tuple[str, int | None, str]] = set()
    for batch in _batches(texts(notebook)):
        for text, rule, passage in _passages_in(rules, batch):
            key = (rule.id, text.cell.number if text.cell is not None else None, text.where)
            if key not in seen:
                seen.add(key)
                # Whoever prints a token often has it in the code, too.
                secrets = concealed_in(text.cell.source, concealing) if text.cell is not None else ()
                yield _finding(rule, passage, text, path)._replace(secrets=secrets)


def _batches(found: Iterable[Text]) -> Iterator[list[Text]]:
    """The texts in lists: there can be millions, and looking through one takes a while however short it is."""
    batch: list[Text] = []
    size = 0
    for text in found:
        batch.append(text)
        size += len(text.text)
        if size > _BATCH:
            yield batch
            batch, size = [], 0
    yield batch


def _passages_in(rules: Sequence[Rule], batch: list[Text]) -> Iterator[tuple[Text, Rule, Passage]]:
    """Everything the rules report about some texts, each for itself; halves without anything are not looked at."""
    pending = [batch]
    while pending:
        texts = pending.pop()
        found = passages(rules, _APART.join(text.text for text in texts))
        if len(texts) == 1:
            yield from ((texts[0], rule, passage) for rule, passage in found)
        elif next(found, None) is not None:
            middle = len(texts) // 2
            pending += (texts[middle:], texts[:middle])


def _finding(rule: Rule, passage: Passage, text: Text, path: str) -> Finding:
    message = f"{passage.message} ({text.where})" if text.where else passage.message
    cell = text.cell.number if text.cell is not None else None
    place, severity, confidence = first_line(text.cell), passage.severity, passage.confidence
    return rule.finding(path, place, message, cell=cell, severity=severity, confidence=confidence)
