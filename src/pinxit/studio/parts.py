"""/api/pictures/…/part: a large file that comes in piece by piece, and goes on where it stopped.

What has come so far lies beside the files of its set, under a name of ours that follows from the file's own name, size and
date: whoever comes back with the same file, after a broken connection, a new page or another start of the studio, finds it.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.requests import ClientDisconnect

from pinxit.errors import DataError, UsageError
from pinxit.studio.common import Id, conflict
from pinxit.studio.sets import COMING

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio

LARGEST_FILE = 2_000_000_000
MOST_COMING = 100
"""Files of a set that may be here in part."""

Named = Annotated[str, Query(min_length=1, max_length=1000)]
Size = Annotated[int, Query(ge=1, le=LARGEST_FILE)]
At = Annotated[int, Query(ge=0, lt=LARGEST_FILE)]
Dated = Annotated[str, Query(pattern=r"^[0-9]{0,16}$")]


class Parts:
    """Files that are here in part."""

    def __init__(self, studio: "Studio"):
        self.sets = studio.sets
        self._written: set[Path] = set()

    def place(self, key: str, name: str, size: int, dated: str) -> Path:
        """Where the beginning of a file lies. Raises a 404, or a 409 for a set that takes no more files."""
        told = f"{size} {dated} {name}".encode("utf-8", "surrogatepass")
        return self.sets.place_for(key).with_name(hashlib.blake2b(told, digest_size=12).hexdigest() + COMING)

    def here(self, key: str, name: str, size: int, place: Path) -> int:
        """How many bytes of a file have come."""
        whole = self.sets.received(key).get(name)
        if whole is not None and whole["bytes"] == size:
            return size
        return place.stat().st_size if place.exists() else 0

    @contextmanager
    def going_on(self, place: Path, at: int, here: int) -> Iterator[BinaryIO]:
        """The file, to be written to from `at` on, by one at a time."""
        if place in self._written:
            raise HTTPException(423, "This file is coming in already.")
        if at != here:
            raise HTTPException(416, f"{here} bytes of this file are here. Go on from there.")
        if not place.exists() and sum(1 for _ in place.parent.glob(f"*{COMING}")) >= MOST_COMING:
            raise conflict(f"{MOST_COMING} files are here in part already. Bring those to their end first.")
        self._written.add(place)
        try:
            with place.open("ab") as stream:
                yield stream
        finally:
            self._written.discard(place)


def router(studio: "Studio") -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/pictures", tags=["pictures"])
    parts = Parts(studio)

    @routes.get("/{pictures}/part")
    def here(pictures: Id, name: Named, size: Size, dated: Dated = "") -> dict[str, int]:
        """How many bytes of a file have come, by its name, its size and when it was changed last (any number)."""
        return {"bytes": parts.here(pictures, name, size, parts.place(pictures, name, size, dated))}

    @routes.put(
        "/{pictures}/part",
        status_code=201,
        openapi_extra={"requestBody": {"content": {"application/octet-stream": {}}}},
    )
    async def put_part(
        pictures: Id, request: Request, name: Named, size: Size, at: At, dated: Dated = ""
    ) -> dict[str, Any]:
        """The next bytes of a file, from `at` on; as many as you like. What came of a part that broke off counts."""
        place = parts.place(pictures, name, size, dated)
        here = parts.here(pictures, name, size, place)
        try:
            with parts.going_on(place, at, here) as stream:
                async for part in request.stream():
                    here += len(part)
                    if here > size:
                        break
                    stream.write(part)
            if here > size:
                place.unlink(missing_ok=True)
                raise UsageError(f"More came than the {size} bytes that were announced.")
            if here == size:
                whole = studio.sets.place_for(pictures)
                place.replace(whole)
                studio.sets.receive(pictures, name, whole)
        except ClientDisconnect:
            raise conflict("The file did not come whole. Send it again.") from None
        except OSError as error:
            raise DataError(f"The file could not be stored ({error.strerror}). Make room and send it again.") from None
        return {"bytes": here}

    return routes
