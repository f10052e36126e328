"""Keras model loaded with its safe mode switched off.

## What it does
Reports `safe_mode` where it can only be `False`, in Keras's loaders (`keras.models.load_model`,
`keras.saving.deserialize_keras_object`, the `from_config` of layers that hold code) under every name Keras goes by, and
calls of `keras.config.enable_unsafe_deserialization`. A value that may be `False` on some path is reported with medium
confidence.

## Why is this bad?
Safe mode is what keeps Keras from running the Python code that a model file carries in its `Lambda` layers.

## Instead
Leave `safe_mode` at its default, `True`. Write custom layers as classes and register them with
`keras.saving.register_keras_serializable`, or pass them in `custom_objects`.

## Documented exception
Where a model with `Lambda` layers has to be loaded, say beside the argument why and why the file can be trusted.

## References
- [keras.models.load_model](https://keras.io/api/models/model_saving_apis/model_saving_and_loading/)
- [CVE-2024-3660](https://kb.cert.org/vuls/id/253266)
- [CWE-502](https://cwe.mitre.org/data/definitions/502.html)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.knowledge.signatures import KERAS_DESERIALIZERS, KERAS_LOADERS, KERAS_ROOTS, KERAS_SCOPES
from picketlint.rule import (
    Call,
    Confidence,
    Flag,
    Hit,
    Judgement,
    Module,
    Rule,
    Severity,
    bad,
    called,
    falsy,
    good,
    on_call,
    on_passing,
)

FLAG = "safe_mode"
OFF = Flag(FLAG, falsy)
LOADERS = (*KERAS_LOADERS, *KERAS_DESERIALIZERS, *KERAS_SCOPES)
SWITCHES = tuple(
    f"{root}.{name}.enable_unsafe_deserialization"
    for root in KERAS_ROOTS
    for name in ("config", "saving.serialization_lib")
)
# The flag can be given by position, without its name.
_BY_POSITION = tuple(
    ("keras", name) for name in ("load_model", "deserialize_keras_object", "from_config", "SafeModeScope")
)
# Names that nothing but Keras and wrappers of it combine with `safe_mode`.
_WRAPPERS = frozenset({"load_model", "deserialize_keras_object"})


class UnsafeKerasLoad(Rule):
    """`safe_mode=False`, `enable_unsafe_deserialization()`."""

    id = "PKT108"
    name = "unsafe-keras-load"
    since = "0.1"
    severity = Severity.HIGH
    confidence = Confidence.HIGH
    cwe = 502
    policy = "Deserializing untrusted data"
    triggers = (FLAG, "enable_unsafe_deserialization", *_BY_POSITION)
    examples = (
        bad("import keras\nkeras.models.load_model(path, safe_mode=False)", at="2:1"),
        bad("from keras.saving import load_model as lm\nlm(path, safe_mode=False)", at="2:1"),
        bad(
            "import tensorflow as tf\ntf.keras.models.load_model(path, None, True, False)", at="2:1", why="by position"
        ),
        bad("from tensorflow import keras\nkeras.models.load_model(path, safe_mode=False)", at="2:1"),
        bad("import keras\nkeras.saving.deserialize_keras_object(config, safe_mode=False)", at="2:1"),
        bad("import keras\nkeras.layers.Lambda.from_config(config, safe_mode=False)", at="2:1"),
        bad("import keras\nkeras.models.load_model(path, **{'safe_mode': False})", at="2:1"),
        bad("import keras\nkw = dict(safe_mode=False)\nkeras.models.load_model(path, **kw)", at="3:1"),
        bad("import keras\nSAFE = False\nkeras.models.load_model(path, safe_mode=SAFE)", at="3:1"),
        bad(
            "import keras\ndef load(path, safe=False):\n    return keras.models.load_model(path, safe_mode=safe)",
            at="2:16",
            why="the parameter's default decides",
        ),
        bad(
            "import keras\nkeras.models.load_model(path, safe_mode=False if old else True)",
            confidence=Confidence.MEDIUM,
        ),
        bad("import keras\nkeras.config.enable_unsafe_deserialization()", at="2:1"),
        bad("import tensorflow as tf\ntf.keras.config.enable_unsafe_deserialization()", at="2:1"),
        bad(
            "from keras.src.saving.serialization_lib import SafeModeScope\nwith SafeModeScope(False):\n    ...",
            at="2:6",
        ),
        bad("from mine import load_model\nload_model(path, safe_mode=False)", why="a wrapper with the same keyword"),
        good("import keras\nkeras.models.load_model(path)\nkeras.models.load_model(path, safe_mode=True)"),
        good("import keras\ndef load(path, safe_mode=True):\n    keras.models.load_model(path, safe_mode=safe_mode)"),
        good("import keras\nkeras.models.load_model(path, None, False)", why="the third argument is `compile`"),
        good("import keras\nif not args.safe_mode:\n    keras.models.load_model(path, safe_mode=False)"),
        good("robot.start(safe_mode=False)", why="not a loader"),
    )

    @on_call(*LOADERS)
    def call(self, call: Call, module: Module) -> Iterator[Hit]:
        """The flag of Keras's own loaders, however it is handed over."""
        for judgement in module.judgements(call.node, OFF):
            yield self._report(call.node, judgement, call.name)

    @on_passing(FLAG)
    def wrapper(self, call: ast.Call, module: Module) -> Iterator[Hit]:
        """The flag of a wrapper that hands it on."""
        name = called(call)
        if name.rpartition(".")[2] in _WRAPPERS and not module.may_call(call, LOADERS):
            judgement = module.judge(module.argument(call, FLAG), OFF)
            if judgement is not None:
                yield self._report(call, judgement, name)

    @on_call(*SWITCHES)
    def switch(self, call: Call, module: Module) -> Iterator[Hit]:
        """The switch for the whole process."""
        yield self.at(
            call.node,
            f"`{call.name}()` lets every Keras model loaded from here on run the code it carries; remove it and "
            f"register custom layers with `keras.saving.register_keras_serializable`",
            confidence=Confidence.HIGH if call.certain else Confidence.MEDIUM,
        )

    def _report(self, anchor: ast.AST, judgement: Judgement, callee: str) -> Hit:
        message = (
            f"`{callee}` {judgement.describe(FLAG, 'False')} runs Python code that the model file carries; leave "
            f"`{FLAG}` out and register custom layers with `keras.saving.register_keras_serializable`"
        )
        return self.at(anchor, message, judgement=judgement)
