"""Augmentation the gradient passes through, with one dial: colour, position and a hole, on real and fake alike.

The discriminator sees only augmented pictures, so it cannot learn the few real ones by heart, and because the generator
is judged through the same augmentation, it does not learn to paint the augmentation itself.
Source: Zhao et al. 2020, "Differentiable augmentation for data-efficient GAN training"; the dial and its heuristic from
Karras et al. 2020, "Training generative adversarial networks with limited data".
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from pinxit.networks.dial import HOLE, LARGEST_SHIFT, strength_in
from pinxit.networks.dial import adapt as adapt
from pinxit.networks.dial import adapt_to as adapt_to
from pinxit.networks.dice import Dice
from pinxit.networks.layers import Seamless, wraps


def augment(pictures: Tensor, strength: float, dice: Dice, *, seamless: Seamless = "no") -> Tensor:
    """(N, C, H, W) in [-1, 1], premultiplied -> the same shape; colours may leave the range a little.

    Each kind of change is applied to each picture with probability `strength`; 0 returns `pictures` itself. What moves
    in from outside, and the hole, are transparent in RGBA and mid-grey otherwise; along seamless axes pictures wrap.
    """
    if strength <= 0:
        return pictures
    happens = dice.uniform(len(pictures), 3) < strength
    pictures = change_colours(pictures, torch.where(happens[:, :1], 1.0, 0.0), dice)
    pictures = move(pictures, happens[:, 1], dice, seamless)
    return cut_out(pictures, happens[:, 2], dice, seamless)


def as_judged(pictures: Tensor, seamless: Seamless, state: Mapping[str, Tensor | float], dice: Dice) -> Tensor:
    """Pictures as critics see them while training: rolled along seamless axes and augmented, as strongly as `state` says."""
    return augment(roll(pictures, seamless, dice), strength_in(state), dice, seamless=seamless)


def roll(pictures: Tensor, seamless: Seamless, dice: Dice) -> Tensor:
    """(N, C, H, W) -> each picture turned round by a random way along the seamless axes; the others stay.

    What a discriminator of seamless pictures looks at: ordinary training pictures would give themselves away by their
    seam always being at the edge.
    """
    if seamless == "no":
        return pictures
    height, width = pictures.shape[-2:]
    right = dice.integers(0, width, len(pictures)) * wraps(seamless, "x")
    down = dice.integers(0, height, len(pictures)) * wraps(seamless, "y")
    return shift(pictures, right, down, seamless)


def change_colours(pictures: Tensor, amount: Tensor, dice: Dice) -> Tensor:
    """Brightness, saturation and contrast. `amount` (N, 1): 1 change, 0 leave. Alpha stays; still premultiplied."""
    random = dice.uniform(len(pictures), 3)
    brightness = each((random[:, :1] - 0.5) * amount)
    saturation = each(1 + (2 * random[:, 1:2] - 1) * amount)
    contrast = each(1 + (random[:, 2:] - 0.5) * amount)
    colours, alpha = split(pictures)
    if colours.shape[1] == 3:
        grey = colours.mean(dim=1, keepdim=True)
        colours = grey + (colours - grey) * saturation
    # The mean colour of what is there: transparent cells have no colour, so they do not count.
    mean = colours.mean(dim=(1, 2, 3), keepdim=True) / alpha.mean(dim=(1, 2, 3), keepdim=True).clamp_min(1e-3)
    colours = (colours - mean * alpha) * contrast + (mean + brightness) * alpha
    return join(colours, alpha, pictures.shape[1])


def move(pictures: Tensor, happens: Tensor, dice: Dice, seamless: Seamless) -> Tensor:
    """Shift by up to an eighth of the sides. `happens` (N,) bool."""
    height, width = pictures.shape[-2:]
    reach_x, reach_y = max(1, round(width * LARGEST_SHIFT)), max(1, round(height * LARGEST_SHIFT))
    right = dice.integers(-reach_x, reach_x + 1, len(pictures)) * happens
    down = dice.integers(-reach_y, reach_y + 1, len(pictures)) * happens
    return shift(pictures, right, down, seamless)


def shift(pictures: Tensor, right: Tensor, down: Tensor, seamless: Seamless) -> Tensor:
    """(N, C, H, W), moved by `right` and `down` (N,) cells each. Wraps along seamless axes, else moves in emptiness."""
    height, width = pictures.shape[-2:]
    from_x = torch.arange(width, device=pictures.device) - right[:, None]  # (N, W)
    from_y = torch.arange(height, device=pictures.device) - down[:, None]  # (N, H)
    outside_x = torch.zeros_like(from_x, dtype=torch.bool) if wraps(seamless, "x") else from_x != from_x % width
    outside_y = torch.zeros_like(from_y, dtype=torch.bool) if wraps(seamless, "y") else from_y != from_y % height
    rows = torch.arange(len(pictures), device=pictures.device)[:, None, None]
    moved = pictures.permute(0, 2, 3, 1)[rows, (from_y % height)[:, :, None], (from_x % width)[:, None, :]]
    outside = outside_y[:, None, :, None] | outside_x[:, None, None, :]  # (N, 1, H, W)
    return torch.where(outside, emptiness(pictures), moved.permute(0, 3, 1, 2))


def cut_out(pictures: Tensor, happens: Tensor, dice: Dice, seamless: Seamless) -> Tensor:
    """Empty a rectangle of half the sides about a random cell. `happens` (N,) bool."""
    height, width = pictures.shape[-2:]
    centre = dice.uniform(len(pictures), 2)
    near_x = near(centre[:, 0], width, wraps(seamless, "x"))  # (N, W)
    near_y = near(centre[:, 1], height, wraps(seamless, "y"))  # (N, H)
    hole = near_y[:, None, :, None] & near_x[:, None, None, :] & each(happens)
    return torch.where(hole, emptiness(pictures), pictures)


def near(centre: Tensor, length: int, circular: bool) -> Tensor:
    """(N,) centres in [0, 1) -> (N, length) bool: cells within half a hole of the centre."""
    away = (torch.arange(length, device=centre.device) - (centre[:, None] * length).floor()).abs()
    if circular:
        away = torch.minimum(away, length - away)
    return away < length * HOLE / 2


def emptiness(pictures: Tensor) -> float:
    """What there is where there is no picture: transparent (premultiplied: all -1), or mid-grey without alpha."""
    return -1.0 if pictures.shape[1] == 4 else 0.0


def split(pictures: Tensor) -> tuple[Tensor, Tensor]:
    """[-1, 1] -> colours (N, 1 or 3, H, W) premultiplied and alpha (N, 1, H, W), both in [0, 1]."""
    parts = (pictures + 1) / 2
    if pictures.shape[1] == 4:
        return parts[:, :3], parts[:, 3:]
    return parts, torch.ones_like(parts[:, :1])


def join(colours: Tensor, alpha: Tensor, channels: int) -> Tensor:
    """The opposite of `split`."""
    parts = torch.cat([colours, alpha], dim=1) if channels == 4 else colours
    return parts * 2 - 1


def each(values: Tensor) -> Tensor:
    """(N,) or (N, 1) -> (N, 1, 1, 1): one value for each picture."""
    return values.reshape(-1, 1, 1, 1)
