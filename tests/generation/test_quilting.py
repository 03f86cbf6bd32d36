"""Patches: all of them the sample's, cut where it shows least, round the edges; and patterns that repeat fit in whole."""

import numpy as np
import pytest
from PIL import Image

from pinxit.generation.quilting import Search, cut, fitted, period_of, places, quilt, shortest_path
from pinxit.images.relief import seams_of


def wall(width=180, height=150, across=24, down=15):
    """Bricks, each row half a brick further."""
    rows, columns = np.indices((height, width))
    shifted = columns + (rows // down % 2) * across // 2
    mortar = (rows % down < 3) | (shifted % across < 3)
    grain = np.random.RandomState(0).standard_normal((height, width)) * 6
    return (
        (np.where(mortar[..., None], (200, 190, 170), (150, 70, 50)) + grain[..., None]).clip(0, 255).astype(np.uint8)
    )


@pytest.mark.parametrize("seamless", [True, False])
@pytest.mark.parametrize(("width", "height"), [(100, 70), (64, 64), (20, 48)])
def test_any_size_is_covered_with_colours_of_the_sample(width, height, seamless):
    sample = wall()
    found = quilt(sample, width, height, 30, 0, seamless=seamless)
    assert found.shape == (height, width, 3)
    assert found.min() >= sample.min()
    assert found.max() <= sample.max()
    assert abs(found.mean() - sample.mean()) < 12


def test_a_wall_goes_on_across_its_edges_in_whole_rows():
    sample = fitted(Image.fromarray(wall()), 128, 128)
    assert sample.size != (180, 150)
    found = quilt(np.asarray(sample), 128, 128, 50, 0, seamless=True)
    assert max(seams_of(Image.fromarray(found)).values()) <= 1
    twice = np.tile(found.mean(axis=2), (2, 2))
    period = period_of(twice)
    assert period is not None
    rows = 128 / period
    assert abs(rows - round(rows)) < 0.05


def test_the_period_of_a_pattern_and_of_none():
    assert period_of(wall().mean(axis=2)) == pytest.approx(30, abs=0.5)  # two rows, then it is the same again
    assert period_of(wall().mean(axis=2).T) == pytest.approx(24, abs=0.5)
    grain = np.random.RandomState(1).standard_normal((100, 100))
    assert period_of(grain) is None
    assert period_of(np.zeros((50, 50))) is None
    picture = Image.fromarray((grain * 40 + 128).clip(0, 255).astype(np.uint8))
    assert fitted(picture, 96, 64) is picture


def test_differences_are_those_of_the_patches():
    sample = wall(40, 30).astype(np.float32)
    search = Search(sample, 8)
    there, known = sample[5:13, 7:15] + 3, np.zeros((8, 8), bool)
    known[:, :3] = True
    found = search.errors(there, known)
    assert found.shape == (23, 33)
    wanted = np.square(sample[2:10, 9:17] - there)[known].sum(axis=-1).mean()
    assert found[2, 9] == pytest.approx(wanted, rel=1e-3, abs=0.5)
    assert found[5, 7] == pytest.approx(27, abs=0.5)


def test_a_place_is_taken_less_gladly_again():
    search, chance = Search(wall(60, 50).astype(np.float32), 16), np.random.RandomState(0)
    nothing = np.zeros((16, 16), bool)
    first = search.choose(np.zeros((16, 16, 3), np.float32), nothing, chance)
    second = search.choose(np.zeros((16, 16, 3), np.float32), nothing, chance)
    assert max(abs(one - other) for one, other in zip(first, second, strict=True)) > 10


def test_the_cut_runs_where_both_are_alike():
    there, patch, known = np.zeros((12, 12, 3)), np.full((12, 12, 3), 9.0), np.zeros((12, 12), bool)
    known[:, :5] = True
    patch[:, 2] = 0
    share = cut(there, patch, known)
    assert (share[:, 5:] == 1).all()
    assert (share[:, 0] == 0).all()
    assert (share[:, 4] == 1).all()
    assert list(shortest_path(np.array([[1.0, 0, 5], [5, 5, 0], [5, 0, 5]]))) == [1, 2, 1]


def test_patches_cover_a_side():
    assert places(10, 10, seamless=False) == [0]
    for side in (31, 100):
        assert places(side, 30, seamless=False)[-1] == side - 30
        assert all(
            later - before <= 20
            for before, later in zip(
                places(side, 30, seamless=True), [*places(side, 30, seamless=True)[1:], side], strict=True
            )
        )
