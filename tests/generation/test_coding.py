"""Pictures squeezed and drawn back, as people do it."""

import numpy as np
import pytest
import torch
from PIL import Image

import pinxit
from pinxit.cli.commands import main
from pinxit.errors import DataError, UsageError
from pinxit.families.catalog import find_family
from pinxit.families.contract import Canvas
from pinxit.generation.coding import squeeze
from pinxit.images.files import open_picture
from pinxit.runs.model_file import read_model, write_model
from pinxit.settings import resolve, to_json

SMALL = {"size": "32", "width": 8, "latents": 16, "codes": 32}


def write_untrained(path, name="vae", **values):
    family = find_family(name)
    settings = resolve(family.settings, {"size": "32"} | values, family=name)
    canvas = Canvas(32, 32, 4, {"kind": ("disc", "square")})
    torch.manual_seed(0)
    recipe = family.load_recipe()
    networks = {"generator": recipe.build_generator(settings, canvas)}
    if family.encodes:
        networks["encoder"] = recipe.build_encoder(settings, canvas)
    tensors = {
        f"{part}.{key}": value.numpy()
        for part, network in networks.items()
        for key, value in network.state_dict().items()
    }
    write_model(path, {"family": name, "settings": to_json(settings, name), "canvas": canvas.to_json()}, tensors)
    return path


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "vq"])
def model_file(request, tmp_path_factory):
    return write_untrained(tmp_path_factory.mktemp("model") / "vae.safetensors", **SMALL, vq=request.param)


@pytest.fixture(scope="module")
def model(model_file):
    return pinxit.load(model_file)


def test_encode_and_decode(model):
    pictures = [Image.new("RGBA", (50, 40), (200, 30, 30, 128)), Image.new("L", (32, 32), 90)]
    codes = model.encode(pictures, labels={"kind": "disc"})
    assert len(codes) == 2
    assert codes.shape[1:] == ((8, 8) if model.settings.vq else (16,))
    drawn = model.decode(codes, labels={"kind": "disc"})
    assert [(one.mode, one.size) for one in drawn] == [("RGBA", (32, 32))] * 2
    again = model.reconstruct(pictures, labels={"kind": "disc"})
    assert all(one.tobytes() == other.tobytes() for one, other in zip(drawn, again, strict=True))
    assert model.encode([]).shape == (0, *codes.shape[1:])
    assert model.decode(codes[:0]) == []


def test_codes_of_another_kind_and_unknown_labels_are_refused(model):
    with pytest.raises(UsageError, match="shape"):
        model.decode(np.zeros((1, 3), np.float32))
    codes = model.encode([Image.new("L", (32, 32))])
    if codes.dtype.kind == "i":
        with pytest.raises(UsageError, match="codes"):
            model.decode(codes + 10_000)
    with pytest.raises(UsageError, match=r"kind.*square"):
        model.encode([Image.new("L", (32, 32))], labels={"kind": "squares"})


def test_coarser_steps_take_fewer_bits(model):
    codes = model.encode([Image.new("RGB", (32, 32), colour) for colour in ("red", "white", "black")])
    fine, coarse = squeeze(model, codes, 0.1), squeeze(model, codes, 1.0)
    assert (fine.bits > 0).all()
    if codes.dtype.kind == "f":
        assert np.abs(fine.codes - codes).max() <= 0.0501
        assert (coarse.bits < fine.bits).all()
        # What is drawn from the standard normal distribution itself takes its entropy: log2(sqrt(2 pi e) / step) a number.
        drawn = np.random.default_rng(0).standard_normal((500, 16)).astype(np.float32)
        expected = 16 * (2.0471 - np.log2(0.1))
        assert squeeze(model, drawn, 0.1).bits.mean() == pytest.approx(expected, rel=0.01)
        assert np.isfinite(squeeze(model, np.full((1, 16), 30, np.float32)).bits).all()


def test_a_folder_from_the_command_line(model_file, shapes, tmp_path, capsys):
    (tmp_path / "in").mkdir()
    for number, picture in enumerate(sorted(shapes.rglob("*.png"))[:3]):
        (tmp_path / "in" / f"{number}.png").write_bytes(picture.read_bytes())
    (tmp_path / "in" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert main(["reconstruct", str(model_file), str(tmp_path / "in"), "--sheet", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "3 pictures drawn back: PSNR" in said
    assert "broken.png" in said
    assert open_picture(tmp_path / "out" / "redrawn-sheet.png").width > 2 * 32
    assert main(["reconstruct", str(model_file), str(tmp_path / "in" / "0.png"), "--out", str(tmp_path / "out")]) == 0
    assert open_picture(tmp_path / "out" / "redrawn-000000.png").size == (32, 32)
    assert main(["reconstruct", str(model_file), str(tmp_path / "in"), "-n", "0"]) == 2


def test_nothing_to_read_is_said(model_file, tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(DataError):
        pinxit.reconstruct(model_file, tmp_path)


def test_a_family_that_only_paints_names_those_that_encode(tmp_path, shapes):
    path = write_untrained(tmp_path / "gan.safetensors", "dcgan", width=8)
    with pytest.raises(UsageError, match="vae"):
        pinxit.load(path).encode([Image.new("L", (32, 32))])


def test_a_file_without_its_encoder_still_paints(model_file, tmp_path):
    file = read_model(model_file)
    tensors = {name: value for name, value in file.tensors.items() if name.startswith("generator.")}
    write_model(tmp_path / "bare.safetensors", file.header, tensors)
    bare = pinxit.load(tmp_path / "bare.safetensors")
    assert len(bare.make([1])) == 1
    with pytest.raises(UsageError, match="stripped"):
        bare.encode([Image.new("L", (32, 32))])
