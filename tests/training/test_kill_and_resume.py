"""A real second process is killed at random moments; what it comes to must equal a run that was never touched."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
import safetensors.numpy

import pinxit
from pinxit.runs import progress
from pinxit.runs.run_folder import RunFolder
from pinxit.training import checkpoints

SEEN = 640
TRAIN = [
    "--size=64", "--batch=16", f"--seen={SEEN}", "--checkpoint-every=96", "--report-every=32", "--preview-every=320",
    "--augment=0.3", "--augment-target=0.6", "--threads=1", "--seed=5", "--no-report",
]  # fmt: skip


def start(*words: object) -> subprocess.Popen:
    command = [sys.executable, "-m", "pinxit", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process: subprocess.Popen, code: int = 0) -> str:
    said = process.communicate(timeout=300)[0]
    assert process.returncode == code, said
    return said


def wait_until_seen(run: Path, seen: int, process: subprocess.Popen) -> None:
    for _ in range(3000):
        lines = list(progress.read_reports(RunFolder(run).progress_file))
        if (lines and lines[-1]["seen"] >= seen) or process.poll() is not None:
            return
        time.sleep(0.05)


@pytest.fixture(scope="module")
def untouched(shapes, tmp_path_factory):
    """The default family as users run it, from beginning to end."""
    run = tmp_path_factory.mktemp("untouched") / "run"
    finish(start("train", shapes, *TRAIN, "--out", run))
    return run


def final_tensors(run: Path) -> bytes:
    return (run / "checkpoints" / f"{SEEN:09d}" / "tensors.safetensors").read_bytes()


def test_killed_at_random_moments_it_ends_the_same_to_the_last_bit(untouched, shapes, tmp_path):
    run = tmp_path / "killed"
    moments = sorted(random.sample(range(64, SEEN - 64), 3))
    print("killed after about", moments)
    process = start("train", shapes, *TRAIN, "--out", run)
    for moment in moments:
        wait_until_seen(run, moment, process)
        time.sleep(random.uniform(0, 0.3))
        process.kill()
        process.communicate()
        process = start("resume", run)
    finish(process)
    assert final_tensors(run) == final_tensors(untouched)
    one, two = (pinxit.load(place) for place in (run, untouched))
    for mine, theirs in zip(one.make(range(4)), two.make(range(4)), strict=True):
        assert mine.image.tobytes() == theirs.image.tobytes()
    assert not list((run / "checkpoints").glob(".*")), "half-written checkpoints were left behind"


def test_stopped_politely_and_resumed_it_ends_the_same(untouched, shapes, tmp_path):
    run = tmp_path / "stopped"
    process = start("train", shapes, *TRAIN, "--out", run)
    wait_until_seen(run, 200, process)
    finish(start("stop", run))
    assert "pinxit resume" in finish(process)
    assert checkpoints.list_newest_first(RunFolder(run))[0].name < f"{SEEN:09d}"
    finish(start("resume", run))
    assert final_tensors(run) == final_tensors(untouched)


def test_a_damaged_newest_checkpoint_is_passed_over(untouched, tmp_path):
    import shutil

    run = tmp_path / "copy"
    shutil.copytree(untouched, run)
    newest, before = checkpoints.list_newest_first(RunFolder(run))[:2]
    content = bytearray((newest / "tensors.safetensors").read_bytes())
    content[len(content) // 2] ^= 1
    (newest / "tensors.safetensors").write_bytes(bytes(content))
    said = finish(start("resume", run))
    assert f"Checkpoint {newest.name} is damaged" in said
    assert final_tensors(run) == final_tensors(untouched)
    assert before.exists()


def test_the_run_folder_holds_what_the_plan_says(untouched):
    run = RunFolder(untouched)
    stored = json.loads(run.settings_file.read_text())
    assert stored["settings"]["seen"] == SEEN
    assert stored["settings"]["precision"] in ("float32", "bf16"), "auto must be resolved"
    assert json.loads(run.environment_file.read_text())["packages"]["torch"]
    assert json.loads(run.dataset_file.read_text())["count"] == 40
    assert run.preview_file(SEEN).exists()
    assert (untouched / "sheet.png").exists()
    assert 2 <= len(checkpoints.list_newest_first(run)) <= 3  # the newest two, and the best when it is not one of them
    lines = list(progress.read_reports(run.progress_file))
    assert [line["seen"] for line in lines] == list(range(32, SEEN + 1, 32))
    assert all(line["speed"] > 0 for line in lines)
    tensors = safetensors.numpy.load_file(run.model_file)
    assert {name.split(".")[0] for name in tensors} == {"generator", "critic", "pixel_critic"}


def test_a_slow_run_is_kept_by_the_clock_too(shapes, tmp_path):
    tiny = {"family": "dcgan", "size": "32", "batch": 8, "width": 8, "critic_width": 8, "threads": 1, "report": False}
    done = pinxit.train(shapes, out=tmp_path / "run", seen=64, checkpoint_minutes=1e-6, keep=99, checkups=False, **tiny)
    kept = [int(place.name) for place in checkpoints.list_newest_first(RunFolder(done.path))]
    assert kept == list(range(64, -1, -8))
