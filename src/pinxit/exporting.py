"""What `import pinxit` hands out for taking models and pictures away. Part of the api, imported lazily."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinxit.errors import UsageError, did_you_mean
from pinxit.runs.progress import Silent

if TYPE_CHECKING:
    from subprocess import Popen

    import numpy as np
    from PIL.Image import Image

    from pinxit.export.saving_settings import SavingSettings
    from pinxit.generation.model import Model
    from pinxit.generation.upscaling import Upscaled
    from pinxit.training.task import Watch

EXPORTS = ("onnx", "web", "savedmodel")
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
           "savedmodel": a folder for TensorFlow (extra `tensorflow`), compared with torch before it is written
    out    where to; without, NAME.onnx, or the folder NAME-web or NAME-savedmodel, in the current one
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
    if to == "savedmodel":
        from pinxit.export.saved_model import export_saved_model

        return [export_saved_model(painter, Path(out) if out is not None else Path(f"{name_of(painter)}-savedmodel"))]
    from pinxit.export.onnx import export_onnx

    return export_onnx(painter, Path(out) if out is not None else Path(f"{name_of(painter)}.onnx"))


def quicken(model: Model, *, pictures: int | None = None, batch: int = 16, measure: bool | None = None) -> Model:
    """The same model, painting in ONNX Runtime (extra `onnx`) whatever that paints sooner than torch on this machine.

    It is measured once, in some seconds, and then known; pictures stay the same to 1/255. Where nothing is to be gained, on
    other devices than the CPU, without the packages, or if anything goes wrong, it comes back as it is.

    pictures, batch  how many are to be painted, and how many at once: a few are not worth opening ONNX Runtime for. None: the
                     model is used for a while
    measure          whether to measure where that was not done yet. None: unless only few are to be painted
    """
    from pinxit.export.quick import quicken as look

    return look(model, pictures=pictures, batch=batch, measure=measure)


def begin_measuring(model: Model) -> Popen[bytes] | None:
    """Measure for `quicken` in a process that gives way to others; None where there is nothing to measure."""
    from pinxit.export.quick import begin_measuring as begin

    return begin(model)


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


def save_pictures(
    pictures: str | Path | Sequence[str | Path], kind: str, out: str | Path = "saved", **settings: Any
) -> list[Path]:
    """Take pictures away as files of another kind. Returns them, the one to look at first in front.

    pictures  files, or folders of them; any that pinxit reads
    kind      "png", "webp": up to four times as large; "svg": a drawing in flat colours (extra `svg`); "ico"; "icons": a set
              of them with one palette and one margin, with a page to look at (extra `svg`); "tiff", "pdf" (and "png" with
              width_mm): for paper, with the colour profile inside; "tile": laid beside itself; "sheet": all on one
    out       a folder; or, for one picture and one file, its name
    settings  those of `pinxit save --help`, for example times=2, palette="#1b1b1b,#f4c095", width_mm=80, dpi=300
    Raises PinxitError for what a person can fix.
    """
    return [path for path, _ in save_and_tell(pictures, kind, out, **settings)]


def save_and_tell(
    pictures: str | Path | Sequence[str | Path], kind: str, out: str | Path = "saved", **settings: Any
) -> list[tuple[Path, str]]:
    """`save_pictures`, with what should be known of each file, for people."""
    from pinxit.export.pictures import open_sources, taken, write
    from pinxit.images.writing import write_atomically

    chosen = saving(settings)
    sources = open_sources([pictures] if isinstance(pictures, str | Path) else pictures)
    files, place = taken(sources, kind, chosen), Path(out)
    if place.suffix and not place.is_dir():
        if len(files) > 1:
            raise UsageError(f"{len(files):,} files do not go into the one file {place}. Give a folder.")
        write_atomically(place, files[0].content)
        return [(place, files[0].remark)]
    return write(files, place)


def pictures_as(pictures: Mapping[str, Path], kind: str, **settings: Any) -> list[tuple[str, bytes]]:
    """`save_pictures` of named files without writing any: name and content of each."""
    from pinxit.export.pictures import open_source, taken

    names: set[str] = set()
    sources = [open_source(file, names, name) for name, file in pictures.items()]
    return [(one.name, one.content) for one in taken(sources, kind, saving(settings))]


def saving(settings: dict[str, Any]) -> SavingSettings:
    """Checked settings. Raises UsageError."""
    from pinxit.settings import resolve

    return resolve(saving_settings(), settings, family="save")


def saving_settings() -> type[SavingSettings]:
    """What `pinxit save` can be told, as a declaration."""
    from pinxit.export.saving_settings import SavingSettings

    return SavingSettings


def saving_kinds() -> tuple[str, ...]:
    """As what pictures can be saved."""
    from pinxit.export.pictures import KINDS

    return KINDS
