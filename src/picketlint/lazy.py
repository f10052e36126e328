"""Names that a module offers and imports only when somebody asks for them (PEP 562)."""

from collections.abc import Mapping


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
