"""Answers that depend on other answers, in any order, without recursion, and the same whichever is asked for first.

Questions that depend on each other in a circle (``x = f(x)`` in a loop) are found as a whole; each of them then sees
the others of its circle as unknown. So no answer depends on which question of a circle came first, every answer can be
kept, and the cost is that of the questions and their dependencies.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Generic, TypeVar

    Key = TypeVar("Key", bound=Hashable)
    Answer = TypeVar("Answer")
else:
    Key = Answer = None

    class Generic:
        """Stands in for typing's, whose import takes as long as that of all of picketlint's semantics."""

        def __class_getitem__(cls, parameters: object) -> type:
            return cls


_LONGEST_CHAIN = 8


class Solver(Generic[Key, Answer]):
    """Computes and keeps answers; a subclass says how one question is answered.

    It is a base class so that nothing refers back to who asks: a circle would keep the syntax trees of many files in
    memory, until Python's collector comes by.
    """

    def __init__(self) -> None:
        self._answers: dict[Key, Answer] = {}

    def _dependencies(self, key: Key, /) -> Sequence[Key]:
        """Every question whose answer ``_combine`` may ask for; they must not depend on answers."""
        raise NotImplementedError

    def _combine(self, key: Key, get: Callable[[Key], Answer], /) -> Answer:
        """The answer to a question; ``get`` has those to the questions it depends on."""
        raise NotImplementedError

    def _unknown(self, key: Key, /) -> Answer:
        """What stands for the answer to a question that depends on itself."""
        raise NotImplementedError

    def solve(self, key: Key) -> Answer:
        """The answer to one question."""
        if key not in self._answers and not self._simple(key):
            self._search(key)
        return self._answers[key]

    def _simple(self, key: Key) -> bool:
        """Answer a question that depends on leaves and on one like itself, ``a.b.c``, as most do; False for others."""
        answers = self._answers
        chain = [key]
        dependencies = self._dependencies(key)
        following = key
        while dependencies:
            further: Sequence[Key] = ()
            for dependency in dependencies:
                if dependency in answers:
                    continue
                of_it = self._dependencies(dependency)
                if not of_it:
                    answers[dependency] = self._combine(dependency, answers.__getitem__)
                elif further or len(chain) == _LONGEST_CHAIN or dependency in chain:
                    return False
                else:
                    further = of_it
                    following = dependency
            if further:
                chain.append(following)
            dependencies = further
        for link in reversed(chain):
            answers[link] = self._combine(link, answers.__getitem__)
        return True

    def _search(self, root: Key) -> None:
        """Tarjan's algorithm with a stack of its own: circles of questions, each after those it depends on."""
        order: dict[Key, int] = {root: 0}
        lowest: dict[Key, int] = {root: 0}
        open_keys: list[Key] = [root]
        work: list[tuple[Key, Iterator[Key]]] = [(root, iter(self._dependencies(root)))]
        while work:
            key, pending = work[-1]
            for dependency in pending:
                if dependency in self._answers:
                    continue
                if dependency in order:
                    lowest[key] = min(lowest[key], order[dependency])
                    continue
                order[dependency] = lowest[dependency] = len(order)
                open_keys.append(dependency)
                work.append((dependency, iter(self._dependencies(dependency))))
                break
            else:
                work.pop()
                if work:
                    around = work[-1][0]
                    lowest[around] = min(lowest[around], lowest[key])
                if lowest[key] == order[key]:
                    self._close(key, open_keys)

    def _close(self, key: Key, open_keys: list[Key]) -> None:
        """Answer a question and those in a circle with it."""
        circle = {open_keys.pop()}
        if key not in circle:
            while key not in circle:
                circle.add(open_keys.pop())
        elif key not in self._dependencies(key):
            self._answers[key] = self._combine(key, self._answers.__getitem__)
            return

        def get(dependency: Key) -> Answer:
            return self._unknown(dependency) if dependency in circle else self._answers[dependency]

        self._answers.update([(member, self._combine(member, get)) for member in circle])
