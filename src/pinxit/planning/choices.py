"""What a plan chooses from, and the arithmetic of choosing. Pure: speeds come from elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from pinxit.data.pack import held_back_count
from pinxit.data.picture_folder import Picture, PictureSource
from pinxit.errors import PictureError, UsageError
from pinxit.families.contract import Family
from pinxit.images.files import read_header
from pinxit.settings import LARGEST_SIDE, TrainingSettings, resolve

ROWS = ("quick", "studio")
"""Presets a plan may choose by itself, from modest to ambitious; all others repeat somebody's paper or tutorial."""
HALVES = (2, 3, 4, 6, 8, 12, 16)
"""Sizes tried, in halves of the first preset's: 64, 96, 128, 192, 256, 384, 512."""
LARGEST_ON_CPU = 256
"""And only the first preset: a processor is slow enough at larger networks, and its memory is everybody's."""
LOOKED_AT = 64
MOST_HAVE = 0.25
"""A size is in the pictures when no more than this share of them is smaller."""
SILENCE = 900.0
"""Seconds that nobody should have to wait for the next preview, however long the run."""
HOUSEKEEPING = 0.04
"""Assumed share of the time for checkpoints, checkups and previews; while training it is measured with the rest."""


@dataclass(frozen=True)
class Facts:
    """What a plan has to know of the pictures.

    count  how many there are to train on
    side   pixels that the shorter side of most of them has at least; None where drawings have any size
    """

    count: int
    side: int | None


@dataclass(frozen=True)
class Candidate:
    """A row of the preset table (None: the defaults) at a size, with everything a person has set."""

    preset: str | None
    settings: TrainingSettings

    @property
    def area(self) -> int:
        """Pixels of a picture."""
        return self.settings.size[0] * self.settings.size[1]


def look_at(source: PictureSource) -> Facts:
    """Count the pictures and read the headers of a few."""
    sides = []
    for picture in spread(source.pictures, LOOKED_AT):
        try:
            size = read_header(picture.raw()).size
        except PictureError:
            continue
        if size is not None:
            sides.append(min(size))
    side = sorted(sides)[int(MOST_HAVE * len(sides))] if sides else None
    return Facts(len(source) - held_back_count(len(source)), side)


def spread(things: Sequence[Picture], count: int) -> Sequence[Picture]:
    """At most `count` of `things`, evenly spread over them."""
    return things if len(things) <= count else [things[place * len(things) // count] for place in range(count)]


def candidates(
    family: Family, preset: str | None, given: Mapping[str, Any], side: int | None, device: str
) -> list[Candidate]:
    """What could be trained, from modest to ambitious; only what a person left open differs."""

    def at(row: str | None, **size: Any) -> Candidate:
        return Candidate(row, resolve(family.settings, given, size, preset=family.preset(row), family=family.name))

    if preset is not None:
        return [at(preset)]
    rows = [at(row) for row in ROWS if row in family.presets] or [at(None)]
    if device == "cpu":
        rows, side = rows[:1], min(side or LARGEST_ON_CPU, LARGEST_ON_CPU)
    if "size" in given or family.paints_from == "picture":  # such a family paints pictures of any size afterwards
        usual = [Candidate(row.preset, family.preset(row.preset) or row.settings).area for row in rows]
        return [row for row, area in zip(rows, usual, strict=True) if row is rows[0] or area <= row.area]
    found = []
    for width, height in sizes(family, rows[0].settings.size, side):
        fitting = [row for row in rows if row.area <= width * height] or rows[:1]
        found.append(at(fitting[-1].preset, size=(width, height)))
    return found


def sizes(family: Family, usual: tuple[int, int], side: int | None) -> list[tuple[int, int]]:
    """(width, height) from `usual` upwards, none larger than the pictures; where these are smaller, the largest they have."""
    largest = min(LARGEST_SIDE, side or LARGEST_SIDE)
    steps = [(usual[0] * half // 2, usual[1] * half // 2) for half in HALVES]
    found = [size for size in steps if min(size) <= largest and max(size) <= LARGEST_SIDE and fits(family, size)]
    if found:
        return found
    shrunk = [(usual[0] * short // min(usual), usual[1] * short // min(usual)) for short in range(largest, 7, -1)]
    return [size for size in shrunk if fits(family, size)][:1] or [usual]


def fits(family: Family, size: tuple[int, int]) -> bool:
    """Whether the family's networks can have this size."""
    try:
        family.fits(*size)
    except UsageError:
        return False
    return True


def pictures_for(family: Family, candidate: Candidate) -> int:
    """Pictures to see until they look crisp. Assumed to grow with the side, from what was measured at the quick size."""
    usual = (family.presets.get(ROWS[0]) or family.settings()).size
    return round(family.crisp * sqrt(candidate.area / (usual[0] * usual[1])))


def pictures_in(seconds: float, speed: float) -> int:
    """Pictures seen in a time, after what checkpoints and checkups are assumed to take."""
    return int(speed * max(seconds, 0.0) * (1 - HOUSEKEEPING))


def speed_of(place: int, rows: Sequence[Candidate], measured: Mapping[int, float]) -> float:
    """Pictures a second: as measured, or else from the measured candidate nearest in size, by the number of pixels."""
    if place in measured:
        return measured[place]
    nearest = min(measured, key=lambda known: abs(rows[known].area - rows[place].area))
    return measured[nearest] * rows[nearest].area / rows[place].area


def best(
    family: Family, rows: Sequence[Candidate], measured: Mapping[int, float], seconds: float, *, known_only: bool
) -> int:
    """The most ambitious candidate that gets crisp in `seconds`; the first when none does."""
    for place in range(len(rows) - 1, 0, -1):
        if known_only and place not in measured:
            continue
        if pictures_in(seconds, speed_of(place, rows, measured)) >= pictures_for(family, rows[place]):
            return place
    return 0


def rhythm(settings: TrainingSettings, seen: int, speed: float, given: Mapping[str, Any]) -> dict[str, int]:
    """Reports, previews and checkpoints that suit a run of `seen` pictures: neither silence nor thousands of sheets."""
    fewest = round_down(min(seen / 200, SILENCE * speed))
    wanted = {
        "report_every": (round_down(fewest / 10), round_down(seen / 100)),
        "preview_every": (fewest, round_down(seen / 10)),
        "checkpoint_every": (fewest, max(fewest, settings.checkpoint_every)),
    }
    chosen = {
        name: max(fewest, min(getattr(settings, name), most), settings.batch) for name, (fewest, most) in wanted.items()
    }
    return {name: value for name, value in chosen.items() if name not in given}


def round_down(value: float) -> int:
    """To 1, 2 or 5 times a power of ten, which is easy to read: 3,700 -> 2,000. At least 1."""
    power = 1
    while power * 10 <= value:
        power *= 10
    return next((power * factor for factor in (5, 2, 1) if power * factor <= value), 1)
