"""The flake8 plugin, as flake8 itself runs it."""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import Tree
from hosts import Place, flake8, flake8_places, run

import picketlint
from picketlint.hosts.flake8_plugin import CheckFailedError, Plugin

UNSAFE = "import torch\n\n\ndef load(p):\n    return torch.load(p, weights_only=False)\n"
SHELL = "import os\n\nos.system('ls')\n"
# flake8 leaves this to itself, in less time than anything else of its size.
BULK = "# flake8: noqa\n" + ("#" * 100 + "\n") * 50_000
HERE = Place("a.py", "PKT101", 5, 12)


def select(*codes: str) -> str:
    return f"--select={','.join(codes)}"


def test_flake8_knows_the_plugin_by_name_and_version(tmp_path: Path) -> None:
    assert f"picketlint: {picketlint.__version__}" in flake8("--version", cwd=tmp_path).out


def test_a_finding_is_an_error_of_flake8(tree: Tree) -> None:
    found = flake8("a.py", cwd=tree({"a.py": UNSAFE}))
    assert found.code == 1
    assert flake8_places(found.out) == [HERE]
    assert found.out.startswith("a.py:5:12: PKT101 `torch.load` with `weights_only=False` ")
    assert found.err == ""


def test_columns_count_characters_and_the_byte_order_mark_is_none(tree: Tree) -> None:
    root = tree({})
    (root / "a.py").write_text("\ufeffimport torch\nünïcödé = '漢'; torch.load('é', weights_only=False)\n", "utf-8")
    assert flake8_places(flake8("a.py", cwd=root).out) == [Place("a.py", "PKT101", 2, 16)]


def test_a_declared_encoding_is_obeyed(tree: Tree) -> None:
    root = tree({})
    text = "# coding: latin-1\nimport torch\né = torch.load('é', weights_only=False)\n"
    (root / "a.py").write_bytes(text.encode("latin-1"))
    assert flake8_places(flake8("a.py", cwd=root).out) == [Place("a.py", "PKT101", 3, 5)]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--select=PKT"], True),
        (["--select=PKT1"], True),
        (["--extend-select=PKT101"], True),
        (["--ignore=E501"], True),
        (["--select=E,F"], False),
        (["--ignore=PKT101"], False),
        (["--extend-ignore=PKT1"], False),
        (["--per-file-ignores=a.py:PKT101"], False),
        (["--per-file-ignores=b.py:PKT101"], True),
    ],
)
def test_flake8s_own_flags_choose(tree: Tree, arguments: list[str], found: bool) -> None:
    root = tree({"a.py": UNSAFE})
    assert flake8_places(flake8(*arguments, "a.py", cwd=root).out) == [HERE] * found


def test_noqa_is_flake8s(tree: Tree) -> None:
    root = tree({"a.py": UNSAFE.replace("False)\n", "False)  # noqa: PKT101\n")})
    assert flake8_places(flake8("--select=PKT101", "a.py", cwd=root).out) == []
    assert flake8_places(flake8("--select=PKT101", "--disable-noqa", "a.py", cwd=root).out) == [HERE]


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ('ignore = ["PKT101"]', False),
        ('select = ["PKT2"]', False),
        ('select = ["unsafe-torch-load"]', True),
        ('per-path-ignores = {"a.py" = ["PKT1"]}', False),
        ('exclude = ["a.py"]', False),
    ],
)
def test_the_projects_configuration_chooses_first(tree: Tree, table: str, found: bool) -> None:
    root = tree({"a.py": UNSAFE, "pyproject.toml": f"[tool.picketlint]\n{table}\n"})
    assert flake8_places(flake8("--select=PKT", "a.py", cwd=root).out) == [HERE] * found


def test_the_configuration_nearest_to_the_file_counts(tree: Tree) -> None:
    off = '[tool.picketlint]\nignore = ["PKT101"]\n'
    root = tree({"a.py": UNSAFE, "sub/a.py": UNSAFE, "sub/pyproject.toml": off})
    assert flake8_places(flake8(".", cwd=root).out) == [HERE]


def test_an_option_names_another_configuration(tree: Tree) -> None:
    off = '[tool.picketlint]\nignore = ["PKT101"]\n'
    root = tree({"a.py": UNSAFE, "lint/off.toml": off})
    assert flake8_places(flake8("--picketlint-config=lint/off.toml", "a.py", cwd=root).out) == []
    (root / "setup.cfg").write_text("[flake8]\npicketlint-config = ./lint/off.toml\n")
    assert flake8_places(flake8("a.py", cwd=root).out) == []


def test_tests_are_left_out_unless_included(tree: Tree) -> None:
    root = tree({"tests/a.py": UNSAFE, "test_b.py": UNSAFE})
    assert flake8_places(flake8("--select=PKT", ".", "tests/a.py", cwd=root).out) == []
    (root / "pyproject.toml").write_text("[tool.picketlint]\ninclude-tests = true\n")
    assert {place.path for place in flake8_places(flake8(".", cwd=root).out)} == {"tests/a.py", "test_b.py"}


@pytest.mark.parametrize(
    ("arguments", "table", "found"),
    [
        ([], "", False),
        (["--select=PKT"], "", False),
        (["--select=PKT3"], "", False),
        (["--ignore=E501"], "", False),
        (["--select=PKT302"], "", True),
        (["--extend-select=PKT302"], "", True),
        ([], 'extend-select = ["PKT302"]', True),
        (["--select=PKT"], 'select = ["ALL"]', True),
        (["--extend-select=PKT302"], 'ignore = ["PKT302"]', True),
        (["--extend-select=PKT302"], 'per-path-ignores = {"a.py" = ["PKT302"]}', False),
    ],
)
def test_a_rule_that_is_off_by_default_wants_its_full_code(
    tree: Tree, arguments: list[str], table: str, found: bool
) -> None:
    root = tree({"a.py": SHELL, "pyproject.toml": f"[tool.picketlint]\n{table}\n"})
    rules = [place.rule for place in flake8_places(flake8(*arguments, "a.py", cwd=root).out)]
    assert ("PKT302" in rules) is found


def test_standard_input_goes_by_its_display_name(tree: Tree) -> None:
    root = tree({"lax/pyproject.toml": '[tool.picketlint]\nignore = ["PKT101"]\n'})
    assert flake8_places(flake8("-", cwd=root, stdin=UNSAFE).out) == [HERE._replace(path="stdin")]
    for name, found in (("src/x.py", True), ("tests/x.py", False), ("lax/x.py", False)):
        places = flake8_places(flake8("--stdin-display-name", name, "-", cwd=root, stdin=UNSAFE).out)
        assert places == [HERE._replace(path=name)] * found


def test_many_files_in_several_processes(tree: Tree) -> None:
    names = [f"m{number}.py" for number in range(12)]
    root = tree(dict.fromkeys(names, UNSAFE))
    found = flake8_places(flake8("--jobs=3", ".", cwd=root).out)
    assert sorted(found) == sorted(HERE._replace(path=name) for name in names)


@pytest.mark.parametrize(
    ("files", "arguments", "prepared"),
    [
        ({"long.py": BULK}, ["."], True),
        ({"long.py": BULK}, ["long.py", "a.py", "b.py"], True),
        ({"long.txt": BULK, ".tox/long.py": BULK, "build/long.py": BULK}, ["--extend-exclude=build", "."], False),
        ({"data/raw/long.py": BULK, "old/long.py": BULK}, ["--extend-exclude=data/raw,./ol*/", "."], False),
        ({"build/long.py": BULK}, ["--extend-exclude=build", "a.py", "b.py", "build"], False),
    ],
)
def test_what_many_bytes_need_is_there_before_they_are_handed_out(
    tree: Tree, files: Mapping[str, str], arguments: list[str], prepared: bool
) -> None:
    root = tree({"a.py": UNSAFE, "b.py": UNSAFE, **files})
    ask = (
        "import sys; from flake8.main.cli import main; main(sys.argv[1:]); print('picketlint.analysis' in sys.modules)"
    )
    done = run(sys.executable, "-c", ask, "--jobs=2", *arguments, cwd=root)
    assert flake8_places(done.out) == [HERE, HERE._replace(path="b.py")]
    assert done.out.splitlines()[-1] == str(prepared)


@pytest.mark.parametrize(
    ("files", "arguments", "said"),
    [
        ({"pyproject.toml": '[tool.picketlint]\nselct = ["PKT"]\n'}, [], 'unknown key "selct"'),
        ({"pyproject.toml": "[tool.picketlint]\nselect = []\n"}, [], "leave no rule to check for"),
        ({"pyproject.toml": '[tool.picketlint]\nignore = ["ALL"]\n'}, [], "leave no rule to check for"),
        ({"pyproject.toml": "[tool.picketlint\n"}, [], "is not valid TOML"),
        ({}, ["--picketlint-config=gone.toml"], "gone.toml: no such file: name a TOML file"),
        ({}, ["--select=PKT999"], 'picketlint: select, extend-select: unknown rule "PKT999"'),
    ],
)
def test_a_configuration_that_cannot_be_used_stops_flake8(
    tree: Tree, files: Mapping[str, str], arguments: list[str], said: str
) -> None:
    found = flake8(*arguments, "a.py", cwd=tree({"a.py": "x = 1\n", **files}))
    assert found.code == 1
    assert found.out.startswith("There was a critical error during execution of Flake8:\npicketlint: ")
    assert said in found.out
    assert "Traceback" not in found.out + found.err


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_configuration_found_broken_on_the_way_is_named(tree: Tree, jobs: str) -> None:
    broken = "[tool.picketlint]\nselct = []\n"
    root = tree({"a.py": "x = 1\n", "sub/b.py": "x = 1\n", "sub/pyproject.toml": broken})
    found = flake8("--jobs", jobs, ".", cwd=root)
    assert found.code == 1
    assert './sub/b.py: "picketlint[PKT]" failed during execution due to its configuration: ' in found.out
    assert 'unknown key "selct"' in found.out
    assert "Traceback" not in found.out + found.err


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_bug_of_ours_is_loud(tree: Tree, tmp_path: Path, jobs: str) -> None:
    package = Path(picketlint.__file__).parent
    broken = shutil.copytree(package, tmp_path / "lib/picketlint", ignore=shutil.ignore_patterns("__pycache__"))
    (broken / "engine.py").open("a").write("\n\ndef analyze(*_, **__):\n    raise KeyError('gone')\n")
    root = tree({"a.py": UNSAFE, "b.py": "x = 1\n"})
    found = flake8("--jobs", jobs, "a.py", "b.py", cwd=root, env={"PYTHONPATH": str(tmp_path / "lib")})
    assert found.code == 1
    assert '"picketlint[PKT]" failed during execution due to a bug in picketlint' in found.out
    assert "KeyError: 'gone'" in found.out
    assert "is not checked" in found.out
    assert "Traceback" not in found.out + found.err


def test_a_broken_rule_is_loud(tree: Tree, tmp_path: Path) -> None:
    package = Path(picketlint.__file__).parent
    broken = shutil.copytree(package, tmp_path / "lib/picketlint", ignore=shutil.ignore_patterns("__pycache__"))
    (broken / "rules/pkt101_unsafe_torch_load.py").write_text("import nowhere\n")
    found = flake8("a.py", cwd=tree({"a.py": UNSAFE}), env={"PYTHONPATH": str(tmp_path / "lib")})
    assert found.code != 0
    assert "nowhere" in found.out + found.err


def test_a_file_that_does_not_parse_is_flake8s_to_report(tree: Tree) -> None:
    root = tree({"a.py": "def f(:\n"})
    assert flake8("--select=PKT", "a.py", cwd=root).code == 0
    found = flake8("--select=PKT,E9", "a.py", cwd=root)
    assert found.code == 1
    assert "a.py:1:" in found.out
    assert " E999 SyntaxError" in found.out


def test_the_plugin_alone_checks_without_options(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree({})
    monkeypatch.setattr(Plugin, "_resolver", None)
    plugin = Plugin(ast.parse(UNSAFE), UNSAFE.splitlines(keepends=True), "a.py")
    (found,) = plugin.run()
    assert found[:2] == (5, 11)
    assert found[2].startswith("PKT101 ")
    assert found[3] is Plugin


def test_what_is_raised_reads_as_text() -> None:
    assert repr(CheckFailedError("why")) == "why"


def test_importing_the_plugin_imports_nothing_heavy(tmp_path: Path) -> None:
    heavy = {"flake8", "bandit", "libcst", "pathspec", "tomli", "multiprocessing", "dataclasses", "argparse"}
    code = f"import sys, picketlint.hosts.flake8_plugin\nprint(sorted({heavy!r} & set(sys.modules)))"
    assert run(sys.executable, "-c", code, cwd=tmp_path).out.strip() == "[]"
