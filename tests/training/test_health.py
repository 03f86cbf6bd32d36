"""Going back when numbers run away, on real runs with a real fault put into them."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import pinxit
from pinxit.data.batches import Batches
from pinxit.data.catalog import resolve
from pinxit.data.pack import pack
from pinxit.errors import TrainingStopped
from pinxit.families.contract import Canvas
from pinxit.families.dcgan.pytorch import Dcgan
from pinxit.runs import progress
from pinxit.runs.model_file import read_header
from pinxit.runs.run_folder import RunFolder
from pinxit.scoring.distances import Spread
from pinxit.scoring.scores import in_batches
from pinxit.scoring.stream import default_space
from pinxit.settings import TrainingSettings
from pinxit.training import checkpoints
from pinxit.training import health as health_module
from pinxit.training.health import COLLAPSED, OVERFIT, PATIENCE, Checkup, Health, overfit
from pinxit.training.launch import Job, launch
from pinxit.training.update import NotFinite, Update

TINY = {
    "family": "dcgan", "size": "32", "batch": 8, "width": 8, "critic_width": 8, "threads": 1, "checkpoint_every": 16,
    "report_every": 8, "checkups": False, "report": False,
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
    canvas = Canvas(32, 32, packed.channels)
    return Health(packed, default_space(), canvas, lambda rows: np.zeros((len(rows), 0), np.int64))


def said(health: Health, seen: int, painted, word: str) -> int:
    """How many remarks with that word a look at `painted` brings."""
    return sum(word in remark for remark in health.examine(seen, painted, None))


def test_a_painter_who_paints_the_pictures_themselves_is_good_and_copies(health, packed):
    (remark,) = health.examine(1000, in_batches(packed, packed.train), None)
    assert "very close to one of yours" in remark
    assert health.past[0].variety == pytest.approx(1, abs=0.01)
    assert health.past[0].kid < 1
    assert health.past[0].copied > 0.9
    assert health.examine(2000, in_batches(packed, packed.train), None) == []  # nothing is said twice in a row


def test_collapse_is_said_once_until_it_has_passed(health, packed):
    same = list(in_batches(packed, packed.train[[0] * 38 + [1] * 2]))
    varied = list(in_batches(packed, packed.train))
    assert said(health, 1000, same, "becoming alike") == 1
    assert health.past[0].variety < COLLAPSED
    assert said(health, 2000, same, "becoming alike") == 0
    assert said(health, 3000, varied, "becoming alike") == 0
    assert said(health, 4000, same, "becoming alike") == 1


def test_a_run_that_gets_no_better_is_told_once(health, packed):
    health.past = [Checkup(20_000, 1e6, 1.0), Checkup(40_000, -1e6, 1.0)]
    pictures = list(in_batches(packed, packed.train))
    assert said(health, 40_000 + PATIENCE - 1, pictures, "No better") == 0
    assert said(health, 40_000 + PATIENCE, pictures, "No better since 40,000 pictures") == 1
    assert said(health, 60_000 + PATIENCE, pictures, "No better") == 0


def test_checkups_are_in_the_record_and_survive_a_resume(shapes, tmp_path):
    asked = TINY | {"checkups": True}
    pinxit.train(shapes, out=tmp_path / "run", seen=16, **asked)
    pinxit.resume(tmp_path / "run", seen=32)
    run = RunFolder(tmp_path / "run")
    found = [line for line in progress.read(run.progress_file) if line.get("event") == "checkup"]
    assert [line["seen"] for line in found] == [16, 32]
    assert all(line["kid"] > 0 and line["variety"] >= 0 for line in found)
    assert all(line["overfit"] is None for line in found)  # so few pictures that none is held back


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """600 coloured blobs on white, of which 60 are held back."""
    folder = tmp_path_factory.mktemp("many")
    dice = np.random.RandomState(0)
    rows, columns = np.mgrid[:32, :32]
    for number in range(600):
        picture = np.full((32, 32, 3), 255, np.uint8)
        for _ in range(3):
            x, y, radius = dice.randint(4, 28, 3)
            picture[(columns - x) ** 2 + (rows - y) ** 2 < (radius / 3) ** 2] = dice.randint(0, 256, 3)
        Image.fromarray(picture).save(folder / f"{number:03d}.png")
    return folder


def events(path) -> list[dict]:
    return [line for line in progress.read(RunFolder(path).progress_file) if "event" in line]


class Prototypes:
    """The smallest recipe there is: 64 pictures, drawn every few steps to halves of two training pictures."""

    class Generator(nn.Module):
        latents = 1

        def __init__(self):
            super().__init__()
            self.pictures = nn.Parameter(torch.zeros(64, 3, 32, 32))

        def forward(self, latents, labels):
            return self.pictures[(latents[:, 0] * 1000).long() % 64].tanh()

    def __init__(self, settings, canvas, dice):
        network = self.Generator()
        self.parts = {"generator": network, "average": network, "critic": nn.Linear(1, 1)}
        self.seeing = self.parts["critic"]
        self.optimizers = {"generator": torch.optim.SGD(network.parameters(), 0.5)}
        self.state = {}

    def step(self, batch, seen, update):
        place = seen % 64
        wanted = torch.cat([batch.pictures[..., :16], batch.pictures.roll(1, 0)[..., 16:]], dim=-1)
        wanted = (wanted * 0.99).atanh()

        def loss(batch):
            loss = (self.parts["generator"].pictures[place : place + len(batch)] - wanted).square().sum()
            return loss, {"loss": loss}

        return update(self.optimizers["generator"], loss, batch)

    def judge(self, pictures, labels):
        return pictures.mean(dim=(1, 2, 3))

    def preview(self, latents, labels):
        return self.parts["average"](latents, labels).detach()


class Hungry(Prototypes):
    """For which more than eight pictures at once are too many."""

    def step(self, batch, seen, update):
        def loss(part):
            if len(part) > 8:
                raise RuntimeError("not enough memory: you tried to allocate too much")
            loss = (self.parts["generator"].pictures[0] - part.pictures).square().mean()
            return loss, {"loss": loss}

        return update(self.optimizers["generator"], loss, batch)


def test_a_step_too_large_for_memory_is_split_and_that_is_said(many, tmp_path):
    packed, run = pack(resolve(many), size=(32, 32)), RunFolder(tmp_path / "run")
    run.create()
    settings = TrainingSettings(seen=64, size=(32, 32), batch=16, threads=1, device="cpu", precision="float32")
    listener = Listener()
    job = Job(run.path, "hungry", Hungry, settings, Canvas(32, 32, 3), packed.folder, {})
    assert launch(job, listener) == "done"
    assert [line["parts"] for line in events(run.path) if line["event"] == "memory"] == [2]
    assert sum("not enough memory for 16 pictures at once" in said for said in listener.said) == 1


def test_a_learning_rate_a_hundred_times_too_high_is_answered_by_going_back(many, tmp_path, monkeypatch):
    packed = pack(resolve(many), size=(32, 32))
    run = RunFolder(tmp_path / "run")
    run.create()
    values = {
        "size": (32, 32),
        "batch": 16,
        "threads": 1,
        "checkpoint_every": 64,
        "device": "cpu",
        "precision": "float32",
    }
    job = Job(
        run.path, "prototypes", Prototypes, TrainingSettings(seen=256, **values), Canvas(32, 32, 3), packed.folder, {}
    )
    assert launch(job, Listener()) == "done"
    sound = read_header(run.model_file)["seen"]
    caution, wild = Update.__call__, []

    def a_hundred_times(self, optimizer, loss, batch):
        wild.append(self.caution)
        self.caution *= 100
        try:
            return caution(self, optimizer, loss, batch)
        finally:
            self.caution /= 100

    monkeypatch.setattr(Update, "__call__", a_hundred_times)
    listener = Listener()
    with pytest.raises(TrainingStopped, match=r"keeps running away|ran away"):
        launch(replace(job, settings=TrainingSettings(seen=6400, **values), resume=True), listener)
    assert sum("Going back" in said for said in listener.said) == 3
    assert any("the pictures got much worse" in said for said in listener.said)
    assert {1.0, 0.5, 0.25, 0.125} <= set(wild)
    back = [line for line in events(run.path) if line["event"] == "went back"]
    assert all(line["seen"] <= 256 for line in back)
    assert read_header(run.model_file)["seen"] <= sound  # nothing that was painted since is kept as the model


def test_a_critic_that_sees_only_twenty_pictures_is_found_out_and_augmentation_turned_up(many, tmp_path, monkeypatch):
    few = Batches.__init__

    def only_twenty(self, packed, *args, **named):
        few(self, packed, *args, **named | {"indices": packed.train[:20]})

    monkeypatch.setattr(Batches, "__init__", only_twenty)
    monkeypatch.setattr(health_module, "some_of", lambda indices: indices[:20])
    listener = Listener()
    values = TINY | {"checkups": True, "checkpoint_every": 1024, "batch": 16, "width": 16, "critic_width": 64}
    values |= {"critic_norm": "none", "learning_rate": 1e-3, "augment": 0.0}
    pinxit.train(many, out=tmp_path / "run", seen=4096, watch=listener, **values)
    assert any("learning your pictures by heart" in said for said in listener.said)
    run = RunFolder(tmp_path / "run")
    assert state(run)["floats"]["augment_extra"] > 0
    found = [line["overfit"] for line in events(run.path) if line["event"] == "checkup"]
    assert max(found) > OVERFIT


def test_the_model_is_the_best_moment_that_does_not_copy(health):
    far = health.far
    health.past = [Checkup(1000, far / 3, 1.0), Checkup(2000, 0.0, 1.0, copied=0.3), Checkup(3000, far / 9, 1.0)]
    assert (health.best.seen, health.is_best) == (3000, True)
    health.past.append(Checkup(4000, far / 8, 1.0))
    assert (health.best.seen, health.is_best) == (3000, False)


def test_only_a_lasting_fall_counts_as_lost(health):
    best, bad = Checkup(1000, health.far / 10, 0.9), health.far
    health.past = [best, Checkup(2000, bad, 0.9)]
    assert not health.is_lost
    health.past += [Checkup(3000, bad, 0.9)]
    assert health.is_lost
    health.past = [best, Checkup(2000, best.kid, 0.1), Checkup(3000, best.kid, 0.1)]
    assert health.is_lost
    health.past = [Checkup(1000, 900.0, 0.1), Checkup(2000, 800.0, 0.1), Checkup(3000, 700.0, 0.1)]
    assert not health.is_lost  # it was never better: beginnings look alike


def test_what_lies_beyond_a_way_back_is_forgotten(health):
    lines = [
        {"event": "checkup", "seen": 10, "kid": 9.0, "variety": 1.0},
        {"event": "checkup", "seen": 20, "kid": 99.0, "variety": 1.0, "copied": 0.0, "overfit": None},
        {"event": "went back", "seen": 10, "from": 25},
        {"event": "checkup", "seen": 20, "kid": 8.0, "variety": 1.0},
        {"event": "checkup", "seen": 30, "kid": 7.0, "variety": 1.0},
    ]
    health.past = []
    health.remember(lines, 20)
    assert [(one.seen, one.kid) for one in health.past] == [(10, 9.0), (20, 8.0)]


def test_until_plateau_ends_when_nothing_gets_better(shapes, tmp_path, monkeypatch):
    monkeypatch.setattr(health_module, "PATIENCE", 32)
    monkeypatch.setattr(health_module, "kid", lambda *args, **named: Spread(5.0, 0.0))
    done = pinxit.train(shapes, out=tmp_path / "run", seen=4000, until="plateau", **TINY | {"checkups": True})
    assert done.ended == "done"
    assert checkpoints.list_newest_first(RunFolder(done.path))[0].name == "000000048"


def test_overfit_is_the_share_of_an_advantage_that_was_learned_by_heart():
    scores = torch.tensor([2.0, 2.0]), torch.tensor([1.0, 1.0]), torch.tensor([0.0, 0.0])
    assert overfit(*scores) == pytest.approx(0.5)
    assert overfit(scores[2], scores[1], scores[0]) == 0.0  # it takes painted ones for more real: nothing to tell


def test_checkups_change_nothing_in_training(shapes, tmp_path):
    for name, wanted in (("with", True), ("without", False)):
        pinxit.train(shapes, out=tmp_path / name, seen=32, **(TINY | {"checkups": wanted}))
    one, two = ((checkpoints.list_newest_first(RunFolder(tmp_path / name))[0]) for name in ("with", "without"))
    assert (one / "tensors.safetensors").read_bytes() == (two / "tensors.safetensors").read_bytes()
