"""What the studio asks besides what all do: mixtures, kept pictures, runs to look at. Part of the api, as lazy as it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pinxit.generation.model import Model, Painting
    from pinxit.runs.run_folder import RunFolder


def paint_mixes(model: Model, mixes: Sequence[Sequence[tuple[Any, float]]], **how: Any) -> list[Painting]:
    """Paint mixtures, such as `[[(7, 0.75), (12, 0.25)]]`: of seeds, and of recipes of pictures that this model painted.

    how  labels, text, truncation as in `Model.make`; along: strengths along directions kept in the file `directions`
    """
    from pinxit.generation.wishes import paint_mixes as paint

    return paint(model, mixes, **how)


def recipes_of_mixes(model: Model, mixes: Sequence[Sequence[tuple[Any, float]]], **how: Any) -> list[dict[str, Any]]:
    """The recipes that `paint_mixes` would leave in its pictures, without painting."""
    from pinxit.generation.wishes import How, points_of_mixes

    return points_of_mixes(model, mixes, How(**{"labels": {}, **how}))[1]


def recipe_in(content: bytes) -> dict[str, Any]:
    """The recipe in the bytes of a picture or a film that pinxit saved. Raises PictureError."""
    from pinxit.generation.keeping import recipe_in as find

    return find(content)


def recipe_of(file: Path) -> dict[str, Any]:
    """The recipe in a picture or a film that pinxit saved, of any kind. Raises PictureError."""
    from pinxit.generation.sampling import read_recipe

    return read_recipe(file)


def picture_anew(source: Path, out: Path, longest: int) -> None:
    """Read a stranger's picture and write it as a PNG of at most `longest` pixels a side. Raises PictureError."""
    from PIL import Image

    from pinxit.images.files import open_picture, save_png

    picture = open_picture(source, name="the picture")
    if max(picture.size) > longest:
        small = picture.convert("RGBa") if picture.mode == "RGBA" else picture
        small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
        picture = small.convert(picture.mode)
    save_png(picture, out)


def find_runs(folder: Path = Path("runs")) -> list[RunFolder]:
    """The runs in a folder, newest first."""
    from pinxit.runs.watching import find_runs as find

    return find(folder)


def look_at_run(run: RunFolder) -> dict[str, Any]:
    """Where a run stands: family, size, pictures seen of how many, speed, seconds left, whether it trains just now."""
    from pinxit.runs.watching import standing_of

    return standing_of(run)


def last_change(run: RunFolder) -> float:
    """When anything in a run that a looker-on sees was last written, in seconds since 1970."""
    from pinxit.runs.watching import newest_change

    return newest_change(run)


def progress_of(run: RunFolder, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
    """A run's progress lines behind byte `offset`, and the offset to ask from next time."""
    from pinxit.runs.watching import lines_after

    return lines_after(run, offset)


def previews_of(run: RunFolder) -> list[int]:
    """The moments (pictures seen) of which a run kept a preview; `run.preview_file(moment)` is its file."""
    from pinxit.runs.watching import previews_of as find

    return find(run)


def shipped_model(name: str) -> Path:
    """The file of a model that comes with pinxit. Raises UsageError."""
    from pinxit.generation.finding import find_model

    return find_model(name)


def header_of(path: Path) -> dict[str, Any]:
    """What a model file says of itself, checked, without reading its weights. Raises ModelFileError."""
    from pinxit.runs.model_file import read_header

    return read_header(path)
