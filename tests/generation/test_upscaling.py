"""Larger pictures: truer than plain enlargement, the same in tiles, with alpha, recipe and mark."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

import pinxit
from pinxit.errors import PictureError, UsageError
from pinxit.generation import upscaling
from pinxit.generation.sampling import DIGITAL_SOURCE_TYPE, ENHANCED, read_recipe
from pinxit.images.files import open_picture
from pinxit.images.png_text import read_text


@pytest.fixture(scope="module")
def head():
    """A drawn head, RGBA, 192 px, as sharp as its pixels allow."""
    large = Image.new("RGBA", (1536, 1536))
    draw = ImageDraw.Draw(large)
    draw.ellipse((200, 1100, 1336, 2000), "#d05070", "black", 48)
    draw.ellipse((440, 240, 1100, 1240), "#b07850", "black", 48)
    draw.arc((600, 800, 940, 1040), 20, 160, "black", 40)
    for left in (600, 840):
        draw.ellipse((left, 560, left + 90, 680), "black")
        draw.line((left - 40, 500, left + 130, 440), "black", 40)
    return large.convert("RGBa").resize((192, 192), Image.Resampling.BOX).convert("RGBA")


def over_white(picture):
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture.convert("RGBA"))
    return np.asarray(white.convert("RGB"), np.float64)


@pytest.mark.parametrize("times", [2, 4])
def test_lines_come_closer_to_the_drawing_than_by_plain_enlargement(head, times):
    small = head.convert("RGBa").resize((192 // times,) * 2, Image.Resampling.BOX).convert("RGBA")
    ours = pinxit.upscale(small, times).image
    plain = small.convert("RGBa").resize(head.size, Image.Resampling.LANCZOS).convert("RGBA")
    assert ours.size == head.size
    assert ours.mode == "RGBA"
    wrong = [np.abs(over_white(picture) - over_white(head)).mean() for picture in (ours, plain)]
    assert wrong[0] < 0.9 * wrong[1]


def test_tiles_make_no_difference(head, monkeypatch):
    picture = head.convert("RGB").crop((40, 40, 130, 100))
    whole = np.asarray(pinxit.upscale(picture).image, int)
    monkeypatch.setattr(upscaling, "TILE", 32)
    assert np.abs(np.asarray(pinxit.upscale(picture).image, int) - whole).max() <= 1


def test_a_picture_that_tiles_still_tiles(head):
    picture = head.convert("RGB").resize((40, 24))
    rolled = Image.fromarray(np.roll(np.asarray(picture), (7, 11), (0, 1)))
    ours, other = (np.asarray(pinxit.upscale(one, seamless="both").image, int) for one in (picture, rolled))
    assert np.abs(np.roll(ours, (28, 44), (0, 1)) - other).max() <= 1
    plain = (np.asarray(pinxit.upscale(one).image, int) for one in (picture, rolled))
    assert np.abs(np.roll(next(plain), (28, 44), (0, 1)) - next(plain)).max() > 8


def test_clear_stays_clear_solid_stays_solid_and_grey_stays_grey(head):
    small = head.resize((48, 48))
    alpha = np.asarray(pinxit.upscale(small).image)[..., 3]
    assert alpha[:8].max() == 0
    assert np.median(alpha[-60:, 60:140]) == 255
    grey = pinxit.upscale(small.convert("L")).image
    assert grey.mode == "L"
    assert grey.size == (192, 192)


def test_the_recipe_and_the_mark_stay(tmp_path):
    painted = pinxit.load("peeps").make([5])[0].save(tmp_path / "small.png")
    large = pinxit.upscale(painted).save(tmp_path / "large.png")
    assert read_recipe(large) == {
        **read_recipe(painted),
        "upscaled": {"times": 4, "network": "realesr-animevideov3-x4"},
    }
    assert DIGITAL_SOURCE_TYPE in read_text(large)["XML:com.adobe.xmp"]
    assert open_picture(large).size == (384, 384)
    Image.new("RGB", (9, 5), "red").save(tmp_path / "own.png")
    own = pinxit.upscale(tmp_path / "own.png", 2).save(tmp_path / "own-2x.png")
    assert ENHANCED in read_text(own)["XML:com.adobe.xmp"]
    assert open_picture(own).size == (18, 10)
    with pytest.raises(UsageError, match="not painted by a model"):
        pinxit.api.make_again(own, [tmp_path])
    (web,) = pinxit.save_pictures(painted, "webp", tmp_path / "taken.webp")
    assert DIGITAL_SOURCE_TYPE in read_text(pinxit.upscale(web, 2).save(tmp_path / "web.png"))["XML:com.adobe.xmp"]


def test_a_folder_goes_on_after_a_break_and_leaves_out_what_it_cannot_read(tmp_path):
    for name in ("a", "b"):
        Image.new("RGB", (12, 12), "blue").save(tmp_path / f"{name}.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG nothing")
    said = Said()
    found = pinxit.upscale_folder(tmp_path, tmp_path / "out", 2, watch=said)
    assert [path.name for path in found] == ["a-2x.png", "b-2x.png"]
    assert any(line.startswith("Left out: broken.png") for line in said.lines)
    (tmp_path / "out" / "b-2x.png").write_bytes(b"half of it")
    said.lines.clear()
    assert pinxit.upscale_folder(tmp_path, tmp_path / "out", 2, watch=said) == found
    assert said.lines[0].startswith("There already")
    assert not said.lines[1].startswith("There already")
    assert open_picture(found[1]).size == (24, 24)


class Said:
    """A watch that remembers what it was told."""

    def __init__(self):
        self.lines = []

    def report(self, line):
        """Ignore."""

    def say(self, message):
        """Remember."""
        self.lines.append(message)


@pytest.mark.parametrize(
    "how, told",
    [
        ({"times": 3}, "2 or 4 times; 3 came"),
        ({"network": "drawing"}, "Did you mean 'drawings'"),
        ({"seamless": "yes"}, "no, x, y or both"),
    ],
)
def test_what_cannot_be_asked_is_told(how, told):
    with pytest.raises(UsageError, match=told):
        pinxit.upscale(Image.new("RGB", (8, 8)), **how)


def test_too_large_and_unreadable_are_told(tmp_path):
    with pytest.raises(PictureError, match="has 4,000x4,000 pixels"):
        pinxit.upscale(Image.new("L", (4000, 4000)))
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(PictureError, match=r"text\.png cannot be enlarged"):
        pinxit.upscale(tmp_path / "text.png")
