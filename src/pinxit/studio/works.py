"""/api/works: what takes a while. Styles, projections, films, models in other forms: each a `pinxit` process of its own."""

import signal
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import FileResponse
from pydantic import Field

from pinxit import api
from pinxit.errors import DataError
from pinxit.studio.common import Asked, Id, conflict, missing, new_id
from pinxit.studio.forms import form_of
from pinxit.studio.kept import kind_of
from pinxit.studio.orders import FREE, Work, check, command
from pinxit.studio.results import POINTS

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio

MOST_REMEMBERED = 30
LONGEST = 3600
PACKED = ("export", "card", "film")
"""What is no picture: one file in the end, a zip where it would be several."""


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
    def first(self) -> Path:
        """Its first wish, painted."""
        return wish_file(self.folder, 0)

    @property
    def results(self) -> list[Path]:
        return sorted(self.folder.glob("packed/*") if self.request.kind in PACKED else self.folder.glob("made/*.png"))

    def told(self) -> dict[str, Any]:
        """As the API tells it."""
        files = self.results if self.state not in ("painting", "ending") else []
        return {
            "id": self.key, "state": self.state, "message": self.message, "began": self.began, "stamp": self.stamp,
            "results": len(files), "files": [{"name": file.name, "bytes": file.stat().st_size} for file in files],
            "request": self.request.model_dump(),
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

    async def begin(self, request: Work) -> Painting:
        """Start painting. Raises UsageError, DataError where there is no room, or a 404 for an id that names nothing."""
        check(request)
        key = new_id()
        work = Painting(key, request, self.folder / key)
        try:
            (work.folder / "made").mkdir(parents=True)
            words = command(self.studio, request, work.folder / "made", await self.painted(work))
        except OSError as error:
            rmtree(work.folder, ignore_errors=True)
            raise DataError(f"There is no room to begin ({error.strerror}). Make some and try again.") from None
        except BaseException:
            rmtree(work.folder, ignore_errors=True)
            raise
        words += ["--preview", str(work.preview)] if shows(request) else []
        with self._turn:
            for other in self._known.values():
                self.end(other)
            for old in list(self._known)[: 1 - MOST_REMEMBERED]:
                rmtree(self._known.pop(old).folder, ignore_errors=True)
            with (work.folder / "log").open("wb") as log:
                work.process = subprocess.Popen(
                    [sys.executable, "-m", "pinxit.studio.tied", *words],
                    stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=self.studio.home.folder,
                )  # fmt: skip
            self._known[work.key] = work
        threading.Thread(target=self.watch, args=(work,), daemon=True).start()
        return work

    async def painted(self, work: Painting) -> list[Path]:
        """The wishes of a work as PNGs with their recipes, which the command line reads."""
        files, model = [], work.request.model or ""
        for place, wish in enumerate(work.request.wishes):
            frame = await self.studio.painters.ask(
                self.studio.models.find(model), self.studio.points.order(model, [wish], "png")
            )
            files.append(wish_file(work.folder, place))
            files[-1].write_bytes(frame.content)
        return files

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
        if process.stdin is not None:
            process.stdin.close()
        said = (work.folder / "log").read_text("utf-8", "replace").strip() if work.folder.exists() else ""
        if work.request.kind in PACKED and process.returncode == 0:
            with suppress(OSError):
                pack(work)
        if work.results:
            work.state = "ended" if process.returncode else "done"
        else:
            work.state = "stopped" if work.state == "ending" else "failed"
            broken = "It ended in the middle: perhaps it needs more memory than there is. Try a smaller size."
            work.message = broken if "Traceback" in said else said.rpartition("pinxit: ")[2][-600:] or broken
        if work.state in ("done", "ended"):
            work.message = said.splitlines()[-1][-600:] if work.request.kind in ("project", "drag") and said else ""
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


def shows(request: Work) -> bool:
    """Whether its picture can be seen on its way."""
    return request.kind == "drag" or (request.kind in FREE and not request.model)


def wish_file(folder: Path, place: int) -> Path:
    """Where a work's painted wish of that number lies."""
    return folder / f"wish-{place:03d}.png"


def pack(work: Painting) -> None:
    """What was made as one file: a film, a card's page, a model; a zip where it is several."""
    made, packed = work.folder / "made", work.folder / "packed"
    packed.mkdir()
    files = sorted(file for file in made.rglob("*") if file.is_file())
    if work.request.kind != "export":
        (one,) = (file for file in files if file.stem == "film" or file.name == "index.html")
        one.replace(packed / (one.name if one.stem == "film" else "card.html"))
    elif len(files) == 1:
        files[0].replace(packed / files[0].name)
    else:
        aside = work.folder / "model.part"
        with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, file.relative_to(made))
        aside.replace(packed / f"{files[0].relative_to(made).parts[0].partition('.')[0]}.zip")


def router(studio: "Studio") -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/works", tags=["works"])
    works = studio.works

    @routes.post("", status_code=201)
    async def begin(wanted: Work) -> dict[str, Any]:
        """Start painting or making; what was being made before ends."""
        return (await works.begin(wanted)).told()

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
        """One of its pictures, with its recipe inside; or the film, the model, the card."""
        file = works.result(works.find(work), max(0, min(number, 64)))
        # A card is a page of its own: it is saved, never shown here, where it would be one of the studio's.
        saved = file.name if file.suffix in (".html", ".zip", ".onnx") else None
        headers = {"cache-control": "private, max-age=86400"}
        return FileResponse(file, media_type=kind_of(file), headers=headers, filename=saved)

    @routes.post("/{work}/keep", status_code=201)
    def keep(work: Id, wanted: Result) -> dict[str, Any]:
        """Keep one of its pictures in the gallery, or its film."""
        found = works.find(work)
        if found.request.kind in PACKED and found.request.kind != "film":
            raise conflict("Pictures and films are kept here. Save this as a file.")
        return studio.results.keep(found, wanted.number)

    @routes.post("/{work}/point", status_code=201)
    def point(work: Id) -> dict[str, Any]:
        """A projected or pulled picture as a wish: from then on it can be mixed, bred and moved."""
        found = works.find(work)
        if found.request.kind not in POINTS or found.request.model is None:
            raise conflict("Only a projected or pulled picture is a point of a model.")
        recipe = api.recipe_in(works.result(found, 0).read_bytes())
        return {"model": found.request.model, "wish": studio.points.wish_of(found.request.model, recipe)}

    return routes
