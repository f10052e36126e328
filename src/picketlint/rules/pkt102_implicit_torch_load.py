"""Checkpoint loaded with whatever the installed torch takes for `weights_only`.

## What it does
Reports `torch.load` without `weights_only`, or with `weights_only=None`, where the project supports a torch older than
2.6 or does not say which torch it supports. In the second case the finding has medium confidence.

`torch.hub.load_state_dict_from_url` (also called `torch.utils.model_zoo.load_url`) is reported without `weights_only`
whatever the floor, with medium severity: its default is still `False`.

## Why is this bad?
Until torch 2.6 the default was `weights_only=False`: the same line that is harmless on your machine runs a checkpoint's
pickled code on one with an older torch.

## Instead
Pass `weights_only=True`. Or declare the floor, so that no older torch can be installed: `torch>=2.6` in
`[project] dependencies`, in `requirements.txt` or in `setup.cfg`, `pytorch>=2.6` in conda's `environment.yml`.

## Documented exception
Say beside the call why the default is good enough and why the file can be trusted.

## References
- [torch.load](https://docs.pytorch.org/docs/stable/generated/torch.load.html)
- [torch.hub.load_state_dict_from_url](https://docs.pytorch.org/docs/stable/hub.html)
- [The change of the default in torch 2.6](https://github.com/pytorch/pytorch/releases/tag/v2.6.0)
- [CWE-502](https://cwe.mitre.org/data/definitions/502.html)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from picketlint.knowledge.signatures import TORCH_URL_LOADERS
from picketlint.rule import (
    CODE,
    Argument,
    Call,
    Confidence,
    Hit,
    Module,
    Rule,
    Severity,
    State,
    bad,
    enabled,
    giving,
    good,
    imported,
    on_call,
    qualified,
)

FLAG = "weights_only"
LOADERS = ("torch.load", "torch.serialization.load")
SAFE_SINCE = (2, 6)

_MAX_NODES = 500
_TOO_LARGE = f"tests and `try` blocks are read up to {_MAX_NODES} nodes"
# What follows the loader in a call, or in one of ``partial``, that gives the flag; and in one that hands on keywords of
# its function, of which nothing is known, if their name stands for nothing else in the module.
_GIVEN = giving(FLAG)
_ARGUMENTS = _GIVEN.partition(rf"(?<!\w){FLAG}")[0]
_PARTIAL = _GIVEN.replace(r"\(", r"(?<=partial\(torch\.load),", 1)
_PASSED = rf"{_ARGUMENTS}(?<!\w)\*\*kwargs\s*,?\s*\)"
_HARMLESS = rf"(?:{_GIVEN}|{_PARTIAL}|{_PASSED})"
_RELEASE = r"(?<![0-9])([0-9])[._]([0-9]{1,2})(?![0-9])"


class ImplicitTorchLoad(Rule):
    """`torch.load` that leaves `weights_only` out."""

    id = "PKT102"
    name = "implicit-torch-load"
    since = "0.1"
    severity = Severity.HIGH
    confidence = Confidence.HIGH
    cwe = 502
    policy = "Deserializing untrusted data"
    triggers = (
        *imported("torch", "load", harmless=_HARMLESS),
        *imported("torch.serialization", "load", harmless=_HARMLESS),
        (CODE, "torch", "load", "kwargs", rf"load{_PASSED}", r"kwargs(?<!\*\*kwargs)(?<!\wkwargs)(?!\w)"),
        # What ``partial`` was given can be replaced.
        (CODE, "torch", "load", "partial", FLAG, rf"{FLAG}(?:(?<=['\"]{FLAG})|\s{{0,80}}=[\s(\\]{{0,80}}None)"),
        *qualified(*TORCH_URL_LOADERS),
    )
    supersedes = ("B614",)
    examples = (
        bad("import torch\ntorch.load(path)", at="2:1", confidence=Confidence.MEDIUM, why="no floor is declared"),
        bad("import torch\ntorch.load(path)", at="2:1", confidence=Confidence.HIGH, torch=(2, 0)),
        bad("import torch\ntorch.load(path)", confidence=Confidence.HIGH, torch=(2, 5, 1)),
        bad("import torch as t\nx = t.load(\n    path,\n    map_location='cpu',\n)", at="2:5"),
        bad("from torch import load as ld\nld(path)", at="2:1"),
        bad("from torch.serialization import load\nload(path)", at="2:1"),
        bad("import torch\ntorch.load(path, weights_only=None)", at="2:1", why="None is the default"),
        bad("import torch\nkw = {'map_location': 'cpu'}\ntorch.load(path, **kw)", at="3:1"),
        bad("import torch\nload = torch.load\nload(path)", at="3:1"),
        bad(
            "try:\n    from torch import load\nexcept ImportError:\n    from mine import load\nload(path)",
            at="5:1",
            confidence=Confidence.MEDIUM,
        ),
        bad("import torch\ntorch.hub.load_state_dict_from_url(url)", at="2:1", torch=(2, 9)),
        bad("from torch.utils import model_zoo\nmodel_zoo.load_url(url, dir)", at="2:1", confidence=Confidence.HIGH),
        bad(
            "try:\n    from torch.hub import load_state_dict_from_url\nexcept ImportError:\n"
            "    from torch.utils.model_zoo import load_url as load_state_dict_from_url\nload_state_dict_from_url(url)",
            at="5:1",
            confidence=Confidence.HIGH,
        ),
        good("import torch\ntorch.hub.load_state_dict_from_url(url, weights_only=True)"),
        good("import torch\ntorch.hub.load_state_dict_from_url(url, None, None, True, False, None, True)"),
        good(
            "import torch\ntorch.hub.load_state_dict_from_url(url, weights_only=None)",
            torch=(2, 6),
            why="handed on to `torch.load`, which takes None for True",
        ),
        good(
            "from torch.hub import load_state_dict_from_url\ntry:\n"
            "    load_state_dict_from_url(url, weights_only=True)\nexcept TypeError:\n"
            "    load_state_dict_from_url(url)",
            torch=(2, 6),
            why="for a torch that does not know the flag",
        ),
        good(
            "from torch.hub import load_state_dict_from_url as get\ntry:\n    s = get(u, weights_only=True)\n"
            "except TypeError:\n    s = get(u)",
            why="only where torch does not know the flag, which was tried first",
        ),
        bad("import torch\nstates = list(map(torch.load, paths))", at="2:15"),
        bad("import torch\npool.submit(torch.load, path)", at="2:1"),
        bad(
            'import torch\nfrom functools import partial\npool.map(partial(torch.load, map_location="cpu"), paths)',
            at="3:1",
        ),
        good("import torch\nfrom functools import partial\npool.map(partial(torch.load, weights_only=True), paths)"),
        good("import torch\npool.apply_async(torch.load, (path,), {'weights_only': True})"),
        good("import torch\npool.apply_async(torch.load, (path,), options)", why="they may have it"),
        good("import torch\ntorch.load(path)", torch=(2, 6), why="safe since torch 2.6"),
        good("import torch\ntorch.load(path)", torch=(2, 9, 1)),
        good("import torch\ntorch.load(path, weights_only=True)"),
        good("import io, torch\nb = io.BytesIO()\ntorch.save(m, b)\nb.seek(0)\ntorch.load(b)", why="a copy made here"),
        good("import torch\ntorch.load(path, weights_only=False)", why="that is PKT101"),
        good("import torch\ndef f(path, **kwargs):\n    torch.load(path, **kwargs)", why="the caller may pass it"),
        good("import torch\nkw = {'weights_only': True}\ntorch.load(path, **kw)"),
        good("import torch\ntorch.load(*args, **kw)"),
        good("import torch\nOPTIONS = {'load': {}}\ntorch.load(path, **OPTIONS['load'])", why="others may fill it"),
        good("from functools import partial\nimport torch\nload = partial(torch.load, weights_only=True)\nload(path)"),
        good(
            "import torch\ntry:\n    torch.load(path, weights_only=weights_only)\nexcept TypeError:\n"
            "    if weights_only:\n        raise\n    torch.load(path)",
            why="under a test of the flag",
        ),
        good("from mine import torch\ntorch.load(path)"),
        good("def f(torch, path):\n    torch.load(path)", why="a parameter, not the package"),
        good('import torch\nif torch.__version__ >= "2.6":\n    torch.load(path)', torch=(2, 4)),
        good(
            'import torch\nif Version(torch.__version__) >= Version("2.6.0"):\n    torch.load(path)\n'
            "state = torch.load(path) if _TORCH_GREATER_EQUAL_2_7 else None",
            torch=(2, 4),
            why="a release with the safe default",
        ),
        bad('import torch\nif torch.__version__ >= "2.3":\n    torch.load(path, mmap=True)', at="3:5", torch=(2, 1)),
        bad('import torch\nif torch.__version__ < "2.6":\n    torch.load(path)', at="3:5", torch=(2, 4)),
        good("import torch\ntorch.jit.load(path)\ntorch.hub.load(repo, name)"),
    )

    @on_call(*LOADERS)
    def call(self, call: Call, module: Module) -> Iterator[Hit]:
        """The loader without its flag."""
        if not _left_out(module.argument(call.node, FLAG)) or module.guarded(call.node, FLAG, False):
            return
        floor = module.torch_floor
        fine = (floor is not None and floor >= SAFE_SINCE) or _newer_only(call.node, module)
        if fine or module.made_here(call.node):
            return
        certain = floor is not None and call.certain
        yield self.at(
            call.node,
            f"`{call.name}` without `{FLAG}` {_reason(floor)}; pass `{FLAG}=True`, or declare `torch>=2.6` in the "
            f"project's dependencies",
            confidence=Confidence.HIGH if certain else Confidence.MEDIUM,
        )

    @on_call(*TORCH_URL_LOADERS)
    def download(self, call: Call, module: Module) -> Iterator[Hit]:
        """The loader whose own default is False; None it hands on to ``torch.load``."""
        if _tried_safely(call.node, module):
            return
        if module.argument(call.node, FLAG).state is not State.ABSENT or _falls_back(call.node, module):
            yield from self.call(call, module)
        elif not module.guarded(call.node, FLAG, False):
            message = f"`{call.name}` without `{FLAG}` unpickles what it downloads, and so runs code that the file's "
            message += f"author chose, with every release of torch; pass `{FLAG}=True`"
            confidence = Confidence.HIGH if _is_sure(call, module) else Confidence.MEDIUM
            yield self.at(call.node, message, severity=Severity.MEDIUM, confidence=confidence)


def _newer_only(call: ast.Call, module: Module) -> bool:
    """Whether a test of torch's version around a call lets only releases with the safe default through."""
    child: ast.AST = call
    for parent in module.tree.ancestors(call):
        if isinstance(parent, (ast.If, ast.IfExp)):
            in_body = child is parent.body if isinstance(parent, ast.IfExp) else module.tree.branch(child) == "body"
            if child is not parent.test and in_body and _asks_for_new_torch(parent.test, module):
                return True
        child = parent
    return False


def _asks_for_new_torch(test: ast.expr, module: Module) -> bool:
    """``torch.__version__ >= "2.6"``, ``Version(torch.__version__) >= Version("2.6")``, ``TORCH_GREATER_EQUAL_2_6``."""
    if isinstance(test, ast.Compare) and not isinstance(test.ops[0], (ast.GtE, ast.Gt)):
        return False
    words: list[str] = []
    nodes = module.walk(test, _MAX_NODES, _TOO_LARGE)
    if nodes is None:
        return True
    for node in nodes:
        if isinstance(node, (ast.Not, ast.Or)):
            return False
        words += [
            str(value) for value in (getattr(node, f, None) for f in ("id", "attr", "value")) if isinstance(value, str)
        ]
    if not any("torch" in word.lower() for word in words):
        return False
    versions = [tuple(map(int, found)) for word in words for found in re.findall(_RELEASE, word)]
    return any(version >= SAFE_SINCE for version in versions)


def _is_sure(call: Call, module: Module) -> bool:
    """Whether the callee can be nothing but one of these loaders, by whichever of their names."""
    names = module.calls.target(call.node).names
    return names.complete and all(name in TORCH_URL_LOADERS for name in names.names)


def _falls_back(call: ast.Call, module: Module) -> bool:
    """Whether a call is there for a torch that does not know the flag: ``except TypeError``."""
    handlers = (node for node in module.tree.ancestors(call) if isinstance(node, ast.ExceptHandler))
    return any(isinstance(handler.type, ast.Name) and handler.type.id == "TypeError" for handler in handlers)


def _tried_safely(call: ast.Call, module: Module) -> bool:
    """Whether a call stands in the handler of a ``try`` that made one with ``weights_only=True``: torch was too old."""
    for node in module.tree.ancestors(call):
        if isinstance(node, ast.ExceptHandler) and isinstance(tried := module.tree.parent(node), ast.Try):
            blocks = [module.walk(statement, _MAX_NODES, _TOO_LARGE) for statement in tried.body]
            if None in blocks or any(_is_safe_flag(part) for block in blocks for part in block or ()):
                return True
    return False


def _is_safe_flag(node: ast.AST) -> bool:
    """Whether a node is ``weights_only=True``."""
    return isinstance(node, ast.keyword) and node.arg == FLAG and enabled(getattr(node.value, "value", 0))


def _left_out(argument: Argument) -> bool:
    """Whether the flag is surely not given, or given as None, which stands for the default."""
    if argument.state is State.GIVEN:
        values = [candidate.value for candidate in argument.candidates]
        return all(isinstance(value, ast.Constant) and value.value is None for value in values)
    return argument.state is State.ABSENT


def _reason(floor: tuple[int, ...] | None) -> str:
    if floor is None:
        return "runs a checkpoint's pickled code with a torch older than 2.6, which the project does not rule out"
    return (
        f"runs a checkpoint's pickled code with a torch older than 2.6, and the project supports releases "
        f"from {'.'.join(map(str, floor))} on"
    )
