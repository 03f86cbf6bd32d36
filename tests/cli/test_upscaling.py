"""`pinxit upscale`."""

from pathlib import Path

from PIL import Image

from pinxit.cli.commands import main
from pinxit.images.files import open_picture


def test_one_picture_and_a_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    Image.new("RGB", (10, 6), "green").save("in/leaf.png")
    assert main(["upscale", "in/leaf.png"]) == 0
    assert "leaf-4x.png  40x24" in capsys.readouterr().out
    assert main(["upscale", "in", "--times", "2", "--out", "large"]) == 0
    assert "1 picture in large" in capsys.readouterr().out
    assert open_picture(Path("large/leaf-2x.png")).size == (20, 12)


def test_what_it_cannot_is_one_paragraph(tmp_path, capsys):
    Image.new("RGB", (10, 6)).save(tmp_path / "a.png")
    assert main(["upscale", str(tmp_path / "a.png"), "--times", "3"]) == 2
    assert "2 or 4 times; 3 came" in capsys.readouterr().err
    assert main(["upscale", str(tmp_path / "none.png")]) == 1
    assert "cannot be enlarged" in capsys.readouterr().err
