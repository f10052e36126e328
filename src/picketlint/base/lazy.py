"""What is done when somebody first asks for it: imports behind a module's names (PEP 562), expressions, answers.

For modules of every start, which can do without functools: it is a tenth of the start of Python itself.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping
    from typing import Any, AnyStr, TypeVar

    Function = TypeVar("Function", bound=Callable[..., Any])
    Value = TypeVar("Value")


def cached(function: Function) -> Function:
    """``functools.cache`` for a few positional arguments: each question is answered once, unless that fails."""
    answers: dict[object, Any] = {}

    def ask(*given: object) -> Any:
        if given not in answers:
            answers[given] = function(*given)
        return answers[given]

    ask.__doc__, ask.__name__, ask.__module__ = function.__doc__, function.__name__, function.__module__
    return ask  # type: ignore[return-value]


def regex(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """``re.compile``, put off until the first use: that takes longer than to look for a match in most texts.

    Raises re.error at that use, and not before, for a pattern that is none.
    """
    return Regex(pattern, flags)  # type: ignore[return-value]


class Regex:
    """A regular expression that is not compiled yet; what it is asked for is that of the compiled one."""

    def __init__(self, pattern: Any, flags: int) -> None:
        self._written = (pattern, flags)

    def __getattr__(self, name: str) -> object:
        import re

        # `re` keeps what it has compiled, so that the second method costs no second time.
        value = getattr(re.compile(*self._written), name)
        setattr(self, name, value)
        return value


def later(make: Callable[[], Value]) -> Value:
    """For the body of a class: an attribute of it that is worked out when it is first asked for."""
    return Later(make)  # type: ignore[return-value]


class Later:
    """What stands in a class until then; it leaves its place to the value."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> object:
        value = self._make()
        setattr(owner, self._name, value)
        return value


def lookup(namespace: dict[str, object], homes: Mapping[str, tuple[str, ...]], name: str) -> object:
    """The value of ``name``, from the module it is at home in; it is put into ``namespace``, the asking module's own.

    For use as ``__getattr__`` of that module. Raises AttributeError if no module is home to such a name.
    """
    for home, names in homes.items():
        if name in names:
            from importlib import import_module

            value = namespace[name] = getattr(import_module(home), name)
            return value
    raise AttributeError(f"module {namespace['__name__']!r} has no attribute {name!r}")
