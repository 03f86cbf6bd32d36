"""Heights, normals and seams of simple surfaces."""

import numpy as np
from PIL import Image

from pinxit.images.recolour import recolour, with_luminance
from pinxit.images.relief import height_of, normals_of, seams_of


def test_bright_is_high():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None], 16, axis=0)
    height = height_of(Image.fromarray(ramp))
    assert height[0, 0] == 0
    assert height[0, -1] == 255
    assert height_of(Image.new("RGB", (8, 8), "grey")).max() == 0


def test_flat_ground_faces_the_eye_and_slopes_face_away():
    flat = normals_of(np.zeros((8, 8), np.uint8))
    assert (flat == (128, 128, 255)).all()
    rising = np.repeat(np.arange(0, 160, 10, dtype=np.uint8)[None], 16, axis=0)
    assert normals_of(rising, seamless=False)[8, 8, 0] < 128  # it rises to the right, so it faces left
    sinking = rising.T  # brighter, so higher, further down: it faces up
    assert normals_of(sinking, seamless=False)[8, 8, 1] > 128
    assert normals_of(sinking, seamless=False, green="directx")[8, 8, 1] < 128


def test_a_seam_is_seen():
    columns = np.arange(64)
    wave = np.repeat((np.sin(columns / 64 * 2 * np.pi * 3) * 100 + 128)[None], 64, axis=0).astype(np.uint8)
    ramp = np.repeat((columns * 4)[None], 64, axis=0).astype(np.uint8)
    assert seams_of(Image.fromarray(wave))["x"] <= 1
    assert seams_of(Image.fromarray(ramp))["x"] > 10


def test_colours_are_taken_over():
    chance = np.random.RandomState(0)
    one = Image.fromarray(chance.randint(60, 120, (32, 32, 3), np.uint8))
    other = Image.fromarray((chance.randint(0, 80, (16, 16, 3)) + np.array([100, 20, 0])).astype(np.uint8))
    found, wanted = (np.asarray(picture, float).reshape(-1, 3) for picture in (recolour(one, other), other))
    assert np.abs(found.mean(axis=0) - wanted.mean(axis=0)).max() < 4
    assert recolour(one, Image.new("RGB", (16, 16), "red")).size == (32, 32)
    light = with_luminance(Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "black"))
    assert np.asarray(light.convert("L")).max() < 60
