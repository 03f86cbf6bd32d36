"""What a worker process does besides painting: breeding, directions, taste. JSON comes in, JSON goes out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pinxit import api
from pinxit.errors import UsageError

TASTE = "taste"
"""What the direction of one's taste is called among a model's directions."""
USUAL = 256
Told = dict[str, Any]


def how_of(wish: Told) -> Told:
    """How the mixtures of a wish are painted."""
    how = {name: wish[name] for name in ("labels", "text", "along") if wish.get(name)}
    return {**how, "truncation": float(wish.get("truncation", 1.0)), "directions": path_in(wish, "directions")}


def path_in(wish: Told, name: str) -> Path | None:
    """A file that the studio named."""
    return Path(wish[name]) if wish.get(name) else None


def recipes(model: Any, wish: Told) -> Told:
    """The recipes of mixtures."""
    return {"recipes": api.recipes_of_mixes(model, wish["mixes"], **how_of(wish))}


def breed(model: Any, wish: Told) -> Told:
    """Children of pictures, as recipes."""
    children = api.breed(model, wish["parents"], wish["count"], mutation=wish["mutation"], seed=wish["chance"])
    return {"recipes": [child.recipe for child in children]}


def directions(model: Any, wish: Told) -> Told:
    """The names of a model's directions, and what is told of each."""
    found = api.directions(model, path_in(wish, "file"))
    return {"directions": [{"name": name, "told": dict(one.told)} for name, one in found.items()]}


def find(model: Any, wish: Told) -> Told:
    """Find directions that nobody described."""
    api.find_directions(model, wish["how"], wish["count"], file=path_in(wish, "file"))
    return directions(model, wish)


def learn(model: Any, wish: Told) -> Told:
    """Learn a direction from pictures that have it and pictures that have it not."""
    file = path_in(wish, "file")
    api.learn_direction(model, wish["name"], liked=wish["liked"], disliked=wish["disliked"], file=file)
    return directions(model, wish)


def rename(model: Any, wish: Told) -> Told:
    """Call a direction otherwise, or forget it."""
    api.rename_direction(model, wish["old"], wish["new"], file=path_in(wish, "file"))
    return directions(model, wish)


def marks(model: Any, wish: Told) -> Told:
    """What is marked, and whether a taste was learned and how far it can be trusted."""
    known = api.marks(model, file=path_in(wish, "file"))
    learned = api.directions(model, path_in(wish, "directions")).get(TASTE)
    return {
        "ready": learned is not None,
        "accuracy": learned.told.get("accuracy") if learned else None,
        "marks": [{"liked": one.liked, "recipe": one.recipe(model)} for one in known],
    }


def mark(model: Any, wish: Told) -> Told:
    """Mark pictures (recipes) as liked or not, or take their marks back."""
    api.mark(model, wish["pictures"], wish["liked"], file=path_in(wish, "file"))
    return marks(model, wish)


def taste(model: Any, wish: Told) -> Told:
    """Learn the direction of one's taste anew from the marks; forget it where they are of one kind only."""
    file, kept = path_in(wish, "file"), path_in(wish, "directions")
    if {one.liked for one in api.marks(model, file=file)} == {True, False}:
        api.taste_direction(model, TASTE, candidates=USUAL, start=0, file=file, directions_file=kept)
    elif TASTE in api.directions(model, kept):
        api.rename_direction(model, TASTE, None, file=kept)
    return marks(model, wish)


def rank(model: Any, wish: Told) -> Told:
    """How much each of some pictures (recipes) should be liked."""
    places = api.rank(model, list(wish["pictures"]), file=path_in(wish, "file"))
    scores = {id(picture): score for picture, score in places}
    return {"scores": [round(scores[id(picture)], 4) for picture in wish["pictures"]]}


def more(model: Any, wish: Told) -> Told:
    """The seeds among many whose pictures should be liked most, the best first."""
    if wish["count"] > wish["candidates"]:
        raise UsageError("More pictures are wanted than are looked through.")
    found = api.best_seeds(
        model, wish["count"], candidates=wish["candidates"], start=wish["start"], file=path_in(wish, "file"),
        labels=wish.get("labels") or None, text=wish.get("text"),
    )  # fmt: skip
    return {"seeds": found}


TASKS: dict[str, Callable[[Any, Told], Told]] = {
    task.__name__: task for task in (recipes, breed, directions, find, learn, rename, marks, mark, taste, rank, more)
}
