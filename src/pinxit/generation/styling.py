"""Style transfer as people ask for it: one picture or a folder of them, paintings with weights and masks."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Any, Protocol

from PIL import Image

from pinxit.data.catalog import to_work_through
from pinxit.errors import PictureError, UsageError
from pinxit.generation.painting import Progress
from pinxit.generation.sampling import read_recipe
from pinxit.generation.style_settings import PaintingSettings, StyleSettings
from pinxit.generation.stylize import (
    Manner,
    Source,
    Stylized,
    check_size,
    open_features,
    open_source,
    recipe_of,
    stylize,
)
from pinxit.images.writing import cannot_write

Given = str | Path | Image.Image


class Reports(Protocol):
    """What is told of progress: see `Progress.report`."""

    def report(self, line: dict[str, Any]) -> None: ...


def progress_of(preview: str | Path | None, settings: PaintingSettings, watch: Reports | None) -> Progress:
    """A watch and a preview file as `paint` wants them."""
    progress = Progress(preview=Path(preview) if preview else None, every=settings.preview_every)
    return replace(progress, report=watch.report) if watch else progress


def manners_of(
    styles: Given | Sequence[Given], weights: Sequence[float] | None, masks: Sequence[Given | None] | None = None
) -> list[Manner]:
    """Paintings with their weights and masks. Raises UsageError when their numbers differ."""
    named = [styles] if isinstance(styles, str | Path | Image.Image) else list(styles)
    for what, given in (("weight", weights), ("mask", masks)):
        if given is not None and len(given) != len(named):
            raise UsageError(
                f"{len(named)} paintings came with {len(given)} {what}s. Give one {what} for each, or none."
            )
    return [
        Manner(open_source(painting, "painting"), weight, open_source(mask, "mask") if mask is not None else None)
        for painting, weight, mask in zip(
            named, weights or [1.0] * len(named), masks or [None] * len(named), strict=True
        )
    ]


def style_one(
    content: Given,
    styles: Given | Sequence[Given],
    settings: StyleSettings,
    weights: Sequence[float] | None,
    masks: Sequence[Given | None] | None,
    initial: Given | None,
    features: str | Path | None,
    progress: Progress,
) -> Stylized:
    """See `pinxit.style`."""
    shown, manners = open_source(content, "picture"), manners_of(styles, weights, masks)
    over = open_source(initial, "initial picture") if initial is not None else None
    look = open_features(settings, Path(features) if features else None)
    return stylize(shown, manners, settings, look, initial=over, progress=progress)


def style_each(
    pictures: str | Path,
    styles: Given | Sequence[Given],
    settings: StyleSettings,
    weights: Sequence[float] | None,
    features: str | Path | None,
    out: Path,
    progress: Progress,
    say: Callable[[str], None],
) -> list[Path]:
    """See `pinxit.style_folder`."""
    sources, manners = to_work_through(pictures, out), manners_of(styles, weights)
    look = open_features(settings, Path(features) if features else None)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(out, error) from None
    manner = "-".join(PurePath(one.painting.name).stem for one in manners)[:80]
    found = []
    for picture, plain in sources:
        path = out / f"{plain}-{manner}.png"
        try:
            content = Source(picture.load(), picture.name, sha256(picture.raw()).hexdigest())
            check_size(content, "picture")
        except PictureError as error:
            say(f"Left out: {picture.name}: {error}.")
            continue
        if is_there(path, recipe_of(content, manners, settings, look[0], None)):
            say(f"There already: {path}")
            found.append(path)
            continue
        made = stylize(content, manners, settings, look, progress=replace_clock(progress))
        made.save(path)
        if made.ended != "done":
            say(f"Broken off; the best so far: {path}. The same command goes on from there.")
            raise KeyboardInterrupt
        say(f"{path}  {describe(made)}")
        found.append(path)
    return found


def replace_clock(progress: Progress) -> Progress:
    """The same watch for the next picture: its time begins now."""
    return Progress(progress.report, progress.preview, progress.every)


def is_there(path: Path, recipe: dict[str, Any]) -> bool:
    """Whether a file is this picture, whole."""
    try:
        there = read_recipe(path)
    except PictureError:
        return False
    return there.get("ended") == "done" and all(there.get(name) == value for name, value in recipe.items())


def describe(made: Stylized) -> str:
    """Its distances, for people."""
    score = made.score
    return (
        f"style distance {score['style']:.3f} (before: {score['style_before']:.3f}), "
        f"content distance {score['content']:.3f} (0 alike, 1 unrelated; EfficientNet-Lite0)"
    )
