"""Pictures that come in singly, and what is painted from them in processes of their own."""

import io
import struct
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image
from tests.studio.conftest import open_studio

from pinxit import api
from pinxit.errors import UsageError


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """One for all of these."""
    yield from open_studio(tmp_path_factory.mktemp("home"))


def picture(side=48, seed=0, mode="RGB"):
    stream = io.BytesIO()
    pixels = np.random.RandomState(seed).randint(0, 255, (side, side, len(mode)), np.uint8)
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def upload(studio, content):
    return studio.ask("/api/uploads", method="PUT", content=content)


def test_what_comes_in_is_made_anew_and_what_is_no_picture_is_told(studio):
    told = upload(studio, picture(60, mode="RGBA")).json
    assert (told["width"], told["height"]) == (60, 60)
    served = studio.ask(f"/api/uploads/{told['id']}")
    assert served.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(served.content)).size == (60, 60)
    for content in (b"<html>", b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, picture()[:200]):
        answer = upload(studio, content)
        assert answer.status == 422
        assert "cannot be used" in answer.json["problem"]
    assert studio.ask("/api/uploads/nobody").status == 404
    assert [file.suffix for file in studio.studio.uploads.folder.iterdir()] == [".png"]


def giant() -> bytes:
    """The header of a PNG of 50,000 x 50,000 pixels of one bit, and no more."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:l="http://www.w3.org/1999/xlink" width="9" height="9">%s</svg>'


@pytest.mark.parametrize(
    "content",
    [giant(), b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", b"%PDF-1.7\n", b"8BPS\0\1" + b"\0" * 99,
     b"DDS |\0\0\0" + b"\0" * 200, b"SIMPLE  =                    T" + b" " * 3000, b"#EXTM3U\nhttp://169.254.169.254/\n",
     b"ffconcat version 1.0\nfile /etc/passwd\n", SVG % b"<script>alert(1)</script>", SVG % b'<rect onload="x()"/>',
     SVG % b'<image l:href="file:///etc/passwd"/>', SVG % b'<image l:href="http://127.0.0.1:1/"/>',
     b'<!DOCTYPE svg [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><svg>&b;</svg>'],
    ids=["giant", "eps", "pdf", "psd", "dds", "fits", "hls", "concat", "script", "onload", "file", "http", "entities"],
)  # fmt: skip
def test_what_is_no_harmless_picture_comes_no_further(studio, content):
    before = sorted(studio.studio.uploads.folder.glob("*"))
    for path in ("/api/uploads", "/api/recipe"):
        answer = studio.ask(path, method="PUT", content=content)
        assert answer.status == 422, answer.content
        assert "/" not in answer.json["problem"].replace("http://", "")
    assert sorted(studio.studio.uploads.folder.glob("*")) == before


def over(studio, key):
    return studio.wait(f"/api/works/{key}", lambda told: told["state"] not in ("painting", "ending"), 150)


def test_a_texture_is_grown_and_kept(studio):
    sample = upload(studio, picture()).json["id"]
    how = {"size": 64, "scales": 1, "steps": 2, "seamless": True}
    key = studio.ask("/api/works", {"kind": "texture", "picture": sample, "settings": how}).json["id"]
    told = over(studio, key)
    assert (told["state"], told["results"]) == ("done", 1), told
    kept = studio.ask(f"/api/works/{key}/keep", {}).json
    assert (kept["width"], kept["height"], kept["wish"], kept["model_name"]) == (64, 64, None, "texture")
    assert studio.ask(f"/api/kept/{kept['id']}/file").content == studio.ask(f"/api/works/{key}/results/0").content
    assert studio.ask(f"/api/works/{key}/point", method="POST").status == 409


def test_an_own_picture_becomes_a_point(studio):
    face = upload(studio, api.make("peeps", [12])[0].to_png()).json["id"]
    wanted = {"kind": "project", "picture": face, "model": "peeps", "settings": {"samples": 16, "steps": 4}}
    key = studio.ask("/api/works", wanted).json["id"]
    told = over(studio, key)
    assert told["state"] == "done", told
    point = studio.ask(f"/api/works/{key}/point", method="POST").json
    painted = studio.ask("/api/models/peeps/paint", {"wish": point["wish"]})
    made = studio.ask(f"/api/works/{key}/results/0")
    assert (
        np.abs(np.asarray(Image.open(io.BytesIO(painted.content)), int) - Image.open(io.BytesIO(made.content))).max()
        <= 1
    )


def test_a_hole_is_painted_anew(studio):
    mask = Image.new("L", (96, 96))
    mask.paste(255, (40, 40, 60, 60))
    stream = io.BytesIO()
    mask.save(stream, "PNG")
    head = api.make("peeps", [12])[0].to_png()
    named = {"picture": upload(studio, head).json["id"], "mask": upload(studio, stream.getvalue()).json["id"]}
    how = {"count": 2, "samples": 16, "steps": 4}
    key = studio.ask("/api/works", {"kind": "complete", **named, "model": "peeps", "settings": how}).json["id"]
    told = over(studio, key)
    assert (told["state"], told["results"]) == ("done", 2), told
    made = Image.open(io.BytesIO(studio.ask(f"/api/works/{key}/results/1").content))
    ours = Image.open(io.BytesIO(head))
    apart = np.asarray(made.convert("RGBa"), int) - np.asarray(ours.convert("RGBa"), int)
    assert np.abs(apart[80:]).max() <= 3
    assert np.abs(apart[40:60, 40:60]).max() > 3


@pytest.mark.parametrize(
    ("change", "words"),
    [({"settings": {"size": 9000}}, "2048"), ({"settings": {"out": 1}}, "no setting"),
     ({"settings": {"steps": "--out=/x"}}, ""), ({"kind": "style"}, "manner"), ({"path": "/etc"}, ""),
     ({"kind": "complete", "model": "peeps"}, "mask"), ({"kind": "film", "model": "peeps"}, "wishes"),
     ({"kind": "film", "model": "peeps", "wishes": [{"mix": [[1, 1]]}]}, "two"),
     ({"kind": "film", "model": "peeps", "wishes": [{"mix": [[1, 1]]}] * 2, "settings": {"kind": "exe"}}, "gif"),
     ({"kind": "film", "model": "peeps", "wishes": [{"mix": [[1, 1]]}] * 2, "settings": {"seconds": 900}}, "up to"),
     ({"kind": "drag", "model": "peeps", "wishes": [{"mix": [[1, 1]]}]}, "moves"),
     ({"kind": "export", "model": "peeps", "settings": {"to": "exe"}}, "onnx"), ({"kind": "card"}, "model")],
)  # fmt: skip
def test_a_work_that_makes_no_sense_is_refused(studio, change, words):
    sample = upload(studio, picture()).json["id"]
    answer = studio.ask("/api/works", {"kind": "texture", "picture": sample, **change})
    assert answer.status == 422
    assert words in answer.json["problem"]


def test_a_training_names_paintings_by_id_and_no_file(studio):
    painting = upload(studio, picture()).json["id"]
    uploads = studio.studio.uploads
    assert uploads.in_settings({"style": [painting], "size": "64"})["style"] == [str(uploads.find(painting))]
    assert uploads.in_settings({"size": "64"}) == {"size": "64"}
    for settings in (
        {"style": ["/etc/passwd"]},
        {"style": "/etc/passwd"},
        {"style": [1]},
        {"features": "x"},
        {"style": ["gone"]},
    ):
        with pytest.raises(UsageError):
            uploads.in_settings(settings)


def test_what_cannot_be_painted_says_why(studio):
    own, mask = upload(studio, picture()).json["id"], upload(studio, picture(40, seed=1)).json["id"]
    key = studio.ask("/api/works", {"kind": "complete", "picture": own, "mask": mask, "model": "peeps"}).json["id"]
    told = over(studio, key)
    assert told["state"] == "failed"
    assert "Both must be alike" in told["message"]


def drawn(mode: str, colour, side=96) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, (side, side), colour).save(stream, "PNG")
    return stream.getvalue()


def test_masks_of_every_kind_are_defined(studio):
    """Painted on transparency is as good as white on black; nothing, all, or too much of a mask is told."""
    own = upload(studio, api.make("peeps", [12])[0].to_png()).json["id"]
    stroke = Image.new("RGBA", (96, 96))
    stroke.paste((200, 30, 30, 255), (40, 40, 60, 60))
    stream = io.BytesIO()
    stroke.save(stream, "PNG")
    how = {"count": 1, "samples": 16, "steps": 4}
    for content, words in (
        (stream.getvalue(), None), (drawn("L", 0), "is black"), (drawn("L", 255), "white all over"),
        (drawn("RGBA", 0), "is black"), (drawn("1", 1), "white all over"), (drawn("L", 255, 95), "must be alike"),
        (drawn("L", 255, 2048), "must be alike"),
    ):  # fmt: skip
        mask = upload(studio, content).json["id"]
        wanted = {"kind": "complete", "picture": own, "mask": mask, "model": "peeps", "settings": how}
        told = over(studio, studio.ask("/api/works", wanted).json["id"])
        assert told["state"] == ("failed" if words else "done"), told
        assert (words or "") in told["message"]
    url = "data:image/png;base64," + "A" * 900_000
    assert studio.ask("/api/works", {"kind": "complete", "picture": own, "mask": url, "model": "peeps"}).status == 422
    assert upload(studio, url.encode()).status == 422


def made(studio, wanted):
    key = studio.ask("/api/works", wanted).json["id"]
    told = over(studio, key)
    assert (told["state"], told["results"]) == ("done", 1), told
    return told, studio.ask(f"/api/works/{key}/results/0")


def test_a_film_goes_through_pictures_and_back(studio):
    wishes = [{"mix": [[1, 1]]}, {"mix": [[5, 0.5], [9, 0.5]]}, {"mix": [[3, 1]], "truncation": 0.5}]
    how = {"kind": "apng", "seconds": 1, "fps": 6, "way": "spline", "easing": "smooth", "loop": True}
    told, film = made(studio, {"kind": "film", "model": "peeps", "wishes": wishes, "settings": how})
    assert film.headers["content-type"] == "image/apng"
    assert told["files"] == [{"name": "film.apng", "bytes": len(film.content)}]
    with Image.open(io.BytesIO(film.content)) as moving:
        assert moving.n_frames == 6
        first = np.asarray(moving.convert("RGBA"), int)
    assert np.abs(first - np.asarray(api.make("peeps", [1])[0].image)).max() <= 1
    kept = studio.ask(f"/api/works/{told['id']}/keep", {}).json
    assert (kept["film"]["kind"], kept["recipe"]["walk"]["keys"]) == ("apng", 3)
    assert [one["mix"] for one in kept["film"]["wishes"]] == [one["mix"] for one in wishes]
    assert kept["film"]["settings"] == how
    there = studio.ask(f"/api/kept/{kept['id']}/film")
    assert (there.headers["content-type"], there.content) == ("image/apng", film.content)
    poster = studio.ask(f"/api/kept/{kept['id']}/file").content
    assert Image.open(io.BytesIO(poster)).tobytes() == api.make("peeps", [1])[0].image.tobytes()
    still = studio.ask("/api/kept", {"model": "peeps", "wish": wishes[0]}).json["id"]
    assert studio.ask(f"/api/kept/{still}/film").status == 404
    archive = studio.ask("/api/kept/export", {"ids": [kept["id"], still], "kind": "webp"}).content
    assert sorted(name.rpartition(".")[2] for name in zipfile.ZipFile(io.BytesIO(archive)).namelist()) == [
        "apng",
        "webp",
    ]
    assert studio.ask("/api/kept/export", {"ids": [kept["id"]]}).content == film.content
    studio.ask("/api/kept/bin", {"ids": [kept["id"]], "binned": True})
    studio.ask("/api/kept/delete", {"ids": [kept["id"]]})
    assert [file.stem for file in studio.studio.home.kept.iterdir() if file.stem == kept["id"]] == []


def test_a_pulled_picture_becomes_a_point(studio):
    moves = [[[30, 40], [34, 40]], [[60, 40], [60, 44]]]
    wanted = {
        "kind": "drag",
        "model": "peeps",
        "wishes": [{"mix": [[12, 1]]}],
        "moves": moves,
        "settings": {"steps": 2},
    }
    told, picture = made(studio, wanted)
    assert "pixels from their targets" in told["message"]
    point = studio.ask(f"/api/works/{told['id']}/point", method="POST").json
    painted = studio.ask("/api/models/peeps/paint", {"wish": point["wish"]}).content
    apart = np.asarray(Image.open(io.BytesIO(painted)), int) - np.asarray(Image.open(io.BytesIO(picture.content)))
    assert np.abs(apart).max() <= 1
    assert studio.ask(f"/api/works/{told['id']}/preview").content[:4] == b"\x89PNG"
    stream = io.BytesIO()
    Image.new("L", (96, 96)).save(stream, "PNG")
    black = upload(studio, stream.getvalue()).json["id"]
    nothing = studio.ask("/api/works", {**wanted, "mask": black}).json
    assert "is black: white says what may move" in over(studio, nothing["id"])["message"]
    outside = studio.ask("/api/works", {**wanted, "moves": [[[30, 40], [400, 40]]]}).json
    assert "outside" in over(studio, outside["id"])["message"]


def test_a_model_is_taken_away_in_other_forms(studio):
    told, onnx = made(studio, {"kind": "export", "model": "peeps"})
    assert told["files"][0]["name"] == "peeps.onnx"
    assert 'filename="peeps.onnx"' in onnx.headers["content-disposition"]
    told, web = made(studio, {"kind": "export", "model": "peeps", "settings": {"to": "web"}})
    assert told["files"][0]["name"] == "peeps.zip"
    assert "peeps/index.html" in zipfile.ZipFile(io.BytesIO(web.content)).namelist()
    _, card = made(studio, {"kind": "card", "model": "peeps"})
    assert card.content.startswith(b"<!DOCTYPE html>")
    assert "attachment" in card.headers["content-disposition"]
    assert studio.ask("/api/models/peeps").json["card"] is False
    assert studio.ask("/api/models/peeps/card").status == 404
