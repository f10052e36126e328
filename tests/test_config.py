"""What may be in [tool.picketlint], and what is said about what may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from picketlint import registry
from picketlint.configuration.config import Config, ConfigError, read_config

HEAD = "[tool.picketlint]\n"


def read(directory: Path, text: str | bytes) -> Config | None:
    path = directory / "pyproject.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_config(str(path))


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("", "select", None),
        ("select = []", "select", ()),
        ('select = ["PKT", "unsafe-torch-load"]', "select", ("PKT", "unsafe-torch-load")),
        ('ignore = ["ALL"]', "ignore", ("ALL",)),
        ('extend-select = ["PKT101"]', "extend_select", ("PKT101",)),
        ("", "include_tests", frozenset()),
        ("include-tests = false", "include_tests", frozenset()),
        ('include-tests = ["unsafe-torch-load"]', "include_tests", frozenset({"PKT101"})),
        ('torch-floor = "2.6"', "torch_floor", (2, 6)),
        ('torch-floor = "2.10.1"', "torch_floor", (2, 10, 1)),
        ("", "per_path_ignores", ()),
    ],
)
def test_a_value_is_read(tmp_path: Path, text: str, field: str, expected: object) -> None:
    config = read(tmp_path, HEAD + text)
    assert getattr(config, field) == expected


def test_include_tests_true_means_every_rule(tmp_path: Path) -> None:
    config = read(tmp_path, HEAD + "include-tests = true")
    assert config is not None
    assert config.include_tests == {rule.id for rule in registry.load().rules}


def test_patterns_are_read(tmp_path: Path) -> None:
    config = read(tmp_path, HEAD + 'exclude = ["a/", "!a/b"]\nper-path-ignores = {"scripts/" = ["PKT101"]}')
    assert config is not None
    assert config.exclude is not None
    assert config.exclude.lines == ("a/", "!a/b")
    [(patterns, codes)] = config.per_path_ignores
    assert patterns.lines == ("scripts/",)
    assert codes == {"PKT101"}


@pytest.mark.parametrize(
    ("text", "named", "helped"),
    [
        ("selct = []", '"selct"', 'did you mean "select"?'),
        ("extend_select = []", '"extend_select"', 'did you mean "extend-select"?'),
        ("per-file-ignores = {}", '"per-file-ignores"', 'did you mean "per-path-ignores"?'),
        ("zzz = 1", '"zzz"', "there is nothing like it"),
        ('select = ["pkt101"]', '"select"', 'did you mean "PKT101"?'),
        ('ignore = ["unsafe-torch-loads"]', '"ignore"', 'did you mean "unsafe-torch-load"?'),
        ('select = "PKT"', '"select"', 'as in ["..."]'),
        ("exclude = [1]", '"exclude"', 'as in ["..."]'),
        ('exclude = ["!"]', '"exclude"', "not a valid pattern"),
        ('exclude = ["a", " "]', '"exclude"', "matches nothing"),
        ('test-patterns = ["# comment"]', '"test-patterns"', "matches nothing"),
        ('include-tests = "yes"', '"include-tests"', "true, false or a list"),
        ('include-tests = ["PKT"  , "E501"]', '"include-tests"', '"E501"'),
        ("torch-floor = 2.6", '"torch-floor"', 'a string, as in "2.6"'),
        ('torch-floor = ">=2.6"', '"torch-floor"', 'write one like "2.6"'),
        ('torch-floor = ""', '"torch-floor"', 'write one like "2.6"'),
        ("per-path-ignores = []", '"per-path-ignores"', "must be a table"),
        ('per-path-ignores = {"a" = "PKT101"}', '"per-path-ignores"', '"a": must be a list'),
        ('per-path-ignores = {"a" = ["PKT9x"]}', '"per-path-ignores"', '"a": unknown rule "PKT9x"'),
        ('per-path-ignores = {"!a" = ["PKT101"]}', '"per-path-ignores"', 'leave out the "!"'),
    ],
)
def test_what_is_not_understood_is_an_error(tmp_path: Path, text: str, named: str, helped: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, HEAD + text)
    line = str(caught.value)
    assert line.startswith(str(tmp_path / "pyproject.toml"))
    assert named in line
    assert helped in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[tool.picketlint\n", "not valid TOML"),
        (b"[tool.picketlint]\nselect = ['\xff']\n", "not UTF-8"),
        (b"[tool]\npicketlint = 3\n", "must be a table"),
        (b"[tool.picketlint]\nselect = " + b"[" * 20000, "TOML|nested"),
    ],
)
def test_a_broken_file_is_an_error(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[project]\nname = 'x'\n",
        b"[tool]\nother = 3\n",
        b"[project]\ndependencies = ['picketlint']\n",
        b"tool = 'picketlint'\n",
        b"broken [ and none of our business",
    ],
)
def test_a_file_without_the_table_is_none(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, content) is None


def test_where_there_is_no_file_there_is_none(tmp_path: Path) -> None:
    assert read_config(str(tmp_path / "pyproject.toml")) is None
    assert read_config(str(tmp_path / "nothing" / "pyproject.toml")) is None


def test_what_is_called_like_it_and_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "directory.toml").mkdir()
    (tmp_path / "link.toml").symlink_to("nothing.toml")
    for name, message in (("directory.toml", "is not a regular file"), ("link.toml", "is a broken symbolic link")):
        with pytest.raises(ConfigError, match=message) as caught:
            read_config(str(tmp_path / name))
        assert caught.value.path == str(tmp_path / name)


@pytest.mark.parametrize("key", [r"picket\u006cint", r"\u0070icketlint", r"picket\U0000006Cint", r"picketlin\u0074"])
def test_a_table_whose_name_is_written_with_escapes(tmp_path: Path, key: str) -> None:
    assert read(tmp_path, f'[tool."{key}"]\nselect = ["PKT101"]') == Config(select=("PKT101",))
    with pytest.raises(ConfigError, match="unknown key"):
        read(tmp_path, f'tool."{key}".selct = []')


def test_escapes_elsewhere_do_not_matter(tmp_path: Path) -> None:
    assert read(tmp_path, '[tool.x]\na = "\\u0070 \\U0000006C"\nb = [') is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_a_table_in_another_encoding_is_said(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(ConfigError, match="is not UTF-8"):
        read(tmp_path, "[tool.picketlint]\nselect = ['PKT1']\n".encode(encoding))
    assert read(tmp_path, "[project]\nname = 'x'\n".encode(encoding)) is None


def test_a_byte_order_mark_is_allowed(tmp_path: Path) -> None:
    config = read(tmp_path, b"\xef\xbb\xbf[tool.picketlint]\ntorch-floor = '2.6'\n")
    assert config is not None
    assert config.torch_floor == (2, 6)
