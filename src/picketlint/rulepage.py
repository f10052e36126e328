"""The one renderer from a rule to its page: what the command line prints, editors show and the documentation holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from picketlint.base.files import is_dotenv
from picketlint.model import Lifecycle
from picketlint.rule import Example, Rule

_MOST_EXAMPLES = 4
_MOST_LINES = 20
_MOST_COLUMNS = 120


def render(rule: Rule) -> str:
    """The page of a rule, Markdown."""
    summary, _, body = rule.page.partition("\n")
    parts = [f"# {rule.id} {rule.name}", summary, "\n".join(_table(rule)), body.strip(), *_examples(rule)]
    return "\n\n".join(part for part in parts if part) + "\n"


def describe(rule: Rule) -> dict[str, object]:
    """The rule for programs: its metadata and its page."""
    return {
        "id": rule.id,
        "name": rule.name,
        "summary": rule.summary,
        "since": rule.since,
        "severity": rule.severity.value,
        "confidence": rule.confidence.value,
        "default": rule.status is Lifecycle.DEFAULT,
        "cwe": rule.cwe,
        "policy": rule.policy,
        "documentable": rule.documentable,
        "supersedes": list(rule.supersedes),
        "url": rule.url,
        "page": render(rule),
    }


def catalogue(rules: Iterable[Rule]) -> Iterator[str]:
    """A table of rules in plain text, one line each, below a line of headings."""
    rows = [("Code", "Name", "Severity", "Status", "Summary")]
    for rule in rules:
        status = "on" if rule.status is Lifecycle.DEFAULT else rule.status.value
        rows.append((rule.id, rule.name, rule.severity.value, status, rule.summary))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for row in rows:
        cells = [f"{cell:{width}}" for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[-1]])


def superseded(rules: Iterable[Rule]) -> Iterator[str]:
    """The codes of other linters that rules make redundant, one a line, with the rules that do."""
    owners: dict[str, list[str]] = {}
    for rule in rules:
        for code in rule.supersedes:
            owners.setdefault(code, []).append(rule.id)
    for code in sorted(owners):
        yield f"{code}  {', '.join(owners[code])}"


def _table(rule: Rule) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    yield f"| Code | `{rule.id}` |"
    yield f"| Name | `{rule.name}` |"
    yield f"| Since | {rule.since} |"
    yield f"| Severity | {rule.severity.value} |"
    yield f"| Confidence | {rule.confidence.value} |"
    yield f"| Status | {_status(rule)} |"
    yield f"| Weakness | [CWE-{rule.cwe}](https://cwe.mitre.org/data/definitions/{rule.cwe}.html) |"
    yield f"| Policy section | {rule.policy} |"
    yield f"| Exception | {'may be documented in a comment' if rule.documentable else 'never'} |"
    if rule.supersedes:
        yield f"| Supersedes | {', '.join(f'`{code}`' for code in rule.supersedes)} |"


def _status(rule: Rule) -> str:
    if rule.status is Lifecycle.DEFAULT:
        return "on by default"
    return f"off by default: select `{rule.id}` itself, or `ALL`"


def _examples(rule: Rule) -> Iterator[str]:
    """Some of the rule's examples, those that explain themselves first."""
    for title, wanted in (("## Reported", True), ("## Not reported", False)):
        fitting = [example for example in rule.examples if example.bad is wanted and _presentable(example)]
        fitting.sort(key=lambda example: not example.why)
        blocks = [_block(example) for example in fitting[:_MOST_EXAMPLES]]
        if blocks:
            yield "\n\n".join([title, *blocks])


def _presentable(example: Example) -> bool:
    """Whether code can stand in a page; some examples are there to try the parser, or to be long."""
    lines = example.code.split("\n")
    return (
        example.code.strip() != ""
        and len(lines) <= _MOST_LINES
        and all(len(line) <= _MOST_COLUMNS and line.replace("\t", "").isprintable() for line in lines)
    )


def _block(example: Example) -> str:
    fence = "```"
    while fence in example.code:
        fence += "`"
    why = example.why.strip()
    lead = f"{why[0].upper()}{why[1:].removesuffix('.')}:\n\n" if why else ""
    language = "sh" if is_dotenv(example.path) else "python"
    return f"{lead}{fence}{language}\n{example.code.strip(chr(10))}\n{fence}"
