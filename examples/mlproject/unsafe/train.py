"""Fine-tunes the classifier and keeps a checkpoint of each epoch."""

import os
from pathlib import Path

import torch
from torch import nn

os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"


def save(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, epoch: int) -> None:
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}, path)


def resume(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer) -> int:
    """Restore an interrupted run and return the epoch to go on with."""
    state = torch.load(path, map_location="cpu", weights_only=False)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["epoch"]) + 1


def load_best(run: Path, model: nn.Module) -> nn.Module:
    model.load_state_dict(torch.load(run / "best.pt", map_location="cpu"))
    return model.eval()
