"""The scanner says no less than the vocabulary: with it nothing is lost, and without it nothing is missing."""

from __future__ import annotations

import re
import sys
import tokenize
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_prefilter import VARIANTS
from ways import WAYS

from picketlint import prefilter, registry
from picketlint.credentials.names import ENDINGS
from picketlint.credentials.spotting import NAMES, may_bind, may_log
from picketlint.matching.needles import EACH, tabulated
from picketlint.matching.scanner import Scanner, scanner_for, words_around
from picketlint.matching.vocabulary import Vocabulary
from picketlint.prefilter import Prefilter

TABLE = registry.load().table
ENTRIES = registry.load().entries
RULES = registry.load().rules
SCANNER = Scanner(TABLE)
PLAIN, SCANNING = Prefilter(TABLE), Prefilter(TABLE)
# As in the middle of a large run.
PLAIN.look(b"#" * (1 << 19))
SCANNING.expect(1 << 30)


def told_by(prefilter: Prefilter, data: bytes) -> set[str]:
    """The rules that can fire in a file."""
    look = prefilter.look(data)
    return {entry.id for entry in ENTRIES if look.may_fire(entry)}


def test_a_scanner_is_made_when_there_is_enough_to_look_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefilter, "_WORTH_SCANNING", 1000)
    small = Prefilter(TABLE)
    for _ in range(3):
        small.look(b"#" * 300)
        assert small._scanner is None
    small.look(b"#" * 300)
    assert isinstance(small._scanner, Scanner)
    assert isinstance(SCANNING._scanner, Scanner)
    assert PLAIN._scanner is None


CODES = [example.code for rule in RULES for example in rule.examples if example.bad and rule.id != "PKT000"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_it_lets_pass_what_the_vocabulary_does(variant: str) -> None:
    for code in [*CODES, *(code for codes in WAYS.values() for code in codes)]:
        try:
            data = VARIANTS[variant](code)
        except tokenize.TokenError:
            # Python 3.10 and 3.11 tell no names apart in text that is none of theirs.
            continue
        assert told_by(SCANNING, data) >= told_by(PLAIN, data), code


def test_it_leaves_out_what_the_vocabulary_does() -> None:
    # Words within others, and beginnings without words.
    harmless = (
        "import os\nloader = preloads(shape, unload, should)\nself._tokens = ask_keys\n# https://example.com/ash\n"
    )
    assert told_by(SCANNING, harmless.encode()) == told_by(PLAIN, harmless.encode())
    assert "PKT402" not in told_by(SCANNING, harmless.encode())


WORDS = sorted(word.decode() for word in TABLE.words)
RUNS = sorted(run.decode() for _, run, _ in TABLE.runs)
HINTS = sorted(hint.decode() for _, hints, _ in TABLE.spellings for hint in hints)
PIECES = st.sampled_from([*WORDS, *RUNS, *HINTS, "_", "-", ".", " ", "(", "'", "é", "文", "api", "hub", "2", "\n", "#"])


@given(st.lists(PIECES, max_size=24).map("".join))
def test_every_key_of_the_vocabulary_is_a_key_of_the_scanner(text: str) -> None:
    data = text.encode()
    scanned = SCANNER.scan(data)
    assert scanned is not None
    compounds, keys = Vocabulary(TABLE).of(data)
    assert not {key for key in keys - scanned.keys if not str(key).startswith(EACH)}
    around = words_around(scanned.parts, data)
    for ask in (may_bind, may_log):
        assert ask(data, lambda: around) or not ask(data, lambda: compounds)


@given(st.lists(PIECES, max_size=24).map("".join))
def test_words_that_are_told_closely_stand_by_themselves(text: str) -> None:
    scanned = SCANNER.scan(text.encode())
    assert scanned is not None
    alone = set(re.findall(r"\w+", text, re.ASCII))
    assert {word.decode() for word in SCANNER.whole & scanned.keys} == {word.decode() for word in SCANNER.whole} & alone


_AROUND = st.lists(st.sampled_from([b" ", b"\n", b"\x0b", b"\xe9", b"/", b"?", b"@", b"'", b"://", b"#"]), max_size=4)
AROUND = _AROUND.map(b"".join)


@pytest.mark.parametrize("expression", sorted(SCANNER.expressions))
@given(data=st.data(), before=AROUND, after=AROUND)
def test_where_an_expression_matches_the_scanner_does_not_refute_it(
    expression: str, data: st.DataObject, before: bytes, after: bytes
) -> None:
    text = before + data.draw(st.from_regex(expression.encode())) + after
    scanned = SCANNER.scan(text)
    assert scanned is not None
    assert expression in scanned.keys or re.search(expression.encode(), text) is None


def test_expressions_that_are_told_closely_are_those_of_triggers_without_words() -> None:
    assert any(one.startswith("://") for one in SCANNER.expressions)
    assert all(re.search(one, "https://example.com/ and #, but no more") is None for one in SCANNER.expressions)


LAST_WORDS = [tuple(ending.split()) for endings, _ in ENDINGS for ending in sorted(endings)]
SIGNS = st.text("_-", max_size=3)
PARTS = NAMES.parts()


@given(
    st.sampled_from(LAST_WORDS),
    st.lists(SIGNS, min_size=3, max_size=3),
    st.integers(0, 3),
    st.sampled_from(["", "s", "_v2"]),
)
def test_every_name_of_a_credential_holds_a_part(
    words: tuple[str, ...], signs: list[str], case: int, after: str
) -> None:
    written = [word if not case else word.upper() if case == 1 else word.title() for word in words]
    between = [sign if case > 1 else sign or "_" for sign in signs]
    name = "my_" + "".join(word + sign for word, sign in zip(written, between, strict=False)).rstrip("_-") + after
    if not NAMES.holds(name.encode()):
        return
    assert _has_part(name) or len(words) == 1


def _has_part(name: str) -> bool:
    return any(part in name.lower().encode() for part in PARTS)


@pytest.mark.parametrize("words", LAST_WORDS, ids=" ".join)
def test_a_name_with_dots_holds_a_part(words: tuple[str, ...]) -> None:
    for between, before in product([".", "._", "_.", ".__", "-.", "._-"], ["", "self.", "my_"]):
        name = before + between.join(words)
        data = f"{name} = 'x'\n".encode()
        compounds = Vocabulary(TABLE).of(data)[0]
        for ask in (may_bind, may_log):
            assert not ask(data, compounds.copy) or _has_part(name), name


@pytest.mark.parametrize("name", ["OAuth2Token", "oauth_2_token", "oauth2token", "o_auth__2_token", "oauth-2.token"])
def test_the_number_of_oauth_is_no_word_of_a_name(name: str) -> None:
    assert _has_part(name)


def test_without_the_library_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    assert scanner_for(TABLE) is None
    lonely = Prefilter(TABLE)
    lonely.expect(1 << 30)
    data = b"import torch\ntorch.load(p, weights_only=False)\n"
    assert told_by(lonely, data) == told_by(PLAIN, data) >= {"PKT000", "PKT101"}


def test_where_it_fails_the_vocabulary_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("scratch in use")

    broken = Prefilter(TABLE)
    broken.expect(1 << 30)
    assert broken._scanner is not None
    monkeypatch.setattr(broken._scanner, "_scan", fail)
    data = b"import torch\ntorch.load(p, weights_only=False)\n"
    assert told_by(broken, data) == told_by(PLAIN, data)


def test_a_table_of_nothing_is_no_obstacle() -> None:
    empty = Prefilter(tabulated([]))
    empty.expect(1 << 30)
    assert told_by(empty, b"x = 1") == {entry.id for entry in ENTRIES}
