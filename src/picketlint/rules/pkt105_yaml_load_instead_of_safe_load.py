"""`yaml.load` with `SafeLoader` where `safe_load` does the same.

## What it does
Reports `yaml.load` and `yaml.load_all` whose loader is exactly `yaml.SafeLoader`.

A subclass of `SafeLoader` has no function of its own, nor has `CSafeLoader`, which is there for its speed, nor
`BaseLoader`: calls with those are left alone.

## Why is this bad?
It is safe; but every `yaml.load` has to be read to its end, by people and by tools, to know that, and one edit of its
second argument makes it unsafe. The policy asks for `yaml.safe_load`.

## Instead
`yaml.safe_load(file)`, or `yaml.safe_load_all(file)`.

## Documented exception
Say beside the call why the general function is needed and that its loader is fixed.

## References
- [PyYAML documentation](https://pyyaml.org/wiki/PyYAMLDocumentation)
- [CWE-1177: use of prohibited code](https://cwe.mitre.org/data/definitions/1177.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from picketlint.knowledge.sinks import YAML_DROP_INS, YAML_LOADS, YAML_SAFE_LOADER
from picketlint.rule import Call, Confidence, Hit, Module, Rule, Severity, State, bad, good, on_call


class YamlLoadInsteadOfSafeLoad(Rule):
    """`yaml.load(f, Loader=SafeLoader)`."""

    id = "PKT105"
    name = "yaml-load-instead-of-safe-load"
    since = "0.1"
    severity = Severity.LOW
    confidence = Confidence.HIGH
    cwe = 1177
    policy = "Deserializing untrusted data"
    triggers = tuple((module, "SafeLoader") for module in ("yaml", *YAML_DROP_INS))
    examples = (
        bad("import yaml\nyaml.load(f, Loader=yaml.SafeLoader)", at="2:1", confidence=Confidence.HIGH),
        bad("import yaml\nyaml.load(f, yaml.SafeLoader)", why="by position"),
        bad("from yaml import SafeLoader as Safe, load\nload(Loader=Safe, stream=f)", at="2:1"),
        bad("import yaml\nlist(yaml.load_all(f, Loader=yaml.loader.SafeLoader))", at="2:6"),
        bad("import yaml\nLOADER = yaml.SafeLoader\ndef read(f):\n    return yaml.load(f, Loader=LOADER)", at="4:12"),
        bad("def read(f):\n    import yaml\n    return yaml.load(f, Loader=yaml.SafeLoader)", at="3:12"),
        bad('import yaml\ngetattr(yaml, "load")(f, Loader=yaml.SafeLoader)', at="2:1"),
        bad("import yaml\ntry:\n    yaml.load(f, Loader=yaml.SafeLoader)\nexcept yaml.YAMLError:\n    pass", at="3:5"),
        good("import yaml\nyaml.safe_load(f)"),
        good("import yaml\nyaml.load(f, Loader=yaml.CSafeLoader)", why="`safe_load` is slower"),
        good("import yaml\nyaml.load(f, Loader=yaml.BaseLoader)"),
        good("import yaml\nclass Tags(yaml.SafeLoader):\n    pass\nyaml.load(f, Loader=Tags)"),
        good('import yaml\nyaml.load(f, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))'),
        good("import yaml\nyaml.load(f, Loader=yaml.Loader)  # SafeLoader would do", why="PKT104"),
        good("import yaml\ndef read(f, loader=yaml.SafeLoader):\n    return yaml.load(f, loader)"),
        good("from mine import SafeLoader\nimport yaml\nyaml.load(f, Loader=SafeLoader)"),
        good("def read(yaml, f):\n    return yaml.load(f, Loader=yaml.SafeLoader)"),
    )

    @on_call(*YAML_LOADS)
    def load(self, call: Call, module: Module) -> Iterator[Hit]:
        """A loader that is nothing but ``SafeLoader``."""
        loader = module.argument(call.node, "Loader")
        if loader.state is not State.GIVEN or not call.certain:
            return
        if all(module.names(candidate.value).certain in YAML_SAFE_LOADER for candidate in loader.candidates):
            short = "safe_" + call.name.rpartition(".")[2]
            message = f"`{call.name}` with `SafeLoader` is safe, but only its argument says so; call `yaml.{short}`"
            yield self.at(call.node, message, focus=loader.candidates[0].focus)
