"""Progressive GAN: the parts that are its own. What every family must do is in test_every_family.py."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import pinxit
from pinxit.families.contract import Canvas
from pinxit.families.progressive.entry import FAMILY, ProgressiveSettings
from pinxit.families.progressive.growing import grown, pictures_to_grow, work
from pinxit.families.progressive.networks import enlarge
from pinxit.families.progressive.pytorch import Progressive
from pinxit.networks.dice import Dice
from pinxit.networks.seeds import latents_of
from pinxit.runs.run_folder import RunFolder
from pinxit.training import checkpoints
from pinxit.training.checkpoints import Moment
from pinxit.training.launch import place_parts
from pinxit.training.recipe import Batch
from pinxit.training.starting import begin_from
from pinxit.training.update import Update

CANVAS = Canvas(32, 32, 4)
SMALL = {"size": (32, 32), "batch": 4, "width": 8, "widest": 16, "latents": 8, "settle": 8, "fade": 16, "augment": 0.0}
NO_LABELS = torch.zeros(4, 0, dtype=torch.int64)


def begun(seed=0, canvas=CANVAS, **values):
    torch.manual_seed(seed)
    recipe = Progressive(ProgressiveSettings(**SMALL | values), canvas, Dice(seed))
    place_parts(recipe.parts, torch.device("cpu"))
    return recipe


def train(recipe, start, end, bf16=False):
    for seen in range(start, end, 4):
        chance = torch.Generator().manual_seed(seen)
        recipe.step(Batch(torch.rand(4, 4, 32, 32, generator=chance) * 2 - 1, NO_LABELS), seen, Update(bf16=bf16))


def paint(recipe):
    return recipe.preview(torch.from_numpy(latents_of(range(4), 8)), NO_LABELS)


def test_stages_follow_pictures_seen_alone():
    levels = [grown(seen, 3, settle=10, fade=20) for seen in (0, 10, 15, 30, 40, 50, 70, 100, 10**9)]
    assert levels == [0, 0, 0.25, 1, 1, 1.5, 2, 3, 3]
    assert grown(5, 2, settle=0, fade=20) == 0.25
    assert pictures_to_grow(3, settle=10, fade=20) == 100
    assert work(10**6, 3, settle=10, fade=20) == pytest.approx(10**6, rel=1e-3)
    assert work(10, 3, settle=10, fade=20) == pytest.approx(10 / 1.6**3)
    assert work(100, 3, settle=10, fade=20) == pytest.approx(10 / 1.6**3 + 30 / 1.6**2 + 30 / 1.6 + 30)


def test_schedules_have_everything_grown_in_time():
    for seen in (500, 20_000, 300_000, 10_000_000):
        settings = ProgressiveSettings()
        fitted = settings.model_copy(update=dict(FAMILY.schedules(settings, seen)))
        assert pictures_to_grow(fitted.doublings, settle=fitted.settle, fade=fitted.fade) <= 0.61 * seen
    assert (fitted.settle, fitted.fade) == (settings.settle, settings.fade)  # no slower than the preset


def test_a_preview_shows_the_stage_and_no_more():
    recipe = begun()
    train(recipe, 0, 8)
    assert torch.equal(enlarge(paint(recipe)[:, :, ::8, ::8], 8), paint(recipe))  # 4x4, each cell repeated
    train(recipe, 8, 20)
    assert recipe.generator.level == 0.5
    pictures = paint(recipe)
    assert pictures.shape == (4, 4, 32, 32)
    assert torch.equal(enlarge(pictures[:, :, ::4, ::4], 4), pictures)


def test_fading_in_begins_with_the_older_stage_and_ends_with_the_newer():
    recipe = begun()
    recipe.generator.eval()
    latents = torch.randn(4, 8)
    painted = {}
    for level in (1.0, 1.001, 1.999, 2.0):
        recipe.generator.grow_to(level)
        painted[level] = recipe.generator(latents, NO_LABELS)
    torch.testing.assert_close(painted[1.0], painted[1.001], rtol=0, atol=0.02)
    torch.testing.assert_close(painted[2.0], painted[1.999], rtol=0, atol=0.02)
    assert (painted[1.0] - painted[2.0]).abs().max() > 0.1
    pictures = torch.rand(4, 4, 16, 16) * 2 - 1
    scores = [recipe.critic(pictures, NO_LABELS, level) for level in (1.001, 1.999, 2.0)]
    torch.testing.assert_close(scores[1], scores[2], rtol=0, atol=0.02)
    coarse = recipe.critic(F.avg_pool2d(pictures, 2), NO_LABELS, 1.0)
    torch.testing.assert_close(scores[0], coarse, rtol=0, atol=0.02)


@pytest.mark.parametrize("objective", ["nonsaturating", "wasserstein-gp"])
def test_it_resumes_in_mid_fade_to_the_last_bit(objective, tmp_path):
    whole = begun(objective=objective)
    train(whole, 0, 60, bf16=True)
    first = begun(objective=objective)
    train(first, 0, 40, bf16=True)
    assert first.generator.level == 1.25
    run = RunFolder(tmp_path / "run")
    run.create()
    checkpoints.save(run, Moment(40, 1.0, {}), first, first.dice, 2)
    second = begun(seed=9, objective=objective)
    assert checkpoints.resume(run, second, second.dice, pytest.fail) is not None
    assert torch.equal(paint(second), paint(first))
    train(second, 40, 60, bf16=True)
    one, other = (checkpoints.describe(recipe, recipe.dice)[0] for recipe in (whole, second))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_growing_never_goes_back():
    recipe = begun()
    train(recipe, 0, 40)
    reached = recipe.generator.level
    recipe.settings = recipe.settings.model_copy(update={"settle": 1000})  # schedules were fitted to a slower machine
    train(recipe, 40, 44)
    assert recipe.generator.level == reached


def test_going_on_from_a_grown_model_does_not_begin_small():
    grown_up, young = begun(), begun(seed=1)
    grown_up.generator.grow_to(3.0)
    tensors = {f"generator.{name}": value.numpy() for name, value in grown_up.generator.state_dict().items()}
    tensors |= {f"critic.{name}": value.numpy() for name, value in grown_up.critic.state_dict().items()}
    begin_from(young, tensors, "grown-up")
    train(young, 0, 4)
    assert young.generator.level == 3.0


def test_a_saved_model_paints_at_the_stage_it_has_reached(shapes, tmp_path):
    small = {"size": 32, "batch": 8, "width": 4, "widest": 8, "latents": 8, "checkups": False, "report": False}
    done = pinxit.train(
        shapes, family="progressive", out=tmp_path / "run", seen=64, settle=16, fade=16, threads=1, **small
    )
    picture = np.asarray(done.load().make([0])[0].image)
    cells = picture.reshape(16, 2, 16, 2, 4)
    assert (cells == cells[:, :1, :, :1]).all()  # 64 of 112 pictures: 16x16, each cell repeated
    assert not (picture.reshape(8, 4, 8, 4, 4) == picture[::4, ::4].reshape(8, 1, 8, 1, 4)).all()
