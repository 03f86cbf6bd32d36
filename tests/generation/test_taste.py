"""Taste: learned from a handful of marks, kept, trusted as far as it goes, and followed."""

import json

import numpy as np
import pytest

import pinxit
from pinxit import api
from pinxit.errors import ModelFileError, UsageError
from pinxit.generation.directions import numbers_of
from pinxit.generation.points import points_of
from pinxit.generation.taste import USUAL, WIDTHS, area, direction_of, features_of, taste_of


def test_the_area_under_the_curve_counts_pairs():
    liked = np.array([True, True, False, False])
    assert area(np.array([4, 3, 2, 1]), liked) == 1
    assert area(np.array([1, 1, 1, 1]), liked) == 0.5
    assert area(np.array([4, 1, 2, 3]), liked) == 0.5


def test_what_it_says_of_a_mark_left_out_is_what_it_says_without_it():
    chance = np.random.RandomState(0)
    usual, features = chance.standard_normal((50, sum(WIDTHS))), chance.standard_normal((30, sum(WIDTHS)))
    liked = features[:, :200].sum(axis=1) > 0
    found = taste_of(features, liked, usual)
    scores = []
    for one in range(30):
        others = np.arange(30) != one
        scores.append(taste_of(features[others], liked[others], usual).scores(features[[one]])[0])
    assert found.accuracy == pytest.approx(area(np.array(scores), liked), abs=0.1)
    assert area(found.scores(features), liked) == 1


@pytest.mark.slow
def test_forty_marks_teach_a_taste_for_beards_without_glasses(peeps, peeps_readers, peeps_read):
    points, read = peeps_read
    yes = {column: peeps_readers[column].number("yes") for column in ("beard", "glasses")}
    liked = (read["beard"] == yes["beard"]) & (read["glasses"] != yes["glasses"])
    usual = features_of(peeps, points_of(peeps, range(5000, 5000 + USUAL)))
    features, fresh = features_of(peeps, points[:120]), slice(400, 600)
    unseen = features_of(peeps, points[fresh])
    areas, found = [], []
    for marked in (slice(0, 40), slice(40, 80), slice(80, 120)):
        taste = taste_of(features[marked], liked[marked], usual)
        scores = taste.scores(unseen)
        areas.append(area(scores, liked[fresh]))
        found.append(liked[fresh][np.argsort(-scores)[:20]].mean())
        assert taste.accuracy > 0.5
    assert np.mean(areas) >= 0.8
    assert np.mean(found) > 2 * liked[fresh].mean()


def test_the_direction_of_scores_is_found(models):
    points = points_of(models["plain"], range(300))
    wanted = np.random.RandomState(1).standard_normal(16)
    found = direction_of(models["plain"], points, numbers_of(models["plain"], points) @ wanted, {})
    assert found.vector @ wanted / np.linalg.norm(wanted) > 0.95


@pytest.mark.parametrize("name", ["plain", "styled"])
def test_marks_are_kept_changed_and_used(models, tmp_path, name):
    model, file = models[name], tmp_path / "t.json"
    painting = model.make([3])[0].save(tmp_path / "x.png")
    first = pinxit.taste(model, [1, 2, painting], [4, 5], file=file)
    assert (first.marks, first.liked) == (5, 3)
    again = pinxit.taste(model, [], [2], file=file)
    assert (again.marks, again.liked) == (5, 2)
    assert pinxit.taste(model, file=file).scores(np.zeros((1, sum(WIDTHS)))) == again.scores(np.zeros((1, sum(WIDTHS))))
    ranked = pinxit.rank(model, [4, 1, painting, 5], file=file)
    assert {ranked[0][0], ranked[1][0]} == {1, painting}
    assert ranked[0][1] > 0 > ranked[-1][1]
    more = pinxit.more_like_these(model, 3, candidates=20, start=1, file=file)
    assert {1, 3} <= {one.seed for one in more}
    found = pinxit.taste_direction(model, "mine", candidates=20, file=file, directions_file=tmp_path / "d.json")
    np.testing.assert_array_equal(pinxit.directions(model, tmp_path / "d.json")["mine"].vector, found.vector)


def test_marks_are_listed_and_taken_back(models, tmp_path):
    model, file = models["plain"], tmp_path / "t.json"
    pinxit.mark(model, [1, 2], True, file=file)
    one, two = model.make([1, 2])
    pinxit.mark(model, [one.recipe], True, file=file)
    found = pinxit.mark(model, [two.recipe], False, file=file)
    assert [(one.told["seed"], one.liked) for one in found] == [(1, True), (2, False)]
    assert found[0].recipe(model)["seed"] == 1
    assert [one.told for one in pinxit.mark(model, [1], None, file=file)] == [{"seed": 2}]
    assert len(pinxit.marks(model, file=file)) == 1


def test_bad_marks_are_told(models, tmp_path):
    model, file = models["plain"], tmp_path / "t.json"
    with pytest.raises(UsageError, match="other kind"):
        pinxit.taste(model, [1, 2], file=file)
    pinxit.taste(model, [], [7], file=file)
    with pytest.raises(UsageError, match="another model"):
        pinxit.taste(models["labelled"], file=file)
    for words, how in (
        ("20 to", {"candidates": 3}),
        ("1 to 20", {"count": 0, "candidates": 20}),
        ("Seeds go", {"start": -1}),
    ):
        with pytest.raises(UsageError, match=words):
            pinxit.more_like_these(model, **how, file=file)
    told = json.loads(file.read_text())
    told["marks"][0]["latents"] = "AAAA"
    file.write_text(json.dumps(told))
    with pytest.raises(ModelFileError, match="damaged"):
        pinxit.taste(model, file=file)
    assert api.marks_file(model) == model.path.with_name("plain.taste.json")
