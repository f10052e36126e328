"""Experiment configuration: packaged defaults, overridden by a file."""

import math
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

SCHEDULES: dict[str, Callable[[int], float]] = {
    "constant": lambda step: 1.0,
    "cosine": lambda step: 0.5 * (1 + math.cos(step / 1000)),
}


def load_defaults() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("defaults.yaml").read_text("utf-8")
    return yaml.safe_load(text)


def load_experiment(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as file:
        return load_defaults() | yaml.safe_load(file)


def learning_rate(config: dict[str, Any]) -> Callable[[int], float]:
    """The schedule an experiment asks for by name."""
    return SCHEDULES[config["schedule"]]
