"""Mixtures of seeds."""

import numpy as np
import pytest

from pinxit import api
from pinxit.errors import UsageError
from pinxit.generation.mixing import mean_latent
from pinxit.generation.wishes import checked


def test_one_seed_alone_is_that_seeds_picture():
    model = api.load("peeps")
    ours, theirs = api.paint_mixes(model, [[(5, 0.2)]], truncation=0.7)[0], model.make([5], truncation=0.7)[0]
    assert ours.recipe == theirs.recipe
    assert ours.image.tobytes() == theirs.image.tobytes()


def test_a_mixture_keeps_the_length_and_repeats_from_its_recipe(tmp_path):
    latents = np.random.RandomState(0).standard_normal((3, 64)).astype(np.float32)
    between = mean_latent(latents, np.array([0.5, 0.3, 0.2]))
    assert np.linalg.norm(between) == pytest.approx(
        np.array([0.5, 0.3, 0.2]) @ np.linalg.norm(latents, axis=1), rel=1e-5
    )
    painting = api.paint_mixes(api.load("peeps"), [[(1, 3.0), (2, 1.0)]])[0]
    assert painting.recipe["origin"] == {"mix": [[1, 0.75], [2, 0.25]]}
    assert "seed" not in painting.recipe
    assert api.recipe_in(painting.to_png()) == painting.recipe
    painting.save(tmp_path / "mixed.png")
    again = api.make_again(tmp_path / "mixed.png", [])
    assert again.image.tobytes() == painting.image.tobytes()


def test_mixtures_that_make_no_sense():
    for mix in ([], [(1, 0.0)], [(1, float("inf"))], [(n, 1.0) for n in range(40)]):
        with pytest.raises(UsageError):
            checked(mix)
