"""Readers of labels: they learn from what has a label, and what has none says nothing."""

import torch

from pinxit.networks.features import load_features
from pinxit.networks.lite0 import TAP_CHANNELS, TAP_STRIDES
from pinxit.networks.reading import LabelReader, by_fields, width_of


def taps_of(count: int) -> list[torch.Tensor]:
    dice = torch.Generator().manual_seed(1)
    return [
        torch.randn(count, channels, 64 // stride, 64 // stride, generator=dice)
        for channels, stride in zip(TAP_CHANNELS, TAP_STRIDES, strict=True)
    ]


def test_a_small_mark_is_read_where_averages_hide_it() -> None:
    """One corner is lighter, and the other one darker by as much: the mean of the picture is the same."""
    features, chance = load_features(), torch.Generator().manual_seed(0)
    labels = torch.arange(64) % 2
    pictures = torch.rand(64, 3, 64, 64, generator=chance) * 0.2
    pictures[labels == 1, :, 8:16, 8:16] += 0.5
    pictures[labels == 0, :, 48:56, 48:56] += 0.5
    reader = LabelReader(4, (2,))
    optimizer = torch.optim.Adam(reader.parameters(), 1e-3)
    with torch.no_grad():
        taps = features.taps(pictures)
    for _ in range(30):
        optimizer.zero_grad()
        reader([tap[:48] for tap in taps], labels[:48, None]).sum().backward()
        optimizer.step()
    with torch.no_grad():
        assert reader.eval()([tap[48:] for tap in taps], labels[48:, None]) < 0.1


def test_numbers_and_missing_labels_are_not_read() -> None:
    reader, labels = LabelReader(4, (3, 0, 2)).eval(), torch.full((8, 3), -1)
    labels[:, 1] = 700  # a number
    with torch.no_grad():
        assert torch.equal(reader(taps_of(8), labels), torch.zeros(2))
        labels[0, 2] = 1
        told = reader(taps_of(8), labels)
    assert told[1] > 0.5 > told[0]


def test_every_size_gives_as_many_numbers() -> None:
    for taps in (1, 4):
        assert by_fields(taps_of(2)[:taps]).shape == (2, width_of(taps))
