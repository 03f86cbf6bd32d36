"""From many pictures to their features: in batches, so that a million need no more memory than their descriptions.

What a picture looks like to the default features: resized to `SIDE` pixels (bilinear, antialiased, without keeping a
shape that is not square), over white and, when it has transparency, over black too: both descriptions side by side, so
that neither hides white or black lines on nothing. Other features bring their own way of looking (`scoring/spaces.py`).
"""

import io
import re
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
from pinxit.networks.reading import by_fields

SIDE = 128
RESIZER = f"bilinear to {SIDE}px"


WHITE, BLACK = 1.0, 0.0
AT_ONCE_ELSEWHERE = 64


def resize(pictures: Tensor) -> Tensor:
    """(N, 3, H, W) -> (N, 3, SIDE, SIDE)."""
    if pictures.shape[-2:] == (SIDE, SIDE):
        return pictures
    return F.interpolate(pictures, (SIDE, SIDE), mode="bilinear", align_corners=False, antialias=True)


@dataclass(frozen=True)
class FeatureSpace:
    """A way to describe pictures.

    describe    (N, 3, S, S) in [-1, 1] on `device` -> (N, D)
    resize      (N, 3, H, W) -> (N, 3, S, S); `resizer` says how, for people
    over        the backgrounds that RGBA is looked at over, white and perhaps black, each giving D numbers
    at_once     how many pictures a CPU describes at once, as its caches hold: speed and memory, not the numbers
    of_papers   whether others publish FIDs by the very same features
    """

    name: str
    describe: Callable[[Tensor], Tensor]
    device: torch.device
    resize: Callable[[Tensor], Tensor] = resize
    resizer: str = RESIZER
    over: tuple[float, ...] = (WHITE, BLACK)
    at_once: int = 16
    of_papers: bool = False

    def backgrounds(self, channels: int) -> str:
        """What pictures of so many channels are looked at over, for people."""
        if channels != 4:
            return "as they are"
        return "over white and over black" if BLACK in self.over else "over white"


def default_space(device: torch.device | str = "cpu", *, bf16: bool = False) -> FeatureSpace:
    """EfficientNet-Lite0, its last 1280 channels averaged over the picture."""
    device = torch.device(device)
    network = load_features(torch.bfloat16 if bf16 else torch.float32, device)
    name = f"EfficientNet-Lite0{' in bf16' if bf16 else ''}"
    return FeatureSpace(name, network.pooled, device)


def reading_space(device: torch.device | str = "cpu") -> FeatureSpace:
    """What readers of labels look at: four depths of EfficientNet-Lite0 by fields, over white."""
    device = torch.device(device)
    network = load_features(device=device)
    return FeatureSpace(
        "EfficientNet-Lite0, four depths by fields",
        lambda pictures: by_fields(network.taps(pictures)),
        device,
        over=(WHITE,),
    )


@torch.no_grad()
def describe(batches: Iterable[np.ndarray], space: FeatureSpace) -> Tensor:
    """uint8 (n, H, W, C) at a time, alpha premultiplied -> (N, D) float32 on the CPU; D per background for RGBA."""
    found = []
    at_once = space.at_once if space.device.type == "cpu" else AT_ONCE_ELSEWHERE
    for batch in batches:
        for pictures in to_network(batch, space.device).split(at_once):
            backgrounds = space.over if pictures.shape[1] == 4 else (WHITE,)
            views = [space.describe(space.resize(over(pictures, colour))) for colour in backgrounds]
            found.append(torch.cat(views, dim=1).float().cpu())
    return torch.cat(found)


def file_name(space: FeatureSpace) -> str:
    """Under which name the descriptions of a set of pictures are kept."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", space.name).strip("-")
    return f"features-{plain}.npz"


def described_once(kept: Path, batches: Callable[[], Iterable[np.ndarray]], space: FeatureSpace) -> Tensor:
    """The descriptions in the file `kept`; made and kept when it is missing, damaged or of another kind.

    A place that cannot be written costs time at the next call, and nothing else.
    """
    name = f"{space.name}, {space.resizer}"
    with suppress(OSError, ValueError, KeyError, EOFError, BadZipFile), np.load(kept, allow_pickle=False) as stored:
        if str(stored["name"]) == name:
            return torch.from_numpy(stored["features"])
    features = describe(batches(), space)
    content = io.BytesIO()
    np.savez(content, name=name, features=features.numpy())
    with suppress(PinxitError):
        write_atomically(kept, content.getvalue())
    return features
