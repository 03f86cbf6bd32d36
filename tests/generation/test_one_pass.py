"""Learned manners at any size: in tiles as in one pass, between manners, with alpha; and what is refused."""

import numpy as np
import pytest
import torch
from PIL import Image

import pinxit
from pinxit.errors import UsageError
from pinxit.generation.one_pass import repaint, shares_of
from pinxit.generation.sampling import read_recipe

MANNERS = ("wave", "night", "grid")


def photo(width=90, height=61, alpha=False):
    rows, columns = np.indices((height, width))
    pixels = np.stack([rows * 4, columns * 2, 255 - rows * 2, columns * 2], axis=-1).clip(0, 255).astype(np.uint8)
    return Image.fromarray(pixels if alpha else pixels[..., :3])


@pytest.mark.parametrize(("height", "width"), [(420, 300), (261, 515)])
def test_tiles_give_the_same_picture_as_one_pass(model, height, width):
    network = model.generator
    shares = torch.tensor([[0.5, 0.0, 0.5]])
    picture = torch.nn.functional.interpolate(torch.rand(1, 3, 20, 20) * 2 - 1, (height, width), mode="bicubic").clamp(
        -1, 1
    )
    whole, tiled = (repaint(network, picture, shares, tile) for tile in (1024, 256))
    assert whole.shape == picture.shape
    assert (whole - tiled).abs().max() < 1e-3


def test_a_tiling_picture_still_tiles(begun_repainter):
    network, _ = begun_repainter("both")
    picture = torch.rand(1, 3, 32, 48) * 2 - 1
    shares = torch.eye(3)[:1]
    moved = repaint(network, picture.roll((8, 16), (2, 3)), shares, 1024, "both")
    assert torch.allclose(moved, repaint(network, picture, shares, 1024, "both").roll((8, 16), (2, 3)), atol=1e-5)


def test_manners_differ_and_what_lies_between_them_does_too(model, tmp_path):
    assert model.manners == MANNERS
    wave, night = (np.asarray(pinxit.restyle(photo(), model, one).image, np.float32) for one in ("wave", "night"))
    mixed = pinxit.restyle(photo(), model, ["wave", "night"], weights=[9, 1])
    assert mixed.image.size == (90, 61)
    between = np.asarray(mixed.image, np.float32)
    assert 0 < np.abs(between - wave).mean() < np.abs(night - wave).mean()
    told = read_recipe(mixed.save(tmp_path / "mixed.png"))
    assert told["styles"] == [{"name": "wave", "weight": 0.9}, {"name": "night", "weight": 0.1}]
    assert told["model"] == model.sha256
    assert told["score"]["content"] > 0
    assert pinxit.restyle(photo(), model, ["wave", "night"], weights=[9, 1]).image.tobytes() == mixed.image.tobytes()


def test_transparency_size_and_colours(model):
    made = pinxit.restyle(photo(alpha=True), model, "grid", size=45).image
    assert made.size == (45, 30)
    assert made.mode == "RGBA"
    assert np.abs(np.asarray(made)[..., 3].mean(axis=0) - np.linspace(0, 178, 45)).max() < 4
    kept = pinxit.restyle(photo(), model, "grid", keep_colours="luminance").image
    blue_and_red = (np.asarray(one.convert("YCbCr"), np.float32)[..., 1:] for one in (kept, photo()))
    assert np.abs(np.subtract(*blue_and_red)).mean() < 12


def test_a_folder_goes_on_where_it_was(model, tmp_path):
    (tmp_path / "photos").mkdir()
    for name in ("one", "two"):
        photo().save(tmp_path / "photos" / f"{name}.png")
    (tmp_path / "photos" / "bad.png").write_bytes(b"no picture")
    said = []

    class Watch:
        def report(self, line):
            pass

        def say(self, message):
            said.append(message)

    for _ in range(2):
        found = pinxit.restyle_folder(tmp_path / "photos", model, tmp_path / "made", "wave", watch=Watch())
        assert [path.name for path in found] == ["one-wave.png", "two-wave.png"]
    assert sum("There already" in one for one in said) == 2
    assert any("Left out" in one for one in said)


@pytest.mark.parametrize(
    ("names", "weights", "told"),
    [
        ([], None, "wave, night, grid"),
        (["wavy"], None, "Did you mean 'wave'"),
        (["wave"], [1.0, 2.0], "2 weights"),
        (["wave"], [0.0], "above 0"),
    ],
)
def test_what_makes_no_sense(names, weights, told):
    with pytest.raises(UsageError, match=told):
        shares_of(MANNERS, names, weights)


def test_it_paints_from_no_seed(model):
    with pytest.raises(UsageError, match="pinxit style PHOTO --with"):
        model.make([0])
    assert shares_of(("only",), [], None).tolist() == [[1.0]]
