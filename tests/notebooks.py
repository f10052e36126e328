"""Makes notebooks for tests, and checks them."""

from __future__ import annotations

import json

from picketlint import registry
from picketlint.engine import Checks, analyze
from picketlint.model import Finding, Report, Status

ALL = Checks(frozenset(entry.id for entry in registry.load().entries))
DEFAULT = Checks(ALL.codes - {"PKT302"})
UNSAFE = "torch.load(p, weights_only=False)"
INPUT = "import sys, torch\np = sys.argv[1]"


def code(source: object, **given: object) -> dict[str, object]:
    """A code cell of format 4."""
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source, **given}


def markdown(source: object) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def document(*cells: object, metadata: object = None) -> dict[str, object]:
    """A notebook of format 4; a text stands for a code cell."""
    listed = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    return {"cells": listed, "metadata": {} if metadata is None else metadata, "nbformat": 4, "nbformat_minor": 5}


def notebook(*cells: object, metadata: object = None) -> bytes:
    return json.dumps(document(*cells, metadata=metadata)).encode()


def report(*cells: object, checks: Checks = DEFAULT, metadata: object = None) -> Report:
    return analyze(notebook(*cells, metadata=metadata), "x.ipynb", checks)


def found(*cells: object, checks: Checks = DEFAULT, metadata: object = None) -> list[str]:
    """The open findings in a notebook of these cells, as ``cell:line:column code``."""
    return [place(one) for one in report(*cells, checks=checks, metadata=metadata).findings if is_open(one)]


def is_open(finding: Finding) -> bool:
    return finding.status is Status.OPEN


def place(finding: Finding) -> str:
    return f"{finding.cell}:{finding.span.line}:{finding.span.column} {finding.rule}"


def of(source: str, checks: Checks = DEFAULT) -> list[str]:
    """The findings in the second cell, without its number."""
    places = found(INPUT, source, checks=checks)
    assert all(one.startswith("2:") for one in places)
    return [one[2:] for one in places]
