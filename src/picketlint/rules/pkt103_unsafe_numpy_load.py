"""Array file loaded with pickle allowed.

## What it does
Reports `allow_pickle` where it can only be true: in `numpy.load`, `numpy.lib.format.read_array`,
`numpy.lib.npyio.NpzFile`, in any loader that takes the keyword (`cupy.load`, `multistorageclient.numpy.load`, a wrapper
of yours), and as the default of a parameter, a field or a command-line option. A value that may be true on some path is
reported with medium confidence. Writing with `allow_pickle=True` is fine: it runs nothing.

What a comparison of digests (`sha256(data).hexdigest() != expected`, `hmac.compare_digest`) has let pass before it is
loaded is reported with medium severity: it is what its author made it, but nobody has changed it since.

## Why is this bad?
An array of objects is stored as a pickle: loading it runs whatever code its author put there.

## Instead
Leave `allow_pickle` out, and store what is not a plain array in another format (safetensors, JSON, Parquet). In a
function of yours, let the caller decide and default to `False`.

## Documented exception
Where object arrays are needed, say beside the argument why they are and why the file can be trusted.

## References
- [numpy.load](https://numpy.org/doc/stable/reference/generated/numpy.load.html)
- [CVE-2019-6446](https://nvd.nist.gov/vuln/detail/CVE-2019-6446)
- [CWE-502](https://cwe.mitre.org/data/definitions/502.html)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from picketlint.knowledge.signatures import LOAD_OPTIONS
from picketlint.rule import (
    Call,
    Confidence,
    Default,
    Flag,
    Hit,
    Judgement,
    Module,
    Rule,
    Severity,
    bad,
    called,
    enabled,
    good,
    on_call,
    on_default,
    on_keyword,
    on_passing,
    turned,
    with_arguments,
)

FLAG = "allow_pickle"
ON = Flag(FLAG, enabled)
LOADERS = (
    "numpy.load",
    "numpy.lib.npyio.load",
    "numpy.lib.npyio.NpzFile",
    "numpy.lib.format.read_array",
    "cupy.load",
    "jax.numpy.load",
)
# The flag can be given by position, without its name.
_BY_POSITION = tuple(
    with_arguments(root, name, count)
    for name, count in (("load", 3), ("NpzFile", 3), ("read_array", 2))
    for root in ("numpy", "cupy")
)
_LOADS = r"(?i)load|read|open|npz|memmap|restor|deserial|unpickl"
_SAVES = r"(?i)(?<!de)(save|dump|write|export|serializ)"


class UnsafeNumpyLoad(Rule):
    """`allow_pickle=True`."""

    id = "PKT103"
    name = "unsafe-numpy-load"
    since = "0.1"
    severity = Severity.HIGH
    confidence = Confidence.HIGH
    cwe = 502
    policy = "Deserializing untrusted data"
    triggers = (*turned(FLAG, on=True), *_BY_POSITION)
    examples = (
        bad("import numpy as np\nx = np.load(path, allow_pickle=True)", at="2:5"),
        bad("from numpy import load as ld\nld(path, None, True)", at="2:1", why="the third positional argument"),
        bad("import numpy as np\nnp.lib.format.read_array(fp, True)", at="2:1"),
        bad("import numpy as np\nnp.lib.npyio.NpzFile(fp, allow_pickle=1)", at="2:1"),
        bad("import multistorageclient as msc\nmsc.numpy.load(path, allow_pickle=True)", at="2:1"),
        bad("import numpy as np\nnp.load(path, **{'allow_pickle': True})", at="2:1"),
        bad("import numpy as np\nkw = {'mmap_mode': None}\nkw['allow_pickle'] = True\nnp.load(path, **kw)", at="4:1"),
        bad(
            "from functools import partial\nimport numpy as np\nload = partial(np.load, allow_pickle=True)\n",
            at="3:8",
        ),
        bad("import numpy as np\nPICKLE = True\nnp.load(path, allow_pickle=PICKLE)", at="3:1"),
        bad(
            "import numpy as np\nnp.load(path, allow_pickle=True if old else False)",
            at="2:1",
            confidence=Confidence.MEDIUM,
        ),
        bad(
            "import numpy as np\npickled = False\nif old:\n    pickled = True\nnp.load(path, allow_pickle=pickled)",
            at="5:1",
            confidence=Confidence.MEDIUM,
        ),
        bad(
            "import numpy as np\ndef load(path, trust=True):\n    return np.load(path, allow_pickle=trust)",
            at="2:16",
            why="the parameter's default decides",
        ),
        bad("import os, numpy as np\nnp.load(path, allow_pickle=os.getenv('PICKLE', '1') == '1')", at="2:28"),
        good("import os, numpy as np\nnp.load(path, allow_pickle=os.getenv('PICKLE', 'no').lower() in ('1', 'yes'))"),
        bad("import numpy as np\npool.submit(np.load, path, allow_pickle=True)", at="2:1"),
        bad("import dask, numpy as np\ndask.delayed(np.load)(path, allow_pickle=True)", at="2:1"),
        bad("Dataset(path, numpy_load_args={'allow_pickle': True})", at="1:1"),
        bad("def load_features(path, *, allow_pickle=True):\n    ...", at="1:28"),
        bad("import argparse\np = argparse.ArgumentParser()\np.add_argument('--allow-pickle', default=True)", at="3:1"),
        good("import numpy as np\nnp.load(path)\nnp.load(path, allow_pickle=False)"),
        good(
            "import numpy as np\ndef load(path, trust: bool = False):\n    return np.load(path, allow_pickle=trust)",
            why="the caller decides, and the default is safe",
        ),
        good("import numpy as np\nnp.load(path, allow_pickle=args.trust_calibration_data)"),
        good("import numpy as np\nif args.trust:\n    np.load(path, allow_pickle=True)"),
        bad("import numpy as np\nallow_pickle = True\nif allow_pickle:\n    np.load(path, allow_pickle=True)"),
        good("import numpy as np\nnp.save(path, x, allow_pickle=True)\nnp.save(path, x, True)", why="writing is fine"),
        good("import numpy as np\nnp.load(path, 'r', False)"),
        good(
            "import io\nimport numpy as np\nb = io.BytesIO()\nnp.save(b, x)\nb.seek(0)\nnp.load(b, allow_pickle=True)",
            why="a copy made here",
        ),
        good(
            "import numpy as np\nkw = {'allow_pickle': True}\nkw.update(allow_pickle=False)\nnp.load(path, **kw)",
            why="the later entry counts",
        ),
        good("import numpy as np\nif args.allow_pickle:\n    np.load(path, allow_pickle=True)"),
        good("def save_features(path, x, allow_pickle=True):\n    ..."),
        good("pipeline.fetch_weights(name, allow_pickle=True)", why="not known to load an array"),
    )

    @on_call(*LOADERS)
    def call(self, call: Call, module: Module) -> Iterator[Hit]:
        """The flag of numpy's own loaders, however it is handed over."""
        if module.made_here(call.node):
            return
        for judgement in module.judgements(call.node, ON):
            yield self._report(call.node, judgement, call.name, module)

    @on_passing(FLAG)
    def wrapper(self, call: ast.Call, module: Module) -> Iterator[Hit]:
        """The flag of any other loader that hands it on."""
        name = called(call)
        last = name.rpartition(".")[2]
        if re.search(_LOADS, last) and not re.search(_SAVES, last) and not module.may_call(call, LOADERS):
            judgement = module.judge(module.argument(call, FLAG), ON)
            if judgement is not None:
                yield self._report(call, judgement, name, module)

    @on_keyword(*LOAD_OPTIONS)
    def options(self, keyword: ast.keyword, module: Module) -> Iterator[Hit]:
        """The flag among the options that a call takes for the loader it calls."""
        call = module.tree.parent(keyword)
        judgement = module.judge(module.calls.entry(keyword.value, FLAG), ON)
        if judgement is not None and isinstance(call, ast.Call):
            yield self._report(call, judgement, called(call), module)

    @on_default(FLAG)
    def default(self, default: Default, module: Module) -> Iterator[Hit]:
        """The flag's default in a signature, a class or a command line."""
        if re.search(_SAVES, getattr(default.owner, "name", "")):
            return
        judgement = module.judge_default(default, enabled)
        if judgement is not None:
            message = (
                f"The {default.kind} `{FLAG}` is `True` by default, so a file's pickled code runs unless the caller "
                f"objects; make the default `False`"
            )
            yield self.at(default.anchor, message, judgement=judgement)

    def _report(self, anchor: ast.AST, judgement: Judgement, callee: str, module: Module) -> Hit:
        message = (
            f"`{callee}` {judgement.describe(FLAG, 'True')} unpickles object arrays, which runs code that the file's "
            f"author chose; store plain arrays and leave `{FLAG}` out, or let the caller decide with `False` as the "
            f"default"
        )
        severity = Severity.MEDIUM if module.verified(judgement.anchor or anchor) else None
        return self.at(anchor, message, severity=severity, judgement=judgement)
