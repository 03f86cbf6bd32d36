"""Directions: which way latents go for a beard, for glasses, for more of what a person likes. Found, kept, and followed.

They lie where pictures start: among latents, or for a family with styles (`stylegan`) in W. A step along one is turned back to
the length that the latents had, because a model has learned only what lies near their sphere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pinxit.errors import ModelFileError, UsageError, did_you_mean
from pinxit.generation.finding import shipped_models
from pinxit.generation.points import Points, from_text, lifted, to_text
from pinxit.images.writing import write_atomically

if TYPE_CHECKING:
    from pinxit.generation.model import Model

LARGEST_FILE = 20_000_000
MOST = 1000
LONGEST_NAME = 80


@dataclass(frozen=True)
class Direction:
    """A way to go. `vector` (D,) float32 of length 1, where `space` says; `told`: how it was found, and how well it tells.

    space  "latents", or "styles" (one step for all layers)
    unit   how far the pictures of a model commonly lie apart along it (one standard deviation): strengths count in it
    """

    vector: np.ndarray
    space: str
    unit: float = 1.0
    told: Mapping[str, Any] = field(default_factory=dict)


def space_of(model: Model) -> str:
    """Where the directions of a model lie."""
    return "styles" if model.has_styles else "latents"


def numbers_of(model: Model, points: Points) -> np.ndarray:
    """(N, D): what a direction is a direction of. Styles of a picture count as the mean over its layers."""
    if not model.has_styles:
        return points.latents
    styles = lifted(model, points).styles
    assert styles is not None
    return styles.mean(axis=1)


def moved(
    model: Model,
    points: Points,
    direction: Direction,
    strengths: Sequence[float] | np.ndarray,
    *,
    layers: Sequence[int] = (),
) -> Points:
    """Points (N) each gone its strength (N) along a direction, in units of it; below 0 the other way.

    layers  only these, of a family with styles; none: all. Others have no layers to choose from
    Raises UsageError for a direction that does not fit the model.
    """
    check_fits(model, direction)
    steps = np.asarray(strengths, np.float32)[:, None] * direction.unit * direction.vector  # (N, D)
    if direction.space == "styles":
        points = lifted(model, points)
        assert points.styles is not None
        styles = points.styles.copy()
        some = list(layers) or slice(None)
        styles[:, some] += steps[:, None]
        return replace(points, styles=styles)
    gone = points.latents + steps
    long = np.linalg.norm(points.latents, axis=1, keepdims=True)
    scale = long / np.maximum(np.linalg.norm(gone, axis=1, keepdims=True), 1e-6)
    return replace(points, latents=(gone * np.where(long > 1e-6, scale, 1.0)).astype(np.float32))


def length_of(model: Model) -> int:
    """How many numbers a direction of a model has."""
    return int(model.generator.means.shape[1]) if model.has_styles else model.latents  # pyright: ignore[reportIndexIssue, reportArgumentType]


def check_fits(model: Model, direction: Direction) -> None:
    """Raise UsageError for a direction of another model."""
    length = length_of(model)
    if direction.space != space_of(model) or direction.vector.shape != (length,):
        raise UsageError(
            f"This direction is one of {len(direction.vector)} {direction.space}, and {model.path.name} has {length} "
            f"{space_of(model)}: it was found for another model. Find it anew: pinxit directions"
        )


def file_of(model: Model) -> Path:
    """Where a model's directions are kept: NAME.directions.json beside it; of a shipped model, in the folder one works in."""
    name = f"{model.path.stem}.directions.json"
    return Path(name) if model.path in shipped_models().values() else model.path.with_name(name)


def write_directions(path: Path, sha256: str, found: Mapping[str, Direction]) -> None:
    """Write directions by name, whole or not at all. Raises UsageError for names that are none, PinxitError for a full disk."""
    for name in found:
        if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
            raise UsageError(f"A direction's name has 1 to {LONGEST_NAME} letters; {name[:100]!r} came.")
    told = {
        name: {"space": one.space, "unit": one.unit, "vector": to_text(one.vector), "told": dict(one.told)}
        for name, one in found.items()
    }
    content = json.dumps({"format": 1, "model": sha256, "directions": told}, ensure_ascii=False, indent=1)
    write_atomically(path, content.encode())


def read_directions(path: Path, model: Model) -> dict[str, Direction]:
    """The directions in a file, by name; none where there is no file.

    Raises ModelFileError for a damaged file, UsageError for one that belongs to another model.
    """
    if not path.exists():
        return {}
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError(f"more than {LARGEST_FILE:,} bytes")
        stored = json.loads(path.read_text(encoding="utf-8"))
        if stored["model"] != model.sha256:
            raise UsageError(
                f"The directions in {path} belong to another model ({str(stored['model'])[:12]}…; {model.path.name} is "
                f"{model.sha256[:12]}…). Name another file with --file, or find them anew."
            )
        length, found = length_of(model), {}
        for name, told in list(stored["directions"].items())[:MOST]:
            vector, size = from_text(told["vector"], (length,)), float(told["unit"])
            if told["space"] != space_of(model) or not 0 < size < 1e4 or not isinstance(told["told"], dict):
                raise ValueError(f"'{name}' makes no sense")
            found[str(name)] = Direction(vector, str(told["space"]), size, told["told"])
        return found
    except UsageError:
        raise
    except OSError as error:
        raise ModelFileError(f"The directions in {path} cannot be read: {error.strerror}.") from None
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ModelFileError(f"The directions in {path} are damaged ({error}). Find them anew.") from None


def take_along(model: Model, tuned: Model) -> None:
    """Write the directions of a model, where it has any, beside one that was tuned from it: they lead the same way there."""
    found, path = read_directions(file_of(model), model), file_of(tuned)
    if found and not path.exists():
        write_directions(path, tuned.sha256, found)


def named(found: Mapping[str, Direction], name: str, path: Path) -> Direction:
    """The direction called so. Raises UsageError that names the nearest."""
    if name not in found:
        there = (
            did_you_mean(name, found) if found else f" There are none in {path} yet: find some with pinxit directions."
        )
        raise UsageError(f"There is no direction '{name}'.{there}")
    return found[name]
