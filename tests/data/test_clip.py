"""A short clip becomes a sequence of pictures with their times."""

import numpy as np
import pytest
from PIL import Image

from pinxit.data import clip
from pinxit.data.catalog import resolve
from pinxit.errors import DataError


def write_clip(path, frames=5):
    pictures = [Image.new("RGB", (24, 16), (40 * number, 0, 250 - 40 * number)) for number in range(frames)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=80, lossless=True)
    return path


@pytest.mark.parametrize("name", ["clip.gif", "clip.png", "clip.webp"])
def test_frames_become_pictures_that_know_their_time(name, tmp_path):
    source = resolve(write_clip(tmp_path / name))
    assert [float(picture.labels["time"]) for picture in source] == [0.0, 0.25, 0.5, 0.75, 1.0]
    for number, picture in enumerate(source):
        shown = picture.load()
        assert shown.size == (24, 16)
        assert np.abs(np.asarray(shown).astype(int) - (40 * number, 0, 250 - 40 * number)).max() <= 3
    assert len({picture.stamp for picture in source}) == 5


def test_too_long_broken_and_still_pictures_are_told(tmp_path, monkeypatch):
    path = write_clip(tmp_path / "clip.gif")
    monkeypatch.setattr(clip, "MOST_FRAMES", 4)
    with pytest.raises(DataError, match="5 frames of 24x16; at most 4 frames"):
        resolve(path)
    broken = tmp_path / "broken.gif"
    broken.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DataError, match=r"broken\.gif"):
        resolve(broken)
    still = tmp_path / "still.png"
    Image.new("RGB", (8, 8)).save(still)
    with pytest.raises(DataError, match=r"still\.png"):
        resolve(still)
