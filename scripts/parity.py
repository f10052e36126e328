"""Whether the API, the command line, flake8 and Bandit find the same in released packages.

Every front-end is run as its users run it, on the whole of each package, and told to report picketlint's rules alone.
Compared are the open findings by file, rule and first line; where a host puts a finding on another line, so that no
comment can hide it, the line that its text names.

    python scripts/parity.py --cache /tmp/ecosystem --only nemo_toolkit
    python scripts/parity.py --cache /tmp/ecosystem --write docs/ecosystem.md
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ecosystem import PACKAGES, check, fetch, rewrite

from picketlint.model import Status
from picketlint.registry import load

BEGIN = "<!-- parity: written by scripts/parity.py, changes are lost -->"
END = "<!-- parity: end -->"
# Those with the most findings of every rule; flake8 and Bandit would need half an hour for all packages.
DEFAULT = ("nemo_toolkit", "nvidia_modelopt", "mlflow", "ray", "modelscope", "espnet", "monai", "torchtune")
# No host calls a plugin for what these are about.
UNKNOWN_TO_BANDIT = {"PKT000", "PKT405"}
FLAKE8_LINE = re.compile(r"(?P<path>.+?):(?P<line>\d+):\d+: (?P<code>PKT\d+) (?P<message>.+)")
TRUE_LINE = re.compile(r"\(line (\d+), where a no(?:qa|sec) would hide this\)")
MORE_LINES = re.compile(r"; the same on line ([\d, ]+), which Bandit has no room for")

Place = tuple[str, str, int]
"""File, rule and line of a finding."""


def api(folder: Path) -> Iterator[Place]:
    """As Python code finds them."""
    for finding in check(folder.name, "", folder).findings:
        if finding.status is Status.OPEN:
            yield finding.path, finding.rule, finding.span.line


def command_line(folder: Path) -> Iterator[Place]:
    """As ``picketlint check`` reports them."""
    report = json.loads(_run(folder, "picketlint", "check", "--output-format", "json", "."))
    for finding in report["findings"]:
        if finding["status"] == Status.OPEN.value:
            yield finding["path"], finding["rule"], finding["line"]


def flake8(folder: Path) -> Iterator[Place]:
    """As flake8 reports them."""
    for line in _run(folder, "flake8", "--isolated", "--select", "PKT", ".").splitlines():
        found = FLAKE8_LINE.fullmatch(line)
        if found:
            yield _inside(found["path"]), found["code"], _line(found["message"], int(found["line"]))


def bandit(folder: Path) -> Iterator[Place]:
    """As Bandit reports them."""
    codes = ",".join(entry.id for entry in load().entries if entry.id not in UNKNOWN_TO_BANDIT)
    output = _run(folder, "bandit", "--quiet", "--recursive", "--format", "json", "--tests", codes, ".")
    for issue in json.loads(output)["results"]:
        path, code, text = _inside(issue["filename"]), issue["test_id"], issue["issue_text"]
        yield path, code, _line(text, issue["line_number"])
        more = MORE_LINES.search(text)
        for number in more[1].split(", ") if more else ():
            yield path, code, int(number)


def _run(folder: Path, module: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", module, *arguments], cwd=folder, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{module} failed: {done.stderr.decode(errors='replace')[-500:]}")
    return done.stdout.decode("utf-8", "replace")


def _inside(path: str) -> str:
    return Path(path).as_posix()


def _line(text: str, shown: int) -> int:
    told = TRUE_LINE.search(text)
    return int(told[1]) if told else shown


FRONT_ENDS: dict[str, Callable[[Path], Iterable[Place]]] = {
    "API": api,
    "command line": command_line,
    "flake8": flake8,
    "Bandit": bandit,
}


def compare(folder: Path, name: str) -> tuple[str, list[str]]:
    """Markdown: how many places each front-end reports, and a line for each that one of them alone has or lacks."""
    found = {front_end: set(places(folder)) for front_end, places in FRONT_ENDS.items()}
    differences = [
        f"- {title} {front_end}: {name} {code} {path}:{line}"
        for front_end, places in found.items()
        for title, different in (("not in", found["API"] - places), ("only in", places - found["API"]))
        for path, code, line in sorted(different)
    ]
    return f"| {name} | {' | '.join(str(len(places)) for places in found.values())} |", differences


def main() -> int:
    """Print the table and the differences; exit 1 if there are any."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cache", type=Path, required=True, help="where wheels are kept and unpacked")
    parser.add_argument("--only", action="append", choices=sorted(PACKAGES), help="this package (repeatable)")
    parser.add_argument("--write", type=Path, metavar="DOCUMENT", help="put the table there, too")
    options = parser.parse_args()
    rows = [f"| package | {' | '.join(FRONT_ENDS)} |", f"|---|{'---:|' * len(FRONT_ENDS)}"]
    differences: list[str] = []
    for package in options.only or DEFAULT:
        row, different = compare(fetch(package, PACKAGES[package], options.cache), package)
        rows.append(row)
        differences += different
    text = "\n".join([*rows, "", *(differences or ["No difference."])])
    print(text)
    if options.write:
        rewrite(options.write, BEGIN, END, text)
    return int(bool(differences))


if __name__ == "__main__":
    sys.exit(main())
