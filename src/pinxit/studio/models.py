"""/api/models: what models there are, what each says of itself, and single pictures of them."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from pinxit import api
from pinxit.errors import PinxitError
from pinxit.studio.common import Asked, Id, Wish, missing, small_json

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio


def paints_pictures(family: str) -> bool:
    """Whether models of a family paint from pictures, not from seeds."""
    known = api.list_families()
    return family in known and known[family].paints_from == "picture"


class Models:
    """Every model the studio can paint with, by an id that says nothing of where it lies."""

    def __init__(self, studio: "Studio"):
        self.studio = studio
        self._told: dict[tuple[Path, float], dict[str, Any]] = {}

    def files(self) -> dict[str, tuple[Path, str, str | None]]:
        """id -> (file, name, id of its run)."""
        found: dict[str, tuple[Path, str, str | None]] = {
            name: (api.shipped_model(name), name, None) for name in api.shipped_models()
        }
        for key, run in self.studio.runs.folders().items():
            if run.model_file.exists():
                found[f"run-{key}"] = (run.model_file, run.path.name, key)
        for path in self.studio.granted_models:
            key = hashlib.blake2b(str(path).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
            found[f"file-{key}"] = (path, path.stem, None)
        return found

    def find(self, key: str) -> Path:
        """The file of an id. Raises a 404."""
        found = self.files().get(key)
        if found is None:
            raise missing("model")
        return found[0]

    def name_for_files(self, key: str) -> str:
        """What files of a model are called: its name, in letters that are safe everywhere. Raises a 404."""
        self.find(key)
        name = self.files()[key][1]
        kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "-" for letter in name)
        return kept.strip("-") or "model"

    def card(self, key: str) -> Path | None:
        """The page of the report card that lies beside a model of a run."""
        path, _, run = self.files()[key]
        page = path.parent / "report" / "index.html"
        return page if run is not None and page.exists() else None

    def beside(self, key: str, kind: str) -> Path:
        """The file beside a model that `pinxit` keeps marks ("taste") or "directions" in. Raises a 404."""
        path, name = self.find(key), f"{self.find(key).stem}.{kind}.json"
        return self.studio.home.folder / name if key in api.shipped_models() else path.with_name(name)

    def told(self, path: Path) -> dict[str, Any]:
        """What a model file says of itself, read once for each state of the file. Raises PinxitError."""
        key = (path, path.stat().st_mtime)
        if key not in self._told:
            self._told = {old: header for old, header in self._told.items() if old[0] != path}
            self._told[key] = api.header_of(path)
        return self._told[key]

    def about(self, key: str, path: Path, name: str, run: str | None) -> dict[str, Any]:
        """One row of the list."""
        try:
            header = self.told(path)
            if paints_pictures(str(header["family"])):
                told = "it paints photographs anew: choose it under Manner"
                return {"id": key, "name": name, "run": run, "problem": told, "restyles": True}
            canvas, data = header["canvas"], header.get("data")
            captions = canvas.get("captions")
            examples = captions.get("examples", [])[:12] if isinstance(captions, Mapping) else None
            scores = header.get("scores")
            return {
                "id": key,
                "name": name,
                "run": run,
                "family": str(header["family"]),
                "width": int(canvas["width"]),
                "height": int(canvas["height"]),
                "channels": int(canvas["channels"]),
                "labels": {str(column): list(map(str, names)) for column, names in canvas["classes"].items()},
                "examples": examples,
                "pictures": str(data.get("name", "")) if isinstance(data, Mapping) else "",
                "seen": header.get("seen"),
                "word": scores.get("word") if isinstance(scores, Mapping) else None,
                "preview": bool(run) and any((path.parent / "previews").glob("*.png")),
                "stamp": path.stat().st_mtime,
            }
        except (PinxitError, KeyError, TypeError, ValueError, AttributeError, OSError) as error:
            told = str(error) if isinstance(error, PinxitError) else "its header is damaged"
            return {"id": key, "name": name, "run": run, "problem": told}

    def all(self) -> list[dict[str, Any]]:
        """The list: models of runs first, the newest before others, then those that came with pinxit."""
        rows = [self.about(key, *found) for key, found in self.files().items()]
        return sorted(rows, key=lambda row: (row["run"] is None, -row.get("stamp", 0)))


class Painted(Asked):
    """Which picture, and as what kind of file."""

    wish: Wish


def router(studio: "Studio") -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/models", tags=["models"])
    models = studio.models

    @routes.get("")
    def list_models() -> list[dict[str, Any]]:
        """Every model there is: of finished and running trainings, and those that come with pinxit."""
        return models.all()

    @routes.get("/{model}")
    def one_model(model: Id) -> dict[str, Any]:
        """What a model says of itself: its canvas, what it was trained on and what that allows, its scores in words."""
        found = models.files().get(model)
        if found is None:
            raise missing("model")
        told = models.about(model, *found)
        if "problem" in told and "restyles" not in told:
            return told
        header = models.told(found[0])
        settings, report = header.get("settings"), report_of(found[0], found[2] is not None)
        origin = {
            "data": header.get("data"),
            "start": header.get("start"),
            "rights": api.rights_lines(header, (report or {}).get("licence")),
        }
        if "restyles" in told:
            return {**told, **origin}
        return {
            **told,
            **origin,
            "sha256": api.info(found[0])["sha256"],
            "bytes": found[0].stat().st_size,
            "scores": header.get("scores"),
            "score_lines": api.score_lines(header.get("scores")),
            "settings": settings.get("settings") if isinstance(settings, Mapping) else None,
            "seconds": header.get("seconds"),
            "copies": api.copies_lines(header.get("scores")),
            "report": report,
            "card": models.card(model) is not None,
        }

    @routes.get("/{model}/file", response_class=FileResponse)
    def model_file(model: Id) -> FileResponse:
        """The model itself: one file that `pinxit.load` needs nothing else for."""
        name = models.name_for_files(model)
        return FileResponse(models.find(model), media_type="application/octet-stream", filename=f"{name}.safetensors")

    @routes.get("/{model}/card", response_class=FileResponse)
    def card(model: Id) -> FileResponse:
        """The report card that was written at the end of a training, as one page to save. Others: POST /api/works."""
        models.find(model)
        page = models.card(model)
        if page is None:
            raise missing("report card")
        return FileResponse(page, media_type="text/html", filename=f"{models.name_for_files(model)}-card.html")

    @routes.post("/{model}/paint", response_class=Response, responses={200: {"content": {"image/png": {}}}})
    async def paint(model: Id, asked: Painted) -> Response:
        """One picture as PNG, its recipe inside."""
        frame = await studio.painters.ask(models.find(model), studio.points.order(model, [asked.wish], "png"))
        return Response(frame.content, media_type="image/png")

    return routes


def report_of(path: Path, in_run: bool) -> dict[str, Any] | None:
    """The facts of a report card that lies beside a model of a run."""
    told = small_json(path.parent / "report" / "report.json") if in_run else None
    return told if isinstance(told, dict) else None
