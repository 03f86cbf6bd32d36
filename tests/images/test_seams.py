"""Seams: a painted piece takes on the colours round it, shapes stay, and only the hole changes."""

import numpy as np
from PIL import Image, ImageDraw

from pinxit.images.seams import blended, even_fill, matched, spread


def hole(size, box):
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).rectangle(box, 255)
    return mask


def test_a_slope_goes_on_through_a_hole():
    slope = np.linspace(0, 200, 61, dtype=np.float32)[None, :, None].repeat(45, axis=0)
    weights = np.full((45, 61), 1e3, np.float32)
    weights[15:30, 20:40] = 0
    assert np.abs(spread(slope, weights) - slope).max() < 2
    holes = weights == 0
    filled = even_fill(np.where(holes[..., None], 77, slope).astype(np.uint8), holes)
    assert np.abs(filled[..., 0].astype(int) - slope[..., 0]).max() <= 3
    assert (filled[~holes] == slope.astype(np.uint8)[~holes]).all()


def test_nothing_known_is_no_accident():
    assert np.isfinite(spread(np.zeros((9, 7, 3), np.float32), np.zeros((9, 7), np.float32))).all()


def test_the_seam_lies_outside_the_hole():
    holes = hole((128, 128), (40, 40, 80, 80))
    done = np.asarray(blended(Image.new("L", (128, 128), 0), Image.new("L", (128, 128), 200), holes))
    assert (done[np.asarray(holes) > 0] == 200).all()
    assert done[60, 36] > 0
    assert done[60, 30] == 0


def face(skin, lines=(20, 20, 20)):
    picture = Image.new("RGBA", (96, 96))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((16, 10, 80, 86), (*skin, 255), (*lines, 255), 2)
    pen.line((36, 60, 60, 60), (*lines, 255), 3)
    return picture


def test_a_piece_in_other_colours_takes_on_those_round_it():
    there, painted = face((230, 180, 150)), face((200, 190, 180))
    holes = hole((96, 96), (48, 0, 95, 95))
    inside = np.zeros((96, 96), bool)
    inside[30:55, 52:70] = True
    wanted, before, after = (
        np.asarray(one)[inside].astype(int) for one in (there, painted, matched(there, painted, holes))
    )
    assert np.abs(before - wanted).max() == 30
    assert np.abs(after - wanted).max() <= 6
    assert (np.asarray(matched(there, painted, holes))[..., 3] == np.asarray(painted)[..., 3]).all()


def test_an_outline_that_does_not_go_on_leaves_no_smear():
    there, painted = face((230, 180, 150)), face((230, 180, 150))
    ImageDraw.Draw(there).line((20, 40, 47, 40), (0, 0, 0, 255), 3)  # ends at the hole
    holes = hole((96, 96), (48, 0, 95, 95))
    after = np.asarray(matched(there, painted, holes).convert("RGB")).astype(int)
    assert np.abs(after - np.asarray(painted.convert("RGB")))[30:50, 50:70].max() <= 8


def test_where_all_is_clear_round_a_hole_nothing_changes():
    clear = Image.new("RGBA", (40, 40))
    painted = Image.new("RGBA", (40, 40), (10, 200, 30, 255))
    assert matched(clear, painted, hole((40, 40), (10, 10, 20, 20))).tobytes() == painted.tobytes()


def test_large_and_grey_pictures_keep_their_kind():
    there, painted = Image.new("L", (500, 300), 100), Image.new("L", (500, 300), 140)
    done = matched(there, painted, hole((500, 300), (200, 100, 300, 200)))
    assert (done.size, done.mode) == ((500, 300), "L")
    assert abs(int(np.asarray(done)[150, 250]) - 100) <= 2
