"""Training, resuming and painting with TensorFlow, as a person does it."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import pinxit
from pinxit.errors import TrainingStopped, UsageError
from pinxit.families.dcgan.keras import Dcgan
from pinxit.keras_training.backend import tf
from pinxit.runs.model_file import read_header, read_model
from pinxit.runs.run_folder import RunFolder

TINY = {
    "family": "dcgan", "size": "32", "width": 4, "critic_width": 4, "batch": 8, "seen": 32, "checkups": False,
    "report_every": 8, "report": False, "threads": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def run(shapes, tmp_path_factory):
    return pinxit.train(shapes, out=tmp_path_factory.mktemp("runs") / "keras", framework="tensorflow", **TINY)


@pytest.fixture(scope="module")
def of_torch(shapes, tmp_path_factory):
    return pinxit.train(shapes, out=tmp_path_factory.mktemp("runs") / "torch", **TINY | {"precision": "float32"})


def numbers(model):
    return np.stack([np.asarray(picture.image, np.int16) for picture in model.make(range(4))])


def test_a_run_is_whole(run):
    folder = RunFolder(run.path)
    assert run.ended == "done"
    assert run.sheet.exists()
    assert json.loads(folder.settings_file.read_text())["settings"]["framework"] == "tensorflow"
    packages = json.loads(folder.environment_file.read_text())["packages"]
    assert {"tensorflow", "keras", "torch"} <= packages.keys()
    lines = [json.loads(line) for line in folder.progress_file.read_text().splitlines()]
    assert [line["seen"] for line in lines] == [8, 16, 24, 32]
    assert {"critic_loss", "generator_loss", "speed"} <= lines[0].keys()
    assert [path.name for path in folder.previews.iterdir()] == ["000000032.png"]
    assert {path.name for path in folder.checkpoints.iterdir()} == {"000000000", "000000032"}
    assert {name.split(".")[0] for name in read_model(run.model_file).tensors} == {"generator", "critic"}


def test_both_frameworks_paint_the_same(run, of_torch):
    for path in (run.path, of_torch.path):
        one, other = (numbers(pinxit.load(path, framework=name)) for name in ("pytorch", "tensorflow"))
        assert np.abs(one - other).max() <= 1


def test_a_resumed_run_is_the_run_that_was_never_stopped(shapes, run, tmp_path):
    half = pinxit.train(shapes, out=tmp_path / "half", framework="tensorflow", **TINY | {"seen": 16})
    pinxit.resume(half.path, seen=32)
    once, twice = (read_model(path).tensors for path in (run.model_file, half.model_file))
    for name, values in once.items():
        np.testing.assert_array_equal(twice[name], values, err_msg=name)


def test_too_little_memory_names_a_smaller_batch(shapes, tmp_path, monkeypatch):
    step, taken = Dcgan.step, []

    def second_is_too_much(self, *how):
        taken.append(how)
        if len(taken) == 2:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor with shape[8,32,32,4]")
        return step(self, *how)

    monkeypatch.setattr(Dcgan, "step", second_is_too_much)
    with pytest.raises(TrainingStopped, match=r"for 8 pictures at once.*--batch 4"):
        pinxit.train(shapes, out=tmp_path / "run", framework="tensorflow", **TINY)
    assert {path.name for path in RunFolder(tmp_path / "run").checkpoints.iterdir()} == {"000000000"}


@pytest.mark.parametrize("framework", ["pytorch", "tensorflow"])
def test_a_run_goes_on_from_the_other_framework(shapes, run, of_torch, tmp_path, framework):
    origin = of_torch if framework == "tensorflow" else run
    values = {name: TINY[name] for name in ("batch", "seen", "checkups", "report", "threads")}
    on = pinxit.train(
        shapes, start=origin.path, out=tmp_path / "on", framework=framework, **values, learning_rate=1e-30
    )
    told = read_header(on.model_file)["start"]
    assert told["sha256"] == pinxit.load(origin.path).sha256
    before, after = read_model(origin.model_file).tensors, read_model(on.model_file).tensors
    for name in before:
        if name.endswith("weight"):
            np.testing.assert_allclose(after[name], before[name], atol=1e-6, err_msg=name)


def test_a_step_that_runs_away_is_not_taken(shapes, tmp_path, monkeypatch):
    step, poisoned = Dcgan.step, []

    def poison(self, batch, seen, caution):
        if seen == 16 and not poisoned:
            poisoned.append(seen)
            self.critic.last.kernel.assign(self.critic.last.kernel * float("nan"))
        return step(self, batch, seen, caution)

    monkeypatch.setattr(Dcgan, "step", poison)
    run = pinxit.train(shapes, out=tmp_path / "run", framework="tensorflow", **TINY | {"checkpoint_every": 8})
    events = [json.loads(line) for line in RunFolder(run.path).progress_file.read_text().splitlines()]
    back = [line for line in events if line.get("event") == "went back"]
    assert [line["from"] for line in back] == [16]
    assert run.ended == "done"
    assert np.isfinite(read_model(run.model_file).tensors["critic.last.bias"]).all()


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"precision": "bf16"}, "no --precision bf16"),
        ({"processes": 2}, "no --processes 2"),
        ({"family": "projected", "completes": True}, "Completing pictures is there in PyTorch only"),
        ({"family": "stackgan", "reader": "minilm"}, "Reading captions with MiniLM is there in PyTorch only"),
        ({"family": "fast_style", "style": "{pictures}/discs/001.png"}, "fast_style is there in PyTorch only"),
    ],
)
def test_what_tensorflow_does_not_do_is_said_before_anything_is_packed(shapes, tmp_path, asked, complaint):
    asked = {name: value.format(pictures=shapes) if name == "style" else value for name, value in asked.items()}
    values = {"family": "dcgan", "batch": 8} | asked
    with pytest.raises(UsageError, match=complaint):
        pinxit.train(shapes, out=tmp_path / "run", framework="tensorflow", **values)
    assert not (tmp_path / "run").exists()


@pytest.fixture
def of_captions(tmp_path_factory):
    """A run that learned to read, to sketch and to paint, one step each."""
    folder = tmp_path_factory.mktemp("captioned")
    for number in range(12):
        colour = "red" if number % 2 else "blue"
        sheet = Image.new("RGB", (32, 32), "white")
        sheet.paste(colour, (4, 4, 12 + number, 28 - number))
        sheet.save(folder / f"{number}.png")
        (folder / f"{number}.txt").write_text(f"a {colour} sheet, number {number}", "utf-8")
    values = {
        "latents": 4, "condition": 4, "sentence": 8, "width": 4, "sketch_width": 4, "critic_width": 8, "pixel_width": 4,
        "size": "32", "batch": 8, "seen": 24, "reading": 8, "sketching": 16, "sketch_features_at": 32, "features_at": 32,
        "checkups": False, "report": False, "report_every": 8, "threads": 1,
    }  # fmt: skip
    out = tmp_path_factory.mktemp("runs") / "captions"
    tf.config.run_functions_eagerly(True)  # three phases, each of which would be traced
    yield pinxit.train(folder, family="stackgan", out=out, framework="tensorflow", **values)
    tf.config.run_functions_eagerly(False)


def test_captions_are_learned_and_painted_by_either(of_captions):
    told = [json.loads(line) for line in RunFolder(of_captions.path).progress_file.read_text().splitlines()]
    assert [{"reading_loss", "matching_first", "matching_second"} & line.keys() for line in told] == [
        {"reading_loss"}, {"matching_first"}, {"matching_second"},
    ]  # fmt: skip
    longer = pinxit.resume(of_captions.path, seen=32)
    assert longer.ended == "done"
    texts = ["a red sheet", "a blue sheet, number 4", "number 7", "a sheet"]
    one, other = (
        [picture.image for picture in pinxit.load(longer.path, framework=name).make(range(4), text=texts)]
        for name in ("pytorch", "tensorflow")
    )
    apart = [
        np.abs(np.asarray(mine, int) - np.asarray(theirs, int)).max() for mine, theirs in zip(one, other, strict=True)
    ]
    assert max(apart) <= 1


def test_painting_is_quiet(run, tmp_path):
    words = [
        sys.executable,
        "-m",
        "pinxit",
        "make",
        run.path,
        "-n",
        "2",
        "--framework",
        "tensorflow",
        "--out",
        tmp_path,
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.startswith("2 pictures in")


def test_without_tensorflow_one_sentence_names_the_extra(run):
    code = (
        "import sys; sys.modules['tensorflow'] = None; from pinxit.cli.commands import main;"
        f"sys.exit(main(['make', {str(run.path)!r}, '--framework', 'tensorflow']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip().endswith("Install it with: pip install 'pinxit[tensorflow]'")
    assert "Traceback" not in done.stderr
