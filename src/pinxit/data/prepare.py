"""A folder of scans -> a folder of drawings to train on, with a sheet of before and after. Originals are never touched."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from pinxit.data.catalog import resolve
from pinxit.data.picture_folder import Picture
from pinxit.errors import DataError, PictureError, counted
from pinxit.images import scans
from pinxit.images.files import save_png
from pinxit.images.sheets import contact_sheet, shrunk
from pinxit.images.writing import write_atomically

SHOWN, MOST_PAGES, MOST_DRAWINGS = 160, 12, 3
"""Pixels of a thumbnail; pages on the sheet, and drawings beside each."""
SHEET = "before-and-after.png"
NOTES = "metadata.jsonl"


@dataclass(frozen=True)
class Page:
    """One page, and what came of it: for those who look on.

    number    from 1 `of` all
    picture   as it came; None where it cannot be read
    drawings  file name -> drawing; none where there is a `reason`
    turned    degrees by which it was turned straight
    """

    number: int
    of: int
    name: str
    picture: Image.Image | None = None
    drawings: dict[str, Image.Image] = field(default_factory=dict)
    turned: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Prepared:
    """What came of a folder.

    made      file name of each page -> names of the drawings made of it
    turned    file name -> degrees, of those that were turned straight
    left_out  (name, reason): unreadable, or nothing but paper
    folder    where the drawings are
    """

    made: dict[str, list[str]]
    turned: dict[str, float]
    left_out: list[tuple[str, str]]
    folder: Path

    @property
    def sheet(self) -> Path:
        """Pages and what was made of them, side by side. Beside the folder, so that nobody trains on it."""
        return self.folder.parent / f"{self.folder.name}-{SHEET}"

    def describe(self) -> str:
        """One sentence for people."""
        count = sum(map(len, self.made.values()))
        straight = f", {len(self.turned)} turned straight" if self.turned else ""
        made = f"{counted(count, 'drawing')} from {counted(len(self.made), 'page')}"
        return f"{made}{straight}, {len(self.left_out)} left out: {self.folder}"


def prepare_scans(
    pictures: str | Path, out: Path, *, each: Callable[[Page], None] = lambda _: None, **how: Any
) -> Prepared:
    """Prepare every page of a folder, zip or list into the new folder `out`, one PNG for each drawing.

    each  is told of every page, as soon as it is done
    how   as `pinxit.images.scans.prepare`
    Labels and captions of a page go to each of its drawings. Raises DataError where `out` holds something already, or
    nothing could be made.
    """
    if out.exists() and any(out.iterdir()):
        raise DataError(f"{out} is not empty. Name a new folder with --out, so that nothing is written over.")
    source = resolve(pictures)
    out.mkdir(parents=True, exist_ok=True)
    result = Prepared({}, {}, [], out)
    shown: list[Image.Image] = []
    notes: list[dict[str, str]] = []
    for number, picture in enumerate(source, start=1):
        page = prepare_page(number, len(source), picture, how)
        each(page)
        if page.picture is None or page.reason:
            result.left_out.append((page.name, page.reason))
            continue
        for name, drawing in page.drawings.items():
            save_png(drawing, out / name)
            notes.append({**picture.labels, "text": picture.caption or "", "file_name": name})
        result.made[page.name] = list(page.drawings)
        if page.turned:
            result.turned[page.name] = page.turned
        if len(result.made) <= MOST_PAGES:
            row = [shrunk(one, SHOWN, SHOWN) for one in (page.picture, *list(page.drawings.values())[:MOST_DRAWINGS])]
            shown += row + [Image.new("RGBA", (1, 1))] * (1 + MOST_DRAWINGS - len(row))
    if not result.made:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in result.left_out[:3])
        raise DataError(f"No drawing was found in {source.name} ({reasons}). Is there something darker than the paper?")
    if any(note["text"] or len(note) > 2 for note in notes):
        lines = "".join(json.dumps(note, ensure_ascii=False) + "\n" for note in notes)
        write_atomically(out / NOTES, lines.encode())
    save_png(contact_sheet(shown, columns=1 + MOST_DRAWINGS), result.sheet)
    return result


def prepare_page(number: int, of: int, picture: Picture, how: dict[str, Any]) -> Page:
    """Read one page and prepare it."""
    try:
        page = picture.load()
    except PictureError as error:
        return Page(number, of, picture.name, reason=str(error))
    found, turned = scans.prepare(page, **how)
    if not found:
        return Page(number, of, picture.name, page, reason="nothing but paper")
    names = [name_for(number, picture.name, place if len(found) > 1 else None) for place in range(1, len(found) + 1)]
    return Page(number, of, picture.name, page, dict(zip(names, found, strict=True)), turned)


def name_for(number: int, name: str, part: int | None) -> str:
    """A file name of our own: the page's number and the letters of its name that are safe everywhere."""
    safe = "".join(letter for letter in Path(name).stem if letter.isalnum() or letter in "-_")[:60] or "page"
    return f"{number:04d}-{safe}{'' if part is None else f'-{part}'}.png"
