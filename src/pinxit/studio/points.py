"""/api/models/{model}/points: pictures that no single seed paints (bred, mixed, projected), by ids of our own; their families.

An id is the hash of the numbers, so the same point is stored once. Wherever a wish names a seed it may name such an id.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from pydantic import Field

from pinxit.errors import UsageError
from pinxit.studio.common import Asked, Id, PointId, Seed, Wish, missing

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio

NUMBERS = ("latents", "blend", "styles", "shifts")
LARGEST = 500_000
GENERATIONS = 6
MOST_SHOWN = 40


class Children(Asked):
    """Children to breed: of two pictures or more; mutation 0 to 1; chance: the same gives the same children."""

    parents: list[Wish] = Field(min_length=2, max_length=16)
    count: int = Field(12, ge=1, le=48)
    mutation: float = Field(0.2, ge=0, le=1, allow_inf_nan=False)
    chance: Seed = 0


class Points:
    """Stored points of all models."""

    def __init__(self, studio: "Studio"):
        self.studio, self.store = studio, studio.store

    def add(self, model: str, recipe: Mapping[str, Any]) -> str:
        """Store the point of a recipe; returns its id. Raises UsageError for one that is too large."""
        numbers = json.dumps({name: recipe[name] for name in NUMBERS if name in recipe}, sort_keys=True)
        key = f"p-{hashlib.blake2b(numbers.encode(), digest_size=8).hexdigest()}"
        text = json.dumps({**recipe, "name": key})
        if len(text) > LARGEST:
            raise UsageError("The recipe of this picture is larger than any that pinxit writes.")
        if self.store.row("select id from points where model = ? and id = ?", (model, key)) is None:
            self.store.insert("points", {"id": key, "model": model, "recipe": text})
        return key

    def find(self, model: str, key: str) -> dict[str, Any]:
        """The recipe of a point. Raises a 404."""
        row = self.store.row("select recipe from points where model = ? and id = ?", (model, key))
        if row is None:
            raise missing("point")
        return json.loads(row["recipe"])

    def order(self, model: str, wishes: Sequence[Wish], form: str) -> dict[str, Any]:
        """Wishes that share everything but their mixtures, as a painter process takes them."""
        told = wishes[0].model_dump(exclude_none=True, exclude={"mix"})
        mixes = [
            [(part if isinstance(part, int) else self.find(model, part), share) for part, share in wish.mix]
            for wish in wishes
        ]
        where = {"directions": str(self.studio.models.beside(model, "directions"))} if told.get("along") else {}
        return {"mixes": mixes, "form": form, **told, **where}

    async def recipes(self, model: str, wishes: Sequence[Wish]) -> list[dict[str, Any]]:
        """The recipe of each wish, named as its family remembers it."""
        path, found = self.studio.models.find(model), []
        for wish in wishes:
            frame = await self.studio.painters.ask(path, {**self.order(model, [wish], ""), "do": "recipes"})
            (recipe,) = frame.header["recipes"]
            found.append(recipe if "seed" in recipe else {**recipe, "name": self.add(model, recipe)})
        return found

    def wish_of(self, model: str, recipe: Mapping[str, Any]) -> dict[str, Any] | None:
        """The wish that paints what a recipe tells of; None for a sheet or a walk."""
        origin = recipe.get("origin")
        mix = origin.get("mix") if isinstance(origin, Mapping) else None
        how = {name: recipe[name] for name in ("truncation", "labels", "text") if recipe.get(name)}
        if isinstance(recipe.get("seed"), int):
            return {"mix": [[recipe["seed"], 1]], **how}
        if isinstance(mix, list) and "truncation" in recipe:
            return {"mix": mix, **how}
        return {"mix": [[self.add(model, recipe), 1]]} if "latents" in recipe else None

    def family(self, model: str, key: str) -> dict[str, Any]:
        """A picture and its parents, and theirs, as far as they are known here: {"part": seed or id, "parents": [...]}."""
        left = MOST_SHOWN

        def person(memory: Mapping[str, Any], depth: int) -> dict[str, Any]:
            nonlocal left
            left -= 1
            if "seed" in memory:
                return {"part": memory["seed"], "wish": self.wish_of(model, memory), "parents": []}
            name, origin = str(memory.get("picture", "")), memory.get("origin")
            row = self.store.row("select recipe from points where model = ? and id = ?", (model, name))
            if row is not None:
                origin = json.loads(row["recipe"]).get("origin")
            parents = origin.get("parents", []) if isinstance(origin, Mapping) and depth else []
            return {
                "part": name if row else None,
                "wish": {"mix": [[name, 1]]} if row else None,
                "how": origin.get("how") if isinstance(origin, Mapping) else None,
                "parents": [person(one, depth - 1) for one in parents if isinstance(one, Mapping) and left > 0],
            }

        self.find(model, key)
        return person({"picture": key}, GENERATIONS)


def router(studio: "Studio") -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/models", tags=["points"])
    points = studio.points

    @routes.post("/{model}/children", status_code=201)
    async def children(model: Id, wanted: Children) -> dict[str, Any]:
        """Breed children of pictures: the id of each, to be named in wishes."""
        parents = await points.recipes(model, wanted.parents)
        order = {"do": "breed", "parents": parents, **wanted.model_dump(include={"count", "mutation", "chance"})}
        frame = await studio.painters.ask(studio.models.find(model), order)
        return {"children": [points.add(model, recipe) for recipe in frame.header["recipes"]]}

    @routes.get("/{model}/points/{point}/family")
    def family(model: Id, point: PointId) -> dict[str, Any]:
        """The family tree of a picture."""
        return points.family(model, point)

    return routes
