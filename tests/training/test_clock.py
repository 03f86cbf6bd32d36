"""Only time awake counts: with a clock that is turned by hand, and with a real process that is stopped."""

import os
import signal
import subprocess
import sys
import time

import pytest

from pinxit.runs import progress
from pinxit.runs.run_folder import RunFolder
from pinxit.training.checkpoints import Moment
from pinxit.training.clock import LONGEST_STEP, Clock


class Hands:
    """A clock that moves when told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hands():
    return Hands()


def steps(clock, hands, count, seconds=0.5):
    slept = []
    for _ in range(count):
        hands.now += seconds
        slept.append(clock.step())
    return slept


def test_steps_and_work_count(hands):
    clock = Clock(Moment(seconds=100.0), hands)
    assert steps(clock, hands, 4) == [0, 0, 0, 0]
    hands.now += 60  # a checkup on a slow disk: the loop knows that it was at work
    clock.worked()
    assert clock.seconds == 162.0


def test_a_night_asleep_counts_as_one_step(hands):
    clock = Clock(Moment(), hands)
    steps(clock, hands, 10)
    assert steps(clock, hands, 1, seconds=8 * 3600) == [8 * 3600 - 0.5]
    assert clock.seconds == pytest.approx(5.5)
    assert steps(clock, hands, 5) == [0] * 5, "and one night does not change what is usual"


def test_what_a_busy_machine_does_is_not_sleep(hands):
    clock = Clock(Moment(), hands)
    steps(clock, hands, 10)
    assert steps(clock, hands, 1, seconds=LONGEST_STEP) == [0]
    slow = Clock(Moment(), hands)
    assert steps(slow, hands, 10, seconds=40) == [0] * 10, "long steps are long steps"
    assert steps(slow, hands, 1, seconds=700) == [0]


def test_the_first_steps_may_compile(hands):
    clock = Clock(Moment(), hands)
    assert steps(clock, hands, 1, seconds=300) == [0]
    assert clock.seconds == 300


def test_pace_is_taken_over_several_laps_with_the_work_between_them(hands):
    clock = Clock(Moment(), hands)
    seen = 0
    for _ in range(5):
        steps(clock, hands, 10)
        seen += 320
        speed, took = clock.lap(seen)
        assert (speed, took) == (pytest.approx(64), pytest.approx(5))
        hands.now += 5
        clock.worked()
        clock.lap(seen)
    assert clock.pace() == pytest.approx(32)


STOPPABLE = """
import sys
from pinxit.training import clock
clock.LONGEST_STEP = 1.0
from pinxit.cli.commands import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGSTOP")
def test_a_stopped_process_does_not_count_the_time(shapes, tmp_path):
    run = tmp_path / "run"
    words = ["train", shapes, "--family=dcgan", "--size=32", "--batch=4", "--set=width=8", "--set=critic_width=8"]
    words += ["--threads=1", "--report-every=8", "--seen=10M", "--no-checkups", "--out", run]
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPABLE, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )

    def lines():
        return list(progress.read(RunFolder(run).progress_file))

    def wait_for(enough):
        for _ in range(1200):
            if enough() or process.poll() is not None:
                return
            time.sleep(0.05)

    wait_for(lambda: len(lines()) > 10)
    process.send_signal(signal.SIGSTOP)
    before = lines()[-1]["seconds"]
    time.sleep(3)
    process.send_signal(signal.SIGCONT)
    wait_for(lambda: any(line.get("event") == "asleep" for line in lines()))
    process.send_signal(signal.SIGTERM)
    said, wrong = process.communicate(timeout=120)
    assert process.returncode == 0, wrong
    assert "That time is not counted" in said
    (event,) = (line for line in lines() if line.get("event") == "asleep")
    assert 2.5 < event["slept"] < 60
    assert event["seconds"] - before < 2
