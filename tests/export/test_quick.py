"""ONNX Runtime paints where it was measured to be quicker, and then the same pictures; whatever goes wrong, torch paints."""

import io
import json
import os

import numpy as np
import pytest

from pinxit import api
from pinxit.export import quick
from pinxit.generation.onnx_side import OnnxGenerator
from pinxit.generation.quickness import FIGURES, Measured, figures_of, read_figures
from pinxit.generation.wishes import paint_mixes
from pinxit.studio import painter

ALWAYS = dict.fromkeys(quick.SIZES, (1.0, 0.5))
KIND = {"kind": ("disc", "square")}


@pytest.fixture(scope="module")
def model(untrained):
    return untrained("projected", size="16", width=8, latents=16, classes=KIND)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PINXIT_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def timed(monkeypatch):
    """Measured as if ONNX Runtime took half the time for everything."""
    monkeypatch.setattr(quick, "time_both", lambda *_: ALWAYS)


def coverage(paintings):
    """Pictures as numbers, with as much colour as there is to see."""
    pixels = np.stack([np.asarray(one.image).astype(float) for one in paintings])
    return np.concatenate([pixels[..., :3] * pixels[..., 3:] / 255, pixels[..., 3:]], axis=-1)


@pytest.mark.usefixtures("timed")
def test_the_same_pictures_whoever_paints(model):
    by_onnx = quick.quicken(model)
    assert isinstance(by_onnx.in_onnx, OnnxGenerator)
    painted = []
    by_onnx.in_onnx.session = Told(by_onnx.in_onnx.session, painted)
    for how in ({}, {"truncation": 0.6}, {"labels": {"kind": "disc"}}, {"batch": 1}):
        here, there = by_onnx.make(range(5), **how), model.make(range(5), **how)
        assert np.abs(coverage(here) - coverage(there)).max() <= 1
        assert [one.recipe for one in here] == [one.recipe for one in there]
    assert painted == [5, 5, 5, 1, 1, 1, 1, 1]
    by_onnx.make([0], precision="bf16")
    assert len(painted) == 8  # nothing but float32
    mixed = paint_mixes(by_onnx, [[(1, 0.5), (2, 0.5)]]), paint_mixes(model, [[(1, 0.5), (2, 0.5)]])
    assert np.abs(coverage(mixed[0]) - coverage(mixed[1])).max() <= 1
    assert len(painted) == 9  # a mixture is latents too


class Told:
    """A session that notes the batches it paints."""

    def __init__(self, session, batches):
        self.session, self.batches = session, batches

    def run(self, names, inputs):
        self.batches.append(len(inputs["latents"]))
        return self.session.run(names, inputs)


@pytest.mark.usefixtures("timed")
def test_a_truncation_inside_the_generator_goes_along(untrained):
    model = untrained("stylegan", size="16", width=8, widest=32, styles=32, latents=16)
    here, there = quick.quicken(model).make(range(3), truncation=0.5), model.make(range(3), truncation=0.5)
    assert np.abs(coverage(here) - coverage(there)).max() <= 1
    assert np.abs(coverage(here) - coverage(model.make(range(3)))).max() > 1


def test_measured_once_and_kept_with_what_it_holds_for(model, monkeypatch):
    quick.quicken(model)
    folder = quick.place_of(model)
    told = json.loads((folder / FIGURES).read_text())
    assert set(told["seconds"]) == {"1", "4", "16"}
    assert told["made with"]["threads"] == quick.torch.get_num_threads()
    assert (folder / quick.GRAPH).exists() == quick.worth_opening(read_figures(folder), None, 1)
    assert figures_of(model.sha256) == read_figures(folder)
    monkeypatch.setattr(quick, "measure_into", None)  # would fail if it were asked again
    quick.quicken(model)
    monkeypatch.setattr(quick, "processor_name", lambda: "another processor")
    assert quick.place_of(model) != folder


def test_torch_stays_where_it_is_quicker():
    measured = Measured({1: (0.010, 0.004), 4: (0.020, 0.0195), 16: (0.07, 0.08)}, opening=0.2)
    assert [measured.saved(size) > 0 for size in (1, 2, 4, 5, 16, 100)] == [True, False, False, False, False, False]
    assert measured.lines()[0] == "one picture: ONNX Runtime (ONNX Runtime 4 ms, torch 10 ms)"
    assert not quick.worth_opening(measured, 20, batch=1)  # a tenth of a second saved, a fifth spent
    assert quick.worth_opening(measured, 50, batch=1)
    assert not quick.worth_opening(measured, 5000, batch=16)
    assert quick.worth_opening(measured, None, batch=16)
    assert not quick.worth_opening(Measured({}, 0.0), None, batch=1)


def test_few_pictures_are_not_measured_for(model, monkeypatch):
    monkeypatch.setattr(quick, "measure_into", None)
    assert quick.quicken(model, pictures=quick.MANY - 1) is model
    assert quick.quicken(model, measure=False) is model
    with pytest.raises(TypeError):
        quick.quicken(model, pictures=quick.MANY)


@pytest.mark.usefixtures("timed")
@pytest.mark.parametrize("broken", ["graph", "figures", "package", "export"])
def test_torch_paints_when_anything_is_wrong(model, broken, monkeypatch):
    if broken == "export":
        monkeypatch.setattr(quick, "checked_graph", lambda *_: 1 / 0)
        assert quick.quicken(model) is model
        assert read_figures(quick.place_of(model)) == Measured({}, 0.0)  # and it is not tried again
        return
    assert quick.quicken(model) is not model
    folder = quick.place_of(model)
    if broken == "graph":
        (folder / quick.GRAPH).write_bytes(b"no graph")
    elif broken == "figures":
        (folder / FIGURES).write_text('{"seconds": [], "opening": 1}')
    else:
        monkeypatch.setattr(quick, "version_of", lambda name: None)
    assert quick.quicken(model, measure=False) is model


def test_a_graph_of_other_weights_is_not_used(model, untrained, timed):
    quick.quicken(model)
    other = untrained("projected", size="16", width=8, latents=16, classes=KIND, seamless="x")
    quick.place_of(model).rename(quick.place_of(other))
    assert quick.quicken(other, measure=False) is other


def test_a_model_that_chooses_codes_stays_with_torch(untrained):
    assert not quick.may_quicken(untrained("vae", size="16", width=8, vq=True))


def test_old_graphs_make_room(tmp_path, monkeypatch):
    monkeypatch.setattr(quick, "KEPT", 2)
    for number in range(4):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / FIGURES).write_text("{}")
        os.utime(tmp_path / str(number) / FIGURES, (number, number))
    quick.make_room(tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["2", "3"]


def test_the_studio_measures_once_a_person_stays(model, monkeypatch):
    """In a process of its own, while it goes on painting; then the same pictures come from whoever is quicker."""
    started = []
    monkeypatch.setattr(painter, "SETTLED", 2)
    monkeypatch.setattr(api, "begin_measuring", lambda one: started.append(quick.begin_measuring(one)) or started[0])
    wish = json.dumps({"mixes": [[[3, 1.0]]], "form": "raw"}).encode()

    def wishes():
        yield from (wish, wish)
        assert started[0].wait(120) == 0
        yield from (wish, wish)

    answers = io.BytesIO()
    painter.serve(str(model.path), wishes(), answers)
    answers.seek(0)
    contents = []
    while lengths := answers.read(painter.LENGTHS.size):
        header, content = (answers.read(length) for length in painter.LENGTHS.unpack(lengths))
        assert "problem" not in json.loads(header)
        contents.append(np.frombuffer(content, np.uint8).reshape(-1, 4).astype(int))
    first, *others = contents[1:]  # after "ready"
    assert len(others) == 3
    assert all(np.abs(one - first)[first[:, 3] > 127].max(initial=0) <= 2 for one in others)
    assert read_figures(quick.place_of(model)) is not None
    assert quick.begin_measuring(model) is None
