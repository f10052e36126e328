"""What several test modules need."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from commandline import UNSAFE
from hypothesis import settings
from repositories import CONFIG, LOCK, Repository

Tree = Callable[[Mapping[str, str]], Path]


# What a run says depends on the commit alone. `--hypothesis-profile=explore` looks where no run has looked before.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile("same")


def pytest_configure() -> None:
    """Started in the background of a script, pytest ignores Ctrl-C, and so would the programs that it starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """Writes files (path -> content; a path that ends with "/" is an empty directory) and goes to their directory."""
    monkeypatch.chdir(tmp_path)

    def write(files: Mapping[str, str]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            if name.endswith("/"):
                path.mkdir(parents=True, exist_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def plain(tmp_path: Path) -> Repository:
    """A directory that is no repository."""
    path = tmp_path / "project"
    path.mkdir()
    return Repository(path)


@pytest.fixture
def repository(plain: Repository) -> Repository:
    plain.git("init", "--quiet")
    plain.write({"pyproject.toml": CONFIG, LOCK: "version = 1\n"})
    return plain


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one finding, at a.py:2:1, and a clean file."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "p"\nversion = "1"\ndependencies = ["torch>=2.7"]\n')
    (tmp_path / "a.py").write_text(UNSAFE)
    (tmp_path / "b.py").write_text("x = 1\n")
    return tmp_path


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where results are kept: outside of what is checked."""
    return tmp_path_factory.mktemp("cache")
