"""IPython's magics, by what becomes of the code or the command that stands behind their names.

Source: IPython 9, ``IPython/core/magics`` and ``IPython/core/alias.py``, and the documentation of the packages named.
"""

from __future__ import annotations

# Behind these stands Python code, in the line after options and, for a cell, below it. The last ones are those of
# memory_profiler, line_profiler, snakeviz, pyinstrument, scalene and memray.
CODE = frozenset(
    {"capture", "code_wrap", "debug", "prun", "time", "timeit"}
    | {"memit", "mprun", "lprun", "snakeviz", "pyinstrument", "scalene", "memray_flamegraph"}
)

# What stands behind these a shell runs, after IPython has put values into it.
CAPTURED = frozenset({"!", "sx", "system"})
# The same, the magic's own name being the program: package managers, and aliases that IPython has for commands.
PROGRAMS = frozenset(
    {"conda", "mamba", "micromamba", "pip", "uv"}
    | {"cat", "cp", "ldir", "lf", "lk", "ll", "ls", "lx", "mkdir", "mv", "rm", "rmdir"}
)

# These set an environment variable.
ENVIRONMENT = frozenset({"env", "set_env"})

# These connect to a database by the URL that stands behind them. https://jupysql.ploomber.io/en/latest/connecting.html
CONNECTING = frozenset({"sql"})

# These give names a meaning that nobody sees in the code.
BINDING = frozenset({"bigquery", "capture", "load", "pylab", "run", "sql", "store"})

# Cells of these hold something other than Python that this notebook runs; nothing is put into what is below the line.
# bigquery, sql, R, julia, cython and the like are those of the packages of that name; shell is Google Colab's.
FOREIGN_CELLS = frozenset(
    {"HTML", "SVG", "bash", "cmd", "file", "html", "javascript", "js", "latex", "markdown", "perl", "ruby", "script"}
    | {
        "sh",
        "svg",
        "writefile",
        "writetemplate",
        "shell",
        "zsh",
        "powershell",
        "pwsh",
        "R",
        "julia",
        "octave",
        "matlab",
    }
    | {"bigquery", "sql", "cypher", "sparql", "cython", "fortran", "cu", "cuda", "cpp", "c", "rust", "scala", "mermaid"}
    | {"ai", "css", "dot", "node", "yaml", "tikz", "typescript", "ts"}
)

# Words that alone begin a cell of one line which IPython takes for a magic though it lacks the sign ("automagic").
WITHOUT_SIGN = frozenset(
    {"alias", "autoreload", "bookmark", "cd", "config", "less", "load_ext", "man", "matplotlib", "more", "pylab"}
    | {"pwd", "reload_ext", "reset", "run", "store", "who", "whos", *PROGRAMS, *ENVIRONMENT, *CODE}
)
