"""Where pictures start when no single seed says it: numbers of their own, that mixing, walking and searching change.

A point is latents, labels that may be blends, and on demand styles of each layer or a change to the first features. Its recipe
holds the numbers themselves, so that a picture repeats whatever became of the search or the parents it came from.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from pinxit.errors import PictureError, UsageError
from pinxit.generation.sampling import captions_of, read_recipe, starting_points
from pinxit.networks.blending import blended, shifted
from pinxit.networks.layers import FirstGrid
from pinxit.networks.pictures import from_network
from pinxit.networks.vocabulary import MINILM, minilm_tokens

if TYPE_CHECKING:
    from pinxit.generation.model import Model, Painting

NUMBERS = "<f4"
MOST_BLENDED = 64


@dataclass(frozen=True)
class Points:
    """N starting points.

    latents  (N, latents) float32, as seeds give them, truncation applied
    classes  (N, P, columns) int64: the labels (and the pieces of a caption) of P that are blended; mostly one
    shares   (N, P) float32: how much each of them counts; a row sums to 1
    styles   (N, layers, styles) float32 of a family with styles (`stylegan`), or None: what its mapping makes of the latents
    shifts   (N, channels, rows, columns) float32 added to the first features, or None: nothing is
    """

    latents: np.ndarray
    classes: np.ndarray
    shares: np.ndarray
    styles: np.ndarray | None = None
    shifts: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.latents)

    def __getitem__(self, some: Any) -> Points:
        """Some of the points; always a stack, also for one number."""
        some = slice(some, some + 1 or None) if isinstance(some, int) else some  # -1: from there to the end
        return Points(*(None if part is None else part[some] for part in self.parts))  # pyright: ignore[reportArgumentType]

    @property
    def plain(self) -> bool:
        """Whether latents and labels say it all, as they do of a seed."""
        return self.classes.shape[1] == 1 and self.styles is None and self.shifts is None

    @property
    def parts(self) -> tuple[np.ndarray | None, ...]:
        """The fields in their order."""
        return self.latents, self.classes, self.shares, self.styles, self.shifts


def points_of(
    model: Model,
    seeds: Sequence[int],
    *,
    labels: Mapping[str, str] | None = None,
    text: str | Sequence[str] | None = None,
    truncation: float = 1.0,
) -> Points:
    """The points of seeds, as `Model.make` would paint them. Raises UsageError for what it cannot paint from."""
    told = captions_of(seeds, model.canvas, text)
    outside, inside = model.truncations(truncation)
    latents, classes = starting_points(seeds, model.canvas, labels or {}, model.latents, outside, told)
    points = Points(latents, classes[:, None], np.ones((len(latents), 1), np.float32))
    return lifted(model, points, inside) if inside != 1 else points


def joined(points: Sequence[Points], model: Model | None = None) -> Points:
    """Stacks of points as one. Those without styles or shifts get theirs where another has some: `model` maps latents."""
    if any(some.styles is not None for some in points):
        assert model is not None
        points = [lifted(model, some) for some in points]
    shape = next((some.shifts.shape[1:] for some in points if some.shifts is not None), None)
    if shape is not None:
        points = [
            some if some.shifts is not None else replace(some, shifts=np.zeros((len(some), *shape), np.float32))
            for some in points
        ]
    blended_most = max(some.shares.shape[1] for some in points)
    points = [padded(some, blended_most) for some in points]
    columns = zip(*(some.parts for some in points), strict=True)
    return Points(*(None if column[0] is None else np.concatenate(column) for column in columns))  # pyright: ignore[reportArgumentType]


def padded(points: Points, count: int) -> Points:
    """The same with `count` places for labels: further ones repeat the first and count nothing."""
    more = count - points.shares.shape[1]
    if not more:
        return points
    classes = np.concatenate([points.classes, np.repeat(points.classes[:, :1], more, axis=1)], axis=1)
    return replace(points, classes=classes, shares=np.pad(points.shares, ((0, 0), (0, more))))


@torch.no_grad()
def lifted(model: Model, points: Points, truncation: float = 1.0) -> Points:
    """With styles in each layer, of a family that has them; unchanged where they are there already.

    truncation  towards the mean style of the labels; those of a blend are blended
    """
    if points.styles is not None:
        return points
    generator: Any = model.generator
    latents, classes, shares = (torch.from_numpy(part).to(model.device) for part in points.parts[:3])  # pyright: ignore[reportArgumentType]
    with blended(generator, classes, shares):
        styles = generator.map(latents, classes[:, 0])
    if truncation != 1:
        means = torch.stack([generator.mean_style(classes[:, place]) for place in range(classes.shape[1])], dim=1)
        styles = torch.lerp((means * shares[..., None]).sum(dim=1), styles, truncation)
    every_layer = styles[:, None].expand(-1, generator.layers, -1)
    return replace(points, styles=every_layer.cpu().numpy().astype(np.float32))


def on_device(model: Model, points: Points) -> list[Tensor | None]:
    """The parts of points as tensors on the model's device."""
    return [
        None if part is None else torch.from_numpy(np.ascontiguousarray(part)).to(model.device) for part in points.parts
    ]


def paint_tensors(
    model: Model,
    latents: Tensor,
    classes: Tensor,
    shares: Tensor,
    styles: Tensor | None = None,
    shifts: Tensor | None = None,
) -> Tensor:
    """Points as tensors -> (N, C, H, W) in [-1, 1], alpha premultiplied; with gradients where these are asked for."""
    generator: Any = model.generator
    with ExitStack() as stack:
        if shifts is not None:
            stack.enter_context(shifted(first_grid(model), shifts))
        if styles is not None:
            return generator.synthesise(styles, latents[:, generator.numbers :])
        stack.enter_context(blended(generator, classes, shares))
        return generator(latents, classes[:, 0])


def first_grid(model: Model) -> FirstGrid:
    """The layer where latents become features. Raises UsageError for a family that has none."""
    found = next((layer for layer in model.generator.modules() if isinstance(layer, FirstGrid)), None)
    if found is None:
        raise UsageError(f"A model of the family {model.family} has no first features to change.")
    return found


def grid_shape(model: Model) -> tuple[int, int, int]:
    """(channels, rows, columns) of the first features."""
    grid = first_grid(model)
    return grid.outputs, grid.rows, grid.columns


@torch.no_grad()
def paint_points(model: Model, points: Points, precision: str = "float32", batch: int = 16) -> Iterator[np.ndarray]:
    """Each point's picture, uint8 (H, W, C), straight alpha."""
    for start in range(0, len(points), batch):
        some = points[start : start + batch]
        if some.plain:
            yield from from_network(model.generate(some.latents, some.classes[:, 0], precision))
            continue
        with torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=precision == "bf16"):
            pictures = paint_tensors(model, *on_device(model, some))  # pyright: ignore[reportArgumentType]
        yield from from_network(pictures)


def paint(
    model: Model,
    points: Points,
    origins: Sequence[Mapping[str, Any]],
    *,
    precision: str = "float32",
    batch: int = 16,
) -> list[Painting]:
    """Paintings of points, each with a recipe that holds its numbers.

    origins  how each came to be, in plain words and figures, for people: it is kept, and not needed to repeat the picture
    """
    from pinxit.generation.model import Painting, to_image

    return [
        Painting(to_image(picture), recipe_of(model, points[place], origins[place], precision))
        for place, picture in enumerate(paint_points(model, points, precision, batch))
    ]


def repeat(model: Model, recipe: Mapping[str, Any], name: str) -> Painting:
    """The picture that a recipe with numbers of its own tells of. Raises PictureError for a damaged one."""
    precision = "bf16" if recipe.get("precision") == "bf16" else "float32"
    origin = recipe.get("origin")
    point = point_of(model, recipe, name)
    return paint(model, point, [origin if isinstance(origin, Mapping) else {}], precision=precision)[0]


def recipe_of(model: Model, point: Points, origin: Mapping[str, Any], precision: str = "float32") -> dict[str, Any]:
    """All that is needed to paint one point again."""
    canvas = model.canvas
    return {
        "format": 1,
        "model": model.sha256,
        "family": model.family,
        **packed(model, point),
        "origin": dict(origin),
        "precision": precision,
        "size": f"{canvas.width}x{canvas.height}",
    }


def packed(model: Model, point: Points) -> dict[str, Any]:
    """One point as JSON: its numbers as text, its labels by name."""
    told: dict[str, Any] = {"latents": to_text(point.latents[0])}
    blend = [
        {"share": float(share), **names_of(model, row)}
        for row, share in zip(point.classes[0], point.shares[0], strict=True)
        if share != 0
    ]
    if any(len(one) > 1 for one in blend):
        told["blend"] = blend
    for name, part in (("styles", point.styles), ("shifts", point.shifts)):
        if part is not None:
            told[name] = to_text(part[0])
    return told


def names_of(model: Model, row: np.ndarray) -> dict[str, Any]:
    """The labels of a row of class numbers (columns,) by name, and the caption it holds as its pieces."""
    columns = model.canvas.classes
    named = {
        column: model.canvas.label_text(column, number)
        for column, number in zip(columns, row[: len(columns)].tolist(), strict=True)
        if number >= 0
    }
    told: dict[str, Any] = {"labels": named} if columns else {}
    if model.canvas.vocabulary is not None:
        told["pieces"] = [int(piece) for piece in row[len(columns) :] if piece >= 0]
    return told


def unpacked(model: Model, told: Mapping[str, Any], name: str = "the recipe") -> Points:
    """The point that `packed` told of. Raises PictureError for one that is damaged or does not fit the model."""
    try:
        latents = from_text(told["latents"], (model.latents,))
        blend = told.get("blend", [{"share": 1.0}])
        if not isinstance(blend, list) or not 1 <= len(blend) <= MOST_BLENDED:
            raise ValueError("a blend of nothing, or of too much")
        classes = np.stack([row_of(model, one) for one in blend])
        shares = np.array([one["share"] for one in blend], np.float32)
        styles = shifts = None
        if "styles" in told:
            if not model.has_styles:
                raise ValueError("styles for a family that has none")
            generator: Any = model.generator
            styles = from_text(told["styles"], (generator.layers, generator.means.shape[1]))[None]
        if "shifts" in told:
            shifts = from_text(told["shifts"], grid_shape(model))[None]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PictureError(f"The starting point in {name} is damaged ({error}).") from None
    if not np.isfinite(shares).all():
        raise PictureError(f"The starting point in {name} is damaged (shares that are no numbers).")
    return Points(latents[None], classes[None], shares[None], styles, shifts)


def row_of(model: Model, told: Mapping[str, Any]) -> np.ndarray:
    """The class numbers (columns,) that `names_of` told of."""
    columns = model.canvas.classes
    named = told.get("labels", {})
    row = [model.canvas.label(column, named[column]) if column in named else -1 for column in columns]
    if model.canvas.vocabulary is None:
        return np.array(row, np.int64)
    vocabulary = model.canvas.vocabulary
    room = vocabulary.encode([""]).shape[1]
    known = len(minilm_tokens() if vocabulary.reader == MINILM else vocabulary.pieces)
    pieces = [int(piece) for piece in told.get("pieces", [])]
    if len(pieces) > room or not all(0 <= piece < known for piece in pieces):
        raise ValueError("pieces that this model's captions do not have")
    return np.array([*row, *pieces, *[-1] * (room - len(pieces))], np.int64)


def to_text(numbers: np.ndarray) -> str:
    """float32 numbers as text: base64 of their bytes, the lowest first."""
    return base64.b64encode(np.ascontiguousarray(numbers, NUMBERS).tobytes()).decode()


def from_text(text: str, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers as `to_text` wrote them. Raises ValueError for any other count, and for numbers that are none."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("its numbers are garbled") from None
    if len(content) != 4 * int(np.prod(shape)):
        raise ValueError(f"{len(content) // 4} numbers where {int(np.prod(shape))} belong")
    numbers = np.frombuffer(content, NUMBERS).reshape(shape).astype(np.float32)
    if not np.isfinite(numbers).all() or np.abs(numbers).max(initial=0) > 1e4:
        raise ValueError("numbers that no picture starts from")
    return numbers


def point_in(model: Model, picture: Path) -> Points:
    """The point of a picture that this model painted. Raises PictureError for others, and for sheets and walks."""
    return point_of(model, read_recipe(picture), str(picture))


def point_of(model: Model, recipe: Mapping[str, Any], name: str) -> Points:
    """The point that a recipe tells of: a seed's, or one with numbers of its own."""
    if recipe.get("model") != model.sha256:
        raise PictureError(
            f"{name} was painted by another model ({str(recipe.get('model'))[:12]}…, and {model.path.name} is "
            f"{model.sha256[:12]}…): its numbers mean something else there. Use the model it was painted by."
        )
    if "latents" in recipe:
        return unpacked(model, recipe, name)
    if not isinstance(recipe.get("seed"), int):
        raise PictureError(f"{name} is a sheet or a walk: it has no starting point of its own. Name a single picture.")
    try:
        how = {"labels": recipe["labels"], "truncation": float(recipe["truncation"])}
        if "text" in recipe:
            how["text"] = str(recipe["text"])
        return points_of(model, [recipe["seed"]], **how)
    except (KeyError, TypeError) as error:
        raise PictureError(f"The recipe in {name} is damaged ({error}).") from None
