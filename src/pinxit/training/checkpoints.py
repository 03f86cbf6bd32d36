"""Checkpoints: everything resume needs, from and to torch. How they lie on disk: `pinxit.runs.checkpoint_folder`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from pinxit.networks.dice import Dice
from pinxit.runs.checkpoint_folder import Moment as Moment
from pinxit.runs.checkpoint_folder import damaged, moment_of, unfit_optimizer, whole_ones, write
from pinxit.runs.checkpoint_folder import is_whole as is_whole
from pinxit.runs.checkpoint_folder import list_newest_first as list_newest_first
from pinxit.runs.model_file import check_fit
from pinxit.runs.run_folder import RunFolder
from pinxit.training.recipe import Recipe


def save(run: RunFolder, moment: Moment, recipe: Recipe, dice: Dice, keep: int, healthy: int | None = None) -> Path:
    """Write a checkpoint of a recipe: see `pinxit.runs.checkpoint_folder.write`."""

    def described() -> tuple[bytes, dict[str, Any]]:
        tensors, told = describe(recipe, dice)
        return safetensors.torch.save(tensors), told

    return write(run, moment, described, keep, healthy)


def resume(
    run: RunFolder, recipe: Recipe, dice: Dice, warn: Callable[[str], None], latest: int | None = None
) -> Moment | None:
    """Load the newest whole checkpoint into `recipe` and `dice`, of those up to `latest` pictures when that is given.

    None when there is none; `warn` hears of damaged ones. Raises ModelFileError when a whole checkpoint does not fit the
    recipe.
    """
    for place, contents in whole_ones(run, warn, latest):
        try:
            tensors, told = safetensors.torch.load(contents["tensors.safetensors"]), json.loads(contents["state.json"])
        except (ValueError, SafetensorError):
            warn(damaged(place))
            continue
        apply(recipe, dice, tensors, told, place)
        return moment_of(told)
    return None


def describe(recipe: Recipe, dice: Dice) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """A recipe as flat named tensors and JSON."""
    tensors: dict[str, Tensor] = {"dice": dice.state()}
    groups: dict[str, Any] = {}
    loose: dict[str, Any] = {}
    floats: dict[str, float] = {}
    for part, network in recipe.parts.items():
        tensors.update({f"part.{part}.{name}": value for name, value in network.state_dict().items()})
    for name, optimizer in recipe.optimizers.items():
        stored = optimizer.state_dict()
        groups[name] = stored["param_groups"]
        loose[name] = {}
        for index, values in stored["state"].items():
            for key, value in values.items():
                if isinstance(value, Tensor):
                    tensors[f"optimizer.{name}.{index}.{key}"] = value
                else:
                    loose[name].setdefault(str(index), {})[key] = value
    for name, value in recipe.state.items():
        if isinstance(value, Tensor):
            tensors[f"state.{name}"] = value
        else:
            floats[name] = float(value)
    flat = {name: value.detach().contiguous().cpu().clone() for name, value in tensors.items()}
    return flat, {"groups": groups, "loose": loose, "floats": floats}


def apply(recipe: Recipe, dice: Dice, tensors: dict[str, Tensor], told: dict[str, Any], place: Path) -> None:
    """Put a described recipe back, in the memory formats that training uses."""
    dice.restore(tensors["dice"])
    for part, network in recipe.parts.items():
        prefix = f"part.{part}."
        load_exactly(
            network, {key.removeprefix(prefix): tensors[key] for key in tensors if key.startswith(prefix)}, place
        )
    for name, optimizer in recipe.optimizers.items():
        weights = [weight for group in optimizer.param_groups for weight in group["params"]]
        state: dict[int, dict[str, Any]] = {}
        for key, value in tensors.items():
            if key.startswith(f"optimizer.{name}."):
                index, entry = key.removeprefix(f"optimizer.{name}.").split(".", 1)
                if int(index) >= len(weights) or (value.dim() and value.shape != weights[int(index)].shape):
                    raise unfit_optimizer(place)
                state.setdefault(int(index), {})[entry] = in_format_of(weights[int(index)], value)
        for index, values in told["loose"][name].items():
            state.setdefault(int(index), {}).update(values)
        optimizer.load_state_dict({"state": state, "param_groups": told["groups"][name]})
    for key, value in tensors.items():
        if key.startswith("state."):
            recipe.state[key.removeprefix("state.")] = value
    recipe.state.update(told["floats"])


def in_format_of(weight: Tensor, value: Tensor) -> Tensor:
    """`value` with the memory layout of `weight`, so that a resumed step runs the very same kernels."""
    if not value.dim():
        return value
    return torch.empty_like(weight, dtype=value.dtype).copy_(value)


def load_exactly(network: torch.nn.Module, tensors: dict[str, Tensor], place: Path | str) -> None:
    """Load when names and shapes all fit; else raise ModelFileError with every difference, and load nothing."""
    wanted = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    check_fit(wanted, {name: tuple(value.shape) for name, value in tensors.items()}, place)
    network.load_state_dict(tensors)
