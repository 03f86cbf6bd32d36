"""A plan is held while training: it lands in time, and its schedules follow the pace."""

import json
import os
import subprocess
import sys
import time

import pytest

import pinxit
from pinxit.families.dcgan.pytorch import Dcgan
from pinxit.runs import progress
from pinxit.runs.run_folder import RunFolder
from pinxit.training import checkpoints
from pinxit.training.checkpoints import Moment
from pinxit.training.device import TORCH_THREADS
from pinxit.training.pace import LOOKS, Pace

TINY = {"family": "dcgan", "size": "32", "batch": 4, "width": 8, "critic_width": 8, "threads": 1, "checkups": False}


class Listener:
    def __init__(self):
        self.said, self.reports = [], []

    def report(self, line):
        self.reports.append(line)

    def say(self, message):
        self.said.append(message)


def settings_in(run) -> dict:
    return json.loads(RunFolder(run).settings_file.read_text())["settings"]


def events(run, name):
    return [line for line in progress.read(RunFolder(run).progress_file) if line.get("event") == name]


def go(pace, moment, speed, planned, until, batch=10):
    """Steps at `speed` pictures a second until so many seconds; the plans on the way."""
    found = []
    while moment.seconds < until:
        moment.seen += batch
        moment.seconds += batch / speed
        if (total := pace.look(moment, planned)) is not None:
            found.append(total)
            planned = total
    return found


def test_a_plan_that_holds_is_left_alone():
    assert go(Pace(10, Moment()), Moment(), 100, 61_000, 600) == []


def test_another_pace_is_another_total():
    pace, moment = Pace(10, Moment()), Moment()
    (first,) = go(pace, moment, 50, 60_000, 300)
    assert first == pytest.approx(30_000, rel=0.01)
    later = go(pace, moment, 10, first, 600)  # from the middle on the machine is five times slower
    assert len(later) <= len([share for share in LOOKS if share > 0.5])
    assert later[-1] == pytest.approx(18_000, rel=0.05)


def test_a_measured_pace_is_not_doubted_at_once():
    assert go(Pace(10, Moment(seconds=8.0)), Moment(seconds=8.0), 50, 60_000, 59) == []
    assert go(Pace(10, Moment()), Moment(), 50, 60_000, 59) != []


def test_looks_are_few_and_none_is_repeated_after_a_resume():
    pace = Pace(10, Moment(seconds=500.0, seen=1))
    moment = Moment(seconds=500.0, seen=50_000)
    assert go(pace, moment, 1000, 100, 590) == []


def test_a_run_by_the_clock_lands_in_time(shapes, tmp_path):
    listener = Listener()
    done = pinxit.train(shapes, out=tmp_path / "run", minutes="6s", watch=listener, **TINY)
    assert done.ended == "done"
    told = json.loads((checkpoints.list_newest_first(RunFolder(done.path))[0] / "state.json").read_text())
    longest = max(4 / line["speed"] for line in listener.reports)
    assert 6 <= told["seconds"] <= 6 * 1.05 + longest
    assert any("too short to measure" in said for said in listener.said)
    assert listener.reports[-1]["left"] < 1
    now = settings_in(done.path)
    assert events(done.path, "clock"), "the preset's 400,000 pictures were never to be seen"
    assert now["seen"] == events(done.path, "clock")[-1]["now"] == pytest.approx(told["seen"], rel=0.35)
    assert now["ema_half_life"] == pytest.approx(max(1, 0.05 * now["seen"]))
    assert now["batch"] == 4


def test_a_recipe_that_becomes_slower_gets_schedules_for_fewer_pictures(shapes, tmp_path, monkeypatch):
    step, began = Dcgan.step, time.monotonic()

    def slower(self, batch, seen, update):
        time.sleep(0.02 if time.monotonic() - began < 3 else 0.2)
        return step(self, batch, seen, update)

    monkeypatch.setattr(Dcgan, "step", slower)
    pinxit.train(shapes, out=tmp_path / "run", minutes="8s", **TINY)
    plans = [line["now"] for line in events(tmp_path / "run", "clock")]
    assert len(plans) >= 2
    assert plans[-1] < 0.8 * max(plans)
    assert settings_in(tmp_path / "run")["seen"] == plans[-1]
    assert settings_in(tmp_path / "run")["ema_half_life"] == pytest.approx(max(1, 0.05 * plans[-1]))


def test_resume_goes_on_with_the_plan_and_a_longer_time_makes_it_anew(shapes, tmp_path):
    run = tmp_path / "run"
    pinxit.train(shapes, out=run, minutes="2s", ema_half_life=77, **TINY)
    short = settings_in(run)["seen"]
    listener = Listener()
    pinxit.resume(run, minutes="5s", watch=listener)
    assert any("schedules are made anew" in said for said in listener.said)
    now = settings_in(run)
    assert now["seen"] > 1.3 * short
    assert now["ema_half_life"] == 77, "a value that was set stays, also after a resume"
    told = json.loads((checkpoints.list_newest_first(RunFolder(run))[0] / "state.json").read_text())
    assert 5 <= told["seconds"] <= 6


def test_without_a_plan_settings_stay_exactly_as_they_are(shapes, tmp_path):
    pinxit.train(shapes, out=tmp_path / "run", minutes="2s", plan=False, **TINY)
    now = settings_in(tmp_path / "run")
    assert (now["seen"], now["ema_half_life"], now["preview_every"]) == (400_000, 10_000, 10_000)
    assert not events(tmp_path / "run", "clock")


GENTLE = """
import os, sys, pinxit
class Watch:
    def report(self, line): pass
    def say(self, message): print(message)
pinxit.train(sys.argv[1], out=sys.argv[2], family="dcgan", size="32", batch=4, width=8, critic_width=8, seen=16, gentle=True,
             watch=Watch())
nice = {os.getpriority(os.PRIO_PROCESS, int(thread)) for thread in os.listdir("/proc/self/task")}
print("nice", sorted(nice))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_gentle_leaves_the_machine_to_others(shapes, tmp_path):
    run = tmp_path / "run"
    done = subprocess.run([sys.executable, "-c", GENTLE, shapes, run], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "one core is left free" in done.stdout
    assert "nice [10]" in done.stdout
    assert settings_in(run)["threads"] == max(1, TORCH_THREADS - 1)
    assert settings_in(run)["gentle"] is True


@pytest.mark.skipif(not os.access("/proc/self/autogroup", os.W_OK), reason="this system weighs no sessions")
def test_gentle_holds_for_a_session_begun_for_it():
    words = "from pinxit.training.device import be_gentle; be_gentle(); print(open('/proc/self/autogroup').read())"
    done = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, check=False, start_new_session=True
    )
    assert done.stdout.strip().endswith("nice 10"), done.stderr


def test_cheap_beginnings_are_paid_for_as_what_they_are():
    """The first half of all pictures costs a quarter each: 10 minutes at 100 full ones a second are 96,000 pictures."""

    def work(total, seen):
        return min(seen, total / 2) / 4 + max(0, seen - total / 2)

    pace, moment, planned, found = Pace(10, Moment(), work), Moment(), 60_000, []
    while moment.seconds < 600:
        moment.seconds += 10 * (0.25 if moment.seen < planned / 2 else 1) / 100
        moment.seen += 10
        if (total := pace.look(moment, planned)) is not None:
            found.append(total)
            planned = total
    assert found[0] == pytest.approx(96_000, rel=0.02)
    assert moment.seen == pytest.approx(96_000, rel=0.03)
