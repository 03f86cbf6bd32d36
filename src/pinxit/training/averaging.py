"""The averaged generator (EMA): calmer than the one that trains, and the one that is kept."""

import copy

import torch
from torch import nn


def averaged_copy(model: nn.Module) -> nn.Module:
    """A frozen copy to start the average from."""
    return copy.deepcopy(model).requires_grad_(False).eval()


EMA_WARM_UP = 0.05
"""While training is young the average follows faster: its half-life is at most this share of the pictures seen."""


def follow_young(average: nn.Module, model: nn.Module, half_life: float, seen: int, pictures: int) -> None:
    """`follow`, with a shorter half-life while few pictures were `seen` before this step of `pictures`."""
    follow(average, model, min(half_life, EMA_WARM_UP * (seen + pictures)), pictures)


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, half_life: float, pictures: int) -> None:
    """Change `average` towards `model` after a step of `pictures`. `half_life` in pictures; 0 copies.

    Buffers (batch statistics) are averaged like weights when they are floats and copied otherwise.
    Source: Yazıcı et al. 2018, "The unusual effectiveness of averaging in GAN training"; half-life as in Karras et al. 2020.
    """
    share = 1 - 0.5 ** (pictures / half_life) if half_life > 0 else 1.0
    slow = [*average.parameters(), *average.buffers()]
    fast = [*model.parameters(), *model.buffers()]
    floats = [(old, new) for old, new in zip(slow, fast, strict=True) if old.is_floating_point()]
    torch._foreach_lerp_([old for old, _ in floats], [new for _, new in floats], share)
    for old, new in zip(slow, fast, strict=True):
        if not old.is_floating_point():
            old.copy_(new)
