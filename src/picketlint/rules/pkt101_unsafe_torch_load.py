"""Checkpoint loaded with the full pickle machinery.

## What it does
Reports `weights_only` where it can only be `False`: in `torch.load`, in any loader that takes the keyword
(`load_from_checkpoint`, `load_state_dict_from_url`, ...), and as the default of a parameter, a field or a command-line
option. A value that may be `False` on some path is reported with medium confidence.

## Why is this bad?
Without `weights_only`, a checkpoint is a pickle: loading it runs whatever code its author put there.

## Instead
Pass `weights_only=True`. If the file holds classes of your own, allow them one by one with
`torch.serialization.add_safe_globals`, or store tensors as safetensors. In a function of yours, let the caller decide
and default to `True`.

## Documented exception
Where the full pickle is needed, say beside the argument why it is and why the file can be trusted.

## References
- [torch.load](https://docs.pytorch.org/docs/stable/generated/torch.load.html)
- [CWE-502](https://cwe.mitre.org/data/definitions/502.html)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from picketlint.rule import (
    FIELD,
    OPTION,
    PARAMETER,
    Call,
    Confidence,
    Default,
    Hit,
    Judged,
    Module,
    Rule,
    Severity,
    bad,
    falsy,
    good,
    on_call,
    on_default,
    on_keyword,
)

FLAG = "weights_only"
LOADERS = ("torch.load", "torch.serialization.load")
# Quantisation code has a `weights_only` of its own ("quantise the weights only"): the word must be about loading.
_LOADS = re.compile(r"load|restor|read|checkpoint|ckpt|resume|pretrained|deserial|unpickl|fit|valid|test|predict", re.I)


class UnsafeTorchLoad(Rule):
    """`weights_only=False`."""

    id = "PKT101"
    name = "unsafe-torch-load"
    since = "0.1"
    severity = Severity.HIGH
    confidence = Confidence.HIGH
    cwe = 502
    policy = "Deserializing untrusted data"
    triggers = (b"weights_only", b"weights-only")
    supersedes = ("B614",)
    examples = (
        bad("import torch\ntorch.load(p, weights_only=False)", at="2:1"),
        bad("from torch import load as ld\nSAFE = False\nld(p, weights_only=SAFE)", at="3:1"),
        good("import torch\ntorch.load(p, weights_only=True)"),
        good("import torch\ndef f(p, flag=False):\n    torch.load(p, weights_only=not flag)", why="the caller decides"),
    )

    @on_call(*LOADERS)
    def call(self, call: Call, module: Module) -> Iterator[Hit]:
        """The flag of torch's own loader, however it is handed over."""
        judged = module.judge(module.argument(call.node, FLAG), falsy, FLAG, False)
        if judged is not None:
            yield self._report(call.node, judged, f"`{call.name}`")

    @on_keyword(FLAG)
    def keyword(self, keyword: ast.keyword, module: Module) -> Iterator[Hit]:
        """The flag of any other loader that hands it on."""
        call = module.tree.parent(keyword)
        if not isinstance(call, ast.Call) or any(name in LOADERS for name in module.names(call.func).names):
            return
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if not _LOADS.search(called):
            return
        judged = module.judge_value(keyword.value, falsy, FLAG, False)
        if judged is not None:
            yield self._report(call, judged._replace(focus=keyword), f"`{called}`")

    @on_default(FLAG)
    def default(self, default: Default, module: Module) -> Iterator[Hit]:
        """The flag's default in a signature, a class or a command line."""
        wording = {PARAMETER: "parameter", FIELD: "field", OPTION: "option"}[default.kind]
        message = (
            f"The {wording} `{FLAG}` is `False` by default, so a checkpoint's pickled code runs unless the caller "
            f"objects; make the default `True`"
        )
        if default.value is None:
            if default.implied is False:
                yield self.at(default.anchor, message, confidence=Confidence.MEDIUM)
            return
        judged = module.judge_value(default.value, falsy, FLAG, False)
        if judged is not None:
            yield self.at(default.anchor, message, judged=judged._replace(anchor=None, focus=default.anchor))

    def _report(self, anchor: ast.AST, judged: Judged, callee: str) -> Hit:
        message = (
            f"{callee} with `weights_only=False` runs code that a checkpoint's author chose; "
            f"pass `weights_only=True` and allow needed classes with `torch.serialization.add_safe_globals`"
        )
        return self.at(anchor, message, judged=judged)
