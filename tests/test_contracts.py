"""What holds for every rule and every module, whoever adds one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from picketlint import registry
from picketlint.base.files import is_dotenv
from picketlint.prefilter import candidates
from picketlint.rule import Example, Rule
from picketlint.source import UnreadableSourceError, decode, parse

RULES = registry.load().rules
SOURCE = Path(registry.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))

# Lowest first. A module imports from lower layers; the modules of one entry (a package, or two that are written as one)
# import each other.
LAYERS = [
    ["_needs", "base"],
    ["_index", "catalog", "matching", "model"],
    ["examples", "knowledge", "source"],
    ["notebooks", "semantics"],
    ["credentials"],
    ["exceptions"],
    ["listening rule"],
    ["dispatch", "registry", "rulepage", "rules"],
    ["analysis notebook_texts", "prefilter"],
    ["engine"],
    ["configuration"],
    ["discovery"],
    ["reporting", "scan"],
    ["execution"],
    ["commandline", "hosts"],
    ["__init__", "__main__"],
]
PLACES = {name: (level, unit) for level, layer in enumerate(LAYERS) for unit in layer for name in unit.split()}
# Hosts and tools that not every user has, and that cost much to import: each has one place.
FOREIGN = {"flake8", "bandit", "hyperscan", "libcst", "pygls", "rich", "distributed"}
FOR_RULES = {"__future__", "ast", "re", "collections", "collections.abc", "itertools", "typing", "picketlint.rule"}


def per_rule() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def per_module() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())


# -- rules -------------------------------------------------------------------------------------------------------------


def test_codes_and_names_are_unique() -> None:
    assert len({rule.id for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


@per_rule()
def test_code_and_name_are_well_formed(rule: Rule) -> None:
    # flake8 takes three letters and three digits; a Bandit plugin is called like the name in snake case.
    assert re.fullmatch(r"PKT[0-9]{3}", rule.id)
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", rule.name)
    assert re.fullmatch(r"[0-9]+\.[0-9]+", rule.since)


@per_rule()
def test_page_has_its_sections(rule: Rule) -> None:
    sections = re.findall(r"^## .*$", rule.page, re.MULTILINE)
    wanted = ["## What it does", "## Why is this bad?", "## Instead", "## Documented exception", "## References"]
    if not rule.documentable:
        wanted.remove("## Documented exception")
    assert [section for section in sections if section in wanted] == wanted
    assert rule.documentable or "## Documented exception" not in sections
    assert not re.search(r"^## .*\n+(## |\Z)", rule.page, re.MULTILINE), "a section is empty"


@per_rule()
def test_summary_is_one_line(rule: Rule) -> None:
    summary, blank, *_ = [*rule.page.split("\n"), ""]
    assert rule.summary == summary
    assert blank == ""
    assert 10 <= len(summary) <= 100
    assert summary.endswith(".")
    assert ". " not in summary


@per_rule()
def test_metadata_is_there(rule: Rule) -> None:
    assert rule.cwe > 0
    assert rule.policy
    assert rule.policy == rule.policy.strip()
    assert all(re.fullmatch(r"[A-Z]+[0-9]+", code) for code in rule.supersedes)
    assert [method for method, _ in rule.listeners()] or rule.id == "PKT000"


@per_rule()
def test_there_are_examples(rule: Rule) -> None:
    if rule.id == "PKT000":
        pytest.skip("about files that do not parse; test_robustness shows them")
    assert sum(example.bad for example in rule.examples) >= 3
    assert sum(not example.bad for example in rule.examples) >= 3
    codes = [(example.code, example.torch, example.beside, example.approved, example.path) for example in rule.examples]
    assert len(set(map(repr, codes))) == len(codes), "an example is there twice"


EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}-{number}")
    for rule in RULES
    for number, example in enumerate(rule.examples, 1)
]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_example_parses(rule: Rule, example: Example) -> None:
    if rule.id == "PKT000" and example.bad:
        with pytest.raises(UnreadableSourceError):
            parse(decode(example.code.encode()))
    elif not is_dotenv(example.path):
        parse(example.code)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_bad_example_passes_the_prefilter(rule: Rule, example: Example) -> None:
    if example.bad and example.approved is None:
        entry = next(entry for entry in registry.load().entries if entry.id == rule.id)
        assert candidates([entry], example.code.encode())


# -- modules -----------------------------------------------------------------------------------------------------------


def imports(tree: ast.Module, *, at_run_time: bool) -> Iterator[str]:
    """The modules a module imports anywhere, as dotted names; those that are for type checkers only if wanted."""
    typing_only: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            typing_only.update(inner for statement in node.body for inner in ast.walk(statement))
    for node in ast.walk(tree):
        if at_run_time and node in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            yield from (f"{module}.{alias.name}" for alias in node.names) if module == "picketlint" else [module]


def own(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


@per_module()
def test_imports_go_one_way(path: Path) -> None:
    name = own(path)
    assert name in PLACES, f"put {name} into LAYERS"
    level, unit = PLACES[name]
    for imported in imports(ast.parse(path.read_text("utf-8")), at_run_time=True):
        if not imported.startswith("picketlint.") or imported == "picketlint.__version__":
            continue
        other_level, other_unit = PLACES[imported.split(".")[1]]
        assert other_unit == unit or other_level < level, f"{name} imports {imported}"


@per_module()
def test_a_rule_imports_little(path: Path) -> None:
    if path.parent.name != "rules":
        pytest.skip("no rule")
    for imported in imports(ast.parse(path.read_text("utf-8")), at_run_time=False):
        assert imported in FOR_RULES or imported.startswith("picketlint.knowledge"), imported


@pytest.mark.parametrize("foreign", sorted(FOREIGN))
def test_hosts_are_imported_in_one_place(foreign: str) -> None:
    places = {
        path.relative_to(SOURCE)
        for path in MODULES
        for imported in imports(ast.parse(path.read_text("utf-8")), at_run_time=False)
        if imported.split(".")[0] == foreign
    }
    assert len(places) <= 1, places


@per_module()
def test_files_are_of_a_readable_size(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_so_are_those_of_the_tests() -> None:
    lengths = {path.name: len(path.read_text("utf-8").splitlines()) for path in Path(__file__).parent.glob("*.py")}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


@per_module()
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))
