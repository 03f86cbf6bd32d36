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
from pinxit.errors import DataError, PinxitError, UsageError
from pinxit.studio.common import ID, Id, missing, new_id
from pinxit.studio.looking import limit

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio

LONGEST = 2048
MOST_KEPT = 500
SECONDS = 60


class Uploads:
    """The pictures that came in, newest kept: a folder of PNGs."""

    def __init__(self, studio: "Studio"):
        self.folder = studio.home.studio / "uploads"

    def find(self, key: str) -> Path:
        """The file of an id. Raises a 404."""
        file = self.folder / f"{key}.png"
        if not file.exists():
            raise missing("picture")
        return file

    def in_settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Settings of a training with files in place of the ids of uploads. Raises UsageError for what is none."""
        named = settings.get("style") or []
        named = [named] if isinstance(named, str) else named
        if settings.get("features") or not all(isinstance(one, str) and re.fullmatch(ID, one) for one in named):
            raise UsageError(
                "A page names pictures by the ids of uploads, and no other files. Those: pinxit train --help"
            )
        files = [self.folder / f"{key}.png" for key in named]
        if not all(file.exists() for file in files):
            raise UsageError("A painting that was chosen is no longer here. Choose it again.")
        return {**settings, "style": [str(file) for file in files]} if files else dict(settings)

    def take(self, content: bytes) -> dict[str, Any]:
        """Make a picture of what came. Raises UsageError when it is none."""
        self.folder.mkdir(exist_ok=True)
        key = new_id()
        raw, made = self.folder / f"{key}.raw", self.folder / f"{key}.png"
        try:
            raw.write_bytes(content)
            command = [sys.executable, "-m", "pinxit.studio.uploads", str(raw), str(made)]
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
        except OSError as error:
            raise DataError(f"The picture could not be stored ({error.strerror}). Make room and try again.") from None
        except subprocess.TimeoutExpired:
            raise UsageError("This picture takes too long to read. Save it anew as PNG or JPEG.") from None
        finally:
            raw.unlink(missing_ok=True)
        if done.returncode:
            words = done.stderr.decode("utf-8", "replace").strip()
            why = words[-300:] if done.returncode == 1 and "Traceback" not in words else "it is damaged or too large"
            raise UsageError(f"This cannot be used as a picture: {why}.")
        for old in sorted(self.folder.glob("*.png"), key=lambda file: file.stat().st_mtime)[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
        width, height = (int(side) for side in done.stdout.split())
        return {"id": key, "width": width, "height": height}


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


def main() -> int:
    """Width and height on standard output; 1 with a few words on standard error."""
    limit()
    try:
        width, height = api.picture_anew(Path(sys.argv[1]), Path(sys.argv[2]), LONGEST)
    except PinxitError as error:
        print(error, file=sys.stderr)
        return 1
    print(width, height)
    return 0


if __name__ == "__main__":
    sys.exit(main())
