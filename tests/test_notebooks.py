"""Notebooks: their cells as one module, findings in the cells, through the engine and the command line."""

from __future__ import annotations

import ast
import json
from itertools import pairwise
from pathlib import Path

import pytest
from commandline import picketlint
from notebooks import ALL, code, document, found, markdown, notebook, place, report
from repositories import Repository

from picketlint import registry
from picketlint.engine import Checks, analyze
from picketlint.model import Finding, Status
from picketlint.notebooks.lines import lines_of_cells
from picketlint.rule import Example, Rule

LOAD = "torch.load(p, weights_only=False)"
REASON = "written by our own exporter in the same job, never supplied by the user"


# -- findings ----------------------------------------------------------------------------------------------------------


def test_places_are_those_of_the_cell() -> None:
    assert found("import torch", markdown("# Title"), f"\n\nx = [{LOAD}]") == ["3:3:6 PKT101"]


def test_names_flow_from_cell_to_cell() -> None:
    cells = ["from torch import load as ld", "SAFE = False", "def get(p):\n    return ld(p, weights_only=SAFE)"]
    [finding] = report(*cells).findings
    assert (place(finding), finding.focus.line) == ("3:2:12 PKT101", 2)
    assert [(step.cell, step.line, step.column) for step in finding.trace] == [(2, 1, 1)]


def test_a_cell_that_is_no_python_does_not_hide_the_others() -> None:
    assert found("import torch", "def f(:", LOAD) == ["2:1:7 PKT000", "3:1:1 PKT101"]
    assert found("import torch", "def f(:", LOAD, checks=Checks(frozenset({"PKT101"}))) == ["3:1:1 PKT101"]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("x = '''", "'''"), ("f(", ")"), ("if x:", "    pass"), ("x = \\", "1"), ("@f", "def g(): 0")],
)
def test_nothing_reaches_from_one_cell_into_another(opening: str, closing: str) -> None:
    places = found("import torch", opening, LOAD, closing)
    assert "3:1:1 PKT101" in places
    assert any(one.startswith("2:1:") and one.endswith("PKT000") for one in places)


def test_an_exception_counts_in_its_own_cell_only() -> None:
    assert found("import torch", f"# {REASON}\n{LOAD}") == []
    assert found("import torch", f"{LOAD}  # {REASON}") == []
    assert found("import torch", f"x = 1\n# {REASON}", LOAD) == ["3:1:1 PKT101"]
    assert found("import torch", LOAD, f"# {REASON}\nx = 1") == ["2:1:1 PKT101"]


def test_an_exception_counts_where_comments_are_hard_to_find() -> None:
    nested = "x = f'{d[\"#\"]}' + f\"{'a' 'b'}\""
    block = f"if x:\n    %time y = 1\n    !ls it's\n    {LOAD}  # {REASON}\nelse:\n    %time z = 2\nw = 1  # {REASON}"
    assert found("import torch", f"{nested}\n{block}") == []


def test_what_excuses_is_placed_in_its_cell() -> None:
    [finding] = report("import torch", f"x = 1\n\n# {REASON}\n{LOAD}").findings
    assert (finding.status, finding.cell, finding.justification) == (Status.EXCEPTED, 2, REASON)
    assert finding.excuse is not None
    assert (finding.excuse.line, finding.code) == (3, "torch.load(p,weights_only=False)")


def test_comments_that_are_banned_in_files_are_banned_in_cells() -> None:
    assert found("import torch", f"{LOAD}  # nosec") == ["2:1:1 PKT101", "2:1:36 PKT901"]
    assert found("x = 1", f"x = 1  # security-exception: {REASON}") == ["2:1:8 PKT905"]


def test_an_entry_of_the_lock_file_that_is_gone_belongs_to_no_cell() -> None:
    checks = ALL._replace(approved=(("PKT101", "torch.load(p,weights_only=False)", REASON),))
    assert found("x = 1", checks=checks) == ["None:1:1 PKT905"]
    assert found("import torch", f"{LOAD}  # {REASON}", checks=checks) == []


def test_top_level_await_and_return() -> None:
    assert found("await f()\nasync with x: pass\n[await y async for y in z]", "return 5") == []


@pytest.mark.parametrize(
    "end", ["raise SystemExit('stop')", "return 1", "import sys\nsys.exit()", "while True:\n    pass"]
)
def test_the_cells_below_one_that_fails_are_run_all_the_same(end: str) -> None:
    assert found("x = 1", end, "import torch\ntorch.load(p)") == ["3:2:1 PKT102"]
    assert found("import torch", end, "from torch import load", "torch.load(p)\nload(p)") == [
        "4:1:1 PKT102",
        "4:2:1 PKT102",
    ]


def test_columns_count_code_points() -> None:
    assert found("import torch\né = '日本'; " + LOAD) == ["1:2:11 PKT101"]
    assert found("import torch\n%time é = '日本'; " + LOAD) == ["1:2:17 PKT101"]
    assert found("import torch\n%lprun -f é é = '日本'; " + LOAD) == ["1:2:23 PKT101"]


EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}-{number}")
    for rule in registry.load().rules
    for number, example in enumerate(rule.examples, 1)
    if rule.id not in ("PKT000", "PKT405")
]


def told(finding: Finding) -> tuple[object, ...]:
    return (*finding[:3], *finding[4:11], [step[:3] for step in finding.trace], *finding[12:])


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_a_cell_is_checked_like_a_file(rule: Rule, example: Example) -> None:
    checks = Checks(frozenset({rule.id, *example.beside}), lambda: example.torch, approved=example.approved)
    as_file = analyze(example.code.encode(), "example.py", checks).findings
    as_cell = analyze(notebook(markdown("x"), example.code), "example.ipynb", checks).findings
    assert [told(one._replace(path="example.py")) for one in as_cell] == [told(one) for one in as_file]
    if example.approved is None:
        assert {one.cell for one in as_cell} <= {2}


def statements(text: str) -> list[str]:
    """The statements of a module, one by one; none where they cannot be told apart by lines, or have comments."""
    body = ast.parse(text).body
    ends = [0, *(node.end_lineno or 0 for node in body)]
    if "#" in text or any(node.lineno <= end for node, end in zip(body, ends, strict=False)):
        return []
    lines = text.split("\n")
    return ["\n".join(lines[begin:end]) for begin, end in pairwise(ends)]


@pytest.mark.parametrize(
    ("rule", "example"), [one for one in EXAMPLES if len(statements(getattr(one.values[1], "code", ""))) > 1]
)
def test_statements_in_cells_of_their_own_come_to_the_same(rule: Rule, example: Example) -> None:
    checks = Checks(frozenset({rule.id, *example.beside}), lambda: example.torch, approved=example.approved)
    as_file = analyze(example.code.encode(), "example.py", checks).findings
    as_cells = analyze(notebook(*statements(example.code)), "example.ipynb", checks).findings
    assert [one.message for one in as_cells] == [one.message for one in as_file]


# -- formats -----------------------------------------------------------------------------------------------------------


def test_format_3() -> None:
    cells: list[dict[str, object]] = [
        {"cell_type": "heading", "level": 1, "source": ["Title"], "metadata": {}},
        {"cell_type": "code", "input": ["import torch\n", LOAD], "language": "python", "outputs": [], "metadata": {}},
    ]
    sheets = [{"cells": cells}, {"cells": [{**cells[1], "input": LOAD}]}]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": sheets}
    findings = analyze(json.dumps(old).encode(), "x.ipynb", ALL).findings
    assert [place(one) for one in findings] == ["2:2:1 PKT101", "3:1:1 PKT101"]


def test_source_in_lines_and_in_one() -> None:
    assert found(code(["import torch\n", "\n", LOAD])) == found(code(f"import torch\n\n{LOAD}")) == ["1:3:1 PKT101"]
    assert found(code(["import torch\r\n", f"x = 1\r{LOAD}"])) == ["1:3:1 PKT101"]


def test_json_that_is_written_otherwise() -> None:
    data = notebook("import torch", LOAD)
    escaped = data.replace(b"weights_only", b"\\u0077eights_only").replace(b"torch", b"\\u0074orch")
    spread = json.dumps(json.loads(data), indent=1).replace("\n", "\r\n").encode()
    for same in (b"\xef\xbb\xbf" + data, b"\r\n " + spread, escaped):
        assert [place(one) for one in analyze(same, "x.ipynb", ALL).findings] == ["2:1:1 PKT101"]


OTHER_LANGUAGES = {
    "r": {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}, "language_info": {"name": "R"}},
    "julia": {"language_info": {"name": "julia"}},
}
PYTHON: dict[str, object] = {
    "none": {},
    "nonsense": {"kernelspec": 5, "language_info": ["R"]},
    "numbers": {"kernelspec": {"language": 5}, "language_info": {"name": None}},
    "python": {"kernelspec": {"name": "my-env", "language": "python", "display_name": "Mine"}},
    "a-kernel-decides": {"kernelspec": {"name": "python3", "language": "R"}, "language_info": {"name": "R"}},
    "ipython": {"language_info": {"name": "ipython"}},
    "spark": {"kernelspec": {"name": "pysparkkernel"}, "language_info": {"name": "pyspark"}},
}


@pytest.mark.parametrize("metadata", OTHER_LANGUAGES.values(), ids=OTHER_LANGUAGES)
def test_other_languages_are_left_alone_and_that_is_said(metadata: object) -> None:
    outcome = report("f <- function(x) {", metadata=metadata)
    assert outcome.findings == ()
    [problem] = outcome.problems
    assert (problem.kind, problem.fatal) == ("not-python", False)
    assert problem.message.startswith("its code cells are in ")


@pytest.mark.parametrize("metadata", PYTHON.values(), ids=PYTHON)
def test_what_may_be_python_is_checked(metadata: object) -> None:
    assert found("import torch", LOAD, metadata=metadata) == ["2:1:1 PKT101"]


# -- the command line --------------------------------------------------------------------------------------------------

FILES = {
    "nb/train.ipynb": notebook("import torch", markdown("# Load"), f"flag = False\n\n{LOAD.replace('False', 'flag')}"),
    "nb/.ipynb_checkpoints/train-checkpoint.ipynb": notebook(f"import torch\n{LOAD}"),
    "nb/generated/x.ipynb": notebook(f"import torch\n{LOAD}"),
    "tests/try.ipynb": notebook(f"import torch\n{LOAD}"),
    "nb/test_load.ipynb": notebook(f"import torch\n{LOAD}"),
    "pyproject.toml": b'[tool.picketlint]\nextend-exclude = ["generated/"]\n',
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, data in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_text(project: Path) -> None:
    outcome = picketlint("check", cwd=project)
    assert outcome.code == 1
    place, *shown = outcome.out.splitlines()[1:8]
    assert place == " --> nb/train.ipynb:cell 3:3:1"
    assert shown == [
        "  |",
        "3 | torch.load(p, weights_only=flag)",
        "  |               ^^^^^^^^^^^^^^^^^",
        "  |",
        "  = note: nb/train.ipynb:cell 3:1:1: `flag` gets its value here",
        "",
    ]
    assert "Found 1 error in 1 file (1 checked)." in outcome.out
    assert outcome.err == ""


def test_concise_and_json(project: Path) -> None:
    concise = picketlint("check", "--output-format", "concise", cwd=project)
    assert concise.out.startswith("nb/train.ipynb:cell 3:3:1: PKT101 ")
    [finding] = json.loads(picketlint("check", "--output-format", "json", cwd=project).out)["findings"]
    assert (finding["cell"], finding["line"], finding["column"], finding["end_column"]) == (3, 3, 1, 33)
    assert [(step["cell"], step["line"]) for step in finding["trace"]] == [(3, 1)]


def test_tests_are_included_on_request(project: Path) -> None:
    outcome = picketlint("check", "--include-tests", "--output-format", "concise", cwd=project)
    assert [line.split(":")[0] for line in outcome.out.splitlines()[:3]] == [
        "nb/test_load.ipynb",
        "nb/train.ipynb",
        "tests/try.ipynb",
    ]


def test_per_path_ignores(project: Path) -> None:
    with (project / "pyproject.toml").open("a") as file:
        file.write('[tool.picketlint.per-path-ignores]\n"*.ipynb" = ["PKT101"]\n')
    assert picketlint("check", cwd=project).code == 0


def test_standard_input(project: Path) -> None:
    data = FILES["nb/train.ipynb"]
    outcome = picketlint("check", "--stdin-filename", "nb/new.ipynb", "-", cwd=project, stdin=data)
    assert outcome.code == 1
    assert " --> nb/new.ipynb:cell 3:3:1" in outcome.out
    assert "3 | torch.load(p, weights_only=flag)" in outcome.out


def test_nothing_is_written(project: Path) -> None:
    picketlint("check", "--include-tests", cwd=project)
    assert {name: (project / name).read_bytes() for name in FILES} == FILES


def test_a_notebook_in_another_language(project: Path) -> None:
    (project / "nb/train.ipynb").write_bytes(notebook("x <- 1", metadata=OTHER_LANGUAGES["r"]))
    outcome = picketlint("check", cwd=project)
    assert outcome.code == 0
    assert outcome.err.startswith("warning: nb/train.ipynb: its code cells are in R, so they were looked through")


# -- exceptions --------------------------------------------------------------------------------------------------------


def excused(*before: str) -> str:
    return json.dumps(document("import torch", *before, f"{LOAD}  # {REASON}"), indent=1)


def test_exceptions_are_listed_compared_and_locked(repository: Repository) -> None:
    repository.commit({"a.ipynb": excused()})
    [one] = repository.exceptions()["exceptions"]
    assert (one["path"], one["cell"], one["line"], one["history"]) == ("a.ipynb", 2, 1, "known")
    assert f"PKT101  a.ipynb:cell 2:1:1  {one['introduced']['date'][:10]}  " in repository.run("exceptions").out
    repository.write({"a.ipynb": excused("x = 1")})
    assert repository.exceptions("--since", "HEAD")["exceptions"] == []
    repository.write({"a.ipynb": excused(f"{LOAD.replace('p', 'q')}  # {REASON}")})
    assert [one["cell"] for one in repository.exceptions("--since", "HEAD")["exceptions"]] == [2]
    assert repository.run("exceptions", "--lock").code == 0


def test_who_wrote_an_exception_in_a_cell(repository: Repository) -> None:
    def lines(*last: str) -> str:
        text = ["import torch\n", "x = 1\n", f"# {REASON}\n", f"{LOAD}\n", *last]
        return json.dumps(document(code(["import torch"]), code(text)), indent=1, ensure_ascii=False) + "\n"

    def told(**written: str) -> tuple[str, str | None]:
        repository.write({"a.ipynb": written["text"]})
        [one] = repository.exceptions()["exceptions"]
        return one["history"], one["introduced"] and one["introduced"]["commit"]

    first = repository.commit({"a.ipynb": lines()})
    assert told(text=lines()) == ("known", first)
    repository.commit({"a.ipynb": lines("y = 2")})
    assert told(text=lines("y = 2")) == ("known", first)
    assert told(text=lines("y = 2").replace(REASON, f"{REASON} "))[0] == "uncommitted"
    # What shares its line with something else may be older than that line.
    one_line = json.dumps(json.loads(lines()))
    repository.commit({"a.ipynb": one_line})
    assert told(text=one_line) == ("unknown", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"cells": [\n{"source": [\n"a\\n",\n"b"\n]}\n]}', {1: [3, 4]}),
        ('{"cells": [{\n"source": ["a\\n",\n  "b\\n"]\n}]}', {1: [2, 3]}),
        ('{"cells": [{\n"source": "a"\n},\n{"source": "b"}]}', {1: [2]}),
        ('{"cells": [{\n"source": "a\\nb"\n}]}', {1: [None, None]}),
        ('{"cells": [{"source": ["a"]}]}', {1: [None]}),
        ('{"cells": [{\n"source": [\n"a",\n"b\\n",\n"c"]}]}', {1: [None, None]}),
        ('{"metadata": {"cells": [1]},\n"cells": [{"id": 1e9,\n"source": []}]}', {1: []}),
        ('{"cells": {}}', {}),
        ('{"cells": [1]}', {}),
        ('{"cells": [{"source": [', {}),
        ("[", {}),
        ("", {}),
    ],
)
def test_the_lines_of_a_file_that_those_of_cells_stand_in(text: str, expected: dict[int, list[int | None]]) -> None:
    assert lines_of_cells(text.encode(), [1]) == expected


def test_a_lock_file_approves_exceptions_in_cells(repository: Repository) -> None:
    config = '[tool.picketlint]\nexceptions-lock = "lock.toml"\n'
    repository.commit({"a.ipynb": excused(), "pyproject.toml": config})
    assert repository.run("exceptions", "--lock").code == 0
    assert repository.run("check").code == 0
    repository.write({"a.ipynb": excused(f"{LOAD.replace('p', 'q')}  # {REASON}")})
    outcome = repository.run("check", "--output-format", "concise")
    assert outcome.code == 1
    assert outcome.out.startswith("a.ipynb:cell 2:1:1: PKT904 ")


def test_a_cell_that_cannot_be_read_makes_the_list_incomplete(repository: Repository) -> None:
    repository.commit({"a.ipynb": excused("def f(:")})
    outcome = repository.run("exceptions")
    assert outcome.code == 2
    assert "a.ipynb: cell 2, line 1: Not checked, it does not parse" in outcome.err


PICKLE5 = "try:\n    import pickle5 as pickle\nexcept ImportError:\n    import pickle"
USED_ABOVE = "x = torch.load(p, weights_only=False)"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([USED_ABOVE, "import torch"], ["1:1:5 PKT101"]),
        (["x = load(p)", "from dill import load"], ["1:1:5 PKT106"]),
        (["def f(p):\n    return pk.load(p)", "import pickle as pk"], ["1:2:12 PKT106"]),
        (["!ls {sys.argv[1]}\nos.system(sys.argv[1])", "import os, sys"], ["1:1:1 PKT301", "1:2:1 PKT301"]),
        (["def f(torch): ...", USED_ABOVE, "import torch"], ["2:1:5 PKT101"]),
        (["from x import *\nx = pickle.load(p)", "import pickle"], ["1:2:5 PKT106"]),
        (["%run x.py", "x = pickle.load(p)", "import pickle"], ["2:1:5 PKT106"]),
        # In a `try`, in a condition, in one of several attempts.
        (["x = pickle.load(p)", "try:\n    import pickle\nexcept ImportError:\n    !pip install x"], ["1:1:5 PKT106"]),
        (["x = pickle.load(p)", "try:\n    import pickle\nexcept ImportError:\n    pickle = None"], ["1:1:5 PKT106"]),
        (["x = pickle.load(p)", "if y:\n    with z:\n        import pickle"], ["1:1:5 PKT106"]),
        (["x = pickle.load(p)", PICKLE5], ["1:1:5 PKT106"]),
        ([PICKLE5, "x = pickle.load(p)"], ["2:1:5 PKT106"]),
        (["from x import *", "x = load(p)", "try:\n    from dill import load\nexcept ImportError:\n    raise"], []),
        # The name may mean something else.
        (["x = load(p)", "if y:\n    from dill import load\nelse:\n    from safe import load"], []),
        (["x = pickle.load(p)", PICKLE5, "import json as pickle"], []),
        (["x = load(p)", "try:\n    from dill import load\nexcept ImportError:\n    def load(p): ..."], []),
        (["from x import *\nx = load(p)", "from dill import load"], []),
        (["%run x.py", "x = load(p)", "from dill import load"], []),
        (["load = other", "x = load(p)", "from dill import load"], []),
        (["x = load(p)", "def load(p): ...", "from dill import load"], []),
        (["x = load(p)", "from dill import load", "from safe import load"], []),
        (["x = load(p)", "def f():\n    global load", "from dill import load"], []),
        (["x = open(p)", "from shelve import open"], []),
        (["x = load(p)", "def f():\n    from dill import load"], []),
    ],
)
def test_what_a_cell_imports_counts_in_those_above(cells: list[str], expected: list[str]) -> None:
    assert found(*cells) == expected
