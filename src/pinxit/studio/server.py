"""The server: the page's files, the routes, the guard in front of both."""

import asyncio
import hashlib
import mimetypes
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field

import pinxit
from pinxit.errors import PinxitError, UsageError
from pinxit.studio import (
    directions,
    kept,
    live,
    models,
    parts,
    pictures,
    points,
    queue,
    recipes,
    results,
    runs,
    scans,
    taste,
    uploads,
    works,
)
from pinxit.studio.common import Asked
from pinxit.studio.guard import Guard
from pinxit.studio.studio import Studio

MOST_AT_ONCE = 64


class Token(Asked):
    """The start-up token, as the address that was printed holds it."""

    token: str = Field(max_length=200)


def build_app(studio: Studio) -> Guard:
    """The whole application behind its guard."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(studio.live())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await studio.close()

    app = FastAPI(
        title="pinxit studio", version=pinxit.__version__, lifespan=lifespan, docs_url=None, redoc_url=None,
        openapi_url="/api/openapi.json", redirect_slashes=False,
        description="Everything the page does. Show the start-up token as `Authorization: Bearer TOKEN`.",
    )  # fmt: skip
    app.add_exception_handler(PinxitError, tell_problem)
    app.add_exception_handler(RequestValidationError, tell_invalid)
    app.add_exception_handler(HTTPException, tell_http)
    app.add_exception_handler(404, tell_http)
    app.add_exception_handler(405, tell_http)
    for routes in (
        models,
        points,
        directions,
        taste,
        runs,
        queue,
        pictures,
        parts,
        scans,
        kept,
        results,
        recipes,
        uploads,
        works,
        live,
    ):
        app.router.routes.extend(routes.router(studio).routes)  # including would build every route a second time
    add_own_routes(app, studio)
    add_page(app)
    return Guard(app, studio.door)


def add_own_routes(app: FastAPI, studio: Studio) -> None:
    """Coming in, and what the studio says of itself."""

    @app.post("/api/enter", status_code=204, tags=["studio"])
    def enter(told: Token, response: Response) -> None:
        """The page shows the token once and gets a cookie for it."""
        if not studio.door.opens(told.token):
            raise HTTPException(401, "That token is not this studio's. It changes with every start.")
        response.set_cookie(
            studio.door.cookie, told.token, httponly=True, samesite="strict", path=studio.door.base_path or "/"
        )

    @app.get("/api/studio", tags=["studio"])
    def about() -> dict[str, Any]:
        """Version, where things are kept, and which pictures were named on the command line."""
        told = {"version": pinxit.__version__, "home": str(studio.home.folder), "granted": studio.granted}
        return {**told, "token": studio.door.token}  # for the snippets on the Model page; only who showed it comes here


def tell_problem(_: Request, error: Exception) -> JSONResponse:
    """What a person can fix: 422 for a request that makes no sense, 409 for what does not work as things stand."""
    return JSONResponse({"problem": str(error)}, 422 if isinstance(error, UsageError) else 409)


def tell_invalid(_: Request, error: Exception) -> JSONResponse:
    """A request that does not fit its declaration. What came is not repeated."""
    assert isinstance(error, RequestValidationError)
    said = [f"{'.'.join(map(str, one['loc'][1:])) or 'body'}: {one['msg']}" for one in error.errors()[:5]]
    return JSONResponse({"problem": f"This request cannot be carried out. {'; '.join(said)}."}, 422)


def tell_http(_: Request, error: Exception) -> JSONResponse:
    """404, 409 and the like as one sentence."""
    assert isinstance(error, HTTPException) or hasattr(error, "status_code")
    detail, status = getattr(error, "detail", ""), getattr(error, "status_code", 500)
    words = {"Not Found": "There is nothing here.", "Method Not Allowed": "There is nothing here for that method."}
    return JSONResponse({"problem": words.get(detail, detail)}, status)


def add_page(app: FastAPI) -> None:
    """The page's files, each by the one name it has: what is not among them is a 404."""
    files = page_files()

    @app.get("/{name:path}", include_in_schema=False)
    def page(name: str, request: Request) -> Response:
        found = files.get(name or "index.html")
        if found is None:
            raise HTTPException(404, "Not Found")
        content, kind, tag = found
        headers = {"etag": tag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=kind, headers=headers)


def page_files() -> dict[str, tuple[bytes, str, str]]:
    """name -> (content, kind, tag), read once."""
    kinds = {".js": "text/javascript", ".svg": "image/svg+xml", ".LICENSE": "text/plain"}
    root, found = resources.files("pinxit.studio") / "page", {}
    level: list[tuple[str, Any]] = [("", root)]
    while level:
        prefix, folder = level.pop()
        for entry in folder.iterdir():
            name = f"{prefix}{entry.name}"
            if entry.is_dir():
                level.append((f"{name}/", entry))
                continue
            content = entry.read_bytes()
            kind = kinds.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
            found[name] = content, kind, f'"{hashlib.blake2b(content, digest_size=9).hexdigest()}"'
    return found


def run(studio: Studio, opened: socket.socket) -> None:
    """Serve a studio on an open socket until Ctrl-C."""
    uvicorn.Server(config_for(build_app(studio))).run(sockets=[opened])


def config_for(app: Guard) -> uvicorn.Config:
    """How uvicorn serves it: quietly, so that no address with a token is ever written down."""
    return uvicorn.Config(
        app, log_level="critical", access_log=False, server_header=False, date_header=False, proxy_headers=False,
        lifespan="on", ws="websockets-sansio", ws_max_size=262_144, limit_concurrency=MOST_AT_ONCE,
        timeout_keep_alive=20, timeout_graceful_shutdown=2, h11_max_incomplete_event_size=32_768,
    )  # fmt: skip
