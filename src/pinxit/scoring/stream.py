"""From many pictures to their features: in batches, so that a million need no more memory than their descriptions.

What a picture looks like to the scores: resized to `SIDE` pixels (bilinear, antialiased, without keeping a shape that is
not square), over white and, when it has transparency, over black too: both descriptions side by side, so that neither
hides white or black lines on nothing.
"""

import io
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.errors import PinxitError
from pinxit.images.writing import write_atomically
from pinxit.networks.features import load_features
from pinxit.networks.pictures import over, to_network

SIDE = 128
RESIZER = f"bilinear to {SIDE}px"


@dataclass(frozen=True)
class FeatureSpace:
    """A way to describe pictures. `describe`: (N, 3, H, W) in [-1, 1] on `device` -> (N, D)."""

    name: str
    describe: Callable[[Tensor], Tensor]
    device: torch.device


def default_space(device: torch.device | str = "cpu", *, bf16: bool = False) -> FeatureSpace:
    """EfficientNet-Lite0, its last 1280 channels averaged over the picture."""
    device = torch.device(device)
    network = load_features(torch.bfloat16 if bf16 else torch.float32, device)
    return FeatureSpace(f"EfficientNet-Lite0{' in bf16' if bf16 else ''}", network.pooled, device)


def backgrounds(channels: int) -> tuple[float, ...]:
    """What pictures of so many channels are looked at over: white, and black for RGBA."""
    return (1.0, 0.0) if channels == 4 else (1.0,)


@torch.no_grad()
def describe(batches: Iterable[np.ndarray], space: FeatureSpace) -> Tensor:
    """uint8 (n, H, W, C) at a time, alpha premultiplied -> (N, D) float32 on the CPU; 2 D for RGBA."""
    found = []
    for batch in batches:
        pictures = to_network(batch, space.device)
        views = [space.describe(resize(over(pictures, colour))) for colour in backgrounds(pictures.shape[1])]
        found.append(torch.cat(views, dim=1).float().cpu())
    return torch.cat(found)


def resize(pictures: Tensor) -> Tensor:
    """(N, 3, H, W) -> (N, 3, SIDE, SIDE)."""
    if pictures.shape[-2:] == (SIDE, SIDE):
        return pictures
    return F.interpolate(pictures, (SIDE, SIDE), mode="bilinear", align_corners=False, antialias=True)


def described_once(kept: Path, batches: Callable[[], Iterable[np.ndarray]], space: FeatureSpace) -> Tensor:
    """The descriptions in the file `kept`; made and kept when it is missing, damaged or of another kind.

    A place that cannot be written costs time at the next call, and nothing else.
    """
    name = f"{space.name}, {RESIZER}"
    with suppress(OSError, ValueError, KeyError, EOFError, BadZipFile), np.load(kept, allow_pickle=False) as stored:
        if str(stored["name"]) == name:
            return torch.from_numpy(stored["features"])
    features = describe(batches(), space)
    content = io.BytesIO()
    np.savez(content, name=name, features=features.numpy())
    with suppress(PinxitError):
        write_atomically(kept, content.getvalue())
    return features
