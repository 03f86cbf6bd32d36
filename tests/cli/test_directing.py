"""The verbs that direct a model, from the command line, on the shipped peeps."""

import json
import sys

import numpy as np
import pytest
from PIL import Image

from pinxit.cli.commands import main


def run(capsys, *words):
    code = main([str(word) for word in words])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_walk_is_written_and_repeated(tmp_path, capsys):
    keys = tmp_path / "keys.json"
    assert run(capsys, "mix", "peeps", 1, 5, "--weights", "2,1", "--out", tmp_path)[0] == 0
    told = {"seconds": 1, "fps": 8, "keys": [{"seed": 1, "easing": "smooth"}, {"picture": "mixed.png"}, {"seed": 9}]}
    keys.write_text(json.dumps(told))
    code, out, err = run(
        capsys, "walk", "peeps", "--keys", keys, "--loop", "--way", "spline", "-o", tmp_path / "a.webp"
    )
    assert (code, err) == (0, ""), err
    assert "a.webp" in out
    assert run(capsys, "walk", "--again", tmp_path / "a.webp", "-o", tmp_path / "b.webp")[0] == 0
    assert (tmp_path / "a.webp").read_bytes() == (tmp_path / "b.webp").read_bytes()
    with Image.open(tmp_path / "a.webp") as film:
        assert film.n_frames == 8
        first = np.asarray(film.convert("RGBA"))
    assert run(capsys, "make", "peeps", "--seeds", 1, "--out", tmp_path)[0] == 0
    painted = np.asarray(Image.open(tmp_path / "peeps-000001.png")).astype(int)
    seen = painted[..., 3] > 0
    assert abs(first[seen] - painted[seen]).max() <= 1


def test_a_film_without_its_extra_is_refused_before_anything_is_painted(tmp_path, capsys, monkeypatch):
    assert run(capsys, "walk", "peeps", "--seeds", "1,5", "--seconds", 0.2, "-o", tmp_path / "a.gif")[0] == 0
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.setattr("pinxit.generation.walking.paint_ahead", lambda *_: pytest.fail("pictures were painted"))
    for words in (["peeps", "--seeds", "1,5,9"], ["--again", tmp_path / "a.gif"]):
        code, out, err = run(capsys, "walk", *words, "-o", tmp_path / "x.mp4")
        assert (code, out) == (1, "")
        assert err == "pinxit: Writing MP4 needs an optional package. Install it with: pip install 'pinxit[video]'\n"
        assert [path.name for path in tmp_path.iterdir()] == ["a.gif"]


def test_children_are_bred_and_repeated(tmp_path, capsys):
    code, _, err = run(capsys, "breed", "peeps", 1, 5, 9, "-n", 3, "--sheet", "--out", tmp_path)
    assert (code, err) == (0, ""), err
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "child-000.png", "child-001.png", "child-002.png", "children.png",
    ]  # fmt: skip
    child = tmp_path / "child-001.png"
    assert run(capsys, "make", "--again", child, "--out", tmp_path)[0] == 0
    assert Image.open(child).tobytes() == Image.open(tmp_path / "child-001-again.png").tobytes()


def test_directions_are_found_shown_and_followed(tmp_path, capsys):
    file = ("--file", tmp_path / "d.json", "--out", tmp_path)
    assert "no directions" in run(capsys, "directions", "peeps", *file)[1]
    code, out, err = run(capsys, "directions", "peeps", "--find", "weights", "-n", 2, *file)
    assert (code, err) == (0, ""), err
    assert "weights-2" in out
    code, out, _ = run(capsys, "directions", "peeps", "--learn", "mine", "--yes", "1,2,3", "--no", "4,5,6", *file)
    assert "how stars, accuracy" in out
    assert run(capsys, "directions", "peeps", "--rename", "weights-1", "wild", "--drop", "weights-2", *file)[0] == 0
    assert run(capsys, "directions", "peeps", "--strip", "wild,mine", "--seeds", "5", *file)[0] == 0
    assert (tmp_path / "strip-wild-mine.png").exists()
    code, out, err = run(capsys, "move", "peeps", 5, 7, "--along", "wild=2", "--along", "mine=-1", *file)
    assert (code, err) == (0, ""), err
    assert (tmp_path / "moved-001.png").exists()


def test_marks_are_listed_and_taken_back(tmp_path, capsys):
    file = ("--file", tmp_path / "t.json")
    assert run(capsys, "taste", "peeps", "--like", "1,2", "--dislike", "3", *file)[0] == 0
    assert run(capsys, "taste", "peeps", "--marks", *file)[1].split() == ["like", "1", "like", "2", "dislike", "3"]
    assert run(capsys, "taste", "peeps", "--unmark", "2", *file)[1].split() == ["like", "1", "dislike", "3"]
    assert run(capsys, "taste", "peeps", "--unmark", "all", *file)[1] == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["walk"], "Which model?"),
        (["walk", "peeps"], "either seeds or keyframes"),
        (["walk", "peeps", "--seeds", "1", "--loop"], "1 came"),
        (["walk", "peeps", "--seeds", "1,2", "-o", "x.avi"], "'.avi' is no kind"),
        (["walk", "peeps", "--seeds", "1,2", "--seconds", "0.01", "-o", "x.gif"], "Walk longer"),
        (["walk", "peeps", "--keys", "nothing.json"], "cannot be read"),
        (["walk", "--again", "nothing.gif"], "no such file"),
        (["move", "peeps", "1"], "Which way?"),
        (["move", "peeps", "1", "--along", "x"], "direction=strength"),
        (["move", "peeps", "1", "--along", "x=1", "--file", "nothing.json"], "no direction 'x'"),
        (["mix", "peeps", "1", "2", "--weights", "a,b"], "no weights"),
        (["mix", "peeps", "1", "2", "--layers", "coarse"], "family stylegan"),
        (["breed", "peeps", "1"], "two parents"),
        (["breed", "peeps", "1", "2", "--mutation", "3"], "from 0"),
    ],
)
def test_what_makes_no_sense_is_one_paragraph(tmp_path, capsys, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, *words)
    assert code in (1, 2)
    assert told in err
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "not JSON"),
        ("[]", "holds no keyframes"),
        ('{"keys": [{"seed": 1}, {"sed": 2}]}', "Did you mean 'seed'"),
        ('{"keys": [{"seed": 1}, {}]}', "either a seed or a picture"),
        ('{"keys": [{"seed": 1}, {"seed": "x"}]}', "whole number"),
        ('{"keys": [{"seed": 1}, {"seed": -2}]}', "from 0 to"),
        ('{"keys": [{"seed": 1, "hold": "x"}, {"seed": 2}]}', "no numbers"),
        ('{"keys": [{"seed": 1}, {"seed": 2, "truncation": [1]}]}', "Key 2"),
        ('{"keys": [{"seed": 1}, {"picture": "none.png"}]}', "no such file"),
        ('{"fps": "x", "keys": [{"seed": 1}, {"seed": 2}]}', "fps is a number"),
    ],
)
def test_keyframes_that_make_no_sense_say_so(tmp_path, capsys, content, told):
    (tmp_path / "keys.json").write_text(content)
    code, _, err = run(capsys, "walk", "peeps", "--keys", tmp_path / "keys.json", "-o", tmp_path / "x.gif")
    assert code in (1, 2)
    assert told in err
