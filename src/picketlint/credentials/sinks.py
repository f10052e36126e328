"""Where a module binds a value to the name of a credential."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple
from picketlint.credentials.names import Kind, kind_beside, kind_of, kind_of_many
from picketlint.credentials.strength import looks_random
from picketlint.knowledge.credentials import LOGIN_CALLS, LOGIN_NAMES, LOGIN_PAIRS, SHORT_KEYS, USER_KEYS
from picketlint.knowledge.defaults import FIELD_CALLS, OPTION_CALLS
from picketlint.knowledge.logins import (
    ASKING,
    METHODS,
    PACKAGES,
    PARAMETERS,
    PASSWORD_METHODS,
    SHORT_NAMES,
    SIGNATURES,
    USER_KEY,
    USER_NAME,
)
from picketlint.semantics.bindings import Kind as Bound
from picketlint.semantics.tree import last_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.semantics.module import Module

# Calls that take a name and a value, or what to take instead of one: the 0-based places of both.
# https://docs.python.org/3/library/os.html#os.putenv, https://docs.pytest.org/en/stable/how-to/monkeypatch.html
# https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrameWriter.option.html
_NAME_FIRST = frozenset(
    {"add_header", "config", "get", "getenv", "option", "pop", "putenv", "set", "setdefault", "setenv", "set_secret"}
)
# What gives a name and a value as two entries. https://kubernetes.io/docs/tasks/inject-data-application/
_NAMING = frozenset({"key", "name"})
_VALUE = "value"
_OBJECT_FIRST = frozenset({"getattr", "setattr", "__setattr__"})
_SIGNED = frozenset(SIGNATURES)
_COMPARING = frozenset({"compare_digest"})
# All that are told by a text what something is called.
TAKING_NAMES = _NAME_FIRST | _OBJECT_FIRST | _COMPARING | frozenset({*LOGIN_CALLS, *OPTION_CALLS, *FIELD_CALLS})
_SEQUENCES = (ast.List, ast.Tuple, ast.Set)
_USER_KEY = regex(USER_KEY)


class Sink(NamedTuple):
    """An expression that has the name of a credential.

    ``login``: what says who logs in with it and where, by name in small letters: the other keywords of a call, the
    other entries of a dict. ``compared``: it is compared with the credential.
    """

    name: str
    kind: Kind
    value: ast.expr
    login: dict[str, ast.expr | None]
    compared: bool = False


def sinks(module: Module) -> Iterator[Sink]:
    """Every expression of a module that is bound to the name of a credential, or compared with what has one."""
    tree = module.tree
    for assign in tree.nodes(ast.Assign):
        for target in assign.targets:
            yield from _bound(target, assign.value, module)
    for annotated in tree.nodes(ast.AnnAssign):
        if annotated.value is not None:
            yield from _bound(annotated.target, annotated.value, module)
    for walrus in tree.nodes(ast.NamedExpr):
        yield from _bound(walrus.target, walrus.value, module)
    for display in tree.nodes(ast.Dict):
        yield from _entries(display)
    for compare in tree.nodes(ast.Compare):
        yield from _compared(compare, module)
    for match in tree.nodes(ast.Match):
        yield from _cases(match, module)
    for call in tree.nodes(ast.Call):
        yield from _keywords(call, module)
        yield from _called(call, module)
    if not PACKAGES.isdisjoint(_imported(module)):
        # Few calls can be of such a function, and to tell of each what it calls costs more than all else here.
        for call in module.mentions.calls_of(module.mentions.parts(_SIGNED)):
            yield from _placed(call, module)
    yield from _defaults(module)


def name_of(node: ast.expr, module: Module) -> str | None:
    """What an expression calls its value: a variable, an attribute, a key, what is looked up."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return _key(node.slice, module)
    if isinstance(node, ast.Call) and last_name(node.func) in ("get", "getenv", "pop") and node.args:
        return _key(node.args[0], module)
    if isinstance(node, ast.Call) and last_name(node.func) in ASKING:
        return "password"
    if isinstance(node, ast.Call) and last_name(node.func) in ("strip", "encode", "lower", "get_secret_value"):
        return name_of(node.func.value, module) if isinstance(node.func, ast.Attribute) else None
    return None


def _key(node: ast.expr, module: Module) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name) and node.id.isupper():
        texts = module.value(node).texts
        return texts[0] if len(texts) == 1 else None
    return None


def _bound(target: ast.expr, value: ast.expr, module: Module) -> Iterator[Sink]:
    if isinstance(value, ast.Constant) and not isinstance(value.value, (str, bytes)):
        return
    if isinstance(target, (ast.Tuple, ast.List)):
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
            texts = all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in value.elts)
            for one, given in zip(target.elts, value.elts, strict=True):
                name = name_of(one, module)
                if texts or not (name and name.lower() in SHORT_NAMES):
                    yield from _named(name, given)
        return
    name = name_of(target, module)
    # Two words can be something else under this name, such as the methods that a server knows.
    pair = (sink._replace(login={}) for sink in _pair(value, module))
    yield from pair if name in LOGIN_PAIRS else _named(name, value)


def _named(name: str | None, value: ast.expr, login: dict[str, ast.expr | None] | None = None) -> Iterator[Sink]:
    if not name:
        return
    kind = _kind(name, value)
    if kind is not None:
        yield Sink(name, kind, value, login or {})
        return
    elements = _elements(value)
    kind = kind_of_many(name) if elements else None
    if kind is not None:
        for element in [*elements, *_keys(value)]:
            yield Sink(name, kind, element, {})


def _kind(name: str, value: ast.expr) -> Kind | None:
    """What sort of credential a name is that of, by itself or beside a value."""
    return kind_of(name) or (kind_beside(name, value.value) if isinstance(value, ast.Constant) else None)


def _elements(value: ast.expr) -> list[ast.expr]:
    """What a display holds: of a dict the values."""
    return value.elts if isinstance(value, _SEQUENCES) else value.values if isinstance(value, ast.Dict) else []


def _keys(value: ast.expr) -> list[ast.expr]:
    """The keys of a dict, if it says whose the credentials are: its values are plain texts."""
    if not isinstance(value, ast.Dict):
        return []
    owners = [one.value if isinstance(one, ast.Constant) else None for one in value.values]
    if not all(isinstance(owner, str) and not looks_random(owner) for owner in owners):
        return []
    keys = (key for key in value.keys if isinstance(key, ast.Constant))
    return [key for key in keys if isinstance(key.value, str) and looks_random(key.value)]


def _keywords(call: ast.Call, module: Module) -> Iterator[Sink]:
    wanted = [
        (keyword.arg, keyword.value)
        for keyword in call.keywords
        if keyword.arg and _is_wanted(keyword.arg, keyword.value)
    ]
    if wanted:
        login = _login((keyword.arg or "", keyword.value) for keyword in call.keywords)
        for name, value in wanted:
            yield from _pair(value, module) if name in LOGIN_PAIRS else _named(name, value, login)
    yield from _as_pair((keyword.arg, keyword.value) for keyword in call.keywords)


def _is_wanted(name: str, value: ast.expr) -> bool:
    return name in LOGIN_PAIRS or _kind(name, value) is not None or kind_of_many(name) is not None


def _pair(value: ast.expr, module: Module) -> Iterator[Sink]:
    """``auth=("user", "password")``, also by a name, under which two words can be something else."""
    if isinstance(value, ast.Name):
        reaching = module.resolver.bindings.lookup(value.id, value)
        for one in reaching.bindings if reaching is not None else ():
            if one.kind is Bound.VALUE and isinstance(one.value, ast.Tuple):
                yield from (sink._replace(login={}) for sink in _pair(one.value, module))
    if isinstance(value, ast.Tuple) and len(value.elts) == 2:
        yield Sink("password", Kind.PASSWORD, value.elts[1], {"user": value.elts[0]})


def _entries(display: ast.Dict) -> Iterator[Sink]:
    keys = [key.value if isinstance(key, ast.Constant) else None for key in display.keys]
    wanted = [
        (key, value)
        for key, value in zip(keys, display.values, strict=True)
        if isinstance(key, str) and (_kind(key, value) is not None or kind_of_many(key) is not None)
    ]
    if wanted:
        login = _login((key, value) for key, value in zip(keys, display.values, strict=True) if isinstance(key, str))
        for key, value in wanted:
            yield from _named(key, value, login)
    yield from _short(keys, display)
    yield from _of_user(keys, display)
    yield from _as_pair((key, value) for key, value in zip(keys, display.values, strict=True))


def _short(keys: Sequence[object], display: ast.Dict) -> Iterator[Sink]:
    """The password in a dict that says whose it is: ``{"user": "u", "pass": "p"}``."""
    short = [at for at, key in enumerate(keys) if key in SHORT_KEYS]
    if short:
        login = _login((key, value) for key, value in zip(keys, display.values, strict=True) if isinstance(key, str))
        if not USER_KEYS.isdisjoint(key for key in keys if isinstance(key, str)):
            yield from (Sink("password", Kind.PASSWORD, display.values[at], login) for at in short)


def _of_user(keys: Sequence[object], display: ast.Dict) -> Iterator[Sink]:
    """The key in a dict that says nothing but whose it is: ``{"username": "alice", "key": "..."}``."""
    if len(keys) == 2 and {*keys} == {USER_NAME, "key"}:
        value = display.values[keys.index("key")]
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and _USER_KEY.fullmatch(value.value):
            yield Sink("key of a user", Kind.MACHINE, value, {})


def _as_pair(given: Iterable[tuple[object, ast.expr]]) -> Iterator[Sink]:
    for name, value in described(given):
        yield from _named(str(name.value), value)


def described(given: Iterable[tuple[object, ast.expr]]) -> Iterator[tuple[ast.Constant, ast.expr]]:
    """A name and its value, each given by a name: ``{"name": "DB_PASSWORD", "value": "..."}``."""
    pair = {name: value for name, value in given if name in _NAMING or name == _VALUE}
    value = pair.pop(_VALUE, None)
    if value is not None:
        for name in pair.values():
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name, value


def _compared(compare: ast.Compare, module: Module) -> Iterator[Sink]:
    if len(compare.ops) != 1:
        return
    if isinstance(compare.ops[0], (ast.Eq, ast.NotEq)):
        yield from _either_way(compare.left, compare.comparators[0], module)
    elif isinstance(compare.ops[0], (ast.In, ast.NotIn)) and isinstance(compare.comparators[0], _SEQUENCES):
        name = name_of(compare.left, module)
        kind = kind_of(name) if name else None
        if name and kind is not None:
            yield from (Sink(name, kind, one, {}, compared=True) for one in _elements(compare.comparators[0]))


def _either_way(left: ast.expr, right: ast.expr, module: Module) -> Iterator[Sink]:
    if isinstance(left, ast.Tuple) and isinstance(right, ast.Tuple) and len(left.elts) == len(right.elts):
        for mine, theirs in zip(left.elts, right.elts, strict=True):
            yield from _either_way(mine, theirs, module)
    for one, other in ((left, right), (right, left)):
        name = name_of(one, module)
        kind = (_kind(name, other) if one is left else kind_of(name)) if name else None
        if name and kind is not None:
            yield Sink(name, kind, other, {}, compared=True)


def _cases(match: ast.Match, module: Module) -> Iterator[Sink]:
    """``match password:`` and ``case "...":``, which compares."""
    name = name_of(match.subject, module)
    kind = kind_of(name) if name else None
    if name and kind is not None:
        for case in match.cases:
            alternatives = case.pattern.patterns if isinstance(case.pattern, ast.MatchOr) else [case.pattern]
            for pattern in alternatives:
                if isinstance(pattern, ast.MatchValue):
                    yield Sink(name, kind, pattern.value, {}, compared=True)


def _imported(module: Module) -> Iterator[str]:
    """The packages that a module imports something from."""
    for statement in module.tree.nodes(ast.Import):
        yield from (alias.name.partition(".")[0] for alias in statement.names)
    yield from ((start.module or "").partition(".")[0] for start in module.tree.nodes(ast.ImportFrom))


def _placed(call: ast.Call, module: Module) -> Iterator[Sink]:
    """What a known function takes by its place, or under a name that does not say what it is."""
    names = module.calls.target(call).names.names or _entered(call.func, module)
    signature = next((SIGNATURES[name] for name in names if name in SIGNATURES), ())
    given = {name: module.argument(call, name, place).candidates for place, name in enumerate(signature)}
    login = _login((name, candidate.value) for name, candidates in given.items() for candidate in candidates)
    for parameter, candidates in given.items():
        name = PARAMETERS.get(parameter, parameter)
        kind = kind_of(name)
        if kind is not None:
            yield from (Sink(name, kind, candidate.value, login) for candidate in candidates)


def _entered(callee: ast.expr, module: Module) -> tuple[str, ...]:
    """The name of a known method of what a ``with`` gave a name to, which is what the call there made."""
    if not isinstance(callee, ast.Attribute) or callee.attr not in METHODS:
        return ()
    made = module.maker(callee.value, METHODS[callee.attr], ())
    return () if made is None else (f"{made.name}().{callee.attr}",)


def _called(call: ast.Call, module: Module) -> Iterator[Sink]:
    callee, args = last_name(call.func), call.args
    if callee in _COMPARING and len(args) == 2:
        yield from _either_way(args[0], args[1], module)
    elif callee in LOGIN_CALLS and len(args) == 2:
        yield Sink("password", Kind.PASSWORD, args[1], {"user": args[0]})
    elif callee in PASSWORD_METHODS and len(args) == 1:
        yield Sink("password", Kind.PASSWORD, args[0], {}, compared=callee.startswith("check"))
    elif callee in _NAME_FIRST or callee in _OBJECT_FIRST:
        # The name of an option of a program is followed by other names of it.
        given = [] if callee == "option" and _is_option(args) else _looked_up(call, callee)
        for name, value in given:
            yield from _named(_key(name, module), value)


def _is_option(args: list[ast.expr]) -> bool:
    """Whether the first argument of a call is an option as it is written in a command."""
    name = args[0].value if args and isinstance(args[0], ast.Constant) else None
    return isinstance(name, str) and name.startswith("-")


def _looked_up(call: ast.Call, callee: str) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What a call names, and the value that it gives to it, or takes instead of one."""
    given = call.args[1:] if callee in _OBJECT_FIRST else call.args
    instead = _keyword_of(call, "default") or _keyword_of(call, "fallback")
    # https://docs.python.org/3/library/configparser.html: the section comes first.
    if callee == "set" and len(given) == 3:
        yield given[1], given[2]
    if callee == "get" and len(given) == 2 and instead is not None:
        yield given[1], instead
    if len(given) > 1:
        yield given[0], given[1]
    elif given and instead is not None:
        yield given[0], instead


def _keyword_of(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _defaults(module: Module) -> Iterator[Sink]:
    """The defaults of parameters, fields and options."""
    wanted = {parameter.arg for parameter in module.tree.nodes(ast.arg) if kind_of(parameter.arg) is not None}
    short = {one.arg for one in module.tree.nodes(ast.arg) if one.arg.lower() in SHORT_NAMES}
    fields = [(assign.targets[0], assign.value) for assign in module.tree.nodes(ast.Assign)]
    fields += [(field.target, field.value) for field in module.tree.nodes(ast.AnnAssign) if field.value is not None]
    for target, value in fields:
        if isinstance(value, ast.Call) and isinstance(target, ast.Name) and kind_of(target.id) is not None:
            wanted.add(target.id)
    for call in module.tree.nodes(ast.Call):
        if last_name(call.func) in OPTION_CALLS:
            wanted.update(_options(call))
    signatures = _Signatures(module)
    for default in module.defaults.find(frozenset(wanted | short)) if wanted or short else ():
        if default.value is None or (default.name in short and not isinstance(default.anchor, ast.arg)):
            continue
        kind = _kind(default.name, default.value)
        if kind is not None:
            yield Sink(default.name, kind, default.value, signatures.login(default.anchor))


def _options(call: ast.Call) -> Iterator[str]:
    """The names of credentials that an option goes by, as identifiers."""
    dest = _keyword_of(call, "dest")
    for node in (*call.args, *([dest] if dest is not None else [])):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value.split("/")[0].strip().lstrip("-").replace("-", "_")
            if kind_of(name) is not None:
                yield name


def _login(given: Iterable[tuple[str, ast.expr | None]]) -> dict[str, ast.expr | None]:
    """Of what is given by name, what says who logs in and where."""
    return {name.lower(): value for name, value in given if name.lower() in LOGIN_NAMES}


class _Signatures:
    """The parameters of functions that say who logs in and where, with their defaults."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._known: dict[ast.AST, dict[str, ast.expr | None]] = {}

    def login(self, anchor: ast.AST) -> dict[str, ast.expr | None]:
        """Those of the function that a parameter belongs to; nothing for what is no parameter."""
        arguments = self._module.tree.parent(anchor)
        if not isinstance(anchor, ast.arg) or not isinstance(arguments, ast.arguments):
            return {}
        if arguments not in self._known:
            signature = self._module.resolver.signature(arguments)
            self._known[arguments] = _login((one.node.arg, one.default) for one in signature)
        return self._known[arguments]
