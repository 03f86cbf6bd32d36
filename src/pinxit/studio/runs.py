"""/api/runs: every training in the home folder, also those started in a terminal. The run folders are the truth."""

import hashlib
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse

from pinxit import api
from pinxit.errors import PinxitError
from pinxit.studio.common import Id, conflict, missing, small_json

if TYPE_CHECKING:
    from pinxit.runs.run_folder import RunFolder
    from pinxit.studio.studio import Studio

MOST_LOG = 64_000


class Runs:
    """The runs of a home, by an id that says nothing of where they lie."""

    def __init__(self, studio: "Studio"):
        self.studio = studio

    def folders(self) -> "dict[str, RunFolder]":
        """id -> run folder, newest first."""
        return {key_of(run.path.name): run for run in api.find_runs(self.studio.home.runs)}

    def find(self, key: str) -> "RunFolder":
        """The run of an id. Raises a 404."""
        found = self.folders().get(key)
        if found is None:
            raise missing("training")
        return found

    def stamps(self) -> dict[str, float]:
        """When each run last changed."""
        return {key: api.last_change(run) for key, run in self.folders().items()}

    def about(self, key: str, run: "RunFolder") -> dict[str, Any]:
        """One row of the list."""
        return {"id": key, **api.look_at_run(run)}


def key_of(name: str) -> str:
    """The id of a run folder's name."""
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def router(studio: "Studio") -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/runs", tags=["runs"])
    runs = studio.runs

    @routes.get("")
    def list_runs() -> list[dict[str, Any]]:
        """Every training, newest first: where it stands, and whether it goes on just now."""
        return [runs.about(key, run) for key, run in runs.folders().items()]

    @routes.get("/{run}")
    def one_run(run: Id) -> dict[str, Any]:
        """One training: its settings, its pictures, its machine, its previews, why it was planned so."""
        found = runs.find(run)
        stored = small_json(found.settings_file) or {}
        plan = stored.get("plan")
        return {
            **runs.about(run, found),
            "settings": stored.get("settings"),
            "reasons": plan.get("reasons", []) if isinstance(plan, dict) else [],
            "preset": plan.get("preset") if isinstance(plan, dict) else None,
            "environment": small_json(found.environment_file),
            "dataset": without_shards(small_json(found.dataset_file)),
            "previews": api.previews_of(found),
        }

    @routes.get("/{run}/progress")
    def progress(run: Id, after: Annotated[int, Query(ge=0, le=2**53)] = 0) -> dict[str, Any]:
        """Progress lines behind byte `after`: losses, speed, and events such as checkups. `next` is where to go on."""
        lines, offset = api.progress_of(runs.find(run), after)
        return {"lines": lines, "next": offset}

    @routes.get("/{run}/previews/latest", response_class=FileResponse)
    def newest_preview(run: Id) -> FileResponse:
        """The newest sheet of fixed seeds, as PNG."""
        found = runs.find(run)
        moments = api.previews_of(found)
        if not moments:
            raise missing("preview")
        return FileResponse(found.preview_file(moments[-1]), headers={"cache-control": "no-cache"})

    @routes.get("/{run}/previews/{seen}", response_class=FileResponse)
    def preview(run: Id, seen: Annotated[int, "pictures seen"]) -> FileResponse:
        """The sheet of fixed seeds at one moment, as PNG."""
        found = runs.find(run)
        if seen not in api.previews_of(found):
            raise missing("preview")
        return FileResponse(found.preview_file(seen), headers={"cache-control": "private, max-age=86400"})

    @routes.get("/{run}/log")
    def log(run: Id) -> dict[str, str]:
        """The last lines of its log."""
        found = runs.find(run)
        try:
            content = found.log_file.read_bytes()[-MOST_LOG:]
        except OSError:
            content = b""
        return {"log": content.decode("utf-8", "replace")}

    @routes.post("/{run}/stop")
    def stop(run: Id) -> dict[str, Any]:
        """Ask it to keep a checkpoint and stop, wherever it was started."""
        found = runs.find(run)
        if not api.look_at_run(found)["training"]:
            raise conflict("This training is not running just now.")
        try:
            api.stop(found.path)
        except PinxitError as error:
            raise conflict(str(error)) from None
        return {"asked": True}

    return routes


def without_shards(told: Any) -> Any:
    """What dataset.json says, without its list of packed files."""
    return {name: value for name, value in told.items() if name != "shards"} if isinstance(told, dict) else None
