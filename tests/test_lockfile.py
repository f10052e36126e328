"""The lock file: what is written is read again, and what is not understood is an error."""

from __future__ import annotations

import os
import stat
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picketlint.configuration import lockfile
from picketlint.configuration.config import ConfigError
from picketlint.configuration.lockfile import Entry, NotALockError, parse, path_in_lock, places, render

BLOCK = """\
[[exception]]
rule = "PKT101"
path = "a.py"
code = "torch.load(p)"
reason = "ours"
"""
TEXT = st.text()
NAME = st.text(st.characters(blacklist_characters="/\0"), min_size=1).filter(lambda name: name not in (".", ".."))
PATH = st.lists(NAME, min_size=1, max_size=3).map("/".join)
ENTRIES = st.dictionaries(
    st.builds(Entry, PATH.map(lockfile.writable), st.sampled_from(["PKT101", "PKT106"]), TEXT, TEXT),
    st.integers(1, 5),
)


@given(ENTRIES)
def test_what_is_written_is_read_again(entries: dict[Entry, int]) -> None:
    text = render(entries)
    assert all(character.isprintable() or character == "\n" for character in text)
    lock = parse(text.encode(), "lock.toml")
    assert lock.entries == entries
    lines = text.split("\n")
    assert all(lines[lock.lines[entry] - 1] == "[[exception]]" for entry in entries)
    for path, approved in lock.by_path.items():
        counted = {(one.rule, one.code, one.reason): count for one, count in entries.items() if one.path == path}
        assert Counter(approved) == counted


def test_the_text_does_not_depend_on_the_order_and_merges_well() -> None:
    first = Entry("a.py", "PKT101", "x", "one")
    second = Entry("b/a.py", "PKT101", "x", "one")
    third = Entry("b/a.py", "PKT106", "x", "one")
    text = render({third: 1, first: 2, second: 1})
    assert text == render({second: 1, third: 1, first: 2})
    assert text.count("count = 2\n") == 1
    # An entry more is some lines more, and no line else changes.
    assert [line for line in render({first: 2, third: 1}).split("\n") if line not in text.split("\n")] == []


def test_what_is_not_plain_to_see_is_escaped() -> None:
    text = render({Entry("a.py", "PKT101", 'x"\\', "tab\tesc\x1bdel\x7frlo\u202etag\U000e0041nbsp\u00a0ü語"): 1})
    assert 'code = "x\\"\\\\"' in text
    assert r"tab\tesc\u001Bdel\u007Frlo\u202Etag\U000E0041nbsp\u00A0ü語" in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "says no `version`"),
        ("version = 1.0\n", "says no `version`"),
        ("version = true\n", "says no `version`"),
        ("version = 2\n", "has version 2, and this picketlint reads version 1 only"),
        ("version = 1\nverison = 1\n", 'unknown key "verison"'),
        ("version = 1\nexception = 3\n", "has to be written [[exception]]"),
        ("version = 1\nexception = [3]\n", "exception 1 (line 1): is not a table"),
        (f"version = 1\n{BLOCK}\n{BLOCK}line = 3\n", 'exception 2 (line 8): unknown key "line"'),
        (f"version = 1\n{BLOCK}count = 0\n", '"count" has to be a number from 1 to'),
        (f"version = 1\n{BLOCK}count = true\n", '"count" has to be a number from 1 to'),
        (f"version = 1\n{BLOCK}count = 1000000000000\n", '"count" has to be a number from 1 to'),
        ("version = 1\n" + BLOCK.replace('"ours"', "1"), 'exception 1 (line 2): "reason" has to be there'),
        ("version = 1\n" + BLOCK.replace("PKT101", "PKT999"), 'unknown rule "PKT999"'),
        ("version = 1\n" + BLOCK.replace("PKT101", "unsafe-torch-load"), 'unknown rule "unsafe-torch-load"'),
        ("version = 1\n" + BLOCK.replace('"a.py"', '"./a.py"'), 'the path "./a.py" is not relative'),
        ("version = 1\n" + BLOCK.replace('"a.py"', '"/a.py"'), 'the path "/a.py" is not relative'),
        (f"version = 1\n<<<<<<< HEAD\n{BLOCK}=======\n>>>>>>> other\n", "line 2 is the mark of a merge conflict"),
        (f"version = 1\n{BLOCK}=======\n", "line 7 is the mark of a merge conflict"),
        ("version = 1\n[[exception]\n", "is not valid TOML"),
        ("version = 1\nx = " + "[" * 100_000, "is nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse(text.encode(), "lock.toml")
    assert message in str(raised.value)
    assert str(raised.value).startswith("lock.toml: ")
    assert "\n" not in str(raised.value)


def test_other_encodings_line_ends_and_a_byte_order_mark() -> None:
    with pytest.raises(NotALockError, match="is not UTF-8"):
        parse(b"version = 1 # \xff", "lock.toml")
    plain = parse(f"version = 1\n{BLOCK}".encode(), "lock.toml")
    assert parse(f"version = 1\r\n{BLOCK}".replace("\n", "\r\n").replace("\r\r", "\r").encode(), "lock.toml") == plain
    assert parse(b"\xef\xbb\xbf" + f"version = 1\n{BLOCK}".encode(), "lock.toml") == plain


def test_the_same_entry_twice_counts_twice() -> None:
    lock = parse(f"version = 1\n{BLOCK}{BLOCK}".encode(), "lock.toml")
    assert list(lock.entries.values()) == [2]
    assert lock.by_path == {"a.py": (("PKT101", "torch.load(p)", "ours"),) * 2}


@pytest.mark.skipif(sys.platform == "win32", reason="paths are written otherwise there")
def test_paths_are_relative_to_the_lock_file() -> None:
    assert path_in_lock("/p/ci/lock.toml", "/p/src/a.py") == "../src/a.py"
    assert path_in_lock("/p/lock.toml", "/p/src/a.py") == "src/a.py"
    assert places("/p/ci/lock.toml", "../src/a.py") == ("/p/src/a.py",)
    assert path_in_lock("/p/lock.toml", "/p/\udcff.py") == r"\udcff.py"
    assert places("/p/lock.toml", r"\udcff.py") == (r"/p/\udcff.py", "/p/\udcff.py")


def test_writing(tmp_path: Path) -> None:
    path = tmp_path / "lock.toml"
    entries = {Entry("a.py", "PKT101", "x", "y"): 1}
    assert lockfile.write(str(path), entries)
    assert lockfile.load(str(path)).entries == entries
    assert [one.name for one in tmp_path.iterdir()] == ["lock.toml"]
    before = path.stat().st_mtime_ns
    assert not lockfile.write(str(path), entries)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert not lockfile.write(str(path), entries), "line ends are git's business"
    assert path.stat().st_mtime_ns >= before


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such permissions there")
def test_permissions_are_kept_and_those_of_a_new_file_are_ordinary(tmp_path: Path) -> None:
    path, ordinary = tmp_path / "lock.toml", tmp_path / "ordinary"
    ordinary.touch()
    lockfile.write(str(path), {})
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(ordinary.stat().st_mode)
    path.chmod(0o640)
    lockfile.write(str(path), {Entry("a.py", "PKT101", "x", "y"): 1})
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_what_is_no_lock_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text("[project]\n")
    with pytest.raises(ConfigError, match="is not a lock file of picketlint, so it is not replaced"):
        lockfile.write(str(path), {})
    assert path.read_text() == "[project]\n"
    with pytest.raises(ConfigError, match="cannot be"):
        lockfile.write(str(tmp_path / "no" / "such" / "lock.toml"), {})
    (tmp_path / "lock.toml").mkdir()
    with pytest.raises(ConfigError, match="so it is not replaced"):
        lockfile.write(str(tmp_path / "lock.toml"), {})


@pytest.mark.skipif(sys.platform == "win32", reason="links need privileges there")
def test_a_symbolic_link_is_not_written_through(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.touch()
    (tmp_path / "lock.toml").symlink_to(target)
    with pytest.raises(ConfigError, match="symbolic link"):
        lockfile.write(str(tmp_path / "lock.toml"), {})
    assert target.read_bytes() == b""


def test_an_empty_file_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "lock.toml"
    path.touch()
    assert lockfile.write(str(path), {})


def test_reading_what_is_not_there_or_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="run `picketlint exceptions --lock`"):
        lockfile.load(str(tmp_path / "lock.toml"))
    with pytest.raises(ConfigError, match="not a regular file"):
        lockfile.load(str(tmp_path))


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "lock.toml")
    lockfile.write(path, {})
    before = Path(path).read_bytes()

    def refuse(source: str, target: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(ConfigError, match="cannot be written"):
        lockfile.write(path, {Entry("a.py", "PKT101", "x", "y"): 1})
    assert Path(path).read_bytes() == before
    assert os.listdir(tmp_path) == ["lock.toml"]
