"""The credentials in a module: what is bound to the name of one and looks like one, each once, where it is written."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple
from picketlint.credentials.cookies import cookies
from picketlint.credentials.embedded import Embedded, embedded, in_header, in_lines, is_local, is_shown, unquoted
from picketlint.credentials.examples import explains, is_in_document, key_of
from picketlint.credentials.names import Kind, is_working, words
from picketlint.credentials.naming import Sink
from picketlint.credentials.programs import in_command, in_words
from picketlint.credentials.sinks import sinks
from picketlint.credentials.strength import Strength, is_phrase, strength
from picketlint.credentials.tables import Tables
from picketlint.credentials.tokens import provider_of, tokens
from picketlint.knowledge.credentials import (
    HOST_NAMES,
    TEXT_METHODS,
    TEXT_WRAPPERS,
    USER_NAMES,
)
from picketlint.knowledge.defaults import FIELD_CALLS
from picketlint.knowledge.logins import SHORTEST_TOKENS, TOKEN_OWNERS
from picketlint.model import Confidence, Severity, Span
from picketlint.semantics.options import fallback_of
from picketlint.semantics.tree import first_term, last_name
from picketlint.source import Source, UnreadableSourceError, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.model import Step
    from picketlint.semantics.bindings import Binding
    from picketlint.semantics.module import Module
    from picketlint.semantics.options import Option

_STRENGTHS = tuple(Strength)
_STATEMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.Compare)
# Of the names and texts that ``names`` and ``embedded`` know, enough to spare most comments the parser.
_COMMENTED = regex(r"pass|pwd|pw\b|secret|key|token|bearer|basic|authorization|cookie|://", re.IGNORECASE)
_OWNED = regex(rf"(?<![\w\x80-\U0010ffff])(?:{'|'.join(TOKEN_OWNERS)})(?![\w\x80-\U0010ffff])")
_OPEN = "\0"
_MAX_WRAPPERS = 4
_MOST_SHOWN = 4


class Credential(NamedTuple):
    """A credential in the code.

    ``name`` is what it is bound to, or what it stands in; ``literal`` where it is written, ``anchor`` what binds it;
    ``login``: it stands beside who logs in with it; ``compared``: something is compared with it.
    """

    name: str
    secret: str
    strength: Strength
    literal: ast.AST | Span
    anchor: ast.AST | Span
    login: bool = False
    compared: bool = False
    trace: tuple[Step, ...] = ()

    @property
    def glimpse(self) -> str:
        """What may be shown of the secret: its length, and its first characters, at most four and a third of it."""
        return glimpse_of(self.secret)

    @property
    def levels(self) -> tuple[Severity, Confidence]:
        """How bad it is, and how sure that it is a credential."""
        return levels_of(self.strength, login=self.login)


def glimpse_of(secret: str) -> str:
    """What may be shown of a secret."""
    shown = secret[: min(_MOST_SHOWN, len(secret) // 3)]
    return f"`{shown}...`, {len(secret)} characters"


def levels_of(grade: Strength, *, login: bool) -> tuple[Severity, Confidence]:
    """How bad what looks so is in the code, and how sure that it is a credential."""
    if grade is Strength.RANDOM:
        return Severity.HIGH, Confidence.HIGH
    if grade is Strength.CHOSEN:
        return Severity.HIGH, Confidence.HIGH if login else Confidence.MEDIUM
    return Severity.MEDIUM, Confidence.MEDIUM


def credentials(module: Module) -> Iterator[Credential]:
    """Every credential in a module but those that are known by their shape: see ``tokens``."""
    best: dict[ast.AST | Span, Credential] = {}
    for found in (*_bound(module), *_inside(module), *_cookies(module)):
        known = best.get(found.literal)
        best[found.literal] = found if known is None else _preferred(known, found)
    for found in commented(module):
        best[found.literal] = found
    if best:
        provided = _provided(module)
        yield from (found for found in best.values() if not provided(found))


def _provided(module: Module) -> Callable[[Credential], bool]:
    """Tells whether a credential is reported as that of a provider."""
    text = module.source.text
    written = [text[token.start : token.end] for token in tokens(text)]
    # Of a URL the parts are known without their percent-encoding.
    seen = {*written, *map(unquoted, written)}

    def provided(found: Credential) -> bool:
        secret = found.secret
        if any(secret in token or token in secret for token in seen):
            return True
        if secret in text or not isinstance(found.literal, ast.AST):
            return False
        return any(provider_of(value, found.name) is not None for value in module.value(found.literal).texts)

    return provided


def commented(module: Module) -> Iterator[Credential]:
    """The credentials in comments: in code that was commented out, and in settings."""
    for number, comment in module.comments.items():
        if not _COMMENTED.search(comment.text):
            continue
        span = Span(number, comment.column, number, comment.column + len(comment.text))
        for found in _in_comment(comment.text.lstrip("#!: ").rstrip(), module):
            if found.strength in (Strength.CHOSEN, Strength.RANDOM) and not is_in_document(comment, module):
                yield found._replace(literal=span, anchor=span, trace=())


def _in_comment(text: str, module: Module) -> Iterator[Credential]:
    """What a comment would bind if it were code: a statement, an argument, an entry."""
    # Without a quote there is no text that could be bound.
    quoted = "'" in text or '"' in text
    for code in (text, f"f({text.rstrip(',')})", f"{{{text.rstrip(',')}}}") if quoted else ():
        try:
            inner = type(module)(parse(code), Source(code))
        except UnreadableSourceError:
            continue
        found = [*_bound(inner), *_inside(inner), *_cookies(inner)]
        if found:
            yield found[0]
            return
    yield from (_of_embedded(one, module.root, module.root) for one in embedded(text))


def _rank(found: Credential) -> tuple[int, bool]:
    return _STRENGTHS.index(found.strength), found.login


def _preferred(one: Credential, other: Credential) -> Credential:
    """What says more of the same literal, under the name that it has where it is written, if that is one of both."""
    worse, better = (one, other) if _rank(other) > _rank(one) else (other, one)
    if better.trace and not worse.trace and better.secret == worse.secret:
        return better._replace(name=worse.name)
    return better


# -- bound to a name ---------------------------------------------------------------------------------------------------


def _bound(module: Module) -> Iterator[Credential]:
    tables = Tables(module)
    for sink in sinks(module):
        if sink.name.lower() in SHORTEST_TOKENS and not _OWNED.search(module.source.text):
            continue
        for option in module.value(_unwrapped(sink.value)).options:
            text = _text(option.value)
            literal = _literal(option.node, module) if text else None
            if text is None or literal is None:
                continue
            if explains(literal, module) or not all(is_working(_name_of(binding)) for binding in option.via):
                continue
            for name, secret, grade in _secrets_in(sink, text, literal, module):
                if grade is not Strength.RANDOM and tables.says(literal, text):
                    continue
                anchor = home(literal, module)
                trace = module.steps(option.via) if option.via else ()
                yield Credential(name, secret, grade, literal, anchor, bool(sink.login), sink.compared, trace)


def _name_of(binding: Binding) -> str:
    """The variable that a value went through; empty for anything else."""
    return binding.node.id if isinstance(binding.node, ast.Name) else ""


def _unwrapped(value: ast.expr) -> ast.expr:
    """``SecretStr("x")``, ``"x".encode()`` and the like stand for the text."""
    for _ in range(_MAX_WRAPPERS):
        if not isinstance(value, ast.Call):
            break
        if last_name(value.func) in TEXT_WRAPPERS and len(value.args) == 1:
            value = value.args[0]
        elif isinstance(value.func, ast.Attribute) and value.func.attr in TEXT_METHODS:
            value = value.func.value
        else:
            break
    return value


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else None


def _secrets_in(sink: Sink, text: str, literal: ast.AST, module: Module) -> Iterator[tuple[str, str, Strength]]:
    """What a text is that has the name of a credential: its name, the secret in it, and what that looks like."""
    if sink.kind is Kind.HEADER:
        found = list(in_header(text))
        yield from ((sink.name, one.secret, one.strength) for one in found)
        if not found and strength(text, Kind.MACHINE) is Strength.RANDOM:
            yield sink.name, text, Strength.RANDOM
        return
    grade = Strength.CHOSEN if is_phrase(text, sink.kind) else strength(text, sink.kind)
    if grade is Strength.NONE or (grade is not Strength.RANDOM and _names_itself(sink, text, literal, module)):
        return
    if grade is Strength.WORD and (not sink.login or sink.compared or is_shown(text)):
        return
    if grade in (Strength.WORD, Strength.KNOWN) and is_local(
        _login_text(sink, USER_NAMES), text, _login_text(sink, HOST_NAMES)
    ):
        return
    yield sink.name, text, grade


def _login_text(sink: Sink, names: frozenset[str]) -> str:
    """The literal that is given beside a credential under one of these names."""
    for name, value in sink.login.items():
        if name in names and isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    return ""


def _names_itself(sink: Sink, text: str, literal: ast.AST, module: Module) -> bool:
    """``PASSWORD1 = "password1"``: a text that repeats the name is one, and so are the members of an enumeration."""
    name, said = "".join(words(sink.name)), "".join(words(text))
    if said == name or (name.endswith(said) and strength(text, Kind.PASSWORD) is Strength.WORD):
        return True
    owner = module.tree.scope(literal)
    return isinstance(owner, ast.ClassDef) and any("Enum" in last_name(base) for base in owner.bases)


def _literal(node: ast.AST, module: Module) -> ast.AST | None:
    """Where a value is written: of a parameter its default, of a look-up its fallback."""
    if isinstance(node, ast.arg):
        return _written_in(module.resolver.default_of(node), module)
    if isinstance(node, ast.Call):
        return _written_in(fallback_of(node, module.names(node.func).certain), module)
    return node


def _written_in(node: ast.expr | None, module: Module) -> ast.AST | None:
    """The expression in which a text is written that a parameter or a look-up takes from another one."""
    if node is None or isinstance(node, ast.Constant):
        return node
    texts: list[Option] = [option for option in module.value(node).options if _text(option.value)]
    return texts[0].node if len(texts) == 1 and isinstance(texts[0].node, ast.expr) else node


def home(literal: ast.AST, module: Module) -> ast.AST:
    """What binds a literal: the statement, keyword, entry, parameter or call to report it at."""
    child, parent = literal, module.tree.parent(literal)
    while parent is not None:
        if isinstance(parent, _STATEMENTS):
            return parent
        if isinstance(parent, ast.arguments):
            return module.resolver.owner_of(parent, child) or literal
        if isinstance(parent, ast.Dict):
            return key_of(child, parent) or literal
        if isinstance(parent, ast.keyword) and parent.arg not in ("default", "default_factory", "factory"):
            return parent
        if isinstance(parent, ast.Call) and child is not parent.func and not _is_passed_on(parent, module):
            return parent
        if isinstance(parent, (ast.List, ast.Set, ast.stmt)):
            return literal
        child, parent = parent, module.tree.parent(parent)
    return literal


def _is_passed_on(call: ast.Call, module: Module) -> bool:
    """Whether a call stands for its argument: ``Field("x")``, ``os.getenv("X", "x")``, ``SecretStr("x")``."""
    callee = last_name(call.func)
    if callee in TEXT_WRAPPERS:
        return True
    if callee not in FIELD_CALLS and fallback_of(call, module.names(call.func).certain) is None:
        return False
    parent = module.tree.parent(call)
    return not isinstance(parent, (ast.Expr, ast.Call))


# -- inside of longer texts --------------------------------------------------------------------------------------------


def _inside(module: Module) -> Iterator[Credential]:
    for node, text in _texts(module):
        given = (*embedded(text), *in_command(text))
        if "\n" in text:
            # A text of several lines is prose more often than not.
            given = (*(found for found in given if found.strength is Strength.RANDOM), *in_lines(text))
        for found in given:
            if not explains(node, module):
                yield _of_embedded(found, node, home(node, module))
    yield from _in_commands(module)


def _cookies(module: Module) -> Iterator[Credential]:
    """What opens a session to whoever sends it."""
    for name, secret, literal in cookies(module):
        if not explains(literal, module):
            yield Credential(f"cookie {name}", secret, Strength.RANDOM, literal, home(literal, module))


def _in_commands(module: Module) -> Iterator[Credential]:
    """What commands hand to programs that are given word by word."""
    displays: list[ast.List | ast.Tuple] = [*module.tree.nodes(ast.List), *module.tree.nodes(ast.Tuple)]
    for display in displays:
        words = [one.value if isinstance(one, ast.Constant) else None for one in display.elts]
        for place, found in in_words([word if isinstance(word, str) else "" for word in words]):
            literal = display.elts[place]
            if not explains(literal, module):
                yield _of_embedded(found, literal, home(literal, module))


def _of_embedded(found: Embedded, literal: ast.AST, anchor: ast.AST) -> Credential:
    return Credential(found.what, found.secret, found.strength, literal, anchor, login=True)


def _texts(module: Module) -> Iterator[tuple[ast.expr, str]]:
    """The texts of a module, with a character that is in no credential for what they leave open."""
    tree = module.tree
    for node in tree.texts:
        text = _text(node.value)
        if text is not None:
            yield node, text
    for joined in tree.nodes(ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else _OPEN for part in joined.values)
        yield joined, "".join(map(str, parts))
    for term in tree.nodes(ast.BinOp):
        if isinstance(tree.parent(term), ast.BinOp) or not _is_telling(term):
            continue
        for text in module.value(term).texts:
            yield term, text


def _is_telling(sum_: ast.BinOp) -> bool:
    """Whether the first text of a sum can be the beginning of one that holds a credential."""
    first = first_term(sum_)
    text = _text(first.value) if isinstance(first, ast.Constant) else None
    return text is not None and ("://" in text or "=" in text or " " in text)
