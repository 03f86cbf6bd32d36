"""ONNX files: the same pictures as torch from the same seeds, in any batch; whatever a model is, or one clear sentence."""

import json

import numpy as np
import onnxruntime
import pytest
import torch

import pinxit
from pinxit.cli.commands import main
from pinxit.errors import MissingExtra, PinxitError, UsageError
from pinxit.export import onnx, web_page
from pinxit.families.catalog import families
from pinxit.generation.finding import shipped_models
from pinxit.generation.sampling import starting_points
from pinxit.networks.pictures import from_network
from pinxit.networks.seeds import latents_of

ONE = np.array(1, np.float32)
KIND = {"kind": ("disc", "square"), "colour": ("red", "blue", "green")}
SMALL = {
    "dcgan": {"width": 8},
    "progressive": {"width": 8},
    "projected": {"width": 8, "latents": 16},
    "r3gan": {"width": 8, "widest": 32},
    "stackgan": {"width": 8, "sketch_width": 8},
    "stylegan": {"width": 8, "widest": 32, "styles": 32, "latents": 16},
    "vae": {"width": 8},
}
PAINTERS = sorted(name for name, family in families().items() if family.paints_from != "picture")
SIZE = {"stackgan": "32"}


def run(path, **inputs):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)[0]


@pytest.mark.parametrize("name", PAINTERS)
def test_every_family_paints_the_same_from_onnx(name, untrained, tmp_path):
    model = untrained(name, classes=KIND, size=SIZE.get(name, "16"), **SMALL.get(name, {}))
    path = onnx.export_onnx(model, tmp_path / "model.onnx", halves=False)[0]
    for seeds, truncation in (([7], 1.0), (range(5), 0.6)):
        latents, labels = starting_points(seeds, model.canvas, {}, model.latents, 1.0)
        found = run(path, latents=latents, labels=labels, truncation=np.array(truncation, np.float32))
        wanted = np.stack(
            [np.asarray(painting.image).astype(int) for painting in model.make(seeds, truncation=truncation)]
        )
        apart = np.abs(from_network(torch.from_numpy(found)) - wanted)
        assert (apart * wanted[..., 3:] / 255).max() <= 1  # where little is there, its colour counts little
    unlabelled = np.full_like(labels, -1)
    found = run(path, latents=latents, labels=unlabelled, truncation=ONE)
    assert np.abs(found - model.generate(latents, unlabelled).numpy()).max() < onnx.TOLERANCE


@pytest.mark.parametrize("name", ["dcgan", "vae"])
def test_a_model_without_labels_takes_none(name, untrained, tmp_path):
    model = untrained(name, channels=3, width=8, seamless="both")
    path = onnx.export_onnx(model, tmp_path / "model.onnx")[0]
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert [entry.name for entry in session.get_inputs()] == ["latents", "truncation"]
    found = run(path, latents=latents_of([3], model.latents), truncation=ONE)
    assert (
        np.abs(found - model.generate(latents_of([3], model.latents), np.zeros((1, 0), np.int64)).numpy()).max() < 1e-4
    )


def test_numbers_as_labels_are_checked_as_numbers(untrained, tmp_path):
    model = untrained("dcgan", classes={"time": ()}, ranges={"time": (0.0, 2.0)}, width=8)
    assert onnx.random_labels(model, 200, 0).max() > 100
    path = onnx.export_onnx(model, tmp_path / "model.onnx")[0]
    latents, labels = starting_points([4], model.canvas, {"time": "1.5"}, model.latents, 1.0)
    assert labels.tolist() == [[750]]
    found = run(path, latents=latents, labels=labels, truncation=ONE)
    assert np.abs(found - model.generate(latents, labels).numpy()).max() < onnx.TOLERANCE
    assert np.abs(found - run(path, latents=latents, labels=labels * 0, truncation=ONE)).max() > 1e-3
    assert web_page.choices(model.canvas, "time") == ["time", [f"{step / 10:g}" for step in range(21)], [0.0, 2.0]]


def test_the_halves_of_a_stylegan_meet(untrained, tmp_path):
    model = untrained("stylegan", classes=KIND, size="16", **SMALL["stylegan"])
    whole, mapping, synthesis = onnx.export_onnx(model, tmp_path / "model.onnx")
    assert [path.name for path in (whole, mapping, synthesis)] == [
        "model.onnx",
        "model-map.onnx",
        "model-synthesis.onnx",
    ]
    latents, labels = starting_points(range(3), model.canvas, {}, model.latents, 1.0)
    start = {"latents": latents, "labels": labels, "truncation": np.array(0.7, np.float32)}
    styles = run(mapping, **start)
    assert styles.shape == (3, model.generator.layers, 32)
    grains = latents[:, model.generator.numbers :]
    assert np.abs(run(synthesis, styles=styles, grains=grains) - run(whole, **start)).max() < 1e-4
    mixed = styles.copy()
    mixed[:, 4:] = styles[[1, 2, 0], 4:]
    wanted = model.generator.synthesise(torch.from_numpy(mixed), torch.from_numpy(grains)).numpy()
    assert np.abs(run(synthesis, styles=mixed, grains=grains) - wanted).max() < 1e-4


def test_a_file_says_what_it_is_and_nothing_of_who_made_it(untrained, tmp_path):
    model = untrained("dcgan", width=8)
    path = onnx.export_onnx(model, tmp_path / "model.onnx")[0]
    told = onnxruntime.InferenceSession(path).get_modelmeta().custom_metadata_map
    about = json.loads(told["pinxit"])
    assert (about["model"], about["family"], about["part"]) == (model.sha256, "dcgan", "whole")
    assert about["canvas"]["width"] == 32
    latents = eval(about["seeds"], {"numpy": np, "seed": 5})  # noqa: S307
    assert np.array_equal(latents, latents_of([5], model.latents)[0])
    assert "generative model" in told["Comment"]
    assert str(tmp_path).encode() not in path.read_bytes()
    assert b".py" not in path.read_bytes()


def test_other_pictures_are_never_written(untrained, tmp_path, monkeypatch):
    model = untrained("dcgan", width=8)
    monkeypatch.setattr(onnx, "TOLERANCE", float("nan"))
    with pytest.raises(PinxitError, match="Nothing was written"):
        onnx.export_onnx(model, tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped_models())
def test_what_ships_is_exported_with_room_to_spare(name):
    """Processors differ in how they round: what is as near as this on one is allowed on all."""
    model = pinxit.load(name)
    whole = onnx.graphs_of(model)[0]
    assert onnx.largest_difference(model, whole, onnx.to_onnx(whole, {})) < onnx.TOLERANCE / 2


def test_differences_are_counted_from_double_precision(untrained):
    model = untrained("dcgan", width=8)
    whole = onnx.graphs_of(model)[0]
    content = onnx.to_onnx(whole, {})
    assert onnx.largest_difference(model, whole, content) < onnx.TOLERANCE / 10
    with torch.no_grad():
        next(whole.network.parameters()).neg_()
    assert onnx.largest_difference(model, whole, content) > onnx.TOLERANCE
    fine = torch.full((1,), 0.1, dtype=torch.float64)
    with onnx.Double():
        assert torch.equal(fine.float(), fine)


def test_what_cannot_be_exported_is_told_in_a_sentence(untrained, tmp_path, monkeypatch, capsys):
    model = untrained("dcgan", width=8)
    with pytest.raises(UsageError, match=r"model\.pt\.onnx"):
        onnx.export_onnx(model, tmp_path / "model.pt")
    with pytest.raises(UsageError, match="Did you mean 'onnx'"):
        pinxit.export_model(model, "onx")
    assert main(["export", str(model.path), "-o", str(tmp_path / "no" / "m.onnx")]) == 1
    assert "There is no folder" in capsys.readouterr().err
    monkeypatch.setattr(onnx, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pinxit\[onnx\]"):
        onnx.export_onnx(model, tmp_path / "model.onnx")


def test_from_the_command_line(untrained, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["export", str(untrained("dcgan", width=8).path)]) == 0
    assert "dcgan.onnx" in capsys.readouterr().out
    assert (tmp_path / "dcgan.onnx").exists()
