"""Stars and rejections of a model's pictures, kept in a small file beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinxit.errors import ModelFileError, PictureError, UsageError
from pinxit.generation.directions import file_of
from pinxit.generation.points import Points, packed, recipe_of, unpacked
from pinxit.images.writing import write_atomically

if TYPE_CHECKING:
    from pinxit.generation.model import Model

LARGEST_FILE = 100_000_000
MOST = 10_000


@dataclass(frozen=True)
class Mark:
    """One picture that somebody liked, or did not. `point` is a single one; `told`: what it is for people ({"seed": 7})."""

    point: Points
    liked: bool
    told: Mapping[str, Any]

    def recipe(self, model: Model) -> dict[str, Any]:
        """What paints the picture again: a seed's recipe where it is one, else the point's."""
        seed = {name: self.told[name] for name in ("seed", "labels", "text", "truncation") if name in self.told}
        found = recipe_of(model, self.point, {"parents": [dict(self.told)]})
        return {**found, **seed}


def marks_file(model: Model) -> Path:
    """NAME.taste.json beside the model; of one that comes with pinxit, in the folder one works in."""
    place = file_of(model)
    return place.with_name(place.name.replace(".directions.json", ".taste.json"))


def with_marks(known: Sequence[Mark], more: Sequence[Mark], model: Model) -> list[Mark]:
    """Marks with more of them; of two for the same picture the later holds. Raises UsageError for too many."""
    found = {json.dumps(packed(model, mark.point), sort_keys=True): mark for mark in [*known, *more]}
    if len(found) > MOST:
        raise UsageError(f"A taste is learned from at most {MOST:,} marks. Begin a new one with another --file.")
    return list(found.values())


def without_marks(known: Sequence[Mark], some: Points, model: Model) -> list[Mark]:
    """Marks but those of some points."""
    gone = {json.dumps(packed(model, some[place]), sort_keys=True) for place in range(len(some))}
    return [mark for mark in known if json.dumps(packed(model, mark.point), sort_keys=True) not in gone]


def write_marks(path: Path, model: Model, marks: Sequence[Mark]) -> None:
    """Write marks, whole or not at all."""
    told = [{"liked": mark.liked, "picture": dict(mark.told), **packed(model, mark.point)} for mark in marks]
    content = {"format": 1, "model": model.sha256, "marks": told}
    write_atomically(path, json.dumps(content, ensure_ascii=False, indent=1).encode())


def read_marks(path: Path, model: Model) -> list[Mark]:
    """The marks in a file; none where there is no file.

    Raises ModelFileError for a damaged file, UsageError for one that belongs to another model.
    """
    if not path.exists():
        return []
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError(f"more than {LARGEST_FILE:,} bytes")
        stored = json.loads(path.read_text(encoding="utf-8"))
        owner, rows = str(stored["model"]), list(stored["marks"])[:MOST]
        if owner != model.sha256:
            raise UsageError(
                f"The marks in {path} are of pictures of another model ({owner[:12]}…; {model.path.name} is "
                f"{model.sha256[:12]}…). Name another file with --file."
            )
        return [Mark(unpacked(model, row), bool(row["liked"]), dict(row["picture"])) for row in rows]
    except UsageError:
        raise
    except OSError as error:
        raise ModelFileError(f"The marks in {path} cannot be read: {error.strerror}.") from None
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, PictureError) as error:
        raise ModelFileError(f"The marks in {path} are damaged ({error}). Begin anew with another --file.") from None
