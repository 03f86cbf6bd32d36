"""FID's Inception: the published shapes, and the same numbers as the network written out plainly."""

import pytest
import torch
from bench.plain_inception import plain_inception, stand_in_weights

from pinxit.errors import PinxitError
from pinxit.networks.inception import Inception

STORED = stand_in_weights()


@pytest.fixture(scope="module")
def network() -> Inception:
    found = Inception()
    found.fold(STORED)
    return found.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


def test_has_the_published_number_of_weights() -> None:
    """21,785,568 without the classifier; 94 convolutions, with norms over 17,216 channels in all."""
    learned = {name: values for name, values in STORED.items() if not name.startswith("fc.") and "running" not in name}
    assert sum(values.numel() for values in learned.values()) == 21_785_568
    assert sum(values.numel() for name, values in STORED.items() if name.endswith("bn.bias")) == 17_216
    assert STORED["Mixed_5b.branch5x5_2.conv.weight"].shape == (64, 48, 5, 5)
    assert STORED["Mixed_6c.branch7x7dbl_2.conv.weight"].shape == (160, 160, 7, 1)
    assert STORED["Mixed_7c.branch3x3dbl_3a.conv.weight"].shape == (384, 384, 1, 3)
    assert len(learned) == 3 * 94


def test_folded_is_the_same_as_written_out_plainly(network: Inception) -> None:
    pictures = torch.rand(2, 3, 299, 299, generator=torch.manual_seed(0))
    with torch.no_grad():
        expected, found = plain_inception(STORED, pictures), network.pooled(pictures * 2 - 1)
    assert found.shape == (2, 2048)
    assert found.dtype == torch.float32
    assert float((found - expected).norm() / expected.norm()) < 1e-5
    assert float((found[0] - found[1]).norm() / expected.norm()) > 1e-3  # pictures do matter


def test_nothing_can_be_trained_and_autocast_changes_nothing(network: Inception) -> None:
    picture = torch.rand(1, 3, 299, 299, generator=torch.manual_seed(1))
    assert not list(network.parameters())
    with torch.no_grad():
        expected = network.pooled(picture)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            assert torch.equal(network.pooled(picture), expected)


def test_weights_of_another_network_are_told_whole_and_not_taken() -> None:
    network, odd = Inception(), dict(STORED)
    del odd["Mixed_6a.branch3x3.bn.bias"]
    odd["Conv2d_1a_3x3.conv.weight"] = torch.ones(32, 1, 3, 3)
    with pytest.raises(PinxitError) as told:
        network.fold(odd)
    assert "Mixed_6a.branch3x3.bn.bias is missing" in str(told.value)
    assert "Conv2d_1a_3x3.conv.weight is (32, 1, 3, 3) and should be (32, 3, 3, 3)" in str(told.value)
    assert not network.Mixed_7c.branch_pool.weight.any()
