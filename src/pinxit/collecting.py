"""What `import pinxit` hands out for one's own pictures: check, prepare, pack, find, sort. Part of the api, as lazy as it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinxit.errors import UsageError

if TYPE_CHECKING:
    from PIL.Image import Image

    from pinxit.data.check import CheckReport
    from pinxit.data.packed import Packed
    from pinxit.data.prepare import Prepared
    from pinxit.generation.lookalikes import LookAlikes
    from pinxit.generation.model import Model
    from pinxit.generation.sorting import Sorted


def check_data(path: str | Path, **how: Any) -> CheckReport:
    """Look at pictures like a doctor: what is corrupt, twice there, tiny or odd. Nothing is changed.

    `how`: the `size` ("64", "96x64") and `fit` that packing would use.
    """
    from pinxit.data.catalog import resolve
    from pinxit.data.check import check

    return check(resolve(path), **with_size(how))


def unfit(picture_size: Sequence[int], size: str | None, fit: str) -> tuple[str, str] | None:
    """Why the shape of a picture (width, height) keeps it out of a set, as `check_data` says it; None if it serves."""
    from pinxit.data.check import unfit as find
    from pinxit.settings import parse_size

    wanted = parse_size(size) if size else None
    return find((picture_size[0], picture_size[1]), wanted, fit)  # pyright: ignore[reportArgumentType]


def prepare_data(path: str | Path, out: str | Path, **how: Any) -> Prepared:
    """Make drawings to train on from scans or photographs of paper: turned straight, split, trimmed, without the paper.

    `how`: `straighten`, `split`, `trim` (True), `paper` ("white", "alpha", "keep"), `margin` (0.03): see
    `pinxit.images.scans.prepare`; `each`: is told of every page. Labels and captions go along. Originals are never
    changed. Raises DataError where `out` is not empty.
    """
    from pinxit.data.prepare import prepare_scans

    return prepare_scans(path, Path(out), **how)


def pack_data(path: str | Path, out: Path | None = None, **how: Any) -> Packed:
    """Crop, resize and pack pictures; `train` does this by itself."""
    from pinxit.data.catalog import resolve
    from pinxit.data.pack import pack

    return pack(resolve(path), out, **with_size(how))


def with_size(how: dict[str, Any]) -> dict[str, Any]:
    """`how` with its size, if there is one, as (width, height). Raises UsageError."""
    from pinxit.settings import parse_size

    try:
        return {**how, "size": parse_size(how["size"])} if "size" in how else how
    except ValueError as error:
        raise UsageError(f"{error}; '{how['size']}' came.") from None


def find(picture: str | Path | Image, pictures: str | Path, count: int = 12, *, device: str = "cpu") -> LookAlikes:
    """The pictures of a folder, zip, list or built-in set that look most like one picture, the likest first.

    Compared by EfficientNet-Lite0's features of the whole picture (cosine), over white. `LookAlikes.found` names them,
    `save_sheet` shows them. Features are kept, so that a second question is answered at once.
    """
    from pinxit.generation.lookalikes import look_alikes

    return look_alikes(Path(picture) if isinstance(picture, str) else picture, pictures, count, device)


def sort(
    pictures: str | Path,
    labels: str | Path | None = None,
    *,
    column: str | None = None,
    model: str | Path | Model | None = None,
    device: str = "cpu",
) -> Sorted:
    """Sort pictures by your own labels: a small reader learns from those that have one, and reads all others.

    labels  a CSV or JSONL file with file_name and a column of labels, for some of the pictures; without, those that the
            pictures have (sub-folders, metadata.csv)
    column  which label column, where there are several
    model   a model whose trained critic is asked what it sees, beside EfficientNet-Lite0 and the pixels themselves; what
            reads held-back pictures best is used
    `Sorted.lines()` tells the accuracies, `save(folder)` writes labels.csv, a sheet of each class and one of the unsure.
    Raises PinxitError for what a person can fix.
    """
    from pinxit.generation.sorting import sort as sort_by

    return sort_by(pictures, Path(labels) if labels is not None else None, column, model, device)
