"""Going on from a model of either framework: its weights into the networks of a new run, wherever they fit."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pinxit.keras_training.backend import keras
from pinxit.keras_training.recipe import Recipe
from pinxit.keras_training.weights import weights_of
from pinxit.runs.model_file import stored_names
from pinxit.training.merging import merge, taken_over


def begin_from(recipe: Recipe, stored: Mapping[str, np.ndarray], name: str) -> str:
    """Fill the networks of `recipe` from a model file's tensors. Returns what was taken over, in words.

    Raises UsageError when the generators have too little in common.
    """
    names, shares = stored_names(recipe.parts), {}
    for part, network in recipe.parts.items():
        prefix = f"{names.get(part, part)}."
        given = {key.removeprefix(prefix): stored[key] for key in stored if key.startswith(prefix)}
        weights = {weight.name: weight for weight in weights_of(network)}
        changed, shares[part] = merge({key: weight.array() for key, weight in weights.items()}, given)
        for key, values in changed.items():
            weights[key].variable.assign(weights[key].to_keras(values))
    return taken_over(shares, name)


def freeze_first(network: Any, count: int) -> None:
    """Keep the first `count` layers that have weights as they are."""
    for layer in leaves(network)[:count]:
        layer.trainable = False


def leaves(thing: Any) -> list[Any]:
    """The layers below that hold weights themselves, in the order in which they were made."""
    if isinstance(thing, list | tuple):
        return [leaf for one in thing for leaf in leaves(one)]
    if not isinstance(thing, keras.layers.Layer):
        return []
    inside = [leaf for name, one in vars(thing).items() if not name.startswith("_") for leaf in leaves(one)]
    return inside or ([thing] if thing.trainable_variables else [])
