"""What the plugin adds to Bandit: CPU time without picketlint, with it, and with as many tests that do nothing.

    python benchmarks/bandit_overhead.py --source DIR [--rounds 5]

DIR is a package of real code; a file with a dict of 14,000 entries comes on top. Bandit calls every test for every node
of the types the test asks for, so a test that does nothing has a price as well: the last column is that of as many
tests for the same types, and what picketlint costs beyond that is its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measure import alternate, build_wheel, make_environment

ENTRIES = 14_000
# Run where picketlint is installed: the node types of each of its tests.
TYPES = """
import json
from importlib.metadata import entry_points
tests = [point.load() for point in entry_points(group="bandit.plugins") if "picketlint" in point.value]
print(json.dumps([test._checks for test in tests]))
"""
IDLE = '''"""Tests that do nothing."""

import bandit
from bandit.core import test_properties


def _make(number, types):
    @test_properties.checks(*types)
    @test_properties.test_id(f"Z{number:03}")
    def test(context):
        return None

    test.__name__ = f"idle_{number}"
    return test


for number, types in enumerate(TYPES):
    globals()[f"idle_{number}"] = _make(number, types)
'''


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description="CPU time of Bandit with and without picketlint")
    parser.add_argument("--source", type=Path, required=True, help="directory of real code to check")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each command")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        alone = make_environment(folder / "alone", "bandit")
        both = make_environment(folder / "both", "bandit", build_wheel(folder))
        types = json.loads(subprocess.run([both / "python", "-c", TYPES], check=True, stdout=subprocess.PIPE).stdout)
        idle = make_environment(folder / "idle", "bandit", write_idle_tests(folder / "source", types))
        mapping = folder / "mapping.py"
        entries = "".join(f'    "name-{number}": {number},\n' for number in range(ENTRIES))
        mapping.write_text(f'"""A table."""\n\nTABLE = {{\n{entries}}}\n', encoding="utf-8")
        tests = f"{len(types)} tests"
        print(f"| checked | Bandit, CPU s | with picketlint ({tests}) | more | with {tests} that do nothing | more |")
        print("|---|---|---|---|---|---|")
        for path in (arguments.source.resolve(), mapping):
            commands = [
                [programs / "bandit", "--quiet", "--recursive", "--exit-zero", "--format", "json", path]
                for programs in (alone, both, idle)
            ]
            base, plugin, nothing = (cost.cpu for cost in alternate(commands, folder, arguments.rounds))
            print(
                f"| {path.name} | {base:.2f} | {plugin:.2f} | {plugin / base - 1:+.1%} | {nothing:.2f} "
                f"| {nothing / base - 1:+.1%} |"
            )


def write_idle_tests(folder: Path, types: Sequence[Sequence[str]]) -> Path:
    """The source of a distribution with a Bandit test that does nothing for each of these lists of node types."""
    folder.mkdir()
    (folder / "idle.py").write_text(IDLE.replace("TYPES", repr(types)), encoding="utf-8")
    tests = "".join(f'idle_{number} = "idle:idle_{number}"\n' for number in range(len(types)))
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "idle-bandit-tests"\nversion = "1"\n'
        f'[project.entry-points."bandit.plugins"]\n{tests}'
        '[tool.hatch.build.targets.wheel]\ninclude = ["idle.py"]\n',
        encoding="utf-8",
    )
    return folder


if __name__ == "__main__":
    main()
