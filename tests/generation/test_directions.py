"""Directions: found where they were put, told apart from each other, kept, and followed."""

import json

import numpy as np
import pytest

import pinxit
from pinxit import api
from pinxit.errors import ModelFileError, UsageError
from pinxit.generation.directions import Direction, moved, numbers_of
from pinxit.generation.discovery import by_features, by_weights
from pinxit.generation.labelling import read_labels
from pinxit.generation.points import paint_points, points_of
from pinxit.generation.probes import from_marks, orthogonal, unit, ways_of_classes


def known_way(length=32):
    return unit(np.random.RandomState(3).standard_normal(length))


def test_a_probe_finds_the_way_that_marks_were_made_by():
    numbers = np.random.RandomState(0).standard_normal((600, 32))
    marks = numbers @ known_way() > 0.3
    found, accuracy = from_marks(numbers, marks)
    assert found @ known_way() > 0.97
    assert accuracy > 0.93
    nothing, chance = from_marks(numbers, np.random.RandomState(1).rand(600) > 0.5)
    assert abs(nothing @ known_way()) < 0.6
    assert 0.4 < chance < 0.6


def test_a_handful_of_stars_gives_a_way_that_is_roughly_right():
    numbers = np.random.RandomState(0).standard_normal((30, 32))
    found, accuracy = from_marks(numbers, numbers @ known_way() > 0)
    assert found @ known_way() > 0.5
    assert accuracy > 0.55


def test_orthogonal_directions_know_nothing_of_each_other():
    numbers = np.random.RandomState(0).standard_normal((600, 32))
    other = unit(known_way() + 0.8 * np.eye(32)[0])
    found, _ = from_marks(numbers, numbers @ known_way() > 0, [other])
    assert abs(found @ other) < 1e-5
    assert found @ known_way() > 0.3
    with pytest.raises(UsageError, match="Nothing is left"):
        orthogonal(other, [np.eye(32)[0], known_way()])


def test_one_kind_of_marks_is_not_enough():
    with pytest.raises(UsageError, match="both kinds"):
        from_marks(np.ones((5, 3)), np.ones(5, bool))


@pytest.mark.parametrize("name", ["plain", "labelled", "styled"])
def test_found_directions_are_orderly_and_change_pictures(models, name):
    model = models[name]
    for find in (by_features, by_weights):
        found = find(model, 4)
        shares = [one.told["share"] for one in found]
        assert shares == sorted(shares, reverse=True)
        assert all(np.linalg.norm(one.vector) == pytest.approx(1, abs=1e-5) for one in found)
        points = points_of(model, [1])
        gone = moved(model, points, found[0], [3.0])
        there, here = (np.stack(list(paint_points(model, some))).astype(int) for some in (gone, points))
        assert abs(there - here).max() > 1
    vectors = np.stack([one.vector for one in by_weights(model, 4)])
    np.testing.assert_allclose(vectors @ vectors.T, np.eye(4), atol=1e-4)


def test_a_step_keeps_the_length_of_latents_and_comes_back_to_nothing_for_nothing(models):
    model = models["plain"]
    points = points_of(model, [1, 2])
    way = Direction(known_way(16), "latents", 2.0)
    gone = moved(model, points, way, [1.0, -1.0])
    np.testing.assert_allclose(np.linalg.norm(gone.latents, axis=1), np.linalg.norm(points.latents, axis=1), rtol=1e-5)
    change = (numbers_of(model, gone) - numbers_of(model, points)) @ way.vector
    assert change[0] > 0.5
    assert change[1] < -0.5
    np.testing.assert_allclose(moved(model, points, way, [0, 0]).latents, points.latents, rtol=1e-5)


def test_styles_move_in_the_layers_that_are_named(models):
    model = models["styled"]
    points = points_of(model, [1])
    way = Direction(unit(np.ones(12)), "styles", 1.0)
    gone = moved(model, points, way, [1.0], layers=[0, 2])
    change = (gone.styles - moved(model, points, way, [0.0]).styles)[0]
    assert change[[0, 2]].all()
    assert not change[[1, 3, 4]].any()
    with pytest.raises(UsageError, match="some layers"):
        pinxit.move(models["plain"], [1], {}, layers="fine")


@pytest.mark.slow
@pytest.mark.parametrize("column", ["glasses", "beard"])
def test_learned_directions_turn_one_thing_on_and_off_and_leave_the_others(peeps, peeps_readers, peeps_read, column):
    points, read = peeps_read
    numbers, others = numbers_of(peeps, points), [other for other in peeps_readers if other != column]
    yes = peeps_readers[column].number("yes")
    without = [way for other in others for way in ways_of_classes(numbers, read[other])]
    vector, accuracy = from_marks(numbers, read[column] == yes, without)
    assert accuracy > 0.7
    direction = Direction(vector, "latents", float((numbers @ vector).std()))
    fresh = points_of(peeps, range(10_000, 10_080))
    before = read_labels(peeps, fresh, peeps_readers)
    lacking = before[column] != yes
    strengths = np.where(lacking, 4.0, -4.0)
    after = read_labels(peeps, moved(peeps, fresh, direction, strengths), peeps_readers)
    assert (after[column][lacking] == yes).mean() >= 0.8
    assert (after[column][~lacking] != yes).mean() >= 0.8
    by_chance = Direction(unit(np.random.RandomState(5).standard_normal(peeps.latents)), "latents")
    anywhere = read_labels(peeps, moved(peeps, fresh, by_chance, strengths), peeps_readers)
    for other in others:
        assert (after[other] != before[other]).mean() <= (anywhere[other] != before[other]).mean() + 0.15


def test_directions_are_named_kept_renamed_and_forgotten(models, tmp_path):
    model, file = models["plain"], tmp_path / "plain.directions.json"
    assert pinxit.directions(model, file) == {}
    pinxit.find_directions(model, "weights", 2, file=file)
    learned = pinxit.learn_direction(model, "mine", liked=[1, 2, 3], disliked=[4, 5], without=["weights-1"], file=file)
    known = pinxit.directions(model, file)
    assert list(known) == ["weights-1", "weights-2", "mine"]
    np.testing.assert_array_equal(known["mine"].vector, learned.vector)
    assert abs(known["mine"].vector @ known["weights-1"].vector) < 1e-5
    assert known["mine"].told["examples"] == 5
    pinxit.rename_direction(model, "mine", "theirs", file=file)
    pinxit.rename_direction(model, "weights-2", None, file=file)
    assert list(pinxit.directions(model, file)) == ["weights-1", "theirs"]
    for old, new, words in (("their", "x", "Did you mean 'theirs'"), ("theirs", "weights-1", "already")):
        with pytest.raises(UsageError, match=words):
            pinxit.rename_direction(model, old, new, file=file)
    assert api.directions_file(model) == model.path.with_name("plain.directions.json")


def test_moved_pictures_repeat_and_remember(models, model_files, tmp_path):
    model, file = models["plain"], tmp_path / "d.json"
    pinxit.find_directions(model, "pca", 1, file=file)
    painting = pinxit.move(model, [7], {"pca-1": 2.0}, file=file)[0]
    path = painting.save(tmp_path / "x.png")
    file.unlink()
    assert api.make_again(path, [model_files["plain"]]).image.tobytes() == painting.image.tobytes()
    assert api.info(path)["origin"] == {"how": "moved", "along": {"pca-1": 2.0}, "parents": [{"seed": 7}]}


def test_a_strip_goes_both_ways(models, tmp_path):
    model, file = models["plain"], tmp_path / "d.json"
    pinxit.find_directions(model, "pca", 2, file=file)
    paintings = api.strip(model, ["pca-1", "pca-2"], [0, 1], columns=3, file=file)
    strengths = [next(iter(one.recipe["origin"]["along"].values())) for one in paintings]
    assert strengths == [-3.0, 0.0, 3.0] * 4
    middle, seed = np.asarray(paintings[1].image).astype(int), np.asarray(model.make([0])[0].image)
    assert abs(middle - seed).max() <= 1


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["directions"]["pca-1"].update(vector="AAAA"),
        lambda told: told["directions"]["pca-1"].update(unit="x"),
        lambda told: told["directions"]["pca-1"].update(space="elsewhere"),
        lambda told: told["directions"].update(bad=7),
        lambda told: told.pop("directions"),
    ],
)
def test_damaged_files_are_refused(models, tmp_path, change):
    model, file = models["plain"], tmp_path / "d.json"
    pinxit.find_directions(model, "pca", 1, file=file)
    told = json.loads(file.read_text())
    change(told)
    file.write_text(json.dumps(told))
    with pytest.raises(ModelFileError, match="damaged"):
        pinxit.directions(model, file)


def test_directions_of_another_model_are_refused(models, tmp_path):
    pinxit.find_directions(models["plain"], "pca", 1, file=tmp_path / "d.json")
    with pytest.raises(UsageError, match="another model"):
        pinxit.directions(models["labelled"], tmp_path / "d.json")
    with pytest.raises(UsageError, match="another model"):
        moved(models["styled"], points_of(models["styled"], [1]), Direction(known_way(16), "latents"), [1.0])


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"liked": [1]}, "both kinds"),
        ({"pictures": "peeps"}, "Name either"),
        ({"pictures": "peeps", "label": "glasses=yes", "liked": [1]}, "Name either"),
        ({"pictures": "peeps", "label": "glasses"}, "column=class"),
        ({"pictures": "peeps", "label": "glasses=yes", "samples": 3}, "20 to"),
        ({"liked": [1], "disliked": [2], "without": ["x"]}, "no direction 'x'"),
    ],
)
def test_what_cannot_be_learned_is_said(models, tmp_path, how, words):
    with pytest.raises(UsageError, match=words):
        pinxit.learn_direction(models["plain"], "mine", file=tmp_path / "d.json", **how)
    assert not (tmp_path / "d.json").exists()


def test_names_that_are_none(models, tmp_path):
    for name in ("", "x" * 81, "a\nb"):
        with pytest.raises(UsageError, match="name"):
            pinxit.learn_direction(models["plain"], name, liked=[1], disliked=[2], file=tmp_path / "d.json")
