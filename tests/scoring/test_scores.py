"""Whole scores on real packed pictures: good and bad painters must be told apart, and copying must not pay."""

import json
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pinxit.data.catalog import resolve
from pinxit.data.pack import pack
from pinxit.data.packed import Packed
from pinxit.errors import DataError
from pinxit.images.colour import to_premultiplied
from pinxit.scoring.scores import Painted, score
from pinxit.scoring.stream import default_space
from pinxit.scoring.verdict import FAR, LabelScore, Score

SIDE = 32
SPACE = default_space()


def draw(number: int) -> Image.Image:
    """A disc or a square (by turns) in one of many places, sizes and colours."""
    chance = np.random.RandomState(number)
    picture = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    left, top = map(int, chance.randint(1, 14, 2))
    reach = int(chance.randint(8, 17))
    box, colour = (left, top, left + reach, top + reach), (*map(int, chance.randint(0, 256, 3)), 255)
    pen = ImageDraw.Draw(picture)
    pen.ellipse(box, fill=colour) if number % 2 else pen.rectangle(box, fill=colour)
    return picture


@pytest.fixture(scope="module")
def packed(tmp_path_factory) -> Packed:
    folder = tmp_path_factory.mktemp("many")
    for number in range(600):
        place = folder / ("disc" if number % 2 else "square")
        place.mkdir(exist_ok=True)
        draw(number).save(place / f"{number:04d}.png")
    return pack(resolve(folder), size=(SIDE, SIDE), labels=("folder",))


def painted(numbers: Iterable[int], classes: np.ndarray | None = None) -> Painted:
    pictures = to_premultiplied(np.stack([np.asarray(draw(number)) for number in numbers]))
    asked = np.zeros((len(pictures), 0), np.int64) if classes is None else classes
    return Painted(np.array_split(pictures, 4), asked, "test")


def measure(packed: Packed, by: Painted, **how) -> Score:
    return score(packed, by, SPACE, **how)[0]


@pytest.fixture(scope="module")
def good(packed) -> Score:
    return measure(packed, painted(range(5000, 5200)))


def test_a_painter_of_the_same_kind_of_pictures_is_close(packed, good):
    assert good.way < 0.1
    assert good.word.endswith("close to the data")
    assert good.support.precision > 0.6
    assert good.support.recall > 0.6
    assert good.copied < 0.3
    assert (good.real, good.against) == (len(packed.reporting), "held-back pictures, never trained on nor chosen by")
    assert good.backgrounds == "over white and over black"


def test_noise_is_far_and_one_picture_again_and_again_has_no_recall(packed, good):
    noise = np.random.default_rng(0).integers(0, 256, (100, SIDE, SIDE, 4), np.uint8)
    found = measure(packed, Painted([to_premultiplied(noise)], np.zeros((100, 0), np.int64), "noise"))
    assert found.word == FAR
    assert found.support.precision < 0.1
    assert found.kid.mean > 10 * good.kid.mean
    again = measure(packed, painted([5000] * 100))
    assert again.support.recall < 0.1
    assert again.kid.mean > good.kid.mean


def test_copies_of_training_pictures_are_told(packed, good):
    copies = packed.pictures(packed.train[:100])
    found = measure(packed, Painted([copies], np.zeros((100, 0), np.int64), "copies"))
    assert found.copied == found.copied_pixels == 1
    assert good.copied_of_real is not None
    assert found.copied_of_real == good.copied_of_real < 0.5


def test_labels_that_are_obeyed_and_labels_that_are_not(packed):
    names = packed.classes["folder"]
    asked = np.array([[names.index("disc" if number % 2 else "square")] for number in range(100)])
    obeyed = measure(packed, painted(range(5000, 5100), asked), columns=["folder"]).labels["folder"]
    ignored = measure(packed, painted(range(5000, 5100), 1 - asked), columns=["folder"]).labels["folder"]
    assert obeyed.on_real is not None
    assert obeyed.on_real > 0.85
    assert (obeyed.agreement or 0) > 0.85
    assert (ignored.agreement or 0) < 0.15
    assert set(obeyed.kid) <= set(names)


def test_a_class_without_pictures_and_labels_that_are_all_held_back_do_no_harm(packed):
    names = packed.classes["folder"]
    asked = np.zeros((60, 1), np.int64)
    more = replace(packed, classes={"folder": [*names, "star"]})  # nothing is called star
    found = measure(more, painted(range(5000, 5060), asked), columns=["folder"]).labels["folder"]
    assert found.on_real is not None
    assert "star" not in found.kid
    hidden = np.where(np.isin(np.arange(len(packed)), packed.held_back), packed.labels["folder"], -1)
    unread = measure(replace(packed, labels={"folder": hidden}), painted(range(5000, 5060), asked), columns=["folder"])
    assert unread.labels["folder"] == LabelScore(None, None, {})
    assert "none as asked for" in "\n".join(unread.lines())


def test_what_fid_may_be_compared_with_is_told(good):
    assert "compare only with FIDs of these features" in good.about_fid
    few = replace(good, of_papers=True)
    assert "papers print this FID too, but of 10,000" in few.about_fid
    assert "may be compared with the FID in papers" in replace(few, real=50_000, painted=50_000).about_fid


def test_other_pictures_are_compared_whole(packed):
    found = measure(packed, painted(range(5000, 5060)), held_back_only=False)
    assert found.real == len(packed)
    assert found.copied_of_real is None
    assert "there are none" in "\n".join(found.lines())


def test_few_pictures_carry_a_warning_and_too_few_are_refused(packed, good):
    assert good.warning is not None
    assert "~" in good.lines()[0]
    with pytest.raises(DataError, match="at least 20"):
        measure(packed, painted(range(5000, 5010)))


def test_a_small_set_holds_nothing_back_and_the_score_says_so(shapes):
    small = pack(resolve(shapes), size=(SIDE, SIDE))
    found = measure(small, painted(range(5000, 5030)))
    assert "TRAINED ON" in found.against
    assert found.real == 40
    assert found.copied_of_real is None  # there is no picture it has not seen
    assert "there are none" in "\n".join(found.lines())


def test_features_of_the_real_pictures_are_kept(packed, monkeypatch):
    monkeypatch.setattr(Packed, "pictures", None)
    with pytest.raises(TypeError):
        packed.pictures([0])
    kept = list(packed.folder.glob("features-*.npz"))
    assert len(kept) == 1


def test_the_figures_are_the_same_again_and_travel_as_json(packed, good):
    assert measure(packed, painted(range(5000, 5200))) == good
    told = json.loads(json.dumps(good.to_json()))
    assert told["kid"]["mean"] == good.kid.mean
    assert told["word"] == good.word


def test_the_floor_is_about_zero(good):
    assert abs(good.floor.mean) < 4 * good.floor.deviation
    assert good.floor.deviation > 0
