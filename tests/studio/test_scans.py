"""Scans become a set of drawings, page by page; what they were made of stays as it was."""

import io

import pytest
from PIL import Image, ImageDraw


@pytest.fixture
def scans(own):
    """Two pages with three drawings, an empty one, and one that cannot be read."""
    key = own.ask("/api/pictures", {"name": "sketchbook"}).json["id"]
    for name, corners in {"cats/two.png": [20, 140], "dogs/one.png": [80], "dogs/empty.png": []}.items():
        page = Image.new("RGB", (240, 160), (236, 230, 214))
        for left in corners:
            ImageDraw.Draw(page).ellipse((left, 30, left + 60, 110), fill=(180, 30, 40), outline=(20, 20, 20), width=4)
        stream = io.BytesIO()
        page.save(stream, "PNG")
        own.ask(f"/api/pictures/{key}/file?name={name}", method="PUT", content=stream.getvalue())
    own.ask(f"/api/pictures/{key}", {"licence": "mine"}, method="PATCH")
    own.ask(f"/api/pictures/{key}/look", method="POST")
    own.wait(f"/api/pictures/{key}", lambda told: told["state"] == "ready")
    return key


def test_scans_become_a_set_of_their_own(own, scans):
    zipped = own.studio.sets.folder(scans) / "pictures.zip"
    before = zipped.read_bytes()
    own.ask(f"/api/pictures/{scans}/edit", {"items": [0], "caption": "a cat twice"})
    made = own.ask(f"/api/pictures/{scans}/prepare", {"paper": "alpha"})
    assert (made.status, made.json["state"], made.json["prepared"]) == (202, "preparing", True)
    told = own.wait(f"/api/pictures/{made.json['id']}", lambda told: told["state"] not in ("preparing", "looking"))
    assert (told["state"], told["found"], told["licence"]) == ("ready", 3, "mine")
    pages = told["prepared"]["pages"]
    assert [(page["name"], len(page["drawings"]), page["reason"]) for page in pages] == [
        ("cats/two.png", 2, ""), ("dogs/empty.png", 0, "nothing but paper"), ("dogs/one.png", 1, ""),
    ]  # fmt: skip
    items = {item["name"]: item for item in told["items"]}
    assert set(items) == {name for page in pages for name in page["drawings"]}
    assert sorted(str(item["labels"]) + str(item["caption"]) for item in items.values()) == [
        "{'folder': 'cats'}a cat twice", "{'folder': 'cats'}a cat twice", "{'folder': 'dogs'}None",
    ]  # fmt: skip
    for part, mode in ((0, "RGB"), (2, "RGBA")):
        thumb = own.ask(f"/api/pictures/{told['id']}/pages/0/{part}")
        assert Image.open(io.BytesIO(thumb.content)).mode == mode
    assert own.ask(f"/api/pictures/{told['id']}/pages/0/3").status == 404
    assert zipped.read_bytes() == before
    assert own.ask(f"/api/pictures/{told['id']}/prepare", {}).status == 409
    assert own.ask(f"/api/pictures/{told['id']}/file?name=x.png", method="PUT", content=b"x").status == 409
    assert own.ask(f"/api/pictures/{scans}", method="DELETE").status == 204
    assert own.ask(f"/api/pictures/{told['id']}").json["prepared"]["of"] is None


def test_what_gives_no_drawing_says_so(own, scans):
    own.ask(f"/api/pictures/{scans}/edit", {"items": [0, 2], "dropped": True})
    made = own.ask(f"/api/pictures/{scans}/prepare", {}).json["id"]
    told = own.wait(f"/api/pictures/{made}", lambda told: told["state"] != "preparing")
    assert told["state"] == "bad"
    assert "No drawing was found" in told["message"]
    assert own.ask(f"/api/pictures/{scans}/prepare", {"margin": 2}).status == 422
    assert own.ask(f"/api/pictures/{made}", method="DELETE").status == 204
