"""The zoo's recipes can be trained, and what it ships paints and can be gone on from."""

import numpy as np
import pytest
from zoo.__main__ import CARDS, LARGEST, Pause
from zoo.manners import MANNERS
from zoo.recipes import MODELS

import pinxit
from pinxit.families.catalog import find_family
from pinxit.generation.finding import shipped_models
from pinxit.runs.model_file import halve, read_model, write_model
from pinxit.runs.run_folder import RunFolder
from pinxit.scoring.verdict import Score
from pinxit.settings import resolve

TINY = {
    "family": "dcgan", "size": "32", "batch": 8, "width": 8, "critic_width": 8, "threads": 1, "checkups": False,
    "report": False, "report_every": 8,
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_every_row_is_settings_that_its_family_knows(name):
    family = find_family(MODELS[name].family)
    settings = resolve(family.settings, MODELS[name].settings, family=family.name)
    family.fits(*settings.size)


@pytest.mark.parametrize("name", shipped_models())
def test_what_ships_is_small_scored_varied_and_has_a_card(name):
    path = shipped_models()[name]
    assert path.stat().st_size <= LARGEST
    model = pinxit.load(name)
    if model.paints_pictures:
        assert len(model.manners) >= 8
        assert all(f"`{manner}`" in (CARDS / name / "README.md").read_text("utf-8") for manner in model.manners)
        return
    assert set(MODELS[name].settings.get("labels", ())) == set(model.canvas.classes)
    assert any(key.startswith("critic.") for key in read_model(path).tensors) == MODELS[name].with_critics
    score = Score.from_json(model.header["scores"])
    assert score is not None
    assert score.word in ("very close to the data", "close to the data", "still rough")
    assert score.copied <= (score.copied_of_real or 0) + 0.05
    assert score.headline in (CARDS / name / "README.md").read_text("utf-8").replace("\\~", "~")  # as Markdown wants it
    small = [np.asarray(painting.image.resize((8, 8)), int) for painting in model.make(range(4))]
    for place, one in enumerate(small):
        for other in small[:place]:
            assert np.abs(one - other).mean() > 2


def test_manners_are_drawn_alike_each_time():
    assert len(MANNERS) >= 8
    assert MANNERS["waves"]().tobytes() == MANNERS["waves"]().tobytes()


def test_half_the_bytes_paint_the_same_and_can_be_gone_on_from(shapes, tmp_path):
    run = pinxit.train(shapes, out=tmp_path / "run", seen=16, **TINY)
    stored = read_model(run.model_file)
    small = tmp_path / "small.safetensors"
    write_model(small, stored.header, halve(stored.tensors))
    assert small.stat().st_size < 0.6 * run.model_file.stat().st_size
    for one, two in zip(pinxit.load(run.path).make(range(3)), pinxit.load(small).make(range(3)), strict=True):
        assert np.abs(np.asarray(one.image, int) - np.asarray(two.image, int)).mean() < 1
    tiny = {name: TINY[name] for name in ("batch", "threads", "checkups", "report")}
    assert pinxit.train(shapes, start=small, out=tmp_path / "next", seen=8, **tiny).ended == "done"


class Listener:
    def report(self, line):
        pass

    def say(self, message):
        pass


def test_a_sitting_ends_after_its_minutes_and_the_next_goes_on(shapes, tmp_path):
    run = RunFolder(tmp_path / "run")
    ended = pinxit.train(shapes, out=run.path, seen=80_000, watch=Pause(Listener(), run, 0.001), **TINY).ended
    assert ended == "asked to stop"
    seen = pinxit.load(run.path).header["seen"]
    pinxit.resume(run.path, watch=Pause(Listener(), run, 0.001))
    assert pinxit.load(run.path).header["seen"] > seen
