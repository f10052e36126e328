"""Hold the prefilter against the rules: which findings it loses, and what each step of a run costs.

    python scripts/prefilter.py DIR ...             findings with the prefilter and without it, file by file
    python scripts/prefilter.py --cost DIR ...      CPU seconds per step and candidates per rule, in one process

The first prints every finding that is not the same in both, with all rules selected, and exits with 1 if there is one.
The directories hold unpacked packages (``scripts/ecosystem.py --cache`` has some); nothing in them is imported.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from picketlint import registry
from picketlint.base.files import read
from picketlint.engine import Checks, analyze
from picketlint.model import Finding, Lifecycle
from picketlint.prefilter import Look, Prefilter
from picketlint.source import UnreadableSourceError, decode, parse

CHUNK = 64
Result = TypeVar("Result")


def files(directories: Sequence[str]) -> Iterator[str]:
    """The Python files below directories."""
    for top in directories:
        for directory, _, names in os.walk(top):
            yield from (os.path.join(directory, name) for name in names if name.endswith((".py", ".pyi")))


def compare(paths: Sequence[str]) -> list[str]:
    """What the prefilter changes in the findings about some files: a line for each finding."""
    checks = Checks(frozenset(entry.id for entry in registry.load().entries))
    filtering = Look.may_fire
    told: list[str] = []
    for path in paths:
        data = read(path)
        found = analyze(data, path, checks).findings
        Look.may_fire = lambda look, rule: True  # type: ignore[method-assign, assignment]
        try:
            everything = analyze(data, path, checks).findings
        finally:
            Look.may_fire = filtering  # type: ignore[method-assign]
        told += [f"lost: {_told(finding)}" for finding in everything if finding not in found]
        told += [f"only with the prefilter: {_told(finding)}" for finding in found if finding not in everything]
    return told


def _told(finding: Finding) -> str:
    return f"{finding.path}:{finding.span.line}:{finding.span.column} {finding.rule} {finding.message}"


def compare_all(paths: Sequence[str], jobs: int) -> int:
    """Print what the prefilter changes; the exit code."""
    chunks = [paths[start : start + CHUNK] for start in range(0, len(paths), CHUNK)]
    with ProcessPoolExecutor(jobs) as pool:
        told = [line for lines in pool.map(compare, chunks) for line in lines]
    print("\n".join([*told, f"{len(paths)} files, {len(told)} differences"]))
    return 1 if told else 0


def cost(paths: Sequence[str]) -> None:
    """Print the CPU seconds of each step over some files, and how many of them each rule has to look at."""
    entries = [entry for entry in registry.load().entries if entry.status is Lifecycle.DEFAULT and entry.alone]
    checks = Checks(frozenset(entry.id for entry in registry.load().entries if entry.status is Lifecycle.DEFAULT))
    print(f"rules: {', '.join(entry.rule.id for entry in entries)}")
    analyze(b"import torch\ntorch.load(path)\neval(path)\n", "warm_up.py", checks)
    contents = _timed("read", lambda: [read(path) for path in paths])
    prefilter = Prefilter(registry.load().table)
    looks = _timed("look at the bytes", lambda: [_fitting(prefilter, entries, data) for data in contents])
    rules = Counter(rule for fitting in looks for rule in fitting)
    chosen = [(path, data) for path, data, fitting in zip(paths, contents, looks, strict=True) if fitting]
    _timed("parse", lambda: sum(_parses(data) for _, data in chosen))
    _timed("parse and analyse", lambda: sum(len(analyze(data, path, checks).findings) for path, data in chosen))
    size, left = sum(map(len, contents)) / 1e6, sum(len(data) for _, data in chosen) / 1e6
    print(f"{len(paths)} files, {size:.1f} MB, of which {len(chosen)}, {left:.1f} MB, are parsed")
    print(", ".join(f"{rule} {count}" for rule, count in sorted(rules.items())))


def _fitting(prefilter: Prefilter, entries: list[registry.Entry], data: bytes) -> list[str]:
    look = prefilter.look(data)
    return [entry.id for entry in entries if look.may_fire(entry)]


def _parses(data: bytes) -> bool:
    try:
        parse(decode(data))
    except UnreadableSourceError:
        return False
    return True


def _timed(step: str, do: Callable[[], Result]) -> Result:
    gc.disable()
    start = time.process_time()
    result = do()
    print(f"{step}: {time.process_time() - start:.2f} s")
    gc.enable()
    return result


def main() -> int:
    """Compare or measure, as asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("directories", nargs="+", metavar="DIR")
    parser.add_argument("--cost", action="store_true", help="print what the steps of a run cost")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes to compare in")
    options = parser.parse_args()
    paths = sorted(files(options.directories))
    if options.cost:
        cost(paths)
        return 0
    return compare_all(paths, options.jobs)


if __name__ == "__main__":
    sys.exit(main())
