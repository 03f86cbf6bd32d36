"""Models side by side: real small ones, read back by real readers."""

import csv

import pytest
from markdown_it import MarkdownIt
from PIL import Image

import pinxit
from pinxit import api
from pinxit.cli.commands import main
from pinxit.errors import UsageError

TINY = {"family": "dcgan", "size": "32", "batch": 8, "width": 8, "critic_width": 8, "threads": 1, "report": False}


@pytest.fixture(scope="module")
def runs(shapes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    short = pinxit.train(shapes, out=folder / "short", seen=16, **TINY)
    long = pinxit.train(shapes, out=folder / "=long", seen=64, **TINY | {"width": 4})
    return [short.path, long.path]


def test_figures_samples_and_bare_numbers(runs, tmp_path, capsys):
    out = tmp_path / "compared"
    assert main(["compare", *map(str, runs), "--out", str(out), "-n", "24"]) == 0
    assert "Comparison:" in capsys.readouterr().out
    with (out / "comparison.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["model"] for row in rows] == ["short", "'=long"]
    assert [row["seen"] for row in rows] == ["16", "64"]
    assert all(float(row["kid_x1000"]) > 0 for row in rows)
    assert int(rows[0]["parameters"]) > int(rows[1]["parameters"])
    page, words = (out / "index.html").read_text(), (out / "README.md").read_text()
    for name in ("short", "=long", "samples-2.png", "Weak figures: only 24 pictures"):
        assert name in words.replace("\\", "")
    assert page.count("data:image/png;base64") == 2
    assert "<table>" in MarkdownIt("gfm-like", {"linkify": False}).render(words)
    with Image.open(out / "samples-1.png") as sheet:
        assert sheet.width > sheet.height


def test_an_older_comparison_is_replaced_and_nothing_else(runs, tmp_path):
    api.compare(runs, tmp_path / "compared", score=False)
    page = api.compare([*runs, runs[0]], tmp_path / "compared", score=False)
    assert "short (2)" in page.read_text()
    assert "Some were not measured." in page.read_text()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(UsageError, match="holds other things"):
        api.compare(runs, tmp_path / "mine", score=False)


def test_other_sizes_and_pictures_are_told_apart(runs, shapes, tmp_path):
    larger = pinxit.train(shapes / "discs", out=tmp_path / "larger", seen=8, **TINY | {"size": "64x32"})
    words = api.compare([runs[0], larger.path], tmp_path / "compared", score=False).with_name("README.md").read_text()
    assert "They learned from different pictures" in words
    assert "They paint different sizes" in words


def test_one_model_is_no_comparison(runs, tmp_path):
    with pytest.raises(UsageError, match="two models or more; 1 came"):
        api.compare(runs[:1], tmp_path / "compared")
