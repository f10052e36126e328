r"""Triggers: what the bytes of a file have to hold for a rule to fire in it.

A rule has several, one of which must hold. A trigger is one of these, or a tuple of them that must all hold:

- ``str``, an identifier (``"weights_only"``): the file holds this word, with no letter, digit or underscore beside it.
  However many words rules ask for, it costs the same: those of a file are looked up all at once, 6 ms per MB.
- any other ``str``: a regular expression that matches somewhere. One that begins with plain characters, or with one
  that is rare in programs, costs about 0.4 ms per MB. What must not stand before comes after, then:
  ``eval(?<!\.eval)``; one that begins otherwise makes ``re`` try every place, and costs twenty times as much. What
  ``APART`` stands before, many have: it is compiled once for all. Nothing but assertions may follow, and each place
  has but one match of what is before.
- ``bytes``: the file holds them somewhere. That costs 0.4 ms per MB, and next to nothing for the first in a trigger
  without words: it is looked for within words, in each of them but once, however many files hold it.
- a ``str`` that begins with ``ASK``: a function, by module and name, that is called with the file's bytes and what
  gives those of its words, with hyphens in them, that matter to any trigger. What is before it in its tuple is there.
- a ``str`` that begins with ``EACH``, first in a tuple without words: a ``Spelling``, by module and name, of words that
  a function knows. It is asked about each word once, however many files hold it.
- a ``str`` that begins with ``ON`` or ``OFF``, and goes on with the name of a flag, in a tuple with that name: the code
  may turn the flag on, or off; flags.py tells, in a file that names it.
- ``CODE``, in a tuple: the rest of the tuple holds even without comments and strings, but for strings that are names.

In a tuple, words are looked at first, and the rest in its order only where all of them are there.

A trigger has to be sound: where it does not hold, the rule finds nothing. Names can be relied upon, for Python cannot
split or escape them, and what is escaped in a string is read. A string can be written in pieces, and hundreds of blanks
or dozens of comments can stand between two words, but that only matters for what somebody takes pains to hide.
Expressions have to be linear: a repetition that begins where it can begin again and again is bounded.

The functions below make triggers for what rules look for most.
"""

from __future__ import annotations

from picketlint.matching.needles import APART, CODE, OFF, ON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    Asked = Callable[[bytes, Callable[[], Collection[bytes]]], bool]

Trigger = bytes | str | tuple[bytes | str, ...]

# What can stand between two parts of an expression: blanks, the ends of lines, comments.
COMMENT = r"#[^\r\n]{0,300}[\r\n]"
GAP = rf"[\s\\]{{0,300}}(?:{COMMENT}[\s\\]{{0,300}}){{0,40}}"
# The same, and brackets that open.
OPENED = rf"[\s\\(]{{0,300}}(?:{COMMENT}[\s\\(]{{0,300}}){{0,40}}"
# After the quote that ends a literal: the text goes on in another one, or perhaps by way of a name that it is given.
CONTINUED = r"""[\s\\)]{0,200}(?:\+|[rRbBuUfF]{0,2}["'])|[ \t]{0,40}(?:[\r\n;#]|\Z)"""

# What can follow a name in a line, other than operators: any other word makes it prose, or what is imported from.
_KEYWORDS = "and|as|async|else|for|from|if|in|is|not|or"
_MOST = 300
# Part of an argument without brackets within brackets, and without strings but for names.
_PART = r"""[^(),'"#]|"[\w.]+"|'[\w.]+'"""
_ARGUMENT = rf"(?:{_PART}|\((?:{_PART}|,){{0,{_MOST}}}\))"


def turned(name: str, *, on: bool) -> tuple[tuple[bytes | str, ...], ...]:
    """Where a flag is named, in code that can turn it on (or off), or spelled as an option in a string."""
    dashed = name.replace("_", "-")
    option = (name, rf"{name}(?:(?<=-{name})|/)")
    return (CODE, name, (ON if on else OFF) + name), option, (*name.split("_"), dashed.encode())


def qualified(*names: str) -> tuple[Trigger, ...]:
    """Where functions of these qualified names can be called or handed on: all parts of one of the names are there.

    A name grows out of an import, attributes and strings, and nothing else, so each part is written somewhere.
    """
    parts = {frozenset(_written(name)) for name in names}
    needed = [words for words in parts if not any(fewer in parts for fewer in _fewer(words))]
    return tuple((CODE, *sorted(words)) for words in sorted(needed, key=sorted))


def _written(name: str) -> list[str]:
    """The parts of a name that stand somewhere: the shell of IPython needs no import where that runs the code."""
    parts = name.replace("()", "").split(".")
    return parts[parts.index("get_ipython") :] if "get_ipython" in parts else parts


def _fewer(words: frozenset[str]) -> Iterator[frozenset[str]]:
    """Some of the words: every choice of one or more, but for all. Few, because a name has few parts."""
    from itertools import combinations

    return (frozenset(some) for number in range(1, len(words)) for some in combinations(words, number))


def used(name: str) -> str:
    """Where ``name`` is more than a part of a name, a definition, a keyword, an assignment's target, or prose.

    That is wherever a function of this name can be called, handed on or imported; for ``getattr``, strings count.
    """
    return rf"{name}(?<!\w{name}){_read(name)}"


def builtin(name: str) -> tuple[Trigger, ...]:
    """Where a builtin function can be called or handed on: its bare name, or beside the module's name.

    There it can be a string, which is looked up in the module where it is written, or by a constant's name; but not the
    ``mode`` of a parser.
    """
    bare = rf"{name}(?<![\w.'\"`]{name}){_read(name)}"
    other = rf"{name}(?<!\w{name})(?<!mode=['\"]{name})(?!\w)"
    return (CODE, name, bare), (CODE, "builtins", name, other), (CODE, "__builtins__", name, other)


def _read(name: str) -> str:
    return rf"(?<!def {name})(?!\w){APART}(?![`.]|[ \t]+(?!(?:{_KEYWORDS}|import)\b)[A-Za-z]|[ \t]*=[^=])"


def fewer(count: int) -> str:
    """What follows a name in a plain call with fewer than ``count`` arguments (at least 2) that are given by place."""
    one = rf"{_ARGUMENT}{{0,{_MOST}}}"
    named = rf"\s{{0,{_MOST}}}\w{{1,{_MOST}}}=(?!=)(?:{_ARGUMENT}|,){{0,{_MOST}}}"
    return rf"\((?:{one},){{0,{count - 2}}}(?:{one}(?:,\s{{0,{_MOST}}})?|(?:{one},)?{named})\)"


def giving(keyword: str) -> str:
    """What follows a name in a plain call that gives a keyword, and not as None."""
    return rf"\((?:{_ARGUMENT}|,){{0,{_MOST}}}(?<!\w){keyword}=(?![\s(\\]{{0,{_MOST}}}(?:None|#|\}}))"


def with_arguments(module: str, name: str, count: int) -> tuple[bytes | str, ...]:
    """Where a function of a package is used, but for plain calls with fewer than ``count`` arguments by place."""
    return CODE, module, name, rf"{used(name)}{APART}(?!{fewer(count)})"


def imported(module: str, *functions: str, harmless: str = "") -> tuple[Trigger, ...]:
    """Where functions of ``module`` (a package, or one directly in a package) can be called or handed on.

    That is ``module.function`` as it is written; or the function's name in a file in which the module can have another
    name, or the function be imported from it. Where what follows it is ``harmless``, that does not count.
    """
    package, _, inner = module.rpartition(".")
    apart = f"{APART}(?!{harmless})" if harmless else ""
    # Of another package, it is an attribute; of this one in a relative import, something else. There may be blanks, or
    # the end of a line, behind the dot.
    attribute = rf"(?:(?<=[\w)\]\s]\.{inner})|(?<=\s{inner})(?<!import {inner}))(?!\w)"
    reached = (rf"{inner}(?:{attribute}|(?<=['\"]{inner})['\"])",) if package else ()
    triggers: list[Trigger] = []
    for function in functions:
        if package:
            within = rf"{package}\.{inner}(?!\w|\.(?!__dict__)\w|[ \t]+import(?!\w))"
            ways = [(within,), (_listed(package, inner),), (_listed(rf"{package}\.{inner}", function),)]
        else:
            ways = [(_listed(module, function),)]
        ways += [(*way, *reached) for way in _elsewhere(package or module, inner if package else function)]
        words = (CODE, *module.split("."), function)
        triggers += [
            (*words, rf"{inner}\.{function}(?!\w){apart}"),
            *((*words, rf"{used(function)}{apart}", *way) for way in ways),
        ]
    return tuple(triggers)


def _elsewhere(package: str, wanted: str) -> list[tuple[bytes | str, ...]]:
    """Where a package can be called otherwise, or it or what is ``wanted`` of it is looked up by a name in a string."""
    prose = rf"[ \t]+(?!(?:{_KEYWORDS})\b)[A-Za-z(-]"
    # A string that stands there names an attribute, with a prefix, brackets or three quotes around it, or a constant.
    attribute = rf"[\s\\(]{{0,{_MOST}}}(?:#|\w{{0,2}}['\"]{{1,3}}(?:{wanted}|__dict__)['\"]|[A-Z_][A-Z0-9_]*(?!\w))"
    asked = rf"(?<!hasattr\({package})(?!(?<=getattr\({package}),[\s\\]{{0,{_MOST}}}(?![\s\\#]|{attribute}))"
    # Of another object, it is the same module where that was imported in a class; with no blank there, it is written as
    # ``imported`` looks for it first.
    member = rf"(?<=\.{package})(?:[\s\\]{{1,{_MOST}}}[.#]|\.[\s\\#]|#)"
    moved = (
        rf"{package}(?:{member}|(?<![\w.'\"`]{package})(?!\.\w|[\w'\"`]|{prose}){asked}"
        rf"(?:(?<!import {package})|(?![ \t]*(?:[,;#\r\n]|\Z))))"
    )
    quoted = rf"{package}(?<=['\"]{package})"
    entry = rf"{quoted}['\"]+[\s\\)]*[\]#]"
    return [
        (moved,),
        ("import_module", rf"{quoted}['\"]"),
        # That of a module within gives the package, too.
        ("__import__", rf"{quoted}['\".]"),
        ("modules", "sys", entry),
        ("__dict__", rf"{package}\.__dict__"),
    ]


def _listed(module: str, name: str) -> str:
    """Where a name is imported from a module, or may be: by a star, or in lines that are not read here."""
    last = module.rpartition(".")[2]
    absolute = "" if "." in module else rf"(?<!\.{last})"
    listed = rf"[^\n]{{0,{_MOST}}}(?:\\\s|[(*]|(?:{name}(?<!\w{name})|__dict__)(?!\w))"
    return rf"{module}{absolute}(?:[ \t\f]|\\\r?\n?)+import(?!\w)(?:[^\n]{{{_MOST}}}|{listed})"
