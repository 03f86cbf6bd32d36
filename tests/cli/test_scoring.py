"""`pinxit score` as a person meets it."""

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

import pinxit
from pinxit.cli.commands import main
from pinxit.errors import UsageError
from pinxit.runs.model_file import read_model, write_model

TINY = ["--family=dcgan", "--size=32", "--batch=8", "--set=width=8", "--set=critic_width=8", "--threads=1"]


@pytest.fixture(scope="module")
def trained(shapes, tmp_path_factory) -> Path:
    run = tmp_path_factory.mktemp("scored") / "run"
    assert main(["train", str(shapes), *TINY, "--label=folder", "--seen=32", "--out", str(run)]) == 0
    return run


def test_a_run_is_scored_on_its_own_pictures(trained, tmp_path, capsys):
    figures, pairs = tmp_path / "score.json", tmp_path / "pairs.png"
    assert main(["score", str(trained), "-n", "24", "--json", str(figures), "--pairs", str(pairs)]) == 0
    with Image.open(pairs) as sheet:
        assert sheet.size == (8 * 34 + 2, 6 * 34 + 2)  # 24 pairs of 32 px
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
    ],
)
def test_what_makes_no_sense_is_told(trained, words, code, said, capsys):
    assert main(["score", str(trained), *words]) == code
    assert said in capsys.readouterr().err


def test_a_model_away_from_its_run_asks_for_pictures(trained, tmp_path):
    alone = Path(shutil.copy(trained / "model.safetensors", tmp_path / "alone.safetensors"))
    with pytest.raises(UsageError, match="--against"):
        pinxit.score(alone)


def test_a_model_whose_word_on_its_data_is_no_table_is_no_traceback(trained, shapes, tmp_path):
    file = read_model(trained / "model.safetensors")
    header = {name: value for name, value in file.header.items() if name != "format"}
    write_model(tmp_path / "odd.safetensors", {**header, "data": ["peeps"]}, file.tensors)
    with pytest.raises(UsageError, match="--against"):
        pinxit.score(tmp_path / "odd.safetensors")
    assert pinxit.score(tmp_path / "odd.safetensors", shapes, count=20).against == "pictures of another source"
