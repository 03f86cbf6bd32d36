"""Walks keep to the sphere that latents live on."""

import numpy as np
import pytest

from pinxit.errors import UsageError
from pinxit.generation.points import Points
from pinxit.generation.walks import WAYS, plan_walk, slerp
from pinxit.networks.seeds import latents_of


def test_a_walk_begins_and_ends_at_its_seeds_and_keeps_their_length():
    one, two = latents_of([1, 2], 128)
    way = slerp(one, two, np.linspace(0, 1, 9))
    assert (way.dtype, way.shape) == (np.float32, (9, 128))
    np.testing.assert_allclose(way[[0, -1]], [one, two], rtol=1e-5, atol=1e-6)
    lengths = np.linalg.norm(way, axis=1)
    assert lengths.min() >= min(lengths[0], lengths[-1]) - 1e-4
    steps = np.linalg.norm(np.diff(way, axis=0), axis=1)
    assert steps.max() < 1.2 * steps.min(), "even steps"
    straight = np.linalg.norm((one + two) / 2)
    assert lengths[4] > 1.2 * straight


def test_a_quarter_turn():
    way = slerp(np.array([2.0, 0]), np.array([0, 2.0]), np.array([0.5]))
    np.testing.assert_allclose(way, [[2**0.5, 2**0.5]], rtol=1e-6)


def test_where_there_is_no_single_arc_the_walk_is_straight():
    one = latents_of([3], 16)[0]
    for other in (one, 2 * one, -one, np.zeros_like(one)):
        way = slerp(one, other, np.array([0, 0.5, 1]))
        assert np.isfinite(way).all()
        np.testing.assert_allclose(way[1], (one + other) / 2, atol=1e-6)


def keys_of(count, length=64, **more):
    latents = latents_of(range(count), length)
    return Points(latents, np.zeros((count, 1, 0), np.int64), np.ones((count, 1), np.float32), **more)


@pytest.mark.parametrize("way", ["spherical", "linear", "spline"])
def test_a_loop_closes_exactly_and_without_a_jump(way):
    walk = plan_walk(keys_of(4), 4.0, way=way, loop=True)
    points = walk.points(100).latents
    again = walk.at(np.array([0.0])).latents
    np.testing.assert_array_equal(points[:1], again)
    end = walk.at(np.array([walk.length])).latents
    np.testing.assert_allclose(end, again, atol=1e-5)  # where the last piece ends the first begins
    steps = np.linalg.norm(np.diff(np.concatenate([points, points[:1]]), axis=0), axis=1)
    assert steps[-1] < 1.5 * np.median(steps), "the step from the last frame to the first is one like the others"


def test_every_way_passes_its_keys():
    keys = keys_of(4)
    for way in WAYS:
        walk = plan_walk(keys, 3.0, way=way)
        np.testing.assert_allclose(walk.at(np.arange(4.0)).latents, keys.latents, atol=1e-5)


def test_a_spline_turns_no_corner_even_between_pieces_of_other_lengths():
    corners = {}
    for way in WAYS:
        walk = plan_walk(keys_of(5), 4.0, way=way, own_seconds=[0.5, 1.5, 0.8, 1.2])
        before, at, after = walk.at(np.array([1.999, 2.0, 2.001])).latents.astype(np.float64)
        corners[way] = np.linalg.norm((after - at) - (at - before)) / np.linalg.norm(after - before)
    assert corners["spline"] < 0.1
    assert corners["linear"] > 0.3


def test_splines_keep_to_the_sphere():
    lengths = np.linalg.norm(plan_walk(keys_of(5), 4.0, way="spline", loop=True).points(80).latents, axis=1)
    ends = np.linalg.norm(keys_of(5).latents, axis=1)
    assert ends.min() - 1e-3 <= lengths.min() <= lengths.max() <= ends.max() + 1e-3


def test_a_walk_holds_and_eases():
    walk = plan_walk(keys_of(2), 4.0, way="linear", holds=[1.0, 1.0], easings=["smooth"])
    assert walk.seconds == (2.0,)
    one, two = walk.keys.latents
    way = walk.at(np.array([0.0, 0.9, 1.2, 2.0, 2.8, 3.1, 4.0])).latents
    np.testing.assert_array_equal(way[:2], [one, one])
    np.testing.assert_allclose(way[-2:], [two, two], atol=1e-6)
    np.testing.assert_allclose(way[3], (one + two) / 2, atol=1e-6)
    assert np.linalg.norm(way[2] - one) < 0.05 * np.linalg.norm(two - one), "it starts from rest"


def test_labels_go_over_bit_by_bit():
    keys = keys_of(2)
    keys = Points(keys.latents, np.array([[[0, 1]], [[2, 1]]]), keys.shares)
    points = plan_walk(keys, 1.0).points(5)
    np.testing.assert_allclose(points.shares, [[1, 0], [0.75, 0.25], [0.5, 0.5], [0.25, 0.75], [0, 1]])
    assert (points.classes == [[0, 1], [2, 1]]).all()
    same = Points(keys.latents, np.array([[[0, 1]], [[0, 1]]]), keys.shares)
    assert plan_walk(same, 1.0).points(5).shares.shape == (5, 1)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"keys": keys_of(1), "seconds": 3.0, "loop": True}, "1 came"),
        ({"keys": keys_of(2), "seconds": 3.0, "way": "sphercal"}, "Did you mean 'spherical'"),
        ({"keys": keys_of(2), "seconds": 3.0, "easings": ["smoth"]}, "Did you mean 'smooth'"),
        ({"keys": keys_of(3), "seconds": 3.0, "own_seconds": [4.0]}, "nothing is left"),
        ({"keys": keys_of(2), "seconds": 3.0, "own_seconds": [-1.0]}, "above 0"),
    ],
)
def test_walks_that_make_no_sense_are_refused(how, words):
    with pytest.raises(UsageError, match=words):
        plan_walk(**how)
