"""What `import pinxit` hands out for directing a trained model: walks, mixtures, directions. Part of the api, as lazy as it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinxit.errors import PictureError, UsageError

if TYPE_CHECKING:
    from pinxit.generation.model import Model


def loaded(model: str | Path | Model, device: str = "cpu") -> Model:
    """A model that may be loaded already."""
    from pinxit.api import load
    from pinxit.generation.model import Model

    return model if isinstance(model, Model) else load(model, device)


def walk(
    model: str | Path | Model,
    seeds: Sequence[int] | None = None,
    out: str | Path = "walk.webp",
    *,
    keyframes: Path | Mapping[str, Any] | None = None,
    seconds: float | None = None,
    fps: float | None = None,
    way: str | None = None,
    loop: bool | None = None,
    easing: str | None = None,
    labels: Mapping[str, str] | None = None,
    text: str | None = None,
    truncation: float = 1.0,
    background: str = "#ffffff",
    precision: str = "float32",
    batch: int = 16,
    device: str = "cpu",
) -> Path:
    """Walk from picture to picture, and save the way as a moving picture. Returns where it is.

    seeds      where to stop, in this order; or `keyframes`: a JSON file (or its content) that says more of each stop
    out        .gif, .apng, .webp or .mp4 (extra `video`), or a folder for numbered PNGs
    seconds    of the whole walk; default 6
    fps        pictures a second; default 25
    way        "spherical" (default), "linear" or "spline"; `loop` leads back to the first and closes without a jump
    easing     of every piece: "even" (default), "smooth", "in" or "out"
    background below MP4, which has no alpha
    Raises UsageError for what makes no walk, PictureError for pictures of another model among the keyframes.
    """
    from pinxit.generation.walking import count_frames, read_keyframes, walk_recipe, walk_through
    from pinxit.images.animation import check_animation

    if (seeds is None) == (keyframes is None):
        raise UsageError("A walk needs either seeds or keyframes, for example: pinxit walk MODEL --seeds 1,5,9 --loop")
    told = {"keys": [{"seed": seed} for seed in seeds]} if seeds is not None else keyframes
    told = dict(told) if isinstance(told, Mapping) else read_keyframes(Path(told))  # pyright: ignore[reportArgumentType]
    chosen = {"seconds": seconds, "fps": fps, "way": way, "loop": loop}
    told = {**told, **{name: value for name, value in chosen.items() if value is not None}}
    if easing is not None:
        told["keys"] = [{"easing": easing, **key} for key in told["keys"]]
    pace = told.get("fps", 25.0)
    if not isinstance(pace, int | float):
        raise UsageError(f"fps is a number of pictures a second; {pace!r} came.")
    check_animation(Path(out), pace)
    painter = loaded(model, device)
    found, names = walk_through(painter, told, {"labels": labels, "text": text, "truncation": truncation})
    count = count_frames(found, pace)
    recipe = walk_recipe(painter, found, names, pace, precision)
    return save_walk(painter, found, recipe, count, Path(out), background, batch)


def walk_again(
    picture: Path, out: Path, folders: Sequence[Path], *, background: str = "#ffffff", device: str = "cpu"
) -> Path:
    """Repeat a walk from the recipe that its file carries, with the model of that hash found in `folders`."""
    from pinxit.generation.finding import find_by_hash
    from pinxit.generation.sampling import read_recipe
    from pinxit.generation.walking import count_frames, walk_of

    recipe = read_recipe(picture)
    if "walk" not in recipe:
        raise UsageError(f"{picture} is a single picture. Repeat it with: pinxit make --again")
    painter = loaded(find_by_hash(recipe["model"], folders), device)
    found = walk_of(painter, recipe, str(picture))
    try:
        pace = float(recipe["fps"])
    except (KeyError, TypeError, ValueError):
        raise PictureError(f"The walk in {picture} is damaged (no pictures a second).") from None
    return save_walk(painter, found, recipe, count_frames(found, pace), out, background, 16)


def save_walk(
    model: Model, walk: Any, recipe: Mapping[str, Any], count: int, out: Path, background: str, batch: int
) -> Path:
    """Paint and write the frames of a walk, with the recipe in the file."""
    from pinxit.generation.sampling import recipe_text, recipe_xmp
    from pinxit.generation.walking import frames_of
    from pinxit.images.animation import save_animation

    if batch < 1:
        raise UsageError(f"A batch holds at least one picture; {batch} came.")
    frames = frames_of(model, walk, count, recipe["precision"], batch)
    return save_animation(
        frames, out, recipe["fps"], loop=walk.loop, text=recipe_text(recipe), xmp=recipe_xmp(recipe), background=background
    )  # fmt: skip
