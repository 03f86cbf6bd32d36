"""`pinxit plan`, and planning inside `pinxit train`: real measurements of small networks."""

import json
import shlex

import pytest

import pinxit
from pinxit.cli.commands import main
from pinxit.errors import UsageError
from pinxit.settings import duration

SMALL = ["--family=dcgan", "--width=8", "--critic-width=8", "--threads=1", "--batch=8"]


def test_a_plan_says_what_and_why_and_trains_nothing(shapes, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["plan", str(shapes), "--for", "3m", *SMALL, "--json", "plan.json"]) == 0
    said = capsys.readouterr().out
    for word in ("Measured on this machine", "Size 40x40", "your pictures have no more", "Kept as you set it", "cm at 150 dpi",
                 "seen about", "first preview"):  # fmt: skip
        assert word in said, word
    told = json.loads((tmp_path / "plan.json").read_text())
    assert told["seen"] == pytest.approx((180 - told["spent"]) * told["speed"], rel=0.05)
    words = shlex.split(told["command"])
    assert words[:3] == ["pinxit", "train", str(shapes)]
    assert words[-4:] == ["--preset", "quick", "--size", "40x40"]
    assert "--json" not in words
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.json"]
    assert main(["plan", *words[2:]]) == 0, "the command that a plan ends with is a command"


def test_a_very_short_time_is_planned_too(shapes, capsys):
    assert main(["plan", str(shapes), "--for", "5s", *SMALL]) == 0
    assert "5s is too short to measure" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Say how long"),
        (["--for", "soon"], "1h30m"),
        (["--for", "0s"], "no length of time"),
        (["--for", "20m", "--seen", "100"], "either --seen or --for"),
        (["--for", "20m", "--size", "63"], "64x64"),
        (["--for", "20m", "--set", "sizze=64"], "Did you mean 'size'"),
        (["--for", "20m", "--preset", "fast"], "no preset 'fast'"),
    ],
)
def test_mistakes_get_an_answer(shapes, words, said, capsys):
    try:
        code = main(["plan", str(shapes), *words])
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert said in capsys.readouterr().err


def test_labels_are_planned_for(shapes, capsys):
    assert main(["plan", str(shapes), "--for", "2m", *SMALL, "--size", "32", "--label", "folder"]) == 0
    assert "Measured" in capsys.readouterr().out
    assert main(["plan", str(shapes), "--for", "2m", *SMALL, "--label", "shoes"]) == 1
    assert "shoes" in capsys.readouterr().err


def test_from_python():
    with pytest.raises(UsageError, match="how long"):
        pinxit.plan("peeps")
    plan = pinxit.plan("peeps", minutes="10s")
    assert plan.settings.minutes == pytest.approx(1 / 6)
    assert isinstance(plan, pinxit.Plan)


def test_lengths_of_time_in_words():
    assert [duration(seconds) for seconds in (5, 60, 90, 400, 3700, 200_000)] == [
        "5s", "1m", "1m 30s", "6m", "1h 1m", "2d 7h",
    ]  # fmt: skip
