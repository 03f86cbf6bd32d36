"""A short moving picture (GIF, APNG, WebP) -> a stream of pictures, each with its time as a label."""

import hashlib
import io
from pathlib import Path

from PIL import Image

from pinxit.data.picture_folder import Picture, PictureSource
from pinxit.errors import DataError, PictureError
from pinxit.images.files import read_frames

CLIP_SUFFIXES = frozenset((".gif", ".png", ".apng", ".webp"))
TIME_COLUMN = "time"
MOST_FRAMES, MOST_PIXELS = 1000, 300_000_000


def read_clip(path: Path) -> PictureSource | None:
    """The frames of a moving picture, with a label `time` from 0 (first) to 1 (last). None for any other file.

    Raises DataError for a clip that is broken, or too long to hold in memory.
    """
    content = path.read_bytes()
    try:
        frames = [as_png(frame) for frame in read_frames(content, most=MOST_FRAMES, max_pixels=MOST_PIXELS)]
    except PictureError as error:
        raise DataError(f"{path} cannot be read as a clip: {error}.") from None
    if not frames:
        return None
    stamp = hashlib.blake2b(content, digest_size=16).hexdigest()
    pictures = [
        Picture(
            name=f"{path.name}#{place + 1}",
            read=lambda frame=frame: frame,
            labels={TIME_COLUMN: f"{place / (len(frames) - 1):.6f}"},
            stamp=f"{stamp}-{place}",
        )
        for place, frame in enumerate(frames)
    ]
    return PictureSource(name=path.name, pictures=pictures, path=path)


def as_png(frame: Image.Image) -> bytes:
    """One frame as the bytes of a PNG."""
    written = io.BytesIO()
    frame.save(written, "PNG", compress_level=1)
    return written.getvalue()
