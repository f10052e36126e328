"""``NamedTuple`` at half the price: picketlint has dozens of them, and making them was a fifth of every start.

``typing.NamedTuple`` checks each annotation, which means compiling it wherever annotations are strings. Type checkers
see the original; at run time the class is made of the names and defaults alone, and is the same in all other respects.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NamedTuple
else:
    from collections import namedtuple

__all__ = ["NamedTuple"]

if not TYPE_CHECKING:

    class _Maker(type):
        """Turns the body of a class into a named tuple, as the metaclass of ``typing.NamedTuple`` does."""

        def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:
            fields = namespace.get("__annotations__", {})
            defaults = [namespace[field] for field in fields if field in namespace]
            made = namedtuple(name, fields, defaults=defaults, module=namespace["__module__"])
            for key, value in namespace.items():
                if key not in fields:
                    setattr(made, key, value)
            return made

    NamedTuple = type.__new__(_Maker, "NamedTuple", (), {})
