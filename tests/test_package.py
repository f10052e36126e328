"""What programs that import picketlint get, and when."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from commandline import SRC, UNSAFE, add

import picketlint as package


def modules_after(code: str, cwd: Path) -> set[str]:
    """What is imported after code ran in an interpreter without site-packages, which can import much by themselves."""
    script = f"import sys; sys.path.insert(0, {str(SRC)!r}); {code}; print('modules:', *sys.modules)"
    process = subprocess.run([sys.executable, "-I", "-S", "-c", script], cwd=cwd, capture_output=True, check=True)
    return set(process.stdout.decode().rpartition("modules:")[2].split())


def test_a_finding_imports_what_judges_words_only_if_a_comment_stands_beside_it(tmp_path: Path) -> None:
    add(tmp_path, "a.py", f"# A remark.\n\n{UNSAFE}")
    add(tmp_path, "b.py", UNSAFE.replace("False)", "False)  # our own file"))
    code = "from picketlint.commandline.cli import main; main(['check', '--exit-zero', {!r}])"
    words = {"picketlint.exceptions.wording", "tokenize"}
    assert modules_after(code.format("a.py"), tmp_path) & words == set()
    assert modules_after(code.format("b.py"), tmp_path) & words == {"picketlint.exceptions.wording"}


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
