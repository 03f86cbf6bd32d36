"""What a page wishes to see: mixtures of seeds, painted like seeds, each with a recipe that repeats it."""

from collections.abc import Mapping, Sequence

import numpy as np

from pinxit.errors import UsageError
from pinxit.generation.mixing import mean_latent
from pinxit.generation.model import Model, Painting, to_image
from pinxit.generation.points import Points, lifted, paint_points, recipe_of
from pinxit.generation.sampling import captions_of, check_truncation, starting_points

MOST_SEEDS = 32

Mix = Sequence[tuple[int, float]]
"""Seeds and how much of each: [(7, 0.75), (12, 0.25)]. One seed alone is that seed's picture."""


def checked(mix: Mix) -> tuple[list[int], np.ndarray]:
    """Seeds and shares that sum to 1, what counts nothing left out. Raises UsageError."""
    kept = [(int(seed), float(share)) for seed, share in mix if share > 0]
    if not kept or len(kept) > MOST_SEEDS:
        raise UsageError(f"A mixture takes 1 to {MOST_SEEDS} seeds with shares above 0; {len(kept)} came.")
    shares = np.array([share for _, share in kept])
    if not np.isfinite(shares).all():
        raise UsageError("A share of a mixture is no number. Give for example 0.5.")
    return [seed for seed, _ in kept], shares / shares.sum()


def paint_mixes(
    model: Model,
    mixes: Sequence[Mix],
    *,
    labels: Mapping[str, str] | None = None,
    text: str | None = None,
    truncation: float = 1.0,
) -> list[Painting]:
    """A painting of each mixture, in float32.

    labels, text, truncation  as in `Model.make`; what is not given comes from the first seed of each mixture
    A mixture of one seed gives the very painting of `Model.make`. Raises UsageError for what makes no sense.
    """
    check_truncation(truncation)
    ready = [checked(mix) for mix in mixes]
    seeds = [seed for some, _ in ready for seed in some]
    firsts = [some[0] for some, _ in ready]
    captions = captions_of(firsts, model.canvas, text)
    outside, inside = model.truncations(truncation)
    all_latents, _ = starting_points(seeds, model.canvas, labels or {}, model.latents, outside)
    _, classes = starting_points(firsts, model.canvas, labels or {}, model.latents, outside, captions)
    latents, place = np.empty((len(ready), model.latents), np.float32), 0
    for row, (some, shares) in enumerate(ready):
        latents[row] = mean_latent(all_latents[place : place + len(some)], shares)
        place += len(some)
    points = Points(latents, classes[:, None], np.ones((len(ready), 1), np.float32))
    points = lifted(model, points, inside) if inside != 1 else points
    painted = []
    for row, picture in enumerate(paint_points(model, points)):
        some, shares = ready[row]
        names = {
            column: model.canvas.label_text(column, int(number))
            for column, number in zip(model.canvas.classes, classes[row], strict=False)
        }
        recipe = model.recipe(some[0], names, truncation, "float32", captions[row])
        if len(some) > 1:
            mix = [[seed, round(share, 6)] for seed, share in zip(some, shares.tolist(), strict=True)]
            told = {name: value for name, value in recipe.items() if name != "seed"}
            recipe = {**told, **recipe_of(model, points[row], {"mix": mix})}
        painted.append(Painting(to_image(picture), recipe))
    return painted
