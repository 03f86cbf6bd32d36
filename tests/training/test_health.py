"""Going back when numbers run away, on real runs with a real fault put into them."""

import json

import pytest
import torch

import pinxit
from pinxit.data.catalog import resolve
from pinxit.data.pack import pack
from pinxit.families.dcgan.pytorch import Dcgan
from pinxit.runs import progress
from pinxit.runs.run_folder import RunFolder
from pinxit.scoring.scores import in_batches
from pinxit.scoring.stream import default_space
from pinxit.training import checkpoints
from pinxit.training.health import COLLAPSED, PATIENCE, Checkup, Health
from pinxit.training.update import NotFinite

TINY = {
    "family": "dcgan", "size": "32", "batch": 8, "width": 8, "critic_width": 8, "threads": 1, "checkpoint_every": 16,
    "report_every": 8, "checkups": False,
}  # fmt: skip


def poison(monkeypatch: pytest.MonkeyPatch, seen: int, times: int) -> None:
    """Make a weight of the critic not a number before the step at `seen`, the first `times` times it comes there."""
    left, step = [times], Dcgan.step

    def poisoned(self, batch, now, update):
        if now == seen and left[0]:
            left[0] -= 1
            with torch.no_grad():
                next(self.parts["critic"].parameters()).fill_(float("nan"))
        return step(self, batch, now, update)

    monkeypatch.setattr(Dcgan, "step", poisoned)


class Listener:
    def __init__(self):
        self.said = []

    def report(self, line):
        pass

    def say(self, message):
        self.said.append(message)


def state(run: RunFolder) -> dict:
    return json.loads((checkpoints.list_newest_first(run)[0] / "state.json").read_text())


def test_a_run_that_runs_away_goes_back_and_on(shapes, tmp_path, monkeypatch):
    poison(monkeypatch, seen=24, times=1)
    listener = Listener()
    done = pinxit.train(shapes, out=tmp_path / "run", seen=48, watch=listener, **TINY)
    assert done.ended == "done"
    run = RunFolder(done.path)
    assert any("Going back to 16 and on at 0.5 of the learning rate" in said for said in listener.said)
    assert state(run)["went_back"] == 1
    events = [line for line in progress.read(run.progress_file) if "event" in line]
    assert [(line["event"], line["from"], line["seen"]) for line in events] == [("went back", 24, 16)]
    assert all(value.isfinite().all() for value in pinxit.load(done.path).generator.state_dict().values())


def test_before_the_first_checkpoint_it_goes_back_to_the_beginning(shapes, tmp_path, monkeypatch):
    poison(monkeypatch, seen=8, times=1)
    listener = Listener()
    assert pinxit.train(shapes, out=tmp_path / "run", seen=24, watch=listener, **TINY).ended == "done"
    assert any("Going back to 0" in said for said in listener.said)


def test_after_three_times_it_gives_up_and_loses_nothing(shapes, tmp_path, monkeypatch):
    poison(monkeypatch, seen=24, times=9)
    listener = Listener()
    with pytest.raises(NotFinite, match="ran away"):
        pinxit.train(shapes, out=tmp_path / "run", seen=48, watch=listener, **TINY)
    assert sum("Going back" in said for said in listener.said) == 3
    assert any("at 0.125 of the learning rate" in said for said in listener.said)
    run = RunFolder(tmp_path / "run")
    assert checkpoints.is_whole(checkpoints.list_newest_first(run)[0])
    assert pinxit.load(run.path).make([1])


def test_a_resumed_run_stays_cautious(shapes, tmp_path, monkeypatch):
    poison(monkeypatch, seen=24, times=1)
    pinxit.train(shapes, out=tmp_path / "run", seen=32, **TINY)
    cautions, step = [], Dcgan.step

    def listening(self, batch, now, update):
        cautions.append(update.caution)
        return step(self, batch, now, update)

    monkeypatch.setattr(Dcgan, "step", listening)
    pinxit.resume(tmp_path / "run", seen=48)
    assert set(cautions) == {0.5}


@pytest.fixture(scope="module")
def packed(shapes):
    return pack(resolve(shapes), size=(32, 32))


@pytest.fixture
def health(packed):
    return Health(packed, default_space())


def test_a_painter_who_paints_the_pictures_themselves_is_well(health, packed):
    assert health.examine(1000, in_batches(packed, packed.train)) == []
    assert health.past[0].variety == pytest.approx(1, abs=0.01)
    assert health.past[0].kid < 1


def test_collapse_is_said_once_until_it_has_passed(health, packed):
    same, varied = in_batches(packed, packed.train[[0] * 38 + [1] * 2]), list(in_batches(packed, packed.train))
    same = list(same)
    (remark,) = health.examine(1000, same)
    assert "becoming alike" in remark
    assert health.past[0].variety < COLLAPSED
    assert health.examine(2000, same) == []
    assert health.examine(3000, varied) == []
    assert len(health.examine(4000, same)) == 1


def test_a_run_that_gets_no_better_is_told_once(health, packed):
    health.past = [Checkup(20_000, 1e6, 1.0), Checkup(40_000, -1e6, 1.0)]
    pictures = list(in_batches(packed, packed.train))
    assert health.examine(40_000 + PATIENCE - 1, pictures) == []
    (remark,) = health.examine(40_000 + PATIENCE, pictures)
    assert "No better since 40,000 pictures" in remark
    assert health.examine(60_000 + PATIENCE, pictures) == []


def test_checkups_are_in_the_record_and_survive_a_resume(shapes, tmp_path):
    asked = TINY | {"checkups": True}
    pinxit.train(shapes, out=tmp_path / "run", seen=16, **asked)
    pinxit.resume(tmp_path / "run", seen=32)
    run = RunFolder(tmp_path / "run")
    found = [line for line in progress.read(run.progress_file) if line.get("event") == "checkup"]
    assert [line["seen"] for line in found] == [16, 32]
    assert all(line["kid"] > 0 and line["variety"] >= 0 for line in found)


def test_checkups_change_nothing_in_training(shapes, tmp_path):
    for name, wanted in (("with", True), ("without", False)):
        pinxit.train(shapes, out=tmp_path / name, seen=32, **(TINY | {"checkups": wanted}))
    one, two = ((checkpoints.list_newest_first(RunFolder(tmp_path / name))[0]) for name in ("with", "without"))
    assert (one / "tensors.safetensors").read_bytes() == (two / "tensors.safetensors").read_bytes()
