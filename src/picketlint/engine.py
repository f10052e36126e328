"""From the bytes of one file to its report: prefilter, tree, rules, exception comments, findings.

No I/O, and no exception for bad input: what cannot be read as Python is a finding of PKT000. Nothing outlives a file
but what a selection of rules comes to.
"""

from __future__ import annotations

import gc

from picketlint import registry
from picketlint.base.files import is_dotenv, is_notebook
from picketlint.base.lazy import cached, regex
from picketlint.base.records import NamedTuple
from picketlint.model import Finding, Lifecycle, Problem, Report, Span
from picketlint.prefilter import Prefilter
from picketlint.source import (
    Source,
    UnreadableSourceError,
    decode,
    lines_ended,
    parse,
    refuse_unparsable,
    refuse_unreadable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable

    from picketlint.exceptions.wording import Policy
    from picketlint.prefilter import Look
    from picketlint.rule import Approved
    from picketlint.semantics.module import Version

UNREADABLE = "PKT000"
# The shell of IPython where more is done with it than to import it and to ask which one it is, as many modules do.
_SHELL = regex(r"(?<!import )get_ipython(?!\(\)\.__class__\b)|import get_ipython(?![ \t]*(?:[,;#\r\n]|\Z))")


class Checks(NamedTuple):
    """What applies to one file.

    ``codes`` are the ids of the rules to run; ``torch_floor`` tells the lowest torch release the project supports;
    ``exceptions`` how documented exceptions are judged (None: by the words picketlint ships); ``approved`` are the
    entries of the lock file for this file (None: no lock file is in use). Without ``strict``, a file in which no rule
    can fire is not parsed: PKT000 then reports what its bytes alone tell.
    """

    codes: frozenset[str]
    torch_floor: Callable[[], Version | None] = lambda: None
    exceptions: Policy | None = None
    approved: Approved | None = None
    strict: bool = True


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


def expect(size: int) -> None:
    """Be told how many bytes there are to check, by this process and those that it forks."""
    _prefilter(registry.load()).expect(size)


def foresee(size: int) -> None:
    """Be told how many bytes there will be: what takes long to get ready for them is begun in a thread.

    That ends with ``expect``, which has to be called before this process is forked.
    """
    _prefilter(registry.load()).foresee(size)


def prepare(codes: Iterable[str]) -> None:
    """Import what running these rules takes, before this process is forked or frozen."""
    from importlib import import_module

    import_module("picketlint.analysis")
    wanted = frozenset(codes)
    for entry in registry.load().entries:
        if entry.id in wanted:
            import_module(entry.module)


def _analyze(data: bytes | str, path: str, checks: Checks, tree: ast.Module | None, *, mended: bool = False) -> Report:
    """Check a file. In a ``mended`` tree, what the magics of IPython do stands in their place."""
    plan = _plan(checks.codes)
    if tree is None and is_dotenv(path):
        return _analyze_dotenv(data, path, plan.dotenv)
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    look = plan.prefilter.look(raw)
    # An approved exception that is gone must be noticed, though nothing in the file asks for a look.
    needed = bool(checks.approved) or any(map(look.may_fire, plan.starters))
    if not needed and (plan.unreadable is None or tree is not None):
        return Report(path)
    try:
        if not needed and not checks.strict and isinstance(data, bytes):
            refuse_unreadable(data)
            return Report(path)
        text = decode(data) if isinstance(data, bytes) else data
        if not needed:
            refuse_unparsable(text)
            return Report(path)
        magics = not mended and "get_ipython" in text and _SHELL.search(text) is not None
        root = parse(text) if tree is None or magics else tree
    except UnreadableSourceError as error:
        return Report(path, _unreadable(plan, path, error, raw))
    if magics:
        from picketlint.notebooks.written import understand

        understand(root)
    return _check(root, Source(text), path, look, plan, checks)


def _check(root: ast.Module, source: Source, path: str, look: Look, plan: _Plan, checks: Checks) -> Report:
    """Check a file that was parsed, with those of the rules that can fire in it."""
    # Most files never come here: the semantics and the rules are imported for those that do.
    from picketlint.analysis import check
    from picketlint.semantics.module import Module

    fitting = [entry for entry in plan.entries if checks.approved or look.may_fire(entry)]
    # Whether a marker excuses nothing can only be told with every rule it could excuse.
    everyone = any(entry.judges_all for entry in fitting)
    firing = _firing(plan, look, everyone=everyone)
    judged = firing if everyone else [one for one in firing if one in plan.judges] if plan.judges else fitting
    seen = judged if plan.judges else fitting
    module = Module(root, source, checks.torch_floor)
    others = [entry for entry in firing if entry.conceals and entry not in judged]
    findings = check(judged, fitting, seen, others, module, path, checks.exceptions, checks.approved)
    return Report(path, findings, notes=module.notes())


class _Plan(NamedTuple):
    """What a selection of rules comes to.

    ``entries`` are those of the rules that look at Python code or comments, ``dotenv`` those that look at files of
    environment variables. ``judges`` are the rules by which comments are judged where only such are selected that do
    so: all that are on by default. A file is looked at closely for the sake of one of the ``starters``. ``concealing``
    are those that find what no output may show. The prefilter is about all rules, and shared by all selections.
    """

    known: registry.Registry
    entries: tuple[registry.Entry, ...]
    dotenv: tuple[registry.Entry, ...]
    judges: tuple[registry.Entry, ...]
    concealing: tuple[registry.Entry, ...]
    starters: tuple[registry.Entry, ...]
    unreadable: registry.Entry | None
    prefilter: Prefilter


_plans: dict[frozenset[str], _Plan] = {}


def _plan(codes: frozenset[str]) -> _Plan:
    known = registry.load()
    plan = _plans.get(codes)
    if plan is None or plan.known is not known:
        plan = _plans[codes] = _made(codes, known, _prefilter(known))
    return plan


@cached
def _prefilter(known: registry.Registry) -> Prefilter:
    return Prefilter(known.table)


def _made(codes: frozenset[str], known: registry.Registry, prefilter: Prefilter) -> _Plan:
    selected = tuple(entry for entry in known.entries if entry.id in codes)
    entries = tuple(entry for entry in selected if entry.alone or entry.reviews)
    comments_only = bool(entries) and all(entry.reviews for entry in entries)
    by_default = (entry for entry in known.entries if entry.status is Lifecycle.DEFAULT and entry.alone)
    judges = tuple(by_default) if comments_only else ()
    return _Plan(
        known,
        entries,
        tuple(entry for entry in selected if entry.dotenv),
        judges,
        tuple(entry for entry in known.entries if entry.conceals),
        (*(entry for entry in entries if entry.alone), *judges),
        next((entry for entry in selected if entry.id == UNREADABLE), None),
        prefilter,
    )


def _firing(plan: _Plan, look: Look, *, everyone: bool = False) -> list[registry.Entry]:
    """The rules that can find something in a file: the plan's, and of the rest those that conceal, or ``everyone``."""
    rest = (entry for entry in plan.known.entries if entry.alone and (entry.conceals or everyone))
    asked = {*plan.entries, *plan.judges, *rest}
    return [entry for entry in plan.known.entries if entry in asked and look.may_fire(entry)]


def _analyze_dotenv(data: bytes | str, path: str, entries: tuple[registry.Entry, ...]) -> Report:
    """Check a file of environment variables; bytes that are no UTF-8 keep nothing in it from being read."""
    from picketlint.analysis import check_dotenv

    text = data.decode("utf-8-sig", "replace") if isinstance(data, bytes) else data
    return Report(path, check_dotenv(entries, lines_ended(text), path))


def _analyze_notebook(data: bytes, path: str, checks: Checks) -> Report:
    """Check a notebook: its Python as one module, the rest of it for what rules look for in any text."""
    from picketlint.notebook_texts import check_texts
    from picketlint.notebooks.joining import join
    from picketlint.notebooks.placing import placed, placed_note
    from picketlint.notebooks.reading import read as read_notebook

    plan = _plan(checks.codes)
    try:
        notebook = read_notebook(data)
        joined = join(notebook)
    except UnreadableSourceError as error:
        return Report(path, _unreadable(plan, path, error, data))
    report = _analyze(joined.text, path, checks, joined.root, mended=True)
    findings = [placed(finding, joined) for finding in report.findings]
    texts = {cell.number: cell.source.encode("utf-8", "surrogatepass") for cell in joined.left}
    for one in joined.faults:
        findings += _unreadable(plan, path, one.error, texts.get(one.cell, b""), one.cell)
    findings += check_texts(plan.entries, plan.concealing, notebook, joined.left, path)
    problems = () if notebook.language is None else (_other_language(path, notebook.language),)
    notes = tuple(placed_note(note, joined) for note in report.notes)
    return Report(path, tuple(sorted(findings, key=lambda finding: finding.sort_key)), problems, notes)


def _other_language(path: str, language: str) -> Problem:
    from picketlint.credentials.tokens import starred

    told = f"its code cells are in {starred(language)}, so they were looked through for secrets only"
    return Problem(path, "not-python", told, fatal=False)


def _unreadable(
    plan: _Plan, path: str, error: UnreadableSourceError, raw: bytes, cell: int | None = None
) -> tuple[Finding, ...]:
    """The finding of PKT000, if that rule is selected; no output shows the secrets in what it is about."""
    if plan.unreadable is None:
        return ()
    # What a rule needs in code says little about text that is none: here everything counts that hides something.
    from picketlint.analysis import concealed_in

    secrets = concealed_in(raw.decode("utf-8", "surrogateescape"), plan.concealing)
    place = Span(error.line, error.column, error.line, error.column)
    message = f"Not checked, {error.message}"
    return (plan.unreadable.rule.finding(path, place, message, cell=cell, secrets=secrets),)
