"""What the command line takes, says and returns."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from commandline import SRC, UNSAFE, Outcome, environment, picketlint

import picketlint as package
from picketlint import registry, rulepage
from picketlint.rule import Rule

CONFIG = '[tool.picketlint]\nignore = ["PKT101"]\n'
SUMMARY = (
    "Found 1 error in 1 file ({files} checked).\n`picketlint rule PKT101` explains a rule and how to comply with it.\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one finding, at a.py:2:1, and a clean file."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "p"\nversion = "1"\ndependencies = ["torch>=2.7"]\n')
    (tmp_path / "a.py").write_text(UNSAFE)
    (tmp_path / "b.py").write_text("x = 1\n")
    return tmp_path


def add(project: Path, name: str, content: str = UNSAFE) -> None:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def test_text_output(project: Path) -> None:
    outcome = picketlint("check", cwd=project)
    assert outcome.code == 1
    message, rest = outcome.out.split("\n", 1)
    assert message.startswith("PKT101 [high] `torch.load` with `weights_only=False` ")
    assert rest == (
        " --> a.py:2:1\n"
        "  |\n"
        "2 | torch.load(p, weights_only=False)\n"
        "  |               ^^^^^^^^^^^^^^^^^^\n"
        "  |\n"
        "\n" + SUMMARY.format(files=2)
    )
    assert outcome.err == ""


def test_concise_output(project: Path) -> None:
    outcome = picketlint("check", "--output-format", "concise", cwd=project)
    assert outcome.out.startswith("a.py:2:1: PKT101 `torch.load` with ")
    assert outcome.out.endswith(".serialization.add_safe_globals`\n" + SUMMARY.format(files=2))


def test_json_output(project: Path) -> None:
    outcome = picketlint("check", "--output-format", "json", ".", "no-such.py", cwd=project)
    assert outcome.code == 2
    document = json.loads(outcome.out)
    assert document["version"] == package.__version__
    assert document["files"] == 2
    assert [(one["path"], one["line"], one["rule"]) for one in document["findings"]] == [("a.py", 2, "PKT101")]
    assert [(one["path"], one["kind"]) for one in document["problems"]] == [("no-such.py", "missing-path")]
    assert outcome.err.startswith("error: no-such.py: no such file")


def test_clean(project: Path) -> None:
    outcome = picketlint("check", "b.py", cwd=project)
    assert (outcome.code, outcome.out, outcome.err) == (0, "All checks passed!\n", "")


def test_output_does_not_depend_on_the_hash_seed_or_the_order_of_paths(project: Path) -> None:
    for name in ("z.py", "c.py", "m/a.py"):
        add(project, name)
    first = picketlint("check", "z.py", ".", "a.py", cwd=project, PYTHONHASHSEED="1")
    second = picketlint("check", "a.py", "m", "c.py", "b.py", "z.py", cwd=project, PYTHONHASHSEED="2")
    assert first.out == second.out
    assert first.out.count("PKT101 [") == 4


def test_a_documented_exception_is_counted_and_not_listed(project: Path) -> None:
    reason = "# our own checkpoint, written by this job a moment ago and verified by checksum"
    add(project, "a.py", f"import torch\ntorch.load(p, weights_only=False)  {reason}\n")
    outcome = picketlint("check", cwd=project)
    assert (outcome.code, outcome.out) == (0, "All checks passed! 1 documented exception.\n")
    document = json.loads(picketlint("check", "--output-format", "json", cwd=project).out)
    assert [one["status"] for one in document["findings"]] == ["excepted"]
    assert "verified by checksum" in document["findings"][0]["justification"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("a.py", 1),
        ("a.py b.py", 1),
        ("b.py", 0),
        ("", 1),
        (".", 1),
        ("--exit-zero", 0),
        ("--exit-zero no-such.py", 2),
        ("a.py no-such.py", 2),
        ("--select PKT101", 1),
        ("--select unsafe-torch-load", 1),
        ("--select PKT1", 1),
        ("--select ALL", 1),
        ("--select PKT2,PKT000", 0),
        ("--select PKT2 --select PKT101", 1),
        ("--ignore PKT101", 0),
        ("--ignore PKT2,PKT1", 0),
        ("--ignore PKT2 --ignore PKT101", 0),
        ("--select PKT2 --extend-select PKT101", 1),
        ("--isolated", 1),
        ("a.py --quiet", 1),
        ("--quiet b.py -- a.py", 1),
        ("b.py --select PKT101 a.py", 1),
        ("--statistics", 1),
    ],
)
def test_exit_codes(project: Path, arguments: str, code: int) -> None:
    assert picketlint("check", *arguments.split(), cwd=project).code == code


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "a command is missing"),
        ("a.py", "there is no command a.py: did you mean `picketlint check a.py`?"),
        ("check --fix", "there is no option --fix (see `picketlint check --help`)"),
        ("check --diff", "there is no option --diff"),
        ("check --watch", "there is no option --watch"),
        ("check --stat", "there is no option --stat: did you mean --statistics?"),
        ("check --output-format sarif", "argument --output-format: invalid choice: 'sarif'"),
        ("check --select", "argument --select: expected one argument"),
        ("check --select ,", "argument --select: wants codes or names of rules"),
        ("check --select PKT999", '--select: unknown rule "PKT999"'),
        ("check --ignore unsafe-torch-lode", 'unknown rule "unsafe-torch-lode"; did you mean "unsafe-torch-load"?'),
        ("check -q -v", "argument -v/--verbose: not allowed with argument -q/--quiet"),
        ("check - a.py", "`-` stands for standard input and cannot be combined with other paths"),
        ("check --stdin-filename x.py a.py", "--stdin-filename is for code on standard input: give `-`"),
        ("check --config no-such.toml", "no-such.toml: no such file"),
        ("check --config b.py --isolated", "--config and --isolated contradict each other"),
        ("check no-such.py", "no-such.py: no such file or directory"),
        ("rule PKT1001", "there is no rule PKT1001: `picketlint rule` lists them"),
        ("rule nothing-like-it", "there is no rule nothing-like-it: `picketlint rule` lists them"),
        ("rule PKT101 PKT102", "unrecognized arguments: PKT102"),
        ("check --slect PKT1", "there is no option --slect: did you mean --select?"),
        ("rule PKT301 --superseeds", "there is no option --superseeds: did you mean --supersedes?"),
        ("baseline", "there is no command baseline"),
        ("chek", "there is no command chek: did you mean `picketlint check`?"),
        ("cache", "the following arguments are required: {dir,clear}"),
        ("check --format json", "there is no option --format: did you mean --output-format?"),
        ("check --select B614", 'unknown rule "B614"; `picketlint rule` lists them'),
        ("help", "there is no command help: did you mean `picketlint --help`?"),
        ("check --exclude x", "there is no option --exclude: did you mean `extend-exclude` in [tool.picketlint]?"),
        ("check --extend-ignore PKT1", "there is no option --extend-ignore: did you mean --ignore?"),
        ("check --select PKT101 --ignore PKT101", "--ignore leaves no rule to check for"),
        ("check --ignore PKT", "--ignore leaves no rule to check for"),
        ("check --select pkt1", '--select: unknown rule "pkt1"; did you mean "PKT1"?'),
        (
            "check --config=",
            "--config wants a TOML file, and this is empty: is a variable in the command line not set?",
        ),
        ("check --config .", ".: not a file: --config wants a TOML file"),
        ("-q check", "options stand behind the command, as in `picketlint check -q`"),
        ("check -o b.py", "argument -o/--output-file: wants a file for the report, and this is code"),
        ("check --output-file=", "argument -o/--output-file: wants a file for the report, and this is empty"),
        ("check -o .", ". cannot be written: Is a directory"),
        ("check -o b.py/report.txt", "b.py/report.txt cannot be written: "),
        ("check --cache-dir=", "argument --cache-dir: wants a directory, and this is empty"),
        ("cache clear --cache-dir=", "argument --cache-dir: wants a directory, and this is empty"),
    ],
)
def test_wrong_use_is_one_line_on_standard_error(project: Path, arguments: str, message: str) -> None:
    outcome = picketlint(*arguments.split(), cwd=project)
    assert outcome.code == 2
    assert outcome.err.startswith("error: ")
    assert message in outcome.err
    assert outcome.err.count("\n") == 1
    assert "passed" not in outcome.out


def test_rules_that_blanks_separate(project: Path) -> None:
    outcome = picketlint("check", "--select", "PKT101 PKT2", cwd=project)
    assert outcome.err == 'error: --select: "PKT101 PKT2" is more than one rule: put commas between them\n'
    assert picketlint("check", "--select", " PKT101, PKT2,, ", cwd=project).code == 1


def test_a_configuration_that_selects_nothing_is_obeyed_and_said(project: Path) -> None:
    add(project, "pyproject.toml", "[tool.picketlint]\nselect = []\n")
    none = "no rule is selected: see `select` and `ignore` in [tool.picketlint], and those options"
    for arguments, told in (([], none), (["a.py"], f"a.py: not checked ({none})")):
        outcome = picketlint("check", *arguments, cwd=project)
        assert (outcome.code, outcome.out, outcome.err) == (0, "Nothing was checked.\n", f"warning: {told}\n")


def test_the_report_in_a_file(project: Path) -> None:
    expected = picketlint("check", "--output-format", "json", cwd=project).out
    outcome = picketlint("check", "--output-format", "json", "-o", "new/deep/report.json", cwd=project, FORCE_COLOR="1")
    assert (outcome.code, outcome.out, outcome.err) == (1, SUMMARY.format(files=2), "")
    assert (project / "new/deep/report.json").read_bytes().decode() == expected
    (project / "report.txt").write_text("old " * 1000)
    outcome = picketlint("check", "-q", "--output-file=report.txt", cwd=project, FORCE_COLOR="1")
    assert (outcome.code, outcome.out) == (1, "")
    assert (project / "report.txt").read_text() == picketlint("check", "-q", cwd=project).out


@pytest.mark.skipif(
    getattr(os, "geteuid", lambda: 0)() == 0, reason="root may read everything, and Windows asks others"
)
def test_a_directory_that_cannot_be_searched_is_named(project: Path) -> None:
    add(project, "locked/x.py")
    (project / "locked").chmod(0o400)
    outcome = picketlint("check", "b.py", "locked", cwd=project)
    (project / "locked").chmod(0o700)
    assert outcome.code == 2
    assert outcome.err == "error: locked: cannot be read (Permission denied): make it readable or exclude it\n"


@pytest.mark.parametrize("arguments", [("--help",), ("check", "--help"), ("rule", "-h"), ("--version",), ("-V",)])
def test_help_and_version(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    outcome = picketlint(*arguments, cwd=tmp_path)
    assert (outcome.code, outcome.err) == (0, "")
    assert max(map(len, outcome.out.splitlines())) <= 120


def test_every_path_after_two_dashes_is_a_path(project: Path) -> None:
    add(project, "-x.py")
    add(project, "--select")
    outcome = picketlint("check", "-q", "--output-format=concise", "b.py", "--", "-x.py", "--select", cwd=project)
    assert [line.split(":")[0] for line in outcome.out.splitlines()] == ["--select", "-x.py"]


def test_configuration(project: Path) -> None:
    add(project, "other.toml", CONFIG)
    assert picketlint("check", "--config", "other.toml", cwd=project).code == 0
    add(project, "pyproject.toml", CONFIG)
    assert picketlint("check", cwd=project).code == 0
    assert picketlint("check", "--isolated", cwd=project).code == 1
    add(project, "pyproject.toml", CONFIG.replace("ignore", "ignroe"))
    outcome = picketlint("check", cwd=project)
    assert outcome.code == 2
    assert outcome.err == ('error: pyproject.toml: unknown key "ignroe" in [tool.picketlint]; did you mean "ignore"?\n')
    assert outcome.out == "Nothing was checked.\nThe check is incomplete: see the errors above.\n"


def test_named_files_that_are_left_out_are_named(project: Path) -> None:
    for number in range(5):
        add(project, f"tests/test_{number}.py")
    add(project, "dist/x.py")
    tests = [f"tests/test_{number}.py" for number in range(5)]
    outcome = picketlint("check", "b.py", *tests, cwd=project)
    assert (outcome.code, outcome.out) == (0, "All checks passed!\n")
    assert outcome.err == (
        "warning: tests/test_0.py, tests/test_1.py, tests/test_2.py and 2 more: not checked "
        "(a test; `--include-tests` checks it)\n"
    )
    assert picketlint("check", "-q", "b.py", *tests, cwd=project).err == ""
    assert picketlint("check", "--include-tests", *tests, cwd=project).code == 1
    assert picketlint("check", "dist/x.py", cwd=project).code == 1
    for path in ("dist/x.py", "dist"):
        outcome = picketlint("check", "--force-exclude", path, cwd=project)
        assert (outcome.code, outcome.out) == (0, "Nothing was checked.\n")
        assert outcome.err == f"warning: {path}: not checked (excluded, and `--force-exclude` is given)\n"


def test_nothing_to_check_is_said(tmp_path: Path) -> None:
    outcome = picketlint("check", cwd=tmp_path)
    assert (outcome.code, outcome.out) == (0, "Nothing was checked.\n")
    assert outcome.err == "warning: there are no Python files or notebooks to check under the given paths\n"
    add(tmp_path, "venv/a.py")
    hint = "; `-v` lists what was left out\n"
    assert picketlint("check", cwd=tmp_path).err.endswith(f"to check under the given paths{hint}")
    add(tmp_path, "tests/a.py")
    outcome = picketlint("check", cwd=tmp_path)
    assert outcome.err == ("warning: there is nothing to check but 1 test; `--include-tests` checks tests as well\n")


def test_quiet(project: Path) -> None:
    outcome = picketlint("check", "-q", "--output-format", "concise", cwd=project)
    assert outcome.out.count("\n") == 1
    assert outcome.err == ""
    outcome = picketlint("check", "-q", "b.py", cwd=project)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_verbose(project: Path) -> None:
    add(project, "tests/a.py")
    add(project, "sub/pyproject.toml", '[tool.picketlint]\nselect = ["PKT101"]\ntorch-floor = "2.4"\n')
    add(project, "sub/c.py", "x = 1\n")
    outcome = picketlint("check", "-v", cwd=project)
    rules = ", ".join(rule.id for rule in registry.load().rules if rule.status.value == "default")
    assert outcome.err.splitlines() == [
        "configuration: none, so the defaults; project root: .",
        f"rules: {rules}",
        "torch: 2.7 or later, from the project's packaging metadata",
        "configuration: sub/pyproject.toml; project root: sub",
        "rules: PKT101",
        "torch: 2.4 or later, from torch-floor",
        "files: 3 checked; 1 test left out",
        "left out: tests/a.py (a test)",
    ]


def test_projects_that_are_checked_alike_are_told_at_once(project: Path) -> None:
    # No configuration, no repository: nothing says that they belong together.
    for name in ("one", "two", "three", "four", "five"):
        add(project.parent, f"{name}/a.py", "x = 1\n")
    outcome = picketlint(
        "check", "-v", *(f"../{name}" for name in ("one", "two", "three", "four", "five")), cwd=project
    )
    roots = [line for line in outcome.err.splitlines() if "project root" in line]
    assert len(roots) == 1
    assert roots[0].startswith("configuration: none, so the defaults; project root: ")
    assert roots[0].endswith(" and 2 more")


def test_that_nothing_was_checked_is_said_even_where_quiet(project: Path) -> None:
    add(project, "tests/a.py")
    (project / "empty").mkdir()
    for path, told in (("tests", "nothing to check but 1 test"), ("empty", "no Python files or notebooks to check")):
        outcome = picketlint("check", "-q", path, cwd=project)
        assert (outcome.code, outcome.out) == (0, "")
        assert told in outcome.err


def test_what_is_left_out_is_listed_where_verbose(project: Path) -> None:
    add(project, "pyproject.toml", '[tool.picketlint]\nextend-exclude = ["gen/"]\n')
    add(project, ".gitignore", "scratch/\n/dist/inner/\n*.log.py\n")
    names = ["gen/x.py", "scratch/y.py", "scratch/kept.py", "dist/z.py", "dist/inner/in.py", "a.log.py", "tests/t.py"]
    for name in names:
        add(project, name)
    for arguments in (["init", "-q"], ["add", "-f", "a.py", "scratch/kept.py", "dist/z.py", "dist/inner/in.py"]):
        subprocess.run(["git", *arguments], cwd=project, check=True, capture_output=True)
    (project / "linked").symlink_to("gen", target_is_directory=True)
    outcome = picketlint("check", "-v", "--select", "PKT101", "--output-format", "concise", cwd=project)
    assert [line for line in outcome.err.splitlines() if line.startswith("left out: ")] == [
        "left out: a.log.py (ignored by git)",
        "left out: dist (excluded by default)",
        "left out: dist/inner/in.py (excluded by default)",
        "left out: gen (excluded by `extend-exclude`)",
        "left out: linked (a link to a directory)",
        "left out: scratch (ignored by git, but for what git tracks or the command line names)",
        "left out: tests/t.py (a test)",
    ]
    assert [line.split(":")[0] for line in outcome.out.splitlines()[:-2]] == ["a.py", "scratch/kept.py"]
    outcome = picketlint("check", "--output-format", "concise", "dist", cwd=project)
    assert [line.split(":")[0] for line in outcome.out.splitlines()[:-2]] == ["dist/inner/in.py", "dist/z.py"]


def test_what_git_tracks_and_only_the_built_in_list_leaves_out_is_named(project: Path) -> None:
    for name in ("dist/z.py", "dist/notes.txt", "pkg/venv/deep/y.py", "pkg/venv/untracked.py", "node_modules/a.js"):
        add(project, name)
    add(project, ".gitignore", "/dist/\n")
    tracked = ["dist/z.py", "dist/notes.txt", "pkg/venv/deep/y.py", "node_modules/a.js"]
    for arguments in (["init", "-q"], ["add", "-f", *tracked]):
        subprocess.run(["git", *arguments], cwd=project, check=True, capture_output=True)
    note = "tracked by git, but excluded by default and so not checked; to settle it, have `extend-exclude` in "
    outcome = picketlint("check", cwd=project)
    assert outcome.err.startswith(f"note: dist/z.py, pkg/venv/deep/y.py: {note}")
    assert outcome.err.count("\n") == 1
    assert picketlint("check", "..", cwd=project / "pkg").err.startswith("note: ../dist/z.py, venv/deep/y.py: ")
    assert picketlint("check", ".", "dist/z.py", cwd=project).err.startswith("note: pkg/venv/deep/y.py: ")
    assert picketlint("check", "-q", cwd=project).err == ""
    assert picketlint("check", "a.py", cwd=project).err == ""
    outcome = picketlint("check", cwd=project, PATH="")
    assert (
        "note: node_modules, pkg/venv: not checked (excluded by default), and git is not installed, or not on PATH\n"
        in outcome.err
    )
    add(project, "pyproject.toml", '[tool.picketlint]\nextend-exclude = ["dist/", "!venv/"]\n')
    outcome = picketlint("check", "--output-format", "concise", cwd=project)
    assert outcome.err == ""
    assert [line.split(":")[0] for line in outcome.out.splitlines()[:-2]] == [
        "a.py",
        "pkg/venv/deep/y.py",
        "pkg/venv/untracked.py",
    ]


def test_statistics(project: Path) -> None:
    add(project, "c.py", UNSAFE * 2)
    outcome = picketlint("check", "--statistics", cwd=project)
    assert outcome.code == 1
    assert outcome.out.splitlines()[:2] == ["3\tPKT101\tunsafe-torch-load", "Found 3 errors in 2 files (3 checked)."]
    outcome = picketlint("check", "--statistics", "--output-format", "json", cwd=project)
    assert json.loads(outcome.out) == [{"rule": "PKT101", "name": "unsafe-torch-load", "count": 3}]


def test_standard_input(project: Path) -> None:
    code = b"import torch\r\ntorch.load(p, weights_only=False)\r\n"
    outcome = picketlint("check", "-", cwd=project, stdin=code)
    assert outcome.code == 1
    assert " --> <stdin>:2:1\n  |\n2 | torch.load(p, weights_only=False)\n" in outcome.out
    for arguments in (["-", "--stdin-filename", "src/x.py"], ["--stdin-filename", "src/x.py"]):
        outcome = picketlint("check", "--output-format", "concise", *arguments, cwd=project, stdin=code)
        assert outcome.out.startswith("src/x.py:2:1: PKT101 ")
    assert picketlint("check", "-", cwd=project, stdin=b"x = 1\n").code == 0
    assert picketlint("check", "-", cwd=project, stdin=b"x = \xff\n").code == 1


def test_standard_input_is_governed_by_its_name(project: Path) -> None:
    add(project, "quiet/pyproject.toml", CONFIG)
    stdin = UNSAFE.encode()
    assert picketlint("check", "-", "--stdin-filename", "quiet/x.py", cwd=project, stdin=stdin).code == 0
    outcome = picketlint("check", "-", "--stdin-filename", "tests/x.py", cwd=project, stdin=stdin)
    assert (outcome.code, outcome.out) == (0, "Nothing was checked.\n")
    assert outcome.err == "warning: tests/x.py: not checked (a test; `--include-tests` checks it)\n"
    arguments = ["-", "--stdin-filename", "dist/x.py", "--force-exclude"]
    assert picketlint("check", *arguments, cwd=project, stdin=stdin).code == 0


def test_the_list_of_rules(tmp_path: Path) -> None:
    outcome = picketlint("rule", cwd=tmp_path)
    assert outcome.code == 0
    heading, *lines = outcome.out.splitlines()
    assert heading.split() == ["Code", "Name", "Severity", "Status", "Summary"]
    assert [line.split()[0] for line in lines] == [rule.id for rule in registry.load().rules]
    described = json.loads(picketlint("rule", "--output-format", "json", cwd=tmp_path).out)
    assert [one["id"] for one in described] == [rule.id for rule in registry.load().rules]


@pytest.mark.parametrize("beginning", ["PKT4", "pkt4"])
def test_the_list_of_the_rules_of_one_kind(tmp_path: Path, beginning: str) -> None:
    outcome = picketlint("rule", beginning, cwd=tmp_path)
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.out.splitlines()[1:]] == [
        rule.id for rule in registry.load().rules if rule.id.startswith("PKT4")
    ]


@pytest.mark.parametrize("key", ["PKT101", "pkt101", "unsafe-torch-load"])
def test_the_page_of_a_rule(tmp_path: Path, key: str) -> None:
    outcome = picketlint("rule", key, cwd=tmp_path)
    assert outcome.code == 0
    assert outcome.out.startswith("# PKT101 unsafe-torch-load\n\nCheckpoint loaded with the full pickle machinery.\n\n")
    assert "| Weakness | [CWE-502](https://cwe.mitre.org/data/definitions/502.html) |\n" in outcome.out
    assert "\n## Why is this bad?\n" in outcome.out
    assert "\n## Reported\n\n" in outcome.out
    assert "\n## Not reported\n\n" in outcome.out
    (described,) = json.loads(picketlint("rule", key, "--output-format", "json", cwd=tmp_path).out)
    assert described["page"] == outcome.out
    assert described["documentable"] is True


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
@pytest.mark.parametrize("output_format", ["text", "concise", "json"])
def test_every_encoding_of_the_terminal(tmp_path: Path, encoding: str, output_format: str) -> None:
    add(tmp_path, "文é.py", "")
    (tmp_path / "文é.py").write_bytes("import torch\ntorch.load('文é\u202e', weights_only=False)\n".encode())
    arguments = ["check", "--output-format", output_format, ".", "ü文.py"]
    command = [sys.executable, "-m", "picketlint", *arguments]
    env = environment(PYTHONIOENCODING=encoding)
    process = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True)
    assert process.returncode == 2
    assert "PKT101" in process.stdout.decode(encoding)
    assert "\u202e" not in process.stdout.decode(encoding)
    assert b"Traceback" not in process.stderr
    assert process.stderr.decode(encoding).startswith("error: ")


def test_colour(project: Path) -> None:
    assert "\x1b" not in picketlint("check", cwd=project).out
    assert "\x1b" in picketlint("check", cwd=project, FORCE_COLOR="1").out
    assert "\x1b" not in picketlint("check", cwd=project, FORCE_COLOR="1", NO_COLOR="1").out


@pytest.mark.skipif(sys.platform == "win32", reason="shells and signals are others there")
class TestPipes:
    """Standard streams that are not what they should be."""

    @staticmethod
    def shell(script: str, cwd: Path) -> Outcome:
        command = ["bash", "-c", f'picketlint() {{ "{sys.executable}" -m picketlint "$@"; }}\n{script}']
        return Outcome(subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, timeout=120))

    def test_a_reader_that_goes_away(self, project: Path) -> None:
        add(project, "many.py", "import torch\n" + "torch.load(p, weights_only=False)\n" * 3000)
        outcome = self.shell("picketlint check | head -1; exit ${PIPESTATUS[0]}", project)
        assert (outcome.code, outcome.err) == (1, "")
        assert outcome.out.startswith("PKT101 ")
        outcome = self.shell("picketlint check --help | true; exit ${PIPESTATUS[0]}", project)
        assert (outcome.code, outcome.err) == (0, "")

    def test_closed_streams(self, project: Path) -> None:
        assert self.shell("picketlint check >&-", project).code == 1
        assert self.shell("picketlint check no-such.py 2>&-", project).code == 2
        assert self.shell("picketlint check b.py >&- 2>&- <&-", project).code == 0
        outcome = self.shell("picketlint check - <&-", project)
        assert (outcome.code, outcome.err) == (2, "error: standard input is closed: there is nothing to check\n")

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
    def test_a_full_disk(self, project: Path) -> None:
        for arguments in ("check b.py", "check a.py", "--help", "rule"):
            outcome = self.shell(f"picketlint {arguments} >/dev/full", project)
            assert outcome.code == 2
            assert outcome.err == "error: standard output cannot be written: No space left on device\n"

    def test_an_interrupt(self, project: Path) -> None:
        command = [sys.executable, "-m", "picketlint", "check", "-"]
        with subprocess.Popen(
            command, cwd=project, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            assert process.stdin is not None
            # More than a pipe holds: once it is written, the run is past its imports and reading.
            process.stdin.write(b"#" * 1_000_000)
            process.stdin.flush()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (130, b"", b"")


BROKEN = """\
import sys
import picketlint.{module}
def fail(*given, **named):
    raise RuntimeError("it\\nbroke \\x1b")
picketlint.{module}.{name} = fail
from picketlint.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(("module", "name"), [("settings", "Resolver"), ("scan", "Scan"), ("registry", "load")])
def test_a_failure_of_the_tool_is_never_a_clean_run(project: Path, module: str, name: str) -> None:
    command = [sys.executable, "-c", BROKEN.format(module=module, name=name), "check", "b.py"]
    outcome = Outcome(subprocess.run(command, cwd=project, env=environment(), capture_output=True))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(r"error: picketlint failed (RuntimeError: it\nbroke \x1b): please report it at http")
    assert outcome.err.count("\n") == 1
    verbose = Outcome(subprocess.run([*command, "-v"], cwd=project, env=environment(), capture_output=True))
    assert verbose.code == 2
    assert "Traceback" in verbose.err


def modules_after(code: str, cwd: Path) -> set[str]:
    """What is imported after code ran in an interpreter without site-packages, which can import much by themselves."""
    script = f"import sys; sys.path.insert(0, {str(SRC)!r}); {code}; print('modules:', *sys.modules)"
    process = subprocess.run([sys.executable, "-I", "-S", "-c", script], cwd=cwd, capture_output=True, check=True)
    return set(process.stdout.decode().rpartition("modules:")[2].split())


def test_a_finding_imports_what_judges_words_only_if_a_comment_stands_beside_it(tmp_path: Path) -> None:
    add(tmp_path, "a.py", f"# A remark.\n\n{UNSAFE}")
    add(tmp_path, "b.py", UNSAFE.replace("False)", "False)  # our own file"))
    code = "from picketlint.cli import main; main(['check', '--exit-zero', {!r}])"
    words = {"picketlint.wording", "tokenize"}
    assert modules_after(code.format("a.py"), tmp_path) & words == set()
    assert modules_after(code.format("b.py"), tmp_path) & words == {"picketlint.wording"}


def test_the_package_imports_nothing_until_asked(tmp_path: Path) -> None:
    assert modules_after("import picketlint", tmp_path) - modules_after("pass", tmp_path) == {"picketlint"}


def test_the_public_names() -> None:
    for name in package.__all__:
        assert getattr(package, name) is not None
    assert set(package.__all__) <= set(dir(package))
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        getattr(package, "nothing")  # noqa: B009
    report = package.analyze(UNSAFE.encode(), "a.py", package.Checks(frozenset({"PKT101"})))
    assert isinstance(report, package.Report)
    assert [finding.span.line for finding in report.findings] == [2]


@pytest.mark.parametrize("rule", registry.load().rules, ids=lambda rule: rule.id)
def test_every_rule_has_a_page_that_can_be_read(rule: Rule) -> None:
    page = rulepage.render(rule)
    lines = page.splitlines()
    assert lines[0] == f"# {rule.id} {rule.name}"
    assert lines[2] == rule.summary
    assert "## Reported" in lines
    assert all(line.isprintable() for line in lines)
    assert sum(line.startswith("```") for line in lines) % 2 == 0
    json.dumps(rulepage.describe(rule))
