"""Fast style: manners are learned, named and told; paintings are checked before anything begins."""

from pathlib import PurePath

import numpy as np
import pytest
import torch
from PIL import Image

import pinxit
from pinxit.cli.commands import main
from pinxit.errors import PictureError, UsageError
from pinxit.families.catalog import find_family
from pinxit.families.contract import Canvas
from pinxit.families.fast_style.entry import FastStyleSettings, names_of
from pinxit.networks.dice import Dice
from pinxit.settings import resolve
from pinxit.training.recipe import Batch
from pinxit.training.update import Update

SMALL = {"size": "32", "width": 8, "blocks": 1, "brush": 64, "seen": 240, "precision": "float32"}


@pytest.fixture
def paintings(tmp_path):
    rows, columns = np.indices((64, 64))
    for name, waves in (("stripes", (rows + columns) * 0.8), ("rings", np.hypot(rows - 32, columns - 32))):
        colours = np.where(np.sin(waves)[..., None] > 0, (240, 200, 30), (20, 40, 120)).astype(np.uint8)
        Image.fromarray(colours).save(tmp_path / f"{name}.png")
    return [str(tmp_path / "stripes.png"), str(tmp_path / "rings.png")]


def test_it_learns(paintings):
    settings = resolve(FastStyleSettings, SMALL, {"style": paintings[:1], "seen": 80, "learning_rate": 1e-2})
    torch.manual_seed(0)
    recipe = find_family("fast_style").load_recipe()(settings, Canvas(32, 32, 3), Dice(0))
    chance, losses = torch.Generator().manual_seed(0), []
    for step in range(20):
        coarse = torch.rand(4, 3, 4, 4, generator=chance) * 2 - 1
        pictures = torch.nn.functional.interpolate(coarse, (32, 32), mode="bilinear")
        batch = Batch(pictures, torch.zeros(4, 0, dtype=torch.int64))
        losses.append(float(recipe.step(batch, 4 * step, Update())["loss"]))
    assert np.mean(losses[-5:]) < 0.97 * np.mean(losses[:5])
    assert recipe.optimizers["generator"].param_groups[0]["lr"] < 0.1 * settings.learning_rate


def test_manners_are_called_by_their_paintings_and_folders_are_not_told():
    settings = FastStyleSettings(
        style=("/home/me/great.wave.jpg", "a/van_gogh.PNG", "C:\\art\\x"), features="/home/me/v.safetensors"
    )
    assert names_of(settings.style) == ("great.wave", "van_gogh", "x")
    assert settings.told().style == ("great.wave", "van_gogh", "x")
    assert settings.told().told() == settings.told()
    assert "/home" not in settings.told().model_dump_json()
    assert FastStyleSettings(style="one.png").style == ("one.png",)


def test_paintings_are_asked_for_before_anything_begins(shapes, paintings, tmp_path):
    how = {"family": "fast_style", "out": tmp_path / "run"}
    with pytest.raises(UsageError, match="--style painting"):
        pinxit.train(shapes, **how)
    with pytest.raises(PictureError, match=r"none\.png cannot be used"):
        pinxit.train(shapes, style="none.png", **how)
    with pytest.raises(UsageError, match="Two paintings are called 'rings'"):
        pinxit.train(shapes, style=[paintings[1], paintings[1]], **how)
    Image.new("RGB", (3, 40)).save(tmp_path / "thin.png")
    with pytest.raises(PictureError, match="too small"):
        pinxit.train(shapes, style=tmp_path / "thin.png", **how)
    for refused in ({"checkups": True}, {"report": True}, {"labels": ["kind"]}, {"size": "40"}):
        with pytest.raises(UsageError):
            pinxit.train(shapes, style=paintings, **refused, **how)
    assert not (tmp_path / "run").exists()


def test_from_photographs_to_a_painted_one(shapes, paintings, tmp_path, monkeypatch, capsys):
    """Train, stop, lose the paintings, go on, and paint; all as it is typed."""
    monkeypatch.chdir(tmp_path)
    small = [f"--set={name}={value}" for name, value in SMALL.items() if name != "seen"]
    styles = [word for painting in paintings for word in ("--style", painting)]
    words = ["train", str(shapes), "--family", "fast_style", *styles, *small, "--out", "run", "--preview-every", "8"]
    assert main([*words, "--seen", "8"]) == 0
    assert "pinxit style PHOTO --with run" in capsys.readouterr().out
    with Image.open("run/sheet.png") as sheet:
        assert sheet.width > 3 * 32  # each picture beside itself in both manners
    for painting in paintings:
        (tmp_path / painting).unlink()
    assert main(["resume", "run", "--seen", "16"]) == 0
    assert len(list((tmp_path / "run" / "previews").iterdir())) == 2
    model = pinxit.load("run")
    assert model.manners == ("stripes", "rings")
    assert str(tmp_path) not in str(model.header)
    photo = next((shapes / "discs").iterdir())
    capsys.readouterr()
    assert main(["style", str(photo), "--with", "run", "--out", "all"]) == 0
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == [
        f"{photo.stem}-rings.png",
        f"{photo.stem}-stripes.png",
    ]
    assert "content distance" in capsys.readouterr().out
    mixed = ["style", str(photo), "rings", "--style-name", "stripes", "--weight", "3", "--weight", "1", "--with", "run"]
    assert main([*mixed, "--out", "mixed"]) == 0
    assert (tmp_path / "mixed" / f"{photo.stem}-rings-stripes.png").exists()
    capsys.readouterr()
    for wrong, told in [
        (["style", str(photo), "ringz", "--with", "run"], "Did you mean 'rings'?"),
        (["style", str(photo), "--with", "run", "--steps", "3"], "no setting 'steps'"),
        (["style", str(photo), "--with", "run", "--mask", "x.png"], "--mask has no meaning"),
        (["style", str(photo), "--style-name", "rings"], "name the model with --with"),
        (["style", str(photo), "--with", "peeps"], "paints from seeds"),
        (["make", "run"], "pinxit style PHOTO --with"),
        (["score", "run"], "pinxit style PHOTO --with"),
    ]:
        assert main(wrong) in (1, 2), wrong
        assert told in capsys.readouterr().err, wrong


def test_any_style_learns_from_a_folder_and_paints_like_a_painting_it_never_saw(shapes, paintings, tmp_path):
    folder = tmp_path / "paintings"
    folder.mkdir()
    for painting in paintings:
        Image.open(painting).save(folder / PurePath(painting).name)
    (folder / "notes.txt").write_text("not a painting")
    values = {**SMALL, "size": (32, 32), "seen": 40, "learning_rate": 1e-2}
    made = pinxit.train(shapes, family="fast_style", style=folder, any_style=True, out=tmp_path / "run", **values)
    model = pinxit.load(made.path)
    assert model.manners == ("rings", "stripes")
    unseen = Image.fromarray(np.random.RandomState(0).randint(0, 256, (40, 50, 3)).astype(np.uint8))
    photo = Image.open(paintings[0]).resize((48, 40)).rotate(90, expand=True)
    by_name, unlike = (pinxit.restyle(photo, model, manner) for manner in ("rings", unseen))
    shown = pinxit.restyle(photo, model, paintings[1])
    assert np.abs(np.asarray(by_name.image, np.float32) - np.asarray(shown.image)).mean() < 2, "the same painting"
    assert np.abs(np.asarray(by_name.image, np.float32) - np.asarray(unlike.image)).mean() > 0.2
    assert shown.recipe["styles"][0]["name"] == "rings.png"
    assert len(shown.recipe["styles"][0]["sha256"]) == 64
    mixed = pinxit.restyle(photo, model, ["stripes", unseen], weights=[3, 1]).recipe["styles"]
    assert [one["weight"] for one in mixed] == [0.75, 0.25]
    with pytest.raises(PictureError, match=r"nothing\.png"):
        pinxit.restyle(photo, model, "nothing.png")


def test_many_paintings_are_for_any_style(shapes, paintings, tmp_path):
    many = [tmp_path / f"{number}.png" for number in range(70)]
    for path in many:
        Image.open(paintings[0]).save(path)
    with pytest.raises(UsageError, match="--any-style"):
        pinxit.train(shapes, family="fast_style", style=many, out=tmp_path / "run")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(PictureError, match="empty"):
        pinxit.train(shapes, family="fast_style", style=empty, out=tmp_path / "run")
