"""What `import pinxit` hands out for taking a model away, and pictures larger. Part of the api, imported lazily."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pinxit.errors import UsageError, did_you_mean
from pinxit.runs.progress import Silent

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    from pinxit.generation.model import Model
    from pinxit.generation.upscaling import Upscaled
    from pinxit.training.task import Watch

EXPORTS = ("onnx", "web")
SLIDERS = 12


def export_model(
    model: str | Path | Model,
    to: str = "onnx",
    out: str | Path | None = None,
    *,
    title: str | None = None,
    seed: int = 0,
    directions: np.ndarray | Sequence[str] | None = None,
    names: Sequence[str] | None = None,
) -> list[Path]:
    """Take a model away in another form. Returns the files that were written, the one to open first.

    model  a model file, a run folder, the name of a shipped model, or a loaded one
    to     "onnx": one file for other programs and devices (extra `onnx`), compared with torch before it is written; of a
           family with styles (stylegan) also its two halves, NAME-map.onnx and NAME-synthesis.onnx.
           "web": a folder with a page that paints in any browser, without a network (extra `onnx` to make it)
    out    where to; without, NAME.onnx, or the folder NAME-web, in the current one
    title, seed, directions, names
           of a page: its heading, the first picture, and what its sliders do: names of directions that are kept beside the
           model (without, the first twelve of them; where none are kept, six that vary most), or (K, length) numbers, in W
           for a family with styles, else in latents, and what they are called
    Raises UsageError for what a model cannot become, MissingExtra without the packages.
    """
    from pinxit.generation.model import open_model

    if to not in EXPORTS:
        raise UsageError(f"A model cannot be taken away as '{to}'.{did_you_mean(to, EXPORTS)}")
    painter = open_model(model)
    if to == "web":
        import numpy as np

        from pinxit.export.web_page import export_web_page

        folder = Path(out) if out is not None else Path(f"{name_of(painter)}-web")
        if not isinstance(directions, np.ndarray):
            directions, names = kept_directions(painter, directions)
        how = {"directions": directions, "names": names, "seed": seed}
        return [export_web_page(painter, folder, title=title or name_of(painter), **how)]
    from pinxit.export.onnx import export_onnx

    return export_onnx(painter, Path(out) if out is not None else Path(f"{name_of(painter)}.onnx"))


def kept_directions(model: Model, wanted: Sequence[str] | None) -> tuple[np.ndarray | None, list[str] | None]:
    """Directions kept beside a model, (K, length), and their names: those wanted, or the first of all; None for none."""
    import numpy as np

    from pinxit.generation.directions import file_of, named, read_directions

    place = file_of(model)
    known = read_directions(place, model)
    names = list(known)[:SLIDERS] if wanted is None else list(wanted)
    chosen = [named(known, name, place) for name in names]
    return (np.stack([one.unit * one.vector for one in chosen]), names) if chosen else (None, None)


def name_of(model: Model) -> str:
    """What a model is called: as its file, or as its run where the file is only called "model"."""
    path = model.path.resolve()
    return path.parent.name if path.stem == "model" else path.stem


def upscale(
    picture: str | Path | Image,
    times: int = 4,
    *,
    network: str = "drawings",
    seamless: str = "no",
    device: str = "cpu",
) -> Upscaled:
    """Draw a picture again 4 or 2 times as wide and high, with lines as sharp as its new size allows.

    picture   a file or a Pillow picture. Transparency stays; a recipe in it is kept
    network   "drawings": clean lines and areas, made for drawings, icons and what models paint. "photographs": finer grain,
              35 times slower (extra `upscale`)
    seamless  "x", "y" or "both" for a picture that tiles that way: so will the large one
    Raises UsageError and PictureError for what cannot be, MissingExtra without the package.
    Source: Wang et al. 2021, "Real-ESRGAN", arXiv 2107.10833, whose weights these are.
    """
    from pinxit.generation.upscaling import Wish
    from pinxit.generation.upscaling import upscale as draw

    given = Path(picture) if isinstance(picture, str) else picture
    return draw(given, Wish(times, network, seamless, device))


def upscale_folder(
    pictures: str | Path,
    out: str | Path,
    times: int = 4,
    *,
    network: str = "drawings",
    seamless: str = "no",
    device: str = "cpu",
    watch: Watch | None = None,
) -> list[Path]:
    """`upscale` for every picture of a folder, zip or list, into the folder `out`. Returns the files.

    Pictures that are there already, from the same pictures in the same way, are left as they are: after a break the same
    call goes on. Pictures that cannot be read are told and left out.
    """
    from pinxit.generation.upscaling import Wish, upscale_each

    return upscale_each(pictures, Path(out), Wish(times, network, seamless, device), (watch or Silent()).say)
