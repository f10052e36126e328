"""Which tests Bandit calls in a file, and that it makes no difference to what it reports."""

from __future__ import annotations

import ast
import gc
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bandit.core.config import BanditConfig
from bandit.core.manager import BanditManager
from conftest import Tree
from hosts import Run, bandit

import picketlint
from picketlint.hosts import bandit_adapter, bandit_turns

UNSAFE = "import torch\n\n\ndef load(p):\n    return torch.load(p, weights_only=False)\n"
SILENT = "import json\n\nNAMES = ['a']\n\n\ndef load(p, n=1):\n    x = json.load(open(p))\n    return {1: len(x)}\n"
FILES = {
    "a.py": SILENT,
    "b.py": "def load(p, weights_only=False):\n    eval(p)\n    return torch.load(p, weights_only=weights_only)\n"
    + UNSAFE,
    "c.py": "x = (\n",
    "d.py": UNSAFE,
    "e.py": "f(1)  # nosec PKT101\n" + SILENT,
    "f.py": SILENT,
    "g.py": "os.environ['HF_TOKEN'] = 'hf_' + x  # nosec\n" + UNSAFE,
    "h.py": "eval(input())\n",
    "i.py": "",
    "j.py": "class A:\n    trust_remote_code: bool = True\n",
}
# Each of our tests tells of its calls.
TELLING = """

_made = __getattr__


def __getattr__(name):
    test = _made(name)

    def telling(context):
        print("CALLED", context.filename, type(context.node).__name__, context.node.lineno, test._test_id)
        return test(context)

    vars(telling).update(vars(test), __name__=name)
    telling.__name__ = name
    return telling
"""


def altered(folders: pytest.TempPathFactory, file: str, added: str) -> dict[str, str]:
    """The environment in which Bandit finds a copy of the package with something added to one of its files."""
    copy = folders.mktemp("lib") / "picketlint"
    shutil.copytree(Path(picketlint.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / file).write_text((copy / file).read_text("utf-8") + added, "utf-8")
    return {"PYTHONPATH": str(copy.parent)}


def run(root: Path, *arguments: str, env: dict[str, str] | None = None) -> Run:
    return bandit("-q", "-r", *arguments, ".", cwd=root, env=env)


def reported(done: Run) -> tuple[int, list[str], str]:
    return (
        done.code,
        [line for line in done.out.splitlines() if "generated_at" not in line and "Run started" not in line],
        done.err,
    )


def test_a_silent_file_is_looked_at_by_one_test_per_node(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> None:
    files = {"a.py": SILENT, "b.py": SILENT, "c.py": UNSAFE, "d.py": SILENT}
    done = run(tree(files), env=altered(tmp_path_factory, "hosts/bandit_plugin.py", TELLING))
    called = [line.split()[1:] for line in done.out.splitlines() if line.startswith("CALLED")]
    for file in ("./b.py", "./d.py"):
        first = next(line for name, _, line, _ in called if name == file)
        nodes = Counter((kind, line) for name, kind, line, _ in called if name == file and line != first)
        assert nodes[("Return", "8")] == nodes[("Dict", "8")] == nodes[("arg", "6")] / 2 == 1
        # `json.load`, `open` and `len`.
        assert (nodes[("Call", "7")], nodes[("Call", "8")]) == (2, 1)
    assert {code for name, kind, _, code in called if (name, kind) == ("./c.py", "Call")} >= {"PKT101"}
    assert len({code for name, kind, _, code in called if (name, kind) == ("./c.py", "Call")}) == 2


def test_what_bandit_reports_and_warns_of_is_what_it_does_if_all_are_called(
    tree: Tree, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tree(FILES)
    whole = altered(tmp_path_factory, "hosts/bandit_turns.py", "\n\ndef call_only(codes):\n    pass\n")
    for arguments in (["-f", "json"], ["-f", "txt", "-s", "PKT402", "--ignore-nosec"], ["-t", "PKT101"]):
        mine = reported(run(root, *arguments))
        assert mine == reported(run(root, *arguments, env=whole))
        assert any("PKT101" in line for line in mine[1])
    assert "nosec encountered (PKT101), but no failed test" in reported(run(root, "-f", "json"))[2]


def test_a_test_that_is_broken_is_called_in_every_file(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> None:
    broken = """

_real = node_types


def node_types(key):
    if key == "unsafe-torch-load":
        raise LookupError(key)
    return _real(key)
"""
    done = run(
        tree({"a.py": SILENT, "b.py": SILENT}), "-lll", env=altered(tmp_path_factory, "hosts/bandit_adapter.py", broken)
    )
    assert done.out.count("picketlint could not run, so this file is not checked: LookupError") == 2


def found(manager: Any, path: Path) -> list[str]:
    """What a Bandit within a program finds in one more file."""
    before = len(manager.results)
    manager.discover_files([str(path)])
    manager.run_tests()
    return [issue.test_id for issue in manager.results[before:] if issue.test_id.startswith("PKT")]


def test_two_bandits_in_a_program_do_not_get_in_each_others_way(tree: Tree) -> None:
    root = tree({"silent.py": SILENT, "unsafe.py": UNSAFE})
    first, second = BanditManager(BanditConfig(), "file"), BanditManager(BanditConfig(), "file")
    everyone = {kind: list(tests) for kind, tests in second.b_ts.tests.items()}
    assert found(first, root / "silent.py") == []
    assert first.b_ts.tests != everyone
    assert found(second, root / "unsafe.py") == ["PKT101"]
    assert first.b_ts.tests == everyone
    assert found(first, root / "unsafe.py") == ["PKT101"]
    assert found(second, root / "silent.py") == []
    assert found(second, root / "unsafe.py") == ["PKT101"]


def test_trees_of_files_that_bandit_is_done_with_do_not_pile_up() -> None:
    def left() -> int:
        return sum(isinstance(one, ast.Module) and hasattr(one, "marked") for one in gc.get_objects())

    for _ in range(20):
        root: Any = ast.parse("x = 1\n")
        root.marked, root.body[0]._bandit_parent = True, root
        assert bandit_adapter.answers(b"x = 1\n" * 10_000, "a.py", root) == {}
        # So much is 60 KB: at most two go by until the collector is sent, and the last is still in use.
        assert left() <= 3


def test_nor_do_those_with_an_operator_that_no_later_file_has(tree: Tree) -> None:
    def trees() -> int:
        return sum(isinstance(one, ast.Module) for one in gc.get_objects())

    operators = ["@", "**", "<<", ">>", "|", "is not"]
    root = tree({f"{number}.py": f"x = y {one} z  # {'-' * 90}\n" * 700 for number, one in enumerate(operators)})
    gc.collect()
    before = trees()
    manager = BanditManager(BanditConfig(), "file")
    manager.discover_files([str(root)], recursive=True)
    manager.run_tests()
    assert len(manager.files_list) == len(operators)
    assert trees() - before <= 3


def test_where_bandit_keeps_no_lists_all_are_called() -> None:
    bandit_turns.call_only(set())
    assert bandit_turns._turns is None
