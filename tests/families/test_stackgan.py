"""StackGAN: the phases by pictures seen, stage by stage, and a whole run from captions to pictures and back."""

import json

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

import pinxit
from pinxit import api
from pinxit.cli.commands import main
from pinxit.errors import DataError, UsageError
from pinxit.families.catalog import find_family
from pinxit.families.contract import Canvas
from pinxit.families.stackgan.entry import StackganSettings, schedules, sketch_size
from pinxit.families.stackgan.pytorch import Stackgan
from pinxit.networks.dice import Dice
from pinxit.training.launch import place_parts
from pinxit.training.recipe import Batch
from pinxit.training.starting import freeze_first
from pinxit.training.update import Update

CAPTIONS = ["a red disc", "a blue disc", "a red square", "a blue square"]
SMALL = {
    "latents": 8, "condition": 8, "sentence": 16, "width": 8, "sketch_width": 8, "critic_width": 8, "pixel_width": 8,
    "batch": 4, "size": (32, 32), "precision": "float32",
}  # fmt: skip


def build(**values):
    settings = StackganSettings(**{**SMALL, **values})
    vocabulary = find_family("stackgan").vocabulary(settings, CAPTIONS, CAPTIONS, ())
    canvas = Canvas(*settings.size, 3, {}, vocabulary)
    torch.manual_seed(0)
    recipe = Stackgan(settings, canvas, Dice(0))
    place_parts(recipe.parts, torch.device("cpu"))
    words = torch.from_numpy(vocabulary.encode(CAPTIONS))
    pictures = torch.rand(4, 3, *settings.size[::-1]) * 2 - 1
    return recipe, Batch(pictures, words)


def weights(part):
    return [value.detach().clone() for value in part.parameters()]


def changed(part, before):
    return any(not torch.equal(one, two) for one, two in zip(part.parameters(), before, strict=True))


@pytest.mark.parametrize(
    ("size", "expected"),
    [((64, 64), (32, 32)), ((32, 48), (32, 48)), ((96, 64), (48, 32)), ((128, 128), (32, 32)), ((256, 512), (64, 128))],
)
def test_the_sketch_is_a_quarter_but_never_under_32(size, expected):
    assert sketch_size(*size) == expected


def test_too_small_a_size_says_what_would_do():
    with pytest.raises(UsageError, match=r"too small for two stages.*32x32"):
        find_family("stackgan").fits(16, 24)


def test_reading_comes_first_then_the_sketch_then_the_picture():
    recipe, batch = build(size=(64, 64), reading=4, sketching=8)
    generator, update = recipe.generator, Update("cpu")
    reader, first, second = weights(generator.reader), weights(generator.first), weights(generator.second)
    assert "reading_loss" in recipe.step(batch, 0, update)
    assert changed(generator.reader, reader)
    assert not changed(generator.first, first)
    reader = weights(generator.reader)
    recipe.step(batch, 4, update)
    assert changed(generator.first, first)
    assert not changed(generator.second, second)
    recipe.step(batch, 8, update)
    first = weights(generator.first)
    recipe.step(batch, 12, update)
    assert changed(generator.second, second)
    assert not changed(generator.first, first)
    assert not changed(generator.reader, reader)
    assert recipe.state["refining"] == 1.0


def test_both_stages_learn_together_if_wanted():
    recipe, batch = build(size=(64, 64), reading=0, stages="together")
    first, second = weights(recipe.generator.first), weights(recipe.generator.second)
    news = recipe.step(batch, 0, Update("cpu"))
    recipe.step(batch, 4, Update("cpu"))
    assert changed(recipe.generator.first, first)
    assert changed(recipe.generator.second, second)
    assert {"matching_first", "matching_second", "divergence", "pair_loss"} <= set(news)


def test_a_critic_keeps_the_first_layers_of_a_starting_model_if_wanted():
    recipe, batch = build(size=(64, 64), reading=0, sketching=0, freeze=1)
    freeze_first(recipe.seeing, recipe.settings.freeze)
    first, *others = (weights(layer) for layer in recipe.seeing.layers if weights(layer))
    recipe.step(batch, 0, Update("cpu"))
    now = [layer for layer in recipe.seeing.layers if weights(layer)]
    assert not changed(now[0], first)
    assert all(changed(*pair) for pair in zip(now[1:], others, strict=True))


def test_every_picture_has_a_score_of_its_own():
    recipe, batch = build(reading=0)
    scores = recipe.judge(batch.pictures, batch.labels)
    assert scores.shape == (4,)
    assert scores.abs().max() < 10  # not those of all heads and pictures together


def test_the_unlearned_second_stage_shows_the_sketch():
    recipe, batch = build(size=(64, 64))
    latents = torch.randn(4, recipe.generator.latents)
    generator = recipe.average
    with torch.no_grad():
        painted = generator.paint(latents, batch.labels, generator.read(batch.labels))
    assert painted.sketch.shape == (4, 3, 32, 32)
    again = torch.nn.functional.avg_pool2d(painted.picture, 2)
    assert (again - painted.sketch).abs().mean() < 0.2


def test_conditions_are_a_cloud_that_a_seed_picks_from():
    recipe, batch = build()
    condition = recipe.generator.conditions[0]
    said = recipe.generator.read(batch.labels)
    middle, divergence = condition(said, torch.zeros(4, 8))
    aside, _ = condition(said, torch.ones(4, 8))
    assert (aside > middle).all()
    assert divergence > 0


def test_schedules_fit_into_a_short_run():
    fitted = schedules(StackganSettings(), 40_000)
    assert fitted["reading"] == 5_000
    assert fitted["sketching"] == 20_000


def draw(number):
    """A coloured disc (odd) or square."""
    picture = Image.new("RGB", (40, 40), "white")
    pen = ImageDraw.Draw(picture)
    box, colour = (5, 5, 20 + number % 16, 20 + number % 16), (number * 37 % 256, number * 91 % 256, number * 13 % 256)
    pen.ellipse(box, fill=colour) if number % 2 else pen.rectangle(box, fill=colour)
    return picture


@pytest.fixture(scope="module")
def captioned(tmp_path_factory):
    """Pictures with captions in a CSV; one caption missing, one empty, one picture missing, one very long, one Chinese."""
    folder = tmp_path_factory.mktemp("captioned")
    lines = ["file_name,text"]
    for number in range(24):
        draw(number).save(folder / f"{number:03d}.png")
        kind = "disc" if number % 2 else "square"
        lines.append(f'{number:03d}.png,"a {kind}, number {number % 5}"')
    lines[3:8] = [
        "002.png,",
        "003.png,   ",
        "999.png,a picture that is not there",
        f"004.png,{'a very ' * 2000} disc",
        "005.png,一个圆",
    ]
    (folder / "metadata.csv").write_text("\n".join(lines), "utf-8")
    return folder


class Listening:
    def __init__(self):
        self.said = []

    def report(self, line):
        pass

    def say(self, message):
        self.said.append(message)


@pytest.fixture(scope="module")
def run(captioned, tmp_path_factory):
    watch = Listening()
    values = {**SMALL, "seen": 24, "reading": 8, "sketching": 16, "report": False, "preview_every": 8}
    out = tmp_path_factory.mktemp("runs") / "captions"
    run = pinxit.train(captioned, family="stackgan", out=out, watch=watch, **values)
    return run, watch.said


def test_what_is_wrong_with_captions_is_said_and_training_goes_on(run):
    _, said = run
    told = " ".join(said)
    assert "no caption" in told
    assert "longer than the 32 word pieces" in told
    assert run[0].ended == "done"


def test_a_text_is_painted_kept_in_the_picture_and_repeated(run, tmp_path):
    model = run[0].load()
    one, other = model.make([7], text="a disc, number 1"), model.make([7], text="a square, number 3")
    assert one[0].recipe["text"] == "a disc, number 1"
    assert np.asarray(one[0].image).tobytes() != np.asarray(other[0].image).tobytes()
    saved = one[0].save(tmp_path / "one.png")
    again = api.make_again(saved, [run[0].path])
    assert np.array_equal(np.asarray(again.image), np.asarray(one[0].image))
    several = model.make([7, 8, 7], text=["a square", "a disc", "a disc, number 1"], batch=2)
    assert np.abs(np.asarray(several[2].image, int) - np.asarray(one[0].image, int)).max() <= 1


def test_without_a_text_captions_of_the_pictures_are_drawn(run):
    model = run[0].load()
    paintings = model.make(range(3))
    assert all(painting.recipe["text"] in model.canvas.vocabulary.examples for painting in paintings)
    assert (
        model.sheet(paintings).height > model.sheet(model.make(range(3), text="a disc")).height
    )  # captions stand below
    assert isinstance(model.sheet_recipe(paintings)["text"], list)


def test_unknown_empty_and_foreign_texts(run):
    model = run[0].load()
    with pytest.warns(UserWarning, match=r"squares.*square"):
        model.make([0], text="a squares, number 1")
    with pytest.raises(UsageError, match="empty"):
        model.make([0], text=" ")
    with pytest.raises(UsageError, match="none of the words"):
        model.make([0], text="круг")
    with pytest.raises(UsageError, match="2 captions came for 1"):
        model.make([0], text=["a disc", "a disc"])
    assert model.make([0], text="一个圆")


def test_the_command_line_takes_a_text(run, tmp_path, capsys):
    assert main(["make", str(run[0].path), "--text", "a discus, number 2", "-n", "2", "--out", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "discus" in told
    assert "disc" in told.split("nearest")[1]
    assert len(list(tmp_path.glob("*.png"))) == 2
    assert main(["make", str(run[0].path), "-n", "2", "--sheet", "--out", str(tmp_path)]) == 0
    assert "--text" in capsys.readouterr().out


def test_a_run_goes_on_and_its_captions_with_it(run):
    longer = pinxit.resume(run[0].path, seen=32)
    assert longer.ended == "done"
    stored = json.loads((run[0].path / "settings.json").read_text("utf-8"))
    assert stored["canvas"]["captions"]["reader"] == "own"


def test_another_training_goes_on_from_its_model(run, captioned, tmp_path):
    watch = Listening()
    more = pinxit.train(
        captioned, start=run[0].path, out=tmp_path / "more", watch=watch, batch=4, seen=8, reading=4, report=False
    )
    assert any("Going on from" in said for said in watch.said)
    assert more.load().canvas.vocabulary.pieces[:5] == run[0].load().canvas.vocabulary.pieces[:5]


def test_pictures_without_captions_and_captions_that_are_all_the_same(shapes, tmp_path):
    with pytest.raises(DataError, match="none of these pictures has one"):
        pinxit.train(shapes, family="stackgan", out=tmp_path / "none", **SMALL, seen=8)
    for number in range(12):
        draw(number).save(tmp_path / f"{number}.png")
        (tmp_path / f"{number}.txt").write_text("a thing", "utf-8")
    with pytest.raises(DataError, match="All captions are the same"):
        pinxit.train(tmp_path, family="stackgan", out=tmp_path / "same", **SMALL, seen=8)


def test_a_model_without_captions_says_so(shapes, tmp_path):
    run = pinxit.train(
        shapes, family="dcgan", out=tmp_path / "run", size=16, batch=4, seen=8, width=4, critic_width=4, report=False
    )
    with pytest.raises(UsageError, match="trained without captions"):
        run.load().make([0], text="a disc")
