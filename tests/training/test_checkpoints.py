"""Checkpoints and full disks, with a small recipe of two linear maps."""

import os
import shutil
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from pinxit.errors import ModelFileError, TrainingStopped
from pinxit.networks.dice import Dice
from pinxit.runs.run_folder import RunFolder
from pinxit.training import checkpoints, loop
from pinxit.training.checkpoints import Moment
from pinxit.training.stopping import StopRequest


def recipe(width=64):
    network = nn.Linear(width, width)
    optimizer = torch.optim.Adam(network.parameters())
    network(torch.randn(2, width)).sum().backward()
    optimizer.step()
    return SimpleNamespace(parts={"generator": network}, optimizers={"generator": optimizer}, state={"augment": 0.25})


@pytest.fixture
def run(tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.create()
    return folder


def test_everything_comes_back(run):
    old, dice = recipe(), Dice(3)
    dice.normal(5)
    old.state["mean"] = torch.arange(3.0)
    checkpoints.save(run, Moment(100, 2.5, {"position": 100}), old, dice, 2)
    expected = dice.normal(4)
    new, other = recipe(), Dice(9)
    moment = checkpoints.resume(run, new, other, pytest.fail)
    assert moment == Moment(100, 2.5, {"position": 100})
    assert torch.equal(other.normal(4), expected)
    assert new.state["augment"] == 0.25
    assert torch.equal(new.state["mean"], old.state["mean"])
    assert torch.equal(new.parts["generator"].weight, old.parts["generator"].weight)
    mine, theirs = (side.optimizers["generator"].state_dict()["state"] for side in (new, old))
    assert mine.keys() == theirs.keys()
    for index in theirs:
        assert torch.equal(mine[index]["exp_avg_sq"], theirs[index]["exp_avg_sq"])


def test_an_optimizer_in_another_order_is_told(run):
    checkpoints.save(run, Moment(10), recipe(), Dice(0), 2)
    new = recipe()
    new.optimizers["generator"] = torch.optim.Adam(reversed(list(new.parts["generator"].parameters())))
    with pytest.raises(ModelFileError, match=r"another version of pinxit.*--from"):
        checkpoints.resume(run, new, Dice(0), pytest.fail)


def test_only_the_newest_are_kept_and_leftovers_are_cleared(run):
    (run.checkpoints / ".writing-000000001").mkdir()
    for seen in (10, 20, 30, 1000):
        checkpoints.save(run, Moment(seen), recipe(), Dice(0), 2)
    assert [place.name for place in checkpoints.list_newest_first(run)] == ["000001000", "000000030"]
    assert not list(run.checkpoints.glob(".writing*"))


@pytest.mark.parametrize("file", ["tensors.safetensors", "state.json", "manifest.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_a_damaged_checkpoint_falls_back_with_a_warning(run, file, damage):
    for seen in (10, 20):
        checkpoints.save(run, Moment(seen), recipe(), Dice(0), 2)
    path = run.checkpoints / "000000020" / file
    content = path.read_bytes()
    if damage == "remove":
        path.unlink()
    else:
        half = len(content) // 2
        path.write_bytes(
            content[:half] if damage == "cut" else content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :]
        )
    warnings = []
    moment = checkpoints.resume(run, recipe(), Dice(0), warnings.append)
    assert moment is not None
    assert moment.seen == 10
    assert "000000020" in warnings[0]


def test_other_networks_get_a_full_list_and_nothing_is_loaded(run):
    checkpoints.save(run, Moment(10), recipe(64), Dice(0), 2)
    other = recipe(32)
    before = other.parts["generator"].weight.detach().clone()
    with pytest.raises(
        ModelFileError, match=r"bias is \(64,\), wanted \(32,\); weight is \(64, 64\), wanted \(32, 32\)"
    ):
        checkpoints.resume(run, other, Dice(0), pytest.fail)
    assert torch.equal(other.parts["generator"].weight, before)


def small_disk(path, size="4m"):
    """A disk that can be filled. Only where this process may mount one."""
    path.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root on Linux")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path], capture_output=True)
    if done.returncode:
        pytest.skip("this machine does not allow mounting")


@pytest.fixture
def crowded(tmp_path):
    """A run on a disk with room for one checkpoint and no more, and what fills the rest."""
    disk = tmp_path / "disk"
    small_disk(disk)
    run = RunFolder(disk / "run")
    run.create()
    checkpoints.save(run, Moment(10), recipe(), Dice(0), 2)
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    yield run, filler
    subprocess.run(["umount", disk], check=True)


def task_of(run, keep=2):
    generator = recipe()
    generator.parts["average"] = generator.parts["generator"]
    settings = SimpleNamespace(keep=keep, model_dump=lambda mode: {})
    settings.told = lambda: settings
    canvas = SimpleNamespace(to_json=dict)
    batches = SimpleNamespace(state=dict)
    return SimpleNamespace(
        run=run, recipe=generator, dice=Dice(0), settings=settings, family="x", canvas=canvas, batches=batches,
        about_data={}, about_start={}, first=True, health=None, agree=lambda answer: answer,
    )  # fmt: skip


def test_a_full_disk_pauses_until_there_is_room(crowded):
    run, filler = crowded
    said = []
    free = threading.Timer(1.5, filler.unlink)
    free.start()
    began = time.monotonic()
    watch = SimpleNamespace(say=said.append)
    loop.keep(task_of(run), Moment(20), watch, StopRequest(run))
    assert time.monotonic() - began > 1
    assert "disk is full" in said[0]
    assert len(said) == 1
    assert checkpoints.is_whole(run.checkpoints / "000000020")
    assert run.model_file.exists()


def test_stopping_on_a_full_disk_keeps_the_old_checkpoint(crowded):
    run, _ = crowded
    stop = StopRequest(run)
    stop.reason = "interrupted"
    with pytest.raises(TrainingStopped, match="pinxit resume"):
        loop.keep(task_of(run), Moment(20), SimpleNamespace(say=print), stop)
    assert [place.name for place in checkpoints.list_newest_first(run)] == ["000000010"]
    assert checkpoints.is_whole(run.checkpoints / "000000010")


def test_a_checkpoint_that_is_already_there_is_not_written_twice(run):
    place = checkpoints.save(run, Moment(10), recipe(), Dice(0), 2)
    stamp = (place / "tensors.safetensors").stat().st_mtime_ns
    checkpoints.save(run, Moment(10), recipe(), Dice(0), 2)
    assert (place / "tensors.safetensors").stat().st_mtime_ns == stamp
    shutil.rmtree(place)
    assert not checkpoints.is_whole(place)
