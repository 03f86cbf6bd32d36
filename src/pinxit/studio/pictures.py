"""/api/pictures: bring pictures in, see what the doctor found, keep and drop, label and caption."""

import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse
from pydantic import Field
from starlette.requests import ClientDisconnect

from pinxit.errors import DataError
from pinxit.studio.common import Asked, Id, Name, Value, conflict
from pinxit.studio.forms import form_of_pictures

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio

MOST_ITEMS = 100_000


class NewSet(Asked):
    """What a set is called."""

    name: Annotated[str, Field(max_length=500)] = "pictures"


class Notes(Asked):
    """What stays with every model trained on these pictures; their name; and how they are brought to a model."""

    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    licence: Annotated[str, Field(max_length=500)] | None = None
    consent: Annotated[str, Field(max_length=500)] | None = None
    settings: dict[Name, Value] | None = Field(
        None, max_length=20, description="size, fit, alpha …, all that are chosen: what was chosen before is forgotten"
    )


class Edit(Asked):
    """A change to some pictures, by their number in the set. What is left away stays as it is."""

    items: list[Annotated[int, Field(ge=0, le=MOST_ITEMS)]] = Field(min_length=1, max_length=MOST_ITEMS)
    dropped: bool | None = None
    caption: Annotated[str, Field(max_length=2_000)] | None = None
    labels: dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=200)]] | None = Field(
        None, max_length=50
    )


def router(studio: "Studio") -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/pictures", tags=["pictures"])
    sets = studio.sets

    @routes.get("")
    def list_sets() -> list[dict[str, Any]]:
        """Every set of pictures."""
        return sets.all()

    @routes.post("", status_code=201)
    def new_set(wanted: NewSet) -> dict[str, Any]:
        """A new set that waits for files."""
        return sets.create(wanted.name)

    @routes.get("/{pictures}")
    def one_set(pictures: Id) -> dict[str, Any]:
        """One set with every picture in it: size, labels, caption, and what the doctor found."""
        row = sets.find(pictures)
        about = sets.about(row)
        if row["prepared"]:
            about["prepared"] = studio.preparing.told(row)
        if row["state"] != "ready":
            return {**about, "items": []}
        looked = sets.looked(pictures) or {"items": []}
        rest = {name: value for name, value in looked.items() if name != "items"}
        return {**about, **rest, "fields": form_of_pictures(), "items": sets.items(row, looked)}

    @routes.get("/{pictures}/received")
    def received(pictures: Id) -> dict[str, int]:
        """name -> bytes of the files that came in whole, so that a broken-off upload can go on."""
        sets.find(pictures)
        return {name: one["bytes"] for name, one in sets.received(pictures).items()}

    @routes.put(
        "/{pictures}/file",
        status_code=201,
        openapi_extra={"requestBody": {"content": {"application/octet-stream": {}}}},
    )
    async def put_file(
        pictures: Id, request: Request, name: Annotated[str, Query(min_length=1, max_length=1000)]
    ) -> dict[str, Any]:
        """One file, its bytes as the body. `name` may hold folders, which become labels; it is never a path here."""
        place = sets.place_for(pictures)
        written, expected = 0, request.headers.get("content-length")
        try:
            with place.open("xb") as stream:
                async for part in request.stream():
                    written += len(part)
                    stream.write(part)
            if written == 0 or (expected is not None and written != int(expected)):
                raise conflict("The file did not come whole. Send it again.")
            sets.receive(pictures, name, place)
        except ClientDisconnect:
            place.unlink(missing_ok=True)
            raise conflict("The file did not come whole. Send it again.") from None
        except OSError as error:
            place.unlink(missing_ok=True)
            raise DataError(f"The file could not be stored ({error.strerror}). Make room and send it again.") from None
        except BaseException:
            place.unlink(missing_ok=True)
            raise
        return {"bytes": written}

    @routes.post("/{pictures}/look", status_code=202)
    def look(pictures: Id) -> dict[str, Any]:
        """All files are here: have the doctor look at them. Takes no more files afterwards."""
        sets.look(pictures)
        return sets.about(sets.find(pictures))

    @routes.patch("/{pictures}")
    def change_notes(pictures: Id, notes: Notes) -> dict[str, Any]:
        """Name, licence, consent, and how they are brought to a model."""
        sets.find(pictures)
        told = notes.model_dump(exclude_none=True)
        if "settings" in told:
            told["settings"] = json.dumps(sets.checked(told["settings"]))
        for column, value in told.items():
            studio.store.change(f"update sets set {column} = ? where id = ?", (value.strip(), pictures))
        studio.tell("pictures")
        return sets.about(sets.find(pictures))

    @routes.post("/{pictures}/edit")
    def edit(pictures: Id, wanted: Edit) -> dict[str, Any]:
        """Keep or drop some pictures, or give them a caption or labels."""
        sets.edit(pictures, wanted.items, wanted.model_dump(exclude_none=True, exclude={"items"}))
        return sets.about(sets.find(pictures))

    @routes.get("/{pictures}/thumbs/{item}", response_class=FileResponse)
    def thumb(pictures: Id, item: int) -> FileResponse:
        """A thumbnail as WebP."""
        headers = {"cache-control": "private, max-age=3600"}
        return FileResponse(sets.thumb(pictures, item), media_type="image/webp", headers=headers)

    @routes.delete("/{pictures}", status_code=204)
    def remove(pictures: Id) -> None:
        """Forget a set. A granted folder is not touched."""
        sets.remove(pictures)

    return routes
