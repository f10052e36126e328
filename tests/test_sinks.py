"""The tables of sinks: every name in them is found, every row says where it is written."""

import re

import pytest

from picketlint.engine import Checks, analyze
from picketlint.knowledge.interpreters import COMPILED, EXPRESSIONS, INTERPRETER_TOOLS, INTERPRETERS, RUNNERS
from picketlint.knowledge.pickles import LOADERS, PICKLE_SINKS, UNPICKLERS
from picketlint.knowledge.signatures import TORCH_URL_LOADERS
from picketlint.model import Finding

NAMES = [
    *(("PKT106", name) for name in (*LOADERS, *sorted(UNPICKLERS))),
    *(("PKT303", name) for name in (*RUNNERS, *INTERPRETER_TOOLS)),
    *(("PKT102", name) for name in TORCH_URL_LOADERS),
]


def given(name: str) -> str:
    """What a sink has to be given to be one."""
    return "input()" if name in EXPRESSIONS else "compile(text, 'f', 'exec')" if name in COMPILED else "text"


def findings(code: str, rule: str) -> tuple[Finding, ...]:
    return analyze(code.encode(), "example.py", Checks(frozenset({rule}))).findings


@pytest.mark.parametrize(("rule", "name"), NAMES, ids=lambda value: value)
def test_every_name_is_found(rule: str, name: str) -> None:
    (finding,) = findings(f"import {name.partition('.')[0]}\n{name}({given(name)})", rule)
    assert finding.span.line == 2


@pytest.mark.parametrize(("rule", "name"), NAMES, ids=lambda value: value)
def test_every_name_is_found_when_its_package_is_imported_from(rule: str, name: str) -> None:
    package, _, rest = name.partition(".")
    (finding,) = findings(f"from {package} import {re.split('[.(]', rest)[0]}\n{rest}({given(name)})", rule)
    assert finding.span.line == 2


@pytest.mark.parametrize(("rule", "name"), NAMES, ids=lambda value: value)
def test_the_same_name_of_another_package_is_not(rule: str, name: str) -> None:
    package, _, rest = name.partition(".")
    if "ickle" in name or package == "dill":
        pytest.skip("a module of that name is taken for a copy")
    assert not findings(f"from mine.{package}_like import {re.split('[.(]', rest)[0]}\n{rest}({given(name)})", rule)


def test_every_row_has_its_source() -> None:
    sources = [*(row.source for row in PICKLE_SINKS), *(row.source for row in INTERPRETERS)]
    assert all(source.startswith("https://") for source in sources)


def test_no_name_is_there_twice() -> None:
    names = [
        *(name for row in PICKLE_SINKS for name in row.names),
        *(name for row in INTERPRETERS for name in row.names),
    ]
    assert sorted(names) == sorted(set(names))


RECEIVED = """
from multiprocessing import connection
class Worker:
    def __init__(self, peer):
        self.handed = peer
        self.made = None
    def start(self, key):
        self.made = connection.Client(address{key})
    def run(self):
        return {what}
"""


@pytest.mark.parametrize(
    ("what", "key", "found"),
    [
        ("self.made.recv()", "", True),
        ("self.made.recv()", ", None, key", False),
        ("self.made.recv()", ", **options", False),
        ("self.made.recv(4)", "", False),
        ("self.made.recv_bytes()", "", False),
        ("self.handed.recv()", "", False),
        ("connection.Listener(address).accept().recv()", "", True),
        ("connection.Listener(address, authkey=key).accept().recv()", "", False),
    ],
)
def test_what_a_connection_without_a_key_receives_is_found(what: str, key: str, found: bool) -> None:
    assert len(findings(RECEIVED.replace("{what}", what).replace("{key}", key), "PKT106")) == found
