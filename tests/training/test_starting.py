"""Going on from a model, as a user does it, on every point where it may not fit."""

import json

import numpy as np
import pytest
import torch

import pinxit
from pinxit.errors import PinxitError, UsageError
from pinxit.networks.layers import Conv
from pinxit.runs.model_file import read_header, read_model
from pinxit.runs.run_folder import RunFolder
from pinxit.training.starting import freeze_first, graft

TINY = {
    "batch": 8, "seen": 16, "threads": 1, "checkups": False, "report_every": 8, "precision": "float32",
    "report": False,
}  # fmt: skip
NETWORK = {"family": "dcgan", "size": "32", "width": 8, "critic_width": 8}


class Listener:
    def __init__(self):
        self.said = []

    def report(self, line):
        pass

    def say(self, message):
        self.said.append(message)


@pytest.fixture(scope="module")
def origin(shapes, tmp_path_factory):
    run = pinxit.train(shapes, out=tmp_path_factory.mktemp("runs") / "shapes", **NETWORK, **TINY)
    return run.path


def test_a_model_file_holds_its_critic_so_that_others_can_go_on_from_it(origin):
    names = read_model(origin / "model.safetensors").tensors.keys()
    assert {name.split(".")[0] for name in names} == {"generator", "critic"}


def test_a_run_goes_on_from_a_model_and_says_so(origin, shapes, tmp_path):
    listener = Listener()
    # One step so small that nothing moves: what is left is what it began with.
    done = pinxit.train(
        shapes, start=origin, out=tmp_path / "run", watch=listener, **TINY | {"seen": 8}, learning_rate=1e-30
    )
    assert any(
        "Going on from shapes: taken over of the generator 100 %, of the critic 100 %" in said for said in listener.said
    )
    before, after = pinxit.load(origin), pinxit.load(done.path)
    assert after.family == "dcgan"
    for one, two in zip(before.generator.parameters(), after.generator.parameters(), strict=True):
        torch.testing.assert_close(one, two)
    told = read_header(done.model_file)["start"]
    assert (told["name"], told["sha256"], told["family"]) == ("shapes", before.sha256, "dcgan")
    assert told["data"]["fingerprint"] == read_header(done.model_file)["data"]["fingerprint"]


def test_a_resumed_run_remembers_where_it_came_from(origin, shapes, tmp_path):
    run = pinxit.train(shapes, start=origin, out=tmp_path / "run", **TINY)
    pinxit.resume(run.path, seen=32)
    assert read_header(run.model_file)["start"]["name"] == "shapes"
    grandchild = pinxit.train(shapes, start=run.path, out=tmp_path / "next", **TINY)
    assert read_header(grandchild.model_file)["start"]["start"]["name"] == "shapes"


def test_labels_may_be_added(origin, shapes, tmp_path):
    labelled = pinxit.train(
        shapes, start=origin, labels=["folder"], out=tmp_path / "run", **TINY | {"seen": 8}, learning_rate=1e-30
    )
    model = pinxit.load(labelled.path)
    assert set(model.canvas.classes) == {"folder"}
    one, two = (np.asarray(picture.image, float) for picture in model.make([3, 4]))
    assert np.abs(one - two).max() > 0


@pytest.mark.parametrize(
    "asked, complaint",
    [
        ({"family": "r3gan"}, "is a model of the family dcgan"),
        ({"width": 32}, "cannot be a start here: only"),
        ({"start": "nowhere"}, "There is no model file"),
        ({"start": None, "freeze": 2}, "name that model with --from"),
    ],
)
def test_what_does_not_fit_is_told(origin, shapes, tmp_path, asked, complaint):
    with pytest.raises(UsageError, match=complaint):
        pinxit.train(shapes, out=tmp_path / "run", **{"start": origin} | TINY | asked)


def test_a_start_that_is_no_model_is_told(shapes, tmp_path):
    (tmp_path / "not.safetensors").write_text("hello")
    with pytest.raises(PinxitError, match="not a safetensors file"):
        pinxit.train(shapes, start=tmp_path / "not.safetensors", out=tmp_path / "run", **TINY)
    assert not (tmp_path / "run").exists()


def test_first_layers_of_the_critic_stay_as_they_were_when_asked(origin, shapes, tmp_path):
    run = pinxit.train(shapes, start=origin, freeze=1, out=tmp_path / "run", **TINY)
    assert json.loads(RunFolder(run.path).settings_file.read_text())["settings"]["freeze"] == 1
    before, after = (read_model(path / "model.safetensors").tensors for path in (origin, run.path))
    weights = [name for name in before if name.startswith("critic.") and before[name].ndim == 4]
    same = [np.array_equal(before[name], after[name]) for name in weights]
    assert any(same)
    assert not all(same)


def test_graft_copies_what_fits_and_begins_new_inputs_at_zero():
    small, large = torch.nn.Linear(3, 4), torch.nn.Linear(5, 4)
    assert graft(large, small.state_dict()) == 1.0
    inputs = torch.randn(2, 3)
    torch.testing.assert_close(large(torch.cat([inputs, torch.randn(2, 2)], dim=1)), small(inputs))
    assert graft(torch.nn.Linear(3, 7), small.state_dict()) == 0.0
    assert graft(small, large.state_dict()) == 1.0


def test_freezing_counts_layers_with_weights():
    network = torch.nn.Sequential(Conv(3, 4), torch.nn.ReLU(), Conv(4, 4), torch.nn.Linear(4, 1))
    freeze_first(network, 2)
    assert [weight.requires_grad for weight in network.parameters()] == [False, False, False, False, True, True]
