"""The rule that CONTRIBUTING.md shows works as shown: one file, and its examples are tests."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent


def test_the_rule_shown_needs_nothing_but_its_file(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```python\n(.*?)^```", (PROJECT / "CONTRIBUTING.md").read_text("utf-8"), re.M | re.S)
    src = shutil.copytree(PROJECT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (src / "picketlint/rules/pkt199_native_library_load.py").write_text(shown, "utf-8")
    shutil.copy(PROJECT / "tests/test_rules.py", tmp_path)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "PKT199", "test_rules.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(src)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    examples = re.findall(r"^        (?:bad|good)\(", shown, re.M)
    assert f"{len(examples)} passed" in run.stdout
