"""Mixtures and children: between their parents, and they remember them."""

from itertools import pairwise

import numpy as np
import pytest

import pinxit
from pinxit import api
from pinxit.errors import PictureError, UsageError
from pinxit.generation.mixing import BANDS, average, breed, layers_of, shares_of, style_mix
from pinxit.generation.points import joined, lifted, paint_points, points_of


def pixels(painting):
    return np.asarray(painting.image).astype(int)


def test_an_average_lies_between_and_is_as_long_as_its_parents(models):
    model = models["plain"]
    parents = points_of(model, [1, 2])
    long = np.linalg.norm(parents.latents, axis=1)
    middle = average(model, parents).latents[0]
    assert np.linalg.norm(middle) == pytest.approx(long.mean(), rel=1e-5)
    near = np.linalg.norm(parents.latents - middle, axis=1)
    assert near.max() < np.linalg.norm(parents.latents[0] - parents.latents[1])
    np.testing.assert_allclose(average(model, parents, [3, 0]).latents, parents.latents[:1], rtol=1e-5)
    away = average(model, parents, [1.5, -0.5]).latents[0]
    assert np.linalg.norm(away - parents.latents[1]) > np.linalg.norm(parents.latents[0] - parents.latents[1])


def test_labels_are_blended_by_the_same_weights(models):
    model = models["labelled"]
    parents = joined([points_of(model, [1], labels={"kind": kind, "mood": "sad"}) for kind in ("disc", "star", "disc")])
    mixed = average(model, parents, [1, 2, 1])
    assert mixed.classes.tolist() == [[[0, 1], [2, 1]]]
    assert mixed.shares.tolist() == [[0.5, 0.5]]
    assert pinxit.mix(model, ["3:kind=disc", "3:kind=star"]).recipe["blend"][1]["labels"]["kind"] == "star"


def test_captions_are_blended(models):
    model = models["captioned"]
    one, two = (pinxit.mix(model, [3], text=text) for text in ("a red disc", "a blue square"))
    both = pinxit.mix(model, [3, 3], text=["a red disc", "a blue square"])
    far = abs(pixels(one) - pixels(two)).mean()
    assert abs(pixels(both) - pixels(one)).mean() < 1.2 * far
    assert abs(pixels(both) - pixels(one)).max() > 1
    assert both.recipe["origin"]["parents"][1]["text"] == "a blue square"


def test_layers_take_their_styles_from_the_second_picture(models):
    model = models["styled"]
    one, two = (lifted(model, points_of(model, [seed])) for seed in (1, 2))
    everything = style_mix(model, one, two, "coarse,middle,fine")
    np.testing.assert_array_equal(everything.styles, two.styles)
    mixed = style_mix(model, one, two, "fine")
    some = layers_of("fine", model.generator.layers)
    np.testing.assert_array_equal(mixed.styles[:, some], two.styles[:, some])
    np.testing.assert_array_equal(np.delete(mixed.styles, some, axis=1), np.delete(one.styles, some, axis=1))
    np.testing.assert_array_equal(mixed.latents, one.latents)  # grain stays
    pictures = [pixels(pinxit.mix(model, [1, 2], layers=band)) for band in BANDS]
    assert all(abs(one - two).max() > 1 for one, two in pairwise(pictures))


def test_layers_by_name_and_number():
    assert [layers_of(band, 12) for band in BANDS] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    assert layers_of("0-1,5,1", 12) == [0, 1, 5]
    for text, words in (("corse", "Did you mean 'coarse'"), ("3-12", "0 to 11"), ("2-1", "0 to 11"), ("", "no layers")):
        with pytest.raises(UsageError, match=words):
            layers_of(text, 12)


@pytest.mark.parametrize("name", ["plain", "styled"])
def test_children_have_the_parts_of_their_parents(models, name):
    model = models[name]
    parents = points_of(model, [1, 2, 3])
    children, pairs = breed(model, parents, 20, mutation=0.0, seed=4)
    for child, (one, two) in zip(children.latents, pairs, strict=True):
        assert one != two
        assert ((child == parents.latents[one]) | (child == parents.latents[two])).all()
    again, _ = breed(model, parents, 20, mutation=0.0, seed=4)
    np.testing.assert_array_equal(children.latents, again.latents)
    assert len({child.tobytes() for child in children.latents}) > 10


def test_mutation_leads_away_from_the_parents_and_keeps_the_length(models):
    model = models["plain"]
    parents = points_of(model, [1, 2])
    far = []
    for mutation in (0.0, 0.2, 0.6, 1.0):
        bred, _ = breed(model, parents, 200, mutation=mutation)
        nearest = [np.abs(child - parents.latents).min(axis=0).mean() for child in bred.latents]
        far.append(np.mean(nearest))
        ends = sorted([1.0, float(np.square(parents.latents).mean())])
        assert ends[0] - 0.1 < np.square(bred.latents).mean() < ends[1] + 0.1
    assert far == sorted(far)
    assert far[0] == 0


def test_styles_are_inherited_layer_by_layer(models):
    model = models["styled"]
    parents = lifted(model, points_of(model, [1, 2]))
    bred, _ = breed(model, parents, 6, mutation=0.0)
    same = [np.isclose(bred.styles, parents.styles[place], atol=1e-5).all(axis=2) for place in (0, 1)]
    assert (same[0] | same[1]).all()
    assert len(list(paint_points(model, breed(model, parents, 3, mutation=0.5)[0]))) == 3


def test_a_child_remembers_its_parents_and_repeats_without_them(models, model_files, tmp_path):
    model = models["plain"]
    first = pinxit.breed(model, [1, 2], 2, seed=7)[1].save(tmp_path / "child.png")
    second = pinxit.mix(model, [first, "5"], [3, 1])
    path = second.save(tmp_path / "grandchild.png")
    first.unlink()
    told = api.info(path)["origin"]
    assert told["parents"][1] == {"seed": 5}
    assert {parent["seed"] for parent in told["parents"][0]["origin"]["parents"]} == {1, 2}
    assert api.make_again(path, [model_files["plain"]]).image.tobytes() == second.image.tobytes()


def test_memory_of_ancestors_ends_somewhere(models):
    painting = pinxit.mix(models["plain"], [1, 2])
    for _ in range(12):
        painting = pinxit.mix(models["plain"], [painting, painting])
    assert len(str(painting.recipe)) < 6000


@pytest.mark.parametrize(
    ("parents", "how", "words"),
    [
        ([], {}, "No pictures"),
        ([1, 2], {"weights": [1]}, "1 weights came for 2"),
        ([1, 2], {"weights": [1, -1]}, "not zero"),
        ([1, 2], {"weights": [1, float("nan")]}, "not zero"),
        ([1, 2], {"layers": "coarse"}, "family stylegan"),
        (["1:kind"], {}, "no seed with labels"),
        (["1:kind=disc"], {}, "trained without labels"),
        ([1, 2], {"text": ["a", "b", "c"]}, "3 texts came"),
    ],
)
def test_what_cannot_be_mixed_is_said(models, parents, how, words):
    with pytest.raises(UsageError, match=words):
        pinxit.mix(models["plain"], parents, **how)


def test_pictures_of_nobody_and_of_others_are_refused(models, tmp_path):
    with pytest.raises(PictureError, match="no such file"):
        pinxit.mix(models["plain"], [tmp_path / "nothing.png", 1])
    other = models["labelled"].make([1])[0].save(tmp_path / "other.png")
    with pytest.raises(PictureError, match="another model"):
        pinxit.mix(models["plain"], [other, 1])
    with pytest.raises(UsageError, match="two parents"):
        pinxit.breed(models["plain"], [1])
    assert shares_of([1, 3], 2).tolist() == [0.25, 0.75]
