"""YAML loaded with a loader that builds Python objects.

## What it does
Reports `yaml.load` and `yaml.load_all` without a `Loader`, or with one other than `SafeLoader`, `CSafeLoader`,
`BaseLoader`, `CBaseLoader` and classes derived from them; `unsafe_load` and `full_load`; loaders that are unsafe when
they are instantiated; `ruamel.yaml.load` and `YAML(typ="unsafe")` of ruamel.yaml.

`FullLoader` is of medium severity: it is meant to be safe and twice was not. A loader that cannot be told, because a
caller supplies it, is reported with medium severity and confidence; a parameter whose default is safe is not reported,
and neither is what calls itself a safe loader. A class that is derived from an unsafe loader is reported where it is
used, or where it is defined if only other files use it; so what is imported under a name of its own is not.

What a comparison of digests (`sha256(data).hexdigest() != expected`, `hmac.compare_digest`) has let pass before it is
loaded is reported with medium severity: it is what its author made it, but nobody has changed it since.

## Why is this bad?
A tag such as `!!python/object/apply:os.system` in the file calls that function.

## Instead
`yaml.safe_load(file)`. For speed, `yaml.load(file, Loader=yaml.CSafeLoader)`; for tags of your own, a subclass of
`SafeLoader` with constructors for them; with ruamel.yaml, `YAML(typ="safe")` or the default.

## Documented exception
Say beside the call why Python tags are needed and who writes the file.

## References
- [PyYAML: input(load) deprecation](https://github.com/yaml/pyyaml/wiki/PyYAML-yaml.load(input)-Deprecation)
- [CVE-2020-14343](https://nvd.nist.gov/vuln/detail/CVE-2020-14343), on `FullLoader`
- [CWE-502](https://cwe.mitre.org/data/definitions/502.html)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.knowledge.sinks import (
    RUAMEL_CLASSES,
    RUAMEL_LOADS,
    YAML_DROP_INS,
    YAML_FULL_FUNCTIONS,
    YAML_FULL_LOADERS,
    YAML_LOADS,
    YAML_SAFE_LOADERS,
    YAML_UNSAFE_FUNCTIONS,
    YAML_UNSAFE_LOADERS,
)
from picketlint.rule import (
    Argument,
    Call,
    Confidence,
    Hit,
    Module,
    Names,
    Rule,
    Severity,
    State,
    bad,
    good,
    imported,
    last_name,
    on,
    on_call,
    qualified,
)

INSTEAD = "call `yaml.safe_load`"
_LOADS = YAML_LOADS | RUAMEL_LOADS
_NAMED = YAML_UNSAFE_FUNCTIONS | YAML_FULL_FUNCTIONS | YAML_UNSAFE_LOADERS | YAML_FULL_LOADERS
_UNSAFE_LOADERS = YAML_UNSAFE_LOADERS | YAML_FULL_LOADERS
# What other files call theirs who only hand on the library's.
_LIBRARY_NAMES = frozenset(name.rpartition(".")[2] for name in _UNSAFE_LOADERS)
_CASTS = frozenset({"typing.cast", "typing_extensions.cast"})
_UNSAFE = ("unsafe", "not", "non", "insecure")
_MAX_CLASSES = 24
_MAX_NODES = 500
_TOO_MANY = f"what a loader is derived from is looked for in {_MAX_CLASSES} places"
_TOO_LARGE = f"a function that chooses a loader is read up to {_MAX_NODES} nodes"


class UnsafeYamlLoad(Rule):
    """`yaml.load` without a safe loader."""

    id = "PKT104"
    name = "unsafe-yaml-load"
    since = "0.1"
    severity = Severity.HIGH
    confidence = Confidence.HIGH
    cwe = 502
    policy = "Deserializing untrusted data"
    triggers = (
        *imported("yaml", "load", "load_all"),
        *qualified(*RUAMEL_LOADS, *_NAMED, *RUAMEL_CLASSES),
        *qualified(*(f"{module}.{name}" for module in YAML_DROP_INS for name in ("load", "load_all"))),
    )
    supersedes = ("B506", "S506")
    examples = (
        bad("import yaml\nyaml.load(f)", at="2:1", confidence=Confidence.HIGH, why="no loader"),
        bad("import yaml\nyaml.load(f, Loader=yaml.Loader)", confidence=Confidence.HIGH),
        bad("import yaml\nyaml.load(f, yaml.UnsafeLoader)", why="by position"),
        bad("import yaml\nyaml.load(Loader=yaml.FullLoader, stream=f)"),
        bad("from yaml import load_all, Loader\nlist(load_all(f, Loader=Loader))", at="2:6"),
        bad("import yaml as y\ny.unsafe_load(f)", at="2:1"),
        bad("import yaml\nyaml.full_load(f)", why="of medium severity"),
        bad("import oyaml as yaml\nyaml.load(f, Loader=yaml.FullLoader)", at="2:1"),
        good("import oyaml as yaml\nyaml.load(f, Loader=yaml.SafeLoader)\nyaml.safe_load(f)"),
        bad("import json, yaml\nLOADS = {'json': json.load, 'yaml': yaml.load}\nLOADS[kind](f)", at="3:1"),
        bad(
            "import yaml\ntry:\n    from yaml import CLoader as Loader\nexcept ImportError:\n"
            "    from yaml import Loader\nyaml.load(f, Loader=Loader)",
            confidence=Confidence.HIGH,
        ),
        bad(
            "import yaml\nloader = yaml.SafeLoader if safe else yaml.Loader\nyaml.load(f, loader)",
            confidence=Confidence.MEDIUM,
        ),
        bad("import yaml\nclass Tags(yaml.Loader):\n    pass\nyaml.load(f, Loader=Tags)", at="4:1"),
        bad("import yaml\nfrom mine import Loader\nyaml.load(f, Loader=Loader)", confidence=Confidence.MEDIUM),
        bad("import yaml\nfrom mine import NotSafeLoader as Loader\nyaml.load(f, Loader=other.UnsafeOne)", at="3:1"),
        bad("import yaml\nclass Tags(Base, yaml.Loader):\n    pass\nTags.add_constructor(tag, make)", at="2:18"),
        bad("from yaml import FullLoader\nclass Tags(FullLoader): ...", at="2:12", why="of medium severity"),
        bad("import yaml\ndef read(f, loader=yaml.Loader):\n    return yaml.load(f, loader)", at="3:12"),
        bad("import yaml\ndef read(f, **options):\n    return yaml.load(f, **options)", confidence=Confidence.MEDIUM),
        bad("import functools, yaml\nread = functools.partial(yaml.load, Loader=yaml.Loader)", at="2:8"),
        bad(
            "import functools, yaml\nread = functools.partial(yaml.load)\nread(f)", at="3:1", why="no loader in the end"
        ),
        bad("import functools, yaml\nread = functools.partial(yaml.load)\nread(f, Loader=yaml.Loader)", at="3:1"),
        bad(
            "import functools, yaml\nread = functools.partial(yaml.load, Loader=yaml.Loader)\nread(f)",
            at="2:8",
            why="reported once, where the function is made",
        ),
        bad("import yaml\nyaml.Loader(f).get_data()", at="2:1"),
        bad('from ruamel.yaml import YAML\nyaml = YAML(typ="unsafe")\nyaml.load(f)', at="2:8"),
        bad("import ruamel.yaml\nruamel.yaml.load(f)", at="2:1"),
        good("import yaml\nyaml.safe_load(f)"),
        good("import yaml\nyaml.load(f, Loader=yaml.SafeLoader)", why="PKT105 asks for `safe_load`"),
        good("import yaml\nyaml.load(f, yaml.CSafeLoader)"),
        good("import functools, yaml\nread = functools.partial(yaml.load, Loader=yaml.SafeLoader)\nread(f)"),
        good("import yaml\nyaml.load(f, Loader=yaml.BaseLoader)", why="nothing but texts"),
        good('import yaml\nLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)\nyaml.load(f, Loader=Loader)'),
        good(
            "import yaml\ntry:\n    from yaml import CSafeLoader as Loader\nexcept ImportError:\n"
            "    from yaml import SafeLoader as Loader\nyaml.load(f, Loader=Loader)",
        ),
        good("import yaml\nclass Tags(yaml.SafeLoader):\n    pass\nyaml.load(f, Loader=Tags)"),
        good(
            "import yaml\ndef loader():\n    kind = yaml.SafeLoader\n    kind.add_constructor('!env', env)\n"
            "    return kind\nyaml.load(f, Loader=loader())",
            why="what the function returns is known",
        ),
        good("import yaml\nfrom .tags import TagLoader\nyaml.load(f, Loader=TagLoader)", why="reported there, or safe"),
        good("import typing, yaml\nfrom .x import Tags\nyaml.load(f, typing.cast('type[yaml.SafeLoader]', Tags))"),
        good("import yaml\nyaml.load(f, Loader=safe_loader_of(f))", why="says so"),
        good("import yaml\nlate = Lazy('yaml')\nyaml.load(f, Loader=late.SafeLoader)"),
        good("from importlib.abc import Loader\nclass Alias(Loader): ..."),
        good("import yaml\ndef read(f, loader=yaml.SafeLoader):\n    return yaml.load(f, loader)"),
        good(
            'import yaml\ndef read(f, **options):\n    options.setdefault("Loader", yaml.SafeLoader)\n'
            "    return yaml.load(f, **options)",
            why="safe unless the caller says otherwise",
        ),
        good('from ruamel.yaml import YAML\nyaml = YAML(typ="safe")\nyaml.load(f)'),
        good("from ruamel.yaml import YAML\nYAML().load(f)"),
        good("from omegaconf import OmegaConf\nOmegaConf.load(f)"),
        good("def read(yaml, f):\n    return yaml.load(f)", why="a parameter"),
    )

    @on_call(*_LOADS)
    def load(self, call: Call, module: Module) -> Iterator[Hit]:
        """The general function: its loader decides."""
        target = module.calls.target(call.node)
        loader = module.argument(call.node, "Loader")
        if loader.candidates and not module.own_argument(call.node, "Loader").candidates:
            return
        if loader.state is State.ABSENT:
            message = f"`{call.name}` without a `Loader` builds any Python object; {INSTEAD}"
            names = target.names
            sure = names.complete and all(name in _LOADS for name in names.names)
            confidence = None if sure else Confidence.MEDIUM
            yield self.at(call.node, message, severity=_severity(call, False, module), confidence=confidence)
            return
        if target.unfinished and not loader.candidates:
            return
        yield from self._by_loader(call, loader, module)

    def _by_loader(self, call: Call, loader: Argument, module: Module) -> Iterator[Hit]:
        found = [(candidate, loader_names(candidate.value, module)) for candidate in loader.candidates]
        names = [name for _, found_names in found for name in found_names.names]
        unsafe = [name for name in names if name in YAML_UNSAFE_LOADERS or name in YAML_FULL_LOADERS]
        complete = loader.state is State.GIVEN and all(found_names.complete for _, found_names in found)
        focus = found[0][0].focus if found else call.node
        if unsafe:
            full = all(name in YAML_FULL_LOADERS for name in unsafe)
            sure = len(unsafe) == len(names) and (complete or _defaulted(loader, module))
            yield self.at(
                call.node,
                f"`{call.name}` with `{unsafe[0]}` {_harm(full)}; {INSTEAD}",
                focus=focus,
                severity=_severity(call, full, module),
                confidence=None if sure else Confidence.MEDIUM,
            )
        elif not found or not all(_is_fine(candidate.value, loaders, module) for candidate, loaders in found):
            message = f"`{call.name}` takes a loader that is not known to be safe, and an unsafe one builds any Python "
            message += "object; "
            yield self.at(
                call.node, message + INSTEAD, focus=focus, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM
            )

    @on_call(*_NAMED)
    def named(self, call: Call, module: Module) -> Iterator[Hit]:
        """Functions that have their loader in the name, and loaders instantiated by hand."""
        if module.calls.target(call.node).partials and not module.calls.target(call.node).unfinished:
            return
        full = call.name in YAML_FULL_FUNCTIONS or call.name in YAML_FULL_LOADERS
        yield self.at(
            call.node,
            f"`{call.name}` {_harm(full)}; {INSTEAD}",
            severity=_severity(call, full, module),
            confidence=None if call.certain else Confidence.MEDIUM,
        )

    @on_call(*RUAMEL_CLASSES)
    def ruamel(self, call: Call, module: Module) -> Iterator[Hit]:
        """``YAML(typ="unsafe")``."""
        for candidate in module.argument(call.node, "typ", 0).candidates:
            parts = candidate.value.elts if isinstance(candidate.value, (ast.List, ast.Tuple)) else [candidate.value]
            if any("unsafe" in module.value(part).texts for part in parts):
                message = '`YAML(typ="unsafe")` builds any Python object; use `YAML(typ="safe")`'
                sure = all(module.value(part).constant for part in parts)
                confidence = None if sure else Confidence.MEDIUM
                yield self.at(call.node, message, focus=candidate.focus, confidence=confidence)
                return

    @on(ast.Module)
    def derived(self, _: ast.Module, module: Module) -> Iterator[Hit]:
        """Loaders for other files; what this one loads with them is reported there."""
        derived = {
            node: base for node in module.tree.nodes(ast.ClassDef) for base in node.bases if _is_unsafe(base, module)
        }
        used = set(_handed_on(module)) if derived else set()
        for node, base in derived.items():
            name = next(name for name in module.names(base).names if name in _UNSAFE_LOADERS)
            if node.name not in used:
                full = name in YAML_FULL_LOADERS
                message = f"`{node.name}` is a `{name.rpartition('.')[2]}`, which {_harm(full)}; derive it from "
                yield self.at(base, message + "`yaml.SafeLoader`", severity=Severity.MEDIUM if full else None)


def _is_unsafe(base: ast.expr, module: Module) -> bool:
    return not _UNSAFE_LOADERS.isdisjoint(module.names(base).names)


def _handed_on(module: Module) -> Iterator[str]:
    """The names of what is called in a file, or given to what is called."""
    for call in module.tree.nodes(ast.Call):
        for node in (call.func, *call.args, *(keyword.value for keyword in call.keywords)):
            if isinstance(node, ast.Name):
                yield node.id


def _is_fine(node: ast.expr, loaders: Names, module: Module) -> bool:
    """Whether a loader is safe, or one that another file defines: there it is reported unless it is safe."""
    others = [name for name in loaders.names if name not in YAML_SAFE_LOADERS]
    if loaders.names and not others:
        return True
    known = loaders.complete and not any("<" in name or "(" in name for name in others)
    if known and not any(name.rpartition(".")[2] in _LIBRARY_NAMES for name in others):
        return True
    values = [node]
    if isinstance(node, ast.Name):
        reaching = module.resolver.bindings.lookup(node.id, node)
        values += [binding.value for binding in (reaching.bindings if reaching is not None else ()) if binding.value]
    told = [last_name(value.func if isinstance(value, ast.Call) else value).lower() for value in values]
    return any("safe" in name and not any(word in name for word in _UNSAFE) for name in told)


def _severity(call: Call, full: bool, module: Module) -> Severity | None:
    return Severity.MEDIUM if full or module.verified(call.node) else None


def _harm(full: bool) -> str:
    if full:
        return "is meant to be safe but twice let a file run code (CVE-2020-1747, CVE-2020-14343)"
    return "builds any Python object, so the file can run code"


def _defaulted(loader: Argument, module: Module) -> bool:
    """Whether the loader is a parameter with a default: unsafe unless the caller says otherwise."""
    values = [module.value(candidate.value) for candidate in loader.candidates]
    return bool(values) and all(option.chosen for value in values for option in value.options)


def loader_names(node: ast.expr, module: Module) -> Names:
    """The library's names for a loader, through classes of this file derived from it and functions that return it."""
    pending, seen = [node], {node}
    names: dict[str, None] = {}
    complete = True
    while pending and len(seen) <= _MAX_CLASSES:
        current = pending.pop()
        if isinstance(current, ast.Call) and len(current.args) == 2 and module.names(current.func).certain in _CASTS:
            current = current.args[1]
        found = module.names(current)
        complete = complete and found.complete
        for name in found.names:
            inner = _inside(current, name, module) if name.startswith("<here>.") or name == "builtins.type()" else []
            names.update({} if inner else {name: None})
            pending += [part for part in inner if part not in seen]
            seen.update(inner)
        if not found.names and not found.complete:
            complete = False
    if pending:
        module.tree.limits.reached(_TOO_MANY, node)
    return Names(tuple(names), complete and not pending)


def _inside(node: ast.expr, name: str, module: Module) -> list[ast.expr]:
    """The bases of a class of this file, or what a function of this file returns."""
    if isinstance(node, ast.Call) and name == "builtins.type()" and len(node.args) == 3:
        return list(node.args[1].elts) if isinstance(node.args[1], ast.Tuple) else []
    reference = node.func if isinstance(node, ast.Call) and name.endswith("()") else node
    if isinstance(reference, ast.Name):
        reaching = module.resolver.bindings.lookup(reference.id, reference)
        bound = list(reaching.bindings) if reaching is not None else []
        for binding in bound:
            if isinstance(binding.node, ast.ClassDef) and not name.endswith("()"):
                return [*binding.node.bases]
            if isinstance(binding.node, ast.FunctionDef) and name.endswith("()"):
                return _returned(binding.node, module)
            if binding.value is not None and len(bound) == 1:
                return [binding.value]
    return []


def _returned(function: ast.FunctionDef, module: Module) -> list[ast.expr]:
    """What a function returns; nothing for one too long to be a choice between loaders."""
    nodes = module.walk(function, _MAX_NODES, _TOO_LARGE) or []
    own = [node for node in nodes if isinstance(node, ast.Return) and module.tree.function(node) is function]
    return [node.value for node in own if node.value is not None]
