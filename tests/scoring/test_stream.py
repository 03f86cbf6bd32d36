"""Features of many pictures: what they look like to the scores, and that they are computed once."""

import numpy as np
import pytest
import torch

from pinxit.networks.pictures import over
from pinxit.scoring.stream import SIDE, FeatureSpace, default_space, describe, described_once, resize

BY_COLOUR = FeatureSpace("mean colour", lambda pictures: pictures.mean(dim=(2, 3)), torch.device("cpu"))


def test_transparent_pictures_are_seen_over_white_and_over_black() -> None:
    clear, red = np.zeros((1, 8, 8, 4), np.uint8), np.zeros((1, 8, 8, 4), np.uint8)
    red[..., (0, 3)] = 255
    found = describe([clear, red], BY_COLOUR)
    assert found.tolist() == [[1, 1, 1, -1, -1, -1], [1, -1, -1, 1, -1, -1]]


def test_half_transparent_is_half_way() -> None:
    half = np.full((1, 2, 2, 4), 128, np.uint8)  # premultiplied: white at half
    half[..., :3] = 0  # black at half
    found = describe([half], BY_COLOUR)[0]
    assert found[:3].mean() == pytest.approx(0, abs=0.01)  # over white: grey
    assert found[3:].mean() == pytest.approx(-1, abs=0.01)  # over black: black


@pytest.mark.parametrize("channels", [1, 3])
def test_opaque_pictures_are_seen_once(channels: int) -> None:
    grey = np.full((3, 6, 4, channels), 255, np.uint8)
    assert describe([grey[:2], grey[2:]], BY_COLOUR).tolist() == [[1, 1, 1]] * 3


def test_pictures_of_any_shape_are_resized_and_of_the_right_one_left_alone() -> None:
    assert resize(torch.rand(2, 3, 64, 96)).shape == (2, 3, SIDE, SIDE)
    same = torch.rand(1, 3, SIDE, SIDE)
    assert resize(same) is same
    assert over(same, 1.0) is same


def test_features_are_computed_once_for_a_kind_of_features(tmp_path) -> None:
    asked = []

    def batches():
        asked.append(1)
        return [np.full((2, 4, 4, 3), 255, np.uint8)]

    kept = tmp_path / "features.npz"
    first = described_once(kept, batches, BY_COLOUR)
    assert torch.equal(described_once(kept, batches, BY_COLOUR), first)
    assert len(asked) == 1
    described_once(kept, batches, FeatureSpace("other", BY_COLOUR.describe, BY_COLOUR.device))
    assert len(asked) == 2
    kept.write_bytes(b"PK not a zip")
    assert torch.equal(described_once(kept, batches, BY_COLOUR), first)
    assert torch.equal(described_once(tmp_path / "missing" / "x.npz", batches, BY_COLOUR), first)


def test_the_embedded_features_tell_pictures_apart() -> None:
    dice = np.random.default_rng(0)
    noise, flat = dice.integers(0, 255, (2, 32, 32, 3), np.uint8), np.full((2, 32, 32, 3), 200, np.uint8)
    found = describe([noise, flat], default_space())
    assert found.shape == (4, 1280)
    gaps = torch.cdist(found, found)
    assert gaps[:2, 2:].min() > 2 * gaps[0, 1]
