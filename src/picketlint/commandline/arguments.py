"""Plain command lines, read without argparse: it takes as long to import as a small file takes to check.

The declarations are argparse's own, made by the same functions, and so is the outcome. Everything that takes explaining
or guessing (help, errors, ``-qv``, ``--``) is left to argparse, which then sees the whole command line.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any


class Namespace:
    """The options of a command as attributes, as in ``argparse.Namespace``."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)


class _Option:
    """One declaration: where its value goes, and how that is made."""

    def __init__(self, target: str, action: str, convert: Callable[[str], Any], choices: Iterable[Any] | None) -> None:
        self.target = target
        self.action = action
        self.convert = convert
        self.choices = None if choices is None else list(choices)
        self.group: object = self

    def value(self, text: str) -> Any:
        """What a text stands for. Raises whatever ``convert`` raises, and ValueError for what is no choice."""
        value = self.convert(text)
        if self.choices is not None and value not in self.choices:
            raise ValueError(text)
        return value


class Plain:
    """Takes an ``argparse.ArgumentParser``'s place where options are declared; ``read`` reads a command line."""

    def __init__(self, **described: object) -> None:
        self._options: dict[str, _Option] = {}
        self._positional: tuple[_Option, str] | None = None
        self._values: dict[str, Any] = {}
        self._able = True

    def add_argument(
        self,
        *names: str,
        action: str = "store",
        nargs: str | None = None,
        type: Callable[[str], Any] = str,
        default: Any = None,
        choices: Iterable[Any] | None = None,
        help: str = "",
        metavar: str = "",
        **others: object,
    ) -> _Option:
        """Declare an option or a positional argument, as with argparse."""
        flag = action == "store_true"
        long = next((name for name in names if name.startswith("--")), names[0])
        option = _Option(long.lstrip("-").replace("-", "_"), action, type, choices)
        self._values[option.target] = False if flag else [] if nargs == "*" and default is None else default
        if not names[0].startswith("-"):
            self._able &= self._positional is None and nargs in ("*", "?")
            self._positional = (option, nargs or "")
        else:
            self._able &= nargs is None and action in ("store", "store_true", "extend")
            self._options.update(dict.fromkeys(names, option))
        self._able &= not others
        return option

    def add_argument_group(self, title: str) -> Plain:
        """Groups matter to the help only."""
        return self

    def add_mutually_exclusive_group(self) -> _Exclusive:
        """Options of which a command line may have one."""
        return _Exclusive(self)

    def read(self, arguments: Sequence[str]) -> Namespace | None:
        """The options of a command line, without the program's and the command's name; None: ask argparse."""
        if not self._able:
            return None
        values = dict(self._values)
        groups: dict[object, _Option] = {}
        named: list[str] = []
        rest = iter(arguments)
        for argument in rest:
            if argument == "-" or not argument.startswith("-"):
                named.append(argument)
                continue
            name, equals, text = argument.partition("=")
            option = self._options.get(name)
            if option is None or groups.setdefault(option.group, option) is not option:
                return None
            if option.action == "store_true":
                if equals:
                    return None
                values[option.target] = True
                continue
            if not equals:
                text = next(rest, "-")
            if text.startswith("-") or (equals and not name.startswith("--")):
                return None
            try:
                value = option.value(text)
            except Exception:
                # Whatever it is, argparse meets it as well and knows how to say it.
                return None
            values[option.target] = [*(values[option.target] or ()), *value] if option.action == "extend" else value
        return Namespace(values) if self._place(named, values) else None

    def _place(self, named: list[str], values: dict[str, Any]) -> bool:
        """Put the positional arguments where they belong; whether there is such a place."""
        if not named:
            return True
        if self._positional is None:
            return False
        option, number = self._positional
        if option.choices is not None or (number == "?" and len(named) > 1):
            return False
        values[option.target] = list(map(option.convert, named)) if number == "*" else option.convert(named[0])
        return True


def add_rule_options(parser: Any) -> None:
    """Give the parser of a command the options that choose rules; their values are lists of selectors, or None."""
    rules = parser.add_argument_group("which rules")
    rules.add_argument("--select", type=_codes, action="extend", metavar="RULES", help="these rules only")
    rules.add_argument("--extend-select", type=_codes, action="extend", metavar="RULES", help="these rules too")
    rules.add_argument("--ignore", type=_codes, action="extend", metavar="RULES", help="not these rules")


def _codes(text: str) -> list[str]:
    codes = [code.strip() for code in text.split(",") if code.strip()]
    if not codes:
        import argparse

        raise argparse.ArgumentTypeError("wants codes or names of rules, as in PKT101,PKT3")
    return codes


class _Exclusive:
    """Declares options for another, so that only one of them is read."""

    def __init__(self, owner: Plain) -> None:
        self._owner = owner

    def add_argument(self, *names: str, **described: Any) -> _Option:
        """Declare one of the options."""
        option = self._owner.add_argument(*names, **described)
        option.group = self
        return option
