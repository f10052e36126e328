"""Where texts come from: what stands for numbers, quotes for a shell, hands its input on, or reads from outside.

Sources: the library reference of Python 3 (https://docs.python.org/3/library/) unless a row names another.
"""

from __future__ import annotations

# What these return is a number, a truth value, a moment or an id made by chance: no shell syntax, no code.
NUMBERS = frozenset(
    {
        "builtins.abs",
        "builtins.bool",
        "builtins.float",
        "builtins.hash",
        "builtins.id",
        "builtins.int",
        "builtins.isinstance",
        "builtins.len",
        "builtins.ord",
        "builtins.range",
        "builtins.round",
        "datetime.date.today",
        "datetime.datetime.now",
        "datetime.datetime.today",
        "datetime.datetime.utcnow",
        "math.ceil",
        "math.floor",
        "multiprocessing.cpu_count",
        "os.cpu_count",
        "os.getpgid",
        "os.getpid",
        "os.getppid",
        "os.getuid",
        "os.path.exists",
        "os.path.getsize",
        "random.randint",
        "random.randrange",
        "secrets.randbelow",
        "secrets.token_hex",
        "time.monotonic",
        "time.perf_counter",
        "time.time",
        "time.time_ns",
        "uuid.uuid1",
        "uuid.uuid4",
        # https://docs.pytorch.org/docs/stable/cuda.html
        "torch.cuda.current_device",
        "torch.cuda.device_count",
        "torch.cuda.is_available",
    }
)

# What these return is one or more words for a POSIX shell, whatever was put in.
QUOTERS = frozenset({"pipes.quote", "shlex.join", "shlex.quote", "six.moves.shlex_quote"})

# What these return is made of their arguments and nothing else.
TRANSPARENT = frozenset(
    {
        "ast.fix_missing_locations",
        "ast.parse",
        "ast.unparse",
        "builtins.bytes",
        "builtins.compile",
        "builtins.dict",
        "builtins.enumerate",
        "builtins.format",
        "builtins.frozenset",
        "builtins.iter",
        "builtins.list",
        "builtins.max",
        "builtins.min",
        "builtins.next",
        "builtins.repr",
        "builtins.reversed",
        "builtins.set",
        "builtins.sorted",
        "builtins.str",
        "builtins.tuple",
        "builtins.zip",
        "copy.copy",
        "copy.deepcopy",
        "inspect.cleandoc",
        "itertools.chain",
        "itertools.product",
        "os.fsdecode",
        "os.fspath",
        "os.path.abspath",
        "os.path.basename",
        "os.path.dirname",
        "os.path.expanduser",
        "os.path.expandvars",
        "os.path.join",
        "os.path.normpath",
        "os.path.realpath",
        "pathlib.Path",
        "pathlib.PurePath",
        "pathlib.PurePosixPath",
        "textwrap.dedent",
        "textwrap.indent",
        "time.strftime",
    }
)

# Of these only the first argument is in the result, whose name differs; the others say what it is called.
TRANSPARENT_FIRST = {"ast.parse": "source", "builtins.compile": "source", "time.strftime": "format"}
# Keywords of those functions that say how it is made and are not in it, except for ``dict``, where every one is.
MANNERS = frozenset({"encoding", "errors", "key", "reverse", "start", "strict"})

# Methods of texts, paths and containers whose result is made of the receiver and the arguments.
TRANSPARENT_METHODS = frozenset(
    {
        "absolute",
        "as_posix",
        "capitalize",
        "casefold",
        "center",
        "copy",
        "decode",
        "encode",
        "expandtabs",
        "expanduser",
        "get",
        "items",
        "join",
        "joinpath",
        "keys",
        "ljust",
        "lower",
        "lstrip",
        "partition",
        "pop",
        "removeprefix",
        "removesuffix",
        "replace",
        "resolve",
        "rjust",
        "rstrip",
        "split",
        "splitlines",
        "strip",
        "title",
        "upper",
        "values",
        "with_name",
        "with_suffix",
        "zfill",
    }
)
# Methods that only dates and times have: the result is digits, names of days, and the arguments.
TEMPORAL_METHODS = frozenset({"isoformat", "strftime"})
# Attributes of a path (and of an enum member, and of a UUID) that say no more than the object itself.
TRANSPARENT_ATTRIBUTES = frozenset({"hex", "name", "parent", "parents", "stem", "suffix", "value"})
# Last words of what is written like a constant and holds what the program was given: ``APP_CONFIG``.
GIVEN_SETTINGS = frozenset({"ARGS", "CFG", "CONF", "CONFIG", "ENV", "ENVIRON", "FLAGS", "OPTIONS", "OPTS", "SETTINGS"})
# Methods that put their arguments into the receiver.
FILLING_METHODS = frozenset({"add", "append", "appendleft", "extend", "insert", "setdefault", "update"})

# Set by the installation, not by what the program is given; nothing that quoting would not be wise for.
SURROUNDINGS = frozenset(
    {
        "__file__",
        "os.curdir",
        "os.devnull",
        "os.linesep",
        "os.name",
        "os.pathsep",
        "os.sep",
        "platform.machine()",
        "platform.system()",
        "sys.base_prefix",
        "sys.exec_prefix",
        "sys.executable",
        "sys.platform",
        "sys.prefix",
        # https://docs.python.org/3/library/tempfile.html: a name of letters and digits below TMPDIR
        "tempfile.NamedTemporaryFile()",
        "tempfile.TemporaryDirectory()",
        "tempfile.gettempdir()",
        "tempfile.mkdtemp()",
        "tempfile.mkstemp()",
        "tempfile.mktemp()",
        # https://docs.pytorch.org/docs/stable/cpp_extension.html: where CUDA and ROCm were found
        "torch.utils.cpp_extension.CUDA_HOME",
        "torch.utils.cpp_extension.ROCM_HOME",
    }
)

# The version of a library: letters, digits, dots and plus signs (PEP 440), and if the library lies, its code has run.
VERSION_ATTRIBUTE = ".__version__"
VERSIONS = frozenset({"importlib.metadata.version()", "importlib_metadata.version()", "torch.version.cuda"})

# Attributes that hold numbers wherever the library reference has them: Popen, Process, CompletedProcess, ast nodes.
NUMERIC_ATTRIBUTES = frozenset({"col_offset", "exitcode", "lineno", "pid", "ppid", "returncode"})

# Characters that a POSIX shell takes for themselves: what ``shlex.quote`` leaves as it is.
SHELL_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%_-+=:,./")
# Characters of which no expression can be made that names anything.
ARITHMETIC = frozenset("0123456789 \t.,+-*/%()<>=!&|^~")
# Methods that say of a text that it consists of letters and digits, or of digits.
WORD_TESTS = frozenset({"isalnum", "isalpha", "isidentifier"})
NUMBER_TESTS = frozenset({"isdecimal", "isdigit", "isnumeric"})
# Methods whose result equals a text but for its case or the blanks around it.
SAME_TEXT_METHODS = frozenset({"casefold", "lower", "lstrip", "rstrip", "strip", "upper"})
# Functions that match a whole text, or from its beginning, or anywhere: https://docs.python.org/3/library/re.html
MATCHERS = {"fullmatch": "whole", "match": "beginning", "search": "anywhere"}
# Decorators after which a function still returns what its body does.
KEEPING_DECORATORS = frozenset(
    {
        "builtins.classmethod",
        "builtins.property",
        "builtins.staticmethod",
        "functools.cache",
        "functools.cached_property",
        "functools.lru_cache",
        "functools.lru_cache()",
        "torch.no_grad()",
        "typing.final",
        "typing.no_type_check",
    }
)
