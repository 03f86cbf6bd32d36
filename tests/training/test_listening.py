"""Checkups of models with labels: the right picture for the wrong label counts as wrong."""

import numpy as np
import pytest
import torch

import pinxit
from pinxit.data.catalog import resolve
from pinxit.data.labels import NUMBER_STEPS
from pinxit.data.pack import pack
from pinxit.families.contract import Canvas
from pinxit.families.dcgan.pytorch import Dcgan
from pinxit.networks.vocabulary import learn_vocabulary
from pinxit.scoring.scores import in_batches
from pinxit.scoring.stream import default_space
from pinxit.training.health import Health
from pinxit.training.listening import Listening, conditions


def test_every_column_is_a_piece_of_length_one():
    canvas = Canvas(32, 32, 3, {"kind": ("a", "b", "c"), "time": ()}, ranges={"time": (0.0, 1.0)})
    rows = torch.tensor([[1, 0], [2, NUMBER_STEPS], [-1, -1]])
    told = conditions(rows, canvas)
    assert told.tolist()[0] == [0, 1, 0, 1, 0]
    assert told[1].tolist() == pytest.approx([0, 0, 1, 0, 1], abs=1e-6)
    assert told[2].tolist() == [0] * 5
    assert conditions(torch.zeros(4, 0, dtype=torch.int64), Canvas(32, 32, 3)).shape == (4, 0)


def test_captions_are_alike_by_the_pieces_they_share():
    captions = ["a red disc", "a red square", "two blue stars", None]
    vocabulary = learn_vocabulary(captions, size=60, length=16)
    canvas = Canvas(32, 32, 3, vocabulary=vocabulary)
    told = conditions(torch.from_numpy(vocabulary.encode(captions)), canvas)
    likeness = told @ told.T
    assert torch.allclose(likeness.diag(), torch.tensor([1.0, 1, 1, 0]), atol=1e-5)
    assert likeness[0, 1] > likeness[0, 2]


def test_features_and_conditions_weigh_the_same():
    real, told = torch.randn(50, 8) * 3, torch.eye(5).repeat(10, 1)
    joined = Listening(real, told).join(real, told)
    assert joined[:, 8:].square().sum() == pytest.approx(float(real.square().sum()), rel=1e-4)
    assert Listening(real, told[:, :0]).join(real, told[:, :0]) is real


def test_who_does_not_listen_is_far_however_well_it_paints(shapes):
    packed = pack(resolve(shapes), size=(32, 32), labels=("folder",))
    canvas = Canvas(32, 32, packed.channels, {"folder": tuple(packed.classes["folder"])})
    labels = packed.labels["folder"][:, None]
    health = Health(packed, default_space(), canvas, lambda rows: labels[rows])
    wanted = health.asked[:, 0]
    rows_of = [np.flatnonzero(labels[:, 0] == kind) for kind in (0, 1)]
    listens = np.array([rows_of[kind][place % len(rows_of[kind])] for place, kind in enumerate(wanted)])
    health.examine(100, in_batches(packed, listens), None)
    health.examine(200, in_batches(packed, np.random.RandomState(0).permutation(listens)), None)
    health.examine(300, in_batches(packed, listens[::-1]), None)
    near, shuffled, _ = (one.kid for one in health.past)
    assert near < 0.2 * shuffled
    assert health.best.seen == 100


def test_labels_are_told_bit_by_bit_and_at_once_to_a_run_that_goes_on(shapes, tmp_path, monkeypatch):
    told, step = [], Dcgan.step

    def listening(self, batch, now, update):
        told.append((now, float((batch.labels >= 0).float().mean())))
        return step(self, batch, now, update)

    monkeypatch.setattr(Dcgan, "step", listening)
    tiny = {"family": "dcgan", "size": "32", "batch": 16, "width": 8, "critic_width": 8, "threads": 1, "checkups": False,
            "report": False, "labels": ["folder"]}  # fmt: skip
    first = pinxit.train(shapes, out=tmp_path / "first", seen=640, **tiny)
    assert all(share == 0 for now, share in told if now <= 160)
    assert 0.2 < np.mean([share for now, share in told if 160 < now < 320]) < 0.8
    assert all(share == 1 for now, share in told if now >= 320)
    told.clear()
    pinxit.train(shapes, out=tmp_path / "second", start=first.model_file, seen=64, **tiny)
    assert {share for _, share in told} == {1}
    told.clear()
    pinxit.train(shapes, out=tmp_path / "third", seen=64, transition=0, **tiny)
    assert {share for _, share in told} == {1}
