"""What the routes do, against the real server and the shipped model."""

import io
import json
import shutil
import stat
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image
from tests.studio.conftest import draw_folder, open_studio

from pinxit import api
from pinxit.runs.model_file import add_to_header

MIX = {"mix": [[3, 0.5], [9, 0.5]]}


def test_models_tell_of_themselves(opened):
    (peeps,) = [one for one in opened.ask("/api/models").json if one["id"] == "peeps"]
    assert (peeps["width"], peeps["height"], peeps["channels"]) == (96, 96, 4)
    told = opened.ask("/api/models/peeps").json
    assert told["sha256"]
    assert told["score_lines"]
    assert told["data"]["licence"].startswith("CC0")
    assert told["rights"][0].startswith("Licence noted for the training pictures: “CC0")
    assert "freely" in told["rights"][1]
    assert told["rights"][-1].startswith("This is no legal advice")
    assert len(told["copies"]) == 1
    manners = opened.ask("/api/models/manners").json
    assert manners["restyles"]
    assert "CC0" in manners["data"]["licence"]
    assert any("CC0" in line for line in manners["rights"])
    assert opened.ask("/api/models/nobody").status == 404
    assert opened.ask("/api/models/peeps/file").content[8:9] == b"{"


def test_a_model_without_notes_says_what_to_ask_and_one_that_copies_warns(tmp_path):
    file = Path(shutil.copy(api.shipped_model("peeps"), tmp_path / "mine.safetensors"))
    scores = api.header_of(file)["scores"]
    add_to_header(file, {"data": {"name": "mine", "count": 300}, "scores": {**scores, "copied": 0.4}})
    for client in open_studio(tmp_path / "home", granted_models=[file]):
        (key,) = [one["id"] for one in client.ask("/api/models").json if one["id"].startswith("file-")]
        told = client.ask(f"/api/models/{key}").json
        assert "ask those who made them before you publish or sell" in told["rights"][0]
        assert "Nobody noted who agreed" in told["rights"][1]
        assert "before you publish any" in told["copies"][1]
        add_to_header(file, {"scores": None})
        assert "Nobody has measured" in client.ask(f"/api/models/{key}").json["copies"][0]


def test_a_picture_is_painted_as_the_library_paints_it(opened, tmp_path):
    answer = opened.ask("/api/models/peeps/paint", {"wish": {"mix": [[7, 1]]}})
    assert answer.headers["content-type"] == "image/png"
    ours = api.make("peeps", [7])[0]
    assert Image.open(io.BytesIO(answer.content)).tobytes() == ours.image.tobytes()
    assert api.recipe_in(answer.content) == ours.recipe


@pytest.mark.parametrize(
    "wish",
    [{"mix": []}, {"mix": [[-1, 1]]}, {"mix": [[2**32, 1]]}, {"mix": [[1, -1]]}, {"mix": [[1.5, 1]]}, {"mix": [["1", 1]]},
     {"mix": [[1, 1]], "truncation": 5}, {"mix": [[1, 1]], "path": "/etc"}, {"mix": [[1, 1]], "labels": {"a": 1}},
     {"mix": [[1, 1]], "labels": {"hair": "long"}}, {"mix": [[1, 1]], "text": "a cat"}, {"mix": [[n, 1] for n in range(33)]}],
)  # fmt: skip
def test_a_wish_that_makes_no_sense_is_told(opened, wish):
    answer = opened.ask("/api/models/peeps/paint", {"wish": wish})
    assert answer.status == 422
    assert len(answer.json["problem"]) > 10


def test_keep_search_note_bin_and_delete(own):
    kept = own.ask(
        "/api/kept", {"model": "peeps", "wish": MIX, "note": "100% <b>fine</b>", "tags": ["hats", "it's"]}
    ).json
    assert kept["recipe"]["origin"] == {"mix": [[3, 0.5], [9, 0.5]]}
    assert kept["tags"] == ["hats", "it's"]
    own.ask("/api/kept", {"model": "peeps", "wish": {"mix": [[1, 1]]}})
    for search, many in (
        ("100%25", 1),
        ("100_", 0),
        ("hats%20fine", 1),
        ("'%20or%201=1", 0),
        ("%22*%22", 0),
        ("peeps", 2),
    ):
        assert own.ask(f"/api/kept?search={search}").json["total"] == many, search
    assert own.ask("/api/kept?tag=it's").json["total"] == 1
    key = kept["id"]
    changed = own.ask(f"/api/kept/{key}", {"note": "x", "albums": ["best"]}, method="PATCH").json
    assert changed["note"] == "x"
    assert changed["tags"] == ["hats", "it's"]
    named = own.ask("/api/names").json
    assert named["albums"] == [{"name": "best", "many": 1}]
    assert [(one["name"], one["many"]) for one in named["models"]] == [("peeps", own.ask("/api/kept").json["total"])]
    assert own.ask(f"/api/kept?model={named['models'][0]['id']}").json["total"] == named["models"][0]["many"]
    assert own.ask("/api/kept/delete", {"ids": [key]}).status == 409
    own.ask("/api/kept/bin", {"ids": [key], "binned": True})
    assert own.ask("/api/kept").json["total"] == 1
    assert own.ask("/api/kept?binned=true").json["total"] == 1
    own.ask("/api/kept/bin", {"ids": [key], "binned": False})
    own.ask("/api/kept/bin", {"ids": [key], "binned": True})
    assert own.ask("/api/kept/delete", {"ids": [key]}).json == {"deleted": 1}
    assert own.ask(f"/api/kept/{key}").status == 404
    assert not (own.studio.home.kept / f"{key}.png").exists()
    assert own.ask("/api/kept/delete", {"ids": [key]}).status == 404


def test_take_pictures_away_and_read_them_back(own):
    ids = [own.ask("/api/kept", {"model": "peeps", "wish": {"mix": [[seed, 1]]}}).json["id"] for seed in (1, 2)]
    one = own.ask("/api/kept/export", {"ids": ids[:1], "settings": {"times": 3}})
    assert one.headers["content-disposition"].endswith('@3x.png"')
    assert Image.open(io.BytesIO(one.content)).size == (288, 288)
    assert (
        Image.open(io.BytesIO(own.ask("/api/kept/export", {"ids": ids[:1], "kind": "webp"}).content)).format == "WEBP"
    )
    both = own.ask("/api/kept/export", {"ids": ids})
    assert len(zipfile.ZipFile(io.BytesIO(both.content)).namelist()) == 2
    told = own.ask("/api/recipe", method="PUT", content=one.content, content_type="image/png").json
    assert told["model"] == "peeps"
    assert told["recipe"]["seed"] == 1
    assert told["recipe"]["enlarged"] == 3
    assert own.ask("/api/recipe", method="PUT", content=b"<html>").status == 422
    assert own.ask("/api/kept/export", {"ids": ids, "kind": "exe"}).status == 422


def send(client, key, name, content):
    return client.ask(f"/api/pictures/{key}/file?name={name}", method="PUT", content=content)


def test_pictures_come_in_are_looked_at_and_edited(own, pictures):
    key = own.ask("/api/pictures", {"name": '<img src=x onerror="x">'}).json["id"]
    files = sorted(pictures.iterdir())
    for file in files:
        assert send(own, key, f"red/{file.name}", file.read_bytes()).status == 201
    for name in ("..%2f..%2fevil.png", "C:%5Cevil.png", "%2Fetc%2Fpasswd.png", "a%00b.png", "%E2%80%AEgnp.png"):
        send(own, key, name, b"<html>not a picture</html>")
    send(own, key, "copy.png", files[0].read_bytes())
    assert own.ask(f"/api/pictures/{key}/received").json[f"red/{files[0].name}"] == files[0].stat().st_size
    own.ask(f"/api/pictures/{key}/look", method="POST")
    told = own.wait(f"/api/pictures/{key}", lambda told: told["state"] != "looking")
    assert told["state"] == "ready", told
    assert told["kept"] == 12
    assert told["found"] == 18
    by_name = {one["name"]: one for one in told["items"]}
    assert "evil.png" in by_name
    assert not by_name["evil.png"]["kept"]
    assert sum(one["dropped"] is not None and one["dropped"][0] == "duplicate" for one in told["items"]) == 1
    n = by_name[f"red/{files[3].name}"]["n"]
    assert own.ask(f"/api/pictures/{key}/thumbs/{n}").headers["content-type"] == "image/webp"
    change = {"items": [n], "dropped": True, "caption": "a disc", "labels": {"colour": "red"}}
    assert own.ask(f"/api/pictures/{key}/edit", change).json["kept"] == 11
    assert own.ask(f"/api/pictures/{key}/edit", {"items": [999], "dropped": True}).status == 404
    assert send(own, key, "late.png", b"x").status == 409
    own.ask(f"/api/pictures/{key}", {"licence": "CC0", "consent": "all"}, method="PATCH")
    assert own.studio.notes_of(key) == {"licence": "CC0", "consent": "all"}
    told = own.ask(f"/api/pictures/{key}", {"settings": {"size": "96x64", "alpha": None}}, method="PATCH").json
    assert told["settings"] == {"size": "96x64"}
    assert own.studio.notes_of(key) == {"size": "96x64", "licence": "CC0", "consent": "all"}
    source = api.check_data(own.studio.source_of(key))
    assert source.usable == 11
    assert not list(own.studio.home.folder.rglob("evil*"))
    assert own.ask(f"/api/pictures/{key}", method="DELETE").status == 204
    assert own.ask(f"/api/pictures/{key}").status == 404


def test_how_pictures_are_brought_to_a_model_is_said_once(own, tmp_path):
    key = own.ask("/api/pictures", {"name": "long"}).json["id"]
    for name, size in (("a.png", (200, 30)), ("b.png", (90, 90)), ("c.png", (90, 60)), ("d.png", (30, 30))):
        Image.effect_noise(size, 60).convert("RGB").save(tmp_path / name)
        send(own, key, name, (tmp_path / name).read_bytes())
    own.ask(f"/api/pictures/{key}/look", method="POST")

    def put(settings):
        return own.ask(f"/api/pictures/{key}", {"settings": settings}, method="PATCH")

    def left_out():
        return [one["name"] for one in own.ask(f"/api/pictures/{key}").json["items"] if not one["kept"]]

    told = own.wait(f"/api/pictures/{key}", lambda told: told["state"] != "looking")
    assert [field["name"] for field in told["fields"]] == ["size", "alpha", "labels", "fit", "mirror", "seamless"]
    assert (told["settings"], told["kept"], left_out()) == ({}, 3, ["a.png"])
    assert put({"fit": "pad"}).json["kept"] == 4
    assert put({"fit": "pad", "size": 256}).json["settings"] == {"fit": "pad", "size": "256x256"}
    assert left_out() == ["d.png"]
    plan = {"pictures": key, "settings": {"minutes": 1, "batch": 4}, "start": "none"}
    job = own.ask("/api/jobs", plan).json
    assert job["request"]["settings"] == {"fit": "pad", "size": "256x256", "minutes": 1, "batch": 4}
    own.ask(f"/api/jobs/{job['id']}/end", {"how": "stop"})
    assert put({"batch": 8}).status == 422
    assert "batch belongs to a training" in put({"batch": 8}).json["problem"]
    assert put({"fit": "squeeze"}).status == 422
    assert put({"size": "no"}).status == 422
    assert put({}).json["settings"] == {}
    assert left_out() == ["a.png"]


TWINS = ["e\u0301.png", "\u00e9.png", "A.png", "a.png", "x" * 300 + "1.png", "x" * 300 + "2.png", "sub/b:c.png", "sub/b-c.png",
         "CON.png", "con.png", "-rf.png", "\u202egnp.png", "gnp.png", "a/../../d.png", "d.png", "a\\b.png", "a/b.png",
         "NUL.tar.png", " f.png", "f.png", "g.png.", "h" * 200, '"><img src=x onerror=alert(1)>.png']  # fmt: skip


def test_names_that_are_nearly_the_same_stay_apart_and_lead_nowhere(own, pictures):
    files = sorted(draw_folder(pictures, len(TWINS)).iterdir())
    key = own.ask("/api/pictures", {"name": "twins"}).json["id"]
    for name, file in zip(TWINS, files, strict=True):
        assert send(own, key, quote(name, safe=""), file.read_bytes()).status == 201
    received = own.ask(f"/api/pictures/{key}/received").json
    assert received == {name: file.stat().st_size for name, file in zip(TWINS, files, strict=True)}
    own.ask(f"/api/pictures/{key}/look", method="POST")
    told = own.wait(f"/api/pictures/{key}", lambda told: told["state"] != "looking")
    assert (told["state"], told["found"]) == ("ready", len(TWINS)), told
    names = [one["name"] for one in told["items"]]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(name.isprintable() and not name.startswith("/") and ".." not in name.split("/") for name in names)
    assert max(map(len, names)) <= 140
    assert '"><img src=x onerror=alert(1)>.png' in names
    stored = [file.name for file in (own.studio.home.pictures / key).rglob("*") if file.is_file()]
    assert all(
        name in ("pictures.zip", "received.jsonl", "items.json", "progress") or name[6:] == ".webp" for name in stored
    )


@pytest.mark.parametrize(
    ("name", "mode"),
    [("../evil.png", 0), ("/evil.png", 0), ("C:\\evil.png", 0), ("a\\..\\evil.png", 0), ("evil.png", stat.S_IFLNK | 0o777),
     ("evil.png", stat.S_IFCHR), ("evil.png", stat.S_IFREG | stat.S_ISUID | 0o755), ("A.PNG", 0)],
)  # fmt: skip
def test_a_hostile_zip_is_refused_as_a_whole(own, pictures, name, mode):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.png", min(pictures.iterdir()).read_bytes())
        info = zipfile.ZipInfo("placeholder")
        info.filename, info.external_attr = name, mode << 16
        archive.writestr(info, b"/etc/passwd")
    key = own.ask("/api/pictures", {"name": "zip"}).json["id"]
    send(own, key, "all.zip", buffer.getvalue())
    own.ask(f"/api/pictures/{key}/look", method="POST")
    told = own.wait(f"/api/pictures/{key}", lambda told: told["state"] != "looking")
    assert (told["state"], told["items"]) == ("bad", [])
    assert "is refused" in told["message"]
    assert not list(own.studio.home.folder.parent.rglob("evil*"))


def test_a_set_of_nothing_says_so(own):
    key = own.ask("/api/pictures", {"name": "none"}).json["id"]
    assert own.ask(f"/api/pictures/{key}/look", method="POST").status == 409
    send(own, key, "a.txt", b"words")
    own.ask(f"/api/pictures/{key}/look", method="POST")
    told = own.wait(f"/api/pictures/{key}", lambda told: told["state"] != "looking")
    assert told["state"] == "bad"
    assert "no picture" in told["message"]
    assert own.ask("/api/jobs", {"pictures": key}).status == 422


def test_a_granted_folder_stays_as_it_is(tmp_path, pictures):
    before = {file: file.stat().st_mtime_ns for file in pictures.iterdir()}
    for client in open_studio(tmp_path / "home", granted=pictures):
        key = client.ask("/api/studio").json["granted"]
        told = client.wait(f"/api/pictures/{key}", lambda told: told["state"] == "ready")
        assert told["granted"] is True
        assert told["kept"] == 12
        assert str(pictures) not in json.dumps(told)
        client.ask(f"/api/pictures/{key}/edit", {"items": [0], "dropped": True})
        assert client.ask(f"/api/pictures/{key}", method="DELETE").status == 204
    assert {file: file.stat().st_mtime_ns for file in pictures.iterdir()} == before


def test_forms_hold_every_setting(opened):
    from pinxit.families.catalog import families

    told = {one["name"]: one for one in opened.ask("/api/families").json}
    for name, family in families().items():
        assert [field["name"] for field in told[name]["fields"]] == list(family.settings.model_fields)
    fields = {field["name"]: field for field in told["projected"]["fields"]}
    assert fields["batch"]["kind"] == "whole"
    assert fields["batch"]["least"] == 2
    assert fields["batch"]["default"] == 32
    assert fields["fit"]["choices"] == ["crop", "pad", "stretch", "patches"]
    assert fields["size"]["default"] == "64x64"
    assert fields["alpha"]["optional"] is True
    assert all(field["help"] for field in told["projected"]["fields"])


def test_unknown_ids_are_404_everywhere(opened):
    for path in ("/api/models/x", "/api/runs/x", "/api/runs/x/progress", "/api/runs/x/previews/1", "/api/runs/x/log",
                 "/api/jobs/x", "/api/pictures/x", "/api/pictures/x/thumbs/1", "/api/kept/x", "/api/kept/x/file",
                 "/api/nothing", "/api"):  # fmt: skip
        answer = opened.ask(path)
        assert (answer.status, bool(answer.json["problem"])) == (404, True), path
