"""/api/kept: what works made (styles, textures, completions, projections, pulls, films), kept with what it was made of.

The pictures that a result was made of lie beside it, so that they cannot go while it is there.
"""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from fastapi import APIRouter
from fastapi.responses import FileResponse

from pinxit import api
from pinxit.studio.common import Id, conflict, missing, sides_of

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio
    from pinxit.studio.works import Painting

POINTS = ("project", "drag")
"""What paints a point of a model."""
Source = Literal["picture", "manner", "mask"]
SOURCES: tuple[Source, ...] = get_args(Source)
GONE = {
    "picture": "The picture that this was made of is no longer here: choose it again.",
    "manner": "The painting whose manner this has is no longer here: choose it again.",
    "mask": "The mask of this is no longer here: paint it again.",
    "model": "The model that this was made with is no longer here: choose another one.",
}


class Results:
    """Keep what a work made, and lead back to how."""

    def __init__(self, studio: "Studio"):
        self.studio = studio

    def keep(self, work: "Painting", number: int) -> dict[str, Any]:
        """Keep one of a work's pictures, or its film with the first of its pictures. Raises DataError when there is no room."""
        gallery, request, made = self.studio.gallery, work.request, self.studio.works.result(work, number)
        film, model = request.kind == "film", request.model or ""
        content = (work.first if film else made).read_bytes()
        recipe = without_keys(api.recipe_of(made)) if film else api.recipe_in(content)
        wish = self.studio.points.wish_of(model, recipe) if request.kind in POINTS else None
        _, model_name, _ = self.studio.models.files().get(model, (None, "", None))
        sources = {name: file for name, file in self.sources_of(work).items() if file.exists()}
        copies = {made.suffix: made} if film else {f".{name}.png": file for name, file in sources.items()}
        key = gallery.store_picture(content, copies)
        width, height = sides_of(content)
        told = request.model_dump(include={"wishes", "settings"}, exclude_none=True)
        asked = request.model_dump(mode="json", exclude_defaults=True)
        with gallery.or_nothing(key):
            self.studio.store.insert(
                "kept",
                {
                    "id": key, "model": model, "model_name": model_name or request.kind, "note": "",
                    "family": str(recipe.get("family", request.kind)), "recipe": json.dumps(recipe),
                    "wish": json.dumps(wish), "width": width, "height": height, "created": time.time(),
                    "film": json.dumps({"kind": made.suffix[1:], **told}) if film else None,
                    "made": None if film else json.dumps({"request": asked, "sources": list(sources)}),
                },
            )  # fmt: skip
        self.studio.tell("kept")
        return gallery.told(gallery.find(key))

    def sources_of(self, work: "Painting") -> dict[str, Path]:
        """The uploads that a work is made of, whether they are still there or not."""
        named = {name: getattr(work.request, name) for name in SOURCES}
        return {name: self.studio.uploads.file(key) for name, key in named.items() if key}

    def source(self, key: str, source: str) -> Path:
        """Where the copy of what a result was made of lies."""
        return self.studio.gallery.file(key).with_suffix(f".{source}.png")

    def kept_as(self, recipe: dict[str, Any]) -> str | None:
        """The newest kept result with this very recipe, whose way back is known."""
        row = self.studio.store.row(
            "select id from kept where recipe = ? and made is not null and made <> '{}' order by created desc",
            (json.dumps(recipe),),
        )
        return row["id"] if row else None

    def again(self, row: dict[str, Any]) -> dict[str, Any]:
        """What to ask /api/works for to make a result once more. Raises a 409 for what is none.

        {"request": as it was asked for, but for what is gone, "pictures": its uploads, each with width and height,
        "remarks": a sentence for each thing that is gone}
        """
        made = json.loads(row["made"] or "{}")
        if "request" not in made:
            raise conflict("Nobody noted how this was asked for.")
        request, pictures, gone = made["request"], {}, []
        for source in SOURCES:
            if source not in request:
                continue
            found = self.studio.uploads.bring_back(request[source], self.source(row["id"], source))
            if found is not None:
                pictures[source] = found
            else:
                gone.append(source)
        if "model" in request and request["model"] not in self.studio.models.files():
            gone.append("model")
        known = {name: value for name, value in request.items() if name not in gone}
        return {"request": known, "pictures": pictures, "remarks": [GONE[name] for name in gone]}


def without_keys(recipe: dict[str, Any]) -> dict[str, Any]:
    """A walk's recipe with how many pictures it goes through in place of all their numbers, which the film itself carries."""
    return {**recipe, "walk": {**recipe["walk"], "keys": len(recipe["walk"]["keys"])}}


def router(studio: "Studio") -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/kept", tags=["kept"])
    gallery, results = studio.gallery, studio.results

    @routes.get("/{key}/of/{source}", response_class=FileResponse)
    def source(key: Id, source: Source) -> FileResponse:
        """A picture that a kept result was made of, as PNG."""
        gallery.find(key)
        file = results.source(key, source)
        if not file.exists():
            raise missing("picture")
        return FileResponse(file, media_type="image/png", headers={"cache-control": "private, max-age=86400"})

    @routes.post("/{key}/again")
    def again(key: Id) -> dict[str, Any]:
        """How a kept result was asked for, the pictures it was made of being there as uploads once more."""
        return results.again(gallery.find(key))

    return routes
