"""Functions that write pickles to a file and read them from one, and what makes a file that only its maker has."""

from __future__ import annotations

_PICKLES = ("pickle", "_pickle", "dill", "cloudpickle", "joblib.externals.cloudpickle", "pickle5", "cPickle")

# What these have written holds a pickle of an object of the program: the 0-based place of the file.
# https://docs.python.org/3/library/pickle.html#pickle.dump, https://docs.pytorch.org/docs/stable/generated/torch.save.html
# https://numpy.org/doc/stable/reference/generated/numpy.save.html
WRITERS = {
    **{f"{module}.dump": 1 for module in _PICKLES},
    **{f"{module}.Pickler": 0 for module in _PICKLES},
    "cloudpickle.CloudPickler": 0,
    "multiprocessing.reduction.ForkingPickler": 0,
    "multiprocessing.reduction.dump": 1,
    "joblib.dump": 1,
    "marshal.dump": 1,
    "torch.save": 1,
    "torch.serialization.save": 1,
    "numpy.save": 0,
    "numpy.savez": 0,
    "numpy.savez_compressed": 0,
    "numpy.lib.format.write_array": 0,
}
# They read the file that they are given first, and keep it to themselves.
READERS = frozenset(
    {
        *(f"{module}.{name}" for module in _PICKLES for name in ("load", "loads", "Unpickler")),
        "joblib.load",
        "marshal.load",
        "marshal.loads",
        "torch.load",
        "torch.serialization.load",
        "numpy.load",
        "numpy.lib.format.read_array",
        "pandas.read_pickle",
        "builtins.len",
    }
)
FILE_KEYWORDS = frozenset({"f", "file", "filename", "fp"})

# What they return is such a pickle.
DUMPS = frozenset({*(f"{module}.dumps" for module in _PICKLES), "marshal.dumps"})

MEMORY = frozenset({"io.BytesIO", "_io.BytesIO"})
TEMPORARY = frozenset({f"tempfile.{name}" for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile")})
# Methods that give what was written, and others that write nothing.
CONTENTS = frozenset({"getvalue", "read", "getbuffer"})
HARMLESS = frozenset({"close", "flush", "getvalue", "read", "rewind", "seek", "seekable", "tell", "truncate"})
