"""Pictures in the manner of others: nearer to it, tiles or not, with masks, alpha and colours; and what is refused."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms

import pinxit
from pinxit.errors import PictureError, UsageError
from pinxit.generation.painting import sizes_of, steps_of
from pinxit.generation.sampling import read_recipe
from pinxit.generation.style_loss import Loss, Region, content_of, statistics_of, windows_of
from pinxit.generation.style_settings import StyleSettings
from pinxit.networks.style_features import load_style_features

TINY = {"size": 64, "steps": 3, "scales": 1, "precision": "float32"}


def photo(width=64, height=48):
    rows, columns = np.indices((height, width))
    disc = (rows - height / 2) ** 2 + (columns - width / 2) ** 2 < (height / 3) ** 2
    pixels = np.stack([disc * 200.0, columns * 255 / width, rows * 255 / height], axis=-1)
    return Image.fromarray(pixels.astype(np.uint8))


def painting(width=64, height=64):
    rows, columns = np.indices((height, width))
    stripes = np.sin((rows + columns) * 0.8) > 0
    return Image.fromarray(np.where(stripes[..., None], (240, 200, 30), (20, 40, 120)).astype(np.uint8))


@pytest.fixture(scope="module")
def light():
    return load_style_features()


def test_it_comes_nearer_to_the_manner_and_says_so(tmp_path):
    lines = []

    class Watch:
        def report(self, line):
            lines.append(line)

        def say(self, message):
            pass

    settings = {**TINY, "steps": 30}
    made = pinxit.style(photo(), painting(), preview=tmp_path / "now.png", watch=Watch(), preview_every=2, **settings)
    assert made.ended == "done"
    assert made.image.size == (64, 48)
    assert made.score["style"] < 0.7 * made.score["style_before"]
    assert lines[-1]["share"] == pytest.approx(1)
    with Image.open(tmp_path / "now.png") as preview:
        assert preview.size == (64, 48)
    path = made.save(tmp_path / "made.png")
    told = read_recipe(path)
    assert told["score"] == made.score
    assert told["settings"]["steps"] == 30
    assert pinxit.style(photo(), painting(), **settings).image.tobytes() == made.image.tobytes()


def test_lbfgs_moments_noise_and_histogram():
    how = {"optimizer": "lbfgs", "statistic": "moments", "start": "noise", "keep_colours": "histogram"}
    made = pinxit.style(photo(), painting(), **TINY, **how)
    assert np.isfinite(made.recipe["loss"])


@pytest.mark.parametrize("tile", [64, 96])
def test_tiles_have_the_gradient_of_the_whole(light, tile):
    picture = torch.rand(1, 3, 160, 192, generator=torch.Generator().manual_seed(1)) * 2 - 1
    wanted = statistics_of(light, picture.flip(3), "gram", 512)
    content = content_of(light, picture.flip(2), 512)
    found = []
    for side in (512, tile):
        loss = Loss(light, [Region(wanted)], "gram", content, 1.0, 0.1, side)
        leaf = picture.clone().requires_grad_()
        found.append((float(loss(leaf)), leaf.grad))
    (whole, slope), (tiled, tiled_slope) = found
    assert tiled == pytest.approx(whole, rel=0.02)  # the deepest features look a little further than a tile's margin
    alike = torch.nn.functional.cosine_similarity(slope.flatten(), tiled_slope.flatten(), dim=0)
    assert alike > 0.98


def test_windows_cover_every_pixel_once():
    for seamless in (False, True):
        seen = torch.zeros(160, 208)
        for window in windows_of(160, 208, 96, seamless=seamless):
            around = 64 if seamless else 0
            top, left = window.top + window.inner[0] - around, window.left + window.inner[2] - around
            seen[top : top + window.inner[1] - window.inner[0], left : left + window.inner[3] - window.inner[2]] += 1
        assert (seen == 1).all()


def test_masks_keep_manners_apart():
    content = photo(160, 48)
    left = Image.fromarray(np.repeat((np.arange(160) < 48)[None] * np.uint8(255), 48, axis=0))
    how = {**TINY, "size": 160, "steps": 8, "smooth": 0.0, "strength": 20, "optimizer": "lbfgs"}
    made = pinxit.style(content, painting(), masks=[left], **how)
    change = np.abs(np.asarray(made.image, float) - np.asarray(content, float)).mean(axis=(0, 2))
    assert change[:40].mean() > 2 * change[120:].mean()


def test_two_paintings_by_weight():
    other = painting().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    made = pinxit.style(photo(), [painting(), other], weights=[3, 1], **TINY)
    assert [one["weight"] for one in made.recipe["styles"]] == [3, 1]


def test_alpha_rotation_and_profile_are_honoured(tmp_path):
    clear = photo().convert("RGBA")
    clear.putalpha(Image.fromarray(np.repeat((np.arange(64) < 20)[None] * np.uint8(255), 48, axis=0)))
    made = pinxit.style(clear, painting().convert("RGBA"), **TINY)
    assert made.image.mode == "RGBA"
    assert made.image.getpixel((60, 20))[3] == 0
    assert made.image.getpixel((3, 20))[3] == 255
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo().save(tmp_path / "turned.jpg", exif=exif, icc_profile=profile)
    assert pinxit.style(tmp_path / "turned.jpg", painting(), **TINY).image.size == (48, 64)


def test_luminance_keeps_the_colours_of_the_picture():
    made = pinxit.style(photo(), painting(), keep_colours="luminance", **TINY)
    colours, wanted = (np.asarray(one.convert("YCbCr"), float)[..., 1:] for one in (made.image, photo()))
    assert np.abs(colours - wanted).mean() < 12


def test_breaking_off_keeps_the_best(tmp_path):
    class Impatient:
        def __init__(self):
            self.steps = 0

        def report(self, line):
            self.steps += 1
            if self.steps == 3:
                raise KeyboardInterrupt

        def say(self, message):
            pass

    made = pinxit.style(photo(), painting(), watch=Impatient(), **{**TINY, "steps": 50})
    assert made.ended == "interrupted"
    assert made.image.size == (64, 48)


def test_a_folder_goes_on_where_it_was(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    photo().save(folder / "a.png")
    photo(48, 48).save(folder / "b.png")
    (folder / "c.png").write_text("<html>")
    painting().save(tmp_path / "stripes.png")
    said = []

    class Watch:
        def report(self, line):
            pass

        def say(self, message):
            said.append(message)

    out = tmp_path / "out"
    found = pinxit.style_folder(folder, tmp_path / "stripes.png", out, watch=Watch(), **TINY)
    assert [path.name for path in found] == ["a-stripes.png", "b-stripes.png"]
    times = [path.stat().st_mtime_ns for path in found]
    (out / "b-stripes.png").unlink()
    assert pinxit.style_folder(folder, tmp_path / "stripes.png", out, watch=Watch(), **TINY) == found
    assert found[0].stat().st_mtime_ns == times[0]
    assert any("There already" in line for line in said)
    changed = {**TINY, "strength": 2}
    pinxit.style_folder(folder, tmp_path / "stripes.png", out, watch=Watch(), **changed)
    assert found[0].stat().st_mtime_ns != times[0]


def test_what_makes_no_sense_is_told(tmp_path):
    (tmp_path / "page.png").write_text("<html>")
    with pytest.raises(PictureError, match=r"painting.*cannot be used: not a PNG"):
        pinxit.style(photo(), tmp_path / "page.png")
    with pytest.raises(PictureError, match="no such file"):
        pinxit.style(tmp_path / "none.jpg", painting())
    with pytest.raises(PictureError, match=r"1x1 pixels: too small"):
        pinxit.style(photo(), Image.new("RGB", (1, 1)))
    with pytest.raises(UsageError, match=r"mask .* is 32x32 pixels and the picture .* 64x48"):
        pinxit.style(photo(), painting(), masks=[Image.new("L", (32, 32), 255)])
    with pytest.raises(UsageError, match="black everywhere"):
        pinxit.style(photo(), painting(), masks=[Image.new("L", (64, 48), 0)])
    with pytest.raises(UsageError, match="2 paintings came with 1 weights"):
        pinxit.style(photo(), [painting(), painting()], weights=[1])
    with pytest.raises(UsageError, match="weight of a painting is above 0"):
        pinxit.style(photo(), painting(), weights=[-1])
    with pytest.raises(UsageError, match="Did you mean 'strength'"):
        pinxit.style(photo(), painting(), strenght=2)
    with pytest.raises(UsageError, match="less than or equal to 8192"):
        pinxit.style(photo(), painting(), size=100_000)
    with pytest.raises(UsageError, match="at least one painting"):
        pinxit.style(photo(), [])


def test_scales_end_where_there_is_nothing_to_see():
    assert sizes_of(512, 384, 3) == [(128, 96), (256, 192), (512, 384)]
    assert sizes_of(64, 48, 8) == [(64, 48)]
    settings = StyleSettings(steps=30)
    assert steps_of(settings, 0, 3) == 30
    assert steps_of(settings, 2, 3) == 20
