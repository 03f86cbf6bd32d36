"""What a page wishes to see: mixtures of seeds and of points, gone along directions, each with a recipe that repeats it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pinxit.errors import UsageError
from pinxit.generation.directions import moved, named, read_directions
from pinxit.generation.mixing import average, mean_latent
from pinxit.generation.model import Model, Painting, to_image
from pinxit.generation.parents import remembered
from pinxit.generation.points import Points, joined, lifted, paint_points, points_of, recipe_of, unpacked
from pinxit.generation.sampling import captions_of, check_truncation, starting_points

MOST_PARTS = 32
FURTHEST = 100.0

Part = int | Mapping[str, Any]
"""A seed; or what holds the numbers of a point, such as the recipe of a bred picture."""
Mix = Sequence[tuple[Part, float]]
"""Parts and how much of each: [(7, 0.75), (12, 0.25)]. One seed alone is that seed's picture."""


@dataclass(frozen=True)
class How:
    """How all wishes of one order are painted. labels, text, truncation as in `Model.make`; along: strengths by name."""

    labels: Mapping[str, str]
    text: str | None = None
    truncation: float = 1.0
    along: Mapping[str, float] | None = None
    directions: Path | None = None


def checked(mix: Mix) -> tuple[list[Part], np.ndarray]:
    """Parts and shares that sum to 1, what counts nothing left out. Raises UsageError."""
    kept = [(part if isinstance(part, Mapping) else int(part), float(share)) for part, share in mix if share > 0]
    if not kept or len(kept) > MOST_PARTS:
        raise UsageError(f"A mixture takes 1 to {MOST_PARTS} seeds with shares above 0; {len(kept)} came.")
    shares = np.array([share for _, share in kept])
    if not np.isfinite(shares).all():
        raise UsageError("A share of a mixture is no number. Give for example 0.5.")
    return [part for part, _ in kept], shares / shares.sum()


def paint_mixes(
    model: Model,
    mixes: Sequence[Mix],
    *,
    labels: Mapping[str, str] | None = None,
    text: str | None = None,
    truncation: float = 1.0,
    along: Mapping[str, float] | None = None,
    directions: Path | None = None,
) -> list[Painting]:
    """A painting of each mixture, in float32.

    labels, text, truncation  as in `Model.make`; of a mixture of seeds, what is not given comes from the first
    along                     strengths along named directions, which are kept in the file `directions`
    A mixture of one seed gives the very painting of `Model.make`. Raises UsageError for what makes no sense.
    """
    points, recipes = points_of_mixes(model, mixes, How(labels or {}, text, truncation, along, directions))
    pictures = paint_points(model, points)
    return [Painting(to_image(picture), recipe) for picture, recipe in zip(pictures, recipes, strict=True)]


def points_of_mixes(model: Model, mixes: Sequence[Mix], how: How) -> tuple[Points, list[dict[str, Any]]]:
    """The point of each mixture, and the recipe that repeats its picture."""
    check_truncation(how.truncation)
    ready = [checked(mix) for mix in mixes]
    plain = all(isinstance(part, int) for parts, _ in ready for part in parts)
    points, recipes = (of_seeds if plain else of_parts)(model, ready, how)  # pyright: ignore[reportArgumentType]
    if not how.along:
        return points, recipes
    known = read_directions(how.directions, model) if how.directions else {}
    for name, strength in how.along.items():
        if not abs(strength) <= FURTHEST:
            raise UsageError(
                f"A strength goes from -{FURTHEST:g} to {FURTHEST:g}, mostly from -4 to 4; {strength:g} came."
            )
        found = named(known, name, how.directions or Path("directions"))
        points = moved(model, points, found, [strength] * len(points))
    origins = [{"how": "moved", "along": dict(how.along), "parents": [remembered(one, "a picture")]} for one in recipes]
    return points, [recipe_of(model, points[row], origin) for row, origin in enumerate(origins)]


def of_seeds(
    model: Model, mixes: Sequence[tuple[list[int], np.ndarray]], how: How
) -> tuple[Points, list[dict[str, Any]]]:
    """Mixtures of seeds: latents are mixed, labels and captions are those of the first."""
    seeds = [seed for some, _ in mixes for seed in some]
    firsts = [some[0] for some, _ in mixes]
    captions = captions_of(firsts, model.canvas, how.text)
    outside, inside = model.truncations(how.truncation)
    all_latents, _ = starting_points(seeds, model.canvas, how.labels, model.latents, outside)
    _, classes = starting_points(firsts, model.canvas, how.labels, model.latents, outside, captions)
    latents, place = np.empty((len(mixes), model.latents), np.float32), 0
    for row, (some, shares) in enumerate(mixes):
        latents[row] = mean_latent(all_latents[place : place + len(some)], shares)
        place += len(some)
    points = Points(latents, classes[:, None], np.ones((len(mixes), 1), np.float32))
    points = lifted(model, points, inside) if inside != 1 else points
    recipes = []
    for row, (some, shares) in enumerate(mixes):
        names = {
            column: model.canvas.label_text(column, int(number))
            for column, number in zip(model.canvas.classes, classes[row], strict=False)
        }
        recipe = model.recipe(some[0], names, how.truncation, "float32", captions[row])
        if len(some) > 1:
            mix = [[seed, round(share, 6)] for seed, share in zip(some, shares.tolist(), strict=True)]
            told = {name: value for name, value in recipe.items() if name != "seed"}
            recipe = {**told, **recipe_of(model, points[row], {"mix": mix})}
        recipes.append(recipe)
    return points, recipes


def of_parts(
    model: Model, mixes: Sequence[tuple[list[Part], np.ndarray]], how: How
) -> tuple[Points, list[dict[str, Any]]]:
    """Mixtures with points of their own: numbers, labels and captions are all blended."""
    points, recipes = [], []
    for parts, shares in mixes:
        some = joined([point_of_part(model, part, how) for part in parts], model)
        points.append(average(model, some, shares.tolist()) if len(parts) > 1 else some)
        memories = [memory_of(part) for part in parts]
        origin: Mapping[str, Any] = {"how": "average", "weights": shares.tolist(), "parents": memories}
        if len(parts) == 1 and isinstance(parts[0], Mapping):
            told = parts[0].get("origin")
            origin = told if isinstance(told, Mapping) else {}
        recipes.append(recipe_of(model, points[-1], origin))
    return joined(points, model), recipes


def point_of_part(model: Model, part: Part, how: How) -> Points:
    """The one point of a part."""
    if isinstance(part, Mapping):
        return unpacked(model, part, "a point")
    return points_of(model, [part], labels=how.labels, text=how.text, truncation=how.truncation)


def memory_of(part: Part) -> dict[str, Any]:
    """What is kept of a part by name: its seed, or what it is called and where it came from."""
    return remembered(part, str(part.get("name", "a picture"))) if isinstance(part, Mapping) else {"seed": part}
