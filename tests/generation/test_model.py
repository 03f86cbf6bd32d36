"""Models as files: painted, repeated, refused."""

from importlib.util import find_spec
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PIL import Image

import pinxit
from pinxit import api
from pinxit.errors import ModelFileError, PictureError, UsageError
from pinxit.families.catalog import find_family
from pinxit.families.contract import Canvas
from pinxit.generation.sampling import DIGITAL_SOURCE_TYPE
from pinxit.images.files import read_text
from pinxit.runs.model_file import read_model, write_model
from pinxit.settings import resolve, to_json


@pytest.fixture(scope="module")
def model_file(tmp_path_factory):
    """An untrained conditional generator: its pictures are noise, but they are the same noise each time."""
    family = find_family("dcgan")
    settings = resolve(family.settings, {"size": "32"}, family="dcgan")
    canvas = Canvas(32, 32, 4, {"kind": ("disc", "square")})
    torch.manual_seed(0)
    generator = family.load_recipe().build_generator(settings, canvas)
    tensors = {f"generator.{name}": value.numpy() for name, value in generator.state_dict().items()}
    path = tmp_path_factory.mktemp("model") / "noise.safetensors"
    write_model(path, {"family": "dcgan", "settings": to_json(settings, "dcgan"), "canvas": canvas.to_json()}, tensors)
    return path


@pytest.fixture(scope="module")
def model(model_file):
    return pinxit.load(model_file)


def pixels(painting):
    return np.asarray(painting.image).astype(int)


@pytest.mark.parametrize(("precision", "steps"), [("float32", 1), ("bf16", 3)])
def test_the_same_seed_gives_the_same_picture_in_any_batch(model, precision, steps):
    together = model.make(range(20), batch=16, precision=precision)
    for seed in (0, 7, 19):
        alone = model.make([seed], batch=1, precision=precision)[0]
        assert np.abs(pixels(alone) - pixels(together[seed])).max() <= steps
    assert np.abs(pixels(together[0]) - pixels(together[1])).max() > 1


def test_bf16_stays_close(model):
    exact, quick = model.make(range(8)), model.make(range(8), precision="bf16")
    for one, two in zip(exact, quick, strict=True):
        opaque = pixels(one)[..., 3] > 200
        if opaque.any():
            assert np.abs(pixels(one) - pixels(two))[opaque].max() <= 6
        assert two.recipe["precision"] == "bf16"


def test_a_saved_picture_is_repeated_from_its_recipe(model, model_file, tmp_path):
    saved = model.make([42], labels={"kind": "square"}, truncation=0.7)[0].save(tmp_path / "a b 彩.png")
    texts = read_text(saved)
    assert "generative model" in texts["Comment"]
    assert DIGITAL_SOURCE_TYPE in texts["XML:com.adobe.xmp"]
    assert api.info(saved)["seed"] == 42
    again = api.make_again(saved, [model_file.parent])
    assert again.image.tobytes() == Image.open(saved).tobytes()


def test_standard_readers_find_the_provenance(model, tmp_path):
    """XMP as any XML reader sees it: one RDF description with the IPTC digital source type; and Pillow's own reader."""
    saved = model.make([1])[0].save(tmp_path / "x.png")
    with Image.open(saved) as picture:
        texts = dict(picture.text)  # pyright: ignore[reportAttributeAccessIssue]
        packet = picture.info["xmp"]
        if find_spec("defusedxml"):
            told = picture.getxmp()["xmpmeta"]["RDF"]["Description"]
            assert told["DigitalSourceType"] == DIGITAL_SOURCE_TYPE
    description = ElementTree.fromstring(packet).find(".//{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    assert description is not None
    assert description.get("{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType") == DIGITAL_SOURCE_TYPE
    assert (description.get("{http://ns.adobe.com/xap/1.0/}CreatorTool") or "").startswith("pinxit ")
    assert texts["Software"].startswith("pinxit ")


def test_a_sheet_tells_only_the_labels_that_all_have(model):
    mixed = model.make(range(12))
    assert model.sheet_recipe(mixed)["labels"] == {}
    alike = model.make(range(3), labels={"kind": "disc"})
    assert model.sheet_recipe(alike)["labels"] == {"kind": "disc"}


def test_a_picture_whose_model_is_elsewhere(model, tmp_path):
    saved = model.make([1])[0].save(tmp_path / "x.png")
    with pytest.raises(ModelFileError, match="--models"):
        api.make_again(saved, [tmp_path])
    Image.new("RGB", (8, 8)).save(tmp_path / "plain.png")
    with pytest.raises(PictureError, match="no pinxit recipe"):
        api.make_again(tmp_path / "plain.png", [tmp_path])


def test_sheets_carry_all_their_seeds(model, tmp_path):
    path = model.save_sheet(model.make(range(9)), tmp_path / "sheet.png")
    assert api.info(path)["seeds"] == list(range(9))
    with pytest.raises(UsageError, match="is a sheet"):
        api.make_again(path, [tmp_path])


def change_header(model_file, path, change):
    file = read_model(model_file)
    header = {name: value for name, value in file.header.items() if name != "format"}
    change(header)
    write_model(path, header, dict(file.tensors))
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header["canvas"].update(width=65_536),
        lambda header: header["canvas"].update(channels=10**6),
        lambda header: header["canvas"].update(classes={"a": ["x"] * 20_000}),
        lambda header: header["settings"]["settings"].update(size="65536x65536"),
        lambda header: header["settings"].update(format=99),
        lambda header: header.update(family="nobody"),
        lambda header: header.update(canvas=None),
        lambda header: header.pop("settings"),
    ],
)
def test_unreasonable_headers_are_refused(model_file, tmp_path, change):
    with pytest.raises(ModelFileError, match=r"m\.safetensors"):
        pinxit.load(change_header(model_file, tmp_path / "m.safetensors", change))


def test_weights_of_another_shape_are_listed(model_file, tmp_path):
    file = read_model(model_file)
    tensors = dict(file.tensors)
    name = sorted(tensors)[0]
    tensors.pop(name)
    tensors["generator.stranger"] = np.zeros(3, np.float32)
    header = {key: value for key, value in file.header.items() if key != "format"}
    write_model(tmp_path / "m.safetensors", header, tensors)
    with pytest.raises(ModelFileError, match=r"missing .*unknown stranger"):
        pinxit.load(tmp_path / "m.safetensors")


def test_names_of_models_that_are_not_there(tmp_path):
    with pytest.raises(UsageError, match="no model file"):
        pinxit.load(tmp_path / "nothing")
    with pytest.raises(UsageError, match="no model"):
        pinxit.load(tmp_path)
