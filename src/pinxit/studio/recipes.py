"""/api/recipe: how a picture or a film was made, told by the file itself, and what does it again.

    python -m pinxit.studio.recipes FILE

reads a stranger's GIF, WebP or MP4 in a limited process and writes its recipe to standard output; in PNGs no decoder is needed.
"""

import asyncio
import json
import math
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request

from pinxit import api
from pinxit.errors import PictureError, UsageError
from pinxit.studio.looking import DAMAGED, in_limits, read_apart
from pinxit.studio.orders import LONGEST_FILM, MOST_FPS, MOST_WISHES, TABLES
from pinxit.studio.results import without_keys
from pinxit.studio.sets import visible_name

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio

PNG, RIFF = b"\x89PNG\r\n\x1a\n", b"RIFF"


def kind_of_film(content: bytes) -> str:
    """What a film of ours with this beginning would be; "" for a file that can carry no recipe."""
    if content.startswith(PNG):
        return "apng"
    if content.startswith(RIFF) and content[8:12] == b"WEBP":
        return "webp"
    return "gif" if content.startswith(b"GIF8") else "mp4" if content[4:8] == b"ftyp" else ""


def read(folder: Path, content: bytes) -> dict[str, Any]:
    """The recipe in the bytes of a file. Raises UsageError, or DataError when there is no room to read it."""
    kind = kind_of_film(content)
    if not kind:
        raise UsageError("This kind of file carries no recipe. PNG, WebP, GIF and MP4 do, as pinxit saves them.")
    try:
        return api.recipe_in(content) if kind == "apng" else json.loads(read_apart(folder, content, "recipes"))
    except (PictureError, subprocess.TimeoutExpired) as error:
        why = error if isinstance(error, PictureError) else DAMAGED
        raise UsageError(f"This picture cannot be read back: {why}.") from None


def film_of(studio: "Studio", model: str, recipe: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """A walk's recipe as the page asks for a film. Raises UsageError for a damaged one, and one too long for the page.

    {"wishes": where it stops, "settings": of a film (see orders.py), "alike": whether it had no other times than these}
    """
    try:
        walk = recipe["walk"]
        keys, seconds, holds = list(walk["keys"]), list(walk["seconds"]), list(walk["holds"])
        if len(keys) > MOST_WISHES:
            raise UsageError(
                f"This film goes through {len(keys)} pictures; here it can be {MOST_WISHES}. To make it again: "
                "pinxit walk --again FILE"
            )
        wishes = [studio.points.wish_of(model, key) for key in keys]
        length, easings = math.fsum([*seconds, *holds]), set(walk["easings"])
        easing = easings.pop() if len(easings) == 1 else "even"
        settings = {
            "kind": kind, "seconds": min(max(1, round(length)), int(LONGEST_FILM)), "easing": str(easing),
            "fps": min(max(1, round(float(recipe["fps"]))), MOST_FPS), "way": str(walk["way"]), "loop": bool(walk["loop"]),
        }  # fmt: skip
        known = all(settings[name] in TABLES["film"][name] for name in ("way", "easing"))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        known, wishes = False, []
    if not known or None in wishes:
        raise UsageError("The recipe of this film is damaged.")
    each = settings["seconds"] / max(1, len(seconds))
    alike = not easings and not any(holds) and all(abs(one - each) < 0.01 for one in seconds)
    return {"wishes": wishes, "settings": settings, "alike": alike}


def remark(recipe: Mapping[str, Any], model: str | None) -> str:
    """Why it cannot be done again from here."""
    completed = recipe.get("completed")
    about = completed.get("picture") if isinstance(completed, Mapping) else None
    about = about or recipe.get("content") or recipe.get("sample") or recipe.get("source")
    if isinstance(about, Mapping):
        name = visible_name(str(about.get("name", "")))
        return (
            f"This was made of another file ({name}), which is not in it. Bring that one, and choose the same settings."
        )
    return "This is a sheet of several pictures." if model else "The model that painted this is not here."


def router(studio: "Studio") -> APIRouter:
    """The route."""
    routes = APIRouter(prefix="/api", tags=["kept"])

    @routes.put("/recipe", openapi_extra={"requestBody": {"content": {"application/octet-stream": {}}}})
    async def recipe(request: Request) -> dict[str, Any]:
        """The recipe in a picture or a film (the body), the model here that painted it, and the wish or the film to ask for.

        `kept`: the result in the gallery that it is. Where there is none of these, `remark` says why. The file is not kept.
        """
        content = await request.body()
        told = await asyncio.to_thread(read, studio.uploads.folder, content)
        known = {key: path for key, (path, _, _) in studio.models.files().items()}
        model = next((key for key, path in known.items() if hash_is(path, told.get("model"))), None)
        film = wish = None
        if model and "walk" in told:
            film = film_of(studio, model, told, kind_of_film(content))
        elif model:
            wish = studio.points.wish_of(model, told)
        kept = None if film else studio.results.kept_as(told)
        shown = without_keys(told) if film else told
        why = "" if film or wish or kept else remark(told, model)
        return {"recipe": shown, "model": model, "wish": wish, "film": film, "kept": kept, "remark": why}

    return routes


def hash_is(path: Path, sha256: Any) -> bool:
    """Whether a model file has this hash."""
    try:
        return api.info(path)["sha256"] == sha256
    except (OSError, ValueError):
        return False


def tell(file: Path) -> None:
    """Write the recipe of a file to standard output. Raises PictureError."""
    print(json.dumps(api.recipe_in(file.read_bytes())))


if __name__ == "__main__":
    sys.exit(in_limits(lambda: tell(Path(sys.argv[1])), DAMAGED))
