"""Open a stranger's file: only an ordinary one, within limits, and whatever is wrong with it becomes a PictureError."""

import io
import os
import stat
import warnings
from contextlib import contextmanager
from pathlib import Path

from pinxit.errors import PictureError

MAX_PIXELS = 120_000_000  # a 102-megapixel camera passes; 20,000 x 20,000 does not
MAX_FILE_BYTES = 512 * 1024 * 1024

# Of damaged metadata and of sizes above its own, lower limit Pillow warns on the terminal, once per place in its code;
# here damage is a PictureError, or does no harm.
for _message in ("Corrupt EXIF data", "Truncated File Read", "Image size"):
    warnings.filterwarnings("ignore", message=_message, module=r"PIL\.")


@contextmanager
def reading(source: Path | bytes):
    """Open a path or bytes; every way in which a file can be bad leaves here as a PictureError."""
    name = "" if isinstance(source, bytes) else Path(source).name
    try:
        with io.BytesIO(source) if isinstance(source, bytes) else open_regular_file(Path(source)) as stream:
            yield stream, name
    except PictureError:
        raise
    except FileNotFoundError:
        raise PictureError("there is no such file") from None
    except PermissionError:
        raise PictureError("the file may not be read (permission denied)") from None
    except MemoryError:
        raise PictureError("decoding it needs more memory than there is") from None
    except Exception as problem:  # decoders fail in dozens of ways on damaged files: each is one bad picture, no more
        raise PictureError(f"damaged or cut short ({_one_line(problem)})") from problem


def open_regular_file(path: Path):
    """Open for reading, but only an ordinary file of bounded size: a pipe or a device could block or never end."""
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):
        raise PictureError("not an ordinary file")
    if status.st_size > MAX_FILE_BYTES:
        raise PictureError(f"the file has {status.st_size:,} bytes, more than the limit of {MAX_FILE_BYTES:,}")
    return open(path, "rb")


def check_size(size: tuple[int, int], max_pixels: int = MAX_PIXELS) -> None:
    """Raise PictureError if a picture of `size` (width, height) is empty or has too many pixels."""
    width, height = size
    if width < 1 or height < 1:
        raise PictureError(f"it has no pixels ({width} x {height})")
    if width * height > max_pixels:
        raise PictureError(f"{width:,} x {height:,} pixels, more than the limit of {max_pixels:,} in all")


def _one_line(problem: Exception) -> str:
    text = " ".join(str(problem).split()) or type(problem).__name__
    return text if len(text) <= 160 else text[:157] + "..."
