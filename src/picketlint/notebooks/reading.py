"""From the bytes of a notebook to its cells. Nothing of a notebook is run, and nothing in it is taken for granted.

Source: the notebook formats 3 and 4, https://nbformat.readthedocs.io/en/latest/format_description.html. Whatever its
``nbformat`` says, a notebook is read by what it holds: ``cells``, or ``worksheets`` with cells in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from picketlint.base.lines import place_in
from picketlint.base.records import NamedTuple
from picketlint.source import UnreadableSourceError, lines_ended, of_conflict

_TEXT_CELLS = frozenset({"markdown", "raw", "heading", "html"})
# What names a language that is Python, or runs on it, in the metadata of a notebook and the names of kernels.
_PYTHON = re.compile(r"python|pyspark|pyodide", re.IGNORECASE)
_LONGEST_NAME = 40
# Pictures and sounds, by media type (format 4) or by name (format 3): no text, though base64 looks like secrets.
_BINARY = re.compile(r"(?:image/(?!svg)|audio/|video/|font/|application/(?:octet-stream|pdf|zip)).*|png|jpeg|pdf")
_EMBEDDED = re.compile(r"(;base64,)[A-Za-z0-9+/=\s\\]+")


class Cell(NamedTuple):
    """One cell. ``number`` is its 1-based position among all cells, ``source`` its text with line feeds.

    ``fields`` are those of the cell's object, outputs and metadata among them.
    """

    number: int
    is_code: bool
    source: str
    fields: Mapping[str, object]


class Fault(NamedTuple):
    """What keeps one cell from being checked; the lines of the error are counted in the cell."""

    cell: int
    error: UnreadableSourceError


class Notebook(NamedTuple):
    """A notebook: the cells that can be read, and what is wrong with the others.

    ``language`` is what its code is written in, None for Python.
    """

    cells: tuple[Cell, ...]
    faults: tuple[Fault, ...]
    language: str | None
    metadata: object


class Text(NamedTuple):
    """A text of a notebook that is no Python, and the cell it belongs to, if any.

    ``where`` says in words where it is; empty: it is the text of the cell itself.
    """

    cell: Cell | None
    text: str
    where: str = ""


def read(data: bytes) -> Notebook:
    """The notebook in some bytes; an empty file is one without cells.

    Raises UnreadableSourceError where there is no telling what the cells are.
    """
    document = _document(data)
    cells: list[Cell] = []
    faults: list[Fault] = []
    for number, raw in enumerate(_cells(document), 1):
        cell = _cell(number, raw)
        if isinstance(cell, Cell):
            cells.append(cell)
        else:
            faults.append(cell)
    metadata = document.get("metadata")
    return Notebook(tuple(cells), tuple(faults), _language(metadata), metadata)


def _document(data: bytes) -> dict[str, object]:
    import json

    if not data.strip():
        return {"cells": []}
    try:
        # Numbers mean nothing here, and one of a million digits would take minutes to become an integer.
        document = json.loads(data.decode("utf-8-sig"), parse_int=float)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        message = f"byte 0x{data[error.start]:02x} is not valid utf-8, which notebooks are written in"
        raise UnreadableSourceError(message, *place_in(before, len(before))) from error
    except json.JSONDecodeError as error:
        message = f"a notebook has to be JSON, and this is not: {error.msg}{of_conflict(error.doc, error.lineno)}"
        raise UnreadableSourceError(message, error.lineno, error.colno) from error
    except (RecursionError, MemoryError) as error:
        raise UnreadableSourceError("its JSON is nested too deeply to be read") from error
    if not isinstance(document, dict):
        raise UnreadableSourceError("a notebook has to be a JSON object with `cells`, and this is none")
    return document


def _cells(document: Mapping[str, object]) -> Iterator[object]:
    """The raw cells, in order. Raises UnreadableSourceError."""
    if "cells" not in document and "worksheets" not in document:
        raise UnreadableSourceError("it has neither `cells` nor `worksheets`: is it a notebook?")
    for key, holder in (("cells", document), *(("cells", sheet) for sheet in _listed(document, "worksheets"))):
        if not isinstance(holder, dict):
            raise UnreadableSourceError("one of its `worksheets` is not an object: is it a notebook?")
        yield from _listed(holder, key)


def _listed(holder: Mapping[str, object], key: str) -> list[object]:
    """What an object lists under a key; nothing if it has no such key. Raises UnreadableSourceError."""
    found = holder.get(key, [])
    if not isinstance(found, list):
        raise UnreadableSourceError(f"its `{key}` are not a list: is it a notebook?")
    return found


def _cell(number: int, raw: object) -> Cell | Fault:
    if not isinstance(raw, dict):
        return Fault(number, UnreadableSourceError("the cell is not an object"))
    kind = raw.get("cell_type")
    if not isinstance(kind, str) or (kind != "code" and kind not in _TEXT_CELLS):
        return Fault(number, UnreadableSourceError("its `cell_type` is none that is known, so it may be code"))
    # In format 3 code has a key of its own.
    source = _joined(raw["input"] if kind == "code" and "input" in raw and "source" not in raw else raw.get("source"))
    if source is None:
        return Fault(number, UnreadableSourceError("its `source` is neither a text nor a list of texts"))
    return Cell(number, kind == "code", lines_ended(source), raw)


def _joined(value: object) -> str | None:
    """A text that may be given in lines; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return None


def _language(metadata: object) -> str | None:
    """The language a notebook says its code is in; None for Python, and if it says nothing of use."""
    kernel, language = _object(metadata, "kernelspec"), _object(metadata, "language_info")
    told = [one for one in (kernel.get("language"), language.get("name")) if isinstance(one, str) and one.strip()]
    # The kernel's name decides what runs the code, but says little: people call theirs what they like.
    name = kernel.get("name")
    if not told or any(_PYTHON.search(one) for one in (*told, name if isinstance(name, str) else "")):
        return None
    return told[0][:_LONGEST_NAME]


def _object(holder: object, key: str) -> Mapping[str, object]:
    found = holder.get(key) if isinstance(holder, dict) else None
    return found if isinstance(found, dict) else {}


def texts(notebook: Notebook) -> Iterator[Text]:
    """The texts in outputs and metadata, one after the other: together they can be larger than all else."""
    for cell in notebook.cells:
        for text in _within(cell.fields.get("outputs")):
            yield Text(cell, text, "in an output of this cell")
        for text in _within(cell.fields.get("metadata")):
            yield Text(cell, text, "in the metadata of this cell")
    for text in _within(notebook.metadata):
        yield Text(None, text, "in the metadata of the notebook")


def _within(value: object) -> Iterator[str]:
    """Every text in a JSON value, lines joined, in order; those of an object with their keys before them."""
    stack: list[tuple[str, object]] = [("", value)]
    while stack:
        key, current = stack.pop()
        text = _joined(current)
        if isinstance(current, list) and not all(isinstance(one, str) and one.endswith("\n") for one in current[:-1]):
            # Identifiers, say: texts of their own.
            text = None
        if text is not None:
            if text:
                yield f"{key}{_plain(text)}"
        elif isinstance(current, list):
            # What a plot is made of can be millions of numbers.
            stack.extend(("", one) for one in reversed(current) if isinstance(one, (str, list, dict)))
        elif isinstance(current, dict):
            stack.extend(
                (f"{name}: " if isinstance(one, str) else "", one)
                for name, one in reversed(current.items())
                if not _BINARY.fullmatch(name)
            )


def _plain(text: str) -> str:
    """A text without the pictures that are embedded in it."""
    return _EMBEDDED.sub(r"\1", text) if ";base64," in text else text
