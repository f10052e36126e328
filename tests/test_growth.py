"""The measure of the tests about linear time: it tells what is linear from what is not."""

from __future__ import annotations

import re

from growth import is_linear, repeated


def test_one_pass_is_linear() -> None:
    assert is_linear(lambda text: re.findall(rb"\w", text), repeated(b"", b"a"), 200_000)


def test_a_search_that_begins_anew_at_every_place_is_not() -> None:
    assert not is_linear(lambda text: re.search(rb"\w+x", text), repeated(b"", b"a"), 10_000)
