"""Files of environment variables: what they set, which of them are checked, and that no value leaves them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hosts import picketlint, run

from picketlint.base.files import is_dotenv
from picketlint.credentials.dotenv import Variable, parse

VALUE = "s3cretvalue99"
NAMES = "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"


@pytest.mark.parametrize("path", [".env", ".env.local", "a/.env.production", "deploy/prod.env", ".env.example"])
def test_called_like_one(path: str) -> None:
    assert is_dotenv(path)


@pytest.mark.parametrize(
    "path", ["env.py", ".environment", ".envrc", "a.env.py", ".env/train.py", "venv", "my.environ"]
)
def test_not_called_like_one(path: str) -> None:
    assert not is_dotenv(path)


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("A=b", "A", "b"),
        ("  export A = b c  # note", "A", "b c"),
        ("A='b # c' # d", "A", "b # c"),
        ('A="b \\" c"', "A", 'b \\" c'),
        ("A=b#c", "A", "b#c"),
        ("A.b_C=1", "A.b_C", "1"),
        ("A='never closed", "A", "'never closed"),
        ("A=$B/c", "A", "$B/c"),
    ],
)
def test_what_sets_something(line: str, name: str, value: str) -> None:
    column = line.index(value) + 1
    assert parse(".env", f"# first\n{line}\n").variables == (
        Variable(name, value, 2, column, column + len(value)),
    ) or (
        # Quotes are part of what is hidden.
        parse(".env", f"# first\n{line}\n").variables[0][:3] == (name, value, 2)
    )


@pytest.mark.parametrize(
    "line", ["", "# A=b", "A", "A=", "A=''", 'A=""  # none', "A= # none", "A=$B", "A=${B}", "=b", "1A=b"]
)
def test_what_sets_nothing(line: str) -> None:
    assert parse(".env", line).variables == ()


@pytest.mark.parametrize("name", [".env.example", "sample.env", ".env.TEMPLATE", ".env.prod.dist"])
def test_one_to_copy(name: str) -> None:
    assert parse(f"a/{name}", "A=b").template


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    for name in NAMES:
        monkeypatch.setenv(name, "/dev/null")
    for path in (".env", "sub/.env.local", "own/.env", ".env.example", "tests/.env", "spaced name.env"):
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"# settings\r\nTOKEN={VALUE}\r\n")
    (tmp_path / ".gitignore").write_text(".env\n")
    assert run("git", "init", "--quiet", cwd=tmp_path).code == 0
    add = run("git", "add", "--force", ".env", "sub", ".env.example", "tests", "spaced name.env", cwd=tmp_path)
    assert add.code == 0, add.err
    return tmp_path


def test_only_what_git_tracks(repository: Path) -> None:
    done = picketlint("check", "--output-format", "json", cwd=repository)
    assert done.code == 1, done.err
    found = [(f["rule"], f["path"], f["line"], f["column"]) for f in json.loads(done.out)["findings"]]
    assert found == [
        ("PKT405", ".env", 2, 1),
        ("PKT405", "spaced name.env", 2, 1),
        ("PKT405", "sub/.env.local", 2, 1),
    ]


@pytest.mark.parametrize("output", ["text", "concise", "json"])
def test_no_value_leaves_the_file(repository: Path, output: str) -> None:
    done = picketlint("check", "--verbose", "--output-format", output, cwd=repository)
    assert "PKT405" in done.out
    assert "`.env.local` to .gitignore" in done.out
    assert VALUE not in done.out + done.err
    assert VALUE[:4] not in done.out + done.err


def test_named_but_not_tracked(repository: Path) -> None:
    done = picketlint("check", "own/.env", ".env", cwd=repository)
    assert done.code == 1
    assert "warning: own/.env: not checked: git does not track it" in done.err
    assert ".env:2:1" in done.out


def test_outside_a_repository(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=b\n")
    silent = picketlint("check", cwd=tmp_path)
    assert (silent.code, silent.err.count("env")) == (0, 0)
    named = picketlint("check", ".env", cwd=tmp_path)
    assert named.code == 0
    assert "this is not a git repository" in named.err


def test_deselected_it_is_not_even_looked_for(repository: Path) -> None:
    done = picketlint("check", "--ignore", "PKT405", cwd=repository)
    assert (done.code, done.err) == (
        0,
        "warning: there are no Python files or notebooks to check under the given paths\n",
    )


def test_excluded(repository: Path) -> None:
    (repository / "pyproject.toml").write_text('[tool.picketlint]\nexclude = ["sub/", "*.env"]\n')
    done = picketlint("check", "--output-format", "concise", cwd=repository)
    assert "sub/.env.local" not in done.out
    assert "spaced name" not in done.out
