"""Several processes, and signals, with real processes."""

import os
import signal
import subprocess
import sys
import time
from multiprocessing import SimpleQueue
from pathlib import Path
from types import SimpleNamespace

import pytest

from pinxit.runs import progress
from pinxit.runs.run_folder import RunFolder
from pinxit.training import checkpoints, launch

WORDS = [
    "--size=32",
    "--report-every=8",
    "--preview-every=100000",
    "--checkpoint-every=100000",
    "--threads=1",
    "--no-report",
]


def start(*words):
    command = [sys.executable, "-m", "pinxit", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def lines(run):
    return list(progress.read_reports(RunFolder(run).progress_file))


@pytest.mark.skipif(sys.platform == "win32", reason="torch has no gloo for this on Windows")
def test_two_processes_are_one_with_the_doubled_batch(shapes, tmp_path):
    """r3gan in float32: the same losses, to 1e-5, as gradients are averaged by hand and the dice are shared."""
    told = {}
    for processes in (1, 2):
        run = tmp_path / f"run{processes}"
        process = start(
            "train", shapes, "--family=r3gan", "--preset=quick", *WORDS, "--batch=8", "--seen=48", "--precision=float32",
            f"--processes={processes}", "--out", run,
        )  # fmt: skip
        said = process.communicate(timeout=300)
        assert process.returncode == 0, said
        told[processes] = lines(run)
    assert [line["seen"] for line in told[1]] == [line["seen"] for line in told[2]] == list(range(8, 49, 8))
    timing = {"seen", "seconds", "left", "speed", "data_wait"}
    for one, two in zip(told[1], told[2], strict=True):
        assert one.keys() == two.keys()
        for name in one.keys() - timing:
            assert two[name] == pytest.approx(one[name], rel=1e-5, abs=1e-5), name


@pytest.mark.skipif(sys.platform == "win32", reason="torch has no gloo for this on Windows")
def test_what_one_of_two_processes_says_is_said(shapes, tmp_path):
    process = start(
        "train", shapes, "--family=r3gan", "--preset=quick", *WORDS, "--batch=8", "--seen=4000", "--precision=float32",
        "--learning-rate=1", "--processes=2", "--out", tmp_path / "run",
    )  # fmt: skip
    _, wrong = process.communicate(timeout=300)
    assert process.returncode == 1, wrong
    assert "Traceback" not in wrong
    assert "ran away" in wrong or "running away" in wrong


@pytest.mark.skipif(sys.platform == "win32", reason="torch has no gloo for this on Windows")
def test_a_killed_one_of_two_processes_ends_the_other(shapes, tmp_path):
    run = tmp_path / "run"
    process = start("train", shapes, "--family=dcgan", *WORDS, "--batch=4", "--seen=10M", "--processes=2", "--out", run)
    wait_for_a_report(run, process)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    trainers = [one for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]
    os.kill(int(trainers[-1]), signal.SIGKILL)
    _, wrong = process.communicate(timeout=120)
    assert process.returncode == 1, wrong
    assert "Traceback" not in wrong
    assert "was ended from outside" in wrong
    assert not any(Path(f"/proc/{one}").exists() for one in trainers)


@pytest.mark.parametrize(("error", "words"), [(MemoryError(), "--batch"), (RuntimeError("a defect"), "")])
def test_memory_that_does_not_do_for_one_of_several_is_told(monkeypatch, error, words):
    said = SimpleQueue()
    settings = SimpleNamespace(batch=8, processes=2, accumulate=1)

    def fail(*_):
        raise error

    monkeypatch.setattr(launch, "train_process", fail)
    with pytest.raises(type(error)):
        launch.one_of_several(None, SimpleNamespace(settings=settings), None, said)
    assert said.empty() == (not words)
    assert said.empty() or words in said.get()


def wait_for_a_report(run, process):
    for _ in range(1200):
        if lines(run) or process.poll() is not None:
            return
        time.sleep(0.05)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGINT between processes")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_keeps_a_checkpoint(shapes, tmp_path, number):
    run = tmp_path / "run"
    process = start("train", shapes, "--family=dcgan", *WORDS, "--batch=4", "--seen=10M", "--out", run)
    wait_for_a_report(run, process)
    process.send_signal(number)
    said, wrong = process.communicate(timeout=120)
    assert process.returncode == 0, wrong
    assert "pinxit resume" in said
    assert checkpoints.is_whole(checkpoints.list_newest_first(RunFolder(run))[0])
    assert (run / "model.safetensors").exists()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGINT between processes")
def test_two_signals_stop_now_without_a_traceback(shapes, tmp_path):
    run = tmp_path / "run"
    # One enormous step, so that the polite way would take long.
    process = start(
        "train", shapes, "--family=dcgan", "--size=64", "--batch=512", "--seen=10M", "--threads=1", "--out", run
    )
    for _ in range(1200):
        if (run / "dataset.json").exists():
            break
        time.sleep(0.05)
    time.sleep(3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    time.sleep(1.5)  # Python counts two signals as one when both come during one long operation
    process.send_signal(signal.SIGINT)
    _, wrong = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in wrong
    assert time.monotonic() - began < 100


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGINT between processes")
@pytest.mark.parametrize("gap", [0.02, 0.4])
def test_two_signals_before_the_first_step_end_it_as_well(shapes, tmp_path, gap):
    """While torch is imported, and while Python ends: nobody listens for a polite end there."""
    run = tmp_path / "run"
    process = start("train", shapes, "--family=dcgan", *WORDS, "--batch=4", "--seen=10M", "--out", run)
    while not (run / "dataset.json").exists() and process.poll() is None:
        time.sleep(0.01)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(gap)
    _, wrong = process.communicate(timeout=120)
    assert process.returncode == 130
    assert wrong.strip() == "pinxit: broken off. Finished checkpoints and pictures are kept."
