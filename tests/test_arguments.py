"""Plain command lines are read as argparse reads them, or left to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picketlint.commandline import cli
from picketlint.commandline.arguments import Plain

WORDS = [
    "a.py", "b", "-", "--", "", "-q", "-v", "-qv", "--quiet", "--verbose", "--quiet=1", "--select", "--select=PKT1",
    "PKT101,PKT2", ",", "--ignore", "--output-format", "--output-format=json", "json", "text", "xml", "--config",
    "--config=", "--config=x.toml", "-h", "--isolated", "--isolate", "--exit-zero", "--stdin-filename", "--since",
    "--lock", "PKT101", "--supersedes", "--force-exclude", "--include-tests", "-x", "--statistics",
]  # fmt: skip
PLAIN: dict[str, list[list[str]]] = {
    "check": [
        [],
        ["a.py", "src"],
        ["--force-exclude", "a.py", "-q", "b.py"],
        ["--select", "PKT1", "--select=PKT2,PKT3", "-"],
        ["--output-format=json", "--config", "x.toml", "--output-format", "text", "a"],
        ["--quiet", "-q"],
    ],
    "exceptions": [[], ["--lock"], ["--since", "main", "src"]],
    "rule": [[], ["PKT101"], ["--supersedes"]],
}
Declared = Callable[[Callable[..., Any]], Any]


def by_argparse(declared: Declared, words: list[str]) -> Any:
    try:
        return vars(declared(cli._parser).parse_intermixed_args(words))
    except SystemExit:
        return None


@pytest.mark.parametrize(("command", "words"), [(name, words) for name, lines in PLAIN.items() for words in lines])
def test_everyday_lines_need_no_argparse(command: str, words: list[str]) -> None:
    declared = cli._COMMANDS[command][0]
    plain = declared(Plain).read(words)
    assert plain is not None
    assert vars(plain) == by_argparse(declared, words)


@pytest.mark.parametrize("command", sorted(cli._COMMANDS))
@given(words=st.lists(st.sampled_from(WORDS), max_size=5))
def test_what_is_read_is_what_argparse_reads(command: str, words: list[str]) -> None:
    declared = cli._COMMANDS[command][0]
    plain = declared(Plain).read(words)
    if plain is not None:
        assert vars(plain) == by_argparse(declared, words)


def test_declarations_that_are_not_understood_are_left_to_argparse() -> None:
    for described in ({"action": "count"}, {"nargs": "+"}, {"const": 1}):
        plain = Plain()
        plain.add_argument("--level", **described)
        assert plain.read([]) is None
