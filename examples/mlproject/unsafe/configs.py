"""Experiment configuration: packaged defaults, overridden by a file."""

import math
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import yaml


def load_defaults() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("defaults.yaml").read_text("utf-8")
    return yaml.load(text, Loader=yaml.SafeLoader)


def load_experiment(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as file:
        return load_defaults() | yaml.load(file, Loader=yaml.FullLoader)


def learning_rate(config: dict[str, Any]) -> Callable[[int], float]:
    """The schedule an experiment asks for, such as ``0.5 * (1 + math.cos(step / 1000))``."""
    formula = config["schedule"]
    return lambda step: float(eval(formula, {"math": math, "step": step}))
