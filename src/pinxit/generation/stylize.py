"""Any picture in the manner of any other: what is wanted of a picture at each scale, and the picture that comes of it.

Gatys, Ecker and Bethge 2016, "Image style transfer using convolutional neural networks", painted from coarse to fine
(Gatys et al. 2017, "Controlling perceptual factors in neural style transfer", section 6).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

import pinxit
from pinxit.errors import PictureError, UsageError
from pinxit.generation.painting import Progress, padded, paint, sizes_of
from pinxit.generation.sampling import recipe_xmp
from pinxit.generation.style_loss import Loss, Region, content_of, statistics_of
from pinxit.generation.style_settings import SMALLEST_PICTURE, PaintingSettings, StyleSettings
from pinxit.images.files import open_picture, save_png
from pinxit.images.recolour import flattened, recolour, with_luminance
from pinxit.networks.pictures import to_bytes, to_network
from pinxit.networks.style_features import LightFeatures, StyleFeatures, load_style_features
from pinxit.objectives.style import content_distance, style_distance
from pinxit.training.device import check_torch, choose_device, choose_precision

Given = Path | str | Image.Image
SCORED_AT = 512
"""Pixels of the longest side at which distances are measured, so that scores of all sizes compare."""


@dataclass(frozen=True)
class Source:
    """A picture to work from: plain (L, RGB or RGBA), what it is called, and the SHA-256 of its file or pixels."""

    picture: Image.Image
    name: str
    sha256: str


@dataclass(frozen=True)
class Manner:
    """A painting, how much it counts beside others, and where: white in `mask` (of the content's size); everywhere for None."""

    painting: Source
    weight: float = 1.0
    mask: Source | None = None


@dataclass(frozen=True)
class Stylized:
    """What came of it. `ended`: "done" or "interrupted" (then it is the best so far).

    score  content: distance of its content from the picture's; style: of its manner from the painting's; style_before: of
           the picture's own manner from the painting's. Shares, by EfficientNet-Lite0: 0 alike, about 1 unrelated.
    """

    image: Image.Image
    recipe: dict[str, Any]
    ended: str

    @property
    def score(self) -> dict[str, float]:
        """The distances."""
        return self.recipe["score"]

    def save(self, path: Path | str) -> Path:
        """Write a PNG that carries its recipe and says that a program made it."""
        save_png(self.image, Path(path), painting_text(self.recipe), recipe_xmp())
        return Path(path)


def painting_text(recipe: dict[str, Any]) -> dict[str, str]:
    """PNG text: for any viewer, and the recipe as JSON under "pinxit"."""
    how = "by optimisation" if "steps" in recipe or "loss" in recipe else "in one pass"
    return {
        "Software": f"pinxit {pinxit.__version__}",
        "Comment": f"made {how} (pinxit {recipe['family']}, {recipe['features']})",
        "pinxit": json.dumps(recipe, ensure_ascii=False, sort_keys=True),
    }


def open_source(picture: Given, what: str) -> Source:
    """A file or Pillow picture. Raises PictureError that says which and why."""
    if isinstance(picture, Image.Image):
        plain = picture if picture.mode in ("L", "RGB", "RGBA") else picture.convert("RGBA")
        source = Source(plain, "picture", hashlib.sha256(plain.tobytes()).hexdigest())
    else:
        path = Path(picture)
        try:
            opened = open_picture(path)
        except PictureError as error:
            raise PictureError(f"The {what} {path} cannot be used: {error}.") from None
        source = Source(opened, path.name, hashlib.sha256(path.read_bytes()).hexdigest())
    check_size(source, what)
    return source


def check_size(source: Source, what: str) -> None:
    """Raise PictureError for a picture too small to use."""
    if min(source.picture.size) < SMALLEST_PICTURE:
        width, height = source.picture.size
        raise PictureError(
            f"The {what} {source.name} is {width}x{height} pixels: too small to see a manner or a content in. "
            f"Both sides need {SMALLEST_PICTURE} pixels or more."
        )


def open_features(settings: PaintingSettings, weights: Path | None) -> tuple[StyleFeatures, torch.device]:
    """The network to look through, on the device and in the precision that the settings ask for."""
    check_torch()
    device = choose_device(settings.device)
    dtype = torch.bfloat16 if choose_precision(settings.precision, device) == "bf16" else torch.float32
    return load_style_features(weights, dtype, device), torch.device(device)


def stylize(
    content: Source,
    manners: Sequence[Manner],
    settings: StyleSettings,
    look: tuple[StyleFeatures, torch.device],
    *,
    initial: Source | None = None,
    progress: Progress | None = None,
) -> Stylized:
    """Paint `content` in the manner of one or more paintings.

    look     the network to look through, and its device: see `open_features`
    initial  what the picture is painted over, instead of the content or noise
    Transparency stays. Raises UsageError for weights and masks that make no sense.
    """
    check_manners(content, manners)
    features, device = look
    flat, alpha = flattened(content.picture)
    paintings = [flattened(manner.painting.picture, (255, 255, 255))[0] for manner in manners]
    if settings.keep_colours == "histogram":
        paintings = [recolour(painting, flat) for painting in paintings]
    scale = settings.size / max(flat.size)
    width, height = (max(SMALLEST_PICTURE, round(side * scale)) for side in flat.size)
    over = flattened(initial.picture)[0] if initial else flat

    def begin(width: int, height: int) -> Tensor:
        if settings.start == "noise" and initial is None:
            noise = np.random.RandomState(settings.seed).standard_normal((1, 3, height, width)).astype(np.float32)
            return (torch.from_numpy(noise) * 0.3).clamp(-1, 1).to(device)
        return as_tensor(over, (width, height), device)

    def loss_at(width: int, height: int) -> Loss:
        longest = max(width, height)
        found = [statistics_at(features, one, longest, settings, device) for one in paintings]
        regions = regions_of(manners, found, (width, height), device)
        shown = padded(as_tensor(flat, (width, height), device))
        wanted = content_of(features, shown, settings.tile)
        return Loss(features, regions, settings.statistic, wanted, settings.strength, settings.smooth, settings.tile)

    painted = paint(sizes_of(width, height, settings.scales), begin, loss_at, settings, progress or Progress())
    image = Image.fromarray(to_bytes(painted.picture)[0])
    if settings.keep_colours == "luminance":
        image = with_luminance(flat.resize(image.size, Image.Resampling.LANCZOS), image)
    recipe = recipe_of(content, manners, settings, features, initial)
    result = {"ended": painted.ended, "steps": painted.steps, "loss": painted.loss, "size": f"{width}x{height}"}
    recipe |= {**result, "score": measure(image, flat, paintings, [manner.weight for manner in manners], device)}
    if alpha is not None:
        image.putalpha(alpha.resize(image.size, Image.Resampling.LANCZOS))
    return Stylized(image, recipe, painted.ended)


def check_manners(content: Source, manners: Sequence[Manner]) -> None:
    """Raise UsageError for no painting, weights that make no sense and masks that do not fit."""
    if not manners:
        raise UsageError("In whose manner? Name at least one painting: pinxit style PHOTO PAINTING")
    for manner in manners:
        if not 0 < manner.weight < 1e6:
            raise UsageError(f"The weight of a painting is above 0; {manner.weight} came for {manner.painting.name}.")
        if manner.mask is None:
            continue
        if manner.mask.picture.size != content.picture.size:
            (width, height), (wide, high) = manner.mask.picture.size, content.picture.size
            raise UsageError(
                f"The mask {manner.mask.name} is {width}x{height} pixels and the picture {content.name} {wide}x{high}. Make "
                "the mask as large as the picture: white where the manner goes, black elsewhere."
            )
        if flattened(manner.mask.picture, (0, 0, 0))[0].convert("L").getextrema()[1] == 0:
            raise UsageError(f"The mask {manner.mask.name} is black everywhere, so its painting has no place.")


def statistics_at(
    features: StyleFeatures, painting: Image.Image, longest: int, settings: PaintingSettings, device: torch.device
) -> list[Tensor]:
    """The statistics of a painting where the picture's longest side is `longest` pixels. It is never enlarged."""
    scale = min(1.0, longest * settings.strokes / max(painting.size))
    width, height = (max(SMALLEST_PICTURE, round(side * scale)) for side in painting.size)
    return statistics_of(
        features, padded(as_tensor(painting, (width, height), device)), settings.statistic, settings.tile
    )


def regions_of(
    manners: Sequence[Manner], found: list[list[Tensor]], size: tuple[int, int], device: torch.device
) -> list[Region]:
    """Paintings without masks are mixed to one set of statistics, which costs no more than one; masks are regions."""
    everywhere = [place for place, manner in enumerate(manners) if manner.mask is None]
    total = sum(manners[place].weight for place in everywhere)
    regions = []
    if everywhere:
        shares = [manners[place].weight / total for place in everywhere]
        layers = zip(*(found[place] for place in everywhere), strict=True)
        regions.append(Region([sum_of(shares, layer) for layer in layers]))
    for manner, wanted in zip(manners, found, strict=True):
        if manner.mask is not None:
            grey = flattened(manner.mask.picture, (0, 0, 0))[0].convert("L").resize(size, Image.Resampling.BOX)
            mask = torch.from_numpy(np.asarray(grey, np.float32) / 255).to(device)[None, None]
            regions.append(Region(wanted, padded(mask.clamp_min(1e-4)), manner.weight))
    return regions


def sum_of(shares: Sequence[float], tensors: Sequence[Tensor]) -> Tensor:
    """Weighted sum."""
    return torch.stack([share * tensor for share, tensor in zip(shares, tensors, strict=True)]).sum(dim=0)


def as_tensor(picture: Image.Image, size: tuple[int, int], device: torch.device) -> Tensor:
    """RGB -> (1, 3, height, width) in [-1, 1]."""
    pixels = np.asarray(picture.resize(size, Image.Resampling.LANCZOS) if picture.size != size else picture)
    return to_network(pixels[None].copy(), device).contiguous()


@torch.no_grad()
def measure(
    image: Image.Image,
    content: Image.Image,
    paintings: Sequence[Image.Image],
    shares: Sequence[float],
    device: torch.device,
) -> dict[str, float]:
    """Distances by EfficientNet-Lite0 in float32, at one size for all (see `Stylized.score`)."""
    loaded = load_style_features(None, torch.float32, device)
    assert isinstance(loaded, LightFeatures)

    def described(picture: Image.Image) -> tuple[list[Tensor], Tensor]:
        scale = min(1.0, SCORED_AT / max(picture.size))
        size = tuple(max(SMALLEST_PICTURE, round(side * scale)) for side in picture.size)
        shown = padded(as_tensor(picture, (size[0], size[1]), device))
        return statistics_of(loaded, shown, "gram", 2 * SCORED_AT), content_of(loaded, shown, 2 * SCORED_AT)

    def style_between(one: list[Tensor], other: list[Tensor]) -> float:
        layers = zip(loaded.shares, one, other, strict=True)
        return float(sum(share * style_distance(found, wanted) for share, found, wanted in layers))

    (found, inside), (before, wanted) = (
        described(image),
        described(content.resize(image.size, Image.Resampling.LANCZOS)),
    )
    weighed = list(
        zip((share / sum(shares) for share in shares), (described(one)[0] for one in paintings), strict=True)
    )
    distances = {
        "content": float(content_distance(inside, wanted, wanted.square().sum())),
        "style": sum(share * style_between(found, manner) for share, manner in weighed),
        "style_before": sum(share * style_between(before, manner) for share, manner in weighed),
    }
    return {name: round(value, 5) for name, value in distances.items()}


def told(settings: PaintingSettings) -> dict[str, Any]:
    """Settings as a recipe holds them: the precision that ran, without what changes no pixel."""
    ran = choose_precision(settings.precision, choose_device(settings.device))
    return {**settings.model_dump(mode="json", exclude={"preview_every", "device"}), "precision": ran}


def recipe_of(
    content: Source,
    manners: Sequence[Manner],
    settings: StyleSettings,
    features: StyleFeatures,
    initial: Source | None,
) -> dict[str, Any]:
    """All that makes this picture again: which pictures (by hash), which settings, which network."""
    styles = []
    for manner in manners:
        about = {"name": manner.painting.name, "sha256": manner.painting.sha256, "weight": manner.weight}
        styles.append(about | ({"mask": manner.mask.sha256} if manner.mask else {}))
    return {
        "format": 1,
        "family": "style",
        "model": features.sha256,
        "features": features.name,
        "content": {"name": content.name, "sha256": content.sha256},
        "styles": styles,
        "initial": initial.sha256 if initial else None,
        "settings": told(settings),
        "seed": settings.seed,
    }
