"""Pictures taken away: what each kind of file holds, opened again by another reader."""

import io
import json
import re
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw

import pinxit
from pinxit import api
from pinxit.data.catalog import resolve
from pinxit.errors import DataError, UsageError
from pinxit.export.flat import palette_of, parse_palette
from pinxit.export.tracing import trace
from pinxit.images.files import open_picture, read_text
from pinxit.images.vector import paint_svg


@pytest.fixture(scope="module")
def head(tmp_path_factory):
    """A picture of the shipped model, with its recipe."""
    return api.make("peeps", [4])[0].save(tmp_path_factory.mktemp("head") / "head.png")


def discs(*colours, side=64):
    """Overlapping discs on a clear ground, painted large and made small, as edges are."""
    large = Image.new("RGBA", (side * 4, side * 4))
    pen = ImageDraw.Draw(large)
    for place, colour in enumerate(colours):
        pen.ellipse((side * (0.3 + 0.8 * place), side * 0.5, side * (2.3 + 0.8 * place), side * 3), fill=colour)
    return large.convert("RGBa").resize((side, side), Image.Resampling.BOX).convert("RGBA")


def overlap(one, other):
    """Intersection over union of what is drawn in two pictures."""
    drawn = [np.asarray(picture.convert("RGBA"))[..., 3] > 127 for picture in (one, other)]
    return (drawn[0] & drawn[1]).sum() / (drawn[0] | drawn[1]).sum()


@pytest.mark.parametrize("data", ["peeps", "openmoji"])
def test_drawings_cover_what_the_pictures_cover(data):
    for place, found in enumerate(resolve(data).pictures):
        if place % 20 == 7:
            picture = found.load((128, 128)).convert("RGBA").resize((128, 128), Image.Resampling.LANCZOS)
            drawn = paint_svg(trace(picture, palette_of([picture], 12)).to_svg().encode(), picture.size, 10**6)
            assert overlap(picture, drawn) >= 0.97, found
        if place > 80:
            return


def test_a_palette_is_kept_to_the_last_digit_and_edges_get_no_colour_of_their_own(tmp_path):
    discs("#d03030", "#3050c0").save(tmp_path / "discs.png")
    (file,) = pinxit.save_pictures(tmp_path / "discs.png", "svg", tmp_path, palette="#cc3333,#3355cc,#000,#fff")
    drawing = file.read_text("utf-8")
    assert set(re.findall(r"#[0-9a-f]{6}", drawing)) == {"#cc3333", "#3355cc"}
    assert "<metadata>" not in drawing, "nothing is claimed of a picture that no model painted"
    painted = open_picture(file, at_least=(64, 64))
    assert painted.mode == "RGBA"
    assert overlap(discs("#d03030", "#3050c0"), painted) > 0.97


def test_the_main_colours_are_found():
    found = palette_of([discs("#d03030", "#3050c0", "#20a040")], 8)
    assert {tuple(colour) for colour in found.tolist()} == {(0xD0, 0x30, 0x30), (0x30, 0x50, 0xC0), (0x20, 0xA0, 0x40)}
    for words in ("red", "#12345", "#1b1b1b,,#fff", "#zzz"):
        with pytest.raises(UsageError, match="no colour"):
            parse_palette(words)


def test_a_drawing_has_no_more_nodes_than_allowed(head, tmp_path):
    def nodes(**settings):
        return int(
            re.search(r"([\d,]+) nodes", api.save_and_tell(head, "svg", tmp_path, **settings)[0][1])[1].replace(",", "")
        )

    assert nodes(nodes=400) <= 400 < nodes()
    with pytest.raises(UsageError, match="Allow more"):
        nodes(nodes=10)


def test_a_model_s_drawing_says_that_a_model_painted_it(head, tmp_path):
    (file,) = pinxit.save_pictures(head, "svg", tmp_path)
    assert "trainedAlgorithmicMedia" in file.read_text("utf-8")
    assert open_picture(file).mode == "RGBA"


def test_larger_pictures_keep_their_recipe(head, tmp_path):
    (file,) = pinxit.save_pictures(head, "png", tmp_path, times=3)
    assert file.name == "head@3x.png"
    assert open_picture(file).size == (288, 288)
    assert api.recipe_in(file.read_bytes()) == {**api.recipe_in(head.read_bytes()), "enlarged": 3}
    (web,) = pinxit.save_pictures(head, "webp", tmp_path)
    assert open_picture(web).tobytes() == open_picture(head).tobytes()


def test_paper(head, tmp_path):
    told = api.save_and_tell(head, "png", tmp_path, width_mm=25.4, dpi=200)
    assert "96 pixels of its own an inch" in told[0][1]
    for kind in ("png", "tiff"):
        with Image.open(pinxit.save_pictures(head, kind, tmp_path, width_mm=25.4, dpi=200)[0]) as picture:
            assert picture.size == (200, 200)
            assert picture.mode == "RGBA"
            assert round(picture.info["dpi"][0]) == 200
            profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.info["icc_profile"]))
            assert "sRGB" in ImageCms.getProfileDescription(profile)
    assert "trainedAlgorithmicMedia" in read_text(told[0][0])["XML:com.adobe.xmp"]
    with pytest.raises(UsageError, match="Print smaller"):
        pinxit.save_pictures(head, "tiff", tmp_path, width_mm=5000, dpi=2400)


def test_a_pdf_page_is_as_large_as_the_picture_and_loses_nothing(head, tmp_path):
    content = pinxit.save_pictures(head, "pdf", tmp_path, width_mm=50.8, dpi=96)[0].read_bytes()
    assert re.search(rb"/MediaBox \[0 0 144.0000 144.0000\]", content)
    assert b"/ICCBased" in content
    assert b"trainedAlgorithmicMedia" in content
    start = int(re.search(rb"startxref\n(\d+)", content)[1])
    table = [int(line[:10]) for line in content[start:].splitlines()[3:] if line.endswith(b" n ")]
    assert all(content[place:].startswith(f"{number} 0 obj".encode()) for number, place in enumerate(table, 1))
    packed = re.findall(rb"/Filter /FlateDecode /Length (\d+) >>\nstream\n", content)
    streams = [
        zlib.decompress(part.partition(b"\nstream\n")[2])
        for part in content.split(b" 0 obj\n")[1:]
        if b"Flate" in part[:300]
    ]
    assert len(packed) == len(streams) == 4  # page, picture, profile, what is clear
    assert len(streams[1]) == 192 * 192 * 3


def test_an_icon_file_has_all_its_sizes(head, tmp_path):
    (file,) = pinxit.save_pictures(head, "ico", tmp_path)
    with Image.open(file) as icon:
        assert {(side, side) for side in (16, 24, 32, 48, 64, 128, 256)} == set(icon.info["sizes"])


def test_a_set_of_icons_shares_colours_and_margins(head, tmp_path):
    discs("#d03030", "#3050c0").save(tmp_path / "discs.png")
    files = pinxit.save_pictures([head, tmp_path / "discs.png"], "icons", tmp_path / "out", colours=6, margin=0.1)
    folder = tmp_path / "out" / "icons"
    assert files[0] == folder / "index.html"
    colours = set(re.findall(r"#[0-9a-f]{6}", (folder / "head.svg").read_text() + (folder / "discs.svg").read_text()))
    assert len(colours) <= 6
    for name in ("head", "discs"):
        for side in (16, 512):
            with Image.open(folder / "png" / str(side) / f"{name}.png") as icon:
                assert icon.size == (side, side)
        left, top, right, bottom = Image.open(folder / "png" / "512" / f"{name}.png").getbbox()
        assert max(right - left, bottom - top) == pytest.approx(512 * 0.8, abs=8)
    assert json.loads((folder / "sprite.json").read_text()).keys() == {"head", "discs"}
    assert '<symbol id="discs"' in (folder / "sprite.svg").read_text()


def test_tiles_and_sheets(head, tmp_path):
    (tiled,) = pinxit.save_pictures(head, "tile", tmp_path, repeat="3x2")
    values = np.asarray(open_picture(tiled))
    assert values.shape == (192, 288, 4)
    assert (values[:96, :96] == values[96:, 192:]).all()
    (sheet,) = pinxit.save_pictures([head, head], "sheet", tmp_path)
    assert open_picture(sheet).width > open_picture(sheet).height > 96


def test_names_are_never_written_over(head, tmp_path):
    first = pinxit.save_pictures(head, "png", tmp_path)[0]
    assert pinxit.save_pictures(head, "png", tmp_path)[0] == first
    assert pinxit.save_pictures(head, "png", tmp_path, width_mm=10)[0].name == "head-2.png"


def test_what_cannot_be_saved_is_told(head, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"<html>")
    (tmp_path / "empty").mkdir()
    for pictures, kind, settings, problem in (
        (tmp_path / "none.png", "svg", {}, "There is no picture"), (tmp_path / "empty", "svg", {}, "no picture in the folder"),
        (tmp_path / "broken.png", "png", {}, "cannot be taken away"), (head, "jpeg2000", {}, "cannot be saved as"),
        (head, "svg", {"palette": "rouge"}, "no colour"), (head, "tile", {"repeat": "0x3"}, "how often"),
        (head, "png", {"times": 9}, "times"), (head, "png", {"time": 2}, "Did you mean 'times'"),
    ):  # fmt: skip
        with pytest.raises((UsageError, DataError), match=problem):
            pinxit.save_pictures(pictures, kind, tmp_path / "out", **settings)
    with pytest.raises(UsageError, match="Give a folder"):
        pinxit.save_pictures([head, head], "svg", tmp_path / "one.svg")
