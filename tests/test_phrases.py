"""Phrases find what their patterns find when they are joined, though few of them are compiled."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picketlint.exceptions.phrases import Phrases, left, needs
from picketlint.knowledge import justifications as known
from picketlint.knowledge import statements

SHIPPED = {**known.DEFAULT._asdict(), **{name: getattr(statements, name) for name in statements.LISTS}}
LISTS = {name: patterns for name, patterns in SHIPPED.items() if patterns}
PATTERNS = sorted({pattern for patterns in LISTS.values() for pattern in patterns})
_WORDS = """
we our own the this it user users never not generated created written saved by code job file files checkpoint from our
internal trusted verified against checksum allow-list downloaded hub internet fixed constant command argv list of same
process ranks between only should must be if supplied customer's cache internally locally in-house and or . , ;
"""
WORDS = _WORDS.split()


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"\btrusted\b", [("trusted",)]),
        ("colou?r", [("colo",)]),
        ("(?:red|blue) (?:dark )?hats?", [("red", "blue"), ("hat",)]),
        ("(?:red|[a-z]+)x", []),
        ("(?:red|blue){0,2}cat", [("cat",)]),
        ("(?:red|blue){2}cat", [("red", "blue"), ("cat",)]),
        (r"(?!never)\w+ing|(?:go|come)es", [("ing", "go", "come")]),
        ("a.c", []),
        ("cats*", [("cat",)]),
        ("cats+", [("cats",)]),
        (r"(?:\w+|cats)x", []),
        (r"(?:dogs? \w+|cats{1,2})", [("dog", "cats")]),
    ],
)  # fmt: skip
def test_what_a_pattern_needs(pattern: str, expected: list[tuple[str, ...]]) -> None:
    assert needs(pattern) == expected


def test_every_shipped_pattern_needs_something() -> None:
    assert [pattern for pattern in PATTERNS if not needs(pattern)] == [r"\?"]
    assert not any(re.search(r"\(\?[^:!<=]|[A-Z]", re.sub(r"\\.", "", pattern)) for pattern in PATTERNS)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_text_that_matches_lacks_what_its_pattern_needs(pattern: str) -> None:
    @settings(max_examples=40)
    @given(st.from_regex(pattern))
    def holds(text: str) -> None:
        assert re.search(pattern, text)
        assert all(any(word in text for word in words) for words in needs(pattern))

    holds()


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"\b(?:red|blue) (?:dark )?hats?\b", "a red hat", r"\b(?:red) (?:)?hats?\b"),
        ("(?:red|blue) hat", "a green hat", None),
        ("(?:red|blue)?hat", "a green hat", "(?:)?hat"),
        ("(?!red|blue)hat", "a green hat", "(?:)hat"),
        ("(?:red (?:hat|shoe)|blue (?:hat|shoe))s", "blue shoes", "(?:blue (?:shoe))s"),
        ("red|(?:green|blue) hat", "blue hats", "(?:blue) hat"),
        (r"(?:\w+|red)-", "red-", r"(?:\w+|red)-"),
    ],
)  # fmt: skip
def test_what_is_left_of_a_pattern(pattern: str, text: str, expected: str | None) -> None:
    assert left(pattern, text) == expected


@pytest.mark.parametrize("pattern", PATTERNS)
def test_what_is_left_of_a_pattern_matches_the_same(pattern: str) -> None:
    @settings(max_examples=40)
    @given(st.from_regex(pattern))
    def same(text: str) -> None:
        found, whole = re.search(str(left(pattern, text)), text), re.search(pattern, text)
        assert found is not None
        assert whole is not None
        assert found.span() == whole.span()

    same()


def test_a_pattern_that_is_searched_often_matches_the_same() -> None:
    phrases = Phrases(LISTS["danger"])
    texts = [f"{verb} by the {who}" for verb in ("supplied", "chosen", "set") for who in ("user", "client", "caller")]
    for text in texts * 2:
        match = phrases.search(text)
        assert match is not None
        assert match.group() == text


@pytest.mark.parametrize("name", LISTS)
@given(words=st.lists(st.sampled_from(WORDS), max_size=20))
def test_matches_are_those_of_the_joined_patterns(name: str, words: list[str]) -> None:
    text = " ".join(words)
    joined = re.compile("|".join(f"(?:{pattern})" for pattern in LISTS[name]))
    assert [match.span() for match in Phrases(LISTS[name]).finditer(text)] == [
        match.span() for match in joined.finditer(text)
    ]


def test_an_empty_list_matches_nothing() -> None:
    assert Phrases(()).search("anything") is None
