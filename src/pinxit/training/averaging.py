"""The averaged generator (EMA): calmer than the one that trains, and the one that is kept."""

import copy

import torch
from torch import nn

from pinxit.training.half_life import share_of, young


def averaged_copy(model: nn.Module) -> nn.Module:
    """A frozen copy to start the average from."""
    return copy.deepcopy(model).requires_grad_(False).eval()


def follow_young(average: nn.Module, model: nn.Module, half_life: float, seen: int, pictures: int) -> None:
    """`follow`, with a shorter half-life while few pictures were `seen` before this step of `pictures`."""
    follow(average, model, young(half_life, seen, pictures), pictures)


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, half_life: float, pictures: int) -> None:
    """Change `average` towards `model` after a step of `pictures`. `half_life` in pictures; 0 copies.

    Buffers (batch statistics) are averaged like weights when they are floats and copied otherwise.
    """
    share = share_of(half_life, pictures)
    slow = [*average.parameters(), *average.buffers()]
    fast = [*model.parameters(), *model.buffers()]
    floats = [(old, new) for old, new in zip(slow, fast, strict=True) if old.is_floating_point()]
    torch._foreach_lerp_([old for old, _ in floats], [new for _, new in floats], share)
    for old, new in zip(slow, fast, strict=True):
        if not old.is_floating_point():
            old.copy_(new)
