"""What works made is kept with what it was made of, and leads back to how, also when uploads, copies or the model are gone."""

import io
import shutil

import pytest
from PIL import Image
from tests.studio.conftest import open_studio
from tests.studio.test_page import table_of
from tests.studio.test_works import made, over, picture, upload

from pinxit import api
from pinxit.studio.results import GONE

HOW = {"size": 64, "scales": 1, "steps": 2, "seamless": True}


@pytest.fixture(scope="module")
def own_model(tmp_path_factory):
    """A model file that can go."""
    return shutil.copy(api.shipped_model("peeps"), tmp_path_factory.mktemp("models") / "heads.safetensors")


@pytest.fixture(scope="module")
def studio(tmp_path_factory, own_model):
    """One for all of these."""
    yield from open_studio(tmp_path_factory.mktemp("home"), granted_models=[own_model])


@pytest.fixture(scope="module")
def texture(studio):
    """A work that is over, and the upload it was made of."""
    sample = upload(studio, picture()).json["id"]
    told, _ = made(studio, {"kind": "texture", "picture": sample, "settings": HOW})
    return told["id"], sample


def keep(studio, work, number=0):
    return studio.ask(f"/api/works/{work}/keep", {"number": number}).json


def again(studio, kept):
    return studio.ask(f"/api/kept/{kept['id']}/again", method="POST")


def files_of(studio, kept):
    return sorted(file.name for file in studio.studio.home.kept.glob(f"{kept['id']}*"))


def test_a_result_leads_back_to_how_it_was_made(studio, texture):
    work, sample = texture
    kept = keep(studio, work)
    request = {"kind": "texture", "picture": sample, "settings": HOW}
    assert kept["made"] == {"request": request, "sources": ["picture"]}
    original = studio.ask(f"/api/uploads/{sample}").content
    assert studio.ask(f"/api/kept/{kept['id']}/of/picture").content == original
    assert studio.ask(f"/api/kept/{kept['id']}/of/mask").status == 404
    expected = {"request": request, "pictures": {"picture": {"id": sample, "width": 48, "height": 48}}, "remarks": []}
    assert again(studio, kept).json == expected
    for content in (
        studio.ask(f"/api/kept/{kept['id']}/file").content,
        studio.ask("/api/kept/export", {"ids": [kept["id"]], "kind": "webp"}).content,
    ):
        read = studio.ask("/api/recipe", method="PUT", content=content).json
        assert (read["kept"], read["wish"], read["remark"]) == (kept["id"], None, "")
    studio.studio.uploads.file(sample).unlink()
    assert again(studio, kept).json == expected
    assert studio.ask(f"/api/uploads/{sample}").content == original


def test_what_is_gone_is_said(studio, texture):
    work, sample = texture
    kept = keep(studio, work)
    studio.studio.uploads.file(sample).unlink()
    without = keep(studio, work)
    assert without["made"]["sources"] == []
    told = again(studio, without).json
    assert told == {"request": {"kind": "texture", "settings": HOW}, "pictures": {}, "remarks": [GONE["picture"]]}
    assert again(studio, kept).json["remarks"] == []  # whose copy brings the upload back, for the other one too
    assert again(studio, without).json["remarks"] == []


def test_a_result_is_noted_found_exported_and_deleted_like_any_other(studio, texture):
    kept = keep(studio, texture[0])
    studio.ask(f"/api/kept/{kept['id']}", {"note": "moss", "tags": ["green"], "albums": ["walls"]}, method="PATCH")
    for search in ("moss", "green", "texture", "walls"):
        assert [one["id"] for one in studio.ask(f"/api/kept?search={search}&tag=green").json["pictures"]] == [
            kept["id"]
        ]
    for kind, form in (("webp", "WEBP"), ("ico", "ICO"), ("tiff", "TIFF"), ("tile", "PNG")):
        content = studio.ask("/api/kept/export", {"ids": [kept["id"]], "kind": kind}).content
        assert Image.open(io.BytesIO(content)).format == form
    assert b"<svg" in studio.ask("/api/kept/export", {"ids": [kept["id"]], "kind": "svg"}).content
    shown = studio.ask(f"/api/kept/{kept['id']}/show", method="POST").json["path"]
    assert shown.endswith(f"{kept['id']}.png")
    assert files_of(studio, kept) == [f"{kept['id']}.picture.png", f"{kept['id']}.png"]
    studio.ask("/api/kept/bin", {"ids": [kept["id"]], "binned": True})
    assert again(studio, kept).status == 200  # the bin can be looked at
    studio.ask("/api/kept/delete", {"ids": [kept["id"]]})
    assert files_of(studio, kept) == []
    assert again(studio, kept).status == 404


def test_mask_and_model_come_along_and_a_model_that_went_is_said(studio, own_model):
    (model,) = [key for key in studio.studio.models.files() if key.startswith("file-")]
    mask = Image.new("L", (96, 96))
    mask.paste(255, (40, 40, 60, 60))
    stream = io.BytesIO()
    mask.save(stream, "PNG")
    named = {
        "picture": upload(studio, api.make("peeps", [12])[0].to_png()).json["id"],
        "mask": upload(studio, stream.getvalue()).json["id"],
    }
    how = {"count": 2, "samples": 16, "steps": 4}
    work = studio.ask("/api/works", {"kind": "complete", **named, "model": model, "settings": how}).json["id"]
    told = over(studio, work)
    assert told["results"] == 2, told
    kept = keep(studio, work, 1)
    assert kept["model_name"] == "heads"
    assert kept["wish"] is None  # what lies around the piece is no picture of the model's
    assert studio.ask(f"/api/kept?model={model}").json["total"] == 1
    assert studio.ask(f"/api/kept/{kept['id']}/of/mask").content == studio.ask(f"/api/uploads/{named['mask']}").content
    told = again(studio, kept).json
    assert told["request"] == {"kind": "complete", **named, "model": model, "settings": how}
    assert set(told["pictures"]) == {"picture", "mask"}
    studio.studio.granted_models.clear()
    told = again(studio, kept).json
    assert told["remarks"] == [GONE["model"]]
    assert "model" not in told["request"]
    assert set(told["pictures"]) == {"picture", "mask"}


def test_what_is_no_result_has_no_such_way_back(studio):
    starred = studio.ask("/api/kept", {"model": "peeps", "wish": {"mix": [[1, 1]]}}).json
    assert starred["made"] is None
    told = {kind: studio.ask(f"/api/kept?kind={kind}").json for kind in ("picture", "film", "result", "")}
    assert [one["id"] for one in told["picture"]["pictures"]] == [starred["id"]]
    assert told["film"]["total"] == 0
    assert told["result"]["total"] == told[""]["total"] - 1 > 0
    assert studio.ask("/api/names").json["kinds"] == [
        {"name": "picture", "many": 1},
        {"name": "result", "many": told["result"]["total"]},
    ]
    assert studio.ask("/api/kept?kind=run").status == 422
    answer = again(studio, starred)
    assert answer.status == 409
    assert "Nobody noted" in answer.json["problem"]
    studio.studio.store.change("update kept set made = '{}' where id = ?", (starred["id"],))  # as one kept long ago
    assert again(studio, starred).status == 409
    assert studio.ask(f"/api/kept/{starred['id']}").json["made"] == {}


def test_what_is_gone_is_said_in_chinese_too():
    assert set(GONE.values()) <= set(table_of("words.said.zh.js"))
