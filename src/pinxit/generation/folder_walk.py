"""One walk through a folder, zip or list: every picture is made into another, and what is there already stays as it is."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, TypeVar

from PIL import Image

from pinxit.data.catalog import to_work_through
from pinxit.data.picture_folder import Picture, decode
from pinxit.errors import PictureError
from pinxit.generation.sampling import read_recipe
from pinxit.images.writing import cannot_write


class Made(Protocol):
    """What comes of a picture. A recipe whose "ended" is not "done" was broken off."""

    @property
    def recipe(self) -> dict[str, Any]: ...
    def save(self, path: Path | str) -> Path: ...


M = TypeVar("M", bound=Made)


@dataclass(frozen=True)
class Found:
    """A picture on the way: its file as it is; decoded when somebody asks. Raises PictureError for what is none."""

    raw: bytes
    picture: Picture

    @property
    def name(self) -> str:
        """What it is called inside its folder."""
        return self.picture.name

    @cached_property
    def sha256(self) -> str:
        """Of its file."""
        return sha256(self.raw).hexdigest()

    @cached_property
    def image(self) -> Image.Image:
        """Plain: L, RGB or RGBA."""
        return decode(self.raw, self.picture)


def walk(
    pictures: str | Path,
    out: Path,
    ending: str,
    recipe_of: Callable[[Found], dict[str, Any]],
    make: Callable[[Found], M],
    describe: Callable[[M], str],
    say: Callable[[str], None],
) -> list[Path]:
    """Make every picture into NAME-`ending`.png in `out`, unless a file with the same recipe is there. Returns the files.

    recipe_of  what the file will carry, as far as it is known before
    describe   said behind the path of each new file
    Pictures that raise PictureError are told and left out. One that was broken off is kept, and ends the walk with
    KeyboardInterrupt.
    """
    sources = to_work_through(pictures, out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(out, error) from None
    done = []
    for picture, plain in sources:
        path = out / f"{plain}-{ending}.png"
        try:
            found = Found(picture.raw(), picture)
            made = None if is_there(path, recipe_of(found)) else make(found)
        except PictureError as error:
            say(f"Left out: {picture.name}: {str(error).rstrip('.')}.")
            continue
        if made is None:
            say(f"There already: {path}")
        else:
            made.save(path)
            if made.recipe.get("ended", "done") != "done":
                say(f"Broken off; the best so far: {path}. The same command goes on from there.")
                raise KeyboardInterrupt
            say(f"{path}  {describe(made)}".rstrip())
        done.append(path)
    return done


def is_there(path: Path, recipe: dict[str, Any]) -> bool:
    """Whether a file is this picture, whole: it says at least what `recipe` says."""
    try:
        there = read_recipe(path) if path.exists() else {}
    except PictureError:
        return False
    ended = there.get("ended", "done") == "done"
    return bool(there) and ended and all(there.get(name) == value for name, value in recipe.items())
