"""The Bandit tests, as Bandit itself runs them."""

from __future__ import annotations

import ast
import io
import json
import re
import shutil
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from conftest import Tree
from hosts import Place, bandit, bandit_issues, bandit_places

import picketlint
from picketlint import registry
from picketlint.hosts import bandit_adapter, bandit_plugin
from picketlint.model import Confidence, Finding, Severity, Span
from picketlint.source import Source

UNSAFE = "import torch\n\n\ndef load(p):\n    return torch.load(p, weights_only=False)\n"
HERE = Place("a.py", "PKT101", 5, 12)
# Bandit takes the lists of a profile for the sets it makes of them elsewhere.
PROFILES = """profiles:
  with: {include: !!set {PKT101}, exclude: !!set {}}
  without: {include: !!set {}, exclude: !!set {PKT101}}
"""
TESTED = [rule for rule in registry.load().rules if rule.id not in ("PKT000", "PKT405")]


def places(*arguments: str, root: Path, stdin: str | None = None) -> list[Place]:
    return bandit_places(bandit("-q", "-f", "json", *arguments, cwd=root, stdin=stdin).out)


def broken_copy(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A copy of the installed package to break, and the environment in which Bandit finds it first."""
    package = Path(picketlint.__file__).parent
    copy = shutil.copytree(package, tmp_path / "lib/picketlint", ignore=shutil.ignore_patterns("__pycache__"))
    return copy, {"PYTHONPATH": str(tmp_path / "lib")}


def test_every_rule_is_a_bandit_test() -> None:
    installed = {entry.name: entry for entry in entry_points(group="bandit.plugins") if "picketlint" in entry.value}
    assert sorted(installed) == sorted(rule.name.replace("-", "_") for rule in TESTED), (
        "the entry points are not those of the rules: pip install -e . again"
    )
    for rule in TESTED:
        test: Any = installed[rule.name.replace("-", "_")].load()
        assert (test.__name__, test._test_id) == (rule.name.replace("-", "_"), rule.id)
        assert test._checks == list(bandit_adapter.node_types(rule.id))


def test_tests_subscribe_to_little() -> None:
    for rule in TESTED:
        types = set(bandit_adapter.node_types(rule.id))
        assert types
        assert not types & {"Str", "Bytes", "Constant", "Name", "Attribute", "Module", "ClassDef", "File"}
        if all(listener.kind in ("call", "keyword") for _, listener in rule.listeners()):
            assert types == {"Call"}


def test_an_issue_says_all_there_is(tree: Tree) -> None:
    done = bandit("-q", "-f", "json", "a.py", cwd=tree({"a.py": UNSAFE}))
    (issue,) = bandit_issues(done.out)
    rule = registry.load().get("PKT101")
    assert rule is not None
    assert done.code == 1
    assert issue["test_name"] == "unsafe_torch_load"
    assert (issue["issue_severity"], issue["issue_confidence"]) == ("HIGH", "HIGH")
    assert issue["issue_cwe"]["id"] == 502
    assert issue["issue_text"].startswith("`torch.load` with `weights_only=False` ")
    assert issue["issue_text"].endswith(f" (see {rule.url})")
    assert (issue["line_number"], issue["line_range"]) == (5, [5])
    assert (issue["col_offset"], issue["end_col_offset"]) == (11, 44)
    assert "internal error" not in done.err


def test_columns_count_characters(tree: Tree) -> None:
    root = tree({"a.py": "import torch\nünïcödé = '漢'; torch.load('é', weights_only=False)\n"})
    assert places("a.py", root=root) == [Place("a.py", "PKT101", 2, 16)]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["-t", "PKT101"], True),
        (["-t", "PKT101,B101"], True),
        (["-t", "B101"], False),
        (["-s", "PKT101"], False),
        (["-s", "B101"], True),
        (["-lll"], True),
        (["-c", "profiles.yaml", "-p", "with"], True),
        (["-c", "profiles.yaml", "-p", "without"], False),
        (["-c", "bandit.toml"], False),
    ],
)
def test_bandits_own_options_choose(tree: Tree, arguments: list[str], found: bool) -> None:
    root = tree(
        {
            "a.py": UNSAFE,
            "profiles.yaml": PROFILES,
            "bandit.toml": '[tool.bandit]\nskips = ["PKT101"]\n',
        }
    )
    assert places(*arguments, "a.py", root=root) == [HERE] * found


def test_recursive_runs_and_standard_input(tree: Tree) -> None:
    root = tree({"a.py": UNSAFE, "src/b.py": UNSAFE, "src/same.py": UNSAFE})
    expected = [HERE, HERE._replace(path="src/b.py"), HERE._replace(path="src/same.py")]
    assert places("-r", ".", root=root) == expected
    assert places("-", root=root, stdin=UNSAFE) == [HERE._replace(path="<stdin>")]


@pytest.mark.parametrize("form", ["txt", "json", "sarif", "csv", "html", "xml", "yaml", "custom"])
def test_all_formats_hold_the_finding(tree: Tree, form: str) -> None:
    done = bandit("-q", "-f", form, "a.py", cwd=tree({"a.py": UNSAFE}))
    if "argument -f/--format: invalid choice" in done.err:
        pytest.skip(f"this Bandit has no format {form}: it is an extra")
    assert done.code == 1
    assert "PKT101" in done.out


def test_sarif_points_at_the_finding(tree: Tree) -> None:
    text = "import torch\nx = {\n" + "    'a': 1,\n" * 9 + "    'b': torch.load(\n        p, weights_only=False),\n}\n"
    done = bandit("-q", "-f", "sarif", "-t", "PKT101", "a.py", cwd=tree({"a.py": text}))
    if "argument -f/--format: invalid choice" in done.err:
        pytest.skip("this Bandit has no SARIF: it is an extra")
    (result,) = json.loads(done.out)["runs"][0]["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endLine"], region["endColumn"]) == (12, 10, 13, 31)


def test_a_baseline_hides_what_it_holds(tree: Tree) -> None:
    root = tree({"a.py": UNSAFE})
    (root / "baseline.json").write_text(bandit("-q", "-f", "json", "a.py", cwd=root).out)
    (root / "a.py").write_text("import os\n" + UNSAFE)
    assert places("-b", "baseline.json", "a.py", root=root) == []
    (root / "a.py").write_text(UNSAFE + "\n\ndef load_more(weights_only=False):\n    pass\n")
    assert places("-b", "baseline.json", "a.py", root=root) == [Place("a.py", "PKT101", 8, 15)]


@pytest.mark.parametrize("comment", ["nosec", "nosec PKT101", "nosec unsafe_torch_load"])
def test_nosec_is_bandits(tree: Tree, comment: str) -> None:
    root = tree({"a.py": UNSAFE.replace("False)\n", f"False)  # {comment}\n")})
    assert places("-t", "PKT101", "a.py", root=root) == []
    assert places("-t", "PKT101", "--ignore-nosec", "a.py", root=root) == [HERE]


def test_nosec_elsewhere_in_the_statement_hides_nothing(tree: Tree) -> None:
    text = "import torch\nx = [\n    1,  # nosec\n    torch.load(p, weights_only=False),\n]\n"
    assert places("-t", "PKT101", "a.py", root=tree({"a.py": text})) == [Place("a.py", "PKT101", 4, 5)]


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ('ignore = ["PKT101"]', False),
        ('per-path-ignores = {"src/" = ["PKT1"]}', True),
        ('per-path-ignores = {"a.py" = ["PKT1"]}', False),
        ('extend-exclude = ["a.py"]', False),
    ],
)
def test_the_projects_configuration_chooses_first(tree: Tree, table: str, found: bool) -> None:
    root = tree({"a.py": UNSAFE, "pyproject.toml": f"[tool.picketlint]\n{table}\n"})
    assert places("a.py", root=root) == [HERE] * found


def test_tests_are_left_out_unless_included(tree: Tree) -> None:
    root = tree({"tests/a.py": UNSAFE, "test_b.py": UNSAFE})
    assert places("-r", ".", root=root) == []
    (root / "pyproject.toml").write_text("[tool.picketlint]\ninclude-tests = true\n")
    assert {place.path for place in places("-r", ".", root=root)} == {"tests/a.py", "test_b.py"}


def test_a_rule_that_is_off_by_default_wants_the_configuration(tree: Tree) -> None:
    root = tree({"a.py": "import os\n\nos.system('ls')\n"})
    assert "PKT302" not in [place.rule for place in places("-t", "PKT302", "a.py", root=root)]
    (root / "pyproject.toml").write_text('[tool.picketlint]\nextend-select = ["PKT302"]\n')
    assert [place.rule for place in places("-t", "PKT302", "a.py", root=root)] == ["PKT302"]


@pytest.mark.parametrize("table", ["select = []", 'ignore = ["ALL"]'])
def test_a_configuration_that_leaves_no_rule_is_an_issue(tree: Tree, table: str) -> None:
    root = tree({"a.py": UNSAFE, "pyproject.toml": f"[tool.picketlint]\n{table}\n"})
    done = bandit("-q", "a.py", cwd=root)
    assert done.code == 1
    assert "picketlint could not run" in done.out
    assert "leave no rule to check for" in done.out


def test_a_file_is_analysed_once(tree: Tree, tmp_path: Path) -> None:
    copy, environment = broken_copy(tmp_path)
    with (copy / "hosts" / "bandit_adapter.py").open("a") as file:
        file.write(
            "\n\n_real = analyze\n\n\ndef analyze(*a, **k):\n    print('ANALYSED', a[1])\n    return _real(*a, **k)\n"
        )
    root = tree({"a.py": UNSAFE * 5, "b.py": UNSAFE * 5})
    done = bandit("-q", "a.py", "b.py", cwd=root, env=environment)
    assert [line for line in done.out.splitlines() if line.startswith("ANALYSED")] == [
        "ANALYSED ./a.py",
        "ANALYSED ./b.py",
    ]


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("hosts/bandit_adapter.py", "import nowhere\n", "ModuleNotFoundError: No module named 'nowhere'"),
        ("engine.py", "def analyze(:\n", "SyntaxError: "),
        ("rules/pkt101_unsafe_torch_load.py", "import nowhere\n", "ModuleNotFoundError: No module named 'nowhere'"),
        ("rules/pkt199_odd.py", "\n", "define exactly one Rule, not 0"),
        ("configuration/settings.py", "raise RuntimeError('on\\nfire')\n", "RuntimeError: on fire"),
    ],
)
def test_a_broken_installation_is_an_issue_in_every_file(
    tree: Tree, tmp_path: Path, file: str, text: str, said: str
) -> None:
    copy, environment = broken_copy(tmp_path)
    (copy / file).write_text(text)
    root = tree({"a.py": "x = 1\n", "b.py": UNSAFE})
    done = bandit("-q", "-f", "json", "-lll", "-iii", "a.py", "b.py", cwd=root, env=environment)
    assert done.code == 1
    issues = bandit_issues(done.out)
    assert [issue["filename"] for issue in issues] == ["./a.py", "./b.py"]
    for issue in issues:
        assert issue["issue_text"].startswith("picketlint could not run, so this file is not checked: ")
        assert said in issue["issue_text"]


def test_a_failure_while_checking_is_one_issue_in_that_file(tree: Tree, tmp_path: Path) -> None:
    copy, environment = broken_copy(tmp_path)
    with (copy / "engine.py").open("a") as file:
        file.write("\n\n_real = analyze\n\n\ndef analyze(data, path, *rest, **more):\n")
        file.write("    return [][1] if 'b.py' in path else _real(data, path, *rest, **more)\n")
    root = tree(dict.fromkeys(("a.py", "b.py", "c.py"), UNSAFE))
    done = bandit("-q", "-f", "json", "a.py", "b.py", "c.py", cwd=root, env=environment)
    texts = {issue["filename"]: issue["issue_text"] for issue in bandit_issues(done.out)}
    assert len(bandit_issues(done.out)) == 3
    assert "IndexError: list index out of range" in texts["./b.py"]
    assert "picketlint could not run" not in texts["./a.py"] + texts["./c.py"]


def test_no_nosec_hides_a_failure(tree: Tree) -> None:
    root = tree(
        {
            "a.py": "import os  # nosec\nx = 1\n",
            "b.py": "import os  # nosec\n",
            "c.py": "import os  # nosec",
            "pyproject.toml": "[tool.picketlint]\nselct = []\n",
        }
    )
    done = bandit("-q", "-f", "json", "a.py", "b.py", "c.py", cwd=root)
    assert [(issue["filename"], issue["line_number"]) for issue in bandit_issues(done.out)] == [
        ("./a.py", 2),
        ("./b.py", 0),
        ("./c.py", 0),
    ]
    assert all('unknown key "selct"' in issue["issue_text"] for issue in bandit_issues(done.out))
    for form in ("txt", "sarif", "html"):
        assert "could not run" in bandit("-q", "-f", form, "c.py", cwd=root).out


class Context:
    """What a test is handed by a Bandit to come, in which ``_context`` is called something else."""

    def __init__(self, data: bytes) -> None:
        self.file_data = io.BytesIO(data)
        self.filename = "a.py"
        self.node = ast.parse(data).body[0]


class TodaysContext(Context):
    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._context: dict[str, object] = {}


def test_a_stale_entry_point_is_loud() -> None:
    test: Any = bandit_plugin.__getattr__("renamed_meanwhile")
    assert (test.__name__, test._test_id) == ("renamed_meanwhile", "PKT000")
    assert {"Call", "Expr", "Import"} < set(test._checks)
    context = TodaysContext(b"# nosec\nx = 1\n")
    assert test(context).text == (
        "picketlint could not run, so this file is not checked: "
        "LookupError: picketlint has no Bandit test renamed-meanwhile: install picketlint again"
    )
    assert context._context["lineno"] == 2
    assert test(context) is None


def test_a_stale_entry_point_does_not_hide_what_the_others_find() -> None:
    stale: Any = bandit_plugin.__getattr__("renamed_meanwhile")
    healthy: Any = bandit_plugin.__getattr__("unsafe_torch_load")
    context = TodaysContext(b"def load(p, weights_only=False): ...\n")
    function = context.node
    assert isinstance(function, ast.FunctionDef)
    for child in function.args.args:
        child._bandit_parent = function  # type: ignore[attr-defined]
    assert stale(context).severity == "HIGH"
    context.node = function.args.args[1]  # type: ignore[assignment]
    assert healthy(context).text.startswith("The parameter `weights_only` ")


def test_an_issue_stays_with_its_node_if_bandit_keeps_places_elsewhere() -> None:
    test: Any = bandit_plugin.__getattr__("renamed_meanwhile")
    issue = test(Context(b"x = 1\n"))
    assert (issue.severity, issue.lineno) == ("HIGH", None)
    assert "has no attribute '_context'" in issue.text


def test_the_entry_module_is_no_place_for_other_names() -> None:
    with pytest.raises(AttributeError, match="_private"):
        _ = bandit_plugin._private


def test_a_file_that_bandit_reads_and_picketlint_does_not_is_a_failure() -> None:
    test: Any = bandit_plugin.__getattr__("unsafe_torch_load")
    context = TodaysContext(b"weights_only = 1\n")
    context.file_data = io.BytesIO(b"weights_only = '\xff'\n")
    assert "NotCheckedError: Not checked, byte 0xff is not valid utf-8" in test(context).text


def finding(rule: str, line: int, column: int) -> Finding:
    span = Span(line, column, line, column + 1)
    return Finding(rule, "name", "a.py", None, span, span, "message", Severity.LOW, Confidence.MEDIUM, 1, "url")


def test_findings_without_a_node_of_their_own_get_another() -> None:
    text = "f()\ng()\n\n\n# a\n# b\n"
    nodes: list[ast.AST] = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    ones = [finding("PKT101", 2, 1), finding("PKT101", 5, 1)]
    handed = dict(bandit_adapter._hand_out(ones, nodes, Source(text)))
    assert {node.lineno: answer.line for node, answer in handed.items()} == {1: 5, 2: 2}  # type: ignore[attr-defined]


def test_findings_there_is_no_room_for_are_told_of_by_the_last() -> None:
    nodes: list[ast.AST] = [ast.parse("f()").body[0]]
    ones = [finding("PKT101", line, 5) for line in (1, 2, 3)]
    ((_, answer),) = bandit_adapter._hand_out(ones, nodes, Source("f()"))
    assert (answer.severity, answer.confidence, answer.line) == ("LOW", "MEDIUM", 1)
    assert answer.text == "message (see url); the same on line 2, 3, which Bandit has no room for"


def test_a_finding_without_any_node_fails() -> None:
    with pytest.raises(bandit_adapter.NotCheckedError, match="line 1 breaks PKT101"):
        list(bandit_adapter._hand_out([finding("PKT101", 1, 1)], [], Source("")))


def test_thousands_of_findings_in_one_file_are_all_reported(tree: Tree) -> None:
    root = tree({"a.py": "import torch\n" + "torch.load(p, weights_only=False)\n" * 4000})
    assert len(places("-t", "PKT101", "a.py", root=root)) == 4000


def test_the_documented_skips_are_what_the_rules_supersede() -> None:
    """Nothing is reported twice, and no test of Bandit is switched off that no rule replaces."""
    page = (Path(__file__).parent.parent / "docs" / "bandit.md").read_text("utf-8")
    listed = re.search(r"^skips = \[(.*)\]$", page, re.MULTILINE)
    assert listed is not None
    replaced = {code for rule in registry.load().rules for code in rule.supersedes if code.startswith("B")}
    assert re.findall(r"B[0-9]+", listed.group(1)) == sorted(replaced)
