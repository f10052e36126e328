"""What only IPython understands: what becomes of it, and that IPython itself takes it so."""

from __future__ import annotations

import ast
import random
import warnings
from pathlib import Path

import pytest
from notebooks import ALL, DEFAULT, found, report

from picketlint.engine import Checks, analyze
from picketlint.model import Confidence, Status
from picketlint.notebooks.effects import Known, Place, value_of
from picketlint.notebooks.magics import Line, rewrite

UNSAFE = "torch.load(p, weights_only=False)"
INPUT = "import sys, torch\np = sys.argv[1]"
SHELL = Checks(frozenset({"PKT000", "PKT301", "PKT302"}))


def of(source: str, checks: Checks = DEFAULT) -> list[str]:
    """The findings in the second cell, without its number."""
    places = found(INPUT, source, checks=checks)
    assert all(one.startswith("2:") for one in places)
    return [one[2:] for one in places]


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


# -- against IPython ---------------------------------------------------------------------------------------------------

PIECES = r"""x = 1
!ls {x}
if x:
    !cmd $x
    pass
y = !ls
y = %sx foo
%time f(x)
%matplotlib inline
?x
x?
x.y??
s = '''
'''
f(
  !no
  %no
  x=!no
)
a = b = !ls
# c !ls
!ls \
  -la
x = \
  !ls
%pip install {x}
!!ls

s = 'a
print('!ls')
for i in x:
    y = !ls {i}
def f():
    return !ls
x == !ls
f(a=!ls)
x: int = !ls
;f a
,f a
x = 5 % 3
x = (5
% 3)
!
%
z = '\
d['=']= !ls
lambda a=1: !ls
await f()
x=1;!ls
!ls # foo "bar
!echo "# not" # yes
!echo it's # c"""


def commands_of_ipython(source: str) -> list[str] | None:
    """The commands that a shell would get, from IPython; None if it is no code for it."""
    transformer = pytest.importorskip("IPython.core.inputtransformer2").TransformerManager()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            root = ast.parse(transformer.transform_cell(source))
    except SyntaxError:
        return None
    found = []
    for call in ast.walk(root):
        if not isinstance(call, ast.Call) or not ast.unparse(call.func).startswith("get_ipython()."):
            continue
        words = [str(one.value) for one in call.args if isinstance(one, ast.Constant)]
        if ast.unparse(call.func).endswith((".system", ".getoutput")) or words[0] == "sx":
            found.append("".join(words[-1].split()))
        elif words[0] == "pip":
            found.append("".join(words).replace(" ", ""))
    return sorted(found)


def own_commands(source: str) -> list[str] | None:
    if any(one.endswith("PKT000") for one in found(source, checks=Checks(frozenset({"PKT000"})))):
        return None
    lines = [line for line in rewrite(source).special if line.effect in ("run", "capture")]
    return sorted("".join(line.text.replace("\\\n", "").split()) for line in lines)


@pytest.mark.parametrize("seed", range(40))
def test_cells_as_ipython_takes_them(seed: int) -> None:
    chance, pieces = random.Random(seed), PIECES.split("\n")
    for _ in range(25):
        source = "\n".join(["x = 0", *(chance.choice(pieces) for _ in range(chance.randint(1, 4)))])
        theirs = commands_of_ipython(source)
        if theirs is None and not source.endswith("?") and "?\n" not in source:
            assert own_commands(source) is None, source
        elif theirs is not None and "?" not in source:
            assert own_commands(source) == theirs, source


FIELDS = r"""{x}
{y!r}
$x
$HOME
{HOME}
{x.upper()}
{ x }
{
}
'
"
ls{x}
,
{x[0:2]}
{print $1}
{a,b}
{x,y}
{}
{0}
${x}
$1
{len(x)}
{d['k']}
a'b
{[i for i in x]}
{x!s}"""


@pytest.mark.parametrize("seed", range(20))
def test_values_as_ipython_puts_them_in(seed: int) -> None:
    formatter = pytest.importorskip("IPython.utils.text").DollarFormatter()
    chance, fields = random.Random(seed), FIELDS.split("\n")
    values = {"x": "XX", "y": "Y Y", "d": {"k": "v"}}
    for _ in range(100):
        command = "".join(chance.choice(fields) for _ in range(chance.randint(1, 5)))
        if "{{" in command or "}}" in command:
            continue
        try:
            theirs = formatter.vformat(command, [], dict(values))
        except Exception:  # what IPython does then
            theirs = command
        call = value_of(Line("run", 0, 0, command), Place(1, 0, 1, 9), Known(frozenset(values), False))
        assert isinstance(call, ast.Call)
        own = eval(compile(ast.Expression(call.args[0]), "text", "eval"), dict(values))
        assert str(own).strip() == theirs.strip(), command


WRITTEN_OUT = {
    "system": ("get_ipython().system('ls {p}')", "1:1 PKT301"),
    "dollar": ("get_ipython().system('ls $p')", "1:1 PKT301"),
    "getoutput": ("x = get_ipython().getoutput('ls {p}')", "1:5 PKT301"),
    "sx": ("get_ipython().run_line_magic('sx', 'ls {p}')", "1:1 PKT301"),
    "assigned": ("x = get_ipython().run_line_magic('system', 'ls {p}')", "1:5 PKT301"),
    "inside": ("for x in get_ipython().run_line_magic('sx', 'ls {p}'):\n    pass", "1:10 PKT301"),
    "pip": ("get_ipython().run_line_magic('pip', 'install {p}')", "1:1 PKT301"),
    "keywords": ("get_ipython().run_line_magic(line='ls {p}', magic_name='sx')", "1:1 PKT301"),
    "time": (f"get_ipython().run_line_magic('time', '{UNSAFE}')", "1:1 PKT101"),
    "options": (f"get_ipython().run_line_magic('timeit', '-n 5 {UNSAFE}')", "1:1 PKT101"),
    "old": (f"get_ipython().magic('time {UNSAFE}')", "1:1 PKT101"),
    "cell": (f"get_ipython().run_cell_magic('time', '', 'x = 1\\n{UNSAFE}\\n')", "1:2 PKT101"),
    "cell-alone": (f"get_ipython().run_cell_magic('time', '', '{UNSAFE}\\n')", "1:1 PKT101"),
    "cell-of-lines": (f'get_ipython().run_cell_magic(\'time\', \'\', """x = 1\n  \n{UNSAFE}\n""")', "3:1 PKT101"),
    "cell-first-line": (f'get_ipython().run_cell_magic(\'time\', \'\', """{UNSAFE}\n""")', "1:45 PKT101"),
    "cell-with-import": (
        "get_ipython().run_cell_magic('time', '', 'import os as o\\nif p:\\n\\to.system(p)\\n')",
        "1:3 PKT301",
    ),
    "capture": ("get_ipython().run_cell_magic('capture', 'out', '!ls {p}\\n')", "1:2 PKT301"),
    "cell-sx": ("get_ipython().run_cell_magic('sx', '', 'ls\\nrm {p}')", "1:1 PKT301"),
    "in-a-function": (f"def f(p):\n    get_ipython().run_cell_magic('time', '', '{UNSAFE}')", "2:5 PKT101"),
    "environ": ("get_ipython().run_line_magic('env', 'TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1')", "1:1 PKT107"),
    "magic-in-a-magic": ("get_ipython().run_line_magic('time', '!ls {p}')", "1:1 PKT301"),
    "call-in-a-magic": (
        "get_ipython().run_cell_magic('time', '', 'get_ipython().system(\"ls {p}\")\\n')",
        "1:1 PKT301",
    ),
    "call-in-a-call": (
        f"get_ipython().run_cell_magic('time', '', 'get_ipython().run_line_magic(\"time\", \"{UNSAFE}\")')",
        "1:1 PKT101",
    ),
    "call-behind-a-magic": (
        "get_ipython().run_line_magic('time', 'get_ipython().getoutput(\"ls {p}\")')",
        "1:1 PKT301",
    ),
    "import-in-a-call": (
        "get_ipython().run_cell_magic('time', '', 'get_ipython().magic(\"time import os\")\\nos.system(p)')",
        "1:2 PKT301",
    ),
    "kept": ("ip = get_ipython()\nip.run_line_magic('sx', 'ls {p}')", "2:1 PKT301"),
    "imported": ("import IPython\nIPython.get_ipython().run_line_magic('sx', 'ls {p}')", "2:1 PKT301"),
}


@pytest.mark.parametrize(("source", "expected"), WRITTEN_OUT.values(), ids=WRITTEN_OUT)
def test_magics_that_are_written_as_calls(source: str, expected: str) -> None:
    assert of(source) == [expected]
    # As `jupyter nbconvert --to script` exports it: nothing says where get_ipython is from.
    script = f"{INPUT}\n{source}\n"
    place, _, rule = expected.partition(" ")
    line, _, column = place.partition(":")
    for tree in (None, ast.parse(script)):
        shown = None if tree is None else ast.dump(tree, include_attributes=True)
        findings = analyze(script.encode(), "x.py", DEFAULT, tree=tree).findings
        assert [(one.rule, one.span.line, one.span.column) for one in findings] == [(rule, int(line) + 2, int(column))]
        assert tree is None or ast.dump(tree, include_attributes=True) == shown


@pytest.mark.parametrize(
    "source",
    [
        "get_ipython().system('ls $HOME ${PATH}')",
        "get_ipython().system('awk {print} {nowhere}')",
        "get_ipython().run_line_magic('matplotlib', 'inline')",
        "get_ipython().run_line_magic('load_ext', 'autoreload')",
        "get_ipython().run_line_magic(p, p)",
        "get_ipython().run_line_magic(*p)",
        "get_ipython().run_cell_magic('bash', '', 'ls {p}')",
        f"get_ipython().run_cell_magic('writefile', 'x.py', '{UNSAFE}')",
        "get_ipython().run_cell_magic('time', '', 'this is (no Python')",
        "get_ipython().run_cell_magic('time', '', 'x = ' + '(' * 500)",
        "get_ipython().run_line_magic('run', 'other.py')",
        f"other().run_line_magic('time', '{UNSAFE}')",
        "def get_ipython(): ...\nget_ipython().system(p)",
        "get_ipython().magic()",
        "get_ipython().system()",
    ],
)
def test_calls_that_are_no_magics_or_do_nothing(source: str) -> None:
    findings = analyze(f"{INPUT}\n{source}\n".encode(), "x.py", DEFAULT).findings
    assert [one.rule for one in findings] == []


def test_escaped_line_ends_hide_nothing_from_the_prefilter() -> None:
    cell = r"get_ipython().run_cell_magic('time', '', '\nimport os\nos.system(p)\n')"
    for first in ("", "from IPython import get_ipython\n", "# coding: utf-8\n"):
        findings = analyze(f"{first}{cell}\n".encode(), "x.py", DEFAULT).findings
        assert [one.rule for one in findings] == ["PKT301"]


def test_an_exception_beside_a_magic_that_is_written_as_a_call() -> None:
    reason = "# our own checkpoint, written by this job a moment ago and verified by checksum"
    script = f"{INPUT}\nget_ipython().run_line_magic('time', '{UNSAFE}')  {reason}\n"
    [finding] = analyze(script.encode(), "x.py", DEFAULT).findings
    assert finding.status is Status.EXCEPTED


def test_magics_behind_and_within_one_another_without_end() -> None:
    behind = "%time " * 50_000 + "!ls {p}"
    within = UNSAFE
    for _ in range(8):
        within = f"get_ipython().run_line_magic('time', {within!r})"
    for source in (behind, within, f"get_ipython().run_line_magic('time', {behind!r})"):
        assert found(INPUT, source) == []


def test_many_statements_in_one_magic() -> None:
    cell = "".join(f"if x{number}:\n    {UNSAFE}\n" for number in range(300))
    for text in (repr(cell), f'"""{cell}"""'):
        script = f"{INPUT}\nget_ipython().run_cell_magic('time', '', {text})\n"
        findings = analyze(script.encode(), "x.py", DEFAULT).findings
        assert len({one.span for one in findings}) == 300
