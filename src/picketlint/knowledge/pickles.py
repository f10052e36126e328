"""What unpickles: functions, methods and flags, each row with the reason it is here and where that is written.

A row is a sink by its library's own documentation or source. ``CONSIDERED`` are those that look like one and are none,
or cannot be reported without crying wolf; the rules stay silent about them.
"""

from __future__ import annotations

from picketlint.base.records import NamedTuple
from picketlint.model import Confidence, Severity

_DATA = "runs code that the author of the data chose"
_MODEL = "unpickles the model, and so runs code that its author chose"
_UNPICKLER = (
    "use safetensors, JSON or Arrow, or an `Unpickler` subclass whose `find_class` raises for all but the classes you "
    "need"
)


class Sink(NamedTuple):
    """Functions that unpickle what they load, and why that is known.

    ``names`` are qualified names, the first of which is shown in the rule's examples. ``severity`` is lower where an
    attacker needs more than the file, ``confidence`` where some files, settings or releases are safe. ``versions`` says
    which releases do it; empty: all.
    """

    names: tuple[str, ...]
    source: str
    severity: Severity = Severity.HIGH
    confidence: Confidence = Confidence.HIGH
    harm: str = _DATA
    instead: str = _UNPICKLER
    versions: str = ""


def _each(modules: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{module}.{name}" for name in names for module in modules)


PICKLES = (
    "pickle",
    "_pickle",
    "cPickle",
    "cloudpickle",
    "cloudpickle.cloudpickle",
    "compress_pickle",
    "dill",
    "dill._dill",
    "joblib.externals.cloudpickle",
    "pickle5",
    "ray.cloudpickle",
    "six.moves.cPickle",
    "srsly.cloudpickle",
)
_GENSIM = {
    "models": (
        "Word2Vec",
        "KeyedVectors",
        "Doc2Vec",
        "FastText",
        "LdaModel",
        "LdaMulticore",
        "LsiModel",
        "TfidfModel",
        "HdpModel",
        "Nmf",
        "Phrases",
        "EnsembleLda",
        "AuthorTopicModel",
        "LdaSeqModel",
        "RpModel",
        "LogEntropyModel",
        "TranslationMatrix",
        "word2vec.Word2Vec",
        "keyedvectors.KeyedVectors",
        "doc2vec.Doc2Vec",
        "fasttext.FastText",
        "ldamodel.LdaModel",
        "ldamulticore.LdaMulticore",
        "lsimodel.LsiModel",
        "tfidfmodel.TfidfModel",
        "phrases.Phraser",
        "phrases.Phrases",
        "phrases.FrozenPhrases",
    ),
    "corpora": ("Dictionary", "HashDictionary", "dictionary.Dictionary"),
    "similarities": ("MatrixSimilarity", "Similarity", "SparseMatrixSimilarity", "docsim.Similarity"),
}
_FLAIR = ("SequenceTagger", "TextClassifier", "TARSClassifier", "TARSTagger", "RelationExtractor", "TextRegressor")
_STABLE_BASELINES = ("PPO", "A2C", "DDPG", "DQN", "SAC", "TD3")
_WITHOUT_PYFUNC = (
    "log and load the model in a flavor that brings neither pickles nor code (ONNX, XGBoost's own format), or load "
    "only what your own registry has approved"
)

PICKLE_SINKS: tuple[Sink, ...] = (
    Sink(_each(PICKLES, ("load", "loads")), "https://docs.python.org/3/library/pickle.html"),
    Sink(("dill.load_module", "dill.load_session"), "https://dill.readthedocs.io/en/latest/dill.html"),
    Sink(
        ("multiprocessing.reduction.ForkingPickler.loads", "multiprocessing.reduction.loads"),
        "https://github.com/python/cpython/blob/main/Lib/multiprocessing/reduction.py: loads = pickle.loads",
    ),
    Sink(
        ("torch.fx._graph_pickler.GraphPickler.loads",),
        "https://github.com/pytorch/pytorch/blob/main/torch/fx/_graph_pickler.py",
    ),
    Sink(
        ("torch.storage._load_from_bytes",),
        "https://github.com/pytorch/pytorch/blob/main/torch/storage.py: torch.load(..., weights_only=False)",
    ),
    Sink(
        ("torch.package.PackageImporter", "torch.package.package_importer.PackageImporter"),
        "https://docs.pytorch.org/docs/stable/package.html",
        harm="runs the Python code and the pickles that the archive brings",
        instead="keep the code in the project and store the weights as safetensors",
        versions="torch >= 1.9",
    ),
    Sink(
        ("joblib.load", "joblib.numpy_pickle.load", "sklearn.externals.joblib.load"),
        "https://joblib.readthedocs.io/en/stable/generated/joblib.load.html",
    ),
    Sink(
        ("jsonpickle.decode", "jsonpickle.loads", "jsonpickle.unpickler.decode"),
        "https://jsonpickle.readthedocs.io/en/latest/",
    ),
    Sink(
        ("pandas.read_pickle", "pandas.io.pickle.read_pickle", "pandas.compat.pickle_compat.load"),
        "https://pandas.pydata.org/docs/reference/api/pandas.read_pickle.html",
    ),
    Sink(
        ("pandas.read_hdf", "pandas.io.pytables.read_hdf", "pandas.HDFStore().get", "pandas.HDFStore().select"),
        "https://pandas.pydata.org/docs/reference/api/pandas.read_hdf.html",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        harm="unpickles the columns of objects that a file holds, and so runs code that its author chose",
        instead="store the table as Parquet or Arrow",
    ),
    Sink(
        ("polars.LazyFrame.deserialize", "polars.Expr.deserialize"),
        "https://docs.pola.rs/api/python/stable/reference/lazyframe/api/polars.LazyFrame.deserialize.html",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        harm="unpickles the Python functions that a plan holds, and so runs code that its author chose",
        instead="build the plan from settings of your own",
    ),
    Sink(
        ("pyarrow.deserialize", "pyarrow.deserialize_from"),
        "https://arrow.apache.org/docs/11.0/python/ipc.html#arbitrary-object-serialization",
        instead="use Arrow's IPC format (`pyarrow.ipc.open_stream`)",
        versions="pyarrow < 14, deprecated since 2.0",
    ),
    Sink(("srsly.pickle_loads",), "https://github.com/explosion/srsly"),
    Sink(
        _each(
            ("pyspark.serializers",),
            ("CPickleSerializer().loads", "PickleSerializer().loads", "CloudPickleSerializer().loads"),
        ),
        "https://github.com/apache/spark/blob/master/python/pyspark/serializers.py",
    ),
    Sink(
        ("statsmodels.api.load", "statsmodels.iolib.smpickle.load_pickle"),
        "https://www.statsmodels.org/stable/generated/statsmodels.iolib.smpickle.load_pickle.html",
    ),
    Sink(
        (
            "fastai.learner.load_learner",
            *_each(("fastai.vision", "fastai.text", "fastai.tabular", "fastai.collab"), ("all.load_learner",)),
            "fastai.basics.load_learner",
            "fastai.vision.load_learner",
        ),
        "https://docs.fast.ai/learner.html#load_learner",
        harm="unpickles the whole learner, and so runs code that the file's author chose",
        instead="build the learner in code and read its weights with `Learner.load`",
    ),
    Sink(("gensim.utils.unpickle", "gensim.utils.SaveLoad.load"), "https://radimrehurek.com/gensim/utils.html"),
    Sink(
        tuple(f"gensim.{part}.{name}.load" for part, classes in _GENSIM.items() for name in classes),
        "https://radimrehurek.com/gensim/utils.html#gensim.utils.SaveLoad: uses pickle internally",
        harm=_MODEL,
        instead="store vectors in word2vec format (`load_word2vec_format`)",
    ),
    Sink(
        (*_each(("flair.models",), tuple(f"{name}.load" for name in _FLAIR)), *_each(("flair.nn",), ("Model.load",))),
        "https://github.com/flairNLP/flair/blob/master/flair/file_utils.py: torch.load(f, weights_only=False)",
        harm=_MODEL,
        instead="load weights with safetensors into a model that your code builds",
    ),
    Sink(
        (
            *_each(("stable_baselines3",), tuple(f"{name}.load" for name in _STABLE_BASELINES)),
            *(f"stable_baselines3.{name.lower()}.{name}.load" for name in _STABLE_BASELINES),
            "stable_baselines3.common.save_util.load_from_pkl",
            "stable_baselines3.common.vec_env.VecNormalize.load",
        ),
        "https://github.com/DLR-RM/stable-baselines3/blob/master/stable_baselines3/common/save_util.py",
        harm=_MODEL,
        instead="build the policy in code and read its parameters from safetensors",
    ),
    Sink(
        ("paddle.load", "paddle.framework.io.load", "paddle.static.load_program_state"),
        "https://github.com/PaddlePaddle/Paddle/issues/77735, https://github.com/PaddlePaddle/Paddle/pull/78085",
        confidence=Confidence.MEDIUM,
        harm="unpickles without limits until paddle 3.3, and so runs code that the file's author chose",
        instead="store weights as safetensors",
        versions="paddle <= 3.3",
    ),
    # Which flavors unpickle: https://github.com/mlflow/mlflow/tree/master/mlflow, wherever a loader asks
    # MLFLOW_ALLOW_PICKLE_DESERIALIZATION. A registry is commonly the team's own: hence the severity.
    Sink(
        _each(
            ("mlflow",),
            tuple(
                f"{flavor}.load_model"
                for flavor in ("sklearn", "pytorch", "statsmodels", "pmdarima", "paddle", "langchain", "dspy")
            ),
        ),
        "https://mlflow.org/docs/latest/api_reference/python_api/mlflow.sklearn.html",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        harm="unpickles most models, and so runs code that whoever can write to the store chose",
        instead=_WITHOUT_PYFUNC,
    ),
    Sink(
        ("mlflow.shap.load_explainer",),
        "https://mlflow.org/docs/latest/api_reference/python_api/mlflow.shap.html",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        harm="unpickles the explainer, and so runs code that whoever can write to the store chose",
        instead="build the explainer in code",
    ),
    Sink(
        ("mlflow.pyfunc.load_model", "mlflow.pyfunc.load_pyfunc", "mlflow.pyfunc.spark_udf"),
        "https://mlflow.org/docs/latest/api_reference/python_api/mlflow.pyfunc.html",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        harm="imports the code and unpickles the objects of the model, chosen by whoever can write to the store",
        instead=_WITHOUT_PYFUNC,
    ),
    # Damage by data of another's making is possible, full control is harder: the references say "never" all the same.
    Sink(("marshal.load", "marshal.loads"), "https://docs.python.org/3/library/marshal.html", severity=Severity.MEDIUM),
    Sink(
        ("shelve.open", "shelve.Shelf", "shelve.DbfilenameShelf"),
        "https://docs.python.org/3/library/shelve.html",
        severity=Severity.MEDIUM,
    ),
)
LOADERS: dict[str, Sink] = {name: sink for sink in PICKLE_SINKS for name in sink.names}

# A module of one of these names that another package hands on (``from package.utils import pickle``) is that module.
PICKLE_ENDINGS = tuple(
    f".{module}.{name}"
    for module in ("_pickle", "cPickle", "cloudpickle", "dill", "pickle")
    for name in ("load", "loads", "Unpickler")
)
UNPICKLERS = frozenset(f"{module}.{name}" for module in PICKLES for name in ("Unpickler", "_Unpickler")) | frozenset(
    {"pandas.compat.pickle_compat.Unpickler"}
)
# Methods whose name says it, whatever they are called on.
# https://pyzmq.readthedocs.io/en/latest/api/zmq.html#zmq.Socket.recv_pyobj
# https://spark.apache.org/docs/latest/api/python/reference/api/pyspark.SparkContext.pickleFile.html
UNPICKLING_METHODS = {"recv_pyobj": "what the peer sent", "pickleFile": "what the files hold"}
# ``recv`` of a connection unpickles: "unless the connection object was produced using Pipe() you should only use the
# recv() and send() methods after performing some sort of authentication". What makes one, and the place of ``authkey``.
# https://docs.python.org/3/library/multiprocessing.html#multiprocessing.connection.Connection.recv
CONNECTIONS = {
    "multiprocessing.connection.Listener": 3,
    "multiprocessing.connection.Client": 2,
}
# Keywords under which clients, consumers and caches are given the function that they call with what they receive.
# https://kafka-python.readthedocs.io/en/master/apidoc/KafkaConsumer.html (value_deserializer),
# https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.DatasetFolder.html (loader)
DESERIALIZERS = ("decoder", "deserialize", "deserializer", "key_deserializer", "loader", "loads", "value_deserializer")
# Flags that allow a loader to unpickle; False by default in all of them.
# https://python.langchain.com/api_reference/community/vectorstores/langchain_community.vectorstores.faiss.FAISS.html
# pickle_fallback: langgraph's JsonPlusSerializer, CVE-2026-27794
ALLOWING_FLAGS = ("allow_dangerous_deserialization", "pickle_fallback")
# True stood for every type until skops 0.10, which refuses it; what the file itself lists says no more than that.
# https://skops.readthedocs.io/en/stable/changes.html, .../modules/classes.html#skops.io.load
SKOPS_LOADERS = ("skops.io.load", "skops.io.loads")
SKOPS_TYPES = frozenset({"skops.io.get_untrusted_types()"})
# What a Celery or kombu setting calls pickle: https://docs.celeryq.dev/en/stable/userguide/security.html#serializers
CELERY_SETTINGS = ("accept_content", "result_accept_content", "CELERY_ACCEPT_CONTENT", "CELERY_RESULT_ACCEPT_CONTENT")
CELERY_PICKLE = frozenset({"pickle", "application/x-python-serialize"})

PICKLE_DUMPERS = frozenset(f"{module}.dumps" for module in PICKLES) | frozenset(
    {"jsonpickle.encode", "jsonpickle.dumps", "marshal.dumps", "multiprocessing.reduction.ForkingPickler.dumps"}
)

# Left out although it unpickles: the readers of torch.distributed.checkpoint, whose ``.metadata`` file is a pickle
# (https://github.com/pytorch/pytorch/blob/main/torch/distributed/checkpoint/filesystem.py). A job resumes from its own
# files with it, and there is no other reader of that format that a message could name.
# Code about which the rules stay silent, and why.
CONSIDERED = {
    (
        "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle\ny = pickle.loads(pickle.dumps(x))"
    ): "whichever module it is, it is both",
    (
        "import pickle\nclass Job:\n    def __init__(self, f):\n        self._f = None\n"
        "        self._f = pickle.dumps(f)\n    def __call__(self):\n        return pickle.loads(self._f)"
    ): "the object has pickled it itself",
    "import io, pickle\ny = pickle.load(io.BytesIO(pickle.dumps(x)))": "a copy made here",
    "import io, pickle\nb = io.BytesIO()\npickle.dump(x, b)\nb.seek(0)\ny = pickle.load(b)": "a copy made here",
    "import io, pickle\nb = io.BytesIO()\npickle.Pickler(b).dump(x)\ny = pickle.loads(b.getvalue())": "a copy",
    (
        "import pickle, tempfile\nwith tempfile.TemporaryFile() as f:\n    pickle.dump(x, f)\n    pickle.load(f)"
    ): "a copy made here",
    "import pickle\ndef copy(x):\n    b = pickle.dumps(x)\n    return pickle.loads(b)": "a copy made here",
    "import pickle\ndef check(x, loads=pickle.loads, dumps=pickle.dumps):\n    loads(dumps(x))": "a copy made here",
    (
        "import pickle\nclass Safe(pickle.Unpickler):\n    def find_class(self, module, name):\n"
        "        if (module, name) in ALLOWED:\n            return super().find_class(module, name)\n"
        "        raise pickle.UnpicklingError(name)\nSafe(f).load()"
    ): "an allow-list",
    (
        "import pickle\nclass Safe(pickle.Unpickler):\n    def find_class(self, module, name):\n"
        "        if (module, name) not in ALLOWED:\n            raise pickle.UnpicklingError(name)\n"
        "        return super().find_class(module, name)\nSafe(f).load()"
    ): "an allow-list that refuses first",
    "import torch\ntorch.jit.load(path)": "TorchScript, not Python: the archive's constants are tensors and scripts",
    "import torch.utils.cpp_extension\ntorch.utils.cpp_extension.load(name, sources)": "compiles the project's sources",
    "import numpy\nnumpy.loadtxt(path)": "text",
    "import safetensors.torch\nsafetensors.torch.load_file(path)": "made to be safe",
    "import json\njson.load(file)": "text",
    "import torch.distributed as dist\ndist.all_gather_object(out, x)\ndist.broadcast_object_list(xs)\n"
    "dist.recv_object_list(xs)": "the ranks of one job: who can send there runs the same program already",
    "import tensorflow as tf\ntf.saved_model.load(path)": "restores a graph; no Python of the file's author runs",
    "import nltk\nnltk.data.load(path)": "restricted since nltk 3.9",
    "import scipy.io\nscipy.io.loadmat(path)": "MATLAB's own format",
    "import xgboost\nxgboost.Booster().load_model(path)": "a format of its own",
    "import onnx\nonnx.load(path)": "a protocol buffer",
    "import h5py\nh5py.File(path)": "arrays; pickles in it stay bytes",
    "import mxnet\nmxnet.nd.load(path)": "arrays",
    "import spacy\nspacy.load(name)": "builds what an installed package registers",
    "import mlflow\nmlflow.xgboost.load_model(uri)\nmlflow.onnx.load_model(uri)": "the libraries' own formats",
    "from gensim.models import KeyedVectors\nKeyedVectors.load_word2vec_format(path)": "vectors as text or floats",
    "import multiprocessing\na, b = multiprocessing.Pipe()\na.recv()": "the two ends of one program's pipe",
    "import fickling\nfickling.load(file)": "checks the pickle before it loads it",
    "import django.core.signing\ndjango.core.signing.loads(text)": "JSON, and signed",
}
