"""/api/models/{model}/directions: find, learn, rename and forget directions; every change can be taken back."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter
from pydantic import Field

from pinxit.studio.common import Asked, DirectionName, Id, Wish, conflict

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio


class Find(Asked):
    """Directions to find without being told what they show."""

    how: Literal["pca", "weights"] = "pca"
    count: int = Field(8, ge=1, le=32)


class Learn(Asked):
    """A direction to learn from examples."""

    name: DirectionName
    liked: list[Wish] = Field(min_length=1, max_length=64)
    disliked: list[Wish] = Field(min_length=1, max_length=64)


class Rename(Asked):
    """What a direction is called from now on; None: it is forgotten."""

    old: DirectionName
    new: DirectionName | None


def remember(file: Path) -> None:
    """Put a copy aside that `bring_back` knows; of nothing, an empty one."""
    aside = file.with_suffix(".before")
    if file.exists():
        shutil.copyfile(file, aside)
    else:
        aside.write_bytes(b"")


def bring_back(file: Path) -> None:
    """Swap a file with the copy that was put aside, so that twice is as it was. Raises a 409 where there is none."""
    aside, between = file.with_suffix(".before"), file.with_suffix(".between")
    if not aside.exists():
        raise conflict("There is nothing to take back.")
    there = file.exists()
    if there:
        os.replace(file, between)
    if aside.stat().st_size:
        os.replace(aside, file)
    if there:
        os.replace(between, aside)
    else:
        aside.write_bytes(b"")


def router(studio: "Studio") -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/models/{model}/directions", tags=["directions"])

    async def listed(model: str) -> list[dict[str, Any]]:
        order = {"do": "directions", "file": str(studio.models.beside(model, "directions"))}
        return (await studio.painters.ask(studio.models.find(model), order)).header["directions"]

    async def study(model: str, do: str, **told: Any) -> list[dict[str, Any]]:
        path, file = studio.models.find(model), studio.models.beside(model, "directions")
        remember(file)
        return (await studio.painters.study(path, do, file=str(file), **told))["directions"]

    @routes.get("")
    async def list_directions(model: Id) -> list[dict[str, Any]]:
        """The named directions of a model, and what is told of how each was found."""
        return await listed(model)

    @routes.post("/find", status_code=201)
    async def find(model: Id, wanted: Find) -> list[dict[str, Any]]:
        """Find some: "pca" along which pictures differ most, "weights" to which the network answers most."""
        return await study(model, "find", how=wanted.how, count=wanted.count)

    @routes.post("/learn", status_code=201)
    async def learn(model: Id, wanted: Learn) -> list[dict[str, Any]]:
        """Learn one from pictures that have it and pictures that have it not."""
        liked, disliked = [await studio.points.recipes(model, some) for some in (wanted.liked, wanted.disliked)]
        return await study(model, "learn", name=wanted.name, liked=liked, disliked=disliked)

    @routes.post("/rename")
    async def rename(model: Id, wanted: Rename) -> list[dict[str, Any]]:
        """Call one otherwise, or forget it."""
        return await study(model, "rename", old=wanted.old, new=wanted.new)

    @routes.post("/back")
    async def back(model: Id) -> list[dict[str, Any]]:
        """Take the last change back; once more, and it is there again."""
        bring_back(studio.models.beside(model, "directions"))
        return await listed(model)

    return routes
