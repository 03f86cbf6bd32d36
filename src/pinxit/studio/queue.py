"""/api/jobs, /api/families, /api/plans: what can be trained, what it would take, and the queue."""

import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from pinxit import api
from pinxit.errors import UsageError
from pinxit.studio.common import Asked, Id, Name, Value, missing
from pinxit.studio.forms import form_of, row_of

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio

PLAN_SECONDS = 120


class Training(Asked):
    """A training to plan or to start. `settings` by their names, as in a settings file."""

    pictures: Id
    title: Annotated[str, Field(max_length=200)] = ""
    family: Name | None = None
    preset: Name | None = None
    start: Id | None = Field(None, description="a model to go on from; 'none': from nothing")
    settings: dict[Name, Value] = Field(default_factory=dict, max_length=100)


class Longer(Asked):
    """How much further a run shall go: pictures in all, or minutes in all. Without either, to its planned end."""

    seen: int | None = Field(None, ge=1, le=10**12)
    minutes: float | None = Field(None, gt=0, le=1e6)


class End(Asked):
    """How a job ends: "pause" is for going on later, "stop" is for good; both keep a checkpoint."""

    how: Literal["pause", "stop"]


class Place(Asked):
    """Where a waiting job goes: before another one, or last."""

    before: Id | None = None


def router(studio: "Studio") -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api", tags=["training"])
    jobs, planning = studio.jobs, threading.Semaphore(1)

    @routes.get("/families")
    def families() -> list[dict[str, Any]]:
        """The families of networks, each with its presets and the form of its settings."""
        default = api.find_family(None).name
        return [
            {
                "name": name, "title": family.title, "about": family.about, "paints_from": family.paints_from,
                "default": name == default, "fields": form_of(family.settings),
                "presets": {preset: row_of(row) for preset, row in family.presets.items()},
            }
            for name, family in api.list_families().items()
        ]  # fmt: skip

    @routes.post("/plans")
    def plan(wanted: Training) -> dict[str, Any]:
        """What a training would choose in the minutes given, and why. Measures the machine for some seconds."""
        check(studio, wanted)
        if not planning.acquire(blocking=False):
            raise UsageError("Another plan is being made just now. Wait for it.")
        try:
            return make_plan(studio, wanted)
        finally:
            planning.release()

    @routes.get("/jobs")
    def list_jobs() -> list[dict[str, Any]]:
        """The queue: what runs, what waits, what is over."""
        return jobs.all()

    @routes.post("/jobs", status_code=201)
    def add_job(wanted: Training, request: Request) -> dict[str, Any]:
        """Queue a training."""
        settings = check(studio, wanted)
        title = wanted.title.strip() or studio.name_of(wanted.pictures)
        asked = {**wanted.model_dump(exclude={"title"}), "settings": settings}
        return jobs.add("train", title, asked, asker(request), pictures=wanted.pictures)

    @routes.get("/jobs/{job}")
    def one_job(job: Id) -> dict[str, Any]:
        """One job, with the last lines it said."""
        found = next((one for one in jobs.all() if one["id"] == job), None)
        if found is None:
            raise missing("job")
        return {**found, "log": jobs.log_of(job)}

    @routes.post("/jobs/{job}/end")
    def end_job(job: Id, end: End) -> dict[str, Any]:
        """Pause or stop it."""
        jobs.end(job, end.how)
        return {"asked": True}

    @routes.post("/jobs/{job}/continue", status_code=201)
    def continue_job(job: Id, longer: Longer, request: Request) -> dict[str, Any]:
        """Go on from its last checkpoint; perhaps for longer than planned."""
        return jobs.go_on(job, asker(request), longer.model_dump(exclude_none=True))

    @routes.post("/runs/{run}/continue", status_code=201)
    def continue_run(run: Id, longer: Longer, request: Request) -> dict[str, Any]:
        """The same for any run, also one that was started in a terminal."""
        name = studio.runs.find(run).path.name
        return jobs.resume(name, name, asker(request), longer.model_dump(exclude_none=True))

    @routes.post("/jobs/{job}/place")
    def place_job(job: Id, place: Place) -> dict[str, Any]:
        """Put a waiting job in another place."""
        jobs.move(job, place.before)
        return {"moved": True}

    @routes.delete("/jobs/{job}", status_code=204)
    def forget_job(job: Id) -> None:
        """Take a job that is over off the list; its run stays."""
        jobs.forget(job)

    return routes


def asker(request: Request) -> str:
    """Who asked: the page, or a program."""
    return "program" if "authorization" in request.headers else "page"


def check(studio: "Studio", wanted: Training) -> dict[str, Any]:
    """The settings of a request with the notes of its pictures, checked as training would. Raises PinxitError, or a 404."""
    studio.source_of(wanted.pictures)
    settings = {**studio.notes_of(wanted.pictures), **wanted.settings}
    start = None
    if wanted.start is not None:
        start = "none" if wanted.start == "none" else studio.models.find(wanted.start)
    api.resolve_settings(wanted.family, wanted.preset, None, studio.uploads.in_settings(settings), start)
    return settings


def make_plan(studio: "Studio", wanted: Training) -> dict[str, Any]:
    """`pinxit plan` in a process of its own. Raises UsageError with its words."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings, result = Path(folder, "settings.json"), Path(folder, "plan.json")
        settings.write_text(json.dumps(studio.uploads.in_settings(check(studio, wanted))), encoding="utf-8")
        words = ["plan", str(studio.source_of(wanted.pictures)), "--settings", str(settings), "--json", str(result)]
        for flag, value in (("--family", wanted.family), ("--preset", wanted.preset)):
            words += [flag, value] if value else []
        if wanted.start is not None:
            words += ["--from", "none" if wanted.start == "none" else str(studio.models.find(wanted.start))]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pinxit", *words], capture_output=True, timeout=PLAN_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise UsageError("The plan took too long to make. Try a shorter time, or train without one.") from None
        if done.returncode:
            raise UsageError(done.stderr.decode("utf-8", "replace").strip().removeprefix("pinxit: ")[-1000:])
        told = json.loads(result.read_text(encoding="utf-8"))
    told.pop("command", None)
    return {**told, "lines": done.stdout.decode("utf-8", "replace").splitlines()[:-1]}
