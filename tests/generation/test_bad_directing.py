"""What a model cannot be asked for is told in one clear paragraph, whichever way it is asked."""

import pytest
from PIL import Image

import pinxit
from pinxit import api
from pinxit.errors import PictureError, UsageError


def test_a_family_that_cannot_be_exported_is_told_so(model, tmp_path):
    with pytest.raises(UsageError, match="paints from pictures, not from seeds"):
        pinxit.export_model(model, "web", tmp_path / "away.web")
    assert not list(tmp_path.iterdir())


def test_pictures_without_a_recipe_are_told(models, tmp_path):
    path = tmp_path / "plain.png"
    Image.new("RGB", (32, 32)).save(path)
    for ask in (
        lambda: pinxit.mix(models["plain"], [path, 1]),
        lambda: pinxit.drag(models["plain"], path, [((1, 1), (9, 1))]),
        lambda: api.make_again(path, [tmp_path]),
    ):
        with pytest.raises(PictureError, match="no pinxit recipe"):
            ask()


def test_a_loop_of_one_key_is_told(models, tmp_path):
    with pytest.raises(UsageError, match="1 came"):
        pinxit.walk(models["plain"], [1], tmp_path / "loop.gif", loop=True)
    assert not list(tmp_path.iterdir())
