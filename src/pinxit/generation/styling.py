"""Style transfer as people ask for it: one picture or a folder of them, paintings with weights and masks."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any, Protocol

from PIL import Image

from pinxit.errors import UsageError
from pinxit.generation import one_pass
from pinxit.generation.folder_walk import Found, walk
from pinxit.generation.model import Model
from pinxit.generation.painting import Progress
from pinxit.generation.style_settings import OnePassSettings, PaintingSettings, StyleSettings
from pinxit.generation.stylize import (
    Given,
    Manner,
    Source,
    Stylized,
    check_size,
    open_features,
    open_source,
    recipe_of,
    stylize,
)
from pinxit.networks.vgg import PUBLISHED, fetch_vgg16


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


def fetch_features(features: str | Path | None, say: Callable[[str], None]) -> None:
    """What fetch=True asks for. Raises UsageError where another network was named than the one that can be fetched."""
    if str(features) != PUBLISHED:
        raise UsageError(
            f"--fetch gets the published VGG-16: --features {PUBLISHED} --fetch. Other networks are files."
        )
    fetch_vgg16(say)


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
    return walk(
        pictures,
        out,
        "-".join(PurePath(one.painting.name).stem for one in manners)[:80],
        lambda found: recipe_of(source_of(found), manners, settings, look[0], None),
        lambda found: stylize(source_of(found), manners, settings, look, progress=replace_clock(progress)),
        describe,
        say,
    )


def restyle_one(
    content: Given,
    model: str | Path | Model,
    names: Sequence[Given],
    weights: Sequence[float] | None,
    settings: OnePassSettings,
) -> Stylized:
    """See `pinxit.restyle`."""
    shown = open_source(content, "picture")
    loaded = one_pass.open_repainter(model, settings.device)
    return one_pass.restyle(shown, loaded, one_pass.choose(loaded, names, weights), settings)


def restyle_each(
    pictures: str | Path,
    model: str | Path | Model,
    names: Sequence[Given],
    weights: Sequence[float] | None,
    settings: OnePassSettings,
    out: Path,
    say: Callable[[str], None],
) -> list[Path]:
    """See `pinxit.restyle_folder`."""
    loaded = one_pass.open_repainter(model, settings.device)
    chosen = one_pass.choose(loaded, names, weights)
    return walk(
        pictures,
        out,
        "-".join(PurePath(one["name"]).stem for one in chosen.told)[:80],
        lambda found: one_pass.recipe_of(source_of(found), loaded, chosen, settings),
        lambda found: one_pass.restyle(source_of(found), loaded, chosen, settings),
        describe,
        say,
    )


def source_of(found: Found) -> Source:
    """A picture of a folder as what is painted. Raises PictureError for one that is too small."""
    source = Source(found.image, found.name, found.sha256)
    check_size(source, "picture")
    return source


def replace_clock(progress: Progress) -> Progress:
    """The same watch for the next picture: its time begins now."""
    return Progress(progress.report, progress.preview, progress.every)


def describe(made: Stylized) -> str:
    """Its distances, for people."""
    score = made.score
    style = f"style distance {score['style']:.3f} (before: {score['style_before']:.3f}), " if "style" in score else ""
    return f"{style}content distance {score['content']:.3f} (0 alike, 1 unrelated; EfficientNet-Lite0)"
