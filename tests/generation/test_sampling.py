import json

import numpy as np
import pytest

from pinxit.errors import PictureError, UsageError
from pinxit.families.contract import Canvas
from pinxit.generation.sampling import labels_of, parse_recipe, recipe_text, recipe_xmp, starting_points
from pinxit.networks.seeds import latents_of, parse_seeds

CANVAS = Canvas(64, 64, 4, {"hair": ("bald", "long"), "mood": ("angry", "calm", "sad")})


def test_a_seed_means_these_numbers_for_ever():
    # Written down once from NumPy's frozen RandomState stream. If this fails, every recipe ever saved is broken.
    expected = [[1.7640524, 0.4001572, 0.978738], [1.6243454, -0.6117564, -0.5281718]]
    np.testing.assert_array_equal(latents_of([0, 1], 3), np.array(expected, np.float32))


def test_a_picture_does_not_depend_on_its_neighbours():
    together = starting_points([3, 9, 4], CANVAS, {}, 16, 1.0)
    alone = starting_points([9], CANVAS, {}, 16, 1.0)
    for one, all_of_them in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one[0], all_of_them[1])


def test_wanted_labels_are_kept_and_the_others_vary():
    chosen = labels_of(range(60), CANVAS, {"hair": "long"}, 16)
    assert set(chosen[:, 0]) == {1}
    assert set(chosen[:, 1]) == {0, 1, 2}


def test_truncation_scales_towards_the_mean():
    full, _ = starting_points([1], CANVAS, {}, 8, 1.0)
    half, _ = starting_points([1], CANVAS, {}, 8, 0.5)
    np.testing.assert_allclose(half, full / 2)


@pytest.mark.parametrize(
    ("wanted", "truncation", "word"),
    [
        ({"heir": "long"}, 1, "Did you mean 'hair'"),
        ({"hair": "logn"}, 1, "Did you mean 'long'"),
        ({}, -1, "Truncation"),
        ({}, float("nan"), "Truncation"),
    ],
)
def test_bad_wishes_are_explained(wanted, truncation, word):
    with pytest.raises(UsageError, match=word):
        starting_points([0], CANVAS, wanted, 8, truncation)


def test_seed_lists():
    assert parse_seeds("0-3, 9,5-5") == [0, 1, 2, 3, 9, 5]


@pytest.mark.parametrize("text", ["9-3", "", "a", "1,,2", "-4", "1-", "4294967296", "0-99999999", "1.5", "٣-x"])
def test_seed_lists_that_make_no_sense(text):
    with pytest.raises(UsageError):
        parse_seeds(text)


def test_a_recipe_says_that_a_model_made_it():
    recipe = {"format": 1, "model": "ab", "family": "dcgan", "seed": 3, "labels": {"发型": "长"}}
    texts = recipe_text(recipe)
    assert "generative model" in texts["Comment"]
    assert parse_recipe(texts) == recipe
    assert "trainedAlgorithmicMedia" in recipe_xmp()


@pytest.mark.parametrize("content", ["{", "[]", json.dumps({"model": 3}), "[" * 100_000])
def test_damaged_recipes_are_refused(content):
    with pytest.raises(PictureError, match="damaged"):
        parse_recipe({"pinxit": content})
    with pytest.raises(PictureError, match="no pinxit recipe"):
        parse_recipe({})
