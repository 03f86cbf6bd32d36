"""/api/uploads: single pictures that come in. Decoded in a limited process, made anew from pixels, under ids of our own.

    python -m pinxit.studio.uploads SOURCE TARGET

is that process: it reads a stranger's file and writes a PNG of it.
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse

from pinxit import api
from pinxit.errors import PictureError, UsageError
from pinxit.studio.common import ID, Id, missing, new_id, sides_of, write_whole
from pinxit.studio.looking import DAMAGED, in_limits, read_apart

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio

LONGEST = 2048
MOST_KEPT = 500


class Uploads:
    """The pictures that came in, newest kept: a folder of PNGs."""

    def __init__(self, studio: "Studio"):
        self.folder = studio.home.studio / "uploads"

    def file(self, key: str) -> Path:
        """Where the file of an id lies, if it is still here."""
        return self.folder / f"{key}.png"

    def find(self, key: str) -> Path:
        """The file of an id. Raises a 404."""
        file = self.file(key)
        if not file.exists():
            raise missing("picture")
        return file

    def bring_back(self, key: str, copy: Path) -> dict[str, Any] | None:
        """An upload as `take` tells of it, from a copy where it is gone; None where both are. Raises DataError for no room."""
        file = self.file(key)
        if not file.exists() and not copy.exists():
            return None
        if not file.exists():
            self.folder.mkdir(exist_ok=True)
            write_whole(file, copy.read_bytes())
        return self.told(key)

    def told(self, key: str) -> dict[str, Any]:
        """Id, width and height of an upload that is here."""
        with self.file(key).open("rb") as stream:
            width, height = sides_of(stream.read(24))
        return {"id": key, "width": width, "height": height}

    def in_settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Settings of a training with files in place of the ids of uploads. Raises UsageError for what is none."""
        named = settings.get("style") or []
        named = [named] if isinstance(named, str) else named
        if settings.get("features") or not all(isinstance(one, str) and re.fullmatch(ID, one) for one in named):
            raise UsageError(
                "A page names pictures by the ids of uploads, and no other files. Those: pinxit train --help"
            )
        files = [self.file(key) for key in named]
        if not all(file.exists() for file in files):
            raise UsageError("A painting that was chosen is no longer here. Choose it again.")
        return {**settings, "style": [str(file) for file in files]} if files else dict(settings)

    def take(self, content: bytes) -> dict[str, Any]:
        """Make a picture of what came. Raises UsageError when it is none."""
        key = new_id()
        try:
            read_apart(self.folder, content, "uploads", str(self.file(key)))
        except PictureError as error:
            raise UsageError(f"This cannot be used as a picture: {error}.") from None
        except subprocess.TimeoutExpired:
            raise UsageError("This picture takes too long to read. Save it anew as PNG or JPEG.") from None
        for old in sorted(self.folder.glob("*.png"), key=lambda file: file.stat().st_mtime)[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
        return self.told(key)


def router(studio: "Studio") -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/uploads", tags=["works"])
    uploads = studio.uploads

    @routes.put("", status_code=201, openapi_extra={"requestBody": {"content": {"application/octet-stream": {}}}})
    async def take(request: Request) -> dict[str, Any]:
        """A picture of any kind, its bytes as the body; at most 2048 pixels of its longer side are kept."""
        return await asyncio.to_thread(uploads.take, await request.body())

    @routes.get("/{upload}", response_class=FileResponse)
    def file(upload: Id) -> FileResponse:
        """The picture as PNG."""
        return FileResponse(
            uploads.find(upload), media_type="image/png", headers={"cache-control": "private, max-age=86400"}
        )

    return routes


def make_anew(source: Path, target: Path) -> None:
    """Write a stranger's picture as a PNG of its pixels. Raises PictureError."""
    api.picture_anew(source, target, LONGEST)


if __name__ == "__main__":
    sys.exit(in_limits(lambda: make_anew(Path(sys.argv[1]), Path(sys.argv[2])), DAMAGED))
