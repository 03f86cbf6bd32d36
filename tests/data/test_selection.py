"""A selection names pictures that lie elsewhere, and changes nothing of them."""

import json

import pytest
from PIL import Image

from pinxit.data.picture_folder import read_source
from pinxit.errors import DataError


def test_left_out_captioned_and_labelled(tmp_path):
    folder = tmp_path / "tulips"
    folder.mkdir()
    for name in "abc":
        Image.new("RGB", (20, 20), name.encode()[0] * 2).save(folder / f"{name}.png")
    place = tmp_path / "x.selection.json"
    told = {"format": 1, "of": str(folder), "name": "chosen", "left_out": ["b.png"], "captions": {"a.png": "a tulip"},
            "labels": {"c.png": {"colour": "red", "empty": " "}}}  # fmt: skip
    place.write_text(json.dumps(told))
    source = read_source(place)
    assert [picture.name for picture in source] == ["a.png", "c.png"]
    assert source.name == "chosen"
    assert source.pictures[0].caption == "a tulip"
    assert source.pictures[1].labels == {"colour": "red"}
    assert source.fingerprint() != read_source(folder).fingerprint()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"of": 5}', '{"of": "/nowhere", "captions": 3}', '{"of": "y.selection.json"}']
)
def test_nonsense_is_told(tmp_path, text):
    place = tmp_path / "x.selection.json"
    place.write_text(text)
    with pytest.raises(DataError):
        read_source(place)
