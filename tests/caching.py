"""Runs that keep their results, and know which files they had to check."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from picketlint.configuration import settings
from picketlint.configuration.settings import Overrides, Resolver
from picketlint.engine import Checks, analyze
from picketlint.execution import cache, work
from picketlint.execution.runner import Options, Runner
from picketlint.model import Report
from picketlint.scan import Scan


class Run:
    """One run of the library over the working directory, and which files it had to check."""

    def __init__(self, store: Path, overrides: Overrides = settings.NO_OVERRIDES, *, by_content: bool = False) -> None:
        self.notes: list[str] = []
        self.checked: list[str] = []

        def checking(data: bytes, display: str, checks: Checks) -> Report:
            self.checked.append(display)
            return analyze(data, display, checks)

        options = Options(jobs=1, cache_directory=str(store), by_content=by_content, always_cached=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(work, "check_data", checking)
            scan = Scan(["."], Resolver(overrides), runner=Runner(options, self.notes.append))
            self.reports = list(scan)
        self.plain = list(Scan(["."], Resolver(overrides)))
        assert self.reports == self.plain
        assert scan.files == len(self.plain)

    @property
    def rules(self) -> list[str]:
        return [finding.rule for report in self.reports for finding in report.findings]


def settle() -> None:
    """Wait until no file looks as if it were still being written."""
    time.sleep(cache._TICK / 1e9 + 0.05)


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)
