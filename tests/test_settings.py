"""Which configuration and which root govern a file, and what they make of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Tree

from picketlint import registry
from picketlint.configuration.config import ConfigError
from picketlint.configuration.patterns import Patterns
from picketlint.configuration.settings import DEFAULT_TEST_PATTERNS, Overrides, Resolver
from picketlint.model import Lifecycle
from picketlint.registry import Entry, Registry

TABLE = "[tool.picketlint]\n"


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small set of rules that stays as it is: 101 and 102, and 201 and 302 of which 302 is off by default."""
    made: list[Entry] = []
    for number, name in ((101, "torch"), (102, "implicit-torch"), (201, "remote"), (302, "shell")):
        status = Lifecycle.OPTIONAL if number == 302 else Lifecycle.DEFAULT
        made.append(Entry(f"PKT{number}", name, status, True, True, False, "made"))
    made_registry = Registry(made)
    monkeypatch.setattr(registry, "load", lambda: made_registry)


def codes(overrides: Overrides = Overrides(), path: str = "a.py") -> str:  # noqa: B008
    """The numbers of the rules that run on a file, in order."""
    return " ".join(sorted(code[3:] for code in Resolver(overrides).checks_for(path).codes))


@pytest.mark.parametrize(
    ("config", "overrides", "expected"),
    [
        ("", {}, "101 102 201"),
        ('select = ["PKT1"]', {}, "101 102"),
        ('select = ["torch"]', {}, "101"),
        ('select = ["ALL"]', {}, "101 102 201 302"),
        ('extend-select = ["PKT302"]', {}, "101 102 201 302"),
        ('select = ["PKT1"]\nextend-select = ["shell"]', {}, "101 102 302"),
        # the more specific selector decides
        ('select = ["PKT"]\nignore = ["PKT101"]', {}, "102 201"),
        ('select = ["PKT101"]\nignore = ["PKT"]', {}, "101"),
        ('select = ["PKT10"]\nignore = ["PKT1"]', {}, "101 102"),
        ('select = ["PKT"]\nignore = ["ALL"]', {}, "101 102 201"),
        ('extend-select = ["PKT101"]\nignore = ["PKT1"]', {}, "101 201"),
        # on a tie, ignore does, also between an id and a name
        ('select = ["torch", "PKT2"]\nignore = ["PKT101"]', {}, "201"),
        # a prefix selects no rule that is off by default, but ignores it
        ('select = ["ALL"]\nignore = ["PKT3"]', {}, "101 102 201"),
        # the command line: select replaces, the rest comes on top
        ('select = ["PKT1"]\nignore = ["PKT201"]', {"select": ["PKT2"]}, "201"),
        ('select = ["PKT1"]', {"extend_select": ["PKT201"]}, "101 102 201"),
        ('ignore = ["PKT101"]', {"ignore": ["PKT102"]}, "201"),
        ('ignore = ["PKT101"]', {"extend_select": ["PKT101"]}, "101 102 201"),
        ("", {"select": ["PKT"], "ignore": ["PKT101"]}, "102 201"),
        ("", {"select": ["PKT101"], "ignore": ["PKT"]}, "101"),
        ('select = ["PKT1"]', {"isolated": True}, "101 102 201"),
    ],
)
def test_selection(tree: Tree, config: str, overrides: dict[str, object], expected: str) -> None:
    tree({"pyproject.toml": TABLE + config})
    assert codes(Overrides(**overrides)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("config", "overrides"),
    [
        ("select = []", {}),
        ('select = ["PKT3"]', {}),
        ('select = ["PKT1"]\nignore = ["PKT10"]', {}),
        ('select = ["PKT101"]\nignore = ["PKT101"]', {}),
        ('select = ["ALL"]\nignore = ["ALL"]', {}),
        ('select = ["PKT101"]', {"ignore": ["PKT1"]}),
    ],
)
def test_a_selection_that_leaves_nothing_is_an_error(tree: Tree, config: str, overrides: dict[str, object]) -> None:
    root = tree({"pyproject.toml": TABLE + config})
    with pytest.raises(ConfigError, match="leave no rule to check for") as caught:
        codes(Overrides(**overrides))  # type: ignore[arg-type]
    assert caught.value.path == str(root / "pyproject.toml")


@pytest.mark.parametrize("option", ["select", "ignore", "extend_select", "include_tests"])
def test_an_unknown_selector_on_the_command_line_is_an_error(option: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Resolver(Overrides(**{option: ["pkt101"]}))  # type: ignore[arg-type]
    assert str(caught.value) == f'--{option.replace("_", "-")}: unknown rule "pkt101"; did you mean "PKT101"?'


def test_the_nearest_table_governs_and_nothing_is_merged(tree: Tree) -> None:
    tree(
        {
            "pyproject.toml": TABLE + 'select = ["PKT101"]\ntorch-floor = "2.0"',
            "sub/pyproject.toml": TABLE + 'select = ["PKT201"]',
            "sub/deep/pyproject.toml": "[project]\nname = 'no table'",
        }
    )
    assert codes(path="a.py") == "101"
    assert codes(path="other/a.py") == "101"
    assert codes(path="sub/a.py") == "201"
    assert codes(path="sub/deep/er/a.py") == "201"
    assert Resolver().checks_for("a.py").torch_floor() == (2, 0)
    assert Resolver().checks_for("sub/a.py").torch_floor() is None


def test_a_broken_table_breaks_what_it_governs_and_nothing_else(tree: Tree) -> None:
    tree(
        {
            "pyproject.toml": TABLE + "selct = []",
            "fine/pyproject.toml": TABLE,
            "fine/broken/pyproject.toml": "[tool.picketlint",
        }
    )
    resolver = Resolver()
    assert resolver.checks_for("fine/a.py").codes
    for path in ("a.py", "b/c.py", "b/d.py", "fine/broken/a.py"):
        with pytest.raises(ConfigError):
            resolver.checks_for(path)


def test_every_directory_is_looked_at_once(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    from picketlint.configuration import settings

    root = tree({"pyproject.toml": TABLE, "a/b/": "", "a/c/": ""})
    looked: list[str] = []
    monkeypatch.setattr(settings, "read_config", lambda path: looked.append(os.path.dirname(path)))
    resolver = Resolver()
    for directory in ("a/b", "a/c", "a", "a/b"):
        for number in range(10):
            resolver.checks_for(f"{directory}/{number}.py")
    below = [path for path in looked if path.startswith(str(root))]
    assert sorted(below) == sorted(str(root / one) for one in ("", "a", "a/b", "a/c"))
    assert len(looked) == len(set(looked))


def test_an_explicit_file_governs_everything(tree: Tree) -> None:
    tree(
        {
            "policy/strict.toml": TABLE + 'select = ["PKT101"]\nper-path-ignores = {"/src/vendored/" = ["PKT1"]}',
            "project/pyproject.toml": TABLE + 'select = ["PKT201"]',
            "project/tests/setup.py": "",
            "project/.git/": "",
        }
    )
    overrides = Overrides(config="policy/strict.toml")
    assert codes(overrides, "project/a.py") == "101"
    assert codes(overrides, "project/src/vendored/a.py") == ""
    assert codes(overrides, "project/tests/helpers.py") == ""
    assert Resolver(overrides).for_file("project/src/a.py").root == os.path.abspath("project")
    assert Resolver(overrides).for_file("policy/a/b.py").root == os.path.abspath("policy")


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (Overrides(config="nothing.toml"), "nothing.toml: no such file"),
        (Overrides(config="other.toml"), r"other.toml: has no \[tool.picketlint\] table"),
        (Overrides(config="broken.toml"), "broken.toml: is not valid TOML"),
        (Overrides(config="other.toml", isolated=True), "--config and --isolated"),
    ],
)
def test_an_explicit_file_that_cannot_be_used(tree: Tree, overrides: Overrides, message: str) -> None:
    tree({"other.toml": "[tool.ruff]", "broken.toml": "[tool.picketlint"})
    with pytest.raises(ConfigError, match=message):
        Resolver(overrides)


@pytest.mark.parametrize(
    ("files", "path", "root"),
    [
        (["p/.git/", "p/a/setup.py"], "p/a/b/x.py", "p"),
        (["p/.git", "p/tests/requirements.txt", "p/tests/pyproject.toml"], "p/tests/x.py", "p"),
        (["p/.git/", "p/sub/.git"], "p/sub/x.py", "p/sub"),
        (["p/pyproject.toml", "p/a/requirements.txt"], "p/a/x.py", "p"),
        (["p/pyproject.toml", "p/a/setup.cfg"], "p/a/x.py", "p/a"),
        (["p/requirements.txt"], "p/a/b/x.py", "p"),
        ([], "p/a/x.py", "."),
    ],
)
def test_the_root_without_a_configuration(tree: Tree, files: list[str], path: str, root: str) -> None:
    tree(dict.fromkeys(files, ""))
    assert Resolver().for_file(path).root == os.path.abspath(root)


def test_a_file_outside_any_project_and_the_working_directory(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree({"tests/a/": "", "elsewhere/": ""})
    monkeypatch.chdir(root / "elsewhere")
    assert Resolver().for_file(str(root / "tests" / "a" / "x.py")).root == str(root / "tests" / "a")


TEST_PATHS = {
    "tests/x.py": True,
    "a/test/b/x.py": True,
    "torch/testing/x.pyi": True,
    "test_x.py": True,
    "a/x_test.py": True,
    "a/x_test.ipynb": True,
    "a/conftest.py": True,
    "conftest.pyi": True,
    "tests.py": False,
    "a/contest.py": False,
    "latest.py": False,
    "a/test_x.txt": False,
    "testdata/x.py": False,
    "my_tests/x.py": False,
    "a/tests": False,
}


@pytest.mark.parametrize(("path", "expected"), TEST_PATHS.items())
def test_the_default_test_patterns(tree: Tree, path: str, expected: bool) -> None:
    root = tree({"tests/.git/": ""})
    settings = Resolver().for_directory(str(root / "tests"))
    assert settings.is_test(str(root / "tests" / path)) is expected
    assert bool(Patterns(DEFAULT_TEST_PATTERNS).verdict(path)) is expected


@pytest.mark.parametrize(
    ("config", "overrides", "expected"),
    [
        ("", {}, ""),
        ("include-tests = true", {}, "101 102 201"),
        ('include-tests = ["PKT1", "shell"]', {}, "101 102"),
        ("include-tests = true", {"include_tests": False}, ""),
        ("", {"include_tests": True}, "101 102 201"),
        ("include-tests = true", {"include_tests": ["PKT201"]}, "201"),
        ('test-patterns = ["checks/"]', {}, "101 102 201"),
        ('test-patterns = ["tests/", "!tests/tools/"]', {}, "101 102 201"),
        ('test-patterns = ["*.py"]', {}, ""),
    ],
)
def test_rules_on_a_test(tree: Tree, config: str, overrides: dict[str, object], expected: str) -> None:
    tree({"pyproject.toml": TABLE + config})
    assert codes(Overrides(**overrides), "tests/tools/a.py") == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("config", "excluded", "taken"),
    [
        ("", ["dist/a.py", "a/.venv/b.py", "x/site-packages/"], ["dist.py", "a/dist", "distance/x.py", "build/a.py"]),
        ('exclude = ["old/"]', ["old/a.py", "b/old/"], ["dist/a.py", "old.py"]),
        ('extend-exclude = ["/old", "*_pb2.py"]', ["dist/", "old", "a/b_pb2.py"], ["a/old/b.py"]),
        ('extend-exclude = ["!dist"]', ["venv/a.py"], ["dist/a.py"]),
        ('exclude = ["a"]\nextend-exclude = ["b", "!a/c"]', ["a/x.py", "b/x.py"], ["a/c/x.py", "dist/x.py"]),
        ('exclude = ["*/"]', ["a/"], [""]),
    ],
)
def test_excludes(tree: Tree, config: str, excluded: list[str], taken: list[str]) -> None:
    root = tree({"pyproject.toml": TABLE + config})
    settings = Resolver().for_directory(".")
    for paths, expected in ((excluded, True), (taken, False)):
        for path in paths:
            assert settings.is_excluded(str(root / path), is_directory=path.endswith("/")) is expected, path


def test_ignores_by_path_are_relative_to_the_configuration(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree({"p/pyproject.toml": TABLE + 'per-path-ignores = {"/a/*.py" = ["PKT1"], "b.py" = ["remote"]}'})
    for directory in (root, root / "p", root / "p" / ".."):
        monkeypatch.chdir(directory)
        assert codes(path=str(root / "p/a/x.py")) == "201"
        assert codes(path=str(root / "p/a/b.py")) == ""
        assert codes(path=str(root / "p/c/a/b.py")) == "101 102"
        assert codes(path=str(root / "p/c/x.py")) == "101 102 201"


def test_the_torch_floor_is_the_configuration_s_or_the_metadata_s(tree: Tree) -> None:
    project = "[project]\ndependencies = ['torch>=2.3']\n"
    tree(
        {
            "p/pyproject.toml": project,
            "p/.git/": "",
            "q/pyproject.toml": project + TABLE + "torch-floor = '2.7'",
            "q/examples/requirements.txt": "torch>=2.5",
        }
    )
    resolver = Resolver()
    assert resolver.checks_for("p/a/b.py").torch_floor() == (2, 3)
    assert resolver.checks_for("q/examples/b.py").torch_floor() == (2, 7)
    assert resolver.checks_for("nothing.py").torch_floor() is None


@pytest.mark.skipif(os.name != "posix", reason="a directory in use cannot be removed there")
def test_a_working_directory_that_is_gone(tree: Tree) -> None:
    (tree({}) / "gone").mkdir()
    os.chdir("gone")
    os.rmdir("../gone")
    with pytest.raises(ConfigError, match="working directory"):
        Resolver()


def test_start_up_imports_nothing_it_does_not_need(tmp_path: Path) -> None:
    import subprocess
    import sys

    heavy = "{'pathspec', 'tomli', 'packaging', 'difflib', 'configparser', 'picketlint.configuration.project'}"
    program = (
        "import sys; from picketlint.configuration.settings import Resolver;"
        "Resolver().checks_for('src/a.py'); Resolver().for_directory('.').is_excluded('x');"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, env=environment, check=True
    )
    assert done.stdout.strip() == "[]"
