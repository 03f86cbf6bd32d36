"""`pinxit score` as a person meets it."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
import torch
from bench.plain_inception import stand_in_weights
from PIL import Image

import pinxit
from pinxit.cli.commands import main
from pinxit.errors import UsageError
from pinxit.runs.model_file import read_model, write_model
from pinxit.scoring import weights

TINY = [
    "--family=dcgan",
    "--size=32",
    "--batch=8",
    "--set=width=8",
    "--set=critic_width=8",
    "--threads=1",
    "--no-report",
]


@pytest.fixture(scope="module")
def trained(shapes, tmp_path_factory) -> Path:
    run = tmp_path_factory.mktemp("scored") / "run"
    assert main(["train", str(shapes), *TINY, "--label=folder", "--seen=32", "--out", str(run)]) == 0
    return run


def test_a_run_is_scored_on_its_own_pictures(trained, tmp_path, capsys):
    figures, pairs = tmp_path / "score.json", tmp_path / "pairs.png"
    assert main(["score", str(trained), "-n", "24", "--json", str(figures), "--pairs", str(pairs)]) == 0
    with Image.open(pairs) as sheet:
        assert sheet.size == (4 * 72 + 8, 6 * 40 + 8)  # 24 pairs of 32 px
    said = capsys.readouterr().out
    assert "far from the data" in said
    assert "TRAINED ON" in said  # 40 pictures are too few to hold some back
    assert "EfficientNet-Lite0, bilinear to 128px, over white and over black; 24 painted (seeds 1000000000" in said
    assert "folder" in said
    told = json.loads(figures.read_text())
    assert told["painted"] == 24
    assert told["kid"]["mean"] > told["floor"]["mean"]
    assert set(told["labels"]) == {"folder"}


def test_other_pictures_of_the_same_kind_are_packed_like_the_models_own(trained, tmp_path):
    for number in range(24):
        Image.new("RGB", (50, 30), (number * 10, 0, 0)).save(tmp_path / f"{number}.png")
    found = pinxit.score(trained, tmp_path, count=20)
    assert found.against == "pictures of another source"
    assert found.labels == {}
    assert found.real == 24


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["-n", "5"], 1, "at least 20"),
        (["-n", "0"], 2, "1 to 100,000"),
        (["--against", "nowhere"], 1, "There is no folder or file 'nowhere'"),
        (["--features", "incepton"], 2, "Did you mean 'inception'?"),
        (["--features", "inception"], 1, "--weights FILE, or let pinxit fetch it once with --fetch"),
        (["--features", "inception", "--weights", "missing.pth"], 1, "There is no file missing.pth"),
        (["--weights", "some.pth"], 2, "Add --features inception"),
        (["--fetch"], 2, "Add --features inception"),
    ],
)
def test_what_makes_no_sense_is_told(trained, words, code, said, capsys):
    assert main(["score", str(trained), *words]) == code
    assert said in capsys.readouterr().err


def test_inception_and_its_way_of_looking_are_named(trained, shapes, tmp_path, monkeypatch, capsys):
    """With random weights under the published names; the real file is not part of the tests."""
    file = tmp_path / "stand-in.pth"
    torch.save(stand_in_weights(), file)
    monkeypatch.setattr(weights, "SHA256", hashlib.sha256(file.read_bytes()).hexdigest())
    words = ["-n", "20", "--features", "inception", "--weights", str(file), "--against", str(shapes / "discs")]
    assert main(["score", str(trained), *words]) == 0
    said = capsys.readouterr().out
    assert (
        "Inception-v3 (FID, 2015-12-05), bilinear to 299px as pytorch-fid has it (no antialiasing), over white; "
        in said
    )
    assert "20 a side: papers print this FID too" in said
    assert "KID x 1000" in said


def test_pictures_of_another_kind_than_the_models_are_told(trained, tmp_path, capsys):
    for number in range(24):
        Image.new("L", (40, 40), number * 10).save(tmp_path / f"{number}.png")
    run = tmp_path / "grey-run"
    assert main(["train", str(tmp_path), *TINY, "--seen=8", "--out", str(run)]) == 0
    photographs = tmp_path / "photographs"
    photographs.mkdir()
    for number in range(24):
        Image.new("RGB", (40, 40), (number * 10, 0, 0)).save(photographs / f"{number}.png")
    assert main(["score", str(run), "-n", "20", "--against", str(photographs)]) == 1
    assert "paints grey pictures, and those to compare with are coloured" in capsys.readouterr().err


def test_a_model_away_from_its_run_asks_for_pictures(trained, tmp_path):
    alone = Path(shutil.copy(trained / "model.safetensors", tmp_path / "alone.safetensors"))
    with pytest.raises(UsageError, match="--against"):
        pinxit.score(alone)


def test_pictures_held_back_by_another_pinxit_are_no_measure(trained, tmp_path, capsys):
    run = Path(shutil.copytree(trained, tmp_path / "run"))
    file = read_model(run / "model.safetensors")
    data = {**file.header["data"], "held_back": 4}
    write_model(run / "model.safetensors", {**file.header, "data": data}, file.tensors)
    assert main(["score", str(run), "-n", "20"]) == 1
    assert "some of these it has learned from" in capsys.readouterr().err
    assert main(["card", str(run)]) == 0
    assert "some of these it has learned from" in (run / "report" / "README.md").read_text("utf-8")


def test_a_model_whose_word_on_its_data_is_no_table_is_no_traceback(trained, shapes, tmp_path):
    file = read_model(trained / "model.safetensors")
    header = {name: value for name, value in file.header.items() if name != "format"}
    write_model(tmp_path / "odd.safetensors", {**header, "data": ["peeps"]}, file.tensors)
    with pytest.raises(UsageError, match="--against"):
        pinxit.score(tmp_path / "odd.safetensors")
    assert pinxit.score(tmp_path / "odd.safetensors", shapes, count=20).against == "pictures of another source"
