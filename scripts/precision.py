"""How many of the findings in released packages are right, by judgements that are kept as data.

``benchmarks/judgements.csv`` says of findings in the packages of ``ecosystem.py`` whether they are right and why, each
judged by reading the code around it. The sample is drawn from the open findings of every rule: all of a rule that has
at most ``--size``, else the ``--size`` whose keyed hash is lowest. That is as good as a draw by lot, and a finding that
comes or goes with a change of a rule leaves the rest of the sample as it is. Precision is counted over the sample of
the run at hand, so a wrong finding that is mended makes room for another one, which has to be judged first; for a rule
whose findings are all on record, over all of them.

    python scripts/precision.py --cache /tmp/ecosystem                             the table, and what has changed
    python scripts/precision.py --cache /tmp/ecosystem --write docs/accuracy.md    and into the document
    python scripts/precision.py --cache /tmp/ecosystem --draw                      add what is to be judged to the data
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from math import sqrt
from pathlib import Path
from typing import NamedTuple

from ecosystem import Outcome, check_all, code_line, rewrite

from picketlint.model import Lifecycle, Status
from picketlint.registry import load

DATA = Path(__file__).parent.parent / "benchmarks" / "judgements.csv"
BEGIN = "<!-- precision: written by scripts/precision.py, changes are lost -->"
END = "<!-- precision: end -->"
SEED = "2026-11"
SIZE = 30
BAR = 0.95
MAX_CODE = 120
RIGHT, WRONG = "right", "wrong"

Key = tuple[str, str, str, str, str]
"""What a judgement is known by: package, file, rule, status and line of code; not the number of the line."""


class Judged(NamedTuple):
    """One finding, as a row of the data; ``verdict`` is ``right``, ``wrong`` or, as long as nobody has read it, empty.

    ``code`` is the line that the finding points at, cut where it is long, and empty where that may hold a credential.
    ``line`` is for readers: it may move.
    """

    package: str
    version: str
    file: str
    line: str
    rule: str
    confidence: str
    status: str
    code: str
    verdict: str = ""
    why: str = ""

    @property
    def key(self) -> Key:
        """What makes it the same finding in another run."""
        return (self.package, self.file, self.rule, self.status, self.code)


def read() -> list[Judged]:
    """The judgements on record."""
    if not DATA.exists():
        return []
    with DATA.open(encoding="utf-8", newline="") as stream:
        return [Judged(**row) for row in csv.DictReader(stream)]


def write(rows: Iterable[Judged]) -> None:
    """Put judgements on record, in an order that does not depend on when they were made."""
    ordered = sorted(rows, key=lambda row: (row.rule, row.package, row.file, int(row.line), row.code))
    with DATA.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(Judged._fields)
        writer.writerows(ordered)


def rows_of(outcome: Outcome, folder: Path) -> Iterator[Judged]:
    """The findings of a package as rows without a verdict."""
    for finding in outcome.findings:
        yield Judged(
            outcome.package,
            outcome.version,
            finding.path,
            str(finding.span.line),
            finding.rule,
            finding.confidence.value,
            finding.status.value,
            code_line(finding, folder)[:MAX_CODE].rstrip(),
        )


def sample(rows: Iterable[Judged], size: int) -> list[Judged]:
    """The open findings to be judged, rule by rule."""
    ranked: dict[str, list[tuple[str, Judged]]] = defaultdict(list)
    seen: Counter[Key] = Counter()
    for row in rows:
        seen[row.key] += 1
        if _is_open(row):
            text = "\0".join((SEED, *row.key, str(seen[row.key])))
            ranked[row.rule].append((sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), row))
    return [row for code in sorted(ranked) for _, row in sorted(ranked[code])[:size]]


def match(found: Sequence[Judged], recorded: Iterable[Judged]) -> tuple[dict[int, Judged], list[Judged]]:
    """The judgement on each finding of a run, by its ``id``, and the judgements on what the run no longer reports.

    A judgement speaks for one finding. Where several are on the same code, those of the same line go together first.
    """
    open_ones: dict[Key, list[Judged]] = defaultdict(list)
    for row in recorded:
        open_ones[row.key].append(row)
    matched: dict[int, Judged] = {}
    for moved in (False, True):
        for row in found:
            fitting = [other for other in open_ones.get(row.key, ()) if moved or other.line == row.line]
            if fitting and id(row) not in matched:
                matched[id(row)] = min(fitting, key=lambda other: abs(int(other.line) - int(row.line)))
                open_ones[row.key].remove(matched[id(row)])
    return matched, [row for rows in open_ones.values() for row in rows]


def at_least(right: int, judged: int) -> float:
    """The lower end of the 95 % interval of a proportion, after Wilson."""
    z, share = 1.96, right / judged
    centre = share + z * z / (2 * judged)
    spread = z * sqrt(share * (1 - share) / judged + z * z / (4 * judged * judged))
    return max(0.0, (centre - spread) / (1 + z * z / judged))


def table(found: Sequence[Judged], drawn: Sequence[Judged], judgement: Mapping[int, Judged]) -> Iterator[str]:
    """Markdown: precision per rule over what counts, and over all rules weighted by how often they fire."""
    yield "| rule | findings | judged | right | wrong | precision | at least (95 %) |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    findings, verdicts, weighted = Counter(row.rule for row in found if _is_open(row)), Counter[str](), 0.0
    for rule in [entry.rule for entry in load().entries if entry.rule.status is Lifecycle.DEFAULT]:
        if not findings[rule.id]:
            continue
        counted = Counter(row.verdict for row in _counted(rule.id, found, drawn, judgement))
        verdicts += counted
        right, total = counted[RIGHT], counted.total()
        share = right / total if total else 0.0
        weighted += share * findings[rule.id]
        # Where every finding is judged, there is nothing to estimate.
        bound = "" if total in (0, findings[rule.id]) else f"{at_least(right, total):.0%}"
        mark = "" if share >= BAR else " (!)"
        numbers = f"{findings[rule.id]:,} | {total} | {right} | {total - right} | {share:.1%}{mark} | {bound}"
        yield f"| {rule.id} {rule.name} | {numbers} |"
    everything = findings.total()
    numbers = f"{everything:,} | {verdicts.total()} | {verdicts[RIGHT]} | {verdicts[WRONG]}"
    yield f"| **all, weighted by findings** | {numbers} | {weighted / max(everything, 1):.1%} | |"


def _counted(
    rule: str, found: Sequence[Judged], drawn: Sequence[Judged], judgement: Mapping[int, Judged]
) -> list[Judged]:
    """The judgements on a rule: on all of its findings if there is one on each, else on those that were drawn."""
    everything = [row for row in found if row.rule == rule and _is_open(row)]
    complete = all(id(row) in judgement for row in everything)
    chosen = everything if complete else [row for row in drawn if row.rule == rule]
    return [judgement[id(row)] for row in chosen if id(row) in judgement]


def _is_open(row: Judged) -> bool:
    return row.status == Status.OPEN.value


def changes(reported: Sequence[Judged], gone: Sequence[Judged], missing: Sequence[Judged]) -> Iterator[str]:
    """What a run has to say about the judgements on record."""
    lost = [row for row in gone if row.verdict == RIGHT]
    for title, rows in (
        ("in the sample and not judged yet", missing),
        ("judged right and no longer reported", lost),
        ("judged wrong and no longer reported", [row for row in gone if row.verdict == WRONG]),
        ("judged wrong and still reported", [row for row in reported if row.verdict == WRONG]),
    ):
        yield f"{title}: {len(rows)}"
        for row in sorted(rows, key=lambda row: (row.rule, row.package, row.file, int(row.line))):
            yield f"  {row.rule} {row.package} {row.file}:{row.line} `{row.code}` {row.why}".rstrip()


def main() -> int:
    """Print precision per rule and the changes; exit 1 where the sample has findings that nobody has judged."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cache", type=Path, required=True, help="where wheels are kept and unpacked")
    parser.add_argument("--size", type=int, default=SIZE, help="findings to judge per rule (default %(default)s)")
    parser.add_argument("--write", type=Path, metavar="DOCUMENT", help="put the table there, too")
    parser.add_argument("--draw", action="store_true", help="add what is in the sample and not judged to the data")
    options = parser.parse_args()
    outcomes = list(check_all(options.cache))
    if any(outcome.problems for outcome, _ in outcomes):
        sys.exit("some files could not be checked: no precision can be told from that")
    found = [row for outcome, folder in outcomes for row in rows_of(outcome, folder)]
    judgement, gone = match(found, [row for row in read() if row.verdict])
    drawn = sample(found, options.size)
    missing = [row for row in drawn if id(row) not in judgement]
    lines = "\n".join(table(found, drawn, judgement))
    print(lines, "", *changes(list(judgement.values()), gone, missing), sep="\n")
    if options.draw:
        write([*(row for row in read() if row.verdict), *missing])
    if options.write:
        rewrite(options.write, BEGIN, END, lines)
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
