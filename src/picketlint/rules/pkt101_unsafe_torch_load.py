"""Checkpoint loaded with the full pickle machinery.

## What it does
Reports `weights_only` where it can only be `False`: in `torch.load`, in any loader that takes the keyword
(`load_from_checkpoint`, `load_state_dict_from_url`, ...), and as the default of a parameter, a field or a command-line
option. A value that may be `False` on some path is reported with medium confidence.

What a comparison of digests (`sha256(data).hexdigest() != expected`, `hmac.compare_digest`) has let pass before it is
loaded is reported with medium severity: it is what its author made it, but nobody has changed it since. Fine is a
`pickle_module` of the file's own whose `Unpickler` has an allow-list.

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

from picketlint.knowledge.signatures import LOAD_OPTIONS
from picketlint.rule import (
    FIELD,
    OPTION,
    PARAMETER,
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
    falsy,
    good,
    on_call,
    on_default,
    on_keyword,
    on_passing,
    turned,
)

FLAG = "weights_only"
OFF = Flag(FLAG, falsy)
LOADERS = ("torch.load", "torch.serialization.load")
# Saving and quantisation have a `weights_only` of their own ("save the weights only"): it must be about loading.
_LOADS = r"(?i)load|restor|read|resume|deserial|unpickl"
_LOADED = r"(?i)checkpoint|ckpt|pretrained|(^|_)(fit|validate|test|predict)$"
_OTHER = (
    r"(?<![a-z])(sav(e|ing)|dump|writ(e|ing)|store(?!_true|_false)|export|(de|fake_?)?quant|compress|calibrat|prun|sparsif"
    r"|count|u?int[48](?![0-9])|fp8)|Sav(e|ing)|Quant|Export|Compress|Calibrat|Prun|Sparsif|WeightOnly"
)


_OWN = "import torch, functools\ndef load(p, safe=True):\n    torch.load(p, weights_only=safe)\nKW = {'safe': False}\n"
_RUN_UNSAFE = (
    "Thread(target=load, kwargs={'safe': False})",
    "Thread(target=load, args=(p,), kwargs=KW)",
    "Process(target=load, args=(p, False))",
    "pool.apply_async(load, (p,), KW)",
    "pool.apply_async(load, kwds=KW)",
    "executor.submit(load, p, **KW)",
    "def run(p, strict):\n    executor.submit(load, p, strict)\nrun(p, False)",
    "def run(p):\n    kw = {}\n    kw['safe'] = False\n    Thread(target=load, kwargs=kw)",
    "load_all = functools.partial(load, safe=False)",
)
_RUN_SAFE = (
    "executor.submit(load, p, True)\nThread(target=load, kwargs={'safe': True})",
    "Thread(target=other, kwargs=KW)\nexecutor.submit(load, p, **other)",
    "executor.map(load, paths, [False])",
    "load_all = functools.partial(load, safe=True)",
)


class UnsafeTorchLoad(Rule):
    """`weights_only=False`."""

    id = "PKT101"
    name = "unsafe-torch-load"
    since = "0.1"
    severity = Severity.HIGH
    confidence = Confidence.HIGH
    cwe = 502
    policy = "Deserializing untrusted data"
    triggers = turned(FLAG, on=False)
    supersedes = ("B614",)
    examples = (
        bad("import torch\ntorch.load(p, weights_only=False)", at="2:1"),
        bad("from torch import load as ld\nSAFE = False\nld(p, weights_only=SAFE)", at="3:1"),
        bad("from torch.serialization import load\nload(\n    p,\n    weights_only=0,\n)", at="2:1"),
        bad("import torch\ntorch.load(p, **{'weights_only': False})", at="2:1"),
        bad("import torch\nkw = dict(map_location='cpu', weights_only=False)\ntorch.load(p, **kw)", at="3:1"),
        bad("from functools import partial\nimport torch\nload = partial(torch.load, weights_only=False)", at="3:8"),
        bad(
            "from functools import partial\nimport torch\nload = partial(torch.load, weights_only=False)\n"
            "load(a)\nload(b)",
            at="3:8",
            why="reported once, where the loader is made",
        ),
        bad(
            "import torch\n_load = torch.load\ndef load(*args, **kwargs):\n    kwargs['weights_only'] = False\n"
            "    return _load(*args, **kwargs)\ntorch.load = load",
            at="5:12",
            why="the patch that brings the old default back",
        ),
        bad("import torch\ntorch.load(p, weights_only=not full if safe else False)", confidence=Confidence.MEDIUM),
        bad(
            "import torch\nsafe = True\nif legacy:\n    safe = False\ntorch.load(p, weights_only=safe)",
            at="5:1",
            confidence=Confidence.MEDIUM,
        ),
        bad(
            "import torch\ndef load(p, full=True):\n    return torch.load(p, weights_only=not full)",
            at="2:13",
            why="the parameter's default decides",
        ),
        bad(
            "import torch\nclass Reader:\n    KW = dict(weights_only=False)\n    def read(self, p):\n"
            "        return torch.load(p, **type(self).KW)",
            at="5:16",
        ),
        bad(
            "import torch\nclass Reader:\n    def __init__(self):\n        self.kw = {'weights_only': False}\n"
            "    def read(self, p):\n        return torch.load(p, **self.kw)",
            at="6:16",
        ),
        bad(
            "import torch\nclass Reader:\n    KW = dict(weights_only=False)\n    def read(self, p):\n"
            "        return torch.load(p, **self.KW)\nclass Safe(Reader):\n    KW = dict(weights_only=True)",
            confidence=Confidence.MEDIUM,
            why="a derived class has its own",
        ),
        bad("import torch\nOPTIONS = {'load': {'weights_only': False}}\ntorch.load(p, **OPTIONS['load'])", at="3:1"),
        bad("import torch\ndef options():\n    return {'weights_only': False}\ntorch.load(p, **options())", at="4:1"),
        bad("import torch\nCFG = {'safe': False}\ntorch.load(p, weights_only=CFG['safe'])", at="3:1"),
        bad("import torch\nCFG = {'safe': False}\ntorch.load(p, weights_only=CFG.get('safe'))", at="3:1"),
        good("import torch\nCFG = {'safe': False}\nCFG.update(read())\ntorch.load(p, weights_only=CFG['safe'])"),
        good("import torch\nOPTIONS = {'load': {'weights_only': True}}\ntorch.load(p, **OPTIONS['load'])"),
        bad("import torch\nNAME = 'load'\ngetattr(torch, NAME)(p, weights_only=False)", at="3:1"),
        bad("import torch\npool.submit(torch.load, path, weights_only=False)", at="2:1"),
        bad("import torch\npool.apply_async(torch.load, (path,), {'weights_only': False})", at="2:1"),
        bad("import ray, torch\nray.remote(torch.load).remote(path, weights_only=False)", at="2:1"),
        bad(
            "import torch\nfrom joblib import Parallel, delayed\n"
            "Parallel(n_jobs=4)(delayed(torch.load)(f, weights_only=False) for f in files)",
            at="3:20",
        ),
        bad(
            "from functools import partial\nimport torch\npool.map(partial(torch.load, weights_only=False), paths)",
            at="3:10",
        ),
        bad("model = Net.load_from_checkpoint(path, weights_only=False)", at="1:9"),
        bad("model = pool.submit(Net.load_from_checkpoint, path, weights_only=False).result()", at="1:9"),
        bad("from functools import partial\nload = partial(Net.load_from_checkpoint, weights_only=False)", at="2:8"),
        bad(
            "from joblib import Parallel, delayed\n"
            "Parallel(n_jobs=4)(delayed(Net.load_from_checkpoint)(f, weights_only=False) for f in files)",
            at="2:20",
        ),
        good("from functools import partial\npool.submit(partial(save_checkpoint, weights_only=False), path)"),
        bad("kw = {'weights_only': False}\nNet.load_from_checkpoint(path, **kw)", at="2:1"),
        bad("trainer.fit(model, ckpt_path=path, weights_only=False)", at="1:1"),
        bad("def load_weights(path, *, weights_only: bool = False):\n    ...", at="1:27"),
        bad("@dataclass\nclass LoadConfig:\n    weights_only: bool = field(default=False)", at="3:5"),
        bad("parser.add_argument('--weights-only', type=bool, default=False)", at="1:1"),
        bad("parser.add_argument('--weights-only', action='store_true')", confidence=Confidence.MEDIUM),
        bad("parser.set_defaults(weights_only=False)", at="1:1"),
        good("parser.set_defaults(weights_only=True)"),
        bad("Trainer(load_kwargs={'weights_only': False})", at="1:1"),
        bad("restore(path, torch_load_kwargs=dict(weights_only=False))", at="1:1"),
        good("Trainer(load_kwargs={'weights_only': args.safe}, save_kwargs={'weights_only': False})"),
        bad(
            "import torch\nSAFE = True\ndef _init():\n    global SAFE\n    SAFE = False\n_init()\n"
            "torch.load(p, weights_only=SAFE)",
            at="7:1",
            confidence=Confidence.MEDIUM,
            why="the module itself turns it off",
        ),
        good(
            "import torch\nSAFE = True\ndef trust():\n    global SAFE\n    SAFE = False\n"
            "torch.load(p, weights_only=SAFE)",
            why="somebody has to ask for it",
        ),
        bad(
            "import torch\ndef load(p, safe=True):\n    return torch.load(p, weights_only=safe)\nload(p, safe=False)",
            at="4:1",
            why="a function of the module hands the flag on",
        ),
        bad("import torch\ndef load(p, **kw):\n    return torch.load(p, **kw)\nload(p, weights_only=False)", at="4:1"),
        bad(
            "import torch\nclass Reader:\n    def __init__(self, full=False):\n        self.full = full\n"
            "    def read(self, p):\n        return torch.load(p, weights_only=not self.full)\nReader(full=True)",
            at="7:1",
        ),
        good("import torch\ntorch.load(p, weights_only=True)"),
        good(
            "import torch\nfrom mine import RestrictedUnpickler\nclass Safe:\n"
            "    class Unpickler(RestrictedUnpickler): ...\ntorch.load(p, weights_only=False, pickle_module=Safe)",
            why="an allow-list of one's own",
        ),
        bad("import dill, torch\ntorch.load(p, None, dill, weights_only=False)", at="2:1"),
        bad(
            "import pickle, torch\nclass Own:\n    class Unpickler(pickle.Unpickler): ...\n"
            "torch.load(p, pickle_module=Own, weights_only=False)",
            at="4:1",
        ),
        good(
            "import torch\ndef load(p, safe=True):\n    return torch.load(p, weights_only=safe)\nload(p)\nload(p, True)"
        ),
        good("import torch\ndef f(p, flag=False):\n    torch.load(p, weights_only=not flag)", why="the caller decides"),
        *(bad(_OWN + code, why="the module's own function, run by something else") for code in _RUN_UNSAFE),
        *(good(_OWN + code) for code in _RUN_SAFE),
        good("import torch\nif not args.weights_only:\n    torch.load(p, weights_only=False)"),
        good("import torch\ndef load(p, trusted=False):\n    if trusted:\n        torch.load(p, weights_only=False)"),
        bad("import torch\ndef load(p, trusted=True):\n    if trusted:\n        torch.load(p, weights_only=False)"),
        good("import torch\npool.submit(torch.load, path, weights_only=True)"),
        good("import torch\nif not args.weights_only:\n    pool.submit(torch.load, path, weights_only=False)"),
        good("import torch\ntorch.load(p)\ntorch.load(p, weights_only=None)", why="that is PKT102"),
        good(
            "import io, torch\nb = io.BytesIO()\ntorch.save(m, b)\nb.seek(0)\ntorch.load(b, weights_only=False)",
            why="a copy made here",
        ),
        bad("import io, torch\nb = io.BytesIO(given)\ntorch.load(b, weights_only=False)", at="3:1"),
        good("trainer.save_checkpoint(path, weights_only=False)", why="saves the optimizer's state too"),
        good("def save_checkpoint(path, weights_only=False):\n    ..."),
        good("CheckpointSaver(folder, weights_only=False)", why="a checkpoint can be saved as well"),
        good("class CheckpointWriter:\n    def __init__(self, path, weights_only=False): ..."),
        bad("CheckpointLoader(path, weights_only=False)", at="1:1"),
        good("quantize_model(model, weights_only=False)\ndef quantize(model, weights_only=False):\n    ..."),
        good("parser.add_argument('--weights-only', action='store_true', help='Quantize weights only.')"),
        good("class QuantConfig:\n    weights_only: bool = False\ndef fake_quant(model, weights_only=False):\n    ..."),
        good(
            "import torch\ndef load(path, weights_only=False):\n    state = torch.load(path, weights_only=True)\n"
            "    return state if weights_only else build(state)",
            why="the parameter only chooses what is returned",
        ),
        good("import torch\nif not allow_unsafe:\n    raise ValueError\ntorch.load(path, weights_only=False)"),
        good("import torch\nif in_safe_mode():\n    raise ValueError\ntorch.load(path, weights_only=False)"),
        good("def count_parameters(model, weights_only=False):\n    ...", why="nothing here loads"),
        bad("state = load_quantized_weights(path, weights_only=False)", why="the leading verb says what it does"),
        bad("from torch.hub import load_state_dict_from_url as fetch\nfetch(url, weights_only=False)", at="2:1"),
        bad(
            "def start(path, weights_only=False):\n    engine.open(path, weights_only=weights_only)",
            confidence=Confidence.MEDIUM,
        ),
        bad(
            "try:\n    import torch\nexcept ImportError:\n"
            "    def start(path, weights_only=False):\n        engine.load(path, weights_only=weights_only)",
            at="4:21",
            why="an `except` clause has a name, or none",
        ),
        good("def load_weights(path, weights_only: bool = True):\n    ..."),
        good(
            "from typing import Literal, overload\n@overload\n"
            "def load(path, weights_only: Literal[False] = False): ...\ndef load(path, weights_only=True): ...",
            why="says which types go together",
        ),
    )

    @on_call(*LOADERS)
    def call(self, call: Call, module: Module) -> Iterator[Hit]:
        """The flag of torch's own loader, however it is handed over."""
        if module.made_here(call.node) or _restricted(call.node, module):
            return
        for judgement in module.judgements(call.node, OFF):
            yield self._report(call.node, judgement, call.name, module)

    @on_passing(FLAG)
    def wrapper(self, call: ast.Call, module: Module) -> Iterator[Hit]:
        """The flag of any other loader that hands it on."""
        if module.may_call(call, LOADERS):
            return
        later = module.callback_calls.get(call, call)
        name = called(later)
        if _loads((module.calls.target(later).names.certain or name).rpartition(".")[2]):
            judgement = module.judge(module.argument(call, FLAG), OFF)
            if judgement is not None:
                yield self._report(call, judgement, name, module)

    @on_keyword(*LOAD_OPTIONS)
    def options(self, keyword: ast.keyword, module: Module) -> Iterator[Hit]:
        """The flag among the options that a call takes for the loader it calls."""
        call = module.tree.parent(keyword)
        judgement = module.judge(module.calls.entry(keyword.value, FLAG), OFF)
        if judgement is not None and isinstance(call, ast.Call):
            yield self._report(call, judgement, called(call), module)

    @on_default(FLAG)
    def default(self, default: Default, module: Module) -> Iterator[Hit]:
        """The flag's default in a signature, a class or a command line."""
        confidence = _about_loading(default, module)
        if confidence is None:
            return
        message = (
            f"The {default.kind} `{FLAG}` is `False` by default, so a checkpoint's pickled code runs unless the caller "
            f"objects; make the default `True`"
        )
        if default.value is None:
            if default.implied is False:
                yield self.at(default.anchor, message, confidence=Confidence.MEDIUM)
            return
        judgement = module.judge_default(default, falsy)
        if judgement is not None:
            confidence = min(confidence, judgement.confidence, key=[*Confidence].index)
            yield self.at(default.anchor, message, judgement=judgement, confidence=confidence)

    def _report(self, anchor: ast.AST, judgement: Judgement, callee: str, module: Module) -> Hit:
        message = (
            f"`{callee}` {judgement.describe(FLAG, 'False')} runs code that a checkpoint's author chose; "
            f"pass `{FLAG}=True` and allow needed classes with `torch.serialization.add_safe_globals`"
        )
        severity = Severity.MEDIUM if module.verified(judgement.anchor or anchor) else None
        return self.at(anchor, message, severity=severity, judgement=judgement)


def _restricted(call: ast.Call, module: Module) -> bool:
    """Whether the unpickler of a load is one of this file's own that is not known to find every class."""
    for candidate in module.argument(call, "pickle_module", 2).candidates:
        owner = module.resolver.class_of(candidate.value)
        members = module.resolver.members(owner, "Unpickler") if owner is not None else []
        if any(isinstance(m.node, ast.ClassDef) and module.finds_everything(m.node) is None for m in members):
            return True
    return False


def _loads(name: str) -> bool:
    """Whether a name speaks of loading; of loading and something else, whichever comes first."""
    loads, other = re.search(_LOADS, name), re.search(_OTHER, name)
    if other is None:
        return bool(loads or re.search(_LOADED, name))
    return loads is not None and loads.start() < other.start()


def _about_loading(default: Default, module: Module) -> Confidence | None:
    """How sure it is that a default called `weights_only` is about loading; None where it means something else."""
    if default.kind == OPTION:
        texts = [node.value for node in ast.walk(default.anchor) if isinstance(node, ast.Constant)]
        return None if any(isinstance(text, str) and re.search(_OTHER, text) for text in texts) else Confidence.HIGH
    name = getattr(default.owner, "name", "")
    if _only_tested(default, module):
        return None
    if _loads(name):
        return Confidence.HIGH
    around = (getattr(node, "name", None) or "" for node in (default.owner, *module.tree.ancestors(default.anchor)))
    if any(re.search(_OTHER, text) for text in around):
        return None
    if default.kind == FIELD:
        loads = re.search(_LOADS, module.source.text) or re.search(_LOADED, module.source.text)
        return Confidence.HIGH if loads else Confidence.MEDIUM
    return _handed_on(default, module)


def _only_tested(default: Default, module: Module) -> bool:
    """Whether a parameter does no more than choose a branch, while what loads in its function is told ``True``."""
    if default.kind != PARAMETER or default.owner is None:
        return False
    tree = module.tree
    own = [node for node in ast.walk(default.owner) if getattr(node, "id", getattr(node, "arg", "")) == FLAG]
    uses = [n for n in own if isinstance(n, ast.Name) and tree.function(n) is default.owner]
    told = [k for k in own if isinstance(k, ast.keyword) and tree.function(k) is default.owner]
    if not uses or not told:
        return False
    tested = all(getattr(tree.parent(use), "test", None) is use for use in uses)
    return tested and all(isinstance(k.value, ast.Constant) and k.value.value is True for k in told)


def _handed_on(default: Default, module: Module) -> Confidence | None:
    """Where a parameter goes: to a loader, to another function under the same name, or nowhere."""
    best = None
    for keyword in ast.walk(default.owner) if default.owner is not None else ():
        call = module.tree.parent(keyword)
        if (
            isinstance(keyword, ast.keyword)
            and keyword.arg == FLAG
            and isinstance(call, ast.Call)
            and module.tree.function(call) is default.owner
        ):
            if _loads(called(call).rpartition(".")[2]):
                return Confidence.HIGH
            best = Confidence.MEDIUM
    return best
