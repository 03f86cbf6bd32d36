"""Which features a score is measured by: chosen by name, resized and laid over colours as each of them has it."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from bench.plain_inception import plain_inception, stand_in_weights

from pinxit.errors import PinxitError, UsageError
from pinxit.scoring import weights
from pinxit.scoring.spaces import choose_space
from pinxit.scoring.stream import FeatureSpace, describe, file_name


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "stand-in.pth"
    torch.save(stand_in_weights(), path)
    return path


@pytest.fixture
def expected(stored: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stand-in, taken for the published file."""
    monkeypatch.setattr(weights, "SHA256", hashlib.sha256(stored.read_bytes()).hexdigest())
    return stored


def photographs(count: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 40, 30, channels), np.uint8)


def test_inception_is_what_pytorch_fid_would_say(expected: Path) -> None:
    space = choose_space("inception", weights=expected)
    assert space.name == "Inception-v3 (FID, 2015-12-05)"
    assert space.of_papers
    assert "299px" in space.resizer
    pictures = photographs(3)
    found = describe([pictures[:2], pictures[2:]], space)
    zero_to_one = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
    with torch.no_grad():
        plainly = plain_inception(stand_in_weights(), zero_to_one)
    assert float((found - plainly).norm() / plainly.norm()) < 1e-5


def test_inception_sees_rgba_over_white_only(expected: Path) -> None:
    space = choose_space("inception", weights=expected)
    assert space.backgrounds(4) == "over white"
    assert space.backgrounds(3) == space.backgrounds(1) == "as they are"
    clear, white = np.zeros((1, 8, 8, 4), np.uint8), np.full((1, 8, 8, 3), 255, np.uint8)
    torch.testing.assert_close(describe([clear], space), describe([white], space))
    assert describe([clear], space).shape == (1, 2048)


def test_bf16_is_told_in_the_name_and_not_compared_with_papers(expected: Path) -> None:
    space = choose_space("inception", weights=expected, bf16=True)
    assert space.name.endswith("in bf16")
    assert not space.of_papers
    assert describe([photographs(1)], space).dtype == torch.float32
    assert choose_space("efficientnet-lite0", bf16=True).name == "EfficientNet-Lite0 in bf16"


def test_default_features_are_over_white_and_over_black() -> None:
    space = choose_space("efficientnet-lite0")
    assert space.backgrounds(4) == "over white and over black"
    assert not space.of_papers


def test_how_many_at_once_changes_no_number() -> None:
    def means(pictures):
        return F.interpolate(pictures, (2, 2)).flatten(1)

    one, many = (FeatureSpace("means", means, torch.device("cpu"), at_once=count) for count in (3, 64))
    assert torch.equal(describe([photographs(10, 4)], one), describe([photographs(10, 4)], many))


def test_descriptions_are_kept_under_a_name_that_every_system_allows(expected: Path) -> None:
    assert file_name(choose_space("efficientnet-lite0")) == "features-EfficientNet-Lite0.npz"
    assert file_name(choose_space("inception", weights=expected)) == "features-Inception-v3-FID-2015-12-05.npz"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"features": "incepton"}, "Did you mean 'inception'"),
        ({"features": "vgg"}, "There are: efficientnet-lite0, inception"),
        ({"features": "efficientnet-lite0", "weights": Path("x.pth")}, "Add --features inception"),
        ({"features": "efficientnet-lite0", "fetch": True}, "Add --features inception"),
        ({"features": "inception", "weights": Path("x.pth"), "fetch": True}, "one of the two"),
    ],
)
def test_what_makes_no_sense_is_told(words: dict, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        choose_space(**words)


def test_weights_of_another_network_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save({"Conv2d_1a_3x3.conv.weight": torch.zeros(1)}, tmp_path / "odd.pth")
    monkeypatch.setattr(weights, "SHA256", hashlib.sha256((tmp_path / "odd.pth").read_bytes()).hexdigest())
    with pytest.raises(PinxitError, match="not the weights of FID's Inception"):
        choose_space("inception", weights=tmp_path / "odd.pth")
