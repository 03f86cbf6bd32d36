"""Going on from a model: its weights into the networks of a new run, wherever they fit.

Continuing from a model of other pictures needs fewer pictures and less time than beginning with nothing (Wang et al. 2018,
"Transferring GANs"); keeping the critic's first layers as they are helps where pictures are few (Mo et al. 2020, "Freeze the
discriminator").
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from pinxit.runs.model_file import stored_names
from pinxit.training.merging import merge, taken_over
from pinxit.training.recipe import Recipe


def begin_from(recipe: Recipe, stored: Mapping[str, np.ndarray], name: str) -> str:
    """Fill the networks of `recipe` from a model file's tensors. Returns what was taken over, in words.

    Raises UsageError when the generators have too little in common.
    """
    shares = {}
    names = stored_names(recipe.parts)
    for part, network in recipe.parts.items():
        prefix = f"{names.get(part, part)}."
        tensors = {key.removeprefix(prefix): torch.from_numpy(stored[key]) for key in stored if key.startswith(prefix)}
        shares[part] = graft(network, tensors)
    return taken_over(shares, name)


@torch.no_grad()
def graft(network: nn.Module, tensors: Mapping[str, Tensor]) -> float:
    """Copy what fits by name and shape (see `merge`); returns the share of the weights that did."""
    own = {key: value.numpy(force=True) for key, value in network.state_dict().items()}
    merged, share = merge(own, {key: value.numpy(force=True) for key, value in tensors.items()})
    network.load_state_dict({key: torch.from_numpy(value) for key, value in merged.items()}, strict=False)
    return share


def freeze_first(network: nn.Module, count: int) -> None:
    """Keep the first `count` layers that have weights as they are."""
    layers = [module for module in network.modules() if next(module.parameters(recurse=False), None) is not None]
    for layer in layers[:count]:
        layer.requires_grad_(False)
