"""Completing pictures: only holes change, proposals differ, what cannot be is told."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

import pinxit
from pinxit.cli.commands import main
from pinxit.errors import PictureError, UsageError
from pinxit.generation.completion import box_of, to_canvas
from pinxit.generation.filling import learned
from pinxit.images.files import open_picture
from pinxit.networks.dice import Dice
from pinxit.networks.holes import Surroundings, random_holes
from pinxit.networks.pictures import to_bytes


@pytest.fixture(scope="module")
def completer(model_files):
    """A begun model that completes pictures, badly."""
    return model_files["completing"]


def hole(size, box):
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).rectangle(box, 255)
    return mask


def test_holes_are_everything_sides_and_strokes():
    holes = random_holes(Dice(0), 400, 24, 36)
    assert holes.shape == (400, 1, 24, 36)
    assert set(holes.unique().tolist()) == {0.0, 1.0}
    shares = holes.mean(dim=(1, 2, 3))
    assert 0.15 < (shares == 1).float().mean() < 0.35
    rest = holes[shares < 1]
    straight = [bool((one[0] == one[0, :1]).all() or (one[0] == one[0, :, :1]).all()) for one in rest]
    assert 0.2 < np.mean(straight) < 0.5
    assert shares[shares < 1].min() > 0.01


def test_where_nothing_is_known_the_encoder_is_silent():
    encoder = Surroundings([16, 12, 8], 4, style=6)
    with torch.no_grad():
        for layer in encoder.tell:
            layer.weight.normal_()
        torch.nn.init.normal_(encoder.manner[-1].weight)
        told, manner = encoder(torch.randn(2, 4, 16, 16), torch.stack([torch.ones(1, 16, 16), torch.zeros(1, 16, 16)]))
    assert [tuple(one.shape[1:]) for one in told] == [(16, 4, 4), (12, 8, 8), (8, 16, 16)]
    assert all(one[0].abs().max() == 0 and one[1].abs().max() > 0 for one in (*told, manner))


def test_only_the_hole_changes_and_proposals_differ(completer, shapes, tmp_path):
    picture = open_picture(next(shapes.rglob("*.png"))).resize((32, 32))
    mask = hole((32, 32), (8, 8, 20, 20))
    made = pinxit.complete(picture, mask, completer, 3)
    away = np.asarray(mask) == 0
    away[5:24, 5:24] = False  # the seam
    before = np.asarray(picture.convert("RGBA"))
    for painting in made:
        after = np.asarray(painting.image)
        assert np.abs(after[away].astype(int) - before[away]).max() <= 2
    inside = [np.asarray(painting.image)[10:18, 10:18].astype(int) for painting in made]
    assert np.abs(inside[0] - inside[1]).max() > 0
    again = pinxit.complete(picture, mask, completer, 1, seed=1)[0]
    assert again.image.tobytes() == made[1].image.tobytes()
    saved = made[0].save(tmp_path / "completed.png")
    assert pinxit.info(saved)["completed"]["seed"] == 0
    with pytest.raises(UsageError, match="completes another picture"):
        pinxit.api.make_again(saved, [tmp_path])


def test_a_proposal_is_a_whole_picture_so_that_its_colours_can_be_matched(completer):
    pictures, holes = torch.zeros(1, 4, 32, 32), torch.zeros(1, 1, 32, 32)
    holes[..., 8:20, 8:20] = 1
    whole = learned(pinxit.load(completer), pictures, holes, [0])
    assert whole.shape == (1, 32, 32, 4)
    assert np.abs(whole.astype(int) - to_bytes(pictures))[0][holes[0, 0].numpy() == 0].mean() > 1


def test_a_model_that_completes_still_paints_from_seeds(completer):
    assert pinxit.load(completer).make([1])[0].image.size == (32, 32)


def test_pictures_of_any_shape_keep_theirs(completer):
    picture = Image.new("RGB", (90, 50), "#4080c0")
    made = pinxit.complete(picture, hole((90, 50), (30, 10, 60, 40)), completer, 1)[0].image
    assert made.size == (90, 50)
    assert np.abs(np.asarray(made.convert("RGB"))[:, :20].astype(int) - np.asarray(picture)[:, :20]).max() <= 3
    box = box_of((90, 50), (32, 32))
    assert box == (0, 7, 32, 25)
    assert to_canvas(hole((90, 50), (30, 10, 60, 40)), box, 32, 32)[:7].max() == 0


@pytest.mark.parametrize(
    "mask, told",
    [
        (Image.new("L", (16, 16), 255), "The mask picture is 16x16 pixels, the picture 32x32"),
        (Image.new("L", (32, 32)), "is black"),
        (Image.new("L", (32, 32), 255), "white all over"),
    ],
)
def test_masks_that_make_no_sense_are_told(completer, mask, told):
    with pytest.raises(PictureError, match=told):
        pinxit.complete(Image.new("RGB", (32, 32)), mask, completer)


@pytest.mark.parametrize("name", ["plain", "labelled", "styled"])
def test_any_model_is_searched_for_what_goes_with_what_is_there(models, name):
    model = models[name]
    picture, mask = model.make([4000])[0].image, hole((32, 32), (10, 10, 24, 31))
    made = pinxit.complete(picture, mask, model, 2, samples=20, steps=12)
    assert len({painting.image.tobytes() for painting in made}) == 2
    away = np.asarray(mask) == 0
    away[7:, 7:28] = False  # the seam
    before = np.asarray(picture.convert("RGBA")).astype(int)
    for number, painting in enumerate(made):
        assert np.abs(np.asarray(painting.image.convert("RGBA"))[away] - before[away]).max() <= 3
        told = painting.recipe["completed"]
        assert (told["by"], told["proposal"], told["samples"], told["steps"]) == ("search", number, 20, 12)
    again = pinxit.complete(picture, mask, model, 2, samples=20, steps=12)
    assert again[1].image.tobytes() == made[1].image.tobytes()


def test_a_model_that_learned_it_may_be_searched_too(completer):
    picture = Image.new("RGB", (32, 32), "#4080c0")
    made = pinxit.complete(picture, hole((32, 32), (8, 8, 20, 20)), completer, 1, by="search", samples=10, steps=4)
    assert made[0].recipe["completed"]["by"] == "search"


@pytest.mark.parametrize(
    "how, told",
    [
        ({"by": "learned"}, r"has not learned .* --from .*plain.* --completes"),
        ({"by": "magic"}, "not by 'magic'"),
        ({"proposals": 0}, "1 to 64 proposals"),
        ({"steps": 1}, "4 to 100,000 steps; 1 came"),
        ({"samples": 2}, "samples; 2 came"),
    ],
)
def test_wishes_that_make_no_sense_are_told(models, how, told):
    picture, mask = Image.new("RGB", (32, 32)), hole((32, 32), (10, 10, 20, 20))
    with pytest.raises(UsageError, match=told):
        pinxit.complete(picture, mask, models["plain"], **how)


def test_a_model_that_paints_from_pictures_completes_none(model):
    with pytest.raises(UsageError, match="paints from pictures, not from seeds"):
        pinxit.complete(Image.new("RGB", (32, 32)), hole((32, 32), (10, 10, 20, 20)), model)


def test_the_command_writes_proposals(completer, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (40, 40), "green").save("leaf.png")
    painted = Image.new("RGBA", (40, 40))
    ImageDraw.Draw(painted).ellipse((10, 10, 25, 25), "red")
    painted.save("mask.png")  # painted on nothing, as a paint program leaves it
    assert main(["complete", "leaf.png", "--mask", "mask.png", "--with", str(completer), "-n", "2"]) == 0
    assert capsys.readouterr().out.count("leaf-completed-") == 2
    assert open_picture(tmp_path / "made" / "leaf-completed-1.png").size == (40, 40)
