"""What the plugin adds to Bandit: CPU time without picketlint, with it, and with as many tests that do nothing.

    python benchmarks/bandit_overhead.py --source DIR [--rounds 5]

DIR is a package of real code; a file with a dict of 14,000 entries comes on top. Bandit calls every test for every node
of the types the test asks for, so a test that does nothing has a price as well: compare with the last column.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from measure import PROJECT, alternate, build_wheel, make_environment

ENTRIES = 14_000
# What Bandit dispatches most of, which is what most tests are about.
IDLE = '''"""Tests that do nothing."""

import bandit
from bandit.core import test_properties


def _make(number):
    @test_properties.checks("Call")
    @test_properties.test_id(f"Z{number:03}")
    def test(context):
        return None

    test.__name__ = f"idle_{number}"
    return test


for number in range(COUNT):
    globals()[f"idle_{number}"] = _make(number)
'''


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description="CPU time of Bandit with and without picketlint")
    parser.add_argument("--source", type=Path, required=True, help="directory of real code to check")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each command")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = build_wheel(folder)
        count = sum(
            1 for path in (PROJECT / "src/picketlint/rules").glob("pkt*.py") if not path.name.startswith("pkt000")
        )
        alone = make_environment(folder / "alone", "bandit")
        both = make_environment(folder / "both", "bandit", wheel)
        idle = make_environment(folder / "idle", "bandit", write_idle_tests(folder / "source", count))
        mapping = folder / "mapping.py"
        entries = "".join(f'    "name-{number}": {number},\n' for number in range(ENTRIES))
        mapping.write_text(f'"""A table."""\n\nTABLE = {{\n{entries}}}\n', encoding="utf-8")
        print(
            f"| checked | Bandit, CPU s | with picketlint ({count} tests) | more "
            f"| with {count} tests that do nothing | more |"
        )
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


def write_idle_tests(folder: Path, count: int) -> Path:
    """The source of a distribution with so many Bandit tests that do nothing."""
    folder.mkdir()
    (folder / "idle.py").write_text(IDLE.replace("COUNT", str(count)), encoding="utf-8")
    tests = "".join(f'idle_{number} = "idle:idle_{number}"\n' for number in range(count))
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
