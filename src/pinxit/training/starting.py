"""Going on from a model: its weights into the networks of a new run, wherever they fit.

Continuing from a model of other pictures needs fewer pictures and less time than beginning with nothing (Wang et al. 2018,
"Transferring GANs"); keeping the critic's first layers as they are helps where pictures are few (Mo et al. 2020, "Freeze the
discriminator").
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from pinxit.errors import UsageError
from pinxit.training.recipe import Recipe, stored_names

ENOUGH = 0.5
"""Share of a generator's weights that must fit; with less, the start would be one in name only."""


def begin_from(recipe: Recipe, stored: Mapping[str, np.ndarray], name: str) -> str:
    """Fill the networks of `recipe` from a model file's tensors. Returns what was taken over, in words.

    Raises UsageError when the generators have too little in common.
    """
    told = []
    names = stored_names(recipe.parts)
    for part, network in recipe.parts.items():
        prefix = f"{names.get(part, part)}."
        tensors = {key.removeprefix(prefix): torch.from_numpy(stored[key]) for key in stored if key.startswith(prefix)}
        taken = graft(network, tensors)
        if part == "generator" and taken < ENOUGH:
            raise UsageError(
                f"{name} cannot be a start here: only {100 * taken:.0f} % of its generator fits. Leave size and network "
                "settings as they are in that model, or train without --from."
            )
        if names.get(part, part) == part:
            told.append(f"{part.replace('_', ' ')} {100 * taken:.0f} %")
    return f"Going on from {name}: taken over of the {', of the '.join(told)}."


@torch.no_grad()
def graft(network: nn.Module, tensors: Mapping[str, Tensor]) -> float:
    """Copy what fits by name and shape; returns the share of the weights that did.

    Where only the number of inputs differs (labels were added or dropped), those that both know are copied and new ones
    begin at zero, so that the network first does what it did before.
    """
    fitted = total = 0
    for name, own in network.state_dict().items():
        total += own.numel()
        given = tensors.get(name)
        if given is None or given.dim() != own.dim():
            continue
        if given.shape == own.shape:
            own.copy_(given)
        elif own.dim() >= 2 and given.shape[0] == own.shape[0] and given.shape[2:] == own.shape[2:]:
            shared = min(own.shape[1], given.shape[1])
            own[:, shared:] = 0
            own[:, :shared] = given[:, :shared]
        else:
            continue
        fitted += own.numel()
    return fitted / max(total, 1)


def freeze_first(network: nn.Module, count: int) -> None:
    """Keep the first `count` layers that have weights as they are."""
    layers = [module for module in network.modules() if next(module.parameters(recurse=False), None) is not None]
    for layer in layers[:count]:
        layer.requires_grad_(False)
