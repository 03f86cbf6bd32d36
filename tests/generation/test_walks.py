"""Walks keep to the sphere that latents live on."""

import numpy as np

from pinxit.generation.walks import slerp
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
