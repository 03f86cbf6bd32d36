"""/api/works: pictures that take a while. Style, texture, projection, completion: each a `pinxit` process of its own."""

import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import FileResponse
from pydantic import Field

from pinxit import api
from pinxit.errors import UsageError
from pinxit.studio.common import Asked, Id, Name, conflict, missing, new_id
from pinxit.studio.forms import form_of

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio

MOST_REMEMBERED = 30
LARGEST_SIZE = 2048
LONGEST = 3600
NEEDS = {
    "style": ("picture",), "texture": ("picture",), "project": ("picture", "model"),
    "complete": ("picture", "mask", "model"),
}  # fmt: skip
FREE = {"style": api.style_settings, "texture": api.texture_settings}
LEARNED = {"size", "keep_colours"}
"""Settings of a style that a model has learned."""
PLAIN = {
    "project": {"steps": 2_000, "samples": 10_000},
    "complete": {"count": 16, "seed": 2**32 - 1, "samples": 10_000, "steps": 2_000},
}
"""Settings that are numbers from 1 (seed: 0) to this."""
Value = bool | int | float | Annotated[str, Field(pattern=r"^[a-zA-Z0-9.]{1,40}$")]


class Work(Asked):
    """What to paint: pictures by the ids of uploads, and settings of the command of that name."""

    kind: Literal["style", "texture", "project", "complete"]
    picture: Id
    manner: Id | None = Field(None, description="style: the painting")
    mask: Id | None = Field(None, description="complete: as large as the picture, painted where it is to be made anew")
    model: Id | None = None
    settings: dict[Name, Value] = Field(default_factory=dict, max_length=30)


class Result(Asked):
    """One of a work's pictures."""

    number: int = Field(0, ge=0, lt=64)


@dataclass
class Painting:
    """A work as it goes."""

    key: str
    request: Work
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    state: str = "painting"
    message: str = ""
    began: float = field(default_factory=time.time)
    stamp: float = 0.0

    @property
    def preview(self) -> Path:
        return self.folder / "preview.png"

    @property
    def results(self) -> list[Path]:
        return sorted((self.folder / "made").glob("*.png"))

    def told(self) -> dict[str, Any]:
        """As the API tells it."""
        return {
            "id": self.key, "state": self.state, "message": self.message, "began": self.began, "stamp": self.stamp,
            "results": len(self.results) if self.state != "painting" else 0, "request": self.request.model_dump(),
        }  # fmt: skip


class Works:
    """One work is painted at a time: a new one ends the one before, as a new wish does."""

    def __init__(self, studio: "Studio"):
        self.studio, self.folder = studio, studio.home.studio / "works"
        rmtree(self.folder, ignore_errors=True)  # what an earlier studio made and nobody kept
        self._known: dict[str, Painting] = {}
        self._turn = threading.Lock()

    def find(self, key: str) -> Painting:
        """One work. Raises a 404."""
        if key not in self._known:
            raise missing("work")
        return self._known[key]

    def begin(self, request: Work) -> Painting:
        """Start painting. Raises UsageError, or a 404 for an id that names nothing."""
        words = self.command(request)
        with self._turn:
            for other in self._known.values():
                self.end(other)
            for old in list(self._known)[: 1 - MOST_REMEMBERED]:
                rmtree(self._known.pop(old).folder, ignore_errors=True)
            work = Painting(new_id(), request, Path())
            work.folder = self.folder / work.key
            (work.folder / "made").mkdir(parents=True)
            words += ["--out", str(work.folder / "made")]
            words += ["--preview", str(work.preview)] if request.kind in FREE and not request.model else []
            with (work.folder / "log").open("wb") as log:
                work.process = subprocess.Popen(
                    [sys.executable, "-m", "pinxit", *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log
                )
            self._known[work.key] = work
        threading.Thread(target=self.watch, args=(work,), daemon=True).start()
        return work

    def command(self, request: Work) -> list[str]:
        """What is typed for it, but for where to."""
        kind = request.kind
        if absent := [name for name in NEEDS[kind] if getattr(request, name) is None]:
            raise UsageError(f"For a {kind} this is missing: {', '.join(absent)}.")
        files = {name: self.studio.uploads.find(key) for name in ("picture", "manner", "mask")
                 if (key := getattr(request, name)) is not None}  # fmt: skip
        model = str(self.studio.models.find(request.model)) if request.model else ""
        flags = self.flags(request)
        if kind == "style" and ("manner" in files) == bool(model):
            raise UsageError("For a style, name either a painting (manner) or a model that has learned manners.")
        if kind == "style":
            manner = ["--with", model] if model else [str(files["manner"])]
            return ["style", str(files["picture"]), *manner, *flags]
        if kind == "texture":
            return ["texture", str(files["picture"]), *flags]
        if kind == "project":
            return ["project", model, str(files["picture"]), *flags]
        return ["complete", str(files["picture"]), "--mask", str(files["mask"]), "--with", model, *flags]

    def flags(self, request: Work) -> list[str]:
        """Settings as flags. Raises UsageError for one there is not."""
        kind, flags = request.kind, []
        known = set(FREE[kind]().model_fields) if kind in FREE else set(PLAIN[kind])
        known = LEARNED if kind == "style" and request.model else known
        for name, value in request.settings.items():
            if name not in known:
                raise UsageError(f"A {kind} has no setting '{name}'.")
            if kind in PLAIN and not (isinstance(value, int) and 0 <= value <= PLAIN[kind][name]):
                raise UsageError(f"{name} goes up to {PLAIN[kind][name]:,}; {value} came.")
            if name in ("size", "width", "height") and not (isinstance(value, int) and value <= LARGEST_SIZE):
                raise UsageError(f"Here pictures are painted up to {LARGEST_SIZE} pixels. Larger: pinxit {kind} --help")
            flag = name.replace("_", "-")
            flags.append(f"--{'' if value else 'no-'}{flag}" if isinstance(value, bool) else f"--{flag}={value}")
        return flags

    def watch(self, work: Painting) -> None:
        """Tell pages when the preview is new, and when it is over."""
        process = work.process
        assert process is not None
        while process.poll() is None:
            time.sleep(0.3)
            with suppress(OSError):
                if (stamp := work.preview.stat().st_mtime) != work.stamp:
                    work.stamp = stamp
                    self.studio.tell("works")
            if time.time() - work.began > LONGEST:
                process.kill()
        said = (work.folder / "log").read_text("utf-8", "replace").strip() if work.folder.exists() else ""
        if work.results:
            work.state = "ended" if process.returncode else "done"
        else:
            work.state = "stopped" if work.state == "ending" else "failed"
            broken = "It ended in the middle: perhaps it needs more memory than there is. Try a smaller size."
            work.message = broken if "Traceback" in said else said.rpartition("pinxit: ")[2][-600:] or broken
        if work.state in ("done", "ended"):
            work.message = said.splitlines()[-1][-600:] if work.request.kind == "project" and said else ""
        self.studio.tell("works")

    def end(self, work: Painting) -> None:
        """Ask it to stop; what it has so far is saved."""
        if work.process is not None and work.process.poll() is None:
            work.state = "ending"
            with suppress(OSError):
                work.process.send_signal(signal.SIGINT)

    def result(self, work: Painting, number: int) -> Path:
        """One of its pictures. Raises a 404."""
        found = work.results if work.state != "painting" else []
        if number >= len(found):
            raise missing("picture")
        return found[number]

    def close(self) -> None:
        """The studio closes: nobody waits for these."""
        for work in self._known.values():
            if work.process is not None and work.process.poll() is None:
                work.process.kill()


def router(studio: "Studio") -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/works", tags=["works"])
    works = studio.works

    @routes.post("", status_code=201)
    def begin(wanted: Work) -> dict[str, Any]:
        """Start painting; what was being painted before ends."""
        return works.begin(wanted).told()

    @routes.get("/settings")
    def settings() -> dict[str, Any]:
        """What can be chosen for a style and for a texture, as forms."""
        return {kind: form_of(declaration()) for kind, declaration in FREE.items()}

    @routes.get("/{work}")
    def one(work: Id) -> dict[str, Any]:
        """How far it is: painting, ending, done, ended (before its time), stopped, failed."""
        return works.find(work).told()

    @routes.post("/{work}/end")
    def end(work: Id) -> dict[str, Any]:
        """Ask it to stop; what it has so far is saved."""
        works.end(works.find(work))
        return works.find(work).told()

    @routes.get("/{work}/preview", response_class=FileResponse)
    def preview(work: Id) -> FileResponse:
        """What it looks like just now."""
        file = works.find(work).preview
        if not file.exists():
            raise missing("preview yet")
        return FileResponse(file, media_type="image/png", headers={"cache-control": "no-store"})

    @routes.get("/{work}/results/{number}", response_class=FileResponse)
    def result(work: Id, number: int) -> FileResponse:
        """One of its pictures, with its recipe inside."""
        file = works.result(works.find(work), max(0, min(number, 64)))
        return FileResponse(file, media_type="image/png", headers={"cache-control": "private, max-age=86400"})

    @routes.post("/{work}/keep", status_code=201)
    def keep(work: Id, wanted: Result) -> dict[str, Any]:
        """Keep one of its pictures in the gallery."""
        found = works.find(work)
        kind, model = found.request.kind, found.request.model or ""
        return studio.gallery.keep_made(works.result(found, wanted.number), kind, model if kind == "project" else "")

    @routes.post("/{work}/point", status_code=201)
    def point(work: Id) -> dict[str, Any]:
        """A projected picture as a wish: from then on it can be mixed, bred and moved."""
        found = works.find(work)
        if found.request.kind != "project" or found.request.model is None:
            raise conflict("Only a projected picture is a point of a model.")
        recipe = api.recipe_in(works.result(found, 0).read_bytes())
        return {"model": found.request.model, "wish": studio.points.wish_of(found.request.model, recipe)}

    return routes
