"""The distribution: entry points follow from the rule files, in every kind of build."""

import configparser
import shutil
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from importlib.metadata import distribution
from pathlib import Path
from typing import Literal

import build
import pyproject_hooks
import pytest

import hatch_build

PROJECT = Path(__file__).parent.parent
FLAKE8 = {"PKT": "picketlint.hosts.flake8_plugin:Plugin"}


THROW_AWAY = '''"""Calls of `forbidden`."""

from picketlint.rule import Rule, Severity, on_call


class ThrowAway(Rule):
    id = "PKT998"
    name = "throw-away"
    since = "9.9"
    severity = Severity.LOW
    cwe = 1
    policy = "none"
    triggers = (b"forbidden",)

    @on_call("mine.forbidden")
    def check(self, call, module):
        yield self.at(call.node, "forbidden")
'''


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with one rule more than the real one has."""
    copy = copy_project(tmp_path_factory.mktemp("project"))
    (copy / hatch_build.RULES / "pkt998_throw_away.py").write_text(THROW_AWAY)
    return copy


def copy_project(target: Path) -> Path:
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, target)
    shutil.copytree(PROJECT / "src", target / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return target


def run_build(project: Path, kind: Literal["sdist", "wheel", "editable"], target: Path) -> Path:
    builder = build.ProjectBuilder(project, runner=pyproject_hooks.quiet_subprocess_runner)
    return Path(builder.build(kind, target))


def read_metadata_file(wheel: Path, name: str) -> str:
    with zipfile.ZipFile(wheel) as archive:
        (member,) = (member for member in archive.namelist() if member.endswith(f".dist-info/{name}"))
        return archive.read(member).decode()


def read_entry_points(wheel: Path) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(read_metadata_file(wheel, "entry_points.txt"))
    return {section: dict(parser[section]) for section in parser.sections()}


def expected_bandit_tests(project: Path) -> dict[str, str]:
    files = (project / hatch_build.RULES).glob("pkt*.py")
    names = {file.stem.split("_", 1)[1] for file in files if not file.stem.startswith(("pkt000", "pkt405"))}
    return {name: f"picketlint.hosts.bandit_plugin:{name}" for name in names}


@pytest.mark.parametrize("kind", ["wheel", "editable"])
def test_a_new_rule_file_becomes_an_entry_point(
    project: Path, tmp_path: Path, kind: Literal["wheel", "editable"]
) -> None:
    found = read_entry_points(run_build(project, kind, tmp_path))
    assert found["bandit.plugins"]["throw_away"] == "picketlint.hosts.bandit_plugin:throw_away"
    assert found == {
        "bandit.plugins": expected_bandit_tests(project),
        "flake8.extension": FLAKE8,
        "console_scripts": {"picketlint": "picketlint.__main__:run"},
    }


def test_a_wheel_built_from_the_sdist_has_the_same_entry_points(project: Path, tmp_path: Path) -> None:
    sdist = run_build(project, "sdist", tmp_path)
    shutil.unpack_archive(sdist, tmp_path, filter="data")
    unpacked = tmp_path / sdist.name.removesuffix(".tar.gz")
    assert read_entry_points(run_build(unpacked, "wheel", tmp_path))["bandit.plugins"] == expected_bandit_tests(project)


def test_the_wheel_holds_the_package_and_its_license(project: Path, tmp_path: Path) -> None:
    wheel = run_build(project, "wheel", tmp_path)
    with zipfile.ZipFile(wheel) as archive:
        top = {name.split("/", 1)[0] for name in archive.namelist()}
    metadata = HeaderParser().parsestr(read_metadata_file(wheel, "METADATA"))
    assert top == {"picketlint", f"picketlint-{metadata['Version']}.dist-info"}
    assert (metadata["License-Expression"], metadata["License-File"]) == ("Apache-2.0", "LICENSE")
    assert metadata["Requires-Python"] == ">=3.10"


def test_the_index_in_the_wheel_is_what_the_rules_say(project: Path, tmp_path: Path) -> None:
    """Every rule has a row, and a checkout without the index has the same registry."""
    wheel = run_build(project, "wheel", tmp_path)
    with zipfile.ZipFile(wheel) as archive:
        index = archive.read("picketlint/_index.py").decode()
        archive.extractall(tmp_path / "installed")
    code = "from picketlint.registry import index_source, load; print(index_source(), end='') or load().entries"
    derived = subprocess.run(
        [sys.executable, "-c", code], cwd=project / "src", check=True, capture_output=True, text=True
    ).stdout
    assert index == derived
    compare = "from picketlint import registry as r; print(r.load().entries == tuple(map(r.entry_of, r.rule_files())))"
    installed = subprocess.run(
        [sys.executable, "-c", compare], cwd=tmp_path / "installed", check=True, capture_output=True, text=True
    ).stdout
    assert installed == "True\n"
    assert "'PKT998', 'throw-away'" in index


def test_the_wheel_knows_what_its_words_about_exceptions_need(project: Path, tmp_path: Path) -> None:
    """The same as a checkout would work out."""
    with zipfile.ZipFile(run_build(project, "wheel", tmp_path)) as archive:
        told = archive.read("picketlint/_needs.py").decode()
        archive.extractall(tmp_path / "installed")
    code = "from picketlint.exceptions.wording import index_source; print(index_source(), end='')"
    for folder in (project / "src", tmp_path / "installed"):
        derived = subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True)
        assert derived.stdout == told
    compare = (
        "from picketlint.exceptions import phrases, wording as w\n"
        "grounds = w.known.DEFAULT.grounds\n"
        "assert all(phrases._shipped()[one] is phrases.needs(one) for one in grounds)\n"
        "print(w.judge('# Written by our own exporter in this job.', w.known.DEFAULT).accepted)\n"
        "print(phrases._parsed.cache_info().currsize < len(phrases._shipped()))"
    )
    installed = subprocess.run(
        [sys.executable, "-c", compare], cwd=tmp_path / "installed", check=True, capture_output=True, text=True
    )
    assert installed.stdout == "True\nTrue\n"


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("pkt998_yaml_load.py", "Bandit has a test called yaml_load of its own"),
        ("helpers.py", "a rule file is named pktNNN_snake_name.py"),
    ],
)
def test_a_bad_rule_file_stops_the_build(tmp_path: Path, file: str, message: str) -> None:
    project = copy_project(tmp_path)
    (project / hatch_build.RULES / file).touch()
    with pytest.raises(build.BuildBackendException) as failure:
        run_build(project, "wheel", project / "dist")
    assert isinstance(failure.value.exception, subprocess.CalledProcessError)
    output = failure.value.exception.output.decode()
    assert f"{hatch_build.RULES}/{file}" in output
    assert message in output


@pytest.mark.parametrize(
    "file",
    [
        "pkt1_too_short.py",
        "pkt1234_too_long.py",
        "pkt101.py",
        "pkt101_.py",
        "pkt101_Upper.py",
        "PKT101_upper.py",
        "pkt101-hyphen.py",
        "pkt101_two__underscores.py",
        "pkt101_trailing_.py",
        "pkt101_1st.py",
        "pkt101_ünsafe.py",
        "pkt١٠١_arabic_digits.py",
        "pkt101_name.py\n",
        "_helpers.py",
    ],
)
def test_only_the_documented_file_name_is_accepted(file: str) -> None:
    with pytest.raises(ValueError, match=r"a rule file is named pktNNN_snake_name\.py"):
        hatch_build.entry_points([file])


def test_two_rules_cannot_share_an_id_or_a_name() -> None:
    with pytest.raises(ValueError, match=r"pkt101_b\.py: pkt101_a\.py already has the id PKT101"):
        hatch_build.entry_points(["pkt101_b.py", "pkt101_a.py"])
    with pytest.raises(ValueError, match=r"pkt102_a\.py: pkt101_a\.py already has the name a"):
        hatch_build.entry_points(["pkt102_a.py", "pkt101_a.py"])


def test_rules_bandit_has_no_node_for_are_left_out() -> None:
    files = ["pkt000_unreadable.py", "pkt101_unsafe_torch_load.py", "pkt405_committed_env_file.py"]
    assert hatch_build.entry_points(files) == {
        "bandit.plugins": {"unsafe_torch_load": "picketlint.hosts.bandit_plugin:unsafe_torch_load"},
        "flake8.extension": FLAKE8,
    }


def test_a_build_without_rules_fails() -> None:
    with pytest.raises(ValueError, match="no rule files"):
        hatch_build.entry_points([])


def test_the_list_of_bandits_own_names_covers_the_installed_bandit() -> None:
    installed = {entry.name for entry in distribution("bandit").entry_points if entry.group == "bandit.plugins"}
    assert installed
    assert installed <= hatch_build.BANDIT_ENTRY_POINTS
