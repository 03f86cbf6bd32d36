"""Look at a set of pictures in a limited process of its own: the doctor's findings and a thumbnail of each.

    python -m pinxit.studio.looking SOURCE FOLDER

Writes FOLDER/items.json and FOLDER/thumbs/000000.webp …; FOLDER/progress says how far it is. Strangers' files are decoded
within these limits and nowhere else in the studio.
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from pinxit import api
from pinxit.errors import DataError, PictureError, PinxitError
from pinxit.studio.tied import end_with_starter, leash

SIDE = 160
MEMORY = 6 * 2**30
SECONDS = 3600
SECONDS_OF_ONE = 60
"""For one picture or film that somebody waits for."""
DAMAGED = "it is damaged or too large"


def limit() -> None:
    """Little memory, little time, low priority, where the system knows such limits."""
    if os.name == "nt":
        return
    import resource

    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        _, hardest = resource.getrlimit(what)
        resource.setrlimit(what, (most if hardest == resource.RLIM_INFINITY else min(most, hardest), hardest))
    os.nice(5)


def in_limits(work: Callable[[], None], too_much: str) -> int:
    """Do a process's work within its limits; 0, or 1 with one paragraph on standard error: `too_much` when memory is over."""
    end_with_starter()
    limit()
    try:
        work()
    except PinxitError as error:
        print(error, file=sys.stderr)
        return 1
    except MemoryError:
        print(too_much, file=sys.stderr)
        return 1
    return 0


def read_apart(folder: Path, content: bytes, module: str, *more: str) -> str:
    """What `python -m pinxit.studio.MODULE FILE *more` writes to standard output: a process of its own, which may break.

    content  a stranger's bytes, which lie as FILE in `folder` for so long
    Raises PictureError with the reason, DataError where there is no room, subprocess.TimeoutExpired after a minute.
    """
    folder.mkdir(exist_ok=True)
    file = folder / f"{secrets.token_hex(6)}.raw"
    try:
        file.write_bytes(content)
        command = [sys.executable, "-m", f"pinxit.studio.{module}", str(file), *more]
        with leash() as held:
            done = subprocess.run(command, stdin=held, capture_output=True, timeout=SECONDS_OF_ONE, check=False)
    except OSError as error:
        raise DataError(f"The picture could not be stored ({error.strerror}). Make room and try again.") from None
    finally:
        file.unlink(missing_ok=True)
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip()
        told = done.returncode == 1 and words and "Traceback" not in words
        raise PictureError(words[-300:] if told else DAMAGED)
    return done.stdout.decode()


def look(source: Path, folder: Path) -> None:
    """The findings and the thumbnails. Raises PinxitError when there is no picture at all."""
    thumbs = folder / "thumbs"
    thumbs.mkdir(parents=True, exist_ok=True)

    def tell(done: int, of: int) -> None:
        api.write_text(folder / "progress", json.dumps({"done": done, "of": of}))

    report = api.check_data(source, progress=tell)
    items: list[dict[str, Any]] = []
    for place, (picture, verdict) in enumerate(zip(report.source.pictures, report.verdicts, strict=True)):
        items.append(
            {
                "name": verdict.name, "size": verdict.size, "labels": picture.labels, "caption": picture.caption,
                "dropped": verdict.dropped, "notes": verdict.notes, "twin": verdict.twin,
                "thumb": thumbnail(picture, thumbs / f"{place:06d}.webp"),
            }
        )  # fmt: skip
        if place % 25 == 0:
            tell(place, len(report.verdicts))
    told = {
        "items": items, "columns": report.source.columns, "classes": report.class_counts, "usable": report.usable,
        "passed_over": report.source.skipped[:1000],
        "about_the_set": [
            {"finding": finding, "count": count, "detail": detail} for finding, count, detail in report.set_notes
        ],
    }  # fmt: skip
    api.write_text(folder / "items.json", json.dumps(told, ensure_ascii=False))


def thumbnail(picture: Any, place: Path) -> bool:
    """A small picture made anew from pixels, so that nothing of the file itself is ever served."""
    try:
        image: Image.Image = picture.load((SIDE, SIDE))
    except PictureError:
        return False
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    image.save(place, format="WEBP", quality=82, method=2)
    return True


if __name__ == "__main__":
    sys.exit(
        in_limits(
            lambda: look(Path(sys.argv[1]), Path(sys.argv[2])),
            "Looking at these pictures needs more memory than the studio gives to it.",
        )
    )
