"""The program as a person starts it: who may, what it says, and what becomes of its work when it is killed."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.studio.conftest import draw_folder

MIX = {"model": "peeps", "wish": {"mix": [[1, 1]]}}


def words(home: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "pinxit", "studio", "--no-browser", "--port=0", f"--home={home}", *more]


class Program:
    """A studio of its own, asked over HTTP."""

    def __init__(self, home: Path, *more: str):
        self.process = subprocess.Popen(words(home, *more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        said = self.process.stdout.readline().rpartition(" ")[2].strip()
        self.address, _, self.token = said.partition("#token=")

    def ask(self, path: str, body: Any = None, method: str | None = None, content: bytes | None = None, **headers: str):
        """(status, what came back as JSON)."""
        told = {"authorization": f"Bearer {self.token}"} | headers
        if body is not None:
            content, told["content-type"] = json.dumps(body).encode(), "application/json"
        request = urllib.request.Request(self.address + path, content, told, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def wait(self, path: str, until) -> Any:
        gave_up = time.monotonic() + 90
        while not until(told := self.ask(path)[1]):
            assert time.monotonic() < gave_up, told
            time.sleep(0.1)
        return told

    def kill(self, number: int = signal.SIGKILL) -> str:
        """End it; returns everything else it said."""
        self.process.send_signal(number)
        said, wrong = self.process.communicate(timeout=30)
        return said + wrong


@contextmanager
def started(home: Path, *more: str) -> Iterator[Program]:
    program = Program(home, *more)
    try:
        yield program
    finally:
        if program.process.poll() is None:
            program.kill(signal.SIGTERM)


def refused(home: Path, *more: str) -> tuple[int, str]:
    """How it ends, and what it says, where it does not start."""
    done = subprocess.run(words(home, *more), capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_an_open_house_does_not_open(tmp_path):
    for listen in ("0.0.0.0", "::"):
        code, said = refused(tmp_path, "--no-token", "--listen", listen)
        assert code == 2
        assert "needs a token" in said
    assert list(tmp_path.iterdir()) == []


def test_one_home_one_studio(tmp_path):
    with started(tmp_path) as program:
        code, said = refused(tmp_path)
        assert code == 2
        assert program.address in said
        assert program.token not in said
        assert program.ask("api/studio")[0] == 200
    with started(tmp_path) as next_one:
        assert next_one.ask("api/studio")[0] == 200


@pytest.mark.parametrize("content", [b"no database" * 1000, None])
def test_a_memory_that_cannot_be_used_is_told_and_left_alone(tmp_path, content):
    memory = tmp_path / "studio" / "studio.sqlite"
    memory.parent.mkdir()
    if content is None:
        memory.mkdir()
    else:
        memory.write_bytes(content)
    code, said = refused(tmp_path)
    assert code == 1
    assert "cannot be used" in said
    assert memory.is_dir() if content is None else memory.read_bytes() == content


def test_the_token_is_written_nowhere(tmp_path):
    with started(tmp_path) as program:
        for path in (
            "api/studio",
            f"api/studio?token={program.token}",
            f"{program.token}",
            f"api/kept/{program.token}",
        ):
            program.ask(path)
            program.ask(path, authorization="Bearer stale")
        program.ask("api/enter", {"token": program.token})
        program.ask("api/kept", MIX)
        assert program.token not in program.kill(signal.SIGTERM)
        kept = [file for file in tmp_path.rglob("*") if file.is_file()]
        assert kept
        assert [file for file in kept if program.token.encode() in file.read_bytes()] == []
        with started(tmp_path) as another:
            stale = {"authorization": f"Bearer {program.token}"}
            assert another.ask("api/studio", **stale)[0] == 401


@pytest.mark.skipif(sys.platform != "linux", reason="limits can be put on a running process here only")
def test_a_disk_that_fills_up_is_told_and_everything_goes_on_when_there_is_room(tmp_path):
    """No file may grow beyond 4 kB, which the system refuses as it refuses a full disk."""
    import resource

    with started(tmp_path) as program:
        status, first = program.ask("api/kept", MIX)
        assert status == 201
        key = program.ask("api/pictures", {"name": "some"})[1]["id"]
        before = {file: file.stat().st_size for file in (tmp_path / "studio" / "kept").iterdir()}
        _, hardest = resource.prlimit(program.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(program.process.pid, resource.RLIMIT_FSIZE, (4096, hardest))
        for answer in (
            program.ask("api/kept", MIX),
            program.ask(f"api/pictures/{key}/file?name=a", method="PUT", content=b"a" * 9000),
            program.ask("api/pictures", {"name": "more"}),
            program.ask(f"api/kept/{first['id']}", {"tags": ["a"]}, "PATCH"),
            program.ask("api/works", {"kind": "film", "model": "peeps", "wishes": [MIX["wish"]] * 2}),
        ):
            assert answer[0] == 409, answer
            assert len(answer[1]["problem"]) > 20
        assert program.ask("api/kept")[1]["total"] == 1
        assert program.ask(f"api/kept/{first['id']}")[1]["tags"] == []
        resource.prlimit(program.process.pid, resource.RLIMIT_FSIZE, (hardest, hardest))
        assert {file: file.stat().st_size for file in (tmp_path / "studio" / "kept").iterdir()} == before
        assert program.ask(f"api/kept/{first['id']}", {"tags": ["a"]}, "PATCH")[1]["tags"] == ["a"]
        assert program.ask("api/kept", MIX)[0] == 201
        assert program.ask("api/kept")[1]["total"] == 2


def children(pid: int) -> set[int]:
    """All processes that a process has started and that live, and theirs."""
    found: set[int] = set()
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(place.read_text("utf-8", "replace").rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found |= {int(place.parent.name)} | children(int(place.parent.name))
    return found


def gone(pids: set[int], seconds: float = 10) -> bool:
    """Whether all of them have ended; one that nobody has buried yet has."""
    gave_up = time.monotonic() + seconds
    while time.monotonic() < gave_up:
        left = [pid for pid in pids if lives(pid)]
        if not left:
            return True
        time.sleep(0.1)
    return False


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def look_again(home: Path, job: str, work: str) -> None:
    """The next studio finds the training, and nothing of the work."""
    with started(home) as program:
        assert program.ask(f"api/jobs/{job}")[1]["state"] == "running"
        assert program.ask(f"api/works/{work}")[0] == 404
        assert list((home / "studio" / "works").glob("*")) == []
        program.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_killed_studio_leaves_no_work_behind_and_its_training_is_found_again(tmp_path):
    pictures = draw_folder(tmp_path / "discs")
    settings = {"size": "16x16", "seen": 10_000_000, "batch": 8, "report": False, "threads": 1, "checkups": False,
                "report_every": 16, "width": 8, "critic_width": 8, "checkpoint_minutes": 0.01}  # fmt: skip
    with started(tmp_path / "home", str(pictures)) as program:
        granted = program.ask("api/studio")[1]["granted"]
        program.wait(f"api/pictures/{granted}", lambda told: told["state"] == "ready")
        sample = program.ask("api/uploads", method="PUT", content=next(pictures.iterdir()).read_bytes())[1]["id"]
        texture = {"kind": "texture", "picture": sample, "settings": {"size": 1024, "steps": 2000}}
        work = program.ask("api/works", texture)[1]["id"]
        wanted = {"pictures": granted, "family": "dcgan", "settings": settings}
        job = program.ask("api/jobs", wanted)[1]["id"]
        program.wait("api/runs", lambda told: told and told[0]["seen"] > 0)
        assert program.ask(f"api/works/{work}")[1]["state"] == "painting"
        (trainer,) = (pid for pid in children(program.process.pid) if os.getsid(pid) == pid)
        others = children(program.process.pid) - {trainer} - children(trainer)
        assert others
        program.kill()
        try:
            assert gone(others)
            assert lives(trainer)
            look_again(tmp_path / "home", job, work)
        finally:
            os.killpg(trainer, signal.SIGKILL)
    with started(tmp_path / "home") as program:
        told = program.wait(f"api/jobs/{job}", lambda told: told["state"] != "running")
        assert told["state"] == "interrupted"
        assert program.ask(f"api/jobs/{job}/continue", {"seen": 64})[0] == 201
