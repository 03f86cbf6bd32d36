"""From seeds or a file of keyframes to the frames of a walk, and to the recipe that repeats them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pinxit.errors import PictureError, UsageError, did_you_mean
from pinxit.generation.ahead import paint_ahead
from pinxit.generation.points import joined, packed, point_in, points_of, unpacked
from pinxit.generation.walks import Walk, plan_walk

if TYPE_CHECKING:
    from pinxit.generation.model import Model

MOST_FRAMES, MOST_KEYS = 20_000, 1000
LARGEST_FILE = 10_000_000
OF_A_FILE = ("keys", "seconds", "fps", "way", "loop")
OF_A_KEY = ("seed", "picture", "labels", "text", "truncation", "seconds", "hold", "easing")


def read_keyframes(path: Path) -> dict[str, Any]:
    """A file of keyframes, its names checked, pictures found beside it. Raises UsageError that says what is wrong.

    {"seconds": 6, "way": "spline", "loop": true,
     "keys": [{"seed": 1}, {"seed": 5, "hold": 0.5, "seconds": 2, "easing": "smooth"}, {"picture": "mixed.png"}]}
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UsageError(f"{path} has more than {LARGEST_FILE:,} bytes: that is no file of keyframes.")
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"The keyframes {path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The keyframes {path} are not JSON ({error}).") from None
    keys = told.get("keys") if isinstance(told, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise UsageError(f'{path} holds no keyframes. Write for example {{"keys": [{{"seed": 1}}, {{"seed": 5}}]}}')
    if len(keys) > MOST_KEYS:
        raise UsageError(f"{path} has {len(keys):,} keys; a walk takes up to {MOST_KEYS:,}.")
    assert isinstance(told, dict)
    for names, known in ((told, OF_A_FILE), *((key, OF_A_KEY) for key in keys)):
        for name in names:
            if name not in known:
                raise UsageError(f"{path}: keyframes have no '{name}'.{did_you_mean(name, known)}")
    found = [{**key, "picture": str(path.parent / str(key["picture"]))} if "picture" in key else key for key in keys]
    return {**told, "keys": found}


def walk_through(model: Model, told: Mapping[str, Any], defaults: Mapping[str, Any]) -> tuple[Walk, list[str]]:
    """The walk that keyframes tell of, and the names of its keys for people.

    defaults  labels, text and truncation of keys that say none
    Raises UsageError or PictureError for keys that this model cannot paint.
    """
    keys = told["keys"]
    points = joined([key_point(model, key, place, defaults) for place, key in enumerate(keys, start=1)], model)
    try:
        walk = plan_walk(
            points,
            float(told.get("seconds", 6.0)),
            way=str(told.get("way", "spherical")),
            loop=bool(told.get("loop", False)),
            own_seconds=[None if key.get("seconds") is None else float(key["seconds"]) for key in keys],
            holds=[float(key.get("hold", 0.0)) for key in keys],
            easings=[key.get("easing") for key in keys],
        )
    except (TypeError, ValueError) as error:
        if isinstance(error, UsageError):
            raise
        raise UsageError(f"The times of these keyframes are no numbers ({error}).") from None
    return walk, [f"seed {key['seed']}" if "seed" in key else Path(key["picture"]).name for key in keys]


def key_point(model: Model, key: Mapping[str, Any], place: int, defaults: Mapping[str, Any]):
    """The point of one key: a seed's, or that of a picture."""
    if ("seed" in key) == ("picture" in key):
        raise UsageError(f'Key {place} needs either a seed or a picture, for example {{"seed": 1}}.')
    if "picture" in key:
        return point_in(model, Path(key["picture"]))
    how = {**defaults, **{name: key[name] for name in ("labels", "text", "truncation") if name in key}}
    if not isinstance(key["seed"], int) or not isinstance(how["labels"] or {}, dict):
        raise UsageError(f"Key {place}: a seed is a whole number, labels are column and class; {dict(key)} came.")
    try:
        return points_of(model, [key["seed"]], **how)
    except TypeError as error:
        raise UsageError(f"Key {place} cannot be painted ({error}).") from None


def frames_of(
    model: Model, walk: Walk, count: int, precision: str = "float32", batch: int = 16
) -> Iterator[np.ndarray]:
    """The pictures along a walk, uint8 (H, W, C), straight alpha, `batch` computed at a time and ahead of who takes them."""
    yield from paint_ahead(model, walk.points(count), precision, batch)


def count_frames(walk: Walk, fps: float) -> int:
    """Frames of a walk at `fps` a second. Raises UsageError for none, or for more than anyone wants."""
    if not 0 < fps <= 1000 or not round(walk.length * fps) >= 2:
        raise UsageError(
            f"{walk.length:g} seconds at {fps:g} pictures a second are less than two pictures. Walk longer."
        )
    if walk.length * fps > MOST_FRAMES:
        raise UsageError(f"That would be {walk.length * fps:,.0f} pictures; a walk takes up to {MOST_FRAMES:,}.")
    return round(walk.length * fps)


def walk_recipe(model: Model, walk: Walk, names: Sequence[str], fps: float, precision: str) -> dict[str, Any]:
    """All that repeats a walk: what its keys are painted from, and how it goes from each to the next."""
    return {
        "format": 1,
        "model": model.sha256,
        "family": model.family,
        "walk": {
            "way": walk.way,
            "loop": walk.loop,
            "seconds": list(walk.seconds),
            "holds": list(walk.holds),
            "easings": list(walk.easings),
            "keys": [{"name": name, **packed(model, walk.keys[place])} for place, name in enumerate(names)],
        },
        "fps": fps,
        "precision": precision,
        "size": f"{model.canvas.width}x{model.canvas.height}",
    }


def walk_of(model: Model, recipe: Mapping[str, Any], name: str) -> Walk:
    """The walk that a recipe tells of. Raises PictureError for a damaged one."""
    try:
        told = recipe["walk"]
        keys = joined([unpacked(model, key, name) for key in told["keys"][:MOST_KEYS]], model)
        return plan_walk(
            keys,
            0.0,
            way=str(told["way"]),
            loop=bool(told["loop"]),
            own_seconds=[float(seconds) for seconds in told["seconds"]],
            holds=[float(hold) for hold in told["holds"]],
            easings=[str(easing) for easing in told["easings"]],
        )
    except PictureError:
        raise
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise PictureError(f"The walk in {name} is damaged ({error}).") from None
