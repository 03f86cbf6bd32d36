"""What `import pinxit` hands out for taste: mark pictures, rank others, get more like those one liked. Part of the api."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinxit.errors import UsageError

if TYPE_CHECKING:
    import numpy as np

    from pinxit.generation.directions import Direction
    from pinxit.generation.marks import Mark
    from pinxit.generation.model import Model, Painting
    from pinxit.generation.taste import Taste

    Picture = int | str | Path | Painting | Mapping[str, Any]
    """A seed, a PNG that the model painted, a painting, or the recipe of one."""

LARGEST_SEED = 2**32 - 1


def taste(
    model: str | Path | Model,
    liked: Sequence[Picture] = (),
    disliked: Sequence[Picture] = (),
    *,
    file: Path | None = None,
) -> Taste:
    """Learn what somebody likes from marked pictures, together with those that were marked before.

    liked, disliked  pictures of this model: seeds, PNGs or paintings
    file             where marks are kept; without, NAME.taste.json beside the model
    `accuracy` of what is returned says how far it can be trusted (0.5 is chance, 1 is perfect). Raises UsageError as long as
    there is but one kind of marks (they are kept all the same).
    """
    from pinxit.generation.model import open_model
    from pinxit.generation.taste import learn_taste

    painter = open_model(model)
    for pictures, which in ((liked, True), (disliked, False)):
        if pictures:
            mark(painter, pictures, which, file=file)
    return learn_taste(painter, marks(painter, file=file))


def marks(model: str | Path | Model, *, file: Path | None = None) -> list[Mark]:
    """The pictures of a model that somebody marked, in the order of marking."""
    from pinxit.generation.marks import marks_file, read_marks
    from pinxit.generation.model import open_model

    painter = open_model(model)
    return read_marks(file or marks_file(painter), painter)


def mark(
    model: str | Path | Model, pictures: Sequence[Picture], liked: bool | None, *, file: Path | None = None
) -> list[Mark]:
    """Mark pictures as liked or not, or take their marks back (None). Returns all marks."""
    from pinxit.generation.marks import Mark, marks_file, read_marks, with_marks, without_marks, write_marks
    from pinxit.generation.model import open_model
    from pinxit.generation.parents import parents_of

    painter = open_model(model)
    place = file or marks_file(painter)
    points, memories = parents_of(painter, pictures)
    found = without_marks(read_marks(place, painter), points, painter)
    if liked is not None:
        found = with_marks(found, [Mark(points[at], liked, told) for at, told in enumerate(memories)], painter)
    write_marks(place, painter, found)
    return found


def rank(
    model: str | Path | Model, pictures: Sequence[Picture], *, file: Path | None = None
) -> list[tuple[Any, float]]:
    """Pictures of a model with their scores by the taste that was marked, the most liked first; above 0 is liked."""
    from pinxit.generation.model import open_model
    from pinxit.generation.parents import parents_of
    from pinxit.generation.taste import features_of

    painter = open_model(model)
    found = taste(painter, file=file)
    points, _ = parents_of(painter, pictures)
    scores = found.scores(features_of(painter, points))
    return sorted(zip(pictures, scores.tolist(), strict=True), key=lambda pair: -pair[1])


def more_like_these(
    model: str | Path | Model,
    count: int = 16,
    *,
    candidates: int = 500,
    start: int = 1000,
    file: Path | None = None,
    labels: Mapping[str, str] | None = None,
    text: str | None = None,
) -> list[Painting]:
    """The `count` pictures that should be liked most among those of `candidates` seeds from `start` on, the best first.

    They are pictures of plain seeds: `make` repeats them, and they can be marked in turn.
    """
    from pinxit.generation.model import open_model

    painter = open_model(model)
    best = best_seeds(painter, count, candidates=candidates, start=start, file=file, labels=labels, text=text)
    return painter.make(best, labels=labels, text=text)


def best_seeds(
    model: str | Path | Model,
    count: int = 16,
    *,
    candidates: int = 500,
    start: int = 1000,
    file: Path | None = None,
    labels: Mapping[str, str] | None = None,
    text: str | None = None,
) -> list[int]:
    """The seeds of `more_like_these`, without painting them."""
    import numpy as np

    from pinxit.generation.model import open_model

    seeds = candidate_seeds(count, candidates, start)
    _, scores, _ = scored(open_model(model), seeds, file, labels, text)
    return [seeds[place] for place in np.argsort(-scores)[:count]]


def taste_direction(
    model: str | Path | Model,
    name: str = "taste",
    *,
    candidates: int = 500,
    start: int = 1000,
    file: Path | None = None,
    directions_file: Path | None = None,
) -> Direction:
    """The direction in which pictures are liked more, kept as `name` among the model's directions: go along it with `move`."""
    from pinxit.generation.model import open_model
    from pinxit.generation.taste import direction_of
    from pinxit.steering import keep

    painter = open_model(model)
    seeds = candidate_seeds(1, candidates, start)
    points, scores, accuracy = scored(painter, seeds, file, None, None)
    told = {} if accuracy is None else {"accuracy": round(accuracy, 3)}
    found = direction_of(painter, points, scores, {"pictures": len(seeds), **told})
    keep(painter, {name: found}, directions_file)
    return found


def marks_file(model: str | Path | Model) -> Path:
    """Where the marks of a model's pictures are kept: beside it, or for a shipped model in the folder one works in."""
    from pinxit.generation.marks import marks_file as find
    from pinxit.generation.model import open_model

    return find(open_model(model))


def candidate_seeds(count: int, candidates: int, start: int) -> list[int]:
    """The seeds to choose from. Raises UsageError."""
    if not 20 <= candidates <= 100_000:
        raise UsageError(f"Choose from 20 to 100,000 pictures; {candidates} came.")
    if not 1 <= count <= candidates:
        raise UsageError(f"1 to {candidates} pictures can be chosen from {candidates}; {count} came.")
    if not 0 <= start <= LARGEST_SEED - candidates:
        raise UsageError(f"Seeds go from 0 to {LARGEST_SEED}; {start} came to begin with.")
    return list(range(start, start + candidates))


def scored(
    model: Model, seeds: Sequence[int], file: Path | None, labels: Mapping[str, str] | None, text: str | None
) -> tuple[Any, np.ndarray, float | None]:
    """The points of seeds, their scores (N,) by the taste that was marked, and how far it can be trusted."""
    from pinxit.generation.taste import look_at_seeds

    found = taste(model, file=file)
    points, features = look_at_seeds(model, seeds, labels, text)
    return points, found.scores(features), found.accuracy
