"""A rule about text, to see which texts rules are shown."""

from __future__ import annotations

from collections.abc import Iterator

from picketlint.rule import Passage, Rule, Severity, on_text

MARKER = "s3cret"


class Marker(Rule):
    """Reports every marker."""

    id = "PKT998"
    name = "marker"
    since = "0.1"
    severity = Severity.HIGH
    cwe = 798
    policy = "None"
    triggers = (MARKER.encode(),)
    documentable = False

    @on_text()
    def look(self, text: str) -> Iterator[Passage]:
        start = text.find(MARKER)
        while start >= 0:
            end = start + len(MARKER)
            yield Passage(start, end, "A marker; take it out", secret=(start, end))
            start = text.find(MARKER, start + 1)
