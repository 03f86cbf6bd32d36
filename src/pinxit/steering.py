"""What `import pinxit` hands out for directions: find, learn, keep, show and follow them. Part of the api, as lazy as it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinxit.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from pinxit.generation.directions import Direction
    from pinxit.generation.model import Model, Painting
    from pinxit.training.task import Watch

HOWS = ("pca", "weights")


def directions_file(model: str | Path | Model) -> Path:
    """Where a model's directions are kept: beside it, or for a shipped model in the folder one works in."""
    from pinxit.generation.directions import file_of
    from pinxit.generation.model import open_model

    return file_of(open_model(model))


def directions(model: str | Path | Model, file: Path | None = None) -> dict[str, Direction]:
    """The named directions of a model, from `file` or from beside it."""
    from pinxit.generation.directions import read_directions
    from pinxit.generation.model import open_model

    painter = open_model(model)
    return read_directions(file or directions_file(painter), painter)


def find_directions(
    model: str | Path | Model, how: str = "pca", count: int = 8, *, file: Path | None = None
) -> dict[str, Direction]:
    """Find directions without being told what they show, name them pca-1, pca-2 … (or weights-1 …), and keep them.

    how  "pca": along which pictures differ most; "weights": to which the network answers most
    """
    from pinxit.generation.discovery import by_features, by_weights
    from pinxit.generation.model import open_model

    if how not in HOWS:
        raise UsageError(f"There is no way '{how}' to find directions.{did_you_mean(how, HOWS)}")
    if not 1 <= count <= 64:
        raise UsageError(f"1 to 64 directions can be found at once; {count} came.")
    painter = open_model(model)
    found = (by_features if how == "pca" else by_weights)(painter, count)
    return keep(painter, {f"{how}-{place}": one for place, one in enumerate(found, start=1)}, file)


def learn_direction(
    model: str | Path | Model,
    name: str,
    *,
    liked: Sequence[int | str | Path | Painting | Mapping[str, Any]] = (),
    disliked: Sequence[int | str | Path | Painting | Mapping[str, Any]] = (),
    pictures: str | Path | None = None,
    label: str | None = None,
    samples: int = 1000,
    apart: Sequence[str] = (),
    without: Sequence[str] = (),
    file: Path | None = None,
    watch: Watch | None = None,
) -> Direction:
    """Learn a direction from examples, call it `name`, and keep it.

    liked, disliked  pictures of this model that have it and that have it not: seeds, or PNGs. A handful of each will do
    pictures, label  instead: labelled pictures and what to look for, such as "peeps" and "glasses=yes". A reader learns from
                     them and marks `samples` painted pictures
    apart            label columns of these pictures that it shall leave as they are, such as ["beard", "hair"]
    without          names of directions that it must not go along
    `told` of what is returned holds the accuracy of the probe on pictures it did not learn from (0.5 is chance).
    """
    import numpy as np

    from pinxit.generation.directions import Direction, named, numbers_of, space_of
    from pinxit.generation.model import open_model
    from pinxit.generation.probes import from_marks, ways_of_classes

    painter = open_model(model)
    place = file or directions_file(painter)
    known = directions(painter, place)
    others = [named(known, other, place).vector for other in without]
    read: Mapping[str, Any] = {}
    told: dict[str, Any]
    if pictures is not None or label is not None:
        if liked or disliked or pictures is None or label is None:
            raise UsageError(
                "Name either pictures that have it and that have it not, or labelled pictures and a label."
            )
        points, marks, read, told = marks_by_label(painter, pictures, label, samples, apart, watch)
    else:
        if apart:
            raise UsageError(
                "Only labelled pictures say which labels to leave as they are. Name directions with without."
            )
        points, marks, told = marks_by_hand(painter, liked, disliked)
    numbers = numbers_of(painter, points)
    others += [way for column in apart for way in ways_of_classes(numbers, read[column])]
    vector, accuracy = from_marks(numbers, marks, others)
    size = float((numbers @ vector).std())
    found = Direction(
        vector, space_of(painter), max(size, 1e-3),
        {**told, "accuracy": round(accuracy, 3), "with": int(np.sum(marks)),
         "examples": len(marks), "apart from": [*apart, *without]},
    )  # fmt: skip
    keep(painter, {name: found}, place)
    return found


def marks_by_hand(model: Model, liked: Sequence[Any], disliked: Sequence[Any]) -> tuple[Any, Any, dict[str, Any]]:
    """Points that a person marked, which of them were liked, and how that is told."""
    import numpy as np

    from pinxit.generation.parents import parents_of

    if not liked or not disliked:
        raise UsageError("A direction needs pictures of both kinds: some that have it, and some that have not.")
    points, _ = parents_of(model, [*liked, *disliked])
    return points, np.arange(len(points)) < len(liked), {"how": "stars"}


def marks_by_label(
    model: Model, pictures: str | Path, label: str, samples: int, apart: Sequence[str], watch: Watch | None
) -> tuple[Any, Any, dict[str, Any], dict[str, Any]]:
    """Points of seeds, which of their pictures show the label, what else is read in them, and how that is told."""
    from pinxit.data.catalog import resolve
    from pinxit.generation.labelling import label_readers, read_labels
    from pinxit.generation.points import points_of

    column, equals, name = label.partition("=")
    if not equals:
        raise UsageError(f"'{label}' is not of the form column=class. Try for example --label glasses=yes")
    if not 20 <= samples <= 100_000:
        raise UsageError(f"A direction is learned from 20 to 100,000 painted pictures; {samples} came.")
    say = watch.say if watch is not None else lambda _: None
    if column in apart:
        raise UsageError(f"A direction of '{column}' cannot leave '{column}' as it is.")
    readers = label_readers(model, resolve(pictures), (column, *dict.fromkeys(apart)), say)
    wanted = readers[column].number(name)
    points = points_of(model, range(samples))
    say(f"Looking for {label} in {samples:,} painted pictures.")
    read = read_labels(model, points, readers)
    told = {"how": "labels", "label": label, "reader": round(readers[column].accuracy, 3)}
    return points, read[column] == wanted, read, told


def keep(model: Model, more: Mapping[str, Direction], file: Path | None) -> dict[str, Direction]:
    """Write directions beside those that are kept already; returns the new ones."""
    from pinxit.generation.directions import read_directions, write_directions

    place = file or directions_file(model)
    write_directions(place, model.sha256, {**read_directions(place, model), **more})
    return dict(more)


def rename_direction(model: str | Path | Model, old: str, new: str | None, *, file: Path | None = None) -> None:
    """Call a direction otherwise; None forgets it."""
    from pinxit.generation.directions import named, read_directions, write_directions
    from pinxit.generation.model import open_model

    painter = open_model(model)
    place = file or directions_file(painter)
    known = read_directions(place, painter)
    named(known, old, place)
    if new is not None and new in known:
        raise UsageError(f"There is a direction '{new}' already. Choose another name.")
    left = {new if name == old else name: one for name, one in known.items() if name != old or new is not None}
    write_directions(place, painter.sha256, {str(name): one for name, one in left.items()})


def move(
    model: str | Path | Model,
    pictures: Sequence[int | str | Path | Painting],
    along: Mapping[str, float],
    *,
    layers: str | None = None,
    file: Path | None = None,
    labels: Mapping[str, str] | None = None,
    text: str | Sequence[str] | None = None,
    truncation: float = 1.0,
    precision: str = "float32",
    device: str = "cpu",
) -> list[Painting]:
    """Pictures gone along named directions: {"glasses": 2.5} is two and a half times as far as pictures commonly lie apart.

    pictures  named as in `mix`; layers as in `mix` (family `stylegan`); strengths below 0 go the other way
    """
    from pinxit.generation.directions import moved, named, read_directions
    from pinxit.generation.mixing import layers_in
    from pinxit.generation.model import open_model
    from pinxit.generation.parents import parents_of
    from pinxit.generation.points import paint

    painter = open_model(model, device)
    place = file or directions_file(painter)
    known = read_directions(place, painter)
    points, memories = parents_of(painter, pictures, labels=labels, text=text, truncation=truncation)
    some = layers_in(painter, layers) if layers else []
    for name, strength in along.items():
        if not abs(strength) <= 100:
            raise UsageError(f"A strength goes from -100 to 100, and mostly from -4 to 4; {strength:g} came.")
        points = moved(painter, points, named(known, name, place), [strength] * len(points), layers=some)
    origin = {"how": "moved", "along": dict(along), **({"layers": layers} if layers else {})}
    return paint(painter, points, [{**origin, "parents": [memory]} for memory in memories], precision=precision)


def strip(
    model: str | Path | Model,
    names: Sequence[str],
    seeds: Sequence[int] = (0,),
    *,
    reach: float = 3.0,
    columns: int = 7,
    file: Path | None = None,
    device: str = "cpu",
) -> list[Painting]:
    """A row for each direction and seed, from `reach` against the direction to `reach` along it: `columns` paintings each."""
    if not 2 <= columns <= 64:
        raise UsageError(f"A strip has 2 to 64 pictures; {columns} came.")
    from pinxit.generation.model import open_model

    painter = open_model(model, device)
    strengths = [reach * (2 * place / (columns - 1) - 1) for place in range(columns)]
    return [
        move(painter, [seed], {name: strength}, file=file)[0]
        for name in names
        for seed in seeds
        for strength in strengths
    ]
