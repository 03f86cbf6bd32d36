"""Projection: a picture that the model painted is found again, any other is met as far as the model goes, and it is said."""

import shutil

import numpy as np
import pytest
import torch
from PIL import Image

import pinxit
from pinxit import api
from pinxit.errors import PictureError, UsageError
from pinxit.generation.likeness import Unlikeness


@pytest.mark.slow
def test_a_picture_of_the_model_is_found_far_nearer_than_any_sample(peeps):
    found = pinxit.project(peeps, peeps.make([4000])[0].image, samples=100, steps=60)
    assert found.error < 0.4 * found.nearest < found.usual
    assert found.psnr > found.nearest_psnr + 5
    assert found.expressed


@pytest.mark.parametrize("name", ["plain", "labelled", "styled"])
def test_every_kind_of_model_comes_nearer_and_repeats_what_it_found(models, tmp_path, name):
    model = models[name]
    found = pinxit.project(model, model.make([4000])[0].image, samples=20, steps=16)
    assert found.error < found.nearest <= found.usual
    assert found.ended == "done"
    path = found.painting.save(tmp_path / "x.png")
    assert api.make_again(path, [model.path]).image.tobytes() == found.painting.image.tobytes()
    assert api.info(path)["origin"]["how"] == "projected"
    pinxit.mix(model, [path, 1])
    pinxit.breed(model, [path, 1], 2)


def test_what_is_found_is_never_further_than_the_nearest_sample(peeps):
    found = pinxit.project(peeps, peeps.make([3])[0].image, samples=20, steps=4)
    assert found.error <= found.nearest < 0.1 * found.usual


def test_the_same_search_finds_the_same(models):
    own = models["plain"].make([4000])[0].image
    one, other = (pinxit.project(models["plain"], own, samples=20, steps=8) for _ in range(2))
    assert one.painting.recipe == other.painting.recipe


def test_what_does_not_count_does_not_count():
    wanted = torch.rand(1, 3, 32, 32) * 2 - 1
    known = torch.ones(1, 1, 32, 32)
    known[..., 16:] = 0
    other = wanted.clone()
    other[..., 16:] = -1
    unlike = Unlikeness(wanted, known)
    assert float(unlike(other)) == pytest.approx(0, abs=1e-5)
    assert float(unlike(-wanted)) > 0.5


def test_any_size_and_kind_is_brought_to_the_models(models):
    odd = Image.new("LA", (90, 41), (200, 128))
    found = pinxit.project(models["plain"], odd, samples=10, steps=4)
    assert found.wanted.size == found.painting.image.size == (32, 32)
    assert found.wanted.mode == "RGBA"


def test_a_search_broken_off_gives_the_best_so_far(models):
    class Impatient:
        lines = 0

        def say(self, message):
            pass

        def report(self, line):
            self.lines += 1
            if self.lines == 5:
                raise KeyboardInterrupt

    own = models["plain"].make([4000])[0].image
    found = pinxit.project(models["plain"], own, samples=20, steps=40, watch=Impatient())
    assert found.ended == "interrupted"
    assert np.isfinite(found.error)


def test_what_cannot_be_projected_is_said(models, tmp_path):
    with pytest.raises(PictureError, match=r"The picture .*nothing\.png cannot be used: there is no such file"):
        pinxit.project(models["plain"], tmp_path / "nothing.png")
    own = models["plain"].make([1])[0].image
    for how, words in (({"steps": 1}, "4 to"), ({"samples": 2}, "samples; 2 came"), ({"labels": {"x": "y"}}, "x")):
        with pytest.raises(UsageError, match=words):
            pinxit.project(models["plain"], own, **{"samples": 20, "steps": 4, **how})


@pytest.mark.parametrize("name", ["plain", "styled"])
def test_a_model_is_tuned_to_a_picture_and_kept_as_a_new_file(models, tmp_path, name):
    model, odd = models[name], Image.new("RGB", (32, 32), "#c04020")
    model = pinxit.load(shutil.copy(model.path, tmp_path / "base.safetensors"))
    pinxit.find_directions(model, "weights", 1)
    weights = {key: value.clone() for key, value in model.generator.state_dict().items()}
    out = tmp_path / "mine.safetensors"
    found = pinxit.project(model, odd, samples=20, steps=4, tune=40, out=out)
    assert found.untuned is not None
    assert found.error < 0.95 * found.untuned
    assert found.tuned == out
    assert all(torch.equal(value, weights[key]) for key, value in model.generator.state_dict().items())
    tuned = pinxit.load(out)
    assert tuned.header["tuned"]["from"] == model.sha256
    path = found.painting.save(tmp_path / "x.png")
    assert api.make_again(path, [out]).image.tobytes() == found.painting.image.tobytes()
    pinxit.mix(tuned, [path, 1])
    gone = pinxit.move(tuned, [path], {"weights-1": 2})[0]
    assert np.abs(np.asarray(gone.image, int) - np.asarray(found.painting.image, int)).max() > 2
    with pytest.raises(PictureError, match="painted by another model"):
        pinxit.mix(model, [path, 1])
    with pytest.raises(UsageError, match="is there already and is not written over"):
        pinxit.project(model, odd, samples=20, steps=4, tune=12, out=out)


def test_tuning_never_makes_it_worse(peeps, tmp_path):
    """A picture that was found exactly: every step leads away from it at first."""
    own = peeps.make([3])[0].image
    found = pinxit.project(peeps, own, samples=20, steps=4, tune=2, out=tmp_path / "tuned.safetensors")
    assert found.untuned is not None
    assert found.error <= found.untuned + 1e-5
    told = pinxit.load(tmp_path / "tuned.safetensors").header["tuned"]
    assert told["error"] == pytest.approx(found.error, abs=1e-4)


def test_tunings_that_make_no_sense_are_told(models, tmp_path):
    for how, words in (
        ({"tune": -1, "out": tmp_path / "x.safetensors"}, "1 to 100,000 steps; -1 came"),
        ({"tune": 5}, "a new file that ends in .safetensors"),
        ({"tune": 5, "out": tmp_path / "x.pt"}, "a new file that ends in .safetensors"),
    ):
        with pytest.raises(UsageError, match=words):
            pinxit.project(models["plain"], Image.new("RGB", (32, 32)), samples=20, steps=4, **how)
