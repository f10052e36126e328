"""Records and enumerations behave like named tuples and enums, whose places they take."""

from __future__ import annotations

import collections
import copy
import pickle
from enum import Enum as Original
from typing import Any

import pytest

from picketlint.base.records import Enum, NamedTuple
from picketlint.model import Confidence, Finding, Severity, Span


class Row(NamedTuple):
    """A row."""

    left: int
    right: int = 2
    names: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return self.left + self.right


class Single(NamedTuple):
    only: str


class Colour(Enum):
    """A colour."""

    RED = "red"
    DARK_BLUE = "dark blue"

    @property
    def short(self) -> str:
        return self.name[0]


# As Any, for what type checkers would not let pass.
Row_: Any = Row
Same: Any = collections.namedtuple("Same", ["left", "right", "names"], defaults=[2, ()])


@pytest.mark.parametrize("given", [(1,), (1, 3), (1, 3, ("a",))])
def test_a_record_is_made_and_shown_like_a_named_tuple(given: tuple[int, ...]) -> None:
    row, same = Row_(*given), Same(*given)
    assert row == same == tuple(row)
    assert hash(row) == hash(same)
    assert repr(row) == repr(same).replace("Same", "Row")
    assert row._asdict() == same._asdict()
    assert (row._fields, row._field_defaults) == (same._fields, same._field_defaults)
    assert row._replace(right=9) == same._replace(right=9)
    assert Row_._make(row) == Same._make(same)
    assert Row(left=given[0], names=("z",)) == (given[0], 2, ("z",))


def test_a_record_has_its_methods_and_matches_by_position() -> None:
    row = Row(1)
    assert row.total == 3
    assert Row.__doc__ == "A row."
    match row:
        case Row(left, right):
            assert (left, right) == (1, 2)
    assert Single("a").only == "a"
    assert not hasattr(row, "__dict__")
    with pytest.raises(AttributeError):
        row.left = 5  # type: ignore[misc]


@pytest.mark.parametrize("given", [((), {}), ((1, 2, (), 4), {}), ((1,), {"centre": 2}), ((1,), {"left": 1})])
def test_what_a_record_has_no_field_for_is_an_error(given: tuple[tuple[Any, ...], dict[str, Any]]) -> None:
    for _ in range(20):
        # Later ones are made by a constructor that is compiled.
        with pytest.raises(TypeError):
            Row_(*given[0], **given[1])


def test_the_first_records_are_made_like_the_others() -> None:
    class Few(NamedTuple):
        left: int
        right: int = 2
        names: tuple[str, ...] = ()

    few: Any = Few
    plain = few.__new__
    for number in range(40):
        made = [few(number), few(left=number), few(number, names=("a",)), few(number, 3, ("b",)), few(*[number, 3])]
        assert made == [(number, 2, ()), (number, 2, ()), (number, 2, ("a",)), (number, 3, ("b",)), (number, 3, ())]
        assert {type(one) for one in made} == {Few}
    assert few.__new__ is not plain


@pytest.mark.parametrize("given", [((), {}), ((1, 2, (), 4), {}), ((1,), {"centre": 2}), ((1,), {"left": 1})])
def test_the_very_first_record_can_be_an_error(given: tuple[tuple[Any, ...], dict[str, Any]]) -> None:
    class Fresh(NamedTuple):
        left: int
        right: int = 2
        names: tuple[str, ...] = ()

    fresh: Any = Fresh
    with pytest.raises(TypeError):
        fresh(*given[0], **given[1])
    assert fresh(1) == (1, 2, ())


def test_wrong_replacements_are_errors() -> None:
    with pytest.raises(ValueError, match="centre"):
        Row_(1)._replace(centre=2)
    with pytest.raises(TypeError, match="3 fields"):
        Row._make([1])


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_records_and_members_survive_pickling(protocol: int) -> None:
    thing = (Row(1), Colour.RED, Span(1, 2, 3, 4), {Severity.HIGH: Confidence.LOW})
    assert pickle.loads(pickle.dumps(thing, protocol)) == thing
    assert pickle.loads(pickle.dumps(Colour.RED, protocol)) is copy.deepcopy(Colour.RED) is copy.copy(Colour.RED)


def test_an_enumeration_has_its_members_in_order() -> None:
    class Standard(Original):
        RED = "red"
        DARK_BLUE = "dark blue"

    assert [(one.name, one.value, str(one)) for one in Colour] == [
        (one.name, one.value, str(one).replace("Standard", "Colour")) for one in Standard
    ]
    assert repr(Colour.RED) == repr(Standard.RED).replace("Standard", "Colour")
    assert Colour("dark blue") is Colour["DARK_BLUE"] is Colour.DARK_BLUE
    assert isinstance(Colour.RED, Colour)
    assert Colour.RED.short == "R"
    assert len({Colour.RED, Colour("red")}) == 1


def test_an_enumeration_is_closed() -> None:
    with pytest.raises(ValueError, match="'green' is not a valid Colour"):
        Colour("green")
    with pytest.raises(KeyError):
        Colour["GREEN"]
    with pytest.raises(AttributeError, match=r"Colour\.RED cannot be changed"):
        Colour.RED.value = "green"  # type: ignore[misc]


def test_the_records_of_the_public_api_keep_their_names() -> None:
    assert Finding._fields[:3] == ("rule", "name", "path")
    assert Finding.__module__ == "picketlint.model"
    assert repr(Span(1, 2, 3, 4)) == "Span(line=1, column=2, end_line=3, end_column=4)"
