"""Pictures to codes and back: what `Model.encode`, `decode` and `reconstruct` are made of, and how short codes can be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from torch import nn

from pinxit.data.fitting import fit_picture
from pinxit.errors import UsageError
from pinxit.families.catalog import families
from pinxit.families.contract import Canvas
from pinxit.images.colour import from_premultiplied, to_plain
from pinxit.networks.pictures import to_bytes, to_network

if TYPE_CHECKING:
    from pinxit.generation.model import Model

STEP = 0.25
"""Latents are rounded to multiples of this before they are counted in bits. Finer ones cost more and look the same."""


@dataclass(frozen=True)
class Squeezed:
    """What pictures were squeezed to, as it would be stored.

    codes  (N, …): latents rounded to multiples of a step, or whole numbers of a `vq` model
    bits   (N,): the length of each with a perfect entropy coder, by the distribution that the model itself holds
    """

    codes: np.ndarray
    bits: np.ndarray


def encoder_of(model: Model) -> nn.Module:
    """Its encoder. Raises UsageError when there is none."""
    if model.encoder is None:
        able = ", ".join(name for name, family in families().items() if family.encodes)
        why = (
            "its file was stripped of the encoder"
            if families()[model.family].encodes
            else f"a model of the family {model.family} only paints"
        )
        raise UsageError(
            f"{model.path.name} cannot encode pictures: {why}. Families that can: {able}. "
            "Train one: pinxit train FOLDER --family vae"
        )
    return model.encoder


def fitted(model: Model, pictures: Sequence[Image.Image]) -> np.ndarray:
    """Pictures of any size and kind -> uint8 (N, H, W, C), alpha premultiplied, as the model's training pictures were."""
    canvas = model.canvas
    fit = "crop" if model.settings.fit == "patches" else model.settings.fit
    arrays = []
    for picture in pictures:
        arrays += fit_picture(to_plain(picture.copy()), (canvas.width, canvas.height), fit, canvas.channels)
    return np.stack(arrays) if arrays else np.empty((0, canvas.height, canvas.width, canvas.channels), np.uint8)


def given_labels(canvas: Canvas, wanted: Mapping[str, str], count: int) -> np.ndarray:
    """(count, columns) int64 class numbers, -1 for what is not given. Raises UsageError for unknown names."""
    chosen = np.full((count, len(canvas.classes)), -1, np.int64)
    for column, text in wanted.items():
        place = canvas.label(column, text)
        chosen[:, list(canvas.classes).index(column)] = place
    return chosen


@torch.no_grad()
def encode(model: Model, pictures: np.ndarray, classes: np.ndarray, batch: int = 64) -> np.ndarray:
    """uint8 (N, H, W, C), alpha premultiplied, and labels (N, columns) -> codes (N, …), float32 or int64."""
    encoder, generator, found = encoder_of(model), model.generator, []
    for start in range(0, max(len(pictures), 1), batch):
        shown = to_network(pictures[start : start + batch].copy(), model.device)
        labels = torch.from_numpy(classes[start : start + batch]).to(model.device)
        found.append(generator.to_codes(encoder(shown, labels), labels).cpu().numpy())  # pyright: ignore[reportCallIssue]
    return np.concatenate(found)


@torch.no_grad()
def decode(model: Model, codes: np.ndarray, classes: np.ndarray, batch: int = 64) -> np.ndarray:
    """Codes (N, …) and labels (N, columns) -> uint8 (N, H, W, C), alpha premultiplied. Raises UsageError for other codes."""
    encoder_of(model)
    blank = np.zeros((1, model.canvas.height, model.canvas.width, model.canvas.channels), np.uint8)
    wanted = encode(model, blank, given_labels(model.canvas, {}, 1))
    highest = getattr(model.settings, "codes", None)
    fine = codes.shape[1:] == wanted.shape[1:] and codes.dtype.kind == wanted.dtype.kind
    if not fine or (codes.dtype.kind == "i" and len(codes) and not 0 <= codes.min() <= codes.max() < (highest or 1)):
        raise UsageError(
            f"{model.path.name} has codes of the shape {wanted.shape[1:]} in {wanted.dtype}; {codes.shape[1:]} in "
            f"{codes.dtype} came. Use what its encode gave."
        )
    drawn = [np.empty((0, *blank.shape[1:]), np.uint8)]
    for start in range(0, len(codes), batch):
        some = torch.from_numpy(codes[start : start + batch].astype(wanted.dtype)).to(model.device)
        labels = torch.from_numpy(classes[start : start + batch]).to(model.device)
        drawn.append(to_bytes(model.generator.from_codes(some, labels)))  # pyright: ignore[reportCallIssue]
    return np.concatenate(drawn)


def straight(pictures: np.ndarray) -> np.ndarray:
    """uint8 (N, H, W, C), alpha premultiplied -> straight alpha."""
    return from_premultiplied(pictures) if pictures.shape[-1] == 4 else pictures


def squeeze(model: Model, codes: np.ndarray, step: float = STEP) -> Squeezed:
    """Codes as they would be stored, and how long they are. Latents are rounded to multiples of `step`.

    An estimate of the length: what a perfect entropy coder needs when sender and receiver both have the model. Seeds give
    latents from the standard normal distribution, so that is what rounded ones are coded by, number by number; codes of a
    `vq` model by how often each was used in training. The model itself is not counted.
    """
    if codes.dtype.kind == "i":
        bits = model.generator.bits(torch.from_numpy(codes).to(model.device)).cpu().numpy()  # pyright: ignore[reportCallIssue]
        return Squeezed(codes, bits)
    rounded = np.rint(codes / step) * step
    upper, lower = (torch.from_numpy(rounded.astype(np.float64) + side * step / 2) for side in (1, -1))
    # By the tail on the side of zero: far out, one less a number near one is nothing.
    far = -torch.minimum(upper.abs(), lower.abs())
    shares = torch.where(
        (upper > 0) & (lower < 0),
        torch.special.ndtr(upper) - torch.special.ndtr(lower),
        torch.special.ndtr(far) - torch.special.ndtr(far - step),
    )
    lengths = -shares.clamp_min(1e-300).log2().numpy()
    return Squeezed(rounded.astype(np.float32), lengths.reshape(len(codes), math.prod(codes.shape[1:])).sum(axis=1))
