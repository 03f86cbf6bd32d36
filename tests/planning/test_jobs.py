"""From a folder to a job: what labels become."""

import numpy as np
import pytest
from PIL import Image

import pinxit
from pinxit.errors import UsageError


@pytest.fixture(scope="module")
def timed(shapes, tmp_path_factory):
    """30 pictures of a clip: each says when it was taken, and one of them does not."""
    folder = tmp_path_factory.mktemp("timed") / "clip"
    folder.mkdir()
    lines = ["file_name,time,kind"]
    for number, picture in enumerate(sorted(shapes.rglob("*.png"))[:30]):
        Image.open(picture).save(folder / f"{number:03d}.png")
        lines.append(f"{number:03d}.png,{'' if number == 3 else number / 10},{'disc' if number % 2 else 'square'}")
    (folder / "metadata.csv").write_text("\n".join(lines), "utf-8")
    return folder


def test_a_column_of_many_numbers_is_read_as_a_number(timed, tmp_path):
    how = {"size": 32, "seen": 64, "batch": 8, "threads": 1, "checkups": False, "report": False}
    done = pinxit.train(timed, family="dcgan", labels=["time", "kind"], out=tmp_path / "run", **how)
    model = done.load()
    assert model.canvas.classes == {"time": (), "kind": ("disc", "square")}
    assert model.canvas.ranges == {"time": (0.0, 2.9)}

    first, last, between = (model.make([5], labels={"time": time, "kind": "disc"})[0] for time in ("0", "2.9", "1.45"))
    assert between.recipe["labels"] == {"time": "1.45", "kind": "disc"}
    assert not np.array_equal(np.asarray(first.image), np.asarray(last.image))
    drawn = model.make(range(8))
    assert len({painting.recipe["labels"]["time"] for painting in drawn}) > 4
    again = model.make([drawn[3].recipe["seed"]], labels=drawn[3].recipe["labels"])[0]
    assert np.array_equal(np.asarray(again.image), np.asarray(drawn[3].image))
    for wrong in ("3", "soon", "nan"):
        with pytest.raises(UsageError, match=r"'time' is a number from 0 to 2\.9"):
            model.make([0], labels={"time": wrong})
