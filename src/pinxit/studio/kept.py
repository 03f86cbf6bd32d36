"""/api/kept: the gallery. Pictures, films and results with recipes, notes, tags and albums; a bin before deletion; export."""

import io
import json
import mimetypes
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse
from pydantic import Field

from pinxit import api
from pinxit.errors import UsageError
from pinxit.studio.common import Asked, Id, Name, Wish, conflict, missing, new_id, write_whole
from pinxit.studio.forms import form_of
from pinxit.studio.home import show_in_folder
from pinxit.studio.sets import visible_name
from pinxit.studio.store import literal

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio

MOST_AT_ONCE = 5_000
LARGEST_ZIP = 1_000_000_000
TRACED, MOST_TRACED = ("svg", "icons"), 200
KIND = "case when film is not null then 'film' when made is not null then 'result' else 'picture' end"
Short = Annotated[str, Query(max_length=200)]
Tag = Annotated[str, Field(min_length=1, max_length=80)]


class Keep(Asked):
    """A picture to keep: of which model, which one, and what is noted about it."""

    model: Id
    wish: Wish
    note: Annotated[str, Field(max_length=2_000)] = ""
    tags: list[Tag] = Field(default_factory=list, max_length=50)
    albums: list[Tag] = Field(default_factory=list, max_length=50)


class Change(Asked):
    """What is noted about a picture. What is left away stays as it is."""

    note: Annotated[str, Field(max_length=2_000)] | None = None
    tags: list[Tag] | None = Field(None, max_length=50)
    albums: list[Tag] | None = Field(None, max_length=50)


class Some(Asked):
    """Some kept pictures."""

    ids: list[Id] = Field(min_length=1, max_length=MOST_AT_ONCE)


class Binned(Some):
    """Into the bin, or out of it."""

    binned: bool


class Export(Some):
    """As which kind of file, and the settings of `pinxit save` (see /api/saving)."""

    kind: Annotated[str, Field(pattern=r"^[a-z]{2,10}$")] = "png"
    settings: dict[Name, Annotated[str, Field(max_length=1000)] | int | float | None] = Field(
        default_factory=dict, max_length=20
    )


class Gallery:
    """Kept pictures of a home: rows in the store, one PNG each beside it; a film has its first picture as that PNG.

    Results of works, what they were made of beside them, are kept by studio/results.py.
    """

    def __init__(self, studio: "Studio"):
        self.studio, self.store = studio, studio.store

    def file(self, key: str) -> Path:
        return self.studio.home.kept / f"{key}.png"

    def moving(self, row: dict[str, Any]) -> Path:
        """The film of a row. Raises a 404 for a picture."""
        if row["film"] is None:
            raise missing("film")
        return self.file(row["id"]).with_suffix(f".{json.loads(row['film'])['kind']}")

    def whole(self, row: dict[str, Any]) -> Path:
        """The file that somebody wants: a PNG, or the film."""
        return self.moving(row) if row["film"] else self.file(row["id"])

    def find(self, key: str) -> dict[str, Any]:
        """One picture. Raises a 404."""
        row = self.store.row("select * from kept where id = ?", (key,))
        if row is None or not self.file(key).exists():
            raise missing("kept picture")
        return row

    async def keep(self, wanted: Keep) -> dict[str, Any]:
        """Paint a picture once more, in full, and keep it with its recipe."""
        path, name, _ = self.studio.models.files().get(wanted.model) or (
            self.studio.models.find(wanted.model),
            "",
            None,
        )
        frame = await self.studio.painters.ask(path, self.studio.points.order(wanted.model, [wanted.wish], "png"))
        recipe, wish = frame.header["recipe"], wanted.wish.model_dump_json(exclude_none=True)
        key = self.store_picture(frame.content)
        with self.or_nothing(key), self.store.together():
            self.store.insert(
                "kept",
                {
                    "id": key, "model": wanted.model, "model_name": name, "family": str(recipe["family"]),
                    "recipe": json.dumps(recipe), "wish": wish, "width": frame.header["width"],
                    "height": frame.header["height"], "note": wanted.note.strip(), "created": time.time(),
                },
            )  # fmt: skip
            self.name(key, "tag", wanted.tags)
            self.name(key, "album", wanted.albums)
        self.studio.tell("kept")
        return self.told(self.find(key))

    def store_picture(self, content: bytes, beside: Mapping[str, Path] | None = None) -> str:
        """Write a PNG under a new id, copies of files `beside` it (ending -> file). Raises DataError when there is no room."""
        key = new_id()
        with self.or_nothing(key):
            for ending, file in (beside or {}).items():
                write_whole(self.file(key).with_suffix(ending), file.read_bytes())
            write_whole(self.file(key), content)
        return key

    @contextmanager
    def or_nothing(self, key: str) -> Iterator[None]:
        """Where a picture cannot be kept whole, with its row, none of its files stays."""
        try:
            yield
        except BaseException:
            self.erase(key)
            raise

    def erase(self, key: str) -> None:
        """Every file of a picture."""
        for file in self.studio.home.kept.glob(f"{key}.*"):
            file.unlink(missing_ok=True)

    def name(self, key: str, kind: str, names: list[str]) -> None:
        """Give a picture these tags or albums instead of those it had."""
        self.store.change("delete from tags where kept = ? and kind = ?", (key, kind))
        for name in dict.fromkeys(visible_name(name) for name in names):
            if name:
                self.store.insert("tags", {"kept": key, "kind": kind, "name": name})

    def told(self, row: dict[str, Any]) -> dict[str, Any]:
        """A picture as the API tells it."""
        names = self.store.rows("select kind, name from tags where kept = ? order by name", (row["id"],))
        return {
            **{name: row[name] for name in ("id", "model", "model_name", "family", "width", "height", "note", "created")},
            "binned": row["binned"] is not None, "wish": json.loads(row["wish"]), "recipe": json.loads(row["recipe"]),
            "film": json.loads(row["film"]) if row["film"] else None,
            "made": json.loads(row["made"]) if row["made"] else None,
            "tags": [one["name"] for one in names if one["kind"] == "tag"],
            "albums": [one["name"] for one in names if one["kind"] == "album"],
        }  # fmt: skip

    def search(self, wanted: dict[str, Any], offset: int, limit: int) -> dict[str, Any]:
        """Rows that fit, newest first, and how many there are in all."""
        parts = ["binned is not null" if wanted["binned"] else "binned is null"]
        values: list[Any] = []
        for word in wanted["search"].split()[:10]:
            parts.append(
                "(note like ? escape '\\' or model_name like ? escape '\\' or recipe like ? escape '\\' or exists (select 1 "
                "from tags where tags.kept = kept.id and tags.name like ? escape '\\'))"
            )
            values += [literal(word)] * 4
        for kind in ("tag", "album"):
            if wanted[kind]:
                parts.append("exists (select 1 from tags where tags.kept = kept.id and kind = ? and tags.name = ?)")
                values += [kind, wanted[kind]]
        for column, name in (("model", "model"), (KIND, "kind")):
            if wanted[name]:
                parts.append(f"{column} = ?")
                values.append(wanted[name])
        where = " and ".join(parts)
        count = self.store.row(f"select count(*) as many from kept where {where}", values)
        rows = self.store.rows(
            f"select * from kept where {where} order by created desc limit ? offset ?", [*values, limit, offset]
        )
        return {"total": count["many"] if count else 0, "pictures": [self.told(row) for row in rows]}

    def delete(self, keys: list[str]) -> None:
        """For good; only what lies in the bin."""
        rows = [self.find(key) for key in keys]
        if any(row["binned"] is None for row in rows):
            raise conflict("Only what lies in the bin can be deleted.")
        for row in rows:
            self.store.change("delete from tags where kept = ?", (row["id"],))
            self.store.change("delete from kept where id = ?", (row["id"],))
            self.erase(row["id"])
        self.studio.tell("kept")


def router(studio: "Studio") -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api", tags=["kept"])
    gallery = studio.gallery

    @routes.get("/kept")
    def search(
        search: Short = "", tag: Short = "", album: Short = "", model: Short = "",
        kind: Literal["", "picture", "film", "result"] = "", binned: bool = False,
        offset: Annotated[int, Query(ge=0, le=10**9)] = 0, limit: Annotated[int, Query(ge=1, le=500)] = 200,
    ) -> dict[str, Any]:  # fmt: skip
        """Kept pictures, newest first. `search` looks in notes, tags, models and recipes, word by word."""
        wanted = {"search": search, "tag": tag, "album": album, "model": model, "kind": kind, "binned": binned}
        return gallery.search(wanted, offset, limit)

    @routes.post("/kept", status_code=201)
    async def keep(wanted: Keep) -> dict[str, Any]:
        """Star a picture: it is painted in full and kept as PNG with its recipe."""
        return await gallery.keep(wanted)

    @routes.get("/names")
    def names() -> dict[str, list[dict[str, Any]]]:
        """Every tag, album, model and kind, with how many of what is kept have it; a model with its id."""
        rows = studio.store.rows(
            "select kind, name, count(*) as many from tags join kept on kept.id = tags.kept where binned is null "
            "group by kind, name order by name"
        )
        named = {
            f"{kind}s": [{"name": row["name"], "many": row["many"]} for row in rows if row["kind"] == kind]
            for kind in ("tag", "album")
        }
        models = studio.store.rows(
            "select model as id, model_name as name, count(*) as many from kept where binned is null and model <> '' "
            "group by model order by model_name"
        )
        kinds = studio.store.rows(
            f"select {KIND} as name, count(*) as many from kept where binned is null group by name order by name"
        )
        return {**named, "models": models, "kinds": kinds}

    @routes.get("/kept/{key}")
    def one(key: Id) -> dict[str, Any]:
        """One picture: note, tags, recipe, and the wish that paints it again."""
        return gallery.told(gallery.find(key))

    @routes.get("/kept/{key}/file", response_class=FileResponse)
    def file(key: Id) -> FileResponse:
        """The PNG itself; of a film its first picture."""
        gallery.find(key)
        headers = {"cache-control": "private, max-age=86400"}
        return FileResponse(gallery.file(key), media_type="image/png", headers=headers)

    @routes.get("/kept/{key}/film", response_class=FileResponse)
    def film(key: Id) -> FileResponse:
        """A kept film: GIF, APNG, WebP or MP4."""
        file = gallery.moving(gallery.find(key))
        return FileResponse(file, media_type=kind_of(file), headers={"cache-control": "private, max-age=86400"})

    @routes.post("/kept/{key}/show")
    def show(key: Id) -> dict[str, Any]:
        """Show it in the file manager of the machine that the studio runs on; where there is none, say where it lies."""
        file = gallery.whole(gallery.find(key))
        return {"path": str(file), "opened": studio.door.local and show_in_folder(file)}

    @routes.patch("/kept/{key}")
    def change(key: Id, wanted: Change) -> dict[str, Any]:
        """Note, tags, albums."""
        gallery.find(key)
        with studio.store.together():
            if wanted.note is not None:
                studio.store.change("update kept set note = ? where id = ?", (wanted.note.strip(), key))
            if wanted.tags is not None:
                gallery.name(key, "tag", wanted.tags)
            if wanted.albums is not None:
                gallery.name(key, "album", wanted.albums)
        studio.tell("kept")
        return gallery.told(gallery.find(key))

    @routes.post("/kept/bin")
    def bin_some(wanted: Binned) -> dict[str, int]:
        """Into the bin, or out of it."""
        for key in wanted.ids:
            gallery.find(key)
        with studio.store.together():
            for key in wanted.ids:
                when = time.time() if wanted.binned else None
                studio.store.change("update kept set binned = ? where id = ?", (when, key))
        studio.tell("kept")
        return {"changed": len(wanted.ids)}

    @routes.post("/kept/delete")
    def delete(wanted: Some) -> dict[str, int]:
        """For good. Only what lies in the bin."""
        gallery.delete(wanted.ids)
        return {"deleted": len(wanted.ids)}

    @routes.post(
        "/kept/export", response_class=Response, responses={200: {"content": {"application/octet-stream": {}}}}
    )
    def export(wanted: Export) -> Response:
        """One picture as a file, several as a zip. Films go as they are."""
        rows = [gallery.find(key) for key in dict.fromkeys(wanted.ids)]
        if wanted.kind in TRACED and len(rows) > MOST_TRACED:
            raise UsageError(f"At most {MOST_TRACED} pictures are drawn as SVG at once here; {len(rows)} came.")
        films = [gallery.moving(row) for row in rows if row["film"]]
        still = {name_of(row): gallery.file(row["id"]) for row in rows if not row["film"]}
        files = api.pictures_as(still, wanted.kind, **wanted.settings) if still else []
        files += [(f"film-{file.name}", file.read_bytes()) for file in films]
        if len(files) == 1:
            return download(files[0][1], files[0][0], kind_of(Path(files[0][0])))
        if sum(len(content) for _, content in files) > LARGEST_ZIP:
            raise UsageError("These pictures are more than fits into one zip here. Take fewer at once.")
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for name, content in files:
                archive.writestr(name, content)
        return download(buffer.getvalue(), "pinxit-pictures.zip", "application/zip")

    @routes.get("/saving")
    def saving() -> dict[str, Any]:
        """As what kept pictures can be saved, and the settings of each kind as a form."""
        fields = form_of(api.saving_settings())
        for field in fields:
            kinds, _, field["help"] = field["help"].partition(": ")
            field["kinds"] = kinds.split(", ")
        return {"kinds": list(api.saving_kinds()), "fields": fields}

    return routes


def kind_of(file: Path) -> str:
    """The media type of a file of ours, by its name."""
    ours = {".apng": "image/apng", ".webp": "image/webp"}  # which not every system knows
    return ours.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def name_of(row: dict[str, Any]) -> str:
    """What an exported file is called: model and id."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in row["model_name"])[:40]
    return f"{kept or 'picture'}-{row['id']}"


def download(content: bytes, name: str, kind: str) -> Response:
    """A file for the browser to save."""
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})
