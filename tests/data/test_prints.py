"""The set "prints" is the peeps in two inks."""

import numpy as np

from pinxit.data.catalog import resolve
from pinxit.data.prints import EVERY, INKS


def test_two_hundred_heads_keep_their_outlines_and_change_their_colours():
    peeps, prints = resolve("peeps"), resolve("prints")
    assert len(prints) == 200
    assert prints.licence == peeps.licence
    for place in (0, 7, 199):
        before, after = (
            np.asarray(source.pictures[at].load()) for source, at in ((peeps, place * EVERY), (prints, place))
        )
        assert after.shape == (96, 96, 4)
        assert np.array_equal(before[..., 3], after[..., 3])
        assert prints.pictures[place].labels == peeps.pictures[place * EVERY].labels
        solid = after[after[..., 3] == 255][:, :3].astype(float)
        distance = np.min([to_line(solid, INKS[0], INKS[1]), to_line(solid, INKS[1], INKS[2])], axis=0)
        assert distance.max() < 1  # every colour is one of the inks, or between two neighbours


def to_line(colours, one, two):
    """Distance of colours (N, 3) from the line between two."""
    one, two = np.array(one, float), np.array(two, float)
    along = np.clip((colours - one) @ (two - one) / ((two - one) @ (two - one)), 0, 1)
    return np.linalg.norm(colours - one - along[:, None] * (two - one), axis=1)


def test_the_fingerprint_differs_from_that_of_the_peeps():
    assert resolve("prints").fingerprint() != resolve("peeps").fingerprint()
