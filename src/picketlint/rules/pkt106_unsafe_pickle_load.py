"""Data loaded with pickle or a library built on it.

## What it does
Reports calls that unpickle: `load`, `loads` and `Unpickler` of `pickle`, `dill` and `cloudpickle`, `joblib.load`,
`shelve.open`, `marshal.load`, `jsonpickle.decode`, `pandas.read_pickle`, `ForkingPickler.loads`, and `recv_pyobj` of
zmq sockets; also where such a function is handed to `map`, `submit`, `delayed`, `partial` or `Thread`, at that place.
So do the loaders of many libraries: of torch (`torch.package.PackageImporter`), fastai, gensim, flair,
stable-baselines3, statsmodels, paddle. With medium severity and confidence `pandas.read_hdf`, which unpickles only
columns of objects, and MLflow's `load_model` for flavors that unpickle, since a model store is often the team's own.

What allows a library to unpickle is reported too: `allow_dangerous_deserialization=True` of LangChain's stores, in
calls and as a default; `trusted=True`, or all that the file itself lists, for `skops.io.load`; `"pickle"` among the
`accept_content` of Celery; `recv` of a `multiprocessing.connection` made without an `authkey`.

Writing is fine. So is a round trip, `pickle.loads(pickle.dumps(x))`, also by way of an `io.BytesIO` or temporary file
that nothing else can write to, and an `Unpickler` subclass whose `find_class` refuses what it does not list; one that
only renames modules and then finds everything is not, and is reported where it is used, or where it is defined for
other files. The object collectives of `torch.distributed` are fine as well: they unpickle what other ranks of the same
job sent, and whoever can send there runs the job's program already.

What a comparison of digests (`if sha256(data).hexdigest() != expected: raise`) let pass has medium severity.

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

from picketlint.knowledge.pickles import (
    ALLOWING_FLAGS,
    CELERY_PICKLE,
    CELERY_SETTINGS,
    CONNECTIONS,
    CONSIDERED,
    DESERIALIZERS,
    LOADERS,
    PICKLE_DUMPERS,
    PICKLE_ENDINGS,
    PICKLE_SINKS,
    SKOPS_LOADERS,
    SKOPS_TYPES,
    UNPICKLERS,
    UNPICKLING_METHODS,
)
from picketlint.rule import (
    Call,
    Confidence,
    Default,
    Flag,
    Hit,
    Module,
    Names,
    Rule,
    Severity,
    State,
    bad,
    called,
    enabled,
    good,
    last_name,
    later,
    on,
    on_call,
    on_callee,
    on_candidate,
    on_default,
    on_keyword,
    qualified,
    turned,
)

SINKS = frozenset(LOADERS) | UNPICKLERS
_KNOWN_BY_ENDING = UNPICKLERS | frozenset(PICKLE_ENDINGS)
_DUMPS = (".pickle.dumps", ".cloudpickle.dumps")
_OWN_MODULE = ".pickle"
_PICKLE = LOADERS["pickle.load"]
_UNPICKLER = "Unpickler"
_EVERYTHING = (
    "`{}` is an `Unpickler` that finds every class, so it runs code that the author of the data chose; raise "
    "`UnpicklingError` in `find_class` for all but the classes you need"
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
    triggers = later(
        lambda: (
            *qualified(*SINKS, *SKOPS_LOADERS, *(ending.strip(".") for ending in PICKLE_ENDINGS)),
            *(trigger for name in ALLOWING_FLAGS for trigger in turned(name, on=True)),
            *UNPICKLING_METHODS,
            *((setting, kind) for setting in CELERY_SETTINGS for kind in ("pickle", b"x-python-serialize")),
            ("multiprocessing", "recv"),
        )
    )
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
        good("import shelve\ncache = shelve.Shelf({})", why="holds what the program puts into it"),
        bad(
            "def _joblib():\n    try:\n        from sklearn.externals import joblib\n    except ImportError:\n"
            "        import joblib\n    return joblib\njoblib = _joblib()\njoblib.load(p)",
            at="8:1",
            why="a function of the module imports it",
        ),
        good(
            "import pickle\ndef _store():\n    import pickle\n    return Own()\n_store().load(p)", why="another object"
        ),
        bad("import pickle\nload = pickle.load\nload(f)", at="3:1"),
        bad(
            'import functools, pickle\nload = functools.partial(pickle.load, encoding="latin1")\nload(f)',
            at="2:8",
            why="reported once, where the loader is made",
        ),
        bad("import pickle\nlist(map(pickle.loads, rows))", at="2:6"),
        bad("import pickle\npool.submit(pickle.load, f)", at="2:1"),
        bad("import pickle\nfrom joblib import delayed\njobs = [delayed(pickle.load)(f) for f in files]", at="3:9"),
        bad("import json, pickle\nLOADERS = {'.pkl': pickle.load, '.json': json.load}\nLOADERS[suffix](f)", at="3:1"),
        bad("import pickle\nLOADERS = {'.pkl': pickle.load}\nload = LOADERS.get(suffix)\nload(f)", at="4:1"),
        bad("import pickle\nKafkaConsumer('jobs', value_deserializer=pickle.loads)", confidence=Confidence.MEDIUM),
        good("import json, pickle\nLOADERS = {'.pkl': pickle.load, '.json': json.load}\nLOADERS['.json'](f)"),
        bad("from multiprocessing.reduction import ForkingPickler\nForkingPickler.loads(b)", at="2:1"),
        bad("import zmq\nsocket.recv_pyobj()", at="2:1"),
        bad("import pickle\npickle.Unpickler(f).load()", at="2:1"),
        bad(
            "from package.utils import pickle\npickle.loads(b)",
            confidence=Confidence.MEDIUM,
            why="most likely the module of that name, handed on",
        ),
        good("from .pickle import load\nload(f)", why="a module of the package's own"),
        good("from mine.pickle import load\nimport mine.io.pickle as p\nload(f)\np.loads(b)"),
        bad("from vendored.cloudpickle import loads\nloads(b)", confidence=Confidence.MEDIUM),
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
        bad(
            "import pickle\nclass Mapped(pickle.Unpickler):\n    def persistent_load(self, key):\n"
            "        return self.storages[key]",
            at="2:14",
            confidence=Confidence.MEDIUM,
            why="for other files",
        ),
        good(
            "import pickle\nfrom typing import NoReturn\ndef refuse(name) -> NoReturn:\n    fail(name)\n"
            "class Safe(pickle.Unpickler):\n    def find_class(self, module, name):\n        if fine(module, name):\n"
            "            return super().find_class(module, name)\n        refuse(name)",
        ),
        good("from mine import Restricted\nclass Unpickler(Restricted): ...", why="reported there, or safe"),
        good("import pickle\npickle.dump(x, f)\nb = pickle.dumps(x)"),
        good("import pickle\ny = pickle.loads(pickle.dumps(x))", why="a copy made here"),
        bad("import io, pickle\nb = io.BytesIO()\npickle.dump(x, b)\nb.write(given)\npickle.load(b)", at="5:1"),
        bad("import io, pickle\nb = io.BytesIO()\npickle.dump(x, b)\nfill(b)\npickle.load(b)", at="5:1"),
        bad("import io, pickle\nb = io.BytesIO(given)\npickle.dump(x, b)\npickle.load(b)", at="4:1"),
        bad("import io, pickle\nb = io.BytesIO()\njob.out = b\npickle.dump(x, b)\npickle.load(b)", at="5:1"),
        bad("import pickle\ndef copy(x, b):\n    pickle.dump(x, b)\n    return pickle.load(b)", at="4:12"),
        bad("import io, pickle\nb = io.BytesIO()\npickle.dump(x, b)\nif y:\n    b = y\npickle.load(b)", at="6:1"),
        bad("import pickle\ndef check(x, loads=pickle.loads, fetch=None):\n    loads(fetch(x))", at="3:5"),
        bad("import io, pickle\ny = pickle.load(io.BytesIO(given))", at="2:5"),
        bad(
            "import pickle\nclass Job:\n    def __init__(self, f):\n        self._f = pickle.dumps(f)\n"
            "    def load(self, data):\n        self._f = data\n        return pickle.loads(self._f)",
            at="7:16",
        ),
        bad(
            "import pickle\nclass Job:\n    _f = None\n    def __call__(self):\n        return pickle.loads(self._f)\n"
            "def read(job, data):\n    job._f = data\n    return job()",
            at="5:16",
        ),
        good("import pickle\ndef f(pickle, b):\n    return pickle.loads(b)", why="the parameter is something else"),
        good("import pickle, json\ndef f():\n    pickle = json\n    return pickle.load(x)"),
        good("import pickle\ndef load(f):\n    return f.read()\nload(x)", why="a function of this file"),
        *(bad(f"import {row.names[0].partition('.')[0]}\n{row.names[0]}(x)", at="2:1") for row in PICKLE_SINKS),
        bad("from gensim.models.word2vec import Word2Vec as W\nW.load(path)", at="2:1", confidence=Confidence.HIGH),
        bad("from fastai.vision.all import *\nlearn = load_learner(path)", at="2:9"),
        bad("spark.sparkContext.pickleFile(path)", at="1:1"),
        bad(
            "from multiprocessing.connection import Listener\nwith Listener(address) as listener:\n"
            "    with listener.accept() as peer:\n        job = peer.recv()",
            at="4:15",
        ),
        good(
            "from multiprocessing.connection import Client\npeer = Client(address, authkey=key)\njob = peer.recv()",
            why="both ends prove that they know the key",
        ),
        good("from multiprocessing.connection import Client\npeer = Client(address)\ndata = peer.recv_bytes()"),
        bad("store = FAISS.load_local(path, embeddings, allow_dangerous_deserialization=True)", at="1:9"),
        bad("def load(path, allow_dangerous_deserialization=True):\n    ...", at="1:16"),
        good("FAISS.load_local(path, embeddings)\nFAISS.load_local(p, e, allow_dangerous_deserialization=args.trust)"),
        bad("import skops.io as sio\nsio.load(path, trusted=True)", at="2:1"),
        bad(
            "import skops.io as sio\nsio.load(path, trusted=sio.get_untrusted_types(file=path))",
            at="2:1",
            confidence=Confidence.MEDIUM,
            why="trusts whatever the file asks for",
        ),
        good('import skops.io as sio\nsio.load(path)\nsio.load(path, trusted=["mine.Model"])'),
        bad('app.conf.update(accept_content=["json", "pickle"])', at="1:1"),
        bad('app.conf.accept_content = ["application/x-python-serialize"]', at="1:1"),
        good('app.conf.update(accept_content=["json"])\nFORMATS = ["json", "pickle"]'),
        *(good(code, why=why) for code, why in CONSIDERED.items()),
    )

    @on_call(*SINKS)
    def call(self, call: Call, module: Module) -> Iterator[Hit]:
        """A function that unpickles, under whatever name."""
        target = module.calls.target(call.node)
        if target.partials and not target.unfinished:
            return
        if not target.unfinished and (self._round_trip(call.node, module) or module.opted_in(call.node)):
            return
        focus = call.node.func if call.callback else None
        yield self._report(call.node, call.name, target.names, module, focus)

    @on_keyword(*DESERIALIZERS)
    def given(self, keyword: ast.keyword, module: Module) -> Iterator[Hit]:
        """The same, given to a client or a cache that calls it with what it receives."""
        call, names = module.tree.parent(keyword), module.names(keyword.value)
        name = next((name for name in names.names if name in SINKS), None)
        if name is not None and isinstance(call, ast.Call):
            yield self._report(call, name, names._replace(complete=False), module, keyword)

    @on_callee("recv")
    def received(self, call: ast.Call, module: Module) -> Iterator[Hit]:
        """An object from a connection without authentication."""
        connection = call.func.value if isinstance(call.func, ast.Attribute) and not call.args else None
        maker = module.maker(connection, CONNECTIONS, ("accept",)) if connection is not None else None
        key = module.argument(maker.call, "authkey", CONNECTIONS[maker.name]) if maker is not None else None
        if maker is not None and key is not None and key.state is State.ABSENT:
            message = f"`{called(call)}` unpickles what anybody sends to a `{maker.name.rpartition('.')[2]}` without "
            message += "`authkey`, and so runs code of the sender's choice; pass an `authkey`, or use `recv_bytes`"
            yield self.at(call, message, confidence=None if maker.certain else Confidence.MEDIUM)

    @on_keyword(*ALLOWING_FLAGS)
    def allowed(self, keyword: ast.keyword, module: Module) -> Iterator[Hit]:
        """A flag that lets a loader unpickle."""
        for call, judgement in module.judge_keyword(keyword, enabled):
            message = f"`{called(call)}` {judgement.describe(str(keyword.arg), 'True')} unpickles what it loads, which "
            message += "runs code that the files' author chose; rebuild it from the data"
            yield self.at(call, message, judgement=judgement)

    @on_default(*ALLOWING_FLAGS)
    def default(self, default: Default, module: Module) -> Iterator[Hit]:
        """The same flag's default in a signature, a class or a command line."""
        judgement = module.judge_default(default, enabled)
        if judgement is not None:
            message = f"`{default.name}` is `True` by default, so the code that a file's author chose runs unless the "
            message += "caller objects; make the default `False`"
            yield self.at(default.anchor, message, judgement=judgement)

    @on_call(*SKOPS_LOADERS)
    def trusted(self, call: Call, module: Module) -> Iterator[Hit]:
        """Every type trusted, or all that the file names."""
        trusted = module.argument(call.node, "trusted", 1)
        judgement = module.judge(trusted, Flag("trusted", enabled))
        found = [c for c in trusted.candidates if not SKOPS_TYPES.isdisjoint(module.names(c.value).names)]
        message = f"`{call.name}` that trusts whatever types the file names runs code that its author chose; "
        message += "pass the list of the types you expect"
        if judgement is not None:
            yield self.at(call.node, message, judgement=judgement)
        elif found:
            yield self.at(call.node, message, focus=found[0].focus, confidence=Confidence.MEDIUM)

    @on_keyword(*CELERY_SETTINGS)
    def setting(self, keyword: ast.keyword, module: Module) -> Iterator[Hit]:
        """What a Celery application accepts, set by a call."""
        yield from self._accepts(module.tree.parent(keyword), keyword.value, module)

    @on(ast.Assign)
    def assigned(self, node: ast.Assign, module: Module) -> Iterator[Hit]:
        """The same, assigned to an attribute or in a module of settings."""
        if any(last_name(target) in CELERY_SETTINGS for target in node.targets):
            yield from self._accepts(node, node.value, module)

    def _accepts(self, anchor: ast.AST | None, value: ast.expr, module: Module) -> Iterator[Hit]:
        elements = value.elts if isinstance(value, (ast.List, ast.Tuple, ast.Set)) else []
        pickled = next((e for e in elements if not CELERY_PICKLE.isdisjoint(module.value(e).texts)), None)
        if anchor is not None and pickled is not None:
            message = "The worker unpickles whatever reaches its queue, and so runs code of the sender's choice; "
            yield self.at(anchor, message + "accept `json` or `msgpack` only", focus=pickled)

    @on_callee(*UNPICKLING_METHODS)
    @on_candidate(*_KNOWN_BY_ENDING)
    def other(self, call: ast.Call, module: Module) -> Iterator[Hit]:
        """Methods of sockets, subclasses of ``Unpickler``, and what another package hands on."""
        if isinstance(call.func, ast.Attribute) and call.func.attr in UNPICKLING_METHODS:
            data = UNPICKLING_METHODS[call.func.attr]
            message = f"`{call.func.attr}` unpickles {data}, and so runs code that its author chose; "
            yield self.at(call, message + "use JSON, msgpack or raw tensors")
            return
        if not module.may_mean(call.func, _KNOWN_BY_ENDING):
            return
        found = module.names(call.func)
        ending = (n for n in found.names if n.endswith(PICKLE_ENDINGS) and n not in SINKS)
        handed_on = next((name for name in ending if not _is_own(name, module)), None)
        if handed_on is not None and not self._round_trip(call, module):
            yield self._report(call, handed_on, found, module)
        elif isinstance(call.func, ast.Name):
            yield from self._subclass(call, call.func, module)

    def _report(self, call: ast.Call, name: str, names: Names, module: Module, focus: ast.AST | None = None) -> Hit:
        row = LOADERS.get(name, _PICKLE)
        sure = names.complete and all(other in SINKS for other in names.names)
        severity = Severity.MEDIUM if row.severity is Severity.HIGH and module.verified(call) else row.severity
        doubt = "" if name in SINKS else f", most likely that of `{name.rpartition('.')[0].rpartition('.')[2]}`,"
        message = f"`{name.replace('()', '')}`{doubt} {row.harm}; {row.instead}"
        confidence = row.confidence if sure else Confidence.MEDIUM
        return self.at(call, message, focus=focus, severity=severity, confidence=confidence)

    @staticmethod
    def _round_trip(call: ast.Call, module: Module) -> bool:
        """Whether what is loaded was dumped by this very code and has not left it, or is yet empty."""
        if call.args and isinstance(call.args[0], ast.Dict) and not call.args[0].keys:
            return True
        return module.made_here(call, lambda name: name in PICKLE_DUMPERS or name.endswith(_DUMPS))

    def _subclass(self, call: ast.Call, func: ast.Name, module: Module) -> Iterator[Hit]:
        """An instance of a class of this file that unpickles without an allow-list."""
        owner = module.resolver.class_of(func)
        if owner is not None and module.names(func).certain == f"<here>.{owner.name}":
            confidence = module.finds_everything(owner)
            if confidence is not None:
                yield self.at(call, _EVERYTHING.format(owner.name), confidence=confidence)

    @on(ast.Module)
    def derived(self, _: ast.Module, module: Module) -> Iterator[Hit]:
        """Such a class for other files; an instance made in this one is reported there."""
        classes = module.tree.nodes(ast.ClassDef) if _UNPICKLER in module.source.text else []
        used = {last_name(base) for node in classes for base in node.bases}
        used |= {last_name(call.func) for call in module.tree.nodes(ast.Call)} if classes else set()
        for node in classes:
            if node.name not in used and module.finds_everything(node) is not None:
                yield self.at(node.bases[0], _EVERYTHING.format(node.name), confidence=Confidence.MEDIUM)


def _is_own(name: str, module: Module) -> bool:
    """Whether a function comes from a module that another package calls `pickle`, rather than from Python's."""
    home = name.rpartition(".")[0]
    return home.endswith(_OWN_MODULE) and (not home.strip(".").count(".") or module.mentions.imports_module(home))
