"""What comes in by mistake or malice: one clear paragraph each, and nothing is written."""

import struct
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

import pinxit
from pinxit.cli.commands import main
from pinxit.errors import MissingExtra, PictureError


def photo(width=48, height=32):
    return Image.fromarray(np.random.RandomState(0).randint(0, 255, (height, width, 3), np.uint8))


def huge(path, side=40_000):
    """A PNG of a few bytes that says it is larger than any memory."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    lines = zlib.compress(b"\0" * 100)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b""))
    return path


@pytest.mark.parametrize("verb", ["style", "texture"])
def test_a_picture_larger_than_memory(verb, tmp_path, capsys):
    photo().save(tmp_path / "photo.png")
    bomb, out = str(huge(tmp_path / "bomb.png")), tmp_path / "made"
    words = [verb, str(tmp_path / "photo.png"), bomb] if verb == "style" else [verb, bomb]
    assert main([*words, "--size", "32", "--steps", "1", "--out", str(out)]) == 1
    told = capsys.readouterr().err
    assert "bomb.png cannot be used" in told
    assert "40,000" in told or "40000" in told
    assert "Traceback" not in told
    assert not list(out.glob("*"))


def test_an_rgba_painting_of_which_nothing_can_be_seen_is_white_paper():
    clear = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    made = pinxit.style(photo(), clear, size=32, steps=1, scales=1, precision="float32")
    assert made.image.mode == "RGB"
    assert np.isfinite(made.recipe["loss"])


def test_sizes_that_cannot_be(tmp_path):
    with pytest.raises(PictureError, match="1x1 pixels: too small"):
        pinxit.texture(Image.new("RGB", (1, 1)))
    with pytest.raises(PictureError, match=r"sample .*none\.png cannot be used: there is no such file"):
        pinxit.texture(tmp_path / "none.png")


def test_films_need_their_extra(model, tmp_path, monkeypatch):
    (tmp_path / "clip.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtra, match=r"pinxit\[video\]"):
        pinxit.restyle_film(tmp_path / "clip.mp4", model, tmp_path / "out.mp4", "wave")
    assert not (tmp_path / "out.mp4").exists()
