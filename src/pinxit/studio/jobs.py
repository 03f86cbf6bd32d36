"""Trainings as jobs: a queue that starts `pinxit train` as child processes, watches them, and finds them again.

A child leads a process group of its own and goes on when the studio ends. It holds a lock that the system takes back when it
ends, however it ends: that is its heartbeat, and no other process can be mistaken for it.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinxit import api
from pinxit.errors import DataError, PinxitError
from pinxit.studio.common import conflict, missing, new_id
from pinxit.studio.home import lock
from pinxit.studio.runs import key_of

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio

FULL = "The disk is full. Training waits; make room and it goes on by itself (Ctrl-C stops it)."
"""What a training says while it waits for room (`training/telling.py`); into its log, if there is room for that."""
NO_ROOM = 1_000_000
"""Bytes; with less, not even that goes into the log."""
RESUMABLE = ("paused", "stopped", "interrupted", "failed", "done")
MOST_WAITING = 100
TAIL = 8_000


class Jobs:
    """The queue: one training at a time, in an order that can be changed."""

    def __init__(self, studio: "Studio"):
        self.studio, self.store = studio, studio.store
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._held: set[str] = set()

    def all(self) -> list[dict[str, Any]]:
        """Every job: what runs, what waits in its order, then what is over, newest first."""
        rows = self.store.rows(
            "select * from jobs order by case state when 'running' then 0 when 'waiting' then 1 else 2 end, "
            "case when state = 'waiting' then place else -created end"
        )
        return [self.told(row) for row in rows]

    def find(self, key: str) -> dict[str, Any]:
        """One job. Raises a 404."""
        row = self.store.row("select * from jobs where id = ?", (key,))
        if row is None:
            raise missing("job")
        return row

    def add(self, kind: str, title: str, request: dict[str, Any], asked_by: str, **more: Any) -> dict[str, Any]:
        """Put a job at the end of the queue."""
        waiting = self.store.row("select count(*) as many, max(place) as last from jobs where state = 'waiting'")
        assert waiting is not None
        if waiting["many"] >= MOST_WAITING:
            raise conflict(f"{MOST_WAITING} trainings wait already. Let some end first.")
        row = {
            "id": new_id(), "kind": kind, "title": title[:200], "request": json.dumps(request), "state": "waiting",
            "place": time.time(), "asked_by": asked_by, "created": time.time(), **more,
        }  # fmt: skip
        self.store.insert("jobs", row)
        self.studio.tell("jobs")
        return self.told(self.find(row["id"]))

    def move(self, key: str, before: str | None) -> None:
        """Put a waiting job before another one, or at the end."""
        job = self.find(key)
        waiting = [row["id"] for row in self.store.rows("select id from jobs where state = 'waiting' order by place")]
        if job["state"] != "waiting" or (before is not None and before not in waiting):
            raise conflict("Only what waits can be put in another order.")
        waiting.remove(key)
        waiting.insert(waiting.index(before) if before and before != key else len(waiting), key)
        with self.store.together():
            for place, one in enumerate(waiting):
                self.store.change("update jobs set place = ? where id = ?", (place, one))
        self.studio.tell("jobs")

    def end(self, key: str, wish: str) -> None:
        """Ask a running job to keep a checkpoint and "pause" or "stop"; one that waits is taken out of the queue."""
        job = self.find(key)
        if job["state"] == "waiting":
            if not self.store.change(
                "update jobs set state = 'stopped', ended = ?, message = ? where id = ? and state = 'waiting'",
                (time.time(), "Taken out of the queue.", key),
            ):
                raise conflict("This training has just begun.")
        elif job["state"] != "running":
            raise conflict("This training is over.")
        elif job["wish"]:
            raise conflict("This training was asked to stop already.")
        else:
            self.store.change("update jobs set wish = ? where id = ?", (wish, key))
            self.ask_to_stop(job)
        self.studio.tell("jobs")

    def ask_to_stop(self, job: dict[str, Any]) -> None:
        """By a file, as `pinxit stop` does; before there is a run folder, by a signal."""
        with suppress(PinxitError):
            api.stop(self.run_path(job))
            return
        if job["pid"]:
            with suppress(OSError):
                os.kill(job["pid"], signal.SIGINT)

    def go_on(self, key: str, asked_by: str, request: dict[str, Any]) -> dict[str, Any]:
        """Queue the continuation of a job's run."""
        job = self.find(key)
        if job["state"] not in RESUMABLE:
            raise conflict("This training is still in the queue.")
        return self.resume(job["run"], job["title"], asked_by, request)

    def resume(self, run: str | None, title: str, asked_by: str, request: dict[str, Any]) -> dict[str, Any]:
        """Queue the continuation of a run, once."""
        if run is None or not self.has_begun(run):
            raise conflict("There is no run to go on with: it ended before its first step. Train anew.")
        busy = self.store.row("select id from jobs where run = ? and state in ('waiting', 'running')", (run,))
        if busy:
            raise conflict("This training is in the queue already.")
        return self.add("resume", title, request, asked_by, run=run)

    def forget(self, key: str) -> None:
        """Take a job that is over off the list. Its run stays."""
        if self.find(key)["state"] in ("waiting", "running"):
            raise conflict("This training is not over. Stop it first.")
        self.store.change("delete from jobs where id = ?", (key,))
        self.studio.tell("jobs")

    async def watch(self) -> None:
        """Look after running jobs and start the next, until the studio ends."""
        while True:
            with suppress(DataError):  # a full disk: the next look may go better
                await asyncio.to_thread(self.look)
            await asyncio.sleep(0.5)

    def look(self) -> None:
        """Note which jobs have ended, and start the next when none runs."""
        running = self.store.rows("select * from jobs where state = 'running'")
        for job in running:
            if not self.alive(job):
                self.note_end(job)
                running = [one for one in running if one["id"] != job["id"]]
        held = {job["id"] for job in running if self.waits_for_room(job)}
        if held != self._held:
            self._held = held
            self.studio.tell("jobs")
        if not running and (job := self.store.row("select * from jobs where state = 'waiting' order by place limit 1")):
            self.start(job)

    def alive(self, job: dict[str, Any]) -> bool:
        """Whether the child of a job still runs, also one that an earlier studio started."""
        child = self._children.get(job["id"])
        if child is not None:
            return child.poll() is None
        try:
            with self.lock_file(job["id"]).open("r+b") as stream:
                return os.name != "nt" and not lock(stream.fileno())
        except OSError:
            return False

    def waits_for_room(self, job: dict[str, Any]) -> bool:
        """Whether a running training has stopped because the disk is full."""
        lines = self.log_of(job["id"]).split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "")
        return last == FULL or shutil.disk_usage(self.studio.home.folder).free < NO_ROOM

    def start(self, job: dict[str, Any]) -> None:
        """Start one job, if nobody else has taken it."""
        if not self.take(job):
            return
        job = self.find(job["id"])
        try:
            words = self.words_for(job)
            with self.lock_file(job["id"]).open("wb") as held, self.log_file(job["id"]).open("ab") as log:
                lock(held.fileno())
                child = subprocess.Popen(
                    [sys.executable, "-m", "pinxit", *words],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.studio.home.folder,
                    start_new_session=True, pass_fds=() if os.name == "nt" else (held.fileno(),),
                )  # fmt: skip
        except (OSError, PinxitError) as error:
            self.over(job, "failed", str(error))
            return
        self._children[job["id"]] = child
        self.store.change("update jobs set pid = ? where id = ?", (child.pid, job["id"]))
        self.studio.tell("jobs")

    def take(self, job: dict[str, Any]) -> bool:
        """Make a waiting job ours; False when somebody else was quicker."""
        touched = self.store.change(
            "update jobs set state = 'running', started = ?, run = coalesce(run, ?) where id = ? and state = 'waiting'",
            (time.time(), self.new_run_name(job), job["id"]),
        )
        return touched > 0

    def words_for(self, job: dict[str, Any]) -> list[str]:
        """The command line of a job: what a person would type."""
        request = json.loads(job["request"])
        if job["kind"] == "resume":
            length = [("--seen", request.get("seen")), ("--for", request.get("minutes"))]
            more = [word for flag, value in length if value is not None for word in (flag, str(value))]
            return ["resume", str(self.run_path(job)), *more]
        source = self.studio.source_of(request["pictures"])
        settings = self.studio.home.jobs / f"{job['id']}.settings.json"
        told = self.studio.uploads.in_settings(request.get("settings", {}))
        settings.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        words = ["train", str(source), "--out", str(self.run_path(job)), "--settings", str(settings)]
        if request.get("family"):
            words += ["--family", request["family"]]
        if request.get("preset"):
            words += ["--preset", request["preset"]]
        if request.get("start"):
            start = request["start"]
            words += ["--from", "none" if start == "none" else str(self.studio.models.find(start))]
        return words

    def new_run_name(self, job: dict[str, Any]) -> str:
        """The folder a new run gets: day, title, a number when that one is taken."""
        kept = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in job["title"]).strip("-")
        base = f"{time.strftime('%Y-%m-%d')}-{kept[:50] or 'pictures'}"
        name, number = base, 2
        while (self.studio.home.runs / name).exists():
            name, number = f"{base}-{number}", number + 1
        return name

    def note_end(self, job: dict[str, Any]) -> None:
        """How a child ended, from what it said last."""
        child = self._children.pop(job["id"], None)
        lines = [line for line in self.log_of(job["id"]).replace("\r", "\n").splitlines() if line.strip()]
        last = next((line for line in reversed(lines) if line.startswith("pinxit: ")), "")
        if any(line.startswith("Stopped (") for line in lines[-6:]):
            self.over(job, "paused" if job["wish"] == "pause" else "stopped", "")
        elif any(line.startswith("Paint more:") for line in lines[-3:]):
            self.over(job, "done", "")
        elif job["wish"]:
            self.over(job, "stopped", "")
        elif last and (child is None or child.returncode):
            self.over(job, "failed", last.removeprefix("pinxit: "))
        elif child is not None and child.returncode > 0:
            self.over(job, "failed", "\n".join(lines[-3:]))
        else:
            self.over(job, "interrupted", "It was ended from outside. Its last checkpoint is whole: continue it.")

    def over(self, job: dict[str, Any], state: str, message: str) -> None:
        """Write down how a job ended."""
        self.store.change(
            "update jobs set state = ?, ended = ?, message = ?, wish = '', pid = null where id = ?",
            (state, time.time(), message[:2000], job["id"]),
        )
        self.lock_file(job["id"]).unlink(missing_ok=True)
        self.studio.tell("jobs")

    def told(self, row: dict[str, Any]) -> dict[str, Any]:
        """A job as the API tells it; `run` once its folder is there, `held` while it waits for room on the disk."""
        shown = (
            "id",
            "kind",
            "title",
            "state",
            "asked_by",
            "created",
            "started",
            "ended",
            "message",
            "wish",
            "pictures",
        )
        run = key_of(row["run"]) if row["run"] and self.has_begun(row["run"]) else None
        held = (
            {"message": FULL, "held": True}
            if row["state"] == "running" and self.waits_for_room(row)
            else {"held": False}
        )
        return {**{name: row[name] for name in shown}, **held, "run": run, "request": json.loads(row["request"])}

    def has_begun(self, run: str) -> bool:
        """Whether a run folder is there already."""
        return (self.studio.home.runs / run / "settings.json").exists()

    def run_path(self, job: dict[str, Any]) -> Path:
        """Where its run lies."""
        return self.studio.home.runs / str(job["run"])

    def log_file(self, key: str) -> Path:
        return self.studio.home.jobs / f"{key}.log"

    def lock_file(self, key: str) -> Path:
        return self.studio.home.jobs / f"{key}.alive"

    def log_of(self, key: str) -> str:
        """The end of what a job has said."""
        try:
            return self.log_file(key).read_bytes()[-TAIL:].decode("utf-8", "replace")
        except OSError:
            return ""
