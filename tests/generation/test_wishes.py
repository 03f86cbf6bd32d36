"""Mixtures of seeds."""

import numpy as np
import pytest

from pinxit import api
from pinxit.errors import PictureError, UsageError
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


@pytest.mark.parametrize("name", ["plain", "labelled", "styled"])
def test_points_are_parts_as_seeds_are(models, tmp_path, name):
    model = models[name]
    child = api.breed(model, [1, 2], 1)[0]
    (alone,) = api.paint_mixes(model, [[(child.recipe, 1)]])
    assert alone.image.tobytes() == child.image.tobytes()
    assert alone.recipe == child.recipe
    (mixed,) = api.paint_mixes(model, [[(child.recipe, 0.5), (7, 0.5)]], truncation=0.8)
    assert mixed.recipe["origin"]["how"] == "average"
    assert mixed.recipe["origin"]["parents"][1] == {"seed": 7}
    file = tmp_path / "d.json"
    api.find_directions(model, "weights", 1, file=file)
    (moved,) = api.paint_mixes(model, [[(child.recipe, 1)]], along={"weights-1": 1.5}, directions=file)
    again = api.move(model, [child], {"weights-1": 1.5}, file=file)[0]
    assert moved.image.tobytes() == again.image.tobytes()
    with pytest.raises(UsageError, match="no direction"):
        api.paint_mixes(model, [[(7, 1)]], along={"nothing": 1}, directions=file)
    with pytest.raises(PictureError, match="damaged"):
        api.paint_mixes(model, [[({"latents": "AAAA"}, 1)]])


def test_mixtures_that_make_no_sense():
    for mix in ([], [(1, 0.0)], [(1, float("inf"))], [(n, 1.0) for n in range(40)]):
        with pytest.raises(UsageError):
            checked(mix)
