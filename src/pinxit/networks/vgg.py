"""VGG-16 and VGG-19, the networks style transfer began with, read from a .safetensors file of one's own.

Simonyan and Zisserman 2014, "Very deep convolutional networks for large-scale image recognition", table 1, D and E. Halved
by averages instead of maxima: Gatys et al. 2016, "Image style transfer using convolutional neural networks", section 2.
"""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from pinxit.data.cache import default_cache_dir, written_aside
from pinxit.data.fetching import pieces
from pinxit.errors import ModelFileError, PinxitError, pasteable
from pinxit.runs.model_file import hash_of, open_checked

GRID = 16
"""Pixels. Sides of pictures to describe are multiples of it, so that every depth has whole cells."""


@dataclass(frozen=True)
class Described:
    """Features of one picture: `style` (1, C, h, w) each, shallow to deep, and the one that `content` is read from."""

    style: list[Tensor]
    content: Tensor


BLOCKS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
"""Convolutions in each block; after each block the picture is halved."""
CHANNELS = (64, 128, 256, 512, 512)
MEANS, SPREADS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet, RGB in 0 … 1
PUBLISHED = "vgg16"
"""What the network is called that `fetch_vgg16` gets: PyTorch's own, as timm has put it on the Hugging Face hub. Revision and
SHA-256 are as two public projects that check the file have written them down."""
URL = "https://huggingface.co/timm/vgg16.tv_in1k/resolve/b8d8aa2dd860af9233c8c67385a8097fd6c35d3f/model.safetensors"
SHA256 = "57b026918159a6bf9faf8405c3a551903768e7138989d9c6224a14227203fad8"
LARGEST = 600_000_000  # bytes: more is not this file, and is not read on
BY_HAND = (
    "It needs the convolutions of a VGG-16 or VGG-19 as tensors features.0.weight, features.0.bias and so on, as timm "
    "names them. tools/vgg_weights.py makes such a file from other formats."
)


def convolutions(name: str) -> list[tuple[int, int, int]]:
    """(number in its name, channels before, channels) of each convolution.

    A convolution and its ReLU take two numbers, a halving takes one.
    """
    found, place, before = [], 0, 3
    for count, channels in zip(BLOCKS[name], CHANNELS, strict=True):
        for _ in range(count):
            found.append((place, before, channels))
            place, before = place + 2, channels
        place += 1
    return found


def tensor_names(name: str) -> list[str]:
    """What kernels and biases are called in a file."""
    return [f"features.{place}.{kind}" for place, _, _ in convolutions(name) for kind in ("weight", "bias")]


class Vgg(nn.Module):
    """Up to the first convolution of the fifth block: style from the first of each block, content from the second of the
    fourth, as Gatys et al. 2016 chose. See `StyleFeatures`."""

    shares: tuple[float, ...] = (0.2,) * 5
    strides: tuple[int, ...] = (1, 2, 4, 8, 16)
    content = 0.25
    content_stride = 8
    means: Tensor
    spreads: Tensor
    kernel0: Tensor

    def __init__(self, name: str, stored: Mapping[str, Tensor], sha256: str):
        super().__init__()
        self.name, self.sha256 = name, sha256
        self.places = [place for place, _, _ in convolutions(name)]
        for place in self.places:
            self.register_buffer(f"kernel{place}", stored[f"features.{place}.weight"])
            self.register_buffer(f"bias{place}", stored[f"features.{place}.bias"])
        self.register_buffer("means", torch.tensor(MEANS).view(1, 3, 1, 1))
        self.register_buffer("spreads", torch.tensor(SPREADS).view(1, 3, 1, 1))

    def describe(self, pictures: Tensor) -> Described:
        """(1, 3, H, W) in [-1, 1], sides multiples of `GRID` -> features."""
        found: list[Tensor] = []
        with torch.autocast(pictures.device.type, enabled=False):
            features = ((pictures + 1) / 2 - self.means) / self.spreads
            features = features.to(self.kernel0.dtype).contiguous(memory_format=torch.channels_last)
            content = features
            remaining = iter(self.places)
            for block, count in enumerate(BLOCKS[self.name]):
                for layer in range(count):
                    place = next(remaining)
                    kernel, bias = self.get_buffer(f"kernel{place}"), self.get_buffer(f"bias{place}")
                    features = F.relu(F.conv2d(features, kernel, bias, padding=1), inplace=True)
                    if layer == 0:
                        found.append(features)
                    if block == 4:
                        return Described(found, content)
                    if (block, layer) == (3, 1):
                        content = features
                features = F.avg_pool2d(features, 2)
        raise AssertionError("the fifth block ends it")


def published_vgg16() -> Path:
    """Where the convolutions of the published VGG-16 are kept. Raises PinxitError where they were never fetched."""
    kept = kept_vgg16()
    if not kept.exists():
        raise PinxitError(
            "The published VGG-16 is not part of pinxit. Let pinxit fetch it once (553 MB, of which 59 are kept): pinxit style "
            f"… --features {PUBLISHED} --fetch (in Python: features={PUBLISHED!r}, fetch=True). Or name a .safetensors file of "
            "your own with --features FILE."
        )
    return kept


def kept_vgg16() -> Path:
    """In pinxit's cache."""
    return default_cache_dir() / "weights" / f"{PUBLISHED}-{SHA256[:8]}" / f"{PUBLISHED}.safetensors"


def fetch_vgg16(say: Callable[[str], None]) -> None:
    """Get the published VGG-16, check it, and keep its convolutions, if they are not there yet or damaged.

    Raises PinxitError when it cannot be fetched or kept, or is another file; nothing is kept then.
    """
    kept = kept_vgg16()
    with suppress(ModelFileError):
        read_vgg(kept)
        return
    say(f"Fetching {URL} (553 MB, once).")
    with written_aside(kept.parent, "set PINXIT_CACHE to another folder") as aside:
        whole, digest = aside / "whole.safetensors", hashlib.sha256()
        with whole.open("wb") as file:
            for piece in pieces(URL, LARGEST, "--features FILE"):
                digest.update(piece)
                file.write(piece)
        if digest.hexdigest() != SHA256:
            raise PinxitError(
                f"What came from {URL} is not the expected file: its SHA-256 begins {digest.hexdigest()[:12]}, and "
                f"{SHA256[:12]} was expected. Nothing was kept. Try again later, or name a file of your own with --features "
                "FILE."
            )
        with safe_open(whole, "pt") as file:
            save_file({name: file.get_tensor(name) for name in tensor_names(PUBLISHED)}, aside / kept.name)
        whole.unlink()
    say(f"Kept: {pasteable(kept)}")


def read_vgg(path: Path) -> Vgg:
    """A VGG-16 or VGG-19 from a .safetensors file with tensors `features.0.weight`, `features.0.bias`, `features.2.weight` …

    Kernels (O, I, 3, 3), for RGB in 0 … 1 less ImageNet's means, over its standard deviations. Tensors of other names (the
    classifier) are not read. Raises ModelFileError for any other file.
    """
    if not path.is_file():
        raise ModelFileError(f"There is no file {path}. Name the .safetensors file of a VGG-16 or VGG-19.")
    open_checked(path).close()
    try:
        with safe_open(path, "pt") as file:
            names = set(file.keys())
            name = "vgg19" if "features.34.weight" in names else "vgg16"
            stored = {one: file.get_tensor(one).float() for one in tensor_names(name)}
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelFileError(f"{path} cannot be used ({error}). {BY_HAND}") from None
    for place, before, channels in convolutions(name):
        kernel, bias = stored[f"features.{place}.weight"], stored[f"features.{place}.bias"]
        if kernel.shape != (channels, before, 3, 3) or bias.shape != (channels,):
            raise ModelFileError(f"{path}: convolution {place} is of another shape than {name} has there. {BY_HAND}")
        if not (kernel.isfinite().all() and bias.isfinite().all()):
            raise ModelFileError(f"{path} holds numbers that are not finite in features.{place}. Get the file again.")
    return Vgg(name, stored, hash_of(path))
