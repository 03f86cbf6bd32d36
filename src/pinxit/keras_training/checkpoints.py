"""Checkpoints of a run with TensorFlow. How they lie on disk: `pinxit.runs.checkpoint_folder`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from pinxit.errors import ModelFileError
from pinxit.keras_training.dice import Dice
from pinxit.keras_training.recipe import Recipe
from pinxit.keras_training.weights import load_exactly, to_arrays
from pinxit.runs.checkpoint_folder import Moment, damaged, moment_of, unfit_optimizer, whole_ones, write
from pinxit.runs.run_folder import RunFolder


def save(run: RunFolder, moment: Moment, recipe: Recipe, dice: Dice, keep: int, healthy: int | None = None) -> Path:
    """Write a checkpoint of a recipe: see `pinxit.runs.checkpoint_folder.write`."""

    def described() -> tuple[bytes, dict[str, Any]]:
        arrays = describe(recipe, dice)
        contents = safetensors.numpy.save({name: np.array(values, order="C") for name, values in arrays.items()})
        return contents, {"framework": "tensorflow", "floats": dict(recipe.state)}

    return write(run, moment, described, keep, healthy)


def resume(
    run: RunFolder, recipe: Recipe, dice: Dice, warn: Callable[[str], None], latest: int | None = None
) -> Moment | None:
    """Load the newest whole checkpoint into `recipe` and `dice`, of those up to `latest` pictures when that is given.

    None when there is none; `warn` hears of damaged ones. Raises ModelFileError for one that does not fit the recipe.
    """
    for place, contents in whole_ones(run, warn, latest):
        try:
            arrays = safetensors.numpy.load(contents["tensors.safetensors"])
            told = json.loads(contents["state.json"])
        except (ValueError, SafetensorError):
            warn(damaged(place))
            continue
        if told.get("framework") != "tensorflow":
            raise ModelFileError(f"{place} was written by PyTorch; a run goes on in the framework that it began in.")
        apply(recipe, dice, arrays, place)
        recipe.state.update(told["floats"])
        return moment_of(told)
    return None


def describe(recipe: Recipe, dice: Dice) -> dict[str, np.ndarray]:
    """A recipe as flat named arrays."""
    arrays = {"dice": dice.state()}
    for part, network in recipe.parts.items():
        arrays.update({f"part.{part}.{name}": values for name, values in to_arrays(network).items()})
    for name, optimizer in recipe.optimizers.items():
        arrays.update({f"optimizer.{name}.{key}": values for key, values in optimizer.arrays().items()})
    return arrays


def apply(recipe: Recipe, dice: Dice, arrays: dict[str, np.ndarray], place: Path) -> None:
    """Put a described recipe back."""

    def below(prefix: str) -> dict[str, np.ndarray]:
        return {name.removeprefix(prefix): values for name, values in arrays.items() if name.startswith(prefix)}

    for part, network in recipe.parts.items():
        load_exactly(network, below(f"part.{part}."), place)
    for name, optimizer in recipe.optimizers.items():
        try:
            optimizer.restore(below(f"optimizer.{name}."))
        except (KeyError, ValueError):
            raise unfit_optimizer(place) from None
    dice.restore(arrays["dice"])
