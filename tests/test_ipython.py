"""Cells are taken as IPython itself takes them, and values put into commands as it puts them in."""

from __future__ import annotations

import ast
import random
import warnings

import pytest
from notebooks import found

from picketlint.engine import Checks
from picketlint.notebooks.effects import Known, Place, value_of
from picketlint.notebooks.magics import Line, rewrite

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
