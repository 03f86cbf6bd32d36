"""Scores and card at the end of real trainings, and what happens when they cannot be."""

import json
import shutil

import pytest
import yaml
from PIL import Image

import pinxit
from pinxit.cli.commands import main
from pinxit.images.files import read_text
from pinxit.report import ending
from pinxit.runs.model_file import hash_of, read_header
from pinxit.scoring.verdict import Score

TINY = {
    "family": "dcgan", "size": "32", "batch": 8, "width": 8, "critic_width": 8, "threads": 1, "checkpoint_every": 16,
    "report_every": 8, "seen": 32,
}  # fmt: skip


class Listener:
    def __init__(self):
        self.said = []

    def report(self, line):
        pass

    def say(self, message):
        self.said.append(message)


@pytest.fixture(scope="module")
def done(shapes, tmp_path_factory):
    run = tmp_path_factory.mktemp("done") / "run"
    notes = {"licence": "CC BY 4.0: me", "consent": "all said yes"}
    return pinxit.train(shapes, out=run, labels=("folder",), **TINY, **notes)


def test_a_finished_run_is_scored_and_has_its_card(done):
    assert done.ended == "done"
    assert done.report == done.path / "report" / "index.html"
    header = read_header(done.model_file)
    assert Score.from_json(header["scores"]) == done.score
    assert done.score.painted == 500  # as many as 40 real pictures are worth
    facts = json.loads((done.path / "report" / "report.json").read_text())
    assert facts["measured_now"]
    assert [checkup["seen"] for checkup in facts["checkups"]] == [16, 32]
    assert facts["machine"]["threads"] == "1"
    assert "system" not in facts["machine"]
    assert facts["energy"]["most"] > facts["energy"]["least"] > 0
    page = done.report.read_text("utf-8")
    assert page.count("<svg") == 2
    assert "CC BY 4.0: me" in page
    assert {path.name for path in done.report.parent.iterdir()} == {
        "index.html", "README.md", "report.json", "samples.png", "walks.png", "labels-1.png", "pairs.png",
    }  # fmt: skip


def test_recipes_name_the_file_as_it_is_after_scoring(done):
    now = hash_of(done.model_file)
    for sheet in (done.sheet, done.path / "report" / "samples.png"):
        assert json.loads(read_text(sheet)["pinxit"])["model"] == now
    assert pinxit.load(done.model_file).sha256 == now


def test_notes_of_a_person_are_kept(done):
    for told in (read_header(done.model_file)["data"], json.loads((done.path / "dataset.json").read_text())):
        assert told["licence"] == "CC BY 4.0: me"
        assert told["consent"] == "all said yes"


def test_a_card_can_be_made_again_without_touching_the_model(done, tmp_path, capsys):
    before = hash_of(done.model_file)
    out = tmp_path / "card"
    words = ["card", str(done.path), "--out", str(out), "-n", "24", "--no-pairs", "--model-licence", "CC0 1.0"]
    assert main(words) == 0
    assert str(out / "index.html") in capsys.readouterr().out
    assert not (out / "pairs.png").exists()
    front = yaml.safe_load((out / "README.md").read_text("utf-8").split("---\n")[1])
    assert front["license"] == "cc0-1.0"
    assert front["datasets"] == ["shapes"]
    assert json.loads((out / "report.json").read_text())["score"]["painted"] == 24
    assert hash_of(done.model_file) == before
    with Image.open(out / "samples.png") as sheet:
        assert sheet.size == (8 * 34 + 2, 8 * 34 + 2)


def test_a_card_of_a_file_away_from_its_run_tells_its_scores(done, tmp_path):
    alone = tmp_path / "alone.safetensors"
    alone.write_bytes(done.model_file.read_bytes())
    page = pinxit.card(alone)
    assert page == tmp_path / "alone-report" / "index.html"
    facts = json.loads((page.parent / "report.json").read_text())
    assert not facts["measured_now"]
    assert facts["score"]["kid"] == json.loads(json.dumps(done.score.to_json()))["kid"]


def test_info_shows_scores_as_lines(done, capsys):
    assert main(["info", str(done.model_file)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["scores"] == done.score.lines()


def test_a_run_that_went_on_has_the_scores_of_its_model(done, tmp_path):
    run = shutil.copytree(done.path, tmp_path / "run")
    again = pinxit.resume(run, seen=48)
    assert again.score is not None
    header = read_header(again.model_file)
    assert header["seen"] in (16, 32, 48), "the best moment"
    facts = json.loads((run / "report" / "report.json").read_text())
    assert (facts["seen"], facts["run_seen"]) == (header["seen"], 48)
    assert header["data"]["consent"] == "all said yes"
    assert Score.from_json(header["scores"]) == again.score


def test_too_few_pictures_for_a_score_leave_a_card_that_says_so(shapes, tmp_path):
    few = tmp_path / "few"
    few.mkdir()
    for path in sorted((shapes / "discs").iterdir())[:12]:
        (few / path.name).write_bytes(path.read_bytes())
    done = pinxit.train(few, out=tmp_path / "run", **TINY)
    assert done.score is None
    assert "scores" not in read_header(done.model_file)
    assert "a score needs at least 20 real" in done.report.read_text("utf-8")


def test_a_place_that_cannot_be_written_costs_neither_model_nor_exit_status(shapes, tmp_path, monkeypatch, capsys):
    write_card = ending.write_card

    def spoil(model, folder, **how):
        folder.write_text("a file is in the way")
        return write_card(model, folder, **how)

    monkeypatch.setattr(ending, "write_card", spoil)
    words = [f"--set={name}={value}" for name, value in TINY.items() if name != "family"]
    assert main(["train", str(shapes), "--family=dcgan", *words, "--out", str(tmp_path / "run")]) == 0
    said = capsys.readouterr().out
    assert "The report card could not be written" in said
    assert f"pinxit card {tmp_path / 'run'}" in said
    assert "How good it is:" in said
    assert (tmp_path / "run" / "sheet.png").exists()
    assert Score.from_json(read_header(tmp_path / "run" / "model.safetensors")["scores"])


@pytest.mark.parametrize(
    "problem", [KeyboardInterrupt(), OSError(28, "No space left on device"), RuntimeError("memory")]
)
def test_whatever_goes_wrong_while_measuring_the_run_is_done(shapes, tmp_path, monkeypatch, problem):
    def fail(*_):
        raise problem

    monkeypatch.setattr(ending, "measure_unasked", fail)
    listener = Listener()
    done = pinxit.train(shapes, out=tmp_path / "run", watch=listener, checkups=False, **TINY)
    assert (done.ended, done.score, done.report) == ("done", None, None)
    assert done.sheet.exists()
    assert any("pinxit card" in words for words in listener.said)


def test_without_a_wish_for_it_nothing_is_measured(shapes, tmp_path):
    done = pinxit.train(shapes, out=tmp_path / "run", checkups=False, report=False, **TINY)
    assert (done.score, done.report) == (None, None)
    assert not (done.path / "report").exists()
    assert "scores" not in read_header(done.model_file)
