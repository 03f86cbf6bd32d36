"""Pages of drawings: turned straight, split, trimmed, without their paper."""

import numpy as np
import pytest
from PIL import Image

from pinxit.data.catalog import resolve
from pinxit.images import scans

PLACES = [(60, 60), (330, 70), (50, 430), (340, 440)]


@pytest.fixture(scope="module")
def heads():
    return [picture.load().resize((192, 192)) for picture in resolve("peeps").pictures[10:14]]


def page(heads, angle=0.0, size=(600, 720), noise=3.0):
    """Drawings on warm paper that is darker on one side, turned by `angle` degrees."""
    rows, columns = np.mgrid[0 : size[1], 0 : size[0]]
    shade = 1 - 0.2 * columns / size[0] - 0.1 * rows / size[1]
    paper = shade[..., None] * (240, 232, 215) + noise * np.random.RandomState(0).standard_normal((*shade.shape, 1))
    drawn = Image.new("RGBA", size)
    for head, place in zip(heads, PLACES, strict=False):
        drawn.alpha_composite(head, place)
    drawn = drawn.rotate(angle, Image.Resampling.BICUBIC)
    whole = Image.fromarray(paper.clip(0, 255).astype(np.uint8))
    whole.paste(drawn, (0, 0), drawn)
    return whole


def test_drawings_are_split_in_reading_order_and_trimmed(heads):
    found, turned = scans.prepare(page(heads), margin=0.0)
    assert turned == 0.0
    assert len(found) == 4
    for drawing, head in zip(found, heads, strict=True):
        left, top, right, bottom = head.getbbox()
        assert abs(drawing.width - (right - left)) <= 8
        assert abs(drawing.height - (bottom - top)) <= 8
        shown = np.asarray(drawing.resize((48, 48)), float)
        wanted = Image.new("RGB", (right - left, bottom - top), "white")
        wanted.paste(head.crop((left, top, right, bottom)), (0, 0), head.crop((left, top, right, bottom)))
        assert np.abs(shown - np.asarray(wanted.resize((48, 48)), float)).mean() < 40


@pytest.mark.parametrize("angle", [-6.0, 2.5])
def test_a_page_askew_is_turned_straight(heads, angle):
    found, turned = scans.prepare(page(heads, angle))
    assert turned == pytest.approx(-angle, abs=0.6)
    assert len(found) == 4


def test_paper_becomes_even_white_or_clear(heads):
    scan = page(heads[:1])
    before = np.asarray(scan, float)[400:, :]
    assert before.std(axis=(0, 1)).max() > 5
    (white,), _ = scans.prepare(scan, trim=False)
    assert np.asarray(white)[400:, :].min() > 240
    (clear,), _ = scans.prepare(scan, trim=False, paper="alpha")
    assert clear.mode == "RGBA"
    alpha = np.asarray(clear)[..., 3]
    assert alpha[400:].max() < 64
    assert alpha[400:].mean() < 1
    solid = np.asarray(heads[0])[..., 3] == 255
    ink = solid & (np.asarray(heads[0].convert("L")) < 60)
    left, top = PLACES[0]
    assert alpha[top : top + 192, left : left + 192][ink].mean() > 250
    (kept,), _ = scans.prepare(scan, trim=False, paper="keep")
    assert np.array_equal(np.asarray(kept), np.asarray(scan))


def test_transparent_pictures_are_trimmed_by_their_alpha(heads):
    lonely = Image.new("RGBA", (400, 400))
    lonely.alpha_composite(heads[0], (100, 150))
    (found,), turned = scans.prepare(lonely, margin=0.0)
    assert turned == 0.0
    assert found.mode == "RGBA"
    assert abs(found.width - (heads[0].getbbox()[2] - heads[0].getbbox()[0])) <= 4


@pytest.mark.parametrize("colour", [(255, 255, 255), (90, 80, 70), (0, 0, 0)])
def test_an_empty_page_gives_nothing(colour):
    assert scans.prepare(Image.new("RGB", (300, 200), colour)) == ([], 0.0)


def test_chalk_on_a_blackboard_is_found_and_kept_white():
    board = Image.new("RGB", (300, 200), (30, 40, 35))
    board.paste((235, 235, 230), (100, 60, 180, 130))
    (found,), _ = scans.prepare(board, paper="alpha", margin=0.0)
    assert abs(found.width - 80) <= 2
    assert np.asarray(found)[20:50, 20:60].min() > 225
    (white,), _ = scans.prepare(board, paper="white", trim=False)
    assert np.array_equal(np.asarray(white), np.asarray(board))


def test_a_dot_in_a_ring_is_one_drawing_and_dust_is_none():
    ink = np.zeros((200, 200), bool)
    ink[20:180, 20:24] = ink[20:180, 176:180] = ink[20:24, 20:180] = ink[176:180, 20:180] = True
    ink[95:105, 95:105] = True
    ink[190:192, 190:192] = True
    assert scans.drawings(ink) == [scans.Box(20, 20, 180, 180)]
