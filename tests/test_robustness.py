"""Hostile and broken input, through the real command line: always a clear line, never a crash, never a silent pass."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from commandline import UNSAFE, Outcome, environment, picketlint

from picketlint import registry
from picketlint.engine import Checks, analyze

CHECK = ("check", "--isolated", "--output-format", "concise")
GOOD = "good.py:2:1: PKT101"


def check(cwd: Path, *paths: str | bytes, python: tuple[str, ...] = ()) -> Outcome:
    outcome = picketlint(*CHECK, *paths, cwd=cwd, python=python)
    assert "Traceback" not in outcome.err
    assert "Warning:" not in outcome.err
    assert "internal-error" not in outcome.err
    assert "picketlint failed" not in outcome.err, outcome
    return outcome


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A directory with one ordinary file, which has one finding: it must be reported whatever lies beside it."""
    (tmp_path / "good.py").write_text(UNSAFE)
    return tmp_path


def test_a_missing_path(project: Path) -> None:
    outcome = check(project, "good.py", "no/such.py")
    assert outcome.code == 2
    assert outcome.err == "error: no/such.py: no such file or directory: check its spelling or leave it out\n"
    assert GOOD in outcome.out
    assert "The check is incomplete" in outcome.out


def test_a_file_that_may_not_be_read(project: Path) -> None:
    secret = project / "secret.py"
    secret.touch(mode=0o000)
    if os.access(secret, os.R_OK):
        pytest.skip("this user may read everything")
    outcome = check(project)
    assert outcome.code == 2
    assert "error: secret.py: cannot be read (Permission denied)" in outcome.err
    assert GOOD in outcome.out


def test_a_link_to_itself(project: Path) -> None:
    (project / "loop.py").symlink_to("loop.py")
    outcome = check(project, "good.py", "loop.py")
    assert outcome.code == 2
    assert "error: loop.py: cannot be read" in outcome.err
    assert GOOD in outcome.out
    outcome = check(project)
    assert outcome.code == 2
    assert "error: loop.py: cannot be read" in outcome.err
    assert GOOD in outcome.out


def test_directories_that_contain_themselves(project: Path) -> None:
    (project / "inner").mkdir()
    (project / "inner" / "up").symlink_to("..")
    (project / "self").symlink_to(".")
    outcome = check(project)
    assert outcome.code == 1
    assert outcome.out.count(": PKT101 ") == 1
    assert outcome.err == ""


NEWER = "type X = int\n" if sys.version_info < (3, 12) else 'x = t"{y}"\n'

UNREADABLE = {
    "no-syntax": (b"def f(:\n", "1:7", "it does not parse: "),
    "conflict": (
        b"x = 1\n<<<<<<< HEAD\nx = 2\n=======\nx = 3\n>>>>>>> theirs\n",
        "2:1",
        "it does not parse: invalid syntax (a mark of a merge conflict that nobody resolved)",
    ),
    "newer-syntax": (NEWER.encode(), "1:", "it does not parse: "),
    "latin-1-without-a-cookie": (b"x = 1\ns = '\xe9'\n", "2:6", "byte 0xe9 is not valid utf-8"),
    "after-wide-characters": ("s = '文字".encode() + b"\xff'\n", "1:8", "byte 0xff is not valid utf-8"),
    "after-bare-carriage-returns": (b"x = 1\ry = 2\r\xff\r", "3:1", "byte 0xff is not valid utf-8"),
    "nul": (b"x = 1\n\0\n", "2:1", "the file contains a NUL byte"),
    "unknown-cookie": (b"# coding: klingon\n", "1:1", "unknown encoding 'klingon'"),
    "cookie-of-a-codec-that-is-no-text": (b"# coding: zlib\n", "1:1", "unknown encoding 'zlib'"),
    "utf-16-cookie": (b"# coding: utf-16\nx = 1\n", "1:1", "unknown encoding 'utf-16'"),
    "bom-and-another-cookie": (b"\xef\xbb\xbf# coding: latin-1\n", "1:1", "a UTF-8 byte order mark contradicts"),
    "utf-16": ("x = 1\n".encode("utf-16"), "1:1", "byte 0xff is not valid utf-8"),
    "binary": (bytes(range(256)) * 40, "", "byte 0x80 is not valid utf-8"),
    "many-brackets": (b"(" * 1000 + b")" * 1000 + b"\n", "1:", ""),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_a_finding(project: Path, case: str) -> None:
    data, place, reason = UNREADABLE[case]
    if case == "newer-syntax" and sys.version_info >= (3, 14):
        pytest.skip("every syntax this test knows is known to this Python")
    (project / "bad.py").write_bytes(data)
    outcome = check(project)
    assert outcome.code == 1
    bad, good = outcome.out.splitlines()[:2]
    assert bad.startswith(f"bad.py:{place}")
    assert f"PKT000 Not checked, {reason}" in bad
    assert good.startswith(GOOD)
    # The format that quotes the code must survive it, too.
    text = picketlint("check", "--isolated", cwd=project)
    assert text.code == 1
    assert text.err == ""
    assert not set(text.out) & {*map(chr, range(32)), "\x7f"} - {"\n"}


READABLE = {
    "empty": b"",
    "bom": b"\xef\xbb\xbfx = 1\n",
    "crlf": b"x = '''\r\n'''\r\n",
    "bare-cr": b"x = 1\ry = 2\r",
    "form-feed": b"\x0cx = 1\n\x0c\ny = 2\n",
    "latin-1-cookie": b"# -*- coding: latin-1 -*-\ns = '\xe9'\n",
    "emacs-cookie": "# -*- coding: utf-8-unix -*-\ns = '文'\n".encode(),
    "emacs-cookie-and-bom": b"\xef\xbb\xbf# -*- coding: utf-8-dos -*-\r\n",
    "invalid-escapes": b"a = '\\d'\nb = b'\\q'\nc = 1 if 1is 1 else 2\nassert (a, b)\n",
    "invalid-escapes-for-the-codec": b"# coding: unicode_escape\nx = '\\\\d'\ny = 1 # \\d\n",
    "no-newline-at-the-end": b"x = 1",
}


@pytest.mark.parametrize("case", READABLE)
def test_what_can_be_read_is_not_a_finding(project: Path, case: str) -> None:
    (project / "fine.py").write_bytes(READABLE[case])
    outcome = check(project, python=("-W", "error"))
    assert outcome.code == 1
    assert [line.split(": ")[0] for line in outcome.out.splitlines()[:-3]] == ["good.py:2:1"]
    assert outcome.err == ""


LINES = {
    "bom": (b"\xef\xbb\xbf" + UNSAFE.encode(), "2:1"),
    "crlf": (UNSAFE.replace("\n", "\r\n").encode(), "2:1"),
    "bare-cr": (UNSAFE.replace("\n", "\r").encode(), "2:1"),
    "form-feed": (b"import torch\n\x0c\ntorch.load(p, weights_only=False)\n", "3:1"),
    "latin-1": (b"# coding: latin-1\nimport torch\n'\xe9'; torch.load(p, weights_only=False)\n", "3:6"),
    "separators": ("import torch\n'\u2028\x85'; torch.load(p, weights_only=False)\n".encode(), "2:7"),
}


@pytest.mark.parametrize("case", LINES)
def test_places_are_those_python_counts(project: Path, case: str) -> None:
    data, place = LINES[case]
    (project / "a.py").write_bytes(data)
    assert f"a.py:{place}: PKT101 " in check(project).out


DEEP = {
    "sum": "x = " + "1 + " * 100_000 + "1\n",
    "attributes": "x = a" + ".b" * 5_000 + "\n",
    "unary": "x = " + "-" * 5_000 + "1\n",
    "not": "x = " + "not " * 5_000 + "a\n",
    "calls": "x = a" + "()" * 5_000 + "\n",
    "subscripts": "x = a" + "[0]" * 5_000 + "\n",
    "comparisons": "x = a" + " < b" * 5_000 + "\n",
    "lambdas": "x = " + "lambda: " * 5_000 + "1\n",
    "conditions": "if a: pass\n" + "elif a: pass\n" * 5_000,
    "strings": "x = (" + "'a'\n" * 20_000 + ")\n",
    "blocks": "".join(" " * depth + "if 1:\n" for depth in range(99)) + " " * 99 + "pass\n",
}


@pytest.mark.parametrize("case", DEEP)
def test_depth_does_not_crash_the_interpreter(project: Path, case: str) -> None:
    # The triggers make every rule look at the file.
    triggers = "import torch\ntorch.load(q, weights_only=False, trust_remote_code=True)  # security-exception: no\n"
    (project / "deep.py").write_text(triggers + DEEP[case])
    outcome = check(project)
    assert outcome.code == 1
    assert GOOD in outcome.out
    assert "deep.py:2:1: PKT101 " in outcome.out or "PKT000 Not checked, " in outcome.out


def test_an_unsafe_call_within_a_deep_expression(project: Path) -> None:
    code = f"import torch\nx = {'f(' * 80}torch.load(p, weights_only=False){')' * 80}\n"
    (project / "deep.py").write_text(code)
    assert "deep.py:2:165: PKT101 " in check(project).out


def test_ten_megabytes(project: Path) -> None:
    filler = "value = some_function(argument, keyword=1)\n"
    (project / "large.py").write_text(UNSAFE + filler * (10_000_000 // len(filler)))
    outcome = check(project)
    assert outcome.code == 1
    assert "large.py:2:1: PKT101 " in outcome.out


def test_ten_megabytes_in_one_line(project: Path) -> None:
    (project / "large.py").write_text(f"import torch\nx = '{'é' * 5_000_000}'; torch.load(p, weights_only=False)\n")
    outcome = picketlint("check", "--isolated", "large.py", cwd=project)
    assert outcome.code == 1
    assert "--> large.py:2:5000009" in outcome.out
    assert max(map(len, outcome.out.splitlines())) < 300


def operations(work: Callable[[], object]) -> int:
    """How many functions are called: a measure of work that does not depend on the machine."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    previous = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(previous)
    return calls


@pytest.mark.parametrize(
    ("entry", "entries"),
    [
        ('    "key{0}": "value {0}",\n', 7_000),
        ('    "trust_remote_code": {0} > 5,\n', 7_000),
        ('    "key{0}": torch.load("f{0}", weights_only=flag),\n', 3_000),
        ('    "key{0}": torch.load("f{0}", weights_only=False),\n', 3_000),
    ],
)
def test_the_work_grows_with_the_size_of_a_table_and_no_faster(entry: str, entries: int) -> None:
    checks = Checks(frozenset(rule.id for rule in registry.load().rules))

    def work(number: int) -> int:
        body = "".join(entry.format(row) for row in range(number))
        code = f"import torch\n# security-exception weights_only\nTABLE = {{\n{body}}}\n".encode()
        return operations(lambda: analyze(code, "table.py", checks))

    # What is imported and compiled is so once. Of a shorter text more is told without a tree, so all are long.
    work(2 * entries)
    assert work(2 * entries) < 2.2 * work(entries)


def test_a_broken_configuration_stops_what_it_governs_and_nothing_else(project: Path) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "a.py").write_text(UNSAFE)
    (project / "sub" / "pyproject.toml").write_text("[tool.picketlint\n")
    outcome = picketlint("check", "--output-format", "concise", cwd=project)
    assert outcome.code == 2
    assert outcome.err.startswith("error: sub/pyproject.toml: is not valid TOML: ")
    assert outcome.err.count("\n") == 1
    assert GOOD in outcome.out
    assert "sub/a.py" not in outcome.out


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="the file system refuses such names")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"with blank.py", "with blank.py"),
        (b"two\nlines.py", r"two\nlines.py"),
        (b"bell\x07escape\x1b[31m.py", r"bell\x07escape\x1b[31m.py"),
        (b"latin-\xe9.py", r"latin-\xe9.py"),
        ("right-\u202eto-left.py".encode(), r"right-\u202eto-left.py"),
        ("文字.py".encode(), "文字.py"),
    ],
)
def test_odd_names(project: Path, name: bytes, shown: str) -> None:
    (Path(os.fsdecode(os.path.join(os.fsencode(project), name)))).write_text(UNSAFE)
    for paths in ([], [name]):
        outcome = check(project, *paths)
        assert outcome.code == 1
        assert f"{shown}:2:1: PKT101 " in outcome.out
    outcome = check(project, name + b".missing")
    assert outcome.code == 2
    assert outcome.err.startswith(f"error: {shown}.missing: no such file")


def test_modules_of_the_scanned_project_are_never_imported(project: Path) -> None:
    # What the interpreter itself has loaded before it gives control away is not for picketlint to protect.
    names = ["__future__", "argparse", "ast", "gettext", "json", "re", "tokenize", "tomli", "typing", "unicodedata"]
    for name in [*names, "pathspec", "torch", "difflib", "bisect", "locale", "string"]:
        (project / f"{name}.py").write_text("raise SystemExit('this must not run')\n")
    (project / "pyproject.toml").write_text('[tool.picketlint]\nextend-exclude = ["sub/"]\n')
    for output_format in ("text", "json"):
        outcome = picketlint("check", "--output-format", output_format, "good.py", "nö.py", cwd=project)
        assert outcome.code == 2
        assert "this must not run" not in outcome.out + outcome.err
        assert "PKT101" in outcome.out


VANISHING = """\
import os, sys
import picketlint.scan as scan

def read(path, read=scan.read):
    if os.path.basename(path) == "a.py":
        os.unlink("b.py")
    return read(path)

scan.read = read
from picketlint.commandline.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_file_deleted_during_the_run(project: Path) -> None:
    for name in ("a.py", "b.py"):
        (project / name).write_text("x = 1\n")
    command = [sys.executable, "-c", VANISHING, *CHECK]
    outcome = Outcome(subprocess.run(command, cwd=project, env=environment(), capture_output=True))
    assert outcome.code == 1
    assert outcome.err.startswith("warning: b.py: gone before it could be read")
    assert GOOD in outcome.out
