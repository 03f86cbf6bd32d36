"""Pictures sorted by labels, and look-alikes, on peeps."""

import csv

import numpy as np
import pytest
from PIL import Image

import pinxit
from pinxit.data.catalog import resolve
from pinxit.errors import DataError, PictureError, UsageError
from pinxit.images.files import open_picture
from pinxit.runs.model_file import read_model, write_model


@pytest.fixture(scope="module")
def heads(tmp_path_factory):
    """A folder of 120 heads, and what each has of beard."""
    folder = tmp_path_factory.mktemp("heads") / "all"
    folder.mkdir()
    kinds = {"yes": [], "no": []}
    for picture in resolve("peeps").pictures:
        if len(kinds[picture.labels["beard"]]) < 60:
            kinds[picture.labels["beard"]].append(picture)
    for picture in kinds["yes"] + kinds["no"]:
        picture.load().save(folder / f"{picture.name.rpartition('.')[0]}.png")
    return folder, {
        f"{picture.name.rpartition('.')[0]}.png": kind for kind, found in kinds.items() for picture in found
    }


def write_labels(path, rows):
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["file_name", "beard"])
        writer.writerows(rows)
    return path


def test_it_reads_what_it_was_not_told_and_says_how_well(heads, tmp_path):
    folder, truth = heads
    told = dict(list(truth.items())[:40] + list(truth.items())[-40:])
    made = pinxit.sort(folder, write_labels(tmp_path / "labels.csv", told.items()), model="peeps")
    assert list(made.accuracy) == ["EfficientNet-Lite0", "their pixels", "the critic of peeps"]
    assert made.accuracy[made.used] == max(made.accuracy.values()) > 0.9
    fresh = [place for place, name in enumerate(made.names) if name not in told]
    assert len(fresh) == 40
    assert np.mean([made.classes[made.read[place]] == truth[made.names[place]] for place in fresh]) > 0.9
    files = made.save(tmp_path / "out")
    assert {path.name for path in files} >= {"labels.csv", "yes.png", "no.png"}
    rows = list(csv.DictReader((tmp_path / "out" / "labels.csv").read_text().splitlines()))
    assert {row["file_name"]: row["given_by"] for row in rows} == {
        name: "a person" if name in told else "pinxit sort" for name in truth
    }
    assert all(row["beard"] == truth[row["file_name"]] for row in rows if row["given_by"] == "a person")
    assert any("guessing would give 50.0 %" in line for line in made.lines())


def test_labels_that_mean_nothing_are_read_no_better_than_by_guessing(heads, tmp_path):
    folder, truth = heads
    rows = [(name, place % 2) for place, name in enumerate(sorted(truth))]
    made = pinxit.sort(folder, write_labels(tmp_path / "labels.csv", rows))
    assert max(made.accuracy.values()) < 0.7


def test_the_nearest_is_the_picture_itself_and_the_next_look_like_it(heads, tmp_path):
    folder, _ = heads
    found = pinxit.find(folder / sorted(path.name for path in folder.iterdir())[3], folder, 5)
    assert found.found[0][1] == pytest.approx(1, abs=1e-3)
    assert [likeness for _, likeness in found.found] == sorted((one for _, one in found.found), reverse=True)
    assert open_picture(found.save_sheet(tmp_path / "found.png")).width > 300
    small = open_picture(folder / found.found[0][0]).resize((50, 50))
    assert pinxit.find(small, folder, 1).found[0][0] == found.found[0][0]


def test_a_few_pictures_are_enough_to_look_among_and_sorting_says_what_it_needs(heads, tmp_path):
    folder, truth = heads
    few = tmp_path / "few"
    few.mkdir()
    with pytest.raises(DataError, match="is empty"):
        pinxit.find(folder / min(truth), few)
    (few / "a.png").write_bytes((folder / min(truth)).read_bytes())
    assert [name for name, _ in pinxit.find(few / "a.png", few).found] == ["a.png"]
    (few / "b.png").write_bytes((folder / max(truth)).read_bytes())
    labels = write_labels(tmp_path / "labels.csv", [("a.png", "yes"), ("b.png", "no")])
    with pytest.raises(DataError, match=r"At least 5 labelled pictures of each beard are needed.*no \(1\), yes \(1\)"):
        pinxit.sort(few, labels)
    Image.new("RGB", (4, 4)).save(few / "a.png")
    Image.new("RGB", (4, 4)).save(few / "b.png")
    with pytest.raises(DataError, match=r"No picture of few can be used\. Left out: a\.png: "):
        pinxit.find(folder / min(truth), few)


@pytest.mark.parametrize(
    "rows, how, told",
    [
        ([("nobody.png", "yes")], {}, "None of the 1 files"),
        ([], {}, "no line with a file in it"),
        ("one", {}, "have the same beard"),
        ("few", {}, r"too few have: yes \(2\)"),
        ("all", {"column": "beerd"}, "Did you mean 'beard'"),
    ],
)
def test_labels_it_cannot_learn_from_are_told(heads, tmp_path, rows, how, told):
    folder, truth = heads
    names = sorted(truth)
    if isinstance(rows, str):
        rows = {
            "one": [(name, "yes") for name in names],
            "few": [(name, "yes" if place < 2 else "no") for place, name in enumerate(names)],
            "all": truth.items(),
        }[rows]
    with pytest.raises((DataError, UsageError), match=told):
        pinxit.sort(folder, write_labels(tmp_path / "labels.csv", rows), **how)


def test_no_labels_no_critic_no_picture_are_told(heads, tmp_path):
    folder, truth = heads
    with pytest.raises(UsageError, match="No picture has a label"):
        pinxit.sort(folder)
    with pytest.raises(UsageError, match="Which labels"):
        pinxit.sort("peeps")
    with pytest.raises(DataError, match="cannot be read"):
        pinxit.sort(folder, tmp_path / "none.csv")
    stored = pinxit.load("peeps")

    file = read_model(stored.path)
    bare = tmp_path / "bare.safetensors"
    write_model(bare, file.header, {key: file.tensors[key] for key in file.tensors if key.startswith("generator.")})
    with pytest.raises(UsageError, match="holds no critic"):
        pinxit.sort(folder, write_labels(tmp_path / "labels.csv", truth.items()), model=bare)
    with pytest.raises(PictureError, match="cannot be used"):
        pinxit.find(tmp_path / "labels.csv", folder)
    with pytest.raises(UsageError, match="At least one"):
        pinxit.find(Image.new("RGB", (64, 64)), folder, 0)
