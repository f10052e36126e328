"""A git repository with a lock file of documented exceptions, and picketlint run in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from commandline import Outcome, picketlint

REASON = "written by our own exporter, never by a user"
OTHER = "generated internally by the nightly job, not supplied by the user"
LOCK = "picketlint-exceptions.toml"
CONFIG = f'[tool.picketlint]\nexceptions-lock = "{LOCK}"\ncode-owners = ["@org/security", "ml@example.org"]\n'

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="file names and permissions are others there")


def load(name: str, reason: str = REASON) -> str:
    return f"torch.load({name}, weights_only=False)  # {reason}\n"


def module(*lines: str) -> str:
    return "import torch\n" + "".join(lines)


class Repository:
    """A git repository, and picketlint run in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(self, *arguments: str, author: str = "Ada", date: str = "2024-03-01T12:00:00+01:00") -> str:
        environ = {
            **os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": author,
            "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "C", "GIT_COMMITTER_EMAIL": "c@example.org",
            "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": "2025-01-01T00:00:00Z",
        }  # fmt: skip
        done = subprocess.run(
            ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *arguments], cwd=self.path,
            env=environ, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    def write(self, files: Mapping[str, str]) -> None:
        for name, content in files.items():
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_text(content, encoding="utf-8")

    def commit(self, files: Mapping[str, str], author: str = "Ada", date: str = "2024-03-01T12:00:00+01:00") -> str:
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change", author=author, date=date)
        return self.git("rev-parse", "HEAD").strip()

    def run(self, *arguments: str, cwd: str = ".") -> Outcome:
        return picketlint(*arguments, cwd=self.path / cwd)

    def exceptions(self, *arguments: str, cwd: str = ".") -> dict[str, Any]:
        outcome = self.run("exceptions", "--output-format", "json", *arguments, cwd=cwd)
        assert outcome.code == 0, outcome
        document: dict[str, Any] = json.loads(outcome.out)
        return document

    def new(self, revision: str, *arguments: str, cwd: str = ".") -> list[str]:
        document = self.exceptions("--since", revision, "--no-blame", *arguments, cwd=cwd)
        assert document["since"] == revision
        return [f"{one['path']}:{one['line']}" for one in document["exceptions"]]

    def lock(self, *arguments: str, cwd: str = ".") -> str:
        outcome = self.run("exceptions", "--lock", *arguments, cwd=cwd)
        assert outcome.code == 0, outcome
        return outcome.out

    def check(self, *arguments: str, cwd: str = ".") -> list[str]:
        """What is open, as ``path:line:rule``."""
        outcome = self.run("check", "--output-format", "json", *arguments, cwd=cwd)
        assert outcome.code in (0, 1), outcome
        found = [one for one in json.loads(outcome.out)["findings"] if one["status"] == "open"]
        return [f"{one['path']}:{one['line']}:{one['rule']}" for one in found]
