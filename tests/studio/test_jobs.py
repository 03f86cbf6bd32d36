"""Trainings as jobs: real child processes, an order that can be changed, and what becomes of them when the studio ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.studio.conftest import open_studio

from pinxit.studio.guard import Door
from pinxit.studio.home import Home
from pinxit.studio.studio import Studio
from pinxit.training import telling

TINY = {"size": "16x16", "seen": 96, "batch": 8, "report": False, "threads": 1, "checkups": False, "report_every": 16,
        "preview_every": 48, "checkpoint_every": 48, "width": 8, "critic_width": 8}  # fmt: skip
LONG = {**TINY, "seen": 10_000_000, "checkpoint_minutes": 0.01}


def ready(client, pictures):
    """A set of pictures that training may have."""
    key = client.studio.sets.grant(pictures)
    client.wait(f"/api/pictures/{key}", lambda told: told["state"] == "ready")
    return key


def add(client, key, settings, title):
    answer = client.ask("/api/jobs", {"pictures": key, "family": "dcgan", "settings": settings, "title": title})
    assert answer.status == 201, answer.content
    return answer.json["id"]


def state_of(client, job):
    return client.ask(f"/api/jobs/{job}").json["state"]


@pytest.mark.slow
def test_train_watch_pause_continue(own, pictures):
    key = ready(own, pictures)
    job = add(own, key, LONG, "long one")
    other = add(own, key, TINY, "second")
    third = add(own, key, TINY, "third")
    own.ask(f"/api/jobs/{third}/place", {"before": other})
    waiting = [one["id"] for one in own.ask("/api/jobs").json if one["state"] == "waiting"]
    assert waiting[-2:] == [third, other]
    assert own.ask(f"/api/jobs/{other}", method="DELETE").status == 409
    assert own.ask(f"/api/jobs/{other}/end", {"how": "stop"}).status == 200
    run = own.wait("/api/runs", lambda told: told and told[0]["seen"] > 0)[0]
    assert run["training"]
    assert own.ask(f"/api/runs/{run['id']}/progress").json["lines"]
    assert own.ask(f"/api/jobs/{job}/place", {}).status == 409
    assert own.ask(f"/api/jobs/{job}/end", {"how": "pause"}).status == 200
    assert own.ask(f"/api/jobs/{job}/end", {"how": "pause"}).status == 409
    own.wait(f"/api/jobs/{job}", lambda told: told["state"] == "paused")
    assert own.ask(f"/api/jobs/{job}/end", {"how": "stop"}).status == 409
    own.wait(f"/api/jobs/{third}", lambda told: told["state"] == "done")
    seen = own.ask(f"/api/runs/{run['id']}").json["seen"]
    again = own.ask(f"/api/jobs/{job}/continue", {"seen": seen + 64}).json
    assert own.ask(f"/api/jobs/{job}/continue", {}).status == 409
    own.wait(f"/api/jobs/{again['id']}", lambda told: told["state"] == "done")
    about = own.ask(f"/api/runs/{run['id']}").json
    assert about["seen"] >= seen + 64
    assert about["previews"]
    assert about["ended"]
    assert own.ask(f"/api/runs/{run['id']}/previews/{about['previews'][0]}").content[:4] == b"\x89PNG"
    assert any(one["id"] == f"run-{run['id']}" for one in own.ask("/api/models").json)
    assert own.ask(f"/api/runs/{run['id']}/stop", method="POST").status == 409


@pytest.mark.slow
def test_a_training_outlives_its_studio_and_a_killed_one_is_offered_again(tmp_path, pictures):
    for client in open_studio(tmp_path / "home"):
        key = ready(client, pictures)
        job = add(client, key, LONG, "goes on")
        client.wait("/api/runs", lambda told: told and told[0]["seen"] > 0)
    pid = client.studio.jobs._children[job].pid
    os.kill(pid, 0)  # it lives
    for client in open_studio(tmp_path / "home"):
        assert state_of(client, job) == "running"
        seen = client.ask("/api/runs").json[0]["seen"]
        client.wait("/api/runs", lambda told, before=seen: told[0]["seen"] > before)
        os.killpg(pid, signal.SIGKILL)
        told = client.wait(f"/api/jobs/{job}", lambda told: told["state"] != "running")
        assert told["state"] == "interrupted"
        assert "checkpoint" in told["message"]
        assert client.ask(f"/api/jobs/{job}", method="DELETE").status == 204
        assert client.ask(f"/api/jobs/{job}").status == 404


def test_what_cannot_be_trained_is_told_at_once(own, pictures):
    key = ready(own, pictures)
    for settings in ({"sizze": 64}, {"batch": -1}, {"size": "7x7"}, {"batch": "many"}):
        answer = own.ask("/api/jobs", {"pictures": key, "settings": settings})
        assert answer.status == 422
        assert len(answer.json["problem"]) > 20
    for wanted in ({"family": "../x"}, {"family": "nobody"}, {"preset": "nothing"}, {"start": "/etc/passwd"}, {"out": "/tmp"},
                   {"settings": {"callable": {"a": 1}}}):  # fmt: skip
        assert own.ask("/api/jobs", {"pictures": key, **wanted}).status == 422
    assert own.ask("/api/jobs", {"pictures": key, "start": "nobody"}).status == 404
    assert own.ask("/api/jobs", {"pictures": "nobody"}).status == 404
    assert own.ask("/api/jobs").json == []


def test_a_training_that_waits_for_room_says_so(tmp_path):
    studio = Studio(Home(tmp_path), Door())
    job = studio.jobs.add("train", "x", {}, "page")["id"]
    studio.store.change("update jobs set state = 'running' where id = ?", (job,))
    said = "The disk is full. Training waits; make room and it goes on by itself (Ctrl-C stops it)."
    assert said in Path(telling.__file__).read_text("utf-8"), "the sentence that training says"
    for log, held in ((f"[##--]  8k pictures\n{said}\n", True), (f"{said}\n[##--]  9k pictures\n", False)):
        studio.jobs.log_file(job).write_text(log, "utf-8")
        told = studio.jobs.told(studio.jobs.find(job))
        assert (told["held"], told["message"]) == (held, said if held else "")
    studio.store.close()


WORKER = """
import sys
from pathlib import Path
from pinxit.errors import DataError
from pinxit.studio.guard import Door
from pinxit.studio.home import Home
from pinxit.studio.studio import Studio
studio = Studio(Home(Path(sys.argv[1])), Door())
while row := studio.store.row("select * from jobs where state = 'waiting' order by place limit 1"):
    try:
        if studio.jobs.take(row):
            print(row["id"])
    except DataError as error:
        assert "locked" in str(error), error
"""


def test_eight_who_take_a_thousand_jobs_take_each_once(tmp_path):
    studio = Studio(Home(tmp_path), Door())
    row = {"kind": "resume", "title": "x", "request": "{}", "state": "waiting", "asked_by": "page", "created": 0.0}
    with studio.store.together():
        for number in range(1000):
            studio.store.insert("jobs", {**row, "id": f"job-{number}", "place": number, "run": "nothing"})
    words = [sys.executable, "-c", WORKER, str(tmp_path)]
    workers = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(8)]
    said = [worker.communicate(timeout=300) for worker in workers]
    assert [wrong for _, wrong in said if wrong] == []
    taken = [words.split() for words, _ in said]
    assert sum(1 for one in taken if one) > 1
    assert sorted(job for one in taken for job in one) == sorted(f"job-{number}" for number in range(1000))
    studio.store.close()


def test_what_is_in_use_is_not_taken_away(own, pictures):
    key = ready(own, pictures)
    own.studio.jobs.look = lambda: None  # nobody takes what waits
    job = add(own, key, TINY, "waits")
    assert own.ask(f"/api/pictures/{key}", method="DELETE").status == 409
    assert own.ask(f"/api/jobs/{job}", method="DELETE").status == 409
    assert own.ask(f"/api/jobs/{job}/continue", {}).status == 409
    assert own.ask(f"/api/jobs/{job}/end", {"how": "stop"}).status == 200
    for how in ("stop", "pause"):
        assert own.ask(f"/api/jobs/{job}/end", {"how": how}).status == 409
    assert own.ask(f"/api/jobs/{job}/place", {}).status == 409
    assert own.ask(f"/api/pictures/{key}", method="DELETE").status == 204
    assert own.ask(f"/api/pictures/{key}", method="DELETE").status == 404
    assert own.ask(f"/api/jobs/{job}", method="DELETE").status == 204
    for method, path in (("DELETE", ""), ("POST", "/end"), ("POST", "/continue"), ("POST", "/place")):
        body = {"how": "stop"} if path == "/end" else {} if path else None
        assert own.ask(f"/api/jobs/{job}{path}", body, method=method).status == 404
