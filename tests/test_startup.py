"""What a run imports, module by module: start-up is a feature, and one import too many is how it is lost.

The wheel is what is looked at, because its index of the rules is what keeps those away that cannot fire. A module that
is new here costs every user of that kind of run, every time: add it to a list below only if it has to be there.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import build
import pyproject_hooks
import pytest

from picketlint.base import digests

PROJECT = Path(__file__).parent.parent
CLEAN = "def add(left, right):\n    return left + right\n"
UNSAFE = "import torch\n\n\ndef load(path):\n    return torch.load(path, weights_only=False)\n"

# Each kind of run with what it imports beyond the kind before: picketlint's own modules exactly.
_OWN_VERSION = """
base base.records commandline commandline.arguments commandline.cli model reporting reporting.terminal
"""
_OWN_CLEAN = """
_index base.files base.lazy catalog commandline.narration commandline.speed configuration configuration.config
configuration.settings discovery discovery.targets engine matching matching.needles matching.vocabulary prefilter
registry reporting.sources reporting.summary scan source
"""
_OWN_FINDING = """
analysis dispatch examples knowledge knowledge.callbacks knowledge.defaults knowledge.signatures listening
matching.triggers reporting.sanitize reporting.snippet reporting.text rule rules
rules.pkt101_unsafe_torch_load semantics semantics.arguments semantics.bindings semantics.callbacks semantics.calls
semantics.classes semantics.defaults semantics.dispatching semantics.guards semantics.judgements semantics.limits
semantics.mentions semantics.module semantics.names semantics.options semantics.sites semantics.solver semantics.tree
semantics.values semantics.verification semantics.wrappers
"""
# And of the standard library at most these, beyond what every start of Python loads. Releases differ in what they need.
_STANDARD_FINDING = """
ast bisect collections contextlib copyreg enum functools importlib itertools keyword operator re reprlib types
sre_compile sre_constants sre_parse
"""
OWN_VERSION = set(_OWN_VERSION.split())
OWN_CLEAN = OWN_VERSION | set(_OWN_CLEAN.split())
OWN_FINDING = OWN_CLEAN | set(_OWN_FINDING.split())
STANDARD_VERSION = {"__future__"}
STANDARD_CLEAN = STANDARD_VERSION | {"gc", "warnings"}
STANDARD_FINDING = STANDARD_CLEAN | set(_STANDARD_FINDING.split())
RUNS = {
    "version": (["--version"], OWN_VERSION, STANDARD_VERSION),
    "clean": (["check", "clean.py"], OWN_CLEAN, STANDARD_CLEAN),
    "finding": (["check", "--exit-zero", "finding.py"], OWN_FINDING, STANDARD_FINDING),
}
REPORT = "\nprint('modules:', *sorted(sys.modules))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    builder = build.ProjectBuilder(PROJECT, runner=pyproject_hooks.quiet_subprocess_runner)
    with zipfile.ZipFile(builder.build("wheel", folder)) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {"clean.py": CLEAN, "finding.py": UNSAFE}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def modules_after(code: str, cwd: Path, *options: str) -> set[str]:
    command = [sys.executable, "-I", *options, "-c", f"import os, sys\n{code}{REPORT}"]
    process = subprocess.run(command, cwd=cwd, capture_output=True, check=True)
    return set(process.stdout.decode().rpartition("modules:")[2].split())


@pytest.mark.parametrize("kind", RUNS)
def test_a_run_imports_exactly_this(kind: str, wheel: Path, project: Path) -> None:
    command, own, standard = RUNS[kind]
    run = f"from picketlint.commandline.cli import main\nassert main({command!r}) == 0"
    code = f"sys.path.insert(0, {str(wheel)!r})\n{run}"
    # Without site-packages, whose .pth files import what they please.
    imported = modules_after(code, project, "-S") - modules_after("", project, "-S")
    ours = {name.partition(".")[2] for name in imported if name.startswith("picketlint.")}
    others = {name.partition(".")[0] for name in imported} - {"picketlint"}
    assert ours == own
    # Built-in modules cost nothing, and those of others' making are none of ours.
    assert {name for name in others if not name.startswith("_") or name == "__future__"} <= standard


def test_digests_are_those_of_hashlib_and_come_without_it(wheel: Path, project: Path) -> None:
    code = f"sys.path.insert(0, {str(wheel)!r})\nfrom picketlint.base import digests"
    assert "hashlib" not in modules_after(code, project, "-S")
    for name, options in (("sha256", {}), ("blake2b", {"digest_size": 20})):
        ours, theirs = getattr(digests, name), getattr(hashlib, name)
        assert ours(b"text", **options).digest() == theirs(b"text", **options).digest()


def test_help_and_errors_are_what_argparse_is_for(wheel: Path, project: Path) -> None:
    code = f"sys.path.insert(0, {str(wheel)!r})\nfrom picketlint.commandline.cli import main\nmain({{!r}})"
    for command, wanted in ((["check", "-q", "clean.py"], False), (["check", "--help"], True), (["check", "-x"], True)):
        assert ("argparse" in modules_after(code.format(command), project, "-S")) is wanted


@pytest.mark.parametrize("file", ["clean.py", "finding.py"])
def test_flake8_with_the_plugin_needs_nothing_of_bandit(file: str, project: Path) -> None:
    code = f"from flake8.main.cli import main\nmain(['--isolated', '--select=PKT', '--exit-zero', {file!r}])"
    imported = modules_after(code, project)
    assert {"flake8", "picketlint.hosts.flake8_plugin"} <= imported
    assert not any(name.partition(".")[0] in {"bandit", "libcst", "pathspec", "rich", "stevedore"} for name in imported)
    assert (
        not {
            "picketlint.commandline.cli",
            "picketlint.scan",
            "picketlint.hosts.bandit_plugin",
            "picketlint.exceptions.wording",
        }
        & imported
    )


@pytest.mark.parametrize("file", ["clean.py", "finding.py"])
def test_bandit_with_the_plugins_needs_nothing_of_flake8(file: str, project: Path) -> None:
    code = (
        f"sys.argv = ['bandit', '--quiet', '--exit-zero', '--output', os.devnull, {file!r}]\n"
        "from bandit.cli.main import main\ntry:\n    main()\nexcept SystemExit:\n    pass"
    )
    imported = modules_after(code, project)
    assert {"bandit", "picketlint.hosts.bandit_plugin"} <= imported
    assert not any(name.partition(".")[0] in {"flake8", "libcst", "pathspec", "pycodestyle"} for name in imported)
    assert (
        not {
            "picketlint.commandline.cli",
            "picketlint.scan",
            "picketlint.hosts.flake8_plugin",
            "picketlint.exceptions.wording",
        }
        & imported
    )
