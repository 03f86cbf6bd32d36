"""/api/pictures/{pictures}/prepare: drawings from scans and photographs of paper, as a set of their own. Originals stay.

    python -m pinxit.studio.scans SOURCE FOLDER HOW

is the limited process that does it. It writes FOLDER/drawings, and for those who look on FOLDER/pages.jsonl and a thumbnail
of every page and of what was made of it.
"""

import json
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import FileResponse
from PIL import Image
from pydantic import Field

from pinxit import api
from pinxit.studio.common import Asked, Id, conflict, missing, new_id
from pinxit.studio.looking import in_limits
from pinxit.studio.sets import visible_name

if TYPE_CHECKING:
    from pinxit.data.prepare import Page
    from pinxit.studio.studio import Studio

SIDE = 240
MOST_SHOWN = 12
"""Drawings of one page of which there is a thumbnail."""


class Scans(Asked):
    """What is done to each page; see `pinxit data prepare`."""

    paper: Literal["white", "alpha", "keep"] = "white"
    straighten: bool = True
    split: bool = True
    trim: bool = True
    margin: float = Field(0.03, ge=0, le=1, allow_inf_nan=False)


class Preparing:
    """Sets that are made of other sets."""

    def __init__(self, studio: "Studio"):
        self.studio, self.sets = studio, studio.sets

    def begin(self, key: str, how: Scans) -> dict[str, Any]:
        """Prepare what a set keeps, into a new one. Raises UsageError while the set is not ready."""
        source, row, made = self.sets.source_of(key), self.sets.find(key), new_id()
        if row["prepared"]:
            raise conflict("These are drawings already. Prepare the scans that they were made of.")
        self.sets.folder(made).mkdir(parents=True)
        about = {"of": key, "how": how.model_dump()}
        notes = {name: row[name] for name in ("licence", "consent")}
        named = {
            "name": visible_name(f"{row['name']}, prepared"),
            "prepared": json.dumps(about),
            "created": time.time(),
        }
        self.studio.store.insert("sets", {"id": made, **named, **notes, "state": "preparing"})
        self.studio.tell("pictures")
        threading.Thread(target=self.work, args=(made, source, how), daemon=True).start()
        return self.sets.about(self.sets.find(made))

    def work(self, key: str, source: Path, how: Scans) -> None:
        """Wait for the process, then have the doctor look at the drawings."""
        folder = str(self.sets.folder(key))
        problem = self.sets.child(key, "pinxit.studio.scans", str(source), folder, how.model_dump_json())
        self.sets.set_state(key, "bad" if problem else "looking", problem)
        if not problem:
            self.sets.look_through(key)

    def told(self, row: dict[str, Any]) -> dict[str, Any]:
        """Of which set, how, and every page so far."""
        about = json.loads(row["prepared"])
        there = self.studio.store.row("select id from sets where id = ?", (about["of"],))
        try:
            lines = (self.sets.folder(row["id"]) / "pages.jsonl").read_text("utf-8").splitlines()
        except OSError:
            lines = []
        return {
            "of": about["of"] if there else None,
            "how": about["how"],
            "pages": [json.loads(line) for line in lines],
        }

    def thumb(self, key: str, page: int, part: int) -> Path:
        """A page (part 0), or one of its drawings. Raises a 404."""
        self.sets.find(key)
        file = thumb_of(self.sets.folder(key), page, part)
        if not file.exists():
            raise missing("page")
        return file


def thumb_of(folder: Path, page: int, part: int) -> Path:
    """Where the thumbnail of a page (part 0) or of a drawing of it lies."""
    return folder / "pages" / f"{page:06d}-{part}.webp"


def router(studio: "Studio") -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/pictures", tags=["pictures"])
    preparing = studio.preparing

    @routes.post("/{pictures}/prepare", status_code=202)
    def prepare(pictures: Id, how: Scans) -> dict[str, Any]:
        """Make drawings of scans: turned straight, split, trimmed, without the paper. They become a new set."""
        return preparing.begin(pictures, how)

    @routes.get("/{pictures}/pages/{page}/{part}", response_class=FileResponse)
    def thumb(
        pictures: Id, page: Annotated[int, Field(ge=0, lt=10**6)], part: Annotated[int, Field(ge=0, le=MOST_SHOWN)]
    ) -> FileResponse:
        """A page as it came (part 0), or a drawing that was made of it, as WebP."""
        headers = {"cache-control": "private, max-age=3600"}
        return FileResponse(preparing.thumb(pictures, page, part), media_type="image/webp", headers=headers)

    return routes


def prepare_into(source: Path, folder: Path, how: dict[str, Any]) -> None:
    """The drawings, and what is shown of them. Raises PinxitError where there is none."""
    (folder / "pages").mkdir(parents=True, exist_ok=True)

    def each(page: "Page") -> None:
        for part, picture in enumerate([page.picture, *list(page.drawings.values())[:MOST_SHOWN]]):
            if picture is not None:
                small = picture.copy()
                small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
                small.save(thumb_of(folder, page.number - 1, part), format="WEBP", quality=82, method=2)
        line = {
            "name": page.name, "drawings": list(page.drawings), "turned": page.turned, "reason": page.reason,
            "shown": page.picture is not None,
        }  # fmt: skip
        with (folder / "pages.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        api.write_text(folder / "look" / "progress", json.dumps({"done": page.number, "of": page.of}))

    (folder / "look").mkdir(exist_ok=True)
    api.prepare_data(source, folder / "drawings", each=each, **how)


if __name__ == "__main__":
    sys.exit(
        in_limits(
            lambda: prepare_into(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])),
            "One of these pages needs more memory than the studio gives to it. Scan it smaller.",
        )
    )
