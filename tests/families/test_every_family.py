"""The one contract test: every family, built-in or plugged in, is tested by existing."""

import hashlib
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pinxit.data.labels import NUMBER_STEPS
from pinxit.errors import UsageError
from pinxit.families.catalog import DEFAULT, families, find_family
from pinxit.families.contract import Canvas
from pinxit.networks.dice import Dice
from pinxit.networks.seeds import latents_of
from pinxit.runs.run_folder import RunFolder
from pinxit.settings import resolve
from pinxit.training import checkpoints
from pinxit.training.checkpoints import Moment
from pinxit.training.launch import place_parts
from pinxit.training.recipe import Batch
from pinxit.training.update import Update

NAMES = sorted(families())
FROM_SEEDS = [name for name in NAMES if families()[name].paints_from != "picture"]
SMALL = {"batch": 4, "size": "32", "seen": 1000}
CAPTIONS = ["a red square", "a blue disc", "a small red disc, left", "a blue square, right"]


def build(name, *, channels=4, classes=None, seed=0, **values):
    """(recipe, settings, canvas) at a size that is quick on any machine."""
    family = find_family(name)
    settings = resolve(family.settings, SMALL, values, family=name)
    if family.paints_from == "picture":
        settings = settings.model_copy(update={"style": painting_files()})
    family.fits(*settings.size)
    family.needs(settings)
    if family.vocabulary:  # learning to read is over soon, so that a few steps come to painting
        settings = settings.model_copy(update={"reading": 4})
    vocabulary = family.vocabulary and family.vocabulary(settings, CAPTIONS, CAPTIONS, ())
    canvas = Canvas(*settings.size, channels, classes or {}, vocabulary)
    torch.manual_seed(seed)
    recipe = family.load_recipe()(settings, canvas, Dice(seed))
    place_parts(recipe.parts, torch.device("cpu"))
    return recipe, settings, canvas


def some_batch(canvas, count=4, seed=0):
    chance = np.random.RandomState(seed)
    pictures = chance.uniform(-1, 1, (count, canvas.height, canvas.width, canvas.channels)).astype(np.float32)
    if canvas.channels == 4:
        pictures[..., :3] = np.minimum(pictures[..., :3], pictures[..., 3:])
    columns = [chance.randint(-1, classes or NUMBER_STEPS + 1, count) for classes in canvas.class_counts]
    labels = torch.from_numpy(np.stack(columns, 1) if columns else np.zeros((count, 0))).long()
    told = words(canvas, [CAPTIONS[number] if number >= 0 else None for number in chance.randint(-1, 4, count)])
    return Batch(torch.from_numpy(pictures).permute(0, 3, 1, 2), torch.cat([labels, told], dim=1))


def words(canvas, captions):
    """(N, T): captions as numbers; nothing for a canvas without captions."""
    if canvas.vocabulary is None:
        return torch.zeros(len(captions), 0, dtype=torch.int64)
    return torch.from_numpy(canvas.vocabulary.encode(captions))


@cache
def painting_files():
    """Two paintings, for families that take a manner from them."""
    folder, chance = Path(os.environ["PINXIT_CACHE"]), np.random.RandomState(0)
    for name in ("one", "two"):
        Image.fromarray(chance.randint(0, 256, (40, 48, 3), np.uint8)).save(folder / f"{name}.png")
    return (str(folder / "one.png"), str(folder / "two.png"))


def paint(recipe, canvas, seeds=range(4), chosen=0, caption=CAPTIONS[0]):
    if isinstance(manners := getattr(recipe.parts["average"], "manners", None), tuple):
        pictures = torch.cat([some_batch(Canvas(canvas.width, canvas.height, 3), 1, seed).pictures for seed in seeds])
        shares = torch.eye(len(manners))[[max(chosen, 0)]].expand(len(pictures), -1)
        with torch.no_grad():
            return recipe.parts["average"](pictures, shares)
    latents = torch.from_numpy(latents_of(seeds, recipe.parts["average"].latents))
    labels = torch.full((len(latents), len(canvas.classes)), chosen)
    with torch.no_grad():
        return recipe.preview(latents, torch.cat([labels, words(canvas, [caption] * len(latents))], dim=1))


def preview(recipe, canvas):
    """What a progress sheet shows, of a family whose pictures begin as others."""
    return recipe.preview(torch.zeros(4, 0), torch.zeros(4, len(canvas.classes), dtype=torch.int64))


def fingerprint(recipe, dice):
    tensors, told = checkpoints.describe(recipe, dice)
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    for name in sorted(tensors):
        digest.update(name.encode() + tensors[name].numpy().tobytes())
    return digest.hexdigest()


def train(recipe, settings, canvas, steps, start=0, bf16=False, accumulate=1):
    update = Update("cpu", bf16=bf16, accumulate=accumulate)
    news = {}
    for step in range(start, start + steps):
        news = recipe.step(some_batch(canvas, settings.batch, step), step * settings.batch, update)
    return news


def test_the_default_family_exists():
    assert DEFAULT in families()


def test_entries_load_no_framework():
    code = (
        "import sys; from pinxit.families.catalog import families; families();"
        "assert not {'torch', 'tensorflow', 'keras'} & set(sys.modules), 'a framework was imported'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", NAMES)
def test_the_entry_is_complete(name):
    family = families()[name]
    assert family.name == name
    assert family.title
    assert family.about.endswith(".")
    for row in family.presets.values():
        assert isinstance(row, family.settings)
    for field, declared in family.settings.model_fields.items():
        assert declared.description, f"setting {field} of {name} has no help"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("channels", "size", "seamless", "classes"),
    [
        (1, "32", "no", {}),
        (3, "64x32", "x", {"kind": ("a", "b", "c"), "time": ()}),
        (4, "32x64", "both", {"kind": ("a", "b"), "mood": ("c", "d", "e")}),
    ],
)
def test_it_trains_and_paints_any_canvas(name, channels, size, seamless, classes):
    recipe, settings, canvas = build(name, channels=channels, classes=classes, size=size, seamless=seamless)
    before = {part: [value.clone() for value in recipe.parts[part].parameters()] for part in ("generator", "average")}
    news = train(recipe, settings, canvas, 2)
    assert news
    assert all(torch.isfinite(value) for value in news.values())
    for part, old in before.items():
        now = list(recipe.parts[part].parameters())
        assert any(not torch.equal(one, two) for one, two in zip(old, now, strict=True)), f"{part} did not change"
    from_pictures = find_family(name).paints_from == "picture"
    for pictures in [paint(recipe, canvas), *([preview(recipe, canvas)] if from_pictures else [])]:
        assert pictures.shape == (4, 3 if from_pictures else canvas.channels, canvas.height, canvas.width)
        assert pictures.abs().max() <= 1


@pytest.mark.parametrize("name", FROM_SEEDS)
def test_labels_change_the_picture_and_missing_ones_are_allowed(name):
    recipe, settings, canvas = build(name, classes={"kind": ("a", "b")})
    train(recipe, settings, canvas, 3)
    assert not torch.equal(paint(recipe, canvas, chosen=0), paint(recipe, canvas, chosen=1))
    assert paint(recipe, canvas, chosen=-1).isfinite().all()


@pytest.mark.parametrize("name", FROM_SEEDS)
def test_a_label_that_is_a_number_changes_the_picture_bit_by_bit(name):
    recipe, settings, canvas = build(name, classes={"time": ()})
    train(recipe, settings, canvas, 3)
    first, near, last = (paint(recipe, canvas, chosen=chosen) for chosen in (0, 10, NUMBER_STEPS))
    assert 0 < (near - first).abs().mean() < (last - first).abs().mean()


@pytest.mark.parametrize("name", [name for name in NAMES if families()[name].paints_from == "captions"])
def test_captions_change_the_picture_and_any_caption_will_do(name):
    recipe, settings, canvas = build(name)
    train(recipe, settings, canvas, 3)
    one, other = paint(recipe, canvas, caption=CAPTIONS[0]), paint(recipe, canvas, caption=CAPTIONS[1])
    assert not torch.equal(one, other)
    assert paint(recipe, canvas, caption=None).isfinite().all()
    assert paint(recipe, canvas, caption="red " * 1000).isfinite().all()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_in_any_batch(name):
    recipe, settings, canvas = build(name)
    train(recipe, settings, canvas, 2)
    together = paint(recipe, canvas, range(5))
    for place in range(5):
        alone = paint(recipe, canvas, [place])
        assert (alone[0] - together[place]).abs().max() <= 2 / 255  # a range of 2 in 255 steps of one level


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("bf16", [False, True])
def test_a_checkpoint_resumes_bit_for_bit(name, bf16, tmp_path):
    values = {"augment_target": 0.6, "augment": 0.3}
    whole, settings, canvas = build(name, **values)
    dice = whole.dice
    train(whole, settings, canvas, 6, bf16=bf16)
    expected = fingerprint(whole, dice)

    first, _, _ = build(name, **values)
    train(first, settings, canvas, 3, bf16=bf16)
    run = RunFolder(tmp_path / "run")
    run.create()
    checkpoints.save(run, Moment(12, 1.0, {}), first, first.dice, 2)

    second, _, _ = build(name, seed=99, **values)
    moment = checkpoints.resume(run, second, second.dice, pytest.fail)
    assert moment is not None
    assert moment.seen == 12
    assert fingerprint(second, second.dice) == fingerprint(first, first.dice)
    train(second, settings, canvas, 3, start=3, bf16=bf16)
    assert fingerprint(second, second.dice) == expected
    assert torch.equal(paint(second, canvas), paint(whole, canvas))


@pytest.mark.parametrize("name", NAMES)
def test_a_step_in_parts_is_still_a_step(name):
    recipe, settings, canvas = build(name)
    news = train(recipe, settings, canvas, 1, accumulate=2)
    assert all(torch.isfinite(value) for value in news.values())


@pytest.mark.parametrize("name", NAMES)
def test_the_generator_is_rebuilt_from_settings_and_canvas_alone(name):
    recipe, settings, canvas = build(name, classes={"kind": ("a", "b")})
    rebuilt = type(recipe).build_generator(settings, canvas)
    checkpoints.load_exactly(rebuilt, recipe.parts["average"].state_dict(), "memory")
    rebuilt.eval()
    if find_family(name).paints_from == "picture":
        pictures, shares = some_batch(Canvas(*settings.size, 3)).pictures, torch.eye(len(rebuilt.manners))[[0] * 4]
        with torch.no_grad():
            assert torch.allclose(rebuilt(pictures, shares), recipe.parts["average"](pictures, shares), atol=1e-5)
        return
    latents = torch.from_numpy(latents_of([7], rebuilt.latents))
    labels = torch.cat([torch.zeros(1, 1, dtype=torch.int64), words(canvas, CAPTIONS[:1])], dim=1)
    with torch.no_grad():
        assert torch.allclose(rebuilt(latents, labels), recipe.preview(latents, labels), atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_size_it_cannot_make_names_the_nearest(name):
    with pytest.raises(UsageError, match=r"\d+x\d+"):
        find_family(name).fits(67, 64)
