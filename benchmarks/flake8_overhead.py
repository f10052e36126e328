"""What the plugin adds to flake8: CPU time with and without picketlint installed, on files of 2,000 lines.

    python benchmarks/flake8_overhead.py [--rounds 21] [--file PATH ...]

Two new environments are made, one with flake8 alone, one with flake8 and picketlint's wheel, so that everything counts
that installing picketlint brings: imports, configuration, analysis, and the packages flake8 looks through for plugins.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from measure import alternate, build_wheel, make_environment

LINES = 2000

HEAD = '''"""Training utilities of one experiment."""

import json
import os
import subprocess

import numpy as np
import torch
import yaml
from torch import nn
from transformers import AutoModel


'''

BLOCK = '''class Stage{n}(nn.Module):
    """Stage {n} of the pipeline."""

    def __init__(self, width={n}, depth=4, dropout=0.1):
        super().__init__()
        self.width = width
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.dropout = nn.Dropout(dropout)
        self.settings = {{"width": width, "depth": depth, "name": f"stage-{n}-{{depth}}"}}

    def forward(self, inputs, mask=None):
        hidden = inputs
        for index, layer in enumerate(self.layers):
            hidden = torch.relu(layer(hidden))
            if mask is not None and index % 2 == 0:
                hidden = hidden.masked_fill(mask == 0, -1e9)
        return self.dropout(hidden)


def load_stage_{n}(path, trust_remote_code=False, **options):
    """Build a stage from what was saved under ``path``."""
    with open(os.path.join(path, "config.yaml"), encoding="utf-8") as file:
        config = yaml.safe_load(file)
    state = torch.load(os.path.join(path, "model.pt"), map_location="cpu", weights_only=True)
    shards = [np.load(shard, allow_pickle=False) for shard in sorted(config["shards"])]
    backbone = AutoModel.from_pretrained(config["backbone"], trust_remote_code=trust_remote_code, **options)
    stage = Stage{n}(width=config.get("width", {n}), dropout=config.get("dropout", 0.0))
    stage.load_state_dict(state["model"])
    token = os.environ.get("HF_TOKEN")
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    with open(os.path.join(path, "log.json"), "w", encoding="utf-8") as file:
        json.dump({{"commit": commit.stdout.strip(), "private": token is not None, "stage": {n}}}, file)
    return stage, backbone, np.concatenate(shards)


'''


EXCEPTED = '''

def load_own(path):
    """Load what this job has saved."""
    # Written by our own exporter in this job, never supplied by the user.
    return torch.load(path, weights_only=False)
'''


def generate(lines: int = LINES) -> str:
    """A module that speaks of everything the rules look for and does nothing wrong, so that no rule ends early."""
    blocks = (lines - HEAD.count("\n")) // BLOCK.count("\n") + 1
    text = HEAD + "".join(BLOCK.format(n=number) for number in range(1, blocks + 1))
    return "".join(text.splitlines(keepends=True)[:lines]).rstrip() + "\n"


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description="CPU time of flake8 with and without picketlint")
    parser.add_argument("--rounds", type=int, default=21, help="runs of each command per file")
    parser.add_argument("--file", action="append", default=[], type=Path, help="measure this file or directory as well")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        alone = make_environment(folder / "alone", "flake8")
        both = make_environment(folder / "both", "flake8", build_wheel(folder))
        generated, excepted = folder / "generated.py", folder / "excepted.py"
        generated.write_text(generate(), encoding="utf-8")
        excepted.write_text(generate(LINES - EXCEPTED.count("\n")) + EXCEPTED, encoding="utf-8")
        print("| checked | lines | flake8, CPU ms | with picketlint, CPU ms | more |")
        print("|---|---|---|---|---|")
        for path in [generated, excepted, *(path.resolve() for path in arguments.file)]:
            commands = [[programs / "flake8", "--isolated", "--exit-zero", path] for programs in (alone, both)]
            without, with_plugin = alternate(commands, folder, arguments.rounds)
            more = with_plugin.cpu / without.cpu - 1
            files = path.rglob("*.py") if path.is_dir() else [path]
            lines = sum(file.read_bytes().count(b"\n") for file in files)
            print(f"| {path.name} | {lines} | {without.cpu * 1e3:.0f} | {with_plugin.cpu * 1e3:.0f} | {more:+.1%} |")


if __name__ == "__main__":
    main()
