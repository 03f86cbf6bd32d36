"""SavedModels: the same pictures as torch from the same seeds, read by TensorFlow alone, or one clear sentence."""

import json

import numpy as np
import pytest

from pinxit import api
from pinxit.cli.commands import main
from pinxit.errors import PinxitError, UsageError
from pinxit.export import saved_model
from pinxit.families.catalog import families
from pinxit.generation.sampling import captions_of, starting_points
from pinxit.keras_training.backend import tf

KIND = {"kind": ("disc", "square"), "colour": ("red", "blue", "green")}
SMALL = {
    "projected": {"latents": 16},
    "r3gan": {"widest": 16},
    "stackgan": {"sketch_width": 8, "size": "32"},
    "stylegan": {"widest": 16, "styles": 16, "latents": 16},
}


def painter(folder):
    loaded = tf.saved_model.load(str(folder))
    return loaded, loaded.signatures["serving_default"]


@pytest.mark.parametrize("name", sorted(name for name, family in families().items() if family.keras))
def test_every_family_paints_the_same_from_a_saved_model(name, untrained, tmp_path):
    model = untrained(name, classes=KIND, **{"size": "16", "width": 8, **SMALL.get(name, {})})
    _kept, paint = painter(saved_model.export_saved_model(model, tmp_path / "model"))
    captions = captions_of(range(3), model.canvas, None)
    latents, labels = starting_points(range(3), model.canvas, {}, model.latents, 1.0, captions)
    inputs = {"latents": latents, "labels": labels, "truncation": np.float32(1)}
    found = paint(**{key: tf.constant(values) for key, values in inputs.items()})["pictures"].numpy()
    wanted = model.generate(latents, labels).permute(0, 2, 3, 1).numpy()
    assert np.abs(found - wanted).max() < saved_model.TOLERANCE
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_the_command_line_writes_one_and_writes_it_again(untrained, tmp_path, capsys):
    model = untrained("dcgan", width=8)
    for _ in range(2):
        assert main(["export", str(model.path), "--to", "savedmodel", "--out", str(tmp_path / "there" / "one")]) == 0
    assert "one" in capsys.readouterr().out
    told = json.loads((tmp_path / "there" / "one" / saved_model.ABOUT).read_text("utf-8"))
    assert told["model"] == model.sha256
    assert "keras_training" not in (tmp_path / "there" / "one" / saved_model.GRAPH).read_bytes().decode("latin-1")
    _kept, paint = painter(tmp_path / "there" / "one")
    assert set(paint.structured_input_signature[1]) == {"latents", "truncation"}


def test_what_would_paint_otherwise_is_not_written(untrained, tmp_path, monkeypatch):
    model = untrained("dcgan", width=8)
    monkeypatch.setattr(saved_model, "TOLERANCE", -1.0)
    with pytest.raises(PinxitError, match="paints other pictures"):
        saved_model.export_saved_model(model, tmp_path / "one")
    assert not any(tmp_path.iterdir())


def test_other_things_are_left_alone(untrained, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(UsageError, match="holds other things"):
        api.export_model(untrained("dcgan", width=8), "savedmodel", tmp_path)
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_a_family_of_one_framework_says_so(untrained, tmp_path):
    with pytest.raises(UsageError, match="fast_style is there in PyTorch only"):
        api.export_model(untrained("fast_style", style="wave.jpg", width=8), "savedmodel", tmp_path / "one")
