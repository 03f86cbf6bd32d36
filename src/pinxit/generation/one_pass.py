"""A picture in a manner that was learned before: one pass through a network, at any size.

The network normalises by means and variances of the whole picture. So a picture too large for one pass is gone through once
for each layer that normalises, tile by tile, to add these up; then it is painted tile by tile, with the same result.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from pinxit.data.packed import open_packed
from pinxit.errors import UsageError, did_you_mean
from pinxit.generation.model import Model, open_model
from pinxit.generation.style_loss import Window, windows_of
from pinxit.generation.style_settings import SMALLEST_PICTURE, OnePassSettings
from pinxit.generation.stylize import SCORED_AT, Given, Source, Stylized, as_tensor, open_source, padded
from pinxit.images.files import save_png
from pinxit.images.recolour import brought_to, flattened, with_luminance
from pinxit.images.sheets import contact_sheet
from pinxit.networks.layers import Seamless, wraps
from pinxit.networks.pictures import from_network, over, to_bytes, to_network
from pinxit.networks.style_features import load_style_features, moments_in
from pinxit.networks.vgg import GRID
from pinxit.objectives.style import content_distance
from pinxit.training.device import choose_precision

AROUND = 12
"""Pixels mirrored around a picture, and cut off again: what a network paints at an edge is what lies beyond it too."""


class Repainter(Protocol):
    """A generator that paints from pictures: see `Recipe.build_generator` in `pinxit.training.recipe`."""

    manners: tuple[str, ...]
    any_style: bool
    brush: int
    cell: int
    layers: nn.ModuleList

    def __call__(self, pictures: Tensor, shares: Tensor, known: Sequence[Tensor] | None = None) -> Tensor: ...
    def unsettled(self, pictures: Tensor, shares: Tensor, known: Sequence[Tensor]) -> Tensor: ...
    def shares_of(self, shares: Tensor) -> Tensor: ...
    def read(self, described: Tensor) -> Tensor: ...


class Chosen(NamedTuple):
    """What a network is told of manners (1, M), and what people and recipes are told: name, weight, of a painting its hash."""

    shares: Tensor
    told: list[dict[str, Any]]


def open_repainter(model: str | Path | Model, device: str = "cpu") -> Model:
    """A model that paints from pictures. Raises UsageError for one that paints from seeds."""
    loaded = open_model(model, device)
    if not loaded.paints_pictures:
        raise UsageError(
            f"{loaded.path} is a model of the family {loaded.family}, which paints from seeds: pinxit make. A manner for "
            "pictures is learned by: pinxit train PHOTOS --family fast_style --style painting.jpg"
        )
    return loaded


def shares_of(manners: Sequence[str], names: Sequence[str], weights: Sequence[float] | None) -> Tensor:
    """Names of manners with their weights -> shares (1, manners). Raises UsageError for what the model cannot know."""
    if not names:
        if len(manners) > 1:
            raise UsageError(f"In which manner? Name one or several of those the model knows: {', '.join(manners)}.")
        names = manners
    shares = torch.zeros(1, len(manners))
    for name, weight in zip(names, checked(weights, names), strict=True):
        if name not in manners:
            raise UsageError(f"This model knows no manner '{name}'.{did_you_mean(name, manners)}")
        shares[0, manners.index(name)] += weight
    return shares / shares.sum()


def checked(weights: Sequence[float] | None, names: Sequence[object]) -> Sequence[float]:
    """A weight for each manner. Raises UsageError."""
    weights = [1.0] * len(names) if weights is None else weights
    if len(weights) != len(names):
        raise UsageError(f"{len(names)} manners came with {len(weights)} weights. Give one weight for each, or none.")
    for weight in weights:
        if not 0 < weight < 1e6:
            raise UsageError(f"The weight of a manner is above 0; {weight} came.")
    return weights


@torch.no_grad()
def choose(model: Model, manners: Sequence[Given], weights: Sequence[float] | None) -> Chosen:
    """Manners by name or, for a model that paints in any style, paintings as well, mixed by weight.

    Raises UsageError for what the model cannot know, PictureError for a painting that cannot be used.
    """
    network, known = repainter_in(model), model.manners
    shown = [one for one in manners if one not in known]
    if not shown or not network.any_style:
        shares = shares_of(known, [str(one) for one in manners], weights)
        mixed = zip(known, shares[0].tolist(), strict=True)
        told = [{"name": name, "weight": round(share, 6)} for name, share in mixed if share]
        return Chosen(network.shares_of(shares.to(model.device)), told)
    each = checked(weights, manners)
    mixed, told = torch.zeros((), device=model.device), []
    for one, weight in zip(manners, each, strict=True):
        share = weight / sum(each)
        if one in known:
            read = network.shares_of(shares_of(known, [str(one)], None).to(model.device))
            told.append({"name": one, "weight": round(share, 6)})
        else:
            painting = open_source(one, "painting")
            flat = brought_to(flattened(painting.picture, (255, 255, 255))[0], network.brush, GRID)
            read = network.read(moments_in([as_tensor(flat, flat.size, model.device)]))
            told.append({"name": painting.name, "weight": round(share, 6), "sha256": painting.sha256})
        mixed = mixed + share * read
    return Chosen(mixed, told)


def restyle(content: Source, model: Model, chosen: Chosen, settings: OnePassSettings) -> Stylized:
    """Paint `content` with a model in one manner, or between several. Transparency stays."""
    flat, alpha = flattened(content.picture)
    width, height = size_of(content, settings)
    painted = Image.fromarray(
        to_bytes(paint(model, as_tensor(flat, (width, height), model.device), chosen.shares, settings))[0]
    )
    resized = flat.resize((width, height), Image.Resampling.LANCZOS)
    image = with_luminance(resized, painted) if settings.keep_colours == "luminance" else painted
    recipe = recipe_of(content, model, chosen, settings)
    recipe |= {"ended": "done", "score": {"content": distance_in_content(image, resized, model.device)}}
    if alpha is not None:
        image.putalpha(alpha.resize(image.size, Image.Resampling.LANCZOS))
    return Stylized(image, recipe, "done")


def size_of(content: Source, settings: OnePassSettings) -> tuple[int, int]:
    """(width, height) of what is painted."""
    width, height = content.picture.size
    scale = settings.size / max(width, height) if settings.size else 1.0
    return max(SMALLEST_PICTURE, round(width * scale)), max(SMALLEST_PICTURE, round(height * scale))


def recipe_of(content: Source, model: Model, chosen: Chosen, settings: OnePassSettings) -> dict[str, Any]:
    """All that makes this picture again: which picture and model (by hash), which manners, which settings."""
    width, height = size_of(content, settings)
    precision = choose_precision(settings.precision, model.device.type)
    return {
        "format": 1,
        "family": "style",
        "model": model.sha256,
        "features": model.family,
        "content": {"name": content.name, "sha256": content.sha256},
        "styles": chosen.told,
        "settings": {**settings.model_dump(mode="json", exclude={"device"}), "precision": precision},
        "size": f"{width}x{height}",
    }


def paint(model: Model, picture: Tensor, shares: Tensor, settings: OnePassSettings) -> Tensor:
    """(1, 3, H, W) in [-1, 1], shares (1, manners) -> (1, 3, H, W), in the precision and in tiles that `settings` ask for."""
    bf16 = choose_precision(settings.precision, model.device.type) == "bf16"
    with torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=bf16):
        return repaint(repainter_in(model), picture, shares.to(model.device), settings.tile, model.settings.seamless)


def repainter_in(model: Model) -> Repainter:
    """Its generator as what it is."""
    assert model.paints_pictures
    return cast(Repainter, model.generator)


@torch.no_grad()
def repaint(network: Repainter, picture: Tensor, shares: Tensor, tile: int, seamless: Seamless = "no") -> Tensor:
    """(1, 3, H, W) in [-1, 1], shares (1, manners) -> (1, 3, H, W), in tiles where a side is larger than `tile` pixels."""
    height, width = picture.shape[-2:]
    sides = [around(height, network.cell, wraps(seamless, "y")), around(width, network.cell, wraps(seamless, "x"))]
    (above, below), (before, behind) = sides
    framed = F.pad(F.pad(picture, (before, behind, 0, 0), mode="reflect"), (0, 0, above, below), mode="reflect")
    whole = [Window(0, framed.shape[-2], 0, framed.shape[-1], (0, framed.shape[-2], 0, framed.shape[-1]))]
    windows = list(windows_of(framed.shape[-2], framed.shape[-1], tile)) if seamless == "no" else whole
    if len(windows) == 1:
        painted = network(framed, shares).float()
    else:
        painted = torch.empty_like(framed)
        known = moments_of(network, framed, shares, windows)
        for window in windows:
            top, bottom, left, right = window.inner
            there = slice(window.top + top, window.top + bottom), slice(window.left + left, window.left + right)
            painted[..., there[0], there[1]] = window.own(network(window.cut(framed), shares, known).float())
    return painted[..., above : above + height, before : before + width]


def around(side: int, cell: int, wrapped: bool) -> tuple[int, int]:
    """Pixels to mirror before and behind a side, so that whole cells come of it; none before one that wraps round."""
    margin = 0 if wrapped else AROUND
    return margin, margin + -(side + 2 * margin) % cell


def moments_of(network: Repainter, picture: Tensor, shares: Tensor, windows: Sequence[Window]) -> list[Tensor]:
    """Means and variances (2, 1, C) of every layer over the whole picture, added up window by window."""
    known: list[Tensor] = []
    for _ in network.layers:
        sums, cells = torch.zeros(()), 0
        for window in windows:
            own = window.own(network.unsettled(window.cut(picture), shares, known))
            values = own.flatten(2).double()  # (1, C, hw)
            sums = sums.to(values.device) + torch.stack([values.sum(dim=2), values.square().sum(dim=2)])
            cells += values.shape[2]
        mean, square = sums / cells
        known.append(torch.stack([mean, (square - mean.square()).clamp_min(0)]).float())
    return known


@torch.no_grad()
def distance_in_content(image: Image.Image, content: Image.Image, device: torch.device) -> float:
    """How far the content of a picture is from another's of the same size: 0 alike, about 1 unrelated (EfficientNet-Lite0)."""
    features = load_style_features(None, torch.float32, device)
    scale = min(1.0, SCORED_AT / max(image.size))
    width, height = (max(SMALLEST_PICTURE, round(side * scale)) for side in image.size)
    found, wanted = (
        features.describe(padded(as_tensor(one, (width, height), device))).content for one in (image, content)
    )
    return round(float(content_distance(found, wanted, wanted.square().sum())), 5)


SHOWN = 6
"""Pictures on the sheet that ends a training, at most."""


def save_sheet(model: Model, packed: Path, path: Path) -> None:
    """A PNG with pictures that were packed for training, held-back ones first, each beside itself in every manner."""
    pictures = open_packed(packed)
    order = np.concatenate([pictures.held_back, pictures.train])[:SHOWN]
    shown = over(to_network(pictures.pictures(order), model.device), 1.0)
    columns, settings = [shown], OnePassSettings()
    for name in model.manners:
        chosen = choose(model, [name], None)
        columns.append(torch.cat([paint(model, one[None], chosen.shares, settings) for one in shown]))
    cells = torch.stack(columns, dim=1).flatten(0, 1)
    captions = ["", *model.manners] * len(shown)
    save_png(contact_sheet(from_network(cells), len(columns), captions=captions), path)
