"""``NamedTuple`` and ``Enum`` at a fraction of the price: picketlint has a hundred of them, and each start makes most.

The originals check annotations, write documentation and compile a constructor for every class, whether or not a run
comes to make an instance, and bring a dozen modules along. Type checkers see the originals; at run time a record or a
member behaves like theirs, as far as ``tests/test_records.py`` says. Sources: ``collections.namedtuple``, ``enum``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from enum import Enum
    from typing import Any, NamedTuple, NoReturn
else:
    # The descriptor behind the fields of a named tuple, without the package around it.
    from _collections import _tuplegetter

__all__ = ["Enum", "NamedTuple"]

# So many instances of a record take less time without a constructor of their own.
_FEW = 12

if not TYPE_CHECKING:

    class _Record(tuple):
        """What every record has beside its fields."""

        __slots__ = ()

        def __new__(cls, /, *values: object, **named: object) -> _Record:
            # One of the first. Of most records a run makes none, or a few: for the others a constructor is compiled.
            cls._uncompiled -= 1
            left = cls._fields[len(values) :]
            if cls._uncompiled and len(values) + len(left) == len(cls._fields) and named.keys() <= {*left}:
                given = {**cls._field_defaults, **named}
                if given.keys() >= {*left}:
                    return tuple.__new__(cls, (*values, *[given[name] for name in left]))
            # It says what is wrong, too, where something is.
            cls.__new__ = _constructor(cls._fields, cls._field_defaults)
            return cls(*values, **named)

        @classmethod
        def _make(cls, values: Iterable[object]) -> _Record:
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"{cls.__name__} has {len(cls._fields)} fields, not {len(made)}")
            return made

        def _replace(self, /, **changes: object) -> _Record:
            made = self._make(map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"{type(self).__name__} has no such fields: {', '.join(changes)}")
            return made

        def _asdict(self) -> dict[str, object]:
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({fields})"

        def __getnewargs__(self) -> tuple[object, ...]:
            return tuple(self)

    def _constructor(fields: tuple[str, ...], defaults: dict[str, object]) -> Any:
        """The ``__new__`` of a record. Written out it is three times as fast as one that sorts out what it is given."""
        names = ", ".join(fields)
        # security-exception: the text is made of the names of fields in this package, which no input can change.
        made = eval(f"lambda _cls, {names}: _new(_cls, ({names},))", {"_new": tuple.__new__, "__builtins__": {}})
        made.__defaults__ = tuple(defaults.values())
        return made

    class _RecordMaker(type):
        """Turns the body of a class into a record, as the metaclass of ``typing.NamedTuple`` does."""

        def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:
            fields = tuple(namespace.get("__annotations__", ()))
            namespace["_field_defaults"] = {field: namespace[field] for field in fields if field in namespace}
            namespace["_fields"] = namespace["__match_args__"] = fields
            namespace["_uncompiled"] = _FEW
            namespace["__slots__"] = ()
            for index, field in enumerate(fields):
                namespace[field] = _tuplegetter(index, None)
            return type(name, (_Record,), namespace)

    NamedTuple = type.__new__(_RecordMaker, "NamedTuple", (), {})

    class _EnumMaker(type):
        """Makes each value in the body of a class the one instance of that class that has it."""

        def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:
            values = {key: namespace.pop(key) for key in [*namespace] if _is_value(key, namespace[key])}
            made = type.__new__(mcs, name, bases, {"__slots__": (), **namespace})
            made._by_name = {key: type.__call__(made, key, value) for key, value in values.items()}
            made._by_value = {member.value: member for member in made._by_name.values()}
            for key, member in made._by_name.items():
                setattr(made, key, member)
            return made

        def __call__(cls, value: object) -> Enum:
            try:
                return cls._by_value[value]
            except KeyError:
                raise ValueError(f"{value!r} is not a valid {cls.__name__}") from None

        def __getitem__(cls, name: str) -> Enum:
            return cls._by_name[name]

        def __iter__(cls) -> Iterator[Enum]:
            return iter(cls._by_name.values())

    def _is_value(key: str, value: object) -> bool:
        """Whether a line in the body of an enumeration is a member, and no method or property."""
        return not key.startswith("_") and not hasattr(value, "__get__")

    class Enum(metaclass=_EnumMaker):
        """A class with a fixed set of instances, each of which is known by its name and by its value."""

        __slots__ = ("name", "value")

        def __init__(self, name: str, value: object) -> None:
            object.__setattr__(self, "name", name)
            object.__setattr__(self, "value", value)

        def __setattr__(self, name: str, value: object) -> NoReturn:
            raise AttributeError(f"{self} cannot be changed")

        def __reduce__(self) -> tuple[type, tuple[object]]:
            return type(self), (self.value,)

        def __repr__(self) -> str:
            return f"<{self}: {self.value!r}>"

        def __str__(self) -> str:
            return f"{type(self).__name__}.{self.name}"
