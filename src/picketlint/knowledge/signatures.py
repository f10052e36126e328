"""Parameter names in order, for calls whose flags can be given by position. Source: each library's own documentation."""

from __future__ import annotations

SIGNATURES: dict[str, tuple[str, ...]] = {
    # https://docs.pytorch.org/docs/stable/generated/torch.load.html (all after pickle_module are keyword-only)
    "torch.load": ("f", "map_location", "pickle_module"),
    "torch.serialization.load": ("f", "map_location", "pickle_module"),
}
