"""Copies in plain words: what was measured, a warning where there are too many, and what to do where nobody measured."""

from dataclasses import replace

from pinxit.report.copies import TOO_MANY, copies
from pinxit.scoring.verdict import Coverage, Score, Spread

SCORE = Score(
    kid=Spread(20, 3), floor=Spread(1, 1), far=900, fid=30, support=Coverage(0.4, 0.1, 0.9, 0.5), copied=0.06,
    copied_of_real=0.05, copied_pixels=0.0, copied_pixels_of_real=0.0, labels={},
    real=1000, painted=1000, against="held-back", seeds="0", subset_seed=0, features="f", resizer="r", backgrounds="b",
)  # fmt: skip


def test_few_copies_are_told_and_no_more():
    (told,) = copies(SCORE)
    assert "6 % of its pictures" in told
    assert "never saw, 5 % do" in told


def test_many_are_a_warning_by_features_or_by_pixels_or_where_there_is_nothing_to_compare_with():
    for found in (
        replace(SCORE, copied=0.2),
        replace(SCORE, copied_pixels=0.3),
        replace(SCORE, copied=0.2, copied_of_real=None),
    ):
        assert list(copies(found))[1:] == [TOO_MANY]


def test_not_measured_is_said_with_what_to_do():
    (told,) = copies(None)
    assert "Nobody has measured" in told
    assert "Before you publish" in told
