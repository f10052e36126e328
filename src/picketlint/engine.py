"""From the bytes of one file to its report: prefilter, tree, rules, exception comments, findings.

No I/O, no globals, and no exception for bad input: what cannot be read as Python is a finding of PKT000.
"""

from __future__ import annotations

import gc

from picketlint import prefilter, registry
from picketlint.files import is_dotenv, is_notebook
from picketlint.model import Finding, Lifecycle, Problem, Report, Span
from picketlint.records import NamedTuple
from picketlint.source import Source, UnreadableSourceError, decode, lines_ended, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from picketlint.module import Version
    from picketlint.rule import Approved
    from picketlint.wording import Policy

UNREADABLE = "PKT000"


class Checks(NamedTuple):
    """What applies to one file.

    ``codes`` are the ids of the rules to run; ``torch_floor`` tells the lowest torch release the project supports;
    ``exceptions`` how documented exceptions are judged (None: by the words picketlint ships); ``approved`` are the
    entries of the lock file for this file (None: no lock file is in use).
    """

    codes: frozenset[str]
    torch_floor: Callable[[], Version | None] = lambda: None
    exceptions: Policy | None = None
    approved: Approved | None = None


def analyze(data: bytes | str, path: str, checks: Checks, *, tree: ast.Module | None = None) -> Report:
    """Check one file.

    ``data`` is its bytes, or its text where a host has decoded it already; ``path`` is what findings are reported
    under. ``tree`` is the host's own syntax tree, if it has one: it is read, never changed.
    """
    collecting = gc.isenabled()
    # A large tree is nothing but live objects: Python's collector would go through all of them again and again.
    gc.disable()
    try:
        if tree is None and isinstance(data, bytes) and is_notebook(path):
            return _analyze_notebook(data, path, checks)
        return _analyze(data, path, checks, tree)
    finally:
        if collecting:
            gc.enable()


def _analyze(data: bytes | str, path: str, checks: Checks, tree: ast.Module | None) -> Report:
    everything = registry.load().entries
    entries = [entry for entry in everything if entry.id in checks.codes]
    if tree is None and is_dotenv(path):
        return _analyze_dotenv(data, path, [entry for entry in entries if entry.dotenv])
    unreadable = next((entry for entry in entries if entry.id == UNREADABLE), None)
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    # An approved exception that is gone must be noticed, though nothing in the file asks for a look.
    fitting = entries if checks.approved else prefilter.candidates(entries, raw)
    judged = fitting
    comments_only = _about_comments_only(entries)
    if comments_only:
        judged = prefilter.candidates([entry for entry in everything if entry.status is Lifecycle.DEFAULT], raw)
    needed = bool(checks.approved) or any(entry.alone for entry in (*fitting, *judged))
    if not needed and (unreadable is None or tree is not None):
        return Report(path)
    try:
        text = decode(data) if isinstance(data, bytes) else data
        root = parse(text) if tree is None else tree
    except UnreadableSourceError as error:
        return Report(path, (_unreadable(unreadable, path, error, raw),) if unreadable else ())
    if not needed:
        return Report(path)
    # Most files end above: the semantics and the rules are imported for those that do not.
    from picketlint.analysis import check
    from picketlint.module import Module

    # Whether a marker excuses nothing can only be told with every rule it could excuse.
    if any(entry.judges_all for entry in fitting):
        judged = prefilter.candidates(everything, raw)
    module = Module(root, Source(text), checks.torch_floor)
    seen = judged if comments_only else fitting
    others = [entry for entry in everything if entry.conceals and entry not in judged]
    findings = check(
        judged, fitting, seen, prefilter.candidates(others, raw), module, path, checks.exceptions, checks.approved
    )
    return Report(path, findings, notes=module.given_up())


def _analyze_dotenv(data: bytes | str, path: str, entries: list[registry.Entry]) -> Report:
    """Check a file of environment variables; bytes that are no UTF-8 keep nothing in it from being read."""
    from picketlint.analysis import check_dotenv

    text = data.decode("utf-8-sig", "replace") if isinstance(data, bytes) else data
    return Report(path, check_dotenv(entries, lines_ended(text), path))


def _analyze_notebook(data: bytes, path: str, checks: Checks) -> Report:
    """Check a notebook: its Python as one module, the rest of it for what rules look for in any text."""
    from picketlint.beside import check_texts
    from picketlint.notebooks.joining import join
    from picketlint.notebooks.placing import placed, placed_note
    from picketlint.notebooks.reading import read as read_notebook

    entries = [entry for entry in registry.load().entries if entry.id in checks.codes]
    unreadable = next((entry for entry in entries if entry.id == UNREADABLE), None)
    try:
        notebook = read_notebook(data)
        joined = join(notebook)
    except UnreadableSourceError as error:
        return Report(path, (_unreadable(unreadable, path, error, data),) if unreadable else ())
    report = _analyze(joined.text, path, checks, joined.root)
    findings = [placed(finding, joined) for finding in report.findings]
    texts = {cell.number: cell.source.encode("utf-8", "surrogatepass") for cell in joined.left}
    findings += [
        _unreadable(unreadable, path, one.error, texts.get(one.cell, b""), one.cell)
        for one in joined.faults
        if unreadable
    ]
    concealing = [entry for entry in registry.load().entries if entry.conceals]
    findings += check_texts(entries, concealing, notebook, joined.left, path)
    told = f"its code cells are in {notebook.language}, so they were looked through for secrets only"
    problems = () if notebook.language is None else (Problem(path, "not-python", told, fatal=False),)
    notes = tuple(placed_note(note, joined) for note in report.notes)
    return Report(path, tuple(sorted(findings, key=lambda finding: finding.sort_key)), problems, notes)


def _about_comments_only(entries: list[registry.Entry]) -> bool:
    """Whether only rules are selected that judge comments: they do so by every rule that is on by default then."""
    return any(entry.reviews for entry in entries) and all(entry.reviews or entry.id == UNREADABLE for entry in entries)


def _unreadable(
    entry: registry.Entry, path: str, error: UnreadableSourceError, raw: bytes, cell: int | None = None
) -> Finding:
    rule = entry.rule
    secrets: tuple[Span, ...] = ()
    concealing = prefilter.candidates((one for one in registry.load().entries if one.conceals), raw)
    if concealing:
        from picketlint.analysis import concealed_in

        secrets = concealed_in(raw.decode("utf-8", "surrogateescape"), concealing)
    place = Span(error.line, error.column, error.line, error.column)
    message = f"Not checked, {error.message}"
    return Finding(
        rule.id, rule.name, path, cell, place, place, message, rule.severity, rule.confidence, rule.cwe, rule.url,
        secrets=secrets,
    )  # fmt: skip
