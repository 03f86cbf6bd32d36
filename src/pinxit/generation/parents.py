"""Pictures named as people name them (a seed, a seed with labels, a file, a painting) to points, and to the memory of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinxit.errors import UsageError
from pinxit.generation.points import Points, joined, point_of, points_of
from pinxit.generation.sampling import read_recipe

if TYPE_CHECKING:
    from pinxit.generation.model import Model, Painting

GENERATIONS = 4
"""So many generations of ancestors are remembered by name."""


def parents_of(
    model: Model,
    named: Sequence[int | str | Path | Painting | Mapping[str, Any]],
    *,
    labels: Mapping[str, str] | None = None,
    text: str | Sequence[str] | None = None,
    truncation: float = 1.0,
) -> tuple[Points, list[dict[str, Any]]]:
    """The points of pictures, and what a child remembers of each.

    named  seeds (7, "7", "7:hair=bald,beard=yes"), PNGs that this model painted, paintings, or recipes of these
    labels, text and truncation are for seeds; a text for each of `named`, or one for all
    Raises UsageError or PictureError for what is none of these, or was painted by another model.
    """
    if not named:
        raise UsageError(
            "No pictures were named. Name seeds or PNGs that the model painted, for example: 1 5 made/x.png"
        )
    texts = [text] * len(named) if text is None or isinstance(text, str) else list(text)
    if len(texts) != len(named):
        raise UsageError(f"{len(texts)} texts came for {len(named)} pictures. Give one text, or one for each.")
    found = [point_named(model, one, labels or {}, told, truncation) for one, told in zip(named, texts, strict=True)]
    return joined([point for point, _ in found], model), [memory for _, memory in found]


def point_named(
    model: Model,
    named: int | str | Path | Painting | Mapping[str, Any],
    labels: Mapping[str, str],
    text: str | None,
    truncation: float,
) -> tuple[Points, dict[str, Any]]:
    """One picture's point, and the memory of it."""
    if isinstance(named, str | int) and (seed := seed_in(str(named), labels)) is not None:
        number, labels = seed
        told = {"labels": dict(labels)} if labels else {}
        how = {"truncation": truncation} if truncation != 1 else {}
        point = points_of(model, [number], labels=labels, text=text, truncation=truncation)
        return point, {"seed": number, **told, **({} if text is None else {"text": text}), **how}
    if isinstance(named, str | Path):
        recipe, name = read_recipe(Path(named)), str(named)
    elif isinstance(named, Mapping):
        recipe, name = named, str(named.get("name", "a picture"))
    else:
        recipe, name = named.recipe, "a painting"  # pyright: ignore[reportAttributeAccessIssue]
    return point_of(model, recipe, name), remembered(recipe, name)


def seed_in(words: str, labels: Mapping[str, str]) -> tuple[int, Mapping[str, str]] | None:
    """`"7"` or `"7:hair=bald"` -> the seed, and `labels` with these over them; None for the name of a file."""
    number, colon, told = words.partition(":")
    if not number.strip().isdecimal() or (not colon and Path(words).exists()):
        return None
    own = {}
    for word in told.split(",") if colon else []:
        column, equals, name = word.partition("=")
        if not equals:
            raise UsageError(f"'{words}' is no seed with labels. Write for example 7:hair=bald,beard=yes")
        own[column.strip()] = name.strip()
    return int(number), {**labels, **own}


def remembered(recipe: Mapping[str, Any], name: str, depth: int = GENERATIONS) -> dict[str, Any]:
    """What is kept of a parent: its seed and labels, or its name and where it came from itself."""
    if "seed" in recipe:
        usual = {"labels": {}, "text": None, "truncation": 1.0}
        how = {key: recipe[key] for key in usual if recipe.get(key, usual[key]) not in (None, usual[key])}
        return {"seed": recipe["seed"], **how}
    told = {"picture": Path(name).name}
    origin = recipe.get("origin")
    return {**told, "origin": shortened(origin, depth)} if isinstance(origin, Mapping) else told


def shortened(origin: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """An origin with at most `depth` generations of parents."""
    parents = origin.get("parents")
    if not isinstance(parents, list):
        return dict(origin)
    if depth <= 1:
        return {key: value for key, value in origin.items() if key != "parents"}
    kept = []
    for parent in parents:
        inner = parent.get("origin") if isinstance(parent, Mapping) else None
        kept.append({**parent, "origin": shortened(inner, depth - 1)} if isinstance(inner, Mapping) else parent)
    return {**origin, "parents": kept}
