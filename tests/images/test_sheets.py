"""Contact sheets: every picture in its cell, transparent places on a light ground."""

import numpy as np
from PIL import Image

from pinxit.images.sheets import contact_sheet


def test_a_sheet_of_transparent_pictures_is_light_where_nothing_is_painted():
    pictures = np.zeros((7, 24, 32, 4), np.uint8)
    pictures[:, 8:16, 8:24] = (255, 0, 0, 255)
    sheet = np.asarray(contact_sheet(pictures, columns=3, gap=2))
    assert sheet.shape == (2 + 3 * 26, 2 + 3 * 34, 3)
    assert sheet[2, 2].min() > 200
    assert tuple(sheet[2 + 12, 2 + 16]) == (255, 0, 0)


def test_grey_mixed_and_captioned():
    assert contact_sheet(np.zeros((4, 8, 8, 1), np.uint8)).size == (22, 22)
    mixed = [Image.new("RGB", (40, 20), "blue"), Image.new("LA", (10, 30))]
    sheet = contact_sheet(
        mixed, columns=2, captions=["one", "a caption much too long for its cell"], background="white"
    )
    assert sheet.size == (2 + 2 * 42, 2 + 30 + 14 + 2)


def test_a_transparent_sheet_keeps_alpha():
    sheet = contact_sheet(np.zeros((1, 8, 8, 4), np.uint8), background=None)
    assert sheet.mode == "RGBA"
    assert sheet.getpixel((4, 4)) == (0, 0, 0, 0)
