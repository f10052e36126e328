"""Puts every credential into forms of code and every piece of code into a file of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from planted.forms import FORMS, Form
from planted.generic import GENERIC, Generic
from planted.keys import ACCOUNT, ACCOUNT_FORMS, KEY_FORMS, KEYS, Key
from planted.lookalikes import look_alikes
from planted.providers import TOKENS, Token
from planted.values import HEX, Dice

SHAPED = "provider, by its shape"
SHAPELESS = "provider, by its name"
PASSWORDS = "generic"
PRIVATE_KEYS = "private key"
GROUPS = (SHAPED, SHAPELESS, PASSWORDS, PRIVATE_KEYS)
# Names that say nothing, for credentials that their shape gives away.
NEUTRAL = ("value", "entry", "current", "default_value", "extra")
KEY_NAMES = ("private_key", "signing_key", "ssh_key", "deploy_key", "key_data")
HEADS = (
    '"""Training entry point."""\n\nimport json\nimport os\n\nimport torch\n\nfrom models import build\n',
    '"""Helpers."""\n\nimport os\nfrom dataclasses import dataclass, field\nfrom typing import Final\n',
    "import argparse\nimport os\n\nimport numpy as np\nimport requests\n\nbatch_size = 32\n",
    "import logging\nimport os\n\nlogger = logging.getLogger(__name__)\nlearning_rate = 3e-4\n",
)
TAILS = (
    "def evaluate(model, loader):\n    return [model(batch).argmax(dim=-1) for batch in loader]\n",
    "def scale(values, factor=0.5):\n    return [value * factor for value in values]\n",
    'if __name__ == "__main__":\n    build(batch_size=32, hidden_size=768).fit(epochs=3)\n',
)


class Item(NamedTuple):
    """A credential or a look-alike, and where it is.

    ``first`` and ``last`` are its lines in the file, 1-based; in a notebook every line counts, for tools differ in how
    they number those. ``group`` and ``provider`` are empty for a look-alike, whose ``kind`` is its category and whose
    ``form`` is its first line.
    """

    file: str
    text: str
    first: int
    last: int
    group: str
    provider: str
    kind: str
    form: str

    def holds(self, line: int) -> bool:
        """Whether a finding on a line of the file is about the item."""
        return self.file.endswith(".ipynb") or self.first <= line <= self.last


def planted(seed: str) -> Iterator[Item]:
    """The files with a credential."""
    for number, (group, entry, form) in enumerate(_combinations(), 1):
        dice = Dice(f"{seed}/{group}/{_provider(entry)}/{entry.kind}/{form.name}")
        snippet = form.write(dice, _name(dice, group, entry), entry.make(dice))
        name = f"credentials/part_{number // 50:02}/file_{number:04}"
        yield _item(dice, name, snippet, form.notebook, (group, _provider(entry), entry.kind, form.name))


def silent(seed: str) -> Iterator[Item]:
    """The files with a look-alike."""
    for number, one in enumerate(look_alikes(seed), 1):
        dice = Dice(f"{seed}/look-alike/{number}")
        name = f"silent/part_{number // 50:02}/file_{number:04}"
        yield _item(dice, name, one.lines, "output" if one.output else "", ("", "", one.category, one.lines[0]))


def write(items: Sequence[Item], root: Path) -> None:
    """Put the files into a directory, in the place of what is there."""
    for folder in sorted({item.file.partition("/")[0] for item in items}):
        shutil.rmtree(root / folder, ignore_errors=True)
    for item in items:
        path = root / item.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(item.text, "utf-8")


def _combinations() -> Iterator[tuple[str, Token | Generic | Key, Form]]:
    """What is put into which form.

    A provider's shaped credentials take turns, so that each provider is in every form that suits one of them.
    """
    for provider in dict.fromkeys(token.provider for token in TOKENS):
        shaped = [token for token in TOKENS if token.provider == provider and token.shaped]
        for turn, form in enumerate(FORMS):
            fitting = [token for token in shaped if form.url or not token.url]
            if fitting:
                yield SHAPED, fitting[turn % len(fitting)], form
    for token in TOKENS:
        if not token.shaped:
            yield from ((SHAPELESS, token, form) for form in FORMS if form.named)
    for generic in GENERIC:
        yield from ((PASSWORDS, generic, form) for form in FORMS if form.named and (form.url or not generic.url))
    for key in KEYS:
        yield from ((PRIVATE_KEYS, key, form) for form in KEY_FORMS)
    yield from ((PRIVATE_KEYS, ACCOUNT, form) for form in ACCOUNT_FORMS)


def _provider(entry: Token | Generic | Key) -> str:
    return entry.provider if isinstance(entry, Token) else ""


def _name(dice: Dice, group: str, entry: Token | Generic | Key) -> str:
    """What the code calls it; one in four that need no name has one that says nothing."""
    if isinstance(entry, Key):
        return dice.pick(KEY_NAMES)
    return dice.pick(NEUTRAL if group == SHAPED and not dice.below(4) else entry.names)


def _item(dice: Dice, name: str, snippet: list[str], notebook: str, about: tuple[str, str, str, str]) -> Item:
    if notebook:
        document = _notebook(dice, snippet, notebook == "output")
        return Item(f"{name}.ipynb", document, 1, 1, *about)
    head, tail = dice.pick(HEADS), dice.pick(TAILS)
    first = head.count("\n") + 2
    return Item(f"{name}.py", "\n".join([head, *snippet, "", "", tail]), first, first + len(snippet) - 1, *about)


def _notebook(dice: Dice, snippet: list[str], output: bool) -> str:
    """A notebook of two cells, the snippet in the second one or in what that printed."""
    source, outputs = snippet, list[dict[str, object]]()
    if output:
        source, outputs = ["result = run()", "result"], [_output(dice, snippet)]
    markdown = {"cell_type": "markdown", "id": dice.text(HEX, 8), "metadata": {}, "source": ["# Fine-tuning"]}
    code = {
        "cell_type": "code",
        "execution_count": 1,
        "id": dice.text(HEX, 8),
        "metadata": {},
        "outputs": outputs,
        "source": _lines(source),
    }
    document = {"cells": [markdown, code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _output(dice: Dice, lines: list[str]) -> dict[str, object]:
    """What is on the lines, as one of the kinds of output that nbformat has."""
    if lines[0].startswith('{"image/png"'):
        return {"output_type": "display_data", "data": json.loads(lines[0]), "metadata": {}}
    if lines[0].startswith("<"):
        return {"output_type": "display_data", "data": {"text/html": _lines(lines)}, "metadata": {}}
    if lines[0].startswith("Traceback"):
        return {"output_type": "error", "ename": "ValueError", "evalue": lines[-1], "traceback": lines}
    if dice.below(2):
        return {"output_type": "stream", "name": "stdout", "text": _lines(lines)}
    return {
        "output_type": "execute_result",
        "execution_count": 1,
        "data": {"text/plain": _lines(lines)},
        "metadata": {},
    }


def _lines(lines: list[str]) -> list[str]:
    """As nbformat keeps text: all lines but the last one with their end."""
    return [*(f"{line}\n" for line in lines[:-1]), *lines[-1:]]
