"""The walk through a folder: what is there stays, what cannot be read is told, what was broken off ends it."""

from dataclasses import dataclass, field

import pytest
from PIL import Image

from pinxit.errors import PictureError
from pinxit.generation.folder_walk import is_there, walk
from pinxit.images.files import save_png


@dataclass
class Turned:
    image: Image.Image
    recipe: dict = field(default_factory=dict)

    def save(self, path):
        import json

        save_png(self.image, path, {"pinxit": json.dumps(self.recipe)}, None)
        return path


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        Image.new("RGB", (20, 10), "red" if name == "a" else "blue").save(tmp_path / "in" / f"{name}.png")
    (tmp_path / "in" / "c.png").write_text("no picture")
    return tmp_path


def turn(folder, said, ended="done"):
    known = {"format": 1, "family": "turned", "model": "none"}
    return walk(
        folder / "in",
        folder / "out",
        "turned",
        lambda found: {**known, "sha256": found.sha256},
        lambda found: Turned(found.image.rotate(90), {**known, "sha256": found.sha256, "ended": ended}),
        lambda made: "by 90 degrees",
        said.append,
    )


def test_what_is_there_stays(folder):
    said = []
    found = turn(folder, said)
    assert [path.name for path in found] == ["a-turned.png", "b-turned.png"]
    assert said[0] == f"{found[0]}  by 90 degrees"
    assert said[2].startswith("Left out: c.png: ")
    assert turn(folder, said) == found
    assert said[3] == f"There already: {found[0]}"
    assert is_there(found[0], {"family": "turned"})
    assert not is_there(found[0], {"family": "drawn"})
    assert not is_there(folder / "in" / "a.png", {})
    assert not is_there(folder / "none.png", {})


def test_what_was_broken_off_is_kept_and_made_again(folder):
    said = []
    with pytest.raises(KeyboardInterrupt):
        turn(folder, said, "interrupted")
    assert (folder / "out" / "a-turned.png").exists()
    assert said[-1].startswith("Broken off")
    assert len(turn(folder, said)) == 2
    assert not any(line.startswith("There already") for line in said)


def test_one_that_cannot_be_made_is_left_out(folder):
    def refuse(found):
        raise PictureError("too dark")

    said = []
    assert walk(folder / "in", folder / "out", "x", lambda found: {}, refuse, str, said.append) == []
    assert said[0] == "Left out: a.png: too dark."
