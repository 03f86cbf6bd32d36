"""Weights of one network into another of nearly the same make, as arrays: what fits is taken over. For both frameworks."""

from collections.abc import Mapping

import numpy as np

from pinxit.errors import UsageError
from pinxit.runs.model_file import stored_names

ENOUGH = 0.5
"""Share of a generator's weights that must fit; with less, the start would be one in name only."""


def merge(own: Mapping[str, np.ndarray], given: Mapping[str, np.ndarray]) -> tuple[dict[str, np.ndarray], float]:
    """What changes in `own` when everything is copied that fits by name and shape; and the share of the weights that did.

    Both named and laid out as in PyTorch. Where only the number of inputs differs (labels were added or dropped), those
    that both know are copied and new ones begin at zero, so that the network first does what it did before.
    """
    changed: dict[str, np.ndarray] = {}
    for name, mine in own.items():
        theirs = given.get(name)
        if theirs is None or theirs.ndim != mine.ndim:
            continue
        if theirs.shape == mine.shape:
            changed[name] = theirs.astype(mine.dtype)
        elif mine.ndim >= 2 and theirs.shape[0] == mine.shape[0] and theirs.shape[2:] == mine.shape[2:]:
            shared = min(mine.shape[1], theirs.shape[1])
            changed[name] = np.zeros_like(mine)
            changed[name][:, :shared] = theirs[:, :shared]
    total = sum(mine.size for mine in own.values())
    return changed, sum(values.size for values in changed.values()) / max(total, 1)


def taken_over(shares: Mapping[str, float], name: str) -> str:
    """What was taken over from the model `name`, in words; `shares` of the weights of each part.

    Raises UsageError when the generators have too little in common.
    """
    if (taken := shares["generator"]) < ENOUGH:
        raise UsageError(
            f"{name} cannot be a start here: only {100 * taken:.0f} % of its generator fits. Leave size and network "
            "settings as they are in that model, or train without --from."
        )
    names = stored_names(shares)
    told = [
        f"{part.replace('_', ' ')} {100 * taken:.0f} %"
        for part, taken in shares.items()
        if names.get(part, part) == part
    ]
    return f"Going on from {name}: taken over of the {', of the '.join(told)}."
