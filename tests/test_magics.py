"""What only IPython understands: what becomes of it, and that IPython itself takes it so."""

from __future__ import annotations

from pathlib import Path

import pytest
from notebooks import ALL, INPUT, UNSAFE, of, report

from picketlint.engine import Checks
from picketlint.model import Confidence

SHELL = Checks(frozenset({"PKT000", "PKT301", "PKT302"}))
INJECTIONS = {
    "braces": ("!python x.py {p}", "1:1"),
    "dollar": ("!ls $p", "1:1"),
    "attribute": ("!ls {p.name} > out", "1:1"),
    "call": ("!ls {str(p)[1:]!r}", "1:1"),
    "bare-braces-after-dollar": ("!ls ${p}", "1:1"),
    "captured": ("!!ls {p}", "1:1"),
    "assigned": ("x = !ls {p}", "1:5"),
    "annotated": ("x: list = !ls {p}", "1:11"),
    "entry": ("d['='] = !ls {p}", "1:10"),
    "below": ("x = \\\n  !ls {p}", "2:3"),
    "continued": ("!ls \\\n  -l \\\n  {p}", "1:1"),
    "in-a-block": ("for q in p:\n    if q:\n        !ls {q}\n", "3:9"),
    "in-a-function": ("def f(q):\n    !ls {q}\nf(p)", "2:5"),
    "sx": ("%sx ls {p}", "1:1"),
    "system": ("x = %system ls $p", "1:5"),
    "pip": ("%pip install {p}", "1:1"),
    "alias": ("%ls {p}", "1:1"),
    "no-sign": ("pip install {p}", "1:1"),
    "cell-sx": ("%%sx\nls\nrm {p}", "1:1"),
    "cell-bang": ("%%!\nrm '$x' {p}\n", "1:1"),
    "timed-cell": ("%%time\n!ls {p}", "2:1"),
    "two-cell-magics": ("%%capture out\n%%time\n!ls {p}", "3:1"),
    "written-out": ("from IPython import get_ipython\nget_ipython().system(f'ls {p}')", "2:1"),
    "without-import": ("get_ipython().getoutput('ls ' + p)", "1:1"),
    "double-quotes": ('!echo "{p}"', "1:1"),
    "unbalanced-quotes": ("!echo it's {p}", "1:1"),
    "indented": ("  x = 1\n  !ls {p}", "2:3"),
    "prompt": (">>> x = 1\n>>> !ls {p}", "2:5"),
    "script-flag": ("x = 1\n%%bash\n!ls {p}", "3:1"),
    "timed": ("%time !ls {p}", "1:7"),
    "timed-twice": ("%time %timeit -n 5 -q !ls {p}", "1:23"),
    "timed-magic": ("%time %sx ls {p}", "1:7"),
    "timed-assignment": ("%time x = !ls {p}", "1:11"),
    "timed-in-a-block": ("if p:\n    %time !ls \\\n  {p}", "2:11"),
    "timed-and-assigned": ("%time q = !ls\n!ls {q} {p}", "2:1"),
}


@pytest.mark.parametrize(("source", "at"), INJECTIONS.values(), ids=INJECTIONS)
def test_values_in_commands(source: str, at: str) -> None:
    assert of(source) == [f"{at} PKT301"]


def test_a_command_that_is_one_value() -> None:
    [finding] = report("def f(command):\n    !{command}").findings
    assert "has a shell run a command that is `command`" in finding.message
    assert finding.confidence is Confidence.MEDIUM


CONSTANT = {
    "nothing": "!ls -l",
    "environment": "!echo $HOME ${PATH} $(date)",
    "awk": "!awk '{print $1}' file",
    "one-field-fails": "!awk '{print $1}' {p}",
    "brace-expansion": "!ls {a,b}.txt",
    "escaped": "!echo {{p}} $$p",
    "single-quotes": "!echo '$p'",
    "find": "!find . -exec ls {} \\;",
    "json": "!curl -d '{\"p\": 1}' host",
    "builtin": "!awk '{print}'",
    "unbalanced": "!echo {p",
    "constant-value": "name = 'x'\n!ls {name}",
    "number": "!head -n {len(p)}",
    "quoted": "import shlex\n!ls {shlex.quote(p)}",
    "interpreter": "import sys\n!{sys.executable} -m pip install x\n!{ sys.executable } -m pip list",
    "versions": "import torch\nold = f'torch=={torch.__version__}'\n!pip install {old}",
    "loop": "for name in ('a', 'b'):\n    !ls {name}",
}


@pytest.mark.parametrize("source", CONSTANT.values(), ids=CONSTANT)
def test_constant_commands(source: str) -> None:
    assert of(source) == []


@pytest.mark.parametrize("name", ["nothing", "environment", "constant-value"])
def test_constant_commands_are_shell_commands(name: str) -> None:
    assert [one.partition(" ")[2] for one in of(CONSTANT[name], SHELL)] == ["PKT302"]


def test_names_that_nobody_sees() -> None:
    assert of("!ls {nowhere}") == []
    assert of("from x import *\n!ls {nowhere}") == ["2:1 PKT301"]
    assert of("%run other.py\n!ls {nowhere} $HOME") == []
    assert of("%run other.py\n!ls {nowhere}") == ["2:1 PKT301"]


NOTHING_OF_OURS = {
    "bash": "%%bash\nls {p}\nif true; then\n",
    "bash-with-options": "%%bash --out x\nls {p}",
    "below-a-title": '#@title Do { display-mode: "form" }\n\n%%bash\nif {p}',
    "script": "%%script perl\nprint $p{x}",
    "javascript": "%%javascript\nvar x = {};",
    "html": "%%html\n<b>{p}</b>",
    "sql": "%%sql\nselect * from t",
    "writefile": f"%%writefile x.py\nimport torch\n{UNSAFE}",
    "unknown": "%%somebodys_own --x\nthis is no Python",
    "unknown-python": "%%somebodys_own\nx = 1",
    "matplotlib": "%matplotlib inline",
    "help": "?p\np?\np.x??\n%time?\n%%time?",
    "automagic": "matplotlib inline",
    "cd": "cd data/x y",
    "empty": "!\n%\n?",
    "autocall": "/f a\n,f a b\n;f a b",
    "many": "%load_ext autoreload\n%autoreload 2\n",
    "only-magics-in-a-block": "if p:\n    %matplotlib inline\nelse:\n    !ls\n",
    "string": "x = '''\n!ls {p}\n%time x\n'''",
    "brackets": "x = (p\n% p\n)\ny = f(a=\n  p)",
    "comment": "# !ls {p}\nx = 5 % 3\n",
    "modulo-at-the-beginning-of-a-line": "x = [\n  7\n  % 3]",
    "continued-operator": "x = 7 \\\n  % 3",
    "not-equal": "x = p != 5\ny = p!=5",
    "triple-quote-in-a-command": "!python -c '''\nx = 1",
    "lone-backslash": "!dir c:\\",
}


@pytest.mark.parametrize("source", NOTHING_OF_OURS.values(), ids=NOTHING_OF_OURS)
def test_nothing_to_report(source: str) -> None:
    assert of(source) == []


PYTHON_BEHIND = {
    "time": (f"%time {UNSAFE}", "1:7"),
    "assignment": (f"%time x = {UNSAFE}", "1:11"),
    "compound": (f"%time for q in p: {UNSAFE}", "1:19"),
    "options": (f"%timeit -n 10 -r3 {UNSAFE}", "1:19"),
    "profiled": (f"%lprun -f get {UNSAFE}", "1:15"),
    "in-a-block": (f"if p:\n    %time {UNSAFE}", "2:11"),
    "two-lines": ("%time torch.load(p, \\\n    weights_only=False)", "1:7"),
    "assigned": (f"x = %timeit -o {UNSAFE}", "1:5"),
    "cell": (f"%%time\n\n{UNSAFE}", "3:1"),
    "cell-with-setup": (f"%%timeit {UNSAFE}\nx = 1", "1:10"),
    "cell-below-a-title": (f"#@title x\n%%capture\n{UNSAFE}", "3:1"),
    "cell-below-blank-lines": (f"\n\n%%time\n{UNSAFE}", "4:1"),
    "captured": (f"%%capture out\n{UNSAFE}", "2:1"),
    "python": (f"%%python3\n{UNSAFE}", "2:1"),
    "unknown": (f"%%somebodys_own 5\n{UNSAFE}", "2:1"),
    "indented": (f"    x = 1\n    {UNSAFE}", "2:5"),
    "indented-unevenly": (f"  x = '''\nq'''\n  {UNSAFE}", "3:3"),
    "prompts": (f">>> if p:\n...     {UNSAFE}", "2:9"),
    "ipython-prompts": (f"In [12]: if p:\n   ...:     {UNSAFE}", "2:13"),
    "after-a-help-line": (f"p?\n{UNSAFE}", "2:1"),
}


@pytest.mark.parametrize(("source", "at"), PYTHON_BEHIND.values(), ids=PYTHON_BEHIND)
def test_python_behind_magics(source: str, at: str) -> None:
    assert of(source) == [f"{at} PKT101"]


BROKEN = {
    "statement-before": "x = 1; !ls",
    "operand": "print(!ls)",
    "below-a-magic": "%%time\ndef f(:",
    "python-cell": "%%python\nprint 'x'",
    "return": "return !ls",
    "two-assignments": "a = b = !ls",
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN)
def test_what_ipython_does_not_take_either(source: str) -> None:
    assert [one.partition(" ")[2] for one in of(source)] == ["PKT000"]


def test_the_place_of_a_mistake_behind_indentation() -> None:
    assert of("    x = 1\n    y = = 2") == ["2:9 PKT000"]


@pytest.mark.parametrize("line", ["%env {} 1", "%env {}=1", "%set_env {}=1", "%env {} = 1"])
def test_environment(line: str) -> None:
    assert of(line.format("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD")) == ["1:1 PKT107"]
    assert of(line.format("HF_HOME")) == []


@pytest.mark.parametrize(
    "line", ["!{}=1 python x.py", "!export {}=1; make", "out = !env {}=1 make", "%time !{}=1 make"]
)
def test_environment_of_a_command(line: str) -> None:
    assert [one.partition(" ")[2] for one in of(line.format("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"))] == ["PKT107"]
    assert [one.partition(" ")[2] for one in of(line.format("HF_DATASETS_TRUST_REMOTE_CODE"))] == ["PKT201"]
    assert of(line.format("HF_HOME")) == []


def test_environment_that_is_only_shown() -> None:
    assert of("%env\n%env TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD\n%env x=$p") == []


REASON = "written by our own exporter in the same job, never supplied by the user"


@pytest.mark.parametrize(
    "source", ["!ls {p}", "x = !ls '#' {p}", "%pip install {p}", f"%time {UNSAFE}", "!ls \\\n {p}"]
)
def test_exceptions(source: str) -> None:
    assert of(f"{source}  # {REASON}") == []
    assert of(f"# {REASON}\n{source}") == []
    assert len(of(f"# {REASON}\n\n{source}")) == 1


def test_the_exception_in_the_documentation() -> None:
    page = (Path(__file__).parent.parent / "docs/notebooks.md").read_text("utf-8")
    [line] = [line for line in page.splitlines() if line.startswith("!")]
    assert of(f"folder = p\n{line}") == []
    assert of(f"folder = p\n{line.partition('#')[0]}") == ["2:1 PKT301"]


def test_commands_that_differ_are_different_exceptions() -> None:
    sources = ["!ls {p}", "!ls -l {p}", "!ls {p} {p}", "x = !ls {p}"]
    codes = {one.code for source in sources for one in report(INPUT, f"# {REASON}\n{source}", checks=ALL).findings}
    assert len(codes) == len(sources)
