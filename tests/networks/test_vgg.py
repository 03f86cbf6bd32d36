"""A VGG from a file: the right one is read, every other is told; the published one is fetched when asked."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import torch
import torch.nn.functional as F

from pinxit.data.cache import default_cache_dir
from pinxit.errors import ModelFileError, PinxitError
from pinxit.networks import vgg
from pinxit.networks.bands import bands
from pinxit.networks.style_features import load_style_features
from pinxit.networks.vgg import convolutions, fetch_vgg16, read_vgg


def weights(name="vgg16"):
    chance = np.random.RandomState(0)
    tensors = {"head.fc.weight": np.zeros((2, 2), np.float32)}
    for place, before, channels in convolutions(name):
        spread = np.float32((2 / (9 * before)) ** 0.5)
        tensors[f"features.{place}.weight"] = (
            chance.standard_normal((channels, before, 3, 3)).astype(np.float32) * spread
        )
        tensors[f"features.{place}.bias"] = np.zeros(channels, np.float32)
    return tensors


@pytest.fixture(scope="module")
def vgg_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("vgg") / "vgg16.safetensors"
    safetensors.numpy.save_file(weights(), path)
    return path


def test_places_are_those_of_the_published_files():
    assert [place for place, _, _ in convolutions("vgg16")] == [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28]
    assert [place for place, _, _ in convolutions("vgg19")][-1] == 34


def test_a_file_is_read_and_its_features_have_the_strides_it_says(vgg_file):
    vgg = load_style_features(vgg_file)
    picture = torch.rand(1, 3, 32, 48) * 2 - 1
    found = vgg.describe(picture)
    assert vgg.name == "vgg16"
    assert len(vgg.sha256) == 64
    assert [one.shape[-2:] for one in found.style] == [(32 // stride, 48 // stride) for stride in vgg.strides]
    assert found.content.shape[-1] == 48 // vgg.content_stride
    mean, spread = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    first = (picture / 2 + 0.5 - mean.view(1, 3, 1, 1)) / spread.view(1, 3, 1, 1)
    stored = torch.from_numpy(weights()["features.0.weight"])
    assert torch.allclose(found.style[0], F.conv2d(first, stored, padding=1).relu(), atol=1e-4)


def test_the_light_features_have_the_strides_they_say():
    light = load_style_features()
    found = light.describe(torch.rand(1, 3, 32, 48) * 2 - 1)
    assert [one.shape[-2:] for one in found.style] == [(32 // stride, 48 // stride) for stride in light.strides]
    assert len(light.shares) == len(found.style)
    assert sum(light.shares) == pytest.approx(1)
    assert found.content.shape[-2:] == (2, 3)


def test_an_even_picture_has_no_grain():
    for octave in bands(torch.full((1, 3, 32, 32), 0.4)):
        assert octave.abs().max() < 1e-6


def damaged(tmp_path, change):
    tensors = weights()
    change(tensors)
    path = tmp_path / "bad.safetensors"
    safetensors.numpy.save_file(tensors, path)
    return path


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ModelFileError, match="There is no file"):
        read_vgg(tmp_path / "none.safetensors")
    with pytest.raises(ModelFileError, match="There is no file"):
        read_vgg(tmp_path)


def test_a_pickle_under_that_name_is_not_opened(tmp_path):
    path = tmp_path / "vgg.safetensors"
    path.write_bytes(b"\x80\x04cos\nsystem\n(S'touch marker'\ntR.")
    with pytest.raises(ModelFileError, match="cannot be used"):
        read_vgg(path)


def test_other_tensors_are_told(tmp_path):
    with pytest.raises(ModelFileError, match=r"features\.5\.bias"):
        read_vgg(damaged(tmp_path, lambda tensors: tensors.pop("features.5.bias")))
    with pytest.raises(ModelFileError, match="another shape"):
        read_vgg(damaged(tmp_path, lambda tensors: tensors.update({"features.0.bias": np.zeros(3, np.float32)})))
    with pytest.raises(ModelFileError, match="not finite"):
        read_vgg(damaged(tmp_path, lambda tensors: tensors["features.28.weight"].fill(np.nan)))


@pytest.fixture
def published(tmp_path, vgg_file, monkeypatch):
    """A copy of the small file in the place of the published one."""
    copy = tmp_path / "model.safetensors"
    copy.write_bytes(vgg_file.read_bytes())
    monkeypatch.setenv("PINXIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(vgg, "URL", copy.as_uri())
    monkeypatch.setattr(vgg, "SHA256", hashlib.sha256(copy.read_bytes()).hexdigest())
    return copy


def kept():
    return sorted(path.name for path in default_cache_dir().rglob("*") if path.is_file())


def test_the_published_one_is_fetched_once_and_only_when_asked(published, vgg_file):
    with pytest.raises(PinxitError, match="--features vgg16 --fetch"):
        load_style_features(Path("vgg16"))
    assert kept() == []
    said = []
    fetch_vgg16(said.append)
    assert kept() == ["vgg16.safetensors"]
    published.unlink()
    fetch_vgg16(said.append)
    assert len(said) == 2  # fetching and where it is kept; the second time nothing
    with safetensors.safe_open(vgg.kept_vgg16(), "np") as file:
        assert all(name.startswith("features.") for name in file.keys())  # noqa: SIM118
    picture = torch.rand(1, 3, 32, 32) * 2 - 1
    fetched, own = (load_style_features(path).describe(picture) for path in (Path("vgg16"), vgg_file))
    assert torch.equal(fetched.content, own.content)


def test_a_damaged_copy_is_fetched_again_when_asked(published):
    fetch_vgg16(lambda _: None)
    vgg.kept_vgg16().write_bytes(b"damaged")
    with pytest.raises(ModelFileError):
        load_style_features(Path("vgg16"))
    fetch_vgg16(lambda _: None)
    assert load_style_features(Path("vgg16")).name == "vgg16"


def test_another_file_than_the_published_one_is_not_opened_and_not_kept(published):
    published.write_bytes(b"another")
    with pytest.raises(PinxitError, match="not the expected file"):
        fetch_vgg16(lambda _: None)
    published.unlink()
    with pytest.raises(PinxitError, match="could not be fetched"):
        fetch_vgg16(lambda _: None)
    assert kept() == []
