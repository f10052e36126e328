"""The example project shows what examples/README.md says it shows."""

import json
import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent
ROW = re.compile(r"^\| (PKT\d{3}) ([a-z-]+) \| `(\w+\.(?:py|ipynb))` \|", re.M)


def test_each_rule_listed_is_broken_once_and_mended() -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("picketlint"), "check", "--output-format", "json", "examples/mlproject"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stderr
    report = json.loads(run.stdout)
    found = sorted(
        (each["rule"], each["name"], each["path"]) for each in report["findings"] if each["status"] == "open"
    )
    listed = ROW.findall((PROJECT / "examples/README.md").read_text("utf-8"))
    assert found == sorted((rule, name, f"examples/mlproject/unsafe/{file}") for rule, name, file in listed)
    assert report["problems"] == []
