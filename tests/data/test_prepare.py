"""A folder of scans becomes a folder of drawings."""

import pytest
from PIL import Image, ImageDraw

import pinxit
from pinxit.cli.commands import main
from pinxit.errors import DataError
from pinxit.images.files import open_picture


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "scans"
    place.mkdir()
    for name, corners in {"two.png": [(20, 20), (140, 30)], "one.png": [(60, 60)], "empty.png": []}.items():
        page = Image.new("RGB", (240, 160), (236, 230, 214))
        for left, top in corners:
            ImageDraw.Draw(page).ellipse(
                (left, top, left + 60, top + 80), fill=(180, 30, 40), outline=(20, 20, 20), width=4
            )
        page.save(place / name)
    (place / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"no picture")
    return place


def test_originals_stay_and_everything_is_accounted_for(folder, tmp_path, capsys):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    out = tmp_path / "drawings"
    assert main(["data", "prepare", str(folder), "--out", str(out), "--paper", "alpha"]) == 0
    said = capsys.readouterr().out
    assert "3 drawings from 2 pages" in said
    assert "empty.png (nothing but paper)" in said
    assert "broken.png" in said
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert sorted(path.name for path in out.iterdir()) == ["0003-one.png", "0004-two-1.png", "0004-two-2.png"]
    assert all(open_picture(path).mode == "RGBA" for path in out.iterdir())
    assert (tmp_path / "drawings-before-and-after.png").exists()
    with pytest.raises(DataError, match="is not empty"):
        pinxit.prepare_data(folder, out)


def test_nothing_found_is_said(tmp_path):
    place = tmp_path / "blank"
    place.mkdir()
    Image.new("RGB", (50, 50), "white").save(place / "a.png")
    with pytest.raises(DataError, match="No drawing was found"):
        pinxit.prepare_data(place, tmp_path / "out")
