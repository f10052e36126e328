"""`weights_only` switched off for the whole process by an environment variable.

## What it does
Reports code that sets `TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD` to `1`, `y`, `yes` or `true`, the values torch acts upon: in
`os.environ`, with `putenv` or `setdefault`, as an entry of a dict or a keyword that becomes an environment. The same in
commands that the code runs: `NAME=1 python`, `export NAME=1` or `docker run -e NAME=1` where a shell reads it, a line
`!NAME=1 python` of a notebook, a list such as `["env", "NAME=1", "python"]`.

Reading, deleting or setting it to `0` is fine, and so are handing on a value that came from elsewhere and a command
that only prints or writes such a text.

## Why is this bad?
It turns every `torch.load` that does not pass `weights_only` back into unpickling, in all libraries of the process and
in the processes it starts. No call shows it.

## Instead
Leave the variable alone. Load the one checkpoint that needs it with `torch.serialization.safe_globals`, which admits
its classes one by one.

## Documented exception
Say beside it which files are loaded while it is set and who wrote them.

## References
- [torch.load](https://docs.pytorch.org/docs/stable/generated/torch.load.html)
- [torch environment variables](https://docs.pytorch.org/docs/stable/miscellaneous_environment_variables.html)
- [CWE-502](https://cwe.mitre.org/data/definitions/502.html)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.rule import (
    Confidence,
    Exported,
    Hit,
    Module,
    Rule,
    Severity,
    Verdict,
    bad,
    good,
    last_name,
    on,
    on_callee,
    on_exported,
    on_keyword,
)

VARIABLE = "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"
# torch/serialization.py compares with exactly these.
TRUE_VALUES = frozenset({"1", "y", "yes", "true"})
SETTERS = frozenset({"__setitem__", "putenv", "set_env", "set_key", "setdefault", "setenv"})


class ForcedUnsafeTorchLoad(Rule):
    """`os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"`."""

    id = "PKT107"
    name = "forced-unsafe-torch-load"
    since = "0.1"
    severity = Severity.HIGH
    confidence = Confidence.HIGH
    cwe = 502
    policy = "Deserializing untrusted data"
    triggers = (b"WEIGHTS_ONLY_LOAD",)
    examples = (
        bad('import os\nos.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"', at="2:1", confidence=Confidence.HIGH),
        bad('import os\nKEY = "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"\nos.environ[KEY] = "true"', at="3:1"),
        bad('from os import environ as env\nenv.setdefault("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "yes")', at="2:1"),
        bad('import os\nos.environ.update({"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"})', at="2:20"),
        bad('import os\nos.environ.update(TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD="1")', at="2:1"),
        bad('import os\nos.environ |= {"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "y"}', at="2:16"),
        bad('import os\nos.putenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")', at="2:1"),
        bad('run(cmd, env={**os.environ, "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"})', at="1:29"),
        bad('import os\nenv = dict(os.environ, TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD="1")', at="2:7"),
        bad('env = load_env()\nenv["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"', at="2:1"),
        bad(
            'import os\nos.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "0" if safe else "1"',
            confidence=Confidence.MEDIUM,
        ),
        bad('import os\nos.system("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1 python train.py")', at="2:1"),
        bad('import os\nos.system(f"cd {root} && TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1 python {script}")', at="2:1"),
        bad(
            'import subprocess\nsubprocess.run("export TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=yes; make", shell=True)',
            at="2:1",
        ),
        bad('run(["bash", "-c", "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1 python train.py"])', confidence=Confidence.MEDIUM),
        bad('run(["env", "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1", "python", "train.py"])', at="1:5"),
        bad('run(["docker", "run", "-e", "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1", image])', at="1:5"),
        good('import os\nos.system("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=0 python train.py")'),
        good('import os\nos.system("unset TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD; python train.py")'),
        good('import os\nos.system("echo TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1 is gone")', why="a text that is printed"),
        good('import os\nos.system(f"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD={value} python train.py")', why="as asked"),
        good('import subprocess\nsubprocess.run(["grep", "-e", "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1", path])'),
        good('print("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1 python train.py")'),
        good('import os\nif os.environ.get("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD") == "1":\n    warn()', why="reading"),
        good('import os\nos.getenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")'),
        good('import os\nos.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "0"'),
        good('import os\nos.environ.pop("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", None)'),
        good('import os\ndel os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"]'),
        good('import os\nos.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = before', why="a value restored"),
        good('import os\nos.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = "1"', why="the opposite"),
        good('"""Set TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1 if the checkpoint is yours."""'),
    )

    @on(ast.Assign)
    def assigned(self, statement: ast.Assign, module: Module) -> Iterator[Hit]:
        """``environment[variable] = "1"``."""
        for target in statement.targets:
            if isinstance(target, ast.Subscript) and self._is_variable(target.slice, module):
                yield from self._setting(statement, target, statement.value, module)

    @on_callee(*SETTERS)
    def set(self, call: ast.Call, module: Module) -> Iterator[Hit]:
        """``setdefault``, ``putenv`` and the like, with the variable and its value side by side."""
        if last_name(call.func) in SETTERS:
            for variable, value in zip(call.args, call.args[1:]):  # noqa: B905
                if self._is_variable(variable, module):
                    yield from self._setting(call, variable, value, module)

    @on(ast.Dict)
    def entry(self, mapping: ast.Dict, module: Module) -> Iterator[Hit]:
        """An entry of a dict, which can be nothing but an environment with this key."""
        for key, value in zip(mapping.keys, mapping.values, strict=True):
            if key is not None and self._is_variable(key, module):
                yield from self._setting(key, key, value, module)

    @on_keyword(VARIABLE)
    def keyword(self, keyword: ast.keyword, module: Module) -> Iterator[Hit]:
        """``dict(os.environ, VARIABLE="1")``, ``os.environ.update(VARIABLE="1")``."""
        call = module.tree.parent(keyword)
        if isinstance(call, ast.Call):
            yield from self._setting(call, keyword, keyword.value, module)

    @on_exported(VARIABLE)
    def exported(self, exported: Exported, module: Module) -> Iterator[Hit]:
        """The environment that a command gives the programs it runs."""
        if _forces(exported.value):
            yield self.at(exported.anchor, _MESSAGE, focus=exported.focus, confidence=exported.confidence)

    @staticmethod
    def _is_variable(node: ast.expr, module: Module) -> bool:
        if isinstance(node, ast.Constant):
            return node.value == VARIABLE
        return not isinstance(node, ast.Slice) and VARIABLE in module.value(node).texts

    def _setting(self, anchor: ast.AST, focus: ast.AST, value: ast.expr, module: Module) -> Iterator[Hit]:
        verdict, option = module.value(value).judge(_forces)
        if option is None:
            return
        yield self.at(
            anchor,
            _MESSAGE,
            focus=focus,
            confidence=None if verdict is Verdict.MUST else Confidence.MEDIUM,
            trace=module.steps(option.via),
        )


_MESSAGE = (
    f"`{VARIABLE}` makes every `torch.load` without `weights_only` run a checkpoint's pickled code; leave it "
    f"unset and allow classes with `torch.serialization.safe_globals`"
)


def _forces(value: object) -> bool:
    return isinstance(value, str) and value in TRUE_VALUES
