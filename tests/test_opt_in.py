"""A loader behind a flag that asks for danger by name is its caller's choice; behind any other flag it is not."""

from __future__ import annotations

import pytest

from picketlint.engine import Checks, analyze

REFUSES = (
    "import pickle\ndef load(data, {flag}=False):\n    if not {flag}:\n        raise ValueError\n"
    "    return pickle.loads(data)\n"
)
BRANCHES = "import joblib\ndef load(path, {flag}=False):\n    if {flag}:\n        return joblib.load(path)\n"
FROM_ENVIRONMENT = (
    "import os, pickle\ndef load(f):\n    if not strtobool(os.environ.get('{flag}', 'False')):\n"
    "        raise ValueError\n    return pickle.load(f)\n"
)


@pytest.mark.parametrize("code", [REFUSES, BRANCHES, FROM_ENVIRONMENT])
@pytest.mark.parametrize(
    ("flag", "reported"),
    [
        ("allow_pickle", False),
        ("allow_dangerous_deserialization", False),
        ("TRUST_REMOTE_CODE", False),
        ("unsafe", False),
        ("pickle_loading_allowed", False),
        ("use_pickle", True),
        ("is_pickled", True),
        ("trusted_file_exists", True),
        ("verbose", True),
    ],
)
def test_an_opt_in_by_name(code: str, flag: str, reported: bool) -> None:
    findings = analyze(code.format(flag=flag), "a.py", Checks(frozenset({"PKT106"}))).findings
    assert bool(findings) is reported


def test_the_branch_of_those_who_did_not_opt_in() -> None:
    code = "import pickle\ndef load(f, unsafe=False):\n    if not unsafe:\n        return pickle.load(f)\n"
    assert analyze(code, "a.py", Checks(frozenset({"PKT106"}))).findings
