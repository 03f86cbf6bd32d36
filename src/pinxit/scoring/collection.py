"""The pictures of a collection as features, by name: what look-alikes are found by and what pictures are sorted by."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.data.pack import pack
from pinxit.data.packed import Packed
from pinxit.data.picture_folder import PictureSource
from pinxit.networks.pictures import over, to_network
from pinxit.scoring.novelty import thumbnails
from pinxit.scoring.scores import in_batches
from pinxit.scoring.stream import SIDE, FeatureSpace, described_once, file_name

FEW_PIXELS = 16
GRID = 4


@dataclass(frozen=True)
class Collection:
    """Pictures packed to a size, each name once, none left out for being twice there."""

    packed: Packed

    @property
    def names(self) -> list[str]:
        """Of the pictures that could be read."""
        return self.packed.names

    def described(self, space: FeatureSpace) -> Tensor:
        """(N, D), kept beside the packed pictures."""
        everything = np.arange(len(self.packed))
        kept = self.packed.folder / file_name(space)
        return described_once(kept, lambda: in_batches(self.packed, everything), space)

    def pixels(self) -> Tensor:
        """(N, D): the pictures themselves, 16 pixels a side."""
        batches = in_batches(self.packed, np.arange(len(self.packed)))
        return torch.cat([thumbnails(over(to_network(batch), 1.0), FEW_PIXELS) for batch in batches])

    @torch.no_grad()
    def seen_by(self, critic: nn.Module, labels: int) -> Tensor:
        """(N, D): what every convolution of a trained critic made of the pictures, the strongest in each of 4 x 4 fields.

        labels  how many label columns the critic wants to be told; it is told none
        Source: Radford et al. 2015, "Unsupervised representation learning with deep convolutional GANs", section 5.1.
        """
        found: list[Tensor] = []
        layers = [layer for layer in critic.modules() if isinstance(layer, nn.Conv2d)]
        hooks = [
            layer.register_forward_hook(lambda _layer, _given, made: found.append(F.adaptive_max_pool2d(made, GRID)))
            for layer in layers
        ]
        told, rows = torch.full((1, labels), -1), []
        try:
            for batch in in_batches(self.packed, np.arange(len(self.packed))):
                found.clear()
                pictures = to_network(batch)
                critic(pictures, told.expand(len(pictures), labels))
                rows.append(torch.cat([made.flatten(1) for made in found], dim=1))
        finally:
            for hook in hooks:
                hook.remove()
        return torch.cat(rows)


def collect(source: PictureSource, size: tuple[int, int] = (SIDE, SIDE), channels: int | None = None) -> Collection:
    """Pack a source whole, nothing cropped; one picture is enough. `channels`: 4 keeps transparency, else it lies on white."""
    return Collection(pack(source, size=size, fit="pad", alpha=channels == 4, drop_duplicates=False, fewest=1))
