"""Data loaded with pickle or a library built on it.

## What it does
Reports calls that unpickle: `load`, `loads` and `Unpickler` of `pickle`, `dill` and `cloudpickle`, `joblib.load`,
`shelve.open`, `marshal.load`, `jsonpickle.decode`, `pandas.read_pickle`, `ForkingPickler.loads`, and `recv_pyobj` of
zmq sockets; also where such a function is handed to `map`, `submit`, `partial` or `Thread`, at that place. So do the
loaders of many libraries: of torch (`torch.package.PackageImporter`), fastai, gensim, flair, stable-baselines3,
statsmodels, paddle. With medium severity and confidence `pandas.read_hdf`, which unpickles only columns of objects, and
MLflow's `load_model` for flavors that unpickle, since a model store is often the team's own.

What allows a library to unpickle is reported too: `allow_dangerous_deserialization=True` of LangChain's stores, in calls
and as a default; `trusted=True`, and whatever the file itself lists, for `skops.io.load`; `"pickle"` among the
`accept_content` of Celery; a `Listener` or `Client` of `multiprocessing.connection` without an `authkey` in a file that
calls `recv`, which unpickles.

Writing is fine. So is a round trip, `pickle.loads(pickle.dumps(x))`, and an `Unpickler` subclass whose `find_class`
refuses what it does not list; one that only renames modules and then finds everything is not. The object collectives
of `torch.distributed` are fine as well: they unpickle what other ranks of the same job sent, and whoever can send there
runs the job's program already.

## Why is this bad?
A pickle is a program: whoever wrote the file, or sent the bytes, chooses the functions that loading it calls.

## Instead
Tensors belong in safetensors, arrays in `.npy` or Arrow files, settings in JSON or YAML, messages in msgspec or
protobuf. Where classes of your own have to be restored, subclass `pickle.Unpickler` and raise `UnpicklingError` in
`find_class` for everything but them.

## Documented exception
Say beside the call who wrote the data and why nobody else can have: "cache file written by this process".

## References
- [pickle: restricting globals](https://docs.python.org/3/library/pickle.html#restricting-globals)
- [CWE-502](https://cwe.mitre.org/data/definitions/502.html)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from picketlint.knowledge.pickles import (
    ALLOWING_FLAGS,
    CELERY_PICKLE,
    CELERY_SETTINGS,
    CONNECTIONS,
    CONSIDERED,
    LOADERS,
    PICKLE_DUMPERS,
    PICKLE_ENDINGS,
    SKOPS_LOADERS,
    SKOPS_TYPES,
    UNPICKLERS,
    UNPICKLING_METHODS,
)
from picketlint.knowledge.pickles import (
    SINKS as ROWS,
)
from picketlint.rule import (
    HANDERS,
    Call,
    Confidence,
    Hit,
    Module,
    Names,
    Rule,
    Severity,
    bad,
    good,
    handed_over,
    on_call,
    on_callee,
    on_candidate,
)

SINKS = PICKLE_LOADERS | UNPICKLERS | WEAKER_LOADERS
_WANTED = SINKS | frozenset(PICKLE_ENDINGS)
_MAX_NODES = 500
_DUMPS = (".pickle.dumps", ".cloudpickle.dumps")
INSTEAD = (
    "use safetensors, JSON or Arrow, or an `Unpickler` subclass whose `find_class` raises for all but the classes "
    "you need"
)


class UnsafePickleLoad(Rule):
    """Unpickling."""

    id = "PKT106"
    name = "unsafe-pickle-load"
    since = "0.1"
    severity = Severity.HIGH
    confidence = Confidence.HIGH
    cwe = 502
    policy = "Deserializing untrusted data"
    triggers = (b"ickle", b"dill", b"joblib", b"shelve", b"marshal", b"ForkingPickler", b"recv_pyobj")
    supersedes = ("B301", "B302", "S301", "S302")
    examples = (
        bad("import pickle\npickle.load(f)", at="2:1", confidence=Confidence.HIGH),
        bad("import pickle as pkl\ndef f(b):\n    return pkl.loads(b)", at="3:12"),
        bad("from pickle import load\nx = load(f)", at="2:5"),
        bad("from cloudpickle import *\nloads(b)", at="2:1"),
        bad(
            "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle\npickle.loads(b)",
            confidence=Confidence.HIGH,
            why="whichever it is, it unpickles",
        ),
        bad("try:\n    import dill\nexcept ImportError:\n    dill = None\ndill.load(f)", confidence=Confidence.HIGH),
        bad("def read(f):\n    import pickle\n    return pickle.load(f)", at="3:12"),
        bad('import pickle\ngetattr(pickle, "load")(f)', at="2:1"),
        bad('import importlib\nimportlib.import_module("pickle").loads(b)', at="2:1"),
        bad("import pickle\nload = pickle.load\nload(f)", at="3:1"),
        bad(
            'import functools, pickle\nload = functools.partial(pickle.load, encoding="latin1")\nload(f)',
            at="2:8",
            why="reported once, where the loader is made",
        ),
        bad("import pickle\nlist(map(pickle.loads, rows))", at="2:6"),
        bad("import pickle\npool.submit(pickle.load, f)", at="2:1"),
        bad("import joblib\njoblib.load(p)", at="2:1"),
        bad("import pandas as pd\npd.read_pickle(p)", at="2:1"),
        bad("import marshal\nmarshal.loads(b)", at="2:1"),
        bad("import shelve\nshelve.open(p)", at="2:1"),
        bad("from multiprocessing.reduction import ForkingPickler\nForkingPickler.loads(b)", at="2:1"),
        bad("import zmq\nsocket.recv_pyobj()", at="2:1"),
        bad("import pickle\npickle.Unpickler(f).load()", at="2:1"),
        bad(
            "from package.utils import pickle\npickle.loads(b)",
            confidence=Confidence.MEDIUM,
            why="most likely the module of that name, handed on",
        ),
        bad(
            "import pickle\nclass Renaming(pickle.Unpickler):\n    def find_class(self, module, name):\n"
            '        if module == "old":\n            module = "new"\n'
            "        return super().find_class(module, name)\nRenaming(f).load()",
            at="7:1",
            why="it still finds everything",
        ),
        bad(
            "import pickle\nclass Denying(pickle.Unpickler):\n    def find_class(self, module, name):\n"
            '        if module in {"os", "subprocess"}:\n            raise pickle.UnpicklingError(name)\n'
            "        return super().find_class(module, name)\nDenying(f).load()",
            at="7:1",
            why="a list of what is forbidden always misses something",
        ),
        good("import pickle\npickle.dump(x, f)\nb = pickle.dumps(x)"),
        good("import pickle\ny = pickle.loads(pickle.dumps(x))", why="a copy made here"),
        good("import pickle\ndef copy(x):\n    b = pickle.dumps(x)\n    return pickle.loads(b)"),
        good(
            "import pickle\nclass Safe(pickle.Unpickler):\n    def find_class(self, module, name):\n"
            "        if (module, name) in ALLOWED:\n            return super().find_class(module, name)\n"
            "        raise pickle.UnpicklingError(name)\nSafe(f).load()",
            why="an allow-list",
        ),
        good(
            "import pickle\nclass Safe(pickle.Unpickler):\n    def find_class(self, module, name):\n"
            "        if (module, name) not in ALLOWED:\n            raise pickle.UnpicklingError(name)\n"
            "        return super().find_class(module, name)\nSafe(f).load()",
        ),
        good("import pickle\ndef f(pickle, b):\n    return pickle.loads(b)", why="the parameter is something else"),
        good("import pickle, json\ndef f():\n    pickle = json\n    return pickle.load(x)"),
        good("import pickle\ndef load(f):\n    return f.read()\nload(x)", why="a function of this file"),
        good("import json\njson.load(f)"),
    )

    @on_call(*SINKS)
    def call(self, call: Call, module: Module) -> Iterator[Hit]:
        """A function that unpickles, under whatever name."""
        target = module.calls.target(call.node)
        if target.partials and not target.unfinished:
            return
        if not target.unfinished and self._round_trip(call.node, module):
            return
        yield self._report(call.node, call.name, target.names)

    @on_callee(*UNPICKLING_METHODS, *HANDERS)
    @on_candidate(*_WANTED)
    def other(self, call: ast.Call, module: Module) -> Iterator[Hit]:
        """Methods of sockets, subclasses of ``Unpickler``, and loaders handed to something else to call."""
        if isinstance(call.func, ast.Attribute) and call.func.attr in UNPICKLING_METHODS:
            message = f"`{call.func.attr}` unpickles what the peer sent, and so runs code of its choice; "
            yield self.at(call, message + "send JSON, msgpack or raw tensors")
            return
        later = handed_over(call)
        wanted = later is not None and module.may_mean(later.func, _WANTED)
        names = module.names(later.func) if later is not None and wanted else Names((), False)
        name = next((name for name in names.names if name in SINKS), None)
        if later is not None and name is not None:
            yield self._report(call, name, names, focus=later.func)
            return
        if not module.may_mean(call.func, _WANTED):
            return
        found = module.names(call.func)
        handed_on = next((n for n in found.names if n.endswith(PICKLE_ENDINGS) and n not in SINKS), None)
        if handed_on is not None and not self._round_trip(call, module):
            yield self._report(call, handed_on, found)
        elif isinstance(call.func, ast.Name):
            yield from self._subclass(call, call.func, module)

    def _report(self, anchor: ast.Call, name: str, names: Names, focus: ast.AST | None = None) -> Hit:
        sure = names.complete and all(other in SINKS for other in names.names)
        return self.at(
            anchor,
            f"`{name}` runs code that the author of the data chose; {INSTEAD}",
            focus=focus,
            severity=Severity.MEDIUM if name in WEAKER_LOADERS else None,
            confidence=None if sure else Confidence.MEDIUM,
        )

    @staticmethod
    def _round_trip(call: ast.Call, module: Module) -> bool:
        """Whether what is loaded was dumped by this very code and has not left it."""
        if not call.args:
            return False
        given: list[ast.expr | None] = [call.args[0]]
        if isinstance(call.args[0], ast.Name):
            reaching = module.resolver.bindings.lookup(call.args[0].id, call.args[0])
            if reaching is None or not reaching.complete:
                return False
            given = [binding.value for binding in reaching.bindings]
        dumped = [value for value in given if isinstance(value, ast.Call)]
        names = [module.names(value.func).certain or "" for value in dumped]
        return len(names) == len(given) and all(n in PICKLE_DUMPERS or n.endswith(_DUMPS) for n in names)

    def _subclass(self, call: ast.Call, func: ast.Name, module: Module) -> Iterator[Hit]:
        """An instance of a class of this file that unpickles without an allow-list."""
        owner = module.resolver.class_of(func)
        if owner is None or module.names(func).certain != f"<here>.{owner.name}" or not _unpickles(owner, module):
            return
        members = module.resolver.members(owner, "find_class")
        finder = members[0].node if members else None
        if isinstance(finder, ast.FunctionDef) and (_refuses(finder.body) or not _finds_anything(finder, module)):
            return
        message = f"`{owner.name}` is an `Unpickler` that finds every class, so it runs code that the author of the "
        message += "data chose; raise `UnpicklingError` in `find_class` for all but the classes you need"
        yield self.at(call, message, confidence=Confidence.MEDIUM if members else None)


def _unpickles(owner: ast.ClassDef, module: Module) -> bool:
    """Whether a class of this file is derived from ``Unpickler``."""
    pending, seen = [owner], {owner}
    while pending:
        for base in pending.pop().bases:
            if any(name in UNPICKLERS for name in module.names(base).names):
                return True
            parent = module.resolver.class_of(base)
            if parent is not None and parent not in seen:
                seen.add(parent)
                pending.append(parent)
    return False


def _refuses(statements: list[ast.stmt]) -> bool:
    """Whether what no test lets through ends in an exception: the mark of an allow-list."""
    if not statements:
        return False
    last = statements[-1]
    if isinstance(last, ast.Raise):
        return True
    if isinstance(last, (ast.If, ast.Try, ast.With)):
        branches = [last.body, getattr(last, "orelse", [])]
        if any(isinstance(branch[-1], ast.Raise) for branch in branches if branch):
            return True
        if any(_refuses(branch) for branch in branches):
            return True
    return any(isinstance(s, ast.Assert) or (isinstance(s, ast.If) and _excludes(s)) for s in statements)


def _excludes(statement: ast.If) -> bool:
    """``if (module, name) not in ALLOWED: raise``."""
    if not isinstance(statement.body[-1], ast.Raise):
        return False
    return any(
        isinstance(node, (ast.NotIn, ast.Not, ast.NotEq)) for node in islice(ast.walk(statement.test), _MAX_NODES)
    )


def _finds_anything(finder: ast.FunctionDef, module: Module) -> bool:
    """Whether a ``find_class`` looks up what it is asked for at all, rather than return fixed classes."""
    for call in islice(ast.walk(finder), _MAX_NODES):
        if isinstance(call, ast.Call):
            if isinstance(call.func, ast.Attribute) and call.func.attr in ("find_class", "import_module", "__import__"):
                return True
            if module.names(call.func).certain in ("builtins.getattr", "builtins.__import__", "builtins.eval"):
                return True
    return False
