"""Textures: any size, without a seam where asked, with maps; and what is refused."""

import numpy as np
import pytest
import torch
from PIL import Image

import pinxit
from pinxit.cli.commands import main
from pinxit.errors import PictureError, UsageError
from pinxit.generation.painting import resized
from pinxit.generation.sampling import read_recipe

TINY = {"steps": 6, "scales": 1, "precision": "float32"}


def sample(side=48):
    rows, columns = np.indices((side, side))
    waves = np.sin(rows * 0.9) + np.sin(columns * 0.5 + rows * 0.2)
    return Image.fromarray(((waves[..., None] * (50, 30, 10)) + (130, 110, 80)).clip(0, 255).astype(np.uint8))


def test_any_size_and_the_same_again():
    made = pinxit.texture(sample(), width=70, height=50, **TINY)
    assert made.image.size == (70, 50)
    assert made.ended == "done"
    assert pinxit.texture(sample(), width=70, height=50, **TINY).image.tobytes() == made.image.tobytes()
    assert pinxit.texture(sample(), width=70, height=50, seed=1, **TINY).image.tobytes() != made.image.tobytes()


@pytest.mark.parametrize("start", ["healed", "noise"])
def test_what_is_optimised_has_no_seam_and_says_what_it_was_seen_by(start):
    made = pinxit.texture(sample(), size=64, seamless=True, start=start, **{**TINY, "steps": 25})
    assert max(made.seams.values()) <= 1
    assert made.recipe["features"] == "efficientnet-lite0"
    assert made.recipe["loss"] < 0.5


def test_a_grey_sample_gives_a_grey_texture():
    made = pinxit.texture(sample().convert("L"), size=64, start="noise", **TINY)
    values = np.asarray(made.image, float)
    assert np.ptp(values, axis=2).max() == 0


def test_a_seamless_texture_has_no_seam(tmp_path):
    made = pinxit.texture(sample(96), size=64, seamless=True)
    assert max(made.seams.values()) <= 1
    assert made.recipe["features"] == "patches"
    paths = made.save(tmp_path / "waves.png", maps=True)
    assert [path.name for path in paths] == ["waves.png", "waves-height.png", "waves-normal.png"]
    with Image.open(paths[1]) as height, Image.open(paths[2]) as normals:
        assert height.mode == "L"
        assert normals.mode == "RGB"
        assert normals.size == (64, 64)
        assert np.asarray(normals)[..., 2].min() >= 127  # nothing faces away from the eye
    assert read_recipe(paths[0])["seams"] == made.seams


def test_a_seamless_picture_is_enlarged_across_its_seam():
    wave = torch.sin(torch.arange(64) / 64 * 2 * torch.pi * 4).expand(1, 3, 64, 64).clone()
    larger = resized(wave, 128, 128, seamless=True)
    steps = (larger[..., 1:] - larger[..., :-1]).abs().amax()
    assert (larger[..., 0] - larger[..., -1]).abs().amax() <= steps


def test_what_makes_no_sense_is_told(tmp_path):
    with pytest.raises(UsageError, match="nearest is 96x64"):
        pinxit.texture(sample(), width=100, height=65, seamless=True, **TINY)
    with pytest.raises(PictureError, match="too small"):
        pinxit.texture(Image.new("RGB", (4, 4)), **TINY)


def test_as_it_is_typed(tmp_path, capsys):
    sample().save(tmp_path / "waves.png")
    words = [
        "texture",
        str(tmp_path / "waves.png"),
        "--size",
        "64",
        "--steps",
        "1",
        "--scales",
        "1",
        "--seamless",
        "--maps",
    ]
    assert main([*words, "--out", str(tmp_path / "made")]) == 0
    told = capsys.readouterr().out
    assert "Steps across its seams" in told
    assert (tmp_path / "made" / "waves-texture-normal.png").exists()
    assert main(["texture", str(tmp_path / "none.png")]) == 1
    assert "sample" in capsys.readouterr().err
