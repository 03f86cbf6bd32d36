"""The card's pictures: samples, walks between them, a row for each label, and the closest training pictures."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from pinxit.data.labels import NUMBER_STEPS
from pinxit.generation.measuring import PAIRS, Measured
from pinxit.generation.model import Model, to_image
from pinxit.generation.sampling import recipe_xmp, starting_points
from pinxit.generation.walks import slerp
from pinxit.images.files import save_png
from pinxit.images.sheets import CAPTION_LINES, contact_sheet, shrunk
from pinxit.report.blocks import Sheet
from pinxit.report.escaping import plain

COLUMNS = 8
SAMPLES, WALKS = 64, 6
LARGEST_SHOWN = 160
"""Pixels: larger pictures are shown smaller on sheets, so that a card stays a few megabytes."""
WIDEST_SHOWN = 1040
MOST_COLUMNS, MOST_ROWS, ROWS_OF_NUMBERS = 8, 24, 8
NARROWEST_CAPTION = 64


def paint_sheets(model: Model, measured: Measured | None, folder: Path) -> Iterator[Sheet]:
    """Paint and write each sheet into `folder`; `measured` gives the closest pairs, None leaves these out."""
    yield samples(model, folder)
    if model.latents:
        yield walks(model, folder)
    for place, column in enumerate(list(model.canvas.classes)[:MOST_COLUMNS], start=1):
        yield label_rows(model, column, f"labels-{place}.png", folder)
    if measured is not None:
        yield pairs(measured, folder)


def samples(model: Model, folder: Path) -> Sheet:
    """Seeds 0 to 63, as they come."""
    paintings = model.make(range(SAMPLES))
    captions = [plain(painting.recipe["text"], 200) for painting in paintings] if model.canvas.vocabulary else None
    model.save_sheet(
        paintings, folder / "samples.png", sheet_of([painting.image for painting in paintings], captions, CAPTION_LINES)
    )
    below = f"Seeds 0 to {SAMPLES - 1}, row by row, as they come: none was picked out. The file carries its recipe."
    return Sheet("samples.png", f"{SAMPLES} pictures that the model painted, in rows of {COLUMNS}", below)


def walks(model: Model, folder: Path) -> Sheet:
    """A row leads from one seed's latents to another's; labels stay those of the first."""
    latents, classes = starting_points(range(2 * WALKS), model.canvas, {}, model.latents, 1.0)
    shares = np.linspace(0, 1, COLUMNS)
    rows = [
        model.compute(slerp(latents[row], latents[row + 1], shares), np.repeat(classes[row : row + 1], COLUMNS, axis=0))
        for row in range(0, 2 * WALKS, 2)
    ]
    sheet = sheet_of([to_image(picture) for row in rows for picture in row])
    said = f"walks between seeds of model {model.sha256}; made by a generative model"
    save_png(sheet, folder / "walks.png", {"Comment": said}, recipe_xmp())
    below = (
        "Each row walks from one seed (left) to another (right): 0 to 1, 2 to 3, and so on. Pictures that change bit by bit "
        "are a sign that the model learned what lies between; jumps are a sign that it did not."
    )
    return Sheet("walks.png", f"{WALKS} rows of pictures that turn step by step from one seed's into another's", below)


def label_rows(model: Model, column: str, file: str, folder: Path) -> Sheet:
    """A row for each class of a label column, the same seeds in every row."""
    names = model.canvas.classes[column][:MOST_ROWS]
    number = column in model.canvas.ranges
    if number:
        names = tuple(model.canvas.label_text(column, place) for place in np.linspace(0, NUMBER_STEPS, ROWS_OF_NUMBERS))
    paintings = [painting for name in names for painting in model.make(range(COLUMNS), labels={column: name})]
    wide = model.canvas.width >= NARROWEST_CAPTION
    captions = [plain(name, 40) if place == 0 else "" for name in names for place in range(COLUMNS)] if wide else None
    model.save_sheet(paintings, folder / file, sheet_of([painting.image for painting in paintings], captions))
    more = f" The first {MOST_ROWS} of {len(model.canvas.classes[column])} classes." if len(names) == MOST_ROWS else ""
    told = ", ".join(plain(name, 80) for name in names)
    return Sheet(
        file,
        f"A row of pictures for {'some values' if number else 'each class'} of the label “{plain(column, 80)}”",
        f"Label “{plain(column, 80)}”, a row each: {told}. The same seeds in every row; other labels are drawn.{more}",
    )


def pairs(measured: Measured, folder: Path) -> Sheet:
    """The painted pictures most like a training picture, beside it."""
    measured.save_pairs(folder / "pairs.png", LARGEST_SHOWN)
    below = (
        f"The {len(measured.closest)} closest of {measured.score.painted:,}: on the left what the model painted, on the right "
        "the training picture nearest to it. This sheet shows training pictures: leave it out where these are not yours to "
        "show (pinxit card … --no-pairs)."
    )
    return Sheet("pairs.png", PAIRS, below, about="pairs")


def sheet_of(pictures: Sequence[Image.Image], captions: Sequence[str] | None = None, lines: int = 1) -> Image.Image:
    """Rows of eight, large pictures made smaller."""
    small = [shrunk(picture, LARGEST_SHOWN, LARGEST_SHOWN) for picture in pictures]
    return contact_sheet(small, columns=COLUMNS, captions=captions, lines=lines)


def width_shown(sheet: Image.Image) -> int:
    """How wide a page shows a sheet: twice its pixels while that fits, so that small pictures can be seen."""
    return min(WIDEST_SHOWN, 2 * sheet.width)
