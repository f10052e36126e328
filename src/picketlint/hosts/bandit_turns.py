"""Which of picketlint's tests Bandit calls in a file: those with something to say there, and one that looks for it.

Bandit calls every test for every node of its types, and around each call copies the context and looks for nosec: a
hundred times what a test without an answer does. Most files are silent. So the tests that are, are taken out of the
lists Bandit goes by until the next file begins; the first of ours in each list stays, and sees that. Where Bandit keeps
no such lists, all tests are called, as ever.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any

    Tests = dict[str, list[Callable[[Any], Any]]]

# From the test that Bandit calls to this module are three calls, and Bandit's own is the next.
_FARTHEST = 6


def call_only(codes: Collection[str] | None) -> None:
    """Have Bandit call, until this is said again, only the tests with these ids, and the first for each node type.

    None stands for all tests; what is no test of ours, or has no true ``_can_wait``, is called in any case. Only the
    test that Bandit is calling may say so, in the first call of a file.
    """
    global _turns
    tests = _lists()
    if _turns is None or _turns.tests is not tests:
        if _turns is not None:
            _turns.give(None)
        _turns = None if tests is None else _Turns(tests)
    if _turns is not None:
        _turns.give(codes)


class _Turns:
    """The tests that Bandit calls, by node type: ``tests`` are the lists it goes by, which are changed in place.

    Bandit may be going through one of them. That does no harm: up to the first of ours, which is the one it can be at
    when a file begins, the lists stay the same.
    """

    def __init__(self, tests: Tests) -> None:
        self.tests = tests
        self._whole = {kind: tuple(ones) for kind, ones in tests.items() if sum(map(_waits, ones)) > 1}
        self._codes: frozenset[str] | None = None

    def give(self, codes: Collection[str] | None) -> None:
        wanted = None if codes is None else frozenset(codes)
        if wanted == self._codes:
            return
        for kind, whole in self._whole.items():
            first = next(test for test in whole if _waits(test))
            self.tests[kind][:] = [
                test
                for test in whole
                if wanted is None or test is first or not _waits(test) or vars(test)["_test_id"] in wanted
            ]
        self._codes = wanted


_turns: _Turns | None = None


def _waits(test: Callable[[Any], Any]) -> bool:
    return getattr(test, "_can_wait", False)


def _lists() -> Tests | None:
    """The lists of tests of the Bandit that is calling: all it hands to a test is a copy of what it knows of a node."""
    frame = sys._getframe(1)
    for _ in range(_FARTHEST):
        tests = getattr(getattr(frame.f_locals.get("self"), "testset", None), "tests", None)
        if isinstance(tests, dict):
            return tests if all(isinstance(ones, list) for ones in tests.values()) else None
        if frame.f_back is None:
            break
        frame = frame.f_back
    return None
