"""What `import pinxit` hands out for painting in the manner of others: style and texture. Part of the api, as lazy as it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinxit.runs.progress import Silent

if TYPE_CHECKING:
    from PIL.Image import Image

    from pinxit.generation.model import Model
    from pinxit.generation.style_settings import StyleSettings, TextureSettings
    from pinxit.generation.stylize import Stylized
    from pinxit.generation.texture import Texture
    from pinxit.training.task import Watch


def style(
    content: str | Path | Image,
    style: str | Path | Image | Sequence[str | Path | Image],
    *,
    weights: Sequence[float] | None = None,
    masks: Sequence[str | Path | Image | None] | None = None,
    initial: str | Path | Image | None = None,
    features: str | Path | None = None,
    fetch: bool = False,
    preview: str | Path | None = None,
    watch: Watch | None = None,
    **settings: Any,
) -> Stylized:
    """Paint a picture in the manner of one painting or several. Pictures are files or Pillow pictures.

    weights   how much each painting counts beside the others; without, all alike
    masks     for each painting where it goes: a picture as large as the content, white there and black elsewhere; None for
              everywhere
    initial   what is painted over, instead of the content
    features  the .safetensors file of a VGG-16 or VGG-19 to look through, or "vgg16", the published one; without,
              EfficientNet-Lite0
    fetch     download the published one first, once (553 MB)
    preview   a PNG that is written anew while it paints
    settings  those of `pinxit style --help`, for example size=1024, strength=2, keep_colours="luminance"
    Ctrl-C ends it with the best so far (`Stylized.ended`). Raises PinxitError for what a person can fix.
    """
    from pinxit.generation.style_settings import StyleSettings
    from pinxit.generation.styling import fetch_features, progress_of, style_one
    from pinxit.settings import resolve

    chosen = resolve(StyleSettings, settings, family="style")
    if fetch:
        fetch_features(features, (watch or Silent()).say)
    progress = progress_of(preview, chosen, watch)
    return style_one(content, style, chosen, weights, masks, initial, features, progress)


def style_folder(
    pictures: str | Path,
    style: str | Path | Image | Sequence[str | Path | Image],
    out: str | Path,
    *,
    weights: Sequence[float] | None = None,
    features: str | Path | None = None,
    fetch: bool = False,
    watch: Watch | None = None,
    **settings: Any,
) -> list[Path]:
    """Paint every picture of a folder, zip or list in the manner of one painting or several, into the folder `out`.

    Pictures that are there already, from the same pictures with the same settings, are left as they are: after a break the
    same call goes on. Pictures that cannot be read are told and left out. Returns the files, without those interrupted.
    """
    from pinxit.generation.style_settings import StyleSettings
    from pinxit.generation.styling import fetch_features, progress_of, style_each
    from pinxit.settings import resolve

    chosen = resolve(StyleSettings, settings, family="style")
    watch = watch or Silent()
    if fetch:
        fetch_features(features, watch.say)
    return style_each(
        pictures, style, chosen, weights, features, Path(out), progress_of(None, chosen, watch), watch.say
    )


def restyle(
    content: str | Path | Image,
    model: str | Path | Model,
    manner: str | Path | Image | Sequence[str | Path | Image] = (),
    *,
    weights: Sequence[float] | None = None,
    **settings: Any,
) -> Stylized:
    """Paint a picture in a manner that a model has learned (family `fast_style`): one pass, in a fraction of a second.

    manner    one of `Model.manners`, or several to paint between them; may be left out of a model that knows only one. A model
              trained with `any_style` takes paintings as well, files or Pillow pictures
    weights   how much each manner counts beside the others; without, all alike
    settings  size, keep_colours, tile, precision, device (`pinxit style --help`); size: without, as large as the picture
    Raises PinxitError for what a person can fix.
    """
    from pinxit.generation.style_settings import OnePassSettings
    from pinxit.generation.styling import restyle_one
    from pinxit.settings import resolve

    names = [manner] if isinstance(manner, str | Path) or not isinstance(manner, Sequence) else list(manner)
    return restyle_one(content, model, names, weights, resolve(OnePassSettings, settings, family="a learned manner"))


def restyle_folder(
    pictures: str | Path,
    model: str | Path | Model,
    out: str | Path,
    manner: str | Path | Image | Sequence[str | Path | Image] = (),
    *,
    weights: Sequence[float] | None = None,
    watch: Watch | None = None,
    **settings: Any,
) -> list[Path]:
    """Paint every picture of a folder, zip or list in a manner that a model has learned, as `style_folder` does."""
    from pinxit.generation.style_settings import OnePassSettings
    from pinxit.generation.styling import restyle_each
    from pinxit.settings import resolve

    names = [manner] if isinstance(manner, str | Path) or not isinstance(manner, Sequence) else list(manner)
    chosen = resolve(OnePassSettings, settings, family="a learned manner")
    return restyle_each(pictures, model, names, weights, chosen, Path(out), (watch or Silent()).say)


def restyle_film(
    film: str | Path,
    model: str | Path | Model,
    out: str | Path,
    manner: str | Path | Image | Sequence[str | Path | Image] = (),
    *,
    weights: Sequence[float] | None = None,
    watch: Watch | None = None,
    **settings: Any,
) -> bool:
    """Paint a film in a manner that a model has learned into the MP4 file `out`: its sound is kept, and strokes stand still
    where the film does. Needs the extra `video`.

    settings  those of `restyle`, and `steady`: how much of the frame before stays where nothing moves (0: frame by frame)
    Returns whether all of it was painted: Ctrl-C ends the film where it stands. Raises PinxitError for what a person can fix.
    """
    from pinxit.generation.filming import restyle_film as paint_film
    from pinxit.generation.style_settings import FilmSettings
    from pinxit.settings import resolve

    names = [manner] if isinstance(manner, str | Path) or not isinstance(manner, Sequence) else list(manner)
    chosen = resolve(FilmSettings, settings, family="a film")
    return paint_film(Path(film), model, names, weights, chosen, Path(out), (watch or Silent()).report)


def is_film(path: str | Path) -> bool:
    """Whether a file is called as films are."""
    from pinxit.images.film import FILM_SUFFIXES

    return Path(path).suffix.lower() in FILM_SUFFIXES


def style_settings() -> type[StyleSettings]:
    """What `pinxit style` can be told, as a declaration."""
    from pinxit.generation.style_settings import StyleSettings

    return StyleSettings


def texture(
    sample: str | Path | Image,
    *,
    features: str | Path | None = None,
    fetch: bool = False,
    preview: str | Path | None = None,
    watch: Watch | None = None,
    **settings: Any,
) -> Texture:
    """Grow a texture like a sample, a file or a Pillow picture; with `seamless=True` one that tiles.

    features, fetch, preview, Ctrl-C  as in `style`
    settings                   those of `pinxit texture --help`, for example width=1024, height=512, seamless=True; features,
                               preview and watch are for start="healed" and start="noise", which optimise
    `Texture.save(path, maps=True)` writes height and normal maps beside it. Raises PinxitError for what a person can fix.
    """
    from pinxit.generation.style_settings import TextureSettings
    from pinxit.generation.styling import fetch_features, progress_of
    from pinxit.generation.stylize import open_source
    from pinxit.generation.texture import grow
    from pinxit.settings import resolve

    chosen = resolve(TextureSettings, settings, family="texture")
    source = open_source(sample, "sample")
    if fetch:
        fetch_features(features, (watch or Silent()).say)
    return grow(source, chosen, Path(features) if features else None, progress_of(preview, chosen, watch))


def texture_settings() -> type[TextureSettings]:
    """What `pinxit texture` can be told, as a declaration."""
    from pinxit.generation.style_settings import TextureSettings

    return TextureSettings


def describe_style(made: Stylized) -> str:
    """How far a picture is from its painting and from its content, for people."""
    from pinxit.generation.styling import describe

    return describe(made)


def is_list(path: str | Path) -> bool:
    """Whether pictures come as a zip, CSV or JSONL list or a built-in name, and not as one picture."""
    from pinxit.data.picture_folder import LIST_SUFFIXES

    ending = Path(path).suffix.lower()
    return ending in (".zip", *LIST_SUFFIXES) or not (Path(path).exists() or ending)
