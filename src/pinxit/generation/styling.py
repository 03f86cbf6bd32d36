"""Style transfer as people ask for it: one picture or a folder of them, paintings with weights and masks."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Any, Protocol

from PIL import Image

from pinxit.data.catalog import to_work_through
from pinxit.data.picture_folder import decode
from pinxit.errors import PictureError, UsageError
from pinxit.generation import one_pass
from pinxit.generation.model import Model
from pinxit.generation.painting import Progress
from pinxit.generation.sampling import read_recipe
from pinxit.generation.style_settings import OnePassSettings, PaintingSettings, StyleSettings
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
    manners = manners_of(styles, weights)
    look = open_features(settings, Path(features) if features else None)
    return each_picture(
        pictures,
        out,
        "-".join(PurePath(one.painting.name).stem for one in manners),
        lambda content: recipe_of(content, manners, settings, look[0], None),
        lambda content: stylize(content, manners, settings, look, progress=replace_clock(progress)),
        say,
    )


def restyle_one(
    content: Given,
    model: str | Path | Model,
    names: Sequence[str],
    weights: Sequence[float] | None,
    settings: OnePassSettings,
) -> Stylized:
    """See `pinxit.restyle`."""
    shown = open_source(content, "picture")
    return one_pass.restyle(shown, one_pass.open_repainter(model, settings.device), names, settings, weights)


def restyle_each(
    pictures: str | Path,
    model: str | Path | Model,
    names: Sequence[str],
    weights: Sequence[float] | None,
    settings: OnePassSettings,
    out: Path,
    say: Callable[[str], None],
) -> list[Path]:
    """See `pinxit.restyle_folder`."""
    loaded = one_pass.open_repainter(model, settings.device)
    one_pass.shares_of(loaded.manners, names, weights)  # before anything is written
    return each_picture(
        pictures,
        out,
        "-".join(names or loaded.manners),
        lambda content: one_pass.recipe_of(content, loaded, names, settings, weights),
        lambda content: one_pass.restyle(content, loaded, names, settings, weights),
        say,
    )


def each_picture(
    pictures: str | Path,
    out: Path,
    manner: str,
    recipe: Callable[[Source], dict[str, Any]],
    paint: Callable[[Source], Stylized],
    say: Callable[[str], None],
) -> list[Path]:
    """Paint every picture of a folder, zip or list that is not there already, into `out`."""
    sources = to_work_through(pictures, out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(out, error) from None
    found = []
    for picture, plain in sources:
        path = out / f"{plain}-{manner[:80]}.png"
        try:
            raw = picture.raw()
            content = Source(decode(raw, picture), picture.name, sha256(raw).hexdigest())
            check_size(content, "picture")
        except PictureError as error:
            say(f"Left out: {picture.name}: {error}.")
            continue
        if is_there(path, recipe(content)):
            say(f"There already: {path}")
            found.append(path)
            continue
        made = paint(content)
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
    style = f"style distance {score['style']:.3f} (before: {score['style_before']:.3f}), " if "style" in score else ""
    return f"{style}content distance {score['content']:.3f} (0 alike, 1 unrelated; EfficientNet-Lite0)"
