"""What the command line takes, says and returns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from commandline import UNSAFE, Outcome, add, environment, picketlint

import picketlint as package

CONFIG = '[tool.picketlint]\nignore = ["PKT101"]\n'
SUMMARY = (
    "Found 1 error in 1 file ({files} checked).\n"
    "PKT101 explained, with what to write instead: "
    "https://github.com/picketlint/picketlint/blob/main/src/picketlint/rules/pkt101_unsafe_torch_load.py\n"
    "An exception is a comment beside the code that says why it is needed and why it is safe there.\n"
)


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
        ("check --select B614", 'unknown rule "B614"; did you mean "PKT101"?'),
        ("check --select S301", 'unknown rule "S301"; did you mean "PKT106"?'),
        ("check --select F401", 'unknown rule "F401"; `picketlint rule` lists them'),
        ("check --select pk101", 'unknown rule "pk101"; did you mean "PKT101"?'),
        ("rule b506", "there is no rule b506: did you mean PKT104?"),
        ("rules", "there is no command rules: did you mean `picketlint rule`?"),
        ("clean", "there is no command clean: did you mean `picketlint cache clear`?"),
        ("check --show-files", "there is no option --show-files: did you mean --verbose?"),
        ("check -e", "there is no option -e: did you mean --exit-zero?"),
        ("check -x", "there is no option -x (see `picketlint check --help`)"),
        ("help", "there is no command help: did you mean `picketlint --help`?"),
        ("check --exclude x", "there is no option --exclude: did you mean `extend-exclude` in [tool.picketlint]?"),
        ("check --extend-ignore PKT1", "there is no option --extend-ignore: did you mean --ignore?"),
        ("check --select PKT101 --ignore PKT101", "--ignore leaves no rule to check for"),
        ("check --ignore PKT", "--ignore leaves no rule to check for"),
        ("check --select pkt1", '--select: unknown rule "pkt1"; did you mean "PKT1"?'),
        (
            "check --config=",
            "the name of the configuration file is empty: is a variable in the command not set?",
        ),
        ("check --config .", ".: not a file: name a TOML file with a [tool.picketlint] table"),
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


def test_a_file_that_looks_like_an_option(project: Path) -> None:
    (project / "-x.py").write_text("x = 1\n")
    message = "error: there is no option -x.py: did you mean the file, `-- -x.py`? (see `picketlint check --help`)\n"
    assert picketlint("check", "-x.py", cwd=project).err == message
    assert picketlint("check", "--", "-x.py", cwd=project).code == 0


def test_rules_that_blanks_separate(project: Path) -> None:
    outcome = picketlint("check", "--select", "PKT101 PKT2", cwd=project)
    assert outcome.err == 'error: --select: "PKT101 PKT2" is more than one rule: put commas between them\n'
    assert picketlint("check", "--select", " PKT101, PKT2,, ", cwd=project).code == 1


@pytest.mark.parametrize("table", ["select = []", 'ignore = ["ALL"]', 'select = ["PKT1"]\nignore = ["PKT10"]'])
def test_a_configuration_that_leaves_no_rule_is_an_error(project: Path, table: str) -> None:
    add(project, "pyproject.toml", f"[tool.picketlint]\n{table}\n")
    for arguments in ([], ["a.py"], ["-q"], ["-q", "--force-exclude", "a.py"], ["--exit-zero"]):
        outcome = picketlint("check", *arguments, cwd=project)
        assert outcome.code == 2
        assert outcome.err.startswith("error: pyproject.toml: `select` and `ignore` leave no rule to check for: ")
        assert "`extend-exclude`" in outcome.err
        assert outcome.err.count("\n") == 1
    assert picketlint("check", "--select", "PKT101", cwd=project).code == 1


def test_so_is_one_below_and_the_rest_is_checked(project: Path) -> None:
    add(project, "vendor/pyproject.toml", "[tool.picketlint]\nselect = []\n")
    add(project, "vendor/x.py")
    outcome = picketlint("check", "--output-format", "concise", cwd=project)
    assert outcome.code == 2
    assert "PKT101" in outcome.out
    assert outcome.err.startswith("error: vendor/pyproject.toml: `select` and `ignore` leave no rule")
    add(project, "pyproject.toml", '[tool.picketlint]\nextend-exclude = ["vendor/"]\n')
    assert picketlint("check", cwd=project).code == 1


def test_options_that_take_the_last_rule_from_a_configuration_are_an_error(project: Path) -> None:
    add(project, "pyproject.toml", '[tool.picketlint]\nselect = ["PKT101"]\n')
    outcome = picketlint("check", "--ignore", "PKT1", cwd=project)
    assert outcome.code == 2
    assert outcome.err.startswith("error: pyproject.toml: `select` and `ignore` leave no rule")


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


def test_statistics(project: Path) -> None:
    add(project, "c.py", UNSAFE * 2)
    outcome = picketlint("check", "--statistics", cwd=project)
    assert outcome.code == 1
    assert outcome.out.splitlines()[:2] == ["3\tPKT101\tunsafe-torch-load", "Found 3 errors in 2 files (3 checked)."]
    outcome = picketlint("check", "--statistics", "--output-format", "json", cwd=project)
    assert json.loads(outcome.out) == [{"rule": "PKT101", "name": "unsafe-torch-load", "count": 3}]


BROKEN = """\
import sys
import picketlint.{module}
def fail(*given, **named):
    raise RuntimeError("it\\nbroke \\x1b")
picketlint.{module}.{name} = fail
from picketlint.commandline.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("module", "name"), [("configuration.settings", "Resolver"), ("scan", "Scan"), ("registry", "load")]
)
def test_a_failure_of_the_tool_is_never_a_clean_run(project: Path, module: str, name: str) -> None:
    command = [sys.executable, "-c", BROKEN.format(module=module, name=name), "check", "b.py"]
    outcome = Outcome(subprocess.run(command, cwd=project, env=environment(), capture_output=True))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(r"error: picketlint failed (RuntimeError: it\nbroke \x1b): please report it at http")
    assert outcome.err.count("\n") == 1
    verbose = Outcome(subprocess.run([*command, "-v"], cwd=project, env=environment(), capture_output=True))
    assert verbose.code == 2
    assert "Traceback" in verbose.err
