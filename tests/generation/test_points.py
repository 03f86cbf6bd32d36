"""Points: numbers of their own, painted as seeds are, blended, and repeated from what a file holds."""

import json

import numpy as np
import pytest

from pinxit import api
from pinxit.errors import PictureError
from pinxit.generation.points import (
    Points,
    grid_shape,
    joined,
    lifted,
    paint,
    paint_points,
    points_of,
    recipe_of,
    unpacked,
)
from pinxit.networks.seeds import latents_of


def painted(model, points, **how):
    return np.stack(list(paint_points(model, points, **how))).astype(int)


def made(model, seeds, **how):
    return np.stack([np.asarray(one.image) for one in model.make(seeds, **how)]).astype(int)


NAMES = ["plain", "labelled", "styled", "captioned"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("truncation", [1.0, 0.6])
def test_the_points_of_seeds_paint_what_the_seeds_paint(models, name, truncation):
    model = models[name]
    points = points_of(model, range(5), truncation=truncation)
    assert abs(painted(model, points) - made(model, range(5), truncation=truncation)).max() <= 1
    alone = painted(model, points[3], batch=1)
    # Sums are taken in another order for one picture alone, and a colour that hardly covers shows it first.
    assert abs(alone[0] - painted(model, points)[3]).max() <= 2


@pytest.mark.parametrize("name", ["labelled", "styled", "captioned"])
def test_what_is_blended_lies_between(models, name):
    model = models[name]
    how = ["a red disc", "a blue square"] if name == "captioned" else None
    one, two = (
        points_of(model, [3], text=how[place])
        if how
        else points_of(model, [3], labels={"kind": ("disc", "star")[place]})
        for place in (0, 1)
    )
    classes = np.concatenate([one.classes, two.classes], axis=1)

    def blend(share):
        shares = np.array([[1 - share, share]], np.float32)
        return painted(model, Points(one.latents, classes, shares))[0]

    assert abs(blend(0.0) - painted(model, one)[0]).max() <= 1
    assert abs(blend(1.0) - painted(model, two)[0]).max() <= 1
    far = abs(blend(0.0) - blend(1.0)).mean()
    assert far > 0.5
    assert 0 < abs(blend(0.5) - blend(0.0)).mean() < 1.2 * far
    assert not model.generator._forward_hooks  # nothing of a blend is left behind
    assert abs(made(model, [3], **({"text": how[0]} if how else {"labels": {"kind": "disc"}})) - blend(0.0)).max() <= 1


def test_truncation_leads_blended_labels_to_the_blend_of_their_means(models):
    model = models["styled"]
    rows = np.array([[[0, 0], [2, 1]]])
    points = Points(latents_of([4], model.latents), rows, np.array([[0.25, 0.75]], np.float32))
    means = model.generator.means.numpy()
    kinds, moods = (means[1] * 0.25 + means[3] * 0.75), (means[4] * 0.25 + means[5] * 0.75)
    np.testing.assert_allclose(lifted(model, points, 0.0).styles[0, 0], kinds + moods - means[0], atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_repeats_from_the_numbers_in_its_file(models, model_files, name, tmp_path):
    model = models[name]
    points = points_of(model, [1, 2])
    middle = Points(
        points.latents[:1] * 0.6 + points.latents[1:] * 0.8,
        points.classes.transpose(1, 0, 2),
        np.array([[0.3, 0.7]], np.float32),
    )
    if name == "styled":
        middle = lifted(model, middle)
        middle.styles[:, 3:] += 0.5
    if name in ("plain", "labelled"):
        change = np.random.RandomState(0).standard_normal((1, *grid_shape(model))).astype(np.float32)
        middle = Points(*middle.parts[:4], shifts=0.3 * change)
    painting = paint(model, middle, [{"how": "by hand"}])[0]
    path = painting.save(tmp_path / "x.png")
    again = api.make_again(path, [model_files[name].parent])
    assert again.image.tobytes() == painting.image.tobytes()
    assert (
        again.recipe == painting.recipe == api.info(path) | {"origin": {"how": "by hand"}} or api.info(path)["origin"]
    )
    assert len(json.dumps(painting.recipe)) < 60_000


def test_styles_and_shifts_of_some_are_given_to_all(models):
    plain, styled = models["plain"], models["styled"]
    shift = np.ones((1, *grid_shape(plain)), np.float32)
    both = joined([points_of(plain, [1]), Points(*points_of(plain, [2]).parts[:4], shifts=shift)])
    assert both.shifts.shape == (2, *grid_shape(plain))
    assert not both.shifts[0].any()
    some = joined([points_of(styled, [1]), points_of(styled, [2], truncation=0.5)], styled)
    assert some.styles.shape == (2, styled.generator.layers, 12)
    assert abs(painted(styled, some)[0] - made(styled, [1])[0]).max() <= 1


@pytest.mark.parametrize(
    "change",
    [
        {"latents": "AAAA"},
        {"latents": "not base64!"},
        {"latents": 7},
        {"latents": None},
        {"styles": "AAAA"},
        {"shifts": "AAAA"},
        {"blend": []},
        {"blend": [{"share": "x"}]},
        {"blend": [{"share": float("nan")}]},
        {"blend": [{"share": 1.0, "labels": {"kind": "no such class"}}]},
        {"blend": [{"share": 1.0, "labels": ["kind"]}]},
    ],
)
def test_damaged_numbers_are_refused(models, change):
    model = models["labelled"]
    recipe = {**recipe_of(model, points_of(model, [1])[0], {}), **change}
    with pytest.raises(PictureError, match="damaged"):
        unpacked(model, recipe)


def test_numbers_of_another_model_are_refused(models, tmp_path):
    from pinxit.generation.points import point_in

    path = models["plain"].make([1])[0].save(tmp_path / "x.png")
    with pytest.raises(PictureError, match="another model"):
        point_in(models["labelled"], path)
