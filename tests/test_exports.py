"""Which environment variables commands set: as a real shell has it, and in code."""

import subprocess
import sys
from pathlib import Path

import pytest

from picketlint.credentials.programs import in_words
from picketlint.engine import Checks, analyze
from picketlint.semantics.exports import set_by_shell, set_by_words
from picketlint.semantics.shells import program_name

IN_A_SHELL = pytest.mark.skipif(sys.platform == "win32", reason="shells are others there")
NAME = "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"
# Each prints the variable as the last program that it runs finds it.
SETTING = [
    "X=1 printenv X",
    "A=0 X=1 B=2 printenv X",
    "X='1' printenv X",
    'X="1" printenv X',
    "X=\\1 printenv X",
    "export X=1; printenv X",
    "export A B=2 X=1 && printenv X",
    'export "X=1"\nprintenv X',
    "X=1; export X; printenv X",
    "true;X=1 printenv X",
    "true | X=1 printenv X",
    "(X=1 printenv X)",
    "{ X=1 printenv X; }",
    "if true; then X=1 printenv X; fi",
    "for i in a; do X=1 printenv X; done",
    "! X=1 printenv X",
    "env X=1 printenv X",
    "/usr/bin/env -u A -i X=1 /usr/bin/printenv X",
    "env A=2 'X=1' printenv X",
    "nohup env X=1 printenv X 2>/dev/null",
    "sh -c 'X=1 printenv X'",
    'env A=1 sh -ec "export X=1; printenv X"',
    ">/dev/stdout X=1 printenv X",
    "X=1 \\\n printenv X",
    "# a comment\nX=1 printenv X",
    'echo "$(X=1 printenv X)" >/dev/null; X=1 printenv X',
    "cat <<END >/dev/null\nX=2 printenv\nEND\nX=1 printenv X",
]
NOT_SETTING = [
    "",
    "X=0 printenv X",
    "X= printenv X",
    "X=1",
    "X=1; printenv X",
    "XX=1 printenv X",
    "unset X; printenv X",
    "echo X=1",
    "echo 'X=1 printenv X'",
    'echo "export X=1"',
    "true # X=1 printenv X",
    "true X=1",
    "env true X=1",
    "grep -e X=1 /dev/null",
    "cat <<END\nexport X=1\nEND",
    "cat <<-'END'\nexport X=1\n\tEND\nprintenv X",
    "cat <<END\nexport X=1",
    "echo a > X=1",
    '"X=1" printenv X',
]


def printed(command: str, directory: Path) -> str:
    """What a shell prints last."""
    environment = {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=directory, env=environment)
    return done.stdout.rstrip("\n").rpartition("\n")[2]


@IN_A_SHELL
@pytest.mark.parametrize("command", SETTING)
def test_what_a_shell_hands_to_a_program(command: str, tmp_path: Path) -> None:
    assert printed(command, tmp_path) == "1"
    assert ("X", "1") in set_by_shell(command)


@IN_A_SHELL
@pytest.mark.parametrize("command", NOT_SETTING)
def test_what_a_shell_does_not_hand_to_a_program(command: str, tmp_path: Path) -> None:
    assert printed(command, tmp_path) != "1"
    assert ("X", "1") not in set_by_shell(command)


@pytest.mark.parametrize(
    "words",
    [
        "sudo -E -u me X=1 python",
        "docker run --rm -e X=1 image",
        "podman run --env=X=1 image",
        "mpirun -n 2 -x X=1 python",
        "srun --export=ALL,X=1 python",
        "kubectl run a --env X=1",
        "ssh host env X=1 python",
    ],
)
def test_what_programs_are_told_to_set(words: str) -> None:
    assert [*set_by_words(words.split())] == [*set_by_shell(words)] == [("X", "1")]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("env", "env"),
        ("/usr/bin/env", "env"),
        ("./bash", "bash"),
        ("C:\\Program Files\\Git\\bin\\Bash.EXE", "bash"),
        ("C:/tools/docker.exe", "docker"),
        ("python3.11", "python3.11"),
        ("folder/", ""),
        ("", ""),
    ],
)
def test_the_name_of_a_program(word: str, name: str) -> None:
    assert program_name(word) == name


def test_programs_are_known_by_their_names_wherever_they_lie() -> None:
    docker, bash = "C:\\Program Files\\Docker\\docker.exe", "C:\\Git\\bin\\bash.exe"
    assert [*set_by_words([docker, "run", "-e", "X=1", "image"])] == [("X", "1")]
    assert [*set_by_shell(f"'{bash}' -c 'export X=1'")] == [("X", "1")]
    (handed,) = in_words(["C:\\mysql\\bin\\mysqldump.exe", "-u", "root", "-pGx7kQ2vR9mTz4Lw8", "shop"])
    assert (handed.place, handed.found.what) == (3, "password for mysqldump")


def test_csh_and_the_command_line_of_windows() -> None:
    assert [*set_by_shell("setenv X 1; python x.py")] == [("X", "1")]
    assert [*set_by_shell("set X=1&& python x.py")] == [("X", "1")]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("c = f'{root}/env {{}}=1 python'\nos.system(c)", 1),
        ("c = 'export {}=1;' + command\nos.system(c)", 1),
        ("os.system('{}=1 python %s' % path)", 1),
        ("os.system('{}=1 python {{}}'.format(path))", 1),
        ("V = '{}=1'\nexecute(['env', V, 'python'])", 1),
        ("V = '{}'\nexecute(['env', f'{{V}}=true', 'python'])", 1),
        ("execute(('env', '{}=1', 'python'))", 1),
        ("def f(command='{}=1 python'):\n    os.system(command)", 1),
        ("def f(value='1'):\n    os.system(f'{}={{value}} python')", 0),
        ("value = '1' if old else ask()\nos.system(f'{}={{value}} python')", 0),
        ("os.system('{}=True python')", 0),
        ("os.system(f'{{prefix}}{}=1')", 0),
        ("os.system(f'{{program}} {}=1')", 0),
        ("execute(['python', 'x.py', '{}=1'])", 0),
        ("logger.info('{}=1 python x.py')", 0),
        ("model.system('{}=1 python x.py')", 0),
    ],
)
def test_in_code(code: str, found: int) -> None:
    text = "import os\n" + code.replace("{{", "{").replace("}}", "}").replace("{}", NAME, 1)
    assert len(analyze(text.encode(), "example.py", Checks(frozenset({"PKT107"}))).findings) == found


def test_a_variable_behind_the_end_of_a_line() -> None:
    code = "import os\nos.system('cd x\\nHF_DATASETS_TRUST_REMOTE_CODE=1 python x.py')"
    (finding,) = analyze(code.encode(), "example.py", Checks(frozenset({"PKT201"}))).findings
    assert finding.span.line == 2


def test_a_command_that_may_be_another_is_less_sure() -> None:
    for code in (
        f"import os\nos.system('{NAME}=1 make' if fast else 'make')",
        f"import os\ndef f(command='{NAME}=1 make'):\n    os.system(command)",
    ):
        (finding,) = analyze(code.encode(), "example.py", Checks(frozenset({"PKT107"}))).findings
        assert finding.confidence.value == "medium"


@pytest.mark.parametrize("piece", ["'", '"', "'\\\"", "<<A\n", "\\", "a=", "sh -c '", 'sh -c "', "$(", "&>", "x "])
def test_long_commands_are_read_in_one_go(piece: str) -> None:
    assert [*set_by_shell(piece * 40_000 + "\n")] == []
