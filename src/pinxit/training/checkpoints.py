"""Checkpoints: everything resume needs, whole or absent.

A checkpoint is written into a folder aside, flushed to disk, and renamed into place; `manifest.json` with the hashes is
written last. A damaged one is passed over for the one before it.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from pinxit.errors import DataError, ModelFileError, pasteable
from pinxit.images.writing import flush_folder
from pinxit.networks.dice import Dice
from pinxit.runs.run_folder import RunFolder, seen_name
from pinxit.settings import TrainingSettings
from pinxit.training.recipe import Recipe

FORMAT = 1
ASIDE = ".writing-"


@dataclass
class Moment:
    """Where a run stands: `seen` real pictures, `seconds` of training, the sampler's place (JSON), times it went back."""

    seen: int = 0
    seconds: float = 0.0
    batches: dict[str, Any] = field(default_factory=dict)
    went_back: int = 0


def save(run: RunFolder, moment: Moment, recipe: Recipe, dice: Dice, keep: int, healthy: int | None = None) -> Path:
    """Write a checkpoint, then remove all but the `keep` newest and the one at `healthy` pictures.

    Raises OSError when the disk is full; nothing is lost.
    """
    place = run.checkpoints / seen_name(moment.seen)
    if is_whole(place):
        return place
    tensors, told = describe(recipe, dice)
    told.update(format=FORMAT, **asdict(moment))
    aside = run.checkpoints / f"{ASIDE}{place.name}"
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        contents = {
            "tensors.safetensors": safetensors.torch.save(tensors),
            "state.json": json.dumps(told, indent=1).encode(),
        }
        manifest = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
        for name, content in [*contents.items(), ("manifest.json", json.dumps(manifest).encode())]:
            with (aside / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        shutil.rmtree(place, ignore_errors=True)  # a damaged one of the same name
        aside.replace(place)
        flush_folder(run.checkpoints)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    prune(run, keep, healthy)
    return place


def prune(run: RunFolder, keep: int, healthy: int | None = None) -> None:
    """Remove old checkpoints and what a kill left half-written."""
    for left_over in run.checkpoints.glob(f"{ASIDE}*"):
        shutil.rmtree(left_over, ignore_errors=True)
    for old in list_newest_first(run)[keep:]:
        if int(old.name) != healthy:
            shutil.rmtree(old, ignore_errors=True)


def list_newest_first(run: RunFolder) -> list[Path]:
    """All checkpoint folders, whole or not, the newest first."""
    places = [place for place in run.checkpoints.glob("*") if place.is_dir() and place.name.isdecimal()]
    return sorted(places, key=lambda place: int(place.name), reverse=True)


def resume(
    run: RunFolder, recipe: Recipe, dice: Dice, warn: Callable[[str], None], latest: int | None = None
) -> Moment | None:
    """Load the newest whole checkpoint into `recipe` and `dice`, of those up to `latest` pictures when that is given.

    None when there is none; `warn` hears of damaged ones. Raises ModelFileError when a whole checkpoint does not fit the
    recipe.
    """
    for place in list_newest_first(run):
        if latest is not None and int(place.name) > latest:
            continue
        try:
            contents = read_whole(place)
            tensors, told = safetensors.torch.load(contents["tensors.safetensors"]), json.loads(contents["state.json"])
        except (OSError, ValueError, KeyError, SafetensorError):
            warn(f"Checkpoint {place.name} is damaged or incomplete; going back to the one before it.")
            continue
        apply(recipe, dice, tensors, told, place)
        return Moment(told["seen"], told["seconds"], told["batches"], told.get("went_back", 0))
    return None


def read_whole(place: Path) -> dict[str, bytes]:
    """All files of a checkpoint, checked against the manifest. Raises ValueError, KeyError or OSError if it is not whole."""
    manifest = json.loads((place / "manifest.json").read_bytes())
    contents = {name: (place / name).read_bytes() for name in ("tensors.safetensors", "state.json")}
    for name, content in contents.items():
        if hashlib.sha256(content).hexdigest() != manifest[name]:
            raise ValueError(f"{name} does not match its hash")
    return contents


def is_whole(place: Path) -> bool:
    """Whether every file is there and matches its hash."""
    try:
        read_whole(place)
    except (OSError, ValueError, KeyError):
        return False
    return True


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
                    raise ModelFileError(
                        f"The optimizer in {place} was not made for these networks; another version of pinxit wrote it. "
                        f"Begin a new run from its model: pinxit train PICTURES --from {place.parent.parent}"
                    )
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
    wanted = network.state_dict()
    differences = [f"missing {name}" for name in sorted(wanted.keys() - tensors.keys())]
    differences += [f"unknown {name}" for name in sorted(tensors.keys() - wanted.keys())]
    differences += [
        f"{name} is {tuple(tensors[name].shape)}, wanted {tuple(wanted[name].shape)}"
        for name in sorted(wanted.keys() & tensors.keys())
        if wanted[name].shape != tensors[name].shape
    ]
    if differences:
        raise ModelFileError(f"The weights in {place} do not fit this network: {'; '.join(differences)}.")
    network.load_state_dict(tensors)


def standing(run: RunFolder) -> tuple[int, float]:
    """(pictures seen, seconds of training) at the newest checkpoint that says so; zeros without one."""
    for place in list_newest_first(run):
        try:
            told = run.read_json(place / "state.json")
            return int(told["seen"]), float(told["seconds"])
        except (DataError, KeyError, TypeError, ValueError):
            continue
    return 0, 0.0


def describe_standing(run: RunFolder, settings: TrainingSettings) -> str:
    """Where a run goes on from; and when it is at its end already, how to make it longer."""
    seen, seconds = standing(run)
    stands = f"{seen:,} pictures and {seconds / 60:.1f} minutes of training"
    over = seconds >= settings.minutes * 60 if settings.minutes is not None else seen >= settings.seen
    if over:
        longer = f"--for {seconds / 30:.0f}m" if settings.minutes is not None else f"--seen {2 * seen}"
        return f"This run is at its end ({stands}). To go on longer: pinxit resume {pasteable(run.path)} {longer}"
    return f"Going on from {stands}." if seen else "There is no checkpoint yet: beginning anew."
