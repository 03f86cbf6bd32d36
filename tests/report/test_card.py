"""Whole cards of a real small model whose every word is hostile, read back by real readers."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
import torch
import yaml
from markdown_it import MarkdownIt

from pinxit.errors import UsageError
from pinxit.families.catalog import find_family
from pinxit.families.contract import Canvas
from pinxit.generation.measuring import Measured
from pinxit.generation.model import load_model
from pinxit.report.card import place_of, write_card
from pinxit.report.facts import gather
from pinxit.report.limits import limits
from pinxit.runs.model_file import write_model
from pinxit.scoring.verdict import Coverage, LabelScore, Score, Spread
from pinxit.settings import resolve, to_json

EVIL = "<script>alert(1)</script>\"'\n---\n# x | y `z` \u202eevil [a](http://x.example) \x1b ${1} {title}"
SCORE = Score(
    kid=Spread(200, 3), floor=Spread(1, 1), far=900, fid=30, support=Coverage(0.4, 0.1, 0.9, 0.5), copied=0.2,
    copied_of_real=0.05, copied_pixels=0.0, copied_pixels_of_real=0.0, labels={EVIL: LabelScore(0.3, 0.9, {EVIL: 4.0})},
    real=100, painted=500, against=EVIL, seeds=EVIL, subset_seed=0, features=EVIL, resizer="bilinear", backgrounds="white",
)  # fmt: skip


def write(path, **header):
    family = find_family("dcgan")
    settings = resolve(family.settings, {"size": "32", "width": 8}, family="dcgan")
    canvas = Canvas(32, 32, 4, {EVIL: (EVIL, "square")})
    torch.manual_seed(0)
    generator = family.load_recipe().build_generator(settings, canvas)
    tensors = {f"generator.{name}": value.numpy() for name, value in generator.state_dict().items()}
    told = {"family": "dcgan", "settings": to_json(settings, "dcgan"), "canvas": canvas.to_json()}
    write_model(path, {**told, **header}, tensors)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "evil <b> `x`.safetensors"
    data = {
        "name": EVIL,
        "count": 40,
        "held_back": 0,
        "licence": f"CC BY-SA {EVIL}",
        "consent": EVIL,
        "fingerprint": EVIL,
    }
    start = {"name": EVIL, "sha256": EVIL, "family": "projected", "data": data}
    start["start"] = {**start, "family": "dcgan"}
    return load_model(write(path, data=data, start=start, scores=SCORE.to_json(), seen=100_000, seconds=3600))


@pytest.fixture(scope="module")
def card(model, tmp_path_factory):
    closest = np.random.RandomState(0).randint(0, 256, (24, 2, 32, 32, 4)).astype(np.uint8)
    folder = tmp_path_factory.mktemp("card") / "card"
    write_card(model, folder, measured=Measured(SCORE, closest), licence=EVIL)
    return folder


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def read(text):
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


def test_the_page_needs_nothing_from_outside_and_runs_nothing(card):
    page = (card / "index.html").read_text("utf-8")
    read_page = read(page)
    tags = {tag for tag, _ in read_page.tags}
    assert not tags & {"script", "link", "iframe", "object", "embed", "form", "b", "a", "base"}
    pictures = [about for tag, about in read_page.tags if tag == "img"]
    assert len(pictures) == 4  # samples, walks, one label, pairs
    assert all(re.fullmatch(r"data:image/png;base64,[A-Za-z0-9+/=]+", about["src"]) for about in pictures)
    assert all(about["alt"] for about in pictures)
    for _, about in read_page.tags:
        assert not [name for name in about if name.startswith("on")]
        assert not set(about) & {"href", "srcset", "background", "action"}
    assert "url(" not in page
    assert "default-src 'none'" in page
    assert "\u202e" not in page
    assert "\\u202e" in read_page.text
    assert "prefers-color-scheme: dark" in page
    for words in (
        "share alike",
        "went on from another model",
        "EfficientNet-Lite0",
        "It repeats itself",
        "More of its pictures lie",
    ):
        assert words in read_page.text, words


def test_the_markdown_is_a_model_card(card):
    text = (card / "README.md").read_text("utf-8")
    head, front, body = text.split("---\n", 2)
    assert head == ""
    told = yaml.safe_load(front)
    assert told["license"] == "other"
    assert told["license_name"].startswith("<script>")
    assert told["library_name"] == "pinxit"
    assert told["pipeline_tag"] == "unconditional-image-generation"
    assert told["tags"][:2] == ["pinxit", "dcgan"]
    assert told["metrics"][0] == "kid"
    assert "datasets" not in told, "not a name that the Hub takes"
    shown = read(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(body))
    tags = {tag for tag, _ in shown.tags}
    assert not tags & {"script", "a", "b", "em", "hr"}
    linked = [about["src"] for tag, about in shown.tags if tag == "img"]
    assert linked == ["samples.png", "walks.png", "labels-1.png", "pairs.png"]
    assert all((card / name).is_file() for name in linked)
    assert [tag for tag, _ in shown.tags].count("h1") == 1


def test_page_and_markdown_say_the_same(card):
    page = read((card / "index.html").read_text("utf-8")).text
    body = (card / "README.md").read_text("utf-8").split("---\n", 2)[2]
    markdown = read(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(body)).text
    for sentence in re.findall(r"[A-Z][a-z ,]{40,}\.", page.split("</style>")[-1]):
        assert sentence in markdown


def test_all_facts_as_json(card):
    facts = json.loads((card / "report.json").read_text("utf-8"))
    assert facts["kind"] == "pinxit report card"
    assert facts["score"]["word"] == SCORE.word
    assert [start["family"] for start in facts["starts"]] == ["projected", "dcgan"]
    assert facts["helpers"] == ["EfficientNet-Lite0, trained on the photographs of ImageNet (Apache-2.0)"]
    assert facts["prints"][0]["inches"] == [0.21, 0.21]
    assert facts["machine"] == {}


def test_a_sheet_of_samples_carries_the_recipe_of_the_file_as_it_is(card, model):
    from pinxit.images.files import read_text

    recipe = json.loads(read_text(card / "samples.png")["pinxit"])
    assert recipe["model"] == model.sha256
    assert recipe["seeds"] == list(range(64))


def test_without_a_measurement_the_scores_of_the_file_are_told_and_no_training_picture_shown(card, model, tmp_path):
    folder = tmp_path / "card"
    closest = np.zeros((2, 2, 32, 32, 4), np.uint8)
    write_card(model, folder, measured=Measured(SCORE, closest))
    assert (folder / "pairs.png").exists()
    page = write_card(model, folder)  # in place of the first
    assert not (folder / "pairs.png").exists()
    assert "As the model file says: measured with" in page.read_text("utf-8")


def test_another_folder_is_not_written_over(model, tmp_path):
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(UsageError, match="other things"):
        write_card(model, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    (tmp_path / "report.json").write_text('["kind"]')
    with pytest.raises(UsageError, match="other things"):
        write_card(model, tmp_path)


def test_a_lone_file_has_its_card_beside_it(model):
    assert place_of(model) == model.path.with_name("evil <b> `x`-report")


NONSENSE = [None, [], "x", 7, True, {"name": ["x"], "count": "many", "licence": {"a": 1}, "data": 3}, {"count": -1},
            {"count": 1e400}, {"family": ["projected"]}, {"data": {"name": 3, "licence": "y"}}]  # fmt: skip


@pytest.mark.parametrize("told", NONSENSE)
def test_nonsense_in_a_header_is_no_traceback(told, tmp_path):
    header = dict.fromkeys(("data", "start", "scores", "seen", "seconds"), None if told == {"count": 1e400} else told)
    model = load_model(write(tmp_path / "m.safetensors", **header))
    facts = gather(model)
    assert facts.score is None
    assert facts.data.count is None
    assert list(limits(facts))
    assert write_card(model).read_text("utf-8")


def test_scores_travel_through_json_and_nonsense_does_not():
    stored = json.loads(json.dumps(SCORE.to_json()))
    assert Score.from_json(stored) == SCORE
    for change in ({"kid": 3}, {"kid": {"mean": float("nan"), "deviation": 1}}, {"labels": []}, {"painted": "x"}):
        assert Score.from_json({**stored, **change}) is None
    assert Score.from_json({name: value for name, value in stored.items() if name != "fid"}) is None
