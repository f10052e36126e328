"""The pre-commit hook, installed and run by pre-commit itself in a small git project."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hosts import Run, run
from notebooks import document

PROJECT = Path(__file__).parent.parent
UNSAFE = "import torch\n\n\ndef load(p):\n    return torch.load(p, weights_only=False)\n"
MENDED = UNSAFE.replace("False", "True")
NOTEBOOK = json.dumps(document("import torch", "torch.load(p, weights_only=False)"))
FILES = {
    "train.py": UNSAFE,
    "tests/test_train.py": UNSAFE,
    "dist/lib/train.py": UNSAFE,
    "vendored/train.py": UNSAFE,
    "notes.txt": UNSAFE,
    "explore.ipynb": NOTEBOOK,
    "pyproject.toml": '[tool.picketlint]\nextend-exclude = ["vendored/"]\n',
}
# Whatever the developer has configured for git stays out of it.
GIT = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    **{
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "A"), ("EMAIL", "a@b"))
    },
}

pytestmark = pytest.mark.network


def git(*arguments: str, cwd: Path) -> Run:
    done = run("git", *arguments, cwd=cwd, env=GIT)
    assert done.code == 0, done.err
    return done


def commit(directory: Path) -> Path:
    git("init", "--quiet", cwd=directory)
    git("add", "--force", ".", cwd=directory)
    git("commit", "--quiet", "--message=All", cwd=directory)
    return directory


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as it is in the working directory, committed, in a repository that pre-commit can clone."""
    pytest.importorskip("pre_commit", reason="pre-commit is not installed")
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    scratch = tmp_path_factory.mktemp("wheels")
    if run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", scratch, "hatchling", cwd=scratch).code:
        pytest.skip("no package index can be reached, and pre-commit installs the hook from one")
    copy = tmp_path_factory.mktemp("repository")
    for name in (".pre-commit-hooks.yaml", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, copy)
    shutil.copytree(PROJECT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return commit(copy)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return commit(tmp_path / "project")


def pre_commit(*arguments: str | Path, cwd: Path, home: Path, env: Mapping[str, str] | None = None) -> Run:
    command = [sys.executable, "-m", "pre_commit", *arguments]
    return run(*command, cwd=cwd, env={**GIT, "PRE_COMMIT_HOME": str(home), "PRE_COMMIT_COLOR": "never", **(env or {})})


def test_try_repo(repository: Path, project: Path, tmp_path: Path) -> None:
    done = pre_commit("try-repo", repository, "picketlint", "--all-files", "--verbose", cwd=project, home=tmp_path)
    assert done.code == 1, done.out + done.err
    assert "picketlint...............................................................Failed" in done.out
    assert "PKT101" in done.out
    assert "train.py:5:12" in done.out
    assert "explore.ipynb:cell 2:1:1" in done.out
    assert "Found 2 errors in 2 files" in done.out


def test_a_configured_hook(repository: Path, project: Path, tmp_path: Path) -> None:
    revision = git("rev-parse", "HEAD", cwd=repository).out.strip()
    config = f"repos:\n- repo: {repository}\n  rev: {revision}\n  hooks:\n  - id: picketlint\n"
    (project / ".pre-commit-config.yaml").write_text(config)
    git("add", ".", cwd=project)

    def hook() -> Run:
        return pre_commit("run", "--all-files", cwd=project, home=tmp_path / "home")

    assert "PKT101" in hook().out
    (project / "train.py").write_text(MENDED)
    (project / "explore.ipynb").write_text(NOTEBOOK.replace("False", "True"))
    mended = hook()
    assert mended.code == 0, mended.out
    assert "Passed" in mended.out
    (project / "pyproject.toml").write_text("[tool.picketlint]\nselct = []\n")
    broken = hook()
    assert broken.code == 1
    assert "exit code: 2" in broken.out
    assert 'unknown key "selct"' in broken.out


def test_the_hook_for_files_of_environment_variables(repository: Path, project: Path, tmp_path: Path) -> None:
    for name in (".env", "prod.env", "deploy/.env.local", "environment.py", ".env.example"):
        path = project / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("TOKEN=s3cretvalue99\n")
    git("add", "--force", ".env", "prod.env", "deploy", "environment.py", ".env.example", cwd=project)
    done = pre_commit("try-repo", repository, "picketlint-env", "--all-files", cwd=project, home=tmp_path)
    assert done.code == 1, done.out + done.err
    for name in (".env", "prod.env", "deploy/.env.local"):
        assert f" --> {name}:1:1" in done.out
    assert "environment.py" not in done.out
    assert ".env.example" not in done.out
    assert "s3cretvalue99" not in done.out


def test_the_hook_that_locks_exceptions_runs_when_it_is_asked_to(
    repository: Path, project: Path, tmp_path: Path
) -> None:
    revision = git("rev-parse", "HEAD", cwd=repository).out.strip()
    hooks = "  hooks:\n  - id: picketlint\n  - id: picketlint-lock\n"
    (project / ".pre-commit-config.yaml").write_text(f"repos:\n- repo: {repository}\n  rev: {revision}\n{hooks}")
    (project / "explore.ipynb").unlink()
    (project / "train.py").write_text(UNSAFE.rstrip() + "  # written by our own exporter, never by a user\n")
    (project / "pyproject.toml").write_text(
        '[tool.picketlint]\nextend-exclude = ["vendored/"]\nexceptions-lock = "lock.toml"\n'
    )
    lock = project / "lock.toml"
    lock.write_text("version = 1\n")
    git("add", "--all", ".", cwd=project)
    refused = pre_commit("run", "--all-files", cwd=project, home=tmp_path / "home")
    assert refused.code == 1
    assert "PKT904" in refused.out
    assert "lock file of documented exceptions" not in refused.out
    locked = pre_commit("run", "picketlint-lock", "--hook-stage", "manual", cwd=project, home=tmp_path / "home")
    assert "lock.toml written: 1 exception" in locked.out
    assert 'path = "train.py"' in lock.read_text()
    git("add", "--all", ".", cwd=project)
    approved = pre_commit("run", "--all-files", cwd=project, home=tmp_path / "home")
    assert approved.code == 0, approved.out
