"""`pinxit style` as it is typed."""

import numpy as np
import pytest
from PIL import Image

from pinxit.cli.commands import main

TINY = ["--size", "48", "--steps", "1", "--scales", "1", "--precision", "float32"]


@pytest.fixture
def pictures(tmp_path):
    chance = np.random.RandomState(0)
    for name in ("photo", "painting", "other"):
        Image.fromarray(chance.randint(0, 256, (48, 64, 3), np.uint8)).save(tmp_path / f"{name}.png")
    return tmp_path


def test_a_picture_is_painted_and_its_distances_told(pictures, capsys):
    words = ["style", str(pictures / "photo.png"), str(pictures / "painting.png"), str(pictures / "other.png")]
    assert main([*words, "--weight", "2", "--weight", "1", "--out", str(pictures / "made"), *TINY]) == 0
    told = capsys.readouterr().out
    assert "style distance" in told
    assert (pictures / "made" / "photo-painting-other.png").exists()
    assert main(["info", str(pictures / "made" / "photo-painting-other.png")]) == 0
    assert "style_before" in capsys.readouterr().out
    assert main(["make", "--again", str(pictures / "made" / "photo-painting-other.png")]) == 2
    assert "not painted by a model" in capsys.readouterr().err


def test_a_folder_is_painted(pictures, capsys):
    folder = pictures / "photos"
    folder.mkdir()
    (pictures / "photo.png").rename(folder / "photo.png")
    words = ["style", str(folder), str(pictures / "painting.png"), "--out", str(pictures / "made"), *TINY]
    assert main(words) == 0
    assert main(words) == 0
    assert "There already" in capsys.readouterr().out
    assert main([*words, "--mask", "x.png"]) == 2
    assert "for one picture" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["none.png", "painting.png"], "no such file"),
        (["photo.png", "none.png"], "painting none.png cannot be used"),
        (["photo.png", "painting.png", "--steps", "0"], "steps"),
        (["photo.png", "painting.png", "--features", "painting.png"], "cannot be used"),
        (["photo.png", "painting.png", "--fetch"], "--features vgg16 --fetch"),
        (["photo.png", "painting.png", "--strenght", "2"], "Did you mean"),
        (["photo.png"], "style"),
    ],
)
def test_wrong_words_get_one_paragraph(pictures, capsys, monkeypatch, words, told):
    monkeypatch.chdir(pictures)
    assert main(["style", *words, *TINY] if "--steps" not in words else ["style", *words]) in (1, 2)
    said = capsys.readouterr().err
    assert told in said
    assert "Traceback" not in said


def test_the_help_names_every_setting(capsys):
    with pytest.raises(SystemExit):
        main(["style", "--help"])
    told = capsys.readouterr().out
    for flag in ("--strength", "--keep-colours", "--size", "--optimizer", "--tile", "--mask", "--preview"):
        assert flag in told
