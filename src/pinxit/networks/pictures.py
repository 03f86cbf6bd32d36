"""Between picture bytes and what networks see."""

import numpy as np
import torch
from torch import Tensor

from pinxit.images.files import from_premultiplied
from pinxit.networks.dice import Dice


def to_network(pictures: np.ndarray, device: torch.device | str = "cpu") -> Tensor:
    """uint8 (N, H, W, C), alpha premultiplied -> float32 (N, C, H, W) in [-1, 1], channels_last without a copy."""
    moved = torch.from_numpy(pictures).to(device, non_blocking=True)
    return moved.permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def from_network(pictures: Tensor) -> np.ndarray:
    """(N, C, H, W) in [-1, 1], alpha premultiplied -> uint8 (N, H, W, C), straight alpha."""
    values = to_bytes(pictures)
    return from_premultiplied(values) if values.shape[-1] == 4 else values


def to_bytes(pictures: Tensor) -> np.ndarray:
    """(N, C, H, W) in [-1, 1], alpha premultiplied -> uint8 (N, H, W, C), still premultiplied, rounded to nearest."""
    scaled = (pictures.detach().float() + 1) * 127.5
    values = scaled.clamp(0, 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()
    if values.shape[-1] == 4:
        values[..., :3] = np.minimum(values[..., :3], values[..., 3:])  # no colour brighter than its own coverage
    return values


def over(pictures: Tensor, colour: Tensor | float) -> Tensor:
    """(N, 1, 3 or 4, H, W) in [-1, 1] -> (N, 3, H, W): grey repeated, premultiplied RGBA over `colour` (0 black, 1 white).

    `colour`: a number, or (N, 3, 1, 1).
    """
    if pictures.shape[1] == 1:
        return pictures.expand(-1, 3, -1, -1)
    if pictures.shape[1] == 3:
        return pictures
    clear = (1 - pictures[:, 3:]) / 2  # 1 - alpha
    return pictures[:, :3] + 2 * clear * colour  # premultiplied: colour + (1 - alpha) * background, mapped to [-1, 1]


def on_background(pictures: Tensor, dice: Dice) -> Tensor:
    """(N, 1, 3 or 4, H, W) in [-1, 1] -> (N, 3, H, W): RGBA over one random colour for each picture, grey repeated."""
    colour = dice.uniform(len(pictures), 3)[:, :, None, None] if pictures.shape[1] == 4 else 0.0
    return over(pictures, colour)
