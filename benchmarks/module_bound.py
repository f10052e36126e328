"""The cost of whole-module analysis of large generated files, against ``ast.parse`` of the same text.

    python benchmarks/module_bound.py [--lines N] [--repeat N] [KIND ...]

Prints a Markdown table: CPU seconds of the parse and of ``analyze`` with every rule (its own parse included), and the
ratio, which is to stay at or below 3. Parse and analysis alternate; each figure is the least of all repetitions.

The parse is what everybody gets who calls ``ast.parse``: Python's garbage collector runs, and goes through the growing
tree again and again. ``analyze`` pauses it, its own parse included, which is much of why three parses suffice; the
column "paused" has the parse alone with the collector paused, so that nobody takes the ratio for more than it is.
"""

from __future__ import annotations

import argparse
import ast
import gc
import platform
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from picketlint import registry
from picketlint.engine import Checks, analyze

BOUND = 3.0

HEADER = """\
import argparse
import json
import os
import pickle
import subprocess

import numpy as np
import torch
import yaml
from torch import nn
from transformers import AutoModel

"""

SHELL = """
def _stage_{n}(source, target, *, level={n}):
    command = f"tar -C {{source}} -xf {{target}} --level={{level}}"
    subprocess.run(command, shell=True, check=True)
    parts = ["convert", source]
    parts.append("--output=" + target)
    return subprocess.check_output(" ".join(parts), shell=True)


def stage_{n}(options):
    os.system("mkdir -p " + options.target)
    return _stage_{n}(options.source, os.path.join(options.target, "{n}"))
"""

EVALS = """
def _compute_{n}(expression, scope):
    if not expression.startswith("lambda"):
        expression = "lambda value: " + expression
    return eval(expression, scope)


class Field{n}:
    def __init__(self, config):
        self.rule = config["rule_{n}"]
        self.scale = eval(self.rule)

    def apply(self, values):
        exec(f"result = {{self.rule}}", {{"values": values}})
        return _compute_{n}(self.rule, {{"scale": self.scale}})
"""

LOADS = """
def _read_{n}(path, weights_only=False, **options):
    return torch.load(path, map_location="cpu", weights_only=weights_only, **options)


def restore_{n}(path, trusted=False):
    with open(path, "rb") as file:
        extra = pickle.load(file)
    settings = yaml.load(extra["settings"], Loader=yaml.FullLoader)
    array = np.load(path + ".npz", allow_pickle=trusted)
    return _read_{n}(path, weights_only=not trusted), settings, array
"""

# The same few functions called from everywhere, under names that thousands of places share.
SHARED = """
def job_{n}(path, command):
    command = command + " " + path
    run_command(command)
    result = load_any(path, False)
    return evaluate(result["formula"]), command
"""
SHARED_HEADER = """
def run_command(command, cwd=None):
    return subprocess.run(command, shell=True, cwd=cwd)


def load_any(path, safe=True):
    return torch.load(path, weights_only=safe)


def evaluate(expression):
    return eval(expression)
"""

TOP_LEVEL = """
command = "run " + json.loads(os.environ["STEP_{n}"])["name"]
if os.path.exists(command):
    os.system(command)
state = torch.load(command, weights_only=False)
value = eval(command)
"""

ORDINARY = '''
class Stage{n}(nn.Module):
    """Stage {n} of the pipeline."""

    def __init__(self, width={n}, depth=4, dropout=0.1):
        super().__init__()
        self.width = width
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.settings = {{"width": width, "depth": depth, "name": f"stage-{n}-{{depth}}"}}

    def forward(self, inputs, mask=None):
        hidden = inputs
        for index, layer in enumerate(self.layers):
            hidden = torch.relu(layer(hidden))
            if mask is not None and index % 2 == 0:
                hidden = hidden.masked_fill(mask == 0, -1e9)
        return hidden


def load_stage_{n}(path, trust_remote_code=False, **options):
    """Build a stage from what was saved under ``path``."""
    with open(os.path.join(path, "config.yaml"), encoding="utf-8") as file:
        config = yaml.safe_load(file)
    state = torch.load(os.path.join(path, "model.pt"), map_location="cpu", weights_only=True)
    backbone = AutoModel.from_pretrained(config["backbone"], trust_remote_code=trust_remote_code, **options)
    stage = Stage{n}(width=config.get("width", {n}))
    stage.load_state_dict(state["model"])
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    print(json.dumps({{"commit": commit.stdout.strip(), "stage": {n}}}))
    return stage, backbone
'''

METHOD = """
    def step_{n}(self, name, flag=False):
        self.command = self.prefix + name
        subprocess.run(f"{{self.command}} {n}", shell=flag)
        return self.step_{m}(name)
"""

SINKS = """
def use(path, command):
    os.system("ls " + TABLE[command])
    return torch.load(path, weights_only=False), eval(TABLE[path])
"""


# Everything in one function, under names that are bound over and over.
ONE_FUNCTION = """
    step = prepare(source, {n})
    if step.skipped:
        continue_with(step.name)
    state = torch.load(step.path, map_location="cpu", weights_only=True)
    command = "convert " + step.name
    source = state["source"] + "{n}"
"""

OPTION = """
parser.add_argument("--option-{n}", choices=["a", "b"], default="a")
os.system("run --option=" + arguments.option_{n})
"""

OPTIONS = """
parser = argparse.ArgumentParser()
arguments = parser.parse_args()"""

APPEND = """
script.append("step {n} " + names[{n}])
subprocess.run(" ".join(script), shell=True)
"""


def repeated(block: str, header: str = HEADER) -> Callable[[int], str]:
    """A maker of files of about so many lines, of one block over and over with a number of its own."""
    height = block.count("\n") + 1

    def make(lines: int) -> str:
        return header + "\n".join(block.format(n=n, m=max(n - 1, 0)) for n in range(lines // height))

    return make


def mixed(lines: int) -> str:
    """A third each of shell commands, evaluations and loads."""
    makers = [repeated(block, "") for block in (SHELL, EVALS, LOADS)]
    return HEADER + "\n".join(make(lines // len(makers)) for make in makers)


def table(lines: int) -> str:
    """One dict of 14,000 entries, and sinks that look things up in it."""
    entries = "".join(f'    "key_{n}": "value_{n}" + suffix({n}),\n' for n in range(14_000))
    return f"{HEADER}TABLE = {{\n{entries}}}\n{SINKS}"


def long_line(lines: int) -> str:
    """A line of 5 MB, and sinks around it."""
    return f"{HEADER}TABLE = [{', '.join(str(n) for n in range(670_000))}]\n{SINKS}"


def methods(lines: int) -> str:
    """A class of 3,000 methods that share attributes and call one another."""
    return (
        HEADER
        + '\nclass Runner:\n    prefix = "run "\n'
        + "".join(METHOD.format(n=n, m=max(n - 1, 0)) for n in range(3000))
    )


KINDS: dict[str, Callable[[int], str]] = {
    "shell commands": repeated(SHELL),
    "eval and exec": repeated(EVALS),
    "loaders and wrappers": repeated(LOADS),
    "all three": mixed,
    "three sinks, shared": repeated(SHARED, HEADER + SHARED_HEADER),
    "sinks at top level": repeated(TOP_LEVEL),
    "ordinary ML code": repeated(ORDINARY),
    "one function": repeated(ONE_FUNCTION, HEADER + "\ndef run(source):"),
    "options": repeated(OPTION, HEADER + OPTIONS),
    "a script built up": repeated(APPEND, HEADER + "script = []"),
    "14,000-entry dict": table,
    "5 MB line": long_line,
    "3,000-method class": methods,
}


def seconds(work: Callable[[], object]) -> float:
    """The CPU time of one go."""
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


def rows(kinds: list[str], lines: int, repeat: int) -> Iterator[str]:
    """The lines of the table."""
    yield "| kind of file | lines | findings | ast.parse, s | paused, s | analyze, s | ratio |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    checks = Checks(frozenset(entry.id for entry in registry.load().entries))
    analyze(HEADER + SINKS, "warm_up.py", checks)
    for kind in kinds:
        text = KINDS[kind](lines)
        data = text.encode()
        found = 0
        parsing, paused, analysis = [], [], []
        for _ in range(repeat):
            parsing.append(seconds(partial(ast.parse, text)))
            gc.disable()
            paused.append(seconds(partial(ast.parse, text)))
            gc.enable()
            began = time.process_time()
            found = len(analyze(data, "generated.py", checks).findings)
            analysis.append(time.process_time() - began)
        parse, bare, whole = min(parsing), min(paused), min(analysis)
        count = text.count("\n") + 1
        yield f"| {kind} | {count:,} | {found:,} | {parse:.2f} | {bare:.2f} | {whole:.2f} | {whole / parse:.1f} |"


def main() -> None:
    """Print the table for the kinds asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of: {', '.join(KINDS)}; all without")
    parser.add_argument("--lines", type=int, default=50_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    print(f"Python {platform.python_version()}; the bound is {BOUND:g}.\n")
    for row in rows(options.kinds or [*KINDS], options.lines, options.repeat):
        print(row, flush=True)


if __name__ == "__main__":
    main()
