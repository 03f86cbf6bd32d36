"""A file that pinxit saved leads back to how it was made, whatever kind it is of; any other is told why it does not."""

import io
import json

import pytest
from PIL import Image, PngImagePlugin
from tests.studio.conftest import draw_folder

from pinxit import api
from pinxit.studio.recipes import remark


def ask(opened, content: bytes):
    return opened.ask("/api/recipe", method="PUT", content=content)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A short walk of one kind."""
    folder = tmp_path_factory.mktemp("films")

    def made(kind: str, **how) -> bytes:
        how = {"seeds": [1, 5], "seconds": 1, "fps": 4, "loop": True, **how}
        return api.walk("peeps", out=folder / f"{len(list(folder.iterdir()))}.{kind}", **how).read_bytes()

    return made


@pytest.mark.parametrize("kind", ["gif", "apng", "webp", "mp4"])
def test_a_film_leads_to_its_pictures_and_settings(opened, film, kind):
    told = ask(opened, film(kind)).json
    assert (told["model"], told["wish"], told["remark"]) == ("peeps", None, "")
    assert told["film"]["settings"] == {
        "kind": kind, "seconds": 1, "fps": 4, "way": "spherical", "easing": "even", "loop": True
    }  # fmt: skip
    assert told["film"]["alike"] is True
    assert told["recipe"]["walk"]["keys"] == 2
    for wish, seed in zip(told["film"]["wishes"], (1, 5), strict=True):
        painted = opened.ask("/api/models/peeps/paint", {"wish": wish}).content
        assert Image.open(io.BytesIO(painted)).tobytes() == api.make("peeps", [seed])[0].image.tobytes()


def test_a_film_with_times_of_its_own_says_so(opened, film, tmp_path):
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"keys": [{"seed": 1, "hold": 0.5}, {"seed": 2}, {"seed": 3}]}))
    told = ask(opened, film("gif", seeds=None, keyframes=keys, seconds=2)).json["film"]
    assert (len(told["wishes"]), told["alike"]) == (3, False)


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_a_picture_leads_to_itself(opened, kind):
    kept = opened.ask("/api/kept", {"model": "peeps", "wish": {"mix": [[4, 1]]}}).json["id"]
    content = opened.ask("/api/kept/export", {"ids": [kept], "kind": kind}).content
    assert ask(opened, content).json["wish"]["mix"] == [[4, 1]]


def plain(kind: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, kind)
    return stream.getvalue()


def with_recipe(recipe) -> bytes:
    stream, text = io.BytesIO(), PngImagePlugin.PngInfo()
    text.add_itxt("pinxit", json.dumps(recipe))
    Image.new("RGB", (8, 8)).save(stream, "PNG", pnginfo=text)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (plain("GIF"), "carries no pinxit recipe"),
        (plain("WEBP"), "carries no pinxit recipe"),
        (plain("PNG"), "carries no pinxit recipe"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 40, "carries no pinxit recipe"),
        (plain("JPEG"), "This kind of file carries no recipe"),
        (b"\x1aE\xdf\xa3webm", "This kind of file carries no recipe"),
        (b"<html>", "This kind of file carries no recipe"),
        (b"", "This kind of file carries no recipe"),
        (b"GIF89a" + b"\xff" * 60, "cannot be read back"),
        (b"RIFF\xff\xff\xff\xffWEBPVP8X" + b"\xff" * 60, "cannot be read back"),
        (plain("WEBP")[:30], "cannot be read back"),
    ],
)
def test_what_carries_none_is_told_why(opened, content, why):
    answer = ask(opened, content)
    assert answer.status == 422
    assert why in answer.json["problem"]
    assert not list(opened.studio.uploads.folder.glob("*.raw"))


@pytest.mark.parametrize(
    "walk",
    [None, [], "x", {}, {"keys": []}, {"keys": [1]}, {"keys": [{"latents": "AAAA"}, {"seed": 1}], "seconds": ["x", None]},
     {"keys": [{"seed": 1}], "seconds": [1e308, 1e308], "holds": [], "easings": ["even"], "way": "x", "loop": True},
     {"keys": [{"seed": 1}] * 100, "seconds": [], "holds": []}],
)  # fmt: skip
def test_a_damaged_film_is_told(opened, walk):
    sha256 = opened.ask("/api/models/peeps").json["sha256"]
    answer = ask(opened, with_recipe({"model": sha256, "fps": 4, "walk": walk}))
    assert answer.status == 422
    assert "film" in answer.json["problem"]


def test_what_was_made_of_another_file_names_it(opened, tmp_path):
    source = next(draw_folder(tmp_path / "discs", 1, 64).iterdir())
    api.texture(source, size=64).save(tmp_path / "made.png")
    told = ask(opened, (tmp_path / "made.png").read_bytes()).json
    assert (told["model"], told["wish"], told["film"]) == (None, None, None)
    assert "000.png" in told["remark"]
    assert "not here" in remark({"model": "x"}, None)
    assert "sheet" in remark({"model": "x", "seeds": [1]}, "peeps")
    assert "\u202e" not in remark({"source": {"name": "\u202egnp.exe"}}, None)
