"""What is put off until somebody asks for it."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import picketlint
from picketlint.base.lazy import Regex, regex

SOURCE = Path(picketlint.__file__).parent


def test_an_expression_is_compiled_when_it_is_used() -> None:
    broken = regex("(")
    assert isinstance(broken, Regex)
    try:
        broken.search("")
    except re.error:
        pass
    else:
        raise AssertionError("it was never compiled")


def test_an_expression_is_used_like_a_compiled_one() -> None:
    word = regex("[a-z]+", re.IGNORECASE)
    assert word.findall("One two") == ["One", "two"]
    assert word.sub("-", "One two") == "- -"
    assert word.pattern == "[a-z]+"
    assert word.flags & re.IGNORECASE
    assert regex(rb"\d").search(b"a1") is not None


def test_every_expression_of_the_package_can_be_compiled() -> None:
    # Since importing a module does not tell any more.
    found = 0
    for path in SOURCE.rglob("*.py"):
        if "regex(" not in path.read_text("utf-8") or path.stem == "lazy":
            continue
        name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
        for value in vars(import_module(name)).values():
            if isinstance(value, Regex):
                assert isinstance(value.pattern, str | bytes)
                found += 1
    assert found > 40
